"""Learn and keep the model."""

from __future__ import annotations

import argparse

from prevision_cantine.cli.common import add_folder, add_learning, fitted, say, writes
from prevision_cantine.words.language import counted

EXAMPLES = """\
prevision-cantine fit FOLDER --until 2024-04-21 --output model.zip
prevision-cantine fit FOLDER --until 2024-04-21 --settings settings.toml --expected 'Zola=120' --output model.zip"""


def add(item: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_folder(item, span=False)
    add_learning(item, span=False, model=False)
    writes(item, required=True, what="file of the model to write, such as model.zip")


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from prevision_cantine.city.load import load_city
    from prevision_cantine.model.storage import save_forecaster

    forecaster = fitted(arguments, load_city(arguments.folder))
    save_forecaster(forecaster, arguments.output)
    sources = forecaster.sources_
    rows = counted(sources.rows, "row", arguments.lang)
    say(arguments, "learned", rows=rows, first=sources.first, last=sources.last)
    return 0
