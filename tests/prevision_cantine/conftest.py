"""A made city, its folder and its forecast, which every test of what follows a forecast shares."""

import pytest

from prevision_cantine import CanteenForecaster, make_city
from prevision_cantine.city.menus import FAMILIES
from prevision_cantine.files.csv_file import write_csv

# A dish of each family, in their order.
DISHES = ("Filet de colin", "Rôti de porc", "Poulet rôti", "Frites", "Pizza", "Galette des rois")


@pytest.fixture(scope="session")
def town():
    return make_city(seed=3, canteens=8, years=3)


@pytest.fixture(scope="session")
def town_forecaster(town):
    return CanteenForecaster().fit(town, until="2023-02-10")


@pytest.fixture(scope="session")
def town_forecast(town, town_forecaster):
    return town_forecaster.predict(town.calendar_rows("2023-03-06", "2023-04-12"))


@pytest.fixture(scope="session")
def town_folder(town, write_folder):
    return write_folder(town)


@pytest.fixture(scope="session")
def write_folder(tmp_path_factory):
    """Return what writes a city as a folder in the layout of Nantes."""
    return lambda city: _folder(city, tmp_path_factory.mktemp("town"))


def _folder(town, root):
    for name in ("raw", "calculators", "mappings"):
        (root / name).mkdir()
    names = list(town.canteens)
    kinds = dict(zip(names, town.types, strict=True))
    table, calendar = town.attendance, town.calendar
    served = [
        (kinds[names[c]], str(d), f"{a:.0f}", f"{m:.0f}", names[c])
        for c, d, a, m in zip(
            table.canteen, table.date.tolist(), table.agents, table.meals, strict=True
        )
    ]
    pupils = [
        (f"École {name}", year, f"{counts[n]:.0f}")
        for year, counts in town.enrolment.items()
        for n, name in enumerate(names)
    ]
    menus = [
        (str(day), "1", dish)
        for day, flags in zip(town.menus.dates.tolist(), town.menus.flags, strict=True)
        for dish in ["Pain", *(d for d, flag in zip(DISHES, flags, strict=True) if flag)]
    ]
    assert len(DISHES) == len(FAMILIES)
    files = {
        "raw/cantines.csv": (("cantine_nom", "cantine_type", "secteur"),
                             [(n, kinds[n], "Nord") for n in names]),
        "raw/frequentation.csv": (("site_type", "date", "prevision", "reel", "site_nom"), served),
        "raw/effectifs.csv": (("ecole", "annee_scolaire", "effectif"), pupils),
        "raw/menus_2020.csv": (("date", "rang", "plat"), menus),
        "calculators/annees_scolaires.csv": (("annee_scolaire", "date_debut", "date_fin"),
                                             [(y.name, str(y.start), str(y.end)) for y in calendar.years]),
        "calculators/vacances.csv": (
            ("annee_scolaire", "vacances_nom", "date_debut", "date_fin", "zone", "vacances"),
            [("x", b.name, str(b.start), str(b.end), "B", "1") for b in calendar.breaks]),
        "calculators/jours_feries.csv": (("date", "jour_ferie", "nom_jour_ferie"),
                                         [(str(d), "1", "x") for d in calendar.public_holidays]),
        "calculators/greves.csv": (("date", "greve"), [(str(d), "1") for d in calendar.strikes]),
        "calculators/ramadan.csv": (("date", "ramadan"), []),
        "mappings/mapping_ecoles_cantines.csv": (("ecole", "cantine_nom", "cantine_type"),
                                                 [(f"École {n}", n, kinds[n]) for n in names]),
        "mappings/mapping_frequentation_cantines.csv": (
            ("site_nom", "site_type", "cantine_nom", "cantine_type"),
            [(n, kinds[n], n, kinds[n]) for n in names]),
    }  # fmt: skip
    for name, (header, rows) in files.items():
        write_csv(root / name, header, rows)
    return root
