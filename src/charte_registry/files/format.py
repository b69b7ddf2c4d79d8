"""What every format of trees can do, and how a text of it is made to say something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from charte_registry.errors import RegisterError
from charte_registry.files.places import Path


class Format(Protocol):
    """A format that holds trees: TOML, YAML, JSON."""

    def read(self, text: str, /) -> Any:
        """Return the plain data of a text."""

    def starts(self, text: str, /) -> Mapping[Path, int]:
        """Return where each value begins."""

    def edited(self, text: str, old: Any, new: Any, /) -> str:
        """Return a text that says something else."""

    def render(self, data: Any, /) -> str:
        """Return a new text."""


def rewritten(form: Format, text: str, old: Any, new: Any) -> str:
    """Return a text that says something else, changed where it must be.

    What comes out is read again: were it not to say what it shall, it is written anew.
    """
    if new is old:
        return text
    try:
        candidate = form.edited(text, old, new)
        if form.read(candidate) == new:
            return candidate
    except RegisterError:
        pass
    return form.render(new)
