"""Anybody's table: a CSV file, with a mapping file that says what its columns mean."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.exchange.importers.mapping import Columns, Steps, Target, parsed, read_mapping
from charte_registry.exchange.importers.wording import folded, parsed_conservation, slug
from charte_registry.exchange.remarks import (
    NOT_UNDERSTOOD,
    READ,
    SKIPPED,
    UNDERSTOOD_AS,
    Import,
    Remark,
    build,
)
from charte_registry.files.cells import restored
from charte_registry.records import KINDS, Conservation, Organisme
from charte_registry.vocabularies.countries import country_code
from charte_registry.vocabularies.country_names import NAMES

_YES, _NO = (
    ("true", "oui", "vrai", "yes", "sim", "x", "1"),
    ("false", "non", "faux", "no", "nao", "0"),
)


def read_csv(
    path: str | Path, mapping: str | Path, *, kinds: Mapping[str, type[Any]] = KINDS,
    limits: Limits | None = None,
) -> Import:  # fmt: skip
    """Return the records of a CSV file, one a row.

    Parameters
    ----------
    path : str or Path
        The table; its first row names the columns.
    mapping : str or Path
        The mapping file; see ``read_mapping``.
    kinds : mapping of str to type, optional
        Classes by kind.
    limits : Limits, optional
        How large the table may be.

    Returns
    -------
    Import
        The records, the bodies that they name, and what was not understood, by line and column.

    Raises
    ------
    RegisterError
        Where a file cannot be read, or the mapping names a column or a field that is not there.
    """
    columns = read_mapping(path=mapping, kinds=kinds)
    content = read_bytes(path, limits or Limits())
    try:
        text = content.decode(columns.encoding)
    except UnicodeDecodeError as error:
        encoding = columns.encoding.removesuffix("-sig")
        raise RegisterError(
            f"{path}: not {encoding} at byte {error.start}; state its `encoding` in the mapping, "
            "such as cp1252"
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=columns.delimiter, strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise RegisterError(f"{path}:{reader.line_num}: no CSV ({error})") from None
    return csv_records(rows, columns, str(path), kinds)


def csv_records(
    rows: Sequence[tuple[int, Sequence[str]]], columns: Columns, name: str,
    kinds: Mapping[str, type[Any]] = KINDS,
) -> Import:  # fmt: skip
    """Return the records of numbered rows, the first of which is the header; see ``read_csv``."""
    if not rows:
        raise RegisterError(f"{name}: empty; give a table with a header")
    header = [column.strip() for column in rows[0][1]]
    if len(header) == 1 and (sign := next((s for s in ";\t," if s in header[0]), None)):
        raise RegisterError(
            f"{name}: {sign!r} stands between the columns; state it as `delimiter` in the mapping"
        )
    for column in (*columns.targets, *columns.id_columns):
        if column not in header:
            raise RegisterError(f"{name}: no column {column!r}; {nearest(column, header)}")
    reading = _Reading(columns=columns, name=name, kinds=kinds)
    for line, cells in rows[1:]:
        if any(cell.strip() for cell in cells):
            found = zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=False)
            reading.row(line, {column: restored(cell).strip() for column, cell in found})
    return reading.finished(header)


@attrs.define(kw_only=True)
class _Reading:
    columns: Columns
    name: str
    kinds: Mapping[str, type[Any]]
    records: dict[str, Any] = attrs.field(factory=dict)
    organismes: dict[str, Any] = attrs.field(factory=dict)
    remarks: list[Remark] = attrs.field(factory=list)
    unread: dict[str, int] = attrs.field(factory=dict)

    def row(self, line: int, cells: Mapping[str, str]) -> None:
        values: dict[Steps, Any] = {}
        sources: dict[str, str] = {}
        for column, cell in cells.items():
            if not cell or column in self.columns.ignored:
                continue
            if column in self.columns.targets:
                target = self.columns.targets[column]
                where = f"{self.name}:{line} {column!r}"
                value = self._read(target, cell, where)
                if value is not None:
                    values[target.steps] = value
                    sources[str(target.steps[0])] = where
            elif column not in self.columns.id_columns:
                self.unread[column] = self.unread.get(column, 0) + 1
        for target, value in self.columns.constants:
            if _reached(target.steps, values):
                values.setdefault(target.steps, value)
        data = _nested(values)
        identifier = self._identifier(data, cells)
        named = f"{self.columns.kind}/{identifier}"
        stated = self._stated(cells)
        if stated and slug(stated) in self.records:
            message = f"{stated!r} stands in an earlier row too; this record has another identifier"
            where = f"{self.name}:{line}"
            self.remarks.append(
                Remark(level=UNDERSTOOD_AS, where=where, message=message, record=named)
            )
        record, refused = build(
            self.kinds[self.columns.kind], {**data, "id": identifier},
            lambda path: sources.get(path.partition(".")[0].partition("[")[0], f"{self.name}:{line}"),
            named,
        )  # fmt: skip
        self.remarks += refused
        if record is not None:
            self.records[identifier] = record
            read = Remark(level=READ, where=f"{self.name}:{line}", message="read", record=named)
            self.remarks.append(read)

    def _stated(self, cells: Mapping[str, str]) -> str:
        return " ".join(cells[column] for column in self.columns.id_columns if cells[column])

    def _identifier(self, data: Mapping[str, Any], cells: Mapping[str, str]) -> str:
        names = (
            self._stated(cells),
            data.get("id"),
            data.get("nom"),
            data.get("intitule"),
            data.get("titre"),
        )
        return slug(next((str(name) for name in names if name), "fiche"), self.records)

    def _read(self, target: Target, cell: str, where: str) -> Any:
        """Return what a cell says, for the field where it goes; none where it is not understood."""
        if target.several:
            parts = [part.strip() for part in cell.split(target.separator)]
            read = [self._one(target, part, where) for part in parts if part]
            return [value for value in dict.fromkeys(read) if value is not None] or None
        return self._one(target, cell, where)

    def _one(self, target: Target, text: str, where: str) -> Any:
        known = {folded(said): value for said, value in target.values.items()}
        text = known.get(folded(text), text)
        if text == "":
            return None  # what the mapping says to leave out
        value, remedy = self._value(target, text)
        if value is None:
            message = f"{text!r:.120}: {remedy}"
            self.remarks.append(Remark(level=NOT_UNDERSTOOD, where=where, message=message))
        return value

    def _value(self, target: Target, text: str) -> tuple[Any, str]:
        if target.kind is Conservation:
            return parsed_conservation(text), ""
        if target.kind is dt.date:
            forms = ("%Y-%m-%d", *self.columns.dates)
            days = (parsed(form, text) for form in forms)
            return next((day for day in days if day), None), f"no date; forms: {', '.join(forms)}"
        if target.kind is bool:
            word = folded(text)
            answer = True if word in _YES else False if word in _NO else None
            return answer, "neither yes nor no; state it in `values`"
        if target.kind is int:
            digits = "".join(text.split())
            return digits if digits.isascii() and digits.isdigit() else None, "no whole number"
        if target.kind is not str:
            return None, f"`{target.path}` holds parts; map its fields"
        if choices := target.metadata["choices"]:
            return _code(target, choices, text), f"state it in `values`; {nearest(text, choices)}"
        if target.metadata["reference"] == "organismes":
            return self._body(text), ""
        if target.steps[-1] == "pays":
            return (text if text in NAMES else country_code(text) or text), ""
        return text, ""

    def _body(self, name: str) -> str:
        identifier = slug(name)
        self.organismes.setdefault(identifier, Organisme(id=identifier, nom=name))
        return identifier

    def finished(self, header: Sequence[str]) -> Import:
        for column in header:
            if column in self.columns.ignored:
                level, message = SKIPPED, f"column {column!r}, left aside by the mapping"
            elif column in self.unread:
                level = NOT_UNDERSTOOD
                message = f"column {column!r}: {self.unread[column]} cells that the mapping says nothing of"
            else:
                continue
            self.remarks.append(Remark(level=level, where=f"{self.name}:1", message=message))
        records: dict[str, dict[str, Any]] = {kind: {} for kind in self.kinds} | {
            "organismes": self.organismes
        }
        records[self.columns.kind] = {**records[self.columns.kind], **self.records}
        return Import(records=records, remarks=tuple(self.remarks))


def _code(target: Target, choices: Sequence[str], text: str) -> str | None:
    """Return the code that a text is, by itself or by its label in one of the three languages."""
    vocabulaire = target.metadata["vocabulaire"]
    words = {folded(code): code for code in choices}
    if vocabulaire is not None:
        for terme in vocabulaire:
            words |= {folded(terme.label(lang)): terme.code for lang in ("fr", "en", "pt")}
    return words.get(folded(text))


def _reached(steps: Steps, values: Mapping[Steps, Any]) -> bool:
    """Return whether a constant goes somewhere: into an item of a list only where a cell made it."""
    places = [number for number, step in enumerate(steps) if isinstance(step, int)]
    item = steps[: places[-1] + 1] if places else ()
    return any(other[: len(item)] == item for other in values) if item else True


def _nested(values: Mapping[Steps, Any]) -> dict[str, Any]:
    """Return values by steps as tables and lists; items that no value made are left out."""
    root: dict[str | int, Any] = {}
    for steps, value in sorted(values.items(), key=lambda entry: list(map(str, entry[0]))):
        inside = root
        for step in steps[:-1]:
            inside = inside.setdefault(step, {})
        inside[steps[-1]] = value
    return {str(name): _lists(value) for name, value in root.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(isinstance(key, int) for key in value):
        return [_lists(value[key]) for key in sorted(value)]
    return {key: _lists(inner) for key, inner in value.items()}
