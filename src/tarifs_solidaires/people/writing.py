"""Files that are opened safely, and files that take their name only once they are complete."""

from __future__ import annotations

import errno
import io
import os
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from tarifs_solidaires.catalogue import system_reason
from tarifs_solidaires.errors import Fault, TableError

STANDARD = "-"  # standard input or output in the place of a file
_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def table_error(code: str, where: object, template: str, remedy: str, **data: object) -> TableError:
    """Return an error of one fault."""
    return TableError(
        Fault(
            code=code,
            where=where if isinstance(where, str) else str(where),
            template=template,
            remedy=remedy,
            data=data,
        )
    )


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read its bytes; ``-`` is standard input.

    Parameters
    ----------
    path : Path
        A file. A folder, a device or a pipe with a name is refused: it could block or never end.

    Raises
    ------
    TableError
        Where it cannot be read.
    """
    if str(path) == STANDARD:
        yield sys.stdin.buffer
        return
    try:
        handle = os.open(path, os.O_RDONLY | _NO_WAITING)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise table_error(
            "not_a_file", path, "is a folder, a device or a pipe",
            "give a file, or - for standard input",
        )  # fmt: skip
    with os.fdopen(handle, "rb") as file:
        yield file


def _unreadable(path: Path, error: Exception) -> TableError:
    return table_error(
        "no_file", path, "cannot be read ({reason})", "check the path", reason=system_reason(error)
    )


@contextmanager
def written(path: Path, *, never: Iterable[Path] = ()) -> Iterator[IO[str]]:
    """Open a text file that takes its name only once it is complete; see ``written_bytes``."""
    with written_bytes(path, never=never) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        try:
            yield text
            text.flush()
        finally:
            with suppress(OSError, ValueError):
                text.detach()


@contextmanager
def written_bytes(path: Path, *, never: Iterable[Path] = ()) -> Iterator[BinaryIO]:
    """Open a file that takes its name only once it is complete.

    Until then its bytes have no name where the system can do that, and whatever stops the program
    leaves nothing behind; elsewhere they have a passing name in the same folder, removed on failure.
    A file that is replaced keeps its mode, a new one has the mode that the umask gives. A link stays
    a link.

    Parameters
    ----------
    path : Path
        The file; ``-`` is standard output, to which nothing goes before everything is there.
    never : iterable of Path
        Files that are read, which it must not be.

    Raises
    ------
    TableError
        Where it is one of those, is no file, or cannot be written.
    """
    if str(path) == STANDARD:
        with tempfile.TemporaryFile() as file:
            yield file
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
        return
    try:
        with _draft(path, never) as draft:
            yield draft.file
            draft.finish()
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: Exception) -> TableError:
    return table_error(
        "not_written", path, "cannot be written ({reason})", "check the path",
        reason=system_reason(error),
    )  # fmt: skip


def _draft(path: Path, never: Iterable[Path]) -> _Draft:
    try:
        target = Path(os.path.realpath(path))
        return _Draft(target, _mode(path, target, never))
    except TableError:
        raise
    except ValueError as error:  # a name that no file can have
        raise _unwritable(path, error) from None


def _mode(path: Path, target: Path, never: Iterable[Path]) -> int | None:
    """Return the mode of the file that is replaced, None where there is none."""
    try:
        known = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(known.st_mode):
        raise table_error(
            "not_a_file", path, "is a folder, a device or a pipe", "give the name of a file"
        )
    for other in never:
        with suppress(OSError):
            if os.path.samestat(known, other.stat()):
                raise table_error(
                    "overwrite", path, "is also read", "choose another name for the output"
                )
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it may not be changed")
    return stat.S_IMODE(known.st_mode) & 0o777


class _Draft:
    """The bytes of a file that has no name yet, or a passing one."""

    def __init__(self, target: Path, mode: int | None) -> None:
        self._target, self._mode = target, mode
        self._name: Path | None = None
        handle = self._nameless()
        if handle is None:
            self._name = self._passing()
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            handle = os.open(self._name, flags, self._first_mode)
        self.file: BinaryIO = os.fdopen(handle, "wb")

    @property
    def _first_mode(self) -> int:
        return 0o666 if self._mode is None else self._mode & 0o600

    def _passing(self) -> Path:
        return self._target.with_name(f".{self._target.name[:40]}.{secrets.token_hex(4)}.part")

    def _nameless(self) -> int | None:
        if not hasattr(os, "O_TMPFILE") or not Path("/proc/self/fd").is_dir():
            return None
        try:
            return os.open(self._target.parent, os.O_TMPFILE | os.O_WRONLY, self._first_mode)
        except OSError:  # not on every file system
            return None

    def __enter__(self) -> _Draft:
        return self

    def finish(self) -> None:
        """Give the file its name, once its bytes are on the disk."""
        self.file.flush()
        handle = self.file.fileno()
        if self._mode is not None:
            (Path(f"/proc/self/fd/{handle}") if self._name is None else self._name).chmod(
                self._mode
            )
        os.fsync(handle)
        if self._name is None:
            passing = self._passing()
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                # a folder in the call makes it follow the link that the system shows
                os.link(
                    f"/proc/self/fd/{handle}", passing.name, dst_dir_fd=folder, follow_symlinks=True
                )
            finally:
                os.close(folder)
            self._name = passing
        else:
            self.file.close()  # which Windows wants
        self._name.replace(self._target)
        self._name = None
        with suppress(OSError):  # the folder too, where that can be
            folder = os.open(self._target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self.file.close()
        if self._name is not None:
            self._name.unlink(missing_ok=True)
