"""A register as one JSON file: ``{"registre": {...}, "traitements": [...], ...}``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from charte_registry.errors import RegisterError, nearest
from charte_registry.files import write_bytes
from charte_registry.records.base import unstructure
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Place, Register
from charte_registry.storage import json_text
from charte_registry.storage.assemble import (
    Entry,
    Kinds,
    assembled,
    continued,
    manifest_from,
    manifest_of,
    storable,
)
from charte_registry.storage.format import rewritten
from charte_registry.storage.places import Lines
from charte_registry.storage.restate import restated
from charte_registry.storage.text import Reader, Text

HEAD = "registre"


def load(path: Path, kinds: Kinds, max_bytes: int) -> Register:
    """Return the register of a file; see ``load_register``."""
    text, data, manifest = _read(path, max_bytes)
    return _register(path, text, data, manifest, kinds(path.parent, manifest))


def _read(path: Path, max_bytes: int) -> tuple[Text, dict[str, Any], Manifeste]:
    text = Reader(path, max_bytes).text(path)
    try:
        data = json_text.read(text.text)
        if not isinstance(data, Mapping) or not isinstance(data.get(HEAD), Mapping):
            message = f'no register; write {{"{HEAD}": {{"schema": ...}}, "traitements": [...]}}'
            raise RegisterError(message)
    except RegisterError as error:
        raise RegisterError([f"{path}: {problem}" for problem in error.problems]) from None
    place = _place(path.name, Lines(text.text, json_text.starts), HEAD)
    manifest = manifest_from(data[HEAD], lambda field: f"{path}:{place.line_of(field)}")
    return text, dict(data), manifest


def _place(file: str, lines: Lines, *prefix: str | int) -> Place:
    return Place(
        file=file,
        line=lines.line_of(prefix) or 1,
        find=lambda path: lines.line_of((*prefix, *path)),
    )


def _register(
    path: Path, text: Text, data: Mapping[str, Any], manifest: Manifeste, kinds: Mapping[str, type[Any]]
) -> Register:  # fmt: skip
    problems = [
        f"{path}: `{name}`: no kind of record; {nearest(name, kinds)}"
        if name not in kinds
        else f"{path}: `{name}`: expected a list of records, got {value!r:.80}"
        for name, value in data.items()
        if name != HEAD and (name not in kinds or not isinstance(value, list))
    ]
    lines = Lines(text.text, json_text.starts)

    def entries() -> Iterator[Entry]:
        for kind in kinds:
            items = data.get(kind)
            for number, item in enumerate(items if isinstance(items, list) else ()):
                yield Entry(kind, _place(path.name, lines, kind, number), item)

    return assembled(
        manifest, entries(), kinds, lambda place, field: f"{path}:{place.line_of(field)}", problems
    )


def save(register: Register, path: Path, max_bytes: int) -> None:
    """Write a register into a file; see ``save_register``."""
    head = manifest_of(register)
    text = Text("")
    old: dict[str, Any] = {}
    if path.exists():
        text, old, manifest = _read(path, max_bytes)
        _register(path, text, old, manifest, register.kinds)  # refuses what cannot be read
    data: dict[str, Any] = {
        HEAD: restated(old[HEAD], head, iso=True) if old else unstructure(head, iso=True)
    }
    for kind in register.kinds:
        left = dict(register.records.get(kind, {}))
        said = [continued(kind, item, left, iso=True) for item in old.get(kind, ())]
        for name, record in left.items():
            storable(f"{kind}/{name}", record)
            said.append(unstructure(record, iso=True))
        if said or kind in old:
            data[kind] = [item for item in said if item is not None]
    content = rewritten(json_text, text.text, old, data) if old else json_text.render(data)
    write_bytes(path, text.content(content))
