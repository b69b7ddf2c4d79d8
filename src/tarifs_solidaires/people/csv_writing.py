"""CSV files of results: what a spreadsheet would compute is made harmless."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt

from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.cells import neutral_column
from tarifs_solidaires.people.parts import Part
from tarifs_solidaires.people.plain_csv import PlainPart, written_numbers, written_places
from tarifs_solidaires.people.results import ResultColumn

Array = npt.NDArray[Any]
PAIRS = 4_096  # texts of which a column may be one


class CsvRows:
    """Rows of CSV, in UTF-8, with their results behind them.

    Numbers read back equal; with ``;`` between columns they have decimal commas, as where they were
    read. What is missing is an empty cell.

    Parameters
    ----------
    delimiter : str
        What stands between cells.
    """

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._mark = "," if delimiter == ";" else "."

    def names(self, names: Sequence[str]) -> bytes:
        """Return the first line."""
        return self.columns([[name] for name in names])

    def rows(self, part: Part, results: Sequence[ResultColumn]) -> bytes:
        """Return the rows of a part, each with its results."""
        if isinstance(part, PlainPart) and part.delimiter == self._delimiter and part.is_harmless:
            return b"".join([part.lines_with(self._joined(results)), b"\n"])
        return self.columns(
            [*part.texts(), *(c.values if c.is_number else c.texts() for c in results)]
        )

    def _joined(self, results: Sequence[ResultColumn]) -> list[Any]:
        """Return the results in pyarrow, as texts in quotes where they need them.

        Columns of few texts become one of their pairs, so that each row is put together of less.
        """
        with needs("tables"):
            import pyarrow as pa

        found: list[Any] = []
        words: list[str] = []
        places: Array | None = None

        def take() -> None:
            if places is not None:
                found.append(pa.array(words, pa.string()).take(pa.array(places)))

        for column in results:
            texts, index = self._cells(column)
            if index is None:
                take()
                words, places = [], None
                found.append(texts)
                continue
            listed = texts.to_pylist() if hasattr(texts, "to_pylist") else texts
            if places is None or len(words) * len(listed) > PAIRS:
                take()
                words, places = listed, index
            else:
                words = [f"{a}{self._delimiter}{b}" for a in words for b in listed]
                places = places * len(listed) + index
        take()
        return found

    def _cells(self, column: ResultColumn) -> tuple[Any, Array | None]:
        """Return the texts of a column, and the place of each row among them."""
        if column.is_number:
            if column.looked_up is not None:
                return written_places(column.looked_up, self._mark)
            return written_numbers(column.values, self._mark)
        words = [*(("false", "true") if column.words is None else column.words), ""]
        places = np.where(column.values < 0, len(words) - 1, column.values)
        return [self._quoted(word) for word in neutral_column(words)], places

    def _quoted(self, word: str) -> str:
        if not word:
            return ""
        return self.columns([[word]]).decode().removesuffix("\n")

    def columns(self, columns: Sequence[Sequence[str] | Array]) -> bytes:
        """Return columns of text and of numbers as rows."""
        text = StringIO(newline="")
        rows = csv.writer(text, delimiter=self._delimiter, lineterminator="\n")
        rows.writerows(zip(*map(self._texts, columns), strict=True))
        return text.getvalue().encode()

    def _texts(self, column: Sequence[str] | Array) -> Sequence[str]:
        if not isinstance(column, np.ndarray):
            return neutral_column(column)
        texts = list(map(repr, column.tolist()))
        if np.isnan(column).any():
            texts = ["" if text == "nan" else text for text in texts]
        return [text.replace(".", ",") for text in texts] if self._mark == "," else texts
