"""What one record of each kind is, in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _labels(fr: str, en: str, pt: str) -> Mapping[str, str]:
    return MappingProxyType({"fr": fr, "en": en, "pt": pt})


KIND_LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "organismes": _labels("organisme", "body", "organismo"),
        "traitements": _labels(
            "traitement d'un responsable", "processing of a controller", "tratamento de um controlador"
        ),
        "traitements_sous_traitant": _labels(
            "traitements d'un sous-traitant", "processing done by a processor", "tratamentos de um operador"
        ),
        "applications": _labels("application", "application", "aplicação"),
        "algorithmes": _labels("algorithme", "algorithm", "algoritmo"),
        "jeux_de_donnees": _labels("jeu de données", "dataset", "conjunto de dados"),
        "actions": _labels("action de la charte", "action of the charter", "ação da carta"),
        "partenaires": _labels("partenaire", "partner", "parceiro"),
        "demandes_droits": _labels(
            "demandes d'exercice de droits, par an", "requests to exercise rights, by year",
            "pedidos de exercício de direitos, por ano",
        ),
        "formations": _labels("formation", "training", "formação"),
        "certifications": _labels("certification", "certification", "certificação"),
        "violations": _labels(
            "violations de données, par an", "data breaches, by year", "violações de dados, por ano"
        ),
        "donnees_interet_metropolitain": _labels(
            "donnée d'intérêt métropolitain", "data of metropolitan interest",
            "dado de interesse metropolitano",
        ),
        "clauses_marche": _labels("clause de marché", "clause of a contract", "cláusula de contrato"),
    }
)  # fmt: skip
