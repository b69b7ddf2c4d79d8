"""A backtest answers for any city, never looks ahead, and its figures are what they say."""

import csv
import io
import json
import tomllib
from importlib import resources

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from prevision_cantine import (
    CanteenForecaster,
    DateError,
    ForecastError,
    Gain,
    backtest,
    backtest_text,
    load_city,
    make_city,
    make_commune,
    make_company,
    worst_days,
)
from prevision_cantine.cli.main import main
from prevision_cantine.measure.comparison import GROUPINGS, gain
from prevision_cantine.measure.peers import PastForecasts
from prevision_cantine.say.measured import group_name, verdict, wasted_a_day
from prevision_cantine.uncertainty.measures import excess, shortage, wape

FAST = CanteenForecaster(calibration_periods=2)
FIELDS = [field.name for field in attrs.fields(PastForecasts)]


@pytest.fixture(scope="module")
def result(town):
    return backtest(town, "2022-11-01", "2023-04-12", assisted=True)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return load_city(
        make_company(years=2, seed=5).to_folder(tmp_path_factory.mktemp("company") / "c")
    )


def write(folder, name, lines):
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def small_city(folder, days, *, orders=False, events=(), settings=""):
    """Write a city of two canteens, open from Monday to Friday, and load it."""
    random = np.random.default_rng(7)
    dates = np.busday_offset("2023-01-02", np.arange(days), roll="forward")
    rows = []
    for day in dates.tolist():
        for name, usual in (("A", 120), ("B", 60)):
            meals = round(usual * float(np.exp(0.05 * random.normal())))
            if str(day) in events:
                meals //= 2
            rows.append(f"{day},{name},{meals}" + (f",{meals + 5}" if orders else ""))
    header = "date,cantine,reel" + (",prevision_agents" if orders else "")
    write(folder, "frequentation.csv", [header, *rows])
    if events:
        lines = [f"{day},{day},evenement,neige" for day in events]
        write(folder, "calendrier.csv", ["du,au,nature,nom", *lines])
    if settings:
        write(folder, "ville.toml", [settings])
    return load_city(folder)


def assert_same(first, second, keep):
    for who, one in first.forecasts.items():
        for name in FIELDS:
            np.testing.assert_array_equal(
                getattr(one, name)[keep], getattr(second.forecasts[who], name)[keep], err_msg=who
            )


@pytest.mark.parametrize("step", ["period", "week"])
def test_the_future_changes_no_forecast(town, step):
    cut = np.datetime64("2023-01-20")
    table = town.attendance
    random = np.random.default_rng(0)
    later = table.date > cut
    factor = np.where(later, random.uniform(0.3, 3.0, len(table)), 1.0)
    other = attrs.evolve(
        town,
        attendance=attrs.evolve(table, meals=table.meals * factor, agents=table.agents * factor),
        enrolment={
            year: count * (2.0 if year > "2023" else 1.0) for year, count in town.enrolment.items()
        },
    )
    span = ("2022-11-07", "2023-04-12")
    first, second = (backtest(one, *span, step=step, forecaster=FAST) for one in (town, other))
    before = first.last_known <= cut
    assert before.any()
    assert (first.rows.date[before] > cut).any()
    assert_same(first, second, before)
    assert not np.array_equal(first.model.meals, second.model.meals)
    assert not np.array_equal(
        first.forecasts["weekday_mean"].meals, second.forecasts["weekday_mean"].meals
    )


def test_numbers_and_head_counts_count_from_the_day_on_which_they_are_known(company):
    cut = np.datetime64("2019-10-15")
    counts = company.headcounts
    assert len(counts)
    other = attrs.evolve(
        company,
        headcounts=attrs.evolve(
            counts, people=np.where(counts.known_on > cut, 3 * counts.people, counts.people)
        ),
        variables=tuple(
            attrs.evolve(one, value=np.where(one.known_on > cut, 9.0, one.value))
            for one in company.variables
        ),
    )
    span = ("2019-10-14", "2019-11-29")
    first, second = (backtest(one, *span, step="week", forecaster=FAST) for one in (company, other))
    before = first.last_known <= cut
    assert before.any()
    assert not before.all()
    assert_same(first, second, before)
    assert not np.array_equal(first.model.meals, second.model.meals)


def test_an_event_is_not_known_before_its_day_unless_the_city_says_so(tmp_path):
    days = ["2023-02-14", "2023-03-15", "2023-04-13", "2023-05-17"]
    span = ("2023-05-15", "2023-05-26")
    found = {}
    for name, events, settings in (
        ("none", days[:3], ""),
        ("silent", days, ""),
        ("after", days, '[termes.neige]\nlit = "evenement:neige"\npenalite = 1\nconnu = "apres"'),
        ("ahead", days, '[termes.neige]\nlit = "evenement:neige"\npenalite = 1\nconnu = "avance"'),
    ):
        folder = tmp_path / name
        folder.mkdir()
        city = small_city(folder, 110, events=events, settings=settings)
        found[name] = backtest(city, *span, lead_days=5, forecaster=FAST)
    day = found["silent"].rows.date == np.datetime64(days[3])
    for name in ("silent", "after"):
        np.testing.assert_allclose(
            found[name].model.meals[day], found["none"].model.meals[day], rtol=1e-9
        )
    assert (found["ahead"].model.meals[day] < 0.8 * found["silent"].model.meals[day]).all()
    assert [note.names for note in found["silent"].notes if note.code == "events"] == [("neige",)]
    assert not any(note.code == "events" for note in found["ahead"].notes)
    for lang in ("fr", "en", "pt"):
        assert "neige" in backtest_text(found["silent"], lang)


@pytest.mark.parametrize("step", ["period", "week"])
@pytest.mark.parametrize("orders", [False, True])
@pytest.mark.parametrize("days", [2, 9, 45])
def test_a_short_past_is_measured_all_the_same(tmp_path, days, orders, step):
    city = small_city(tmp_path, days, orders=orders)
    lead = min(15, days // 2)
    result = backtest(city, lead_days=lead, step=step, assisted=orders)
    assert 0 < len(result) <= 2 * days
    for who, one in result.forecasts.items():
        for name in FIELDS:
            assert np.isfinite(getattr(one, name)).all(), (who, name)
        assert (one.lower <= one.upper).all()
    found = result.compare()
    assert ("agents" in found.scores) == orders
    assert found.at_shortage == pytest.approx(0.0 if orders else 0.01)
    assert (result.rows.date - result.last_known).min() >= np.timedelta64(lead, "D")
    for lang in ("fr", "en", "pt"):
        assert "nan" not in backtest_text(result, lang).lower()


def test_where_nothing_was_known_in_time_the_remedy_works(tmp_path):
    city = small_city(tmp_path, 9)
    with pytest.raises(DateError, match=r"give at most (\d+) days between data") as error:
        backtest(city, lead_days=15)
    most = int(str(error.value).split("at most ")[1].split()[0])
    assert len(backtest(city, lead_days=most)) == 2
    with pytest.raises(DateError, match="at most"):
        backtest(city, lead_days=most + 1)


def test_several_services_on_any_weekday_without_a_school_year(company):
    result = backtest(company, "2019-10-01", "2019-11-15", forecaster=FAST)
    assert set(result.rows.keys()) == {"cantine", "service", "date"}
    named = result.compare("series").scores["model"].group.tolist()
    assert len(named) == 2
    assert all("(" in name for name in named)
    assert all(np.isfinite(one.meals).all() for one in result.forecasts.values())


def test_without_a_span_the_last_year_is_measured(town):
    result = backtest(town, forecaster=CanteenForecaster(calibration_periods=1))
    last = town.attendance.date[-1]
    assert result.rows.date.max() == last
    assert last - result.rows.date.min() < np.timedelta64(364, "D")


def test_without_calibration_there_are_errors_but_no_orders(town):
    bare = CanteenForecaster(calibration_periods=0)
    found = backtest(town, "2023-01-03", "2023-02-03", forecaster=bare).compare().scores["model"]
    assert 0 < found.wape[0] < 0.2
    assert np.isnan([found.excess[0], found.coverage[0]]).all()
    assert np.isfinite(found.equal_excess[0])


def test_days_of_strike_alone_are_measured(town):
    struck = np.intersect1d(town.calendar.strikes, town.attendance.date)
    day = str(struck[struck > np.datetime64("2022-01-01")][0])
    result = backtest(town, day, day, forecaster=FAST)
    assert result.strike.all()
    assert result.compare().strikes
    assert result.compare().scores["model"].rows[0] == len(result)


def test_figures_of_groups_add_up_to_those_of_all(result):
    whole = result.compare()
    assert list(whole.scores) == ["model", "assisted", "weekday_mean", "last_year", "agents"]
    for by in GROUPINGS[1:]:
        for who, parts in result.compare(by).scores.items():
            every = whole.scores[who]
            assert parts.rows.sum() == every.rows[0]
            for name in ("wape", "bias", "shortage", "width"):
                total = (getattr(parts, name) * parts.meals).sum() / every.meals[0]
                assert np.isnan(total) == (who == "agents" and name == "width")
                if np.isfinite(total):
                    assert total == pytest.approx(getattr(every, name)[0])
            held = (parts.coverage * parts.rows).sum() / every.rows[0]
            assert who == "agents" or held == pytest.approx(every.coverage[0])


def test_figures_are_those_of_the_columns(result):
    keep = ~result.strike
    found = result.compare()
    said, actual = result.agents[keep], result.actual[keep]
    assert found.at_shortage == pytest.approx(shortage(said, actual))
    assert found.scores["agents"].excess[0] == pytest.approx(excess(said, actual))
    assert found.scores["agents"].equal_excess[0] == pytest.approx(excess(said, actual), abs=1e-9)
    for who, one in result.forecasts.items():
        scores = found.scores[who]
        assert scores.wape[0] == pytest.approx(wape(one.meals[keep], actual))
        ordered = one.ordered[keep]
        factor = np.linspace(0.5, 2.0, 15001)[:, None]
        missed = np.maximum(actual - factor * ordered, 0).sum(axis=1) / actual.sum()
        best = ordered * factor[np.argmin(np.abs(missed - found.at_shortage))]
        assert scores.equal_excess[0] == pytest.approx(excess(best, actual), abs=2e-4)
        left = np.maximum(best - actual, 0).sum() / found.days
        assert wasted_a_day(scores, found.at_shortage, found.days) == pytest.approx(left, rel=0.01)


def test_a_perfect_forecaster_has_no_error_and_wastes_nothing(result):
    exact = PastForecasts(
        meals=result.actual, lower=result.actual, upper=result.actual, ordered=result.actual
    )
    perfect = attrs.evolve(
        result, agents=result.actual, forecasts=dict(result.forecasts) | {"model": exact}
    )
    found = perfect.compare()
    for who in ("model", "agents"):
        one = found.scores[who]
        assert [one.wape[0], one.bias[0], one.excess[0], one.shortage[0]] == [0, 0, 0, 0]
        assert one.equal_excess[0] == pytest.approx(0, abs=1e-9)
    assert found.scores["model"].coverage[0] == 1
    assert found.gains["weekday_mean"].share == 1
    assert found.gains["agents"].share == 0


def test_a_forecast_that_is_the_plain_mean_is_not_called_better(result):
    same = attrs.evolve(
        result,
        forecasts=dict(result.forecasts) | {"model": result.forecasts["weekday_mean"]},
    )
    gain = same.compare().gains["weekday_mean"]
    assert (gain.share, gain.t, gain.verdict) == (0, 0, "similar")
    for lang, words in (
        ("fr", "une simple moyenne fait aussi bien"),
        ("en", "a plain mean does as well"),
        ("pt", "uma simples média faz tão bem"),
    ):
        assert words in backtest_text(same, lang)


def test_intervals_that_are_too_narrow_are_called_so(result):
    model, actual = result.model, result.actual
    narrow = attrs.evolve(model, lower=model.meals - 1, upper=model.meals + 1)
    wide = attrs.evolve(model, lower=0 * actual, upper=2 * actual)
    for one, said in ((narrow, True), (wide, False)):
        other = attrs.evolve(result, forecasts=dict(result.forecasts) | {"model": one})
        for lang, words in (
            ("fr", "trop étroits"),
            ("en", "too narrow"),
            ("pt", "estreitos demais"),
        ):
            assert (words in backtest_text(other, lang)) == said


def test_orders_of_a_part_of_the_rows_are_compared_on_those(result):
    some = np.arange(len(result)) % 3 == 0
    part = attrs.evolve(result, agents=np.where(some, result.agents, np.nan))
    assert part.compare().scores["model"].rows[0] == (some & ~result.strike).sum()
    assert part.compare(agents=False).scores["model"].rows[0] == (~result.strike).sum()
    none = attrs.evolve(result, agents=np.full(len(result), np.nan))
    assert "agents" not in none.compare().scores
    assert none.compare().at_shortage == result.shortage


@given(st.integers(0, 200))
def test_a_gain_turns_round_with_its_forecasters(seed):
    random = np.random.default_rng(seed)
    date = np.datetime64("2023-01-02") + np.arange(70)
    actual = random.uniform(50, 150, 70)
    first, second = (actual + random.normal(0, s, 70) for s in (5, 8))
    one, other = gain(actual, first, second, date), gain(actual, second, first, date)
    assert one.t == pytest.approx(-other.t)
    lost, mine = (np.abs(x - actual).sum() for x in (second, first))
    assert one.share == pytest.approx(1 - mine / lost)
    assert one.weeks == 10


def test_a_verdict_needs_eight_weeks_and_two_standard_errors():
    for t, weeks, said in (
        (2.0, 8, "better"), (1.999, 8, "similar"), (-2.0, 8, "worse"), (-1.999, 8, "similar"),
        (9.0, 7, "too_few"), (np.nan, 1, "too_few"),
    ):  # fmt: skip
        assert Gain(0.1, t, weeks).verdict == said
        for lang in ("fr", "en", "pt"):
            assert str(weeks) in verdict("weekday_mean", Gain(0.1, t, weeks), lang)


def test_worst_days_add_up_and_come_in_order(result):
    days = worst_days(result, 7)
    errors = [day.error for day in days]
    assert errors == sorted(errors, reverse=True)
    off = np.abs(result.model.meals - result.actual)
    every = [off[result.rows.date == day].sum() for day in np.unique(result.rows.date)]
    assert errors == pytest.approx(sorted(every, reverse=True)[:7])
    for day in days:
        assert day.usual + sum(day.added.values()) == pytest.approx(day.forecast)
        assert abs(day.furthest[0][1]) >= abs(day.furthest[-1][1])


def test_all_figures_go_to_json(result):
    text = json.dumps(result.to_dict(), allow_nan=False)
    found = json.loads(text)
    assert found["all"]["scores"]["model"][0]["wape"] == result.compare().scores["model"].wape[0]
    assert {by for by in GROUPINGS if by in found} == set(GROUPINGS)
    assert found["with_strikes"]["scores"]["model"][0]["rows"] == len(result)


def test_a_score_is_one_less_the_error_and_higher_is_better(town, town_forecaster, town_forecast):
    rows = town_forecast.rows
    served = rows.served()
    assert np.isfinite(served).all()
    exact = town_forecaster.score(rows, town_forecast.meals)
    own = town_forecaster.score(rows)
    assert exact == 1
    assert own == pytest.approx(1 - wape(town_forecast.meals, served))
    assert own == town_forecaster.score(rows, served)
    assert town_forecaster.score(rows, 2 * served) < own < exact
    holes = np.where(np.arange(len(rows)) % 2, served, np.nan)
    half = np.arange(len(rows)) % 2 == 1
    assert town_forecaster.score(rows, holes) == pytest.approx(
        1 - wape(town_forecast.meals[half], served[half])
    )
    with pytest.raises(ForecastError, match="meals: 1 value for 176 rows"):
        town_forecaster.score(rows, served[:1])
    with pytest.raises(ForecastError, match="no meals served are known"):
        town_forecaster.score(rows, np.full(len(rows), np.nan))
    with pytest.raises(NotFittedError):
        CanteenForecaster().score(rows)


def test_groups_of_a_wrong_name_or_language_are_refused(result):
    with pytest.raises(ForecastError, match="by='day'"):
        result.compare("day")
    with pytest.raises(ForecastError, match="by='all'"):
        backtest_text(result, "en", by=["all"])
    with pytest.raises(ForecastError, match="no texts in 'de'"):
        backtest_text(result, "de")


def test_every_sentence_exists_in_each_language_with_the_same_facts():
    import string

    def sentences(table, name=""):
        for key, value in table.items():
            if isinstance(value, dict):
                yield from (
                    [(name + key, value)]
                    if all(isinstance(text, str) for text in value.values())
                    else sentences(value, f"{key}.")
                )

    file = resources.files("prevision_cantine").joinpath("words/backtest.toml")
    found = dict(sentences(tomllib.loads(file.read_text(encoding="utf-8"))))
    assert len(found) > 60
    for code, said in found.items():
        assert set(said) == {"fr", "en", "pt"}, code
        facts = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in said.values()
        ]
        assert facts[0] == facts[1] == facts[2], code
    source = "".join(
        resources.files("prevision_cantine").joinpath(f"say/{name}.py").read_text("utf-8")
        for name in ("measured", "backtest_page")
    )
    source += resources.files("prevision_cantine").joinpath("cli/backtest_command.py").read_text()
    made = ("short.", "the.", "of.", "note_")  # codes that are put together
    named = {*GROUPINGS, "by_series", "by_month", "by_weekday", "served", "planned", "width"}
    named |= {"model", "assisted", "weekday_mean", "last_year", "agents", "coverage"}
    named |= {"better", "worse", "similar", "too_few"}
    for code in found:
        assert code.startswith(made) or code in named or f'"{code}"' in source.replace("'", '"'), (
            code
        )


def run(capsys, *arguments):
    status = main(["backtest", *map(str, arguments)])
    said = capsys.readouterr()
    assert status == 0, said.err
    return said.out


SPAN = ("--from", "2023-01-03", "--to", "2023-02-10")


def test_the_command_prints_a_table_json_and_csv(town, town_folder, tmp_path, capsys):
    expected = backtest(town, SPAN[1], SPAN[3]).to_dict()
    files = ("--output", tmp_path / "b.csv", "--html", tmp_path / "b.html")
    found = json.loads(run(capsys, town_folder, *SPAN, "--format", "json", *files))
    assert found["all"]["scores"]["model"][0]["wape"] == pytest.approx(
        expected["all"]["scores"]["model"][0]["wape"]
    )
    assert len((tmp_path / "b.csv").read_text("utf-8").splitlines()) == 1 + found["rows"]
    assert (tmp_path / "b.html").read_text("utf-8").startswith("<!doctype html>")
    table = list(csv.DictReader(io.StringIO(run(capsys, town_folder, *SPAN, "--format", "csv"))))
    assert {(row["par"], row["prevision_de"]) for row in table} >= {
        (by, who) for by in GROUPINGS for who in ("model", "weekday_mean", "last_year", "agents")
    }
    assert float(table[0]["wape"]) == pytest.approx(
        found["all"]["scores"]["model"][0]["wape"], abs=1e-6
    )


@pytest.mark.parametrize("lang", ["fr", "en", "pt"])
def test_the_command_prints_whole_names_under_their_columns(town_folder, capsys, lang):
    text = run(capsys, town_folder, *SPAN, "--lang", lang, "--by", "series", "--by", "month")
    assert "Cantine 08" in text
    assert group_name("month", "2023-01", lang) in text
    blocks = text.split("\n\n")
    head, *lines = next(block for block in blocks if "Cantine 08" in block).splitlines()
    assert len({len(line) for line in (head, *lines)}) == 1


def test_written_forecasts_are_measured_once_the_meals_are_served(
    town, town_folder, town_forecast, tmp_path, capsys
):
    path = tmp_path / "f.csv"
    town_forecast.to_csv(path)
    found = json.loads(
        run(capsys, town_folder, "--forecasts", path, "--by", "weekday", "--format", "json")
    )
    served = town_forecast.rows.served()
    assert found["all"][0]["wape"] == pytest.approx(wape(town_forecast.meals, served), abs=1e-4)
    held = (town_forecast.lower <= served) & (served <= town_forecast.upper)
    assert found["all"][0]["coverage"] == pytest.approx(held.mean(), abs=0.01)
    assert sum(group["rows"] for group in found["weekday"]) == len(served)
    for lang in ("fr", "en", "pt"):
        assert str(path) in run(capsys, town_folder, "--forecasts", path, "--lang", lang)
    command = ["backtest", str(town_folder), "--forecasts", str(path), "--lang", "en"]
    assert main([*command, "--output", str(tmp_path / "b.csv")]) == 2
    assert "remove it, or remove --forecasts" in capsys.readouterr().err
    assert not (tmp_path / "b.csv").exists()


def test_the_help_has_an_example(capsys):
    assert main(["backtest", "--help"]) == 0
    assert "prevision-cantine backtest FOLDER --step week --html" in capsys.readouterr().out


def test_a_made_city_goes_from_its_folder_to_figures(tmp_path, capsys):
    folder = make_commune(seed=2, canteens=4).to_folder(tmp_path / "commune")
    text = run(capsys, folder, "--lang", "en", "--by", "weekday")
    assert "mean of the weekday" in text
    assert "orders of the agents" in text


def test_the_last_year_of_a_city_of_one_year_falls_back_to_the_mean():
    city = make_city(seed=2, canteens=3, years=1)
    result = backtest(city, "2021-03-01", "2021-03-26", forecaster=FAST)
    np.testing.assert_array_equal(
        result.forecasts["last_year"].meals, result.forecasts["weekday_mean"].meals
    )
