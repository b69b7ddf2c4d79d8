"""A saved forecaster forecasts the same to the last bit; whatever else a file holds is refused."""

import io
import json
import zipfile

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from prevision_cantine import (
    CanteenForecaster,
    CantineError,
    ForecastError,
    Scenario,
    load_forecaster,
    make_city,
    model_sheet,
    plan_order,
    save_forecaster,
    what_if,
)
from prevision_cantine.model import storage

SPAN = ("2022-03-07", "2022-03-18")


@pytest.fixture(scope="module")
def small():
    return make_city(seed=11, canteens=4, years=2)


@pytest.fixture(scope="module")
def saved(small, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.zip"
    save_forecaster(CanteenForecaster().fit(small, until="2022-02-01"), path)
    return path


@given(
    seed=st.integers(0, 20),
    exponent=st.floats(0.5, 1.1),
    half_life=st.floats(5, 60),
    periods=st.integers(0, 3),
    announced=st.booleans(),
)
@settings(max_examples=8)
def test_what_is_loaded_forecasts_the_same(
    tmp_path_factory, seed, exponent, half_life, periods, announced
):
    city = make_city(seed=seed, canteens=3, years=2)
    forecaster = CanteenForecaster(
        enrolment_exponent=exponent, level_half_life=half_life, calibration_periods=periods,
        strikes_announced=announced,
    ).fit(city, until="2022-02-01")  # fmt: skip
    path = tmp_path_factory.mktemp("model") / "model.zip"
    save_forecaster(forecaster, path)
    again = load_forecaster(path)
    assert again.get_params() == forecaster.get_params()
    rows = city.calendar_rows(*SPAN)
    one, other = forecaster.predict(rows), again.predict(rows)
    for name in ("meals", "lower", "upper"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name, values in one.contributions.items():
        np.testing.assert_array_equal(values, other.contributions[name])
    first = path.read_bytes()
    save_forecaster(again, path)
    assert path.read_bytes() == first  # the same forecaster is the same bytes
    assert list(path.parent.iterdir()) == [path]


def test_what_is_loaded_explains_orders_and_compares_the_same(small, saved):
    forecaster = CanteenForecaster().fit(small, until="2022-02-01")
    again = load_forecaster(saved)
    rows = small.calendar_rows(*SPAN)
    assert again.predict(rows).explain(3, "pt") == forecaster.predict(rows).explain(3, "pt")
    orders = [plan_order(f.predict(rows), shortage=0.01) for f in (forecaster, again)]
    np.testing.assert_array_equal(orders[0].meals, orders[1].meals)
    np.testing.assert_array_equal(orders[0].kitchen.together, orders[1].kitchen.together)
    assert model_sheet(again).to_json() == model_sheet(forecaster).to_json()
    assert again.effects().to_text("fr") == forecaster.effects().to_text("fr")
    scenario = Scenario(strikes=["2022-03-10"])
    changes = [what_if(f, small, scenario, *SPAN).after for f in (forecaster, again)]
    np.testing.assert_array_equal(*changes)


def test_a_saved_model_can_be_read_by_eye(saved):
    with zipfile.ZipFile(saved) as file:
        head = json.loads(file.read("model.json"))
        assert head["version"] == storage.VERSION
        assert head["fitted"]["until"] == "2022-02-01"
        for name, stated in head["arrays"].items():
            array = np.load(io.BytesIO(file.read(f"{name}.npy")), allow_pickle=False)
            assert [*array.shape] == stated["shape"]


def test_rows_of_another_city_are_refused(small, saved):
    forecaster = load_forecaster(saved)
    other = attrs.evolve(small, canteens=tuple(reversed(small.canteens)))
    with pytest.raises(ForecastError, match=r"the canteens of the rows .* are not those learned"):
        forecaster.predict(other.calendar_rows(*SPAN))
    calendar = attrs.evolve(small.calendar, years=small.calendar.years[1:])
    with pytest.raises(ForecastError, match="2020-2021 as its school year 1"):
        forecaster.predict(attrs.evolve(small, calendar=calendar).calendar_rows(*SPAN))


# What is refused


def rewrite(saved, path, change):
    """Write a model again with its members changed."""
    with zipfile.ZipFile(saved) as file:
        members = {name: file.read(name) for name in file.namelist()}
    head = json.loads(members["model.json"])
    members = change(head, members) or {**members, "model.json": json.dumps(head).encode()}
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def npy(array, **options):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **options)
    return buffer.getvalue()


def put(*path):
    def change(head, _):
        *way, last, value = path
        for step in way:
            head = head[step]
        head[last] = value

    return change


def take(*path):
    def change(head, _):
        *way, last = path
        for step in way:
            head = head[step]
        del head[last]

    return change


def array(name, data, dtype=None, shape=None):
    def change(head, members):
        if dtype:
            head["arrays"][name] = {"dtype": dtype, "shape": shape}
        return {**members, f"{name}.npy": data, "model.json": json.dumps(head).encode()}

    return change


LEVEL = "fitted.level"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("version", 1), "version 1 is unknown, only 3"),
        (put("version", True), "version True is unknown"),
        (put("format", "x"), "format: not"),
        (put("colour", "blue"), "'colour' is unknown"),
        (put("fitted", "extra", 1), "fitted: 'extra' is unknown"),
        (take("fitted", "until"), "fitted: 'until' is missing"),
        (take("sources"), "'sources' is missing"),
        (put("fitted", "until", "soon"), "fitted.until: 'soon' is not a day"),
        (put("fitted", "until", 3), "fitted.until: 3 is not a day"),
        (put("fitted", "years", "2"), "fitted.years: '2' is not of the type int"),
        (put("fitted", "years", True), "fitted.years: True is not of the type int"),
        (put("fitted", "canteens", "abc"), "fitted.canteens: not a list"),
        (put("fitted", "canteens", ["A"]), "is needed"),
        (put("fitted", "level", {"array": "fitted.level_new"}), "fitted.level: not an array"),
        (put("fitted", "level", [1, 2, 3, 4]), "fitted.level: not an array"),
        (put("fitted", []), "fitted: not a table of fields"),
        (put("sources", "types", [["M"]]), "sources.types.0: 1 values, where there are 2"),
        (put("settings", "half_life", [1]), "the setting 'half_life' is"),
        (put("settings", "depth", 1), "the setting 'depth' is unknown"),
        (take("settings", "lead_days"), "the setting 'lead_days' is unknown or missing"),
        (put("arrays", []), "arrays: not a table"),
        (array(LEVEL, b"nothing"), "fitted.level.npy: not an array file"),
        (array(LEVEL, npy(np.zeros(4, dtype=object), allow_pickle=True)), "is not read"),
        (array(LEVEL, npy(np.zeros(5)), "<f8", [5]), "level: .5,., where .4,. is needed"),
        (array(LEVEL, npy(np.zeros(5))), "where the head states"),
        (array(LEVEL, npy(np.zeros(4))[:-8]), "not as long as its shape says"),
        (array(LEVEL, npy(np.zeros(4)) + b"x"), "not as long as its shape says"),
        (array(LEVEL, npy(np.zeros(4, dtype="<i8")), "<i8", [4]), "values of int64, where float64"),
        (array(LEVEL, npy(np.full(4, np.nan)), "<f8", [4]), "missing or infinite"),
        (array("../evil", npy(np.zeros(1))), "'../evil.npy' is unknown"),
        (array("../evil", npy(np.zeros(1)), "<f8", [1]), "array '../evil' does not belong to any field"),
        (lambda head, members: {"model.json": b"{"}, "model.json: not JSON"),
        (lambda head, members: {"model.json": b"[" * 100_000}, "model.json: not JSON"),
        (lambda head, members: {"model.json": b'{"format": NaN}'}, "NaN is not a number"),
        (lambda head, members: {"model.json": b"[]"}, "not a table of fields"),
        (lambda head, members: {"a": b""}, "model.json is missing"),
        (lambda head, members: {**{str(n): b"" for n in range(200)}}, "more than 100 members"),
    ],
)  # fmt: skip
def test_what_does_not_belong_is_refused_by_name(saved, tmp_path, change, message):
    path = rewrite(saved, tmp_path / "m.zip", change)
    with pytest.raises(ForecastError, match=message) as error:
        load_forecaster(path)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(path))


def test_a_huge_shape_is_refused_before_anything_is_reserved(saved, tmp_path):
    header = io.BytesIO()
    shape = (10**12,)
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": shape}
    )
    path = rewrite(saved, tmp_path / "m.zip", array(LEVEL, header.getvalue(), "<f8", [*shape]))
    with pytest.raises(ForecastError, match="not as long as its shape says"):
        load_forecaster(path)


def test_only_the_compression_that_is_written_is_read(saved, tmp_path):
    with zipfile.ZipFile(saved) as file, zipfile.ZipFile(tmp_path / "m.zip", "w") as other:
        for name in file.namelist():
            other.writestr(name, file.read(name), zipfile.ZIP_LZMA)
    with pytest.raises(ForecastError, match="compressed in a way that is not read"):
        load_forecaster(tmp_path / "m.zip")


def test_more_bytes_than_a_model_has_are_refused(saved, monkeypatch):
    monkeypatch.setattr(storage, "MAX_BYTES", 1000)
    with pytest.raises(ForecastError, match="more than 100 members or 1,000 bytes"):
        load_forecaster(saved)
    monkeypatch.undo()
    monkeypatch.setattr(storage, "MAX_HEAD", 100)
    with pytest.raises(ForecastError, match=r"model\.json: larger than 100 bytes"):
        load_forecaster(saved)


@given(data=st.data())
@settings(max_examples=60)
def test_a_damaged_file_is_refused_or_is_the_same(small, saved, tmp_path_factory, data):
    whole = bytearray(saved.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damaged") / "m.zip"
    path.write_bytes(bytes(whole[: data.draw(st.integers(1, len(whole)))]))
    try:
        loaded = load_forecaster(path)
    except ForecastError as error:
        assert "\n" not in str(error)  # noqa: PT017
    else:
        rows = small.calendar_rows(*SPAN)
        np.testing.assert_array_equal(
            loaded.predict(rows).meals, load_forecaster(saved).predict(rows).meals
        )


def test_what_cannot_be_saved_or_read_is_said(saved, tmp_path, small):
    with pytest.raises(NotFittedError):
        save_forecaster(CanteenForecaster(), tmp_path / "m.zip")
    with pytest.raises(ForecastError, match="cannot be read"):
        load_forecaster(tmp_path / "absent.zip")
    (tmp_path / "x.zip").write_text("no zip")
    with pytest.raises(ForecastError, match="not a complete zip file"):
        load_forecaster(tmp_path / "x.zip")
    with pytest.raises(CantineError, match="cannot be written"):
        save_forecaster(load_forecaster(saved), tmp_path / "absent" / "m.zip")
    assert [p.name for p in tmp_path.iterdir()] == ["x.zip"]
