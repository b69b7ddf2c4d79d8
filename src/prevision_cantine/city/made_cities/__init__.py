"""Seeded cities of four kinds, as the folder that any city has, with the effects that made them."""

from prevision_cantine.city.made_cities.commune import make_commune
from prevision_cantine.city.made_cities.company import make_company
from prevision_cantine.city.made_cities.made_city import MadeCity
from prevision_cantine.city.made_cities.montreal import make_montreal
from prevision_cantine.city.made_cities.recife import make_recife

__all__ = ["MadeCity", "make_commune", "make_company", "make_montreal", "make_recife"]
