"""A register as the pages of a workbook made for editing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from charte_registry.check import Finding
from charte_registry.exchange.exporters.head import manifest
from charte_registry.exchange.exporters.spreadsheet import Choices, Look, Page
from charte_registry.exchange.workbook.layout import (
    REGISTRE,
    Column,
    Key,
    Plan,
    at,
    capital,
    name_field,
    plans,
)
from charte_registry.exchange.workbook.names import distinct
from charte_registry.exchange.workbook.state import SHEET, State, state_rows
from charte_registry.exchange.workbook.values import Names, is_country, offered, shown
from charte_registry.exchange.workbook.words import words
from charte_registry.extras import needs
from charte_registry.files.flat_tables import Value
from charte_registry.records.base import unstructure
from charte_registry.records.formats import DUREE
from charte_registry.register import Register
from charte_registry.rules.finding import COLONS, SEVERITY_NOUNS
from charte_registry.schema.shape import DATE, NUMBER, TEXT
from charte_registry.vocabularies.sources import source_in

with needs("registre"):
    pass

SPARE = 300  # rows below the last one that offer the same lists


def register_workbook(
    register: Register, *, lang: str = "fr", only: Sequence[str] = (),
    findings: Sequence[Finding] = (), public: bool = False,
) -> list[Page]:  # fmt: skip
    """Return a register as the pages of a workbook that an office edits.

    Parameters
    ----------
    register : Register
        The register.
    lang : {"fr", "en", "pt"}
        Language of titles, labels and explanations.
    only : sequence of str
        Kinds of records to hold; all of them where empty.
    findings : sequence of Finding
        What checks found, shown beside the records.
    public : bool
        Whether columns of internal fields are left out, which a public extract has empty.

    Returns
    -------
    list of Page
        How to use it, a sheet a kind and a list of parts, lists to choose from, the state.
    """
    book = _Book(register, lang, tuple(only), findings, public=public)
    sheets = [book.page(plan) for plan in book.plans]
    return [book.help_page(sheets), *sheets, book.lists_page(), book.state_page()]


def names_of(register: Register) -> dict[str, dict[str, str]]:
    """Return what the records of a register are called, each by a name of its own in its kind."""
    return {
        kind: distinct({
            key: getattr(record, name_field(cls)) or key
            for key, record in register.records[kind].items()
        })
        for kind, cls in register.kinds.items()
        if register.records.get(kind)
    }  # fmt: skip


class _Book:
    """The workbook being written."""

    def __init__(
        self, register: Register, lang: str, only: tuple[str, ...], findings: Sequence[Finding],
        *, public: bool,
    ) -> None:  # fmt: skip
        self.register, self.lang, self.words = register, lang, words(lang)
        self.plans = [
            attrs.evolve(
                plan, columns=tuple(c for c in plan.columns if not (public and c.internal))
            )
            for plan in plans(register.kinds, lang, only)
            if not (public and plan.internal)
        ]
        self.public = public
        self.sheets = {plan.kind: plan for plan in self.plans if not plan.path}
        self.names = Names(lang, names_of(register))
        self.lists: dict[str, Sequence[str]] = {}  # lists to choose from, by what they are for
        self.checked = bool(findings)
        self.findings: dict[str, list[Finding]] = {}
        for finding in findings:
            self.findings.setdefault(finding.record, []).append(finding)

    # Sheets of records

    def page(self, plan: Plan) -> Page:
        """Return the sheet of a plan."""
        heads: tuple[Key | Column, ...] = (*plan.keys, *plan.columns)
        rows: list[list[Value]] = [[_title(head) for head in heads]]
        notes = [self._note(head) for head in heads]
        looks = [_look(head) for head in heads]
        if self.checked:
            rows[0].append(self.words["findings"])
            notes.append(self.words["findings_help"])
            looks.append(Look("fixed", "fixed", 9.0))
        for key, path, item, places in self._items(plan):
            cells: list[Value] = [
                self.names.labels[plan.kind][key] if not k.place else None for k in plan.keys
            ]
            cells[len(cells) - len(places) :] = places
            cells += [shown(at(item, column.steps), column, self.names) for column in plan.columns]
            if self.checked:
                cells.append(self._told(f"{plan.kind}/{key}", path))
            rows.append(cells)
        last = max(len(rows) + SPARE, 2) - 1
        return Page(
            name=plan.sheet, rows=rows, widths=tuple(look.width for look in looks), looks=tuple(looks),
            notes=dict(enumerate(notes)), choices=tuple(self._choices(heads, plan, last)), editable=True,
        )  # fmt: skip

    def _items(self, plan: Plan) -> Iterator[tuple[str, str, Any, tuple[int, ...]]]:
        """Yield for each row the identifier, the path, the record or part, and its places from 1."""
        records = (
            {REGISTRE: manifest(self.register)} if plan.kind == REGISTRE
            else self.register.records.get(plan.kind, {})
        )  # fmt: skip
        for key, record in records.items():
            yield from ((key, *rest) for rest in _inside(record, plan.path, "", ()))

    def _told(self, record: str, path: str) -> str | None:
        nouns, colon = SEVERITY_NOUNS[self.lang], COLONS[self.lang]
        lines = [
            f"{nouns[finding.severity][0]}{colon} {finding.message} [{finding.rule}]"
            for finding in self.findings.get(record, ())
            if finding.field.startswith(path)
        ]
        return "\n".join(lines)[:30_000] or None

    def _note(self, head: Key | Column) -> str:
        said = self.words
        if isinstance(head, Key):
            return str(said["number_help" if head.place else "owner_help"])
        shape = head.shape
        lines = [capital(shape.labels[self.lang]) + "."]
        if head.steps == ("id",):
            lines.append(said["identifier_help"])
        if head.required:
            lines.append(said["required"])
        if head.internal:
            lines.append(said["internal"])
        if shape.source:
            lines.append(said["source"].format(source=source_in(shape.source, self.lang)))
        if shape.several:
            lines.append(said["several"])
        if shape.reference in self.sheets:
            lines.append(said["named"].format(sheet=self.sheets[shape.reference].sheet))
        elif head.presence or offered(shape, self.lang):
            lines.append(said["chosen"])
        elif shape.form is DUREE:
            lines.append(said["duration"])
        elif shape.form is not None and head.steps != ("id",):
            lines.append(said["example"].format(example=shape.form.examples[0]))
        return "\n".join(lines)

    # Lists to choose from

    def _choices(self, heads: Sequence[Key | Column], plan: Plan, last: int) -> Iterator[Choices]:
        for number, head in enumerate(heads):
            found = self._owner(plan) if isinstance(head, Key) and not head.place else None
            strict = True
            if isinstance(head, Column):
                found = self._list(head)
                strict = not (head.shape.several or head.shape.reference or is_country(head.shape))
            if found is not None:
                page, cells = found
                yield Choices(
                    column=number, first=1, last=last, page=page, cells=cells, strict=strict
                )

    def _owner(self, plan: Plan) -> tuple[str, tuple[int, int, int]] | None:
        return self._records(plan.kind)

    def _list(self, column: Column) -> tuple[str, tuple[int, int, int]] | None:
        if column.shape.reference:
            return self._records(column.shape.reference)
        if column.presence:
            return self._put("flag", (self.words["yes"],))
        texts = offered(column.shape, self.lang)
        return self._put("\n".join(texts), texts) if texts else None

    def _records(self, kind: str) -> tuple[str, tuple[int, int, int]] | None:
        """Return where the names of a kind stand: on its own sheet, so that new ones are offered too."""
        labels = self.names.labels.get(kind, {})
        plan = self.sheets.get(kind)
        if plan is not None:
            field = plan.name_field
            column = next((n for n, c in enumerate(plan.columns) if c.steps == (field,)), None)
            own = self.register.records.get(kind, {})
            if column is not None and all(
                getattr(own[k], field) == name for k, name in labels.items()
            ):
                return plan.sheet, (column, 1, len(labels) + SPARE)
        return self._put(f"records {kind}", tuple(labels.values())) if labels else None

    def _put(self, key: str, texts: Sequence[str]) -> tuple[str, tuple[int, int, int]]:
        """Return the place of a list on the sheet of lists."""
        self.lists.setdefault(key, texts)
        return self.words["lists_sheet"], (list(self.lists).index(key), 0, len(texts) - 1)

    # The other sheets

    def lists_page(self) -> Page:
        """Return the sheet of the lists to choose from."""
        depth = max(map(len, self.lists.values()), default=0)
        rows = [
            [texts[n] if n < len(texts) else None for texts in self.lists.values()]
            for n in range(depth)
        ]
        return Page(name=self.words["lists_sheet"], rows=rows, headers=frozenset(), hidden=True)

    def state_page(self) -> Page:
        """Return the hidden sheet with the state that a merge compares with."""
        records: dict[str, dict[str, Any]] = {
            plan.kind: {
                key: unstructure(record, iso=True) for key, _, record, _ in self._items(plan)
            }
            for plan in self.sheets.values()
        }
        state = State(
            lang=self.lang, sheets={plan.sheet: plan.title for plan in self.plans},
            records=records, labels=self._named(records),
        )  # fmt: skip
        return Page(name=SHEET, rows=state_rows(state), headers=frozenset(), hidden=True)

    def _named(self, records: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """Return the names that the workbook may need: those of its kinds, and of what they name."""
        needed = {c.shape.reference for plan in self.plans for c in plan.columns} | set(records)
        return {kind: dict(names) for kind, names in self.names.labels.items() if kind in needed}

    def help_page(self, pages: Sequence[Page]) -> Page:
        """Return the first sheet: how to use the workbook, the colours, what each sheet holds."""
        with needs("registre"):
            from babel.dates import format_date
            from babel.numbers import format_decimal

        register, said = self.register, self.words
        count = sum(len(records) for records in register.records.values())
        day = format_date(register.etat_au, "long", locale=_LOCALES[self.lang])
        told = said["state"].format(
            day=day,
            records=said["records"].format(count=format_decimal(count, locale=_LOCALES[self.lang])),
        )
        rows: list[list[Value]] = [[register.titre], [told], [None]]
        rows += [[line] for line in said["intro"]]
        if not self.public:
            rows.append([said["not_public"]])
        spans = {(n, 0): 3 for n in range(len(rows))}
        rows += [[None], [said["legend"]]]
        marks = {(0, 0): "title", (len(rows) - 1, 0): "header"}
        for mark in ("required", "internal", "fixed"):
            marks[len(rows), 0] = mark
            rows.append([said[f"legend_{mark}"]])
        rows += [[None], said["contents"]]
        marks |= {(len(rows) - 1, n): "header" for n in range(3)}
        links = {}
        for plan, page in zip(self.plans, pages, strict=True):
            links[len(rows), 0] = page.name
            rows.append([page.name, capital(plan.label), len(page.rows) - 1])
        return Page(
            name=said["help_sheet"], rows=rows, headers=frozenset(), widths=(9.0, 11.0, 2.5),
            spans=spans, marks=marks, links=links,
        )  # fmt: skip


_LOCALES = {"fr": "fr_FR", "en": "en_GB", "pt": "pt_BR"}


def _title(head: Key | Column) -> str:
    needed = head.required if isinstance(head, Column) else not head.place
    return f"{head.label} *" if needed else head.label


def _look(head: Key | Column) -> Look:
    if isinstance(head, Key):
        return Look("header", "number", 1.8) if head.place else Look("required", "text", 6.0)
    shape = head.shape
    kind = "date" if shape.holds == DATE and not shape.several else "text"
    if shape.holds == NUMBER and not shape.several:
        kind = "number"
    style = "internal" if head.internal else "required" if head.required else "header"
    wide = (
        shape.holds == TEXT and not shape.choices and shape.form is None and head.steps != ("id",)
    )
    return Look(style, f"{kind} internal" if head.internal else kind, 6.5 if wide else 4.2)


def _inside(
    item: Any, path: Sequence[str], prefix: str, places: tuple[int, ...]
) -> Iterator[tuple[str, Any, tuple[int, ...]]]:
    """Yield path, part and places, from 1, of what stands in a list inside a record."""
    if not path:
        yield prefix, item, places
        return
    for number, inner in enumerate(at(item, path[0].split(".")) or ()):
        here = f"{prefix}.{path[0]}[{number}]".lstrip(".")
        yield from _inside(inner, path[1:], here, (*places, number + 1))
