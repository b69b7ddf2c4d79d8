"""A register as a folder: a manifest, and for each kind a table or a file a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.files import table, toml_text
from charte_registry.files.assemble import (
    Entry,
    Kinds,
    assembled,
    headed,
    manifest_from,
)
from charte_registry.files.format import Format
from charte_registry.files.places import Lines, placed
from charte_registry.files.text import Reader, Text
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Place, Register

MANIFEST = "registre.toml"
SUFFIXES = (".toml", ".yaml", ".yml")


def format_of(suffix: str) -> Format:
    """Return what reads and writes the files of a suffix; YAML is loaded where it is met."""
    if suffix == ".toml":
        return toml_text
    from charte_registry.files import yaml_text

    return yaml_text


@attrs.frozen
class Source:
    """A file of the folder: what it says, and the records that it states.

    Parameters
    ----------
    path : Path
        The file.
    kind : str
        Kind of its records.
    text : Text
        Its text.
    data : object
        Its plain data; None for CSV.
    entries : sequence of Entry
        Its records.
    is_table : bool
        Whether it holds any number of records, not one.
    """

    path: Path
    kind: str
    text: Text
    data: Any
    entries: Sequence[Entry]
    is_table: bool = False


def load(root: Path, kinds: Kinds, max_bytes: int) -> Register:
    """Return the register of a folder; see ``load_register``."""
    reader = Reader(root, max_bytes)
    head, manifest = manifest_source(root, reader)
    known = kinds(root, manifest)
    sources, faults = record_sources(root, manifest, known, reader)
    register = of_sources(root, manifest, known, sources, faults)
    return headed(register, head.entries[0].place)


def of_sources(
    root: Path, manifest: Manifeste, kinds: Mapping[str, type[Any]], sources: Sequence[Source],
    faults: list[Fault],
) -> Register:  # fmt: skip
    """Return the register of the files of a folder."""
    entries = (entry for source in sources for entry in source.entries)
    return assembled(
        manifest, entries, kinds, lambda place, path: (root / place.file, place.line_of(path)), faults,
    )  # fmt: skip


def manifests(root: Path) -> list[Path]:
    """Return the files of a folder that are named as a manifest, at least one; there should be one."""
    stem = MANIFEST.removesuffix(".toml")
    found = [path for suffix in SUFFIXES if (path := root / f"{stem}{suffix}").is_file()]
    if not found:
        raise RegisterError("manifest_missing", where=root / MANIFEST)
    return found


def manifest_source(root: Path, reader: Reader) -> tuple[Source, Manifeste]:
    """Return the file of the manifest, and the manifest."""
    path, *others = manifests(root)
    if others:
        raise RegisterError("two_manifests", where=others[0], value=path.name)
    source = _source(
        path, "", reader, lambda data, lines: [Entry("", placed(path.name, lines), data)]
    )
    (entry,) = source.entries
    return source, manifest_from(entry.data, lambda field: (path, entry.place.line_of(field)))


def _source(
    path: Path, kind: str, reader: Reader, entries: Callable[[Any, Lines], list[Entry]]
) -> Source:
    text = reader.text(path)
    form = format_of(path.suffix)
    try:
        data = form.read(text.text)
        return Source(path, kind, text, data, entries(data, Lines(text.text, form.starts)))
    except RegisterError as error:
        raise error.at(path) from None


def record_sources(
    root: Path, manifest: Manifeste, kinds: Mapping[str, type[Any]], reader: Reader
) -> tuple[list[Source], list[Fault]]:
    """Return the files of records, and what is wrong with others."""
    sources: list[Source] = []
    faults: list[Fault] = []
    for path, kind in _files(root, manifest, kinds, faults):
        try:
            sources.append(_read(root, path, kind, kinds[kind], reader))
        except RegisterError as error:
            faults.extend(error.errors)
    return sources, faults


def _files(
    root: Path, manifest: Manifeste, kinds: Mapping[str, type[Any]], faults: list[Fault]
) -> Iterator[tuple[Path, str]]:
    apart = {root / f"registre{suffix}" for suffix in SUFFIXES}
    if manifest.profil is not None:
        apart.add(root / manifest.profil)
    for path in sorted(root.iterdir()):
        if path in apart or path.name.startswith(".") or path.suffix in (".md", ".html"):
            continue
        if path.is_dir() and path.name in kinds:
            for file in sorted(path.iterdir()):
                if file.suffix in SUFFIXES:
                    yield file, path.name
                elif not file.name.startswith("."):
                    faults.append(Fault("file_of_no_kind", where=file))
        elif not path.is_dir() and path.suffix in (".csv", *SUFFIXES) and path.stem in kinds:
            yield path, path.stem
        else:
            near = nearest(path.stem, kinds)
            faults.append(Fault("no_kind", where=path, value=path.stem, near=near))


def _read(root: Path, path: Path, kind: str, cls: type[Any], reader: Reader) -> Source:
    name = path.relative_to(root).as_posix()
    if path.suffix == ".csv":
        text = reader.text(path)
        try:
            _, found = table.read(text.text, cls)
        except RegisterError as error:
            raise error.at(path) from None
        entries = [
            Entry(kind, Place(file=name, line=row.line), d) for row, d in found if d is not None
        ]
        return Source(path, kind, text, None, entries, is_table=True)
    if path.parent != root:
        return _source(
            path, kind, reader, lambda data, lines: [Entry(kind, placed(name, lines), data)]
        )

    def several(data: Any, lines: Lines) -> list[Entry]:
        if (
            not isinstance(data, Mapping)
            or list(data) != [kind]
            or not isinstance(data[kind], list)
        ):
            raise RegisterError("list_only", kind=kind)
        return [
            Entry(kind, placed(name, lines, kind, number), item)
            for number, item in enumerate(data[kind])
        ]

    return attrs.evolve(_source(path, kind, reader, several), is_table=True)
