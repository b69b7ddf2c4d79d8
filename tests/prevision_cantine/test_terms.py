"""Terms as objects: their columns, what they say, and that any set of them adds up."""

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from prevision_cantine import (
    CanteenForecaster,
    Category,
    CityError,
    ForecastError,
    Number,
    Product,
    Scenario,
    Season,
    default_terms,
    load_forecaster,
    make_city,
    model_sheet,
    save_forecaster,
    what_if,
)
from prevision_cantine.city.menus import families_of
from prevision_cantine.city.records import HeadCounts, Marks, Variable
from prevision_cantine.model.design import design
from prevision_cantine.model.terms import CALENDAR, terms_from_text, terms_to_text

UNTIL = "2022-02-01"
SPAN = ("2022-03-07", "2022-03-18")


@pytest.fixture(scope="module")
def city():
    """A made city with a festival of its own and a forecast temperature, of known effects."""
    town = make_city(seed=2, canteens=4, years=2)
    random = np.random.default_rng(1)
    days = town.calendar.school_days(*town.calendar.span)
    festival = np.union1d(days[10::60], np.datetime64("2022-03-10"))
    warm = 10 + 8 * np.sin(np.arange(len(days)) / 9) + random.normal(0, 1, len(days))
    at = np.searchsorted(days, town.attendance.date)
    effect = 0.3 * np.isin(town.attendance.date, festival) - 0.01 * warm[at]
    table = attrs.evolve(town.attendance, meals=np.rint(town.attendance.meals * np.exp(effect)))
    always = np.full(len(days), np.datetime64("1950-01-01"))
    everyone = np.full(len(days), -1)
    return attrs.evolve(
        town,
        attendance=table,
        calendar=attrs.evolve(town.calendar, events=(("fete locale", festival),)),
        variables=(Variable("temperature", everyone, days, warm, always),),
        settings={"termes": {"fete locale": {"mots": {"en": "local fair", "fr": "fête locale"}}}},
    )


@pytest.fixture(scope="module")
def fitted(city):
    return CanteenForecaster(calibration_periods=2).fit(city, UNTIL)


def test_own_terms_are_learned_and_named_everywhere(city, fitted):
    fair = fitted.effects().select(term="fete locale", scope="*")
    assert fair.effect[0] == pytest.approx(0.3, abs=0.08)
    assert fair.weeks[0] == 4
    assert np.isnan(fair.error[0])
    assert "seen in 4 weeks" in fair.to_text("en")
    assert fair.level_names("en") == ["local fair"]
    warm = fitted.effects().select(term="temperature", scope="*")
    low, high = (float(name.rpartition("= ")[2]) for name in warm.level_names("en")[::4])
    assert (warm.effect[-1] - warm.effect[0]) / (high - low) == pytest.approx(-0.01, abs=0.004)
    forecast = fitted.predict(city.calendar_rows(*SPAN))
    day = int(np.flatnonzero(forecast.rows.date == np.datetime64("2022-03-10"))[0])
    assert "local fair +" in forecast.explain(day, "en")
    assert "fête locale +" in forecast.explain(day, "fr")
    assert "local fair" in model_sheet(fitted).to_markdown("en")
    assert {"fete locale", "temperature"} <= {t.term for t in model_sheet(fitted).terms}


def test_own_terms_are_drawn(city, fitted):
    pytest.importorskip("matplotlib")
    from prevision_cantine.say.figures import plot_contributions, plot_effects

    texts = [
        t.get_text()
        for axes in plot_effects(fitted.effects(), lang="en").axes
        for t in axes.get_yticklabels()
    ]
    assert "local fair (seen in 4 weeks)" in texts
    forecast = fitted.predict(city.calendar_rows(*SPAN))
    day = int(np.flatnonzero(forecast.rows.date == np.datetime64("2022-03-10"))[0])
    figure = plot_contributions(forecast, day, lang="en")
    shown = [t.get_text() for t in figure.findobj(lambda item: hasattr(item, "get_text"))]
    assert any("local fair" in str(text).casefold() for text in shown)


def test_what_if_changes_own_terms(city, fitted):
    change = what_if(fitted, city, Scenario(events={"fete locale": ["2022-03-15"]}), *SPAN)
    there = change.rows.date == np.datetime64("2022-03-15")
    assert (change.terms["fete locale"][there] > 0).all()
    assert not change.terms["fete locale"][~there].any()
    assert "local fair +" in change.to_text("en")
    warmer = what_if(fitted, city, Scenario(variables={"temperature": {"2022-03-15": 25.0}}), *SPAN)
    assert warmer.terms["temperature"][there].any()
    with pytest.raises(CityError, match="no event 'x'"):
        what_if(fitted, city, Scenario(events={"x": ["2022-03-15"]}), *SPAN)


def test_terms_are_given_in_python(city):
    terms = (
        *(term for term in default_terms(city) if term.name != "temperature"),
        Product(
            name="chaleur du jour", first=Category(name="j", reads="weekday"),
            second=Number(name="t", reads="variable:temperature"), penalty=1.0,
        ),
    )  # fmt: skip
    model = CanteenForecaster(calibration_periods=0, terms=terms)
    assert clone(model).get_params()["terms"] == terms
    forecast = model.fit(city, UNTIL).predict(city.calendar_rows(*SPAN))
    assert "chaleur du jour" in forecast.contributions
    assert "temperature" not in forecast.contributions
    names = model.effects().select(term="chaleur du jour").level_names("en")
    assert names[0].startswith("Monday, ")
    few = CanteenForecaster(calibration_periods=0, terms=()).fit(city, UNTIL)
    assert set(few.predict(forecast.rows).contributions) >= {"effectif", "niveau", "jour"}
    for wrong in ((1,), (Category(name="niveau", reads="month"),)):
        with pytest.raises(ForecastError, match="terms: "):
            CanteenForecaster(terms=wrong).fit(city, UNTIL)


def test_a_term_known_only_after_the_day_stays_out_of_forecasts(city):
    after = attrs.evolve(
        city,
        settings={"termes": {"fete locale": {"lit": "evenement:fete locale", "connu": "apres"}}},
    )
    model = CanteenForecaster(calibration_periods=0).fit(after, UNTIL)
    assert model.effects().select(term="fete locale").effect[0] > 0.15
    assert not model.predict(after.calendar_rows(*SPAN)).contributions["fete locale"].any()


def test_what_is_saved_has_the_same_terms(city, fitted, tmp_path):
    given = CanteenForecaster(calibration_periods=0, terms=default_terms(city)).fit(city, UNTIL)
    rows = city.calendar_rows(*SPAN)
    for model in (fitted, given):
        save_forecaster(model, tmp_path / "m.zip")
        again = load_forecaster(tmp_path / "m.zip")
        assert (again.predict(rows).meals == model.predict(rows).meals).all()
        assert again.get_params() == model.get_params()


def test_default_terms_change_with_the_settings(city):
    changed = attrs.evolve(
        city,
        settings={
            "termes": {
                "feries": False,
                "chaud": {
                    "lit": "variable:temperature",
                    "forme": "droite",
                    "transformation": "racine",
                },
                "mois": {"lit": "month", "par_type": 9.0},
                "jour x fete": {"produit": ["jour", "mois"], "penalite": 50},
            }
        },
    )
    names = [term.name for term in default_terms(changed)]
    assert "feries" not in names
    assert "temperature" not in names
    assert names[-3:] == ["chaud", "mois", "jour x fete"]
    model = CanteenForecaster(calibration_periods=0).fit(changed, UNTIL)
    assert "Monday, September" in model.effects().select(term="jour x fete").level_names("en")


def test_marks_of_one_series_touch_that_series_alone(city):
    day = np.array(["2022-03-08"], dtype="datetime64[D]")
    marked = attrs.evolve(city, marks=(Marks("evenement", "fete locale", 2, day),))
    model = CanteenForecaster(calibration_periods=0).fit(marked, UNTIL)
    forecast = model.predict(marked.calendar_rows("2022-03-08", "2022-03-08"))
    on = forecast.contributions["fete locale"]
    assert on[forecast.rows.canteen == 2].all()
    assert not on[forecast.rows.canteen != 2].any()


def test_own_families_are_in_their_own_words():
    own = families_of(
        {
            "massa": {"mots": ["macarrão", "lasanha"], "pt": "massa", "en": "pasta"},
            "peixe": ["peixe"],
        }
    )
    names = [family.name for family in own]
    assert {"massa", "peixe", "porc"} <= set(names)
    assert "poisson" not in names  # which has a word of the city's own
    assert own[names.index("massa")].holds("lasanha de frango")


@pytest.mark.parametrize(
    ("reads", "there"),
    [
        ("variable:rien", "variable:temperature"),
        ("evenement:neige", "evenement:fete locale"),
        ("plat:soupe", "plat:poisson"),
        ("observance:carême", "no observance (calendrier.csv)"),
    ],
)
def test_a_term_that_reads_what_nothing_gives_is_refused_with_what_there_is(city, reads, there):
    own = attrs.evolve(city, settings={"termes": {"rien": {"lit": reads}}})
    with pytest.raises(CityError) as error:
        default_terms(own)
    shape = Number if reads.startswith("variable") else Category
    with pytest.raises(ForecastError) as given:
        CanteenForecaster(terms=[shape(name="rien", reads=reads)]).fit(city, UNTIL)
    for message in (str(error.value), str(given.value)):
        assert f"nothing provides {reads!r}" in message
        assert there in message
    assert "ville.toml [termes.rien]" in str(error.value)


def test_a_wrong_reading_names_that_of_variables(city):
    own = attrs.evolve(city, settings={"termes": {"a": {"lit": "meteo"}}})
    with pytest.raises(CityError, match="variable:NAME"):
        default_terms(own)


_penalty = st.sampled_from([None, 0.3, 6.0, 40.0])
_names = st.sampled_from(["a", "b", "jour", "saison"])
_category = st.builds(
    Category, name=_names, reads=st.sampled_from([*CALENDAR, "plat:poisson", "evenement:fete locale"]),
    penalty=_penalty, by_type=_penalty, by_series=_penalty,
)  # fmt: skip
_number = st.builds(
    Number, name=_names, reads=st.sampled_from(["people", "variable:temperature"]),
    curve=_penalty, by_type=_penalty, by_series=_penalty, transform=st.sampled_from(["none", "root", "log"]),
)  # fmt: skip
_season = st.builds(Season, name=_names, count=st.integers(1, 6), by_type=_penalty)
_product = st.builds(Product, name=_names, first=_category, second=st.one_of(_category, _number))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(_category, _number, _season, _product), max_size=5))
def test_any_terms_add_up_and_keep(city, terms):
    assert terms_from_text(terms_to_text(terms)) == tuple(terms)
    model = CanteenForecaster(calibration_periods=0, terms=terms).fit(city, UNTIL)
    rows = city.calendar_rows(*SPAN)
    forecast = model.predict(rows)
    assert np.isfinite(forecast.meals).all()
    assert np.allclose(np.log(forecast.meals), sum(forecast.contributions.values()))
    # A row is forecast the same alone.
    one = model.predict(rows.select(np.array([5])))
    assert one.meals[0] == pytest.approx(forecast.meals[5], rel=1e-9)
    table = model.effects()
    assert len(table.level_names("en")) == len(table)
    built = design(
        rows, terms_from_text(model.fitted_.terms), model.fitted_.first_year, model.fitted_.years,
        known_on=model.fitted_.until, people=np.zeros(len(rows)),
    )  # fmt: skip
    assert len(built) == len(rows)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Category(name="a", reads="weather"), "reads 'weather'"),
        (lambda: Category(name="a", reads="plat:"), "reads 'plat:'"),
        (lambda: Category(name="a", reads="month", penalty=0), "penalty 0"),
        (lambda: Category(name="a", reads="month", by_type=float("nan")), "penalty nan"),
        (lambda: Category(name="a", reads="month", known="never"), "known: give one of"),
        (lambda: Number(name="a", reads="month"), "reads 'month'"),
        (lambda: Number(name="a", reads="people", transform="cube"), "transform"),
        (lambda: Season(name="a", count=0), "count=0"),
        (lambda: terms_from_text("[3]"), "these are not terms"),
        (lambda: terms_from_text("{"), "these are not terms"),
    ],
)
def test_what_is_no_term_is_refused(make, message):
    with pytest.raises(ForecastError, match=message):
        make()


def test_head_counts_are_taken_as_known():
    days = np.array(["2021-01-01", "2021-02-01", "2021-03-01"], dtype="datetime64[D]")
    known = np.array(["2021-01-01", "2021-02-10", "2021-03-01"], dtype="datetime64[D]")
    table = HeadCounts.of(np.array([1, 1, 1]), days, np.array([10.0, 20.0, 30.0]), known)
    one = np.array([1, 1, 1, 0])
    on = np.array(["2020-12-01", "2021-02-05", "2021-04-01", "2021-04-01"], dtype="datetime64[D]")
    for day, expected in (
        ("2021-02-05", [10, 10, 10]),
        ("2021-02-10", [10, 20, 20]),
        ("2021-03-02", [10, 20, 30]),
    ):
        people, started = table.at(one, on, np.datetime64(day))
        assert people[:3].tolist() == expected
        assert np.isnan(people[3])
        assert started.tolist() == [False, True, True, False]


@pytest.mark.parametrize("name", ["Ramadan", "Kippour"])
def test_an_observance_of_any_name_is_a_term(name):
    town = make_city(seed=4, canteens=3, years=2)
    days = town.calendar.school_days(*town.calendar.span)[40::25]
    kept = np.isin(town.attendance.date, days)
    meals = np.rint(town.attendance.meals * np.where(kept, 0.8, 1.0))
    calendar = attrs.evolve(town.calendar, observances=((name, days),))
    table = attrs.evolve(town.attendance, meals=meals)
    observed = attrs.evolve(town, calendar=calendar, attendance=table)
    model = CanteenForecaster(calibration_periods=0).fit(observed, UNTIL)
    effect = model.effects().select(term=name, scope="*")
    assert effect.effect[0] == pytest.approx(np.log(0.8), abs=0.05)
    called = {"Ramadan": {"fr": "ramadan", "en": "Ramadan", "pt": "Ramadã"}}.get(name, {})
    for lang in ("fr", "en", "pt"):
        assert effect.level_names(lang) == [called.get(lang, name)]
