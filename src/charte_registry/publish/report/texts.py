"""The headings and labels of the report, in the three languages."""

from __future__ import annotations

from collections.abc import Mapping

from charte_registry.vocabularies.nouns import is_single

TEXTS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "skip": "Aller au contenu", "report": "Rapport annuel", "state": "État au", "figures": "Chiffres clés",
        "contents": "Sommaire", "colon": "\N{NO-BREAK SPACE}:",
        "placeholder": "Les fiches factices ne sont là que pour le compte :", "source": "Source :",
        "traitements": "traitements", "applications": "applications", "jeux_de_donnees": "jeux de données ouverts",
        "partenaires": "partenaires", "algorithmes": "algorithmes publiés", "formations": "séances de sensibilisation",
        "since": "depuis la charte", "people": "personnes",
        "actions": "Les actions, par engagement", "phases": "Où en sont les actions", "action": "Action",
        "protection": "Protéger les données", "souverainete": "Garantir la souveraineté",
        "sobriete": "Agir avec sobriété", "transparence": "Garantir la transparence",
        "realisee": "Réalisée", "en_cours": "En cours", "en_retard": "En retard", "none": "Aucune.",
        "no_request": "Aucune.", "no_algorithm": "Aucun.",
        "commitment": "Engagement", "total": "Total", "due": "échéance",
        "hosting": "Hébergement des applications", "interne": "Par la collectivité", "france": "En France",
        "europe": "En Europe", "hors_europe": "Hors d'Europe", "inconnu": "Inconnu", "place": "Lieu", "number": "Nombre",
        "share": "Part", "abroad": "Hors de France", "application": "Application", "country": "Pays",
        "covered": "Ce qui couvre le pays", "plan": "Rapatriement", "eee": "Espace économique européen",
        "only": "en partie", "nothing": "aucune décision", "unknown_country": "pays non précisé",
        "prevu": "prévu", "engage": "engagé", "acheve": "achevé", "abandonne": "abandonné",
        "processings": "Traitements, par responsable", "controller": "Responsable",
        "authority": "CNIL", "law": "droit au", "requests": "Demandes sur les données personnelles", "year": "Année", "complaints": "Réclamations à l'autorité de contrôle",
        "breaches": "Violations de données", "notified": "dont notifiées à l'autorité",
        "open": "Données ouvertes, par licence", "condition": "Licence", "ouverte": "Ouverte, sans réciprocité",
        "reciprocite": "Ouverte, avec partage à l'identique", "restrictive": "Avec restrictions",
        "inconnue": "Non précisée", "by_licence": "Licences",
        "algorithms": "Algorithmes", "published": "publié le", "unpublished": "non publié",
        "purpose": "Finalité", "decision": "Décision", "data": "Données et paramètres", "operations": "Opérations",
        "diagram": "schéma des critères et des étapes", "notice": "mention d'information", "code": "code source",
        "page": "page publique", "licence": "licence",
        "changes": "Ce qui a changé depuis le", "more_changes": "autres changements",
        "certifications": "Certifications et formations", "renewed": "renouvelée en", "until": "jusqu'au",
        "findings": "Points relevés par les contrôles", "clean": "Aucun.", "rule": "Règle", "where": "Fiche", "what": "Constat",
        "silenced": "Points mis en sourdine, et pourquoi", "reason": "Raison",
        "error": "erreur", "warning": "avertissement", "note": "note",
    },
    "en": {
        "skip": "Skip to content", "report": "Annual report", "state": "As of", "figures": "Key figures",
        "contents": "Contents", "colon": ":",
        "placeholder": "Placeholder records are there only for the count:", "source": "Source:",
        "traitements": "processings", "applications": "applications", "jeux_de_donnees": "open datasets",
        "partenaires": "partners", "algorithmes": "published algorithms", "formations": "awareness sessions",
        "since": "since the charter", "people": "people",
        "actions": "Actions, by commitment", "phases": "How far the actions are", "action": "Action",
        "protection": "Protect data", "souverainete": "Guarantee sovereignty",
        "sobriete": "Act with sobriety", "transparence": "Guarantee transparency",
        "realisee": "Done", "en_cours": "Under way", "en_retard": "Late", "none": "None.",
        "no_request": "None.", "no_algorithm": "None.",
        "commitment": "Commitment", "total": "Total", "due": "due",
        "hosting": "Hosting of applications", "interne": "By the authority", "france": "In France",
        "europe": "In Europe", "hors_europe": "Outside Europe", "inconnu": "Unknown", "place": "Place", "number": "Number",
        "share": "Share", "abroad": "Outside France", "application": "Application", "country": "Country",
        "covered": "What covers the country", "plan": "Repatriation", "eee": "European Economic Area",
        "only": "in part", "nothing": "no decision", "unknown_country": "country not stated",
        "prevu": "planned", "engage": "begun", "acheve": "done", "abandonne": "given up",
        "processings": "Processings, by controller", "controller": "Controller",
        "authority": "CNIL", "law": "law as of", "requests": "Requests about personal data", "year": "Year", "complaints": "Complaints to the supervisory authority",
        "breaches": "Breaches of personal data", "notified": "of which notified to the authority",
        "open": "Open data, by licence", "condition": "Licence", "ouverte": "Open, no reciprocity",
        "reciprocite": "Open, share-alike", "restrictive": "With restrictions",
        "inconnue": "Not stated", "by_licence": "Licences",
        "algorithms": "Algorithms", "published": "published on", "unpublished": "not published",
        "purpose": "Purpose", "decision": "Decision", "data": "Data and parameters", "operations": "Operations",
        "diagram": "diagram of criteria and steps", "notice": "notice", "code": "source code",
        "page": "public page", "licence": "licence",
        "changes": "What changed since", "more_changes": "more changes",
        "certifications": "Certifications and training", "renewed": "renewed in", "until": "until",
        "findings": "Findings of the checks", "clean": "None.", "rule": "Rule", "where": "Record", "what": "Finding",
        "silenced": "Silenced findings, and why", "reason": "Reason",
        "error": "error", "warning": "warning", "note": "note",
    },
    "pt": {
        "skip": "Ir para o conteúdo", "report": "Relatório anual", "state": "Situação em", "figures": "Números principais",
        "contents": "Sumário", "colon": ":",
        "placeholder": "As fichas fictícias servem apenas para a contagem:", "source": "Fonte:",
        "traitements": "tratamentos", "applications": "aplicações", "jeux_de_donnees": "conjuntos de dados abertos",
        "partenaires": "parceiros", "algorithmes": "algoritmos publicados", "formations": "sessões de sensibilização",
        "since": "desde a carta", "people": "pessoas",
        "actions": "As ações, por compromisso", "phases": "Em que ponto estão as ações", "action": "Ação",
        "protection": "Proteger os dados", "souverainete": "Garantir a soberania",
        "sobriete": "Agir com sobriedade", "transparence": "Garantir a transparência",
        "realisee": "Realizada", "en_cours": "Em andamento", "en_retard": "Atrasada", "none": "Nenhuma.",
        "no_request": "Nenhum.", "no_algorithm": "Nenhum.",
        "commitment": "Compromisso", "total": "Total", "due": "prazo",
        "hosting": "Hospedagem das aplicações", "interne": "Pela administração", "france": "Na França",
        "europe": "Na Europa", "hors_europe": "Fora da Europa", "inconnu": "Desconhecido", "place": "Local", "number": "Número",
        "share": "Percentual", "abroad": "Fora da França", "application": "Aplicação", "country": "País",
        "covered": "O que cobre o país", "plan": "Repatriação", "eee": "Espaço Econômico Europeu",
        "only": "em parte", "nothing": "nenhuma decisão", "unknown_country": "país não informado",
        "prevu": "prevista", "engage": "iniciada", "acheve": "concluída", "abandonne": "abandonada",
        "processings": "Tratamentos, por controlador", "controller": "Controlador",
        "authority": "CNIL", "law": "direito em", "requests": "Pedidos sobre dados pessoais", "year": "Ano", "complaints": "Reclamações à autoridade de controle",
        "breaches": "Violações de dados pessoais", "notified": "das quais notificadas à autoridade",
        "open": "Dados abertos, por licença", "condition": "Licença", "ouverte": "Aberta, sem reciprocidade",
        "reciprocite": "Aberta, com compartilhamento pela mesma licença", "restrictive": "Com restrições",
        "inconnue": "Não informada", "by_licence": "Licenças",
        "algorithms": "Algoritmos", "published": "publicado em", "unpublished": "não publicado",
        "purpose": "Finalidade", "decision": "Decisão", "data": "Dados e parâmetros", "operations": "Operações",
        "diagram": "diagrama dos critérios e das etapas", "notice": "aviso", "code": "código-fonte",
        "page": "página pública", "licence": "licença",
        "changes": "O que mudou desde", "more_changes": "outras mudanças",
        "certifications": "Certificações e formação", "renewed": "renovada em", "until": "até",
        "findings": "Constatações dos controles", "clean": "Nenhuma.", "rule": "Regra", "where": "Ficha", "what": "Constatação",
        "silenced": "Constatações silenciadas, e por quê", "reason": "Razão",
        "error": "erro", "warning": "aviso", "note": "nota",
    },
}  # fmt: skip

# What is counted, where there is one of it; the texts above have the plural.
ONE: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "traitements": "traitement", "applications": "application", "jeux_de_donnees": "jeu de données ouvert",
        "partenaires": "partenaire", "algorithmes": "algorithme publié", "formations": "séance de sensibilisation",
        "people": "personne", "more_changes": "autre changement",
    },
    "en": {
        "traitements": "processing", "applications": "application", "jeux_de_donnees": "open dataset",
        "partenaires": "partner", "algorithmes": "published algorithm", "formations": "awareness session",
        "people": "person", "more_changes": "more change",
    },
    "pt": {
        "traitements": "tratamento", "applications": "aplicação", "jeux_de_donnees": "conjunto de dados aberto",
        "partenaires": "parceiro", "algorithmes": "algoritmo publicado", "formations": "sessão de sensibilização",
        "people": "pessoa", "more_changes": "outra mudança",
    },
}  # fmt: skip


def noun(number: int, what: str, lang: str) -> str:
    """Return the noun that goes with a number.

    Examples
    --------
    >>> noun(1, "applications", "en"), noun(0, "people", "fr"), noun(0, "people", "pt")
    ('application', 'personne', 'pessoas')
    """
    return (ONE if is_single(number, lang) else TEXTS)[lang][what]
