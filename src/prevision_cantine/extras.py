"""What the base install leaves out: which extra brings a library, and the error that names it."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from prevision_cantine.errors import CantineError

LIBRARIES: dict[str, tuple[str, ...]] = {
    "cantine": ("scipy", "sklearn", "threadpoolctl"),
    "tables": ("pandas", "polars", "pyarrow"),
    "figures": ("matplotlib",),
    "workbooks": ("python_calamine", "xlsxwriter"),
    "calendrier": ("holidays",),
    "dask": ("dask", "distributed"),
    "spark": ("pyspark",),
    "completion": ("argcomplete",),
}


class MissingExtraError(CantineError):
    """Something needs a library that is not installed; the message has the command that installs it.

    Parameters
    ----------
    library : str
        The library.
    extra : str
        The extra that brings it.

    Examples
    --------
    >>> error = MissingExtraError("scipy", "cantine")
    >>> error.code, error.facts["extra"], error.remedy
    ('missing_extra', 'cantine', 'pip install "charte-donnee[cantine]"')
    """

    def __init__(self, library: str, extra: str) -> None:
        super().__init__("missing_extra", library=library, extra=extra)

    @property
    def remedy(self) -> str:
        """The command that installs what is missing."""
        return f'pip install "charte-donnee[{self.facts["extra"]}]"'

    def advice(self, lang: str) -> str:
        """Return the command that installs what is missing.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language; the command is the same in each.

        Returns
        -------
        str
            A command.
        """
        return self.remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return type(self), (self.facts["library"], self.facts["extra"])


class needs:  # noqa: N801 - read as a sentence: with needs("cantine")
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
    >>> with needs("cantine"):
    ...     raise ModuleNotFoundError(name="scipy")
    Traceback (most recent call last):
    prevision_cantine.extras.MissingExtraError: scipy is not installed; run: pip install "charte-donnee[cantine]"
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
        if library in LIBRARIES[self.extra]:
            raise MissingExtraError(library, self.extra) from None
