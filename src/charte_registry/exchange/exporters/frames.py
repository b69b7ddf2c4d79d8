"""Flat tables of a register as data frames of pandas, polars or pyarrow."""

from __future__ import annotations

import sys
from typing import Any

from charte_registry.errors import RegisterError, nearest
from charte_registry.exchange.exporters.flat import arrow_table, register_tables
from charte_registry.extras import needs
from charte_registry.register import Register

LIBRARIES = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "Table"}  # with their frames


def to_frame(register: Register, table: str, *, like: Any) -> Any:
    """Return a table of a register's records as a data frame.

    Parameters
    ----------
    register : Register
        The register.
    table : str
        Name of the table, as in SQL and in ``charte-registry export``: a kind of records, such as
        ``traitements``; a list inside them, such as ``traitements_finalites``, whose rows say to
        which record they belong (``id``) and at which place of the list they stand
        (``rang_finalites``, from 0); or ``registre``, what the register says of itself.
    like : frame or {"pandas", "polars", "pyarrow"}
        The library, by its name or by a frame of it that is in memory.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        A row a record or item, in the order of the register. The columns and their types are those
        of the classes, the fields of a profile included, and never depend on what the records hold:
        text, 64-bit integer, boolean and date, null where nothing is stated; in pandas ``str`` (before
        pandas 3 ``object``), ``Int64``, ``boolean`` and ``datetime64[ms]``. Internal fields are there too: ``public``
        gives the register without them.

    Raises
    ------
    RegisterError
        Where there is no such table, or ``like`` is none of these libraries.

    Examples
    --------
    >>> from charte_registry import load_register, to_frame
    >>> register = load_register("examples/nantes_2020")
    >>> to_frame(register, "applications", like="polars").shape[0]
    442
    >>> to_frame(register, "traitements_finalites", like="pyarrow").schema.names
    ['id', 'rang_finalites', 'nom', 'texte']
    """
    library = _library(like)
    tables = {one.name: one for one in register_tables(register)}
    if table not in tables:
        raise RegisterError("unknown_table", value=table, near=nearest(str(table), tables))
    found = arrow_table(tables[table])
    if library == "polars":
        with needs("tables"):
            import polars as pl

        return pl.from_arrow(found)
    if library == "pandas":
        with needs("tables"):
            import pandas as pd  # type: ignore[import-untyped, unused-ignore] # stubs are no need
            import pyarrow as pa

        kinds = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
        return found.to_pandas(types_mapper=kinds.get, date_as_object=False)
    return found


def _library(like: object) -> str:
    """Return the name of a library from itself or from a frame."""
    if isinstance(like, str):
        if like in LIBRARIES:
            return like
        raise RegisterError("frame_kind", field="like", value=like)
    for name, kind in LIBRARIES.items():
        module = sys.modules.get(name)  # a frame is of a library that is loaded
        if module is not None and isinstance(like, getattr(module, kind)):
            return name
    raise RegisterError("frame_kind", field="like", value=type(like).__name__)
