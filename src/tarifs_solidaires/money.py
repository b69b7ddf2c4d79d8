"""Money in whole numbers: no cent is ever lost, and half a cent rounds up."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

SCALE = 10_000  # shares and prices have at most four decimals


def whole(value: Array, scale: int) -> Array:
    """Return decimal values as whole numbers of ``1 / scale``."""
    # in float64, since a product of small integers such as uint8 would wrap round
    return np.rint(np.multiply(value, scale, dtype=np.float64)).astype(np.int64)


def half_up(value: Array, divisor: int) -> Array:
    """Divide whole numbers and round to the nearest, half up."""
    return (2 * value + divisor) // (2 * divisor)


def cents(value: Fraction) -> float:
    """Return exact money as a float of whole cents, half up."""
    return float(Fraction((value * 100 + Fraction(1, 2)).__floor__(), 100))


def exact(value: float) -> Fraction:
    """Return the decimal number that a float prints, exactly."""
    return Fraction(str(value))
