"""A register as a folder: a manifest, and for each kind a table or a file a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.files import write_all
from charte_registry.records.base import unstructure
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Place, Register
from charte_registry.storage import table, toml_text, yaml_text
from charte_registry.storage.assemble import (
    Entry,
    Kinds,
    assembled,
    continued,
    manifest_from,
    manifest_of,
    storable,
)
from charte_registry.storage.format import Format, rewritten
from charte_registry.storage.places import Lines
from charte_registry.storage.restate import restated
from charte_registry.storage.text import Reader, Text

MANIFEST = "registre.toml"
LAYOUTS = ("toml", "yaml", "csv")
_RESERVED = frozenset(  # no file of Windows has these names
    {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))}
)


FORMATS: Mapping[str, Format] = {".toml": toml_text, ".yaml": yaml_text, ".yml": yaml_text}


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
    _, manifest = _manifest(root, reader)
    known = kinds(root, manifest)
    return _register(root, manifest, known, *_sources(root, manifest, known, reader))


def _register(
    root: Path, manifest: Manifeste, kinds: Mapping[str, type[Any]], sources: Sequence[Source],
    problems: list[str],
) -> Register:  # fmt: skip
    entries = (entry for source in sources for entry in source.entries)
    return assembled(
        manifest, entries, kinds, lambda place, path: f"{root / place.file}:{place.line_of(path)}", problems,
    )  # fmt: skip


def _manifest(root: Path, reader: Reader) -> tuple[Source, Manifeste]:
    stem = MANIFEST.removesuffix(".toml")
    found = [path for suffix in FORMATS if (path := root / f"{stem}{suffix}").is_file()]
    if not found:
        raise RegisterError(f"{root / MANIFEST}: missing; a register's folder has one")
    path, *others = found
    if others:
        raise RegisterError(f"{others[0]}: {path.name} stands there too; keep one")
    source = _source(
        path, "", reader, lambda data, lines: [Entry("", _place(path.name, lines), data)]
    )
    (entry,) = source.entries
    return source, manifest_from(entry.data, lambda field: f"{path}:{entry.place.line_of(field)}")


def _place(file: str, lines: Lines, *prefix: str | int) -> Place:
    line = lines.line_of(prefix) or 1 if prefix else 1
    return Place(file=file, line=line, find=lambda path: lines.line_of((*prefix, *path)))


def _source(
    path: Path, kind: str, reader: Reader, entries: Callable[[Any, Lines], list[Entry]]
) -> Source:
    text = reader.text(path)
    form = FORMATS[path.suffix]
    try:
        data = form.read(text.text)
        return Source(path, kind, text, data, entries(data, Lines(text.text, form.starts)))
    except RegisterError as error:
        raise RegisterError([f"{path}: {problem}" for problem in error.problems]) from None


def _sources(
    root: Path, manifest: Manifeste, kinds: Mapping[str, type[Any]], reader: Reader
) -> tuple[list[Source], list[str]]:
    """Return the files of records, and what is wrong with others."""
    sources: list[Source] = []
    problems: list[str] = []
    for path, kind in _files(root, manifest, kinds, problems):
        try:
            sources.append(_read(root, path, kind, kinds[kind], reader))
        except RegisterError as error:
            problems.extend(error.problems)
    return sources, problems


def _files(
    root: Path, manifest: Manifeste, kinds: Mapping[str, type[Any]], problems: list[str]
) -> Iterator[tuple[Path, str]]:
    apart = {root / f"registre{suffix}" for suffix in FORMATS}
    if manifest.profil is not None:
        apart.add(root / manifest.profil)
    for path in sorted(root.iterdir()):
        if path in apart or path.name.startswith(".") or path.suffix in (".md", ".html"):
            continue
        if path.is_dir() and path.name in kinds:
            for file in sorted(path.iterdir()):
                if file.suffix in FORMATS:
                    yield file, path.name
                elif not file.name.startswith("."):
                    problems.append(f"{file}: not a .toml or .yaml file; remove it or rename it")
        elif not path.is_dir() and path.suffix in (".csv", *FORMATS) and path.stem in kinds:
            yield path, path.stem
        else:
            problems.append(f"{path}: no kind of record; {nearest(path.stem, kinds)}")


def _read(root: Path, path: Path, kind: str, cls: type[Any], reader: Reader) -> Source:
    name = path.relative_to(root).as_posix()
    if path.suffix == ".csv":
        text = reader.text(path)
        try:
            _, found = table.read(text.text, cls)
        except RegisterError as error:
            problems = [problem.removeprefix("line ") for problem in error.problems]
            raise RegisterError([f"{path}:{problem}" for problem in problems]) from None
        entries = [
            Entry(kind, Place(file=name, line=row.line), d) for row, d in found if d is not None
        ]
        return Source(path, kind, text, None, entries, is_table=True)
    if path.parent != root:
        return _source(
            path, kind, reader, lambda data, lines: [Entry(kind, _place(name, lines), data)]
        )

    def several(data: Any, lines: Lines) -> list[Entry]:
        if (
            not isinstance(data, Mapping)
            or list(data) != [kind]
            or not isinstance(data[kind], list)
        ):
            raise RegisterError(f"expected the list `{kind}` and nothing else; write it so")
        return [
            Entry(kind, _place(name, lines, kind, number), item)
            for number, item in enumerate(data[kind])
        ]

    return attrs.evolve(_source(path, kind, reader, several), is_table=True)


# Writing


def save(register: Register, root: Path, layout: str | None, max_bytes: int) -> None:
    """Write a register into a folder; see ``save_register``."""
    manifest = manifest_of(register, root)
    reader = Reader(root, max_bytes)
    changes: dict[Path, bytes | None] = {}
    sources: list[Source] = []
    old = None
    if _begun(root, manifest):
        source, before = _manifest(root, reader)
        sources, problems = _sources(root, before, register.kinds, reader)
        old = _register(root, before, register.kinds, sources, problems)
        _put(changes, source, restated(source.data, manifest))
        suffix = source.path.suffix
    else:
        suffix = ".yaml" if layout == "yaml" else ".toml"
        path = root / f"registre{suffix}"
        changes[path] = FORMATS[suffix].render(unstructure(manifest)).encode("utf-8")
    habits = _Habits(register if old is None else old, layout, suffix)
    for kind in register.kinds:
        own = [source for source in sources if source.kind == kind]
        changes.update(_kind_changes(register, kind, own, root, habits))
    write_all(changes)


def _begun(root: Path, manifest: Manifeste) -> bool:
    """Whether a folder holds anything but the profile, and what editors and git hide."""
    profile = root / manifest.profil if manifest.profil is not None else None
    return root.is_dir() and any(
        path != profile and not path.name.startswith(".") for path in root.iterdir()
    )


class _Habits:
    """In which form new records of a kind are written: as the others of that kind are."""

    def __init__(self, register: Register, layout: str | None, suffix: str) -> None:
        found: dict[str, Counter[str]] = {}
        for (kind, _), place in register.places.items():
            found.setdefault(kind, Counter())[Path(place.file).suffix] += 1
        self.found, self.layout, self.suffix = found, layout, suffix

    def csv(self, kind: str) -> bool:
        """Whether a new table of that kind is begun."""
        if self.layout is not None:
            return self.layout == "csv"
        return self._usual(kind) == ".csv"

    def file(self, kind: str) -> str:
        """Return the suffix of a new file of one record."""
        if self.layout in ("toml", "yaml"):
            return f".{self.layout}"
        usual = self._usual(kind)
        return usual if usual is not None and usual in FORMATS else self.suffix

    def _usual(self, kind: str) -> str | None:
        return self.found[kind].most_common(1)[0][0] if self.found.get(kind) else None


def _kind_changes(
    register: Register, kind: str, sources: Sequence[Source], root: Path, habits: _Habits
) -> dict[Path, bytes | None]:
    """Return what each file of a kind shall hold, where it is not what it holds."""
    changes: dict[Path, bytes | None] = {}
    cls = register.kinds[kind]
    left = dict(register.records.get(kind, {}))
    said = {
        source.path: [_said(entry, left, source) for entry in source.entries] for source in sources
    }
    tables = [source for source in sources if source.is_table]
    added: dict[Path, list[Mapping[str, Any]]] = {source.path: [] for source in sources}
    rows: list[Mapping[str, Any]] = []  # of a table that is begun
    taken = {source.path.stem.casefold() for source in sources if not source.is_table}
    for name, record in left.items():
        storable(f"{kind}/{name}", record)
        data = unstructure(record)
        home = next((t for t in tables if t.data is not None or table.fits(record, data)), None)
        if home is not None:
            added[home.path].append(data)
        elif not tables and habits.csv(kind) and table.fits(record, data):
            rows.append(data)
        else:
            suffix = habits.file(kind)
            path = root / kind / f"{_free(name, taken)}{suffix}"
            changes[path] = FORMATS[suffix].render(data).encode("utf-8")
    if rows:
        changes[root / f"{kind}.csv"] = table.render(cls, rows).encode("utf-8")
    for source in sources:
        _put_records(changes, source, said[source.path], added[source.path], cls)
    return changes


def _said(entry: Entry, left: dict[str, Any], source: Source) -> Mapping[str, Any] | None:
    """Return what an entry shall say: None where the record is gone, or fits no row any more."""
    record = left.get(str(entry.data["id"]))
    csv = source.data is None
    data = continued(entry.kind, entry.data, left, iso=csv)
    if csv and record is not None and data is not entry.data and not table.fits(record, data):
        left[record.id] = record
        return None
    said: Mapping[str, Any] | None = data
    return said


def _put_records(
    changes: dict[Path, bytes | None], source: Source, said: Sequence[Mapping[str, Any] | None],
    added: Sequence[Mapping[str, Any]], cls: type[Any],
) -> None:  # fmt: skip
    """Put what a file of records shall hold, where it is not what it holds."""
    pairs = list(zip(source.entries, said, strict=True))
    if not added and all(data is entry.data for entry, data in pairs):
        return
    if source.data is None:
        changed = {entry.place.line: data for entry, data in pairs if data is not entry.data}
        text = table.edited(source.text.text, cls, changed, added)
        changes[source.path] = source.text.content(text)
        return
    kept = [data for data in said if data is not None]
    if not kept and not added:
        changes[source.path] = None
    else:
        _put(changes, source, {source.kind: [*kept, *added]} if source.is_table else kept[0])


def _put(changes: dict[Path, bytes | None], source: Source, data: Any) -> None:
    """Put what a file shall say, where it does not say it."""
    if data is not source.data:
        form = FORMATS[source.path.suffix]
        text = rewritten(form, source.text.text, source.data, data)
        changes[source.path] = source.text.content(text)


def _free(name: str, taken: set[str]) -> str:
    """Return a file name for a record that no other has, on any system."""
    stem = f"{name}_" if name.split(".")[0].casefold() in _RESERVED else name
    number = 1
    while stem.casefold() in taken:
        number += 1
        stem = f"{name}~{number}"
    taken.add(stem.casefold())
    return stem
