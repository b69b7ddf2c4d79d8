"""A city written to a folder and loaded again is the same, whatever it was loaded from."""

import os
from pathlib import Path

import attrs
import numpy as np
import pytest

from prevision_cantine import CanteenForecaster, load_city, make_city
from prevision_cantine.city.city import City
from prevision_cantine.city.made_cities import (
    make_commune,
    make_company,
    make_montreal,
    make_recife,
)
from prevision_cantine.errors import CityError

NANTES = Path(os.environ.get("CHARTE_DONNEE_DATA", "nowhere")) / "nantes_cantines"


def same(one, other):
    """Hold two values against each other, arrays and what has arrays included."""
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, tuple | list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            same(a, b)
    elif hasattr(one, "items"):
        assert set(one) == set(other)
        for key, value in one.items():
            same(value, other[key])
    elif attrs.has(type(one)):
        for field in attrs.fields(type(one)):
            if field.name not in ("report", "truth", "place", "weekdays_of"):
                same(getattr(one, field.name), getattr(other, field.name))
    else:
        assert one == other


def again(city: City, folder: Path) -> City:
    return load_city(city.to_folder(folder))


@pytest.mark.parametrize("make", [make_recife, make_montreal, make_commune, make_company])
def test_a_folder_loaded_and_written_is_the_same_city(make, tmp_path):
    city = load_city(make(years=1).to_folder(tmp_path / "first"))
    found = again(city, tmp_path / "second")
    same(found, city)
    same(again(found, tmp_path / "third"), city)


def test_a_made_city_has_the_same_forecast_once_written(tmp_path):
    city = make_city(seed=5, canteens=4, years=2)
    found = again(city, tmp_path / "town")
    same(found.attendance, city.attendance)
    same(found.enrolment, city.enrolment)
    same(found.menus, city.menus)
    forecasts = [
        CanteenForecaster(calibration_periods=0)
        .fit(one, "2022-02-01")
        .predict(one.calendar_rows("2022-03-07", "2022-03-18"))
        .meals
        for one in (city, found)
    ]
    np.testing.assert_allclose(*forecasts, rtol=1e-12)


@pytest.mark.skipif(not NANTES.is_dir(), reason="no data of Nantes: set CHARTE_DONNEE_DATA")
def test_nantes_through_its_importer_is_nantes_as_the_folder_of_any_city(tmp_path):
    city = load_city(NANTES)
    found = again(city, tmp_path / "nantes")
    same(found, city)
    rows = city.calendar_rows("2017-03-06", "2017-03-10")
    forecasts = [
        CanteenForecaster(calibration_periods=0).fit(one, "2017-02-01").predict(
            one.calendar_rows("2017-03-06", "2017-03-10")
        )
        for one in (city, found)
    ]  # fmt: skip
    assert len(forecasts[0]) == len(rows)
    np.testing.assert_array_equal(forecasts[0].meals, forecasts[1].meals)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CityError, match="not empty; give a new one"):
        make_city(canteens=1, years=1).to_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
