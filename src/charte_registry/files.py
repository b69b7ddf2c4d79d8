"""Files that take their name only once they are complete."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from charte_registry.errors import RegisterError


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
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise RegisterError(
            f"{path}: cannot be written ({error.strerror}); check the path"
        ) from None


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
            raise RegisterError(f"{folder}: is there already; give a new or an empty folder")
        stage = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=f".{folder.name}."))
        try:
            for name, content in files.items():
                path = stage.joinpath(*name.split("/"))
                if not path.resolve().is_relative_to(stage.resolve()):
                    raise RegisterError(f"{name}: leads out of {folder}; correct the name")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            stage.chmod(0o755)
            if folder.exists():
                folder.rmdir()
            stage.replace(folder)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise RegisterError(
            f"{folder}: cannot be written ({error.strerror}); check the path"
        ) from None


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
    made: list[Path] = []  # folders
    staged: dict[Path, Path] = {}  # what each file shall hold, beside it
    saved: dict[Path, Path | None] = {}  # what each file held; None where it was not there
    try:
        for path, content in contents.items():
            _folder(path.parent, made)
            if content is not None:
                handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
                staged[path] = Path(name)
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                staged[path].chmod(0o644)
        for path in contents:
            saved[path] = None
            if path.exists():
                handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
                os.close(handle)
                path.replace(name)
                saved[path] = Path(name)
            if path in staged:
                staged.pop(path).replace(path)
    except OSError as error:
        for path, old in reversed(saved.items()):
            path.unlink(missing_ok=True) if old is None else old.replace(path)
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            folder.rmdir()
        raise RegisterError(
            f"{error.filename or 'the register'}: cannot be written ({error.strerror}); "
            "nothing has changed, check the path"
        ) from None
    for kept in saved.values():
        if kept is not None:
            kept.unlink()


def _folder(folder: Path, made: list[Path]) -> None:
    if not folder.exists():
        _folder(folder.parent, made)
        folder.mkdir()
        made.append(folder)
