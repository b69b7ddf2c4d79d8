"""What if: each change shows under its term, and the terms add up to the difference."""

import csv
import datetime as dt

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prevision_cantine import (
    Break,
    CanteenForecaster,
    CityError,
    DateError,
    ForecastError,
    Scenario,
    compare_forecasts,
    load_city,
    make_city,
    make_company,
    what_if,
)
from prevision_cantine.city.records import Marks

SPAN = ("2023-03-06", "2023-03-31")
SERVED = [dt.date(2023, 3, day) for day in (6, 7, 9, 10, 13, 14, 16, 17, 20, 21, 23, 24)]

scenarios = st.builds(
    Scenario,
    menus=st.dictionaries(
        st.sampled_from(SERVED),
        st.lists(st.sampled_from(["Poisson", "Frites", "Rôti de porc", "Riz"]), max_size=3),
    ),
    strikes=st.lists(st.sampled_from(SERVED), max_size=2),
    enrolment=st.dictionaries(
        st.sampled_from(["*", "Cantine 01", "Cantine 05"]), st.floats(0.5, 1.5), max_size=2
    ),
    public_holidays=st.lists(st.sampled_from(SERVED), max_size=2),
)


@given(scenario=scenarios)
@settings(max_examples=40)
def test_the_terms_add_up_to_the_difference(town, town_forecaster, scenario):
    change = what_if(town_forecaster, town, scenario, *SPAN)
    total = sum(change.terms.values())
    np.testing.assert_allclose(total, change.after - change.before, atol=1e-9, rtol=0)
    closed = np.isin(change.rows.date, np.array(scenario.public_holidays, dtype="M8[D]"))
    assert (change.after[closed] == 0).all()
    np.testing.assert_array_equal(change.terms["ouverture"][closed], -change.before[closed])
    assert not change.terms["ouverture"][~closed].any()


@pytest.mark.parametrize(
    ("scenario", "term", "sign"),
    [
        (Scenario(strikes=["2023-03-14"]), "greve", -1),
        (Scenario(enrolment={"*": 1.1}), "effectif", 1),
        (Scenario(enrolment={"Cantine 02": 0.9}), "effectif", -1),
        (Scenario(absences={("Cantine 02", "2023-03-14"): 30}), "absences", -1),
    ],
)
def test_a_change_moves_its_term_alone(town, town_forecaster, scenario, term, sign):
    change = what_if(town_forecaster, town, scenario, *SPAN)
    assert np.sign(change.terms[term].sum()) == sign
    assert all(not values.any() for name, values in change.terms.items() if name != term)


def test_an_absence_takes_its_share_of_the_pupils(town, town_forecaster):
    trip = Scenario(absences={("Cantine 03", "2023-03-14"): 20})
    change = what_if(town_forecaster, town, trip, *SPAN)
    here = (change.rows.canteen == 2) & (change.rows.date == np.datetime64("2023-03-14"))
    pupils = town.enrolment["2022-2023"][2]
    np.testing.assert_allclose(change.after[here] / change.before[here], 1 - 20 / pupils)
    np.testing.assert_array_equal(change.after[~here], change.before[~here])


def test_a_menu_moves_the_menu_of_its_day(town, town_forecaster):
    served = dt.date(2023, 3, 14)
    fish = what_if(town_forecaster, town, Scenario(menus={served: ["Poisson pané"]}), *SPAN)
    chips = what_if(town_forecaster, town, Scenario(menus={served: ["Frites"]}), *SPAN)
    here = fish.rows.date == np.datetime64(served)
    assert (fish.after[here] < chips.after[here]).all()
    assert (fish.after[~here] == fish.before[~here]).all()


def test_enrolment_counts_with_its_exponent(town, town_forecaster):
    change = what_if(town_forecaster, town, Scenario(enrolment={"*": 1.2}), *SPAN)
    exponent = town_forecaster.get_params()["enrolment_exponent"]
    np.testing.assert_allclose(change.after / change.before, 1.2**exponent)


def test_a_break_that_moves_closes_its_days_and_opens_those_it_leaves(town, town_forecaster):
    moved = Scenario(
        breaks=[Break("Printemps", np.datetime64("2023-04-15"), np.datetime64("2023-04-30"))]
    )
    change = what_if(town_forecaster, town, moved, "2023-04-03", "2023-05-16")
    opened, closed = change.before == 0, change.after == 0
    assert set(change.rows.date[closed].tolist()) == {
        dt.date(2023, 4, day) for day in (17, 18, 20, 21)
    }
    assert set(change.rows.date[opened].tolist()) == {dt.date(2023, 5, day) for day in (2, 4, 5)}
    assert change.terms["vacances"][change.rows.date == np.datetime64("2023-04-14")].any()


def test_the_city_stays_as_it_is_and_nothing_changes_nothing(town, town_forecaster):
    before = attrs.asdict(town.calendar, recurse=False)
    change = what_if(town_forecaster, town, Scenario(), *SPAN)
    assert change.to_text("fr") == "Rien ne change."
    np.testing.assert_array_equal(change.before, change.after)
    Scenario(strikes=["2023-03-14"], public_holidays=["2023-03-16"]).apply(town)
    assert attrs.asdict(town.calendar, recurse=False) == before


def test_a_strike_that_nobody_announced_changes_neither_forecast(town, town_forecaster):
    day = town.calendar.strikes[town.calendar.strikes > np.datetime64("2023-02-10")][0]
    span = (day, day)
    unknown = what_if(town_forecaster, town, Scenario(), *span)
    told = what_if(town_forecaster, town, Scenario(strikes=[day]), *span)
    np.testing.assert_array_equal(unknown.before, told.before)
    assert (told.after < 0.7 * told.before).all()


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_a_difference_is_told_and_written(town, town_forecaster, tmp_path, lang):
    scenario = Scenario(strikes=["2023-03-14"], public_holidays=["2023-03-16"])
    change = what_if(town_forecaster, town, scenario, *SPAN)
    text = change.to_text(lang)
    assert len(text.splitlines()) == 4 + 3  # the strike, the holiday, and the bridge after it
    row = int(np.flatnonzero(change.rows.date == np.datetime64("2023-03-14"))[0])
    assert "Cantine 01" in change.explain(row, lang)
    change.to_csv(tmp_path / "d.csv")
    rows = list(csv.DictReader((tmp_path / "d.csv").read_text("utf-8").splitlines()))
    for row in rows:
        numbers = [float(x) for x in list(row.values())[2:]]
        assert sum(numbers[2:]) == pytest.approx(numbers[1] - numbers[0], abs=0.08)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (
            Scenario(strikes=["2023-03-14", "2023-04-03"]),
            "strikes: 2023-04-03 is not between 2023-03-06 and 2023-03-31",
        ),
        (
            Scenario(strikes=["2023-03-15"]),
            "strikes: 2023-03-15 is not forecast: no meal is known on Wednesdays.*2023-03-14 and 2023-03-16",
        ),
        (Scenario(absences={("Cantine 01", "2023-03-18"): 3}), "absences: 2023-03-18"),
        (Scenario(menus={dt.date(2022, 3, 14): ["Riz"]}), "menus: no day from 2022-03-14"),
    ],
)
def test_a_change_of_a_day_that_is_not_forecast_is_refused(
    town, town_forecaster, scenario, message
):
    with pytest.raises(ForecastError, match=message):
        what_if(town_forecaster, town, scenario, *SPAN)


def test_a_menu_may_go_beyond_the_span(town, town_forecaster):
    first, later = dt.date(2023, 3, 7), dt.date(2023, 4, 3)
    both, one = (
        what_if(town_forecaster, town, Scenario(menus={day: ["Poisson"] for day in days}), *SPAN)
        for days in ((first, later), (first,))
    )
    np.testing.assert_array_equal(both.after, one.after)


def test_what_cannot_be_compared_or_changed_is_said(town, town_forecaster, town_forecast):
    other = make_city(seed=0, canteens=2, years=1)
    rows = town.calendar_rows(*SPAN)
    with pytest.raises(ForecastError, match="for different canteens"):
        compare_forecasts(
            town_forecast, attrs.evolve(town_forecast, rows=attrs.evolve(rows, city=other))
        )
    twice = town_forecaster.predict(rows.select(np.array([0, 0])))
    with pytest.raises(ForecastError, match="twice on one day"):
        compare_forecasts(twice, twice)
    with pytest.raises(CityError, match="no canteen 'X'; some that exist: Cantine 01"):
        Scenario(enrolment={"X": 1.1}).apply(town)
    for factor in (0, -1, 50, float("nan")):
        with pytest.raises(CityError, match="is not a factor from"):
            Scenario(enrolment={"*": factor}).apply(town)
    with pytest.raises(CityError, match="absences: there is no canteen 'X'"):
        Scenario(absences={("X", "2023-03-14"): 3}).apply(town)
    with pytest.raises(CityError, match="is not a number of pupils above 0"):
        Scenario(absences={("Cantine 01", "2023-03-14"): -3}).apply(town)
    with pytest.raises(
        CityError, match=r"absences: Cantine 01 on 2023-03-14: 4000 pupils are away"
    ):
        Scenario(absences={("Cantine 01", "2023-03-14"): 4000}).apply(town)
    with pytest.raises(CityError, match="did you mean 'Cantine 03'"):
        Scenario(enrolment={"cantine03": 1.1}).apply(town)
    with pytest.raises(DateError, match="known from 2020-09-01"):
        Scenario(strikes=["2050-01-01"]).apply(town)
    with pytest.raises(DateError, match="is not a day"):
        Scenario(strikes=["soon"])
    with pytest.raises(ForecastError, match="no row 99999"):
        what_if(town_forecaster, town, Scenario(), *SPAN).explain(99999)


def test_the_days_of_a_change_add_up_to_what_is_said_above_them(town, town_forecaster):
    scenario = Scenario(enrolment={"*": 1.013}, strikes=["2023-03-07"])
    lines = (
        what_if(town_forecaster, town, scenario, "2023-03-06", "2023-03-17")
        .to_text("en")
        .splitlines()
    )
    total = int(lines[0].split("(")[1].split(")")[0].replace("−", "-").replace(",", ""))
    days = [
        [int(cell.replace(",", "").replace("−", "-")) for cell in line.split()[2:]]
        for line in lines[4:]
    ]
    assert len(days) == 8
    assert sum(change for *_, change in days) == total
    assert all(before + change == after for before, after, change in days)


def test_a_strike_of_one_canteen_that_nobody_announced_is_left_out(town, town_forecaster):
    mark = Marks("greve", "", 2, np.array(["2023-03-14"], dtype="datetime64[D]"))
    city = attrs.evolve(town, marks=(mark,))
    unknown = what_if(town_forecaster, city, Scenario(), *SPAN)
    plain = what_if(town_forecaster, town, Scenario(), *SPAN)
    np.testing.assert_array_equal(unknown.before, plain.before)


def test_dishes_are_read_by_the_families_of_the_city(town, town_forecaster):
    """A city with fewer families keeps its own where a scenario has dishes."""
    menus = attrs.evolve(
        town.menus, families=town.menus.families[:4], flags=town.menus.flags[:, :4]
    )
    city = attrs.evolve(town, menus=menus)
    changed = Scenario(menus={dt.date(2023, 3, 14): ["Frites"]}).apply(city)
    assert changed.menus.families == menus.families
    assert changed.menus.on(np.array(["2023-03-14"], dtype="datetime64[D]")).tolist() == [
        [False, False, False, True]
    ]


def test_absences_come_beside_the_usual_ones(tmp_path):
    """Where absences are announced day after day, a trip adds to those of a day not announced yet."""
    city = load_city(make_company(years=2, start=2022).to_folder(tmp_path / "c"))
    forecaster = CanteenForecaster(calibration_periods=0).fit(city, "2023-05-01")
    span = ("2023-05-22", "2023-05-23")
    changes = [
        what_if(forecaster, city, Scenario(absences={("Siège", "2023-05-22"): away}), *span)
        for away in (1, 200, 400)
    ]
    lost = [change.terms["absences"].sum() for change in changes]
    assert 0 > lost[0] > lost[1] > lost[2]
    assert lost[0] > -3  # one person is not those who usually are away
