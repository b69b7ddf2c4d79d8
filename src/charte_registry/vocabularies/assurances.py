"""Schemes that vouch for the security of a host: names, not a ladder."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.vocabularies.vocabulaire import vocabulaire

REVIEWED = dt.date(2026, 2, 1)

# A draft scheme vouches for nothing yet: EUCS is left out until it is adopted.
REFERENTIELS = vocabulaire(
    "referentiels", "Textes des référentiels", REVIEWED,
    ("ISO 27001", "management de la sécurité de l'information", "information security management", "gestão da segurança da informação", "ISO/IEC 27001"),
    ("ISO 27017", "sécurité des services en nuage", "security of cloud services", "segurança de serviços em nuvem", "ISO/IEC 27017"),
    ("ISO 27018", "données personnelles dans le nuage public", "personal data in public clouds", "dados pessoais em nuvem pública", "ISO/IEC 27018"),
    ("ISO 27701", "management de la protection de la vie privée", "privacy information management", "gestão da privacidade da informação", "ISO/IEC 27701"),
    ("HDS", "hébergeur de données de santé (v2 : 2024-05-16, stockage dans l'EEE)", "host of health data (v2: 2024-05-16, storage in the EEA)", "hospedagem de dados de saúde (v2: 2024-05-16, armazenamento no EEE)", "CSP L.1111-8"),
    ("SecNumCloud", "qualification SecNumCloud (3.2 : droit extraterritorial, ch. 19.6 ; trois ans)", "SecNumCloud qualification (3.2: extraterritorial law, ch. 19.6; three years)", "qualificação SecNumCloud (3.2: direito extraterritorial, cap. 19.6; três anos)", "ANSSI"),
    ("autre", "autre référentiel, nommé dans la précision", "other scheme, named in the detail", "outro referencial, indicado no detalhe"),
)  # fmt: skip


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
