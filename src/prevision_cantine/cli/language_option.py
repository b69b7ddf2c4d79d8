"""The option that every command has: the language of its answers."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from contextvars import ContextVar

from prevision_cantine.words.language import LANGUAGES

# The language of the answers while the arguments are read, which argparse hands to nobody.
language_now: ContextVar[str] = ContextVar("language_now", default=LANGUAGES[0])

# As gettext has them: the first one that is set decides.
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def of_environment(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the language of who runs the program; None where it is not one of the package.

    Examples
    --------
    >>> of_environment({"LC_ALL": "", "LANG": "pt_BR.UTF-8"}), of_environment({"LANG": "C.UTF-8"})
    ('pt', None)
    """
    named = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    code = named.partition(".")[0].partition("_")[0].lower()
    return code if code in LANGUAGES else None


def add_language(item: argparse.ArgumentParser) -> None:
    """Add the language of the words."""
    item.add_argument(
        "--lang", choices=LANGUAGES,
        help="language of the answers; by default the first of langues in ville.toml, else that of "
        "the environment, else fr",
    )  # fmt: skip
