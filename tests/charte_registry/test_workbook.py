"""The workbook that an office edits: every field there and back, and what people do to cells."""

import base64
import contextlib
import datetime as dt
import hashlib
import io
import json
import re
import zipfile
import zlib

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import records, registers
from test_public import CANARY, with_canaries

from charte_registry import (
    Application,
    Conservation,
    Derogation,
    Destinataire,
    Finalite,
    Nir,
    Organisme,
    Register,
    RegisterError,
    Traitement,
    load_register,
)
from charte_registry.exchange.exporters.head import manifest
from charte_registry.exchange.exporters.spreadsheet import ods, xlsx
from charte_registry.exchange.importers.workbook import Sheet
from charte_registry.exchange.last_import import plain_records
from charte_registry.exchange.merge import merged
from charte_registry.exchange.workbook.layout import plans
from charte_registry.exchange.workbook.names import Directory, bare, distinct
from charte_registry.exchange.workbook.read import (
    edited_sheets,
    is_register_workbook,
    read_register_workbook,
)
from charte_registry.exchange.workbook.words import duration_iso, duration_words
from charte_registry.exchange.workbook.write import register_workbook
from charte_registry.files.cells import neutral
from charte_registry.publish.public import public
from charte_registry.records import (
    KINDS,
    CategorieDonnees,
    Hebergement,
)
from charte_registry.records.base import internal, structure, unstructure
from charte_registry.schema.examples import example

WRITERS = {"xlsx": xlsx, "ods": ods}
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
LANGUAGES = ("fr", "en", "pt")


def state(register):
    """Return a register as a workbook tells it: plain data by kind, the manifest too."""
    head = {"registre": {"registre": unstructure(manifest(register), iso=True)}}
    return {k: v for k, v in (head | plain_records(register.records)).items() if v}


def saved(pages, folder, form="xlsx"):
    path = folder / f"registre.{form}"
    path.write_bytes(WRITERS[form](pages))
    return path


def read(pages):
    """Return what the cells of pages say, as a reader of any file of them finds these cells."""
    sheets = [
        Sheet(name=page.name, rows=tuple(tuple(map(cell, row)) for row in page.rows))
        for page in pages
    ]
    return edited_sheets(sheets, "registre.xlsx", KINDS)


def cell(value):
    return neutral(value) if isinstance(value, str) else value


def read_file(pages, folder, form):
    return read_register_workbook(saved(pages, folder, form), KINDS)


# There and back


@settings(max_examples=60, suppress_health_check=SLOW)
@given(register=registers(), lang=st.sampled_from(LANGUAGES))
def test_a_workbook_that_nobody_edited_changes_nothing(register, lang):
    unedited(register, read(register_workbook(register, lang=lang)))


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=8, suppress_health_check=SLOW)
@given(register=registers())
def test_a_file_that_nobody_edited_changes_nothing(tmp_path_factory, form, register):
    only = tuple(kind for kind, items in register.records.items() if items) or ("actions",)
    pages = register_workbook(register, only=("registre", *only))
    unedited(register, read_file(pages, tmp_path_factory.mktemp("w"), form))


def unedited(register, edited):
    assert {k: v for k, v in edited.records.items() if v} == state(register)
    assert edited.base == edited.records
    assert edited.remarks == ()
    result = merged(register, edited.base, edited.records, whole=True)
    assert (result.register, result.changes, result.conflicts) == (register, (), ())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10, suppress_health_check=SLOW)
@given(data=st.data())
def test_every_field_of_every_kind_can_be_edited(kind, data):
    """The cells of one register over the state of another: a person who changed all of them."""
    before, after = (holding(kind, relinked(data.draw(records(kind)), "99")) for _ in range(2))
    lang = data.draw(st.sampled_from(LANGUAGES))
    pages = register_workbook(after, lang=lang, only=(kind,))
    pages[-1] = register_workbook(before, lang=lang, only=(kind,))[-1]
    edited = read(pages)
    result = merged(before, edited.base, edited.records, whole=True)
    assert result.conflicts == ()
    assert result.register.records[kind]["99"] == after.records[kind]["99"]


TARGETS = {
    kind: structure(cls, example(kind) | {"id": "1" if kind == "demandes" else f"{kind}-1"})
    for kind, cls in KINDS.items()
}


def holding(kind, record):
    """Return a register with a record, and one of every kind for it to name."""
    register = Register(
        titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,),
        records={name: {target.id: target} for name, target in TARGETS.items()},
    )  # fmt: skip
    return register.with_record(kind, record)


def relinked(item, identifier=None):
    """Return a record whose texts a cell can hold as they are, and whose references exist."""
    values = {}
    for field in attrs.fields(type(item)):
        value, meta = getattr(item, field.name), field.metadata
        if field.name == "id" and identifier:
            values["id"] = identifier
        elif attrs.has(type(value)):
            values[field.name] = relinked(value)
        elif isinstance(value, tuple):
            parts = [relinked(v) if attrs.has(type(v)) else simple(v, meta) for v in value]
            distinct_values = meta["choices"] or meta["format"] or meta["reference"]
            values[field.name] = tuple(dict.fromkeys(parts) if distinct_values else parts)
        else:
            values[field.name] = simple(value, meta)
    return attrs.evolve(item, **values)


def simple(value, meta):
    if not isinstance(value, str) or meta["choices"]:
        return value
    if meta["reference"]:
        return f"{meta['reference']}-1"
    if meta["format"]:
        return value if value.isascii() and value.isprintable() else meta["format"].examples[0]
    return re.sub(r"[^A-Za-zÀ-ÿ0-9=+@'’-]", "", value) or "x"


@given(st.integers(0, 9999), st.sampled_from("YMWD"), st.sampled_from(LANGUAGES))
def test_durations_in_words_come_back(number, unit, lang):
    assert duration_iso(duration_words(f"P{number}{unit}", lang)) == f"P{number}{unit}"


# Hostile cells


HOSTILE = [
    "=1+1", "+33 6", "-1", "@SUM(A1)", "＝1", "'=1", "'Aides", "''", "  =1", "\t=1", "\r=1", "a\r\nb",
    "a\nb", "\na\n\nb\n", "a\x0bb\x00c\x1f", "_x0041_ _x005F_", "00123", "1e5", "44000", "2020-01-31",
    "31/01/2020", "true", "VRAI", "oui", "#REF!", "=HYPERLINK(\"x\")", "a" * 32_000, "é" * 40_000,
    "x" * 32_000 + "\n" + "y" * 2_000, " espaces ", "a;b", "\u202egauche", "\u00a0", "🏛️ mairie", "---", "a\n---\nb",
]  # fmt: skip


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_cell_comes_back_to_the_letter(tmp_path, form, text):
    if not text.strip():
        text = f"a{text}"
    register = holding("traitements", Traitement(
        id="t", nom=text, responsable="organismes-1", note=text, categories_personnes=(text, "b", text + "\n\nc"),
        finalites=(Finalite(nom=text, texte=text),),
    ))  # fmt: skip
    edited = read_file(register_workbook(register, only=("traitements",)), tmp_path, form)
    assert edited.records["traitements"] == state(register)["traitements"]


@pytest.mark.parametrize("write", WRITERS.values())
def test_no_cell_computes_and_nothing_is_loaded_from_elsewhere(write):
    register = holding(
        "traitements", Traitement(id="t", nom="=1+1", responsable="organismes-1", note="@x")
    )
    content = write(register_workbook(register))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = b"".join(archive.read(name) for name in archive.namelist())
    assert b"<f>" not in text
    assert b"table:formula" not in text
    assert not re.search(
        rb'(?:Target|href)="(?:https?|file|//)', text.replace(b"http://schemas", b"")
    )


def test_a_text_too_long_for_a_cell_is_refused_where_it_is_edited():
    register = holding(
        "traitements", Traitement(id="t", nom="T", responsable="organismes-1", note="é" * 40_000)
    )
    pages = edit(register_workbook(register), "traitements", "t", "Note", lambda text: "!" + text)
    with pytest.raises(RegisterError, match="too long for a cell; change it in its file"):
        read(pages)


# What people do


REGISTER = Register(
    titre="Registre", territoire="Villeneuve", etat_au=dt.date(2025, 12, 31), annees=(2025,), records={
        "organismes": {
            "ville": Organisme(id="ville", nom="Ville de Villeneuve", type="collectivite"),
            "ccas": Organisme(id="ccas", nom="CCAS", type="etablissement_public"),
        },
        "applications": {
            "paie": Application(id="paie", nom="Paie", hebergement=Hebergement(mode="interne")),
            "etat-civil": Application(id="etat-civil", nom="État civil", hebergement=Hebergement(mode="heberge", pays="FR")),
        },
        "traitements": {
            "aides": Traitement(
                id="aides", nom="Aides sociales", responsable="ccas", note="à revoir", applications=("paie",), nir=Nir(texte="Décret"),
                finalites=(Finalite(nom="Verser", bases_legales=("mission_interet_public",)), Finalite(nom="Contrôler")),
                categories_donnees=(CategorieDonnees(categorie="identite", conservation=Conservation(duree="P5Y", declencheur="fin de l'aide")),),
                destinataires=(Destinataire(type="service_interne"),),
            ),
            "etat-civil": Traitement(id="etat-civil", nom="État civil", responsable="ville", cree_le=dt.date(2020, 1, 31)),
        },
    },
    derogations=(Derogation(fiche="traitements/aides", regle="ART30-03", raison="vote en cours"),),
)  # fmt: skip
PLANS = {(plan.kind, *plan.path): plan for plan in plans(KINDS, "fr")}


def sheet(pages, kind, *path):
    name = PLANS[kind, *path].sheet
    return next(number for number, page in enumerate(pages) if page.name == name)


def changed(pages, number, rows):
    return [attrs.evolve(page, rows=rows) if n == number else page for n, page in enumerate(pages)]


def edit(pages, kind, key, title, value, *path):
    """Return pages with another value in a cell, found by what the row says first and by its title."""
    number = sheet(pages, kind, *path)
    rows = [list(row) for row in pages[number].rows]
    column = next(n for n, head in enumerate(rows[0]) if str(head).removesuffix(" *") == title)
    row = next(row for row in rows[1:] if key in row)
    row[column] = value(row[column]) if callable(value) else value
    return changed(pages, number, rows)


def add(pages, kind, *path, **cells):
    """Return pages with one more row, its cells by title, ``_`` for a blank."""
    number = sheet(pages, kind, *path)
    rows = [list(row) for row in pages[number].rows]
    titles = [str(head).removesuffix(" *").replace(" ", "_") for head in rows[0]]
    assert set(cells) <= set(titles), titles
    return changed(pages, number, [*rows, [cells.get(title) for title in titles]])


def remove(pages, kind, key, *path):
    number = sheet(pages, kind, *path)
    return changed(pages, number, [row for row in pages[number].rows if key not in row])


def after(pages, register=REGISTER, **options):
    edited = read(pages)
    return merged(register, edited.base, edited.records, whole=True, **options)


@pytest.fixture
def pages():
    return register_workbook(REGISTER)


EDITS = {
    "a code by its label": (("traitements", "aides", "Statut", "arrêté"), "statut", "arrete"),
    "a label in another language": (("traitements", "aides", "Statut", "Stopped"), "statut", "arrete"),
    "a reference by name": (("traitements", "aides", "Responsable (organisme)", "ville de villeneuve"), "responsable", "ville"),
    "several references": (("traitements", "aides", "Applications utilisées", "État civil\nPaie"), "applications", ("etat-civil", "paie")),
    "a date": (("traitements", "aides", "Fiche créée le", dt.date(2026, 3, 1)), "cree_le", dt.date(2026, 3, 1)),
    "a date as text": (("traitements", "aides", "Fiche créée le", "01/03/2026"), "cree_le", dt.date(2026, 3, 1)),
    "an emptied cell": (("traitements", "aides", "Note", None), "note", None),
    "an emptied list": (("traitements", "aides", "Applications utilisées", None), "applications", ()),
    "a number in a text": (("traitements", "aides", "Note", 44), "note", "44"),
    "a truth value": (("traitements", "aides", "Fiche factice, pour le compte", "oui"), "factice", True),
    "lines of text": (("traitements", "aides", "Catégories de personnes", "Agents\n\n Élus "), "categories_personnes", ("Agents", "Élus")),
    "an emptied part": (("traitements", "aides", "Numéro de sécurité sociale (NIR) : concerné", None), "nir", Nir(texte="Décret")),
    "a part that is there": (("traitements", "aides", "Condamnations et infractions : concerné", "oui"), "infractions.texte", None),
}  # fmt: skip


@pytest.mark.parametrize("case", EDITS)
def test_an_edit_means_what_it_says(pages, case):
    (kind, key, title, value), field, expected = EDITS[case]
    result = after(edit(pages, kind, key, title, value))
    found = result.register.records[kind][key]
    for step in field.split("."):
        found = getattr(found, step)
    assert found == expected
    others = {k: v for k, v in result.register.records[kind].items() if k != key}
    assert others == {k: v for k, v in REGISTER.records[kind].items() if k != key}
    assert len(result.changes) <= 1


def test_a_part_goes_with_all_its_cells(pages):
    emptied = edit(
        pages, "traitements", "aides", "Numéro de sécurité sociale (NIR) : concerné", None
    )
    title = next(
        str(h) for h in emptied[sheet(emptied, "traitements")].rows[0] if "NIR), texte" in str(h)
    )
    result = after(edit(emptied, "traitements", "aides", title, None))
    assert result.register.records["traitements"]["aides"].nir is None


def test_a_new_row_is_a_new_record_and_its_parts_name_it(pages):
    pages = add(
        pages, "traitements", Nom="Cantine scolaire", **{"Responsable_(organisme)": "Régie"}
    )
    pages = add(pages, "organismes", Nom="Régie", Type="établissement public")
    owner = "Traitement_d'un_responsable"
    pages = add(
        pages,
        "traitements",
        "finalites",
        **{owner: "Cantine scolaire", "Finalité": "Facturer", "Bases_légales": "contrat"},
    )
    pages = add(
        pages, "traitements", "finalites", **{owner: "Aides sociales", "Finalité": "Suivre"}
    )
    register = after(pages).register
    made = register.records["traitements"]["cantine-scolaire"]
    assert (made.responsable, made.finalites) == (
        "regie",
        (Finalite(nom="Facturer", bases_legales=("contrat",)),),
    )
    assert register.records["organismes"]["regie"].type == "etablissement_public"
    names = [finalite.nom for finalite in register.records["traitements"]["aides"].finalites]
    assert names == ["Verser", "Contrôler", "Suivre"]


def test_an_edited_workbook_can_be_read_twice(pages):
    pages = add(pages, "organismes", Nom="Régie")
    once = after(pages).register
    again = after(pages, once)
    assert (again.register, again.changes, again.conflicts) == (once, (), ())


def test_a_renamed_record_keeps_what_names_it(pages):
    pages = edit(pages, "organismes", "ccas", "Nom", "Centre d'action sociale")
    register = after(pages).register
    assert register.records["organismes"]["ccas"].nom == "Centre d'action sociale"
    assert register.records["traitements"]["aides"].responsable == "ccas"
    assert len(register.records["traitements"]["aides"].finalites) == 2


def test_a_removed_row_removes_the_record_and_its_parts(pages):
    result = after(remove(pages, "traitements", "aides"))
    assert list(result.register.records["traitements"]) == ["etat-civil"]
    assert [change.nature for change in result.changes] == ["removed"]


def test_a_removed_row_of_parts_removes_the_part(pages):
    result = after(remove(pages, "traitements", "Verser", "finalites"))
    assert result.register.records["traitements"]["aides"].finalites == (Finalite(nom="Contrôler"),)


def test_rows_and_columns_may_be_sorted_and_moved(pages):
    for number in (sheet(pages, "traitements"), sheet(pages, "traitements", "finalites")):
        head, *rows = pages[number].rows
        pages = changed(pages, number, [list(reversed(row)) for row in (head, *reversed(rows))])
    result = after([attrs.evolve(page, looks=(), notes={}) for page in pages])
    assert (result.changes, result.conflicts) == ((), ())


def test_a_copied_row_with_another_name_is_a_new_record(pages):
    number = sheet(pages, "traitements")
    rows = [list(row) for row in pages[number].rows]
    copy = list(next(row for row in rows if "aides" in row))
    copy[0] = "Aides d'urgence"
    edited = read(changed(pages, number, [*rows, copy]))
    assert edited.records["traitements"]["aides-d-urgence"]["responsable"] == "ccas"
    assert "this one is taken as new" in edited.remarks[0].message


def test_what_is_not_there_any_more_says_nothing(pages):
    number = sheet(pages, "traitements")
    place = list(pages[number].rows[0]).index("Note")
    fewer = changed(
        pages, number, [[c for n, c in enumerate(row) if n != place] for row in pages[number].rows]
    )
    fewer = [
        attrs.evolve(page, looks=(), notes={})
        for page in fewer
        if page.name
        not in (PLANS["traitements", "finalites"].sheet, PLANS[("applications",)].sheet)
    ]
    result = after(fewer)
    assert (result.register, result.changes) == (REGISTER, ())
    assert len(read(fewer).remarks) == 2


def test_a_column_of_ones_own_is_left_aside_and_told(pages):
    number = sheet(pages, "traitements")
    rows = [
        [*row, "Remarque" if n == 0 else "voir Paul"] for n, row in enumerate(pages[number].rows)
    ]
    own = [attrs.evolve(page, looks=(), notes={}) for page in changed(pages, number, rows)]
    (remark,) = read(own).remarks
    assert remark.level == "skipped"
    assert "the column 'Remarque' is none of the register: 2 cells are not read" in remark.message


REFUSED = {
    "an unknown name": (("traitements", "aides", "Responsable (organisme)", "Mairie"), r"!B2: 'Mairie' is not the name of a record"),
    "an unknown code": (("traitements", "aides", "Statut", "actif"), "'actif' is not in the list"),
    "an error of the spreadsheet": (("traitements", "aides", "Note", "#REF!"), "#REF! is an error of the spreadsheet"),
    "a date that is none": (("traitements", "aides", "Fiche créée le", "bientôt"), "'bientôt' is not a date"),
    "a duration that is none": (("traitements", "aides", "Condamnations et infractions, conservation, durée (ISO 8601)", "5 annnées"), "'5 annnées' is not a duration; write 5 years"),
    "a required cell emptied": (("organismes", "ccas", "Nom", None), r"!A3: "),
    "an unknown owner": (("traitements", "Verser", "Traitement d'un responsable", "Aide", "finalites"), "'Aide' names no record"),
    "no owner": (("traitements", "Verser", "Traitement d'un responsable", None, "finalites"), "which record does the row belong to"),
    "a place that is none": (("traitements", "Verser", "N°", "premier", "finalites"), "'premier' is not a place in a list"),
    "a number that is none": (("registre", "Registre", "Années dont les chiffres peuvent être établis", "2025\nbientôt"), "not a whole number"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_cell_that_cannot_be_read_is_named(pages, case):
    (kind, key, title, value, *path), message = REFUSED[case]
    with pytest.raises(RegisterError, match=message):
        read(edit(pages, kind, key, title, value, *path))


def test_all_cells_that_cannot_be_read_are_named_at_once(pages):
    pages = edit(pages, "traitements", "aides", "Statut", "actif")
    pages = edit(pages, "organismes", "ville", "Numéro SIREN", "12")
    with pytest.raises(RegisterError) as caught:
        read(pages)
    assert len(caught.value.problems) == 2
    assert all(
        re.search(r"registre\.xlsx: \d .*![A-Z]+\d+: ", problem)
        for problem in caught.value.problems
    )


def test_the_head_of_the_register_and_its_derogations_are_edited_too(pages):
    pages = edit(
        pages, "registre", "Registre", "Jour que décrit le registre", dt.date(2026, 12, 31)
    )
    pages = edit(
        pages, "registre", "Registre", "Années dont les chiffres peuvent être établis", "2025\n2026"
    )
    pages = edit(
        pages,
        "registre",
        "ART30-03",
        "Dernier jour où elle vaut",
        dt.date(2027, 6, 30),
        "derogation",
    )
    result = after(pages)
    assert (result.register.etat_au, result.register.annees) == (
        dt.date(2026, 12, 31),
        (2025, 2026),
    )
    assert result.register.derogations[0].jusqu_au == dt.date(2027, 6, 30)
    assert {change.field for change in result.changes} >= {"etat_au", "annees"}


@pytest.mark.parametrize("damage", ["gone", "changed", "version"])
def test_a_workbook_without_its_state_is_refused(pages, damage):
    head, *rest = pages[-1].rows
    rows = {"gone": [], "changed": [head, ["AAAA"]], "version": [[head[0], "0", head[2]], *rest]}[
        damage
    ]
    with pytest.raises(RegisterError, match=r"_charte|another version"):
        read([*pages[:-1], attrs.evolve(pages[-1], rows=rows)])


@given(
    st.fixed_dictionaries({
        "lang": st.just("fr") | st.text(max_size=2),
        "sheets": st.dictionaries(st.sampled_from([plan.sheet for plan in PLANS.values()]), st.sampled_from([*map(">".join, PLANS), "x", 1]), max_size=3),
        "records": st.dictionaries(st.sampled_from(["traitements", "registre", "x"]), st.none() | st.dictionaries(st.sampled_from("ab"), st.sampled_from([None, "x", {}, {"id": 1}, {"id": "a", "nom": "A", "finalites": 3}]), max_size=2), max_size=3),
        "labels": st.dictionaries(st.sampled_from(["traitements", "x"]), st.sampled_from([{}, {"a": "A"}, {"a": 1}, [], None]), max_size=2),
    })
)  # fmt: skip
def test_a_forged_state_is_refused_or_read_never_a_crash(state):
    content = json.dumps(state).encode()
    text = base64.b64encode(zlib.compress(content)).decode()
    rows = [["charte-registry", "1", hashlib.sha256(content).hexdigest()], [text]]
    pages = register_workbook(REGISTER)
    with contextlib.suppress(RegisterError):
        read([*pages[:-1], attrs.evolve(pages[-1], rows=rows)])


# What the sheets show


def test_a_person_reads_labels_and_names_never_codes(pages):
    row = pages[sheet(pages, "traitements")].rows[1]
    assert {"Aides sociales", "CCAS", "en service", "Paie"} <= set(row)
    (finalite, _) = pages[sheet(pages, "traitements", "finalites")].rows[1:]
    assert finalite[:4] == ["Aides sociales", 1, "Verser", "mission d'intérêt public"]
    assert "5 ans" in pages[sheet(pages, "traitements", "categories_donnees")].rows[1]
    assert "France" in pages[sheet(pages, "applications")].rows[2]


def test_findings_stand_beside_their_records():
    pages = register_workbook(REGISTER, findings=REGISTER.check(REGISTER.etat_au, lang="fr"))
    rows = pages[sheet(pages, "traitements")].rows
    assert rows[0][-1] == "Constats et remèdes"
    assert "[ART30-" in rows[2][-1]
    (_, controler) = pages[sheet(pages, "traitements", "finalites")].rows[1:]
    assert "LICEITE" in (controler[-1] or "") or "base" in (controler[-1] or "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_column_explains_itself_and_every_list_exists(lang):
    pages = register_workbook(REGISTER, lang=lang)
    by_name = {page.name: page for page in pages}
    for plan, page in zip(plans(KINDS, lang), pages[1:-2], strict=True):
        assert page.name == plan.sheet
        assert len(page.name) <= 31
        heads = page.rows[0]
        assert len(set(map(bare, map(str, heads)))) == len(heads), page.name
        assert all(page.notes[n].strip() for n in range(len(heads)))
        for choice in page.choices:
            column, first, _ = choice.cells
            target = by_name[choice.page]
            assert target.editable or target.rows[first][column]


def test_a_field_that_is_internal_is_marked(pages):
    page = pages[sheet(pages, "organismes")]
    marked = [
        head for head, look in zip(page.rows[0], page.looks, strict=True) if look.head == "internal"
    ]
    assert marked
    assert all(str(head).startswith(("Contact", "Note")) for head in marked)


def test_the_public_workbook_has_no_internal_column_and_merges_nothing_away():
    pages = register_workbook(public(REGISTER), public=True)
    said = str([page.rows for page in pages])
    assert "Contact, par fonction" not in said
    assert "ne le publiez pas" not in said
    assert "ne le publiez pas" in str(register_workbook(REGISTER)[0].rows)
    edited = read(edit(pages, "traitements", "aides", "Statut", "arrêté"))
    result = merged(REGISTER, edited.base, edited.records, whole=True)
    assert [change.field for change in result.changes] == ["statut"]


@settings(max_examples=30, suppress_health_check=SLOW)
@given(st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.tuples(st.just(kind), records(kind))))
def test_no_internal_value_is_in_a_public_workbook_its_hidden_state_included(case):
    kind, record = case
    register = attrs.evolve(REGISTER, records={kind: {record.id: with_canaries(record)}})
    pages = register_workbook(public(register), public=True, only=(kind,))
    assert CANARY not in repr([page.rows for page in pages])
    assert CANARY not in repr(read(pages))
    whole = register_workbook(register, only=(kind,))
    marked = CANARY in repr(unstructure(with_canaries(record)))
    assert (CANARY in repr([page.rows for page in whole])) == marked


def test_a_workbook_of_some_kinds_says_nothing_of_the_others():
    pages = register_workbook(REGISTER, only=("traitements",))
    assert not any("Ville de Villeneuve, adresse" in str(page.rows) for page in pages)
    edited = read(
        edit(pages, "traitements", "aides", "Responsable (organisme)", "Ville de Villeneuve")
    )
    assert list(edited.records) == ["traitements"]
    assert edited.records["traitements"]["aides"]["responsable"] == "ville"


def test_every_internal_field_is_marked_by_its_schema_and_not_by_hand():
    for plan in PLANS.values():
        for column in plan.columns:
            if len(column.steps) == 1 and not plan.path and plan.kind != "registre":
                assert column.internal == (column.steps[0] in internal(plan.part))


def test_a_name_that_changed_hands_means_nobody(pages):
    pages = edit(pages, "organismes", "ccas", "Nom", "Ville de Villeneuve")
    pages = edit(pages, "organismes", "ville", "Nom", "CCAS")
    pages = edit(pages, "traitements", "etat-civil", "Responsable (organisme)", "CCAS")
    with pytest.raises(
        RegisterError, match="'CCAS' is not the name of a record, or is that of several"
    ):
        read(pages)
    assert Directory({"a": "X"}, earlier={"b": "x"}).of("X") is None


@given(
    st.dictionaries(
        st.text("ab ", min_size=1, max_size=2), st.text("aA é\n", max_size=3), max_size=4
    )
)
def test_names_are_on_one_line(names):
    assert set(distinct(names)) == set(names)
    assert not any("\n" in name for name in distinct(names).values())


def test_other_workbooks_are_not_taken_for_one(tmp_path):
    from charte_registry.exchange.exporters.spreadsheet import Page

    path = tmp_path / "other.xlsx"
    path.write_bytes(xlsx([Page(name="_charte", rows=[["a"]]), Page(name="B", rows=[])]))
    assert not is_register_workbook(path)
    assert is_register_workbook(saved(register_workbook(REGISTER), tmp_path))


def test_a_register_of_a_profile_keeps_its_fields(tmp_path, examples):
    for territory in ("recife", "montreal"):
        register = load_register(examples / territory)
        path = saved(register_workbook(register, lang="en"), tmp_path)
        edited = read_register_workbook(path, register.kinds)
        result = merged(register, edited.base, edited.records, whole=True)
        assert (result.register, result.changes) == (register, ())
