"""What the public holidays of France are called, and on which days they fall in any year.

Source: article L. 3133-1 of the French labour code; for 8 May, which was none before 1953 nor from 1960
to 1981, law 81-893 of 2 October 1981. Eleven days need no library of every country's: their names in
three languages are here anyway, and a test compares the days with such a library's from 1950 to 2100.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from prevision_cantine.errors import DateError

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


def public_holidays(years: Iterable[int]) -> npt.NDArray[np.datetime64]:
    """Return the public holidays of metropolitan France but those of Alsace and Moselle alone.

    Parameters
    ----------
    years : iterable of int
        Years, from 1950.

    Returns
    -------
    ndarray of datetime64[D]
        Days, sorted.

    Raises
    ------
    DateError
        Where a year is before 1950.

    Examples
    --------
    >>> public_holidays([2017])[:3]
    array(['2017-01-01', '2017-04-17', '2017-05-01'], dtype='datetime64[D]')
    """
    days = set()
    for year in years:
        if year < 1950:
            raise DateError("no_public_holidays", year=year)
        sunday = easter(year)
        days |= {dt.date(year, *at) for at in FIXED if at != (5, 8) or _is_8_may_off(year)}
        days |= {sunday + dt.timedelta(days=after) for after in MOVABLE}
    return np.array(sorted(days), dtype="datetime64[D]")


def _is_8_may_off(year: int) -> bool:
    return 1953 <= year <= 1959 or year >= 1982
