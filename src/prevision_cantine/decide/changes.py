"""Changes of a city's canteens and of their people, each as data and as the city that it makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Days, Floats
from prevision_cantine.calendar.days import to_day
from prevision_cantine.city.city import City
from prevision_cantine.city.records import HeadCounts
from prevision_cantine.errors import CityError
from prevision_cantine.json_value import JsonValue
from prevision_cantine.words.near import names_near

MAX_FACTOR = 10
MOST_PEOPLE = 1_000_000  # of one canteen

Day = str | dt.date | np.datetime64


def _optional_day(value: Day | None) -> np.datetime64 | None:
    return None if value is None else to_day(value)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class EnrolmentChange(JsonValue):
    """People who come or go from a day on; one of ``people``, ``factor`` and ``more`` is given.

    Parameters
    ----------
    canteen, service : str
        Whom it concerns; empty for all.
    since : str or datetime.date, optional
        First day; only a factor may do without, and then concerns every day.
    people : float, optional
        People enrolled from then on, until the next figure that is known of the canteen.
    factor : float, optional
        What every figure from then on is multiplied by, 0.1 to 10.
    more : float, optional
        What is added to every figure from then on; below 0 where people leave.

    Examples
    --------
    >>> EnrolmentChange(canteen="Zola", since="2024-05-06", more=-25).more
    -25
    """

    canteen: str = ""
    service: str = ""
    since: np.datetime64 | None = attrs.field(default=None, converter=_optional_day)
    people: float | None = None
    factor: float | None = None
    more: float | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what says nothing, or two things."""
        given = [value for value in (self.people, self.factor, self.more) if value is not None]
        if len(given) != 1 or (self.since is None and self.factor is None):
            raise CityError("enrolment_form")
        least, most = (1 / MAX_FACTOR, MAX_FACTOR) if self.factor is not None else (0, MOST_PEOPLE)
        if self.more is not None:
            least = -MOST_PEOPLE
        if not least <= given[0] <= most or self.people == 0:
            raise CityError(
                "enrolment_range", value=float(given[0]), factor=MAX_FACTOR, most=MOST_PEOPLE
            )


@attrs.frozen(kw_only=True)
class CanteenChange(JsonValue):
    """A canteen that opens, which the data do not have, or one whose opening or closing day changes.

    Parameters
    ----------
    name : str
        Name of the canteen.
    opens : str or datetime.date, optional
        First day with meals; a new canteen needs it.
    closes : str or datetime.date, optional
        Day from which it is closed.
    people : float, optional
        People enrolled from its first day on; a new canteen needs it.
    kind : str
        Type of a new canteen; that of the first one it replaces where not given.
    replaces : tuple of str
        Canteens whose people it takes over. They stay open unless they close by a change of theirs.
    service : str
        The only service that a new canteen has; empty for all those of the city.

    Examples
    --------
    >>> CanteenChange(name="Jaurès", opens="2024-05-06", people=140).opens
    np.datetime64('2024-05-06')
    """

    name: str
    opens: np.datetime64 | None = attrs.field(default=None, converter=_optional_day)
    closes: np.datetime64 | None = attrs.field(default=None, converter=_optional_day)
    people: float | None = None
    kind: str = ""
    replaces: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    service: str = ""


def series_named(city: City, canteen: str, service: str = "") -> list[int]:
    """Return the series that a canteen and a service mean; empty names mean all.

    Parameters
    ----------
    city : City
        The city.
    canteen : str
        Name of a canteen, or of one of its series, such as ``Zola (midi)``.
    service : str
        Name of a service.

    Returns
    -------
    list of int
        Their numbers; none where there are none of that name.
    """
    found = zip(city.canteens, city.sites, city.service_of, strict=True)
    return [
        n
        for n, (series, site, of) in enumerate(found)
        if (not canteen or canteen in (series, site)) and (not service or service == of)
    ]


def check_canteen(field: str, name: str, city: City) -> None:
    """Refuse a name that is no canteen and no series of a city.

    Raises
    ------
    CityError
        With names near it.
    """
    if name not in city.canteens and name not in city.sites:
        raise CityError(
            "no_canteen_in", field=field, value=name, near=names_near(name, city.canteens)
        )


def _edges(days: Days, count: int) -> Days:
    """Return the opening or closing days of series, unknown where none was told."""
    return days if len(days) else np.full(count, np.datetime64("NaT"), dtype="datetime64[D]")


def lived(city: City, change: CanteenChange) -> City:
    """Return a city with another opening or closing day of a canteen.

    Parameters
    ----------
    city : City
        The city, which stays as it is.
    change : CanteenChange
        The change, of a canteen that the city has.

    Returns
    -------
    City
        Another city.
    """
    whom = series_named(city, change.name, change.service)
    opens, closes = (_edges(days, len(city.canteens)).copy() for days in (city.opens, city.closes))
    if change.opens is not None:
        opens[whom] = change.opens
    if change.closes is not None:
        closes[whom] = change.closes
    return attrs.evolve(city, opens=opens, closes=closes)


def opened(city: City, change: CanteenChange) -> City:
    """Return a city with a canteen that the data do not have, after those it has.

    Parameters
    ----------
    city : City
        The city, which stays as it is.
    change : CanteenChange
        The new canteen.

    Returns
    -------
    City
        Another city.

    Raises
    ------
    CityError
        Where its opening day or its people are not given, or a canteen that it replaces is not known.
    DateError
        Where it opens outside the calendar.
    """
    if change.opens is None or change.people is None:
        near = names_near(change.name, tuple(dict.fromkeys(city.sites)))
        raise CityError("new_canteen", value=change.name, near=near)
    if not 1 <= change.people <= MOST_PEOPLE:
        raise CityError(
            "new_canteen_people", name=change.name, value=change.people, most=MOST_PEOPLE
        )
    city.calendar.check_span(change.opens, change.opens)
    for name in change.replaces:
        check_canteen("canteens", name, city)
    every = tuple(dict.fromkeys(city.service_of))
    services = (change.service,) if change.service else every
    before, more = len(city.canteens), len(services)
    old = [series_named(city, name) for name in change.replaces]
    replaced = [
        tuple(n for found in old for n in found if city.service_of[n] == service)
        for service in services
    ]
    kind = change.kind or (city.types[old[0][0]] if old and old[0] else "")
    nat = np.datetime64("NaT")
    people = HeadCounts.of(
        np.concatenate([city.headcounts.series, np.arange(before, before + more)]),
        np.concatenate([city.headcounts.since, np.full(more, change.opens)]),
        np.concatenate([city.headcounts.people, np.full(more, change.people)]),
        np.concatenate([city.headcounts.known_on, np.full(more, city.calendar.span[0])]),
    )
    named = len(every) > 1
    return attrs.evolve(
        city,
        canteens=(
            *city.canteens,
            *(f"{change.name} ({s})" if named and s else change.name for s in services),
        ),
        types=(*city.types, *[kind] * more),
        sites=(*city.sites, *[change.name] * more),
        services=(*city.services, *services) if city.services else (),
        enrolment={y: _longer(p, more) for y, p in city.enrolment.items()},
        provisional={
            y: attrs.evolve(p, pupils=_longer(p.pupils, more)) for y, p in city.provisional.items()
        },
        headcounts=people,
        opens=np.concatenate([_edges(city.opens, before), np.full(more, change.opens)]),
        closes=np.concatenate(
            [
                _edges(city.closes, before),
                np.full(more, change.closes or nat, dtype="datetime64[D]"),
            ]
        ),
        replaces=(*(city.replaces or ((),) * before), *replaced),
        weekdays=_weekdays(city, services, replaced),
    )


def _longer(pupils: Floats, more: int) -> Floats:
    return np.concatenate([pupils, np.full(more, np.nan)])


def _weekdays(city: City, services: tuple[str, ...], replaced: list[tuple[int, ...]]) -> Bools:
    """Return the weekdays of series, those of new ones as of those they replace, or of most others."""
    if not len(city.weekdays):
        return city.weekdays
    rows = [city.weekdays]
    for service, old in zip(services, replaced, strict=True):
        alike = list(old) or series_named(city, "", service)
        served = city.weekdays[alike].mean(axis=0)
        rows.append(np.array([served > 0 if old else served >= 0.5]))
    return np.concatenate(rows)


def enrolled(city: City, change: EnrolmentChange, known_on: np.datetime64) -> City:
    """Return a city whose people change from a day on.

    Parameters
    ----------
    city : City
        The city, which stays as it is.
    change : EnrolmentChange
        The change.
    known_on : datetime64[D]
        Day of whose knowledge the change starts.

    Returns
    -------
    City
        Another city.

    Raises
    ------
    CityError
        Where nobody is meant, the enrolment that changes is not known, or nobody is left.
    DateError
        Where the day leaves the calendar.
    """
    whom = series_named(city, change.canteen, change.service)
    if not whom:
        name = f"{change.canteen} {change.service}".strip()
        raise CityError(
            "no_canteen_in", field="people", value=name, near=names_near(name, city.canteens)
        )
    first = city.calendar.span[0]
    since = first if change.since is None else change.since
    city.calendar.check_span(since, since)
    counts = city.headcounts
    for n in whom:
        if not (counts.series == n).any():
            counts = _of_years(city, counts, n, known_on)
        now = counts.at(np.array([n]), np.array([since]), known_on)[0]
        if change.people is None and not np.isfinite(now).all():
            raise CityError("people_unknown", value=str(city.canteens[n]))
        told = np.array([change.people]) if change.people is not None else _moved(now, change)
        if not told[0] > 0:
            raise CityError(
                "people_none", name=str(city.canteens[n]), value=float(told[0]), since=str(since)
            )
        own: Bools = counts.series == n
        later = own & (counts.since > since)
        people = np.where(later, np.maximum(_moved(counts.people, change), 1.0), counts.people)
        stays = ~(own & (counts.since == since))
        counts = HeadCounts.of(
            np.append(counts.series[stays], n),
            np.append(counts.since[stays], since),
            np.concatenate([people[stays], told]),
            np.append(counts.known_on[stays], first),
        )
    return attrs.evolve(city, headcounts=counts)


def _of_years(city: City, counts: HeadCounts, n: int, known_on: np.datetime64) -> HeadCounts:
    """Return figures from a day on, with those of the school years of one series among them."""
    starts = np.array([year.start for year in city.calendar.years])
    people = city.enrolled(np.full(len(starts), n), starts, known_on)
    there = np.isfinite(people)
    return HeadCounts.of(
        np.append(counts.series, np.full(there.sum(), n)),
        np.append(counts.since, starts[there]),
        np.append(counts.people, people[there]),
        np.append(counts.known_on, np.full(there.sum(), city.calendar.span[0])),
    )


def _moved(people: Floats, change: EnrolmentChange) -> Floats:
    """Return figures as a change leaves them; a figure that it gives leaves later ones alone."""
    if change.factor is not None:
        return people * change.factor
    return people + (change.more or 0.0)
