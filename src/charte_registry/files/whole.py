"""Files that take their name only once they are complete."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from charte_registry.errors import RegisterError
from charte_registry.messages import system_reason


def write_text(path: str | Path, text: str) -> None:
    """Write a text file whole or not at all; see ``write_bytes``."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : str or Path
        File; its folder exists.
    content : bytes
        What it shall hold.

    Raises
    ------
    RegisterError
        Where it cannot be written; what stood there before then stands there still.
    """
    path = Path(path)
    try:
        target = _target(path)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            temporary.chmod(_mode(target))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise RegisterError("cannot_write", where=path, reason=system_reason(error)) from None


def _target(path: Path) -> Path:
    """Return the file that a name leads to: a link stays one, and a device is never replaced."""
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise RegisterError("not_file_name", where=path)
    return target


def _mode(path: Path) -> int:
    """Return who may read a file: as before, where it is there already."""
    return path.stat().st_mode & 0o777 if path.exists() else 0o644


def write_folder(folder: str | Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder whole or not at all.

    Parameters
    ----------
    folder : str or Path
        Folder that is not there yet, or is empty; its parent exists.
    files : mapping of str to bytes
        Content by path inside the folder, ``/`` between its parts.

    Raises
    ------
    RegisterError
        Where the folder holds something, or cannot be written; nothing is left behind.
    """
    folder = Path(folder)
    try:
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise RegisterError("output_exists", where=folder)
        stage = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=f".{folder.name}."))
        try:
            for name, content in files.items():
                path = stage.joinpath(*name.split("/"))
                if not path.resolve().is_relative_to(stage.resolve()):
                    raise RegisterError("name_leads_out", where=name, folder=folder)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            stage.chmod(0o755)
            if folder.exists():
                folder.rmdir()
            stage.replace(folder)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise RegisterError("cannot_write", where=folder, reason=system_reason(error)) from None


def write_all(contents: Mapping[Path, bytes | None]) -> None:
    """Write files all together or not at all.

    Parameters
    ----------
    contents : mapping of Path to bytes or None
        What each file shall hold; None removes it. Folders that are not there are made.

    Raises
    ------
    RegisterError
        Where one cannot be written; every file is then what it was before.
    """
    with ExitStack() as undo:
        kept: list[Path] = []
        try:
            staged: dict[Path, Path] = {}
            for path, content in contents.items():
                _folder(path.parent, undo)
                if content is not None:
                    staged[path] = _beside(path, content, undo)
            for path in contents:
                if path.exists():
                    old = _beside(path, path.read_bytes(), undo)
                    kept.append(old)
                    undo.callback(old.replace, path)
                else:
                    undo.callback(path.unlink, missing_ok=True)
                if path in staged:
                    staged[path].replace(path)
                else:
                    path.unlink()
        except OSError as error:
            raise RegisterError(
                "cannot_write_unchanged", where=error.filename or "", reason=system_reason(error)
            ) from None
        undo.pop_all()
    for old in kept:
        old.unlink()


def _beside(path: Path, content: bytes, undo: ExitStack) -> Path:
    """Write a file of a passing name next to another."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    temporary = Path(name)
    undo.callback(temporary.unlink, missing_ok=True)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    temporary.chmod(_mode(path))
    return temporary


def _folder(folder: Path, undo: ExitStack) -> None:
    if not folder.exists():
        _folder(folder.parent, undo)
        folder.mkdir()
        undo.callback(folder.rmdir)
