"""The headings and labels of the report, in the three languages."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "skip": "Aller au contenu", "report": "Rapport annuel", "state": "État au", "figures": "Chiffres clés",
        "placeholder": "Les fiches factices ne sont là que pour le compte :", "source": "Source :",
        "traitements": "traitements", "applications": "applications", "jeux_de_donnees": "jeux de données",
        "partenaires": "partenaires", "algorithmes": "algorithmes publiés", "formations": "séances de sensibilisation",
        "since": "depuis la charte", "people": "personnes",
        "actions": "Les actions, par engagement", "protection": "Protéger les données",
        "souverainete": "Garantir la souveraineté", "sobriete": "Agir avec sobriété", "transparence": "Garantir la transparence",
        "realisee": "Réalisée", "en_cours": "En cours", "en_retard": "En retard", "none": "Aucune.",
        "hosting": "Hébergement des applications", "interne": "Par la collectivité", "france": "En France",
        "europe": "En Europe", "hors_europe": "Hors d'Europe", "inconnu": "Inconnu", "place": "Lieu", "number": "Nombre",
        "requests": "Demandes sur les données personnelles", "year": "Année", "complaints": "Réclamations à la CNIL :",
        "open": "Algorithmes publiés", "published": "publié le", "certifications": "Certifications", "renewed": "renouvelée en",
        "findings": "Points relevés par les contrôles", "clean": "Aucun.", "rule": "Règle", "where": "Fiche", "what": "Constat",
        "error": "erreur", "warning": "avertissement", "note": "note",
    },
    "en": {
        "skip": "Skip to content", "report": "Annual report", "state": "As of", "figures": "Key figures",
        "placeholder": "Placeholder records are there only for the count:", "source": "Source:",
        "traitements": "processings", "applications": "applications", "jeux_de_donnees": "datasets",
        "partenaires": "partners", "algorithmes": "published algorithms", "formations": "awareness sessions",
        "since": "since the charter", "people": "people",
        "actions": "Actions, by commitment", "protection": "Protect data",
        "souverainete": "Guarantee sovereignty", "sobriete": "Act with sobriety", "transparence": "Guarantee transparency",
        "realisee": "Done", "en_cours": "Under way", "en_retard": "Late", "none": "None.",
        "hosting": "Hosting of applications", "interne": "By the authority", "france": "In France",
        "europe": "In Europe", "hors_europe": "Outside Europe", "inconnu": "Unknown", "place": "Place", "number": "Number",
        "requests": "Requests about personal data", "year": "Year", "complaints": "Complaints to the CNIL:",
        "open": "Published algorithms", "published": "published on", "certifications": "Certifications", "renewed": "renewed in",
        "findings": "Findings of the checks", "clean": "None.", "rule": "Rule", "where": "Record", "what": "Finding",
        "error": "error", "warning": "warning", "note": "note",
    },
    "pt": {
        "skip": "Ir para o conteúdo", "report": "Relatório anual", "state": "Situação em", "figures": "Números principais",
        "placeholder": "Os registros fictícios servem apenas para a contagem:", "source": "Fonte:",
        "traitements": "tratamentos", "applications": "aplicações", "jeux_de_donnees": "conjuntos de dados",
        "partenaires": "parceiros", "algorithmes": "algoritmos publicados", "formations": "sessões de sensibilização",
        "since": "desde a carta", "people": "pessoas",
        "actions": "As ações, por compromisso", "protection": "Proteger os dados",
        "souverainete": "Garantir a soberania", "sobriete": "Agir com sobriedade", "transparence": "Garantir a transparência",
        "realisee": "Realizada", "en_cours": "Em andamento", "en_retard": "Atrasada", "none": "Nenhuma.",
        "hosting": "Hospedagem das aplicações", "interne": "Pela administração", "france": "Na França",
        "europe": "Na Europa", "hors_europe": "Fora da Europa", "inconnu": "Desconhecido", "place": "Local", "number": "Número",
        "requests": "Pedidos sobre dados pessoais", "year": "Ano", "complaints": "Reclamações à CNIL:",
        "open": "Algoritmos publicados", "published": "publicado em", "certifications": "Certificações", "renewed": "renovada em",
        "findings": "Constatações dos controles", "clean": "Nenhuma.", "rule": "Regra", "where": "Registro", "what": "Constatação",
        "error": "erro", "warning": "aviso", "note": "nota",
    },
}  # fmt: skip
