"""The records of a register, by kind: the name of the kind is that of its table or folder."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from charte_registry.records.aipd import Aipd, AnalyseImpact, RisqueAnalyse
from charte_registry.records.algorithme import Algorithme, DonneeTraitee, ParametreTraitement
from charte_registry.records.application import (
    Application,
    Assurance,
    Exigence,
    Hebergement,
    Rapatriement,
)
from charte_registry.records.contrat import ContratSousTraitant, Obligations
from charte_registry.records.demande import Demande
from charte_registry.records.donnees import (
    CategorieDonnees,
    CategorieParticuliere,
    Conservation,
    Infractions,
    Nir,
)
from charte_registry.records.droits import (
    DemandesDroits,
    DetailDemandes,
    NombreViolations,
    Violation,
)
from charte_registry.records.gouvernance import (
    Action,
    Certification,
    ClauseMarche,
    EtapeAction,
    Formation,
    Partenaire,
)
from charte_registry.records.incident import Incident
from charte_registry.records.interet_metropolitain import Accord, DonneeInteretMetropolitain
from charte_registry.records.jeu_de_donnees import Distribution, JeuDeDonnees, Qualite
from charte_registry.records.organisme import Contact, Organisme
from charte_registry.records.revue import Revue
from charte_registry.records.traitement import (
    Destinataire,
    Finalite,
    MesureSecurite,
    PourLeCompte,
    Traitement,
    TraitementSousTraitant,
)
from charte_registry.records.transfert import Transfert

KINDS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "organismes": Organisme,
        "traitements": Traitement,
        "traitements_sous_traitant": TraitementSousTraitant,
        "applications": Application,
        "algorithmes": Algorithme,
        "jeux_de_donnees": JeuDeDonnees,
        "actions": Action,
        "partenaires": Partenaire,
        "demandes_droits": DemandesDroits,
        "formations": Formation,
        "certifications": Certification,
        "violations": Violation,
        "donnees_interet_metropolitain": DonneeInteretMetropolitain,
        "clauses_marche": ClauseMarche,
        "analyses_impact": AnalyseImpact,
        "contrats_sous_traitants": ContratSousTraitant,
        "demandes": Demande,
        "incidents": Incident,
        "revues": Revue,
    }
)

__all__ = [
    "KINDS",
    "Accord",
    "Action",
    "Aipd",
    "Algorithme",
    "AnalyseImpact",
    "Application",
    "Assurance",
    "CategorieDonnees",
    "CategorieParticuliere",
    "Certification",
    "ClauseMarche",
    "Conservation",
    "Contact",
    "ContratSousTraitant",
    "Demande",
    "DemandesDroits",
    "Destinataire",
    "DetailDemandes",
    "Distribution",
    "DonneeInteretMetropolitain",
    "DonneeTraitee",
    "EtapeAction",
    "Exigence",
    "Finalite",
    "Formation",
    "Hebergement",
    "Incident",
    "Infractions",
    "JeuDeDonnees",
    "MesureSecurite",
    "Nir",
    "NombreViolations",
    "Obligations",
    "Organisme",
    "ParametreTraitement",
    "Partenaire",
    "PourLeCompte",
    "Qualite",
    "Rapatriement",
    "Revue",
    "RisqueAnalyse",
    "Traitement",
    "TraitementSousTraitant",
    "Transfert",
    "Violation",
]
