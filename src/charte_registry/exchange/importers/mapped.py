"""Anybody's table, of a workbook or of delimited text, with a mapping that says what its columns mean.

Every cell that holds something ends in a record or in a remark with its place and its text.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.exchange.importers.archive import Limits
from charte_registry.exchange.importers.mapping import (
    EACH,
    Column,
    Goes,
    Steps,
    TableMapping,
    Target,
    parsed,
    read_mapping,
    split,
)
from charte_registry.exchange.importers.people import is_named_person
from charte_registry.exchange.importers.wording import (
    asks_which,
    folded,
    law_cited,
    nothing,
    parsed_conservation,
    parsed_date,
    slug,
    tidy,
)
from charte_registry.exchange.importers.workbook import Cell, Sheet, read_sheets, unmerged
from charte_registry.exchange.remarks import (
    ALONE,
    ASIDE,
    ASKS_WHICH,
    IS_READ,
    NOT_UNDERSTOOD,
    NOTHING,
    OUTSIDE,
    PINNED,
    READ,
    SKIPPED,
    UNDERSTOOD_AS,
    UNMAPPED,
    UNNAMED,
    Import,
    Remark,
    build,
    words,
)
from charte_registry.files.cells import restored
from charte_registry.messages import LANGUAGES, Phrase
from charte_registry.records import KINDS, Conservation, Organisme
from charte_registry.vocabularies.countries import country_code
from charte_registry.vocabularies.country_names import NAMES

_YES, _NO = (
    ("true", "oui", "vrai", "yes", "sim", "x", "1"),
    ("false", "non", "faux", "no", "nao", "0"),
)


def read_table(
    path: str | Path, mapping: str | Path | TableMapping, *, kinds: Mapping[str, type[Any]] = KINDS,
    limits: Limits | None = None,
) -> Import:  # fmt: skip
    """Return the records of a table, one a row.

    Parameters
    ----------
    path : str or Path
        An XLSX or ODS workbook, or delimited text.
    mapping : str, Path or TableMapping
        The mapping file, or what it says; see ``read_mapping``.
    kinds : mapping of str to type, optional
        Classes by kind.
    limits : Limits, optional
        How large the file may be.

    Returns
    -------
    Import
        The records, the bodies that they name, and a remark for every cell that is in none.

    Raises
    ------
    RegisterError
        Where a file cannot be read, or the mapping names a column or a field that is not there.
    """
    if not isinstance(mapping, TableMapping):
        mapping = read_mapping(path=mapping, kinds=kinds)
    sheets = read_sheets(
        path, encoding=mapping.encoding, delimiter=mapping.delimiter, limits=limits
    )
    return mapped_records(sheets, mapping, str(path), kinds)


def mapped_records(
    sheets: Sequence[Sheet], mapping: TableMapping, name: str,
    kinds: Mapping[str, type[Any]] = KINDS,
) -> Import:  # fmt: skip
    """Return the records of sheets; see ``read_table``. ``name`` is that of the file, for errors."""
    sheet, header = _table(sheets, mapping, name)
    reading = _Reading(mapping=mapping, sheet=sheet, kinds=kinds)
    for other in sheets:
        reading.aside(other, range(header) if other is sheet else range(len(other.rows)))
    headings = [
        tidy(restored(str(cell))) if cell is not None else "" for cell in sheet.rows[header]
    ]
    rows = unmerged(sheet, header + 1)
    for number in range(header + 1, len(rows)):
        reading.row(number, headings, rows[number])
    return reading.finished()


def _table(sheets: Sequence[Sheet], mapping: TableMapping, name: str) -> tuple[Sheet, int]:
    """Return the sheet that holds the table, and the row of its headings."""
    wanted = dict.fromkeys([*mapping.columns, *mapping.id_columns])
    among = [s for s in sheets if mapping.sheet is None or folded(s.name) == folded(mapping.sheet)]
    if not among:
        names = [sheet.name for sheet in sheets]
        raise RegisterError(
            "unknown_sheet",
            where=name,
            value=mapping.sheet,
            near=nearest(str(mapping.sheet), names),
        )
    best: tuple[int, Sheet, int] | None = None
    for sheet in among:
        rows = range(len(sheet.rows)) if mapping.header is None else [mapping.header - 1]
        for number in (n for n in rows if n < min(len(sheet.rows), 200 + rows[0])):
            held = {tidy(restored(str(cell))) for cell in sheet.rows[number] if cell is not None}
            found = len(held.intersection(wanted))
            if held and (best is None or found > best[0]):
                best = found, sheet, number
    if best is None:
        raise RegisterError("empty_table", where=name)
    _, sheet, header = best
    held_names = [tidy(restored(str(cell))) for cell in sheet.rows[header] if cell is not None]
    if missing := [column for column in wanted if column not in held_names]:
        raise RegisterError(
            [
                Fault("unknown_column", where=name, value=c, near=nearest(c, held_names))
                for c in missing
            ]
        )
    if twice := sorted({n for n in held_names if held_names.count(n) > 1 and n in wanted}):
        raise RegisterError([Fault("heading_twice", where=name, value=n) for n in twice])
    return sheet, header


@attrs.define(kw_only=True)
class _Row:
    """A row being read: its plain data, and where each field comes from."""

    data: dict[str, Any] = attrs.field(factory=dict)
    cells: dict[str, tuple[str, str, str]] = attrs.field(factory=dict)  # place, column, text


@attrs.define(kw_only=True)
class _Reading:
    mapping: TableMapping
    sheet: Sheet
    kinds: Mapping[str, type[Any]]
    records: dict[str, Any] = attrs.field(factory=dict)
    organismes: dict[str, Any] = attrs.field(factory=dict)
    remarks: list[Remark] = attrs.field(factory=list)

    def aside(self, sheet: Sheet, rows: Iterable[int]) -> None:
        """Say of every cell of rows that it stands outside the table."""
        for number in rows:
            for column, cell in enumerate(sheet.rows[number]):
                if cell is not None:
                    self._say(SKIPPED, sheet.where(number, column), OUTSIDE, str(cell))
        for (row, column), text in sorted(sheet.comments.items()):
            why = PINNED
            self._say(NOT_UNDERSTOOD, sheet.where(row, column), why, text, "comments")

    def _say(
        self,
        level: str,
        where: str,
        said: Phrase,
        text: str = "",
        column: str = "",
        record: str = "",
    ) -> None:
        self.remarks.append(
            Remark(level=level, where=where, phrase=said, text=text, column=column, record=record)
        )

    def row(self, number: int, headings: Sequence[str], cells: Sequence[Cell]) -> None:
        """Read a row into a record."""
        filled = {c: cell for c, cell in enumerate(cells) if cell is not None and tidy(cell)}
        if not filled:
            return
        row = _Row()
        stated: dict[str, str] = {}
        asked: list[tuple[str, str, str]] = []
        for column, cell in filled.items():
            heading = headings[column] if column < len(headings) else ""
            text, where = restored(str(cell)).strip(), self.sheet.where(number, column)
            stated[heading] = text
            if heading in self.mapping.columns:
                asked.append((where, heading, text))
            elif heading in self.mapping.ignored:
                self._say(SKIPPED, where, ASIDE, text, heading)
            elif heading not in self.mapping.id_columns or not heading:
                why = UNMAPPED if heading else UNNAMED
                self._say(NOT_UNDERSTOOD, where, why, text, heading)
        order = list(self.mapping.columns)
        for where, heading, text in sorted(asked, key=lambda item: order.index(item[1])):
            self._cell(row, self.mapping.columns[heading], where, heading, text)
        if not row.data:
            for where, heading, text in asked:
                self._say(NOT_UNDERSTOOD, where, words("no_row_record"), text, heading)
            return
        self._constants(row)
        self._finish(row, number, stated, asked)

    def _finish(
        self,
        row: _Row,
        number: int,
        stated: Mapping[str, str],
        asked: Sequence[tuple[str, str, str]],
    ) -> None:
        names = [" ".join(stated[c] for c in self.mapping.id_columns if c in stated)]
        names += [str(row.data[n]) for n in ("id", "nom", "intitule", "titre") if n in row.data]
        source = next((name for name in names if name), "fiche")
        identifier = slug(source, self.records)
        named, where = f"{self.mapping.kind}/{identifier}", self.sheet.where(number, 0)
        if slug(source) in self.records:
            self._say(UNDERSTOOD_AS, where, words("earlier_row", value=source), record=named)
        record, refused = build(
            self.kinds[self.mapping.kind], {**row.data, "id": identifier},
            lambda path: row.cells.get(_first(path), (where, "", ""))[0], named,
        )  # fmt: skip
        self.remarks += refused
        if record is None:
            for place, heading, text in asked:
                why = words("row_refused")
                self._say(NOT_UNDERSTOOD, place, why, text, heading)
        else:
            self.records[identifier] = record
            self._say(READ, where, IS_READ, record=named)

    def _constants(self, row: _Row) -> None:
        for target, value in self.mapping.constants:
            if target.metadata["reference"] == "organismes" and isinstance(value, str):
                value = self._body(value)
            if target.each is None:
                places = [n for n, step in enumerate(target.steps) if isinstance(step, int)]
                item = target.steps[: places[-1] + 1] if places else ()
                if _reached(row.data, item) and not _reached(row.data, target.steps):
                    _put(row.data, target.steps, value)
            else:
                for number in range(len(_list(row.data, target.each))):
                    _put(row.data, _item(target, number), value, keep=True)

    def _cell(self, row: _Row, column: Column, where: str, heading: str, text: str) -> None:
        """Put what a cell says where its column says that it goes."""
        place = (where, heading, text)
        parts = split(text, column.separators) if column.separators else [text]
        if all(_says_nothing(column, part) for part in parts):
            self._say(SKIPPED, where, NOTHING, text, heading)
            return
        there = [goes for goes in column.goes if self._there(row, goes)] or column.goes[:1]
        for usual in there:
            found = [
                (g, value, part)
                for part in parts
                for g, value in self._part(column, usual, part, place)
            ]
            self._place(row, usual, found, place)

    def _there(self, row: _Row, goes: Goes) -> bool:
        """Return whether a record has what a field is in: items of its list, or the part it is of."""
        target = goes.target
        if target is None:
            return True
        above = target.each if target.each is not None else target.steps[:-1]
        return _reached(row.data, above) and (target.each is None or bool(_get(row.data, above)))

    def _part(
        self, column: Column, usual: Goes, part: str, place: tuple[str, str, str]
    ) -> list[tuple[Goes, Any]]:
        """Return where a part of a cell goes, and the value; nothing where it is left out or asked."""
        where, heading, _ = place
        goes = column.values.get(folded(part), usual)
        if goes.target is None:
            self._say(SKIPPED, where, words("left_out"), part, heading)
            return []
        if goes.code is not None:
            return [(goes, self._coded(goes.target, goes.code))]
        value, remedy = self._value(goes.target, part)
        if value is None and column.otherwise is not None and goes is usual:
            return [(attrs.evolve(goes, code=column.otherwise), column.otherwise)]
        if value is None:
            self._say(NOT_UNDERSTOOD, where, remedy, part, heading)
            return []
        if goes.target.free and goes.target.steps[-1] != "note" and is_named_person(part):
            why = words("person_note")
            self._say(UNDERSTOOD_AS, where, why, part, heading)
            return [(Goes(target=None), f"{heading} : {part}")]
        return [(goes, value)]

    def _coded(self, target: Target, code: str) -> Any:
        if target.metadata["reference"] == "organismes":
            return self._body(code)
        return self._value(target, code)[0] if target.kind is not str else code

    def _place(
        self,
        row: _Row,
        usual: Goes,
        found: Sequence[tuple[Goes, Any, str]],
        place: tuple[str, str, str],
    ) -> None:
        where, heading, _ = place
        lists: dict[Steps, list[tuple[Goes, Target, Any, str]]] = {}
        for goes, value, part in found:
            target = goes.target
            if target is None or target.steps == ("note",):
                _note(row.data, value if target is None else f"{heading} : {part}")
            elif target.each is not None:
                lists.setdefault(target.each, []).append((goes, target, value, part))
            elif target.several:
                held = _list(row.data, target.steps)
                held += [value] if value not in held else []
            elif _reached(row.data, target.steps):
                if target.free:
                    _put(row.data, target.steps, f"{_get(row.data, target.steps)} ; {value}")
                else:
                    self._say(
                        NOT_UNDERSTOOD,
                        where,
                        words("second_for_field", field=target.path),
                        part,
                        heading,
                    )
                    continue
            else:
                _put(row.data, target.steps, value)
            if target is not None:
                row.cells[str(target.steps[0])] = place
        for steps, items in lists.items():
            self._items(row, steps, items, place)

    def _items(
        self, row: _Row, steps: Steps, found: Sequence[tuple[Goes, Target, Any, str]],
        place: tuple[str, str, str],
    ) -> None:  # fmt: skip
        """Give the items of a list what a cell says: new items, or a field of those there are."""
        where, heading, text = place
        held = _list(row.data, steps)
        row.cells[str(steps[0])] = place
        target = found[0][1]
        inside = target.steps[len(steps) + 1 :]
        if _makes(target) and (not held or any(_reached(item, inside) for item in held)):
            for goes, aim, value, part in found:
                item: dict[str, Any] = {}
                _put(item, aim.steps[len(steps) + 1 :], [value] if aim.several else value)
                _detail(item, goes, part)
                held.append(item)
        elif not held:
            self._say(NOT_UNDERSTOOD, where, ALONE, text, heading)
        elif target.several:
            for item in held:
                _extend(item, inside, [value for _, _, value, _ in found])
                for goes, _, _, part in found:
                    _cite(item, goes.detail, law_cited(part))
        elif len(found) in (1, len(held)):
            each = found if len(found) == len(held) else [found[0]] * len(held)
            for item, (goes, _, value, part) in zip(held, each, strict=True):
                _put(item, inside, value)
                _detail(item, goes, part)
        else:
            why = words("values_for_items", values=len(found), items=len(held), field=steps[-1])
            self._say(NOT_UNDERSTOOD, where, why, text, heading)

    def _value(self, target: Target, text: str) -> tuple[Any, Phrase]:
        """Return what a text is for a field, or None and what to do."""
        if target.kind is Conservation:
            if text.strip(" .").isdigit():
                return None, words("no_unit")
            return parsed_conservation(text), NOTHING
        if target.kind is dt.date:
            days = (parsed(form, text) for form in self.mapping.dates)
            day = next((day for day in days if day), None) or parsed_date(
                int(text) if text.isdigit() else text
            )
            return day, words("date_form")
        if target.kind is bool:
            word = folded(text)
            return (True if word in _YES else False if word in _NO else None), words("yes_no")
        if target.kind is int:
            digits = "".join(text.split())
            return digits if digits.isascii() and digits.isdigit() else None, words("whole_number")
        if target.kind is not str:
            return None, words("holds_parts", field=target.path)
        if choices := target.metadata["choices"]:
            return _code(target, choices, text), words("code_unknown")
        if target.metadata["reference"] == "organismes":
            if is_named_person(text):
                return None, words("body_person")
            return self._body(text), NOTHING
        if target.metadata["reference"]:
            return text, NOTHING
        if target.steps[-1] == "pays":
            return (text if text in NAMES else country_code(text)), words("country_values")
        if target.several:
            head, _, which = text.partition(":")
            if asks_which(head):
                return which.strip() or None, ASKS_WHICH
        return text, NOTHING

    def _body(self, name: str) -> str:
        identifier = slug(name)
        self.organismes.setdefault(identifier, Organisme(id=identifier, nom=name))
        return identifier

    def finished(self) -> Import:
        """Return what was read."""
        records: dict[str, dict[str, Any]] = {kind: {} for kind in self.kinds} | {
            "organismes": self.organismes
        }
        records[self.mapping.kind] = {**records[self.mapping.kind], **self.records}
        return Import(records=records, remarks=tuple(self.remarks))


def _says_nothing(column: Column, part: str) -> bool:
    """Return whether a text says that there is nothing, where "no" is not itself an answer."""
    target = column.goes[0].target
    answer = target is not None and (target.kind is bool or target.steps == ("nom",))
    sign = bool(folded(part)) or part in ("?", "-", "–", "—", "/", "…", "...")
    return nothing(part) and sign and not answer and folded(part) not in column.values


def _code(target: Target, choices: Sequence[str], text: str) -> str | None:
    """Return the code that a text is, by itself or by its label in one of the three languages."""
    vocabulaire = target.metadata["vocabulaire"]
    words = {folded(code): code for code in choices}
    if vocabulaire is not None:
        for terme in vocabulaire:
            words |= {folded(terme.label(lang)): terme.code for lang in LANGUAGES}
    return words.get(folded(text))


def _first(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _makes(target: Target) -> bool:
    """Return whether a field makes an item: the one by which people know it."""
    return target.steps[-1] in ("nom", "type", "categorie", "pays", "destinataire", "organisme")


def _item(target: Target, number: int) -> Steps:
    return tuple(number if step == EACH else step for step in target.steps)


def _note(data: dict[str, Any], text: str) -> None:
    data["note"] = f"{data['note']}\n{text}" if data.get("note") else text


def _detail(item: dict[str, Any], goes: Goes, part: str) -> None:
    """Write the text as it stood beside its code, unless it only repeats the code."""
    if goes.detail and folded(part) != folded(goes.code or "") and goes.detail not in item:
        item[goes.detail] = part


def _extend(item: dict[str, Any], steps: Steps, values: Sequence[Any]) -> None:
    """Add values to a list of an item, each once."""
    held = _list(item, steps)
    held += [value for value in dict.fromkeys(values) if value not in held]


def _cite(item: dict[str, Any], field: str, law: str) -> None:
    """Keep the law that a cell cites beside a code."""
    if field and law and law not in item.get(field, ""):
        item[field] = f"{item[field]} ; {law}" if field in item else law


def _list(data: dict[str, Any], steps: Steps) -> list[Any]:
    """Return the list at steps, made where it is missing."""
    inside: Any = data
    for step in steps[:-1]:
        inside = _down(inside, step, {})
    found: list[Any] = inside.setdefault(steps[-1], [])
    return found


def _down(inside: Any, step: str | int, new: Any) -> Any:
    if isinstance(step, int):
        while len(inside) <= step:
            inside.append({})
        return inside[step]
    return inside.setdefault(step, new)


def _put(data: dict[str, Any], steps: Steps, value: Any, *, keep: bool = False) -> None:
    inside: Any = data
    for step, following in itertools.pairwise(steps):
        inside = _down(inside, step, [] if isinstance(following, int) else {})
    if isinstance(inside, list):
        while len(inside) <= int(steps[-1]):
            inside.append(value)
    elif not (keep and steps[-1] in inside):
        inside[steps[-1]] = value


def _get(data: dict[str, Any], steps: Steps) -> Any:
    inside: Any = data
    for step in steps:
        inside = inside[step]
    return inside


def _reached(data: dict[str, Any], steps: Steps) -> bool:
    try:
        _get(data, steps)
    except (KeyError, IndexError, TypeError):
        return False
    return True
