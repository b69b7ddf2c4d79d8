"""What the public holidays of France are called, and on which days they fall in any year.

Source: article L. 3133-1 of the French labour code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

Names = Mapping[str, str]

# By month and day.
FIXED: Mapping[tuple[int, int], Names] = MappingProxyType(
    {
        (1, 1): {"fr": "jour de l'an", "en": "New Year's Day", "pt": "Ano-Novo"},
        (5, 1): {"fr": "fête du Travail", "en": "Labour Day", "pt": "Dia do Trabalho"},
        (5, 8): {"fr": "8 mai", "en": "8 May", "pt": "8 de maio"},
        (7, 14): {"fr": "14 juillet", "en": "14 July", "pt": "14 de julho"},
        (8, 15): {"fr": "Assomption", "en": "Assumption", "pt": "Assunção"},
        (11, 1): {"fr": "Toussaint", "en": "All Saints' Day", "pt": "Todos os Santos"},
        (11, 11): {"fr": "11 novembre", "en": "11 November", "pt": "11 de novembro"},
        (12, 25): {"fr": "Noël", "en": "Christmas", "pt": "Natal"},
    }
)  # fmt: skip
# By days after Easter Sunday.
MOVABLE: Mapping[int, Names] = MappingProxyType(
    {
        1: {"fr": "lundi de Pâques", "en": "Easter Monday", "pt": "Segunda-feira de Páscoa"},
        39: {"fr": "Ascension", "en": "Ascension Day", "pt": "Ascensão"},
        50: {"fr": "lundi de Pentecôte", "en": "Whit Monday", "pt": "Segunda-feira de Pentecostes"},
    }
)  # fmt: skip


def easter(year: int) -> dt.date:
    """Return Easter Sunday of a year of the Gregorian calendar.

    Examples
    --------
    >>> easter(2017)
    datetime.date(2017, 4, 16)
    """
    golden, century = year % 19, year // 100
    # The epact: the age of the moon on 1 January, kept true by the leap years left out.
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    full_moon = epact - (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + full_moon + 2 - century + century // 4) % 7
    # Days after 28 March of the Sunday that follows the full moon.
    after = full_moon - weekday
    return dt.date(year, 3, 28) + dt.timedelta(days=after)


def holiday_name(day: dt.date, lang: str) -> str | None:
    """Return the name of a public holiday, None for any other day.

    Examples
    --------
    >>> holiday_name(dt.date(2017, 5, 25), "en")
    'Ascension Day'
    """
    names = FIXED.get((day.month, day.day)) or MOVABLE.get((day - easter(day.year)).days)
    return names[lang] if names else None
