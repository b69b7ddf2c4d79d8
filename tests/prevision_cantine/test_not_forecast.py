"""A day that is not forecast: why, and which days near it are."""

import json
import pickle

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prevision_cantine import (
    CityError,
    DateError,
    NotForecastError,
    Scenario,
    Span,
    load_city,
    make_recife,
)
from prevision_cantine.calendar.not_forecast import REASONS, TEXTS
from prevision_cantine.cli import main
from prevision_cantine.decide.changes import CanteenChange
from prevision_cantine.words.language import LANGUAGES


def day(text):
    return np.datetime64(text, "D")


def codes(answer):
    return [reason.code for reason in answer.reasons]


@pytest.fixture(scope="module")
def recife(tmp_path_factory):
    return load_city(make_recife(years=3).to_folder(tmp_path_factory.mktemp("recife") / "city"))


@pytest.mark.parametrize(
    ("asked", "expected", "near"),
    [
        ("2022-12-25", ["public_holiday", "school_holiday"], ("2022-12-23", "2023-01-09")),
        ("2023-03-15", ["weekday"], ("2023-03-14", "2023-03-16")),
        ("2023-03-18", ["weekday"], ("2023-03-17", "2023-03-20")),
        ("2019-03-18", ["before_calendar"], (None, "2020-09-01")),
        ("2024-03-18", ["after_calendar"], ("2023-07-04", None)),
        ("2022-07-20", ["between_years"], ("2022-07-05", "2022-09-01")),
    ],
)
def test_the_reason_and_the_nearest_days(town, asked, expected, near):
    answer = town.why_not(asked)
    assert codes(answer) == expected
    assert (answer.before, answer.after) == tuple(day(d) if d else None for d in near)
    with pytest.raises(NotForecastError) as error:
        town.calendar_rows(asked, asked)
    assert error.value.answer == answer
    assert isinstance(error.value, DateError)


@given(offset=st.integers(0, 1_100))
def test_a_day_has_rows_or_an_answer_whose_days_have_some(town, offset):
    asked = day("2020-08-25") + offset
    answer = town.why_not(asked)
    if answer is None:
        assert len(town.calendar_rows(asked, asked))
        return
    with pytest.raises(NotForecastError):
        town.calendar_rows(asked, asked)
    for near in (answer.before, answer.after):
        if near is not None:
            assert len(town.calendar_rows(near, near))
            between = np.arange(min(near, asked) + 1, max(near, asked), dtype="datetime64[D]")
            inside = between[
                (between >= town.calendar.span[0]) & (between <= town.calendar.span[1])
            ]
            assert not town.calendar.is_served(inside).any()


def test_a_span_tells_each_reason_once(town):
    answer = town.why_not("2022-12-24", "2023-01-08")
    assert codes(answer) == ["school_holiday", "public_holiday", "public_holiday"]
    assert [reason.name for reason in answer.reasons] == ["Noël", "2022-12-25", "2023-01-01"]
    assert town.why_not("2022-12-22", "2023-01-08") is None


def test_a_canteen_that_opens_or_closes_says_since_when(town):
    changes = [
        CanteenChange(name="Jaurès", opens="2023-03-13", people=100),
        CanteenChange(name="Cantine 02", closes="2023-03-16"),
    ]
    city = Scenario(canteens=changes).with_canteens(town)
    early = city.why_not("2023-03-10", canteen="Jaurès")
    assert codes(early) == ["not_open_yet"]
    assert early.reasons[0].since == early.after == day("2023-03-13")
    late = city.why_not("2023-03-20", "2023-03-24", canteen="Cantine 02")
    assert codes(late) == ["closed_for_good"]
    assert late.before == day("2023-03-14")
    assert late.after is None
    rows = city.calendar_rows("2023-03-06", "2023-03-10")
    with pytest.raises(NotForecastError, match="the canteen opens on 2023-03-13"):
        rows.of("Jaurès")


def test_a_canteen_closed_for_a_day_says_so(town):
    span = Span(
        start=day("2023-03-14"), end=day("2023-03-14"), nature="ferme", canteen="Cantine 02"
    )
    city = Scenario(spans=[span]).apply(town)
    answer = city.why_not("2023-03-14", canteen="Cantine 02")
    assert codes(answer) == ["canteen_closed"]
    assert (answer.before, answer.after) == (day("2023-03-13"), day("2023-03-16"))
    assert city.why_not("2023-03-14") is None


def test_the_past_is_not_forecast(town, town_forecaster):
    rows = town.calendar_rows("2023-02-06", "2023-02-10")
    with pytest.raises(NotForecastError) as error:
        town_forecaster.predict(rows)
    assert codes(error.value.answer) == ["past"]
    assert error.value.answer.before is None
    assert error.value.answer.after == day("2023-02-13")


def test_no_recent_meal_is_a_reason(town):
    table = town.attendance
    old = attrs.evolve(town, attendance=table.select(table.date < day("2021-06-01")))
    answer = old.why_not("2023-03-14")
    assert codes(answer) == ["no_recent_meals"]
    assert answer.reasons[0].since == old.attendance.date[-1]
    assert answer.before is not None
    assert answer.after is None


def test_two_services_and_carnival(recife):
    carnival = recife.why_not("2020-02-24", canteen="Escola Paulo Freire (manha)")
    assert carnival is not None
    assert [r.name for r in carnival.reasons if r.code == "school_holiday"] == ["Carnaval"]
    assert "Carnaval" in carnival.to_text("pt")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_is_told_in_every_language(town, lang):
    assert set(REASONS) <= set(TEXTS[lang])
    texts = {town.why_not(d).to_text(lang) for d in ("2022-12-25", "2023-03-15", "2030-01-01")}
    assert len(texts) == 3
    assert not any("{" in text or "\n" in text for text in texts)


def test_the_answer_is_data(town):
    answer = town.why_not("2022-12-25")
    error = NotForecastError(answer)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert again.answer == answer
    found = json.loads(json.dumps(error.to_dict()))
    assert found["code"] == "not_forecast"
    assert found["after"] == "2023-01-09"
    assert [reason["code"] for reason in found["reasons"]] == codes(answer)


def test_who_is_not_known_is_refused(town):
    with pytest.raises(CityError, match="did you mean 'Cantine 02'"):
        town.why_not("2022-12-25", canteen="cantine 2")


@pytest.mark.parametrize("verb", ["forecast", "order", "explain", "what-if", "trade-off"])
def test_every_command_says_which_days_are_forecast(town_folder, tmp_path, capsys, verb):
    output = (
        [] if verb in ("what-if", "explain", "trade-off") else ["--output", str(tmp_path / "o.csv")]
    )
    more = ["--shortage", "0.01"] if verb == "order" else []
    span = ["--from", "2022-12-24", "--to", "2022-12-26"]
    assert main([verb, str(town_folder), *span, *output, *more]) == 2
    assert "2022-12-23" in (said := capsys.readouterr().err)
    assert "2023-01-09" in said
