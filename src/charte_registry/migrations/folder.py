"""A folder of a published version, written anew as one of the last: comments and order kept."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.files import table, toml_text
from charte_registry.files.folder import MANIFEST, format_of, manifests
from charte_registry.files.text import MAX_BYTES, Reader, Text
from charte_registry.files.whole import write_folder
from charte_registry.migrations import STEPS, Remark, Step, migrated
from charte_registry.records import KINDS
from charte_registry.records.base import FieldError, structure, unstructure
from charte_registry.records.manifeste import Manifeste
from charte_registry.schema.table_schema import table_schema
from charte_registry.schema.versions import VERSION

_PAGES = (".md", ".html")


@attrs.frozen
class _Source:
    """A file with records of one kind: one in TOML, a row each in CSV."""

    path: str
    kind: str
    text: Text
    header: Sequence[str]  # of a table; none for a file of TOML
    records: Sequence[Mapping[str, Any]]


def migrate_folder(
    folder: str | Path,
    output: str | Path,
    *,
    version: str | None = None,
    steps: Mapping[str, Step] = STEPS,
) -> list[Remark]:
    """Write a register of any published version into a new folder, as one of the last.

    Files that need no change are copied byte for byte; in the others comments, order and line ends
    stay. A row of a table that has become more than a row gets a file of its own. What begins with
    a dot is left behind.

    Parameters
    ----------
    folder : str or Path
        The register.
    output : str or Path
        A new or an empty folder; its parent exists.
    version : str, optional
        Version that the register is of, whatever its manifest says.
    steps : mapping of str to Step
        The step from each version.

    Returns
    -------
    list of Remark
        What there is to know, and what is lost.

    Raises
    ------
    RegisterError
        Where the register cannot be read, the version is unknown, or the result would not load;
        nothing is written then.
    """
    root = Path(folder)
    reader = Reader(root, MAX_BYTES)
    path = manifests(root)[0]
    files = {name: reader.content(root / name) for name in _files(root)}
    head = _read(path, reader.text(path).text)
    start = head if version is None else {**head, "schema": version}
    if start.get("schema") == VERSION:
        write_folder(output, files)
        return []
    if path.name != MANIFEST:
        raise RegisterError("old_not_toml", where=path, version=VERSION, manifest=MANIFEST)
    sources = list(_sources(root, files, reader))
    old = {**start} | {
        kind: [record for source in sources if source.kind == kind for record in source.records]
        for kind in dict.fromkeys(source.kind for source in sources)
    }
    new, remarks = migrated(old, steps)
    manifest = Text.of(files[MANIFEST])
    kept = {name: value for name, value in new.items() if name not in KINDS}
    files[MANIFEST] = manifest.content(toml_text.edited(manifest.text, head, kept))
    _loadable(root / MANIFEST, Manifeste, kept)
    waiting = {kind: iter(new.get(kind, ())) for kind in KINDS}
    for source in sources:
        del files[source.path]
    for source in sources:
        records = [next(waiting[source.kind]) for _ in source.records]
        if source.kind == "organismes" and source.header:
            records += waiting[source.kind]  # new bodies join the table
        for record in records:
            _loadable(root / source.path, KINDS[source.kind], record)
        _put(files, root, _rewritten(source, records))
    for kind, records_left in waiting.items():
        for record in records_left:
            name = f"{kind}/{record['id']}.toml"
            _put(files, root, {name: toml_text.render(record).encode()})
    _once(root, new)
    write_folder(output, files)
    return remarks


def _put(files: dict[str, bytes], root: Path, more: Mapping[str, bytes]) -> None:
    for name, content in more.items():
        if name in files:
            raise RegisterError("same_file", where=root, value=name)
        files[name] = content


def _once(root: Path, register: Mapping[str, Any]) -> None:
    """Refuse an identifier that stands twice."""
    for kind in KINDS:
        names = Counter(record["id"] for record in register.get(kind, ()))
        for name, count in names.items():
            if count > 1:
                raise RegisterError("id_times", where=root, value=name, count=count, kind=kind)


def _files(root: Path) -> Iterator[str]:
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if not any(part.startswith(".") for part in inside.parts) and not path.is_dir():
            yield inside.as_posix()


def _read(path: Path, text: str) -> Mapping[str, Any]:
    try:
        data = format_of(path.suffix).read(text)
    except RegisterError as error:
        raise error.at(path) from None
    if not isinstance(data, Mapping):
        raise RegisterError("not_table", where=path, value=data)
    return data


def _sources(root: Path, files: Mapping[str, bytes], reader: Reader) -> Iterator[_Source]:
    for name in files:
        path = Path(name)
        if name == MANIFEST or path.suffix in _PAGES:
            continue
        kind = path.stem if len(path.parts) == 1 else path.parts[0]
        wanted = ".csv" if len(path.parts) == 1 else ".toml"
        if kind not in KINDS or path.suffix != wanted or len(path.parts) > 2:
            raise RegisterError("no_kind", where=root / name, value=kind, near=nearest(kind, KINDS))
        text = reader.text(root / name)
        if wanted == ".toml":
            yield _Source(name, kind, text, (), [_read(root / name, text.text)])
        else:
            header, *rows = _table(root / name, text.text)
            records = [table.unflattened(header, cells) for cells in rows]
            yield _Source(name, kind, text, header, records)


def _table(path: Path, text: str) -> Iterator[Sequence[str]]:
    width = 0
    for row in table.rows(text):
        width = width or len(row.cells)
        if row.cells and len(row.cells) != width:
            raise table.cell_count(row, width).at(path)
        if row.cells:
            yield row.cells


def _loadable(path: Path, cls: type[Any], data: Mapping[str, Any]) -> None:
    """Refuse what would not load: the register was no valid one of its own version."""
    try:
        structure(cls, data)
    except FieldError as error:
        where = f"{path} {data['id']}" if "id" in data else str(path)
        raise RegisterError([p.at(where) for p in error.problems]) from None


def _rewritten(source: _Source, records: list[dict[str, Any]]) -> dict[str, bytes]:
    """Return the files that take the place of one."""
    if not source.header:
        (old,), (new,) = source.records, records
        text = toml_text.edited(source.text.text, old, new)
        path = Path(source.path)
        stem = new["id"] if path.stem == old.get("id") else path.stem
        return {f"{source.kind}/{stem}.toml": source.text.content(text)}
    if records == list(source.records):
        return {source.path: source.text.content(source.text.text)}
    cls = KINDS[source.kind]
    rows = [record for record in records if table.fits(structure(cls, record), record)]
    others = [record for record in records if record not in rows]
    files = {
        # Cells become values of TOML: numbers, flags, dates and lists.
        f"{source.kind}/{record['id']}.toml": toml_text.render(
            unstructure(structure(cls, record))
        ).encode()
        for record in others
    }
    if rows:
        text = _csv(_columns(source, rows), rows)
        files[source.path] = source.text.content(text)
    return files


def _columns(source: _Source, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the columns: the old ones that still are, each new one where it comes from, then others."""
    known = [field["name"] for field in table_schema(source.kind)["fields"]]
    needed = {column for record in rows for column in table.flattened(record)}
    names: list[str] = []
    for column in source.header:
        names += [c for c in known if c == column or (c in needed and c.startswith(f"{column}."))]
    return names + [c for c in known if c in needed and c not in names]


def _csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for record in rows:
        cells = table.flattened(record)
        writer.writerow([cells.get(column, "") for column in columns])
    return text.getvalue()
