"""Pages written to a folder, whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from tarifs_solidaires.catalogue import system_reason
from tarifs_solidaires.people.writing import table_error

MARK = "algorithm.json"  # what tells a folder of pages from others
ATLAS = "index.html"


def write_pages(pages: Mapping[str, bytes], folder: Path) -> None:
    """Write files to a folder that does not exist, is empty, or holds pages written before.

    They are written beside it and take its place once all are there.

    Parameters
    ----------
    pages : mapping of str to bytes
        Files by path, as ``publish`` makes them.
    folder : Path
        The folder.

    Raises
    ------
    TableError
        Where the folder holds something else, or cannot be written.
    """
    folder = folder.absolute()
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise table_error("exists", folder, "is not a folder", "choose another --output")
    if folder.is_dir() and any(folder.iterdir()) and not _ours(folder):
        raise table_error(
            "exists", folder, "contains other files, which would be lost", "choose another --output"
        )
    mark = secrets.token_hex(4)
    new, old = (folder.parent / f".{folder.name}.{mark}.{end}" for end in ("new", "old"))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        new.mkdir()
        for path, content in pages.items():
            parts = PurePosixPath(path).parts
            if not parts or ".." in parts or PurePosixPath(path).is_absolute():
                raise AssertionError(path)
            file = new.joinpath(*parts)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    except OSError as error:
        raise table_error("not_written", folder, "cannot be written ({reason})",
                          "check the path", reason=system_reason(error)) from None  # fmt: skip
    finally:
        with suppress(OSError):
            shutil.rmtree(new, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


def _ours(folder: Path) -> bool:
    """Say whether a folder holds nothing but pages that were written before."""
    ends = {".html", ".svg", ".dmn", ".toml", ".json", ".csv"}
    files = [one for one in folder.rglob("*") if not one.is_dir()]
    marked = any(one.name == MARK for one in files) and (folder / ATLAS).is_file()
    return marked and all(one.suffix in ends and not one.is_symlink() for one in files)
