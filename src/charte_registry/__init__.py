"""The register of a data charter: records, checks, indicators and the annual report."""

from charte_registry.checks.finding import Finding
from charte_registry.errors import RegisterError
from charte_registry.records import (
    Action,
    Algorithme,
    Application,
    Certification,
    DemandesDroits,
    Finalite,
    Formation,
    Hebergement,
    JeuDeDonnees,
    Organisme,
    Partenaire,
    Traitement,
    Transfert,
)
from charte_registry.register import Register, load_register
from charte_registry.report import render_report
from charte_registry.vocabularies.adequacy import Adequation, Decision, adequation

__all__ = [
    "Action",
    "Adequation",
    "Algorithme",
    "Application",
    "Certification",
    "Decision",
    "DemandesDroits",
    "Finalite",
    "Finding",
    "Formation",
    "Hebergement",
    "JeuDeDonnees",
    "Organisme",
    "Partenaire",
    "Register",
    "RegisterError",
    "Traitement",
    "Transfert",
    "adequation",
    "load_register",
    "render_report",
]
