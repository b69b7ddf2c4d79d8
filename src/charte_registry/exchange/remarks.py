"""What there is to know about an import or an export: what was lost, doubtful or left aside, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import attrs

from charte_registry.json_value import JsonValue
from charte_registry.records.base import FieldError, structure

T = TypeVar("T")

READ, SKIPPED, UNDERSTOOD_AS, NOT_UNDERSTOOD = "read", "skipped", "understood_as", "not_understood"
NOT_CARRIED = "not_carried"

OUTSIDE = "outside the table"
UNNAMED = "no heading above"
UNMAPPED = "the mapping says nothing of this column"
ASIDE = "left aside by the mapping"
PINNED = "a comment pinned to the cell"
NOTHING = "says that there is nothing"
ALONE = "nothing in this row that it could be of"
ASKS_WHICH = "says that there are others and not which; name them"
UNUSED = "a sheet that is neither a record sheet nor the list of processings"
UNFILLED = "a record sheet that nobody has filled in"
EXAMPLE = "the model's filled example; --include-example reads it"
WHOLE = frozenset(
    {OUTSIDE, UNNAMED, UNMAPPED, ASIDE, PINNED, NOTHING, ALONE, UNUSED, UNFILLED, EXAMPLE}
)


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
    message : str
        What, and what to do.
    record : str
        The record that it is about, such as ``traitements/aides``; empty for none.
    text : str
        What the cell says; empty where the remark is of no cell.
    column : str
        Heading of the column, by which remarks are grouped; empty where there is none.
    """

    level: str
    where: str
    message: str
    record: str = ""
    text: str = ""
    column: str = ""

    def __str__(self) -> str:
        """Return the remark as one line."""
        said = f"{self.text!r:.120}: " if self.text else ""
        about = f" ({self.record})" if self.record else ""
        return f"{self.where}: {said}{self.message}{about}"


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

    def __str__(self) -> str:
        """Return the question as one line: column, text, how often, where first."""
        if self.count == 1:
            return str(self.remark)
        column = f"{self.remark.column!r}, " if self.remark.column else ""
        said = f"{self.remark.text!r:.120}: " if self.remark.text else ""
        return f"{column}{said}{self.remark.message} ({self.count} cells, the first {self.remark.where})"


def grouped(remarks: Iterable[Remark]) -> tuple[Question, ...]:
    """Return remarks, those of one column with the same text and message as one question.

    Texts without a code list in common differ from cell to cell: a column that is not read, or
    cells outside the table, are one question whatever they say.

    Examples
    --------
    >>> remarks = [Remark(level="skipped", where=w, message="m", text="t", column="c") for w in ("A1", "A2")]
    >>> print(*grouped(remarks))
    'c', 't': m (2 cells, the first A1)
    """
    found: dict[tuple[str, ...], list[Remark]] = {}
    for remark in remarks:
        whole = remark.message in WHOLE
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

    def text(self) -> str:
        """Return the report as text.

        Returns
        -------
        str
            What was left aside, what to confirm and what was not understood; last, the counts.
        """
        lines = []
        for level, title in (
            (SKIPPED, "Left aside"),
            (UNDERSTOOD_AS, "Read so, to be confirmed"),
            (NOT_UNDERSTOOD, "Not understood"),
        ):
            if remarks := grouped(self.of(level)):
                lines += [f"{title}:", *(f"  {remark}" for remark in remarks)]
        counts = ", ".join(f"{len(found)} {kind}" for kind, found in self.records.items() if found)
        lines.append(
            f"{counts or 'no record'} read; {len(self.of(UNDERSTOOD_AS))} to confirm, "
            f"{len(self.not_understood)} not understood"
            + (
                f" ({len(self.questions)} questions)"
                if len(self.questions) < len(self.not_understood)
                else ""
            )
        )
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON.

        Returns
        -------
        dict of str to list
            Identifiers by kind; the remarks.
        """
        return {
            "records": {kind: list(found) for kind, found in self.records.items() if found},
            "remarks": [attrs.asdict(remark) for remark in self.remarks],
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
                remarks.append(
                    Remark(level=NOT_UNDERSTOOD, where=place, message=str(problem), record=name)
                )
            refused = {p.path.partition(".")[0].partition("[")[0] for p in error.problems}
            left = {field: value for field, value in data.items() if field not in refused}
            if left.keys() == data.keys():
                break
            data = left
    return None, remarks
