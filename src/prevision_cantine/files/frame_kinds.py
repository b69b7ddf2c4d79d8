"""Frames of every kind, as one in memory, and a frame in memory as one of another kind."""

from __future__ import annotations

import sys
from typing import Any, Literal, TypeAlias

from prevision_cantine.extras import needs

Kind: TypeAlias = Literal["lazy", "batch", "reader", "relation", ""]


def kind_of(frame: object) -> Kind:
    """Return which kind a frame is that is not simply in memory; empty where it is, or is none.

    Parameters
    ----------
    frame : object
        A frame of any library, or anything else.

    Returns
    -------
    {"lazy", "batch", "reader", "relation", ""}
        A lazy frame of polars, a record batch or a reader of pyarrow, or a relation of DuckDB.
    """
    import narwhals.dependencies as known

    if known.is_polars_lazyframe(frame):
        return "lazy"
    arrow = sys.modules.get("pyarrow")
    if arrow is not None and isinstance(frame, arrow.RecordBatchReader):
        return "reader"
    if arrow is not None and isinstance(frame, arrow.RecordBatch):
        return "batch"
    # A relation is known by its name: the library may have been loaded without its typed face.
    return "relation" if type(frame).__name__ == "DuckDBPyRelation" else ""


def reader_of(relation: Any) -> Any:
    """Return a reader of what a relation of DuckDB gives."""
    return relation.to_arrow_reader()


def in_memory(frame: Any) -> Any:
    """Return a frame in memory with the rows of one of any kind; a reader is used up.

    Parameters
    ----------
    frame : object
        A frame of any kind; anything else is given back as it is.

    Returns
    -------
    object
        A DataFrame of polars or a Table of pyarrow, where it was none yet.
    """
    kind = kind_of(frame)
    if kind == "lazy":
        return frame.collect()
    if kind == "batch":
        with needs("tables"):
            import pyarrow as pa

        return pa.Table.from_batches([frame])
    if kind == "reader":
        return frame.read_all()
    return reader_of(frame).read_all() if kind == "relation" else frame


def like_in_memory(like: Any) -> Any:
    """Return the library of the frame in memory that ``as_kind`` makes one of a kind of."""
    kind = kind_of(like)
    return {"lazy": "polars", "": like}.get(kind, "pyarrow")


def as_kind(frame: Any, like: Any) -> Any:
    """Return a frame in memory as one of the kind of another.

    Parameters
    ----------
    frame : polars.DataFrame, pyarrow.Table or another
        From the library that ``like_in_memory`` says.
    like : object
        A frame of the kind that is wanted.

    Returns
    -------
    object
        A frame of that kind; a relation of the same connection.
    """
    kind = kind_of(like)
    if kind == "lazy":
        return frame.lazy()
    if kind == "reader":
        return frame.to_reader()
    if kind == "batch":
        with needs("tables"):
            import pyarrow as pa

        whole = frame.combine_chunks().to_batches()
        return whole[0] if whole else pa.RecordBatch.from_pylist([], schema=frame.schema)
    if kind == "relation":
        return like.query("results", "SELECT * FROM frame")
    return frame
