"""When an impact assessment is due: article 35(3), the nine WP248 criteria, the CNIL's two lists.

The labels are short and this project's words; the text that each list names decides.
"""

from __future__ import annotations

import datetime as dt

from charte_registry.vocabularies.vocabulaire import vocabulaire

REVIEWED = dt.date(2026, 2, 1)

CAS_ARTICLE_35 = vocabulaire(
    "cas_article_35", "RGPD art. 35(3)", REVIEWED,
    ("evaluation_systematique", "évaluation systématique fondant des décisions", "systematic evaluation behind decisions", "avaliação sistemática que fundamenta decisões", "RGPD art. 35(3)(a)"),
    ("donnees_sensibles_grande_echelle", "données des articles 9 ou 10 à grande échelle", "data of articles 9 or 10 on a large scale", "dados dos artigos 9 ou 10 em grande escala", "RGPD art. 35(3)(b)"),
    ("surveillance_zone_publique", "surveillance systématique d'une zone accessible au public", "systematic monitoring of a public area", "monitoramento sistemático de área pública", "RGPD art. 35(3)(c)"),
)  # fmt: skip

CRITERES_WP248 = vocabulaire(
    "criteres_wp248", "Lignes directrices WP248 rév. 01, III.B.a", REVIEWED,
    ("evaluation_notation", "évaluation ou notation", "evaluation or scoring", "avaliação ou pontuação"),
    ("decision_automatique", "décision automatique à effet juridique", "automated decision with legal effect", "decisão automatizada com efeito jurídico"),
    ("surveillance_systematique", "surveillance systématique", "systematic monitoring", "monitoramento sistemático"),
    ("donnees_sensibles", "données sensibles", "sensitive data", "dados sensíveis"),
    ("grande_echelle", "grande échelle", "large scale", "grande escala"),
    ("croisement", "croisement d'ensembles de données", "matching of datasets", "cruzamento de conjuntos de dados"),
    ("personnes_vulnerables", "personnes vulnérables", "vulnerable people", "pessoas vulneráveis"),
    ("usage_innovant", "usage innovant", "innovative use", "uso inovador"),
    ("exclusion_droit_service", "exclusion d'un droit ou d'un service", "prevents a right or a service", "exclusão de um direito ou de um serviço"),
)  # fmt: skip

LISTE_2018_327 = vocabulaire(
    "liste_2018_327", "CNIL, délibération 2018-327 du 11 octobre 2018 (analyse requise)", REVIEWED,
    ("sante_etablissements", "santé : prise en charge par un établissement", "health care by an establishment", "saúde: atendimento por estabelecimento"),
    ("genetique_vulnerables", "données génétiques de personnes vulnérables", "genetic data of vulnerable people", "dados genéticos de pessoas vulneráveis"),
    ("profils_ressources_humaines", "profils pour les ressources humaines", "profiles for human resources", "perfis para recursos humanos"),
    ("surveillance_employes", "surveillance constante des employés", "constant monitoring of employees", "monitoramento constante de empregados"),
    ("alertes_sociales_sanitaires", "alertes en matière sociale et sanitaire", "social and health alerts", "alertas sociais e sanitários"),
    ("alertes_professionnelles", "alertes professionnelles", "professional alerts", "alertas profissionais"),
    ("entrepots_sante", "entrepôts et registres de données de santé", "health data warehouses and registries", "repositórios e registros de dados de saúde"),
    ("profilage_exclusion_contrat", "profilage pouvant exclure d'un contrat", "profiling that may exclude from a contract", "perfilamento que pode excluir de um contrato"),
    ("manquements_mutualises", "manquements contractuels mutualisés", "shared records of breaches of contract", "descumprimentos contratuais compartilhados"),
    ("profilage_sources_externes", "profilage à partir de sources externes", "profiling from external sources", "perfilamento a partir de fontes externas"),
    ("biometrie_vulnerables", "biométrie de personnes vulnérables", "biometrics of vulnerable people", "biometria de pessoas vulneráveis"),
    ("logements_sociaux", "demandes et gestion de logements sociaux", "social housing applications and management", "pedidos e gestão de habitação social"),
    ("accompagnement_social", "accompagnement social ou médico-social", "social or medico-social support", "acompanhamento social ou médico-social"),
    ("localisation_grande_echelle", "localisation à large échelle", "location data on a large scale", "localização em grande escala"),
)  # fmt: skip

LISTE_2019_118 = vocabulaire(
    "liste_2019_118", "CNIL, délibération 2019-118 du 12 septembre 2019 (analyse non requise)", REVIEWED,
    ("ressources_humaines_moins_250", "personnel d'un organisme de moins de 250 personnes, sans profilage", "staff of a body of fewer than 250, without profiling", "pessoal de organismo com menos de 250 pessoas, sem perfilamento"),
    ("fournisseurs", "relation avec les fournisseurs", "relations with suppliers", "relação com fornecedores"),
    ("fichier_electoral", "fichier électoral des communes", "electoral roll of municipalities", "cadastro eleitoral dos municípios"),
    ("comites_entreprise", "activités des comités d'entreprise", "activities of works councils", "atividades das comissões de empresa"),
    ("membres_associations", "membres et donateurs d'un organisme sans but lucratif", "members and donors of a non-profit body", "membros e doadores de organismo sem fins lucrativos"),
    ("sante_exercice_individuel", "patients d'un professionnel de santé à titre individuel", "patients of a health professional in individual practice", "pacientes de profissional de saúde individual"),
    ("avocats", "avocats exerçant à titre individuel", "lawyers in individual practice", "advogados em exercício individual"),
    ("greffiers", "greffiers des tribunaux de commerce", "clerks of commercial courts", "escrivães dos tribunais de comércio"),
    ("notaires", "notaires", "notaries", "notários"),
    ("affaires_scolaires", "affaires scolaires, périscolaires et petite enfance", "schools, after-school and early childhood services", "assuntos escolares, extraescolares e primeira infância"),
    ("controle_acces_horaires", "contrôle d'accès et des horaires, sans biométrie", "access and working time control, without biometrics", "controle de acesso e de horários, sem biometria"),
    ("ethylotests", "éthylotests encadrés, dans le transport", "breath tests framed by law, in transport", "etilômetros regulamentados, no transporte"),
)  # fmt: skip
