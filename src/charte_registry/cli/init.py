"""``charte-registry init``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path

from charte_registry.cli.language import said
from charte_registry.cli.terminal import close
from charte_registry.messages import LANGUAGES

EXAMPLES = """\
charte-registry init registre
charte-registry init registry --lang en"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("folder", type=Path, help="folder to write, new or empty")
    command.add_argument("--lang", default="fr", choices=LANGUAGES, help="language of the comments")
    command.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        help="the profile of a territory, copied into the folder",
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.files.skeleton import SCHEMAS
    from charte_registry.files.starter import starter
    from charte_registry.files.whole import write_folder
    from charte_registry.profiles import load_profile
    from charte_registry.records import KINDS
    from charte_registry.schema import kind_schema

    profile = load_profile(arguments.profile) if arguments.profile else None
    kinds, reference = (KINDS, "") if profile is None else (profile.kinds, profile.reference)
    files = starter(dt.date.today(), arguments.lang, profile)
    schemas = {
        f"{SCHEMAS}/{kind}.schema.json": json.dumps(
            kind_schema(kind, kinds, reference), ensure_ascii=True, indent=1
        )
        + "\n"
        for kind in kinds
    }
    every = {**files, **schemas}
    write_folder(arguments.folder, {path: text.encode() for path, text in every.items()})
    (page,) = (path for path in files if path.endswith(".md"))
    close(said("begun", count=len(files), path=arguments.folder / page))
    return 0
