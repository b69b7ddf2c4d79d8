"""What can be wrong, each as one line that says what, where, why and what to do."""

from __future__ import annotations


class CantineError(ValueError):
    """Base of every error of this package; its message is one line."""


class CityError(CantineError):
    """A city's folder cannot be read, or holds what it must not."""


class DateError(CantineError):
    """A date is no date, or lies outside what is known."""


class ForecastError(CantineError):
    """A forecast or an order is asked for with what cannot give one."""
