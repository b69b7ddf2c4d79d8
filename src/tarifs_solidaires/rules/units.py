"""Units that do not fit: money added to a count, a yearly amount compared with a monthly one.

A figure that a formula writes is free: it takes the unit of what it is added to or compared with, and
what it multiplies has any unit that its step declares. Counts, such as persons or meals, weigh nothing
in a product: a price for each of three children is a price.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeAlias

from tarifs_solidaires.catalogue import Phrase, msg
from tarifs_solidaires.catalogue import Unit as UnitText
from tarifs_solidaires.engine.expression import (
    Best,
    Choice,
    Compare,
    Expression,
    Extreme,
    Marginal,
    Name,
    Number,
    Operation,
    Rounded,
    conditions,
)
from tarifs_solidaires.rules.file import Candidate, Row
from tarifs_solidaires.rules.model import StepFacts
from tarifs_solidaires.rules.toml_lines import Path

Unit: TypeAlias = frozenset[tuple[str, int]]  # what weighs in it, each with its power

PERIODS = {"day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year"}
MEASURED = ("m3", "l", "kWh", "MWh", "km", "hour")
_MONEY = re.compile(r"[A-Z]{3}")


def unit_of(text: str) -> Unit | None:
    """Return what weighs in a unit; None where the text is empty, and it may be any.

    Examples
    --------
    >>> sorted(unit_of("EUR/month"))
    [('EUR', 1), ('month', -1)]
    >>> unit_of("persons")
    frozenset()
    """
    if not text.strip():
        return None
    powers: Counter[str] = Counter()
    sign = 1
    for part in re.split(r"([/*])", text):
        word = part.strip()
        if word in ("/", "*"):
            sign = -1 if word == "/" else 1
            continue
        single = word.removesuffix("s")
        for known in (word, single):
            if _MONEY.fullmatch(known) or known in MEASURED or (known in PERIODS and sign < 0):
                powers[known] += sign
                break
    return frozenset((word, power) for word, power in powers.items() if power)


def money_of(text: str) -> str:
    """Return the currency of a unit; empty where it is not one of money.

    Examples
    --------
    >>> money_of("EUR/m3"), money_of("persons")
    ('EUR', '')
    """
    found = re.match(r"\s*([A-Z]{3})(?![A-Za-z])", text)
    return found[1] if found else ""


def said(unit: Unit) -> Phrase:
    """Return a unit in words."""
    above = [word for word, power in sorted(unit) for _ in range(power)]
    below = [word for word, power in sorted(unit) for _ in range(-power)]
    if not above and not below:
        return Phrase("a number")
    return UnitText("/".join(["*".join(above) or "1", *below]))


_MIXED = {
    "compares": msg("compares {one} and {other}"), "adds": msg("adds {one} and {other}"),
    "gives after": msg("gives {other} after {one}"), "bounds": msg("bounds {one} by {other}"),
}  # fmt: skip


class Units:
    """Units of the steps of a version, worked out one after the other.

    Parameters
    ----------
    known : mapping of str to str
        Units of inputs and parameters, as the file writes them.
    note : callable
        Called with the place and the message for what does not fit.
    """

    def __init__(self, known: Mapping[str, str], note: Callable[[Path, str], None]) -> None:
        self.units: dict[str, Unit | None] = {name: unit_of(text) for name, text in known.items()}
        self.note = note

    def step(self, facts: StepFacts) -> None:
        """Work out the unit of a step, and note what does not fit in it."""
        entry, step = facts.entry, facts.step
        own = unit_of(facts.unit) if step.kind == "number" else None
        places: list[Row | Candidate] = [*entry.row, *entry.candidate]
        found: Unit | None = None
        match step.value:
            case Choice(cases) | Best(_, cases):
                for place, case in zip(places, cases, strict=True):
                    key = "then" if entry.row else "value"
                    for one in conditions(case.when):
                        if isinstance(one, Compare):
                            self.alike(self.of(one.left, place.path), self.of(one.right, place.path),
                                       (*place.path, "when"), "compares")  # fmt: skip
                    if step.kind == "number":
                        value = self.of(case.value, (*place.path, key))
                        found = self.alike(found, value, (*place.path, key), "gives after")
            case Marginal(base, parts):
                start = self.of(base, (*entry.path, "scale"))
                for part, place_ in zip(parts, entry.part, strict=True):
                    rate = self.of(part.rate, (*place_.path, "rate"))
                    value = _times(start, rate, 1) if not isinstance(part.rate, Number) else None
                    found = self.alike(found, value, place_.path, "adds")
            case value:
                found = self.of(value, (*entry.path, "formula"))
        for key, bound in (("at_least", step.at_least), ("at_most", step.at_most)):
            if bound is not None:
                path = (*entry.path, key)
                self.alike(own or found, self.of(bound, path), path, "bounds")
        if own is not None and found is not None and _money(own) != _money(found):
            self.note(
                (*entry.path, "unit"), Phrase("the step is said to be in {one}, and what it works out is "
                "in {other}", one=said(own), other=said(found)),
            )  # fmt: skip
        self.units[facts.name] = own if own is not None else found

    def of(self, node: Expression, path: Path) -> Unit | None:
        """Return the unit of a formula; None where it may be any."""
        match node:
            case Name(name):
                return self.units.get(name)
            case Operation("+" | "-", left, right):
                return self.alike(self.of(left, path), self.of(right, path), path, "adds")
            case Operation(sign, left, right):
                one, other = self.of(left, path), self.of(right, path)
                if isinstance(left, Number) or isinstance(right, Number):
                    return None
                return _times(one, other, 1 if sign == "*" else -1)
            case Extreme(_, parts):
                found: Unit | None = None
                for part in parts:
                    found = self.alike(found, self.of(part, path), path, "compares")
                return found
            case Rounded(part):
                return self.of(part, path)
            case _:
                return None

    def alike(self, one: Unit | None, other: Unit | None, path: Path, verb: str) -> Unit | None:
        """Note two units that differ; return what both have."""
        if one is not None and other is not None and one != other:
            self.note(path, Phrase(_MIXED[verb], one=said(one), other=said(other)))
        return other if one is None else one


def _money(unit: Unit) -> frozenset[tuple[str, int]]:
    return frozenset((word, power) for word, power in unit if _MONEY.fullmatch(word))


def _times(one: Unit | None, other: Unit | None, sign: int) -> Unit | None:
    if one is None or other is None:
        return None
    powers = Counter(dict(one))
    for word, power in other:
        powers[word] += sign * power
    return frozenset((word, power) for word, power in powers.items() if power)
