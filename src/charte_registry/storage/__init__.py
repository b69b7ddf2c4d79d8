"""A register in files: read, and written."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.records import KINDS
from charte_registry.records.base import FieldError, structure
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Place, Register

MANIFEST = "registre.toml"
MAX_BYTES = 50_000_000


def load_register(folder: str | Path) -> Register:
    """Load a register from its folder.

    The folder holds ``registre.toml`` and, for each kind of record, either a table ``KIND.csv``,
    whose columns are fields (``hebergement.pays`` for a nested one, ``;`` between the values of a
    list), or one file ``KIND/ID.toml`` a record.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Returns
    -------
    Register
        The register.

    Raises
    ------
    RegisterError
        Where it cannot be read; ``problems`` holds every problem, with file, line and remedy.

    Examples
    --------
    >>> load_register("nowhere")
    Traceback (most recent call last):
    charte_registry.errors.RegisterError: nowhere: no such folder; give the one with registre.toml
    """
    root = Path(folder)
    if not root.is_dir():
        raise RegisterError(f"{folder}: no such folder; give the one with {MANIFEST}")
    manifest = _manifest(root)
    problems: list[str] = []
    records: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    places: dict[tuple[str, str], Place] = {}
    for kind, place, data in _entries(root, problems):
        try:
            record = structure(KINDS[kind], data)
        except FieldError as error:
            where = f"{root / place.file}:{place.line_of(error.path)}"
            problems.append(f"{where} `{error.path}`: {error.message}")
            continue
        if record.id in records[kind]:
            first = places[kind, record.id]
            problems.append(
                f"{root / place.file}:{place.line_of('id')} `id`: {record.id!r} stands already at "
                f"{first.file}:{first.line}; give each record its own identifier"
            )
            continue
        records[kind][record.id] = record
        places[kind, record.id] = place
    if problems:
        raise RegisterError(problems)
    return Register(
        titre=manifest.titre,
        territoire=manifest.territoire,
        etat_au=manifest.etat_au,
        annees=manifest.annees,
        source=manifest.source or "",
        note=manifest.note or "",
        derogations=manifest.derogation,
        profil=manifest.profil,
        records=MappingProxyType({kind: MappingProxyType(r) for kind, r in records.items()}),
        places=MappingProxyType(places),
    )


def _text(root: Path, path: Path) -> str:
    if not path.resolve().is_relative_to(root.resolve()):
        raise RegisterError(
            f"{path}: leads out of the folder of the register; copy the file into it"
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RegisterError(f"{path}: larger than {MAX_BYTES:,} bytes; split it")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RegisterError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise RegisterError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    if not text.strip():
        raise RegisterError(f"{path}: empty; write the record, or remove the file")
    return text


def _toml(root: Path, path: Path) -> tuple[dict[str, Any], str]:
    text = _text(root, path)
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        raise RegisterError(f"{path}: not TOML: {error}") from None


def _manifest(root: Path) -> Manifeste:
    path = root / MANIFEST
    if not path.is_file():
        raise RegisterError(f"{path}: missing; a register's folder has one")
    data, text = _toml(root, path)
    try:
        return structure(Manifeste, data)
    except FieldError as error:
        place = Place(file=MANIFEST, line=1, text=text)
        raise RegisterError(
            [f"{path}:{place.line_of(p.path)} `{p.path}`: {p.message}" for p in error.problems]
        ) from None


def _entries(root: Path, problems: list[str]) -> Iterator[tuple[str, Place, dict[str, Any]]]:
    for path in sorted(root.iterdir()):
        name = path.name
        if name == MANIFEST or name.startswith(".") or path.suffix in (".md", ".html"):
            continue
        kind = name.removesuffix(".csv")
        if kind not in KINDS or not (path.is_dir() or path.suffix == ".csv"):
            problems.append(f"{path}: no kind of record; {nearest(kind, KINDS)}")
            continue
        try:
            if path.is_dir():
                for file in sorted(path.iterdir()):
                    if file.suffix != ".toml":
                        problems.append(f"{file}: not a .toml file; remove it or rename it")
                        continue
                    data, text = _toml(root, file)
                    yield kind, Place(file=f"{name}/{file.name}", line=1, text=text), data
            else:
                yield from _table(root, path, kind)
        except RegisterError as error:
            problems.extend(error.problems)


def _table(root: Path, path: Path, kind: str) -> Iterator[tuple[str, Place, dict[str, Any]]]:
    reader = csv.reader(_text(root, path).splitlines())
    header = next(reader)
    known = _columns(KINDS[kind])
    for column in header:
        if column not in known:
            raise RegisterError(f"{path}:1: unknown column {column!r}; {nearest(column, known)}")
        if header.count(column) > 1:
            raise RegisterError(f"{path}:1: the column {column!r} stands twice; keep one")
    for column in (c for c, required in known.items() if required):
        if column not in header:
            raise RegisterError(f"{path}:1: the column {column!r} is missing; add it")
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(header):
            raise RegisterError(
                f"{path}:{reader.line_num}: {len(cells)} cells where the header has {len(header)}"
            )
        data: dict[str, Any] = {}
        for column, cell in zip(header, cells, strict=True):
            if cell:
                *parents, leaf = column.split(".")
                target = data
                for parent in parents:
                    target = target.setdefault(parent, {})
                target[leaf] = cell
        yield kind, Place(file=path.name, line=reader.line_num), data


def _columns(cls: type[Any], prefix: str = "") -> dict[str, bool]:
    """Return the columns of a table of a kind, and whether each is required."""
    columns: dict[str, bool] = {}
    for name, field in attrs.fields_dict(attrs.resolve_types(cls)).items():
        required = field.default is attrs.NOTHING
        optional = isinstance(field.type, UnionType)
        kind: Any = field.type.__args__[0] if optional else field.type  # type: ignore[union-attr]
        if attrs.has(kind):
            inner = _columns(kind, f"{prefix}{name}.")
            columns.update({column: inner[column] and not optional for column in inner})
        else:
            columns[prefix + name] = required
    return columns
