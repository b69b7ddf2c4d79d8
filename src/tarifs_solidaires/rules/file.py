"""The rule file, format 2, as classes: what each section holds and what each key means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from tarifs_solidaires.engine.expression import MODES
from tarifs_solidaires.rules.keys import (
    Day,
    Either,
    Figure,
    Listing,
    Part,
    Plain,
    Scalar,
    Table,
    Text,
    Truth,
    Whole,
    Word,
    key,
)
from tarifs_solidaires.rules.toml_lines import Path
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.texts import NO_TEXT, Texts

FORMAT = 2
CONFIDENCES = ("official", "secondary", "inferred", "made_up")
ORIGINS = ("declaration", "certificate", "administration")
OUTPUT_KINDS = ("price", "reduction", "aid", "bill", "status", "amount")
INPUT_KINDS = ("number", "whole", "flag", "code", "date")
CODE_LISTS = ("fr/communes",)
NAMES = "[a-z][a-z0-9_]{0,63}"
RULE_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*"
SHARED_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9_]+(?:[-_][a-z0-9]+)*)+"

LANGUAGE = "[a-z]{2,3}(?:-[A-Za-z]{2,4})?"
_LANGUAGES = Listing(Plain(LANGUAGE, "a language code", "fr"), "a list of language codes", most=20)
_ABBREVIATIONS = Table(Text(), "wordings by abbreviation", r"[^\s*]{1,20}",
                       "an abbreviation: 20 characters at most, no space")  # fmt: skip
_SHORT_FOR = "What abbreviations stand for, which a notice explains where it has them."
_AMOUNT = Either((Figure(), Plain()), 'a number, or a formula such as `"quotient * 2 %"`')
_CODE, _A_CODE = "[^\\s*]{1,64}", "a code: 64 characters at most, no space, no *"
_CODES = Either(
    (
        Table(Text(), "a table of codes with their labels", _CODE, _A_CODE),
        Listing(Plain(_CODE, _A_CODE, "plein"), "a list of codes"),
    ),
    'a list of codes, or a table with a label for each: `{ plein = { fr = "plein tarif" } }`',
)
_CONDITION = Either(
    (
        Truth(),
        Figure(),
        Plain(),
        Listing(Plain(), "a list of codes"),
    ),
    '`"x <= 600"`, `true`, a number, a code, or a list of codes',
)
_CONDITIONS = Table(_CONDITION, "conditions by name")
_WHEN = Either(
    (_CONDITIONS, Listing(_CONDITIONS, "a list of such tables, any of which holds")),
    'conditions by name, such as `{ age = "x < 26" }`, all of which hold; or a list of such tables',
)


@attrs.frozen(kw_only=True)
class Source:
    """Where something was read."""

    title: Texts = key(
        Text(), "What it is: a decision, a law, a page. A title stands in the language that it has; "
        "a description may stand in each."
    )  # fmt: skip
    url: str = key(Plain("https?://\\S+", "an address", "https://ville.example/tarifs"),
                   "Its address.", "")  # fmt: skip
    reference: str = key(Plain(), "Article, page, file, where there is no address.", "")
    read: dt.date | None = key(Day(), "Day on which it was read.", None)
    confidence: str = key(
        Word(CONFIDENCES), "How sure it is, for what names no confidence of its own.", ""
    )

    def __str__(self) -> str:
        """Say it in one line, in the first language of its title."""
        return self.to("")

    def to(self, lang: str) -> str:
        """Say it in one line: in a language, where its title has a wording in it."""
        return ", ".join(filter(None, (self.title.to(lang), self.reference, self.url)))

    def to_dict(self) -> dict[str, Any]:
        """Return the source as plain values that go to JSON.

        Returns
        -------
        dict
            ``title``, ``url``, ``reference`` and ``read``; None where nothing is said.
        """
        return {
            "title": self.title.first or None, "url": self.url or None,
            "reference": self.reference or None,
            "read": self.read.isoformat() if self.read else None,
        }  # fmt: skip


_SOURCE = Either(
    (Plain(), Part(Source)),
    "a title, the key of a `[source.KEY]`, or a table with `title`, `url`, …",
)


@attrs.frozen(kw_only=True)
class InputEntry:
    """Something that people give."""

    kind: str = key(Word(INPUT_KINDS), "What it is.")
    label: Texts = key(Text(), "Short noun phrase, in lower case, without an article.", NO_TEXT)
    help: Texts = key(Text(), "What counts, and where to find it.", NO_TEXT)
    unit: str = key(
        Plain(), "Unit; money begins with the code of the currency: `EUR`, `EUR/month`.", ""
    )
    from_: Any = key(Either((Figure(), Day()), "a number or a date"), "Smallest value.", None)
    to: Any = key(Either((Figure(), Day()), "a number or a date"), "Largest value.", None)
    step: Fraction = key(
        Figure(Fraction(0), above=True),
        "Grid on which a number is read exactly; 0.01 where it is left out.",
        Fraction(1, 100),
    )
    strict: bool = key(Truth(), "Whether a value between two steps is refused.", False)
    default: Any = key(Scalar(), "Value where nobody gives one.", None)
    optional: bool = key(
        Truth(), "Whether it may be left out without a default: conditions on it do then not hold.",
        False,
    )  # fmt: skip
    or_formula: str = key(Plain(), "Formula of other inputs through which it may be given.", "")
    codes: Any = key(_CODES, 'Codes that it can be, for `kind = "code"`.', EMPTY)
    pattern: str = key(Plain(), "Regular expression that a code matches fully.", "")
    code_list: str = key(
        Word(CODE_LISTS), "Published list of codes against which columns of tables are checked.", ""
    )
    synonyms: tuple[str, ...] = key(
        Listing(Plain(), "a list of headings", most=50),
        "Other headings of its column in a table; case, accents and signs between words do not count, "
        "and its name and label are understood in any case.",
        (),
    )
    origin: str = key(Word(ORIGINS), "Where it comes from.", "declaration")
    holder: Texts = key(Text(), "Who holds it, by name.", NO_TEXT)
    path: Path = ()


@attrs.frozen(kw_only=True)
class OutputEntry:
    """Something that a rule works out for people."""

    kind: str = key(Word(OUTPUT_KINDS), "What it is: a price to pay, a reduction, an aid, …")
    label: Texts = key(Text(), "Short noun phrase, in lower case, without an article.", NO_TEXT)
    unit: str = key(Plain(), "Unit: money as for inputs, `share` for a reduction from 0 to 1.", "")
    path: Path = ()


@attrs.frozen(kw_only=True)
class DatedValue:
    """A figure from one day on."""

    from_: dt.date = key(Day(), "First day.")
    until: dt.date | None = key(Day(), "Last day, where nothing is known after.", None)
    value: Any = key(Scalar(), "The figure.")
    source: Any = key(_SOURCE, "Where it was read.", None)
    confidence: str = key(Word(CONFIDENCES), "How sure it is.", "")
    path: Path = ()


@attrs.frozen(kw_only=True)
class ParameterEntry:
    """A figure with a name, or a choice that rows read; dated where it changes."""

    label: Texts = key(Text(), "Short noun phrase.", NO_TEXT)
    unit: str = key(Plain(), "Unit.", "")
    value: Any = key(
        Either((Scalar(), Listing(Part(DatedValue), "dated values")), "a value, or dated values"),
        "The figure, or `[[parameter.NAME.value]]` with the day from which each holds.",
    )
    choices: tuple[Any, ...] = key(
        Listing(Scalar(), "a list of values", least=2), "Values that it can have.", ()
    )
    labels: Mapping[str, Texts] = key(
        Table(Text(), "labels by choice"),
        "What each choice is called, where people read it.",
        EMPTY,
    )
    source: Any = key(_SOURCE, "Where it was read.", None)
    confidence: str = key(Word(CONFIDENCES), "How sure it is.", "")
    note: Texts = key(Text(), "What is doubtful about it.", NO_TEXT)
    path: Path = ()


@attrs.frozen(kw_only=True)
class ListEntry:
    """Codes with a name, for conditions."""

    values: Any = key(_CODES, "The codes, or a table with a label for each.")
    label: Texts = key(Text(), "What they are.", NO_TEXT)
    source: Any = key(_SOURCE, "Where it was read.", None)
    confidence: str = key(Word(CONFIDENCES), "How sure it is.", "")
    path: Path = ()


@attrs.frozen(kw_only=True)
class Row:
    """A row of a table: where its conditions hold, its result."""

    name: Texts = key(
        Text(), "Its name; where it is left out, it is made of the conditions.", NO_TEXT
    )
    when: Any = key(_WHEN, "Conditions; left out, it holds for everyone.", EMPTY)
    then: Any = key(
        Either((Truth(), Figure(), Plain()), 'a number, a formula, a code, or `"missing"`'),
        "The result.",
        stand_in="missing",
    )
    source: Any = key(_SOURCE, "Where it was read.", None)
    confidence: str = key(Word(CONFIDENCES), "How sure it is.", "")
    note: Texts = key(Text(), "What to tell whom it concerns.", NO_TEXT)
    path: Path = ()


@attrs.frozen(kw_only=True)
class ScalePart:
    """A part of a marginal scale."""

    up_to: Any = key(
        Either((Figure(), Plain(NAMES, "the name of a parameter")), "a number or a parameter"),
        "Its upper bound, which belongs to it; left out in the last part.", None,
    )  # fmt: skip
    rate: Any = key(_AMOUNT, "What each unit within it costs.", stand_in=Fraction(0))
    name: Texts = key(Text(), "Its name.", NO_TEXT)
    source: Any = key(_SOURCE, "Where it was read.", None)
    confidence: str = key(Word(CONFIDENCES), "How sure it is.", "")
    path: Path = ()


@attrs.frozen(kw_only=True)
class Candidate:
    """One of several rights, of which the best counts."""

    name: Texts = key(Text(), "Its name, by which the winner is told.")
    value: Any = key(_AMOUNT, "What it gives.", stand_in=Fraction(0))
    when: Any = key(_WHEN, "Conditions; left out, it holds for everyone.", EMPTY)
    source: Any = key(_SOURCE, "Where it was read.", None)
    confidence: str = key(Word(CONFIDENCES), "How sure it is.", "")
    note: Texts = key(Text(), "What to tell whom it concerns.", NO_TEXT)
    path: Path = ()


@attrs.frozen(kw_only=True)
class Rounding:
    """How a quantity is rounded."""

    to: Fraction = key(Figure(Fraction(0), above=True), "The unit, such as 0.05.")
    mode: str = key(Word(MODES), "`up`, `down`, or which way a half goes.", "half_up")


@attrs.frozen(kw_only=True)
class StepEntry:
    """One quantity that a version works out: by a formula, a table, a scale, a list, or the best of some."""

    name: str = key(
        Plain(NAMES, "a name in lower case without accents", "prix_de_base"), "Its name."
    )
    label: Texts = key(Text(), "Short noun phrase, in lower case, without an article.", NO_TEXT)
    unit: str = key(Plain(), "Unit.", "")
    formula: Any = key(_AMOUNT, "A formula: numbers, names, `+ - * / ( )`, `%`, `min`, `max`, `sqrt`, "
                       "`round(a, 0.05)`.", None)  # fmt: skip
    row: tuple[Row, ...] = key(
        Listing(Part(Row), "`[[version.step.row]]`"),
        "Rows of a table; the first that holds decides.",
        (),
    )
    codes: Any = key(_CODES, "Codes that the rows give, where they give no numbers.", EMPTY)
    kind: str = key(
        Word(("number", "code", "flag")), "What the rows give; `flag` for true or false.", ""
    )
    scale: str = key(Plain(), "Quantity or formula that a marginal scale parts.", "")
    part: tuple[ScalePart, ...] = key(
        Listing(Part(ScalePart), "`[[version.step.part]]`"), "Parts of the scale, in order.", ()
    )
    by: str = key(Plain(), "Whole number by which amounts are listed.", "")
    amounts: tuple[Fraction, ...] = key(
        Listing(Figure(), "a list of numbers"), "Amounts for the first numbers.", ()
    )
    first: int = key(Whole(), "Number to which the first amount belongs.", 1)
    beyond: Fraction = key(
        Figure(), "What each further one adds; 0 where it is left out.", Fraction(0)
    )
    best: str = key(Word(("lowest", "highest")), "Which candidate counts.", "")
    candidate: tuple[Candidate, ...] = key(
        Listing(Part(Candidate), "`[[version.step.candidate]]`"),
        "Rights of which the best counts; on equality the first.", (),
    )  # fmt: skip
    at_least: Any = key(_AMOUNT, "Smallest value, applied first.", None)
    at_most: Any = key(_AMOUNT, "Largest value, applied second.", None)
    round: Any = key(
        Either((Figure(Fraction(0), above=True), Part(Rounding)), "a unit, or `{ to = 0.05, mode = \"up\" }`"),
        "To a multiple of what it is rounded, applied last; a half goes up.", None,
    )  # fmt: skip
    source: Any = key(_SOURCE, "Where it was read.", None)
    confidence: str = key(Word(CONFIDENCES), "How sure it is.", "")
    note: Texts = key(Text(), "What to say of it.", NO_TEXT)
    path: Path = ()


@attrs.frozen(kw_only=True)
class VersionEntry:
    """The rule from one day on."""

    valid_from: dt.date = key(Day(), "First day.")
    known_until: dt.date | None = key(
        Day(), "Last day; left out, the day before the next version, or `known_until` of the file.",
        None,
    )  # fmt: skip
    source: Any = key(_SOURCE, "The decision.", None)
    confidence: str = key(
        Word(CONFIDENCES),
        "How sure its figures are where they do not say; left out, as its source says, else `official`.",
        "",
    )
    extends: dt.date | None = key(
        Day(), "First day of an earlier version whose steps and parameters it takes over.", None
    )
    required: tuple[str, ...] = key(
        Listing(Plain(NAMES, "the name of an input"), "a list of names"),
        "Optional inputs without which this version is not computed.", (),
    )  # fmt: skip
    decides: str = key(Plain(NAMES, "the name of a step"), "The step whose row names a result.", "")
    parameter: Mapping[str, ParameterEntry] = key(
        Table(Part(ParameterEntry), "tables by name", NAMES), "Figures and choices.", EMPTY
    )
    step: tuple[StepEntry, ...] = key(
        Listing(Part(StepEntry), "`[[version.step]]`", most=500), "Steps.", ()
    )
    note: Texts = key(Text(), "What is doubtful about it.", NO_TEXT)
    path: Path = ()


@attrs.frozen(kw_only=True)
class Requirement:
    """A condition between inputs, without which they are refused."""

    input: str = key(Plain(NAMES, "the name of an input"), "The input that an error names.")
    when: Any = key(_CONDITIONS, "What must hold.")
    message: Texts = key(Text(), "What to say where it does not.", NO_TEXT)
    path: Path = ()


@attrs.frozen(kw_only=True)
class Note:
    """What is known and not computed, and what is open."""

    text: Texts = key(Text(), "The note.")
    when: Any = key(_WHEN, "Whom it concerns; left out, everyone.", EMPTY)
    path: Path = ()


@attrs.frozen(kw_only=True)
class WorkedCase:
    """A person, and the result that is expected."""

    on: dt.date = key(Day(), "The day.")
    given: Mapping[str, Any] = key(Table(Scalar(), "values by input"), "What is given.", EMPTY)
    expect: Mapping[str, Any] = key(
        Table(Scalar(), "values by output"),
        'Results by output or step, `"missing"` where there is none; `tranche` for the row.',
    )
    source: Any = key(_SOURCE, "A published example, or that it was worked out by hand.", None)
    path: Path = ()


@attrs.frozen(kw_only=True)
class RuleFile:
    """A tariff: what people give, what is worked out, and the versions in which it is."""

    format: int = key(Whole(FORMAT, FORMAT), "Version of this format: 2.")
    name: str = key(
        Plain(RULE_NAME, "territory/scheme in lower case, digits, hyphens", "villeneuve/cantine"),
        "Territory and scheme.",
    )
    languages: tuple[str, ...] = key(_LANGUAGES, "Languages; the first is that of plain texts.")
    title: Texts = key(Text(), "Its name.")
    purpose: Texts = key(Text(), "What it is for, beginning with a verb.", NO_TEXT)
    per: Texts = key(Text(), "Whom a result concerns: a person, a household.", NO_TEXT)
    authority: str = key(Plain(), "Who decides.", "")
    contact: str = key(Plain(), "Where the authority can be reached.", "")
    currency: str = key(
        Plain("[A-Z]{3}", "a code of ISO 4217", "EUR"), "Currency of all amounts.", ""
    )
    jurisdiction: str = key(
        Plain("[a-z]{2}(?:-[a-z0-9]+)*", "the code of a jurisdiction", "fr"),
        "Whose law a notice quotes; left out, none.", "",
    )  # fmt: skip
    use: tuple[str, ...] = key(
        Listing(Plain(SHARED_NAME, "the name of a shared vocabulary", "fr/quotient_familial"),
                "a list of names"),
        "Vocabularies whose inputs, parameters, lists and sources are drawn on.", (),
    )  # fmt: skip
    income: str = key(
        Plain(NAMES, "the name of an input"),
        "The input of which a comparison varies what one more unit of money does; left out, the first "
        "amount of money.", "",
    )  # fmt: skip
    known_until: dt.date | None = key(Day(), "Last day for which the last version was read.", None)
    source: Mapping[str, Source] = key(
        Table(Part(Source), "tables by key"), "Named sources.", EMPTY
    )
    input: Mapping[str, InputEntry] = key(
        Table(Part(InputEntry), "tables by name", NAMES), "What people give.", EMPTY
    )
    output: Mapping[str, OutputEntry] = key(
        Table(Part(OutputEntry), "tables by name", NAMES),
        "What is worked out; the first is the main one.",
    )
    parameter: Mapping[str, ParameterEntry] = key(
        Table(Part(ParameterEntry), "tables by name", NAMES), "Figures of all versions.", EMPTY
    )
    list: Mapping[str, ListEntry] = key(
        Table(Part(ListEntry), "tables by name", NAMES), "Lists of codes.", EMPTY
    )
    abbreviation: Mapping[str, Texts] = key(_ABBREVIATIONS, _SHORT_FOR, EMPTY)
    require: tuple[Requirement, ...] = key(
        Listing(Part(Requirement), "`[[require]]`"), "Conditions between inputs.", ()
    )
    note: tuple[Note, ...] = key(Listing(Part(Note), "`[[note]]`"), "Notes.", ())
    version: tuple[VersionEntry, ...] = key(
        Listing(Part(VersionEntry), "`[[version]]`"), "Versions, in order of their days."
    )
    case: tuple[WorkedCase, ...] = key(Listing(Part(WorkedCase), "`[[case]]`"), "Worked cases.", ())
    path: Path = ()


@attrs.frozen(kw_only=True)
class VocabularyFile:
    """Inputs, figures, lists and sources that several rules draw on."""

    format: int = key(Whole(FORMAT, FORMAT), "Version of this format: 2.")
    name: str = key(Plain(SHARED_NAME, "country/name", "fr/quotient_familial"), "Its name.")
    languages: tuple[str, ...] = key(_LANGUAGES, "Languages; the first is that of plain texts.")
    title: Texts = key(Text(), "What it holds.", NO_TEXT)
    source: Mapping[str, Source] = key(
        Table(Part(Source), "tables by key"), "Named sources.", EMPTY
    )
    input: Mapping[str, InputEntry] = key(
        Table(Part(InputEntry), "tables by name", NAMES), "What people give.", EMPTY
    )
    parameter: Mapping[str, ParameterEntry] = key(
        Table(Part(ParameterEntry), "tables by name", NAMES), "Figures.", EMPTY
    )
    list: Mapping[str, ListEntry] = key(
        Table(Part(ListEntry), "tables by name", NAMES), "Lists of codes.", EMPTY
    )
    abbreviation: Mapping[str, Texts] = key(_ABBREVIATIONS, _SHORT_FOR, EMPTY)
    note: tuple[Note, ...] = key(Listing(Part(Note), "`[[note]]`"), "Notes.", ())
    path: Path = ()


@attrs.frozen(kw_only=True)
class Mention:
    """What a notice says of the part that the computation has in the decision."""

    role: str = key(Word(("decides", "assists", "any")), "For which part it is said.", "any")
    text: Texts = key(Text(), "The text; `{authority}`, `{purpose}` and `{contact}` are filled in.")
    reference: str = key(Plain(), "The law.", "")
    url: str = key(Plain("https?://\\S+", "an address"), "Its address.", "")
    confidence: str = key(Word(CONFIDENCES), "How sure it is.", "official")


@attrs.frozen(kw_only=True)
class Right:
    """A right of the person, and how to use it."""

    text: Texts = key(Text(), "The text; `{authority}`, `{purpose}` and `{contact}` are filled in.")
    reference: str = key(Plain(), "The law.", "")
    url: str = key(Plain("https?://\\S+", "an address"), "Its address.", "")
    confidence: str = key(Word(CONFIDENCES), "How sure it is.", "official")


@attrs.frozen(kw_only=True)
class JurisdictionFile:
    """Whose law a notice quotes, and what it says."""

    format: int = key(Whole(FORMAT, FORMAT), "Version of this format: 2.")
    code: str = key(Plain("[a-z]{2}(?:-[a-z0-9]+)*", "a code", "fr"), "Its code.")
    languages: tuple[str, ...] = key(_LANGUAGES, "Languages; the first is that of plain texts.")
    label: Texts = key(Text(), "Its name.")
    mention: tuple[Mention, ...] = key(Listing(Part(Mention), "`[[mention]]`"), "Mentions.", ())
    right: tuple[Right, ...] = key(Listing(Part(Right), "`[[right]]`"), "Rights.", ())
    abbreviation: Mapping[str, Texts] = key(_ABBREVIATIONS, _SHORT_FOR, EMPTY)
    path: Path = ()
