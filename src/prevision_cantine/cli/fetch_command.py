"""The public files of Nantes."""

from __future__ import annotations

import argparse

from prevision_cantine.cli.terminal import close
from prevision_cantine.words.catalogue import Count, sentence

EXAMPLES = """\
prevision-cantine fetch nantes"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    item.add_argument("folder", help="folder to write")
    item.add_argument(
        "--trust-on-first-use",
        action="store_true",
        help="also fetch files without a published SHA-256, and record theirs",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.fetch import fetch_nantes

    files = fetch_nantes(arguments.folder, trust_on_first_use=arguments.trust_on_first_use)
    count, folder = Count(len(files), "file"), arguments.folder
    close(sentence("report.fetched", arguments.lang, files=count, folder=folder))
    return 0
