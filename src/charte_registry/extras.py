"""What the base install leaves out: which extra brings a library, and the error that names it."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from charte_registry.errors import RegisterError

LIBRARIES: dict[str, tuple[str, ...]] = {
    "registre": ("babel", "jinja2", "markupsafe", "msgspec", "tomlkit", "yaml"),
    "tables": ("pandas", "polars", "pyarrow"),
    "workbooks": ("python_calamine", "xlsxwriter"),
    "schemas": ("jsonschema", "referencing"),
    "completion": ("argcomplete",),
}


class MissingExtraError(RegisterError):
    """Something needs a library that is not installed; the remedy is the command that installs it.

    Parameters
    ----------
    library : str
        The library.
    extra : str
        The extra that brings it.
    """

    library: str
    extra: str

    def __init__(self, library: str, extra: str) -> None:
        self.library, self.extra = library, extra
        super().__init__("missing_extra", value=library, extra=extra)

    @property
    def remedy(self) -> str:
        """What to do."""
        return self.errors[0].remedy

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return type(self), (self.library, self.extra)


class needs:  # noqa: N801 - read as a sentence: with needs("workbooks")
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
    >>> with needs("workbooks"):
    ...     raise ModuleNotFoundError(name="xlsxwriter")
    Traceback (most recent call last):
    charte_registry.extras.MissingExtraError: xlsxwriter is not installed; run: pip install "charte-donnee[workbooks]"
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
