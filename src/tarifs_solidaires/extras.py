"""What the base install leaves out: which extra brings a library, and the error that names it."""

from __future__ import annotations

from types import TracebackType

from tarifs_solidaires.errors import Fault, TarifError

LIBRARIES: dict[str, tuple[str, ...]] = {
    "tarifs": ("babel", "jinja2", "markupsafe", "yaml"),
    "tables": ("pandas", "polars", "pyarrow"),
    "figures": ("matplotlib",),
    "workbooks": ("python_calamine", "xlsxwriter"),
    "pdf": ("weasyprint",),
    "dask": ("dask", "distributed"),
    "duckdb": ("duckdb",),
    "spark": ("pyspark",),
    "completion": ("argcomplete",),
}


class MissingExtraError(TarifError):
    """Something needs a library that is not installed; the remedy is the command that installs it.

    Parameters
    ----------
    *faults : Fault
        One, with the code ``missing_extra`` and the data ``library`` and ``extra``.
    """


class needs:  # noqa: N801 - read as a sentence: with needs("figures")
    """Say which extra brings a library where importing it fails inside the block.

    Parameters
    ----------
    extra : str
        Name of the extra, as ``pip install "charte-donnee[EXTRA]"`` has it.

    Raises
    ------
    MissingExtraError
        Where a library of the extra is not installed.

    Examples
    --------
    >>> with needs("figures"):
    ...     raise ModuleNotFoundError(name="matplotlib")
    Traceback (most recent call last):
    tarifs_solidaires.extras.MissingExtraError: matplotlib is not installed; run: pip install "charte-donnee[figures]"
    """

    __slots__ = ("extra",)

    def __init__(self, extra: str) -> None:
        self.extra: str = extra

    def __enter__(self) -> None:
        """Begin to import."""

    def __exit__(
        self, kind: object, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Turn a library that is not there into the error that says what to install."""
        if not isinstance(error, ModuleNotFoundError):
            return
        library = (error.name or "").partition(".")[0]
        if library not in LIBRARIES[self.extra]:
            return
        raise MissingExtraError(
            Fault(code="missing_extra", template="{library} is not installed",
                  remedy='run: pip install "charte-donnee[{extra}]"',
                  data={"library": library, "extra": self.extra})
        ) from None  # fmt: skip
