"""The option that every command has: the language of its answers."""

from __future__ import annotations

import argparse
from contextvars import ContextVar

from prevision_cantine.words.language import LANGUAGES

# The language of the answers while the arguments are read, which argparse hands to nobody.
language_now: ContextVar[str] = ContextVar("language_now", default=LANGUAGES[0])


def add_language(item: argparse.ArgumentParser) -> None:
    """Add the language of the words."""
    item.add_argument(
        "--lang", choices=LANGUAGES,
        help="language of the answers; by default the first of langues in ville.toml, or else fr",
    )  # fmt: skip
