"""Registers in JSON Lines that are larger than memory, checked block by block, on every core.

A block of lines is checked for itself; that no identifier stands twice is found at the end from a
digest of each, which waits in files. Memory does not grow with the lines.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import lru_cache, partial
from itertools import starmap
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import attrs

from charte_registry.errors import Fault, RegisterError
from charte_registry.extras import needs
from charte_registry.files.assemble import inside
from charte_registry.files.json_lines import examined, manifest_in, stands_twice
from charte_registry.messages import joined, system_reason
from charte_registry.profiles import load_profile
from charte_registry.records import KINDS
from charte_registry.records.base import FieldError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    import pyarrow as pa

BLOCK = 4_000_000  # bytes that are checked at a time
MAX_LINE = 16_000_000
FILES = 64  # in which digests wait; one of them at a time is sorted in memory
_DIGEST = [("high", "<u8"), ("low", "<u8"), ("line", "<u8")]


@attrs.frozen
class LineCheck:
    """The check of record batches of lines, for an engine that hands them out.

    Parameters
    ----------
    profile : str
        Path of the file of the register's profile, where it has one.

    Examples
    --------
    >>> import pyarrow as pa
    >>> lines = [b'{"kind": "partenaires", "id": "p", "nom": "P"}', b'{"kind": "partenaires"}']
    >>> batch = pa.RecordBatch.from_pydict({"line": [2, 3], "text": lines})
    >>> found = LineCheck()(batch)
    >>> found.schema.names, found["line"].to_pylist(), found["path"].to_pylist()
    (['line', 'path', 'code', 'message'], [3, 3], ['id', 'nom'])
    """

    profile: str = ""

    def schema(self) -> pa.Schema:
        """Return the schema of what it finds.

        Returns
        -------
        pyarrow.Schema
            ``line``, ``path``, ``code`` and ``message``.
        """
        with needs("tables"):
            import pyarrow as pa

        texts = [(name, pa.string()) for name in ("path", "code", "message")]
        return pa.schema([("line", pa.int64()), *texts])

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return what is wrong with the records of a batch.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            ``line``, numbers, and ``text``, lines of records as text or bytes.

        Returns
        -------
        pyarrow.RecordBatch
            ``line``, ``path``, ``code`` and ``message`` of each problem. Identifiers that stand twice are not
            among them, since a batch does not know the others.
        """
        with needs("tables"):
            import pyarrow as pa

        texts = batch.column("text").cast(pa.binary()).fill_null(b"null").to_pylist()
        lines = zip(batch.column("line").to_pylist(), texts, strict=True)
        faults, _ = _checked(lines, b"\n".join(texts), _kinds(self.profile))
        columns = [
            [fault.line for fault in faults],
            [fault.field for fault in faults],
            [fault.code for fault in faults],
            [joined("", fault.message, fault.remedy, "en") for fault in faults],
        ]
        return pa.RecordBatch.from_arrays(
            [pa.array(c, field.type) for c, field in zip(columns, self.schema(), strict=True)],
            schema=self.schema(),
        )


def check_line_stream(
    path: str | Path, *, workers: int | None = 1, block: int = BLOCK
) -> Iterator[Fault]:
    r"""Yield everything that is wrong with the records of a JSON Lines file of any size.

    Parameters
    ----------
    path : str or Path
        The file; its first line is the manifest.
    workers : int or None
        Processes; None for one a core. Where there are several, a program calls this under
        ``if __name__ == "__main__":``.
    block : int
        About how many bytes are checked at a time.

    Yields
    ------
    Fault
        What ``check_lines`` finds, in the order of lines; identifiers that stand twice come last.

    Raises
    ------
    RegisterError
        Where the file or its manifest cannot be read, or a line is longer than 16 million bytes.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "registre.jsonl"
    ...     _ = file.write_text(
    ...         '{"kind": "registre", "schema": "1.0", "titre": "R", "territoire": "T", '
    ...         '"etat_au": "2020-12-15", "annees": [2020]}\n'
    ...         '{"kind": "partenaires", "id": "p", "nom": "P"}\n'
    ...         '{"kind": "partenaires", "id": "p", "nom": "Q"}\n'
    ...     )
    ...     print(*check_line_stream(file))
    line 3 `id`: 'p' already appears at line 2; give each record its own identifier
    """
    source, count = Path(path), (os.cpu_count() or 1) if workers is None else workers
    if count < 1 or block < 1:
        raise RegisterError("workers", workers=workers, block=block)
    try:
        with source.open("rb") as file, ExitStack() as stack:
            head = _line(file, source, 1)
            manifest = manifest_in(source, head)[1]
            profile = str(inside(source.parent, manifest.profil)) if manifest.profil else ""
            _kinds(profile)  # refuses a profile that cannot be read, once
            digests = stack.enter_context(_Digests())
            blocks = _blocks(file, source, block)
            found: Iterator[tuple[list[Fault], bytes]]
            if count == 1:
                found = starmap(partial(_block, profile), blocks)
            else:
                from concurrent.futures import ProcessPoolExecutor
                from multiprocessing import get_context

                pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"))
                stack.enter_context(pool)
                found = _ahead(pool, profile, blocks, count)
            for faults, digest in found:
                digests.add(digest)
                yield from faults
            yield from _twice(source, digests)
    except OSError as error:
        raise RegisterError("cannot_read", where=path, reason=system_reason(error)) from None


def _ahead(
    pool: ProcessPoolExecutor, profile: str, blocks: Iterator[tuple[int, bytes]], count: int
) -> Iterator[tuple[list[Fault], bytes]]:
    waiting: deque[Future[tuple[list[Fault], bytes]]] = deque()
    for one in blocks:
        waiting.append(pool.submit(_block, profile, *one))
        if len(waiting) > count:  # one more than are worked on
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _blocks(file: IO[bytes], path: Path, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the number of the first line of a block, and its lines."""
    first = 2
    while True:
        content = file.read(size)
        if not content:
            return
        if not content.endswith(b"\n"):
            content += _line(file, path, first)
        yield first, content
        first += content.count(b"\n")


def _line(file: IO[bytes], path: Path, number: int) -> bytes:
    line = file.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:
        raise RegisterError("line_too_long", where=path, after=number, most=MAX_LINE)
    return line


def _block(profile: str, first: int, content: bytes) -> tuple[list[Fault], bytes]:
    lines = (
        (number, line)
        for number, line in enumerate(content.split(b"\n"), first)
        if line and not line.isspace()
    )
    return _checked(lines, content, _kinds(profile))


@lru_cache(maxsize=8)
def _kinds(profile: str) -> Mapping[str, type[Any]]:
    return load_profile(profile).kinds if profile else KINDS


def _checked(
    lines: Any, content: bytes, kinds: Mapping[str, type[Any]]
) -> tuple[list[Fault], bytes]:
    """Return what is wrong with some lines, and the digests of the identifiers of the others."""
    faults: list[Fault] = []
    digests = bytearray()
    for number, found in examined(lines, content, kinds):
        if isinstance(found, FieldError):
            faults += [p.fault.at("", number) for p in found.problems]
            continue
        key = "\0".join(found).encode("utf-8", "surrogatepass")
        digests += hashlib.blake2b(key, digest_size=16).digest() + number.to_bytes(8, "little")
    return faults, bytes(digests)


class _Digests:
    """Digests of identifiers with their lines, in files without names."""

    def __enter__(self) -> _Digests:
        self._stack = ExitStack()
        opened = (tempfile.TemporaryFile() for _ in range(FILES))  # noqa: SIM115  closed by the stack
        self._files = [self._stack.enter_context(file) for file in opened]
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, digests: bytes) -> None:
        """Add some."""
        import numpy as np

        every = np.frombuffer(digests, dtype=_DIGEST)
        place = every["high"] % np.uint64(FILES)
        order = np.argsort(place, kind="stable")
        ends = np.searchsorted(place[order], np.arange(FILES + 1))
        for n in np.flatnonzero(np.diff(ends)).tolist():
            self._files[n].write(every[order[ends[n] : ends[n + 1]]].tobytes())

    def twice(self) -> Iterator[tuple[int, int]]:
        """Yield the lines whose identifier stands already, and where it first does."""
        import numpy as np

        for file in self._files:
            file.seek(0)
            every = np.frombuffer(file.read(), dtype=_DIGEST)
            every = every[np.lexsort((every["line"], every["low"], every["high"]))]
            new = np.ones(len(every), dtype=bool)
            for name in ("high", "low"):
                new[1:] &= every[name][1:] == every[name][:-1]
            again = new
            again[:1] = False
            first = np.maximum.accumulate(np.where(again, 0, np.arange(len(every))))
            for n in np.flatnonzero(again).tolist():
                yield int(every["line"][n]), int(every["line"][first[n]])


def _twice(path: Path, digests: _Digests) -> Iterator[Fault]:
    """Yield the identifiers that stand twice; the file is read again where there is one."""
    first = dict(sorted(digests.twice()))
    if not first:
        return
    with path.open("rb") as file:
        manifest = manifest_in(path, _line(file, path, 1))[1]
        kinds = _kinds(str(inside(path.parent, manifest.profil)) if manifest.profil else "")
        for start, content in _blocks(file, path, BLOCK):
            lines = enumerate(content.split(b"\n"), start)
            wanted = ((number, line) for number, line in lines if number in first)
            for number, found in examined(wanted, content, kinds):
                if not isinstance(found, FieldError):
                    yield stands_twice(number, found[1], first[number])
