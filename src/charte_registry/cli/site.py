"""``charte-registry site``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from charte_registry.cli.dates import judged_on
from charte_registry.cli.language import said
from charte_registry.cli.terminal import close
from charte_registry.errors import RegisterError, nearest
from charte_registry.messages import LANGUAGES

if TYPE_CHECKING:
    from charte_registry.register import Register

EXAMPLES = """\
charte-registry site registre site
charte-registry site registre site --lang en,fr --base https://example.org/registre/ --internal"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("folder", help="folder of the register")
    command.add_argument(
        "output", type=Path, help="a new or empty folder, or the folder of the previous site"
    )
    command.add_argument(
        "--lang", metavar="LANG[,LANG]",
        help="languages, the first that of the records; by default all, first that of the country",
    )  # fmt: skip
    command.add_argument(
        "--pages", metavar="FOLDER",
        help="pages of the office's own, which records name as pages/FILE",
    )  # fmt: skip
    command.add_argument(
        "--base", metavar="URL", help="address at which the site will be published"
    )
    command.add_argument("--contact", default="", help="where people may write about their data")
    command.add_argument(
        "--on",
        help="the day as of which pages and findings are judged, YYYY-MM-DD; by default the register's, and with --internal today for findings",
    )
    command.add_argument(
        "--history", type=int, default=50, metavar="N",
        help="number of git revisions to look at; 0 for none",
    )  # fmt: skip
    command.add_argument(
        "--internal", action="store_true",
        help="also write the officer's view, into OUTPUT-internal: findings, what is due, the trend",
    )  # fmt: skip
    command.add_argument(
        "--since", metavar="REVISION",
        help="with --internal: a git revision of the folder, or a folder, that findings are compared with",
    )  # fmt: skip
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.files import load_register
    from charte_registry.publish.site import (
        read_history,
        read_pages,
        render_internal,
        render_site,
        write_site,
    )
    from charte_registry.publish.site.history import NO_HISTORY
    from charte_registry.publish.site.render import usual_languages

    languages = tuple(arguments.lang.split(",")) if arguments.lang else None
    for lang in languages or ():
        if lang not in LANGUAGES:
            raise RegisterError(
                "language", where="--lang", value=lang, near=nearest(lang, LANGUAGES)
            )
    if arguments.since and not arguments.internal:
        raise RegisterError("since_without_internal", where="--since")
    day = None if arguments.on is None else judged_on(arguments.on)
    register = load_register(arguments.folder)
    history = read_history(arguments.folder, arguments.history) if arguments.history else NO_HISTORY
    for revision in history.unread:
        print(said("no_history", revision=revision))
    site = render_site(
        register,
        languages,
        history=history,
        pages=read_pages(arguments.pages) if arguments.pages else {},
        base=arguments.base,
        on=day,
        contact=arguments.contact,
    )
    internal = None
    if arguments.internal:
        previous = _since(arguments.folder, arguments.since) if arguments.since else None
        internal = render_internal(
            register,
            (languages or usual_languages(register))[0],
            on=judged_on(arguments.on),
            previous=previous,
            since=arguments.since or "",
        )
    write_site(site, arguments.output, register=arguments.folder)
    close(said("site", path=arguments.output / "index.html"))
    if internal is not None:
        beside = arguments.output.with_name(f"{arguments.output.resolve().name}-internal")
        write_site(internal, beside, register=arguments.folder)
        close(said("internal", path=beside / "index.html"))
    return 0


def _since(folder: str, revision: str) -> Register:
    """Return the register of a revision of its own folder, or of another folder."""
    from charte_registry.files import load_register
    from charte_registry.files.revisions import load_revision, unpacked

    if Path(revision).exists() or ":" in revision:
        return load_revision(revision)
    with unpacked(folder, revision) as copy:
        return load_register(copy)
