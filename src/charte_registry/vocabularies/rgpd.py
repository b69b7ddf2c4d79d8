"""Code lists that the GDPR and the CNIL's model register state.

The labels are this project's words; the text that each list names decides.
"""

from __future__ import annotations

import datetime as dt

from charte_registry.vocabularies.vocabulaire import Vocabulaire, listed

REVIEWED = dt.date(2026, 2, 1)

BASES_LEGALES = listed("rgpd", "bases_legales")

CATEGORIES_ORDINAIRES = listed("rgpd", "categories_ordinaires")

CATEGORIES_PARTICULIERES = listed("rgpd", "categories_particulieres")

# Neither ordinary nor special: texts of their own keep them apart.
CATEGORIES_ENCADREES = listed("rgpd", "categories_encadrees")

CATEGORIES_DONNEES = Vocabulaire(
    nom="categories_donnees", source="RGPD art. 9, 10 et 87 ; CNIL, modèle de registre", reviewed=REVIEWED,
    termes=CATEGORIES_ORDINAIRES.termes + CATEGORIES_PARTICULIERES.termes + CATEGORIES_ENCADREES.termes,
)  # fmt: skip

FONDEMENTS_ARTICLE_9 = listed("rgpd", "fondements_article_9")

GARANTIES = listed("rgpd", "garanties")

DROITS = listed("rgpd", "droits")

SUITES = listed("rgpd", "suites")

DESTINATAIRES = listed("rgpd", "destinataires")

MESURES = listed("rgpd", "mesures")
