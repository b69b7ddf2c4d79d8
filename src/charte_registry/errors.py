"""What can be wrong with a register, as data: what, where, and what to do, in three languages."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

import attrs

from charte_registry.frozen import Frozen
from charte_registry.messages import Phrase, joined, plain, sentence

NAMED = 30  # names of a remedy that has no near one

R = TypeVar("R", bound="RegisterError")


@attrs.frozen(init=False)
class Fault:
    """One thing that is wrong.

    Parameters
    ----------
    code : str
        Stable name of the kind of fault, such as ``"unknown_field"``; :doc:`/reference/errors` lists
        them all.
    where : str
        File, record or option.
    line : int, optional
        Line of the file, from 1.
    sheet, cell : str
        Sheet of a workbook, and cell in it, such as ``"B3"``.
    field : str
        Field, dotted.
    value : object
        What stands there, where something does.
    **facts : object
        What else the message quotes.

    Examples
    --------
    >>> fault = Fault("empty", where="r.json", line=3, field="nom")
    >>> print(fault)
    r.json:3 `nom`: is empty; write a value or leave the field out
    >>> fault.say("pt")
    'r.json:3 `nom`: vazio; escreva um valor ou retire o campo'
    >>> fault.code, fault.field, fault.remedy
    ('empty', 'nom', 'write a value or leave the field out')
    """

    code: str
    where: str = ""
    line: int | None = None
    sheet: str = ""
    cell: str = ""
    field: str = ""
    value: Any = attrs.field(default=None, hash=False)
    facts: Mapping[str, Any] = attrs.field(factory=Frozen, hash=False)

    def __init__(
        self, code: str, *, where: object = "", line: int | None = None, sheet: str = "",
        cell: str = "", field: str = "", value: Any = None, **facts: Any,
    ) -> None:  # fmt: skip
        self.__attrs_init__(code, str(where), line, sheet, cell, field, value, Frozen(facts))

    @property
    def place(self) -> str:
        """Where it is: file and line, sheet and cell, field."""
        return self.place_in("en")

    def place_in(self, lang: str) -> str:
        """Return where it is, in a language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Empty where no place is known.
        """
        cell = "!".join(filter(None, (self.sheet, self.cell)))
        if self.line is None:
            file = self.where
        elif self.where:
            file = f"{self.where}:{self.line}"
        else:
            file = sentence("part.line", lang, {"line": self.line})
        file = ": ".join(filter(None, (file, cell)))
        return " ".join(filter(None, (file, self.field and f"`{self.field}`")))

    @property
    def message(self) -> str:
        """What is wrong, without its place and its remedy."""
        return self._said("en", 0)

    @property
    def remedy(self) -> str:
        """What to do; empty where the message says all."""
        return self._said("en", 1)

    def _said(self, lang: str, number: int) -> str:
        return sentence(self.code, lang, {**self.facts, "value": self.value}, number)

    def say(self, lang: str) -> str:
        """Return the line that says where, what, and what to do.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            One line.
        """
        return joined(self.place_in(lang), self._said(lang, 0), self._said(lang, 1), lang)

    def __str__(self) -> str:
        """Return the line in English."""
        return self.say("en")

    def at(self, where: object, line: int | None = None) -> Fault:
        """Return the same fault with its file or record.

        Parameters
        ----------
        where : object
            File or record.
        line : int, optional
            Line; by default the one that is known.

        Returns
        -------
        Fault
            With that place.
        """
        return self._with(where=str(where), line=self.line if line is None else line)

    def under(self, path: str) -> Fault:
        """Return the same fault inside something larger.

        Parameters
        ----------
        path : str
            Path of what is larger, which ends with a point.

        Returns
        -------
        Fault
            With a field that begins with that path.
        """
        return self._with(field=path + self.field)

    def _with(self, **changes: Any) -> Fault:
        names = (field.name for field in attrs.fields(Fault) if field.name != "facts")
        return Fault(**{**{name: getattr(self, name) for name in names}, **changes}, **self.facts)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the fault as plain values that go to JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of ``message`` and ``remedy``.

        Returns
        -------
        dict
            ``code``, ``where``, ``line``, ``sheet``, ``cell``, ``field``, ``value``, ``data`` (what
            else the message quotes), ``message`` and ``remedy``; null for a part of the place or a
            value that there is not.
        """
        return {
            "code": self.code,
            "where": self.where,
            "line": self.line,
            "sheet": self.sheet or None,
            "cell": self.cell or None,
            "field": self.field or None,
            "value": plain(self.value),
            "data": {name: plain(value) for name, value in self.facts.items()},
            "message": self._said(lang, 0),
            "remedy": self._said(lang, 1),
        }

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            One line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the sentence."""
        return f"<p>{html.escape(str(self))}</p>"


class RegisterError(ValueError):
    """A register cannot be read or asked for this.

    Parameters
    ----------
    error : str, or sequence of Fault
        Code of the one thing that is wrong, or all that is wrong.
    **data : object
        Place, value and data of the one thing, as ``Fault`` takes them.

    Examples
    --------
    >>> error = RegisterError("unknown_kind", value="x", near=nearest("x", ["actions"]))
    >>> print(error)
    there is no kind 'x'; known: actions
    >>> error.say("fr").replace("\N{NO-BREAK SPACE}", " ")
    'pas de type de fiches « x » ; connus : actions'
    >>> error.code, error.errors[0].value
    ('unknown_kind', 'x')
    """

    def __init__(self, error: str | Sequence[Fault], **data: Any) -> None:
        self.errors: tuple[Fault, ...] = (
            (Fault(error, **data),) if isinstance(error, str) else tuple(error)
        )
        super().__init__(*self.errors)

    @property
    def problems(self) -> tuple[str, ...]:
        """Every problem as a line in English."""
        return tuple(map(str, self.errors))

    @property
    def code(self) -> str:
        """Code of the first problem."""
        return self.errors[0].code

    def say(self, lang: str) -> str:
        """Return the first problem, and how many more there are.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            One line.
        """
        first, *others = self.errors
        more = " " + sentence("part.more", lang, {"count": len(others)}) if others else ""
        return first.say(lang) + more

    def __str__(self) -> str:
        """Return the message in English."""
        return self.say("en")

    def at(self: R, where: object, line: int | None = None) -> R:
        """Return the same error with the file or record of each problem.

        Parameters
        ----------
        where : object
            File or record.
        line : int, optional
            Line; by default the one that is known.

        Returns
        -------
        RegisterError
            With that place.
        """
        return type(self)([fault.at(where, line) for fault in self.errors])

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the error as plain values that go to JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of messages and remedies.

        Returns
        -------
        dict
            ``kind``, the name of the class, and ``errors``, a dict for each problem.
        """
        return {
            "kind": type(self).__name__,
            "errors": [fault.to_dict(lang) for fault in self.errors],
        }

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return type(self), (self.errors,)


def nearest(word: str, known: Iterable[str]) -> Phrase:
    """Return the remedy for a mistyped name: the nearest known ones, else those that there are.

    Examples
    --------
    >>> near = nearest("partenaire", ["partenaires", "actions"])
    >>> str(near), near.say("pt")
    ('did you mean partenaires?', 'quis dizer partenaires?')
    """
    names = sorted(known)
    close = get_close_matches(word, names, n=3, cutoff=0.5)
    if close:
        return Phrase.of("part.near", names=tuple(close))
    if len(names) > NAMED:
        return Phrase.of("part.known_some", names=tuple(names[:NAMED]), count=len(names))
    return Phrase.of("part.known", names=tuple(names)) if names else Phrase.of("part.known_none")
