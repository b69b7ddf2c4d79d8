"""``charte-registry check``."""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import json
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from charte_registry.cli.dates import judged_on
from charte_registry.cli.language import language_now, said
from charte_registry.errors import RegisterError, nearest
from charte_registry.messages import LANGUAGES

if TYPE_CHECKING:
    from charte_registry.check import Checked
    from charte_registry.register import Register
    from charte_registry.rules.finding import Finding

EXAMPLES = """\
charte-registry check registre
charte-registry check registre --format sarif > findings.sarif"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("folder", help="folder of the register")
    command.add_argument(
        "--format",
        choices=("text", "json", "sarif"),
        default="text",
        help="sarif: for code forges; json: the findings that no derogation silences",
    )
    command.add_argument(
        "--on", help="date at which the law is judged, YYYY-MM-DD; today by default"
    )
    command.add_argument(
        "--lang",
        choices=LANGUAGES,
        default=language_now.get(),
        help="language of the messages; by default that of the environment, or else en",
    )
    command.add_argument(
        "--silenced", action="store_true", help="with json: those that derogations silence, and why"
    )
    command.add_argument("--all", action="store_true", help="in text: every finding, one line each")
    command.add_argument(
        "--rule", action="append", default=[], metavar="RULE", help="these rules only"
    )
    command.add_argument(
        "--kind", action="append", default=[], metavar="KIND", help="these kinds only"
    )
    command.add_argument(
        "--new-since", metavar="REVISION", help="only findings that are new since that git revision"
    )
    command.add_argument(
        "--fix",
        action="store_true",
        help="mend what needs no decision: spaces, counts twice, ended derogations",
    )
    command.add_argument(
        "--dry-run",
        action="store_true",
        help="with --fix: show what would change, and write nothing",
    )
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.check import judge, rules_of
    from charte_registry.exchange.sarif import to_sarif
    from charte_registry.files import load_register
    from charte_registry.files.revisions import load_revision
    from charte_registry.publish.findings import to_text

    register = load_register(arguments.folder)
    day = judged_on(arguments.on)
    if arguments.fix or arguments.dry_run:
        return _fix(
            register, Path(arguments.folder), day, write=arguments.fix and not arguments.dry_run
        )
    known = rules_of(register)
    for name, names in ((arguments.rule, known), (arguments.kind, register.kinds)):
        for given in name:
            if given not in names:
                raise RegisterError(
                    "neither_rule_nor_kind", value=given, near=nearest(given, names)
                )
    checked = judge(register, day, arguments.lang).only(arguments.rule, arguments.kind)
    if arguments.new_since:
        before = load_revision(f"{arguments.new_since}:{arguments.folder}")
        checked = checked.since(judge(before, day, arguments.lang))
    if arguments.format == "text":
        count = sum(len(records) for records in register.records.values())
        print(to_text(checked, count, arguments.lang, every=arguments.all, on=day), end="")
    elif arguments.format == "sarif":
        folder = _from_here(arguments.folder)
        log = to_sarif(
            checked,
            rules_of(register),
            folder=folder,
            version=version("charte-donnee"),
            lang=arguments.lang,
        )
        print(json.dumps(log, ensure_ascii=False, indent=2))
    else:
        print(json.dumps(_plain(checked, arguments.silenced), ensure_ascii=False, indent=2))
    return int(any(finding.severity == "error" for finding in checked.findings))


def _fix(register: Register, folder: Path, day: dt.date, *, write: bool) -> int:
    """Show what is mended as a diff, and write it where that is asked."""
    from charte_registry.files import save_register
    from charte_registry.fixes import mended

    if not folder.is_dir():
        raise RegisterError("fix_needs_folder", where=folder)
    after = mended(register, day)
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "register"
        shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns(".*"))
        save_register(after, copy)
        names = sorted({*_texts(folder), *_texts(copy)})
        changed = 0
        for name in names:
            old, new = (_lines(place / name) for place in (folder, copy))
            lines = list(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"))
            changed += bool(lines)
            print("".join(line if line.endswith("\n") else f"{line}\n" for line in lines), end="")
    if write and changed:
        save_register(after, folder)
    print(said("mended" if write else "would_mend", count=changed))
    return 0


def _texts(folder: Path) -> list[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [
        path.as_posix()
        for path in found
        if path.suffix in (".toml", ".csv", ".yaml")
        and not any(p.startswith(".") for p in path.parts)
    ]


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []


def _from_here(register: str) -> str:
    """Return the folder as SARIF readers want it: from where the command runs, else nothing."""
    path, here = Path(register).resolve(), Path.cwd()
    folder = path if path.is_dir() else path.parent
    if folder == here or not folder.is_relative_to(here):
        return ""
    return folder.relative_to(here).as_posix()


def _plain(checked: Checked, silenced: bool) -> list[dict[str, Any]]:
    if not silenced:
        return [_data(finding) for finding in checked.findings]
    return [
        _data(item.finding)
        | {"raison": item.raison, "jusqu_au": item.jusqu_au and item.jusqu_au.isoformat()}
        for item in checked.silenced
    ]


def _data(finding: Finding) -> dict[str, Any]:
    return attrs.asdict(finding, filter=lambda field, _: field.name != "lang")
