"""The edge of the site: files of the office's are read, and the folder is written, whole or not."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from charte_registry.errors import Fault, RegisterError
from charte_registry.messages import system_reason
from charte_registry.publish.site.entries import PAGES
from charte_registry.publish.site.render import HEAD, WRITTEN

SUFFIXES = (".html", ".svg", ".png", ".pdf", ".md", ".txt", ".csv", ".json", ".xml", ".dmn")
MAX_FILE, MAX_FILES = 5_000_000, 50_000_000
_PART = re.compile(r"(?!\.)[^/\\\0]+")  # of a path: neither empty, nor hidden, nor a way up
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}")


def read_pages(folder: str | Path) -> dict[str, bytes]:
    """Return the files of an office's folder of pages, which records may name.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Returns
    -------
    dict of str to bytes
        Content by the name that records use: ``pages/tarif.html`` for ``tarif.html``.

    Raises
    ------
    RegisterError
        Where there is no such folder, or a file in it is a link, is too large, or has a name or
        a type that no page may have; ``errors`` holds all that is wrong.
    """
    root = Path(folder)
    if not root.is_dir():
        raise RegisterError("no_pages_folder", where=folder)
    found: dict[str, bytes] = {}
    faults: list[Fault] = []
    total = 0
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if any(part.startswith(".") for part in name.split("/")):
            continue
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            faults.append(Fault("not_plain_file", where=path))
        elif not all(map(_NAME.fullmatch, name.split("/"))):
            faults.append(Fault("page_name", where=path, value=name))
        elif path.suffix not in SUFFIXES:
            faults.append(Fault("page_type", where=path, value=path.suffix, known=SUFFIXES))
        elif (size := path.stat().st_size) > MAX_FILE or (total := total + size) > MAX_FILES:
            faults.append(
                Fault("page_too_large", where=path, value=size, most=MAX_FILE, most_all=MAX_FILES)
            )
        else:
            found[f"{PAGES}{name}"] = path.read_bytes()
    if faults:
        raise RegisterError(faults)
    return found


def write_site(site: Mapping[str, bytes], output: str | Path, *, register: str | Path) -> None:
    """Write a site into a folder, whole or not at all.

    Parameters
    ----------
    site : mapping of str to bytes
        Content by path, as ``render_site`` gives it.
    output : str or Path
        A folder that is not there yet, is empty, or holds a site that was written here before and
        nothing else. Its parent exists.
    register : str or Path
        The folder or file of the register, over which nothing is ever written.

    Raises
    ------
    RegisterError
        Where the folder holds anything else, or the register, or cannot be written; what stood
        there before then stands there still.
    """
    target, source = Path(os.path.realpath(output)), Path(os.path.realpath(register))
    if (
        target == source
        or target in source.parents
        or (source.is_dir() and source in target.parents)
    ):
        raise RegisterError("holds_register", where=output)
    for name in site:
        if not all(_PART.fullmatch(part) for part in name.split("/")):
            raise RegisterError("name_leads_out", where=name, folder=output)
    try:
        _check(target, output)
        stage = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}."))
        try:
            new, old = stage / "new", stage / "old"
            new.mkdir(mode=0o755)
            for folder in dict.fromkeys(PurePosixPath(name).parent for name in site):
                (new / folder).mkdir(parents=True, exist_ok=True)
            for name, content in site.items():
                (new / name).write_bytes(content)
            if target.exists():
                target.replace(old)
            try:
                new.replace(target)
            except OSError:
                if old.exists():
                    old.replace(target)
                raise
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise RegisterError("cannot_write", where=output, reason=system_reason(error)) from None


def _check(target: Path, output: str | Path) -> None:
    """Refuse a folder that holds what no site wrote."""
    if not target.exists():
        return
    if not target.is_dir():
        raise RegisterError("not_folder", where=output)
    there = {
        path.relative_to(target).as_posix()
        for path in target.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    marker = target / WRITTEN
    known = marker.read_text("utf-8", "replace").splitlines() if marker.is_file() else []
    if known[:1] != [HEAD]:
        known = []
    others = sorted(there - set(known))
    if others:
        raise RegisterError("holds_other", where=output, value=others[0])
