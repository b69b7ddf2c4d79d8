"""On which line of a file each of its values stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import cached_property

import attrs

from charte_registry.register import Place

Path = tuple[str | int, ...]  # ("finalites", 0, "nom"): keys, and positions in lists


@attrs.frozen(slots=False)
class Lines:
    """The lines of a text, looked for when the first is asked.

    Parameters
    ----------
    text : str
        The text.
    starts : callable
        Where each value of the text begins, by its path.
    first : int
        Line of the file on which the text begins.
    """

    text: str = attrs.field(repr=False)
    starts: Callable[[str], Mapping[Path, int]] = attrs.field(repr=False)
    first: int = 1

    @cached_property
    def _found(self) -> Mapping[Path, int]:
        return self.starts(self.text)

    @cached_property
    def _ends(self) -> list[int]:
        return [place for place, letter in enumerate(self.text) if letter == "\n"]

    def line_of(self, path: Path) -> int | None:
        """Return the line of a value, or of the nearest one around it that the text states."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._found:
                return bisect_right(self._ends, self._found[path[:length]] - 1) + self.first
        return None


@attrs.frozen
class Inside:
    """The lines of one record: a function that can be copied and pickled.

    Parameters
    ----------
    lines : Lines
        The lines of the whole text.
    prefix : tuple of str or int
        Where the record stands in it.
    """

    lines: Lines
    prefix: Path

    def __call__(self, path: Path) -> int | None:
        """Return the line of a field."""
        return self.lines.line_of((*self.prefix, *path))


def placed(file: str, lines: Lines, *prefix: str | int) -> Place:
    """Return the place of a record that stands somewhere inside a file."""
    line = lines.line_of(prefix) or 1
    return Place(file=file, line=line, find=Inside(lines, prefix))
