"""What if: a change of menu, calendar, enrolment or a strike, and the difference it makes by term."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats
from prevision_cantine.calendar.days import Break, Calendar, to_day
from prevision_cantine.city.city import City, Rows
from prevision_cantine.city.menus import Menus
from prevision_cantine.city.records import Absences, Variable
from prevision_cantine.errors import CityError, ForecastError
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.model.naming import NO_WORDS, Words, reasons
from prevision_cantine.read_only import read_only
from prevision_cantine.uncertainty.intervals import added
from prevision_cantine.words.language import (
    counted,
    day_of_week,
    in_language,
    number,
    rounded_to,
    signed,
    table,
    texts,
)
from prevision_cantine.words.near import names_near

OPENING = "ouverture"  # a day that one of the two forecasts has and the other has not
MAX_FACTOR = 10

TEXTS = texts({
    "fr": {
        "row": "{canteen}, {day} {date} : {after} au lieu de {before} ({change})",
        "head": "{after} au lieu de {before} ({change}), sur {days} et {canteens}.",
        "none": "Rien ne change.",
        "colon": " : ", OPENING: "jour ouvert ou fermé",
        "day": "jour", "before": "avant", "after": "après", "change": "écart",
    },
    "en": {
        "row": "{canteen}, {day} {date}: {after} instead of {before} ({change})",
        "head": "{after} instead of {before} ({change}), over {days} and {canteens}.",
        "none": "Nothing changes.",
        "colon": ": ", OPENING: "day open or closed",
        "day": "day", "before": "before", "after": "after", "change": "change",
    },
    "pt": {
        "row": "{canteen}, {day} {date}: {after} em vez de {before} ({change})",
        "head": "{after} em vez de {before} ({change}), em {days} e {canteens}.",
        "none": "Nada muda.",
        "colon": ": ", OPENING: "dia aberto ou fechado",
        "day": "dia", "before": "antes", "after": "depois", "change": "diferença",
    },
})  # fmt: skip


def _days(values: Iterable[str | dt.date | np.datetime64]) -> tuple[np.datetime64, ...]:
    return tuple(to_day(value) for value in values)


def _breaks(values: Iterable[Break]) -> tuple[Break, ...]:
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
    events : mapping of str to iterable of str or datetime.date
        Days of events or observances of the city's own, by name, beside those of its calendar.
    variables : mapping of str to mapping of (str or datetime.date) to float
        Values of variables, by name and day, for all series, in the place of those known.
    breaks : iterable of Break
        School holidays; one takes the place of that with the same name in the same school year.

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
    variables: Mapping[str, Mapping[str | dt.date, float]] = attrs.field(factory=dict)

    def apply(self, city: City) -> City:
        """Return the city with the changes.

        Parameters
        ----------
        city : City
            The city, which stays as it is.

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
        calendar, factor = city.calendar, self._factor(city)
        for day in (*self.strikes, *self.public_holidays):
            calendar.check_span(day, day)
        breaks = list(calendar.breaks)
        for item in self.breaks:
            calendar.check_span(item.start, item.end)
            year = calendar.year_index(np.array([item.start]))
            breaks = [
                b
                for b in breaks
                if b.name != item.name or calendar.year_index(np.array([b.start])) != year
            ]
            breaks.append(item)
        return attrs.evolve(
            city,
            menus=_replaced(city.menus, Menus.of(self.menus)) if self.menus else city.menus,
            enrolment={y: p * factor for y, p in city.enrolment.items()},
            provisional={
                y: attrs.evolve(p, pupils=p.pupils * factor) for y, p in city.provisional.items()
            },
            absences=self._absences(city),
            headcounts=attrs.evolve(
                city.headcounts, people=city.headcounts.people * factor[city.headcounts.series]
            ),
            variables=tuple(self._variable(variable, city) for variable in city.variables),
            calendar=attrs.evolve(
                self._with_events(calendar),
                strikes=_with(calendar.strikes, self.strikes),
                public_holidays=_with(calendar.public_holidays, self.public_holidays),
                breaks=tuple(sorted(breaks, key=lambda b: b.start)),
            ),
        )

    def _with_events(self, calendar: Calendar) -> Calendar:
        """Return the calendar with the days of the events of the scenario."""
        known = {name for name, _ in (*calendar.events, *calendar.observances)}
        for name, days in self.events.items():
            if name not in known:
                raise CityError(f"events: no event {name!r}: {names_near(name, sorted(known))}")
            for day in days:
                calendar.check_span(to_day(day), to_day(day))

        def more(named: tuple[tuple[str, Days], ...]) -> tuple[tuple[str, Days], ...]:
            return tuple(
                (name, _with(days, _days(self.events.get(name, ())))) for name, days in named
            )

        return attrs.evolve(
            calendar, events=more(calendar.events), observances=more(calendar.observances)
        )

    def _variable(self, variable: Variable, city: City) -> Variable:
        """Return a variable with the values of the scenario in the place of its own."""
        names = [known.name for known in city.variables]
        for name in self.variables:
            if name not in names:
                raise CityError(f"variables: no variable {name!r}: {names_near(name, names)}")
        given = self.variables.get(variable.name, {})
        days = np.array([to_day(day) for day in given], dtype="datetime64[D]")
        values = np.array(list(given.values()), dtype=np.float64)
        if not np.isfinite(values).all():
            raise CityError(f"variables: {variable.name!r}: a value is no finite number")
        stays = ~np.isin(variable.date, days)
        return Variable(
            variable.name,
            np.concatenate([variable.series[stays], np.full(len(days), -1)]),
            np.concatenate([variable.date[stays], days]),
            np.concatenate([variable.value[stays], values]),
            np.concatenate([variable.known_on[stays], np.full(len(days), city.calendar.span[0])]),
        )

    def _factor(self, city: City) -> Floats:
        """Return what the enrolment of each canteen is multiplied by."""
        for name, value in self.enrolment.items():
            if name != "*":
                self._check_canteen("enrolment", name, city)
            if not 1 / MAX_FACTOR <= value <= MAX_FACTOR:
                raise CityError(
                    f"enrolment: {name!r}: {value} is no factor from 0.1 to {MAX_FACTOR}; write 1.1 "
                    "for a tenth more pupils"
                )
        everyone = self.enrolment.get("*", 1.0)
        pairs = zip(city.canteens, city.sites, strict=True)
        own = self.enrolment
        return np.array([own.get(name, own.get(site, everyone)) for name, site in pairs])

    def _absences(self, city: City) -> Absences:
        """Return the announced absences with those of the scenario, known on any day."""
        known = city.absences
        for (name, day), pupils in self.absences.items():
            self._check_canteen("absences", name, city)
            city.calendar.check_span(to_day(day), to_day(day))
            if not 0 < pupils < np.inf:
                raise CityError(f"absences: {name!r}: {pupils} is no number of pupils above 0")
        found = [
            (series, to_day(day), pupils)
            for (name, day), pupils in self.absences.items()
            for series, pair in enumerate(zip(city.canteens, city.sites, strict=True))
            if name in pair
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
            np.concatenate([known.place, np.full(len(days), "absences")]),
        )

    @staticmethod
    def _check_canteen(field: str, name: str, city: City) -> None:
        if name not in city.canteens and name not in city.sites:
            raise CityError(f"{field}: no canteen {name!r}: {names_near(name, city.canteens)}")


@attrs.frozen(kw_only=True, eq=False)
class Difference:
    """What differs between two forecasts of the same canteens and days, by term.

    Parameters
    ----------
    rows : Rows
        Canteens and days of either, by day then canteen, in the city of the second.
    before, after : ndarray of float, shape (n,)
        Meals; 0 where the day is closed.
    terms : mapping of str to ndarray, shape (n,)
        Meals that each term adds or takes away; they add up to ``after - before``. ``ouverture``
        holds the meals of days that only one of the two has.
    words : Words
        What the city's own terms are called.
    """

    rows: Rows = attrs.field(repr=False)
    before: Floats = attrs.field(repr=False)
    after: Floats = attrs.field(repr=False)
    terms: Mapping[str, Floats] = attrs.field(converter=read_only, repr=False)
    words: Words = attrs.field(default=NO_WORDS, repr=False)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.before)

    def explain(self, i: int, lang: str = "fr") -> str:
        """Say what differs in one row.

        Parameters
        ----------
        i : int
            Row.
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            A sentence, whose terms add up to the change it states.

        Raises
        ------
        ForecastError
            Where the row or the language does not exist.
        """
        say = in_language(TEXTS, lang)
        if not -len(self) <= i < len(self):
            raise ForecastError(f"no row {i}: the difference has {counted(len(self), 'row')}")
        row = self.rows.select(np.array([i]))
        before, after = round(float(self.before[i])), round(float(self.after[i]))
        told = reasons(row, lang)[0]
        sentence = say["row"].format(
            canteen=row.names[0], day=day_of_week(row.date[0], lang), date=row.date[0],
            before=number(before, lang), after=counted(after, "meal", lang),
            change=signed(after - before, lang),
        )  # fmt: skip
        parts = self._told(
            {n: float(v[i]) for n, v in self.terms.items()}, after - before, lang, told
        )
        return sentence + (say["colon"] + ", ".join(parts) if parts else "") + "."

    def to_text(self, lang: str = "fr") -> str:
        """Return the difference of all canteens together, by term and by day.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Lines, with a row for each day that changes by a meal at least.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        say = in_language(TEXTS, lang)
        before, after = round(float(self.before.sum())), round(float(self.after.sum()))
        if not np.any(np.abs(self.after - self.before) > 1e-9):
            return say["none"]
        days, place = np.unique(self.rows.date, return_inverse=True)
        head = say["head"].format(
            before=number(before, lang), after=counted(after, "meal", lang),
            change=signed(after - before, lang), days=counted(len(days), "day", lang),
            canteens=counted(len(np.unique(self.rows.canteen)), "canteen", lang),
        )  # fmt: skip
        totals = {name: float(values.sum()) for name, values in self.terms.items()}
        parts = self._told(totals, after - before, lang, {})
        was = np.rint(added(place, self.before))
        change = rounded_to(added(place, self.after - self.before), after - before)
        cells = [
            [
                f"{day_of_week(day, lang)} {day}", number(was[n], lang),
                number(was[n] + change[n], lang), signed(change[n], lang),
            ]
            for n, day in enumerate(days)
            if change[n]
        ]  # fmt: skip
        lines = [head, *([", ".join(parts) + "."] if parts else [])]
        header = [say[key] for key in ("day", "before", "after", "change")]
        return "\n".join([*lines, "", table(header, cells)])

    def to_csv(self, path: str | Path) -> None:
        """Write ``cantine, date, avant, apres``, then a column a term, in meals.

        Parameters
        ----------
        path : str or Path
            File.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        columns = (self.before, self.after, *self.terms.values())
        numbers = zip(*([f"{x:.2f}" for x in column] for column in columns), strict=True)
        keys, names = self.rows.key_texts()
        header = (*keys, "avant", "apres", *self.terms)
        write_csv(path, header, ([*a, *b] for a, b in zip(names, numbers, strict=True)))

    def _told(
        self, values: Mapping[str, float], total: int, lang: str, told: Mapping[str, str]
    ) -> list[str]:
        """Return each term with its whole meals, the largest first."""
        whole = rounded_to(np.array(list(values.values())), total)
        names = {
            **{name: self.words.term(name, lang) for name in values},
            OPENING: TEXTS[lang][OPENING],
        }
        pairs = sorted(zip(whole.tolist(), values, strict=True), key=lambda pair: -abs(pair[0]))
        return [f"{told.get(n, names[n])} {signed(value, lang)}" for value, n in pairs if value]


def compare_forecasts(before: Forecast, after: Forecast) -> Difference:
    """Return what differs between two forecasts, by term.

    Parameters
    ----------
    before, after : Forecast
        Forecasts of cities with the same canteens.

    Returns
    -------
    Difference
        The difference of a row is shared among its terms in proportion to how much each changed on
        the logarithmic scale.

    Raises
    ------
    ForecastError
        Where the canteens are not the same, or a forecast has a canteen twice on one day.

    Examples
    --------
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecaster = CanteenForecaster().fit(city, until="2022-02-01")
    >>> forecast = forecaster.predict(city.calendar_rows("2022-03-07", "2022-03-11"))
    >>> compare_forecasts(forecast, forecast).to_text("en")
    'Nothing changes.'
    """
    city = after.rows.city
    if before.rows.city.canteens != city.canteens:
        raise ForecastError("the two forecasts are of other canteens: compare one city with itself")
    keys = [
        f.rows.date.astype(np.int64) * len(city.canteens) + f.rows.canteen for f in (before, after)
    ]
    every = np.union1d(*keys)
    if len(np.unique(keys[0])) != len(keys[0]) or len(np.unique(keys[1])) != len(keys[1]):
        raise ForecastError("a forecast has a canteen twice on one day: keep one row")
    at = [np.searchsorted(every, key) for key in keys]
    meals = [np.zeros(len(every)) for _ in keys]
    for values, where, forecast in zip(meals, at, (before, after), strict=True):
        values[where] = forecast.meals
    both = (meals[0] > 0) & (meals[1] > 0)
    change = meals[1] - meals[0]
    terms: dict[str, Floats] = {}
    for name in dict.fromkeys((*before.contributions, *after.contributions)):
        logs = [np.zeros(len(every)) for _ in keys]
        for values, where, forecast in zip(logs, at, (before, after), strict=True):
            values[where] = forecast.contributions.get(name, np.zeros(len(forecast)))
        terms[name] = np.where(both, logs[1] - logs[0], 0.0)
    total = sum(terms.values(), start=np.zeros(len(every)))
    # The logarithmic mean of the two, which is either where they are equal.
    equal = np.abs(total) < 1e-12
    scale = np.where(equal, meals[1], change / np.where(equal, 1.0, total))
    terms = {name: value * scale for name, value in terms.items()}
    terms[OPENING] = np.where(both, 0.0, change)
    day, canteen = np.divmod(every, len(city.canteens))
    rows = Rows(city, canteen, day.astype("datetime64[D]"))
    return Difference(rows=rows, before=meals[0], after=meals[1], terms=terms, words=after.words)


def what_if(
    forecaster: CanteenForecaster,
    city: City,
    scenario: Scenario,
    start: str | dt.date | np.datetime64,
    end: str | dt.date | np.datetime64,
) -> Difference:
    """Forecast a span as it is known and with changes, and return the difference by term.

    Parameters
    ----------
    forecaster : CanteenForecaster
        A fitted forecaster.
    city : City
        The city.
    scenario : Scenario
        The changes. Strikes that it names are announced; those that the calendar of the city has
        after the data are so only where the forecaster takes them as announced.
    start, end : str or datetime.date
        First and last day, both included.

    Returns
    -------
    Difference
        By canteen, day and term.

    Raises
    ------
    CityError, DateError, ForecastError
        As ``Scenario.apply``, ``City.calendar_rows`` and ``CanteenForecaster.predict`` do, and
        where a strike or an absence falls on a day that is not forecast, or no menu on one that is.

    Examples
    --------
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecaster = CanteenForecaster().fit(city, until="2022-02-01")
    >>> change = what_if(
    ...     forecaster, city, Scenario(strikes=["2022-03-10"]), "2022-03-07", "2022-03-11"
    ... )
    >>> bool((change.terms["greve"][change.rows.date == np.datetime64("2022-03-10")] < 0).all())
    True
    """
    strikes = city.calendar.strikes
    if not forecaster.strikes_announced:
        strikes = strikes[strikes <= forecaster.fitted_.until]
    known = attrs.evolve(city, calendar=attrs.evolve(city.calendar, strikes=strikes))
    told = copy.copy(forecaster).set_params(strikes_announced=True)
    before, after = (
        told.predict(c.calendar_rows(start, end)) for c in (known, scenario.apply(known))
    )
    _check_days(scenario, np.union1d(before.rows.date, after.rows.date))
    return compare_forecasts(before, after)


def _check_days(scenario: Scenario, days: Days) -> None:
    """Refuse a change of one day that is not forecast: it would change nothing, unsaid.

    A menu may go beyond the span. Holidays change the days around them, so they may too.
    """
    span = f"the school days forecast go from {days[0]} to {days[-1]}"
    absent = [to_day(day) for _, day in scenario.absences]
    for field, given in (("strikes", scenario.strikes), ("absences", absent)):
        for day in given:
            if day not in days:
                raise ForecastError(
                    f"{field}: {day} is not forecast: {span}, without closed days; "
                    "correct the day, or the span"
                )
    menus = np.array(sorted(scenario.menus), dtype="datetime64[D]")
    if len(menus) and not np.isin(menus, days).any():
        raise ForecastError(
            f"menus: no day of {menus[0]} to {menus[-1]} is forecast: {span}; correct the days of "
            "the menu, or the span"
        )


def _with(days: Days, more: tuple[np.datetime64, ...]) -> Days:
    return np.union1d(days, np.array(more, dtype="datetime64[D]"))


def _replaced(menus: Menus, others: Menus) -> Menus:
    """Return the menus with those of some days in the place of theirs."""
    stay = ~np.isin(menus.dates, others.dates)
    dates = np.concatenate([menus.dates[stay], others.dates])
    flags: npt.NDArray[np.bool_] = np.concatenate([menus.flags[stay], others.flags])
    order = np.argsort(dates)
    return Menus(dates[order], flags[order])
