"""What people write in cells: dates, durations, names, postcodes."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Hashable
from functools import lru_cache

# What means that there is nothing to say.
_RIEN = frozenset(
    ["", "n a", "na", "neant", "sans objet", "so", "aucun", "aucune", "non", "non concerne",
     "non applicable", "pas de transfert", "aucun transfert", "selectionnez un element dans cette liste deroulante"]
)  # fmt: skip
_MOIS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
    "novembre", "decembre",
)  # fmt: skip
_NOMBRES = {
    mot: n for n, mot in enumerate(
        ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"], 1)
} | {"une": 1}  # fmt: skip
_UNITES = {
    "an": "Y", "ans": "Y", "annee": "Y", "annees": "Y", "année": "Y", "années": "Y", "mois": "M", "semaine": "W",
    "semaines": "W", "jour": "D", "jours": "D", "heure": "H", "heures": "H", "minute": "m", "minutes": "m",
}  # fmt: skip
_QUANTITE = (
    r"(\d{1,4}|" + "|".join(_NOMBRES) + r")\s*(" + "|".join(sorted(_UNITES, reverse=True)) + r")\b"
)
_DUREE = re.compile(rf"{_QUANTITE}(?:\s*(?:,|et)\s*{_QUANTITE})*", re.IGNORECASE)
_DEPUIS = re.compile(
    r"[\s,;]*(?:(?:à\s+compter|a\s+compter|à\s+partir|a\s+partir)\s+(?:(?:de\s*)?:|du\s|de\s+la\s|de\s+l['’]|de\s|des\s|d['’])|"
    r"(?:après|apres|suivant|depuis)\s+(?:la\s|le\s|les\s|l['’])?)\s*(?P<evenement>.+)",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=20_000)  # a register says the same words on every sheet
def folded(text: Hashable) -> str:
    r"""Return text without case, accents and punctuation, to compare.

    Examples
    --------
    >>> folded("N° / RÉF"), folded("  État\ncivil… "), folded("Œuvre")
    ('n ref', 'etat civil', 'oeuvre')
    """
    spelled = str(text).casefold().replace("œ", "oe").replace("æ", "ae").replace("°", " ")
    split = unicodedata.normalize("NFKD", spelled)
    letters = "".join(c for c in split if not unicodedata.combining(c))
    return " ".join(re.findall("[a-z0-9]+", letters))


def tidy(text: object) -> str:
    r"""Return text without needless spaces, its lines kept.

    Examples
    --------
    >>> tidy("  Nom,   prénom \n adresse ")
    'Nom, prénom\nadresse'
    """
    lines = (" ".join(line.split()) for line in str(text).splitlines())
    return "\n".join(line for line in lines if line)


def nothing(value: Hashable) -> bool:
    """Return whether a cell says that there is nothing: empty, N/A, néant, or still to choose."""
    return value is None or folded(value) in _RIEN


def slug(text: str, taken: Collection[str] = ()) -> str:
    """Return an identifier made of a name, other than those taken.

    Examples
    --------
    >>> slug("Gestion de l'état civil"), slug("Aides", {"aides"}), slug("…")
    ('gestion-de-l-etat-civil', 'aides-2', 'fiche')
    """
    base = folded(text).replace(" ", "-")[:80].strip("-") or "fiche"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


_OTHERS = re.compile(
    r"(autres?|others?|outr[oa]s?)( \w+)?( a| please| por favor| favor)?"
    r" (preciser|specify|to be specified|especificar)"
)


def asks_which(text: object) -> bool:
    """Return whether a text is what a drop-down list offers for "others", without saying which.

    Examples
    --------
    >>> asks_which("Autres (préciser)"), asks_which("Other, please specify"), asks_which("Élus")
    (True, True, False)
    """
    return _OTHERS.fullmatch(folded(text)) is not None


def parsed_date(value: object) -> dt.date | None:
    """Return the date that a cell holds: a date, its text, or a spreadsheet's number.

    Parameters
    ----------
    value : object
        ``13/05/2019``, ``13.5.19``, ``13 mai 2019``, ``2019-05-13``, a date, or a count of days
        since the end of 1899, as a spreadsheet keeps a date whose format was lost. A day of 1905 is
        none: there stood a year, see ``year_typed``.

    Returns
    -------
    datetime.date or None
        None where it is no date.

    Examples
    --------
    >>> [str(parsed_date(text)) for text in ("13/05/2019", "1er mai 2019", 43598, "mai 2019")]
    ['2019-05-13', '2019-05-01', '2019-05-13', 'None']
    """
    if isinstance(value, dt.date):
        return None if year_typed(value) else value
    if isinstance(value, int) and not isinstance(value, bool):
        return dt.date(1899, 12, 30) + dt.timedelta(value) if 20_000 <= value <= 80_000 else None
    if not isinstance(value, str):
        return None
    text = folded(value).removeprefix("le ")
    if match := re.fullmatch(r"(\d{4}) (\d{1,2}) (\d{1,2})(?: \d\d \d\d(?: \d\d)?)?", text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2}) (\d{1,2}) (\d{4}|\d{2})", text):
        return _day(_year(match[3]), int(match[2]), int(match[1]))
    if match := re.fullmatch(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})", text):
        month = _MOIS.index(match[2]) + 1 if match[2] in _MOIS else 0
        return _day(int(match[3]), month, int(match[1]))
    return None


def year_typed(value: object) -> int | None:
    """Return the year that somebody typed into a cell of dates, which shows a day of 1905.

    A spreadsheet counts days since the end of 1899: 2018 in such a cell is 10 July 1905.

    Examples
    --------
    >>> year_typed(dt.date(1905, 7, 10)), year_typed(dt.date(2018, 7, 10)), year_typed("2018")
    (2018, None, None)
    """
    if not isinstance(value, dt.date):
        return None
    days = value.toordinal() - dt.date(1899, 12, 30).toordinal()
    return days if 1900 <= days <= 2100 else None


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (1900 if year >= 70 else 2000)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def parsed_conservation(text: str) -> dict[str, str]:
    """Return a retention in words as a duration with its trigger, else as a criterion.

    Examples
    --------
    >>> parsed_conservation("5 ans à compter du versement de la paie")
    {'duree': 'P5Y', 'declencheur': 'versement de la paie'}
    >>> parsed_conservation("deux ans et 6 mois")
    {'duree': 'P2Y6M'}
    >>> parsed_conservation("jusqu'à la fin du contrat")
    {'critere': "jusqu'à la fin du contrat"}
    """
    duration = _DUREE.match(text)
    if duration is None:
        return {"critere": text}
    rest = text[duration.end() :]
    since = _DEPUIS.fullmatch(rest)
    if rest.strip(" .") and (since is None or not since["evenement"].strip()):
        return {"critere": text}
    written = _iso(duration[0])
    if written is None:
        return {"critere": text}
    return {"duree": written} | ({"declencheur": since["evenement"].strip()} if since else {})


def _iso(words: str) -> str | None:
    """Return an ISO 8601 duration of quantities in order, each unit once; none otherwise."""
    found = re.findall(_QUANTITE, words, re.IGNORECASE)
    units = [_UNITES[unit.lower()] for _, unit in found]
    if units != sorted(set(units), key="YMWDHm".index):
        return None
    parts = [
        f"{_NOMBRES.get(n.lower()) or int(n)}{unit}"
        for (n, _), unit in zip(found, units, strict=True)
    ]
    days = "".join(part for part in parts if part[-1] not in "Hm")
    hours = "".join(part for part in parts if part[-1] in "Hm")
    return f"P{days}" + (f"T{hours.upper()}" if hours else "")


def postcode(value: object, french: bool) -> str:
    """Return a postcode as text: a number that lost its leading zero gets it back, in France.

    Examples
    --------
    >>> postcode(1000, True), postcode(75001, True), postcode(1000, False), postcode(" F-44000", True)
    ('01000', '75001', '1000', 'F-44000')
    """
    text = tidy(value)
    return text.zfill(5) if french and isinstance(value, int) else text


def telephone(value: object, french: bool) -> str:
    """Return a telephone number as text; nine digits in a number are ten in France.

    Examples
    --------
    >>> telephone(240999999, True), telephone("02 40 xx xx xx", True)
    ('0240999999', '02 40 xx xx xx')
    """
    text = tidy(value)
    return "0" + text if french and isinstance(value, int) and len(text) == 9 else text


_LAW = re.compile(
    r"\b(?:[LRDA]\.? ?\d|art(?:icles?)?\b|lois?\b|codes?\b|d[ée]crets?\b|arr[êe]t[ée]s?\b|d[ée]lib[ée]rations?\b|"
    r"ordonnances?\b|cgct\b|csp\b|casf\b|rglt\b|r[èe]glements?\b|act\b|lei\b|decreto\b|wet\b)",
    re.IGNORECASE,
)
_GDPR = re.compile(r"(?:rgpd|gdpr|lgpd|avg|art(?:icle)?\.?|6|[.(),1 a-f]|\s)+", re.IGNORECASE)


def law_cited(text: str) -> str:
    """Return the text where it cites a law beside the GDPR's article 6, else an empty text.

    Examples
    --------
    >>> law_cited("Obligation légale (CGCT L.2121-29)"), law_cited("Mission de service public"), law_cited("art. 6.1.e")
    ('Obligation légale (CGCT L.2121-29)', '', '')
    """
    return tidy(text) if _LAW.search(text) and not _GDPR.fullmatch(text) else ""
