"""Codes of the European open data portals: update frequency and theme."""

from __future__ import annotations

import datetime as dt

from charte_registry.vocabularies.vocabulaire import vocabulaire

REVIEWED = dt.date(2026, 2, 1)

# The IRI of a term is its authority followed by its code.
FREQUENCE_IRI = "http://publications.europa.eu/resource/authority/frequency/"
THEME_IRI = "http://publications.europa.eu/resource/authority/data-theme/"

FREQUENCES = vocabulaire(
    "frequences", "Office des publications de l'UE, table « frequency »", REVIEWED,
    ("UPDATE_CONT", "mise à jour continue", "continuously updated", "atualização contínua"),
    ("CONT", "continu", "continuous", "contínuo"),
    ("HOURLY", "toutes les heures", "hourly", "a cada hora"),
    ("DAILY_2", "deux fois par jour", "twice a day", "duas vezes por dia"),
    ("DAILY", "quotidien", "daily", "diário"),
    ("WEEKLY_3", "trois fois par semaine", "three times a week", "três vezes por semana"),
    ("WEEKLY_2", "deux fois par semaine", "twice a week", "duas vezes por semana"),
    ("WEEKLY", "hebdomadaire", "weekly", "semanal"),
    ("MONTHLY_3", "trois fois par mois", "three times a month", "três vezes por mês"),
    ("BIWEEKLY", "toutes les deux semaines", "every two weeks", "a cada duas semanas"),
    ("MONTHLY_2", "deux fois par mois", "twice a month", "duas vezes por mês"),
    ("MONTHLY", "mensuel", "monthly", "mensal"),
    ("BIMONTHLY", "tous les deux mois", "every two months", "bimestral"),
    ("QUARTERLY", "trimestriel", "quarterly", "trimestral"),
    ("ANNUAL_3", "trois fois par an", "three times a year", "três vezes por ano"),
    ("ANNUAL_2", "semestriel", "twice a year", "semestral"),
    ("ANNUAL", "annuel", "yearly", "anual"),
    ("BIENNIAL", "tous les deux ans", "every two years", "bienal"),
    ("TRIENNIAL", "tous les trois ans", "every three years", "trienal"),
    ("NEVER", "jamais", "never", "nunca"),
    ("IRREG", "irrégulier", "irregular", "irregular"),
    ("UNKNOWN", "inconnu", "unknown", "desconhecido"),
    ("OTHER", "autre", "other", "outra"),
)  # fmt: skip

THEMES = vocabulaire(
    "themes", "Office des publications de l'UE, table « data-theme »", REVIEWED,
    ("AGRI", "agriculture, pêche, alimentation", "agriculture, fisheries, food", "agricultura, pesca, alimentação"),
    ("ECON", "économie et finances", "economy and finance", "economia e finanças"),
    ("EDUC", "éducation, culture, sport", "education, culture, sport", "educação, cultura, esporte"),
    ("ENER", "énergie", "energy", "energia"),
    ("ENVI", "environnement", "environment", "meio ambiente"),
    ("GOVE", "gouvernement et secteur public", "government and public sector", "governo e setor público"),
    ("HEAL", "santé", "health", "saúde"),
    ("INTR", "questions internationales", "international issues", "questões internacionais"),
    ("JUST", "justice et sécurité publique", "justice and public safety", "justiça e segurança pública"),
    ("REGI", "régions et villes", "regions and cities", "regiões e cidades"),
    ("SOCI", "population et société", "population and society", "população e sociedade"),
    ("TECH", "science et technologie", "science and technology", "ciência e tecnologia"),
    ("TRAN", "transports", "transport", "transportes"),
)  # fmt: skip
