"""What a format that is written has no place for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from charte_registry.exchange.remarks import NOT_CARRIED, Remark, words
from charte_registry.files.flat_tables import flatten
from charte_registry.messages import Phrase
from charte_registry.register import Register

ALL = frozenset(["*"])


def not_carried(
    register: Register, carried: Mapping[str, Collection[str]], target: str
) -> tuple[Remark, ...]:
    """Return a remark for each field that holds something and that a format does not carry.

    Parameters
    ----------
    register : Register
        The register.
    carried : mapping of str to collection of str
        By table, the paths of the fields that the format carries; ``ALL`` for all of them.
    target : str
        Code of the name of the format, for the messages.

    Returns
    -------
    tuple of Remark
        One a field, with how many records have it.
    """
    remarks = []
    for table in flatten(register.records, register.kinds):
        known = carried.get(table.name, ())
        if known is ALL or not table.rows:
            continue
        if not known and not table.path:
            count = len(table.rows)
            said = _without("kind_without", count, target)
            remarks.append(Remark(level=NOT_CARRIED, where=table.name, phrase=said))
            continue
        if table.kind not in carried:
            continue
        for place, column in enumerate(table.columns):
            if column.key or column.path in known:
                continue
            count = len({row[0] for row in table.rows if row[place] not in (None, column.default)})
            if count:
                said = _without("field_without", count, target)
                # A plain value of a list stands in the column of the list itself.
                parts = (table.kind, *table.path, column.path)
                where = ".".join(part for part in parts if part)
                remarks.append(Remark(level=NOT_CARRIED, where=where, phrase=said))
    return tuple(remarks)


def _without(code: str, count: int, target: str) -> Phrase:
    if count == 1:
        return words(f"one_{code}", target=words(target))
    return words(code, count=count, target=words(target))
