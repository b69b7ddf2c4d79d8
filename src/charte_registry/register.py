"""The register: a folder of plain files as one graph of records."""

from __future__ import annotations

import csv
import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import TYPE_CHECKING, Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.records import KINDS
from charte_registry.records.base import FieldError, structure

if TYPE_CHECKING:
    from charte_registry.checks import Finding

MANIFEST = "registre.toml"
SCHEMA_VERSION = "1.0"
MAX_BYTES = 50_000_000


@attrs.frozen(kw_only=True)
class Place:
    """Where a record stands: its file, inside the folder, and its line."""

    file: str
    line: int
    text: str = attrs.field(default="", repr=False)

    def line_of(self, path: str) -> int:
        """Return the line of a field, the record's own where it is not stated."""
        key = re.escape(path.split(".")[-1].split("[")[0])
        for number, line in enumerate(self.text.splitlines(), 1):
            if re.match(rf"\s*{key}\s*=", line):
                return number
        return self.line


@attrs.frozen(kw_only=True, eq=False)
class Register:
    """A register of the charter.

    Parameters
    ----------
    titre, territoire : str
        Title and territory.
    etat_au : datetime.date
        The day that the records describe.
    annees : tuple of int
        Years for which indicators can be computed.
    source, note : str
        Where the records come from, and what a reader must know.
    records : mapping of str to mapping of str to record
        Records by kind and identifier.
    places : mapping of (str, str) to Place
        Where each record stands.

    Examples
    --------
    >>> register = Register(
    ...     titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
    ... )
    >>> register.indicators(2020)["applications_total"]
    0
    """

    titre: str
    territoire: str
    etat_au: dt.date
    annees: tuple[int, ...]
    source: str = ""
    note: str = ""
    records: Mapping[str, Mapping[str, Any]] = attrs.field(repr=False)
    places: Mapping[tuple[str, str], Place] = attrs.field(factory=dict, repr=False)

    def all(self, kind: str) -> tuple[Any, ...]:
        """Return the records of a kind.

        Parameters
        ----------
        kind : str
            Name of the kind, such as ``applications``.

        Returns
        -------
        tuple of record
            In the order of the files.
        """
        if kind not in KINDS:
            raise RegisterError(f"no kind {kind!r}; {nearest(kind, KINDS)}")
        return tuple(self.records.get(kind, {}).values())

    def check(self, on: str | dt.date | None = None) -> list[Finding]:
        """Check the register as a whole.

        Parameters
        ----------
        on : str or datetime.date, optional
            The date at which law and validity are judged; ``etat_au`` by default.

        Returns
        -------
        list of Finding
            All findings, errors first.

        Raises
        ------
        RegisterError
            Where the date is no date.
        """
        from charte_registry.checks import check

        return check(self, on)

    def indicators(self, year: int) -> dict[str, Any]:
        """Return the figures of the annual report, computed from the records.

        Parameters
        ----------
        year : int
            Year, one of ``annees``.

        Returns
        -------
        dict of str to int or dict
            Figures by name.

        Raises
        ------
        RegisterError
            Where the register does not describe that year.
        """
        from charte_registry.indicators import indicators

        return indicators(self, year)


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
        titre=manifest["titre"],
        territoire=manifest["territoire"],
        etat_au=manifest["etat_au"],
        annees=tuple(manifest["annees"]),
        source=manifest.get("source", ""),
        note=manifest.get("note", ""),
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


def _manifest(root: Path) -> dict[str, Any]:
    path = root / MANIFEST
    if not path.is_file():
        raise RegisterError(f"{path}: missing; a register's folder has one")
    data, _ = _toml(root, path)
    expected = {
        "schema": str, "titre": str, "territoire": str, "etat_au": dt.date, "annees": list,
        "source": str, "note": str,
    }  # fmt: skip
    for name, value in data.items():
        if name not in expected:
            raise RegisterError(f"{path}: `{name}`: unknown field; {nearest(name, expected)}")
        if not isinstance(value, expected[name]):
            raise RegisterError(
                f"{path}: `{name}`: expected {expected[name].__name__}, got {value!r}"
            )
    for name in ("schema", "titre", "territoire", "etat_au", "annees"):
        if name not in data:
            raise RegisterError(
                f"{path}: `{name}`: missing; the register cannot be read without it"
            )
    if data["schema"] != SCHEMA_VERSION:
        raise RegisterError(
            f"{path}: `schema`: version {data['schema']!r} is unknown; this package reads {SCHEMA_VERSION}"
        )
    return data


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
