"""An import and the register that it goes into: what is new is added, what differs is asked about."""

from __future__ import annotations

from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError
from charte_registry.exchange.remarks import UNDERSTOOD_AS, Import, Remark, words
from charte_registry.frozen import Frozen
from charte_registry.records.base import FieldError, structure, unstructure
from charte_registry.register import Register


def joined(
    register: Register, found: Import, *, replace: bool = False
) -> tuple[Register, tuple[Remark, ...]]:
    """Return a register with the records of an import.

    Parameters
    ----------
    register : Register
        The register, which does not change.
    found : Import
        What was imported.
    replace : bool
        Whether imported records take the place of different ones of the same identifier. Without
        it, bodies stay as they stand in the register, and any other such record is refused.

    Returns
    -------
    tuple of Register and tuple of Remark
        The register with the records; bodies that were left as they stand.

    Raises
    ------
    RegisterError
        Where records would be replaced; all of them are named.
    """
    records: dict[str, dict[str, Any]] = {
        kind: dict(items) for kind, items in register.records.items()
    }
    remarks: list[Remark] = []
    refused: list[Fault] = []
    for kind, items in found.records.items():
        held = records.setdefault(kind, {})
        for name, made in items.items():
            record = _of_kind(register.kinds[kind], made)
            if name not in held or held[name] == record or replace:
                held[name] = record
            elif kind == "organismes":
                remarks.append(
                    Remark(
                        level=UNDERSTOOD_AS, where=kind, phrase=words("already_there"),
                        record=f"{kind}/{name}",
                    )
                )  # fmt: skip
            else:
                refused.append(Fault("record_differs", where=f"{kind}/{name}", value=name))
    if refused:
        raise RegisterError(refused)
    frozen = {kind: Frozen(items) for kind, items in records.items()}
    return attrs.evolve(register, records=Frozen(frozen)), tuple(remarks)


def _of_kind(record_class: type[Any], record: Any) -> Any:
    """Return a record as the register's own class: a profile has more fields and codes."""
    if type(record) is record_class:
        return record
    try:
        return structure(record_class, unstructure(record))
    except FieldError as error:
        raise RegisterError([problem.at(record.id) for problem in error.problems]) from None
