"""Single cells: what a text stands for, and texts that no spreadsheet computes."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence

from tarifs_solidaires.errors import Fault, InputError
from tarifs_solidaires.values.inputs import Input, expected

FLAGS = {
    "1": True, "0": False, "true": True, "false": False, "vrai": True, "faux": False,
    "oui": True, "non": False, "yes": True, "no": False, "sim": True, "não": False,
}  # fmt: skip
SHOWN_OF_CELL = 40  # characters of a wrong cell that a message shows

# Signs that begin a formula, wide and small ones too, after characters that nobody sees.
_SIGNS = "=+@＝＋－＠﹦﹢﹣﹫-"
_UNSEEN = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
_FORMULA = re.compile(rf"[{_UNSEEN}]*[{_SIGNS}]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)


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


def number_of(text: str) -> float:
    """Return the number that a text is, NaN where it is none.

    Python reads more as a number than a clerk writes: ``1_000`` and digits of other scripts are
    none here.
    """
    text = text.strip()
    try:
        return float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return math.nan


def day_of(text: str) -> dt.date | None:
    """Return the day that a text is, None where it is none."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    return None


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
        Where the text is no value of the input's kind.
    """
    text = text.strip()
    value: object = None
    if item.kind == "code":
        value = text or None
    elif item.kind == "flag":
        value = FLAGS.get(text.lower())
    elif item.kind == "date":
        value = day_of(text)
    else:
        number = number_of(text.replace(",", ".", 1))
        if math.isfinite(number):
            value = int(number) if item.kind == "whole" and number.is_integer() else number
    if value is None:
        raise InputError(unreadable(item, text))
    return value


def unreadable(item: Input, text: object, where: str = "", line: int | None = None) -> Fault:
    """Return what is wrong with a cell that is no value of an input."""
    empty = text is None or text != text or (isinstance(text, str) and not text.strip())
    return Fault(
        code="unreadable", input=item.name, where=where, line=line,
        template="{input} is empty" if empty else "{input}: {shown} is not {expected}",
        remedy="write {expected}" if empty else "",
        data={"value": text, "shown": shown(text), "expected": expected(item)},
    )  # fmt: skip


def shown(value: object) -> str:
    """Return a cell as a message quotes it, cut short where it is long."""
    if isinstance(value, str) and len(value) > SHOWN_OF_CELL:
        value = value[:SHOWN_OF_CELL] + "…"
    return repr(value)
