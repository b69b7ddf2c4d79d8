"""Effects that were made are found within their errors, whatever the kind of canteen."""

import attrs
import numpy as np
import pytest

from prevision_cantine import (
    CanteenForecaster,
    load_city,
    make_company,
    make_montreal,
    make_recife,
)
from prevision_cantine.model.week_errors import FEW_WEEKS


def fitted(city, until="2019-11-30"):
    return CanteenForecaster(calibration_periods=0).fit(city, until)


def found(model, term):
    table = model.effects().select(term=term, scope="*")
    return dict(
        zip(table.level_names("en"), zip(table.effect, table.error, table.weeks, strict=True), strict=True)
    )  # fmt: skip


@pytest.fixture(scope="module")
def recife(tmp_path_factory):
    made = make_recife(years=5, start=2015, canteens=8)
    return made, fitted(load_city(made.to_folder(tmp_path_factory.mktemp("recife") / "c")))


def test_the_festival_and_the_weekdays_of_recife(recife):
    made, model = recife
    effect, error, weeks = next(iter(found(model, "São João").values()))
    assert weeks >= FEW_WEEKS
    assert abs(effect - made.truth["sao_joao"]) < 3 * error + 0.01
    days = list(found(model, "jour").values())
    truth = np.array([made.truth["weekday"][n] for n in range(5)])
    for (effect, error, weeks), wanted in zip(days, truth - truth.mean(), strict=True):
        assert weeks > 100
        assert error < 0.02
        assert abs(effect - wanted) < 4 * error + 0.01


def test_the_dishes_of_recife(recife):
    made, model = recife
    menu = found(model, "menu")
    fish, meat = menu["peixe"], menu["carne"]
    error = np.hypot(fish[1], meat[1])
    wanted = made.truth["plat"]["peixe"] - made.truth["plat"]["carne"]
    assert abs(fish[0] - meat[0] - wanted) < 3 * error + 0.01


def test_pedagogical_days_and_snow_in_montreal(tmp_path):
    made = make_montreal(years=4, start=2015, canteens=6)
    model = fitted(load_city(made.to_folder(tmp_path / "c")), "2019-06-20")
    for name, truth in (("journée pédagogique", -1.1), ("tempête de neige", -0.22)):
        effect, error, weeks = next(iter(found(model, name).values()))
        margin = 0.06 if weeks < FEW_WEEKS else 3 * error + 0.02
        assert abs(effect - truth) < margin, name


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    made = make_company(years=3, start=2015)
    return load_city(made.to_folder(tmp_path_factory.mktemp("company") / "c"))


def away(city):
    """The share announced absent of each row."""
    table = city.attendance
    absent = city.absent(table.canteen, table.date, table.date[-1])
    return absent / city.enrolled(table.canteen, table.date, table.date[-1])


def test_absences_have_an_effect_of_their_own_beside_the_people_that_are_fewer(company):
    share = away(company)
    taught = company.attendance.date < np.datetime64("2017-01-01")
    for slope in (0.0, -0.8):
        meals = np.rint(company.attendance.meals * np.exp(slope * share))
        city = attrs.evolve(company, attendance=attrs.evolve(company.attendance, meals=meals))
        model = fitted(city, "2016-12-31")
        table = model.effects().select(term="absences", scope="*")
        assert len(table) == 5
        low, high = (float(name.rpartition("= ")[2]) for name in table.level_names("en")[::4])
        assert low < np.median(share[taught]) < high
        change = table.effect[-1] - table.effect[0]
        margin = 3 * np.hypot(table.error[0], table.error[-1]) + 0.03
        assert abs(change - slope * (high - low)) < margin
        rows = city.calendar_rows("2017-01-02", "2017-01-06")
        forecast = model.predict(rows)
        total = sum(forecast.contributions.values())
        np.testing.assert_allclose(np.log(forecast.meals), total)
        most = np.argmax(city.absent(rows.canteen, rows.date, np.datetime64("2016-12-31")))
        assert forecast.contributions["absences"][most] == pytest.approx(
            forecast.contributions["absences"].min(), abs=0.02
        )


def test_overtime_is_a_curve_of_the_dinner(company):
    model = fitted(company, "2017-09-30")
    table = model.effects().select(term="heures_supplementaires", scope="*")
    low, high = (float(name.rpartition("= ")[2]) for name in table.level_names("en")[::4])
    wanted = 0.55 * (high / (high + 250) - low / (low + 250))
    change = table.effect[-1] - table.effect[0]
    # What the type adds is another curve; both say how dinner grows with the hours.
    assert 0.5 * wanted < change < 1.3 * wanted
    assert (np.diff(table.effect) > 0).all()
