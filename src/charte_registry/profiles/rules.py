"""The rules of a profile: when some fields say this, others must say that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from charte_registry.profiles.statement import Condition, RegleProfil


def broken(rule: RegleProfil, record: Any) -> Iterator[str]:
    """Yield the paths of the fields that break a rule.

    Parameters
    ----------
    rule : RegleProfil
        The rule.
    record : record
        A record of its kind.

    Yields
    ------
    str
        Path of a field of the record.
    """
    _, _, inside = rule.dans.partition(".")
    for owner, path in _owners(record, inside.split(".") if inside else ()):
        if all(holds(condition, owner) for condition in rule.quand):
            for condition in rule.exige:
                if not holds(condition, owner):
                    yield f"{path}{condition.champ}"


def _owners(record: Any, steps: Sequence[str], path: str = "") -> Iterator[tuple[Any, str]]:
    """Yield what the rule speaks of: the record, or each part of it."""
    if not steps:
        yield record, path
        return
    value = getattr(record, steps[0])
    if isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _owners(item, steps[1:], f"{path}{steps[0]}[{number}].")
    elif value is not None:
        yield from _owners(value, steps[1:], f"{path}{steps[0]}.")


def holds(condition: Condition, owner: Any) -> bool:
    """Return whether a condition holds of a record, or of a part of one."""
    stated = list(values(owner, condition.champ.split(".")))
    if condition.absent:
        return not stated
    return any(not condition.parmi or _text(value) in condition.parmi for value in stated)


def values(owner: Any, steps: Sequence[str]) -> Iterator[Any]:
    """Yield what a field states, from the names that lead to it."""
    for item in owner if isinstance(owner, tuple) else (owner,):
        if item is None or item is False:
            continue
        if steps:
            yield from values(getattr(item, steps[0]), steps[1:])
        elif item != ():
            yield item


def _text(value: Any) -> str:
    return "true" if value is True else str(value)
