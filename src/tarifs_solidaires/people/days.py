"""Days as people write them: the year first, or the day and the month in an order to be said."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

DATES = ("dd/mm/yyyy", "mm/dd/yyyy")

_MIDNIGHT = r"(?:[T ]0?0:00(?::00(?:\.0+)?)?)?"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_TWO_FIRST = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_MIDNIGHT}", re.ASCII)


def day_of(text: str) -> dt.date | None:
    """Return the day that a text is, None where it is none; midnight may stand behind it.

    Examples
    --------
    >>> day_of("1990-05-01"), day_of("1990-05-01 00:00:00"), day_of("01/05/1990")
    (datetime.date(1990, 5, 1), datetime.date(1990, 5, 1), None)
    """
    try:
        if _DAY.fullmatch(text):
            return dt.date.fromisoformat(text[:10])
    except ValueError:
        pass
    return None


def day_in(text: str, order: str) -> dt.date | None:
    """Return the day that a text is in one of ``DATES``, None where it is none.

    Slashes, points and dashes may stand between the figures, and midnight behind them.

    Examples
    --------
    >>> day_in("01/05/1990", "dd/mm/yyyy"), day_in("1.5.1990", "mm/dd/yyyy")
    (datetime.date(1990, 5, 1), datetime.date(1990, 1, 5))
    >>> day_in("31/12/1990", "mm/dd/yyyy") is None
    True
    """
    found = _TWO_FIRST.fullmatch(text.strip())
    if found is None:
        return None
    one, other, year = int(found[1]), int(found[3]), int(found[4])
    day, month = (one, other) if order == "dd/mm/yyyy" else (other, one)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def readings(text: str) -> dict[str, dt.date | None]:
    """Return the day that a text is in each of ``DATES``."""
    return {order: day_in(text, order) for order in DATES}


class Proof:
    """Whether texts prove in which order day and month stand.

    Some day over 12 must stand in them, and none that would be no day in that order.

    Examples
    --------
    >>> proof = Proof()
    >>> proof.see(["01/05/1990", "", "25/12/1990"])
    >>> proof.order
    'dd/mm/yyyy'
    >>> proof.see(["12/25/1990"])
    >>> proof.order
    ''
    """

    def __init__(self) -> None:
        self._against: set[str] = set()

    def see(self, texts: Iterable[object]) -> None:
        """Look at some texts; what is no text, or no such day, says nothing."""
        for text in texts:
            if isinstance(text, str) and _TWO_FIRST.fullmatch(text.strip()):
                found = readings(text)
                if any(found.values()):
                    self._against |= {order for order, day in found.items() if day is None}

    @property
    def order(self) -> str:
        """One of ``DATES``, empty where nothing is proved."""
        left = [order for order in DATES if order not in self._against]
        return left[0] if len(left) == 1 else ""
