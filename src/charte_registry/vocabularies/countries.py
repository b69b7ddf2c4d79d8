"""Countries: ISO 3166-1 codes, membership of the European Economic Area at a date, France overseas."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import cache

from charte_registry.errors import RegisterError
from charte_registry.messages import Phrase
from charte_registry.vocabularies.country_names import NAMES
from charte_registry.vocabularies.vocabulaire import Terme

# Members since before the GDPR applied (2018-05-25); of earlier dates the table says nothing.
EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO".split()  # noqa: SIM905 - reads as the table of the treaty
)
# Codes of their own in ISO 3166-1, and yet France: `code != "FR"` does not mean foreign.
FRANCE = frozenset(["FR", "GP", "MQ", "GF", "RE", "YT", "MF", "BL", "PM", "NC", "PF", "WF", "TF"])
GB_LEFT = dt.date(2020, 12, 31)  # last day of the transition
EUROPE = EEA | FRANCE | {"CH", "GB", "AD", "MC", "SM", "VA", "JE", "GG", "IM", "FO"}


def in_eea(pays: str, on: dt.date) -> bool:
    """Return whether a country is in the European Economic Area, or French, at a date.

    Parameters
    ----------
    pays : str
        ISO 3166-1 code.
    on : datetime.date
        The date.

    Returns
    -------
    bool
        True for France overseas too, whatever its status under the treaties.

    Examples
    --------
    >>> in_eea("GB", dt.date(2020, 12, 31)), in_eea("GB", dt.date(2021, 1, 1))
    (True, False)
    """
    return pays in EEA or pays in FRANCE or (pays == "GB" and on <= GB_LEFT)


def zone(pays: str) -> str:
    """Return ``france``, ``europe`` or ``hors_europe`` for a country code."""
    if pays in FRANCE:
        return "france"
    return "europe" if pays in EUROPE else "hors_europe"


def country(code: str) -> Terme:
    """Return the names of a country.

    Parameters
    ----------
    code : str
        ISO 3166-1 code.

    Returns
    -------
    Terme
        Its names in French, English and Portuguese.

    Raises
    ------
    RegisterError
        Where the code is not in ISO 3166-1.

    Examples
    --------
    >>> country("DE").fr
    'Allemagne'
    """
    if code not in NAMES:
        named = country_code(code)
        near = Phrase.of("part.near", names=(named,)) if named else Phrase.of("part.write_code")
        raise RegisterError("not_country", value=code, near=near)
    fr, en, pt = NAMES[code]
    return Terme(code=code, fr=fr, en=en, pt=pt, source="ISO 3166-1")


# Older or shorter names than those of the CLDR, as the CNIL's model register spells them.
# Kosovo has no code in ISO 3166-1: it stays without one.
_OTHER_NAMES = {
    "Birmanie": "MM", "Congo": "CG", "Hong-Kong": "HK", "Macédoine": "MK", "Marshall": "MH",
    "Palestine": "PS", "USA": "US", "U.S.A.": "US", "EUA": "US", "États Unis d'Amérique": "US", "UK": "GB",
    "Grande-Bretagne": "GB", "Great Britain": "GB", "Angleterre": "GB", "Pays Bas": "NL", "Hollande": "NL",
    "Holland": "NL", "République tchèque": "CZ", "Corée": "KR", "Russie": "RU", "Rép. dém. du Congo": "CD", "Salomon": "SB", "Swaziland": "SZ",
}  # fmt: skip


def country_code(name: str) -> str | None:
    """Return the code of a country by its name in French, English or Portuguese.

    Parameters
    ----------
    name : str
        Name; case, accents and punctuation do not matter.

    Returns
    -------
    str or None
        ISO 3166-1 code; none where no country has that name.

    Examples
    --------
    >>> country_code("Etats-Unis"), country_code("ILES FEROE"), country_code("Kosovo")
    ('US', 'FO', None)
    """
    return _codes_by_name().get(_folded(name))


@cache
def _codes_by_name() -> dict[str, str]:
    names = {_folded(name): code for code, row in NAMES.items() for name in row}
    return names | {_folded(name): code for name, code in _OTHER_NAMES.items()}


def _folded(name: str) -> str:
    split = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in split if not unicodedata.combining(c))
    return " ".join(re.findall("[a-z]+", letters))
