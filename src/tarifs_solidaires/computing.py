"""A version computed on inputs: checked, piece by piece, on every core; rows set aside get a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.chunks import for_chunks, gather, gather_sum
from tarifs_solidaires.decision_table import DecisionTable
from tarifs_solidaires.errors import InputError
from tarifs_solidaires.inputs import (
    INPUTS,
    SHOWN,
    Columns,
    check_bounds,
    filled,
    in_bounds,
    out_of_bounds,
    read_inputs,
)
from tarifs_solidaires.version import Version

Array = npt.NDArray[Any]
Flat = Mapping[str, Array]
Maker = Callable[[], Array]
Made = tuple[Maker, Mapping[str, Maker], tuple[str, ...]]


@attrs.frozen
class Computed:
    """What a computation gives; outputs and rows are made when they are asked for.

    Parameters
    ----------
    columns : Columns
        Inputs as they were read.
    row : callable
        Gives the number of the row that decided, in ``names``.
    outputs : mapping of str to callable
        Give the outputs.
    names, reasons : tuple of str
        Names of the rows, and reasons for which a result is missing.
    reason : ndarray of uint8 or None
        Number of the reason of each result; None where errors are raised.
    """

    columns: Columns
    row: Maker
    outputs: Mapping[str, Maker]
    names: tuple[str, ...]
    reasons: tuple[str, ...]
    reason: Array | None


def compute(
    rule: str,
    version: Version,
    output_names: tuple[str, ...],
    given: Mapping[str, object],
    errors: Literal["raise", "null"],
) -> Computed:
    """Compute the version of a rule, by its name; see ``Rule.compute``."""
    columns = read_inputs(
        given, required=version.required, optional=version.optional, errors=errors
    )
    flat, length = _flatten(columns)
    reason: Array | None = None
    reasons: tuple[str, ...] = ("",)
    if errors == "null":
        flat, reason, reasons = _set_aside(columns, flat, length)
        reasons = (*reasons, f"no row of {rule} covers this case; check the file")
    if version.shape == "decision_table":
        unmet = len(reasons) - 1
        made = _decide(rule, version, output_names, columns, flat, length, reason, unmet)
    else:
        made = _calculate(version, output_names, columns, flat, length, reason)
    row, outputs, names = made

    def shaped(make: Maker) -> Maker:
        return lambda: make().reshape(columns.shape)

    return Computed(
        columns, shaped(row), {n: shaped(make) for n, make in outputs.items()}, names, reasons,
        None if reason is None else reason.reshape(columns.shape),
    )  # fmt: skip


def _flatten(columns: Columns) -> tuple[dict[str, Array], int | None]:
    """Return inputs of one dimension, or single; no copy where an input has the whole shape."""
    shape = columns.shape
    if shape == ():
        return dict(columns.values), None
    flat = {
        name: x.reshape(-1) if x.shape == shape
        else x.reshape(()) if x.size == 1
        else np.broadcast_to(x, shape).reshape(-1)
        for name, x in columns.values.items()
    }  # fmt: skip
    return flat, int(np.prod(shape))


def _set_aside(
    columns: Columns, flat: Flat, length: int | None
) -> tuple[dict[str, Array], Array, tuple[str, ...]]:
    """Replace what cannot be right by what is accepted, and note where and why."""
    reason = np.zeros(() if length is None else (length,), dtype=np.uint8)
    reasons = [""]
    good = dict(flat)
    for name, x in flat.items():
        item = INPUTS[name]
        missing = np.isnan(x) if x.dtype.kind == "f" else np.zeros((), dtype=bool)
        if name in columns.unreadable:
            unreadable = np.broadcast_to(columns.unreadable[name], columns.shape)
            missing = missing | unreadable.reshape(reason.shape)
        what = "number" if item.kind == "number" else "value"
        found = [(missing, f"is missing or no {what}"), *out_of_bounds(item, x)]
        for mask, why in found:
            if mask.any():
                reasons.append(f"{name}: {why}")
                reason[np.broadcast_to(mask, reason.shape) & (reason == 0)] = len(reasons) - 1
                if mask.shape == good[name].shape:
                    good[name] = filled(item, good[name], mask)
    return good, reason, tuple(reasons)


def _checked(part: Flat) -> bool:
    return all(in_bounds(INPUTS[name], x) for name, x in part.items())


def _run(
    columns: Columns, flat: Flat, length: int | None, work: Callable[[slice, Flat], None]
) -> None:
    """Check and compute chunk by chunk; where a chunk is bad, say all of what is."""
    good = True

    def chunk(part: slice) -> None:
        nonlocal good
        values = {name: x[part] if x.ndim else x for name, x in flat.items()}
        if _checked(values):
            work(part, values)
        else:
            good = False

    for_chunks(length or 0, chunk)
    if not good:
        check_bounds(columns.values)


def _decide(
    rule: str, version: Version, output_names: tuple[str, ...], columns: Columns, flat: Flat,
    length: int | None, reason: Array | None, unmet: int,
) -> Made:  # fmt: skip
    """Find the cells of the decision table; ``unmet`` is the reason where no row covers one.

    Every cell is found now, from the inputs as they are; outputs are looked up when asked for.
    """
    table = version.table
    full = version.full_price if "prix_mensuel" in output_names else None
    tables = [table] if full is None else [table, full]
    if length is None:
        if not _checked(flat):
            check_bounds(columns.values)
        found = [t.cells(flat) for t in tables]
    else:
        found = [np.empty(length, dtype=t.cell_type) for t in tables]

        def work(part: slice, values: Flat) -> None:
            for t, cells_of_table in zip(tables, found, strict=True):
                cells_of_table[part] = t.cells(values)

        _run(columns, flat, length, work)
    cells, rows = found[0], table.rows_of_cells
    if reason is not None:
        cells = np.where(reason > 0, table.cell_type(table.size), cells)
    if table.has_holes:
        uncovered = (gather(rows, cells) == len(table.rows)) & (cells != table.size)
        if reason is None:
            _refuse_uncovered(rule, uncovered.reshape(columns.shape))
        else:
            reason[uncovered] = unmet
            cells = np.where(uncovered, table.cell_type(table.size), cells)
    makers: dict[str, Maker] = {
        name: partial(_looked_up, table, name, cells) for name in output_names
    }
    if full is not None:
        first = rows.astype(np.uint16) * (len(full.rows) + 1)  # of the prices of a row
        makers["prix_mensuel"] = partial(
            gather_sum, version.prices, (first, cells), (full.row_of_cell, found[1])
        )
    return lambda: gather(rows, cells), makers, (*(row.tranche for row in table.rows), "")


def _refuse_uncovered(rule: str, uncovered: Array) -> None:
    if uncovered.any():
        places = [p[0] if len(p) == 1 else tuple(p) for p in np.argwhere(uncovered).tolist()]
        shown = ", ".join(map(str, places[:SHOWN]))
        more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
        at = f" at {shown}{more}" if uncovered.shape else ""
        raise InputError(f"no row of {rule} covers the inputs{at}; check the file")


def _looked_up(table: DecisionTable, output: str, cells: Array) -> Array:
    return gather(table.values_of_cells(output), cells)


def _calculate(
    version: Version, output_names: tuple[str, ...], columns: Columns, flat: Flat,
    length: int | None, reason: Array | None,
) -> Made:  # fmt: skip
    """Calculate an aid or a bill."""
    calculation = version.effort_rate or version.block_tariff
    if calculation is None:
        raise AssertionError
    names = (*calculation.names, "")
    if length is None:
        if not _checked(flat):
            check_bounds(columns.values)
        row, outputs = calculation.compute(flat)
    else:
        row = np.empty(length, dtype=np.uint8)
        outputs = {name: np.empty(length) for name in output_names}

        def work(part: slice, values: Flat) -> None:
            row[part], found = calculation.compute(values)
            for name, array in outputs.items():
                array[part] = found[name]

        _run(columns, flat, length, work)
    if reason is not None:
        row = np.where(reason > 0, np.uint8(len(names) - 1), row)
        outputs = {name: np.where(reason > 0, np.nan, x) for name, x in outputs.items()}
    makers = {name: (lambda x=outputs[name]: np.asarray(x)) for name in output_names}
    return lambda: np.asarray(row), makers, names
