"""From the sections of a file to inputs, parameters and steps: names resolved, formulas read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, cast

import attrs

from tarifs_solidaires.catalogue import Joined
from tarifs_solidaires.engine.expression import (
    ALWAYS,
    Among,
    Best,
    Case,
    Choice,
    Compare,
    Condition,
    Every,
    Expression,
    Flag,
    Given,
    Listed,
    Marginal,
    Missing,
    Mode,
    Name,
    Number,
    Some,
    Truth,
    Word,
    names,
    once,
)
from tarifs_solidaires.engine.expression import Part as PartOfScale
from tarifs_solidaires.engine.formula import FormulaError, parse_comparison, parse_formula
from tarifs_solidaires.engine.step import CycleError, Kind, Step, in_order, read_by
from tarifs_solidaires.errors import nearest
from tarifs_solidaires.rules.file import (
    DatedValue,
    InputEntry,
    ParameterEntry,
    Rounding,
    RuleFile,
    Source,
    StepEntry,
    VersionEntry,
    VocabularyFile,
)
from tarifs_solidaires.rules.keys import Reader, shown
from tarifs_solidaires.rules.model import (
    OTHERWISE,
    Basis,
    Parameter,
    RowFacts,
    StepFacts,
    Value,
    Version,
)
from tarifs_solidaires.rules.pattern import PatternError, ways
from tarifs_solidaires.rules.toml_lines import Path
from tarifs_solidaires.values.frozen import EMPTY, Frozen
from tarifs_solidaires.values.inputs import EPOCH, Input
from tarifs_solidaires.values.numbers import decimal_text
from tarifs_solidaires.values.texts import NO_TEXT, Texts

MISSING = "missing"
FAR = dt.date(9999, 12, 31)
# Keys of a step that only one kind of step reads.
_BELONGS = {
    "row": "row", "codes": "row", "kind": "row", "part": "scale", "amounts": "by", "first": "by",
    "beyond": "by", "candidate": "best",
}  # fmt: skip
_NO_STEP = StepEntry(name="_")
_IN = re.compile(r"(not )?in ([a-z][a-z0-9_]*)")
_WHOLE_TO = Fraction(1_000_000)
_NUMBER_TO = Fraction(1_000_000_000)
_DATES = (dt.date(1850, 1, 1), dt.date(2150, 12, 31))


class Builder:
    """Make what a rule computes with out of a file and the vocabularies that it uses.

    Parameters
    ----------
    file : RuleFile
        The file.
    shared : sequence of VocabularyFile
        Vocabularies, in the order of ``use``.
    reader : Reader
        Where faults are noted.
    """

    def __init__(self, file: RuleFile, shared: Sequence[VocabularyFile], reader: Reader) -> None:
        self.file = file
        self.reader = reader
        self.damaged: tuple[Path, ...] = tuple(remark.path for remark in reader.remarks)
        self.sources: dict[str, Source] = {}
        self.lists: dict[str, frozenset[str]] = {}
        self.list_words: dict[str, Mapping[str, Texts]] = {}
        entries: dict[str, InputEntry] = {}
        self.figures: dict[str, ParameterEntry] = {}
        parts: tuple[VocabularyFile | RuleFile, ...] = (*shared, file)
        for part in parts:
            self.sources |= part.source
            entries |= part.input
            self.figures |= part.parameter
            for name, listed in part.list.items():
                words = _codes(listed.values)
                self.lists[name] = frozenset(words)
                self.list_words[name] = words
        self.own: frozenset[str] = frozenset(file.input)
        self.inputs: dict[str, Input] = {}
        for name, entry in entries.items():
            self.inputs[name] = self._input(name, entry)
        for name, entry in entries.items():
            self._check_ways(name, entry)

    # -- inputs --------------------------------------------------------------------------------

    def _input(self, name: str, entry: InputEntry) -> Input:
        path = entry.path
        codes = _codes(entry.codes)
        low, high = self._bounds(entry)
        default = self._default(entry, codes, low, high)
        if entry.kind == "code":
            if not codes and not entry.pattern:
                self.wrong(
                    path, "codes", "a code has neither 'codes' nor a 'pattern'",
                    "write codes = [\"…\", \"…\"], or pattern = \"…\"",
                )  # fmt: skip
            elif entry.pattern:
                self._check_pattern(entry)
        elif codes or entry.pattern:
            self.wrong(
                path, "codes", "'codes' and 'pattern' belong to kind = \"code\"", "change the kind"
            )
        if entry.optional and default is not None:
            self.wrong(
                path, "optional", "the input is optional and has a default",
                "keep one: where nobody gives it, it has its default",
            )  # fmt: skip
        if entry.kind in ("flag", "code") and (entry.from_ is not None or entry.to is not None):
            self.wrong(
                path, "bounds", "'from' and 'to' belong to numbers and dates", "leave them out"
            )
        if entry.or_formula and entry.kind not in ("number", "whole"):
            self.wrong(path, "or_formula", "'or_formula' belongs to a number", "leave it out")
        return Input(
            name=name, kind=cast(Any, entry.kind), unit=entry.unit, minimum=low, maximum=high,
            step=entry.step if entry.kind == "number" else Fraction(1), strict=entry.strict,
            default=default, optional=entry.optional,
            formula=entry.or_formula, codes=codes, pattern=entry.pattern,
            code_list=entry.code_list, synonyms=entry.synonyms, label=entry.label, help=entry.help, origin=entry.origin, holder=entry.holder,
        )  # fmt: skip

    def _check_pattern(self, entry: InputEntry) -> None:
        try:
            ways(entry.pattern)
        except PatternError as error:
            self.wrong(
                (*entry.path, "pattern"), "regex", "the pattern {reason}",
                "write a plain regular expression, such as [0-9]{5}", reason=error.reason,
            )  # fmt: skip

    def _bounds(self, entry: InputEntry) -> tuple[Fraction, Fraction]:
        if entry.kind == "date":
            low = entry.from_ if isinstance(entry.from_, dt.date) else _DATES[0]
            high = entry.to if isinstance(entry.to, dt.date) else _DATES[1]
            found = Fraction((low - EPOCH).days), Fraction((high - EPOCH).days)
        else:
            for key, bound in (("from", entry.from_), ("to", entry.to)):
                if isinstance(bound, dt.date):
                    self.wrong(
                        (*entry.path, key), "bounds", "a date cannot bound a number",
                        "write a number, or kind = \"date\"",
                    )  # fmt: skip
            top = _WHOLE_TO if entry.kind == "whole" else _NUMBER_TO
            first = entry.from_ if isinstance(entry.from_, Fraction) else Fraction(0)
            last = entry.to if isinstance(entry.to, Fraction) else top
            found = first, last
        if found[0] > found[1]:
            self.wrong(
                entry.path, "bounds", "'from' is above 'to'", "swap them, or write a larger 'to'"
            )
            return found[1], found[0]
        if entry.kind == "number" and max(map(abs, found)) / entry.step >= 2**53:
            self.wrong(
                entry.path, "bounds", "its largest values have more digits than a float tells apart",
                "give it closer bounds ('to'), or a larger 'step'",
            )  # fmt: skip
        return found

    def _default(
        self, entry: InputEntry, codes: Mapping[str, Texts], low: Fraction, high: Fraction
    ) -> Fraction | bool | str | None:
        value = entry.default
        path = (*entry.path, "default")
        if value is None:
            return None
        good = {
            "flag": isinstance(value, bool),
            "code": isinstance(value, str) and (not codes or value in codes),
            "date": isinstance(value, dt.date),
        }.get(entry.kind, isinstance(value, Fraction))
        if not good:
            self.wrong(
                path, "default", "{value} is not a value of this input", "write {expected}",
                value=shown(value), expected=_expected(entry.kind, codes),
            )  # fmt: skip
            return None
        if isinstance(value, dt.date):
            value = Fraction((value - EPOCH).days)
        if isinstance(value, Fraction) and not low <= value <= high:
            self.wrong(
                path, "default", "the default is outside the bounds of the input",
                "change it, or 'from' and 'to'",
            )  # fmt: skip
        return cast("Fraction | bool | str", value)

    def _check_ways(self, name: str, entry: InputEntry) -> None:
        if not entry.or_formula:
            return
        path = (*entry.path, "or_formula")
        tree = self.formula(entry.or_formula, path)
        if tree is None:
            return
        for read in sorted(names(tree)):
            other = self.inputs.get(read)
            if other is None or not other.numeric or other.formula or read == name:
                self.wrong(
                    path, "or_formula", "{read!r} is not another number that people give",
                    "use inputs that are numbers and have no 'or_formula' of their own", read=read,
                )  # fmt: skip

    # -- parameters ----------------------------------------------------------------------------

    def parameter(
        self, name: str, entry: ParameterEntry, day: dt.date, basis: Basis
    ) -> Parameter | None:
        """Return a parameter on a day; None where it is not known then."""
        value, since = entry.value, None
        own = self.basis(entry, basis)
        if isinstance(value, tuple):
            dated = dated_value(entry, day)
            if dated is None:
                return None
            value, since = dated.value, dated.from_
            own = self.basis(dated, own)
        if entry.choices and value not in entry.choices:
            self.wrong(
                (*entry.path, "value"), "choice", "{value} is not one of the choices",
                "write {choices}", value=shown(value),
                choices=Joined([shown(choice) for choice in entry.choices], "or"),
            )  # fmt: skip
        return Parameter(
            name=name, value=value, unit=entry.unit, label=entry.label, note=entry.note,
            choices=entry.choices, labels=entry.labels, basis=own, since=since,
        )  # fmt: skip

    def basis(self, entry: Any, above: Basis) -> Basis:
        """Return where an entry was read, by itself or by what it is part of."""
        source: Source | None = above.source
        if isinstance(entry.source, Source):
            source = entry.source
        elif isinstance(entry.source, str):
            source = self.sources.get(entry.source) or Source(
                title=Texts.of({self.file.languages[0]: entry.source})
            )
        confidence = entry.confidence
        if not confidence and entry.source is not None and source is not None:
            confidence = source.confidence
        return Basis(source=source, confidence=confidence or above.confidence)

    # -- versions ------------------------------------------------------------------------------

    def chain(self, entry: VersionEntry) -> list[VersionEntry]:
        """Return a version, then the one that it extends, and so on; each begins before the last."""
        chain = [entry]
        while chain[-1].extends is not None:
            day = chain[-1].extends
            earlier = [v for v in self.file.version if v.valid_from == day]
            if not earlier or day >= chain[-1].valid_from:
                days = Joined([str(v.valid_from) for v in self.file.version])
                self.wrong(
                    (*chain[-1].path, "extends"), "extends", "no earlier version begins on {day}",
                    "versions begin on {days}", day=str(day), days=days,
                )  # fmt: skip
                break
            chain.append(earlier[0])
        return chain

    def sections(self, entry: VersionEntry) -> tuple[list[StepEntry], dict[str, ParameterEntry]]:
        """Return the steps and parameters of a version, those that it takes over included."""
        steps: dict[str, StepEntry] = {}
        parameters: dict[str, ParameterEntry] = {}
        for version in reversed(self.chain(entry)):
            seen: set[str] = set()
            for step in version.step:
                if step.name in seen:
                    self.wrong(
                        (*step.path, "name"), "double", "two steps have the name {name!r}",
                        "rename one of them", name=step.name,
                    )  # fmt: skip
                seen.add(step.name)
                steps[step.name] = step
            parameters |= version.parameter
        return list(steps.values()), parameters

    def version(
        self, entry: VersionEntry, day: dt.date, changes: Mapping[str, Value] = EMPTY
    ) -> Version | None:
        """Return a version on a day; None where something is wrong, which is noted.

        Parameters
        ----------
        entry : VersionEntry
            The version.
        day : date
            Day on which dated figures are taken.
        changes : mapping of str to Value
            Other values for parameters.
        """
        before = len(self.reader.remarks)
        steps, own = self.sections(entry)
        above = self.basis(entry, Basis(confidence="official"))
        scope = Scope(self, steps, {**self.figures, **own})
        for name in changes:
            if name not in scope.figures:
                raise KeyError(name)
        parameters: dict[str, Parameter] = {}
        unknown: list[str] = []
        for name, figure in scope.figures.items():
            found = self.parameter(name, figure, day, above)
            if found is None:
                unknown.append(name)
            else:
                value = changes.get(name, found.value)
                parameters[name] = attrs.evolve(found, value=value)
        scope.values = {name: p.value for name, p in parameters.items()}
        made = [self._step(step, scope, above) for step in steps]
        if len(self.reader.remarks) > before:
            return None
        facts = {one.name: one for one in made if one is not None}
        try:
            ordered = in_order(one.step for one in facts.values())
        except CycleError as error:
            first = next(step for step in steps if step.name == error.circle[0])
            self.wrong(
                first.path, "circle", "steps read each other in a circle: {circle}",
                "work out one of them without the others", circle=" → ".join(error.circle),
            )  # fmt: skip
            return None
        by_name = {step.name: step for step in ordered}
        required = self._required(entry)
        wanted = [name for name in self.file.output if name in by_name or name in self.inputs]
        decides = self._decides(entry, by_name, wanted)
        reads = read_by(by_name, [*wanted, *([decides] if decides else [])])
        for name in unknown:
            if name in reads:
                self.wrong(
                    scope.figures[name].path, "parameter_date",
                    "the parameter {name} is not known on {day}, and a step reads it",
                    "add its value of that day",
                    name=name, day=str(day),
                )  # fmt: skip
        if len(self.reader.remarks) > before:
            return None
        return Version(
            valid_from=entry.valid_from, valid_to=self.valid_to(entry), basis=above,
            parameters=Frozen({n: p for n, p in parameters.items() if n in reads or n in own}),
            steps=Frozen({step.name: facts[step.name] for step in ordered}),
            decides=decides, decides_stated=bool(entry.decides), reads=reads, required=required,
            note=entry.note,
        )  # fmt: skip

    def _required(self, entry: VersionEntry) -> tuple[str, ...]:
        """Return the optional inputs that a version requires, by itself or by what it extends."""
        found: list[str] = []
        for now in self.chain(entry):
            for name in now.required:
                if name not in self.inputs or not self.inputs[name].optional:
                    self.unknown(
                        (*now.path, "required"), "required", "there is no optional input {name!r}", name,
                        [n for n, item in self.inputs.items() if item.optional],
                    )  # fmt: skip
                found.append(name)
        return tuple(dict.fromkeys(found))

    def valid_to(self, entry: VersionEntry) -> dt.date:
        """Return the last day of a version."""
        later = [v.valid_from for v in self.file.version if v.valid_from > entry.valid_from]
        last = min(later) - dt.timedelta(days=1) if later else FAR
        known = entry.known_until or (None if later else self.file.known_until)
        return min(last, known) if known else last

    def _decides(
        self, entry: VersionEntry, steps: Mapping[str, Step], wanted: Sequence[str]
    ) -> str:
        if entry.decides:
            if entry.decides not in steps or not steps[entry.decides].rows:
                self.unknown(
                    (*entry.path, "decides"), "decides", "there is no step with rows {name!r}",
                    entry.decides, [n for n, s in steps.items() if s.rows],
                )  # fmt: skip
            return entry.decides
        if not wanted:
            return ""
        first = read_by(steps, wanted[:1])
        rows = [name for name, step in steps.items() if name in first and step.rows]
        return rows[-1] if rows else ""

    # -- steps ---------------------------------------------------------------------------------

    def _step(self, entry: StepEntry, scope: Scope, above: Basis) -> StepFacts | None:
        ways_ = {
            "formula": entry.formula is not None, "row": bool(entry.row), "scale": bool(entry.scale),
            "by": bool(entry.by), "best": bool(entry.best),
        }  # fmt: skip
        said = [way for way, there in ways_.items() if there]
        if len(said) != 1:
            self.wrong(
                entry.path, "step_kind",
                "the step has both {what}" if said else "the step has none of formula, row, scale, by and best",
                "write exactly one of them", what=Joined(said, "and"),
            )  # fmt: skip
            return None
        self._check_keys(entry, said[0])
        if entry.name in self.inputs and entry.name not in self.file.output:
            self.wrong(
                (*entry.path, "name"), "double", "{name!r} is the name of an input too",
                "rename the step", name=entry.name,
            )  # fmt: skip
        own = self.basis(entry, above)
        kind = scope.kinds[entry.name]
        codes = _codes(entry.codes)
        value, rows = self._value(entry, said[0], scope, kind, tuple(codes), own)
        bounds = [
            self._amount(bound, (*entry.path, key), scope)
            for key, bound in (("at_least", entry.at_least), ("at_most", entry.at_most))
        ]
        if kind != "number" and (entry.round or any(b is not None for b in bounds)):
            self.wrong(
                entry.path, "bounds", "a code or a flag has no bounds and is not rounded",
                "leave out 'at_least', 'at_most' and 'round'",
            )  # fmt: skip
        if value is None:
            return None
        unit, mode = None, "half_up"
        if isinstance(entry.round, Rounding):
            unit, mode = entry.round.to, entry.round.mode
        elif entry.round is not None:
            unit = entry.round
        step = once(
            Step(
                name=entry.name, value=value, kind=kind, codes=tuple(codes), at_least=bounds[0],
                at_most=bounds[1], unit=unit, mode=cast(Mode, mode),
            )
        )  # fmt: skip
        output = self.file.output.get(entry.name)
        return StepFacts(
            step=step, entry=entry, codes=codes, rows=rows, basis=own, note=entry.note,
            label=entry.label or (output.label if output else NO_TEXT),
            unit=entry.unit or (output.unit if output else ""),
        )  # fmt: skip

    def _check_keys(self, entry: StepEntry, way: str) -> None:
        """Refuse what belongs to another kind of step, and would not be read."""
        for key, belongs in _BELONGS.items():
            if belongs != way and getattr(entry, key) != getattr(_NO_STEP, key):
                self.wrong(
                    (*entry.path, key), "step_kind", "{key!r} belongs to a step with {belongs!r}",
                    "leave it out", key=key, belongs=belongs,
                )  # fmt: skip

    def _value(
        self, entry: StepEntry, way: str, scope: Scope, kind: Kind, codes: tuple[str, ...],
        own: Basis,
    ) -> tuple[Expression | None, tuple[RowFacts, ...]]:  # fmt: skip
        if way == "formula":
            return self._amount(entry.formula, (*entry.path, "formula"), scope), ()
        if way == "row":
            rows = [self._row(row, scope, kind, codes, own) for row in entry.row]
            self._unique(entry.row, rows)
            cases = tuple(Case(row.when, row.value) for row in rows)
            return Choice(cases), tuple(rows)
        if way == "best":
            if not entry.candidate:
                self.wrong(
                    entry.path, "step_kind", "there is no candidate",
                    "write [[version.step.candidate]]",
                )  # fmt: skip
                return None, ()
            rows = [self._candidate(one, scope, own) for one in entry.candidate]
            self._unique(entry.candidate, rows)
            cases = tuple(Case(row.when, row.value) for row in rows)
            return Best(cast(Any, entry.best), cases), tuple(rows)
        if way == "scale":
            return self._scale(entry, scope, own)
        by = self._amount(entry.by, (*entry.path, "by"), scope)
        if not entry.amounts:
            self.wrong(
                entry.path, "step_kind", "there are no amounts", "write amounts = [10, 15, 20]"
            )
        if by is None or not entry.amounts:
            return None, ()
        return Listed(by, entry.first, entry.amounts, entry.beyond), ()

    def _unique(self, entries: Iterable[Any], rows: Sequence[RowFacts]) -> None:
        seen: set[str] = set()
        for entry, row in zip(entries, rows, strict=True):
            if row.name.first in seen and row.named:
                self.wrong(
                    (*entry.path, "name"), "double", "two rows of this step are called {name!r}",
                    "a result is named by its row: make the names differ", name=row.name.first,
                )  # fmt: skip
            seen.add(row.name.first)

    def _scale(
        self, entry: StepEntry, scope: Scope, own: Basis
    ) -> tuple[Expression | None, tuple[RowFacts, ...]]:
        base = self._amount(entry.scale, (*entry.path, "scale"), scope)
        parts: list[PartOfScale] = []
        rows: list[RowFacts] = []
        before = Fraction(0)
        for position, part in enumerate(entry.part):
            last = position == len(entry.part) - 1
            up_to = part.up_to
            if isinstance(up_to, str):
                named = scope.values.get(up_to)
                if not isinstance(named, Fraction):
                    self.unknown(
                        (*part.path, "up_to"), "unknown_name", "{name!r} is not a figure with a name",
                        up_to, scope.figures,
                    )  # fmt: skip
                    continue
                up_to = named
            if last != (up_to is None):
                self.wrong(
                    part.path, "scale",
                    "the last part has an 'up_to'" if last else "a part before the last has no 'up_to'",
                    "leave 'up_to' out of the last part, and of no other", within=entry.path,
                )  # fmt: skip
                continue
            if up_to is not None and parts and up_to <= before:
                self.wrong(
                    (*part.path, "up_to"), "scale", "{value} is not above the part before, {before}",
                    "put the parts in order", value=shown(up_to), before=shown(before),
                )  # fmt: skip
            rate = self._amount(part.rate, (*part.path, "rate"), scope)
            if rate is None:
                continue
            parts.append(PartOfScale(up_to, rate))
            name = part.name or _texts(self.file, _range_text(entry.scale, before, up_to))
            when = ALWAYS if up_to is None or base is None else Compare(base, "<=", Number(up_to))
            rows.append(
                RowFacts(
                    name=name, named=bool(part.name), when=when, value=rate, up_to=up_to,
                    basis=self.basis(part, own),
                )
            )  # fmt: skip
            before = up_to if up_to is not None else before
        if not entry.part:
            self.wrong(entry.path, "step_kind", "there is no part", "write [[version.step.part]]")
        if base is None or len(parts) != len(entry.part) or not parts:
            return None, ()
        return Marginal(base, tuple(parts)), tuple(rows)

    def _row(
        self, row: Any, scope: Scope, kind: Kind, codes: tuple[str, ...], own: Basis
    ) -> RowFacts:
        when = self.when(row.when, (*row.path, "when"), scope)
        value = self._then(row.then, (*row.path, "then"), scope, kind, codes)
        name = row.name or _texts(self.file, condition_text(row.when))
        return RowFacts(
            name=name, named=bool(row.name), when=when, value=once(value or Missing()),
            basis=self.basis(row, own), note=row.note,
        )  # fmt: skip

    def _candidate(self, one: Any, scope: Scope, own: Basis) -> RowFacts:
        when = self.when(one.when, (*one.path, "when"), scope)
        value = self._amount(one.value, (*one.path, "value"), scope)
        return RowFacts(
            name=one.name, named=True, when=when, value=once(value or Missing()),
            basis=self.basis(one, own), note=one.note,
        )  # fmt: skip

    def _then(
        self, value: Any, path: Path, scope: Scope, kind: Kind, codes: tuple[str, ...]
    ) -> Expression | None:
        if value == MISSING and isinstance(value, str):
            return Missing()
        if kind == "flag":
            if isinstance(value, bool):
                return Truth(value)
            self.wrong(
                path, "then", "{value} is neither true nor false, as the results of this step are",
                "write true or false, without quotes", value=shown(value),
            )  # fmt: skip
            return None
        if kind == "code":
            if value in codes and isinstance(value, str):
                return Word(value)
            self.wrong(
                path, "then", "{value} is not one of the codes of this step",
                nearest(str(value), codes) if codes else "write codes = [\"…\"] in the step",
                value=shown(value),
            )  # fmt: skip
            return None
        if isinstance(value, bool):
            self.wrong(
                path, "then", "{value} is not a number",
                "write kind = \"flag\" in the step if all its results are true or false",
                value=shown(value),
            )  # fmt: skip
            return None
        return self._amount(value, path, scope)

    def _amount(self, value: Any, path: Path, scope: Scope) -> Expression | None:
        if value is None:
            return None
        if isinstance(value, Fraction):
            return Number(value)
        tree = self.formula(value, path)
        if tree is None:
            return None
        good = True
        for name in sorted(names(tree)):
            good = scope.numeric(name, path) and good
        return tree if good else None

    def formula(self, text: str, path: Path) -> Expression | None:
        """Read a formula; None where it cannot be read, which is noted."""
        try:
            return parse_formula(text)
        except FormulaError as error:
            self.wrong(path, "formula", error.template, error.remedy)
            return None

    # -- conditions ----------------------------------------------------------------------------

    def when(self, when: Any, path: Path, scope: Scope) -> Condition:
        """Return the conditions of a row."""
        if isinstance(when, tuple):
            parts = [self._all(one, (*path, n), scope) for n, one in enumerate(when)]
            return parts[0] if len(parts) == 1 else once(Some(tuple(parts)))
        return self._all(when, path, scope)

    def _all(self, when: Mapping[str, Any], path: Path, scope: Scope) -> Condition:
        parts: list[Condition] = []
        for name, value in when.items():
            found = self._condition(name, value, (*path, name), scope)
            if isinstance(found, Every):
                parts += map(once, found.parts)
            elif found is not None:
                parts.append(once(found))
        return parts[0] if len(parts) == 1 else once(Every(tuple(parts)))

    def _condition(self, name: str, value: Any, path: Path, scope: Scope) -> Condition | None:
        kind = scope.kind(name, path)
        if kind is None:
            return None
        item = self.inputs.get(name)
        if value in ("given", "not given") and name not in scope.kinds:
            if item is None or not item.optional:
                self.wrong(
                    path, "condition", "{name} is always given",
                    "write optional = true in [input.{name}], or leave the condition out", name=name,
                )  # fmt: skip
                return None
            return Given(name, value == "given")
        if kind == "flag":
            if isinstance(value, bool):
                return Flag(name, value)
            quoted = value in ("true", "false")
            self.wrong(
                path, "condition", "{name} is true or false, and {value} is neither",
                "remove the quotes" if quoted else "write true or false", name=name,
                value=shown(value),
            )  # fmt: skip
            return None
        if kind == "code":
            return self._code_condition(name, value, path, scope)
        if isinstance(value, bool | tuple):
            self.wrong(
                path, "condition", "{name} is a number, and {value} is not a comparison",
                "write it like \"x <= 600\"", name=name, value=shown(value),
            )  # fmt: skip
            return None
        if isinstance(value, Fraction):
            return Compare(Name(name), "=", Number(value))
        if isinstance(value, dt.date):
            return Compare(Name(name), "=", Number(Fraction((value - EPOCH).days)))
        try:
            found = parse_comparison(value, name)
        except FormulaError as error:
            self.wrong(path, "condition", error.template, error.remedy)
            return None
        for read in sorted(names(found) - {name}):
            if not scope.numeric(read, path):
                return None
        return found

    def _code_condition(self, name: str, value: Any, path: Path, scope: Scope) -> Condition | None:
        if isinstance(value, str):
            match = _IN.fullmatch(value)
            if match is not None:
                if match[2] not in self.lists:
                    self.unknown(
                        path, "unknown_list", "there is no list {name!r}", match[2], self.lists
                    )
                    return None
                return Among(name, self.lists[match[2]], negated=bool(match[1]))
        negated = isinstance(value, str) and value.startswith("not ")
        wanted = value if isinstance(value, tuple) else (value,)
        if any(not isinstance(one, str) for one in wanted):
            if isinstance(value, Fraction) and value % 1 == 0:
                wanted = (decimal_text(value),)
            else:
                self.wrong(
                    path, "condition", "{name} is a code, and {value} is not",
                    "write a code between quotes", name=name, value=shown(value),
                )  # fmt: skip
                return None
        words = [one.removeprefix("not ") for one in wanted]
        known = scope.codes(name)
        for word in words:
            if known is not None and not word.endswith("*") and word not in known:
                self.wrong(
                    path, "unknown_code", "{word!r} is not a code of {name}",
                    nearest(word, [*known, *(f"in {n}" for n in self.lists)]), word=word, name=name,
                )  # fmt: skip
                return None
        return Among(
            name, frozenset(w for w in words if not w.endswith("*")),
            frozenset(w[:-1] for w in words if w.endswith("*")), negated=negated,
        )  # fmt: skip

    def wrong(
        self, path: Path, code: str, template: str, remedy: str = "", *, within: Path = (),
        **data: Any,
    ) -> None:  # fmt: skip
        """Note something that is wrong, unless it follows from what the reader noted.

        Parameters
        ----------
        path : tuple
            Where it is.
        code, template, remedy : str
            As in ``Fault``.
        within : tuple
            Place of which all must have been read for this to be a fault of its own; ``path`` where
            it is left out.
        **data : object
            Values that the template names.
        """
        top = within or path
        if not any(place[: len(top)] == top for place in self.damaged):
            self.reader.wrong(path, code, template, remedy, **data)

    def unknown(
        self, path: Path, code: str, template: str, name: str, known: Iterable[str]
    ) -> None:
        """Note a name that nothing has, unless what has it could not be read."""
        if not self.reader.blind and name not in self.reader.lost:
            self.wrong(path, code, template, nearest(name, known), name=name)

    def check_file(self) -> None:
        """Check what no version reads by itself: conditions between inputs, and of notes."""
        scope = self.input_scope()
        if self.file.income and self.file.income not in self.inputs:
            self.unknown(
                ("income",),
                "unknown_name",
                "there is no input {name!r}",
                self.file.income,
                self.inputs,
            )
        for entry in self.file.require:
            if entry.input not in self.inputs:
                self.unknown(
                    (*entry.path, "input"), "unknown_name", "there is no input {name!r}", entry.input,
                    self.inputs,
                )  # fmt: skip
            self.when(entry.when, (*entry.path, "when"), scope)
        steps = {step.name: step for version in self.file.version for step in version.step}
        figures = {n: p for version in self.file.version for n, p in version.parameter.items()}
        anything = Scope(self, tuple(steps.values()), {**self.figures, **figures})
        for note in self.file.note:
            self.when(note.when, (*note.path, "when"), anything)

    def input_scope(self) -> Scope:
        """Return the names that a condition between inputs can use."""
        return Scope(self, (), {})


class Scope:
    """The names that a version knows, and what each is."""

    def __init__(
        self, builder: Builder, steps: Sequence[StepEntry], figures: Mapping[str, ParameterEntry]
    ) -> None:
        self.builder = builder
        self.figures: dict[str, ParameterEntry] = dict(figures)
        self.values: Mapping[str, Value] = {}
        self.kinds: dict[str, Kind] = {step.name: _kind(step) for step in steps}
        self.step_codes: dict[str, tuple[str, ...]] = {
            step.name: tuple(_codes(step.codes)) for step in steps
        }

    def kind(self, name: str, path: Path) -> str | None:
        """Return ``number``, ``code`` or ``flag``; None where there is no such name, noted."""
        if name in self.kinds:
            return self.kinds[name]
        item = self.builder.inputs.get(name)
        if item is not None:
            return "number" if item.numeric else item.kind
        if name in self.figures:
            value = self.values.get(name, self.figures[name].value)
            if isinstance(value, tuple):
                value = value[0].value
            if isinstance(value, bool):
                return "flag"
            return "code" if isinstance(value, str) else "number"
        self.builder.unknown(
            path, "unknown_name", "there is no input, parameter or step {name!r}", name,
            [*self.kinds, *self.builder.inputs, *self.figures],
        )  # fmt: skip
        return None

    def numeric(self, name: str, path: Path) -> bool:
        """Say whether a name is a number; note where it is not."""
        kind = self.kind(name, path)
        if kind in ("code", "flag"):
            self.builder.wrong(
                path, "not_a_number",
                "{name} is a code, not a number" if kind == "code" else "{name} is a flag, not a number",
                "make a step with rows that gives a number for it", name=name,
            )  # fmt: skip
        return kind == "number"

    def codes(self, name: str) -> tuple[str, ...] | None:
        """Return the codes that a name can be; None where any text can."""
        if self.step_codes.get(name):
            return self.step_codes[name]
        item = self.builder.inputs.get(name)
        if item is not None:
            return tuple(item.codes) or None
        choices = self.figures[name].choices if name in self.figures else ()
        return tuple(str(choice) for choice in choices) or None


def _kind(step: StepEntry) -> Kind:
    if step.kind:
        return cast(Kind, step.kind)
    if _codes(step.codes):
        return "code"
    thens = [row.then for row in step.row if row.then != MISSING]
    return "flag" if thens and all(isinstance(then, bool) for then in thens) else "number"


def _codes(value: Any) -> Mapping[str, Texts]:
    if isinstance(value, tuple):
        return Frozen(dict.fromkeys(value, NO_TEXT))
    return cast("Mapping[str, Texts]", value)


def dated_value(entry: ParameterEntry, day: dt.date) -> DatedValue | None:
    """Return the value of a dated parameter on a day; None where there is none."""
    found = [value for value in entry.value if value.from_ <= day]
    if not found:
        return None
    last = max(found, key=lambda value: value.from_)
    return None if last.until is not None and day > last.until else cast(DatedValue, last)


def condition_text(when: Any) -> str:
    """Return conditions as a line that names a row which has no name of its own."""
    if isinstance(when, tuple):
        return " | ".join(condition_text(one) for one in when)
    if not when:
        return OTHERWISE
    return ", ".join(_one_text(name, value) for name, value in when.items())


def _one_text(name: str, value: Any) -> str:
    if value is True:
        return name
    if value is False:
        return f"not {name}"
    if isinstance(value, tuple):
        return f"{name} in {'/'.join(map(str, value))}"
    if isinstance(value, Fraction):
        return f"{name} = {decimal_text(value)}"
    if isinstance(value, str) and re.search(r"\bx\b", value) and re.search(r"[<>=]", value):
        return re.sub(r"\bx\b", name, value)
    return f"{name} {value}"


def _range_text(name: str, low: Fraction, high: Fraction | None) -> str:
    if high is None:
        return f"{name} > {decimal_text(low)}"
    return f"{name} <= {decimal_text(high)}" if not low else (
        f"{decimal_text(low)} < {name} <= {decimal_text(high)}"
    )  # fmt: skip


def _texts(file: RuleFile, text: str) -> Texts:
    return Texts.of({file.languages[0]: text})


def _expected(kind: str, codes: Mapping[str, Texts]) -> str:
    if kind == "code" and codes:
        return Joined([shown(code) for code in list(codes)[:8]], "or")
    return {"flag": "true or false", "code": "a text", "date": "a date"}.get(kind, "a number")
