"""A register into a folder: which files change, and to what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from charte_registry.files import table
from charte_registry.files.assemble import (
    Entry,
    continued,
    manifest_of,
    profile_file,
    storable,
)
from charte_registry.files.folder import (
    SUFFIXES,
    Source,
    format_of,
    manifest_source,
    of_sources,
    record_sources,
)
from charte_registry.files.format import rewritten
from charte_registry.files.restate import restated
from charte_registry.files.text import Reader
from charte_registry.files.whole import write_all
from charte_registry.records.base import unstructure
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Register

LAYOUTS = ("toml", "yaml", "csv")
_RESERVED = frozenset(  # no file of Windows has these names
    {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))}
)


def save(register: Register, root: Path, layout: str | None, max_bytes: int) -> None:
    """Write a register into a folder; see ``save_register``."""
    manifest = manifest_of(register, root)
    reader = Reader(root, max_bytes)
    changes: dict[Path, bytes | None] = {**profile_file(register, root)}
    sources: list[Source] = []
    old = None
    if _begun(root, manifest):
        source, before = manifest_source(root, reader)
        sources, faults = record_sources(root, before, register.kinds, reader)
        old = of_sources(root, before, register.kinds, sources, faults)
        _put(changes, source, restated(source.data, manifest))
        suffix = source.path.suffix
    else:
        suffix = ".yaml" if layout == "yaml" else ".toml"
        path = root / f"registre{suffix}"
        changes[path] = format_of(suffix).render(unstructure(manifest)).encode("utf-8")
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
        return usual if usual is not None and usual in SUFFIXES else self.suffix

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
            changes[path] = format_of(suffix).render(data).encode("utf-8")
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
        form = format_of(source.path.suffix)
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
