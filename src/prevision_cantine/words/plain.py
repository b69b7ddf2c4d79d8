"""Text as it is compared: without case nor accents."""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """Return the text in lower case without accents."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
