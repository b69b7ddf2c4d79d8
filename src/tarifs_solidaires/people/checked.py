"""The columns of a table, checked before any row is read: which are inputs, which are carried through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from tarifs_solidaires.errors import Fault, TableError, nearest
from tarifs_solidaires.people.headings import folded, match
from tarifs_solidaires.people.results import result_fields
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.rules.load import shipped_inputs
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.inputs import Errors

Keep: TypeAlias = Sequence[str] | Literal["all"]
IDENTIFIERS = (
    "id", "foyer", "personne", "identifiant", "household", "person", "identifier", "familia",
    "pessoa", "identificador", "index", "Unnamed: 0", "__index_level_0__",
    "weight", "made_up",  # of rows that the package made
)  # fmt: skip


def check_columns(
    rule: Rule,
    columns: Sequence[str],
    keep: Keep,
    errors: Errors,
    where: str = "",
    said: Mapping[str, str] = EMPTY,
) -> dict[str, int]:
    """Return the places of the columns that the rule reads, by input.

    Raises
    ------
    TableError
        Where columns are unknown, missing, double, or of the name of a result: all faults at once.
    """
    if isinstance(keep, str) and keep != "all":
        raise refused("keep", "keep: {keep!r} is not a list of columns",
                       "write a list, such as [{keep!r}], or 'all'", keep=keep)  # fmt: skip
    faults: list[Fault] = []

    def wrong(code: str, name: str, template: str, remedy: str, **data: Any) -> None:
        faults.append(
            Fault(code=code, input=name, where=where, template=template, remedy=remedy, data=data)
        )

    matched = match(rule.inputs, columns, said, where)
    inputs = {columns[place] for place in matched.positions.values()}
    told = {fault.input for fault in matched.faults if fault.code == "double_column"}
    known = {*rule.all_inputs, *IDENTIFIERS, *keep}
    results = [field.name for field in result_fields(rule, errors)]
    carried = {*map(folded, known), *(folded(heading) for heading in said), ""}
    if keep != "all" and not carried.issuperset(map(folded, columns)):
        carried |= {
            folded(name) for name in shipped_inputs()
        }  # what another rule reads is no misspelling
    for name in dict.fromkeys(columns):
        if list(columns).count(name) > 1 and name and name not in told:
            wrong("double_column", name, "the column {input!r} appears twice", "keep one")
        if name in results and name not in inputs:
            wrong("result_column", name, "the column {input!r} is also a result",
                  "rename or drop it")  # fmt: skip
        elif name not in inputs and folded(name) not in carried and keep != "all":
            wrong("unknown_column", name, "the column {input!r} is unknown",
                  "{near}; to carry it through, name it with --keep; in Python, with keep",
                  near=nearest(str(name), rule.all_inputs))  # fmt: skip
    faults += matched.faults
    for name in () if keep == "all" else keep:
        if name not in columns:
            wrong("no_column", name, "there is no column {input!r} to keep",
                  nearest(name, map(str, columns)))  # fmt: skip
    for fault in rule.name_faults(list(matched.positions)):
        if fault.code == "two_ways" and is_by_row(rule, fault.input):
            continue
        missing = fault.code == "missing_input"
        template = "the column {input!r} is missing"
        remedy = "add this column"
        if missing and fault.data["others"]:
            template = "the column {input!r} (or {others}) is missing"
        faults.append(
            attrs.evolve(fault, where=where, template=template, remedy=remedy)
            if missing else attrs.evolve(fault, where=where)
        )  # fmt: skip
    if faults:
        raise TableError(*faults)
    return dict(matched.positions)


def is_by_row(rule: Rule, name: str) -> bool:
    """Say whether each row of a table may choose between an input and the ways into it.

    It may where the rule reads none of the ways for itself.
    """
    reads = rule.version.reads
    return name in reads and reads.isdisjoint(rule.ways(name))


def refused(code: str, template: str, remedy: str, **data: Any) -> TableError:
    """Return the error of a table that cannot be read."""
    return TableError(Fault(code=code, template=template, remedy=remedy, data=data))
