"""Opening: datasets, their licences, and data that other actors share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.records.interet_metropolitain import ETATS_PARTAGE
from charte_registry.register import Register
from charte_registry.rules.graph import real
from charte_registry.rules.rule import NOTE, WARNING, Raised, Rule
from charte_registry.vocabularies.licences import LICENCES

PERSONNELLES = Rule(
    id="JEU-01", severity=WARNING, source="CRPA L.312-1-2",
    fr=("ce jeu ouvert contient des données personnelles", "les anonymiser, ou dire en dérogation le texte ou l'accord qui permet de les publier"),
    en=("this open dataset holds personal data", "anonymise them, or say in a derogation which text or consent allows their publication"),
    pt=("este conjunto aberto contém dados pessoais", "anonimizá-los, ou dizer em derrogação o texto ou o consentimento que permite publicá-los"),
)  # fmt: skip
SANS_LICENCE = Rule(
    id="JEU-02", severity=NOTE, source="CRPA L.323-2",
    fr=("aucune licence n'est indiquée", "l'indiquer"),
    en=("no licence is stated", "state it"),
    pt=("nenhuma licença é indicada", "indicá-la"),
)  # fmt: skip
RESTRICTIVE = Rule(
    id="JEU-03", severity=WARNING, source="CRPA L.323-2",
    fr=("la licence {licence} restreint la réutilisation", "choisir une licence ouverte"),
    en=("the licence {licence} restricts reuse", "choose an open licence"),
    pt=("a licença {licence} restringe a reutilização", "escolher uma licença aberta"),
)  # fmt: skip
LICENCE_INCONNUE = Rule(
    id="LICENCE-01", severity=NOTE, source="SPDX License List",
    fr=("la table des licences ne dit rien de {licence}", "vérifier l'identifiant"),
    en=("the table of licences says nothing of {licence}", "verify the identifier"),
    pt=("a tabela de licenças não diz nada sobre {licence}", "verificar o identificador"),
)  # fmt: skip
ACCORD_ECHU = Rule(
    id="INTERET-01", severity=WARNING, source="CCP L.3131-2",
    fr=("le partage est {etat} et l'accord a pris fin le {date}", "le renouveler, ou corriger l'état"),
    en=("the sharing is {etat} and the agreement ended on {date}", "renew it, or correct the state"),
    pt=("o compartilhamento está {etat} e o acordo terminou em {date}", "renová-lo, ou corrigir o estado"),
)  # fmt: skip
SANS_ACCORD = Rule(
    id="INTERET-02", severity=WARNING, source="CCP L.3131-2",
    fr=("le partage est {etat} et aucun accord n'est indiqué", "l'indiquer"),
    en=("the sharing is {etat} and no agreement is stated", "state it"),
    pt=("o compartilhamento está {etat} e nenhum acordo é indicado", "indicá-lo"),
)  # fmt: skip
SANS_CONTROLE = Rule(
    id="INTERET-03", severity=WARNING, source="RGPD art. 7(3) ; 20",
    fr=("les personnes apportent leurs données et rien ne dit comment elles en gardent le contrôle", "le dire"),
    en=("people bring their data and nothing says how they keep control", "say it"),
    pt=("as pessoas trazem seus dados e nada diz como mantêm o controle", "dizê-lo"),
)  # fmt: skip
SANS_TRAITEMENT = Rule(
    id="INTERET-04", severity=WARNING, source="RGPD art. 30(1)",
    fr=("le partage est {etat}, contient des données personnelles, et aucun traitement n'est nommé", "nommer les traitements"),
    en=("the sharing is {etat}, holds personal data, and names no processing", "name the processings"),
    pt=("o compartilhamento está {etat}, contém dados pessoais, e não nomeia nenhum tratamento", "nomear os tratamentos"),
)  # fmt: skip

PARTAGEES = ("convenu", "effectif")


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the JEU, LICENCE and INTERET rules."""
    for jeu in real(register, "jeux_de_donnees"):
        if jeu.donnees_personnelles:
            yield PERSONNELLES.at("jeux_de_donnees", jeu.id, "donnees_personnelles")
        stated = [("licence", jeu.licence)] + [
            (f"distributions[{number}].licence", part.licence)
            for number, part in enumerate(jeu.distributions)
        ]
        if not any(licence for _, licence in stated):
            yield SANS_LICENCE.at("jeux_de_donnees", jeu.id, "licence")
        for field, licence in stated:
            if licence in LICENCES and not LICENCES[licence].ouverte:
                yield RESTRICTIVE.at("jeux_de_donnees", jeu.id, field, licence=licence)
            else:
                yield from _known("jeux_de_donnees", jeu.id, field, licence)
    for kind in ("algorithmes", "applications", "donnees_interet_metropolitain"):
        for record in real(register, kind):
            yield from _known(kind, record.id, "licence", record.licence)
    yield from _shared(register, on)


def _known(kind: str, record: str, field: str, licence: str | None) -> Iterator[Raised]:
    # a name of one's own, as SPDX has it, is in no table
    if licence is not None and licence not in LICENCES and not licence.startswith("LicenseRef-"):
        yield LICENCE_INCONNUE.at(kind, record, field, licence=licence)


def _shared(register: Register, on: dt.date) -> Iterator[Raised]:
    kind = "donnees_interet_metropolitain"
    for record in register.all(kind):
        if record.self_data and record.controle_personnes is None:
            yield SANS_CONTROLE.at(kind, record.id, "controle_personnes")
        if record.etat not in PARTAGEES:
            continue
        state = ETATS_PARTAGE.nomme(record.etat)
        if record.accord is None:
            yield SANS_ACCORD.at(kind, record.id, "accord", etat=state)
        elif record.accord.fin is not None and record.accord.fin < on:
            yield ACCORD_ECHU.at(kind, record.id, "accord.fin", etat=state, date=record.accord.fin)
        if record.donnees_personnelles and not record.traitements:
            yield SANS_TRAITEMENT.at(kind, record.id, "traitements", etat=state)
