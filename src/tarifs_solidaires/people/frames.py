"""Data frames of people in, the same frames with their results out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import said
from tarifs_solidaires.errors import Fault, TableError, nearest
from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.cells import POINT, Decimals
from tarifs_solidaires.people.columns import Given, of_arrow, of_objects
from tarifs_solidaires.people.headings import folded, match
from tarifs_solidaires.people.rows import compute_rows
from tarifs_solidaires.rule import Result, Rule
from tarifs_solidaires.rules.load import shipped_inputs
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.inputs import Errors, Input

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa
    from narwhals.typing import IntoDataFrame

Frame = TypeVar("Frame", bound="IntoDataFrame")
Array = npt.NDArray[Any]

Keep: TypeAlias = Sequence[str] | Literal["all"]
IDENTIFIERS = (
    "id", "foyer", "personne", "identifiant", "household", "person", "identifier", "familia",
    "pessoa", "identificador", "index", "Unnamed: 0", "__index_level_0__",
)  # fmt: skip


def compute_frame(
    rule: Rule,
    frame: Frame,
    *,
    errors: Errors = "raise",
    keep: Keep = (),
    columns: Mapping[str, str] = EMPTY,
    decimal: str = "",
) -> Frame:
    """Compute a rule for each row of a data frame.

    Parameters
    ----------
    rule : Rule
        What to compute.
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row a person or household; each input of the rule is the column of its name. A value
        that is missing, of whatever kind, is the default of its input, or says that an optional
        input is not given in that row; of any other input it cannot be right.
    errors : {"raise", "null"}
        Whether a value that cannot be right raises, or gives a missing result with a ``reason``.
    keep : sequence of str or "all"
        Columns to carry through that are neither inputs of a rule that ships nor identifiers (``id``,
        ``foyer``, ``household``, ...). They are named so that a misspelt input is an error and is
        not passed over; ``"all"`` carries everything through.
    columns : mapping of str to str
        Which input a column is, by its heading, where the heading does not say it: its name, a
        synonym of the rule file or a label do, whatever their case and accents. An empty name says
        that the column is no input.
    decimal : {"", ".", ","}
        What marks the decimals in columns of text, where someone says so; a point is usual.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        A frame of the caller's kind: its columns (and index), the outputs of the rule,
        ``tranche``, ``reason`` where errors are null, and ``last_known`` where the rule is used
        beyond the last day for which it is known. Numbers are floats, NaN in pandas where missing;
        flags are nullable; texts are categories, in the order of the rule's rows or codes. The
        caller's frame stays as it is.

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
        kind = f"{type(frame).__module__.split('.')[0]} {type(frame).__name__}"
        raise _refused(
            "frame", "the frame must be a pandas or polars DataFrame or a pyarrow Table, not {kind}",
            "call .collect() first" if hasattr(frame, "collect") else "", kind=kind,
        ) from None  # fmt: skip
    except nw.exceptions.DuplicateError:  # pandas
        names: list[object] = list(frame.columns)
        raise _refused(
            "double_column", "the column {name!r} stands twice", "keep one",
            name=next(name for name in names if names.count(name) > 1),
        ) from None  # fmt: skip
    used = check_columns(rule, table.columns, keep, errors, said=columns)
    decimals = Decimals(decimal or POINT.mark, sure=bool(decimal))
    given = {
        name: _given(rule.all_inputs[name], table.get_column(table.columns[n]), decimals)
        for name, n in used.items()
    }
    result = compute_rows(rule, given, errors) if given else rule.compute({}, errors=errors)
    added = [
        _series(column, table.implementation)
        for column in result_columns(result, len(table), errors)
        if column.name not in table.columns
    ]
    return table.with_columns(*added).to_native()


def _given(item: Input, series: nw.Series[Any], decimals: Decimals) -> Given:
    """Return a column of a frame as an input."""
    import narwhals as nw

    dtype = series.dtype
    if isinstance(dtype, nw.Datetime) and dtype.time_zone is not None:
        series = series.dt.replace_time_zone(None)  # the day of the place, not of Greenwich
    if dtype in (nw.String, nw.Categorical, nw.Enum) or (
        dtype == nw.Object and series.implementation.is_pandas_like()
    ):
        cells = series.to_list()
        if item.kind == "code" or any(isinstance(cell, str) for cell in cells):
            return of_objects(item, cells, decimals)
    native = series.to_native()
    if hasattr(native, "num_chunks"):
        chunk = native.combine_chunks()
        return of_arrow(item, chunk.chunk(0) if hasattr(chunk, "chunk") else chunk, decimals)
    absent = series.is_null()
    if dtype.is_float():
        absent = absent | series.is_nan()
    mask = np.asarray(absent.to_numpy(), dtype=bool)
    return Given(native, mask if mask.any() else None)


def _refused(code: str, template: str, remedy: str, **data: Any) -> TableError:
    return TableError(Fault(code=code, template=template, remedy=remedy, data=data))


# -- columns -----------------------------------------------------------------------------------


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
        raise _refused("keep", "keep: {keep!r} is no list of columns",
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
    results = result_names(rule, errors)
    carried = {*map(folded, known), *(folded(heading) for heading in said), ""}
    if keep != "all" and not carried.issuperset(map(folded, columns)):
        carried |= {
            folded(name) for name in shipped_inputs()
        }  # what another rule reads is no misspelling
    for name in dict.fromkeys(columns):
        if list(columns).count(name) > 1 and name and name not in told:
            wrong("double_column", name, "the column {input!r} stands twice", "keep one")
        if name in results and name not in inputs:
            wrong("result_column", name, "the column {input!r} is also a result",
                  "rename or drop it")  # fmt: skip
        elif name not in inputs and folded(name) not in carried and keep != "all":
            wrong("unknown_column", name, "unknown column {input!r}",
                  "{near}; to carry it through, name it in keep",
                  near=nearest(str(name), known))  # fmt: skip
    faults += matched.faults
    for name in () if keep == "all" else keep:
        if name not in columns:
            wrong("no_column", name, "no column {input!r} to keep",
                  nearest(name, map(str, columns)))  # fmt: skip
    for fault in rule.name_faults(list(matched.positions)):
        missing = fault.code == "missing_input"
        template = "the column {input!r} is missing"
        if missing and fault.data["others"]:
            template = "the column {input!r} (or {others}) is missing"
        faults.append(
            attrs.evolve(fault, where=where, template=template, remedy="add it")
            if missing else attrs.evolve(fault, where=where)
        )  # fmt: skip
    if faults:
        raise TableError(*faults)
    return dict(matched.positions)


def result_names(rule: Rule, errors: Errors) -> list[str]:
    """Return the names of the columns that a result adds."""
    found = [*rule.output_names, "tranche"]
    found += ["reason"] if errors == "null" else []
    return [*found, *(["last_known"] if rule.last_known else [])]


@attrs.frozen(kw_only=True, eq=False)
class ResultColumn:
    """A column of results, for a table of any kind.

    Parameters
    ----------
    name : str
        Its name.
    values : ndarray
        Numbers, NaN where missing; or the place of each text in ``words``, -1 where missing; or 1,
        0 and -1 for true, false and missing.
    words : tuple of str or None
        Texts; None where the column is of numbers or flags.
    """

    name: str
    values: Array
    words: tuple[str, ...] | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is of numbers."""
        return self.values.dtype.kind == "f"

    def texts(self, words: Sequence[str] = ("false", "true")) -> list[str]:
        """Return the column as text, empty where missing."""
        known = [*(words if self.words is None else self.words), ""]
        return [known[n] for n in self.values.tolist()]


def result_columns(
    result: Result, length: int, errors: Errors, lang: str = "en"
) -> Iterator[ResultColumn]:
    """Yield the columns that a result adds to a table of a length."""
    rule = result.rule
    for name, array in result.outputs.items():
        values = np.broadcast_to(array, (length,))
        if values.dtype.kind != "f":
            yield _of_objects(name, values, rule)
        else:
            yield ResultColumn(name=name, values=values)
    row = np.broadcast_to(result.row, (length,))
    yield of_words("tranche", [texts.to(rule.languages[0]) for texts in result.names], row)
    if errors == "null":
        number = np.broadcast_to(result.reason_number, (length,))
        yield of_words("reason", [said(reason, lang) for reason in result.reasons], number)
    if rule.last_known is not None:
        day = (rule.last_known.isoformat(),)
        yield of_words("last_known", day, np.zeros(length, dtype=np.int64))


def _of_objects(name: str, values: Array, rule: Any) -> ResultColumn:
    step = rule.steps.get(name)
    words: tuple[Any, ...] = step.step.codes if step is not None else ()
    if not words and step is not None and step.step.kind == "flag":
        words = (False, True)
    place = {word: n for n, word in enumerate(words)}
    listed = values.tolist()
    for value in dict.fromkeys(listed):  # an output that is an input has its own codes
        if value is not None:
            place.setdefault(value, len(place))
    codes = np.array([-1 if v is None else place[v] for v in listed], dtype=np.int32)
    flag = all(isinstance(word, bool) for word in place) and bool(place)
    return ResultColumn(name=name, values=codes, words=None if flag else tuple(place))


def of_words(name: str, words: Sequence[str], numbers: Array) -> ResultColumn:
    """Return a column of texts, each once and missing where empty, from their numbers."""
    place: dict[str, int] = {word: n for n, word in enumerate(dict.fromkeys(filter(None, words)))}
    table = np.array([place.get(word, -1) for word in words], dtype=np.int32)
    return ResultColumn(name=name, values=table[numbers], words=tuple(place))


def arrow_column(column: ResultColumn) -> pa.Array:
    """Return a column in pyarrow: float64, bool, or a dictionary of texts."""
    with needs("tables"):
        import pyarrow as pa

    if column.is_number:
        return pa.array(column.values, pa.float64(), from_pandas=True)
    missing = column.values < 0
    if column.words is None:
        return pa.array(column.values == 1, pa.bool_(), mask=missing)
    places = pa.array(np.where(missing, 0, column.values), pa.int32(), mask=missing)
    return pa.DictionaryArray.from_arrays(places, pa.array(column.words, pa.string()))


def _series(column: ResultColumn, kind: Any) -> nw.Series[Any]:
    import narwhals as nw

    values = column.values
    if column.is_number:
        if kind.is_pandas_like():
            values = values.copy()  # the frame is the caller's to change; the result is not
        found: nw.Series[Any] = nw.new_series(column.name, values, nw.Float64, backend=kind)
        return found if kind.is_pandas_like() else found.fill_nan(None)
    if kind.is_pyarrow():
        with needs("tables"):
            import pyarrow as pa

        native: Any = pa.chunked_array([arrow_column(column)])
        found = nw.from_native(native, series_only=True)
        return found.alias(column.name)
    if kind.is_polars():
        with needs("tables"):
            import polars as pl

        places = pl.Series(column.name, values, dtype=pl.Int32)
        known = places.set(places < 0, None)
        if column.words is None:
            return nw.from_native(known.cast(pl.Boolean), series_only=True)
        words = pl.Series(column.name, column.words, dtype=pl.Enum(column.words))
        return nw.from_native(words.gather(known), series_only=True)
    if kind.is_pandas():
        with needs("tables"):
            import pandas as pd  # type: ignore[import-untyped, unused-ignore] # stubs are no need

        if column.words is None:
            flags = pd.array(np.where(values < 0, None, values == 1), dtype="boolean")
            return nw.from_native(pd.Series(flags, name=column.name), series_only=True)
        category = pd.Categorical.from_codes(values, categories=pd.Index(column.words, dtype="str"))
        return nw.from_native(pd.Series(category, name=column.name), series_only=True)
    texts = [text or None for text in column.texts()]
    return nw.new_series(column.name, texts, nw.String, backend=kind)
