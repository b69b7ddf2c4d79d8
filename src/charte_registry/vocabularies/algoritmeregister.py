"""What properties of the Dutch Algoritmeregister (publication standard 1.0.0) say in our records.

The published JSON Schema is not shipped here. Names and statuses are those that its public entries
have; what of it a file must hold, the schema itself decides: ``export --schema`` asks it.
"""

from __future__ import annotations

from types import MappingProxyType

STANDARD_VERSION = "1.0"

# Property of an entry to the field of an ``Algorithme`` that holds the same, as text.
TEXTS = MappingProxyType({
    "name": "nom",
    "goal": "finalite",
    "impact": "effets",
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
