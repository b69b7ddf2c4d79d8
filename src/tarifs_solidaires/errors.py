"""What can be wrong, as data: a code, a place, a value and a remedy; messages are made from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import attrs

SHOWN = 5  # positions that a message lists
LISTED = 20  # names that a remedy lists
_PLACE = re.compile(r"\{(?P<name>[a-z_]+)(?P<way>(?:![rsa])?(?::[^{}]*)?)\}")


@attrs.frozen(kw_only=True)
class Fault:
    """One thing that is wrong.

    Parameters
    ----------
    code : str
        Stable name of the kind of fault, such as ``"out_of_bounds"``.
    template : str
        What is wrong, in English, with the names of ``data`` between braces.
    remedy : str
        What to do, likewise.
    where : str
        Place in words: a step, a row, a file.
    input : str
        Name of the input, step or column that is concerned.
    line : int or None
        Line of the file, from 1.
    positions : tuple of int or tuple of int
        Positions of the values, from 0; the first ones where there are many.
    count : int
        How many positions there are in all.
    data : mapping of str to object
        Values that the message quotes.
    """

    code: str
    template: str
    remedy: str = ""
    where: str = ""
    input: str = ""
    line: int | None = None
    positions: tuple[Any, ...] = ()
    count: int = 0
    data: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def message(self) -> str:
        """What is wrong, in one sentence without its remedy."""
        text = self._filled(self.template)
        return f"{self.where}: {text}" if self.where else text

    @property
    def value(self) -> Any:
        """The first value that is wrong, where there is one."""
        return self.data.get("value")

    def __str__(self) -> str:
        """Say what is wrong, and what to do."""
        return f"{self.message}; {self.advice}" if self.remedy else self.message

    @property
    def advice(self) -> str:
        """What to do, in words."""
        return self._filled(self.remedy)

    def _filled(self, template: str) -> str:
        """Fill in the data; what is no name of a datum stays as it is, braces included."""
        data = {"input": self.input, **self.data}

        def filled(match: re.Match[str]) -> str:
            name, way = match["name"], match["way"] or ""
            return f"{{{way}}}".format(data[name]) if name in data else match[0]

        return _PLACE.sub(filled, template)

    def to_dict(self) -> dict[str, Any]:
        """Return the fault as plain values that go to JSON.

        Returns
        -------
        dict
            ``code``, ``where``, ``input``, ``line``, ``positions``, ``count``, ``value``,
            ``message`` and ``remedy``.
        """
        return {
            "code": self.code,
            "where": self.where,
            "input": self.input or None,
            "line": self.line,
            "positions": [list(p) if isinstance(p, tuple) else p for p in self.positions],
            "count": self.count,
            "value": plain(self.value),
            "message": self.message,
            "remedy": self.advice,
        }


class TarifError(ValueError):
    """Base of every error of this package: all faults that were found, at once.

    Parameters
    ----------
    *faults : Fault
        What is wrong; the message is that of the first, and says how many more there are.

    Examples
    --------
    >>> from tarifs_solidaires import InputError, load_rule
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> try:
    ...     rule.compute(quotient_familial=-1)
    ... except InputError as error:
    ...     error.code, error.errors[0].input, error.errors[0].value
    ('out_of_bounds', 'quotient_familial', -1)
    """

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)

    @property
    def errors(self) -> tuple[Fault, ...]:
        """Every fault."""
        return tuple(self.args)

    @property
    def code(self) -> str:
        """Code of the first fault."""
        return self.errors[0].code

    def __str__(self) -> str:
        """Say all that is wrong, a sentence a fault."""
        return " | ".join(map(str, self.errors))

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain values that go to JSON.

        Returns
        -------
        dict
            ``kind``, the name of the class, and ``errors``, a dict for each fault.
        """
        return {
            "kind": type(self).__name__,
            "errors": [fault.to_dict() for fault in self.errors],
        }


class InputError(TarifError):
    """An input of a computation is missing, unknown or outside its range."""


class DateError(TarifError):
    """A date lies outside what is known of a rule."""


class RuleError(TarifError):
    """A rule does not exist, or its file is not a rule."""


class TableError(TarifError):
    """A table of inputs cannot be read."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the remedy for a mistyped name: the nearest known ones, else all of them."""
    names = sorted(set(known))
    close = get_close_matches(word, names, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    if len(names) > LISTED:
        return f"known: {', '.join(names[:LISTED])}, … ({len(names)} in all)"
    return f"known: {', '.join(names)}" if names else "none is known here"


def plain(value: Any) -> Any:
    """Return a value as JSON has it: a number, a text, true, false or null."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
