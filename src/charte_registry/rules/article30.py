"""Article 30: what the register of a controller, and that of a processor, must hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from charte_registry.register import Register
from charte_registry.rules.graph import AUTORITES_PUBLIQUES, PROCESSINGS, body, real
from charte_registry.rules.rule import ERROR, WARNING, Raised, Rule
from charte_registry.vocabularies.countries import in_eea
from charte_registry.vocabularies.country_names import NAMES
from charte_registry.vocabularies.rgpd import CATEGORIES_DONNEES

SANS_FINALITE = Rule(
    id="ART30-01", severity=ERROR, source="RGPD art. 30(1)(b)",
    fr=("aucune finalité n'est indiquée", "en indiquer au moins une"),
    en=("no purpose is stated", "state at least one"),
    pt=("nenhuma finalidade é indicada", "indicar ao menos uma"),
)  # fmt: skip
SANS_CATEGORIE = Rule(
    id="ART30-02", severity=ERROR, source="RGPD art. 30(1)(c)",
    fr=("aucune catégorie {de} n'est indiquée", "les indiquer"),
    en=("no category of {de} is stated", "state them"),
    pt=("nenhuma categoria de {de} é indicada", "indicá-las"),
)  # fmt: skip
SANS_CONSERVATION = Rule(
    id="ART30-03", severity=WARNING, source="RGPD art. 30(1)(f)",
    fr=("aucune durée de conservation n'est indiquée pour : {categorie}", "indiquer une durée ou un critère"),
    en=("no retention is stated for: {categorie}", "state a period or a criterion"),
    pt=("nenhum prazo de conservação é indicado para: {categorie}", "indicar um prazo ou um critério"),
)  # fmt: skip
SANS_COORDONNEES = Rule(
    id="ART30-04", severity=ERROR, source="RGPD art. 30(1)(a) ; 30(2)(a)",
    fr=("l'organisme est {role} et n'a pas de coordonnées", "indiquer une adresse, un téléphone ou un courriel"),
    en=("the body is a {role} and has no contact details", "state an address, a telephone or an e-mail"),
    pt=("o organismo é {role} e não tem dados de contato", "indicar um endereço, um telefone ou um e-mail"),
)  # fmt: skip
SANS_DPO = Rule(
    id="ART30-05", severity=ERROR, source="RGPD art. 30(1)(a) ; 30(2)(a) ; 37(1)(a)",
    fr=("cette autorité publique est {role} et n'a pas de délégué à la protection des données", "le nommer"),
    en=("this public authority is a {role} and has no data protection officer", "name one"),
    pt=("esta autoridade pública é {role} e não tem encarregado de dados", "nomeá-lo"),
)  # fmt: skip
SANS_DESTINATAIRE = Rule(
    id="ART30-06", severity=ERROR, source="RGPD art. 30(1)(d)",
    fr=("aucun destinataire n'est indiqué", "indiquer qui reçoit les données, services internes compris"),
    en=("no recipient is stated", "state who receives the data, internal departments included"),
    pt=("nenhum destinatário é indicado", "indicar quem recebe os dados, inclusive serviços internos"),
)  # fmt: skip
SANS_DOCUMENT = Rule(
    id="ART30-07", severity=ERROR, source="RGPD art. 30(1)(e) ; 30(2)(c) ; 49(1), second alinéa",
    fr=("le transfert repose sur des intérêts légitimes impérieux et rien ne documente les garanties", "indiquer une précision, un lien ou une pièce"),
    en=("the transfer rests on compelling legitimate interests and nothing documents the safeguards", "state a detail, a link or a document"),
    pt=("a transferência se apoia em interesses legítimos imperiosos e nada documenta as garantias", "indicar um detalhe, um link ou um documento"),
)  # fmt: skip
SANS_MESURE = Rule(
    id="ART30-08", severity=WARNING, source="RGPD art. 30(1)(g) ; 30(2)(d) ; 32(1)",
    fr=("aucune mesure de sécurité n'est décrite", "décrire les principales"),
    en=("no security measure is described", "describe the main ones"),
    pt=("nenhuma medida de segurança é descrita", "descrever as principais"),
)  # fmt: skip
SANS_RESPONSABLE = Rule(
    id="ART30-09", severity=ERROR, source="RGPD art. 30(2)(a)",
    fr=("rien ne dit pour le compte de quel responsable", "nommer chaque responsable"),
    en=("nothing says on behalf of which controller", "name each controller"),
    pt=("nada diz em nome de qual controlador", "nomear cada controlador"),
)  # fmt: skip
SANS_CATEGORIE_DE_TRAITEMENT = Rule(
    id="ART30-10", severity=ERROR, source="RGPD art. 30(2)(b)",
    fr=("aucune catégorie de traitements effectués pour {responsable} n'est indiquée", "les indiquer"),
    en=("no category of processing carried out for {responsable} is stated", "state them"),
    pt=("nenhuma categoria de tratamento efetuado para {responsable} é indicada", "indicá-las"),
)  # fmt: skip
SANS_ACCORD = Rule(
    id="ART26-01", severity=WARNING, source="RGPD art. 26(1)",
    fr=("des responsables conjoints sont nommés et aucun accord n'est indiqué", "dire où est l'accord"),
    en=("joint controllers are named and no arrangement is stated", "say where the arrangement is"),
    pt=("controladores conjuntos são nomeados e nenhum acordo é indicado", "dizer onde está o acordo"),
)  # fmt: skip
SANS_REPRESENTANT = Rule(
    id="ART27-01", severity=WARNING, source="RGPD art. 27(1) ; 30(1)(a) ; 30(2)(a)",
    fr=("établi hors de l'Union, l'organisme est {role} et n'a pas de représentant", "le nommer, ou dire en dérogation pourquoi il n'en faut pas"),
    en=("established outside the Union, the body is a {role} and has no representative", "name one, or say in a derogation why none is due"),
    pt=("estabelecido fora da União, o organismo é {role} e não tem representante", "nomeá-lo, ou dizer em derrogação por que não é exigido"),
)  # fmt: skip
SANS_CONTRAT = Rule(
    id="ART28-01", severity=WARNING, source="RGPD art. 28(3)",
    fr=("aucun contrat avec {responsable} n'est indiqué", "dire où est le contrat"),
    en=("no contract with {responsable} is stated", "say where the contract is"),
    pt=("nenhum contrato com {responsable} é indicado", "dizer onde está o contrato"),
)  # fmt: skip

PERSONNES = {"fr": "de personnes", "en": "people", "pt": "pessoas"}
DONNEES = {"fr": "de données", "en": "data", "pt": "dados"}
RESPONSABLE = {"fr": "responsable de traitement", "en": "controller", "pt": "controlador"}
SOUS_TRAITANT = {"fr": "sous-traitant", "en": "processor", "pt": "operador"}
REPRESENTANT = {"fr": "représentant", "en": "representative", "pt": "representante"}
DPO = {"fr": "délégué à la protection des données", "en": "data protection officer", "pt": "encarregado de dados"}  # fmt: skip


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the ART rules."""
    for record in real(register, "traitements"):
        yield from _controller(record)
    for record in real(register, "traitements_sous_traitant"):
        yield from _processor(record)
    for kind in PROCESSINGS:
        for record in real(register, kind):
            yield from _common(kind, record)
    yield from _bodies(register, on)


def _controller(record: Any) -> Iterator[Raised]:
    if not record.finalites:
        yield SANS_FINALITE.at("traitements", record.id, "finalites")
    if not record.categories_personnes:
        yield SANS_CATEGORIE.at("traitements", record.id, "categories_personnes", de=PERSONNES)
    if not record.categories:
        yield SANS_CATEGORIE.at("traitements", record.id, "categories_donnees", de=DONNEES)
    if not record.destinataires:
        yield SANS_DESTINATAIRE.at("traitements", record.id, "destinataires")
    if record.responsables_conjoints and record.accord_conjoint is None:
        yield SANS_ACCORD.at("traitements", record.id, "accord_conjoint")
    for code, path, conservation in record.conservations():
        if conservation is None:
            yield SANS_CONSERVATION.at(
                "traitements", record.id, f"{path}.conservation",
                categorie=CATEGORIES_DONNEES.nomme(code),
            )  # fmt: skip


def _processor(record: Any) -> Iterator[Raised]:
    kind = "traitements_sous_traitant"
    if not record.pour_le_compte:
        yield SANS_RESPONSABLE.at(kind, record.id, "pour_le_compte")
    for number, compte in enumerate(record.pour_le_compte):
        path, who = f"pour_le_compte[{number}]", compte.responsable
        if not compte.categories_traitements:
            yield SANS_CATEGORIE_DE_TRAITEMENT.at(
                kind, record.id, f"{path}.categories_traitements", responsable=who
            )
        if compte.contrat is None:
            yield SANS_CONTRAT.at(kind, record.id, f"{path}.contrat", responsable=who)


def _common(kind: str, record: Any) -> Iterator[Raised]:
    if not record.securite:
        yield SANS_MESURE.at(kind, record.id, "securite")
    for number, transfert in enumerate(record.transferts):
        documented = transfert.precision or transfert.liens or transfert.piece
        if transfert.garantie == "derogation_interets_legitimes_imperieux" and not documented:
            yield SANS_DOCUMENT.at(kind, record.id, f"transferts[{number}].precision")


def _bodies(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise what a body lacks in the roles that processings give it, once for each body."""
    contacts: dict[str, Any] = {}
    officers: dict[str, Any] = {}
    representatives: dict[str, Any] = {}
    for name, role, dpo, representant in _roles(register):
        organisme = body(register, name)
        if organisme is None:
            continue
        dpo, representant = dpo or organisme.dpo, representant or organisme.representant
        contacts.setdefault(name, role)
        if dpo is not None:
            contacts.setdefault(dpo, DPO)
        elif organisme.type in AUTORITES_PUBLIQUES:
            officers.setdefault(name, role)
        if representant is not None:
            contacts.setdefault(representant, REPRESENTANT)
        elif organisme.pays in NAMES and not in_eea(organisme.pays, on):
            representatives.setdefault(name, role)
    for name, role in contacts.items():
        organisme = body(register, name)
        if organisme is not None and not _reachable(organisme.contact):
            yield SANS_COORDONNEES.at("organismes", name, "contact", role=role)
    for name, role in officers.items():
        yield SANS_DPO.at("organismes", name, "dpo", role=role)
    for name, role in representatives.items():
        yield SANS_REPRESENTANT.at("organismes", name, "representant", role=role)


def _roles(register: Register) -> Iterator[tuple[str, Any, str | None, str | None]]:
    """Yield each body, its role, and the officer and representative that the record gives it."""
    for record in real(register, "traitements"):
        yield record.responsable, RESPONSABLE, record.dpo, record.representant
        for name in record.responsables_conjoints:
            yield name, RESPONSABLE, None, None
    for record in real(register, "traitements_sous_traitant"):
        yield record.sous_traitant, SOUS_TRAITANT, record.dpo, record.representant
        for compte in record.pour_le_compte:
            yield compte.responsable, RESPONSABLE, compte.dpo, compte.representant


def _reachable(contact: Any) -> bool:
    return contact is not None and bool(contact.courriel or contact.telephone or contact.adresse)
