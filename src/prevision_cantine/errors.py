"""What can be wrong, each as one line that says what, where, why and what to do."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any


class CantineError(ValueError):
    """Base of every error of this package; its message is one line."""


class CityError(CantineError):
    """A city's folder cannot be read, or holds what it must not."""


class DateError(CantineError):
    """A date is no date, or lies outside what is known."""


class ForecastError(CantineError):
    """A forecast or an order is asked for with what cannot give one."""


class ParameterError(ForecastError):
    """A parameter lies outside its range.

    Parameters
    ----------
    name : str
        Name of the parameter, by which a command line finds the option of the same name.
    value : object
        What was given.
    remedy : str
        What to give: its range.
    """

    def __init__(self, name: str, value: object, remedy: str) -> None:
        super().__init__(name, value, remedy)
        self.name, self.value, self.remedy = name, value, remedy

    def __str__(self) -> str:
        """Return the message."""
        return f"{self.name}={self.value!r}: {self.remedy}"


def check_number(
    name: str, value: Any, least: float, most: float, *, above: bool = False, unit: str = ""
) -> None:
    """Refuse a parameter that is no number of a range.

    Parameters
    ----------
    name : str
        Name of the parameter.
    value : object
        What was given.
    least, most : float
        Its range.
    above : bool
        Whether ``least`` itself is refused.
    unit : str
        What it counts: it is then a whole number of them.

    Raises
    ------
    ParameterError
        With the range.

    Examples
    --------
    >>> check_number("lead_days", 0, 1, 365, unit="days")
    Traceback (most recent call last):
    prevision_cantine.errors.ParameterError: lead_days=0: give 1 to 365 days, a whole number
    """
    is_number = isinstance(value, Integral if unit else Real) and not isinstance(value, bool)
    if is_number and least <= value <= most and not (above and value == least):
        return
    span = f"a number above {least:g}, up to {most:,}" if above else f"{least:g} to {most:,}"
    raise ParameterError(name, value, f"give {span}{f' {unit}, a whole number' if unit else ''}")
