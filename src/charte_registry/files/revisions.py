"""A register as it stood in a git revision: ``REVISION:FOLDER``, as git itself writes it."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from charte_registry.errors import Fault, RegisterError
from charte_registry.files import load_register
from charte_registry.register import Register

MAX_BYTES = 500_000_000


def load_revision(name: str) -> Register:
    """Load a register from a folder or a file, or as it stood in a git revision.

    Parameters
    ----------
    name : str
        A path, or ``REVISION:PATH`` for a path inside the git repository of the current folder.

    Returns
    -------
    Register
        The register.

    Raises
    ------
    RegisterError
        Where there is neither such a path nor such a revision, or it cannot be read.
    """
    revision, colon, path = name.partition(":")
    if Path(name).exists() or not colon:
        return load_register(name)
    # An object is asked for by what it is, so that a name never becomes an option.
    # Git knows the current folder as ``./`` alone.
    asked = f"{revision}:{'./' if path == '.' else path}"
    tree = _git(name, "rev-parse", "--verify", "--quiet", "--end-of-options", asked)
    with _checked_out(name, Path(), tree.decode("ascii").strip()) as folder:
        try:
            return load_register(folder)
        except RegisterError as error:
            raise RegisterError([named(fault, folder, name) for fault in error.errors]) from None


def named(fault: Fault, folder: Path, name: str) -> Fault:
    """Return a fault whose place is in the revision, not in the copy that was read."""
    place = Path(fault.where)
    if not place.is_relative_to(folder):
        return fault
    inside = place.relative_to(folder).as_posix()
    return fault.at(name if inside == "." else f"{name}/{inside}")


def versions(folder: str | Path, limit: int) -> list[tuple[str, dt.date]]:
    """Return the revisions that changed a folder, the oldest first.

    Parameters
    ----------
    folder : str or Path
        A folder.
    limit : int
        How many revisions, from the latest back.

    Returns
    -------
    list of (str, datetime.date)
        Name of the revision and its day, in universal time; none where the folder is in no git
        repository, or git is not installed.
    """
    place = Path(folder)
    if not place.is_dir():
        return []
    try:
        listed = _git(
            str(folder), "-C", str(place), "rev-list", "--first-parent", "--timestamp",
            f"--max-count={limit}", "HEAD", "--", ".",
        )  # fmt: skip
    except RegisterError:
        return []
    found = [line.split() for line in listed.decode("ascii").splitlines()]
    return [
        (revision, dt.datetime.fromtimestamp(int(seconds), dt.UTC).date())
        for seconds, revision in reversed(found)
    ]


@contextmanager
def unpacked(folder: str | Path, revision: str) -> Iterator[Path]:
    """Give a copy of a folder as it stood in a revision, for as long as it is read.

    Parameters
    ----------
    folder : str or Path
        The folder, in a git repository.
    revision : str
        Name of the revision, as ``versions`` gives it.

    Raises
    ------
    RegisterError
        Where the folder was not there, or is too large.
    """
    place = Path(folder)
    asked = f"{revision}:./"
    tree = _git(
        str(folder), "-C", str(place), "rev-parse", "--verify", "--quiet", "--end-of-options", asked
    )
    with _checked_out(f"{revision[:12]}:{folder}", place, tree.decode("ascii").strip()) as copy:
        yield copy


@contextmanager
def _checked_out(name: str, place: Path, tree: str) -> Iterator[Path]:
    """Write the files of a tree into a folder that is removed again.

    The objects are read as they are: no filter, no hook and no command of the repository's own
    configuration runs. Links and modules of other repositories are left out.
    """
    listed = _git(name, "-C", str(place), "ls-tree", "-r", "-z", "-l", "--full-tree", tree)
    entries = []
    for line in filter(None, listed.split(b"\0")):
        head, _, path = line.partition(b"\t")
        mode, _, blob, size = head.split()
        if mode.startswith(b"100"):
            entries.append((path, blob, int(size)))
    if sum(size for _, _, size in entries) > MAX_BYTES:
        raise RegisterError("folder_too_large", where=name, most=MAX_BYTES)
    asked = b"".join(blob + b"\n" for _, blob, _ in entries)
    contents = _git(name, "-C", str(place), "cat-file", "--batch", given=asked)
    with tempfile.TemporaryDirectory() as folder:
        root, place_in = Path(folder), 0
        for path, _, length in entries:
            start = contents.index(b"\n", place_in) + 1
            target = root / os.fsdecode(path)  # git refuses names that lead elsewhere
            if not target.resolve().is_relative_to(root.resolve()):
                raise RegisterError("name_leads_out", where=target.name, folder=name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(contents[start : start + length])
            place_in = start + length + 1
        yield root


def _git(name: str, *arguments: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            input=given, capture_output=True, check=True, timeout=60,
            env={**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"},
        )  # fmt: skip
    except FileNotFoundError:
        raise RegisterError("no_git", where=name) from None
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise RegisterError("no_revision", where=name) from None
    if len(done.stdout) > MAX_BYTES:
        raise RegisterError("folder_too_large", where=name, most=MAX_BYTES)
    return done.stdout
