"""The methods that need what stands above their class, each attached here and nowhere else."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

from prevision_cantine.city.city import City
from prevision_cantine.city.saving import save_city
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.say.explanation import explain, explanations

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def attach() -> None:
    """Give the classes their methods; done once, when the package is imported."""

    @wraps(Forecast.explain)
    def method(self: Forecast, i: int, lang: str = "fr") -> str:
        return explain(self, i, lang)

    Forecast.explain = method  # type: ignore[method-assign]

    @wraps(Forecast.explanations)
    def all_of_them(self: Forecast, lang: str = "fr") -> list[str]:
        return explanations(self, lang)

    Forecast.explanations = all_of_them  # type: ignore[method-assign]

    @wraps(Forecast.plot)
    def plot(self: Forecast, canteen: str, *, lang: str = "fr") -> Figure:
        from prevision_cantine.say.figures import plot_forecast  # loads matplotlib

        return plot_forecast(self, canteen, lang=lang)

    Forecast.plot = plot  # type: ignore[method-assign]

    @wraps(City.to_folder)
    def to_folder(self: City, path: str | Path) -> Path:
        return save_city(self, path)

    City.to_folder = to_folder  # type: ignore[method-assign]
