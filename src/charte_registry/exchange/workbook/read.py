"""What an edited workbook says, cell by cell, beside the state that it was written from."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError
from charte_registry.exchange.importers.archive import Limits
from charte_registry.exchange.importers.wording import slug
from charte_registry.exchange.importers.workbook import Sheet, read_workbook
from charte_registry.exchange.remarks import SKIPPED, UNDERSTOOD_AS, Remark
from charte_registry.exchange.remarks import words as phrase
from charte_registry.exchange.workbook.layout import REGISTRE, Column, Key, Plan, at, plans
from charte_registry.exchange.workbook.names import Directory, bare, distinct
from charte_registry.exchange.workbook.state import SHEET, State, is_state, read_state
from charte_registry.exchange.workbook.values import Cell, Names, UnreadError, read, same, shown
from charte_registry.exchange.workbook.words import words
from charte_registry.files.cells import restored
from charte_registry.json_value import JsonValue
from charte_registry.messages import Phrase
from charte_registry.records.base import FieldError, structure, unstructure
from charte_registry.records.manifeste import Manifeste

Data = dict[str, Any]
Records = Mapping[str, Mapping[str, Mapping[str, Any]]]


@attrs.frozen(kw_only=True)
class Edited(JsonValue):
    """An edited workbook.

    Parameters
    ----------
    base, records : mapping of str to mapping of str to mapping
        Plain data by kind and identifier, dates as text: of the state that the workbook was
        written from, and as it now stands. ``registre`` is the kind of the manifest.
    remarks : tuple of Remark
        What was left aside, or read in a way that somebody should confirm.
    lang : {"fr", "en", "pt"}
        Language of the workbook.
    """

    base: Records
    records: Records
    remarks: tuple[Remark, ...] = ()
    lang: str = "fr"


def is_register_workbook(path: str | Path, limits: Limits | None = None) -> bool:
    """Whether a file is a workbook that ``export`` wrote for editing."""
    return any(map(is_state, read_workbook(path, limits)))


def read_register_workbook(
    path: str | Path, kinds: Mapping[str, type[Any]], limits: Limits | None = None
) -> Edited:
    """Return what an edited workbook says.

    Parameters
    ----------
    path : str or Path
        An XLSX or ODS file that ``export`` wrote and somebody edited.
    kinds : mapping of str to type
        Class of each kind; those of a profile have more fields.
    limits : Limits, optional
        How large it may be.

    Returns
    -------
    Edited
        What it was, and what it is now.

    Raises
    ------
    RegisterError
        Where it is no such workbook, or cells cannot be read; every such cell is named.
    """
    return edited_sheets(read_workbook(path, limits), str(path), kinds)


def edited_sheets(sheets: Sequence[Sheet], name: str, kinds: Mapping[str, type[Any]]) -> Edited:
    """Return what the sheets of an edited workbook say; see ``read_register_workbook``."""
    state = read_state(sheets, name)
    reading = _Reading(sheets, state, {REGISTRE: Manifeste, **kinds})
    records = reading.records()
    if reading.faults:
        raise RegisterError(
            [
                fault.at(f"{name}: {fault.where}" if fault.where else name)
                for fault in reading.faults
            ]
        )
    return Edited(
        base={kind: state.records[kind] for kind in records}, records=records,
        remarks=tuple(reading.remarks), lang=state.lang,
    )  # fmt: skip


@attrs.frozen
class _Row:
    """A row of a sheet: where it stands and its cells by column."""

    sheet: Sheet
    number: int
    columns: Mapping[Key | Column, int]

    def cell(self, column: Key | Column) -> Cell:
        row, place = self.sheet.rows[self.number], self.columns[column]
        return row[place] if place < len(row) else None

    def text(self, column: Key | Column | None) -> str:
        """Return the text of a cell, empty where there is no such column."""
        return _text(self.cell(column)) if column is not None and column in self.columns else ""

    def where(self, column: Key | Column | None = None) -> str:
        return self.sheet.where(self.number, 0 if column is None else self.columns[column])

    def place(self, column: Key | Column | None = None) -> dict[str, str]:
        """Return the place of a cell, as a fault has it; that of the row where there is none."""
        return self.sheet.place(self.number, self.columns.get(column, 0) if column else 0)

    def filled(self) -> bool:
        return any(_text(self.cell(column)) for column in self.columns)


def _text(cell: Cell) -> str:
    return "" if cell is None else restored(str(cell)).strip()


class _Reading:
    """A workbook being read."""

    def __init__(
        self, sheets: Sequence[Sheet], state: State, kinds: Mapping[str, type[Any]]
    ) -> None:
        self.state, self.kinds = state, kinds
        self.faults: list[Fault] = []
        self.remarks: list[Remark] = []
        self.words = words(state.lang)
        known = {
            ">".join((plan.kind, *plan.path)): plan
            for plan in plans({k: c for k, c in kinds.items() if k != REGISTRE}, state.lang)
        }
        by_name = {sheet.name: sheet for sheet in sheets}
        self.sheets: list[tuple[Plan, list[_Row]]] = []
        for name, title in state.sheets.items():
            if name not in by_name:
                self._aside(name, phrase("sheet_gone"))
            elif title in known:
                self.sheets.append((known[title], self._rows(known[title], by_name[name])))
        apart = {SHEET, self.words["help_sheet"], self.words["lists_sheet"], *state.sheets}
        for sheet in sheets:
            if sheet.name not in apart and any(any(row) for row in sheet.rows):
                self._aside(sheet.name, phrase("sheet_unread"))
        self.found: dict[str, dict[str, Data]] = {}
        self.before: dict[tuple[str, str], Any] = {}  # records as they were, by kind and identifier
        self.places: dict[tuple[str, str], list[tuple[str, _Row]]] = {}
        self.names = Names(state.lang, state.labels)
        # Parts of lists that hold lists of parts, by kind, lists, record and the numbers of the rows.
        self.numbered: dict[
            tuple[str, tuple[str, ...], str, tuple[int, ...]], tuple[Data, str]
        ] = {}

    def _aside(self, where: str, said: Phrase) -> None:
        self.remarks.append(Remark(level=SKIPPED, where=where, phrase=said))

    def _refuse(self, place: Mapping[str, str], code: str, **data: Any) -> None:
        self.faults.append(Fault(code, **{**place, **data}))

    def _rows(self, plan: Plan, sheet: Sheet) -> list[_Row]:
        header = sheet.rows[0] if sheet.rows else ()
        every: tuple[Key | Column, ...] = (*plan.keys, *plan.columns)
        titles = {_title(column.label): column for column in every}
        columns: dict[Key | Column, int] = {}
        for place, cell in enumerate(header):
            found = titles.get(_title(_text(cell)))
            below = sum(1 for row in sheet.rows[1:] if place < len(row) and _text(row[place]))
            if found is not None and found not in columns:
                columns[found] = place
            elif below and _title(_text(cell)) != _title(self.words["findings"]):
                said = phrase("column_unread", value=_text(cell), count=below)
                self._aside(sheet.where(0, place), said)
        if not columns and any(map(any, sheet.rows)):
            self._refuse({"sheet": sheet.name}, "no_titles")
        rows = (_Row(sheet, number, columns) for number in range(1, len(sheet.rows)))
        return [row for row in rows if row.filled()]

    # Records

    def records(self) -> dict[str, dict[str, Data]]:
        """Return the plain data of every record that the workbook has."""
        self._before()
        identified = {
            plan.kind: list(self._identified(plan, rows)) for plan, rows in self.sheets if not plan.path
        }  # fmt: skip
        self._name(identified)
        for kind, named in identified.items():
            plan = next(plan for plan, _ in self.sheets if plan.kind == kind and not plan.path)
            for key, row in named:
                data = copy.deepcopy(dict(self.state.records[kind].get(key, {})))
                if kind != REGISTRE:
                    data["id"] = key
                self.found[kind][key] = data
                self.places[kind, key] = [("", row)]
                self._fill(plan, row, data, self.before.get((kind, key)))
        for kind in self.state.records:  # a sheet of parts whose sheet of records is gone
            if kind not in self.found and any(plan.kind == kind for plan, _ in self.sheets):
                self.found[kind] = {
                    key: copy.deepcopy(dict(data)) for key, data in self.state.records[kind].items()
                }
        for plan, rows in self.sheets:
            if plan.path and plan.kind in self.found:
                self._parts(plan, rows)
        return {
            kind: {key: self._checked(kind, key, data) for key, data in records.items()}
            for kind, records in self.found.items()
        }

    def _before(self) -> None:
        for kind, records in self.state.records.items():
            for key, data in records.items() if kind in self.kinds else ():
                try:
                    self.before[kind, key] = structure(self.kinds[kind], data)
                except FieldError as error:
                    wrong = Phrase(error.code, {**error.fault.facts, "value": error.value})
                    self._refuse(
                        {"where": f"{kind}/{key}", "field": error.path},
                        "workbook_other_profile", value=error.value, wrong=wrong,
                    )  # fmt: skip

    def _identified(self, plan: Plan, rows: Sequence[_Row]) -> Iterator[tuple[str, _Row]]:
        """Yield each row of records with its identifier, made from the name where it has none."""
        self.found[plan.kind] = {}
        columns = {column.steps: column for column in plan.columns}
        id_column, name_column = columns.get(("id",)), columns.get((plan.name_field,))
        labels = Directory(self.state.labels.get(plan.kind, {}))
        taken = set(self.state.records[plan.kind])
        seen: dict[str, str] = {}
        for row in rows:
            name = row.text(name_column)
            stated = ""
            if plan.kind == REGISTRE:
                stated = REGISTRE
            elif id_column is not None and id_column in row.columns:
                stated = row.text(id_column)
            elif name:
                stated = labels.of(name) or ""
            if stated in seen:
                if bare(name) == bare(seen[stated]) or plan.kind == REGISTRE or not name:
                    self._refuse(row.place(), "row_id_twice", value=stated)
                    continue
                made = slug(name, taken | seen.keys())
                self._remark(row.where(), phrase("taken_as_new", value=stated, made=made))
                stated = made
            if not stated:
                if not name:
                    self._refuse(row.place(), "row_without_name")
                    continue
                stated = slug(name, taken | seen.keys())
            seen[stated] = name
            yield stated, row

    def _remark(self, where: str, said: Phrase) -> None:
        self.remarks.append(Remark(level=UNDERSTOOD_AS, where=where, phrase=said))

    def _name(self, identified: Mapping[str, Sequence[tuple[str, _Row]]]) -> None:
        """Learn what the records of the workbook are called now."""
        directories = {
            kind: Directory(self.state.labels.get(kind, {}))
            for kind in {*self.kinds, *self.state.labels}
        }
        for plan, _ in self.sheets:
            if not plan.path:
                column = next((c for c in plan.columns if c.steps == (plan.name_field,)), None)
                now = {key: row.text(column) or key for key, row in identified[plan.kind]}
                labels = self.state.labels.get(plan.kind, {})
                kept = {key: label for key, label in labels.items() if key in now}
                directories[plan.kind] = Directory(distinct(now), earlier=kept)
        self.names = Names(self.state.lang, self.state.labels, directories)

    def _fill(self, plan: Plan, row: _Row, data: Data, before: Any) -> None:
        """Put what the cells of a row say into the plain data of a record or a part."""
        for column in plan.columns:
            if column not in row.columns or (column.steps == ("id",) and not plan.path):
                continue
            was, cell = at(before, column.steps), row.cell(column)
            if column.presence:
                self._presence(plan, row, column, data)
            elif not same(cell, shown(was, column, self.names)):
                try:
                    value = read(cell, _plain(was), column, self.names)
                    stated = value is None and column.required and column.shape.several
                    _put(data, column.steps, [] if stated else value)
                except UnreadError as error:
                    fault = error.fault
                    self._refuse(row.place(column), fault.code, value=fault.value, **fault.facts)
        _drop_empty(data, plan)

    def _presence(self, plan: Plan, row: _Row, column: Column, data: Data) -> None:
        """Make or remove an optional part, as its column says, unless its own cells are filled."""
        said = bare(_text(row.cell(column)))
        inside = [
            c for c in plan.columns
            if c in row.columns and not c.presence and c.steps[: len(column.steps)] == column.steps
        ]  # fmt: skip
        if said and said != bare(self.words["no"]):
            _reach(data, column.steps)
        elif not any(_text(row.cell(c)) for c in inside):
            _put(data, column.steps, None)
        elif said:
            self._remark(row.where(column), phrase("no_but_filled"))

    # Parts

    def _parts(self, plan: Plan, rows: Sequence[_Row]) -> None:
        """Put the rows of a sheet of parts into the records that they belong to."""
        steps = plan.path[-1].split(".")
        records = self.found[plan.kind]
        for data in records.values():
            for _, outer in _outer(data, plan.path[:-1]):
                parent = _inside(outer, steps[:-1])
                if parent is not None and steps[-1] in parent:
                    parent[steps[-1]] = []
        directory = self.names.directories.get(plan.kind)
        claimed: set[tuple[str, tuple[int, ...]]] = set()
        gathered: list[tuple[str, tuple[int, ...], int, _Row]] = []
        for row in rows:
            owner = self._owner(plan, row, records, directory)
            places = self._numbers(plan, row)
            if owner is not None and places is not None:
                gathered.append((owner, places[:-1], places[-1], row))
        for owner, outer_places, place, row in sorted(gathered, key=lambda found: found[:3]):
            holder, prefix = self._holder(plan, owner, outer_places)
            if holder is None:
                self._refuse(row.place(), "row_number_unknown", value=outer_places)
                continue
            before, origin = None, (owner, (*outer_places, place))
            if origin not in claimed:
                before = _part(self.before.get((plan.kind, owner)), plan.path, origin[1])
                claimed.add(origin)
            data = _kept(before, self.sheets, plan)
            self._fill(plan, row, data, before)
            items = _reach(holder, steps[:-1]).setdefault(steps[-1], [])
            items.append(data)
            path = f"{prefix}.{plan.path[-1]}[{len(items) - 1}]".lstrip(".")
            self.places.setdefault((plan.kind, owner), []).append((path, row))
            self.numbered[plan.kind, plan.path, owner, origin[1]] = data, path

    def _holder(self, plan: Plan, owner: str, places: tuple[int, ...]) -> tuple[Data | None, str]:
        """Return what holds the list that a row is of, and its path; none where no row has that number."""
        outer, record = plan.path[:-1], self.found[plan.kind][owner]
        if any(
            other.kind == plan.kind and other.path == outer for other, _ in self.sheets if outer
        ):
            return self.numbered.get((plan.kind, outer, owner, places), (None, ""))
        steps = zip(outer, places, strict=True)
        path = ".".join(f"{step}[{place - 1}]" for step, place in steps)
        return dict(_outer(record, outer)).get(places), path

    def _owner(
        self, plan: Plan, row: _Row, records: Mapping[str, Data], directory: Directory | None
    ) -> str | None:
        if plan.kind == REGISTRE:
            return REGISTRE
        column = plan.keys[0]
        text = _text(row.cell(column)) if column in row.columns else ""
        owner = directory.of(text) if text and directory is not None else None
        if owner is not None and owner in records:
            return owner
        labels = self.state.labels.get(plan.kind, {})
        was = Directory(labels).of(text)
        if was is not None and was not in records:
            return None  # its record was removed: so are its parts
        if text:
            self._refuse(row.place(column), "row_owner_unknown", value=text, kind=plan.kind)
        else:
            self._refuse(row.place(column), "row_owner_missing")
        return None

    def _numbers(self, plan: Plan, row: _Row) -> tuple[int, ...] | None:
        """Return the places of a row; the last one counts after all others where it is empty."""
        places = []
        keys = [key for key in plan.keys if key.place]
        for key in keys:
            text = _text(row.cell(key)) if key in row.columns else ""
            if text.isascii() and text.isdigit() and 0 < int(text) < 10**6:
                places.append(int(text))
            elif not text and key is keys[-1]:
                places.append(10**6)
            else:
                self._refuse(row.place(key), "row_place", value=text)
                return None
        return tuple(places)

    # Records again

    def _checked(self, kind: str, key: str, data: Data) -> Data:
        """Return plain data as records say them; what a record refuses is told by its cell."""
        if data == self.state.records[kind].get(key):
            return data
        try:
            return unstructure(structure(self.kinds[kind], data), iso=True)
        except FieldError as error:
            told = {(f.where, f.sheet, f.cell, f.field) for f in self.faults}
            for fault in error.errors:
                place = self._cell_of(kind, key, fault.field)
                where, sheet, cell, field = (
                    place.get(name, "") for name in ("where", "sheet", "cell", "field")
                )
                found = where, sheet, cell, field
                if found not in told:
                    self._refuse(place, fault.code, value=fault.value, **fault.facts)
                    told.add(found)
            return data

    def _cell_of(self, kind: str, key: str, path: str) -> dict[str, str]:
        """Return the cell that a path of a record stands in, or the row that is nearest to it."""
        known = self.places.get((kind, key), [])
        near = [(prefix, row) for prefix, row in known if path.startswith(prefix)]
        if not near:
            return {"where": f"{kind}/{key}", "field": path}
        prefix, row = max(near, key=lambda found: len(found[0]))
        steps = tuple(path.removeprefix(prefix).lstrip(".").partition("[")[0].split("."))
        column = next((c for c in row.columns if isinstance(c, Column) and c.steps == steps), None)
        return row.place(column) if column is not None else {**row.place(), "field": path}


def _title(text: str) -> str:
    return bare(text).removesuffix("*").strip()


def _plain(value: Any) -> Any:
    return [v.isoformat() if hasattr(v, "isoformat") else v for v in value] if isinstance(value, list) else value  # fmt: skip


def _put(data: Data, steps: Sequence[str], value: Any) -> None:
    """Set a field inside plain data, or leave it out where the value is none."""
    *outer, last = steps
    if value is not None:
        _reach(data, outer)[last] = value
    elif (parent := _inside(data, outer)) is not None:
        parent.pop(last, None)


def _reach(data: Data, steps: Sequence[str]) -> Data:
    for step in steps:
        data = data.setdefault(step, {})
    return data


def _inside(data: Any, steps: Sequence[str]) -> Any:
    for step in steps:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _drop_empty(data: Data, plan: Plan) -> None:
    """Leave out the parts that nothing fills any more, but for those that may be empty."""
    kept = {column.steps for column in plan.columns if column.presence}
    for column in plan.columns:
        for end in range(len(column.steps) - 1, 0, -1):
            if column.steps[:end] not in kept and _inside(data, column.steps[:end]) == {}:
                _put(data, column.steps[:end], None)


def _outer(data: Data, path: Sequence[str]) -> Iterator[tuple[tuple[int, ...], Data]]:
    """Yield what stands in the lists of a path inside plain data, with its places from 1."""
    if not path:
        yield (), data
        return
    for number, item in enumerate(_inside(data, path[0].split(".")) or (), 1):
        yield from (((number, *places), inner) for places, inner in _outer(item, path[1:]))


def _part(record: Any, path: Sequence[str], places: Sequence[int]) -> Any:
    """Return the part of a record at places from 1; None where it is not there."""
    for step, place in zip(path, places, strict=True):
        items = at(record, step.split(".")) or ()
        if record is None or place > len(items):
            return None
        record = items[place - 1]
    return record


def _kept(before: Any, sheets: Sequence[tuple[Plan, Sequence[_Row]]], plan: Plan) -> Data:
    """Return the plain data of a part to begin with: as it was, without the lists that have sheets."""
    data = unstructure(before, iso=True) if before is not None else {}
    for other, _ in sheets:
        if other.kind == plan.kind and other.path[:-1] == plan.path:
            _put(data, other.path[-1].split("."), None)
    return data
