"""Exact numbers: what a person writes in decimals, as a fraction, and back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

SNAP = Fraction(1, 1_000_000)  # of a step: a number nearer to the grid than this is on it
EXPONENT = 40  # decimals beyond which no amount is meant


def exact(value: Any) -> Fraction:
    """Return the decimal number that a value prints, exactly.

    Parameters
    ----------
    value : int, float, Decimal, Fraction or numpy number
        A finite number.

    Returns
    -------
    Fraction
        The number.

    Raises
    ------
    ValueError
        Where the value is not a finite number.

    Examples
    --------
    >>> exact(0.1), exact(2)
    (Fraction(1, 10), Fraction(2, 1))
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, np.generic) and not isinstance(value, float):
        # a float32 stands for the decimal that it prints
        return Fraction(str(value)) if value.dtype.kind == "f" else Fraction(value.item())
    if isinstance(value, float):
        return Fraction(repr(float(value)))
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) > EXPONENT:
        return Fraction(0) if value.adjusted() < 0 else Fraction(10**EXPONENT)
    return Fraction(value)


def snapped(value: Fraction, step: Fraction) -> Fraction:
    """Return the multiple of a step that a number is meant to be, else the number itself."""
    whole = round(value / step)
    return whole * step if abs(value - whole * step) <= SNAP * step else value


def decimal_text(value: Fraction) -> str:
    """Return a number as a rule file writes it: decimals where it has finitely many.

    Examples
    --------
    >>> decimal_text(Fraction(7, 4)), decimal_text(Fraction(1, 3))
    ('1.75', '1/3')
    """
    divisor = value.denominator
    for prime in (2, 5):
        while divisor % prime == 0:
            divisor //= prime
    if divisor != 1:
        return f"{value.numerator}/{value.denominator}"
    decimals = 0
    while value * 10**decimals % 1:
        decimals += 1
    sign = "-" if value < 0 else ""
    digits = str(abs(int(value * 10**decimals))).rjust(decimals + 1, "0")
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)
