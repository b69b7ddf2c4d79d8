"""What the levels of a factor are called, and which of them a row is told by."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np

from prevision_cantine.calendar.holiday_names import holiday_name
from prevision_cantine.city.city import Rows
from prevision_cantine.city.menus import Family
from prevision_cantine.words.language import DAYS, MONTHS, listed
from prevision_cantine.words.plain import plain

# The terms of a forecast, in the order in which they are told, with what each is called.
TERMS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "effectif": {"fr": "effectif", "en": "enrolment", "pt": "matrículas"},
        "niveau": {"fr": "niveau de la cantine", "en": "level of the canteen", "pt": "nível da cantina"},
        "jour": {"fr": "jour de la semaine", "en": "day of the week", "pt": "dia da semana"},
        "saison": {"fr": "saison", "en": "season", "pt": "época do ano"},
        "rentree_fin": {
            "fr": "rentrée et fin d'année", "en": "start and end of year", "pt": "início e fim do ano letivo",
        },
        "vacances": {"fr": "vacances proches", "en": "holidays near", "pt": "férias próximas"},
        "feries": {"fr": "fériés et ponts", "en": "public holidays and bridges", "pt": "feriados e pontes"},
        "greve": {"fr": "grève", "en": "strike", "pt": "greve"},
        "menu": {"fr": "menu", "en": "menu", "pt": "cardápio"},
        "rupture": {"fr": "changement de niveau", "en": "change of level", "pt": "mudança de nível"},
        "absences": {"fr": "absences annoncées", "en": "announced absences", "pt": "ausências anunciadas"},
        "projet_commande": {
            "fr": "projet de commande des agents", "en": "draft order of the agents",
            "pt": "pedido preliminar dos agentes",
        },
    }
)  # fmt: skip


NEAR = 5  # service days around school holidays that are told by them

NAMES: Mapping[str, Mapping[str, str]] = {
    "level": {"fr": "niveau", "en": "level", "pt": "nível"},
    "level_of_year": {"fr": "niveau de l'année", "en": "level of the year", "pt": "nível do ano"},
    "week": {
        "fr": "semaine {n} de l'année scolaire", "en": "week {n} of the school year", "pt": "semana {n} do ano letivo",
    },
    "from_start": {
        "fr": "jour {n} de l'année scolaire", "en": "day {n} of the school year", "pt": "dia {n} do ano letivo",
    },
    "from_start 0": {
        "fr": "premier jour de l'année scolaire", "en": "first day of the school year",
        "pt": "primeiro dia do ano letivo",
    },
    "first_weeks": {
        "fr": "premières semaines de l'année scolaire", "en": "first weeks of the school year",
        "pt": "primeiras semanas do ano letivo",
    },
    "to_end": {
        "fr": "{n} jours avant la fin de l'année", "en": "{n} days before the end of the year",
        "pt": "{n} dias antes do fim do ano letivo",
    },
    "to_end 0": {
        "fr": "dernier jour de l'année", "en": "last day of the year", "pt": "último dia do ano letivo",
    },
    "to_end 1": {
        "fr": "avant-dernier jour de l'année", "en": "last day but one of the year",
        "pt": "penúltimo dia do ano letivo",
    },
    "to_break": {
        "fr": "{n} jours avant les vacances", "en": "{n} days before holidays", "pt": "{n} dias antes das férias",
    },
    "to_break 0": {"fr": "veille de vacances", "en": "eve of holidays", "pt": "véspera de férias"},
    "since_break": {
        "fr": "{n}e jour après les vacances", "en": "day {n} after holidays", "pt": "{n}º dia depois das férias",
    },
    "since_break 0": {
        "fr": "retour de vacances", "en": "return from holidays", "pt": "volta das férias",
    },
    "before_holiday": {
        "fr": "veille de férié", "en": "eve of a public holiday", "pt": "véspera de feriado",
    },
    "after_holiday": {
        "fr": "lendemain de férié", "en": "day after a public holiday", "pt": "dia seguinte a feriado",
    },
    "bridge": {"fr": "pont", "en": "bridge day", "pt": "ponte de feriado"},
    "strike": {"fr": "grève", "en": "strike", "pt": "greve"},
    "poisson": {"fr": "poisson", "en": "fish", "pt": "peixe"},
    "porc": {"fr": "porc", "en": "pork", "pt": "carne de porco"},
    "viande": {"fr": "viande", "en": "meat", "pt": "carne"},
    "frites": {"fr": "frites", "en": "chips", "pt": "batatas fritas"},
    "pizza": {"fr": "pizza", "en": "pizza", "pt": "pizza"},
    "fete": {"fr": "repas de fête", "en": "festive meal", "pt": "refeição festiva"},
    "other": {"fr": "autre", "en": "other", "pt": "outro"},
}  # fmt: skip
# Levels that count from 0 and are told from 1.
_FROM_ONE = ("week", "from_start", "to_break", "since_break")
_OF_HOLIDAYS = re.compile(
    r"^vacances\s+(de\s+la\s+|de\s+l['’]|des?\s+|du\s+|d['’])?", re.IGNORECASE
)


def level_name(factor: str, level: int, lang: str) -> str:
    """Return what a level of a factor is called.

    Parameters
    ----------
    factor : str
        Name of the factor, as in ``Block.factor`` without its ``type*``.
    level : int
        Number of the level.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    str
        Words; the factor and the number where it has none.

    Examples
    --------
    >>> level_name("to_break", 0, "en"), level_name("to_break", 1, "en"), level_name("x", 2, "en")
    ('eve of holidays', '2 days before holidays', 'x 2')
    """
    if factor == "month":
        return MONTHS[lang][level]
    if factor == "weekday":
        return DAYS[lang][level]
    names = NAMES.get(f"{factor} {level}") or NAMES.get(factor)
    if names is None:
        return f"{factor} {level}"
    return names[lang].format(n=level + (factor in _FROM_ONE))


def observance_words(name: str) -> Mapping[str, str]:
    """Return what an observance is called by language, where the package knows it; else nothing.

    Examples
    --------
    >>> observance_words("Ramadan")["pt"], dict(observance_words("neige"))
    ('Ramadã', {})
    """
    return _observances().get(plain(name), {})


@cache
def _observances() -> Mapping[str, Mapping[str, str]]:
    file = resources.files("prevision_cantine").joinpath("words/observances.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@attrs.frozen
class Words:
    """What the terms and levels of a city's own are called, beside those of the package.

    Parameters
    ----------
    entries : tuple of (str, str, str)
        Name of a term, or of a factor and its level, language, and words.
    """

    entries: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def of(cls, terms: Iterable[Any], families: Iterable[Family] = ()) -> Words:
        """Return the words that terms, and families of dishes, bring with them."""
        found: dict[tuple[str, str], str] = {}
        for term in terms:
            found |= {(term.name, lang): text for lang, text in term.words.items()}
            if hasattr(term, "level_words"):
                found |= term.level_words()
            elif ":" in term.factor:
                found |= {(term.factor, lang): text for lang, text in term.words.items()}
        for family in families:
            found |= {(family.name, lang): text for lang, text in family.words.items()}
            if not family.words and family.name not in NAMES:
                found[family.name, "fr"] = family.name  # in every language, for want of others
        return cls(tuple((*key, text) for key, text in found.items()))

    def own(self, name: str, lang: str) -> str | None:
        """Return the city's own words in a language, else in its first; None where it has none."""
        mine = {known: text for key, known, text in self.entries if key == name}
        return mine.get(lang) or next(iter(mine.values()), None)

    def term(self, name: str, lang: str) -> str:
        """Return what a term is called: in the city's words, in the package's, or by its name."""
        usual = TERMS.get(name, {}).get(lang)
        return self.own(name, lang) or usual or name

    def level(self, factor: str, level: int, lang: str) -> str:
        """Return what a level of a factor is called."""
        found = self.own(f"{factor} {level}", lang) or self.own(factor, lang)
        if found is not None:
            return found
        _, colon, name = factor.partition(":")
        if colon and "*" not in factor:
            return name
        return level_name(factor, level, lang)


NO_WORDS = Words()


def reasons(rows: Rows, lang: str) -> list[dict[str, str]]:
    """Return, for each row, what its terms are about on that day.

    Parameters
    ----------
    rows : Rows
        Canteens and days.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    list of dict of str to str
        By term, such as ``{"menu": "fish", "vacances": "eve of holidays (Noël)"}``; a term that the
        calendar and the menus say nothing about is not there.
    """
    city = rows.city
    service = [city.service_of[canteen] for canteen in rows.canteen.tolist()]
    known = list(zip(rows.date.tolist(), service, strict=True))
    first = {key: i for i, key in reversed(list(enumerate(known)))}  # a day is told once a service
    around = city.calendar.surroundings(rows.date[list(first.values())])
    told = {
        key: _reasons_of(rows, i, {name: values[n] for name, values in around.items()}, lang)
        for n, (key, i) in enumerate(first.items())
    }
    return [told[key] for key in known]


def _reasons_of(rows: Rows, i: int, here: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Return what the terms are about on the day of a row, for its service."""
    tellers: Mapping[str, Callable[[Rows, int, Mapping[str, Any], str], str]] = {
        "saison": _season, "rentree_fin": _ends, "vacances": _school_holidays,
        "feries": _public_holidays, "greve": _flag("strike"),
    }  # fmt: skip
    told = {term: tell(rows, i, here, lang) for term, tell in tellers.items()}
    city = rows.city
    menus = city.menus_of.get(city.service_of[rows.canteen[i]], city.menus)
    served = [
        family.words.get(lang) or NAMES.get(family.name, {}).get(lang) or family.name
        for family, flag in zip(menus.families, menus.on(rows.date[[i]])[0], strict=True)
        if flag
    ]
    told["menu"] = listed(served, lang)
    return {term: words for term, words in told.items() if words}


def _season(rows: Rows, i: int, here: Mapping[str, Any], lang: str) -> str:
    season = {"fr": "saison", "en": "season", "pt": "época"}[lang]
    return f"{season} ({MONTHS[lang][rows.date[i].astype('datetime64[M]').astype(int) % 12]})"


def _ends(rows: Rows, i: int, here: Mapping[str, Any], lang: str) -> str:
    if here["to_end"] < here["from_start"]:
        return level_name("to_end", int(here["to_end"]), lang)
    return level_name("from_start", int(here["from_start"]), lang)


def _school_holidays(rows: Rows, i: int, here: Mapping[str, Any], lang: str) -> str:
    day, breaks = rows.date[i], rows.city.calendar.breaks
    before, after = int(here["to_break"]), int(here["since_break"])
    if min(before, after) >= NEAR:
        return ""
    if before <= after:
        named = min((b for b in breaks if b.start > day), key=lambda b: b.start)
        words = level_name("to_break", before, lang)
    else:
        named = max((b for b in breaks if b.end < day), key=lambda b: b.end)
        words = level_name("since_break", after, lang)
    name = _OF_HOLIDAYS.sub("", " ".join(named.name.split()))
    return f"{words} ({name})" if name else words


def _public_holidays(rows: Rows, i: int, here: Mapping[str, Any], lang: str) -> str:
    factor = next((f for f in ("bridge", "before_holiday", "after_holiday") if here[f]), None)
    if factor is None:
        return ""
    reach = (-1, 1, -2, 2) if factor == "bridge" else (1,) if factor == "before_holiday" else (-1,)
    near = rows.date[i] + np.array(reach)
    found = near[np.isin(near, rows.city.calendar.public_holidays)]
    name = holiday_name(found[0].item(), lang) if len(found) else None
    words = level_name(factor, 0, lang)
    return f"{words} ({name})" if name else words


def _flag(factor: str) -> Callable[[Rows, int, Mapping[str, Any], str], str]:
    def tell(rows: Rows, i: int, here: Mapping[str, Any], lang: str) -> str:
        return level_name(factor, 0, lang) if here[factor] else ""

    return tell
