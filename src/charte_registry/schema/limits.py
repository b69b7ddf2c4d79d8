"""What the classes refuse and a JSON Schema cannot say: the whole list, each with data that show it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from charte_registry import records


@attrs.frozen(kw_only=True)
class Limit:
    """Something that a schema accepts and a class refuses.

    Parameters
    ----------
    record_class : type
        Class that refuses.
    fields : tuple of str
        Fields that the refusal names.
    fr, en, pt : str
        What must hold.
    example : mapping
        Plain data that the schema accepts and the class refuses.
    """

    record_class: type[Any]
    fields: tuple[str, ...]
    fr: str
    en: str
    pt: str
    example: Mapping[str, Any]


# A schema can say these: exactly one of two fields.
EXACTLY_ONE: Mapping[type[Any], tuple[str, str]] = MappingProxyType(
    {
        records.Conservation: ("duree", "critere"),
        records.Transfert: ("pays", "organisation"),
    }
)

_ORDER = {"fr": "{b} n'est pas avant {a}", "en": "{b} is not before {a}", "pt": "{b} não é anterior a {a}"}  # fmt: skip


def _in_order(cls: type[Any], first: str, last: str, **others: Any) -> Limit:
    years = cls is records.Formation
    example = others | {
        first: 2020 if years else "2020-01-02",
        last: 2019 if years else "2020-01-01",
    }
    words = {lang: text.format(a=first, b=last) for lang, text in _ORDER.items()}
    return Limit(record_class=cls, fields=(last,), example=example, **words)


LIMITS: tuple[Limit, ...] = (
    _in_order(records.Traitement, "cree_le", "mis_a_jour_le", id="t", nom="T", responsable="r"),
    _in_order(records.TraitementSousTraitant, "cree_le", "mis_a_jour_le", id="t", nom="T", sous_traitant="r"),
    _in_order(records.Assurance, "valable_du", "valable_au", referentiel="HDS"),
    _in_order(records.Accord, "signe_le", "fin", intitule="A"),
    _in_order(records.JeuDeDonnees, "couverture_debut", "couverture_fin", id="j", titre="J"),
    _in_order(records.AnalyseImpact, "commencee_le", "achevee_le", id="a", intitule="A"),
    _in_order(records.ContratSousTraitant, "debut", "fin", id="c", intitule="C", sous_traitant="s"),
    _in_order(records.Demande, "recue_le", "prolongee_le", id="1", droit="acces"),
    _in_order(records.Demande, "recue_le", "repondue_le", id="1", droit="acces"),
    _in_order(records.Incident, "debut", "fin", id="i", connu_le="2020-01-01"),
    _in_order(records.Revue, "le", "prochaine", id="r", fiche="traitements/t"),
    _in_order(records.Formation, "debut", "fin", id="f", intitule="F", sessions=1, personnes=1),
    Limit(
        record_class=records.Hebergement, fields=("subdivision",),
        fr="la subdivision est dans le pays", en="the subdivision is in the country",
        pt="a subdivisão está no país",
        example={"mode": "heberge", "pays": "FR", "subdivision": "CA-QC"},
    ),
    Limit(
        record_class=records.Action, fields=("historique", "phase"),
        fr="les phases datées sont dans l'ordre, et la dernière est la phase",
        en="the dated phases are in order, and the last is the phase",
        pt="as fases datadas estão em ordem, e a última é a fase",
        example={
            "id": "a", "intitule": "A", "engagement": "sobriete", "phase": "en_cours", "preuve": "p",
            "historique": [{"phase": "realisee", "depuis": "2020-01-01"}],
        },
    ),
    Limit(
        record_class=records.DemandesDroits, fields=("detail",),
        fr="un droit et une suite ne sont comptés qu'une fois",
        en="a right and an outcome are counted once",
        pt="um direito e um resultado são contados uma só vez",
        example={
            "id": "2020", "annee": 2020, "nombre": 3,
            "detail": [{"droit": "acces", "nombre": 1}, {"droit": "acces", "nombre": 2}],
        },
    ),
    Limit(
        record_class=records.Violation,
        fields=("notifiees_autorite", "notifiees_dans_le_delai", "communiquees_personnes"),
        fr="on n'en notifie pas plus qu'il n'y en a eu, ni plus dans le délai qu'en tout",
        en="no more are notified than there were, nor more in time than in all",
        pt="não se notificam mais do que houve, nem mais no prazo do que no total",
        example={"id": "2020", "annee": 2020, "nombre": 1, "notifiees_autorite": 2},
    ),
)  # fmt: skip
