"""A made city and its forecast, which every test of what follows a forecast shares."""

import pytest

from prevision_cantine import CanteenForecaster, make_city


@pytest.fixture(scope="session")
def town():
    return make_city(seed=3, canteens=8, years=3)


@pytest.fixture(scope="session")
def town_forecaster(town):
    return CanteenForecaster().fit(town, until="2023-02-10")


@pytest.fixture(scope="session")
def town_forecast(town, town_forecaster):
    return town_forecaster.predict(town.calendar_rows("2023-03-06", "2023-04-12"))
