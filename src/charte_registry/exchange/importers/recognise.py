"""What a source is, by its name and by what stands in it."""

from __future__ import annotations

from pathlib import Path

from charte_registry.exchange.importers.archive import Limits
from charte_registry.exchange.importers.cnil.layout import is_list, is_record, labelled
from charte_registry.exchange.importers.workbook import DELIMITED, read_workbook

CNIL, TABLE, TABLES = "cnil", "table", "tables"
WORKBOOKS = (".xlsx", ".ods")


def recognised(source: str | Path, limits: Limits | None = None) -> str:
    """Return what a source is.

    Parameters
    ----------
    source : str or Path
        A file, or a folder of tables.
    limits : Limits, optional
        How large it may be.

    Returns
    -------
    str
        ``"cnil"`` for a workbook with a record sheet or the list of the CNIL's model, ``"table"``
        for any other workbook and for delimited text, ``"tables"`` for a folder; empty where
        neither the name nor the content tells.
    """
    path = Path(source)
    if path.is_dir():
        return TABLES
    if path.suffix.lower() in DELIMITED:
        return TABLE
    if path.suffix.lower() not in WORKBOOKS:
        return ""
    for sheet in read_workbook(path, limits):
        rows = tuple(labelled(sheet))
        if is_list(rows) or is_record(rows):
            return CNIL
    return TABLE
