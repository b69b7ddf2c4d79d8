"""Tables in and out: the same city and the same forecasts whatever the library."""

import datetime as dt

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from prevision_cantine import (
    CanteenForecaster,
    CantineError,
    CityError,
    backtest,
    city_from_frames,
    french_calendar,
    mask_small,
    plan_order,
    to_frame,
)
from prevision_cantine.city.menus import Menus
from prevision_cantine.files.privacy import kind_of_column, kind_of_value

KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


def tables(town, make):
    served = town.attendance
    names = [town.canteens[n] for n in served.canteen]
    pupils = [
        (n, y, float(c[i])) for y, c in town.enrolment.items() for i, n in enumerate(town.canteens)
    ]
    attendance = {
        "site": names,
        "jour": served.date.astype(str).tolist(),
        "repas": served.meals.tolist(),
    }
    enrolment = dict(
        zip(
            ("site", "annee_scolaire", "effectif"),
            map(list, zip(*pupils, strict=True)),
            strict=True,
        )
    )
    canteens = {"site": list(town.canteens), "type_site": list(town.types)}
    return {
        "attendance": make(attendance),
        "enrolment": make(enrolment),
        "canteens": make(canteens),
    }


COLUMNS = {"cantine": "site", "date": "jour", "reel": "repas"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_library_gives_the_same_forecasts(town, kind):
    given = tables(town, KINDS[kind])
    city = city_from_frames(
        given.pop("attendance"), calendar=town.calendar, columns=COLUMNS, **given
    )
    until, span = "2023-02-10", ("2023-03-06", "2023-03-10")
    ours = CanteenForecaster(calibration_periods=0).fit(city, until)
    forecast = ours.predict(city.calendar_rows(*span))
    bare = city_from_frames(
        pd.DataFrame(tables(town, pd.DataFrame)["attendance"]), calendar=town.calendar, columns=COLUMNS,
        enrolment=tables(town, pd.DataFrame)["enrolment"], canteens=tables(town, pd.DataFrame)["canteens"],
    )  # fmt: skip
    same = (
        CanteenForecaster(calibration_periods=0).fit(bare, until).predict(bare.calendar_rows(*span))
    )
    np.testing.assert_array_equal(forecast.meals, same.meals)
    frame = to_frame(forecast, like=kind)
    assert isinstance(frame, (pd.DataFrame, pl.DataFrame, pa.Table))
    values = frame["prevision"].to_numpy()
    np.testing.assert_array_equal(values, forecast.meals)


def test_a_city_goes_out_and_comes_back(town):
    frame = to_frame(town, like="polars")
    back = city_from_frames(frame, calendar=town.calendar)
    assert back.canteens == town.canteens
    np.testing.assert_array_equal(back.attendance.meals, town.attendance.meals)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reel": [-1.0, 2.0]}, "reel"),
        ({"reel": ["x", "2"]}, "reel"),
        ({"date": ["2017-01-05", "5 janvier"]}, "date"),
        ({"date": ["2017-01-05", "2017-01-05"]}, "appears twice"),
        ({"prenom": ["A", "B"]}, "personal data"),
        ({"remarque": ["x", "parent@example.org"]}, "e-mail address"),
        ({"jour": ["2009-03-01", "2008-11-20"]}, "like dates of birth"),
        ({"jour": pd.to_datetime(["2009-03-01", "2008-11-20"])}, "like dates of birth"),
        (
            {"date": pd.to_datetime(["2017-01-05 12:30", "2017-01-06 00:00"])},
            "at row 0: this day has a time",
        ),
        (
            {"date": pd.to_datetime(["2017-01-05", "2017-01-06"]).tz_localize("Europe/Paris")},
            "time zone",
        ),
        ({"date": [dt.datetime(2017, 1, 5, 12), dt.date(2017, 1, 6)]}, "at row 0: not a date"),
        ({"reel": pd.array(["1", "2"], dtype="string")}, "not counts"),
        ({"reel": np.array([1.0, object()], dtype=object)}, "at row 1: not a number"),
        ({"reel": [0.0, np.nan]}, "no row has meals"),
        ({"cantine": ["A", " "]}, "at row 1: there is no name"),
    ],
)
def test_a_wrong_table_is_refused_with_the_rows(town, change, words):
    table = {
        "cantine": ["A", "A"],
        "date": ["2017-01-05", "2017-01-06"],
        "reel": [1.0, 2.0],
    } | change
    with pytest.raises(CityError, match=words):
        city_from_frames(pd.DataFrame(table), calendar=town.calendar)


@pytest.mark.parametrize("given", [{"cantine": ["A"], "date": ["2017-01-05"]}, {"site": ["A"]}, {}])
def test_a_column_that_is_missing_is_named_with_those_there(town, given):
    with pytest.raises(
        CityError, match=f"is missing, the frame has {', '.join(given) or 'no column'}; name yours"
    ):
        city_from_frames(pd.DataFrame(given), calendar=town.calendar)


def test_a_column_that_is_not_ours_is_refused_with_those_that_are(town):
    with pytest.raises(
        CityError,
        match=r"columns: 'repas' is not one of the columns that are read; use one of absents, ",
    ):
        city_from_frames(pd.DataFrame(), calendar=town.calendar, columns={"repas": "reel"})


def test_what_is_left_out_is_reported(town):
    city = city_from_frames(
        pd.DataFrame(
            {"cantine": ["A", "A", "A", "B"], "date": ["2017-01-05", "2017-01-06", "2017-01-09", "2017-01-05"],
             "reel": [1.0, 0.0, np.nan, 3.0], "note": ["x", "y", "z", None],
             "saisi": pd.to_datetime(["2017-01-05", "2017-01-06", "2017-01-09", None])}
        ),
        calendar=town.calendar,
        canteens=pd.DataFrame({"cantine": ["A"], "type_site": ["M"]}),
        enrolment=pd.DataFrame({"cantine": ["A", "C"], "annee_scolaire": "2016-2017", "effectif": [90, 80]}),
        menus=pd.DataFrame({"date": ["2017-01-05"] * 2, "plat": ["Poisson", "Riz"]}),
    )  # fmt: skip
    assert city.attendance.meals.tolist() == [1.0]
    assert {(r.file, r.what, r.count) for r in city.report} == {
        ("attendance", "columns 'note', 'saisi'", 2),
        ("attendance", "canteen 'B' is not known", 1),
        ("attendance", "meals not recorded", 1),
        ("attendance", "no meal served", 1),
        ("enrolment", "canteens such as 'C' have no attendance", 1),
        ("enrolment", "the school year '2016-2017' is not in the calendar", 2),
    }
    assert city.menus.on(np.array(["2017-01-05"], dtype="datetime64[D]")).any()


def test_a_table_of_another_kind_is_refused(town):
    with pytest.raises(CityError, match="a column appears twice"):
        city_from_frames(
            pd.DataFrame([[1, 2]], columns=["cantine", "cantine"]), calendar=town.calendar
        )
    with pytest.raises(CantineError, match="pandas"):
        city_from_frames([1, 2], calendar=town.calendar)
    with pytest.raises(CantineError, match="polars"):
        to_frame(town, like="excel")


@pytest.mark.parametrize(
    "name",
    ["nom", "Prénom", "date_naissance", "birth_date", "data de nascimento", "INE", "nir", "id_eleve",
     "child_id", "aluno_id", "adresse", "endereço", "e-mail", "courriel_parent", "telefone", "tel"],
)  # fmt: skip
def test_columns_about_persons_are_refused(name):
    assert kind_of_column(name) is not None


@pytest.mark.parametrize(
    "name",
    ["cantine", "site_nom", "cantine_nom", "date", "reel", "prevision", "effectif", "ecole", "plat",
     "rang", "absents", "annonce_le", "nom_jour_ferie", "vacances_nom", "nb_enfants", "secteur", "zone"],
)  # fmt: skip
def test_columns_of_counts_are_not(name):
    assert kind_of_column(name) is None


def test_values_that_only_persons_have():
    assert kind_of_value("1 85 05 78 006 084 91") == "identifier of a person (NIR)"
    assert kind_of_value("1 85 05 78 006 084 92") is None  # the key is wrong
    # Made up; in Corsica 2A counts as 19, and 2B as 18, where the key is found.
    assert kind_of_value("1 85 05 2A 006 084 35") == "identifier of a person (NIR)"
    assert kind_of_value("1 85 05 2B 006 084 62") == "identifier of a person (NIR)"
    assert kind_of_value("1 85 05 2B 006 084 35") is None
    assert kind_of_value("123456789AB") == "identifier of a person (INE)"
    assert kind_of_value("529.982.247-25") == "identifier of a person (CPF)"
    assert kind_of_value("529.982.247-26") is None
    assert kind_of_value("06 12 34 56 78") == "telephone"
    assert kind_of_value("Filet de colin @ citron") is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_masked_count_cannot_be_worked_out_from_its_total(kind):
    table = KINDS[kind](
        {
            "cantine": ["A", "B", "C", "A"],
            "date": ["1", "1", "1", "2"],
            "reel": [4.0, 60.0, 80.0, 70.0],
        }
    )
    masked = mask_small(table, below=10, count="reel", within=("date",))
    shown = pd.DataFrame(masked.to_pydict() if kind == "pyarrow" else masked)
    values = shown[shown.columns[2]] if kind == "polars" else shown["reel"]
    assert [bool(pd.isna(v)) for v in values] == [True, True, False, False]
    with pytest.raises(CantineError, match="no column"):
        mask_small(table, below=10, count="absent")
    with pytest.raises(CantineError, match="above 0"):
        mask_small(table, below=0, count="reel", within=("date",))


def test_a_frame_is_the_callers_to_change_and_the_forecast_is_not(town):
    forecast = (
        CanteenForecaster(calibration_periods=0)
        .fit(town, "2023-02-10")
        .predict(town.calendar_rows("2023-03-06", "2023-03-10"))
    )
    meals = forecast.meals.copy()
    frame = to_frame(forecast, like=pd.DataFrame())
    numbers = frame.select_dtypes(float).columns
    frame.loc[:, numbers] = 0.0
    assert (frame[numbers] == 0).all(axis=None)
    np.testing.assert_array_equal(forecast.meals, meals)


@pytest.mark.parametrize("kind", KINDS)
def test_announced_absences_and_foreseen_enrolments_come_with_their_day(town, kind):
    make = KINDS[kind]
    given = tables(town, make)
    first, second = town.canteens[:2]
    city = city_from_frames(
        given.pop("attendance"), calendar=town.calendar, columns=COLUMNS, **given,
        absences=make(
            {"site": [second, first, "elsewhere"], "jour": ["2023-03-06", "2023-03-07", "2023-03-07"],
             "absents": [12, 30, 5], "annonce_le": ["2023-02-01", "2023-03-01", "2023-03-01"]}
        ),
        provisional=make(
            {"site": [first, second], "annee_scolaire": ["2022-2023"] * 2, "effectif": [111, 99],
             "connu_le": ["2022-05-10", "2022-06-10"]}
        ),
    )  # fmt: skip
    days = np.array(["2023-03-07", "2023-03-06"], dtype="datetime64[D]")
    canteens = np.array([0, 1])
    for known_on, away in (
        ("2023-01-31", [0, 0]),
        ("2023-02-10", [0, 12]),
        ("2023-03-01", [30, 12]),
    ):
        assert city.absent(canteens, days, np.datetime64(known_on)).tolist() == away
    september = np.array(["2022-09-12"] * 2, dtype="datetime64[D]")
    before, after = (
        city.enrolled(canteens, september, np.datetime64(day))
        for day in ("2022-06-09", "2022-06-10")
    )
    assert after.tolist() == [111, 99] != before.tolist()
    assert any(r.file == "absences" and "'elsewhere'" in r.what for r in city.report)


@pytest.mark.parametrize(
    ("count", "match"),
    [(0, r"column 'absents': 0.* at row 1: not a number above 0"), (9999, r"column 'absents': row 1: .*9999 pupils are away")],
)  # fmt: skip
def test_an_absence_that_cannot_be_is_refused_with_its_row(town, count, match):
    given = tables(town, pd.DataFrame)
    away = pd.DataFrame(
        {"site": list(town.canteens[:2]), "jour": "2023-03-07", "absents": [3, count],
         "annonce_le": "2023-03-01"}
    )  # fmt: skip
    with pytest.raises(CityError, match=match):
        city_from_frames(
            given.pop("attendance"), calendar=town.calendar, columns=COLUMNS, absences=away, **given
        )


@pytest.mark.parametrize("kind", ["forecast", "order", "backtest", "assisted", "missing"])
def test_a_table_has_what_the_csv_file_has(town, town_forecast, tmp_path, kind):
    path = tmp_path / "r.csv"
    match kind:
        case "forecast":
            result = town_forecast
            result.to_csv(path)
        case "order":
            result = plan_order(town_forecast, shortage=0.01)
            result.to_csv(path)
        case "missing":
            bare = attrs.evolve(town, enrolment={}, menus=Menus.of({}))
            result = bare.calendar_rows("2023-03-06", "2023-03-07").missing()
            result.to_csv(path)
        case _:
            result = backtest(town, "2023-03-06", "2023-04-07", assisted=kind == "assisted")
            result.to_csv(path)
    frame = to_frame(result, like="pandas")
    written = pd.read_csv(path)
    assert list(frame.columns) == list(written.columns)
    assert len(frame) == len(written) > 0
    for name in written.columns:
        if frame[name].dtype.kind == "f":
            np.testing.assert_allclose(frame[name], written[name], atol=0.006)
        else:
            assert (
                frame[name].astype(str).str[:10].tolist()
                == written[name].astype(str).str[:10].tolist()
            )


def test_what_is_no_result_has_no_table(town):
    with pytest.raises(CantineError, match="list cannot be turned into a table"):
        to_frame([], like="polars")
    with pytest.raises(CantineError, match="builtins list is not a data frame"):
        to_frame(town, like=[])
    with pytest.raises(CantineError, match="builtins list is not a data frame"):
        mask_small([], below=10, count="reel")


def test_each_service_is_a_series_of_its_own():
    rows = [
        ("Zola", s, d, n)
        for d in ("2017-01-05", "2017-01-06")
        for s, n in (("midi", 200), ("soir", 90))
    ]
    table = pl.DataFrame(rows, schema=["cantine", "service", "date", "reel"], orient="row")
    away = pl.DataFrame(
        {"cantine": ["Zola"], "date": ["2017-01-06"], "absents": [5], "annonce_le": ["2017-01-01"]}
    )
    pupils = pl.DataFrame({"cantine": ["Zola"], "annee_scolaire": ["2016-2017"], "effectif": [300]})
    types = pl.DataFrame({"cantine": ["Zola"], "type_site": ["lycée"]})
    city = city_from_frames(
        table,
        calendar=french_calendar("B", [2016]),
        absences=away,
        enrolment=pupils,
        canteens=types,
    )
    assert city.canteens == ("Zola (midi)", "Zola (soir)")
    assert city.types == ("lycée", "lycée")
    assert city.absences.canteen.tolist() == [0, 1]
    assert city.enrolment["2016-2017"].tolist() == [300, 300]
    again = to_frame(city, like=table)
    assert again.columns == ["cantine", "service", "date", "reel", "prevision_agents"]
    assert again.select(table.columns).rows() == [
        (c, s, dt.date.fromisoformat(d), float(n)) for c, s, d, n in rows
    ]
