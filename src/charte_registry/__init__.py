"""The register of a data charter: records, checks, indicators and the annual report.

Names are imported when they are first used, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charte_registry.difference import Change, diff
    from charte_registry.errors import Fault, RegisterError
    from charte_registry.exchange.exporters.formats import export_register
    from charte_registry.exchange.exporters.frames import to_frame
    from charte_registry.exchange.importers.algoritmeregister import read_algoritmeregister
    from charte_registry.exchange.importers.archive import Limits
    from charte_registry.exchange.importers.cnil import read_cnil
    from charte_registry.exchange.importers.fideslang import read_fideslang
    from charte_registry.exchange.importers.flat import read_tables
    from charte_registry.exchange.importers.joined import joined
    from charte_registry.exchange.importers.mapped import read_table
    from charte_registry.exchange.merge import Conflict, Merged, merged
    from charte_registry.exchange.remarks import Import, Remark
    from charte_registry.exchange.workbook.read import Edited, read_register_workbook
    from charte_registry.extras import MissingExtraError
    from charte_registry.files import check_lines, load_register, save_register
    from charte_registry.files.line_batches import LineCheck, check_line_stream
    from charte_registry.migrations.folder import migrate_folder
    from charte_registry.profiles import Profile, load_profile
    from charte_registry.publish.public import public, published
    from charte_registry.publish.report import render_report
    from charte_registry.publish.site import (
        Edition,
        History,
        read_history,
        read_pages,
        render_internal,
        render_site,
        write_site,
    )
    from charte_registry.records import (
        Accord,
        Action,
        Aipd,
        Algorithme,
        AnalyseImpact,
        Application,
        Assurance,
        CategorieDonnees,
        CategorieParticuliere,
        Certification,
        ClauseMarche,
        Conservation,
        Contact,
        ContratSousTraitant,
        Demande,
        DemandesDroits,
        Destinataire,
        DetailDemandes,
        Distribution,
        DonneeInteretMetropolitain,
        DonneeTraitee,
        EtapeAction,
        Exigence,
        Finalite,
        Formation,
        Hebergement,
        Incident,
        Infractions,
        JeuDeDonnees,
        MesureSecurite,
        Nir,
        NombreViolations,
        Obligations,
        Organisme,
        ParametreTraitement,
        Partenaire,
        PourLeCompte,
        Qualite,
        Rapatriement,
        Revue,
        RisqueAnalyse,
        Traitement,
        TraitementSousTraitant,
        Transfert,
        Violation,
    )
    from charte_registry.records.base import FieldError, structure, unstructure
    from charte_registry.records.manifeste import Derogation
    from charte_registry.register import Register
    from charte_registry.rules.finding import Finding, Silenced, finding_schema
    from charte_registry.schema import jsonld_context, kind_schema, register_schema
    from charte_registry.schema.table_schema import table_schema
    from charte_registry.sql import Answer, query
    from charte_registry.vocabularies.adequacy import Adequation, Decision, adequation

__all__ = [
    "Accord",
    "Action",
    "Adequation",
    "Aipd",
    "Algorithme",
    "AnalyseImpact",
    "Answer",
    "Application",
    "Assurance",
    "CategorieDonnees",
    "CategorieParticuliere",
    "Certification",
    "Change",
    "ClauseMarche",
    "Conflict",
    "Conservation",
    "Contact",
    "ContratSousTraitant",
    "Decision",
    "Demande",
    "DemandesDroits",
    "Derogation",
    "Destinataire",
    "DetailDemandes",
    "Distribution",
    "DonneeInteretMetropolitain",
    "DonneeTraitee",
    "Edited",
    "Edition",
    "EtapeAction",
    "Exigence",
    "Fault",
    "FieldError",
    "Finalite",
    "Finding",
    "Formation",
    "Hebergement",
    "History",
    "Import",
    "Incident",
    "Infractions",
    "JeuDeDonnees",
    "Limits",
    "LineCheck",
    "Merged",
    "MesureSecurite",
    "MissingExtraError",
    "Nir",
    "NombreViolations",
    "Obligations",
    "Organisme",
    "ParametreTraitement",
    "Partenaire",
    "PourLeCompte",
    "Profile",
    "Qualite",
    "Rapatriement",
    "Register",
    "RegisterError",
    "Remark",
    "Revue",
    "RisqueAnalyse",
    "Silenced",
    "Traitement",
    "TraitementSousTraitant",
    "Transfert",
    "Violation",
    "adequation",
    "check_line_stream",
    "check_lines",
    "diff",
    "export_register",
    "finding_schema",
    "joined",
    "jsonld_context",
    "kind_schema",
    "load_profile",
    "load_register",
    "merged",
    "migrate_folder",
    "public",
    "published",
    "query",
    "read_algoritmeregister",
    "read_cnil",
    "read_fideslang",
    "read_history",
    "read_pages",
    "read_register_workbook",
    "read_table",
    "read_tables",
    "register_schema",
    "render_internal",
    "render_report",
    "render_site",
    "save_register",
    "structure",
    "table_schema",
    "to_frame",
    "unstructure",
    "write_site",
]

_MODULES = {
    "difference": (
        "Change",
        "diff",
    ),
    "errors": (
        "Fault",
        "RegisterError",
    ),
    "exchange.exporters.formats": ("export_register",),
    "exchange.exporters.frames": ("to_frame",),
    "exchange.importers.algoritmeregister": ("read_algoritmeregister",),
    "exchange.importers.archive": ("Limits",),
    "exchange.importers.cnil": ("read_cnil",),
    "exchange.importers.fideslang": ("read_fideslang",),
    "exchange.importers.flat": ("read_tables",),
    "exchange.importers.joined": ("joined",),
    "exchange.importers.mapped": ("read_table",),
    "exchange.merge": (
        "Conflict",
        "Merged",
        "merged",
    ),
    "exchange.remarks": (
        "Import",
        "Remark",
    ),
    "exchange.workbook.read": (
        "Edited",
        "read_register_workbook",
    ),
    "extras": ("MissingExtraError",),
    "files": (
        "check_lines",
        "load_register",
        "save_register",
    ),
    "files.line_batches": (
        "LineCheck",
        "check_line_stream",
    ),
    "migrations.folder": ("migrate_folder",),
    "profiles": (
        "Profile",
        "load_profile",
    ),
    "publish.public": (
        "public",
        "published",
    ),
    "publish.report": ("render_report",),
    "publish.site": (
        "Edition",
        "History",
        "read_history",
        "read_pages",
        "render_internal",
        "render_site",
        "write_site",
    ),
    "records": (
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
    ),
    "records.base": (
        "FieldError",
        "structure",
        "unstructure",
    ),
    "records.manifeste": ("Derogation",),
    "register": ("Register",),
    "rules.finding": (
        "Finding",
        "Silenced",
        "finding_schema",
    ),
    "schema": (
        "jsonld_context",
        "kind_schema",
        "register_schema",
    ),
    "schema.table_schema": ("table_schema",),
    "sql": (
        "Answer",
        "query",
    ),
    "vocabularies.adequacy": (
        "Adequation",
        "Decision",
        "adequation",
    ),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Name what can be imported."""
    return sorted({*globals(), *__all__})
