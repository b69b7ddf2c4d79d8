"""Single cells: what a text stands for, and texts that no spreadsheet computes."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence

import attrs

from tarifs_solidaires.catalogue import Phrase, msg
from tarifs_solidaires.errors import Fault, InputError, TableError
from tarifs_solidaires.people.days import DATES, day_in, day_of, readings
from tarifs_solidaires.values.inputs import Input, expected

FLAGS = {
    "1": True, "0": False, "true": True, "false": False, "t": True, "f": False,
    "vrai": True, "faux": False, "oui": True, "non": False, "o": True, "n": False, "x": True,
    "yes": True, "no": False, "y": True, "verdadeiro": True, "falso": False, "v": True,
    "sim": True, "não": False, "nao": False, "s": True,
}  # fmt: skip
SHOWN_OF_CELL = 40  # characters of a wrong cell that a message shows

# Signs that begin a formula, wide and small ones too, after characters that nobody sees.
_SIGNS = "=+@＝＋－＠﹦﹢﹣﹫-"
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_FORMULA = re.compile(rf"[{_UNSEEN}]*[{_SIGNS}]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# Python reads more as a number than a clerk writes: 1_000, nan and digits of other scripts are none.
_WRITTEN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_SPACES = dict.fromkeys(map(ord, "\xa0\u2007\u2009\u202f"), " ")
_SPACED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d*)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[.,]\d{3})+", re.ASCII)


@attrs.frozen
class Notation:
    """How numbers and days are written in a table.

    Parameters
    ----------
    mark : {".", ",", ""}
        The decimal mark that is usual in such a file; empty where neither is.
    sure : bool
        Whether someone said so. Where nobody did, ``22.500`` in a file of decimal commas may be
        22.5 or 22,500, and is no number until someone says which.
    dates : {"", "dd/mm/yyyy", "mm/dd/yyyy"}
        Whether the day or the month stands first, as someone said or the table proved; empty where
        only ``1990-05-01`` is a day.

    Examples
    --------
    >>> Notation(",").number("22 500,00"), Notation(",").number("22.500,00")
    (22500.0, 22500.0)
    >>> Notation(",").is_ambiguous("22.500"), Notation(",", sure=True).number("22.500")
    (True, 22500.0)
    """

    mark: str = "."
    sure: bool = False
    dates: str = ""

    @classmethod
    def of(cls, decimal: str, dates: str, usual: str = ".") -> Notation:
        """Return the notation that someone said, and what is usual where nobody said it.

        Raises
        ------
        TableError
            Where what was said is no notation.
        """
        if decimal not in ("", ".", ","):
            raise TableError(
                Fault(code="option", where="decimal", template="{value!r} is not a decimal sign",
                      remedy='give "." or ","', data={"value": decimal})
            )  # fmt: skip
        if dates not in ("", *DATES):
            raise TableError(
                Fault(code="option", where="dates", template="{value!r} is not a way to write dates",
                      remedy='give "dd/mm/yyyy" or "mm/dd/yyyy"', data={"value": dates})
            )  # fmt: skip
        return cls(decimal or usual, sure=bool(decimal), dates=dates)

    def day(self, text: str) -> dt.date | None:
        """Return the day that a text is, None where it is none or could be two."""
        text = text.strip()
        found = day_of(text)
        return day_in(text, self.dates) if found is None and self.dates else found

    def number(self, text: str) -> float:
        """Return the number that a text is, NaN where it is none or could be two."""
        text = text.strip()
        if not text.isascii():
            text = text.translate(_SPACES)
        if " " in text:
            if not _SPACED.fullmatch(text):
                return math.nan
            # spaces group the digits, so the sign that is left marks the decimals
            return (
                math.nan if self._against(text) else _float(text.replace(" ", "").replace(",", "."))
            )
        commas, points = text.count(","), text.count(".")
        if not commas and points < 2 and (self.mark == "." or not points):
            return _float(text)
        if commas and points:
            mark = "," if text.rfind(",") > text.rfind(".") else "."
            whole, _, decimals = text.rpartition(mark)
            if mark in whole or not _GROUPED.fullmatch(whole) or self._against(mark):
                return math.nan
            return _float(f"{whole.replace(',', '').replace('.', '')}.{decimals}")
        mark = "," if commas else "."
        if commas + points > 1:
            good = _GROUPED.fullmatch(text) and not (self.sure and self.mark == mark)
            return _float(text.replace(mark, "")) if good else math.nan
        if mark == self.mark:
            return _float(text.replace(",", "."))
        if _GROUPED.fullmatch(text):
            return _float(text.replace(mark, "")) if self.sure else math.nan
        return math.nan if self.sure else _float(text.replace(",", "."))

    def is_ambiguous(self, text: str) -> bool:
        """Say whether a text could be two numbers."""
        text = text.strip()
        marks = text.count(",") + text.count(".")
        return (
            not self.sure and marks == 1 and _GROUPED.fullmatch(text) is not None
            and (not self.mark or self.mark not in text)
        )  # fmt: skip

    def _against(self, text: str) -> bool:
        """Say whether a text has a decimal mark that someone said is not one."""
        return self.sure and (("," if self.mark == "." else ".") in text)


POINT = Notation(".")
SAY_DATES = msg(
    'say how dates are written, with --dates dd/mm/yyyy or --dates mm/dd/yyyy (in Python dates="dd/mm/yyyy")'
)


def is_day_or_month(notation: Notation, cell: object) -> bool:
    """Say whether a cell is a day of which nobody said whether the month stands first."""
    return not notation.dates and isinstance(cell, str) and any(readings(cell).values())


def _float(text: str) -> float:
    return float(text) if _WRITTEN.fullmatch(text) else math.nan


def flag_of(text: str) -> float:
    """Return 1 or 0 for a word that says yes or no, NaN for another."""
    word = text.strip().lower()
    known = FLAGS.get(word)
    if known is not None:
        return float(known)
    number = _float(word.replace(",", "."))  # 1.0, as a spreadsheet or pandas writes it
    return number if number in (0, 1) else math.nan


def neutral(text: str) -> str:
    """Return a text as a cell that no spreadsheet computes; a number stays as it is.

    Examples
    --------
    >>> neutral("=1+1"), neutral("-5"), neutral("Erdre")
    ("'=1+1", '-5', 'Erdre')
    """
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text.strip()):
        return "'" + text
    return text


def neutral_column(cells: Sequence[str]) -> Sequence[str]:
    """Return a column of texts of which no spreadsheet computes one."""
    every = "".join(cells)
    if not any(sign in every for sign in _SIGNS) and every.isprintable():
        return cells
    return [neutral(cell) for cell in cells]


def value_of(item: Input, text: str) -> object:
    """Return the value of an input that a text is.

    Parameters
    ----------
    item : Input
        The input.
    text : str
        A number with a point or a comma, a word of ``FLAGS``, a code, or a day.

    Returns
    -------
    int, float, bool, str or date
        The value; its bounds are not checked.

    Raises
    ------
    InputError
        Where the text is no value of the input's kind, or could be two.
    """
    text = text.strip()
    value: object = None
    if item.kind == "code":
        value = text or None
    elif item.kind == "flag":
        truth = flag_of(text)
        value = bool(truth) if truth == truth else None
    elif item.kind == "date":
        value = day_of(text)
    else:
        number = POINT.number(text)
        if math.isfinite(number):
            value = int(number) if item.kind == "whole" and number.is_integer() else number
    if value is None:
        raise InputError(unreadable(item, text))
    return value


def unreadable(
    item: Input, cell: object, where: str = "", line: int | None = None, notation: Notation = POINT
) -> Fault:
    """Return what is wrong with a cell that is no value of an input."""
    empty = cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())
    data: dict[str, object] = {"value": cell, "shown": shown(cell), "expected": expected(item)}
    if item.kind in ("number", "whole") and isinstance(cell, str) and notation.is_ambiguous(cell):
        one, other = Notation(".", sure=True).number(cell), Notation(",", sure=True).number(cell)
        return Fault(
            code="ambiguous", input=item.name, where=where, line=line,
            template="{input}: {shown} is {low_reading:g} or {high_reading:,.0f}",
            remedy='say which sign marks the decimals: "." or ","',
            data=data | {"low_reading": min(one, other), "high_reading": max(one, other)},
        )  # fmt: skip
    if item.kind == "date" and is_day_or_month(notation, cell):
        found = [day.isoformat() for day in readings(str(cell)).values() if day is not None]
        two = len(found) > 1
        return Fault(
            code="day_or_month", input=item.name, where=where, line=line,
            template="{input}: {shown} is {one} or {other}" if two
            else "{input}: {shown} is {one} only if the whole column is written so",
            remedy=SAY_DATES,
            data=data | {"one": found[0], "other": found[-1]},
        )  # fmt: skip
    return Fault(
        code="unreadable", input=item.name, where=where, line=line,
        template="{input} is empty" if empty else "{input}: {shown} is not {expected}",
        remedy="write {expected}" if empty else "", data=data,
    )  # fmt: skip


def shown(value: object) -> Phrase:
    """Return a cell as a message quotes it, cut short where it is long."""
    if isinstance(value, str) and len(value) > SHOWN_OF_CELL:
        value = value[:SHOWN_OF_CELL] + "…"
    return Phrase("{value!r}", value=value)
