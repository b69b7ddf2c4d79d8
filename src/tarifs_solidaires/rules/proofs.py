"""What can be proved of a rule before anyone is computed: every case covered, every row of use.

A version is looked at on its first day and on each day on which a dated parameter changes; with each
value that a choice can have; with every optional input left out, and through each way in which an input
may be given.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations, product
from typing import Any

import attrs
import numpy as np

from tarifs_solidaires.catalogue import Joined, Phrase
from tarifs_solidaires.engine.exact import Value as ExactValue
from tarifs_solidaires.engine.exact import Worked
from tarifs_solidaires.engine.expression import Choice
from tarifs_solidaires.engine.tables import CELLS, Grid
from tarifs_solidaires.errors import RuleError
from tarifs_solidaires.rules.cells import Cells, Group
from tarifs_solidaires.rules.dated import REQUIRED, DatedRule, made_parts
from tarifs_solidaires.rules.file import RuleFile, VersionEntry, VocabularyFile
from tarifs_solidaires.rules.finding import Findings
from tarifs_solidaires.rules.keys import shown
from tarifs_solidaires.rules.model import Value
from tarifs_solidaires.rules.search import BOXES, Answer, Person, Space, drawn, look_for
from tarifs_solidaires.rules.toml_lines import Path
from tarifs_solidaires.values.frozen import EMPTY

SAID = 3  # groups of uncovered cases of one table that are said
SOUGHT = 8  # groups of a table in which a person is looked for
CHOICES = 64  # combinations of choices that are all looked at; of more, each choice by itself
PROGRAMS = 30  # variants of a version, times inputs left out
OPTIONAL = 3  # optional inputs of which each set is left out; of more, each by itself, and all
CROSSED = 80  # rows of a table that are compared by twos
IDLE = 150  # boxes, for a row that may decide for nobody
DRAWN = 20_000  # people, where boxes do not decide
TRIED = 20  # of them, worked out exactly


@attrs.frozen(kw_only=True)
class Variant:
    """A version on one day, with some choices.

    Parameters
    ----------
    rule : DatedRule
        The rule.
    words : str
        What is not as the file has it on the first day, such as ``on 2024-04-01``.
    """

    rule: DatedRule
    words: str = ""


@attrs.frozen(kw_only=True)
class Setting:
    """A variant, some inputs being given."""

    variant: Variant
    space: Space
    given: frozenset[str]
    words: str = ""

    @property
    def is_usual(self) -> bool:
        """Whether nothing is unusual about it."""
        return not self.variant.words and not self.words

    def about(self, message: Phrase) -> Phrase:
        """Return a message about it, which says what is not as usual."""
        words = Joined(filter(None, (self.variant.words, self.words)))
        return Phrase("{words}, {message}", words=words, message=message) if words else message


def change_days(file: RuleFile, rule: DatedRule, last: dt.date) -> list[dt.date]:
    """Return the days after the first of a version on which a dated parameter changes."""
    own: dict[str, Any] = {}
    parts: tuple[RuleFile | VocabularyFile, ...] = (*rule.shared, file)
    for part in parts:
        own |= part.parameter
    found: set[dt.date] = set()
    for name in rule.version.reads & own.keys():
        values = own[name].value
        for one in values if isinstance(values, tuple) else ():
            found.add(one.from_)
            if one.until is not None:
                found.add(one.until + dt.timedelta(days=1))
    return sorted(day for day in found if rule.version.valid_from < day <= last)


def variants(prover: Prover, entry: VersionEntry) -> Iterator[Variant]:
    """Yield a version as it is on its first day, then on others and with other choices."""

    def made(day: dt.date, changes: Mapping[str, Value], words: str) -> Variant | None:
        try:
            rule = DatedRule(**made_parts(prover.file, prover.shared, day, None, changes))
        except RuleError as error:
            fault = error.errors[0]
            message = attrs.evolve(fault, where=words).message
            prover.notes.error(entry.path, fault.code, message, fault.advice)
            return None
        if not changes:
            prover.rules[day] = rule
        return Variant(rule=rule, words=words)

    first = made(entry.valid_from, EMPTY, "")
    if first is None:
        return
    yield first
    for day in change_days(prover.file, first.rule, first.rule.version.valid_to):
        other = made(day, EMPTY, Phrase("on {day}", day=str(day)))
        if other is not None:
            yield other
    for changes in choices(first.rule):
        words = Joined([f"{name} = {shown(value)}" for name, value in changes.items()], "and")
        other = made(entry.valid_from, changes, Phrase("with {words}", words=words))
        if other is not None:
            yield other


def choices(rule: DatedRule) -> Iterator[dict[str, Value]]:
    """Yield every other combination of choices, or each by itself where there are too many."""
    read = [p for name, p in rule.parameters.items() if p.choices and name in rule.version.reads]
    if math.prod(len(p.choices) for p in read) > CHOICES:
        for p in read:
            yield from ({p.name: value} for value in p.choices if value != p.value)
        return
    for values in product(*(p.choices for p in read)):
        changed = {p.name: v for p, v in zip(read, values, strict=True) if v != p.value}
        if changed:
            yield changed


def given_sets(rule: DatedRule) -> Iterator[tuple[frozenset[str], str]]:
    """Yield sets of inputs that may be given, each with words for what is unusual in it."""
    read = rule.version.reads & rule.all_inputs.keys()
    asked = {name for entry in rule.file.require for name in entry.when} & rule.all_inputs.keys()
    all_ = frozenset(read | asked)
    yield all_, ""
    optional = sorted(
        name for name in all_
        if rule.all_inputs[name].optional and name not in rule.version.required
    )  # fmt: skip
    if len(optional) <= OPTIONAL:
        left_out = [set(c) for n in range(1, len(optional) + 1) for c in combinations(optional, n)]
    else:
        left_out = [*({name} for name in optional), set(optional)]
    for names in left_out:
        listed = Joined(sorted(names), "and")
        yield (
            all_ - names,
            Phrase("where {names} are not given", names=listed) if len(names) > 1
            else Phrase("where {name} is not given", name=listed),
        )  # fmt: skip
    for name in sorted(all_):
        ways = rule.ways(name)
        if ways:
            listed = Joined(sorted(ways), "and")
            words = Phrase("where {name} is given through {ways}", name=name, ways=listed)
            yield all_ - {name} | ways, words


class Prover:
    """Prove what can be proved of each version of a rule, and note what cannot.

    Parameters
    ----------
    file : RuleFile
        A file without faults.
    shared : tuple of VocabularyFile
        Vocabularies that it uses.
    notes : Findings
        Where findings are noted.
    """

    def __init__(self, file: RuleFile, shared: tuple[VocabularyFile, ...], notes: Findings) -> None:
        self.file = file
        self.shared = shared
        self.notes = notes
        self.rules: dict[dt.date, DatedRule] = {}  # on some days, nothing being changed

    def prove(self, entry: VersionEntry) -> Setting | None:
        """Look at a version; return it on its first day, all inputs being given.

        Parameters
        ----------
        entry : VersionEntry
            A version without faults.
        """
        return _Version(self, entry).prove()


class _Version:
    """Proofs about one version."""

    def __init__(self, prover: Prover, entry: VersionEntry) -> None:
        self.prover = prover
        self.notes = prover.notes
        self.entry = entry
        self.seen: set[Any] = set()  # tables looked at, with the bounds of their quantities
        self.limits: set[tuple[str, str]] = set()  # steps without a program that were noted
        self.said: dict[str, set[str]] = {}  # uncovered cases that were noted, by step
        self.missed: dict[str, list[Person]] = {}  # people whom no row covers, by step
        self.decided: dict[str, set[int]] = {}  # rows that decide, by step
        self.maybe: dict[tuple[str, int], list[tuple[Setting, Cells]]] = {}

    def prove(self) -> Setting | None:
        first: Setting | None = None
        for variant, given, words in self.asked():
            setting = self.setting(variant, given, words)
            if setting is not None:
                first = setting if not words and not variant.words else first
                self.tables(setting)
        if first is not None:
            self.idle_rows(first)
        return first

    def asked(self) -> list[tuple[Variant, frozenset[str], str]]:
        """Return what to look at, what is least unusual first, up to a limit."""
        found = [
            (variant, given, words)
            for variant in variants(self.prover, self.entry)
            for given, words in given_sets(variant.rule)
        ]
        found.sort(key=lambda one: bool(one[0].words) and bool(one[2]))
        left = [variant.words for variant, _, words in found[PROGRAMS:] if not words]
        if left:
            self.notes.warning(
                self.entry.path, "not_decided",
                Phrase("{count} days and choices were not looked at, from {left} on", count=len(left), left=left[0]),
                "begin a new version on one of those days",
            )  # fmt: skip
        return found[:PROGRAMS]

    def setting(self, variant: Variant, given: frozenset[str], words: str) -> Setting | None:
        try:
            program = variant.rule.program(given)
        except RuleError as error:
            (fault,) = error.errors
            if (fault.input, fault.template) in self.limits:
                return None
            self.limits.add((fault.input, fault.template))
            start = Joined(filter(None, (variant.words, words)))
            self.notes.error(
                self.path_of(variant.rule, fault.input), "not_computable",
                attrs.evolve(fault, where=start).message, fault.advice,
            )  # fmt: skip
            return None
        space = Space.of(variant.rule, program)
        return Setting(variant=variant, space=space, given=given, words=words)

    def path_of(self, rule: DatedRule, name: str) -> Path:
        if name in rule.steps:
            return rule.steps[name].entry.path
        if name.startswith(REQUIRED):
            return self.prover.file.require[int(name.removeprefix(REQUIRED))].path
        parts: tuple[RuleFile | VocabularyFile, ...] = (self.prover.file, *self.prover.shared)
        for part in parts:
            if name in part.input:
                return (*part.input[name].path, "or_formula")
        return self.entry.path

    # -- tables --------------------------------------------------------------------------------

    def tables(self, setting: Setting) -> None:
        """Look at each table of a program."""
        program = setting.space.program
        for step in program.steps:
            if not isinstance(step.value, Choice) or step.name.startswith(REQUIRED):
                continue
            grid = program.grids[step.name]
            if grid.row_of_cell is None:
                self.too_large(setting, step.name, grid)
                continue
            key = _key(step.name, setting.space)
            if key not in self.seen:
                self.seen.add(key)
                self.table(setting, step.name, Cells.of(grid, setting.space))

    def too_large(self, setting: Setting, name: str, grid: Grid) -> None:
        self.notes.warning(
            self.path_of(setting.variant.rule, name), "not_decided",
            Phrase("this table has {size:,} combinations of bounds, more than {most:,}: whether its rows cover every case is not proved", size=grid.size, most=CELLS),
            "make two tables of it, of which one reads the other",
        )  # fmt: skip

    def table(self, setting: Setting, name: str, cells: Cells) -> None:
        if cells.uncovered.any():
            self.uncovered(setting, name, cells)
        decided = self.decided.setdefault(name, set())
        rows = set(np.unique(cells.row[cells.possible]).tolist()) - {
            cells.grid.rows,
            cells.grid.rows + 1,
        }
        if cells.plain and not setting.variant.rule.file.require:
            decided |= rows
        elif rows - decided:
            decided |= rows & setting.space.rows_met(name)
            for row in rows - decided:
                self.maybe.setdefault((name, row), []).append((setting, cells))
        if setting.is_usual and cells.grid.rows <= CROSSED:
            self.crossing(setting, name, cells)

    def uncovered(self, setting: Setting, name: str, cells: Cells) -> None:
        """Note the cases of a table that no row covers, each with a person."""
        said = self.said.setdefault(name, set())
        wide, left_out = cells.widened(cells.uncovered)
        wider = cells.groups(wide, SOUGHT)
        told = 0
        for group in cells.groups(cells.uncovered, SOUGHT):
            around = next((one for one in wider if one.holds(group)), None)
            words = group.words if around is None else around.words
            if words in said or told == SAID or self.known(setting, name, group):
                continue
            answer = self.look(setting, name, group.wanted, None)
            if answer.proved:
                continue
            said.add(words)
            told += 1
            if answer.person is not None:
                self.missed.setdefault(name, []).append(answer.person)
            self.note_uncovered(setting, name, around or group, left_out if around else (), answer)

    def known(self, setting: Setting, name: str, group: Group) -> bool:
        """Say whether a person of whom it was said that no row covers them is one of a group."""
        space = setting.space
        usual = space.box(frozenset())
        for person in self.missed.get(name, ()):
            same = {n: person.get(n, space.usual(n, usual)) for n in space.inputs}
            worked = space.work_out(same, frozenset(space.steps))
            one = worked[name]
            if (
                one.row is None
                and one.missing == name
                and space.satisfies(same, worked, group.wanted)
            ):
                return True
        return False

    def note_uncovered(
        self, setting: Setting, name: str, group: Group, left_out: tuple[str, ...], answer: Answer
    ) -> None:
        path = self.path_of(setting.variant.rule, name)
        row = Phrase("add a last row without 'when'")
        if group.when:
            row = Phrase("add a row below the others with when = {when}", when=group.when)
        what = (
            Phrase("a row covers {cases}", cases=group.words)
            if group.words
            else Phrase("a row holds")
        )
        none = (
            Phrase("no row covers {cases}", cases=group.words)
            if group.words
            else Phrase("no row holds")
        )
        if left_out:
            template = "{what} where no row about {names} decides"
            names = Joined(left_out, "and")
            what, none = (Phrase(template, what=one, names=names) for one in (what, none))
        if answer.person is None:
            self.notes.warning(
                path, "not_decided",
                setting.about(Phrase("it is not decided whether {what}: no such case was found, and none was excluded", what=what)), Phrase("{row}, or give the inputs closer bounds", row=row),
            )  # fmt: skip
            return
        self.notes.error(
            path, "uncovered",
            setting.about(Phrase("{none}; a case: {person}", none=none, person=person_text(setting.space, answer.person))),
            row if group.when else Phrase('{row}, with then = "missing" if there is no result', row=row),
        )  # fmt: skip

    def look(
        self,
        setting: Setting,
        name: str,
        wanted: Sequence[Any],
        row: int | None,
        boxes: int = BOXES,
    ) -> Answer:
        """Look for a person for whom a row decides, or none does though nothing is missing."""

        def is_it(worked: Worked) -> bool:
            return worked.row == row and (row is not None or worked.missing == name)

        answer = look_for(setting.space, wanted, name, is_it, boxes)
        if answer.person is not None or answer.proved or boxes < BOXES:
            return answer
        space = setting.space
        number = space.steps[name].rows if row is None else row
        sample = drawn(space, DRAWN)
        for place in np.flatnonzero(space.rows(sample, [name])[name] == number)[:TRIED].tolist():
            person = space.person(sample, place)
            worked = space.work_out(person, frozenset(space.steps))
            if space.accepts(worked) and is_it(worked[name]):
                needed = space.reads(wanted, name)
                return Answer(person={n: v for n, v in person.items() if n in needed})
        return answer

    # -- rows ----------------------------------------------------------------------------------

    def crossing(self, setting: Setting, name: str, cells: Cells) -> None:
        """Note rows about the same quantities that cross, so that their order alone decides."""
        facts = setting.variant.rule.steps[name]
        values = [row.value for row in facts.rows]
        for first, second, group in cells.crossing(values):
            is_it = partial(_decided_by, first)
            if look_for(setting.space, group.wanted, name, is_it, IDLE, within=True).person is None:
                continue
            self.notes.warning(
                facts.entry.row[second].path, "crossing",
                Phrase("crosses row {first} ({name!r}), which comes first and decides for {cases}", first=first + 1, name=facts.rows[first].name.first, cases=group.words or Phrase("everyone")),
                "write bounds that meet, so that the order of the rows does not decide",
            )  # fmt: skip

    def idle_rows(self, setting: Setting) -> None:
        """Note the rows that decide for nobody."""
        for name, decided in self.decided.items():
            if name not in setting.variant.rule.steps:
                continue
            facts = setting.variant.rule.steps[name]
            for row, entry in enumerate(facts.entry.row):
                if row in decided or self.reached(name, row):
                    continue
                grid = setting.space.program.grids.get(name)
                before: tuple[int, ...] = ()
                if grid is not None and grid.row_of_cell is not None:
                    before = Cells.of(grid, setting.space).before(row)
                if before:
                    names = [Phrase("{row} ({name!r})", row=n + 1, name=facts.rows[n].name.first)
                             for n in before]  # fmt: skip
                    message = Phrase(
                        "never decides: rows before it always do: {names}", names=Joined(names)
                    )
                    remedy = "move it up, narrow those rows, or take it out"
                else:
                    message = Phrase(
                        "never decides: its conditions hold for no value that is accepted"
                    )
                    remedy = "correct its bounds, or take it out"
                self.notes.warning(entry.path, "idle", message, remedy)

    def reached(self, name: str, row: int) -> bool:
        """Say whether a row may decide for somebody: False only where it is proved not to."""
        for setting, cells in self.maybe.get((name, row), []):
            groups = cells.groups((cells.row == row) & cells.possible, SOUGHT + 1)
            if len(groups) > SOUGHT:
                return True
            if not all(self.look(setting, name, one.wanted, row, IDLE).proved for one in groups):
                return True
        return False


def _key(name: str, space: Space) -> Any:
    """Return all that a table depends on."""
    reads = space.reads((), name)
    constants = tuple((n, v) for n, v in space.rule.constants.items() if n in reads)
    return name, constants, tuple(n for n in space.inputs if n in reads)


def _decided_by(row: int, worked: Worked) -> bool:
    return worked.row == row


def person_text(space: Space, person: Mapping[str, ExactValue]) -> str:
    """Return a person as a case of the file gives one, what is as by default left out."""
    found = []
    for name, value in person.items():
        item = space.inputs[name]
        if item.default is not None and value == item.default:
            continue
        if item.kind == "date":
            found.append(f"{name} = {item.shown(value)}")  # type: ignore[arg-type]
        else:
            found.append(f"{name} = {shown(value)}")
    return f"given = {{ {', '.join(found)} }}" if found else "given = {}"
