"""Which terms of public vocabularies mean what fields and codes mean; the rest is in our own.

A term stands here only where it means the same: same domain, same sense. DPV is taken at version 2.3,
whose identifiers begin with ``https://w3id.org/dpv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from charte_registry.schema.versions import NAMESPACE
from charte_registry.vocabularies.dcat import FREQUENCE_IRI, FREQUENCES, THEME_IRI, THEMES
from charte_registry.vocabularies.licences import LICENCES

OWN = f"{NAMESPACE}:terms:"

# No prefix is the name of a field, which would hide it inside a class.
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "eu-frequency": FREQUENCE_IRI,
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "eu-theme": THEME_IRI,
        "foaf": "http://xmlns.com/foaf/0.1/",
        "sdo": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "https://spdx.org/licenses/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)

# What a record, or a part of one, is.
CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "AnalyseImpact": "dpv:DPIA",
        "Application": "sdo:SoftwareApplication",
        "CategorieDonnees": "dpv:PersonalData",
        "CategorieParticuliere": "dpv:SpecialCategoryPersonalData",
        "Conservation": "dpv:StorageCondition",
        "Destinataire": "dpv:Recipient",
        "Distribution": "dcat:Distribution",
        "Finalite": "dpv:Purpose",
        "JeuDeDonnees": "dcat:Dataset",
        "MesureSecurite": "dpv:TechnicalOrganisationalMeasure",
        "Organisme": "foaf:Agent",
        "Traitement": "dpv:Process",
        "TraitementSousTraitant": "dpv:Process",
    }
)

# What a field means in whatever class it stands, unless the class says otherwise below.
COMMON: Mapping[str, str] = MappingProxyType(
    {
        "id": "dct:identifier",
        "nom": "dct:title",
        "intitule": "dct:title",
        "titre": "dct:title",
        "description": "dct:description",
        "note": "skos:note",
        "page": "foaf:page",
        "licence": "dct:license",
        "conservation": "dpv:hasStorageCondition",
        "cree_le": "dct:created",
        "mis_a_jour_le": "dct:modified",
        "publie_le": "dct:issued",
    }
)

# The fields of one class.
FIELDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "AnalyseImpact": {"achevee_le": "dct:date"},
        "Algorithme": {"code": "sdo:codeRepository"},
        "Application": {"editeur": "sdo:publisher"},
        "CategorieParticuliere": {"fondement": "dpv:hasLegalBasis"},
        "Distribution": {"url": "dcat:accessURL", "format": "dcat:mediaType"},
        "Finalite": {"bases_legales": "dpv:hasLegalBasis"},
        "Hebergement": {"pays": "dpv:hasCountry"},
        "JeuDeDonnees": {
            "editeur": "dct:publisher",
            "contact": "dcat:contactPoint",
            "themes": "dcat:theme",
            "mots_cles": "dcat:keyword",
            "langues": "dct:language",
            "couverture_spatiale": "dct:spatial",
            "frequence": "dct:accrualPeriodicity",
            "page": "dcat:landingPage",
            "distributions": "dcat:distribution",
            "conforme_a": "dct:conformsTo",
        },
        "Organisme": {
            "nom": "foaf:name",
            "dpo": "dpv:hasDataProtectionOfficer",
            "representant": "dpv:hasRepresentative",
        },
        "Partenaire": {"nom": "foaf:name"},
        "PourLeCompte": {"responsable": "dpv:hasDataController"},
        "Traitement": {
            "responsable": "dpv:hasDataController",
            "representant": "dpv:hasRepresentative",
            "dpo": "dpv:hasDataProtectionOfficer",
            "finalites": "dpv:hasPurpose",
            "categories_personnes": "dpv:hasDataSubject",
            "categories_donnees": "dpv:hasPersonalData",
            "categories_particulieres": "dpv:hasPersonalData",
            "destinataires": "dpv:hasRecipient",
            "securite": "dpv:hasTechnicalOrganisationalMeasure",
        },
        "TraitementSousTraitant": {
            "sous_traitant": "dpv:hasDataProcessor",
            "representant": "dpv:hasRepresentative",
            "dpo": "dpv:hasDataProtectionOfficer",
            "securite": "dpv:hasTechnicalOrganisationalMeasure",
        },
        "Transfert": {"pays": "dpv:hasCountry", "garantie": "dpv:hasLegalBasis"},
    }
)

# The codes of a list, by its name; ``licences`` are the SPDX identifiers that the project knows.
CODES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "bases_legales": {
            "consentement": "eu-gdpr:A6-1-a",
            "contrat": "eu-gdpr:A6-1-b",
            "obligation_legale": "eu-gdpr:A6-1-c",
            "interets_vitaux": "eu-gdpr:A6-1-d",
            "mission_interet_public": "eu-gdpr:A6-1-e",
            "interet_legitime": "eu-gdpr:A6-1-f",
        },
        "fondements_article_9": {
            "consentement_explicite": "eu-gdpr:A9-2-a",
            "droit_travail_protection_sociale": "eu-gdpr:A9-2-b",
            "interets_vitaux": "eu-gdpr:A9-2-c",
            "organisme_sans_but_lucratif": "eu-gdpr:A9-2-d",
            "donnees_rendues_publiques": "eu-gdpr:A9-2-e",
            "droit_en_justice": "eu-gdpr:A9-2-f",
            "interet_public_important": "eu-gdpr:A9-2-g",
            "medecine_prise_en_charge": "eu-gdpr:A9-2-h",
            "sante_publique": "eu-gdpr:A9-2-i",
            "archives_recherche_statistiques": "eu-gdpr:A9-2-j",
        },
        "garanties": {
            "decision_adequation": "eu-gdpr:A45-3",
            "instrument_autorites_publiques": "eu-gdpr:A46-2-a",
            "regles_entreprise_contraignantes": "eu-gdpr:A46-2-b",
            "clauses_types_commission": "eu-gdpr:A46-2-c",
            "clauses_types_autorite": "eu-gdpr:A46-2-d",
            "code_de_conduite": "eu-gdpr:A46-2-e",
            "certification": "eu-gdpr:A46-2-f",
            "clauses_autorisees": "eu-gdpr:A46-3-a",
            "arrangement_administratif": "eu-gdpr:A46-3-b",
            "derogation_consentement": "eu-gdpr:A49-1-a",
            "derogation_contrat": "eu-gdpr:A49-1-b",
            "derogation_contrat_interet_personne": "eu-gdpr:A49-1-c",
            "derogation_interet_public": "eu-gdpr:A49-1-d",
            "derogation_droit_en_justice": "eu-gdpr:A49-1-e",
            "derogation_interets_vitaux": "eu-gdpr:A49-1-f",
            "derogation_registre_public": "eu-gdpr:A49-1-g",
        },
        "droits": {
            "acces": "eu-gdpr:A15",
            "rectification": "eu-gdpr:A16",
            "effacement": "eu-gdpr:A17",
            "limitation": "eu-gdpr:A18",
            "notification_destinataires": "eu-gdpr:A19",
            "portabilite": "eu-gdpr:A20",
            "opposition": "eu-gdpr:A21",
            "decision_automatisee": "eu-gdpr:A22",
        },
        "frequences": {code: f"eu-frequency:{code}" for code in FREQUENCES.codes},
        "themes": {code: f"eu-theme:{code}" for code in THEMES.codes},
        "licences": {code: f"spdx:{code}" for code in LICENCES},
    }
)


def term(class_name: str, field: str) -> str:
    """Return the term of a field, in short form; one of our own namespace where no other is the same.

    Parameters
    ----------
    class_name, field : str
        Class and field.

    Returns
    -------
    str
        The term.

    Examples
    --------
    >>> term("JeuDeDonnees", "editeur"), term("JeuDeDonnees", "depuis_charte")
    ('dct:publisher', 'urn:charte-donnee:terms:depuis_charte')
    """
    return FIELDS.get(class_name, {}).get(field) or COMMON.get(field, OWN + field)


def expand(short: str) -> str:
    """Return the whole IRI of a term in short form."""
    prefix, _, name = short.partition(":")
    return PREFIXES[prefix] + name if prefix in PREFIXES else short
