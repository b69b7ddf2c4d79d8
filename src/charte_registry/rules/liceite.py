"""Lawfulness: a legal basis a purpose, a ground for special categories, offences and the NIR."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from charte_registry.register import Register
from charte_registry.rules.graph import AUTORITES_PUBLIQUES, body, real
from charte_registry.rules.rule import ERROR, NOTE, WARNING, Raised, Rule
from charte_registry.vocabularies.rgpd import (
    BASES_LEGALES,
    CATEGORIES_PARTICULIERES,
    FONDEMENTS_ARTICLE_9,
)

SANS_BASE = Rule(
    id="BASE-01", severity=WARNING, source="RGPD art. 6(1)",
    fr=("la finalité « {finalite} » n'a pas de base légale", "l'indiquer"),
    en=("the purpose “{finalite}” has no legal basis", "state it"),
    pt=("a finalidade “{finalite}” não tem base legal", "indicá-la"),
)  # fmt: skip
INTERET_D_AUTORITE = Rule(
    id="BASE-02", severity=WARNING, source="RGPD art. 6(1), second alinéa",
    fr=("{responsable} est une autorité publique : l'intérêt légitime ne vaut pas pour ses missions", "indiquer une autre base, ou dire en dérogation que ce n'est pas une de ses missions"),
    en=("{responsable} is a public authority: legitimate interests do not hold for its tasks", "state another basis, or say in a derogation that this is none of its tasks"),
    pt=("{responsable} é uma autoridade pública: o interesse legítimo não vale para suas missões", "indicar outra base, ou dizer em derrogação que não se trata de uma de suas missões"),
)  # fmt: skip
SANS_TEXTE = Rule(
    id="BASE-03", severity=NOTE, source="RGPD art. 6(3)",
    fr=("aucun texte n'est cité pour cette base légale : {base}", "le citer"),
    en=("no text is cited for this legal basis: {base}", "cite it"),
    pt=("nenhum texto é citado para esta base legal: {base}", "citá-lo"),
)  # fmt: skip
SANS_FONDEMENT = Rule(
    id="SENSIBLE-01", severity=ERROR, source="RGPD art. 9(1) ; 9(2)",
    fr=("rien ne dit ce qui lève l'interdiction de traiter : {categorie}", "indiquer l'exception de l'article 9(2)"),
    en=("nothing says what lifts the prohibition on processing: {categorie}", "state the ground of article 9(2)"),
    pt=("nada diz o que afasta a proibição de tratar: {categorie}", "indicar a exceção do artigo 9(2)"),
)  # fmt: skip
FONDEMENT_SANS_TEXTE = Rule(
    id="SENSIBLE-02", severity=WARNING, source="RGPD art. 9(2)(b) ; 9(2)(g) à (j)",
    fr=("cette exception suppose un texte, et aucun n'est cité : {fondement}", "le citer"),
    en=("this ground supposes a text, and none is cited: {fondement}", "cite it"),
    pt=("esta exceção supõe um texto, e nenhum é citado: {fondement}", "citá-lo"),
)  # fmt: skip
INFRACTIONS_SANS_TEXTE = Rule(
    id="INFRACTION-01", severity=ERROR, source="RGPD art. 10 ; loi 78-17 art. 46",
    fr=("des condamnations ou infractions sont traitées et aucun texte ne l'autorise", "citer le texte"),
    en=("convictions or offences are processed and no text authorises it", "cite the text"),
    pt=("condenações ou infrações são tratadas e nenhum texto o autoriza", "citar o texto"),
)  # fmt: skip
NIR_SANS_TEXTE = Rule(
    id="NIR-01", severity=ERROR, source="RGPD art. 87 ; loi 78-17 art. 30",
    fr=("le NIR est traité et aucun texte ne l'autorise", "citer le texte"),
    en=("the social security number (NIR) is processed and no text authorises it", "cite the text"),
    pt=("o número de seguridade social francês (NIR) é tratado e nenhum texto o autoriza", "citar o texto"),
)  # fmt: skip

FONDEES_SUR_UN_TEXTE = ("obligation_legale", "mission_interet_public")
# Union or Member State law, or a contract with a professional: the ground alone says nothing.
FONDEMENTS_SUR_UN_TEXTE = frozenset(
    ["droit_travail_protection_sociale", "interet_public_important", "medecine_prise_en_charge",
     "sante_publique", "archives_recherche_statistiques"]
)  # fmt: skip


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the BASE, SENSIBLE, INFRACTION and NIR rules."""
    for record in real(register, "traitements"):
        controller = body(register, record.responsable)
        public = controller is not None and controller.type in AUTORITES_PUBLIQUES
        for number, finalite in enumerate(record.finalites):
            path, bases = f"finalites[{number}]", finalite.bases_legales
            if not bases:
                yield SANS_BASE.at(
                    "traitements", record.id, f"{path}.bases_legales", finalite=finalite.nom
                )
            if public and "interet_legitime" in bases:
                where = f"{path}.bases_legales[{bases.index('interet_legitime')}]"
                yield INTERET_D_AUTORITE.at(
                    "traitements", record.id, where, responsable=record.responsable
                )
            resting = tuple(BASES_LEGALES.nomme(b) for b in bases if b in FONDEES_SUR_UN_TEXTE)
            if resting and finalite.texte is None:
                yield SANS_TEXTE.at("traitements", record.id, f"{path}.texte", base=resting)
        for number, item in enumerate(record.categories_particulieres):
            path = f"categories_particulieres[{number}]"
            if item.fondement is None:
                yield SANS_FONDEMENT.at(
                    "traitements", record.id, f"{path}.fondement",
                    categorie=CATEGORIES_PARTICULIERES.nomme(item.categorie),
                )  # fmt: skip
            elif item.fondement in FONDEMENTS_SUR_UN_TEXTE and item.texte is None:
                yield FONDEMENT_SANS_TEXTE.at(
                    "traitements", record.id, f"{path}.texte",
                    fondement=FONDEMENTS_ARTICLE_9.nomme(item.fondement),
                )  # fmt: skip
        if record.infractions is not None and record.infractions.texte is None:
            yield INFRACTIONS_SANS_TEXTE.at("traitements", record.id, "infractions.texte")
        if record.nir is not None and record.nir.texte is None:
            yield NIR_SANS_TEXTE.at("traitements", record.id, "nir.texte")
