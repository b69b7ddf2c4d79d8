"""What properties of the Dutch Algoritmeregister (publication standard 1.0.0) say in our records.

Names, lengths, required properties and permitted values are those of the standard (MinBZK,
Algoritmeregister, ``v1_0.json``); a test compares them where that file is there.
"""

from __future__ import annotations

from types import MappingProxyType

STANDARD_VERSION = "1.0"

# Property of an entry to the field of an ``Algorithme`` that holds the same, as text.
TEXTS = MappingProxyType({
    "name": "nom",
    "goal": "finalite",
    "human_intervention": "intervention_humaine",
    "website": "page",
})  # fmt: skip
BODIES = MappingProxyType({"organization": "organisme", "provider": "concepteur"})
# One line an item.
LINES = MappingProxyType({"lawful_basis": "base_juridique", "methods_and_models": "operations"})
STATUSES = MappingProxyType({
    "In ontwikkeling": "projet",
    "In gebruik": "en_service",
    "Buiten gebruik": "arrete",
})  # fmt: skip
IMPACT = "\n\nImpact: "  # stands between the purpose and the effects inside ``goal``
LANGUAGE = "nld"  # the only one that the standard permits
IMPACTFUL, OTHER = "Impactvolle algoritmes", "Overige algoritmes"
CATEGORIES = ("Hoog-risico AI-systeem", IMPACTFUL, OTHER)
REQUIRED = (
    "name", "description_short", "organization", "status", "contact_email", "publication_category", "lang",
)  # fmt: skip
# The most letters of each property that an export writes.
LENGTHS = MappingProxyType({
    "name": 100, "description_short": 400, "organization": 100, "begin_date": 7, "contact_email": 500,
    "website": 500, "goal": 2500, "human_intervention": 2500, "lawful_basis": 2500, "source_data": 2500,
    "methods_and_models": 5000, "provider": 200, "publiccode": 500, "source_id": 100,
})  # fmt: skip
