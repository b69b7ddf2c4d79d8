"""Schemes that vouch for the security of a host: names, not a ladder."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.vocabularies.vocabulaire import listed

REVIEWED = dt.date(2026, 2, 1)

# A draft scheme vouches for nothing yet: EUCS is left out until it is adopted.
REFERENTIELS = listed("assurances", "referentiels")


@attrs.frozen(kw_only=True)
class Version:
    """What is known of a version of a scheme, for checks.

    Parameters
    ----------
    referentiel, version : str
        Scheme and version.
    depuis : datetime.date or None
        Day of the version, where it is known.
    stockage_eee : bool
        Whether it requires storage in the European Economic Area.
    droit_extraterritorial : bool
        Whether it requires protection from extraterritorial law.
    validite : str or None
        For how long it is granted (ISO 8601), where it says so.
    source : str
        Text.
    """

    referentiel: str
    version: str
    depuis: dt.date | None = None
    stockage_eee: bool = False
    droit_extraterritorial: bool = False
    validite: str | None = None
    source: str


VERSIONS = (
    Version(
        referentiel="HDS", version="2", depuis=dt.date(2024, 5, 16), stockage_eee=True,
        source="Référentiel HDS v2 du 16 mai 2024",
    ),
    Version(
        referentiel="SecNumCloud", version="3.2", droit_extraterritorial=True, validite="P3Y",
        source="Référentiel SecNumCloud 3.2, chapitre 19.6",
    ),
)  # fmt: skip
