"""A rule with some figures changed, to try a reform before anyone votes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs

from tarifs_solidaires.catalogue import Joined, Phrase
from tarifs_solidaires.errors import Fault, RuleError, nearest
from tarifs_solidaires.rules.build import MISSING
from tarifs_solidaires.rules.file import RuleFile, StepEntry
from tarifs_solidaires.rules.model import Parameter, Value, Version
from tarifs_solidaires.values.frozen import Frozen
from tarifs_solidaires.values.numbers import exact


def reformed(
    file: RuleFile, version: Version, rows: Mapping[str, Mapping[str, object]],
    parameters: Mapping[str, object],
) -> tuple[RuleFile, dict[str, Value]]:  # fmt: skip
    """Return the file with rows changed in the version, and the new values of parameters.

    Raises
    ------
    RuleError
        Where a row or parameter does not exist, or a value cannot be read.
    """
    changes = {
        name: _parameter(file, name, value, version.parameters)
        for name, value in parameters.items()
    }
    if not isinstance(rows, Mapping):
        raise _wrong(file, "rows", "{value!r} is not a mapping", "write rows={'ROW': {'STEP': 0.1}}",
                     value=rows)  # fmt: skip
    if not rows:
        return file, changes
    entries = {name: facts.entry for name, facts in version.steps.items()}
    for row, wanted in rows.items():
        if not isinstance(wanted, Mapping):
            raise _wrong(file, Phrase("row {row!r}", row=row), "{value!r} is not a mapping",
                         "write {'STEP': 0.1}", value=wanted)  # fmt: skip
        entries |= _with_row(file, version, entries, str(row), wanted)
    own = next(v for v in file.version if v.valid_from == version.valid_from)
    chain = own
    figures = dict(own.parameter)
    while chain.extends is not None:
        day = chain.extends
        chain = next(v for v in file.version if v.valid_from == day)
        figures = {**chain.parameter, **figures}
    changed = attrs.evolve(
        own, extends=None, step=tuple(entries.values()), parameter=Frozen(figures),
        required=version.required,
    )  # fmt: skip
    versions = tuple(changed if v is own else v for v in file.version)
    return attrs.evolve(file, version=versions), changes


def _with_row(
    file: RuleFile, version: Version, entries: Mapping[str, StepEntry], row: str,
    wanted: Mapping[str, object],
) -> dict[str, StepEntry]:  # fmt: skip
    """Return the steps that change with a row of one of them."""
    having = [
        name for name, facts in version.steps.items()
        if any(row in one.name.wordings.values() for one in facts.rows)
    ]  # fmt: skip
    if not having:
        known = [one.name.first for facts in version.steps.values() for one in facts.rows]
        raise _wrong(file, "", "has no row {value!r}", nearest(row, known), value=row)
    chosen = [name for name in having if name in wanted] or having
    if len(chosen) > 1:
        raise _wrong(file, Phrase("row {row!r}", row=row), "appears in the steps {value}",
                     "name the step that is meant among the changes", value=Joined(chosen))  # fmt: skip
    (step,) = chosen
    entry = entries[step]
    place = next(
        n for n, one in enumerate(version.steps[step].rows) if row in one.name.wordings.values()
    )
    key = "row" if entry.row else "candidate" if entry.candidate else "part"
    parts = list(getattr(entry, key))
    part = parts[place]
    for name, value in wanted.items():
        read = _read(file, Phrase("row {row!r}, {name}", row=row, name=str(name)), value)
        if name == step:
            field = {"row": "then", "candidate": "value", "part": "rate"}[key]
            part = attrs.evolve(part, **{field: read})
        elif key == "part" or isinstance(part.when, tuple):
            raise _wrong(file, Phrase("row {row!r}", row=row), "{value!r} is not its result", Phrase("write {step!r}", step=step),
                         value=name)  # fmt: skip
        else:
            part = attrs.evolve(part, when=Frozen({**part.when, str(name): read}))
    parts[place] = part
    changed: dict[str, Any] = {key: tuple(parts)}
    return {step: attrs.evolve(entry, **changed)}


def _read(file: RuleFile, where: str, value: object) -> Any:
    if isinstance(value, bool | str | dt.date):
        return value
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if value is None or (isinstance(value, float) and value != value):
        return MISSING
    if isinstance(value, int | float | Decimal | Fraction) or hasattr(value, "dtype"):
        try:
            return exact(value)
        except (ValueError, TypeError, OverflowError):
            pass
    raise _wrong(file, where, "{value!r} is not a figure", "write a number, a formula or a code",
                 value=value)  # fmt: skip


def _parameter(file: RuleFile, name: str, value: object, known: Mapping[str, Parameter]) -> Value:
    if name not in known:
        raise _wrong(file, "", "has no parameter {value!r}", nearest(name, known), value=name)
    read: Any = _read(file, name, value)
    old = known[name]
    same = isinstance(read, type(old.value)) and not isinstance(read, bool) ^ isinstance(
        old.value, bool
    )
    if not same or (old.choices and read not in old.choices):
        choices = Joined(old.choices) or Phrase("a value such as {value}", value=old.value)
        raise _wrong(file, name, "{value!r} is not possible here", "write {choices}", value=value,
                     choices=choices)  # fmt: skip
    return read  # type: ignore[no-any-return]


def _wrong(file: RuleFile, where: str, template: str, remedy: str, **data: Any) -> RuleError:
    place = Joined([file.name, where]) if where else file.name
    return RuleError(Fault(code="reform", where=place, template=template, remedy=remedy, data=data))
