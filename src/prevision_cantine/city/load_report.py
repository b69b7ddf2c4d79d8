"""What a city's data hold, and what the loader found, repaired or left out."""

from __future__ import annotations

import json
from typing import Any

import attrs
import numpy as np

from prevision_cantine.arrays import Days
from prevision_cantine.city.city import City
from prevision_cantine.city.records import Remark
from prevision_cantine.json_value import JsonValue, plain_value
from prevision_cantine.plain_values import html_text
from prevision_cantine.words.catalogue import Count, Either, Phrase, sentence
from prevision_cantine.words.language import counted, table

OPEN = 0.5  # share of the usual canteens below which a school day is a gap


@attrs.frozen
class Gap(JsonValue):
    """School days on which fewer than half of the canteens that usually serve have meals recorded.

    Parameters
    ----------
    start, end : datetime64[D]
        First and last day.
    days : int
        School days.
    canteens : int
        Most canteens with meals on one of them.
    """

    start: np.datetime64
    end: np.datetime64
    days: int
    canteens: int


@attrs.frozen(kw_only=True)
class LoadReport:
    """What was loaded, in counts, with all remarks of the loader.

    Parameters
    ----------
    canteens, rows, meals : int
        Canteens, canteens and days with meals, and meals.
    first, last : datetime64[D]
        First and last day with meals.
    services : tuple of str
        Services, where there are several.
    weekdays : tuple of int
        Weekdays with meals, 0 for Monday.
    is_school : bool
        Whether ``years`` are school years; else they are civil ones.
    with_agents : int
        Rows with an order of the agents.
    years : tuple of (str, datetime64[D], datetime64[D], int)
        School years of the calendar: name, first and last day, and canteens whose enrolment is
        known.
    menu_days : int
        School days from ``first`` to ``last`` with a menu, of ``school_days``.
    school_days : int
        School days from ``first`` to ``last``.
    gaps : tuple of Gap
        Days that the calendar says are taught and the attendance that they were not, or not
        recorded: missing data, a strike, or a closure that the calendar does not know.
    remarks : tuple of Remark
        What the loader found and did.
    """

    canteens: int
    rows: int
    meals: int
    first: np.datetime64
    last: np.datetime64
    services: tuple[str, ...]
    weekdays: tuple[int, ...]
    is_school: bool
    with_agents: int
    years: tuple[tuple[str, np.datetime64, np.datetime64, int], ...]
    menu_days: int
    school_days: int
    gaps: tuple[Gap, ...]
    remarks: tuple[Remark, ...]

    def to_text(self, lang: str = "en") -> str:
        """Return the report for a person to read.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Several lines.
        """

        def say(code: str, **facts: object) -> str:
            return sentence(f"report.{code}", lang, **facts)

        rows = Count(self.rows, "row")
        weekdays = Either(tuple(Phrase.of(f"parts.weekday_{n}") for n in self.weekdays), "and")
        lines = [
            say(
                "head", canteens=Count(self.canteens, "canteen"), rows=rows,
                meals=Count(self.meals, "meal"), first=self.first, last=self.last,
            ),
            *([say("services", names=self.services)] if self.services else []),
            say("weekdays", weekdays=weekdays),
            say("orders", count=self.with_agents, rows=rows),
            say("menus", count=self.menu_days, days=Count(self.school_days, "school day" if self.is_school else "day")),
            "",
            table(
                (say("school_year" if self.is_school else "year"), say("from"), say("to"), say("enrolments")),
                [(name, str(a), str(b), str(n)) for name, a, b, n in self.years],
            ),
            "",
            say("gaps" if self.is_school else "gaps_days", gaps=Count(len(self.gaps), "gap")),
        ]  # fmt: skip
        if self.gaps:
            gaps = [(str(g.start), str(g.end), str(g.days), str(g.canteens)) for g in self.gaps]
            header = (
                say("from"),
                say("to"),
                say("gap_days" if self.is_school else "days"),
                say("gap_canteens"),
            )
            lines.append(table(header, gaps))
        lines += ["", counted(len(self.remarks), "remark", lang)]
        lines += [remark.say(lang) for remark in self.remarks]
        return "\n".join(lines)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the report as plain values that go to JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the remarks; the codes beside them do not change.

        Returns
        -------
        dict
            The fields of this class; days are ``YYYY-MM-DD``.
        """
        value: dict[str, Any] = {
            field.name: plain_value(getattr(self, field.name))
            for field in attrs.fields(LoadReport)
            if field.name != "remarks"
        }
        value["years"] = [
            {"annee_scolaire": name, "start": str(a), "end": str(b), "enrolments": n}
            for name, a, b, n in self.years
        ]
        return {**value, "remarks": [remark.to_dict(lang) for remark in self.remarks]}

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the report in English."""
        return html_text(self.to_text("en"))

    def to_json(self, lang: str = "en") -> str:
        """Return ``to_dict()`` as JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the remarks.

        Returns
        -------
        str
            JSON, a key a line.
        """
        return json.dumps(self.to_dict(lang), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def load_report(city: City) -> LoadReport:
    """Return what a city's data hold and what its loader said.

    Parameters
    ----------
    city : City
        A city with at least one row of attendance.

    Returns
    -------
    LoadReport
        Counts, gaps and remarks.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> report = load_report(make_city(canteens=2, years=1))
    >>> report.canteens, report.gaps
    (2, ())
    """
    served, calendar = city.attendance, city.calendar
    first, last = served.date[0], served.date[-1]
    days = calendar.school_days(first, last)
    return LoadReport(
        canteens=len(set(city.sites)),
        rows=len(served),
        meals=round(float(served.meals.sum())),
        first=first,
        last=last,
        services=tuple(dict.fromkeys(city.services)),
        weekdays=calendar.weekdays,
        is_school=calendar.is_school,
        with_agents=int(np.isfinite(served.agents).sum()),
        years=tuple(
            (year.name, year.start, year.end, _known(city, year.name)) for year in calendar.years
        ),
        menu_days=int(np.isin(days, city.menu_days).sum()),
        school_days=len(days),
        gaps=_gaps(city, days),
        remarks=city.report,
    )


def _known(city: City, year: str) -> int:
    """Return how many canteens have an enrolment of a school year, or a head count by its end."""
    if year in city.enrolment:
        return int(np.isfinite(city.enrolment[year]).sum())
    end = next(item.end for item in city.calendar.years if item.name == year)
    told = city.headcounts.since <= end
    return len(set(np.array(city.sites)[city.headcounts.series[told]].tolist()))


def _gaps(city: City, days: Days) -> tuple[Gap, ...]:
    """Return the runs of school days with few canteens, each beside the usual of its school year."""
    served, counts = np.unique(city.attendance.date, return_counts=True)
    at = np.searchsorted(served, days)
    found = np.where(np.isin(days, served), counts[np.minimum(at, len(counts) - 1)], 0)
    year = city.calendar.year_index(days)
    usual = np.zeros(len(days))
    for number in np.unique(year):
        here = year == number
        recorded = found[here & (found > 0)]
        usual[here] = np.median(recorded) if len(recorded) else len(city.canteens)
    few = found < OPEN * usual
    edges = np.flatnonzero(np.diff(np.concatenate([[0], few.astype(np.int64), [0]])))
    return tuple(
        Gap(days[start], days[end - 1], int(end - start), int(found[start:end].max()))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    )
