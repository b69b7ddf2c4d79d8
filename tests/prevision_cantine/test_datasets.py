"""A city's folder, as messy as they come, and the command line that reads it."""

import shutil

import numpy as np
import pytest

from prevision_cantine import CanteenForecaster, CityError, load_city
from prevision_cantine.city.menus import FAMILIES, families
from prevision_cantine.cli import main


def _write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder of two school years and three canteens, with a holiday in another zone's weeks."""
    root = tmp_path_factory.mktemp("city")
    random = np.random.default_rng(0)
    days = np.arange("2014-09-02", "2016-07-06", dtype="datetime64[D]")
    weekday = (days.astype(int) + 3) % 7
    off = np.zeros(len(days), dtype=bool)
    for start, end in (
        ("2014-10-18", "2014-11-02"), ("2014-12-20", "2015-01-04"), ("2015-02-07", "2015-02-22"),
        ("2015-04-11", "2015-04-27"), ("2015-07-05", "2015-08-31"), ("2015-10-17", "2015-11-01"),
        ("2015-12-19", "2016-01-03"), ("2016-02-06", "2016-02-21"), ("2016-04-02", "2016-04-17"),
    ):  # fmt: skip
        off |= (days >= np.datetime64(start)) & (days <= np.datetime64(end))
    served = days[~off & (weekday < 5) & (weekday != 2)]
    lines = ["site_type,date,prevision,reel,site_nom"]
    for site, kind, size in (("AGENETS", "M", 80), ("BAUT E", "E", 150), ("ZOLA", "M/E", 220)):
        for day in served:
            meals = int(size * np.exp(random.normal(0, 0.05)))
            lines.append(f"{kind},{day},{int(size * 1.05)},{meals},{site}")
    lines.append("M,2015-09-16,NA,NA,AGENETS")
    lines.append("E,2015-10-03,0,0,BAUT E")
    lines.append("M,2015-10-01,9,9,FOYER (dépannage)")
    text = "\n".join(lines).replace("E,2015-09-15,157,", "E,2015-09-15,157,9", 1)
    _write(root, "raw/frequentation.csv", text + "\n")
    _write(
        root,
        "raw/cantines.csv",
        "cantine_nom,cantine_type,secteur\nAGENETS,M,Sud\nBAUT E,E,Nord\nZOLA,M/E,Est\n",
    )
    _write(
        root, "raw/effectifs.csv",
        "ecole,annee_scolaire,effectif\n"
        + "".join(
            f"{school},{year},{size}\n"
            for year in ("2014-2015", "2015-2016")
            for school, size in (("AGENETS MAT", 110), ("BAUT ELEM", 190), ("ZOLA MAT", 120), ("ZOLA ELEM", 170), ("PEHANT", 99))
        ),
    )  # fmt: skip
    _write(
        root,
        "raw/menus_2014.csv",
        "date,rang,plat\n03/11/2014,1,Melon\n03/11/2014,2,Filet de poisson meunière\n",
    )
    _write(
        root,
        "calculators/annees_scolaires.csv",
        "annee_scolaire,date_debut,date_fin\n2015-2016,2015-09-01,2016-07-05\n2014-2015,2014-09-02,2015-07-04\n",
    )
    _write(
        root, "calculators/vacances.csv",
        "annee_scolaire,vacances_nom,date_debut,date_fin,zone,vacances\n"
        "2014-2015,Toussaint,2014-10-18,2014-11-02,B,1\n2014-2015,Noel,2014-12-20,2015-01-04,B,1\n"
        "2014-2015,Hiver,2015-02-07,2015-02-22,B,1\n2014-2015,Avril,2015-04-11,2015-04-27,B,1\n"
        "2014-2015,Ete,2015-07-05,2015-08-31,B,1\n2015-2016,Toussaint,2015-10-17,2015-11-01,B,1\n"
        "2015-2016,Noel,2015-12-19,2016-01-03,B,1\n2015-2016,Hiver,2016-02-13,2016-02-28,B,1\n"
        "2015-2016,Avril,2016-04-16,2016-05-02,B,1\n",
    )  # fmt: skip
    _write(
        root,
        "calculators/jours_feries.csv",
        "date,jour_ferie,nom_jour_ferie\n2014-11-11,1,Armistice\n",
    )
    _write(root, "calculators/greves.csv", "date,greve\n2015-01-15,1\n")
    _write(root, "calculators/ramadan.csv", "date,ramadan\n2015-06-18,1\n")
    _write(
        root,
        "mappings/mapping_ecoles_cantines.csv",
        "ecole,cantine_nom,cantine_type\nAGENETS MAT,AGENETS,M\nBAUT ELEM,BAUT E,E\nZOLA MAT,ZOLA,M/E\nZOLA ELEM,ZOLA,M/E\nPEHANT,,\n",
    )
    _write(
        root, "mappings/mapping_frequentation_cantines.csv",
        "site_nom,site_type,cantine_nom,cantine_type\nAGENETS,M,AGENETS,M\nBAUT E,E,BAUT E,E\nZOLA,M/E,ZOLA,M/E\nVIEUX,M,PARTIE,M\n",
    )  # fmt: skip
    return root


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "city")


def test_the_loader_repairs_what_contradicts_and_says_so(made):
    city = load_city(made)
    said = "\n".join(f"{r.what} -> {r.action} ({r.count})" for r in city.report)
    assert "Hiver from 2016-02-13 to 2016-02-28" in said
    assert "moved to the days from 2016-02-06 to 2016-02-21" in said
    assert "moved to the days from 2016-04-02 to 2016-04-17" in said
    assert said.count("moved to") == 2
    assert "typing errors (1)" in said
    assert "'FOYER (dépannage)' has no canteen" in said
    assert "'PARTIE' is not in raw/cantines.csv" in said
    assert "taken as missing, not as zero (1)" in said
    assert "taken as closed: no row (1)" in said
    assert city.enrolment["2014-2015"].tolist() == [110, 190, 290]
    assert len(city.calendar_rows("2016-02-22", "2016-02-26").date) == 12


def test_a_forecast_from_a_folder_is_close(made):
    city = load_city(made)
    rows = city.calendar_rows("2016-05-02", "2016-06-10")
    forecast = CanteenForecaster().fit(city, until="2016-04-15").predict(rows)
    usual = np.array([80, 150, 220])[rows.canteen]
    assert np.abs(np.log(forecast.meals / usual)).mean() < 0.05


def test_dishes_have_families_whatever_their_spelling():
    found = dict(
        zip(FAMILIES, families(["Émincé de BŒUF", "Pommes Frites", "Pâté de Porc"]), strict=True)
    )
    assert found["frites"]
    assert found["porc"]
    assert not found["poisson"]


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("raw/frequentation.csv", "prevision,", "previsoin,", "the column 'previsoin' is unknown"),
        ("raw/frequentation.csv", "site_type,date,prevision,reel", "site_type,date,reel", "the column 'prevision' is missing"),
        ("raw/frequentation.csv", "M,2014-09-02,84,", "M,2014-09-02,84,-", "frequentation.csv:2: reel: '-"),
        ("raw/frequentation.csv", "M,2014-09-02,84,", "M,2014-09-02,lots,", "prevision: 'lots' is not a number"),
        ("raw/frequentation.csv", "M,2014-09-02,84,", "M,2014-09-31,84,", "frequentation.csv:2: '2014-09-31' is not a date"),
        ("raw/frequentation.csv", "M,2014-09-02,84,", "M,2014-09-02,", "does not have 5 cells"),
        ("raw/cantines.csv", "cantine_nom,cantine_type,secteur", "cantine_nom;cantine_type;secteur", "cantines.csv:1: the columns are separated by ';'; save the file as comma-separated CSV"),
        ("raw/effectifs.csv", "effectif\n", "nom_enfant\n", "'nom_enfant' looks like personal data"),
        ("raw/cantines.csv", "secteur", "date_naissance", "looks like personal data"),
        ("raw/cantines.csv", "BAUT E,E", "AGENETS,E", "'AGENETS' appears twice"),
        ("calculators/vacances.csv", "2014-10-18", "soon", "'soon' is not a date"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_line_with_its_place(folder, capsys, file, old, new, message):
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    output = folder / "out.csv"
    status = main(
        [
            "forecast",
            str(folder),
            "--from",
            "2016-05-02",
            "--to",
            "2016-05-06",
            "--output",
            str(output),
            "--lang",
            "en",
        ]
    )
    error = capsys.readouterr().err
    assert status == 2
    assert message in error
    assert error.count("\n") == 1
    assert not output.exists()


@pytest.mark.parametrize("file", ["raw/frequentation.csv", "calculators/greves.csv"])
def test_a_file_that_is_empty_absent_or_no_text_is_refused(folder, file):
    (folder / file).write_bytes(b"date,gr\xe8ve\n")
    with pytest.raises(CityError, match="not UTF-8 at byte"):
        load_city(folder)
    (folder / file).write_text("")
    with pytest.raises(CityError, match="empty"):
        load_city(folder)
    (folder / file).unlink()
    with pytest.raises(
        CityError,
        match="cannot be read \\(no such file\\); it should be a file of the city's folder, as CSV with",
    ):
        load_city(folder)


def test_the_command_line_forecasts_and_measures(made, tmp_path, capsys):
    forecast, picture, past = (tmp_path / name for name in ("f.csv", "f.png", "b.csv"))
    span = ["--from", "2016-05-02", "--to", "2016-07-05"]
    assert (
        main(
            [
                "forecast",
                str(made),
                *span,
                "--output",
                str(forecast),
                "--picture",
                str(picture),
                "--canteen",
                "ZOLA",
            ]
        )
        == 0
    )
    assert "ZOLA, lundi 2016-05-02" in capsys.readouterr().out
    assert (
        forecast.read_text("utf-8").splitlines()[0]
        == "cantine,date,prevision,borne_basse,borne_haute"
    )
    assert picture.exists()
    assert main(["backtest", str(made), *span, "--shortage", "0.02", "--output", str(past)]) == 0
    assert "commandes des agents" in capsys.readouterr().out
    lines = past.read_text("utf-8").splitlines()
    assert (
        lines[0]
        == "cantine,date,derniere_donnee,reel,prevision_agents,prevision,borne_basse,borne_haute,commande,"
        "moyenne_du_jour,commande_moyenne_du_jour,annee_precedente,commande_annee_precedente"
    )
    assert (
        lines[1].startswith("AGENETS,2016-05-02,2016-04-03,")
        or lines[1].split(",")[2] < "2016-04-18"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "2016-05-02", "--to", "2030-05-06"], "2016-07-05"),
        (["--from", "May", "--to", "2016-05-06"], "'May' is not a day"),
        (["--from", "2014-09-10", "--to", "2014-09-12"], "no meal is known on 2014-08-26 to learn from"),
        (["--from", "2016-05-02", "--to", "2016-05-06", "--canteen", "X"], "no forecast for the canteen 'X'"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_one_line(made, tmp_path, capsys, arguments, message):
    if "X" in arguments:
        arguments = [*arguments, "--picture", str(tmp_path / "p.png")]
    assert (
        main(
            ["forecast", str(made), *arguments, "--output", str(tmp_path / "f.csv"), "--lang", "en"]
        )
        == 2
    )
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_real_city_loads_and_the_model_beats_the_agents(real_data):
    from prevision_cantine import backtest

    city = load_city(real_data / "nantes_cantines")
    assert sum("moved to" in remark.action for remark in city.report) == 4
    result = backtest(
        city, "2015-11-02", "2015-12-18", forecaster=CanteenForecaster(calibration_periods=1)
    )
    scores = result.compare().scores
    assert scores["model"].wape[0] < 0.05 < scores["agents"].wape[0]
