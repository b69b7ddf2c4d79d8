"""A register in order, and for each rule a change that fires it and one, close by, that does not.

A change gives fields of records, by ``kind/id``: a value replaces the field, ``None`` removes it,
and ``None`` instead of the fields removes the record.
"""

import datetime as dt

from charte_registry import Register, structure
from charte_registry.records import KINDS

DAY = dt.date(2020, 12, 15)

LINK = "https://example.org/algorithmes"

ORDER = {
    "organismes/ville": {"nom": "Ville", "type": "collectivite", "pays": "FR", "dpo": "dpd", "contact": {"adresse": "1 place de la Mairie"}},
    "organismes/ccas": {"nom": "CCAS", "type": "etablissement_public", "dpo": "dpd", "contact": {"courriel": "ccas@example.org"}},
    "organismes/dpd": {"nom": "Déléguée", "type": "fonction", "contact": {"courriel": "dpo@example.org"}},
    "organismes/hote": {"nom": "Hôte", "type": "entreprise", "pays": "FR"},
    "traitements/t": {
        "nom": "Aides", "responsable": "ville", "categories_personnes": ["usagers"],
        "finalites": [{"nom": "Calculer", "bases_legales": ["mission_interet_public"], "texte": "Délibération"}],
        "categories_donnees": [{"categorie": "identite", "conservation": {"duree": "P1Y", "declencheur": "fin de l'aide"}}],
        "destinataires": [{"type": "service_interne"}], "securite": [{"type": "chiffrement"}],
        "applications": ["a"], "algorithmes": ["x"], "mis_a_jour_le": "2020-01-15",
    },
    "traitements_sous_traitant/s": {
        "nom": "Paie", "sous_traitant": "ville", "securite": [{"type": "sauvegarde"}], "cree_le": "2020-01-15",
        "pour_le_compte": [{"responsable": "ccas", "categories_traitements": ["paie"], "contrat": "c"}],
    },
    "contrats_sous_traitants/c": {
        "intitule": "C", "sous_traitant": "ville", "objet": "Paie", "nature": "calcul", "finalites": ["payer"],
        "categories_donnees": ["identite"], "categories_personnes": ["agents"], "fin": "2020-12-15",
        "obligations": dict.fromkeys(
            ("instructions", "confidentialite", "mesures_securite", "sous_traitance", "droits_personnes",
             "assistance", "fin_contrat", "audits"), True,
        ),
    },
    "analyses_impact/ai": {
        "intitule": "AI", "achevee_le": "2020-06-01", "description": "d", "necessite": "n",
        "risques": [{"nom": "accès"}], "mesures": ["m"], "avis_dpo": "favorable",
    },
    "analyses_impact/begun": {"intitule": "Commencée"},
    "demandes/1": {"droit": "acces", "recue_le": "2019-12-01", "repondue_le": "2020-01-01", "suite": "satisfaite"},
    "incidents/i": {
        "connu_le": "2020-03-02", "circonstances": "c", "consequences": "e", "mesures": ["m"], "risque": "risque",
        "notifie_le": "2020-03-05", "personnes": 3,
    },
    "revues/r": {"fiche": "traitements/t", "le": "2020-01-15", "prochaine": "2020-12-15"},
    "applications/a": {"nom": "A", "hebergement": {"mode": "heberge", "pays": "FR", "hebergeur": "hote"}},
    "algorithmes/x": {
        "nom": "X", "finalite": "Calculer", "decision_individuelle": True, "notice": "Mention", "page": LINK,
        "publie_le": "2020-10-01", "droit_communication": "par courriel", "saisine_cada": "en ligne",
        "degre_contribution": "aide", "mode_contribution": "calcul", "intervention_humaine": "un agent décide",
        "donnees": [{"nom": "QF"}], "parametres": [{"nom": "QF"}], "operations": ["comparer"],
    },
    "jeux_de_donnees/j": {"titre": "J", "licence": "ODbL-1.0"},
    "actions/act": {"intitule": "Act", "engagement": "sobriete", "phase": "en_cours", "preuve": "p", "echeance": "2020-12-15"},
    "demandes_droits/2020": {"annee": 2020, "nombre": 3, "hors_delai": 3, "detail": [{"droit": "acces", "nombre": 2}, {"droit": "effacement", "nombre": 1}]},
    "violations/2020": {"annee": 2019, "nombre": 2, "detail": [{"nature": "integrite", "nombre": 2}, {"nature": "disponibilite", "nombre": 1}]},
    "formations/f": {"intitule": "F", "debut": 2019, "fin": 2020, "sessions": 1, "personnes": 9},
    "certifications/c": {"referentiel": "ISO 27001", "organisme": "ville", "renouvelee": 2020, "expire": "2020-12-15"},
    "donnees_interet_metropolitain/d": {"nom": "D", "acteur": "A", "etat": "effectif", "accord": {"intitule": "C", "fin": "2020-12-15"}},
}  # fmt: skip


def plain(change=()):
    """Return the fields of every record, in order or changed, by ``kind/id``."""
    records = {name: dict(fields) for name, fields in ORDER.items()}
    for name, fields in dict(change).items():
        if fields is None:
            del records[name]
            continue
        merged = {**records.get(name, {}), **fields}
        records[name] = {field: value for field, value in merged.items() if value is not None}
    return records


def register(change=(), **more):
    """Return a register in order, or changed."""
    records = {kind: {} for kind in KINDS}
    for name, fields in plain(change).items():
        kind, _, identifier = name.partition("/")
        records[kind][identifier] = structure(KINDS[kind], {"id": identifier, **fields})
    return Register(titre="R", territoire="T", etat_au=DAY, annees=(2020,), records=records, **more)


def _t(**fields):
    return {"traitements/t": fields}


def _a(**place):
    return {"applications/a": {"hebergement": {"mode": "heberge", "hebergeur": "hote", **place}}}


def _x(**fields):
    return {"algorithmes/x": fields}


def _kept(*several, name="categories_donnees", **fields):
    return _t(**{name: [{"categorie": "identite", **item} for item in several]}, **fields)


STATES = {
    "a_faire": {}, "non_requise": {"conclusion": "non_requise"}, "en_cours": {"analyse": "begun"},
    "faite": {"analyse": "ai"},
}  # fmt: skip


def _aipd(etat, **fields):
    return _t(aipd={**STATES[etat], **fields})


def _incident(**fields):
    return {"incidents/i": fields}


def _request(**fields):
    return {"demandes/1": fields}


def _contract(**fields):
    return {"contrats_sous_traitants/c": fields}


def _assessment(**fields):
    return {"analyses_impact/ai": fields}


def _health(**fields):
    kept = {"duree": "P2Y", "declencheur": "fin"}
    item = {"categorie": "sante", "fondement": "consentement_explicite", "conservation": kept}
    item = {name: value for name, value in {**item, **fields}.items() if value}
    return {"categories_particulieres": [item]}


def _level(*exigences, assurances=(), pays="FR", **fields):
    change = _a(pays=pays, exigences=list(exigences), assurances=list(assurances))
    return change | _t(**_health()) | fields


HDS = {"categorie": "sante", "referentiel": "HDS"}
YEAR = {"duree": "P1Y", "declencheur": "fin de l'aide"}
TWO = {"duree": "P2Y", "declencheur": "fin de l'aide"}
TWO_CRITERIA = ["croisement", "grande_echelle"]
SENSITIVE = {"criteres": ["donnees_sensibles"]}
FULL = {"degre_contribution": "total", "recours": "tribunal administratif"}
DIM = "donnees_interet_metropolitain/d"


def _transfer(**fields):
    return _t(transferts=[fields])


def _processor(name, processor, *further, controller="ccas"):
    return {
        f"traitements_sous_traitant/{name}": {
            "nom": name, "sous_traitant": processor, "sous_traitants_ulterieurs": list(further),
            "securite": [{"type": "autre"}],
            "pour_le_compte": [{"responsable": controller, "categories_traitements": ["paie"], "contrat": "c"}],
        }
    }  # fmt: skip


REACHED = {"contact": {"telephone": "0"}}

# rule: (a change that fires it, a change near by that does not)
CASES = {
    "REF-01": (_t(applications=["b"]), _t(applications=[])),
    "REF-02": ({"organismes/ville": {"dpo": "ville"}}, {"organismes/ville": {"dpo": "ccas"}}),
    "REF-03": ({"organismes/dpd": {"dpo": "ville"}}, {"organismes/dpd": {"dpo": "hote"}, "organismes/hote": REACHED}),
    "REF-04": (
        _processor("p", "ville", "hote") | _processor("q", "hote", "ville") | {"organismes/hote": REACHED},
        _processor("p", "ville", "hote") | _processor("q", "hote", "ville", controller="dpd") | {"organismes/hote": REACHED},
    ),
    "REF-05": (_t(responsables_conjoints=["ville"], accord_conjoint="a"), _t(responsables_conjoints=["ccas"], accord_conjoint="a")),
    "REF-06": ({"organismes/seul": {"nom": "Seul"}}, {"organismes/seul": {"nom": "Seul"}, "applications/a": {"editeur": "seul"}}),
    "REF-07": (_t(applications=[]), {**_t(applications=[]), "traitements_sous_traitant/s": {"applications": ["a"]}}),
    "REF-08": (_t(algorithmes=[]), {**_t(algorithmes=[]), **_x(traitements=["t"])}),
    "ART26-01": (_t(responsables_conjoints=["ccas"]), _t(responsables_conjoints=["ccas"], accord_conjoint="a")),
    "ART27-01": (
        {"organismes/hote": {"pays": "US", **REACHED}} | _t(responsable="hote"),
        {"organismes/hote": {"pays": "US", "representant": "dpd", **REACHED}} | _t(responsable="hote"),
    ),
    "ART28-01": (
        {"traitements_sous_traitant/s": {"pour_le_compte": [{"responsable": "ccas", "categories_traitements": ["paie"]}]}},
        {"traitements_sous_traitant/s": {"pour_le_compte": [{"responsable": "ccas", "categories_traitements": ["paie"], "contrat": "c"}]}},
    ),
    "ART30-01": (_t(finalites=[]), _t(finalites=[], factice=True)),
    "ART30-02": (_t(categories_donnees=[]), _t(categories_donnees=[], nir={"texte": "D", "conservation": YEAR})),
    "ART30-03": (_kept({}), _kept({"conservation": {"critere": "jusqu'au retrait"}})),
    "ART30-04": ({"organismes/dpd": {"contact": {"fonction": "DPD"}}}, {"organismes/dpd": {"contact": {"telephone": "0"}}}),
    "ART30-05": ({"organismes/ville": {"dpo": None}}, {"organismes/ville": {"dpo": None, "type": "entreprise"}}),
    "ART30-06": (_t(destinataires=[]), _t(destinataires=[{"type": "autre"}])),
    "ART30-07": (
        _transfer(pays="US", garantie="derogation_interets_legitimes_imperieux"),
        _transfer(pays="US", garantie="derogation_interets_legitimes_imperieux", precision="p"),
    ),
    "ART30-08": ({"traitements_sous_traitant/s": {"securite": []}}, {"traitements_sous_traitant/s": {"securite": [{"type": "autre"}]}}),
    "ART30-09": ({"traitements_sous_traitant/s": {"pour_le_compte": []}}, {}),
    "ART30-10": (
        {"traitements_sous_traitant/s": {"pour_le_compte": [{"responsable": "ccas", "contrat": "c"}]}},
        {"traitements_sous_traitant/s": {"pour_le_compte": [{"responsable": "ccas", "contrat": "c", "categories_traitements": ["paie"]}]}},
    ),
    "BASE-01": (_t(finalites=[{"nom": "F"}]), _t(finalites=[{"nom": "F", "bases_legales": ["contrat"]}])),
    "BASE-02": (
        _t(finalites=[{"nom": "F", "bases_legales": ["contrat", "interet_legitime"]}]),
        _t(responsable="hote", finalites=[{"nom": "F", "bases_legales": ["interet_legitime"]}]) | {"organismes/hote": REACHED},
    ),
    "BASE-03": (
        _t(finalites=[{"nom": "F", "bases_legales": ["obligation_legale"]}]),
        _t(finalites=[{"nom": "F", "bases_legales": ["consentement"]}]),
    ),
    "SENSIBLE-01": (_t(**_health(fondement=None)) | _a(pays="FR", exigences=[HDS], assurances=[{"referentiel": "HDS"}]), _level(HDS, assurances=[{"referentiel": "HDS"}])),
    "SENSIBLE-02": (
        _t(**_health(fondement="sante_publique")), _t(**_health(fondement="sante_publique", texte="L")),
    ),
    "INFRACTION-01": (_t(infractions={"conservation": YEAR}), _t(infractions={"conservation": YEAR, "texte": "L"})),
    "NIR-01": (_t(nir={"conservation": YEAR}), _t(nir={"conservation": YEAR, "texte": "D"})),
    "AIPD-01": (_aipd("a_faire", liste_requise="logements_sociaux"), _aipd("faite", liste_requise="logements_sociaux")),
    "AIPD-02": (_aipd("non_requise", criteres=TWO_CRITERIA), _aipd("non_requise", criteres=TWO_CRITERIA, motif="m")),
    "AIPD-03": (_aipd("en_cours", criteres=TWO_CRITERIA), _t(aipd={"analyse": "begun", "criteres": TWO_CRITERIA}, statut="projet")),
    "AIPD-04": (_t(**_health(), aipd={"conclusion": "non_requise"}), _t(**_health(), aipd={"conclusion": "non_requise", **SENSITIVE})),
    "AIPD-05": (
        _aipd("faite", cas_article_35=["evaluation_systematique"], liste_non_requise="fournisseurs"),
        _aipd("non_requise", criteres=TWO_CRITERIA, liste_non_requise="fournisseurs"),
    ),
    "ANALYSE-01": (_assessment(necessite=None), _assessment(necessite=None, achevee_le=None)),
    "ANALYSE-02": (_assessment(avis_dpo=None), _assessment(avis_dpo="defavorable")),
    "ANALYSE-03": (_assessment(risque_residuel="eleve"), _assessment(risque_residuel="eleve", consultation_autorite="2020-05-01")),
    "INCIDENT-01": (_incident(notifie_le="2020-03-06"), _incident(notifie_le="2020-03-06", motif_retard="enquête")),
    "INCIDENT-02": (_incident(risque="risque_eleve"), _incident(risque="risque_eleve", communique_le="2020-03-05")),
    "INCIDENT-03": (_incident(consequences=None), _incident(consequences="aucune")),
    "INCIDENT-04": (_incident(risque=None), _incident(risque="improbable", motif_risque="chiffré")),
    "INCIDENT-05": (_incident(risque="improbable"), _incident(risque="improbable", motif_risque="chiffré")),
    "INCIDENT-06": (_incident(personnes=None), _incident(personnes=0)),
    "DEMANDE-01": (_request(repondue_le="2020-01-02"), _request(repondue_le="2020-01-01")),
    "DEMANDE-02": (
        _request(prolongee_le="2019-12-20", motif_prolongation="nombre", repondue_le="2020-03-02"),
        _request(prolongee_le="2019-12-20", motif_prolongation="nombre", repondue_le="2020-03-01"),
    ),
    "DEMANDE-03": (
        _request(prolongee_le="2020-01-02", motif_prolongation="nombre", repondue_le="2020-03-01"),
        _request(prolongee_le="2020-01-01", motif_prolongation="nombre", repondue_le="2020-03-01"),
    ),
    "DEMANDE-04": (_request(suite="refusee"), _request(suite="refusee", motif_refus="excessive")),
    "DEMANDE-05": (_request(prolongee_le="2019-12-20"), _request(prolongee_le="2019-12-20", motif_prolongation="nombre")),
    "DEMANDE-06": (_request(repondue_le=None), _request(repondue_le=None, suite=None, recue_le="2020-12-01", organisme="ccas")),
    "DEMANDE-07": (_request(suite=None), _request(suite="sans_objet")),
    "CONTRAT-01": (_contract(obligations={}), _contract()),
    "CONTRAT-02": (_contract(objet=None), _contract()),
    "CONTRAT-03": (_contract(fin=None), _contract(fin=None, duree="tant que dure le marché")),
    "CONTRAT-04": (_contract(fin="2020-12-14"), _contract(fin="2020-12-15")),
    "SAISIE-01": (_t(nom="À compléter : un nom"), _t(nom="Dossiers à compléter")),
    "SAISIE-02": (_t(nom="Aides "), _t(nom="Aides")),
    "PERSONNE-01": (_t(nom="Aides, 02 40 41 90 00"), _t(nom="Aides, article 2 40 41")),
    "PERSONNE-02": (_t(nom="Aides, voir Mme Durand"), _t(nom="Aides de la rue Jean Jaurès")),
    "REVUE-01": (
        {"revues/r": {"prochaine": "2020-12-14"}},
        {"revues/r": {"prochaine": "2020-12-14"}, "revues/later": {"fiche": "traitements/t", "le": "2020-06-01"}},
    ),
    "REVUE-02": ({"revues/r": {"fiche": "traitements/u"}}, {"revues/r": {"fiche": "algorithmes/x"}}),
    "REVUE-03": (
        {"traitements/t": {"mis_a_jour_le": "2017-12-14"}, "revues/r": None},
        {"traitements/t": {"mis_a_jour_le": "2017-12-14"}},
    ),
    "REVUE-04": (
        {"traitements/t": {"mis_a_jour_le": None}, "revues/r": None},
        {"traitements/t": {"mis_a_jour_le": None}},
    ),
    "SOMME-07": (
        {"demandes_droits/2019": {"annee": 2019, "nombre": 1}},
        {"demandes_droits/2019": {"annee": 2019, "nombre": 1, "organisme": "ccas"}},
    ),
    "TRANSFERT-01": (_a(pays="UK"), _a(pays="GB")),
    "TRANSFERT-02": (_transfer(pays="US"), _transfer(pays="US", garantie="clauses_types_commission")),
    "TRANSFERT-03": (_transfer(pays="CA"), _transfer(pays="CH")),
    "TRANSFERT-04": (_a(pays="CH"), _a(pays="CH") | _transfer(pays="CH")),
    "TRANSFERT-05": (_transfer(pays="US", garantie="decision_adequation"), _transfer(pays="CH", garantie="decision_adequation")),
    "TRANSFERT-06": (
        _transfer(pays="JP", garantie="decision_adequation"), _transfer(pays="JP", garantie="decision_adequation", precision="opérateur APPI"),
    ),
    "TRANSFERT-07": (_transfer(organisation="EPO"), _transfer(organisation="EPO", garantie="arrangement_administratif")),
    "HEBERGEMENT-01": (_a(), _a(zone="france")),
    "HEBERGEMENT-02": (_a(zone="europe"), _a(zone="france")),
    "HEBERGEMENT-03": (
        _a(pays="CH", rapatriement={"cible": "France", "etat": "acheve"}), _a(pays="DE", rapatriement={"cible": "France", "etat": "acheve"}),
    ),
    "HEBERGEMENT-04": (
        _a(pays="FR", rapatriement={"cible": "Nantes", "etat": "engage", "echeance": "2020-12-14"}),
        _a(pays="FR", rapatriement={"cible": "Nantes", "etat": "engage", "echeance": "2020-12-15"}),
    ),
    "HEBERGEMENT-05": (_a(pays="DE", zone="france"), _a(pays="RE", zone="france")),
    "HEBERGEMENT-06": (_a(mode="interne"), _a(mode="interne", hebergeur="ccas")),
    "NIVEAU-01": (_level(HDS, assurances=[{"referentiel": "ISO 27001"}]), _level({"categorie": "genetique", "referentiel": "HDS"})),
    "NIVEAU-02": (
        _level(HDS, assurances=[{"referentiel": "HDS", "valable_au": "2020-12-14"}]),
        _level(HDS, assurances=[{"referentiel": "HDS", "valable_du": "2020-12-15", "valable_au": "2020-12-15"}]),
    ),
    "NIVEAU-03": (
        _level({**HDS, "version": "2"}, assurances=[{"referentiel": "HDS", "version": "1.1"}]),
        _level({**HDS, "version": "1.1"}, assurances=[{"referentiel": "HDS", "version": "v2.0"}]),
    ),
    "NIVEAU-04": (_t(**_health()), _level(HDS, assurances=[{"referentiel": "HDS"}])),
    "NIVEAU-05": (
        _a(pays="FR", assurances=[{"referentiel": "ISO 27001", "valable_au": "2020-12-14"}]),
        _a(pays="FR", assurances=[{"referentiel": "ISO 27001", "valable_au": "2020-12-14"}, {"referentiel": "ISO 27001", "valable_au": "2023-12-14"}]),
    ),
    "NIVEAU-06": (
        _a(pays="CH", assurances=[{"referentiel": "HDS", "version": "2"}]), _a(pays="CH", assurances=[{"referentiel": "HDS", "version": "1.1"}]),
    ),
    "NIVEAU-07": (
        _a(pays="FR", assurances=[{"referentiel": "SecNumCloud", "version": "3.2"}]) | {"organismes/hote": {"pays": "US"}},
        _a(pays="FR", assurances=[{"referentiel": "SecNumCloud", "version": "3.2"}]),
    ),
    "NIVEAU-08": (
        _a(pays="FR", assurances=[{"referentiel": "SecNumCloud", "version": "3.2", "valable_du": "2020-01-01", "valable_au": "2023-01-02"}]),
        _a(pays="FR", assurances=[{"referentiel": "SecNumCloud", "version": "3.2", "valable_du": "2020-01-01", "valable_au": "2023-01-01"}]),
    ),
    "CONSERVATION-01": (
        _kept({"conservation": YEAR}, {"conservation": TWO}),
        _kept({"conservation": YEAR, "description": "nom"}, {"conservation": TWO, "description": "photo"}),
    ),
    "CONSERVATION-02": (_kept({"conservation": {"duree": "P1Y"}}), _kept({"conservation": {"critere": "c"}})),
    "CONSERVATION-03": (
        _t(statut="arrete", mis_a_jour_le="2019-12-14"), _t(statut="arrete", mis_a_jour_le="2019-12-15"),
    ),
    "CONSERVATION-04": (_t(statut="arrete", mis_a_jour_le=None), _t(mis_a_jour_le=None)),
    "ALGO-01": (_x(notice=None), _x(notice=None, decision_individuelle=False)),
    "ALGO-02": (_x(publie_le="2020-12-16"), _x(publie_le="2020-12-15")),
    "ALGO-03": (_x(saisine_cada=None), _x(saisine_cada=None, statut="projet")),
    "ALGO-04": (_x(intervention_humaine=None), _x(intervention_humaine=None, degre_contribution="total", recours="r")),
    "ALGO-05": (_x(**FULL) | _t(**_health()), _x(**FULL)),
    "ALGO-06": (_x(degre_contribution="total"), _x(**FULL)),
    "ALGO-07": (_x(operations=[]), _x(operations=[], decision_individuelle=False)),
    "ALGO-08": (_x(page=None), _x(page=None, regle="nantes/eau")),
    "JEU-01": ({"jeux_de_donnees/j": {"donnees_personnelles": True}}, {"jeux_de_donnees/j": {"donnees_personnelles": True, "factice": True}}),
    "JEU-02": (
        {"jeux_de_donnees/j": {"licence": None}}, {"jeux_de_donnees/j": {"licence": None, "distributions": [{"url": LINK, "licence": "etalab-2.0"}]}},
    ),
    "JEU-03": ({"jeux_de_donnees/j": {"licence": "CC-BY-NC-4.0"}}, {"jeux_de_donnees/j": {"licence": "CC-BY-4.0"}}),
    "LICENCE-01": (_x(licence="CECIL-B"), _x(licence="LicenseRef-Ville")),
    "INTERET-01": ({DIM: {"accord": {"intitule": "C", "fin": "2020-12-14"}}}, {DIM: {"etat": "abandonne", "accord": {"intitule": "C", "fin": "2020-12-14"}}}),
    "INTERET-02": ({DIM: {"accord": None}}, {DIM: {"accord": None, "etat": "en_discussion"}}),
    "INTERET-03": ({DIM: {"self_data": True}}, {DIM: {"self_data": True, "controle_personnes": "c"}}),
    "INTERET-04": ({DIM: {"donnees_personnelles": True}}, {DIM: {"donnees_personnelles": True, "traitements": ["t"]}}),
    "ACTION-01": ({"actions/act": {"phase": "en_retard"}}, {"actions/act": {"phase": "realisee"}}),
    "ACTION-02": ({"actions/act": {"echeance": "2020-12-14"}}, {"actions/act": {"echeance": "2020-12-14", "phase": "realisee"}}),
    "CERT-01": ({"certifications/c": {"expire": "2020-12-14"}}, {"certifications/c": {"expire": None}}),
    "SOMME-01": ({"demandes_droits/2020": {"nombre": 4}}, {"demandes_droits/2020": {"nombre": 4, "detail": []}}),
    "SOMME-02": (
        {"demandes_droits/2020": {"hors_delai": 4}},
        {"violations/2020": {"detail": [{"nature": "integrite", "nombre": 2}, {"nature": "disponibilite", "nombre": 2}]}},
    ),
    "SOMME-03": ({"violations/2020": {"detail": [{"nature": "integrite", "nombre": 1}]}}, {"violations/2020": {"detail": []}}),
    "SOMME-04": (
        {"violations/bis": {"annee": 2019, "nombre": 0}}, {"violations/bis": {"annee": 2019, "nombre": 0, "organisme": "ccas"}},
    ),
    "SOMME-05": (
        {"applications/b": {"nom": "a ", "hebergement": {"mode": "interne"}}} | _t(applications=["a", "b"]),
        {"applications/b": {"nom": "B", "hebergement": {"mode": "interne"}}} | _t(applications=["a", "b"]),
    ),
    "SOMME-06": ({"formations/f": {"sessions": 0}}, {"formations/f": {"sessions": 0, "personnes": 0}}),
}  # fmt: skip


def _snc(**fields):
    return _a(pays="FR", assurances=[{"referentiel": "SecNumCloud", "version": "3.2", **fields}])


def _hds(pays, **fields):
    return _a(pays=pays, assurances=[{"referentiel": "HDS", "version": "2", **fields}])


US, JP = {"pays": "US"}, {"pays": "JP", "garantie": "decision_adequation"}
PLAN = {"cible": "France", "etat": "engage"}
OWN = {"mode": "interne", "hebergeur": "ccas"}
COMPELLING = {"pays": "US", "garantie": "derogation_interets_legitimes_imperieux"}
OFFENCES = {"infractions": {"texte": "L", "conservation": YEAR}}

# Other sides of the same rules: (rule, whether it fires, change)
MORE = (
    ("REF-04", False, {"traitements_sous_traitant/s": {"sous_traitants_ulterieurs": ["ville"]}}),
    ("REF-05", True, {"traitements_sous_traitant/s": {"sous_traitants_ulterieurs": ["ville"]}}),
    ("REF-05", True, _processor("p", "ville", controller="ville")),
    ("REF-07", False, {"traitements/t": None}),  # no processing is described yet
    ("ART27-01", False, {"organismes/hote": {"pays": "US", **REACHED}} | _t(responsable="hote", representant="dpd")),
    ("ART27-01", False, {"organismes/hote": {"pays": "DE", **REACHED}} | _t(responsable="hote")),
    ("ART30-02", True, _t(categories_personnes=[])),
    ("ART30-05", True, {"organismes/ccas": {"dpo": None}}),
    ("ART30-05", False, {"organismes/ville": {"dpo": None}, "traitements_sous_traitant/s": {"dpo": "dpd"}} | _t(dpo="dpd")),
    ("ART30-07", False, _transfer(**COMPELLING, liens=[LINK])),
    ("ART30-07", False, _transfer(**COMPELLING, piece="armoire 3")),
    ("ART30-07", False, _transfer(**US, garantie="derogation_contrat")),
    ("SENSIBLE-02", False, _t(**_health())),
    ("AIPD-01", True, _aipd("non_requise", cas_article_35=["surveillance_zone_publique"], motif="m")),
    ("AIPD-01", False, _t(aipd={"liste_requise": "logements_sociaux"}, statut="arrete")),
    ("AIPD-01", False, _aipd("en_cours", liste_requise="logements_sociaux")),
    ("AIPD-02", True, _aipd("a_faire", criteres=TWO_CRITERIA, motif="m")),
    ("AIPD-02", False, _aipd("a_faire", criteres=TWO_CRITERIA[:1])),
    ("AIPD-02", False, _aipd("non_requise", criteres=TWO_CRITERIA, liste_non_requise="fournisseurs")),
    ("AIPD-02", False, _aipd("en_cours", criteres=TWO_CRITERIA)),
    ("AIPD-02", True, _t(**OFFENCES) | _x(**FULL)),
    ("AIPD-02", False, _t(**OFFENCES)),
    ("AIPD-02", False, _t(**OFFENCES) | _x(**FULL, decision_individuelle=False)),
    ("AIPD-03", True, _aipd("en_cours", cas_article_35=["surveillance_zone_publique"])),
    ("AIPD-03", False, _aipd("en_cours")),
    ("AIPD-03", False, _aipd("faite", criteres=TWO_CRITERIA)),
    ("AIPD-04", False, _t(**_health())),
    ("AIPD-05", False, _aipd("a_faire", cas_article_35=["evaluation_systematique"])),
    ("AIPD-03", False, _aipd("en_cours", criteres=TWO_CRITERIA) | {"analyses_impact/begun": {"achevee_le": "2020-01-01", **{n: v for n, v in ORDER["analyses_impact/ai"].items() if n != "achevee_le"}}}),
    ("ANALYSE-02", False, _assessment(avis_dpo=None, achevee_le=None)),
    ("INCIDENT-01", False, _incident(connu_a="09:30", notifie_a="09:30")),
    ("INCIDENT-01", True, _incident(connu_a="09:30", notifie_a="09:31")),
    ("INCIDENT-01", False, _incident(connu_a="09:30", notifie_le="2020-03-05")),
    ("INCIDENT-01", False, _incident(connu_le="2020-12-12", notifie_le=None)),
    ("INCIDENT-01", True, _incident(connu_le="2020-12-11", notifie_le=None)),
    ("INCIDENT-01", True, _incident(connu_le="2020-12-11", notifie_le=None, motif_retard="m")),
    ("INCIDENT-01", False, _incident(connu_le="2020-12-11", notifie_le=None, risque="improbable", motif_risque="m")),
    ("INCIDENT-02", False, _incident(risque="risque_eleve", motif_sans_communication="données chiffrées")),
    ("INCIDENT-06", False, _incident(personnes=None, notifie_le=None, risque="improbable", motif_risque="m")),
    ("DEMANDE-01", False, _request(recue_le="2020-11-15", repondue_le=None, suite="en_cours")),
    ("DEMANDE-01", True, _request(recue_le="2020-11-14", repondue_le=None, suite="en_cours")),
    ("DEMANDE-01", False, _request(prolongee_le="2019-12-20", motif_prolongation="nombre", repondue_le="2020-02-01")),
    ("PERSONNE-01", True, _t(nom="Écrire à jeanne.durand@example.org")),
    ("PERSONNE-01", False, _t(nom="Écrire à contact.rgpd@example.org")),
    ("PERSONNE-01", False, _t(nom="Écrire à algorithmes@example.org")),
    ("PERSONNE-01", True, _t(nom="Dossiers, 12 rue de Strasbourg")),
    ("PERSONNE-01", True, _t(nom="Dossier ouvert car il est malade")),
    ("PERSONNE-01", False, _t(nom="Données de santé : maladie, handicap")),
    ("PERSONNE-01", False, _t(securite=[{"type": "autre", "description": "Appeler le 02 40 41 90 00"}])),
    ("PERSONNE-02", False, _incident(circonstances="Mme Durand a perdu une clé")),
    ("PERSONNE-02", True, _t(nom="Aides, Jean Dupont")),
    ("PERSONNE-02", False, _t(nom="École Jean Dupont")),
    ("REVUE-03", False, {"traitements/t": {"mis_a_jour_le": "2017-12-15"}, "revues/r": None}),
    ("PERSONNE-01", True, _t(nom="Écrire à jeanne.durand@example.org")),
    ("PERSONNE-01", False, _t(nom="Écrire à contact.rgpd@example.org")),
    ("PERSONNE-01", False, _t(nom="Écrire à algorithmes@example.org")),
    ("PERSONNE-01", True, _t(nom="Dossiers, 12 rue de Strasbourg")),
    ("PERSONNE-01", True, _t(nom="Dossier ouvert car il est malade")),
    ("PERSONNE-01", False, _t(nom="Données de santé : maladie, handicap")),
    ("PERSONNE-01", False, _t(securite=[{"type": "autre", "description": "Appeler le 02 40 41 90 00"}])),
    ("PERSONNE-02", False, _incident(circonstances="Mme Durand a perdu une clé")),
    ("PERSONNE-02", True, _t(nom="Aides, Jean Dupont")),
    ("PERSONNE-02", False, _t(nom="École Jean Dupont")),
    ("REVUE-03", False, {"traitements/t": {"mis_a_jour_le": "2017-12-14", "statut": "arrete", "categories_donnees": []}, "revues/r": None}),
    ("SOMME-07", False, {"demandes_droits/2019": {"annee": 2018, "nombre": 1}}),
    ("SOMME-07", True, {"violations/2020": {"annee": 2020}}),
    ("TRANSFERT-01", True, {"organismes/hote": {"pays": "UK"}}),
    ("TRANSFERT-01", True, _transfer(pays="UK")),
    ("TRANSFERT-02", True, _a(pays="US", rapatriement=PLAN)),
    ("TRANSFERT-02", False, _a(**OWN, pays="US")),
    ("TRANSFERT-03", False, _a(pays="CA", rapatriement=PLAN)),
    ("TRANSFERT-03", True, _a(pays="CA", rapatriement={**PLAN, "etat": "abandonne"})),
    ("TRANSFERT-03", False, _a(pays="CA", garantie="clauses_types_commission")),
    ("TRANSFERT-04", False, _a(**OWN, pays="CH")),
    ("TRANSFERT-04", True, _a(pays="CH") | _transfer(**US)),
    ("TRANSFERT-05", False, _transfer(**US, garantie="clauses_types_commission")),
    ("TRANSFERT-06", False, _transfer(**JP, liens=[LINK])),
    ("TRANSFERT-06", False, _transfer(**JP, piece="armoire 3")),
    ("TRANSFERT-06", False, _transfer(pays="JP", garantie="clauses_types_commission")),
    ("TRANSFERT-06", True, _a(**JP)),
    ("TRANSFERT-06", False, _a(**JP, rapatriement=PLAN)),
    ("TRANSFERT-06", False, {"applications/a": {"note": "n", **_a(**JP)["applications/a"]}}),
    ("TRANSFERT-07", True, _transfer(organisation="EPO", garantie="decision_adequation")),
    ("TRANSFERT-07", True, _transfer(organisation="ONU")),
    ("HEBERGEMENT-01", False, _a(**OWN)),
    ("HEBERGEMENT-03", False, _a(**OWN, pays="CH", rapatriement={**PLAN, "etat": "acheve"})),
    ("HEBERGEMENT-03", False, _a(rapatriement={**PLAN, "etat": "acheve"})),
    ("HEBERGEMENT-04", False, _a(pays="FR", rapatriement=PLAN)),
    ("HEBERGEMENT-04", False, _a(pays="FR", rapatriement={**PLAN, "etat": "abandonne", "echeance": "2020-12-14"})),
    ("HEBERGEMENT-05", False, _a(pays="UK", zone="france")),
    ("HEBERGEMENT-05", False, _a(zone="hors_europe")),
    ("NIVEAU-01", False, _level(HDS, assurances=[{"referentiel": "HDS"}])),
    ("NIVEAU-02", True, _level(HDS, assurances=[{"referentiel": "HDS", "valable_du": "2020-12-16"}])),
    ("NIVEAU-02", False, _level(HDS, assurances=[{"referentiel": "HDS", "valable_au": "2020-12-14"}, {"referentiel": "HDS"}])),
    ("NIVEAU-04", False, _a(**OWN) | _t(**_health())),
    ("NIVEAU-05", True, {"applications/a": {"assurances": [{"referentiel": "autre", "valable_au": "2020-12-14"}]}}),
    ("NIVEAU-05", False, _a(pays="FR", assurances=[{"referentiel": "HDS", "valable_au": "2020-12-15"}])),
    ("NIVEAU-05", False, _level(HDS, assurances=[{"referentiel": "HDS", "valable_au": "2020-12-14"}])),  # NIVEAU-02
    ("NIVEAU-06", False, _hds("RE")),
    ("NIVEAU-06", False, _hds("UK")),
    ("NIVEAU-06", False, _a(pays="CH", assurances=[{"referentiel": "SecNumCloud", "version": "3.2"}])),
    ("NIVEAU-06", False, _a(pays="CH", assurances=[{"referentiel": "autre", "version": "2"}])),
    ("NIVEAU-07", False, _hds("FR") | {"organismes/hote": US}),
    ("NIVEAU-07", False, _snc() | {"organismes/hote": {"pays": None}}),
    ("NIVEAU-08", True, _hds("FR", valable_du="2024-05-15")),
    ("NIVEAU-08", False, _hds("FR", valable_du="2024-05-16", valable_au="2099-01-01")),
    ("NIVEAU-08", False, _snc(valable_du="2020-01-01")),
    ("NIVEAU-08", False, _snc(valable_au="2099-01-01")),
    ("CONSERVATION-01", False, _kept({"conservation": YEAR}, {})),
    ("CONSERVATION-03", False, _kept({"conservation": {"critere": "c"}}, statut="arrete", mis_a_jour_le="2000-01-01")),
    ("CONSERVATION-03", False, _kept({}, statut="arrete", mis_a_jour_le="2000-01-01")),
    ("CONSERVATION-04", False, _t(statut="arrete", mis_a_jour_le=None, categories_donnees=[])),
    ("ALGO-02", True, _x(publie_le=None)),
    ("ALGO-05", False, _x(degre_contribution="partiel") | _t(**_health())),
    ("ALGO-05", False, _x(**FULL, decision_individuelle=False) | _t(**_health())),
    ("ALGO-08", False, _x(page=None, publie_le=None)),
    ("ALGO-08", True, _x(page=None, publie_le="2020-12-15")),
    ("ALGO-08", False, _x(page=None, publie_le="2020-12-16")),
    ("ALGO-08", False, _x(page=None, documentation=LINK)),
    ("ALGO-08", False, _x(page=None, code=LINK)),
    ("INTERET-01", False, {DIM: {"accord": {"intitule": "C"}}}),
    ("ACTION-02", False, {"actions/act": {"echeance": None}}),
    ("SOMME-01", True, {"demandes_droits/2020": {"nombre": 2}}),
    ("SOMME-02", True, {"demandes_droits/2020": {"nombre": 1, "hors_delai": None}}),
    ("SOMME-02", False, {"demandes_droits/2020": {"nombre": 2, "hors_delai": None}}),
    ("SOMME-02", True, {"violations/2020": {"nombre": 1}}),
    ("SOMME-03", False, {"violations/2020": {"detail": [{"nature": "integrite", "nombre": 2}]}}),
)  # fmt: skip
