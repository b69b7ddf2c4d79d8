"""The regressor, the transformer and the splitter, as scikit-learn uses them."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from prevision_cantine import (
    AdditiveRegressor,
    CanteenFeatures,
    DateError,
    ForecastError,
    TeachingPeriodSplit,
    make_city,
    teaching_periods,
)
from prevision_cantine.city.menus import FAMILIES


@parametrize_with_checks([AdditiveRegressor(), AdditiveRegressor(robust=False, group=0)])
def test_scikit_learn_finds_nothing_to_say(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def city():
    return make_city(seed=2, canteens=8, years=2)


@pytest.fixture(scope="module")
def table(city):
    served = city.attendance
    pupils = city.enrolled(served.canteen, served.date, served.date[-1])
    return pd.DataFrame(
        {
            "cantine": np.array(city.canteens)[served.canteen],
            "date": served.date,
            "effectif": pupils,
            "repas": served.meals,
        }
    )


@pytest.fixture
def pipeline(city):
    features = CanteenFeatures(city.calendar, city.menus, effectif="effectif")
    return make_pipeline(
        features,
        AdditiveRegressor(categorical=features.categorical, group="cantine", nested=["jour"]),
    ).set_output(transform="pandas")


def made(random, count=4000):
    """Rows whose effects are known, with text, numbers and groups."""
    frame = pd.DataFrame(
        {
            "day": random.choice(["mon", "tue", "fri"], count),
            "pupils": random.normal(5, 2, count),
            "canteen": random.choice(["A", "B", "C"], count),
        }
    )
    log = (
        3.0
        + frame["day"].map({"mon": 0.0, "tue": 0.2, "fri": -0.3})
        + 0.1 * frame["pupils"]
        + frame["canteen"].map({"A": 0.5, "B": -0.5, "C": 0.0})
        + np.where((frame["canteen"] == "A") & (frame["day"] == "fri"), -0.2, 0.0)
    )
    return frame, np.exp(log + random.normal(0, 0.02, count))


def test_the_effects_of_made_rows_are_found():
    frame, target = made(np.random.default_rng(0))
    target[::50] *= 20  # wild rows
    regressor = AdditiveRegressor(group="canteen", nested=["day"], nested_penalty=1.0)
    regressor.fit(frame, target)
    days = dict(zip(regressor.categories_["day"], regressor.effects_["day"], strict=True))
    own = pd.DataFrame(
        regressor.nested_effects_["day"],
        index=regressor.categories_["canteen"],
        columns=regressor.categories_["day"],
    )
    assert regressor.effects_["pupils"][0] == pytest.approx(0.1, abs=0.002)
    assert days["tue"] - days["mon"] + (own["tue"] - own["mon"])["B"] == pytest.approx(
        0.2, abs=0.01
    )
    assert days["fri"] - days["mon"] + (own["fri"] - own["mon"])["A"] == pytest.approx(
        -0.5, abs=0.01
    )
    new = pd.DataFrame({"day": ["fri"], "pupils": [7.0], "canteen": ["A"]})
    assert regressor.predict(new)[0] == pytest.approx(np.exp(3 - 0.3 + 0.7 + 0.5 - 0.2), rel=0.02)


def test_contributions_add_up_and_are_the_effects():
    frame, target = made(np.random.default_rng(1), 500)
    regressor = AdditiveRegressor(group="canteen", nested=["day", "pupils"]).fit(frame, target)
    parts = regressor.contributions(frame)
    assert list(parts) == ["intercept", "day", "pupils", "canteen"]
    np.testing.assert_allclose(np.exp(sum(parts.values())), regressor.predict(frame), rtol=1e-9)
    np.testing.assert_allclose(parts["intercept"], regressor.intercept_)
    group = np.searchsorted(regressor.categories_["canteen"], frame["canteen"].to_numpy(str))
    slope = regressor.effects_["pupils"] + regressor.nested_effects_["pupils"][group, 0]
    np.testing.assert_allclose(
        parts["pupils"], slope * (frame["pupils"] - regressor.centers_["pupils"])
    )
    np.testing.assert_allclose(parts["canteen"], regressor.nested_effects_["canteen"][group, 0])


def test_what_was_never_seen_has_no_effect():
    frame, target = made(np.random.default_rng(2), 500)
    regressor = AdditiveRegressor(group="canteen", nested=["day"]).fit(frame, target)
    new = pd.DataFrame({"day": ["wed", "mon"], "pupils": [5.0, 5.0], "canteen": ["A", "Z"]})
    parts = regressor.contributions(new)
    assert parts["day"][0] == 0
    assert parts["canteen"][1] == 0
    shared = regressor.effects_["day"][list(regressor.categories_["day"]).index("mon")]
    assert parts["day"][1] == shared


def test_pandas_polars_and_arrays_of_objects_give_the_same():
    frame, target = made(np.random.default_rng(3), 300)
    with_pandas = AdditiveRegressor(group="canteen").fit(frame, target)
    with_polars = AdditiveRegressor(group="canteen").fit(pl.from_pandas(frame), target)
    with_array = AdditiveRegressor(group=2).fit(frame.to_numpy(object), target)
    expected = with_pandas.predict(frame)
    np.testing.assert_array_equal(with_polars.predict(pl.from_pandas(frame)), expected)
    np.testing.assert_array_equal(with_array.predict(frame.to_numpy(object)), expected)
    assert list(with_polars.feature_names_in_) == list(frame.columns)


@pytest.mark.parametrize("kind", [pd.CategoricalDtype(), str])
def test_numbers_declared_as_categories_are_categories(kind):
    codes = pd.DataFrame({"week": np.tile([1, 2, 3], 40)})
    target = np.tile([10.0, 30.0, 10.0], 40)  # no straight line
    declared = AdditiveRegressor(penalty=0.01).fit(codes.astype(kind), target)
    chosen = AdditiveRegressor(penalty=0.01, categorical=["week"]).fit(codes, target)
    line = AdditiveRegressor(penalty=0.01).fit(codes, target)
    np.testing.assert_allclose(declared.predict(codes.astype(kind)), target, rtol=0.01)
    np.testing.assert_allclose(chosen.predict(codes), target, rtol=0.01)
    assert np.abs(line.predict(codes) - target).max() > 3


@pytest.mark.parametrize(
    ("settings", "change", "words"),
    [
        ({}, {"y": [1.0, 0.0]}, r"y\[1\] is 0.0: .* above 0"),
        ({"penalty": 0}, {}, "penalty=0: give a number above 0"),
        ({"group": "ward"}, {}, "no column 'ward'; the table has day, n"),
        ({"nested": ["day"]}, {}, "needs group="),
        ({"categorical": ["n"]}, {}, "column 'day' holds numbers, and here something else: 'mon'"),
        ({}, {"day": ["mon", None]}, "column 'day': a value is missing|contains NaN"),
        ({}, {"day": pd.to_datetime(["2020-01-01", "2020-01-02"])}, "'day' holds dates"),
        ({}, {"weight": [0.0, 0.0]}, "every sample_weight is 0|at least one non-zero"),
    ],
)
def test_errors_say_what_is_wrong(settings, change, words):
    table = pd.DataFrame({"day": change.get("day", ["mon", "tue"]), "n": [1, 2]})
    with pytest.raises(ValueError, match=words):
        AdditiveRegressor(**settings).fit(table, change.get("y", [1.0, 2.0]), change.get("weight"))


def test_columns_that_lost_their_names_are_told_with_the_remedy():
    with pytest.raises(
        ValueError, match=r"0 to 1, without names: .*set_output\(transform=\"pandas\"\)"
    ):
        AdditiveRegressor(group="cantine").fit(np.ones((2, 2)), [1.0, 2.0])


def test_a_pipeline_is_cross_validated_by_teaching_period(pipeline, table, city):
    target = table.pop("repas")
    cv = TeachingPeriodSplit(lead_days=15, n_splits=3)
    scores = cross_val_score(
        pipeline, table, target, cv=cv, scoring="neg_mean_absolute_percentage_error"
    )
    assert len(scores) == 3
    assert (scores > -0.1).all()
    again = cross_val_score(
        clone(pipeline), table, target, cv=cv, scoring="neg_mean_absolute_percentage_error"
    )
    np.testing.assert_array_equal(scores, again)
    search = GridSearchCV(pipeline, {"additiveregressor__penalty": [0.5, 500.0]}, cv=cv)
    assert search.fit(table, target).best_params_ == {"additiveregressor__penalty": 0.5}
    table["repas"] = target


def test_a_pipeline_gives_the_same_on_polars(pipeline, table):
    target = table["repas"]
    expected = pipeline.fit(table, target).predict(table)
    other = clone(pipeline).set_output(transform="polars")
    frame = pl.from_pandas(table)
    np.testing.assert_array_equal(other.fit(frame, frame["repas"]).predict(frame), expected)
    names = pipeline[0].get_feature_names_out()
    assert list(other[0].transform(frame).columns) == list(names)
    np.testing.assert_array_equal(
        other[0].transform(frame).to_numpy(), pipeline[0].transform(table)
    )


def test_features_are_those_of_the_calendar_and_the_menu(city, table):
    features = CanteenFeatures(city.calendar, city.menus).set_output(transform="pandas")
    result = features.fit_transform(table)
    around = city.calendar.surroundings(city.attendance.date)
    np.testing.assert_array_equal(result["jour"], around["weekday"])
    np.testing.assert_array_equal(result["pont"], around["bridge"])
    np.testing.assert_array_equal(result["avant_fin"], np.minimum(around["to_end"], 16))
    np.testing.assert_array_equal(result[list(FAMILIES)], city.menus.on(city.attendance.date))
    np.testing.assert_array_equal(
        features.canteens_[result["cantine"].astype(int)], table["cantine"]
    )
    new = pd.DataFrame({"cantine": ["elsewhere"], "date": ["2021-09-02"]})
    assert features.transform(new)["cantine"][0] == -1


def test_a_later_strike_is_unknown_unless_announced(city, table):
    strike = city.calendar.strikes[-1]
    past = table[table["date"] < strike]
    day = pd.DataFrame({"cantine": ["Cantine 01"], "date": [strike]})

    def seen(announced):
        features = CanteenFeatures(city.calendar, strikes_announced=announced).fit(past)
        return features.transform(day)[0, list(features.get_feature_names_out()).index("greve")]

    assert (seen(False), seen(True)) == (0, 1)


def test_features_say_what_is_wrong(city):
    features = CanteenFeatures(city.calendar, effectif="effectif")
    good = {"cantine": ["A"], "date": ["2020-09-03"], "effectif": [10]}
    features.fit(pd.DataFrame(good))
    for change, error, words in (
        ({"date": ["3/9/2020"]}, DateError, "column 'date'.*write YYYY-MM-DD"),
        ({"date": [None]}, DateError, "no date in row 0"),
        ({"date": ["2031-09-03"]}, DateError, "known from 2020-09-01 to 2022-07-05"),
        ({"effectif": [0]}, ForecastError, r"effectif\[0\] is 0; give"),
    ):
        with pytest.raises(error, match=words):
            features.transform(pd.DataFrame(good | change))
    with pytest.raises(ForecastError, match="no column 'cantine'; the table has date"):
        features.fit(pd.DataFrame({"date": ["2020-09-03"]}))
    with pytest.raises(ForecastError, match="ndarray has no named columns"):
        features.fit(np.zeros((2, 2)))


def test_folds_are_the_teaching_periods_and_never_see_their_future(city, table):
    shuffled = table.sample(frac=1, random_state=0)
    date = shuffled["date"].to_numpy().astype("datetime64[D]")
    expected = teaching_periods(city)[1:]
    folds = list(TeachingPeriodSplit(lead_days=15).split(shuffled))
    assert len(folds) == len(expected) == TeachingPeriodSplit().get_n_splits(shuffled)
    for (train, test), period in zip(folds, expected, strict=True):
        assert date[test].min() == period.start
        assert date[test].max() == period.end
        assert date[train].max() <= period.start - 15
        assert len(train) == (date <= period.start - 15).sum()
    by_groups = list(TeachingPeriodSplit().split(np.zeros((len(date), 1)), groups=date))
    np.testing.assert_array_equal(by_groups[-1][1], folds[-1][1])
    last = list(TeachingPeriodSplit(n_splits=2).split(shuffled))
    np.testing.assert_array_equal(last[0][0], folds[-2][0])


def test_a_splitter_says_what_is_wrong(table):
    with pytest.raises(ForecastError, match="lead_days=0: give 1 to 365"):
        TeachingPeriodSplit(lead_days=0)
    with pytest.raises(ForecastError, match="n_splits=0: give 1 or more"):
        TeachingPeriodSplit(n_splits=0)
    with pytest.raises(DateError, match=r"too few teaching periods .*: 9, while 12 are asked for"):
        TeachingPeriodSplit(n_splits=12).get_n_splits(table)


def test_features_stand_beside_other_columns(city, table):
    table = table.assign(atelier=np.arange(len(table)) % 2)
    names = ["cantine", "date"]
    both = ColumnTransformer(
        [("calendar", CanteenFeatures(city.calendar), names), ("rest", "passthrough", ["atelier"])],
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    result = both.fit_transform(table)
    assert list(result.columns)[-1] == "atelier"
    assert len(result) == len(table)
