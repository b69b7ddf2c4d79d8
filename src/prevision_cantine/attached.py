"""What methods call that stands above their class: each is named here and nowhere else."""

from prevision_cantine.city.plain_tables import city_dict, city_from_dict
from prevision_cantine.city.saving import save_city
from prevision_cantine.decide.scenario_data import scenario_dict, scenario_from_dict
from prevision_cantine.say.explanation import explain, explanations
from prevision_cantine.say.figures import plot_forecast

__all__ = [
    "city_dict",
    "city_from_dict",
    "explain",
    "explanations",
    "plot_forecast",
    "save_city",
    "scenario_dict",
    "scenario_from_dict",
]
