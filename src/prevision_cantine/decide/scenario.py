"""A scenario: what would be told of a city, and the city of which it is told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from prevision_cantine.above import above
from prevision_cantine.arrays import Bools, Days, Floats
from prevision_cantine.calendar.days import Break, Calendar, no_days, to_day
from prevision_cantine.city.builder import Span
from prevision_cantine.city.city import City
from prevision_cantine.city.menus import Menus
from prevision_cantine.city.records import Absences, Marks, Variable
from prevision_cantine.decide.changes import (
    MAX_FACTOR,
    CanteenChange,
    Day,
    EnrolmentChange,
    check_canteen,
    enrolled,
    lived,
    opened,
    series_named,
)
from prevision_cantine.errors import CityError
from prevision_cantine.json_value import html_of
from prevision_cantine.words.near import names_near

SCENARIO = "scenario: absences"  # the place of an absence, for messages
# The days of all canteens, by the field of the calendar that keeps them.
FIELDS: Mapping[str, str] = {
    "ferie": "public_holidays", "ferme": "closed", "ouvert": "opened", "greve": "strikes",
    "exceptionnel": "exceptional",
}  # fmt: skip
NATURES = (*FIELDS, "vacances", "evenement", "observance")


def _days(values: Iterable[Day]) -> tuple[np.datetime64, ...]:
    return tuple(to_day(value) for value in values)


def _spans(values: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(values)


def _breaks(values: Iterable[Break]) -> tuple[Break, ...]:
    return tuple(values)


def _people(values: Iterable[EnrolmentChange]) -> tuple[EnrolmentChange, ...]:
    return tuple(values)


def _canteens(values: Iterable[CanteenChange]) -> tuple[CanteenChange, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True, eq=False)
class Scenario:
    """Changes to what is known of a city; whatever is not named stays as it is.

    Parameters
    ----------
    menus : mapping of datetime.date to iterable of str
        Dishes of some days, in the place of their menu.
    strikes : iterable of str or datetime.date
        Days for which a strike is announced.
    enrolment : mapping of str to float
        What the latest enrolments of a canteen are multiplied by, 0.1 to 10; ``*`` for every
        canteen that is not named.
    absences : mapping of (str, str or datetime.date) to float
        Pupils enrolled who will be away, such as on a trip, by canteen and day; they add to those
        announced already.
    public_holidays : iterable of str or datetime.date
        Days that become public holidays.
    breaks : iterable of Break
        School holidays; one takes the place of that with the same name in the same school year.
    events : mapping of str to iterable of str or datetime.date
        Days of events or observances of the city's own, by name, beside those of its calendar.
    variables : mapping of str to mapping of (str or datetime.date) to float
        Values of variables, by name and day, in the place of those known; the day alone for all
        series, ``(canteen, day)`` for one canteen.
    menus_of : mapping of str to mapping of datetime.date to iterable of str
        Dishes of some days by service, where services have menus of their own.
    spans : iterable of Span
        Days of any nature of ``calendrier.csv``, of all canteens or of one: ``ferme``, ``ouvert``,
        ``greve``, ``ferie``, ``vacances``, ``evenement``, ``observance``, ``exceptionnel``.
    people : iterable of EnrolmentChange
        Enrolments that change from a day on.
    canteens : iterable of CanteenChange
        Canteens that open or close.
    name : str
        What the scenario is called.

    Examples
    --------
    >>> Scenario(strikes=["2024-05-14"]).strikes
    (np.datetime64('2024-05-14'),)
    """

    menus: Mapping[dt.date, Iterable[str]] = attrs.field(factory=dict)
    strikes: tuple[np.datetime64, ...] = attrs.field(default=(), converter=_days)
    enrolment: Mapping[str, float] = attrs.field(factory=dict)
    absences: Mapping[tuple[str, str | dt.date], float] = attrs.field(factory=dict)
    public_holidays: tuple[np.datetime64, ...] = attrs.field(default=(), converter=_days)
    breaks: tuple[Break, ...] = attrs.field(default=(), converter=_breaks)
    events: Mapping[str, Iterable[str | dt.date]] = attrs.field(factory=dict)
    variables: Mapping[str, Mapping[Day | tuple[str, Day], float]] = attrs.field(factory=dict)
    menus_of: Mapping[str, Mapping[dt.date, Iterable[str]]] = attrs.field(factory=dict)
    spans: tuple[Span, ...] = attrs.field(default=(), converter=_spans)
    people: tuple[EnrolmentChange, ...] = attrs.field(default=(), converter=_people)
    canteens: tuple[CanteenChange, ...] = attrs.field(default=(), converter=_canteens)
    name: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the scenario as plain values that go to JSON.

        Returns
        -------
        dict
            A key for each field, those that change nothing included. Days are ``YYYY-MM-DD``;
            ``menus`` are dishes by day, ``menus_of`` the same by service; ``absences`` a list with
            ``canteen``, ``date`` and ``pupils``; ``variables``, by name, a list with ``canteen``
            (None for all series), ``date`` and ``value``.

        Examples
        --------
        >>> said = Scenario(strikes=["2024-05-14"], enrolment={"*": 0.9}).to_dict()
        >>> said["strikes"], said["enrolment"], Scenario.from_dict(said).to_dict() == said
        (['2024-05-14'], {'*': 0.9}, True)
        """
        found: dict[str, Any] = above("scenario_dict")(self)
        return found

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Scenario:
        """Return the scenario that ``to_dict`` gives.

        Parameters
        ----------
        data : mapping of str to object
            Its fields; those that change nothing may be left out.

        Returns
        -------
        Scenario
            The scenario. Whether a city has its canteens and days is seen when it is applied.

        Raises
        ------
        ScenarioError
            With everything that is wrong.
        """
        found: Scenario = above("scenario_from_dict")(data)
        return found

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what changes."""
        changes = {name: value for name, value in self.to_dict().items() if value}
        return html_of(changes, type(self).__name__)

    @property
    def has_strike(self) -> bool:
        """Whether a strike is among the changes."""
        return bool(self.strikes) or any(span.nature == "greve" for span in self.spans)

    def joined(self, other: Scenario) -> Scenario:
        """Return a scenario with the changes of both; where both say something, the other's counts.

        Parameters
        ----------
        other : Scenario
            More changes.

        Returns
        -------
        Scenario
            Another scenario.

        Examples
        --------
        >>> more = Scenario(strikes=["2024-05-14"]).joined(Scenario(enrolment={"*": 0.9}))
        >>> len(more.strikes), more.enrolment
        (1, {'*': 0.9})
        """
        names = [field.name for field in attrs.fields(Scenario)]
        found: dict[str, Any] = {}
        for name in names:
            mine, theirs = getattr(self, name), getattr(other, name)
            if isinstance(mine, str):
                found[name] = theirs or mine
            elif isinstance(mine, tuple):
                found[name] = (*mine, *theirs)
            else:
                found[name] = {**mine, **theirs}
        found["variables"] |= {
            name: {**self.variables[name], **values}
            for name, values in other.variables.items()
            if name in self.variables
        }
        return Scenario(**found)

    def with_canteens(self, city: City) -> City:
        """Return the city with the canteens that open or close, and nothing else of the scenario.

        Parameters
        ----------
        city : City
            The city, which stays as it is.

        Returns
        -------
        City
            Another city, its new series after those it has; a forecaster has to learn from it.

        Raises
        ------
        CityError
            Where a canteen that is not known has no opening day or no people, or a canteen that
            it replaces is not known.
        """
        for change in self.canteens:
            known = change.name in city.sites or change.name in city.canteens
            city = lived(city, change) if known else opened(city, change)
        return city

    def apply(self, city: City, known_on: Day | None = None) -> City:
        """Return the city with the changes.

        Parameters
        ----------
        city : City
            The city, which stays as it is.
        known_on : str or datetime.date, optional
            Day of whose knowledge an enrolment that changes from a day on starts; the last day of
            the attendance where not given.

        Returns
        -------
        City
            Another city.

        Raises
        ------
        CityError
            Where a canteen does not exist, a number is outside its range, or more pupils would be
            away from a canteen than are enrolled there.
        DateError
            Where a day leaves the calendar.
        """
        city = self.with_canteens(city)
        factor = self._factor(city)
        day = city.attendance.date[-1] if known_on is None else to_day(known_on)
        city = attrs.evolve(
            city,
            enrolment={y: p * factor for y, p in city.enrolment.items()},
            provisional={
                y: attrs.evolve(p, pupils=p.pupils * factor) for y, p in city.provisional.items()
            },
            headcounts=attrs.evolve(
                city.headcounts, people=city.headcounts.people * factor[city.headcounts.series]
            ),
        )
        for change in self.people:
            city = enrolled(city, change, day)
        calendar, marks = self._calendar(city)
        return attrs.evolve(
            city,
            menus=_replaced(city.menus, self.menus),
            menus_of=self._menus_of(city),
            absences=self._absences(city),
            variables=tuple(self._variable(variable, city) for variable in city.variables),
            calendar=calendar,
            marks=marks,
        )

    def event_sources(self) -> frozenset[str]:
        """Return what terms read the events of the scenario from.

        Returns
        -------
        frozenset of str
            Such as ``evenement:neige``.
        """
        named = {
            f"{nature}:{name}" for name in self.events for nature in ("evenement", "observance")
        }
        return frozenset(named | {f"{s.nature}:{s.name}" for s in self.spans if s.name})

    def _all_spans(self, city: City) -> list[Span]:
        """Return all days of the calendar that the scenario names, as spans."""
        spans = [Span(start=day, end=day, nature="greve") for day in self.strikes]
        spans += [Span(start=day, end=day, nature="ferie") for day in self.public_holidays]
        spans += [
            Span(start=b.start, end=b.end, nature="vacances", name=b.name) for b in self.breaks
        ]
        natures = event_natures(city)
        for name, days in self.events.items():
            if name not in natures:
                raise CityError("no_event", value=name, near=names_near(name, sorted(natures)))
            spans += [
                Span(start=to_day(day), end=to_day(day), nature=natures[name], name=name)
                for day in days
            ]
        for span in self.spans:
            if span.nature not in NATURES:
                raise CityError("nature", where="spans", value=span.nature, known=NATURES)
            if span.nature in ("evenement", "observance") and span.name not in natures:
                near = names_near(span.name, sorted(natures))
                raise CityError("no_event", value=span.name, near=near)
        return [*spans, *self.spans]

    def _calendar(self, city: City) -> tuple[Calendar, tuple[Marks, ...]]:
        """Return the calendar and the marks of single series with the days of the scenario."""
        calendar, marks = city.calendar, {(m.nature, m.name, m.series): m.date for m in city.marks}
        breaks = list(calendar.breaks)
        days = {field: getattr(calendar, field) for field in FIELDS.values()}
        named = {
            "evenement": dict(calendar.events), "observance": dict(calendar.observances),
        }  # fmt: skip
        for span in self._all_spans(city):
            calendar.check_span(span.start, span.end)
            if span.canteen or span.service:
                _mark(marks, span, series_named(city, span.canteen, span.service))
            elif span.nature == "vacances":
                breaks = [*_others(breaks, span, calendar), Break(span.name, span.start, span.end)]
            elif span.nature in FIELDS:
                field = FIELDS[span.nature]
                days[field] = np.union1d(days[field], span.days)
                for undone in (
                    ("opened",) if field == "closed" else ("closed",) * (field == "opened")
                ):
                    days[undone] = np.setdiff1d(days[undone], span.days)
                if field == "closed":  # closes what is open by exception too
                    for key in [key for key in marks if key[0] == "ouvert"]:
                        marks[key] = np.setdiff1d(marks[key], span.days)
            else:
                of_nature = named[span.nature]
                of_nature[span.name] = np.union1d(of_nature.get(span.name, no_days()), span.days)
        result = attrs.evolve(
            calendar,
            breaks=tuple(sorted(breaks, key=lambda item: (item.start, item.end))),
            events=tuple(named["evenement"].items()),
            observances=tuple(named["observance"].items()),
            **days,
        )
        return result, tuple(Marks(*key, date=value) for key, value in marks.items())

    def _menus_of(self, city: City) -> dict[str, Menus]:
        """Return the menus of services with the dishes of the scenario."""
        result = {name: _replaced(menus, self.menus) for name, menus in city.menus_of.items()}
        for service, dishes in self.menus_of.items():
            if service not in city.service_of:
                near = names_near(service, sorted(set(city.service_of)))
                raise CityError("menus_service", value=service, near=near)
            menus = result.get(service, _replaced(city.menus, self.menus))
            result[service] = _replaced(menus, dishes)
        return result

    def _variable(self, variable: Variable, city: City) -> Variable:
        """Return a variable with the values of the scenario in the place of its own."""
        names = [known.name for known in city.variables]
        for name in self.variables:
            if name not in names:
                raise CityError("no_variable", value=name, near=names_near(name, names))
        told: dict[tuple[int, np.datetime64], float] = {}
        for key, value in self.variables.get(variable.name, {}).items():
            canteen, day = key if isinstance(key, tuple) else ("", key)
            for n in series_named(city, canteen) if canteen else [-1]:
                told[n, to_day(day)] = value
        series = np.array([n for n, _ in told], dtype=np.int64)
        days = np.array([day for _, day in told], dtype="datetime64[D]")
        values = np.array(list(told.values()), dtype=np.float64)
        if not np.isfinite(values).all():
            raise CityError("variable_value", value=variable.name)
        # A value of all series goes before those of single ones, a value of one before its own.
        stays = ~np.isin(variable.date, days[series == -1])
        for n, day in told:
            stays &= ~((variable.series == n) & (variable.date == day))
        return Variable(
            variable.name,
            np.concatenate([variable.series[stays], series]),
            np.concatenate([variable.date[stays], days]),
            np.concatenate([variable.value[stays], values]),
            np.concatenate([variable.known_on[stays], np.full(len(days), city.calendar.span[0])]),
        )

    def _factor(self, city: City) -> Floats:
        """Return what the enrolment of each series is multiplied by on every day."""
        for name, value in self.enrolment.items():
            if name != "*":
                check_canteen("enrolment", name, city)
            if not 1 / MAX_FACTOR <= value <= MAX_FACTOR:
                raise CityError("factor", canteen=name, value=value, most=MAX_FACTOR)
        everyone = self.enrolment.get("*", 1.0)
        pairs = zip(city.canteens, city.sites, strict=True)
        own = self.enrolment
        return np.array([own.get(name, own.get(site, everyone)) for name, site in pairs])

    def _absences(self, city: City) -> Absences:
        """Return the announced absences with those of the scenario, known on any day."""
        known = city.absences
        for (name, day), pupils in self.absences.items():
            check_canteen("absences", name, city)
            city.calendar.check_span(to_day(day), to_day(day))
            if not 0 < pupils < np.inf:
                raise CityError("pupils_away", canteen=name, value=pupils)
        found = [
            (series, to_day(day), pupils)
            for (name, day), pupils in self.absences.items()
            for series in series_named(city, name)
        ]
        canteen = [series for series, _, _ in found]
        days = np.array([day for _, day, _ in found], dtype="datetime64[D]")
        return Absences(
            np.concatenate([known.canteen, np.array(canteen, dtype=np.int64)]),
            np.concatenate([known.date, days]),
            np.concatenate([known.announced, np.full(len(days), city.calendar.span[0])]),
            np.concatenate(
                [known.pupils, np.array([pupils for _, _, pupils in found], dtype=float)]
            ),
            np.concatenate([known.place, np.full(len(days), SCENARIO)]),
        )


def event_natures(city: City) -> dict[str, str]:
    """Return the events and observances that a city knows, by name, each with its nature.

    Parameters
    ----------
    city : City
        The city.

    Returns
    -------
    dict of str to str
        ``evenement`` or ``observance`` by name; an effect is known of these alone.
    """
    found = {mark.name: mark.nature for mark in city.marks if mark.name}
    found |= {name: "evenement" for name, _ in city.calendar.events}
    return found | {name: "observance" for name, _ in city.calendar.observances}


def _others(breaks: list[Break], span: Span, calendar: Calendar) -> list[Break]:
    """Return the school holidays but that of the same name in the same school year."""
    year = calendar.year_index(np.array([span.start]))
    return [
        b for b in breaks if b.name != span.name or calendar.year_index(np.array([b.start])) != year
    ]


def _mark(marks: dict[tuple[str, str, int], Days], span: Span, whom: list[int]) -> None:
    """Add the days of a span to the marks of some series."""
    if not whom:
        raise CityError("spans_canteen", value=f"{span.canteen} {span.service}".strip())
    nature = {"vacances": "ferme", "ferie": "ferme"}.get(span.nature, span.nature)
    name = span.name if nature in ("evenement", "observance") else ""
    for series in whom:
        key = (nature, name, series)
        marks[key] = np.union1d(marks.get(key, no_days()), span.days)
        undone = ({"ferme": "ouvert", "ouvert": "ferme"}.get(nature, ""), "", series)
        if undone in marks:
            marks[undone] = np.setdiff1d(marks[undone], span.days)


def _replaced(menus: Menus, dishes: Mapping[dt.date, Iterable[str]]) -> Menus:
    """Return the menus with the dishes of some days in the place of theirs."""
    if not dishes:
        return menus
    others = Menus.of(dishes, menus.families)
    stay = ~np.isin(menus.dates, others.dates)
    dates = np.concatenate([menus.dates[stay], others.dates])
    flags: Bools = np.concatenate([menus.flags[stay], others.flags])
    order = np.argsort(dates)
    return Menus(dates[order], flags[order], menus.families)
