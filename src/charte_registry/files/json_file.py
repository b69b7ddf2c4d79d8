"""A register as one JSON file: ``{"schema": ..., "titre": ..., "traitements": [...], ...}``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.files import json_text
from charte_registry.files.assemble import (
    Entry,
    Kinds,
    assembled,
    continued,
    headed,
    manifest_from,
    manifest_of,
    storable,
)
from charte_registry.files.format import rewritten
from charte_registry.files.places import Lines, placed
from charte_registry.files.restate import restated
from charte_registry.files.text import Reader, Text
from charte_registry.files.whole import write_bytes
from charte_registry.records.base import unstructure
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Register

_HEAD = tuple(field.name for field in attrs.fields(Manifeste))


def load(path: Path, kinds: Kinds, max_bytes: int) -> Register:
    """Return the register of a file; see ``load_register``."""
    text, data, manifest = _read(path, max_bytes)
    register = _register(path, text, data, manifest, kinds(path.parent, manifest))
    return headed(register, placed(path.name, Lines(text.text, json_text.starts)))


def _read(path: Path, max_bytes: int) -> tuple[Text, dict[str, Any], Manifeste]:
    text = Reader(path, max_bytes).text(path)
    try:
        data = json_text.read(text.text)
        if not isinstance(data, Mapping):
            raise RegisterError("not_register", value=data)
    except RegisterError as error:
        raise error.at(path) from None
    lines = Lines(text.text, json_text.starts)
    place = placed(path.name, lines)
    manifest = manifest_from(_head(data), lambda field: (path, place.line_of(field)))
    return text, dict(data), manifest


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name in _HEAD}


def _register(
    path: Path, text: Text, data: Mapping[str, Any], manifest: Manifeste, kinds: Mapping[str, type[Any]]
) -> Register:  # fmt: skip
    lines = Lines(text.text, json_text.starts)
    faults: list[Fault] = []
    for name, value in data.items():
        line = lines.line_of((name,))
        if name in kinds and not isinstance(value, list):
            faults.append(Fault("not_list", where=path, line=line, field=name, value=value))
        elif name not in kinds and name not in _HEAD:
            near = nearest(name, [*_HEAD, *kinds])
            faults.append(Fault("unknown_field", where=path, line=line, field=name, near=near))

    def entries() -> Iterator[Entry]:
        for kind in kinds:
            items = data.get(kind)
            for number, item in enumerate(items if isinstance(items, list) else ()):
                yield Entry(kind, placed(path.name, lines, kind, number), item)

    return assembled(
        manifest, entries(), kinds, lambda place, field: (path, place.line_of(field)), faults
    )


def save(register: Register, path: Path, max_bytes: int) -> None:
    """Write a register into a file; see ``save_register``."""
    head = manifest_of(register, path.parent)
    text = Text("")
    old: dict[str, Any] = {}
    if path.exists():
        text, old, manifest = _read(path, max_bytes)
        _register(path, text, old, manifest, register.kinds)  # refuses what cannot be read
    new = dict(restated(_head(old), head, iso=True) if old else unstructure(head, iso=True))
    for kind in register.kinds:
        left = dict(register.records.get(kind, {}))
        said = [continued(kind, item, left, iso=True) for item in old.get(kind, ())]
        for name, record in left.items():
            storable(f"{kind}/{name}", record)
            said.append(unstructure(record, iso=True))
        if said or kind in old:
            new[kind] = [item for item in said if item is not None]
    content = rewritten(json_text, text.text, old, new) if old else json_text.render(new)
    write_bytes(path, text.content(content))
