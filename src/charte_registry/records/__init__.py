"""The records of a register, by kind: the name of the kind is that of its table or folder."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from charte_registry.records.application import Application, Hebergement
from charte_registry.records.gouvernance import (
    Action,
    Certification,
    DemandesDroits,
    Formation,
    Partenaire,
)
from charte_registry.records.traitement import Finalite, Organisme, Traitement, Transfert
from charte_registry.records.transparence import Algorithme, JeuDeDonnees

KINDS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "organismes": Organisme,
        "traitements": Traitement,
        "applications": Application,
        "algorithmes": Algorithme,
        "jeux_de_donnees": JeuDeDonnees,
        "actions": Action,
        "partenaires": Partenaire,
        "demandes_droits": DemandesDroits,
        "formations": Formation,
        "certifications": Certification,
    }
)

__all__ = [
    "KINDS",
    "Action",
    "Algorithme",
    "Application",
    "Certification",
    "DemandesDroits",
    "Finalite",
    "Formation",
    "Hebergement",
    "JeuDeDonnees",
    "Organisme",
    "Partenaire",
    "Traitement",
    "Transfert",
]
