"""A city as plain values: the tables of its folder, as lists of rows that go to JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from prevision_cantine.city.builder import build_city
from prevision_cantine.city.city import City
from prevision_cantine.city.folder import TABLES, FolderReader, checked_settings, tables_from
from prevision_cantine.city.records import Remark
from prevision_cantine.city.saving import settings_of, tables_of
from prevision_cantine.errors import CityError
from prevision_cantine.files.csv_file import Row
from prevision_cantine.files.privacy import refuse_columns, refuse_values
from prevision_cantine.json_value import plain_value
from prevision_cantine.words.catalogue import quoted

SETTINGS = "ville"
NUMBERS = ("reel", "prevision_agents", "effectif", "valeur", "absents")


def city_dict(city: City) -> dict[str, Any]:
    """Return a city as plain values; ``City.to_dict`` is the same."""
    found: dict[str, Any] = {}
    for name, (header, rows) in tables_of(city).items():
        found[name.removesuffix(".csv")] = [
            {column: _cell(column, text) for column, text in zip(header, row, strict=True)}
            for row in rows
        ]
    return {**found, SETTINGS: plain_value(settings_of(city))}


def _cell(column: str, text: str) -> str | float | None:
    if not text or column not in NUMBERS:
        return str(text) or None
    value = float(text)
    return int(value) if value.is_integer() else value


def city_from_dict(data: Mapping[str, Any]) -> City:
    """Return a city from plain values; ``City.from_dict`` is the same."""
    if not isinstance(data, Mapping):
        raise CityError("not_object", where=City.__name__)
    reader = _Given(data)
    tables = tables_from(reader)
    said = data.get(SETTINGS) or {}
    if not isinstance(said, Mapping):
        raise CityError("not_object", where=SETTINGS)
    tables.settings = checked_settings(dict(said), Path(SETTINGS), tables.report)
    return build_city(tables)


class _Given(FolderReader):
    """Tables that a program gives, read as the files of a folder are."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.root = Path()
        self.data = data
        known = {name.removesuffix(".csv") for name in TABLES} | {SETTINGS}
        self.report = [Remark(str(name), "other_file", 1) for name in data if name not in known]
        if not data.get("frequentation"):
            raise CityError("not_rows", where="frequentation")

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table, every cell as text; none where it is not there."""
        table = name.removesuffix(".csv")
        given = self.data.get(table) or []
        if not isinstance(given, list | tuple) or not all(isinstance(r, Mapping) for r in given):
            raise CityError("not_rows", where=table)
        needed, optional = TABLES[name]
        found = list(dict.fromkeys(str(column) for row in given for column in row))
        other = [column for column in found if column not in (*needed, *optional)]
        refuse_columns(other, table)
        if other:
            self.report.append(Remark(name, "columns", len(other), {"names": quoted(other)}))
        lacking = [column for column in needed if given and column not in found]
        if lacking:
            raise CityError("column_missing", where=table, column=lacking[0], found=found)
        columns = [column for column in (*needed, *optional) if column in found]
        rows = [
            (n, {column: _text(f"{table}:{n}", column, row.get(column)) for column in columns})
            for n, row in enumerate(given, 1)
        ]
        for column in columns:
            refuse_values(sorted({row[column] for _, row in rows}), table, column)
        return rows


def _text(where: str, column: str, value: Any) -> str:
    """Return a cell as a file has it."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value):
        return f"{value:.15g}"
    raise CityError("not_cell", where=where, column=column, value=value)
