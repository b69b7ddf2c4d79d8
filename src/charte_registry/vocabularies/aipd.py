"""When an impact assessment is due: article 35(3), the nine WP248 criteria, the CNIL's two lists.

The labels are short and this project's words; the text that each list names decides.
"""

from __future__ import annotations

import datetime as dt

from charte_registry.vocabularies.vocabulaire import listed

REVIEWED = dt.date(2026, 2, 1)

CAS_ARTICLE_35 = listed("aipd", "cas_article_35")

CRITERES_WP248 = listed("aipd", "criteres_wp248")

LISTE_2018_327 = listed("aipd", "liste_2018_327")

LISTE_2019_118 = listed("aipd", "liste_2019_118")
