"""What records and codes are called in cells, each by a name of its own, and who is meant by a name."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_LONGEST = 200  # letters of a name in a cell that names a record


def one_line(text: str) -> str:
    r"""Return a name on one line that a cell can hold.

    Examples
    --------
    >>> one_line(" Direction\n des\x0b  finances ")
    'Direction des finances'
    """
    return " ".join(_CONTROL.sub(" ", text).split())[:_LONGEST].strip()


def bare(text: str) -> str:
    r"""Return text without case, accents and needless blanks, to compare; signs stay.

    Examples
    --------
    >>> bare("  Métropole\nde X (2) ")
    'metropole de x (2)'
    """
    letters = "".join(
        c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
    )
    return " ".join(letters.casefold().replace("’", "'").split())


def distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Return names by identifier on one line each, those that several have with the identifier.

    Examples
    --------
    >>> distinct({"a": "Mairie", "b": "mairie", "c": "CCAS"})
    {'a': 'Mairie (a)', 'b': 'mairie (b)', 'c': 'CCAS'}
    """
    lines = {key: one_line(name) or key for key, name in names.items()}
    times = Counter(bare(name) for name in lines.values())
    return {
        key: name if times[bare(name)] == 1 else f"{name} ({key})" for key, name in lines.items()
    }


class Directory:
    """Whom a name means: a name that is given first wins, and an identifier counts as a name.

    Parameters
    ----------
    *sources : mapping of str to str
        Names by identifier, those that count most first.
    earlier : mapping of str to str, optional
        Names that were those of records before: a name that was one record's and now is
        another's means neither.

    Examples
    --------
    >>> known = Directory({"a": "Mairie", "b": "Mairie", "c": "CCAS"}, earlier={"c": "Centre"})
    >>> known.of("ccas"), known.of("centre"), known.of("a"), known.of("Mairie"), known.of("?")
    ('c', 'c', 'a', None, None)
    """

    def __init__(
        self, *sources: Mapping[str, str], earlier: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        first, *others = sources
        self._found = _unique((n, key) for names in (first, earlier) for key, n in names.items())
        for names in others:
            self._found = {**_unique((name, key) for key, name in names.items()), **self._found}
        identifiers = [key for names in (*sources, earlier) for key in names]
        self._found = {**_unique(zip(identifiers, identifiers, strict=True)), **self._found}
        self.names: tuple[str, ...] = tuple(first.values())

    def of(self, name: str) -> str | None:
        """Return the identifier of a name; None where nobody has it, or several do."""
        return self._found.get(bare(name))


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """Return whose each name is, None where it is that of several."""
    found: dict[str, str | None] = {}
    for name, key in pairs:
        found[bare(name)] = key if found.get(bare(name), key) == key else None
    return found
