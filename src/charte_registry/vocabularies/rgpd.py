"""Code lists that the GDPR and the CNIL's model register state.

The labels are this project's words; the text that each list names decides.
"""

from __future__ import annotations

import datetime as dt

from charte_registry.vocabularies.vocabulaire import Vocabulaire, vocabulaire

REVIEWED = dt.date(2026, 2, 1)

BASES_LEGALES = vocabulaire(
    "bases_legales", "RGPD art. 6(1)", REVIEWED,
    ("consentement", "consentement", "consent", "consentimento", "RGPD art. 6(1)(a)"),
    ("contrat", "contrat", "contract", "contrato", "RGPD art. 6(1)(b)"),
    ("obligation_legale", "obligation légale", "legal obligation", "obrigação legal", "RGPD art. 6(1)(c)"),
    ("interets_vitaux", "intérêts vitaux", "vital interests", "interesses vitais", "RGPD art. 6(1)(d)"),
    ("mission_interet_public", "mission d'intérêt public", "public task", "missão de interesse público", "RGPD art. 6(1)(e)"),
    ("interet_legitime", "intérêt légitime", "legitimate interests", "interesse legítimo", "RGPD art. 6(1)(f)"),
)  # fmt: skip

CATEGORIES_ORDINAIRES = vocabulaire(
    "categories_ordinaires", "CNIL, modèle de registre", REVIEWED,
    ("identite", "état civil, identité, images", "civil status, identity, images", "estado civil, identidade, imagens"),
    ("vie_personnelle", "vie personnelle", "personal life", "vida pessoal"),
    ("vie_professionnelle", "vie professionnelle", "professional life", "vida profissional"),
    ("economique_financiere", "informations économiques et financières", "economic and financial information", "informações econômicas e financeiras"),
    ("connexion", "données de connexion", "connection data", "dados de conexão"),
    ("localisation", "données de localisation", "location data", "dados de localização"),
    ("autre", "autres données", "other data", "outros dados"),
)  # fmt: skip

CATEGORIES_PARTICULIERES = vocabulaire(
    "categories_particulieres", "RGPD art. 9(1)", REVIEWED,
    ("origine_raciale_ethnique", "origine raciale ou ethnique", "racial or ethnic origin", "origem racial ou étnica"),
    ("opinions_politiques", "opinions politiques", "political opinions", "opiniões políticas"),
    ("convictions_religieuses_philosophiques", "convictions religieuses ou philosophiques", "religious or philosophical beliefs", "convicções religiosas ou filosóficas"),
    ("appartenance_syndicale", "appartenance syndicale", "trade union membership", "filiação sindical"),
    ("genetique", "données génétiques", "genetic data", "dados genéticos"),
    ("biometrique", "données biométriques d'identification", "biometric data that identify", "dados biométricos de identificação"),
    ("sante", "données de santé", "health data", "dados de saúde"),
    ("vie_sexuelle", "vie ou orientation sexuelle", "sex life or sexual orientation", "vida ou orientação sexual"),
)  # fmt: skip

# Neither ordinary nor special: texts of their own keep them apart.
CATEGORIES_ENCADREES = vocabulaire(
    "categories_encadrees", "RGPD art. 10 et 87", REVIEWED,
    ("infractions", "condamnations et infractions", "convictions and offences", "condenações e infrações", "RGPD art. 10"),
    ("nir", "numéro de sécurité sociale (NIR)", "social security number (NIR)", "número de seguridade social francês (NIR)", "RGPD art. 87 ; loi 78-17 art. 30"),
)  # fmt: skip

CATEGORIES_DONNEES = Vocabulaire(
    nom="categories_donnees", source="RGPD art. 9, 10 et 87 ; CNIL, modèle de registre", reviewed=REVIEWED,
    termes=CATEGORIES_ORDINAIRES.termes + CATEGORIES_PARTICULIERES.termes + CATEGORIES_ENCADREES.termes,
)  # fmt: skip

FONDEMENTS_ARTICLE_9 = vocabulaire(
    "fondements_article_9", "RGPD art. 9(2)", REVIEWED,
    ("consentement_explicite", "consentement explicite", "explicit consent", "consentimento explícito", "RGPD art. 9(2)(a)"),
    ("droit_travail_protection_sociale", "droit du travail et de la protection sociale", "employment and social protection law", "direito do trabalho e da proteção social", "RGPD art. 9(2)(b)"),
    ("interets_vitaux", "intérêts vitaux", "vital interests", "interesses vitais", "RGPD art. 9(2)(c)"),
    ("organisme_sans_but_lucratif", "organisme sans but lucratif, pour ses membres", "not-for-profit body, about its members", "organismo sem fins lucrativos, sobre seus membros", "RGPD art. 9(2)(d)"),
    ("donnees_rendues_publiques", "données rendues publiques par la personne", "data made public by the person", "dados tornados públicos pela pessoa", "RGPD art. 9(2)(e)"),
    ("droit_en_justice", "droit en justice", "legal claims", "exercício de direitos em processo judicial", "RGPD art. 9(2)(f)"),
    ("interet_public_important", "intérêt public important", "substantial public interest", "interesse público importante", "RGPD art. 9(2)(g)"),
    ("medecine_prise_en_charge", "médecine et prise en charge sanitaire ou sociale", "medicine, health or social care", "medicina e atendimento sanitário ou social", "RGPD art. 9(2)(h)"),
    ("sante_publique", "santé publique", "public health", "saúde pública", "RGPD art. 9(2)(i)"),
    ("archives_recherche_statistiques", "archives, recherche ou statistiques", "archives, research or statistics", "arquivo, pesquisa ou estatística", "RGPD art. 9(2)(j)"),
)  # fmt: skip

GARANTIES = vocabulaire(
    "garanties", "RGPD art. 45 à 47 et 49", REVIEWED,
    ("decision_adequation", "décision d'adéquation", "adequacy decision", "decisão de adequação", "RGPD art. 45"),
    ("instrument_autorites_publiques", "instrument contraignant entre autorités publiques", "binding instrument between public authorities", "instrumento vinculativo entre autoridades públicas", "RGPD art. 46(2)(a)"),
    ("regles_entreprise_contraignantes", "règles d'entreprise contraignantes (BCR)", "binding corporate rules (BCR)", "regras corporativas vinculantes (BCR)", "RGPD art. 46(2)(b) et 47"),
    ("clauses_types_commission", "clauses types de la Commission (CCT)", "standard clauses of the Commission (SCC)", "cláusulas-tipo da Comissão", "RGPD art. 46(2)(c)"),
    ("clauses_types_autorite", "clauses types d'une autorité de contrôle", "standard clauses of a supervisory authority", "cláusulas-tipo de uma autoridade de controle", "RGPD art. 46(2)(d)"),
    ("code_de_conduite", "code de conduite", "code of conduct", "código de conduta", "RGPD art. 46(2)(e)"),
    ("certification", "certification", "certification", "certificação", "RGPD art. 46(2)(f)"),
    ("clauses_autorisees", "clauses contractuelles autorisées", "authorised contractual clauses", "cláusulas contratuais autorizadas", "RGPD art. 46(3)(a)"),
    ("arrangement_administratif", "arrangement administratif autorisé", "authorised administrative arrangement", "acordo administrativo autorizado", "RGPD art. 46(3)(b)"),
    ("derogation_consentement", "dérogation : consentement explicite", "derogation: explicit consent", "derrogação: consentimento explícito", "RGPD art. 49(1)(a)"),
    ("derogation_contrat", "dérogation : contrat avec la personne", "derogation: contract with the person", "derrogação: contrato com a pessoa", "RGPD art. 49(1)(b)"),
    ("derogation_contrat_interet_personne", "dérogation : contrat dans l'intérêt de la personne", "derogation: contract in the person's interest", "derrogação: contrato no interesse da pessoa", "RGPD art. 49(1)(c)"),
    ("derogation_interet_public", "dérogation : motif important d'intérêt public", "derogation: important reason of public interest", "derrogação: motivo importante de interesse público", "RGPD art. 49(1)(d)"),
    ("derogation_droit_en_justice", "dérogation : droit en justice", "derogation: legal claims", "derrogação: exercício de direitos em processo judicial", "RGPD art. 49(1)(e)"),
    ("derogation_interets_vitaux", "dérogation : intérêts vitaux", "derogation: vital interests", "derrogação: interesses vitais", "RGPD art. 49(1)(f)"),
    ("derogation_registre_public", "dérogation : registre public", "derogation: public register", "derrogação: registro público", "RGPD art. 49(1)(g)"),
    ("derogation_interets_legitimes_imperieux", "dérogation : intérêts légitimes impérieux", "derogation: compelling legitimate interests", "derrogação: interesses legítimos imperiosos", "RGPD art. 49(1), second alinéa"),
)  # fmt: skip

DROITS = vocabulaire(
    "droits", "RGPD art. 15 à 22", REVIEWED,
    ("acces", "accès", "access", "acesso", "RGPD art. 15"),
    ("rectification", "rectification", "rectification", "retificação", "RGPD art. 16"),
    ("effacement", "effacement", "erasure", "apagamento", "RGPD art. 17"),
    ("limitation", "limitation", "restriction", "limitação", "RGPD art. 18"),
    ("notification_destinataires", "notification aux destinataires", "notification of recipients", "notificação aos destinatários", "RGPD art. 19"),
    ("portabilite", "portabilité", "portability", "portabilidade", "RGPD art. 20"),
    ("opposition", "opposition", "objection", "oposição", "RGPD art. 21"),
    ("decision_automatisee", "décision automatisée", "automated decision", "decisão automatizada", "RGPD art. 22"),
    ("autre", "autre ou non précisé", "other or not stated", "outro ou não informado"),
)  # fmt: skip

SUITES = vocabulaire(
    "suites", "RGPD art. 12(3) à 12(5)", REVIEWED,
    ("satisfaite", "satisfaite", "granted", "atendida", "RGPD art. 12(3)"),
    ("partiellement_satisfaite", "partiellement satisfaite", "partly granted", "parcialmente atendida", "RGPD art. 12(3)"),
    ("refusee", "refusée", "refused", "recusada", "RGPD art. 12(4) et 12(5)"),
    ("sans_objet", "sans objet : aucune donnée", "no data held", "sem objeto: nenhum dado"),
    ("en_cours", "en cours", "pending", "em andamento", "RGPD art. 12(3)"),
)  # fmt: skip

DESTINATAIRES = vocabulaire(
    "destinataires", "CNIL, modèle de registre ; RGPD art. 30(1)(d)", REVIEWED,
    ("service_interne", "service interne qui traite les données", "internal department", "serviço interno"),
    ("sous_traitant", "sous-traitant", "processor", "operador"),
    ("pays_tiers_organisation", "destinataire dans un pays tiers ou organisation internationale", "recipient in a third country, or international organisation", "destinatário em país terceiro ou organização internacional"),
    ("partenaire", "partenaire institutionnel ou commercial", "institutional or commercial partner", "parceiro institucional ou comercial"),
    ("autre", "autre", "other", "outro"),
)  # fmt: skip

MESURES = vocabulaire(
    "mesures", "CNIL, modèle de registre ; RGPD art. 32", REVIEWED,
    ("tracabilite", "traçabilité", "traceability", "rastreabilidade"),
    ("protection_logiciels", "protection des logiciels", "software protection", "proteção de software"),
    ("sauvegarde", "sauvegarde des données", "backup", "cópia de segurança"),
    ("chiffrement", "chiffrement", "encryption", "criptografia"),
    ("controle_acces", "contrôle d'accès des utilisateurs", "user access control", "controle de acesso dos usuários"),
    ("controle_sous_traitants", "contrôle des sous-traitants", "oversight of processors", "controle dos operadores"),
    ("autre", "autre mesure", "other measure", "outra medida"),
)  # fmt: skip
