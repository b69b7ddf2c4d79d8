"""The sheet of a model: what it says is what the forecaster holds, in every language."""

import json
import re

import attrs
import numpy as np
import pytest

from prevision_cantine import (
    CanteenForecaster,
    ForecastError,
    load_city,
    load_report,
    make_city,
    model_sheet,
    plan_order,
)
from prevision_cantine.city.menus import Menus
from prevision_cantine.model.naming import TERMS
from prevision_cantine.say import sheet
from prevision_cantine.words.language import LANGUAGES, NBSP


@pytest.fixture(scope="module")
def written(town_forecaster):
    return model_sheet(town_forecaster)


def test_the_sources_are_those_of_the_fit(town, written):
    known = town.attendance.select(town.attendance.date <= np.datetime64("2023-02-10"))
    sources = written.sources
    assert sources.rows == len(known)
    assert sources.meals == known.meals.sum()
    assert str(sources.first) == "2020-09-01"
    assert sources.last <= np.datetime64("2023-02-10")
    assert sum(count for _, count in sources.types) == sources.canteens == 8
    assert sources.years == ("2020-2021", "2021-2022", "2022-2023")


def test_situations_of_one_kind_hold_every_past_forecast(town_forecaster, written):
    past = town_forecaster.calibration_
    for kind in ("all", "month", "weekday", "size"):
        here = [item for item in written.accuracy if item.kind == kind]
        assert sum(item.rows for item in here) == len(past.actual)
        error = sum(
            item.wape * past.actual[_where(past, item)].sum() for item in here
        ) / past.actual.sum()  # fmt: skip
        assert error == pytest.approx(written.accuracy[0].wape)
    held = dict(zip(sheet.COVERAGES, written.accuracy[0].coverage, strict=True))
    assert all(found == pytest.approx(asked, abs=0.08) for asked, found in held.items())


def _where(past, item):
    code = {
        "all": np.zeros(len(past.date), dtype=int),
        "month": past.date.astype("datetime64[M]").astype(int) % 12 + 1,
        "weekday": (past.date.astype(int) + 3) % 7,
        "size": np.searchsorted(sheet.SIZES, past.forecast, side="right"),
    }[item.kind]
    return code == item.level


def test_the_worst_days_are_in_order(town_forecaster, written):
    past = town_forecaster.calibration_
    off = [abs((past.forecast - past.actual)[past.date == day].sum()) for day, _ in written.worst]
    assert off == sorted(off, reverse=True)
    every = [abs((past.forecast - past.actual)[past.date == d].sum()) for d in np.unique(past.date)]
    assert off[0] == max(every)


def test_the_json_says_the_same_and_nothing_else(written):
    data = json.loads(written.to_json())
    assert data == json.loads(json.dumps(written.to_dict()))
    assert data["personal_data"] is False
    assert data["sources"]["rows"] == written.sources.rows
    assert {item["term"] for item in data["terms"]} <= set(TERMS)
    shipped = CanteenForecaster().get_params()
    assert shipped.pop("choice") is data["choice"] is None
    assert data["settings"] == shipped | {"without": []}
    assert "Cantine 01" not in written.to_json()  # totals alone: no canteen stands out


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_in_each_language(written, lang):
    page = written.to_markdown(lang)
    assert page.startswith("# ")
    assert len(re.findall(r"^## ", page, re.MULTILINE)) == 5
    assert len([line for line in page.splitlines() if line.startswith("|")]) == (
        2 + len(written.terms) + 2 + len(written.accuracy)
    )
    assert not re.search(r"\{\w+\}", page)
    assert " :" not in page or lang == "fr"
    if lang == "fr":
        assert f"{NBSP}: " in page and " : " not in page  # noqa: PT018


def test_every_sentence_is_in_every_language_with_the_same_places():
    for lang in LANGUAGES:
        assert set(sheet.TEXTS[lang]) == set(sheet.TEXTS["en"])
        for key, text in sheet.TEXTS[lang].items():
            assert set(re.findall(r"\{(\w+)", text)) == set(
                re.findall(r"\{(\w+)", sheet.TEXTS["en"][key])
            ), key


def test_a_model_without_past_forecasts_says_so(town):
    forecaster = CanteenForecaster(calibration_periods=0).fit(town, until="2023-02-10")
    bare = model_sheet(forecaster)
    assert bare.accuracy == ()
    assert "without calibration" in bare.to_markdown("en")
    assert json.loads(bare.to_json())["validation"] is None
    with pytest.raises(ForecastError, match="no texts in 'de'"):
        bare.to_markdown("de")


def test_one_canteen_is_singular():
    city = make_city(canteens=1, years=2)
    assert load_report(city).to_text().startswith("1 canteen, ")
    fitted = CanteenForecaster(calibration_periods=0).fit(city, until="2022-07-05")
    for lang, words in (("fr", " 1 cantine, "), ("en", " 1 canteen, "), ("pt", " 1 cantina, ")):
        assert words in model_sheet(fitted).to_markdown(lang)
    bare = attrs.evolve(city, menus=Menus.of({}))
    day = bare.calendar_rows("2022-03-07", "2022-03-07")
    for lang, words in (("fr", ": 1 jour sur 1"), ("en", ": 1 day of 1"), ("pt", ": 1 dia de 1")):
        assert words in day.missing().to_text(lang).replace(NBSP, " ")


def test_the_sheet_of_restaurants_with_services_agrees_with_what_was_loaded(restaurants):
    """Canteens count once whatever their services; head counts and menus of a service are known."""
    loaded = load_report(restaurants)
    assert len(loaded.services) == 2
    last = str(loaded.last)
    fitted = CanteenForecaster(calibration_periods=3).fit(restaurants, until=last)
    told = model_sheet(fitted)
    assert told.sources.canteens == sum(n for _, n in told.sources.types) == loaded.canteens == 2
    assert told.sources.years == ("2024",)
    assert told.sources.menu_days == loaded.menu_days == loaded.school_days
    assert not restaurants.calendar_rows(last, last).missing().row.size
    forecast = fitted.predict(restaurants.calendar_rows("2024-07-01", "2024-07-02"))
    assert len(forecast) == 8  # two services on two days
    assert "2 days, 2 canteens: " in plan_order(forecast, shortage=0.02).to_text("en")
    for lang, words in (
        ("fr", "école|élève|scolaire|rentrée|enfant"),
        ("en", "school|pupil|child"),
    ):
        page = model_sheet(fitted).to_markdown(lang)
        assert not re.search(words, page), lang
    assert 2 in loaded.weekdays
    assert "Wednesdays" not in told.to_markdown("en")
    assert "type:" not in told.to_markdown("en")  # no type is told


@pytest.fixture(scope="module")
def restaurants(tmp_path_factory):
    """Two restaurants, lunch and dinner, from Monday to Saturday, with a menu for each service."""
    folder = tmp_path_factory.mktemp("restaurants")
    days = np.arange("2024-01-08", "2024-06-29", dtype="datetime64[D]")
    days = [day for day in days if (day.astype(int) + 3) % 7 < 6]
    random = np.random.default_rng(0)
    rows, dishes = ["date,cantine,service,reel"], ["date,service,plat"]
    for day in days:
        for service in ("midi", "soir"):
            dishes.append(f"{day},{service},{random.choice(['poisson', 'poulet'])}")
            rows += [f"{day},{name},{service},{random.poisson(90)}" for name in ("A", "B")]
    texts = {
        "frequentation.csv": rows,
        "menus.csv": dishes,
        "effectifs.csv": ["cantine,du,effectif", "A,2024-01-08,120", "B,2024-02-05,120"],
    }
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_city(folder)
