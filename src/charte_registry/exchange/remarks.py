"""What there is to know about an import or an export: what was lost, doubtful or left aside, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import attrs

from charte_registry.json_value import JsonValue
from charte_registry.messages import Phrase, plain, shown
from charte_registry.records.base import FieldError, structure

T = TypeVar("T")

READ, SKIPPED, UNDERSTOOD_AS, NOT_UNDERSTOOD = "read", "skipped", "understood_as", "not_understood"
NOT_CARRIED = "not_carried"


def words(code: str, **facts: Any) -> Phrase:
    r"""Return what a remark says, by its code in the catalogue, with what it quotes.

    Examples
    --------
    >>> words("not_email", value="x").say("fr")
    "«\xa0x\xa0» n'est pas une adresse électronique"
    """
    return Phrase(f"remark.{code}", facts)


OUTSIDE = words("outside")
UNNAMED = words("unnamed")
UNMAPPED = words("unmapped")
ASIDE = words("aside")
PINNED = words("pinned")
NOTHING = words("nothing")
ALONE = words("alone")
ASKS_WHICH = words("asks_which")
UNUSED = words("unused")
UNFILLED = words("unfilled")
EXAMPLE = words("example")
IS_READ = words("read")
WHOLE = frozenset(
    phrase.code
    for phrase in (
        OUTSIDE, UNNAMED, UNMAPPED, ASIDE, PINNED, NOTHING, ALONE, UNUSED, UNFILLED, EXAMPLE,
    )
)  # fmt: skip


@attrs.frozen(kw_only=True)
class Remark(JsonValue):
    """One thing to know about an import or an export.

    Parameters
    ----------
    level : {"read", "skipped", "understood_as", "not_understood", "not_carried"}
        A record that was read; what was left aside on purpose; what was read in a way that
        somebody should confirm; what is lost unless somebody sees to it; what a format that is
        written has no place for.
    where : str
        Sheet and cell, line, or path in the file; kind and field of an export.
    phrase : Phrase
        What, and what to do, in the words of each language.
    record : str
        The record that it is about, such as ``traitements/aides``; empty for none.
    text : str
        What the cell says; empty where the remark is of no cell.
    column : str
        Heading of the column, by which remarks are grouped; empty where there is none.
    """

    level: str
    where: str
    phrase: Phrase
    record: str = ""
    text: str = ""
    column: str = ""

    @property
    def code(self) -> str:
        """Stable name of what it says."""
        return self.phrase.code.removeprefix("remark.")

    @property
    def message(self) -> str:
        """What, and what to do, in English."""
        return self.phrase.say("en")

    def say(self, lang: str) -> str:
        """Return the remark as one line.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Where, what the cell says, what became of it, and the record.
        """
        about = f" ({self.record})" if self.record else ""
        return words("line", where=self.where, message=self._quoting()).say(lang) + about

    def _quoting(self) -> Phrase:
        """Return what it says after the text of the cell."""
        return words("quoted", value=self.text, message=self.phrase) if self.text else self.phrase

    def __str__(self) -> str:
        """Return the remark as one line in English."""
        return self.say("en")

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the remark as plain values that go to JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the message.

        Returns
        -------
        dict
            Level, place, code and data of what it says, the same in words, record, text, column.
        """
        return {
            "level": self.level, "where": self.where, "code": self.code,
            "message": self.phrase.say(lang), "record": self.record, "text": self.text,
            "column": self.column,
            "data": {name: plain(value) for name, value in self.phrase.facts.items()},
        }  # fmt: skip


@attrs.frozen(kw_only=True)
class Question(JsonValue):
    """The same remark of several cells: what to settle once.

    Parameters
    ----------
    remark : Remark
        The first of them.
    count : int
        How many there are.
    """

    remark: Remark
    count: int

    def say(self, lang: str) -> str:
        """Return the question as one line.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Column, text, what became of it, how often, where first.
        """
        if self.count == 1:
            return self.remark.say(lang)
        cells = words(
            "cells", message=self.remark._quoting(), count=self.count, where=self.remark.where
        )
        column = shown(self.remark.column, lang, "!r") + ", " if self.remark.column else ""
        return column + cells.say(lang)

    def __str__(self) -> str:
        """Return the question as one line in English."""
        return self.say("en")


def grouped(remarks: Iterable[Remark]) -> tuple[Question, ...]:
    """Return remarks, those of one column with the same text and message as one question.

    Texts without a code list in common differ from cell to cell: a column that is not read, or
    cells outside the table, are one question whatever they say.

    Examples
    --------
    >>> remarks = [Remark(level="skipped", where=w, phrase=ASIDE, text="t", column="c") for w in ("A1", "A2")]
    >>> print(*grouped(remarks))
    'c', 't': left aside by the mapping (2 cells, the first A1)
    """
    found: dict[tuple[str, ...], list[Remark]] = {}
    for remark in remarks:
        whole = remark.phrase.code in WHOLE
        where = "" if remark.column or whole else remark.where
        key = (remark.message, remark.column, remark.record, "" if whole else remark.text, where)
        found.setdefault(key, []).append(remark)
    return tuple(
        Question(
            remark=attrs.evolve(same[0], text="") if len({r.text for r in same}) > 1 else same[0],
            count=len(same),
        )
        for same in found.values()
    )


@attrs.frozen(kw_only=True)
class Import(JsonValue):
    """Records read from elsewhere, with what there is to know about how.

    Parameters
    ----------
    records : mapping of str to mapping of str to record
        Records by kind and identifier.
    remarks : tuple of Remark
        In the order of the source.
    """

    records: Mapping[str, Mapping[str, Any]] = attrs.field(repr=False)
    remarks: tuple[Remark, ...] = ()

    def __repr__(self) -> str:
        """Show how many records each kind has, and how many remarks there are."""
        counts = {kind: len(some) for kind, some in self.records.items() if some}
        return f"<Import of {counts or 'no record'}, {len(self.remarks)} remarks>"

    def of(self, level: str) -> tuple[Remark, ...]:
        """Return the remarks of a level.

        Parameters
        ----------
        level : str
            Level; see ``Remark``.

        Returns
        -------
        tuple of Remark
            In the order of the source.
        """
        return tuple(remark for remark in self.remarks if remark.level == level)

    @property
    def not_understood(self) -> tuple[Remark, ...]:
        """What is lost unless somebody sees to it."""
        return self.of(NOT_UNDERSTOOD)

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is lost unless somebody sees to it, each question once."""
        return grouped(self.not_understood)

    def text(self, lang: str = "en") -> str:
        """Return the report as text.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            What was left aside, what to confirm and what was not understood; last, the counts.
        """
        lines = []
        for level in (SKIPPED, UNDERSTOOD_AS, NOT_UNDERSTOOD):
            if remarks := grouped(self.of(level)):
                lines.append(words(f"title_{level}").say(lang))
                lines += [f"  {remark.say(lang)}" for remark in remarks]
        counts = ", ".join(f"{len(found)} {kind}" for kind, found in self.records.items() if found)
        lost, questions = len(self.not_understood), len(self.questions)
        facts = {
            "records": counts or words("no_record"), "confirm": len(self.of(UNDERSTOOD_AS)), "lost": lost,
        }  # fmt: skip
        if questions < lost:
            lines.append(words("counts_asked", **facts, questions=questions).say(lang))
        else:
            lines.append(words("counts", **facts).say(lang))
        return "\n".join(lines)

    def data(self, lang: str = "en") -> dict[str, Any]:
        """Return the report as plain data, for JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the messages.

        Returns
        -------
        dict of str to list
            Identifiers by kind; the remarks.
        """
        return {
            "records": {kind: list(found) for kind, found in self.records.items() if found},
            "remarks": [remark.to_dict(lang) for remark in self.remarks],
        }


def build(
    record_class: type[T], data: dict[str, Any], where: Callable[[str], str] | str, name: str
) -> tuple[T | None, list[Remark]]:
    """Return a record of plain data, without the fields that it refuses; each is in the remarks.

    Parameters
    ----------
    record_class : type
        Class of the record.
    data : dict of str to object
        Plain data.
    where : callable or str
        Where in the source the record comes from, or a field of it by its dotted path.
    name : str
        Name of the record, for the remarks.

    Returns
    -------
    tuple of (record or None) and list of Remark
        None where a required field cannot be read.
    """
    remarks: list[Remark] = []
    for _ in range(len(data) + 1):
        try:
            return structure(record_class, data), remarks
        except FieldError as error:
            for problem in error.problems:
                place = where if isinstance(where, str) else where(problem.path)
                said = words("fault", fault=problem.fault)
                remarks.append(Remark(level=NOT_UNDERSTOOD, where=place, phrase=said, record=name))
            refused = {p.path.partition(".")[0].partition("[")[0] for p in error.problems}
            left = {field: value for field, value in data.items() if field not in refused}
            if left.keys() == data.keys():
                break
            data = left
    return None, remarks
