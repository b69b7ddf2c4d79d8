"""What can be wrong, as data: a code, a place, a value and a remedy; messages are made from them."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import attrs

from tarifs_solidaires.catalogue import Joined, Phrase, said

SHOWN = 5  # positions that a message lists
LISTED = 20  # names that a remedy lists


@attrs.frozen(kw_only=True)
class Fault:
    """One thing that is wrong.

    Parameters
    ----------
    code : str
        Stable name of the kind of fault, such as ``"out_of_bounds"``.
    template : str
        What is wrong, in English, with the names of ``data`` between braces; a key of the
        catalogue, as a ``Phrase`` has it.
    remedy : str
        What to do, likewise.
    where : str
        Place in words: a step, a row, a file; a ``Phrase`` where the words have a language.
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
    def message(self) -> Phrase:
        """What is wrong, in one sentence without its remedy."""
        text = self._phrase(self.template)
        return Phrase("{where}: {text}", where=self.where, text=text) if self.where else text

    @property
    def advice(self) -> Phrase:
        """What to do, in words."""
        return self._phrase(self.remedy)

    @property
    def value(self) -> Any:
        """The first value that is wrong, where there is one."""
        return self.data.get("value")

    def __str__(self) -> str:
        """Say in English what is wrong, and what to do."""
        return self.say("en")

    def say(self, lang: str) -> str:
        """Say what is wrong, and what to do.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language, with or without a country; English where it is another one.

        Returns
        -------
        str
            One sentence.
        """
        if not self.remedy:
            return self.message.say(lang)
        both = Phrase("{message}; {advice}", message=self.message, advice=self.advice)
        return both.say(lang)

    def _phrase(self, template: str) -> Phrase:
        if isinstance(template, Phrase):
            return template
        return Phrase(template, **{"input": self.input, **self.data})

    def moved(self, row: Callable[[int], int]) -> Fault:
        """Return the fault with its positions where the rows stand in a larger table.

        Parameters
        ----------
        row : callable
            From a position to that in the larger table.

        Returns
        -------
        Fault
            The same fault, elsewhere.
        """
        positions = tuple(row(place) for place in self.positions)
        data = dict(self.data)
        if "at" in data:
            data["at"] = at_places(positions, self.count)
        if "quoted" in data:
            data["shown"] = quoted_at(data["quoted"], positions, self.count)
        return attrs.evolve(self, positions=positions, data=data)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the fault as plain values that go to JSON.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language of ``where``, ``message`` and ``remedy``.

        Returns
        -------
        dict
            ``code``, ``where``, ``input``, ``line``, ``positions``, ``count``, ``value``,
            ``message`` and ``remedy``.
        """
        return {
            "code": self.code,
            "where": said(self.where, lang),
            "input": self.input or None,
            "line": self.line,
            "positions": [list(p) if isinstance(p, tuple) else p for p in self.positions],
            "count": self.count,
            "value": plain(self.value),
            "message": self.message.say(lang),
            "remedy": self.advice.say(lang),
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
    ...     found = error
    >>> found.code, found.errors[0].input, found.errors[0].value
    ('out_of_bounds', 'quotient_familial', -1)
    >>> found.say("pt")
    'quotient_familial: -1 não está entre 0 e 100.000.000 (EUR/mês)'
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
        """Say in English all that is wrong, a sentence a fault."""
        return self.say("en")

    def say(self, lang: str) -> str:
        """Say all that is wrong, a sentence a fault.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language, with or without a country; English where it is another one.

        Returns
        -------
        str
            One line.
        """
        return " | ".join(fault.say(lang) for fault in self.errors)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the error as plain values that go to JSON.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language of the messages.

        Returns
        -------
        dict
            ``kind``, the name of the class, and ``errors``, a dict for each fault.
        """
        return {
            "kind": type(self).__name__,
            "errors": [fault.to_dict(lang) for fault in self.errors],
        }


class InputError(TarifError):
    """An input of a computation is missing, unknown or outside its range."""


class OutputError(TarifError, KeyError, AttributeError):
    """A result has no output of a name, whether it was asked for as an item or as an attribute."""


class DateError(TarifError):
    """A date lies outside what is known of a rule."""


class RuleError(TarifError):
    """A rule does not exist, or its file is not a rule."""


class TableError(TarifError):
    """A table of inputs cannot be read."""


def nearest(word: str, known: Iterable[str]) -> Phrase:
    """Return the remedy for a mistyped name: the nearest known ones, else all of them.

    Examples
    --------
    >>> print(nearest("agee", ["age", "revenu"]))
    did you mean age?
    >>> nearest("x", ["age", "revenu"]).say("pt")
    'opções: age, revenu'
    """
    names = sorted(set(known))
    close = get_close_matches(word, names, n=3, cutoff=0.6)
    if close:
        return Phrase("did you mean {names}?", names=Joined(close, "or"))
    if len(names) > LISTED:
        first = Joined(names[:LISTED])
        return Phrase("known: {names}, … ({count} in all)", names=first, count=len(names))
    return Phrase("known: {names}", names=Joined(names)) if names else Phrase("none is known here")


def at_places(positions: Iterable[object], count: int = 0) -> Phrase:
    """Return where values are, in words that follow what they are; empty where that is nowhere.

    Parameters
    ----------
    positions : iterable of int or tuple of int
        Their positions; the first ones where there are more.
    count : int
        How many there are in all, where that is known.

    Examples
    --------
    >>> at_places([0, 3]), at_places([]), at_places([1, 2], 9).say("fr")
    (' at 0, 3', '', ' (position 1, 2 et 7 de plus)')
    """
    listed = tuple(positions)
    if not listed:
        return Phrase()
    return Phrase(" at {places}", places=and_more(listed, count))


def quoted_at(quoted: Sequence[Phrase], positions: Sequence[object], count: int) -> Phrase:
    """Return values with where they are: one a position, or one value that is at all of them.

    Parameters
    ----------
    quoted : sequence of Phrase
        The values, each ``{value!r}``.
    positions : sequence of int or tuple of int
        Their positions; none where the value is single.
    count : int
        How many there are in all.
    """
    if not positions or len(quoted) < len(positions):
        at = at_places(positions, count)
        return Phrase("{value!r}{at}", value=quoted[0].data["value"], at=at)
    pairs = zip(quoted, positions, strict=True)
    said = [
        Phrase("{value!r} at {place}", value=one.data["value"], place=str(p)) for one, p in pairs
    ]
    return and_more(said, count)


def and_more(listed: Sequence[object], count: int) -> Phrase:
    """Return the first of some things in a row, and how many more there are."""
    names = Joined(listed)
    if count <= len(listed):
        return names
    return Phrase("{names} and {count:,} more", names=names, count=count - len(listed))


def plain(value: Any) -> Any:
    """Return a value as JSON has it: a number, a text, true, false or null."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
