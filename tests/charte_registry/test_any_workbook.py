"""Any office's table: the guess is right where it can be, and no cell is lost."""

import csv
import io
import json
import random
import tomllib

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from charte_registry import RegisterError, load_register
from charte_registry.cli import main
from charte_registry.exchange.importers.cnil import cnil_records
from charte_registry.exchange.importers.guess import guessed, propose
from charte_registry.exchange.importers.mapped import mapped_records
from charte_registry.exchange.importers.mapping import mapping_from
from charte_registry.exchange.importers.recognise import recognised
from charte_registry.exchange.importers.wording import folded
from charte_registry.exchange.importers.workbook import Sheet, read_sheets

# What flat registers hold, as offices write it
HEADINGS = [
    "N°", "Traitement", "Finalité(s)", "Base légale", "Données", "Personnes concernées", "Durée de conservation",
    "Destinataires", "Sous-traitant", "Hébergement", "Pays", "Référent", "Date MAJ", "Observations",
]  # fmt: skip
CHOICES = [
    ["Inscriptions scolaires", "Paie des agents", "État civil", "Vidéoprotection", "Cantine"],
    ["Inscrire les enfants\nFacturer", "Payer les agents; Déclarer", "Tenir l'état civil", "Protéger / Constater"],
    ["Mission d'intérêt public", "MIP", "6.1.e", "MIP / obligation légale", "Contrat", "RGPD 6.1.c (CGCT L.2121-29)"],
    ["Identité, coordonnées", "Données de santé, allergies", "Identité ; RIB", "NIR, identité", "machin"],
    ["Usagers, agents"],
    ["DUA", "durée du contrat + 5 ans", "6 mois - 1 an", "5", "5 ans", "10 ans à compter du départ"],
    ["Service RH", "CAF, Trésor public", "Mme Durand (scolaire)", "Préfecture", "Service scolaire; Jean MARTIN"],
    ["", "Berger-Levrault", "Ciril"],
    ["Interne", "SaaS", "?"],
    ["UE", "USA", "France / Inde", "France", "", "UK", "Hors UE"],
    ["P. Martin", "Mme Le Goff"],
    ["13/05/2019", "2019-05-13", "13.5.19", "13 mai 2019", 43598],
    ["", "à revoir", "vu avec DSI"],
]  # fmt: skip


def flat(rows, seed=3):
    """Return a flat register of a number of rows, headings first."""
    drawn = random.Random(seed)  # noqa: S311
    body = []
    for number in range(rows):
        name, *others = (drawn.choice(texts) for texts in CHOICES)
        body.append([f"T{number:03}", f"{name} {number}", *others])
    return [HEADINGS, *body]


def sheet(rows, name="Registre", **beside):
    cells = tuple(tuple(cell if cell != "" else None for cell in row) for row in rows)
    return Sheet(name=name, rows=cells, **beside)


def read(rows, responsable="Ville de Villeneuve", **beside):
    sheets = [sheet(rows, **beside)]
    return mapped_records(sheets, guessed(sheets, responsable=responsable), "t")


def test_a_flat_register_of_300_rows_asks_at_most_ten_questions():
    found = read(flat(300))
    assert len(found.records["traitements"]) == 300
    assert list(found.records["organismes"]) == ["ville-de-villeneuve"]
    assert 0 < len(found.questions) <= 10
    record = found.records["traitements"]["t000"]
    assert record.finalites[0].bases_legales == ("mission_interet_public",)


def rest_of(found):
    """Return all words of the records, and the texts of the remarks."""
    records = json.dumps(
        [repr(record) for kind in found.records.values() for record in kind.values()],
        ensure_ascii=False,
    )
    return folded(records.replace("\\n", " ")), {(r.where, r.text) for r in found.remarks}


CELLS = st.one_of(
    st.sampled_from([text for texts in CHOICES for text in texts]),
    st.from_regex("([a-zéà]{2,6} ?){1,3}", fullmatch=True).map(str.strip),
    st.integers(0, 99_999),
)
# Words that are read as a code, a country, a date: in the records they stand as that.
CODED = {"Base légale", "Pays", "Date MAJ", "Durée de conservation"}


@settings(max_examples=150)
@given(
    st.lists(
        st.lists(CELLS, min_size=len(HEADINGS) + 1, max_size=len(HEADINGS) + 1),
        min_size=1,
        max_size=4,
    )
)
def test_every_cell_of_a_table_is_in_a_record_or_in_the_report(rows):
    rows = [[f"R{n}", *row[1:]] for n, row in enumerate(rows)]
    table = sheet([["Un titre", *[""] * 5], HEADINGS, *rows])
    found = mapped_records([table], guessed([table], responsable="Ville"), "t")
    words, _ = rest_of(found)
    places = {r.where for r in found.remarks if r.text}
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row):
            heading = HEADINGS[column] if column < len(HEADINGS) else ""
            if number == 1 or cell is None or not str(cell).strip() or heading in CODED:
                continue
            parts = [
                folded(p)
                for p in str(cell).replace(";", ",").replace("/", ",").replace("\n", ",").split(",")
            ]
            kept = all(part in words for part in parts)
            coded = heading in ("Données", "Destinataires")  # told below, one by one
            assert kept or coded or table.where(number, column) in places, (heading, cell)


@pytest.mark.parametrize(
    ("heading", "text", "read_as"),
    [
        ("Base légale", "RGPD 6.1.c (CGCT L.2121-29)", "CGCT L.2121-29"),
        ("Base légale", "MIP / obligation légale", "('obligation_legale', 'mission_interet_public')"),
        ("Pays", "USA", "pays='US'"), ("Pays", "UK", "pays='GB'"), ("Pays", "France / Inde", "pays='IN'"),
        ("Pays", "UE", "Pays : UE"), ("Données", "allergies", "categorie='sante'"),
        ("Données", "NIR", "Nir("), ("Destinataires", "CAF", "type='partenaire'"),
        ("Sous-traitant", "Ciril", "type='sous_traitant'"), ("Date MAJ", 43598, "datetime.date(2019, 5, 13)"),
    ],
)  # fmt: skip
def test_what_offices_write_is_read(heading, text, read_as):
    usual = dict(zip(HEADINGS, flat(1)[1], strict=True)) | {
        "Finalité(s)": "Servir",
        "Sous-traitant": "",
    }
    found = read([HEADINGS, list((usual | {heading: text}).values())])
    (record,) = found.records["traitements"].values()
    said = repr(record)
    assert read_as in said or set(read_as.strip("()").replace("'", "").split(", ")) <= set(
        record.finalites[0].bases_legales
    )


@pytest.mark.parametrize("text", ["Hors UE", "Kosovo"])
def test_a_country_without_a_code_is_asked(text):
    usual = dict(zip(HEADINGS, flat(1)[1], strict=True)) | {"Pays": text}
    found = read([HEADINGS, list(usual.values())])
    assert [(r.text, r.column) for r in found.not_understood if r.column == "Pays"] == [
        (text, "Pays")
    ]


def test_others_are_named_or_asked_for():
    usual = dict(zip(HEADINGS, flat(1)[1], strict=True))
    column = "Personnes concernées"
    rows = [[*(usual | {"N°": f"T{n}", column: text}).values()] for n, text in enumerate(
        ["Élèves\nAutres (préciser)", "Élèves\nAutre (à préciser) : Élus"]
    )]  # fmt: skip
    found = read([HEADINGS, *rows])
    persons = [r.categories_personnes for r in found.records["traitements"].values()]
    assert persons == [("Élèves",), ("Élèves", "Élus")]
    asked = [r.text for r in found.not_understood if r.column == column]
    assert asked == ["Autres (préciser)"]


def test_a_person_among_the_recipients_stays_in_the_note():
    usual = dict(zip(HEADINGS, flat(1)[1], strict=True)) | {
        "Destinataires": "Service RH; Jean MARTIN"
    }
    (record,) = read([HEADINGS, list(usual.values())]).records["traitements"].values()
    assert "MARTIN" not in repr(record.destinataires)
    assert "Destinataires : Jean MARTIN" in record.note


def test_a_cell_merged_over_rows_is_that_of_each():
    rows = [["Nom", "Finalité", "Base légale"], ["Aides", "Aider", "MIP"], ["Prêts", "", "MIP"]]
    found = read(rows, merged=(((1, 1), (2, 1)),))
    assert [r.finalites[0].nom for r in found.records["traitements"].values()] == ["Aider", "Aider"]


def test_a_comment_is_reported_and_never_imported():
    found = read(
        [["Nom", "Finalité"], ["Aides", "Aider"]], comments={(1, 1): "à revoir avec Mme X"}
    )
    assert [(r.where, r.text) for r in found.not_understood] == [
        ("Registre!B2", "à revoir avec Mme X")
    ]
    assert "Mme X" not in repr(found.records)


def test_a_proposed_mapping_reads_as_itself_and_says_what_it_asks():
    sheets = [sheet(flat(300))]
    guess = propose(sheets)
    assert guess.headings == 11
    assert guess.text.count(" = ?   #") + guess.text.count("# who answers") == guess.asked
    assert mapping_from(tomllib.loads(guess.text)).header == 1


def test_a_mapping_says_all_that_is_wrong_with_it():
    with pytest.raises(RegisterError) as error:
        mapping_from({
            "kind": "traitements", "header": 0, "colonnes": 1, "constants": {"noms": "x"},
            "columns": {"a": "noms", "b": {"field": "finalites[].bases_legales", "values": {"m": "mip"}}},
        })  # fmt: skip
    assert len(error.value.problems) == 5


# From the command line


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "registre.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("RGPD")
    page.write(0, 0, "Registre de Villeneuve")
    for number, row in enumerate(flat(20), 2):
        page.write_row(number, 0, row)
    page.write_comment("C5", "à préciser")
    book.add_worksheet("Brouillon").write(0, 0, "notes")
    book.close()
    return path


def test_a_workbook_goes_in_by_a_mapping_that_was_proposed(workbook, tmp_path, capsys):
    mapping, folder, report = tmp_path / "map.toml", tmp_path / "registre", tmp_path / "report.json"
    assert recognised(workbook) == "table"
    assert main(["import", str(workbook), "--propose", str(mapping), "--responsable", "Ville"]) == 0
    assert "11 columns recognised" in capsys.readouterr().out
    command = [
        "import",
        str(workbook),
        str(folder),
        "--mapping",
        str(mapping),
        "--report",
        str(report),
    ]
    assert main(command) == 0
    assert len(load_register(folder).records["traitements"]) == 20
    remarks = json.loads(report.read_text("utf-8"))["remarks"]
    assert {"Registre de Villeneuve", "notes", "à préciser"} <= {
        remark["text"] for remark in remarks
    }
    assert main(["import", str(workbook), "--propose", str(mapping)]) == 2  # never over a file


def test_text_and_workbook_give_the_same_records(workbook, tmp_path):
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(flat(20))
    path = tmp_path / "registre.csv"
    path.write_bytes(text.getvalue().encode("cp1252"))
    records = []
    for source in (workbook, path):
        sheets = read_sheets(source)
        records.append(mapped_records(sheets, guessed(sheets, responsable="Ville"), "t").records)
    assert records[0] == records[1]


def test_what_is_not_recognised_is_asked(tmp_path, capsys):
    (tmp_path / "r.json").write_text("{}")
    assert main(["import", str(tmp_path / "r.json"), str(tmp_path / "r")]) == 2
    assert "say what it is with --from" in capsys.readouterr().err


# The CNIL's workbook, as offices keep it

FICHE = [
    ["Description du traitement"], ["Nom du traitement", "Aides"], ["N° / RÉF", "a"],
    ["Acteurs", "Nom", "Adresse"], ["Responsable du traitement", "Ville de V"],
    ["Finalité(s) du traitement effectué"], ["Finalité principale", "Aider"],
    ["Base légale", "Obligation légale (CASF L.123-5)"],
    ["Catégories de données personnelles concernées", "Description", None, None, "Durée de conservation"],
    ["Vie professionnelle", "Emploi", None, None, "5 ans"],
]  # fmt: skip


def cnil(*rows, **beside):
    width = max(map(len, rows))
    return cnil_records(
        [
            Sheet(
                name="F", rows=tuple((*row, *[None] * (width - len(row))) for row in rows), **beside
            )
        ]
    )


def test_the_law_cited_with_a_legal_basis_is_kept():
    (record,) = cnil(*FICHE).records["traitements"].values()
    assert record.finalites[0].bases_legales == ("obligation_legale",)
    assert "CASF L.123-5" in record.finalites[0].texte


def test_a_remark_beside_a_value_is_never_joined_to_it():
    rows = [
        *FICHE[:6],
        ["Finalité principale", "Aider", None, None, None, None, "voir avec Paul"],
        *FICHE[7:],
    ]
    found = cnil(*rows)
    (record,) = found.records["traitements"].values()
    assert record.finalites[0].nom == "Aider"
    assert "Paul" not in repr(found.records)
    assert ("F!G7", "voir avec Paul") in {
        (r.where, r.text or r.message.split("'")[1]) for r in found.not_understood
    }


def test_two_records_on_a_sheet_are_two_records():
    second = [
        [cell if cell not in ("Aides", "a", "Aider") else f"{cell}2" for cell in row]
        for row in FICHE
    ]
    found = cnil(*FICHE, [], ["Fiche 2"], *second)
    assert [r.nom for r in found.records["traitements"].values()] == ["Aides", "Aides2"]
    assert [r.finalites[0].nom for r in found.records["traitements"].values()] == [
        "Aider",
        "Aider2",
    ]


def test_a_name_that_stands_twice_begins_no_record():
    found = cnil(*FICHE[:2], ["Nom du traitement", "Autre"], *FICHE[2:])
    assert len(found.records["traitements"]) == 1
    assert any("Autre" in str(remark) for remark in found.not_understood)


def test_a_comment_on_a_value_of_the_model_is_reported():
    found = cnil(*FICHE, comments={(1, 1): "vu"})
    assert [(r.where, r.text) for r in found.not_understood] == [("F!B2", "vu")]


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.integers(0, len(FICHE) - 1), st.integers(0, 8), st.from_regex("[a-zé]{4,9} [a-z]{4,9}", fullmatch=True)),
        max_size=3, unique_by=lambda item: item[:2],
    )
)  # fmt: skip
def test_every_cell_of_a_record_sheet_is_in_a_record_or_in_the_report(changes):
    rows = [[*row, *[None] * (9 - len(row))] for row in FICHE]
    for row, column, text in changes:
        rows[row][column] = text
    found = cnil(*rows)
    words, _ = rest_of(found)
    told = " ".join(folded(f"{r.message} {r.text}") for r in found.remarks)
    for _, _, text in changes:
        assert folded(text) in words or folded(text) in told
