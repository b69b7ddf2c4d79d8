"""The words of fideslang 3.1 (Fides' privacy taxonomy), and the codes that they stand for here."""

from __future__ import annotations

from types import MappingProxyType

SOURCE = "fideslang 3.1.4"

BASES = MappingProxyType({
    "Consent": "consentement",
    "Contract": "contrat",
    "Legal obligations": "obligation_legale",
    "Vital interests": "interets_vitaux",
    "Public interest": "mission_interet_public",
    "Legitimate interests": "interet_legitime",
})  # fmt: skip
SPECIAL_BASES = MappingProxyType({
    "Explicit consent": "consentement_explicite",
    "Employment, social security and social protection": "droit_travail_protection_sociale",
    "Vital interests": "interets_vitaux",
    "Not-for-profit bodies": "organisme_sans_but_lucratif",
    "Made public by the data subject": "donnees_rendues_publiques",
    "Legal claims or judicial acts": "droit_en_justice",
    "Reasons of substantial public interest (with a basis in law)": "interet_public_important",
    "Health or social care (with a basis in law)": "medecine_prise_en_charge",
    "Public health (with a basis in law)": "sante_publique",
    "Archiving, research and statistics (with a basis in law)": "archives_recherche_statistiques",
})  # fmt: skip
# Keys of data categories, the longest first that begins a key; what none begins is other data.
CATEGORIES = MappingProxyType({
    "user.demographic.political_opinion": "opinions_politiques",
    "user.demographic.race_ethnicity": "origine_raciale_ethnique",
    "user.demographic.religious_belief": "convictions_religieuses_philosophiques",
    "user.demographic.sexual_orientation": "vie_sexuelle",
    "user.demographic": "identite",
    "user.health_and_medical.genetic": "genetique",
    "user.health_and_medical": "sante",
    "user.biometric": "biometrique",
    "user.authorization.biometric": "biometrique",
    "user.criminal_history": "infractions",
    "user.name": "identite",
    "user.contact": "identite",
    "user.government_id": "identite",
    "user.financial": "economique_financiere",
    "user.payment": "economique_financiere",
    "user.location": "localisation",
    "user.device": "connexion",
    "user.telemetry": "connexion",
    "user.job_title": "vie_professionnelle",
    "user.workplace": "vie_professionnelle",
})  # fmt: skip
