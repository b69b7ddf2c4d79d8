"""What an import took, what it left and why, and what it asks."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from prevision_cantine.city.office.extract import Left
from prevision_cantine.city.office.grid import place
from prevision_cantine.city.office.mapping import Table, to_toml
from prevision_cantine.city.office.messages import clean, say
from prevision_cantine.city.office.questions import Question
from prevision_cantine.json_value import plain_value
from prevision_cantine.plain_values import html_text


@attrs.frozen(kw_only=True)
class OfficeReport:
    """What an import understood and did.

    Parameters
    ----------
    folder : Path
        The folder of the city.
    tables : tuple of Table
        How each table was read.
    questions : tuple of Question
        What nothing decided; nothing is written while one remains.
    left : tuple of Left
        Every cell that is not empty and was not taken, with the reason.
    cells, taken : int
        Cells that are not empty, and those that were taken, headings and days included;
        ``cells == taken + len(left)``.
    written : mapping of str to int
        Rows by file; a file that was there with the same content counts too.
    unchanged : tuple of str
        Files that had this content already.
    canteens : tuple of str
        Canteens.
    first, last : datetime.date or None
        First and last day with meals.
    same_names : tuple of (str, str)
        Names taken for another that differs only in case, accents or punctuation.
    year_starts : tuple of (str, str, datetime.date)
        Sheet and year of each enrolment that is given by year, and the day from which it counts.
    same_order : tuple of (str, str, str)
        Sheet whose dates can be read two ways, the order taken, and the sheet that decided it.
    """

    folder: Path
    tables: tuple[Table, ...] = attrs.field(repr=False)
    questions: tuple[Question, ...] = ()
    left: tuple[Left, ...] = attrs.field(default=(), repr=False)
    cells: int = 0
    taken: int = 0
    written: Mapping[str, int] = attrs.field(factory=dict)
    unchanged: tuple[str, ...] = ()
    canteens: tuple[str, ...] = attrs.field(default=(), repr=False)
    first: dt.date | None = None
    last: dt.date | None = None
    same_names: tuple[tuple[str, str], ...] = ()
    year_starts: tuple[tuple[str, str, dt.date], ...] = ()
    same_order: tuple[tuple[str, str, str], ...] = ()

    def mapping(self, lang: str = "fr") -> str:
        """Return the mapping file of what was understood, to correct and give back.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the comments.

        Returns
        -------
        str
            TOML.
        """
        return to_toml(self.tables, lang)

    def to_text(self, lang: str = "fr") -> str:
        """Return the report for a person: the cells left by reason, with one example of each.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Several lines.
        """
        lines = [say("head", lang, taken=self.taken, cells=self.cells, left=len(self.left))]
        if self.questions:
            lines += [q.to_text(lang) for q in self.questions]
            lines.append(say("asked", lang, count=len(self.questions)))
        for file, rows in self.written.items():
            code = "unchanged" if file in self.unchanged else "wrote"
            lines.append(say(code, lang, file=self.folder / file, rows=rows))
        if self.canteens and self.first and self.last:
            span = {"first": self.first.isoformat(), "last": self.last.isoformat()}
            lines.append(say("span_line", lang, canteens=len(self.canteens), **span))
            lines.append(", ".join(map(clean, self.canteens[:100])))
        for name, other in self.same_names:
            lines.append(say("same_name", lang, text=clean(name), other=clean(other)))
        for sheet, year, day in self.year_starts:
            where, other = clean(sheet), day.isoformat()
            lines.append(say("year_start", lang, where=where, text=clean(year), other=other))
        for sheet, order, other in self.same_order:
            facts = {"where": clean(sheet), "text": order, "other": clean(other)}
            lines.append(say("same_order", lang, **facts))
        groups: dict[str, list[Left]] = defaultdict(list)
        for item in self.left:
            groups[item.code].append(item)
        for cells in sorted(groups.values(), key=len, reverse=True):
            one = cells[0]
            where = clean(place(one.file, one.sheet, one.cell))
            why, text = why_left(one, lang), clean(one.text)
            lines.append(say("group", lang, count=len(cells), why=why, where=where, text=text))
        return "\n".join(lines)

    def to_dict(self, lang: str = "fr") -> dict[str, Any]:
        """Return the report as plain values that go to JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the reasons; the codes beside them do not change.

        Returns
        -------
        dict
            What was read and written, and each cell that was left with its place and reason.
        """
        value: dict[str, Any] = {
            "folder": str(self.folder), "cells": self.cells, "taken": self.taken,
            "written": dict(self.written), "unchanged": list(self.unchanged),
            "canteens": list(self.canteens), "first": self.first, "last": self.last,
            "same_names": self.same_names, "same_order": self.same_order,
            "year_starts": self.year_starts,
            "questions": [{**attrs.asdict(q), "message": q.to_text(lang)} for q in self.questions],
            "left": [{**attrs.asdict(item), "why": why_left(item, lang)} for item in self.left],
        }  # fmt: skip
        found: dict[str, Any] = plain_value(value)
        return found

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the report in English."""
        return html_text(self.to_text("en"))

    def to_json(self, lang: str = "fr") -> str:
        """Return ``to_dict()`` as JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the reasons.

        Returns
        -------
        str
            JSON, a key a line.
        """
        return json.dumps(self.to_dict(lang), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def why_left(item: Left, lang: str) -> str:
    """Return why a cell was left, in words."""
    return say(item.code, lang, other=clean(item.other))
