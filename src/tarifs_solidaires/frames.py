"""Data frames of people in, the same frames with their results out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import TableError, nearest
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.result import Result
from tarifs_solidaires.rule import Rule

if TYPE_CHECKING:
    import narwhals as nw
    from narwhals.typing import IntoDataFrame

Frame = TypeVar("Frame", bound="IntoDataFrame")
Array = npt.NDArray[Any]

IDENTIFIERS = ("foyer", "personne", "identifiant", "id")
PAIR = ("revenu_fiscal_reference", "nombre_parts")


def compute_frame(
    rule: Rule,
    frame: Frame,
    *,
    errors: Literal["raise", "null"] = "raise",
    keep: Sequence[str] | Literal["all"] = (),
) -> Frame:
    """Compute a rule for each row of a data frame.

    Parameters
    ----------
    rule : Rule
        What to compute.
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row a person or household; each input of the rule is the column of its name. Missing
        values, of whatever kind, are values that cannot be right.
    errors : {"raise", "null"}
        Whether a value that cannot be right raises, or gives a missing result with a ``reason``.
    keep : sequence of str or "all"
        Columns to carry through that are neither inputs of any rule nor the identifiers
        ``foyer``, ``personne``, ``identifiant`` and ``id``. They are named so that a misspelt
        input is an error and is not passed over; ``"all"`` carries everything through.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        A frame of the caller's kind: its columns (and index), the outputs of the rule,
        ``tranche``, and ``reason`` where errors are null. A missing result is NaN in pandas and
        null in polars and pyarrow. The caller's frame stays as it is.

    Raises
    ------
    TableError
        Where the frame is of another kind, or a column is unknown, missing, double, or of the
        name of a result.
    InputError
        Where a value cannot be right; the message lists the first positions, counted from 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from tarifs_solidaires import compute_frame, load_rule
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> people = pd.DataFrame({"quotient_familial": [350.0, 350.01]}, index=["Ana", "Luc"])
    >>> compute_frame(rule, people)[["taux_reduction", "tranche"]]
         taux_reduction         tranche
    Ana             1.0        QF ≤ 350
    Luc             0.9  350 < QF ≤ 500
    """
    import narwhals as nw

    try:
        table = nw.from_native(frame, eager_only=True)
    except TypeError:
        remedy = "; call .collect() first" if hasattr(frame, "collect") else ""
        raise TableError(
            "the frame must be a pandas or polars DataFrame or a pyarrow Table, not "
            f"{type(frame).__module__.split('.')[0]} {type(frame).__name__}{remedy}"
        ) from None
    except nw.exceptions.DuplicateError:  # pandas
        names: list[object] = list(frame.columns)
        name = next(name for name in names if names.count(name) > 1)
        raise TableError(f"the column {name!r} stands twice; keep one") from None
    used = check_columns(rule, table.columns, keep, errors)
    given = {name: table.get_column(name).to_native() for name in used}
    result = rule.compute(errors=errors, **given)
    columns = list(_results(result, table, errors))
    return table.with_columns(*columns).to_native()


def check_columns(
    rule: Rule,
    columns: Sequence[str],
    keep: Sequence[str] | Literal["all"],
    errors: Literal["raise", "null"],
    where: str = "",
) -> list[str]:
    """Return the columns that the rule reads.

    Raises
    ------
    TableError
        Where a column is unknown, missing, double, or of the name of a result.
    """
    if isinstance(keep, str) and keep != "all":
        raise TableError(f"keep: write a list of columns, such as [{keep!r}], or 'all'")
    for name in columns:
        if list(columns).count(name) > 1:
            raise TableError(f"{where}the column {name!r} stands twice; keep one")
    for name in () if keep == "all" else keep:
        if name not in columns:
            raise TableError(f"{where}no column {name!r} to keep; {nearest(name, columns)}")
    for name in result_columns(rule, errors):
        if name in columns:
            raise TableError(f"{where}the column {name!r} is also a result; rename or drop it")
    known = {*INPUTS, *IDENTIFIERS, *keep}
    for name in () if keep == "all" else columns:
        if name not in known:
            raise TableError(
                f"{where}unknown column {name!r}; {nearest(str(name), known)} "
                "To carry it through, name it in keep"
            )
    _require(rule, columns, where)
    inputs = {item.name for item in rule.inputs}
    return [name for name in columns if name in inputs]


def result_columns(rule: Rule, errors: Literal["raise", "null"]) -> list[str]:
    """Return the names of the columns that a result adds."""
    return [*rule.output_names, "tranche", *(["reason"] if errors == "null" else [])]


def _require(rule: Rule, columns: Collection[str], where: str) -> None:
    for name in rule.version.required:
        income = name == "quotient_familial"
        if name not in columns and not (income and set(PAIR) <= set(columns)):
            other = f" (or {PAIR[0]} with {PAIR[1]})" if income else ""
            raise TableError(f"{where}the column {name!r}{other} is missing; add it")


def spread(array: Array, length: int) -> Array:
    """Return results for each row, also of a rule of which no input is given."""
    return np.broadcast_to(array, (length,))


def _results(
    result: Result, table: nw.DataFrame[Any], errors: Literal["raise", "null"]
) -> Iterator[nw.Series[Any]]:
    import narwhals as nw

    kind = table.implementation
    for name in result.rule.output_names:
        values = spread(result.outputs[name], len(table))
        if kind.is_pandas_like():
            values = values.copy()  # the frame is the caller's to change; the result is not
        column = nw.new_series(name, values, nw.Float64, backend=kind)
        yield column if kind.is_pandas_like() else column.fill_nan(None)
    texts: dict[str, tuple[tuple[str, ...], Array]] = {"tranche": (result.names, result.row)}
    if errors == "null":
        texts["reason"] = (result.reasons, result.reason_number)
    for name, (words, numbers) in texts.items():
        choice = nw.new_series(name, [word or None for word in words], nw.String, backend=kind)
        yield choice[spread(numbers, len(table)).astype(np.int64)]
