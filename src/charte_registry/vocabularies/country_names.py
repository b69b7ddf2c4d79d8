"""Names of countries by ISO 3166-1 code, in French, English and Portuguese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from charte_registry.vocabularies.vocabulaire import read

SOURCE: str = read("country_names")["source"]

NAMES: Mapping[str, Sequence[str]] = MappingProxyType(read("country_names")["names"])
