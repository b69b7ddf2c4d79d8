"""What a forecast and an order are worth, once the meals are served."""

from __future__ import annotations

import numpy as np

from prevision_cantine.arrays import Floats


def wape(forecast: Floats, actual: Floats) -> float:
    """Return the sum of absolute errors over the sum of meals served."""
    return float(np.abs(forecast - actual).sum() / actual.sum())


def excess(ordered: Floats, actual: Floats) -> float:
    """Return meals ordered beyond those served, over meals ordered."""
    return float(np.maximum(ordered - actual, 0).sum() / ordered.sum())


def shortage(ordered: Floats, actual: Floats) -> float:
    """Return meals served beyond those ordered, over meals served."""
    return float(np.maximum(actual - ordered, 0).sum() / actual.sum())
