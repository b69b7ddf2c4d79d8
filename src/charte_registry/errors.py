"""What can be wrong with a register, each as one line that says what, where and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

NAMED = 30  # names of a remedy that has no near one


class Fault(str):
    """One thing that is wrong: the line that people read, with the data that it was made of.

    Parameters
    ----------
    message : str
        What is wrong, without its place and its remedy.
    code : str
        Stable name of the kind of fault, such as ``"unknown_field"``.
    where : str
        File and line, or record.
    field : str
        Field, dotted.
    value : object
        What stands there, where something does.
    remedy : str
        What to do.

    Examples
    --------
    >>> fault = Fault(
    ...     "empty", code="empty", where="r.json:3", field="nom", remedy="write a value"
    ... )
    >>> print(fault)
    r.json:3 `nom`: empty; write a value
    >>> fault.code, fault.field, fault.remedy
    ('empty', 'nom', 'write a value')
    """

    code: str
    where: str
    field: str
    value: Any
    message: str
    remedy: str

    def __new__(
        cls, message: str, *, code: str = "register", where: str = "", field: str = "",
        value: Any = None, remedy: str = "",
    ) -> Fault:  # fmt: skip
        """Make the line of its parts."""
        place = " ".join(filter(None, (where, field and f"`{field}`")))
        text = f"{place}: {message}" if place else message
        self = super().__new__(cls, f"{text}; {remedy}" if remedy else text)
        self.code, self.where, self.field, self.value = code, where, field, value
        self.message, self.remedy = message, remedy
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return _fault, (self.message, self._data())

    def _data(self) -> dict[str, Any]:
        names = ("code", "where", "field", "value", "remedy")
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Return the fault as plain values that go to JSON.

        Returns
        -------
        dict
            ``code``, ``where``, ``field``, ``value``, ``message`` and ``remedy``; null for a field
            or a value that there is not.
        """
        data = self._data()
        data |= {"field": self.field or None, "value": _plain(self.value), "message": self.message}
        return data


def _fault(message: str, data: dict[str, Any]) -> Fault:
    return Fault(message, **data)


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if value is None or isinstance(value, bool | int | float | str):
        return value if value == value else None
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value!r:.80}"


class RegisterError(ValueError):
    """A register cannot be read or asked for this.

    Parameters
    ----------
    problems : sequence of str
        One line a problem; the message is the first and how many more there are. A ``Fault``
        carries what its line was made of.
    **data : object
        What a single line was made of, as ``Fault`` takes it: ``code``, ``where``, ``field``,
        ``value``, ``remedy``.

    Examples
    --------
    >>> error = RegisterError("no kind 'x'", code="unknown_kind", value="x", remedy="known: actions")
    >>> print(error)
    no kind 'x'; known: actions
    >>> error.code, error.errors[0].value
    ('unknown_kind', 'x')
    """

    def __init__(self, problems: Sequence[str] | str, **data: Any) -> None:
        lines = (problems,) if isinstance(problems, str) else tuple(problems)
        if data:
            lines = tuple(Fault(line, **data) for line in lines)
        self.problems: tuple[str, ...] = lines
        more = len(self.problems) - 1
        super().__init__(self.problems[0] + (f" (and {more} more)" if more else ""))

    @property
    def errors(self) -> tuple[Fault, ...]:
        """Every problem with its data."""
        return tuple(p if isinstance(p, Fault) else Fault(p) for p in self.problems)

    @property
    def code(self) -> str:
        """Code of the first problem."""
        return self.errors[0].code

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain values that go to JSON.

        Returns
        -------
        dict
            ``kind``, the name of the class, and ``errors``, a dict for each problem.
        """
        return {
            "kind": type(self).__name__,
            "errors": [fault.to_dict() for fault in self.errors],
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return type(self), (self.problems,)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the remedy for a mistyped name: the nearest known ones, else those that there are."""
    names = sorted(known)
    close = get_close_matches(word, names, n=3, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(close)}?"
    more = f", … ({len(names)} in all)" if len(names) > NAMED else ""
    return f"known: {', '.join(names[:NAMED])}{more}"
