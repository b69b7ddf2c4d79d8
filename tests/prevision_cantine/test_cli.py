"""The command line: what it prints and writes is what the library computes."""

import csv
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from prevision_cantine import (
    CanteenForecaster,
    Scenario,
    load_city,
    load_forecaster,
    model_sheet,
    order,
    plan_order,
    trade_off,
    what_if,
)
from prevision_cantine.cli import main
from prevision_cantine.files.csv_file import write_csv

SPAN = ("--from", "2023-03-06", "--to", "2023-03-17")
ENGLISH = ("--lang", "en")
UNTIL = ("--until", "2023-02-10")


@pytest.fixture(scope="module")
def city(town_folder):
    return load_city(town_folder)


@pytest.fixture(scope="module")
def forecaster(city):
    return CanteenForecaster().fit(city, until="2023-02-10")


@pytest.fixture(scope="module")
def forecast(city, forecaster):
    return forecaster.predict(city.calendar_rows("2023-03-06", "2023-03-17"))


@pytest.fixture
def run(town_folder, capsys):
    def call(verb, *arguments):
        status = main([verb, str(town_folder), *map(str, arguments)])
        said = capsys.readouterr()
        assert said.err == ""
        assert status == 0
        return said.out

    return call


def read(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_a_folder_holds_the_city_that_wrote_it(town, city):
    assert city.canteens == town.canteens
    assert city.types == town.types
    np.testing.assert_array_equal(city.attendance.meals, town.attendance.meals)
    np.testing.assert_array_equal(city.menus.flags, town.menus.flags)
    assert city.calendar.breaks == town.calendar.breaks


def test_forecast(run, forecast, tmp_path):
    text = run("forecast", *SPAN, *UNTIL, "--output", tmp_path / "f.csv", "--lang", "en",
               "--canteen", "Cantine 02", "--picture", tmp_path / "f.svg")  # fmt: skip
    assert forecast.explain(1, "en") in text
    found = [float(row["prevision"]) for row in read(tmp_path / "f.csv")]
    np.testing.assert_allclose(found, forecast.meals, atol=0.006)
    assert (tmp_path / "f.svg").exists()


def test_what_a_mask_hides_is_neither_drawn_nor_told(run, forecast, tmp_path):
    size = float(forecast.meals.max()) + 1
    masked = [*SPAN, *UNTIL, "--mask-below", size, "--output", tmp_path / "f.csv"]
    assert forecast.explain(0, "fr") not in run("forecast", *masked)
    with pytest.raises(AssertionError, match="--mask-below cache"):
        run("forecast", *masked, "--picture", tmp_path / "f.svg")


def test_the_draft_of_the_agents_is_a_term(run, city, forecaster, tmp_path):
    rows = city.calendar_rows("2023-03-06", "2023-03-17")
    _, table = city.served_rows("2023-03-06", "2023-03-17")
    write_csv(
        tmp_path / "d.csv", ("cantine", "date", "commande"),
        zip(rows.names, rows.date.astype(str), [f"{x:.0f}" for x in table.agents], strict=True),
    )  # fmt: skip
    text = run(
        "forecast", *SPAN, *UNTIL, "--draft", tmp_path / "d.csv", "--output", tmp_path / "f.csv"
    )
    assisted = forecaster.predict(rows, draft=table.agents)
    assert assisted.explain(0, "fr") in text
    found = [float(row["prevision"]) for row in read(tmp_path / "f.csv")]
    np.testing.assert_allclose(found, assisted.meals, atol=0.006)


def test_the_data_end_some_days_before_the_span_by_default(run, city, tmp_path):
    run("forecast", *SPAN, "--lead-days", "24", "--output", tmp_path / "f.csv")
    model = CanteenForecaster(lead_days=24).fit(city, until="2023-02-10")
    expected = model.predict(city.calendar_rows("2023-03-06", "2023-03-17"))
    found = [float(row["prevision"]) for row in read(tmp_path / "f.csv")]
    np.testing.assert_allclose(found, expected.meals, atol=0.006)


@pytest.mark.parametrize(
    "caution",
    [{"shortage": 0.01}, {"missing_meal_cost": 9.0, "wasted_meal_cost": 1.0}, {"shortage": 0.02, "tray": 5}],
)  # fmt: skip
def test_order(run, forecast, tmp_path, caution):
    options = [x for k, v in caution.items() for x in (f"--{k.replace('_', '-')}", v)]
    text = run("order", *SPAN, *UNTIL, *options, "--output", tmp_path / "o.csv",
               "--kitchen", tmp_path / "k.csv", "--lang", "pt")  # fmt: skip
    plan = plan_order(forecast, **caution)
    assert plan.to_text("pt") in text
    assert [float(row["commande"]) for row in read(tmp_path / "o.csv")] == plan.meals.tolist()
    found = [float(row["commande_ensemble"]) for row in read(tmp_path / "k.csv")]
    assert found == plan.kitchen.together.tolist()


def test_a_model_that_fit_wrote_forecasts_as_one_that_learns(run, tmp_path):
    model, direct, loaded = (tmp_path / name for name in ("m.zip", "a.csv", "b.csv"))
    assert "lignes du 2020-09-01 au 2023-02-10, voir" in run("fit", *UNTIL, "--output", model)
    assert run("forecast", *SPAN, *UNTIL, "--output", direct).replace("a.csv", "") == run(
        "forecast", *SPAN, "--model", model, "--output", loaded
    ).replace("b.csv", "")
    assert direct.read_bytes() == loaded.read_bytes()
    assert run("sheet", "--model", model) == run("sheet", *UNTIL)


def test_trade_off(run, forecast, tmp_path):
    text = run("trade-off", *SPAN, *UNTIL, "--shortages", 0.01, 0.02, "--together",
               "--output", tmp_path / "t.csv", "--picture", tmp_path / "t.svg")  # fmt: skip
    table = trade_off(forecast, shortages=[0.01, 0.02], together=True)
    assert text == f"{table.to_text('fr')}\n\nvoir {tmp_path / 't.csv'}, {tmp_path / 't.svg'}\n"
    assert [float(row["manque"]) for row in read(tmp_path / "t.csv")] == pytest.approx(
        table.shortage, abs=5e-5
    )
    assert (tmp_path / "t.svg").exists()


def test_explain(run, forecast, tmp_path):
    text = run("explain", *SPAN, *UNTIL, "--canteen", "Cantine 04", "--lang", "en",
               "--output", tmp_path / "c.csv", "--picture", tmp_path / "e.svg")  # fmt: skip
    here = np.flatnonzero(forecast.rows.names == "Cantine 04")
    seen = f"see {tmp_path / 'c.csv'}, {tmp_path / 'e.svg'}"
    assert text.splitlines() == [*(forecast.explain(i, "en") for i in here), "", seen]
    assert len(read(tmp_path / "c.csv")) == len(forecast)
    assert (tmp_path / "e.svg").exists()


def test_effects(run, forecaster, tmp_path):
    text = run("effects", *UNTIL, "--output", tmp_path / "e.csv", "--picture", tmp_path / "e.svg")
    effects = forecaster.effects().select(scope="*").to_text("fr")
    assert text == f"{effects}\n\nvoir {tmp_path / 'e.csv'}, {tmp_path / 'e.svg'}\n"
    assert run("effects", *UNTIL) == f"{effects}\n"
    assert len(read(tmp_path / "e.csv")) == len(forecaster.effects())


def test_sheet(run, forecaster, tmp_path):
    sheet = model_sheet(forecaster)
    assert run("sheet", *UNTIL, "--lang", "pt") == sheet.to_markdown("pt")
    run("sheet", *UNTIL, "--format", "json", "--output", tmp_path / "s.json",
        "--calibration-picture", tmp_path / "c.svg", "--calendar-picture", tmp_path / "e.svg")  # fmt: skip
    assert json.loads((tmp_path / "s.json").read_text("utf-8")) == sheet.to_dict()
    assert len(list(tmp_path.iterdir())) == 3


def test_what_if(run, city, forecaster, tmp_path):
    menu = tmp_path / "menu.csv"
    menu.write_text("date,rang,plat\n2023-03-13,1,Brandade de morue\n", "utf-8")
    text = run("what-if", *SPAN, *UNTIL, "--strike", "2023-03-14", "--holiday", "2023-03-16",
               "--enrolment", "*=1.05", "Cantine 01=0.9", "--menu", menu,
               "--absence", "Cantine 03=2023-03-14=20",
               "--output", tmp_path / "w.csv", "--lang", "en")  # fmt: skip
    scenario = Scenario(
        strikes=["2023-03-14"], public_holidays=["2023-03-16"],
        enrolment={"*": 1.05, "Cantine 01": 0.9}, absences={("Cantine 03", "2023-03-14"): 20},
        menus={dt.date(2023, 3, 13): ["Brandade de morue"]},
    )  # fmt: skip
    change = what_if(forecaster, city, scenario, "2023-03-06", "2023-03-17")
    strikes = forecaster.fitted_.strikes.to_text("en")
    assert text == f"{change.to_text('en')}\n\n{strikes}\n\nsee {tmp_path / 'w.csv'}\n"
    found = [float(row["apres"]) for row in read(tmp_path / "w.csv")]
    np.testing.assert_allclose(found, change.after, atol=0.006)


def test_from_an_order_to_ingredients(run, forecast, tmp_path):
    run("order", *SPAN, *UNTIL, "--shortage", 0.01, "--output", tmp_path / "o.csv")
    (tmp_path / "p.csv").write_text(
        "plat,produit,fournisseur,type_site,quantite,unite\n"
        + "".join(
            f"{dish},{dish},Grossiste,*,{grams},g\n"
            for dish, grams in (
                ("Pain", 50), ("Filet de colin", 80), ("Rôti de porc", 0), ("Poulet rôti", 0),
                ("Frites", 0), ("Pizza", 0),
            )
        ),
        "utf-8",
    )  # fmt: skip
    text = run("ingredients", "--order", tmp_path / "o.csv", "--portions", tmp_path / "p.csv",
               "--output", tmp_path / "i.csv", "--lang", "en")  # fmt: skip
    assert "week of 2023-03-06, Grossiste" in text
    bread = [float(r["quantite"]) for r in read(tmp_path / "i.csv") if r["produit"] == "Pain"]
    assert sum(bread) == pytest.approx(0.05 * order(forecast, shortage=0.01).sum())


def test_the_glossary_holds_every_column_that_is_written(run, tmp_path):
    (tmp_path / "p.csv").write_text(
        "plat,produit,fournisseur,type_site,quantite,unite\nPain,Pain,Boulangerie,*,50,g\n", "utf-8"
    )
    (tmp_path / "m.csv").write_text(
        "date,rang,plat\n" + "".join(f"2023-03-{day:02},1,Pain\n" for day in range(6, 18)), "utf-8"
    )
    span = [*SPAN, *UNTIL, "--output"]
    run("forecast", *span, tmp_path / "f.csv")
    run("order", *span, tmp_path / "o.csv", "--shortage", 0.01, "--kitchen", tmp_path / "k.csv")
    run("trade-off", *span, tmp_path / "t.csv")
    run("explain", *span, tmp_path / "c.csv")
    run("effects", *UNTIL, "--output", tmp_path / "e.csv")
    run("what-if", *span, tmp_path / "w.csv", "--strike", "2023-03-14")
    run("ingredients", "--order", tmp_path / "o.csv", "--portions", tmp_path / "p.csv",
        "--menu", tmp_path / "m.csv", "--output", tmp_path / "i.csv")  # fmt: skip
    files = list(tmp_path.glob("*.csv"))
    assert len(files) == 10
    columns = {
        name for path in files for name in path.read_text("utf-8").splitlines()[0].split(",")
    }
    glossary = (Path(__file__).parents[2] / "docs/glossary.md").read_text("utf-8")
    assert columns - set(re.findall(r"^`(\w+)`", glossary, re.MULTILINE)) <= {"date", "rang"}


def test_a_reader_that_stops_early_is_no_error(town_folder):
    command = [
        sys.executable,
        "-c",
        "import sys; from prevision_cantine.cli import main; sys.exit(main())",
    ]
    with subprocess.Popen(
        [*command, "effects", str(town_folder), *UNTIL], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:  # fmt: skip
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["order", *SPAN, "--output", "{out}"], "give --shortage alone"),
        (["order", *SPAN, "--missing-meal-cost", "9", "--output", "{out}"], "both --missing-meal"),
        (["what-if", *SPAN, *UNTIL, "--strike", "2023-01-10"], "2023-01-10 is not forecast"),
        (["order", *SPAN, "--shortage", "2", "--output", "{out}"], "--shortage 2: give a share above 0"),
        (["explain", *SPAN, "--canteen", "X"], "no forecast of canteen 'X'"),
        (["what-if", *SPAN, "--enrolment", "X"], "write CANTEEN=FACTOR"),
        (["what-if", *SPAN, "--enrolment", "X=2"], "no canteen 'X'"),
        (["what-if", *SPAN, "--absence", "X=2"], "write CANTEEN=DAY=PUPILS"),
        (["what-if", *SPAN, "--strike", "soon"], "'soon' is no day"),
        (["what-if", *SPAN, "--menu", "absent.csv"], "absent.csv: cannot be read (no such file); it should be a menu"),
        (["sheet"], "give --until, YYYY-MM-DD"),
        (["sheet", *UNTIL, "--model", "{out}"], "--until and --model do not go together"),
        (["trade-off", *SPAN, "--lead-days", "20", "--model", "{out}"], "--lead-days and --model do not go together"),
        (["forecast", *SPAN, "--model", "{out}", "--output", "f.csv"], "o.csv: cannot be read (no such file); it should be a model"),
        (["effects", *UNTIL, "--lang", "de"], "invalid choice: 'de'"),
        (["effects", *UNTIL, "--picture", "{out}"], "is no kind of picture"),
        (["trade-off", *SPAN, "--shortages", "0"], "--shortages 0: give a share"),
        (["ingredients", "--order", "{out}", "--portions", "x"], "o.csv: cannot be read (no such file); it should be an order"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(town_folder, tmp_path, capsys, arguments, message):
    verb, *rest = [str(tmp_path / "o.csv") if x == "{out}" else x for x in arguments]
    assert main([verb, str(town_folder), *rest, *ENGLISH]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["forecast", *SPAN, "--lead-days", "-3"], "--lead-days -3: give 1 to 365 days"),
        (["forecast", *SPAN, "--lead-days", "9" * 30], "is no whole number"),
        (["backtest", *SPAN, "--lead-days", "0"], "--lead-days 0: give 1 to 365 days"),
        (["backtest", *SPAN, "--enrolment-lead-days", "-4"], "--enrolment-lead-days -4: give 0 to 365"),
        (["backtest", *SPAN, "--shortage", "1"], "--shortage 1: give a share"),
        (["backtest", "--from", "2023-03-17", "--to", "2023-03-06"], "2023-03-17, is after the last, 2023-03-06"),
        (["forecast", "--from", "2023-03-17", "--to", "2023-03-06"], "2023-03-17, is after the last, 2023-03-06"),
        (["fit", "--until", "2030-01-01"], "give a day up to 2023-07-05"),
        (["order", *SPAN, "--shortage", "0.01", "--tray", "0"], "--tray 0: give 1 to 1,000 meals"),
        (["order", *SPAN, "--missing-meal-cost", "1", "--wasted-meal-cost", "0"], "--wasted-meal-cost 0: give a cost"),
        (["order", *SPAN, "--shortage", "0..1"], "'0..1' is no number; write one such as 0.01 or 0,01"),
        (["order", *SPAN, "--missing-meal-cost", "1,250"], "write 1250 or 1.250"),
        (["forecast", *SPAN, "--mask-below", "0"], "--mask-below 0: give a size above 0"),
        (["forecast", *SPAN, "--draft", "absent.csv"], "absent.csv: cannot be read (no such file); it should be an order or the agents' draft"),
        (["what-if", *SPAN, "--enrolment", "Cantine 01=x"], "--enrolment Cantine 01=x: 'x' is no number"),
        (["what-if", *SPAN, "--absence", "Cantine 01=2023-03-07=4000"], "Cantine 01 on 2023-03-07: 4000 pupils away, more than the"),
        (["forecast", *SPAN, "--canteen", "cantine 1"], "did you mean 'Cantine 01'"),
    ],
)  # fmt: skip
def test_wrong_input_is_told_in_the_words_of_the_command(
    town_folder, tmp_path, capsys, arguments, message
):
    verb, *rest = arguments
    output = [] if verb == "what-if" else ["--output", str(tmp_path / "o.csv")]
    assert main([verb, str(town_folder), *rest, *output, *ENGLISH]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_decimal_comma_is_a_decimal_point(run, tmp_path):
    orders = [
        run("order", *SPAN, *UNTIL, "--shortage", share, "--output", tmp_path / "o.csv")
        for share in ("0.02", "0,02", "0,01")
    ]
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize(("lang", "see"), [("fr", "voir"), ("en", "see"), ("pt", "ver")])
def test_closing_lines_are_in_the_language(run, tmp_path, lang, see):
    model, last = tmp_path / "m.zip", {}
    last["fit"] = run("fit", *UNTIL, "--output", model, "--lang", lang)
    last["sheet"] = run("sheet", "--model", model, "--output", tmp_path / "s.md", "--lang", lang)
    last["order"] = run("order", *SPAN, "--model", model, "--shortage", 0.01, "--output",
                        tmp_path / "o.csv", "--lang", lang)  # fmt: skip
    last["forecast"] = run("forecast", *SPAN, "--model", model, "--output", tmp_path / "f.csv",
                           "--lang", lang).splitlines()[0]  # fmt: skip
    last["backtest"] = run("backtest", "--from", "2023-01-03", "--to", "2023-01-13", "--output",
                           tmp_path / "b.csv", "--lang", lang)  # fmt: skip
    for verb, text in last.items():
        closing = text.splitlines()[-1]
        assert re.search(rf"\b{see} {re.escape(str(tmp_path))}/\w+\.\w+$", closing), (verb, closing)


def test_one_is_singular_in_what_is_printed(run, tmp_path):
    text = run("backtest", "--from", "2023-01-03", "--to", "2023-01-13", "--output",
               tmp_path / "b.csv", "--lang", "en")  # fmt: skip
    assert "in 1 forecast, see" in text
    day = ("--from", "2023-03-06", "--to", "2023-03-06", *UNTIL)
    order = ["order", *day, "--shortage", 0.01, "--output", tmp_path / "o.csv", "--lang"]
    for lang, words in (("fr", "1 jour, "), ("en", "1 day, "), ("pt", "1 dia, ")):
        assert run(*order, lang).startswith(words)
    change = run("what-if", *day, "--enrolment", "*=1.1", "--lang", "en")
    assert "over 1 day and " in change


def test_what_eight_days_cannot_tell_is_said(town_folder, tmp_path, capsys):
    folder = shutil.copytree(town_folder, tmp_path / "town")
    table = folder / "raw/frequentation.csv"
    header, *rows = table.read_text("utf-8").splitlines(keepends=True)
    kept = [row for row in rows if row.split(",")[1] < "2020-10-17"]
    table.write_text(header + "".join(kept), "utf-8")
    model = tmp_path / "m.zip"
    command = ["fit", str(folder), "--until", "2020-10-16", "--output", str(model), "--lang", "en"]
    assert main(command) == 0
    said = capsys.readouterr().err.splitlines()
    assert "less than a school year: what season, holidays" in said[0]
    assert "intervals and orders are wide to be careful: 100 past forecasts" in said[1]
    assert main(["sheet", str(folder), "--model", str(model), "--lang", "fr"]) == 0
    said = capsys.readouterr()
    assert "moins qu'une année scolaire" in said.err
    assert "- Intervalles et commandes sont larges par prudence" in said.out
    sheet = model_sheet(load_forecaster(model))
    assert sheet.to_dict()["limits"][:2] == ["season", "intervals"]


def test_a_full_disk_is_one_line(town_folder):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    program = "import sys; from prevision_cantine.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "effects", str(town_folder), *UNTIL, *ENGLISH]
    with full.open("w") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "the result cannot be printed" in done.stderr
    assert done.stderr.count("\n") == 1


def test_signs_that_the_output_does_not_have_are_one_line(town_folder):
    program = "import sys; from prevision_cantine.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "effects", str(town_folder), *UNTIL, *ENGLISH],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "cannot be printed in ascii; set PYTHONUTF8=1" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_command_that_is_stopped_is_one_line(town_folder, tmp_path, capsys, monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(CanteenForecaster, "fit", stopped)
    assert (
        main(["forecast", str(town_folder), *SPAN, "--output", str(tmp_path / "f.csv"), *ENGLISH])
        == 130
    )
    assert capsys.readouterr().err == "prevision-cantine: error: stopped before the end\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--draft", "absent.csv"], "absent.csv: cannot be read"),
        (["--canteen", "cantine 1"], "did you mean 'Cantine 01'"),
    ],
)
def test_what_is_asked_for_is_read_before_anything_is_learned(
    town_folder, capsys, monkeypatch, options, message
):
    monkeypatch.setattr(CanteenForecaster, "fit", None)
    assert main(["explain", str(town_folder), *SPAN, *options, *ENGLISH]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipe with a name on this system")
def test_what_is_no_file_is_never_replaced(town_folder, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    command = ["effects", str(town_folder), *UNTIL, "--output", str(tmp_path / "pipe")]
    assert main([*command, *ENGLISH]) == 2
    assert "is a folder or a device; give the name of a file" in capsys.readouterr().err
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize(
    "outputs", [{"--output": "f.csv", "--picture": "f.gif"}, {"--output": "."}]
)
def test_an_output_that_cannot_be_is_refused_before_any_work(tmp_path, capsys, outputs):
    paths = [x for option, name in outputs.items() for x in (option, str(tmp_path / name))]
    assert main(["forecast", "no folder", *SPAN, *paths]) == 2
    assert "no folder" not in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_order_without_a_row_is_refused(town_folder, tmp_path, capsys):
    draft = tmp_path / "draft.csv"
    draft.write_text("cantine,date,commande\n", encoding="utf-8")
    command = ["explain", str(town_folder), *SPAN, *UNTIL, "--draft", str(draft)]
    assert main([*command, *ENGLISH]) == 2
    assert "draft.csv: no row below the names" in capsys.readouterr().err


@pytest.mark.parametrize("second", ["absent/kitchen.csv", "order.csv"])
def test_no_output_is_written_where_another_cannot_be(town_folder, tmp_path, capsys, second):
    command = ["order", str(town_folder), *SPAN, *UNTIL, "--shortage", "0.01"]
    outputs = ["--output", str(tmp_path / "order.csv"), "--kitchen", str(tmp_path / second)]
    assert main([*command, *outputs]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
