"""The methods that need what stands above their class, each attached here and nowhere else."""

from __future__ import annotations

from prevision_cantine.model.forecast import Forecast
from prevision_cantine.say.explanation import explain


def attach() -> None:
    """Give the classes their methods; done once, when the package is imported."""
    explain.__doc__ = Forecast.explain.__doc__
    Forecast.explain = explain  # type: ignore[assignment,method-assign]
