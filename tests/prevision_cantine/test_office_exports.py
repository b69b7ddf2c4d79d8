"""What offices export comes back equal: five made cities in five formats, and tables of any kind."""

import base64
import csv
import datetime as dt
import io
import zipfile
import zlib
from collections import Counter, defaultdict

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prevision_cantine.city.made_cities import (
    make_commune,
    make_company,
    make_montreal,
    make_recife,
)
from prevision_cantine.city.office import import_office

pytest.importorskip("python_calamine")

FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
FRENCH_MONTHS = ("janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc")  # fmt: skip
LONG_MONTHS = ("Janvier", "Février", "Mars", "Avril", "Mai", "Juin", "Juillet", "Août", "Septembre", "Octobre", "Novembre", "Décembre")  # fmt: skip


def meals_of(city):
    """Return the meals and orders of a made city by day, canteen and service."""
    header, rows = city.tables["frequentation.csv"]
    at = {name: n for n, name in enumerate(header)}
    return {
        (dt.date.fromisoformat(row[0]), row[1], row[at["service"]] if "service" in at else ""): (
            int(row[at["reel"]]),
            int(row[at["prevision_agents"]]),
        )
        for row in rows
    }


def read_back(folder):
    """Return the meals and orders of a folder, as ``meals_of`` does."""
    with (folder / "frequentation.csv").open(encoding="utf-8", newline="") as file:
        return {
            (dt.date.fromisoformat(r["date"]), r["cantine"], r.get("service", "")): (
                float(r["reel"]),
                float(r["prevision_agents"]) if r.get("prevision_agents") else None,
            )
            for r in csv.DictReader(file)
        }


def ods(sheets):
    """Return a minimal ODS of sheets: name and rows of texts, numbers, dates and None."""

    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, dt.date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"><text:p>{value}</text:p></table:table-cell>'
        if isinstance(value, int | float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
        text = value.replace("&", "&amp;").replace("<", "&lt;")
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    body = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets
    )
    return ods_of(body)


def ods_of(body):
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0"><office:body><office:spreadsheet>{body}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return file.getvalue()


def text_file(rows, separator, encoding):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator="\r\n").writerows(
        [["" if cell is None else cell for cell in row] for row in rows]
    )
    return buffer.getvalue().encode(encoding)


def book(path, sheets, number_format="dd/mm/yyyy"):
    file = xlsxwriter.Workbook(str(path), {"default_date_format": number_format})
    for name, rows in sheets:
        sheet = file.add_worksheet(name)
        for n, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(n, column, dt.datetime(value.year, value.month, value.day))
                elif value is not None:
                    sheet.write(n, column, value)
    file.close()
    return path


def by_month(meals):
    months = defaultdict(list)
    for day in sorted({day for day, _, _ in meals}):
        months[day.year, day.month].append(day)
    return months


def commune_months(root, meals):
    """A workbook with a sheet a month, a column a canteen, titles, totals and words in cells."""
    names = sorted({canteen for _, canteen, _ in meals})
    sheets = []
    for (year, month), days in by_month(meals).items():
        title = f"{LONG_MONTHS[month - 1]} {year}"
        rows = [["Ville de Quelque Part - restauration scolaire"], [f"Repas servis, {title}"], []]
        rows.append(["Jour", *names, "TOTAL", "Observations"])
        for day in days:
            cells = [meals.get((day, name, ""), (None,))[0] for name in names]
            total = sum(cell or 0 for cell in cells)
            words = ["Fermé" if cell is None else cell for cell in cells]
            note = "grève annoncée" if day.day == 14 else None
            rows.append([f"{FRENCH_DAYS[day.weekday()]} {day.day}", *words, total, note])
        rows += [["Total du mois", *[99] * len(names), 999], [], ["* chiffres provisoires"]]
        sheets.append((title, rows))
    return [book(root / "cantines.xlsx", sheets)], False


def recife_long(root, meals):
    """A CSV file in Windows-1252 with Brazilian dates and numbers, and a line of totals."""
    rows = [["Prefeitura - Merenda escolar"], [], ["Data", "Escola", "Turno", "Refeições previstas", "Refeições servidas"]]  # fmt: skip
    names = {"manha": "Manhã", "tarde": "Tarde"}
    for (day, canteen, service), (served, ordered) in meals.items():
        figures = [f"{n:,}".replace(",", ".") for n in (ordered, served)]
        rows.append([day.strftime("%d/%m/%Y"), canteen, names[service], *figures])
    rows.append(["Total geral", None, None, "1.234.567", "1.134.567"])
    path = root / "merenda.csv"
    path.write_bytes(text_file(rows, ";", "cp1252"))
    return [path], True


def montreal_sites(root, meals):
    """A workbook with a sheet a canteen, true dates, and words on pedagogical days."""
    sheets = []
    for name in sorted({canteen for _, canteen, _ in meals}):
        rows = [[f"Site : {name}"], ["Date", "Jour", "Prévus", "Servis", "Commentaires"]]
        mine = sorted((day, both) for (day, canteen, _), both in meals.items() if canteen == name)
        for day, (served, ordered) in mine:
            rows.append([day, FRENCH_DAYS[day.weekday()], ordered, served, None])
            if day.weekday() == 4:
                rows.append([day + dt.timedelta(1), "samedi", "-", "PÉDA", "n'existe pas"])
        rows.append(["Moyenne", None, 1, 2, None])
        sheets.append((name[:31], rows))
    return [book(root / "sites.xlsx", sheets)], True


def company_unicode(root, meals):
    """What Excel calls Unicode text: UTF-16 with tabs, headings in two lines, days such as 4-sept-23."""
    rows = [["Restaurant d'entreprise"], [None, "Midi", None, "Soir", None], ["Date", "Prévus", "Servis", "Prévus", "Servis"]]  # fmt: skip
    for day in sorted({day for day, _, _ in meals}):
        figures = []
        for service in ("midi", "soir"):
            served, ordered = meals[day, "Siège", service]
            figures += [f"{n:,}".replace(",", "\u00a0") for n in (ordered, served)]
        rows.append([f"{day.day}-{FRENCH_MONTHS[day.month - 1]}-{day.year % 100:02d}", *figures])
    path = root / "Siège.txt"
    path.write_bytes(text_file(rows, "\t", "utf-16"))
    return [path], True


def recife_shifts(root, meals):
    """A workbook with a sheet a shift, bare serial numbers as days, and figures as French texts."""
    sheets = []
    for service, name in (("manha", "Manhã"), ("tarde", "Tarde")):
        names = sorted({canteen for _, canteen, _ in meals})
        rows = [["Almoços servidos"], ["Data", *names, "Total"]]
        for day in sorted({day for day, _, _ in meals}):
            cells = [meals.get((day, name, service), (None,))[0] for name in names]
            serial = (day - dt.date(1899, 12, 30)).days
            rows.append([serial, *[None if c is None else f"{c}" for c in cells], "0"])
        sheets.append((name, rows))
    return [book(root / "turnos.xlsx", sheets)], False


def commune_across(root, meals):
    """An ODS with a sheet a month, a line a canteen and a column a day of the month."""
    names = sorted({canteen for _, canteen, _ in meals})
    sheets = []
    for (year, month), days in by_month(meals).items():
        rows = [["Site", *[day.day for day in days], "Total"]]
        for name in names:
            cells = [meals.get((day, name, ""), (None,))[0] for day in days]
            rows.append([name, *cells, sum(cell or 0 for cell in cells)])
        rows.append(["Total", *[999 for _ in days], 9999])
        sheets.append((f"{LONG_MONTHS[month - 1]} {year}", rows))
    (root / "mois.ods").write_bytes(ods(sheets))
    return [root / "mois.ods"], False


# What xlwt writes of two days and two canteens: the old format of Excel, which no test can write.
XLS = (
    r"c-rk)O-NKx6#njeGdd&w%uJ)8feb=cCRom<jZR5vo5U<AB&gAOggE2Ka|&!xmd!E<S`}>sTePv-^g{)?D+r8&0zpt)"
    r"MXR8oh59<@%zNf2fdeHO?|a<u-gE9b=iWE>ci!9S;N1Abnt7~2D|9SdeiW_JDN24v2!QG>i;GU~qhz_*Qt<m|Ad9?s"
    r"R`#Zt$B@T+9vU8arig(BN~bY|&h(%W*+jHSAL5Gp&_b+mhcxA=mR^N~`-Ha%-xtg0!UsfiUATp8=Tr}-W1S8A?OA+E"
    r"tCPBNaNNh@Gb5UPsKhIt#g}iWoUIoJ&Hi|Di&fNmN-+T%&<<nJFj=m^U6cTcL{lo&G(wm|m<D?S->nGn%~{niBd&gP"
    r"^$Mi_k*_cQjowFtxK@8t^8ll;&dMUmq6$$DWO5%jhB8K~*EAx{dz+(+Xp_awsTAlohT_AKVZ*%8KTP(A;u(Xc$Lqdy"
    r"(unk=lX21=Ie#wg1x}<h@g(K#hMD?Y!bgB?8G*blqfC}kDRBZ7QVz<33Q(UH?|prDw6`mEMl_>xOymxe9o%<VxWXRf"
    r"TrM@96>boZJ;GNd>UJsD2#0C5Q(oUyX&2hZ#O9jR)>AuC!TZ?GRpnh&&VD)eq&E90wwub69rG8%lOJQ_sH4LzLH_)V"
    r"p;0xe+qW1`V@|H@jb~Q4dfg`E(*pLpS@wxpfhAscgrG26D0#bl3ndoJIm!9`a*{@pz9Q))dF)u)npiJTYj2Prrr2vi"
    r"aojfHItrnSm%h#`B)Sl0#A`<JJ8)~dv`wRrOBzeM9j8?b;So1Po9!=@z=aDJE?l^9;ljl~4!&~oJx;f;++O=aUu=KZ"
    r"S)#P;ekS>E(Ty}c8TwOs7=x6X7%6D}RKcs9SZael&i6vbNow810D7e#0|n1t`a`Bxzt4sp1AlG_725uCA^rTz?f(P>"
    r"0qF1"
)


def test_the_old_format_of_excel_is_read(tmp_path):
    (tmp_path / "a.xls").write_bytes(zlib.decompress(base64.b85decode(XLS)))
    report = import_office([tmp_path / "a.xls"], tmp_path / "ville")
    assert read_back(tmp_path / "ville") == {
        (dt.date(2023, 9, 4), "Hugo", ""): (80.0, None),
        (dt.date(2023, 9, 4), "École Zola", ""): (120.0, None),
        (dt.date(2023, 9, 5), "École Zola", ""): (118.0, None),
    }
    assert Counter(item.code for item in report.left) == {"total": 3, "title": 1, "closed": 1}


CITIES = {
    "commune": lambda: make_commune(years=2, start=2018, canteens=9),
    "recife": lambda: make_recife(years=1, canteens=4),
    "montreal": lambda: make_montreal(years=1, canteens=4),
    "company": lambda: make_company(years=1),
}


@pytest.mark.parametrize(
    ("city", "export"),
    [
        ("commune", commune_months), ("recife", recife_long), ("montreal", montreal_sites),
        ("company", company_unicode), ("recife", recife_shifts), ("commune", commune_across),
    ],
    ids=lambda item: getattr(item, "__name__", item),
)  # fmt: skip
def test_an_office_export_of_a_made_city_comes_back_equal(tmp_path, city, export):
    meals = meals_of(CITIES[city]())
    files, with_orders = export(tmp_path, meals)
    report = import_office(files, tmp_path / "ville")
    assert report.questions == ()
    expected = {
        key: (float(served), float(ordered) if with_orders else None)
        for key, (served, ordered) in meals.items()
    }
    assert read_back(tmp_path / "ville") == expected
    assert report.cells == report.taken + len(report.left)
    codes = Counter(item.code for item in report.left)
    assert set(codes) <= {"title", "total", "closed", "mark", "ignored_column", "unknown_column", "unused"}  # fmt: skip
    again = import_office(files, tmp_path / "ville")  # the same files, the same folder
    assert set(again.unchanged) == set(again.written)


def test_a_mapping_that_is_given_back_as_it_was_changes_nothing(tmp_path):
    files, _ = commune_months(tmp_path, meals_of(CITIES["commune"]()))
    report = import_office(files, tmp_path / "one")
    for lang in ("fr", "en", "pt"):
        mapping = tmp_path / f"{lang}.toml"
        mapping.write_text(report.mapping(lang), encoding="utf-8")
        again = import_office(files, tmp_path / lang, mapping=mapping)
        assert again.tables == report.tables
        assert (tmp_path / lang / "frequentation.csv").read_bytes() == (
            tmp_path / "one/frequentation.csv"
        ).read_bytes()


NAMES = ("École Zola", "Jules Verne", "Sainte-Anne", "La Fontaine", "Escola São José", "Site 3")
DATES = {
    "iso": lambda d: d.isoformat(),
    "slash": lambda d: d.strftime("%d/%m/%Y"),
    "dots": lambda d: d.strftime("%d.%m.%y"),
    "words": lambda d: f"{FRENCH_DAYS[d.weekday()]} {d.day} {LONG_MONTHS[d.month - 1].lower()} {d.year}",
    "short": lambda d: f"{d.day}-{FRENCH_MONTHS[d.month - 1]}.-{d.year % 100:02d}",
    "portuguese": lambda d: f"{d.day} de {('janeiro', 'fevereiro', 'março', 'abril', 'maio', 'junho', 'julho', 'agosto', 'setembro', 'outubro', 'novembro', 'dezembro')[d.month - 1]} de {d.year}",
    "english": lambda d: f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[d.weekday()]}, {d.day} {('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')[d.month - 1]} {d.year}",
}  # fmt: skip
NUMBERS = {
    "plain": str,
    "french": lambda n: f"{n:,}".replace(",", " "),
    "decimal": lambda n: f"{n},0",
    "brazilian": lambda n: f"{n:,}".replace(",", ".") + ",00",
}


@st.composite
def tables(draw):
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    start = draw(st.dates(dt.date(2015, 1, 1), dt.date(2027, 1, 1)))
    days = [
        start + dt.timedelta(n) for n in range(draw(st.integers(14, 25)))
    ]  # some after the 12th
    count = st.one_of(st.integers(1, 12_000), st.sampled_from(["Fermé", "PÉDA", "-", "/", None, 0]))
    cells = {(day, name): draw(count) for day in days for name in names}
    cells[days[0], names[0]] = 57
    return names, days, cells


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@given(
    table=tables(), date=st.sampled_from(sorted(DATES)), number=st.sampled_from(sorted(NUMBERS)),
    separator=st.sampled_from(";\t|"), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    wide=st.booleans(), titles=st.integers(0, 2),
)  # fmt: skip
def test_any_table_comes_back_equal_and_every_other_cell_is_reported(
    tmp_path_factory, table, date, number, separator, encoding, wide, titles
):
    names, days, cells = table
    root = tmp_path_factory.mktemp("office")

    def shown(value):
        return NUMBERS[number](value) if isinstance(value, int) else value

    rows = [["Restauration scolaire"], ["Direction de l'éducation"]][:titles]
    if wide and len(names) > 1:
        rows.append(["Date", *names])
        rows += [[DATES[date](d), *[shown(cells[d, name]) for name in names]] for d in days]
    else:
        rows.append(["Restaurant", "Date", "Couverts"])
        rows += [[name, DATES[date](d), shown(cells[d, name])] for d in days for name in names]
    path = root / "export.csv"
    path.write_bytes(text_file(rows, separator, encoding))
    report = import_office([path], root / "ville")
    assert report.questions == ()
    expected = {
        (day, name, ""): (float(value), None)
        for (day, name), value in cells.items()
        if isinstance(value, int) and value > 0
    }
    assert read_back(root / "ville") == expected
    filled = sum(cell is not None for row in rows for cell in row)
    assert report.cells == filled == report.taken + len(report.left)
    assert len({item.cell for item in report.left}) == len(report.left)
    words = Counter(
        shown(value) for value in cells.values() if value is not None and value not in expected
    )
    left = Counter(item.text for item in report.left)
    for text in ("Fermé", "PÉDA", "-", "/", shown(0)):
        assert left[text] == words[text]
