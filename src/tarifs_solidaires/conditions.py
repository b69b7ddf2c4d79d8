"""What a row asks of one input: a number between bounds, a flag, a code of a list."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import attrs

_NUMBER = r"(\d+(?:\.\d{1,2})?)"
_INTERVAL = re.compile(rf"(?:{_NUMBER}\s*(<=|<)\s*)?x(?:\s*(<=|<)\s*{_NUMBER})?")
_HALF_LINE = re.compile(rf"x\s*(>=|>)\s*{_NUMBER}")
_MEMBER = re.compile(r"(not )?in (\w+)")


def _decimal(bound: float) -> str:
    return f"{bound:.2f}".rstrip("0").rstrip(".")


@attrs.frozen
class Interval:
    """A number lies between two bounds, each of which says which side it belongs to."""

    name: str
    low: float = 0.0
    low_included: bool = True
    high: float = math.inf
    high_included: bool = False

    kind = "number"  # of the input that it is about

    @property
    def text(self) -> str:
        """The condition as a rule file writes it."""
        low, high = _decimal(self.low), _decimal(self.high)
        if self.high == math.inf:
            return f"x {'>=' if self.low_included else '>'} {low}"
        below = f"x {'<=' if self.high_included else '<'} {high}"
        if self.low == 0 and self.low_included:
            return below
        return f"{low} {'<=' if self.low_included else '<'} {below}"


@attrs.frozen
class Flag:
    """A flag has a value."""

    name: str
    value: bool

    kind = "flag"  # of the input that it is about

    @property
    def text(self) -> str:
        """The condition as a rule file writes it."""
        return "true" if self.value else "false"


@attrs.frozen
class Member:
    """A code is in a named list, or is not; a code that is not given meets neither."""

    name: str
    list_name: str
    codes: frozenset[str] = attrs.field(repr=False)
    negated: bool = False

    kind = "commune"  # of the input that it is about

    @property
    def text(self) -> str:
        """The condition as a rule file writes it."""
        return f"{'not ' if self.negated else ''}in {self.list_name}"


Condition = Interval | Flag | Member


def parse_condition(name: str, text: object, lists: Mapping[str, frozenset[str]]) -> Condition:
    """Read one condition of a rule file.

    Parameters
    ----------
    name : str
        Input that the condition is about.
    text : bool or str
        ``true``, ``false``, ``"500 < x <= 750"``, ``"x > 900"``, ``"in LIST"``, ``"not in LIST"``;
        bounds have two decimals at most.
    lists : mapping of str to frozenset of str
        Named lists of the file.

    Returns
    -------
    Interval, Flag or Member
        The condition.

    Raises
    ------
    ValueError
        Where the text is none of these; the message says which forms there are.
    """
    if isinstance(text, bool):
        return Flag(name, text)
    if isinstance(text, str):
        if (match := _HALF_LINE.fullmatch(text)) is not None:
            return Interval(name, float(match[2]), match[1] == ">=")
        match = _INTERVAL.fullmatch(text)
        if match is not None and (match[1] or match[4]):
            low, high = float(match[1] or 0), float(match[4] or math.inf)
            low_included, high_included = match[2] != "<", match[3] == "<="
            if low > high or (low == high and not (low_included and high_included)):
                raise ValueError(f"{text!r} holds for no number: the bounds exclude each other")
            return Interval(name, low, low_included, high, high_included)
        match = _MEMBER.fullmatch(text)
        if match is not None and match[2] in lists:
            return Member(name, match[2], lists[match[2]], negated=bool(match[1]))
    raise ValueError(
        f"{text!r} is no condition: write true, false, '500 < x <= 750', 'x > 900', "
        "'in LIST' or 'not in LIST' with a list of this file"
    )
