"""Codes of the European open data portals: update frequency and theme."""

from __future__ import annotations

import datetime as dt

from charte_registry.vocabularies.vocabulaire import listed

REVIEWED = dt.date(2026, 2, 1)

# The IRI of a term is its authority followed by its code.
FREQUENCE_IRI = "http://publications.europa.eu/resource/authority/frequency/"
THEME_IRI = "http://publications.europa.eu/resource/authority/data-theme/"

FREQUENCES = listed("dcat", "frequences")

THEMES = listed("dcat", "themes")
