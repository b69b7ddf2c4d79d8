"""Files that are read again: forecasts by day, calendars, sheets that a kitchen prints."""

import csv
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import attrs
import icalendar
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from prevision_cantine import (
    CanteenForecaster,
    CantineError,
    CityError,
    Span,
    load_city,
    make_company,
    make_recife,
    order_agenda,
    order_sheets,
    plan_order,
    read_forecast,
    to_frame,
    write_forecast,
)
from prevision_cantine.cli import main
from prevision_cantine.decide.scenario import Scenario
from prevision_cantine.files.csv_file import safe_cell, without_mark
from prevision_cantine.files.names import file_names
from prevision_cantine.say.agenda import _escaped, _folded
from prevision_cantine.say.order_words import TEXTS
from prevision_cantine.words.language import LANGUAGES

CELLS = tomllib.loads((Path(__file__).parents[1] / "formula_cells.toml").read_text("utf-8"))["cell"]
HOSTILE = (
    "=1+1", "../../etc/passwd", "CON", "a\\b;c,d", "École &P <b>", "x" * 200, "\u202eabc", "..", "École",
    "école", "@SUM(A1)", "con.txt", "+33 6", "日本", "a/b",
)  # fmt: skip


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    city = load_city(
        make_company(years=2, start=2022).to_folder(tmp_path_factory.mktemp("c") / "c")
    )
    rows = city.calendar_rows("2023-05-15", "2023-05-26")
    return CanteenForecaster().fit(city, "2023-05-01").predict(rows)


@pytest.fixture(scope="module")
def recife(tmp_path_factory):
    city = load_city(make_recife(years=3).to_folder(tmp_path_factory.mktemp("r") / "c"))
    rows = city.calendar_rows("2019-06-17", "2019-06-28")
    return CanteenForecaster().fit(city, "2019-05-31").predict(rows)


def named(forecast, names):
    """Return a forecast whose first canteens have other names."""
    city = forecast.rows.city
    sites = (*names, *city.sites[len(names) :])
    renamed = attrs.evolve(city, canteens=sites, sites=sites)
    return attrs.evolve(forecast, rows=attrs.evolve(forecast.rows, city=renamed))


@pytest.mark.parametrize("like", ["pandas", "polars", "pyarrow"])
def test_parquet_gives_the_very_table_again(company, tmp_path, like):
    write_forecast(company, tmp_path / "f.parquet")
    again, before = read_forecast(tmp_path / "f.parquet", like=like), to_frame(company, like=like)
    assert again.equals(before)
    assert list(getattr(again, "column_names", None) or again.columns)[:3] == [
        "cantine",
        "service",
        "date",
    ]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_forecast_is_read_again(company, tmp_path, ending):
    path = tmp_path / f"f.{ending}"
    write_forecast(company, path)
    again, before = (x.to_pandas() if hasattr(x, "to_pandas") else x for x in
                     (read_forecast(path, like="pandas"), to_frame(company, like="pandas")))  # fmt: skip
    keys = ["cantine", "service", "date"]
    assert again[keys].equals(before[keys])
    for name in ("prevision", "borne_basse", "borne_haute"):
        np.testing.assert_allclose(again[name], before[name], atol=0.00501)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_is_masked_is_missing_when_read_again(company, tmp_path, ending):
    path = tmp_path / f"f.{ending}"
    below = float(np.median(company.meals))
    write_forecast(company, path, mask_below=below)
    again = read_forecast(path, like="pandas")
    hidden = company.is_small(below)
    assert hidden.any()
    for name in ("prevision", "borne_basse", "borne_haute"):
        np.testing.assert_array_equal(again[name].isna(), hidden)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_hostile_names_come_back(town_forecast, tmp_path, ending):
    forecast = named(town_forecast, HOSTILE[: len(town_forecast.rows.city.canteens)])
    path = tmp_path / f"f.{ending}"
    write_forecast(forecast, path)
    assert read_forecast(path, like="polars")["cantine"].to_list() == forecast.rows.names.tolist()


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: repr(cell["text"]))
def test_no_cell_is_left_that_a_spreadsheet_would_compute(cell):
    assert safe_cell(cell["text"]) == cell["written"]


@given(text=st.text())
def test_a_cell_comes_back_unless_it_was_marked_before(text):
    assert without_mark(safe_cell(text)) == without_mark(text)


def test_what_is_no_forecast_is_refused(company, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    def table(**columns):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.parquet"
        parquet.write_table(pa.table(columns), path)
        return path

    (tmp_path / "text.parquet").write_text("no parquet", encoding="utf-8")
    (tmp_path / "a.csv").write_text("cantine,date\nA,2020-01-01\n", encoding="utf-8")
    keys = {"cantine": ["A"], "date": [date(2023, 5, 15)]}
    numbers = {name: [1.0] for name in ("prevision", "borne_basse", "borne_haute")}
    for path, message in (
        (tmp_path / "absent.parquet", "no such file"),
        (tmp_path, "cannot be read|no file"),
        (tmp_path / "text.parquet", "not a daily forecast as Parquet"),
        (tmp_path / "a.csv", "the column 'prevision' is missing"),
        (table(**keys), "the columns are cantine, date; they should be"),
        (table(**keys, nom=["x"], **numbers), "the columns are"),
        (table(**keys, **numbers | {"prevision": ["many"]}), "not a daily forecast as Parquet"),
    ):
        with pytest.raises(CityError, match=message):
            read_forecast(path, like="pandas")
    with pytest.raises(CityError, match="cantine is missing in a row"):
        read_forecast(
            table(**keys | {"cantine": pa.array([None], pa.string())}, **numbers), like="pandas"
        )
    with pytest.raises(CantineError, match="cannot be written"):
        write_forecast(company, tmp_path / "absent" / "f.parquet")


def sites_of(plan):
    """Return the canteens of an order, in the order of the city."""
    return list(dict.fromkeys(plan.rows.city.sites[n] for n in np.unique(plan.rows.canteen)))


def sheets_of(path):
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sheet_has_every_row_and_its_totals(recife, tmp_path, lang):
    plan = plan_order(recife, shortage=0.01, tray=4)
    paths = order_sheets(plan, tmp_path / "s", lang)
    say = TEXTS[lang]
    sites = np.array(plan.rows.city.sites)[plan.rows.canteen]
    assert len(paths) == len(set(sites.tolist()))
    for path, site in zip(paths, sites_of(plan), strict=True):
        pages = sheets_of(path)
        assert list(pages) == ["2019-W25", "2019-W26"]
        meals, services = 0, []
        for page in pages.values():
            assert page[0][0] == say["title"].format(canteen=site)
            head = page[3]
            assert head[0] == say["day"]
            assert {say["served"], say["signature"]} <= set(head)
            at = {name: n for n, name in enumerate(head)}
            body = [row for row in page[4:] if row[at[say["order"]]] != ""]
            total = [row for row in body if row[0] == say["total"]]
            days = [row for row in body if row[0] != say["total"]]
            for row in total:
                mine = [d for d in days if row[at[say["service"]]] in ("", d[at[say["service"]]])]
                for key in ("forecast", "order"):
                    assert row[at[say[key]]] == sum(d[at[say[key]]] for d in mine)
            assert len(total) == 3
            assert all(d[at[say["order"]]] % 4 == 0 for d in days)
            assert all(d[at[say["served"]]] == d[at[say["signature"]]] == "" for d in days)
            meals += sum(d[at[say["order"]]] for d in days)
            services += [d[at[say["service"]]] for d in days]
            if page is list(pages.values())[1]:
                assert any("São João" in d[at[say["notes"]]] for d in days)
        assert meals == plan.meals[sites == site].sum()
        assert set(services) == set(plan.rows.city.service_of)


def test_a_sheet_is_an_a4_page_across_without_a_formula(recife, tmp_path):
    paths = order_sheets(plan_order(recife, shortage=0.01), tmp_path / "s", "pt")
    ns = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    for path in paths:
        with zipfile.ZipFile(path) as book:
            names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
            assert names
            for name in names:
                page = ET.fromstring(book.read(name))  # noqa: S314 - our own
                assert not page.findall(".//x:f", ns)
                assert not page.findall(".//x:hyperlink", ns)
                setup = page.find("x:pageSetup", ns)
                assert setup.get("paperSize") == "9"
                assert setup.get("orientation") == "landscape"
                assert page.find("x:sheetPr/x:pageSetUpPr", ns).get("fitToPage") == "1"


def test_hostile_names_stay_in_the_folder_and_compute_nothing(town_forecast, tmp_path):
    forecast = named(town_forecast, HOSTILE[: len(town_forecast.rows.city.canteens)])
    plan = plan_order(forecast, shortage=0.01)
    folder = tmp_path / "s"
    paths = [*order_sheets(plan, folder, "en"), *order_agenda(plan, folder, "en")]
    assert len(set(paths)) == len(paths) == 2 * len(set(forecast.rows.names.tolist()))
    for path in paths:
        assert path.parent == folder
        assert path.resolve().parent == folder.resolve()
        assert path.is_file()
    assert {p.name for p in tmp_path.iterdir()} == {"s"}
    for path in paths:
        if path.suffix == ".xlsx":
            for page in sheets_of(path).values():
                texts = [cell for row in page for cell in row if isinstance(cell, str)]
                assert all(safe_cell(text) == text for text in texts)


def test_a_dish_family_of_the_citys_own_computes_nothing(town_forecast, tmp_path):
    menus = town_forecast.rows.city.menus
    families = tuple(attrs.evolve(f, words={"fr": "=HYPERLINK(1)"}) for f in menus.families)
    flags = np.ones_like(menus.flags)
    city = attrs.evolve(
        town_forecast.rows.city, menus=attrs.evolve(menus, families=families, flags=flags)
    )
    forecast = attrs.evolve(town_forecast, rows=attrs.evolve(town_forecast.rows, city=city))
    path = order_sheets(plan_order(forecast, shortage=0.01), tmp_path / "s", "fr")[0]
    texts = [c for page in sheets_of(path).values() for row in page for c in row]
    assert any("HYPERLINK" in str(text) for text in texts)
    assert all(safe_cell(text) == text for text in texts if isinstance(text, str))


@given(names=st.lists(st.text(max_size=90), max_size=12))
def test_names_of_files_are_each_one_name_of_a_folder(names):
    found = file_names(names)
    assert found.keys() == set(names)
    assert len({name.casefold() for name in found.values()}) == len(found)
    for name in found.values():
        assert name
        assert Path(name).name == name
        assert not set(name) & set('/\\:*?"<>|. ')
        assert name.isprintable()


def test_a_link_in_the_folder_is_not_followed(town_forecast, tmp_path):
    plan = plan_order(town_forecast, shortage=0.01)
    (tmp_path / "s").mkdir()
    kept = tmp_path / "kept"
    kept.write_text("mine", encoding="utf-8")
    (tmp_path / "s" / "Cantine_01.xlsx").symlink_to(kept)
    (tmp_path / "s" / "Cantine_01.ics").symlink_to(kept)
    for write in (order_sheets, order_agenda):
        with pytest.raises(CantineError, match="is a link"):
            write(plan, tmp_path / "s")
    assert kept.read_text(encoding="utf-8") == "mine"
    with pytest.raises(CantineError, match="cannot be written"):
        order_sheets(plan, tmp_path / "absent" / "s")


def test_the_same_order_is_the_same_file(town_forecast, tmp_path):
    plan = plan_order(town_forecast, shortage=0.01)
    for write in (order_sheets, order_agenda):
        one, other = (write(plan, tmp_path / name)[0] for name in ("a", "b"))
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_calendar_has_an_event_for_each_day_and_service(recife, tmp_path, lang):
    plan = plan_order(recife, shortage=0.01)
    paths = order_agenda(plan, tmp_path / "s", lang)
    events = []
    for path, site in zip(paths, sites_of(plan), strict=True):
        raw = path.read_bytes()
        assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
        assert raw.count(b"\n") == raw.count(b"\r\n")
        calendar = icalendar.Calendar.from_ical(raw)
        assert not calendar.errors
        found = list(calendar.walk("VEVENT"))
        events += [(site, str(e["SUMMARY"]), e["DTSTART"].dt, str(e["UID"])) for e in found]
        assert all(str(e["LOCATION"]) == site for e in found)
        assert all((e["DTEND"].dt - e["DTSTART"].dt).days == 1 for e in found)
    assert len(events) == len(plan)
    assert len({uid for *_, uid in events}) == len(plan)
    rows = plan.rows
    expected = {
        (rows.city.sites[n], rows.city.service_of[n], d.item(), round(m))
        for n, d, m in zip(rows.canteen.tolist(), rows.date, plan.meals, strict=True)
    }
    told = {
        (site, text.split(":")[0].strip(), at, int("".join(filter(str.isdigit, text))))
        for site, text, at, _ in events
    }
    assert told == expected


@given(text=st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"))))
def test_a_line_of_a_calendar_comes_back(text):
    line = f"SUMMARY:{_escaped(text)}"
    folded = _folded(line)
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))
    event = f"BEGIN:VEVENT\r\n{folded}\r\nEND:VEVENT\r\n"
    shown = "".join(c if c.isprintable() else " " for c in text)
    assert str(icalendar.Event.from_ical(event)["SUMMARY"]) == shown


def test_an_event_keeps_its_identifier_in_a_newer_order(recife, tmp_path):
    plans = [plan_order(recife, shortage=share) for share in (0.01, 0.05)]
    found = []
    for n, plan in enumerate(plans):
        path = order_agenda(plan, tmp_path / str(n), "fr")[0]
        found.append(
            [str(e["UID"]) for e in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")]
        )
    assert found[0] == found[1]


def test_the_commands_write_all_of_it(town_folder, town, tmp_path, capsys):
    span = [str(town_folder), "--from", "2023-03-06", "--to", "2023-03-17", "--until", "2023-02-10"]
    out = tmp_path / "f.parquet"
    assert main(["forecast", *span, "--output", str(out)]) == 0
    assert main(["forecast", *span, "--output", str(tmp_path / "f.csv")]) == 0
    one, other = (read_forecast(tmp_path / f"f.{e}", like="pandas") for e in ("parquet", "csv"))
    np.testing.assert_allclose(one["prevision"], other["prevision"], atol=0.00501)
    folders = ["--sheets", str(tmp_path / "s"), "--ics", str(tmp_path / "i")]
    order = ["order", *span, "--shortage", "0.01", "--output", str(tmp_path / "o.csv"), *folders]
    capsys.readouterr()
    assert main(order) == 0
    assert str(tmp_path / "i") in capsys.readouterr().out
    assert len(list((tmp_path / "s").glob("*.xlsx"))) == len(town.canteens)
    assert len(list((tmp_path / "i").glob("*.ics"))) == len(town.canteens)
    table = list(csv.DictReader((tmp_path / "o.csv").read_text("utf-8").splitlines()))
    page = next(iter(sheets_of(tmp_path / "s" / "Cantine_01.xlsx").values()))
    assert page[4][3] == float(table[0]["commande"])
    assert main([*order[:-1], str(tmp_path / "absent" / "i")]) == 2
    assert main([*order[:-1], str(out)]) == 2


def test_a_scenario_reaches_the_sheets(recife, tmp_path):
    city = recife.rows.city
    day = np.datetime64("2019-06-19")
    closed = Scenario(spans=[Span(start=day, end=day, nature="ferme")]).apply(city)
    rows = closed.calendar_rows("2019-06-17", "2019-06-28")
    forecast = CanteenForecaster().fit(closed, "2019-05-31").predict(rows)
    path = order_sheets(plan_order(forecast, shortage=0.01), tmp_path / "s", "pt")[0]
    days = [row[0] for row in sheets_of(path)["2019-W25"]]
    assert "quarta, 19 de junho" not in days
    assert "terça, 18 de junho" in days
