"""Cases that others wrote, run against a rule: what differs, and by how much."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from tarifs_solidaires.catalogue import Counted, Digits, Joined, Phrase, msg, phrase
from tarifs_solidaires.engine.exact import Surd
from tarifs_solidaires.errors import Fault, TarifError, plain
from tarifs_solidaires.people.cases import Case, read_cases
from tarifs_solidaires.people.checked import IDENTIFIERS
from tarifs_solidaires.people.mapping import (
    Entry,
    NameMap,
    date_of,
    number_of,
    read_map,
    text_of,
    truth_of,
)
from tarifs_solidaires.people.openfisca import at_period
from tarifs_solidaires.people.writing import table_error
from tarifs_solidaires.rule import Rule, load_rule
from tarifs_solidaires.rules.load import Beyond, Folder, read_rule
from tarifs_solidaires.values.inputs import Input
from tarifs_solidaires.values.json_value import JsonValue
from tarifs_solidaires.values.numbers import decimal_text, exact

MISSING = "missing"
STATUSES = ("agrees", "differs", "not_computed", "nothing_compared")
ROW = "tranche"


@attrs.frozen(kw_only=True)
class Difference(JsonValue):
    """An expected value beside the one that the rule gives.

    Parameters
    ----------
    output : str
        Our name of the output or step.
    expected, got : object
        Fractions, texts, true or false; None where missing.
    margin : Fraction
        How far a number may be away.
    """

    output: str
    expected: Any
    got: Any
    margin: Fraction = Fraction(0)

    @property
    def by(self) -> Fraction | None:
        """What the rule gives minus what is expected; None where they are no numbers."""
        if isinstance(self.got, Fraction) and isinstance(self.expected, Fraction):
            return self.got - self.expected
        return None

    @property
    def equal(self) -> bool:
        """Whether they are the same: as the same float where they are numbers."""
        if self.by is None:
            return type(self.got) is type(self.expected) and bool(self.got == self.expected)
        return self.by == 0 or float(self.got) == float(self.expected)

    @property
    def within(self) -> bool:
        """Whether they are the same, or no further apart than the margin."""
        return self.equal or (self.by is not None and abs(self.by) <= self.margin)

    def __str__(self) -> str:
        """Say what differs, and by how much, in English."""
        return self.say("en")

    def say(self, lang: str) -> str:
        """Say what differs, and by how much.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language, with or without a country; English where it is another one.

        Returns
        -------
        str
            One sentence.
        """
        text = Phrase("{output} is {got}, expected {expected}", output=self.output,
                      got=_text(self.got), expected=_text(self.expected))  # fmt: skip
        if self.by is not None:
            by = ("+" if self.by > 0 else "") + _text(self.by)
            text = Phrase("{text} ({by})", text=text, by=Digits(by))
        if self.margin:
            text = Phrase("{text}, margin {margin}", text=text, margin=_text(self.margin))
        return text.say(lang)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values.

        Returns
        -------
        dict
            What it holds, by name.
        """
        return {
            "output": self.output, "expected": _number(self.expected), "got": _number(self.got),
            "by": _number(self.by), "margin": _number(self.margin),
        }  # fmt: skip


@attrs.frozen(kw_only=True)
class Verdict(JsonValue):
    """What became of one case.

    Parameters
    ----------
    name, where : str
        Name of the case, file and line.
    on : date or None
        Day for which the rule was taken.
    compared : tuple of Difference
        Each expected value beside what the rule gives.
    reasons : tuple of Fault
        Why it could not be computed or compared; empty where it was.
    unmapped : tuple of str
        Names of the case that were not understood, and so left out.
    last_known : date or None
        Last day for which the rule is known, where it was used beyond.
    """

    name: str
    where: str
    on: dt.date | None = None
    compared: tuple[Difference, ...] = ()
    reasons: tuple[Fault, ...] = ()
    unmapped: tuple[str, ...] = ()
    last_known: dt.date | None = None

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs, margins considered."""
        return tuple(one for one in self.compared if not one.within)

    @property
    def status(self) -> str:
        """``agrees``, ``differs``, ``not_computed`` or ``nothing_compared``."""
        if self.reasons:
            return "not_computed"
        if self.differences:
            return "differs"
        return "agrees" if self.compared else "nothing_compared"

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return it as plain values.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language of the reasons.

        Returns
        -------
        dict
            What it holds, by name.
        """
        return {
            "name": self.name, "where": self.where, "on": self.on and self.on.isoformat(),
            "last_known": self.last_known and self.last_known.isoformat(),
            "status": self.status, "compared": [one.to_dict() for one in self.compared],
            "reasons": [fault.to_dict(lang) for fault in self.reasons], "unmapped": list(self.unmapped),
        }  # fmt: skip


_SAID = {
    "agrees": msg("{count:,} as expected"), "differs": msg("{count:,} different"),
    "not_computed": msg("{count:,} not computed"), "nothing_compared": msg("{count:,} with nothing to compare"),
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Conformance(JsonValue):
    """What a rule gives beside what cases expect.

    Parameters
    ----------
    rule : str
        Name of the rule.
    source : str
        File of the cases.
    verdicts : tuple of Verdict
        One a case, in their order.
    """

    rule: str
    source: str
    verdicts: tuple[Verdict, ...] = attrs.field(repr=False)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many cases have each status."""
        found = [verdict.status for verdict in self.verdicts]
        return {status: found.count(status) for status in STATUSES}

    @property
    def conforms(self) -> bool:
        """Whether all that was expected is so: some cases agree, and none does not."""
        counts = self.counts
        return counts["agrees"] > 0 and not counts["differs"] and not counts["not_computed"]

    @property
    def unmapped(self) -> Mapping[str, int]:
        """Names that were not understood, with the number of cases that have them."""
        found: dict[str, int] = {}
        for verdict in self.verdicts:
            for name in verdict.unmapped:
                found[name] = found.get(name, 0) + 1
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def within_margin(self) -> tuple[Difference, ...]:
        """Numbers that count as equal only because of a margin."""
        return tuple(
            one for verdict in self.verdicts for one in verdict.compared
            if one.within and not one.equal
        )  # fmt: skip

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the whole as plain values that go to JSON.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language of the reasons.

        Returns
        -------
        dict
            ``rule``, ``source``, ``conforms``, ``counts``, ``unmapped``, ``within_margin`` and
            ``cases``.
        """
        return {
            "rule": self.rule, "source": self.source, "conforms": self.conforms,
            "counts": dict(self.counts), "unmapped": dict(self.unmapped),
            "within_margin": len(self.within_margin),
            "cases": [verdict.to_dict(lang) for verdict in self.verdicts],
        }  # fmt: skip

    def __str__(self) -> str:
        """Say how many cases agree, and list all that do not, in English."""
        return self.say("en")

    def say(self, lang: str) -> str:
        """Say how many cases agree, and list all that do not.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language, with or without a country; English where it is another one.

        Returns
        -------
        str
            A line, and one for each case that does not agree.
        """
        return "\n".join(line.say(lang) for line in self._lines())

    def _lines(self) -> Iterator[Phrase]:
        counts = self.counts
        numbers = [
            Phrase(words, count=counts[status]) for status, words in _SAID.items() if counts[status]
        ]
        total = Counted("{count:,} case", "{count:,} cases", len(self.verdicts))
        found = Joined(numbers) or Phrase("none")
        yield Phrase("{rule}: {cases}: {found}", rule=self.rule, cases=total, found=found)
        for verdict in self.verdicts:
            for one in (*verdict.reasons, *verdict.differences):
                yield Phrase("{where}: {text}", where=_place(verdict), text=one)
        close = [abs(one.by) for one in self.within_margin if one.by is not None]
        if close:
            yield Phrase("equal within their margin only: {count:,}, at most {most} away",
                         count=len(close), most=_text(max(close)))  # fmt: skip
        if self.unmapped:
            shown = Joined([f"{name} ({count})" for name, count in self.unmapped.items()])
            yield Phrase(
                "names that were not understood and left out (cases): {names}", names=shown
            )
        beyond = sorted({one.last_known for one in self.verdicts if one.last_known})
        if beyond:
            yield Phrase("used beyond what is known: the rule of {days}", days=Joined(beyond))

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def conform(
    rule: Folder | Rule,
    cases: str | Path,
    *,
    on: str | dt.date | None = None,
    mapping: str | Path | NameMap | None = None,
    beyond: Beyond = "error",
    folders: Sequence[Folder] = (),
) -> Conformance:
    r"""Run cases that others wrote, and say what differs.

    Parameters
    ----------
    rule : str, Path or Rule
        Name or file of a rule, which is taken on the day of each case; or a rule on its day, which
        is taken for every case, such as a draft.
    cases : str or Path
        ``.csv``: a row a case; a column is an input, ``expect_OUTPUT``, ``expected_OUTPUT`` or an
        output by its bare name, ``on`` or ``name``; an empty cell is nothing given or nothing
        expected. ``.yaml``: tests as OpenFisca has them. An expected value is that of an output, of
        a step, or of ``tranche``; ``missing`` is a missing result.
    on : str or date, optional
        Day of the cases that have none.
    mapping : str, Path or NameMap, optional
        What their names and values are; see ``read_map``. Names that are the same need none.
    beyond : {"error", "last_known"}
        What a day after the last known one gives; see ``load_rule``.
    folders : sequence of str or Path
        Folders of rules; see ``load_rule``.

    Returns
    -------
    Conformance
        A verdict a case. Numbers are compared exactly, or within the margin that the case states.

    Raises
    ------
    TableError
        Where a file cannot be read or has no case.
    RuleError
        Where there is no such rule.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tarifs_solidaires import conform
    >>> cases = Path(tempfile.mkdtemp()) / "cases.csv"
    >>> lines = ["on,quotient_familial,expect_taux_reduction", "2020-10-01,350,1", "2020-10-01,420,0.8"]
    >>> _ = cases.write_text("\n".join(lines))
    >>> found = conform("nantes/transport", cases)
    >>> found.conforms, str(found.verdicts[1].differences[0])
    (False, 'taux_reduction is 0.9, expected 0.8 (+0.1)')
    """
    names = mapping if isinstance(mapping, NameMap) else NameMap()
    if isinstance(mapping, str | Path):
        names = read_map(Path(mapping))
    if not isinstance(rule, Rule):
        read_rule(rule, folders)  # a file with faults is an error of its own, not of each case
    known: dict[dt.date, Rule | TarifError] = {}

    def rule_on(day: dt.date) -> Rule:
        if isinstance(rule, Rule):
            return rule
        if day not in known:
            try:
                known[day] = load_rule(rule, day, beyond=beyond, folders=folders)
            except TarifError as error:
                known[day] = error
        found = known[day]
        if isinstance(found, TarifError):
            raise found
        return found

    default = None if on is None else _day(on)
    if isinstance(rule, Rule):
        default = default or rule.on
    verdicts = tuple(
        _verdict(case, default, rule_on, names) for case in read_cases(Path(cases), names.person)
    )
    if not verdicts:
        raise table_error("no_case", cases, "there is no case", "give at least one")
    name = rule.name if isinstance(rule, Rule) else str(rule)
    return Conformance(rule=name, source=str(cases), verdicts=verdicts)


def _day(on: str | dt.date) -> dt.date:
    try:
        return date_of(on)
    except ValueError:
        raise table_error(
            "no_day", "on", "{value!r} is not a day", "write YYYY-MM-DD", value=on
        ) from None


# -- one case ----------------------------------------------------------------------------------


def _verdict(case: Case, default: dt.date | None, rule_on: Any, names: NameMap) -> Verdict:
    day = case.on or default
    common: dict[str, Any] = {"name": case.name, "where": case.where, "on": day}
    if case.problem or day is None:
        reason = (
            _because(case.problem)
            if case.problem
            else _because("it has no day", "give one with on")
        )
        return Verdict(reasons=(reason,), unmapped=case.unread, **common)
    try:
        rule: Rule = rule_on(day)
        common["last_known"] = rule.last_known
        return _compared(case, rule, day, names, common)
    except TarifError as error:
        return Verdict(reasons=error.errors, unmapped=case.unread, **common)


def _because(what: str | ValueError, remedy: str = "", name: str = "") -> Fault:
    text = phrase(what if isinstance(what, str) else str(what.args[0]))
    if isinstance(what, ValueError) and isinstance(what.args[0], Phrase):
        text = what.args[0]
    template = "{input}: {text}" if name else text
    return Fault(code="case", input=name, template=template, remedy=remedy, data={"text": text})


def _compared(
    case: Case, rule: Rule, day: dt.date, names: NameMap, common: Mapping[str, Any]
) -> Verdict:
    reading = _Reading(rule, day, names)
    expected: dict[str, Any] = {}
    for name, value in case.given.items():
        if reading.is_input(name):
            reading.give(name, value)
        elif reading.is_result(name):  # an output by its bare name
            expected[name] = value
        else:
            reading.leave(name)
    for name, value in case.expected.items():
        if reading.is_result(name):
            expected[name] = value
        else:
            reading.leave(name)
    left = (*case.unread, *reading.left)
    if not expected or reading.reasons:
        reasons = tuple(reading.reasons) if expected else ()
        return Verdict(reasons=reasons, unmapped=left, **common)
    result = rule.compute(reading.given)
    worked = rule.work_out(reading.given)
    found: list[Difference] = []
    for name, value in expected.items():
        entry = names.entry(name)
        ours = entry.name if entry else name.rpartition(".")[2]
        got = _got(ours, result, worked)
        try:
            wanted = _wanted(
                entry, at_period(value, day, entry.take if entry else ""), got, result, ours
            )
            margin = _margin(case, wanted, entry)
        except ValueError as error:
            reading.reasons.append(_because(error, name=name))
            continue
        found.append(Difference(output=ours, expected=wanted, got=got, margin=margin))
    return Verdict(compared=tuple(found), reasons=tuple(reading.reasons), unmapped=left, **common)


class _Reading:
    """Read the names and values of a case as those of a rule."""

    def __init__(self, rule: Rule, day: dt.date, names: NameMap) -> None:
        self._rule, self._day, self._names = rule, day, names
        self.given: dict[str, Any] = {}
        self.reasons: list[Fault] = []
        self.left: list[str] = []
        self._theirs: dict[str, str] = {}
        for name, value in names.given.items():
            if name in rule.all_inputs:
                self._keep(name, f"[given] {name}", value)
            else:
                self.reasons.append(_because("is not an input of the rule", name=f"[given] {name}"))

    def _ours(self, name: str) -> str:
        entry = self._names.entry(name)
        return entry.name if entry else name.rpartition(".")[2]

    def is_input(self, name: str) -> bool:
        return self._ours(name) in self._rule.all_inputs

    def is_result(self, name: str) -> bool:
        ours = self._ours(name)
        rule = self._rule
        return (
            ours == ROW
            or ours in rule.steps
            or ours in rule.output_names
            or ours in rule.all_inputs
        )

    def leave(self, name: str) -> None:
        if not self._names.ignores(name) and name not in IDENTIFIERS:
            self.left.append(name)

    def give(self, name: str, value: Any) -> None:
        if self._names.ignores(name):
            return
        entry = self._names.entry(name)
        ours = self._ours(name)
        if ours in self._theirs:
            both = Phrase(
                "{one} and {other} are both {input}", one=self._theirs[ours], other=name, input=ours
            )
            self.reasons.append(_because(both, "map one of them"))
            return
        self._theirs[ours] = name
        try:
            value = at_period(value, self._day, entry.take if entry else "")
            self._keep(ours, name, entry.ours(value) if entry else value)
        except ValueError as error:
            self.reasons.append(_because(error, name=name))

    def _keep(self, ours: str, told: str, value: Any) -> None:
        try:
            self.given[ours] = _value(self._rule.all_inputs[ours], value)
        except ValueError as error:
            self.reasons.append(_because(error, name=told))


def _value(item: Input, value: Any) -> Any:
    """Return a value as the input wants it."""
    if item.kind == "flag":
        return truth_of(value)
    if item.kind == "code":
        return text_of(value)
    if item.kind == "date":
        return date_of(value)
    number = number_of(value)
    return int(number) if number.denominator == 1 else float(number)


def _got(name: str, result: Any, worked: Mapping[str, Any]) -> Any:
    if name == ROW:
        return result.tranche or None
    if name in result.outputs:
        value = result[name]
        return _exact(value.item() if hasattr(value, "item") else value)
    if name in worked:
        value = worked[name].value
        return _exact(float(value) if isinstance(value, Surd) else value)
    given = result.inputs.get(name)
    return None if given is None else _exact(given.item())


def _exact(value: Any) -> Any:
    if value is None or isinstance(value, bool | str | dt.date | Fraction):
        return value
    return None if value != value else exact(value)


def _wanted(entry: Entry | None, value: Any, got: Any, result: Any, name: str) -> Any:
    """Return the value that is expected, as ours."""
    value = entry.ours(value) if entry else value
    if isinstance(value, str) and value.strip() == MISSING:
        return None
    if name == ROW:
        first = result.rule.languages[0]
        return next(
            (texts.to(first) for texts in result.names if value in texts.wordings.values()), value
        )
    step = result.rule.steps.get(name)
    kind = step.step.kind if step is not None else result.rule.all_inputs[name].kind if (
        name in result.rule.all_inputs
    ) else "number"  # fmt: skip
    if kind == "flag":
        return truth_of(value)
    if kind == "code":
        return text_of(value)
    return date_of(value) if kind == "date" else number_of(value)


def _margin(case: Case, wanted: Any, entry: Entry | None) -> Fraction:
    if not isinstance(wanted, Fraction):
        return Fraction(0)
    scale = abs(entry.factor) if entry and entry.factor is not None else Fraction(1)
    margins = [Fraction(0)]
    if case.absolute is not None:
        margins.append(number_of(case.absolute) * scale)
    if case.relative is not None:
        margins.append(number_of(case.relative) * abs(wanted))
    return max(margins)


# -- saying it ---------------------------------------------------------------------------------


def _place(verdict: Verdict) -> str:
    name = f" {verdict.name.strip()}" if verdict.name else ""
    day = f" on {verdict.on}" if verdict.on else ""
    return f"{verdict.where}:{name}{day}"


def _text(value: Any) -> str:
    if isinstance(value, Fraction):
        text = decimal_text(value)
        return text if "/" not in text else f"{float(value):g}"
    if value is None:
        return MISSING
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _number(value: Any) -> Any:
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return plain(value)
