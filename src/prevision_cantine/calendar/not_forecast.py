"""Why a day is not forecast, and which days near it are."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from prevision_cantine.calendar.days import Calendar, weekday
from prevision_cantine.calendar.holiday_names import holiday_name
from prevision_cantine.errors import DateError
from prevision_cantine.json_value import JsonValue
from prevision_cantine.words.language import DAYS, in_language, phrases

# Why a day is not forecast: what the calendar says, what is known of the canteens, what is past.
REASONS = (
    "before_calendar", "after_calendar", "weekday", "public_holiday", "school_holiday", "closed",
    "between_years", "canteen_closed", "not_open_yet", "closed_for_good", "no_recent_meals", "past",
)  # fmt: skip

TEXTS = phrases("not_forecast")


def _on(number: int, lang: str) -> str:
    """Return a weekday as one that comes back every week."""
    name = DAYS[lang][number]
    every = "aos" if number > 4 else "às"  # as Portuguese has weekends and other days
    return {"fr": name, "en": f"{name}s", "pt": f"{every} {name}s"}[lang]


@attrs.frozen
class Reason(JsonValue):
    """One reason for which a day is not forecast.

    Parameters
    ----------
    code : str
        One of ``REASONS``.
    name : str
        Name of the holiday, or number of the weekday, 0 for Monday; empty for other reasons.
    since : datetime64[D] or None
        The day on which the calendar, the data or the canteen begins or ends.
    """

    code: str
    name: str = ""
    since: np.datetime64 | None = None


@attrs.frozen(kw_only=True)
class NotForecast(JsonValue):
    """A day, or a span of days, that is not forecast: why, and which days near it are.

    Parameters
    ----------
    start, end : datetime64[D]
        First and last day asked for; the same for a day.
    canteen : str
        The canteen asked for; empty for all.
    reasons : tuple of Reason
        Each reason once, in the order of the days.
    before, after : datetime64[D] or None
        The nearest days that are forecast; None where there is none within a year.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> answer = make_city(canteens=2, years=1).why_not("2020-12-25")
    >>> print(answer.to_text("en"))
    2020-12-25 is not forecast: public holiday (Christmas); school holidays (Noël). The nearest days forecast are 2020-12-18 and 2021-01-04.
    >>> answer.after
    np.datetime64('2021-01-04')
    """

    start: np.datetime64
    end: np.datetime64
    canteen: str = ""
    reasons: tuple[Reason, ...]
    before: np.datetime64 | None = None
    after: np.datetime64 | None = None

    def to_text(self, lang: str = "fr") -> str:
        """Say why, and which days are forecast.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Two sentences on one line.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        say = in_language(TEXTS, lang)
        asked = "day" if self.start == self.end else "span"
        head = say[asked].format(day=self.start, start=self.start, end=self.end)
        if self.canteen:
            head += say["canteen"].format(canteen=self.canteen)
        why = say["and"].join(self._told(reason, lang) for reason in self.reasons)
        near = [str(day) for day in (self.before, self.after) if day is not None]
        key = ("none", "one", "both")[len(near)]
        nearest = say[key].format(day=near[0] if near else "", before=self.before, after=self.after)
        return f"{head}{say['because']}{why}. {nearest}"

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain data, for JSON.

        Returns
        -------
        dict of str to object
            ``start``, ``end``, ``canteen``, ``reasons`` (each with ``code``, ``name`` and
            ``since``), ``before`` and ``after``; days as ``YYYY-MM-DD``.
        """
        return {
            "start": str(self.start), "end": str(self.end), "canteen": self.canteen,
            "reasons": [
                {"code": r.code, "name": r.name, "since": _text(r.since)} for r in self.reasons
            ],
            "before": _text(self.before), "after": _text(self.after),
        }  # fmt: skip

    def _told(self, reason: Reason, lang: str) -> str:
        name, named = reason.name, ""
        if reason.code == "public_holiday":
            name = holiday_name(np.datetime64(name, "D").item(), lang) or ""
        elif reason.code == "weekday":
            named = _on(int(name), lang)
        return TEXTS[lang][reason.code].format(
            name=f" ({name})" if name else "", weekday=named, since=reason.since
        )


class NotForecastError(DateError):
    """What was asked for is not forecast.

    Parameters
    ----------
    answer : NotForecast
        Why, and which days are forecast.
    """

    def __init__(self, answer: NotForecast) -> None:
        super().__init__("not_forecast")
        self.answer = answer

    def __str__(self) -> str:
        """Return the message, in English."""
        return self.say("en")

    def say(self, lang: str) -> str:
        """Return the message in a language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            As ``NotForecast.to_text``.
        """
        return self.answer.to_text(lang)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the error as plain data, for JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the message.

        Returns
        -------
        dict of str to object
            ``code``, ``message``, and what ``NotForecast.to_dict`` has.
        """
        return {"code": self.code, "message": self.say(lang), **self.answer.to_dict()}

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return type(self), (self.answer,)


def reasons_of(calendar: Calendar, day: np.datetime64) -> list[Reason]:
    """Return why a calendar has no meal on a day; nothing where it has some.

    Parameters
    ----------
    calendar : Calendar
        The calendar.
    day : datetime64[D]
        Day.

    Returns
    -------
    list of Reason
        In the order in which they are told.
    """
    first, last = calendar.span
    if day < first:
        return [Reason("before_calendar", since=first)]
    if day > last:
        return [Reason("after_calendar", since=last)]
    days = np.array([day])
    if calendar.is_served(days)[0]:
        return []
    found = []
    if day in calendar.public_holidays:
        found.append(Reason("public_holiday", str(day)))
    found += [
        Reason("school_holiday", " ".join(item.name.split()))
        for item in calendar.breaks
        if item.start <= day <= item.end
    ]
    if day in calendar.closed:
        found.append(Reason("closed"))
    if not any(year.start <= day <= year.end for year in calendar.years):
        found.append(Reason("between_years"))
    number = int(weekday(days)[0])
    if number not in calendar.weekdays and not found:
        found.append(Reason("weekday", str(number)))
    return found


def _text(day: np.datetime64 | None) -> str | None:
    return None if day is None else str(day)
