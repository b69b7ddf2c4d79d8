"""Beyond one table: batches forecast as the whole does, and parts are fitted as one."""

import pickle
import sys

import attrs
import numpy as np
import pyarrow as pa
import pytest

from prevision_cantine import CanteenForecaster, ForecastError, make_city
from prevision_cantine.model.learning import regress
from prevision_cantine.scale.batches import (
    BatchForecast,
    calendar_batches,
    forecast_batches,
    write_batches,
)
from prevision_cantine.scale.engines import OnDask, forecast_dask
from prevision_cantine.scale.joint import Here, fit_joint, split_city

CITY = make_city(seed=3, canteens=11, years=3)
UNTIL = np.datetime64("2023-02-01")
KINDS = {"cantine": pa.string(), "date": pa.date32(), "prevision": pa.float64()}
START, END = "2023-03-01", "2023-06-30"


@pytest.fixture(scope="module")
def fitted():
    return CanteenForecaster(calibration_periods=2).fit(CITY, UNTIL)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("rows", [1, 40, 1_000_000])
def test_batches_forecast_as_the_whole(fitted, workers, rows):
    whole = fitted.predict(CITY.calendar_rows(START, END))
    work = pickle.loads(pickle.dumps(BatchForecast.of(fitted, CITY, terms=True)))  # noqa: S301
    batches = calendar_batches(CITY, START, END, rows=rows)
    found = pa.Table.from_batches(forecast_batches(work, batches, workers=workers))
    assert found["cantine"].to_pylist() == whole.rows.names.tolist()
    assert np.array_equal(found["date"].to_numpy(), whole.rows.date)
    for name, expected in (
        ("prevision", whole.meals), ("borne_basse", whole.lower), ("borne_haute", whole.upper),
        *((f"terme_{term}", values) for term, values in whole.contributions.items()),
    ):  # fmt: skip
        np.testing.assert_allclose(found[name].to_numpy(), expected, rtol=1e-12, err_msg=name)


def test_a_canteen_that_closed_is_in_no_part(fitted):
    table = CITY.attendance
    closed = table.select((table.canteen != 2) | (table.date < np.datetime64("2022-04-15")))
    city = attrs.evolve(CITY, attendance=closed)
    # closed for a year in the middle of the span, not at its start
    whole = city.calendar_rows(START, END)
    parts = list(city.calendar_parts(START, END, rows=20))
    assert len(parts) > 5
    assert np.array_equal(np.concatenate([part.canteen for part in parts]), whole.canteen)
    assert np.array_equal(np.concatenate([part.date for part in parts]), whole.date)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"cantine": ["Cantine 01"]}, "batch_column"),
        ({"cantine": ["Cantine 1"], "date": [np.datetime64(START)]}, "batch_canteen"),
        ({"cantine": [None], "date": [np.datetime64(START)]}, "batch_null"),
        ({"cantine": ["Cantine 01"], "date": [np.datetime64(START)], "prevision": [1.0]}, "batch_result"),
    ],
)  # fmt: skip
def test_a_batch_that_cannot_be_forecast_is_refused(fitted, columns, code):
    batch = pa.RecordBatch.from_pydict(
        {
            name: pa.array(np.array(v) if name == "date" else v, KINDS[name])
            for name, v in columns.items()
        }
    )
    with pytest.raises(ForecastError) as caught:
        BatchForecast.of(fitted, CITY)(batch)
    assert caught.value.code == code
    assert all(caught.value.say(lang) for lang in ("fr", "en", "pt"))


def test_an_interrupted_file_is_not_there(fitted, tmp_path):
    work = BatchForecast.of(fitted, CITY)
    first = next(calendar_batches(CITY, START, END, rows=40))

    def stopped():
        yield work(first)
        raise KeyboardInterrupt

    target = tmp_path / "forecasts.parquet"
    with pytest.raises(KeyboardInterrupt):
        write_batches(stopped(), target, work.schema(first.schema))
    assert list(tmp_path.iterdir()) == []
    assert write_batches([work(first)], target, work.schema(first.schema)) == first.num_rows
    assert list(tmp_path.iterdir()) == [target]


# -- one regression over several parts -----------------------------------------------------------


@pytest.mark.parametrize("parts", [1, 2, 5, 11])
def test_parts_give_the_coefficients_of_the_whole(parts):
    model = CanteenForecaster(calibration_periods=0)
    whole = regress(CITY, UNTIL, model.settings(), model.terms_of(CITY))
    joint = fit_joint(split_city(CITY, parts), UNTIL, forecaster=model)
    assert joint.rows == len(whole.table)
    np.testing.assert_allclose(joint.shared, whole.effects.shared, rtol=0, atol=1e-9)
    for part in split_city(CITY, parts):
        found = joint.regression(part)
        own = np.unique(part.attendance.canteen)
        np.testing.assert_allclose(
            found.effects.nested[own], whole.effects.nested[own], rtol=0, atol=1e-9
        )
        here = np.isin(whole.table.canteen, own)
        np.testing.assert_allclose(found.robust, whole.robust[here], rtol=0, atol=1e-9)


def test_curves_and_daily_numbers_are_those_of_the_whole(company):
    until = company.attendance.date[-100]
    model = CanteenForecaster(calibration_periods=0)
    whole = regress(company, until, model.settings(), model.terms_of(company))
    series = len(np.unique(company.attendance.canteen))
    joint = fit_joint(split_city(company, series), until, forecaster=model)
    assert any(getattr(term, "smooth", None) for term in whole.terms)
    np.testing.assert_allclose(joint.shared, whole.effects.shared, rtol=0, atol=1e-9)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    from prevision_cantine import load_city, make_company

    folder = tmp_path_factory.mktemp("company")
    make_company(seed=0).to_folder(folder)
    return load_city(folder)


def test_the_forecaster_of_a_part_forecasts_its_canteens():
    parts = split_city(CITY, 3)
    whole = CanteenForecaster(calibration_periods=0).fit(CITY, UNTIL)
    joint = pickle.loads(pickle.dumps(fit_joint(parts, UNTIL)))  # noqa: S301
    rows = CITY.calendar_rows(START, END)
    expected = whole.predict(rows)
    for part in parts:
        mine = joint.forecaster(part)
        own = np.isin(rows.canteen, np.unique(part.attendance.canteen))
        np.testing.assert_allclose(
            mine.predict(rows.select(own)).meals, expected.meals[own], rtol=1e-9
        )
        shared = percents(mine.effects())
        assert {"jour", "saison", "menu"} <= {term for term, _ in shared}
        for key, percent in shared.items():
            assert percent == pytest.approx(percents(whole.effects())[key], abs=1e-7), key


def percents(table):
    table = table.select(scope="*")
    names = zip(table.term.tolist(), table.level.tolist(), strict=True)
    return dict(zip(names, table.percent.tolist(), strict=True))


def test_a_fit_after_a_joint_one_is_its_own():
    part = split_city(CITY, 3)[0]
    mine = fit_joint(split_city(CITY, 3), UNTIL).forecaster(part)
    alone = CanteenForecaster().fit(part, UNTIL)
    assert not np.array_equal(mine.fitted_.effects.shared, alone.fitted_.effects.shared)
    mine.fit(part, UNTIL)
    assert np.array_equal(mine.fitted_.effects.shared, alone.fitted_.effects.shared)


def test_parts_that_do_not_fit_together_are_refused():
    other = make_city(seed=4, canteens=4, years=3)
    types = attrs.evolve(other, types=("M",) * 4)
    late = attrs.evolve(
        CITY, calendar=attrs.evolve(CITY.calendar, years=tuple(
            attrs.evolve(year, name=f"autre {year.name}") for year in CITY.calendar.years
        )),
        enrolment={f"autre {name}": pupils for name, pupils in CITY.enrolment.items()},
    )  # fmt: skip
    for parts, code in (
        ([], "joint_none"), ([CITY, types], "joint_columns"), ([CITY, late], "joint_years"),
    ):  # fmt: skip
        with pytest.raises(ForecastError) as caught:
            fit_joint(parts, UNTIL)
        assert caught.value.code == code
    for count in (0, 12):
        with pytest.raises(ForecastError) as caught:
            split_city(CITY, count)
        assert caught.value.code == "joint_split"


def test_a_sum_of_one_part_is_that_part():
    assert Here().reduced(lambda a, b: a + b, [3]) == 3
    assert Here().reduced(lambda a, b: a + b, list(range(7))) == 21


def test_partitions_of_dask_forecast_as_the_whole(fitted):
    dd = pytest.importorskip("dask.dataframe")
    batches = calendar_batches(CITY, START, END)
    frame = pa.Table.from_batches(batches).to_pandas()
    found = forecast_dask(BatchForecast.of(fitted, CITY), dd.from_pandas(frame, npartitions=3))
    whole = fitted.predict(CITY.calendar_rows(START, END))
    got = found.compute(scheduler="synchronous")
    assert (got.dtypes == found.dtypes).all()
    np.testing.assert_allclose(got["prevision"], whole.meals, rtol=1e-12)


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"charte-donnee\[dask\]"):
        OnDask(None)
