"""Algorithms behind individual decisions: told, published, explained, and open to appeal."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from charte_registry.register import Register
from charte_registry.rules.graph import algorithms, real
from charte_registry.rules.rule import ERROR, NOTE, WARNING, Raised, Rule
from charte_registry.vocabularies.rgpd import CATEGORIES_PARTICULIERES

SANS_MENTION = Rule(
    id="ALGO-01", severity=ERROR, source="CRPA L.311-3-1 ; R.311-3-1-1",
    fr=("des décisions individuelles reposent sur lui et aucune mention d'information n'est indiquée", "rédiger la mention"),
    en=("individual decisions rest on it and no notice is stated", "write the notice"),
    pt=("decisões individuais se apoiam nele e nenhum aviso é indicado", "redigir o aviso"),
)  # fmt: skip
NON_PUBLIE = Rule(
    id="ALGO-02", severity=WARNING, source="CRPA L.312-1-3",
    fr=("des décisions individuelles reposent sur lui et ses règles ne sont pas publiées au {date}", "les publier, ou dire en dérogation que l'administration compte moins de 50 agents"),
    en=("individual decisions rest on it and its rules are not published on {date}", "publish them, or say in a derogation that the authority has fewer than 50 agents"),
    pt=("decisões individuais se apoiam nele e suas regras não estão publicadas em {date}", "publicá-las, ou dizer em derrogação que a administração tem menos de 50 agentes"),
)  # fmt: skip
MENTION_INCOMPLETE = Rule(
    id="ALGO-03", severity=WARNING, source="CRPA R.311-3-1-1",
    fr=("la mention doit aussi dire {quoi}", "l'indiquer"),
    en=("the notice must also say {quoi}", "state it"),
    pt=("o aviso deve também dizer {quoi}", "indicá-lo"),
)  # fmt: skip
SANS_INTERVENTION = Rule(
    id="ALGO-04", severity=WARNING, source="RGPD art. 22(1) ; 22(3) ; loi 78-17 art. 47",
    fr=("des décisions individuelles reposent sur lui et rien ne dit quelle part y prend un agent : {champs}", "dire qui décide, et comment une personne intervient"),
    en=("individual decisions rest on it and nothing says what part an agent has: {champs}", "say who decides, and how a person intervenes"),
    pt=("decisões individuais se apoiam nele e nada diz qual é o papel de um agente: {champs}", "dizer quem decide, e como uma pessoa intervém"),
)  # fmt: skip
SENSIBLE_AUTOMATIQUE = Rule(
    id="ALGO-05", severity=ERROR, source="RGPD art. 22(4) ; loi 78-17 art. 47",
    fr=("la décision est entièrement automatique et porte sur {categories}, dans : {traitements}", "faire décider un agent, ou ne plus y employer ces données"),
    en=("the decision is fully automated and is about {categories}, in: {traitements}", "have an agent decide, or use these data there no more"),
    pt=("a decisão é inteiramente automatizada e abrange {categories}, em: {traitements}", "fazer um agente decidir, ou deixar de usar esses dados nela"),
)  # fmt: skip
SANS_RECOURS = Rule(
    id="ALGO-06", severity=WARNING, source="RGPD art. 22(3) ; loi 78-17 art. 47",
    fr=("la décision est entièrement automatique et aucune voie de recours n'est indiquée", "indiquer comment la contester"),
    en=("the decision is fully automated and no way to appeal is stated", "state how to contest it"),
    pt=("a decisão é inteiramente automatizada e nenhuma via de recurso é indicada", "indicar como contestá-la"),
)  # fmt: skip
SANS_EXPLICATION = Rule(
    id="ALGO-07", severity=NOTE, source="CRPA R.311-3-1-2",
    fr=("une personne peut demander ce que la fiche ne dit pas encore : {champs}", "le préparer"),
    en=("a person may ask for what the record does not say yet: {champs}", "prepare it"),
    pt=("uma pessoa pode pedir o que a ficha ainda não diz: {champs}", "prepará-lo"),
)  # fmt: skip
PUBLIE_SANS_LIEN = Rule(
    id="ALGO-08", severity=WARNING, source="CRPA L.312-1-3",
    fr=("il est dit publié et rien ne dit où", "indiquer la page, la règle, la documentation ou le code"),
    en=("it is said to be published and nothing says where", "state the page, the rule, the documentation or the code"),
    pt=("consta como publicado e nada diz onde", "indicar a página, a regra, a documentação ou o código"),
)  # fmt: skip

A_DIRE = {
    "droit_communication": {"fr": "comment demander les règles et leur mise en œuvre", "en": "how to ask for the rules and how they were applied", "pt": "como pedir as regras e sua aplicação"},
    "saisine_cada": {"fr": "comment saisir la CADA", "en": "how to refer to the CADA", "pt": "como recorrer à CADA"},
}  # fmt: skip
A_EXPLIQUER = ("degre_contribution", "mode_contribution", "donnees", "parametres", "operations")


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the ALGO rules; the notice and the publication are owed once it is in service."""
    for record in real(register, "algorithmes"):
        published = record.publie_le is not None and record.publie_le <= on
        if published and not (record.page or record.regle or record.documentation or record.code):
            yield PUBLIE_SANS_LIEN.at("algorithmes", record.id, "page")
        if record.decision_individuelle and record.statut == "en_service":
            yield from _decisions(record, on)
    yield from _sensitive(register)


def _decisions(record: Any, on: dt.date) -> Iterator[Raised]:
    if record.notice is None:
        yield SANS_MENTION.at("algorithmes", record.id, "notice")
    else:
        for field, what in A_DIRE.items():
            if getattr(record, field) is None:
                yield MENTION_INCOMPLETE.at("algorithmes", record.id, field, quoi=what)
    if record.publie_le is None or record.publie_le > on:
        yield NON_PUBLIE.at("algorithmes", record.id, "publie_le", date=on)
    silent = [
        n for n in ("degre_contribution", "intervention_humaine") if getattr(record, n) is None
    ]
    # "total" by itself says that no agent intervenes
    if silent and record.degre_contribution != "total":
        yield SANS_INTERVENTION.at("algorithmes", record.id, silent[-1], champs=", ".join(silent))
    if record.degre_contribution == "total" and record.recours is None:
        yield SANS_RECOURS.at("algorithmes", record.id, "recours")
    missing = [name for name in A_EXPLIQUER if not getattr(record, name)]
    if missing:
        yield SANS_EXPLICATION.at("algorithmes", record.id, missing[0], champs=", ".join(missing))


def _sensitive(register: Register) -> Iterator[Raised]:
    """Raise fully automated decisions in a processing of special categories.

    Article 22(4) has two exceptions, consent and important public interest; article 47 of the
    French act leaves none to an administration. A derogation can say why it does not hold.
    """
    running = algorithms(register)
    used: dict[str, list[Any]] = defaultdict(list)
    for traitement in real(register, "traitements"):
        for record in running.get(traitement.id, ()) if traitement.sensible else ():
            if record.decision_individuelle and record.degre_contribution == "total":
                used[record.id].append(traitement)
    for name, traitements in used.items():
        codes = (c.categorie for t in traitements for c in t.categories_particulieres)
        yield SENSIBLE_AUTOMATIQUE.at(
            "algorithmes", name, "degre_contribution",
            categories=tuple(map(CATEGORIES_PARTICULIERES.terme, dict.fromkeys(codes))),
            traitements=", ".join(t.id for t in traitements),
        )  # fmt: skip
