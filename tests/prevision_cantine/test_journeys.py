"""Five cities, from what an office exports to orders, reasons and a backtest, by commands alone."""

import csv
import datetime as dt
import re
import zipfile
from collections import defaultdict
from xml.sax.saxutils import escape

import pytest
import xlsxwriter

from prevision_cantine.city.made_cities import (
    make_commune,
    make_company,
    make_montreal,
    make_recife,
)
from prevision_cantine.cli import main

pytest.importorskip("python_calamine")
pytest.importorskip("holidays")

MONTHS = {
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}  # fmt: skip


def served(city):
    """Return the meals of a made city by day, canteen and service."""
    header, rows = city.tables["frequentation.csv"]
    at = {name: n for n, name in enumerate(header)}
    return {
        (dt.date.fromisoformat(row[0]), row[at["cantine"]], row[at["service"]] if "service" in at else ""):
        (int(row[at["reel"]]), int(row[at["prevision_agents"]]))
        for row in rows
    }  # fmt: skip


def people(city):
    names = ("cantine", "du", "effectif")
    return list(zip(*(city.column("effectifs.csv", name) for name in names), strict=True))


def dishes(city):
    return list(
        zip(city.column("menus.csv", "date"), city.column("menus.csv", "plat"), strict=True)
    )


def text_file(path, rows, encoding="cp1252", separator=";"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return str(path)


def slashes(day):
    return "/".join(reversed(str(day).split("-")))


def book(path, sheets):
    """Write a workbook: sheets of texts, numbers and days."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(r, c, cell)
    return str(path)


def ods(path, sheets):
    """Write an ODS of texts, numbers and days."""

    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, dt.date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return (
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(value)}</text:p></table:table-cell>"
        )

    body = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    spaces = "".join(
        f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for n in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        names = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{names}"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}><office:body>'
            f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>",
        )
    return str(path)


def wide_months(city, lang, closed):
    """Return a sheet a month: title rows, days down, canteens across, words in cells, totals."""
    meals = served(city)
    sites = sorted({site for _, site, _ in meals})
    by_day = defaultdict(dict)
    for (day, site, _), (count, _) in meals.items():
        by_day[day][site] = count
    sheets = defaultdict(list)
    for day in sorted(by_day):
        sheet = sheets[f"{MONTHS[lang][day.month - 1]} {day.year}"]
        if not sheet:
            sheet += [["Restauration scolaire"], [], [None, *sites, "TOTAL"]]
        row = [by_day[day].get(site, closed) for site in sites]
        sheet.append([day, *row, sum(by_day[day].values())])
    for rows in sheets.values():
        columns = zip(*(row[1:] for row in rows[3:]), strict=True)
        totals = [sum(c for c in column if isinstance(c, int)) for column in columns]
        rows.append(["TOTAL", *totals])
    return sheets


def commune(root):
    """Excel, wide, a sheet a month, "PÉDA" in cells; the rest as CSV with semicolons."""
    city = make_commune(years=3, start=2021, canteens=3, reform=2024)
    return [
        book(root / "repas.xlsx", wide_months(city, "fr", "PÉDA")),
        text_file(root / "effectifs.csv", [["Restaurant", "À partir du", "Inscrits"],
                                           *([a, slashes(b), c] for a, b, c in people(city))]),
        text_file(root / "menus.csv", [["Date", "Plat"], *([slashes(d), p] for d, p in dishes(city))]),
    ], city  # fmt: skip


def reform(root):
    """ODS, wide; Wednesday comes with the last September."""
    city = make_commune(years=3, start=2021, canteens=3, reform=2023)
    return [
        ods(root / "repas.ods", wide_months(city, "fr", "Fermé")),
        ods(root / "effectifs.ods", {"Effectifs": [["Cantine", "Depuis", "Effectif"],
            *([a, dt.date.fromisoformat(b), int(c)] for a, b, c in people(city))]}),
    ], city  # fmt: skip


def recife(root):
    """CSV, long, Windows-1252, in Portuguese."""
    city = make_recife(years=3, start=2021, canteens=3)
    shifts = {"manha": "Manhã", "tarde": "Tarde"}
    rows = [
        [slashes(day), site, shifts[service], count, order]
        for (day, site, service), (count, order) in sorted(served(city).items())
    ]
    return [
        text_file(root / "refeições.csv", [["Data", "Escola", "Turno", "Refeições servidas", "Previsão"], *rows]),
        text_file(root / "matrículas.csv", [["Escola", "A partir de", "Matrículas"],
                                            *([a, slashes(b), c] for a, b, c in people(city))]),
        text_file(root / "cardápio.csv", [["Data", "Prato"], *([slashes(d), p] for d, p in dishes(city))]),
    ], city  # fmt: skip


def montreal(root):
    """Excel, a sheet a school, in English, and a list of dishes."""
    city = make_montreal(years=3, start=2021, canteens=3)
    sheets = defaultdict(lambda: [["Date", "Meals served", "Meals ordered"]])
    for (day, site, _), (count, order) in sorted(served(city).items()):
        sheets[site].append([day, count, order])
    return [
        book(root / "meals.xlsx", sheets),
        book(root / "menu.xlsx", {"Menu": [["Date", "Dish"],
             *([dt.date.fromisoformat(d), p] for d, p in dishes(city))]}),
        book(root / "pupils.xlsx", {"Pupils": [["School", "From", "Enrolled"],
             *([a, dt.date.fromisoformat(b), int(c)] for a, b, c in people(city))]}),
    ], city  # fmt: skip


def company(root):
    """CSV, one site, lunch and dinner across, a head count a day."""
    city = make_company(years=3, start=2021)
    by_day = defaultdict(dict)
    for (day, site, service), (count, _) in served(city).items():
        by_day[day, site][service] = count
    rows = [
        [slashes(d), s, n.get("midi", ""), n.get("soir", "")]
        for (d, s), n in sorted(by_day.items())
    ]
    return [
        text_file(root / "repas.csv", [["Jour", "Restaurant", "Midi", "Soir"], *rows]),
        text_file(root / "presents.csv", [["Restaurant", "Jour", "Effectif"],
                                          *([a, slashes(b), c] for a, b, c in people(city))]),
    ], city  # fmt: skip


# Export; language; what the calendar command is given; last day known, days forecast; words of reasons.
JOURNEYS = {
    "commune": (commune, "fr", "--country FR --zone B", "2024-05-17", "2024-06-03", "2024-06-07", "repas"),
    "reform": (reform, "fr", "--country FR --zone B", "2024-05-17", "2024-06-03", "2024-06-07", "mercredi"),
    "recife": (recife, "pt", "--country BR --subdivision PE --breaks {breaks}", "2023-10-20", "2023-11-06",
               "2023-11-10", "refeições"),
    "montreal": (montreal, "en", "--country CA --subdivision QC --breaks {breaks}", "2024-05-03",
                 "2024-05-21", "2024-05-24", "meals"),
    "company": (company, "fr", "--country FR", "2023-10-20", "2023-11-06", "2023-11-10", "midi"),
}  # fmt: skip
FAMILIES = '\n[familles.{name}]\nmots = {words}\n{lang} = "{name}"\n'
OWN = {
    "recife": FAMILIES.format(name="Peixe", words='["peixe", "tilápia", "sardinha"]', lang="pt"),
    "montreal": FAMILIES.format(name="Fish", words='["morue", "saumon"]', lang="en"),
}  # fmt: skip


@pytest.mark.parametrize("name", JOURNEYS)
def test_an_office_goes_from_its_files_to_orders_and_reasons(name, tmp_path, monkeypatch, capsys):
    export, lang, calendar, until, first, last, words = JOURNEYS[name]
    monkeypatch.chdir(tmp_path)

    def run(*arguments, status=0):
        got = main([*arguments, "--lang", lang])
        output = capsys.readouterr()
        assert got == status, output.err + output.out
        return output.out

    files, city = export(tmp_path)
    said = run("import", *files, "ville", "--propose", "understood.toml")
    if name == "recife":  # enrolments, on the first of a month alone
        assert "matrículas.csv: datas lidas na ordem dmy, como em refeições.csv" in said
    imported = (tmp_path / "ville/frequentation.csv").read_text("utf-8").splitlines()
    assert len(imported) == len(city.tables["frequentation.csv"][1]) + 1
    breaks = tmp_path / "pauses.csv"
    spans = city.tables.get("calendrier.csv", ((), ()))[1]
    text_file(breaks, [["du", "au", "nom"], *(row[:2] + row[3:4] for row in spans if row[2] == "vacances")],
              "utf-8", ",")  # fmt: skip
    run("calendar", "ville", *calendar.format(breaks=breaks).split())
    (tmp_path / "ville/ville.toml").write_text(
        f'langues = ["{lang}"]\n' + OWN.get(name, ""), "utf-8"
    )
    held = run("inspect", "ville")
    assert "2021" in held
    span = ["--from", first, "--to", last, "--model", "m.zip"]
    run("fit", "ville", "--until", until, "--output", "m.zip")
    run("forecast", "ville", *span, "--output", "f.csv")
    assert run("order", "ville", *span, "--shortage", "0.02", "--output", "o.csv")
    reasons = run("explain", "ville", *span)
    assert words in reasons
    assert not re.search(r"\b(meals|usual)\b" if lang != "en" else r"\b(repas|habituel)\b", reasons)
    measured = run("backtest", "ville", "--from", first, "--to", last, "--output", "b.csv")
    assert measured
    if name in OWN:
        effects = run("effects", "ville", "--model", "m.zip")
        assert re.search(r"\b(Peixe|Fish)\b", effects)
    with (tmp_path / "f.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    truth = served(city)
    errors = [
        (abs(float(row["prevision"]) - meals[0]), meals[0])
        for row in rows
        for key in [(dt.date.fromisoformat(row["date"]), row["cantine"], row.get("service", ""))]
        for meals in [truth.get((key[0], key[1], key[2].lower().replace("ã", "a")))]
        if meals
    ]
    assert len(errors) >= 0.9 * len(rows)
    assert sum(e for e, _ in errors) < 0.2 * sum(m for _, m in errors)
