"""The folder of any city: series, weekdays, years, natures, lifecycle; and what is refused."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from prevision_cantine import (
    CanteenForecaster,
    CityError,
    DateError,
    backtest,
    default_terms,
    load_city,
    load_forecaster,
    load_order,
    load_report,
    plan_order,
    save_forecaster,
    to_frame,
)
from prevision_cantine.calendar.days import weekday
from prevision_cantine.city.city import Rows
from prevision_cantine.cli import main

START = np.datetime64("2021-01-04")


def write(root, name, header, rows):
    with (root / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def days(count, weekdays=(0, 1, 2, 3, 4), start=START):
    every = np.arange(start, start + count, dtype="datetime64[D]")
    return every[np.isin(weekday(every), weekdays)]


def meals(served, sites, random, effect=lambda site, day: 0.0, service=None):
    return [
        [str(day), site, *([service] if service else []),
         f"{size * np.exp(effect(site, day) + random.normal(0, 0.05)):.0f}"]
        for day in served for site, size in sites.items()
    ]  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Lunch and dinner, five days a week, head counts, leave known ahead, no school calendar."""
    root, random = tmp_path_factory.mktemp("company"), np.random.default_rng(4)
    served = days(3 * 365)
    leave = np.clip(0.1 + 0.25 * np.sin(np.arange(len(served)) / 23) ** 2, 0, 1)
    rows = []
    for day, away in zip(served, leave, strict=True):
        for service, size, slope in (("midi", 900, -1.2), ("soir", 300, -0.4)):
            usual = size * np.exp(slope * away - 0.1 * (weekday(np.array([day]))[0] == 4))
            rows.append(
                [str(day), "Siège", service, f"{usual * np.exp(random.normal(0, 0.04)):.0f}"]
            )
    write(root, "frequentation.csv", "date,cantine,service,reel", rows)
    people = [
        ["Siège", str(day), f"{1500 + 40 * n / len(served):.0f}"] for n, day in enumerate(served)
    ]
    write(root, "effectifs.csv", "cantine,du,effectif", people)
    ahead = [[str(d), "conges", f"{v:.3f}"] for d, v in zip(served, leave, strict=True)]
    write(root, "variables.csv", "date,nom,valeur", ahead)
    (root / "ville.toml").write_text('[termes.conges]\nmots = { fr = "congés", en = "leave" }\n')
    return root


@pytest.fixture(scope="module")
def company_forecast(company):
    city = load_city(company)
    model = CanteenForecaster(calibration_periods=3).fit(city, "2023-09-15")
    return city, model, model.predict(city.calendar_rows("2023-10-02", "2023-10-13"))


def test_a_series_is_a_canteen_and_a_service(company_forecast, tmp_path):
    city, _, forecast = company_forecast
    assert city.canteens == ("Siège (midi)", "Siège (soir)")
    assert city.calendar.weekdays == (0, 1, 2, 3, 4)
    assert not city.calendar.is_school
    assert len(forecast) == 20
    lunch, dinner = (forecast.meals[forecast.rows_of(name)].mean() for name in city.canteens)
    assert 550 < lunch < 950
    assert 200 < dinner < 320
    assert len(forecast.rows.of("Siège")) == 20
    forecast.to_csv(tmp_path / "f.csv")
    header = (tmp_path / "f.csv").read_text("utf-8").splitlines()[0]
    assert header == "cantine,service,date,prevision,borne_basse,borne_haute"
    assert to_frame(forecast, like="polars").columns[:3] == ["cantine", "service", "date"]
    plan = plan_order(forecast, shortage=0.01)
    plan.to_csv(tmp_path / "o.csv")
    again = load_order(tmp_path / "o.csv", city)
    assert (again.meals == plan.meals).all()
    assert (again.rows.canteen == plan.rows.canteen).all()


def test_a_smooth_number_is_learned_told_and_kept(company_forecast, tmp_path):
    _city, model, forecast = company_forecast
    curve = model.effects().select(term="conges", scope="*")
    assert len(curve) == 5
    # Lunch falls by 1.2 and dinner by 0.4 for each unit: what both share lies between.
    slope = (curve.effect[-1] - curve.effect[0]) / 0.25
    assert -1.2 < slope < -0.4
    assert curve.level_names("en")[0].startswith("leave = 0.1")
    assert "leave" in model.effects().to_text("en")
    assert set(forecast.contributions) >= {"conges", "effectif", "saison"}
    total = sum(forecast.contributions.values())
    assert np.allclose(np.exp(total), forecast.meals)
    save_forecaster(model, tmp_path / "m.zip")
    loaded = load_forecaster(tmp_path / "m.zip")
    assert (loaded.predict(forecast.rows).meals == forecast.meals).all()
    assert loaded.effects().level_names("fr") == model.effects().level_names("fr")


def test_a_variable_counts_once_it_is_known(company, tmp_path):
    for name in ("frequentation.csv", "effectifs.csv"):
        (tmp_path / name).write_bytes((company / name).read_bytes())
    rows = [r.split(",") for r in (company / "variables.csv").read_text("utf-8").splitlines()[1:]]
    write(tmp_path, "variables.csv", "date,nom,valeur,connu_le", [[*r, r[0]] for r in rows])
    city = load_city(tmp_path)
    model = CanteenForecaster(calibration_periods=0).fit(city, "2023-09-15")
    forecast = model.predict(city.calendar_rows("2023-10-02", "2023-10-13"))
    assert not forecast.contributions["conges"].any()
    assert model.effects().select(term="conges").effect.any()


def test_nothing_after_the_data_changes_a_forecast(company, company_forecast, tmp_path):
    _, _, forecast = company_forecast
    for path in company.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lines = (company / "frequentation.csv").read_text("utf-8").splitlines()
    other = [
        line if line.split(",")[0] <= "2023-09-15" else ",".join([*line.split(",")[:3], "500"])
        for line in lines[1:]
    ]
    (tmp_path / "frequentation.csv").write_text("\n".join([lines[0], *other]) + "\n", "utf-8")
    lines = (company / "effectifs.csv").read_text("utf-8").splitlines()
    kept = [
        x if x.split(",")[1] <= "2023-09-15" else x.rpartition(",")[0] + ",99" for x in lines[1:]
    ]
    (tmp_path / "effectifs.csv").write_text("\n".join([lines[0], *kept]) + "\n", "utf-8")
    city = load_city(tmp_path)
    model = CanteenForecaster(calibration_periods=3).fit(city, "2023-09-15")
    again = model.predict(city.calendar_rows("2023-10-02", "2023-10-13"))
    assert np.array_equal(again.meals, forecast.meals)
    assert np.array_equal(again.lower, forecast.lower)


@pytest.fixture
def town(tmp_path):
    """Three canteens, one of which serves on Wednesdays; snow; a canteen that opens and one that closes."""
    random = np.random.default_rng(7)
    snow = {"2022-01-19", "2022-02-10", "2022-12-14", "2023-01-18", "2023-02-02"}

    def effect(site, day):
        return -0.5 * (str(day) in snow) + (-0.4 if weekday(np.array([day]))[0] == 2 else 0.0)

    taught = days(1000, start=np.datetime64("2021-09-01"))
    summer = np.isin(taught.astype("datetime64[M]").astype(int) % 12, (6, 7))
    taught = taught[~summer]
    rows = meals(taught, {"Nord": 150}, random, effect)
    four = taught[weekday(taught) != 2]
    rows += meals(four, {"Sud": 220}, random, effect)
    rows += meals(four[four < np.datetime64("2023-01-01")], {"Ancienne": 90}, random, effect)
    write(tmp_path, "frequentation.csv", "date,cantine,reel", rows)
    write(
        tmp_path, "cantines.csv", "cantine,type,ouvre_le,ferme_le,remplace",
        [["Nord", "école", "", "", ""], ["Sud", "collège", "", "", ""],
         ["Ancienne", "école", "", "2023-01-01", ""], ["Neuve", "école", "2024-03-04", "", "Ancienne"]],
    )  # fmt: skip
    write(
        tmp_path, "calendrier.csv", "du,au,nature,nom,cantine",
        [[d, d, "evenement", "neige", ""] for d in sorted(snow)]
        + [[f"{y}-07-01", f"{y}-08-31", "vacances", "été", ""] for y in (2021, 2022, 2023)]
        + [["2024-03-20", "2024-03-20", "ferme", "", "Sud"], ["2024-03-16", "2024-03-16", "ouvert", "", "Nord"],
           ["2024-03-14", "2024-03-14", "evenement", "neige", ""]],
    )  # fmt: skip
    (tmp_path / "ville.toml").write_text(
        '[termes.neige]\nlit = "evenement:neige"\nmots = { en = "snow", fr = "neige" }\npenalite = 1\n'
    )
    return tmp_path


def test_every_weekday_served_is_learned_and_forecast(town):
    city = load_city(town)
    assert city.calendar.is_school
    assert [y.name for y in city.calendar.years][:2] == ["2021-2022", "2022-2023"]
    rows = city.calendar_rows("2024-03-11", "2024-03-22")
    served = {name: set(weekday(rows.date[rows.names == name])) for name in set(rows.names)}
    assert served["Nord"] == {0, 1, 2, 3, 4, 5}  # a Saturday opened by exception
    assert served["Sud"] == {0, 1, 3, 4}
    assert "Ancienne" not in served
    assert len(rows.of("Sud")) == 8
    forecast = CanteenForecaster(calibration_periods=2).fit(city, "2024-02-28").predict(rows)
    north = forecast.rows_of("Nord")
    day = weekday(rows.date[north])
    assert forecast.meals[north][day == 2].mean() < 0.8 * forecast.meals[north][day == 1].mean()
    saturday = north[day == 5][0]
    assert "No meal has ever been served on a Saturday" in forecast.explain(saturday, "en")
    assert "neige" in forecast.contributions
    snow = north[rows.date[north] == np.datetime64("2024-03-14")][0]
    assert "snow" in forecast.explain(snow, "en")
    assert forecast.contributions["neige"][snow] < -0.3


def test_a_canteen_that_opens_is_forecast_from_then_on(town):
    city = load_city(town)
    rows = city.calendar_rows("2024-02-26", "2024-03-08")
    new = rows.of("Neuve")
    assert rows.date[new].min() == np.datetime64("2024-03-04")
    forecast = CanteenForecaster(calibration_periods=2).fit(city, "2024-02-10").predict(rows)
    assert "has not served any meal yet" in forecast.explain(int(new[0]), "en")
    assert city.replaces[list(city.canteens).index("Neuve")] == (
        list(city.canteens).index("Ancienne"),
    )


def test_a_canteen_that_replaces_another_has_its_level(town):
    lines = (town / "cantines.csv").read_text("utf-8").replace("2024-03-04", "2023-01-02")
    (town / "cantines.csv").write_text(lines, "utf-8")
    city = load_city(town)
    forecast = (
        CanteenForecaster(calibration_periods=0)
        .fit(city, "2023-01-10")
        .predict(city.calendar_rows("2023-01-23", "2023-01-27"))
    )
    new = forecast.meals[forecast.rows_of("Neuve")]
    assert np.abs(new / 90 - 1).max() < 0.15


def test_the_settings_of_the_guide_are_read(town):
    page = Path(__file__).parents[2] / "docs/guides/city_data.md"
    if not page.exists():
        pytest.skip("the documentation is not there")
    text = page.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    (town / "ville.toml").write_text(text, "utf-8")
    calendar = town / "calendrier.csv"
    header = calendar.read_text("utf-8").splitlines()[0].split(",")
    snow = {"du": "2024-01-11", "au": "2024-01-11", "nature": "evenement", "nom": "neige"}
    with calendar.open("a", encoding="utf-8") as file:
        file.write(",".join(snow.get(name, "") for name in header) + "\n")
    leave = [
        [str(day), "conges", "0.2"] for day in np.arange("2023-01-01", "2024-04-01", dtype="M8[D]")
    ]
    write(town, "variables.csv", "date,nom,valeur", leave)
    city = load_city(town)
    names = [term.name for term in default_terms(city)]
    assert "feries" not in names
    assert names[-3:] == ["neige", "conges", "jour et conges"]
    forecast = (
        CanteenForecaster(calibration_periods=0)
        .fit(city, "2024-02-28")
        .predict(city.calendar_rows("2024-03-11", "2024-03-15"))
    )
    assert not forecast.contributions["neige"].any()


def test_meals_outside_the_life_of_a_canteen_are_left_out(town):
    table = town / "cantines.csv"
    table.write_text(table.read_text("utf-8").replace("2023-01-01", "2022-06-01"), "utf-8")
    city = load_city(town)
    what = "meals from the day on which the canteen was closed"
    assert any(remark.what == what and remark.count > 50 for remark in city.report)
    old = list(city.canteens).index("Ancienne")
    assert city.attendance.date[city.attendance.canteen == old].max() < np.datetime64("2022-06-01")


def test_a_weekday_never_seen_is_refused_by_name(town):
    with pytest.raises(DateError, match=r"no meal is known on Sundays.*'ouvert'"):
        load_city(town).calendar_rows("2024-03-17", "2024-03-17")


def test_a_limited_year_leaves_the_usual_level_alone(tmp_path):
    random = np.random.default_rng(3)
    served = days(3 * 365)
    first, last = np.datetime64("2022-03-01"), np.datetime64("2023-02-28")

    def effect(_, day):
        return -0.6 if first <= day <= last else 0.0

    table = meals(served, {"A": 200, "B": 120}, random, effect)
    write(tmp_path, "frequentation.csv", "date,cantine,reel", table)
    week = ("2023-03-13", "2023-03-17")
    errors = {}
    for marked in (False, True):
        if marked:
            write(
                tmp_path,
                "calendrier.csv",
                "du,au,nature",
                [[str(first), str(last), "exceptionnel"]],
            )
        city = load_city(tmp_path)
        forecast = (
            CanteenForecaster(calibration_periods=0)
            .fit(city, "2023-02-28")
            .predict(city.calendar_rows(*week))
        )
        usual = np.where(forecast.rows.names == "A", 200, 120)
        errors[marked] = float(np.abs(forecast.meals / usual - 1).mean())
    assert errors[True] < 0.05 < 0.3 < errors[False]
    # Inside the span, the level is that of the span.
    inside = CanteenForecaster(calibration_periods=0).fit(city, "2022-09-01")
    seen = inside.predict(city.calendar_rows("2022-09-12", "2022-09-16"))
    assert (
        np.abs(seen.meals / (np.where(seen.rows.names == "A", 200, 120) * np.exp(-0.6)) - 1).max()
        < 0.12
    )
    assert "exceptional period" in seen.explain(0, "en")


def test_one_week_gives_a_cautious_figure(tmp_path):
    random = np.random.default_rng(5)
    write(tmp_path, "frequentation.csv", "date,cantine,reel", meals(days(7), {"A": 200}, random))
    city = load_city(tmp_path)
    forecast = (
        CanteenForecaster()
        .fit(city, "2021-01-10")
        .predict(city.calendar_rows("2021-01-18", "2021-01-22"))
    )
    assert np.abs(forecast.meals / 200 - 1).max() < 0.15
    assert (forecast.lower < 0.75 * forecast.meals).all()
    assert (forecast.upper > 1.3 * forecast.meals).all()
    wide = forecast.upper - forecast.lower
    assert "The past is short" in forecast.explain(0, "en")
    assert "enrolment of this canteen is unknown" in forecast.explain(0, "en")
    assert plan_order(forecast, shortage=0.01).meals.min() > forecast.meals.max()
    narrower = CanteenForecaster().fit(city, "2021-01-10").predict(forecast.rows, coverage=0.5)
    assert (narrower.upper - narrower.lower < wide).all()


def test_an_absence_is_a_share_of_the_usual_meals_where_no_enrolment_is_known(tmp_path):
    random = np.random.default_rng(6)
    write(
        tmp_path,
        "frequentation.csv",
        "date,cantine,reel",
        meals(days(200), {"A": 200, "B": 80}, random),
    )
    write(
        tmp_path,
        "absences.csv",
        "cantine,date,absents,annonce_le",
        [["A", "2021-07-20", "50", "2021-07-01"]],
    )
    city = load_city(tmp_path)
    forecast = (
        CanteenForecaster(calibration_periods=0)
        .fit(city, "2021-07-05")
        .predict(city.calendar_rows("2021-07-20", "2021-07-20"))
    )
    away = forecast.contributions["absences"][forecast.rows_of("A")[0]]
    assert away == pytest.approx(np.log(1 - 50 / 200), abs=0.03)
    assert forecast.contributions["absences"][forecast.rows_of("B")[0]] == 0


def test_a_backtest_covers_every_series(company):
    result = backtest(
        load_city(company),
        "2023-05-01",
        "2023-05-31",
        step="week",
        forecaster=CanteenForecaster(calibration_periods=2),
    )
    assert set(result.rows.keys()) == {"cantine", "service", "date"}
    assert np.abs(result.model.meals - result.actual).sum() / result.actual.sum() < 0.06


@pytest.mark.parametrize(
    ("name", "header", "row", "message"),
    [
        ("frequentation.csv", "date,cantine,reel", ["2020090-03", "A", "5"], "'2020090-03' is not a date; write YYYY-MM-DD"),
        ("frequentation.csv", "date,cantine,reel", ["03/09/2020", "A", "5"], "is not a date; write YYYY-MM-DD"),
        ("frequentation.csv", "date,cantine,reel", ["9020-09-03", "A", "5"], "is not a date"),
        ("frequentation.csv", "date,cantine,reel,enfant", ["2020-09-03", "A", "5", "x"], "personal data"),
        ("frequentation.csv", "date,cantine,reel", ["2020-09-03", "", "5"], "cantine is empty"),
        ("absences.csv", "cantine,date,absents,annonce_le", ["A", "2021030-01", "5", "2021-01-01"], "is not a date"),
        ("calendrier.csv", "du,au,nature", ["2021-03-02", "2021-03-01", "ferme"], "swap them"),
        ("calendrier.csv", "du,au,nature", ["1970-01-01", "2140-01-01", "ferme"], "longer than 1,500 days"),
        ("calendrier.csv", "du,au,nature", ["2021-03-02", "2021-03-03", "congé"], "nature 'congé' is unknown; write vacances, ferie"),
        ("calendrier.csv", "du,au,nature", ["2021-03-02", "2021-03-03", "evenement"], "evenement needs a name"),
        ("annees.csv", "nom,du,au", ["x", "2021-03-02", "2021-01-03"], "swap them"),
        ("variables.csv", "date,nom,valeur", ["2021-03-02", "x", "1e999"], "is not a number"),
        ("variables.csv", "date,nom,valeur", ["2021-03-02", "x", "nan"], "is not a number"),
        ("cantines.csv", "cantine,ouvre_le,ferme_le", ["A", "2021-03-02", "2021-03-02"], "not after it opens"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_and_line(tmp_path, name, header, row, message):
    write(tmp_path, "frequentation.csv", "date,cantine,reel", [["2021-01-04", "A", "100"]])
    write(tmp_path, name, header, [row])
    with pytest.raises(CityError, match=message) as error:
        load_city(tmp_path)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_inspect_tells_a_term_that_cannot_be(tmp_path, capsys):
    write(
        tmp_path,
        "frequentation.csv",
        "date,cantine,reel",
        meals(days(30), {"A": 9}, np.random.default_rng(1)),
    )
    (tmp_path / "ville.toml").write_text("[termes.x]\nproduit = ['jour', 'rien']", "utf-8")
    assert main(["inspect", str(tmp_path), "--lang", "fr"]) == 2
    said = capsys.readouterr().err.replace("\xa0", " ")
    assert said.startswith("prevision-cantine : erreur : ville.toml [termes.x] : produit : donnez")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jours = ['lundi', 'mercredy']", "'mercredy' is not a weekday"),
        ("jours = 3", "give a list of weekdays"),
        ("x = " + "[" * 3000, "not TOML|too many nested levels"),
        ("termes = 3", "termes: give a table"),
        ("[termes.neige]\nlit = 3", "lit: give a text"),
        ("[termes.neige]\nlit = 'evenement:neige'\npenalite = nan", "penalty nan"),
        ("[termes.neige]\nlit = 'evenement:neige'\npenalite = true", "penalty True"),
        ("[termes.neige]\nmots = { en = 'snow' }", "lit is missing"),
        ("[termes.niveau]\nlit = 'month'", "has no term to change"),
        ("[termes.neige]\nlit = 'evenement:neige'\ncouleur = 1", "'couleur' is unknown"),
        ("[termes]\nx = false", "no such term to remove; the terms are jour"),
        ("[familles]\npoisson = []", r"familles.poisson\]: this family is not complete; give the words"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_said(tmp_path, text, message):
    write(
        tmp_path,
        "frequentation.csv",
        "date,cantine,reel",
        meals(days(30), {"A": 9}, np.random.default_rng(1)),
    )
    (tmp_path / "ville.toml").write_text(text, "utf-8")
    with pytest.raises(CityError, match=message):
        CanteenForecaster().fit(load_city(tmp_path), "2021-01-20")


def test_what_is_not_known_is_left_out_and_said(tmp_path):
    write(
        tmp_path,
        "frequentation.csv",
        "date,cantine,reel,secteur",
        [["2021-01-04", "A", "100", "N"], ["2021-01-05", "A", "0", "N"]],
    )
    write(tmp_path, "effectifs.csv", "cantine,du,effectif", [["Z", "2020-09-01", "90"]])
    (tmp_path / "notes.csv").write_text("a,b\n")
    (tmp_path / "ville.toml").write_text("couleur = 'bleu'\njours = ['Monday', 'terça']\n")
    city = load_city(tmp_path)
    said = load_report(city).to_text()
    for words in ("'secteur'", "notes.csv", "'couleur'", "'Z' has no meal", "taken as closed"):
        assert words in said
    assert city.calendar.weekdays == (0, 1)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipes_and_links_out_of_the_folder_are_refused(tmp_path):
    inside = tmp_path / "town"
    inside.mkdir()
    (tmp_path / "secret.csv").write_text("secret,line\n1,2\n")
    (inside / "frequentation.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(CityError, match="a link to a file outside the folder") as error:
        load_city(inside)
    assert "secret,line" not in str(error.value)
    (inside / "frequentation.csv").unlink()
    os.mkfifo(inside / "frequentation.csv")
    with pytest.raises(CityError, match="is not a file"):
        load_city(inside)


def test_a_reform_moves_a_canteen_to_other_days(tmp_path):
    random = np.random.default_rng(9)
    before, after = days(300), days(200, (0, 1, 3, 4), START + 301)
    table = meals(np.concatenate([before, after]), {"A": 150}, random)
    table += meals(days(501), {"B": 90}, random)
    write(tmp_path, "frequentation.csv", "date,cantine,reel", table)
    city = load_city(tmp_path)
    rows = city.calendar_rows(str(START + 505), str(START + 520))
    assert 2 not in weekday(rows.date[rows.of("A")])
    assert 2 in weekday(rows.date[rows.of("B")])


def test_marks_of_one_series_change_no_other(town):
    city = load_city(town)
    rows = Rows(city, np.arange(4), np.repeat(np.datetime64("2024-03-20"), 4))
    closed = city.marked("ferme", rows)
    assert closed.tolist() == [name == "Sud" for name in city.canteens]
