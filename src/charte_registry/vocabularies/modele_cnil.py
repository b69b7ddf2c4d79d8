"""The words of the CNIL's model register (the workbook), and the codes that they stand for here.

Labels are written as the workbook writes them; whoever reads a workbook compares them folded,
without case, accents and punctuation.
"""

from __future__ import annotations

from types import MappingProxyType

SOURCE = "CNIL, modèle de registre (classeur)"

A_CHOISIR = "Sélectionnez un élément dans cette liste déroulante ►"

# Identification

NOM, REFERENCE = "Nom du traitement", "N° / RÉF"
CREATION, MISE_A_JOUR = "Date de création du traitement", "Mise à jour du traitement"

# Actors and the columns that tell of them

RESPONSABLE = "Responsable du traitement"
DPO = "Délégué à la protection des données"
SOCIETE_DPO = "Société du DPO (si celui-ci est externe)"
REPRESENTANT = "Représentant"
CONJOINTS = "Responsable(s) conjoint(s)"
COLONNES_ACTEURS = ("Nom", "Adresse", "Code Postal", "Ville", "Pays", "Téléphone", "Adresse mél")

# What a body is called that the workbook names only by the person in charge.
FONCTIONS = MappingProxyType({
    "responsable": "Responsable du traitement", "dpo": "Délégué à la protection des données",
    "representant": "Représentant du responsable", "conjoint": "Responsable conjoint",
})  # fmt: skip

# Sections

DESCRIPTION = "Description  du traitement"
ACTEURS = "Acteurs"
FINALITES = "Finalité(s) du traitement effectué"
DONNEES = "Catégories de données personnelles concernées"
SENSIBLES = "Données sensibles"
PERSONNES = "Catégories de personnes concernées"
DESTINATAIRES = "Destinataires"
MESURES = "Mesures de sécurité"
TRANSFERTS = "Transferts hors UE"

FINALITE_PRINCIPALE, SOUS_FINALITE = "Finalité principale", "Sous-finalité"

# Categories of data: label of the row, code, and the words that tell the row apart

CATEGORIES = MappingProxyType({
    "identite": "État civil, identité, données d'identification, images…",
    "vie_personnelle": "Vie personnelle (habitudes de vie, situation familiale, etc.)",
    "vie_professionnelle": "Vie professionnelle",
    "economique_financiere": "Informations d'ordre économique et financier (revenus, situation financière, situation fiscale, etc.)",
    "connexion": "Données de connexion (adress IP, logs, etc.)",
    "localisation": "Données de localisation (déplacements, données GPS, GSM, etc.)",
    "nir": "Numéro de Sécurité Sociale (ou NIR)",
    "autre": "Autres données",
    "origine_raciale_ethnique": "Données révélant l'origine raciale ou ethnique",
    "opinions_politiques": "Données révélant les opinions politiques",
    "convictions_religieuses_philosophiques": "Données révélant les convictions religieuses ou philosophiques",
    "appartenance_syndicale": "Données révélant l'appartenance syndicale",
    "genetique": "Données génétiques",
    "biometrique": "Données biométriques aux fins d'identifier une personne physique de manière unique",
    "sante": "Données concernant la santé",
    "vie_sexuelle": "Données concernant la vie sexuelle ou l'orientation sexuelle",
    "infractions": "Données relatives à des condamnations pénales ou  infractions",
})  # fmt: skip
MOTS_CATEGORIES = (
    ("identite", "etat civil"), ("identite", "donnees d identification"),
    ("vie_personnelle", "vie personnelle"), ("vie_professionnelle", "vie professionnelle"),
    ("economique_financiere", "economique"), ("economique_financiere", "financier"),
    ("connexion", "connexion"), ("localisation", "localisation"),
    ("nir", "securite sociale"), ("nir", "nir"),
    ("origine_raciale_ethnique", "raciale"), ("origine_raciale_ethnique", "ethnique"),
    ("opinions_politiques", "opinions politiques"),
    ("convictions_religieuses_philosophiques", "religieuses"),
    ("convictions_religieuses_philosophiques", "philosophiques"),
    ("appartenance_syndicale", "syndicale"), ("genetique", "genetique"),
    ("biometrique", "biometrique"), ("sante", "sante"),
    ("vie_sexuelle", "vie sexuelle"), ("vie_sexuelle", "orientation sexuelle"),
    ("infractions", "condamnations"), ("infractions", "infractions"),
    ("autre", "autres donnees"),
)  # fmt: skip

# What the drop-down lists offer

GARANTIES = MappingProxyType({
    "Clauses contractuelles types (CCT)": "clauses_types_commission",
    "Règles d'entreprise contraignantes (BCR)": "regles_entreprise_contraignantes",
    "Code de conduite": "code_de_conduite",
    "Certification": "certification",
})  # fmt: skip
# Adequacy is a function of the date, and a derogation has to be named: no code of their own.
PAYS_ADEQUAT, PRIVACY_SHIELD, DEROGATIONS = "Pays adéquat", "Privacy shield", "Dérogations (art 49)"

LISTE_PERSONNES = (
    "Salariés", "Services Internes", "Clients", "Fournisseurs", "Prestataires", "Prospects",
    "Candidats",
)  # fmt: skip
AUTRES_PERSONNES = "Autres (préciser)"

TYPES_DESTINATAIRE = MappingProxyType({
    "Service interne qui traite les données": "service_interne",
    "Sous-traitants": "sous_traitant",
    "Destinataires dans des pays tiers ou organisations internationales": "pays_tiers_organisation",
    "Partenaires institutionnels ou commerciaux": "partenaire",
    "Autre (Préciser)": "autre",
})  # fmt: skip

TYPES_MESURE = MappingProxyType({
    "Mesures de traçabilité": "tracabilite",
    "Mesures de protection des logiciels": "protection_logiciels",
    "Sauvegarde des données": "sauvegarde",
    "Chiffrement des données": "chiffrement",
    "Contrôle d'accès des utilisateurs": "controle_acces",
    "Contrôle des sous-traitants": "controle_sous_traitants",
    "Autres mesures (à préciser)": "autre",
})  # fmt: skip
