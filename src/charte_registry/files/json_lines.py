"""A register as JSON Lines: a record a line, ``{"kind": "traitements", ...}``, the manifest first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.extras import needs
from charte_registry.files import json_text
from charte_registry.files.assemble import (
    HEAD,
    Kinds,
    collected,
    headed,
    manifest_from,
    manifest_of,
    storable,
)
from charte_registry.files.fast import KIND, Checker, checker_of
from charte_registry.files.restate import restated
from charte_registry.files.text import Reader
from charte_registry.files.whole import write_bytes
from charte_registry.messages import Phrase
from charte_registry.records.base import FieldError, structure, unstructure
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Place, Register
from charte_registry.syntax import not_json

with needs("registre"):
    import msgspec


def load(path: Path, kinds: Kinds, max_bytes: int) -> Register:
    """Return the register of a file; see ``load_register``."""
    content = Reader(path, max_bytes).content(path)
    _, manifest = manifest_in(path, content)
    register = _register(path, content, manifest, kinds(path.parent, manifest))
    return headed(register, Place(file=path.name, line=1))


def manifest_in(path: Path, content: bytes) -> tuple[dict[str, Any], Manifeste]:
    """Return the first line, as it stands and as the manifest that it is."""
    try:
        data = _table(content.partition(b"\n")[0])
        if data.pop(KIND, None) != HEAD:
            raise FieldError("", "no_manifest")
    except FieldError as error:
        raise RegisterError([error.at(path, 1)]) from None
    return data, manifest_from(data, lambda _: (path, 1))


def _register(
    path: Path, content: bytes, manifest: Manifeste, kinds: Mapping[str, type[Any]]
) -> Register:
    checker = checker_of(kinds)
    faults: list[Fault] = []
    decode, name = checker.decoder(content), path.name
    found = []
    for number, line in _records(content):
        try:
            kind, record = _record(line, checker, decode, kinds)
        except FieldError as error:
            faults += [p.at(path, number) for p in error.problems]
            continue
        found.append((kind, Place(file=name, line=number), record))
    return collected(manifest, found, kinds, lambda place, _: (path, place.line), faults)


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of records, with their numbers."""
    for number, line in enumerate(content.split(b"\n")[1:], 2):
        if line and not line.isspace():
            yield number, line


def _record(
    line: bytes, checker: Checker, decode: Callable[[bytes], Any], kinds: Mapping[str, type[Any]]
) -> tuple[str, Any]:
    """Return the kind and the record of a line; raise all that is wrong with it."""
    try:
        checked = decode(line)
        return checker.kind(checked), checker.record(checked)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _slowly(line, kinds)


def _slowly(line: bytes, kinds: Mapping[str, type[Any]]) -> tuple[str, Any]:
    data = _table(line)
    kind = data.pop(KIND, None)
    if not isinstance(kind, str) or kind not in kinds:
        raise FieldError(KIND, "unknown_kind", value=kind, near=nearest(str(kind), kinds))
    return kind, structure(kinds[kind], data)


def _table(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except RegisterError as error:
        raise FieldError.of(error.errors[0]) from None
    except (ValueError, RecursionError) as error:
        raise FieldError.of(not_json(error).errors[0]) from None
    if not isinstance(data, dict):
        raise FieldError("", "not_table", value=data)
    return data


def _no_constant(word: str) -> None:
    raise RegisterError("not_json_number", value=word)


def faults(path: Path, kinds: Kinds, max_bytes: int) -> Iterator[Fault]:
    """Yield what is wrong with the lines of a file, without making records; see ``check_lines``."""
    content = Reader(path, max_bytes).content(path)
    known = kinds(path.parent, manifest_in(path, content)[1])
    seen: dict[str, dict[str, int]] = {kind: {} for kind in known}
    for number, found in examined(_records(content), content, known):
        if isinstance(found, FieldError):
            yield from (p.fault.at("", number) for p in found.problems)
            continue
        kind, name = found
        first = seen[kind].setdefault(name, number)
        if first != number:
            yield stands_twice(number, name, first)


def examined(
    lines: Iterable[tuple[int, bytes]], content: bytes, kinds: Mapping[str, type[Any]]
) -> Iterator[tuple[int, tuple[str, str] | FieldError]]:
    """Yield, for each line, its number, and its kind and identifier, or what is wrong with it.

    Parameters
    ----------
    lines : iterable of tuple
        Numbers, and lines that hold anything.
    content : bytes
        What the lines stand in.
    kinds : mapping of str to type
        Class of each kind.
    """
    checker = checker_of(kinds)
    decode, kind_of = checker.decoder(content), checker.kind
    for number, line in lines:
        try:
            checked = decode(line)
            yield number, (kind_of(checked), checked.id)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            try:
                kind, record = _slowly(line, kinds)
            except FieldError as error:
                yield number, error
            else:
                yield number, (kind, record.id)


def stands_twice(number: int, name: str, first: int) -> Fault:
    """Return the fault of an identifier that stands already at an earlier line."""
    line = Phrase.of("part.line", line=first)
    return Fault("same_id", line=number, field="id", value=name, first=line)


def save(register: Register, path: Path, max_bytes: int) -> None:
    """Write a register into a file, a line that says the same as it was; see ``save_register``."""
    manifest = manifest_of(register, path.parent)
    left = {(kind, name): r for kind in register.kinds for name, r in register.records.get(kind, {}).items()}  # fmt: skip
    lines: list[bytes] = []
    if not path.exists():
        lines.append(_line(HEAD, unstructure(manifest, iso=True)))
    else:
        content = Reader(path, max_bytes).content(path)
        data, before = manifest_in(path, content)
        _register(path, content, before, register.kinds)  # refuses what cannot be read
        checker = checker_of(register.kinds)
        decode = checker.decoder(content)
        for number, line in enumerate(content.removesuffix(b"\n").split(b"\n"), 1):
            if number == 1:
                lines.append(_edited(line, HEAD, data, restated(data, manifest, iso=True)))
            elif not line or line.isspace():
                lines.append(line)
            else:
                kind, old = _record(line, checker, decode, register.kinds)
                new = left.pop((kind, old.id), None)
                if new is not None and new != old:
                    storable(f"{kind}/{new.id}", new)
                    data = _table(line)
                    del data[KIND]
                    lines.append(_edited(line, kind, data, restated(data, new, iso=True)))
                elif new is not None:
                    lines.append(line)
    for (kind, name), record in left.items():
        storable(f"{kind}/{name}", record)
        lines.append(_line(kind, unstructure(record, iso=True)))
    write_bytes(path, b"\n".join(lines) + b"\n")


def _line(kind: str, data: Mapping[str, Any]) -> bytes:
    return json_text.inline({KIND: kind, **data}).encode("utf-8")


def _edited(line: bytes, kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bytes:
    if new is old:
        return line
    before, after = {KIND: kind, **old}, {KIND: kind, **new}
    return json_text.edited(line.decode("utf-8"), before, after).encode("utf-8")
