"""A text with one wording per language, the first of which stands in where another is missing."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from tarifs_solidaires.values.frozen import EMPTY, Frozen


@attrs.frozen
class Texts:
    """One thing, said in some languages.

    Parameters
    ----------
    wordings : mapping of str to str
        Wording by language; the first is the one that stands in for a missing language.

    Examples
    --------
    >>> label = Texts.of({"fr": "âge", "en": "age"})
    >>> label.to("en"), label.to("pt"), label.has("pt")
    ('age', 'âge', False)
    """

    wordings: Mapping[str, str] = EMPTY

    @classmethod
    def of(cls, wordings: Mapping[str, str]) -> Texts:
        """Make one from a mapping."""
        return cls(Frozen(wordings))

    def has(self, lang: str) -> bool:
        """Say whether there is a wording in a language."""
        return lang in self.wordings

    def to(self, lang: str) -> str:
        """Return the wording in a language, else the first one, else an empty text."""
        return self.wordings.get(lang) or next(iter(self.wordings.values()), "")

    @property
    def first(self) -> str:
        """The wording in the first language."""
        return next(iter(self.wordings.values()), "")

    def __bool__(self) -> bool:
        """Say whether there is any wording."""
        return bool(self.wordings)


NO_TEXT = Texts()
