"""What if: two forecasts compared by term, and a forecast with what a scenario tells."""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from prevision_cantine.arrays import Days, Floats
from prevision_cantine.calendar.days import to_day
from prevision_cantine.city.city import City, Rows
from prevision_cantine.city.records import Absences
from prevision_cantine.decide.changes import Day, series_named
from prevision_cantine.decide.scenario import SCENARIO, Scenario
from prevision_cantine.decide.scenario_error import Problem, ScenarioError
from prevision_cantine.errors import ForecastError
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.model.fitted import Fitted
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.model.naming import NO_WORDS, Words, reasons
from prevision_cantine.model.terms import Category, terms_from_text, terms_to_text
from prevision_cantine.plain_values import html_table, rows_of
from prevision_cantine.read_only import read_only
from prevision_cantine.uncertainty.margins import added
from prevision_cantine.words.catalogue import Count
from prevision_cantine.words.language import (
    counted,
    day_of_week,
    in_language,
    number,
    phrases,
    rounded_to,
    signed,
    table,
)

OPENING = "ouverture"  # a day that one of the two forecasts has and the other has not
NEW = "nouvelle_cantine"  # the same, of a canteen that has never served

TEXTS = phrases("difference")


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
        holds the meals of days that only one of the two has, ``nouvelle_cantine`` those of canteens
        that have never served.
    words : Words
        What the city's own terms are called.
    forecasts : tuple of (Forecast, Forecast)
        The two, on which orders rest.
    """

    rows: Rows = attrs.field(repr=False)
    before: Floats = attrs.field(repr=False)
    after: Floats = attrs.field(repr=False)
    terms: Mapping[str, Floats] = attrs.field(converter=read_only, repr=False)
    words: Words = attrs.field(default=NO_WORDS, repr=False)
    forecasts: tuple[Forecast, Forecast] = attrs.field(repr=False)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.before)

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as plain values that go to JSON.

        Returns
        -------
        dict
            ``rows``, each with ``cantine``, ``service`` where there is more than one, ``date``,
            ``before``, ``after`` and ``terms``: meals that each adds, which add up to the change.
        """
        columns = {**self.rows.keys(), "before": self.before, "after": self.after}
        terms = rows_of(self.terms) if self.terms else [{} for _ in range(len(self))]
        return {
            "rows": [
                {**row, "terms": term} for row, term in zip(rows_of(columns), terms, strict=True)
            ]
        }

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        """Show what changes."""
        before, after = float(self.before.sum()), float(self.after.sum())
        return f"<Difference of {len(self)} rows: {before:.0f} meals before, {after:.0f} after>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first rows."""
        return html_table({**self.rows.keys(), "before": self.before, "after": self.after})

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
            raise ForecastError("no_row", row=i, rows=Count(len(self), "row"))
        row = self.rows.select(np.array([i]))
        before, after = round(float(self.before[i])), round(float(self.after[i]))
        told = reasons(row, lang)[0]
        sentence = say["row"].format(
            canteen=row.names[0], day=day_of_week(row.date[0], lang), date=row.date[0],
            before=number(before, lang), after=counted(after, "meal", lang),
            change=signed(after - before, lang),
        )  # fmt: skip
        parts = self.told(
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
            canteens=counted(len(np.unique(self.rows.keys()["cantine"])), "canteen", lang),
        )  # fmt: skip
        totals = {name: float(values.sum()) for name, values in self.terms.items()}
        parts = self.told(totals, after - before, lang, {})
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

    def told(
        self, values: Mapping[str, float], total: int, lang: str, told: Mapping[str, str]
    ) -> list[str]:
        """Return terms with their whole meals, the largest first.

        Parameters
        ----------
        values : mapping of str to float
            Meals by term.
        total : int
            What the whole meals add up to.
        lang : {"fr", "en", "pt"}
            Language.
        told : mapping of str to str
            What a term is about on a day, in the place of its name.

        Returns
        -------
        list of str
            Such as ``strike −30``.
        """
        whole = rounded_to(np.array(list(values.values())), total)
        names = {
            **{name: self.words.term(name, lang) for name in values},
            OPENING: TEXTS[lang][OPENING],
            NEW: TEXTS[lang][NEW],
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
        raise ForecastError("other_cities")
    keys = [
        f.rows.date.astype(np.int64) * len(city.canteens) + f.rows.canteen for f in (before, after)
    ]
    every = np.union1d(*keys)
    if len(np.unique(keys[0])) != len(keys[0]) or len(np.unique(keys[1])) != len(keys[1]):
        raise ForecastError("forecast_twice")
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
    day, canteen = np.divmod(every, len(city.canteens))
    new = ~np.isin(canteen, city.attendance.canteen)
    terms[OPENING] = np.where(both | new, 0.0, change)
    if new.any():
        terms[NEW] = np.where(both | ~new, 0.0, change)
    rows = Rows(city, canteen, day.astype("datetime64[D]"))
    return Difference(
        rows=rows, before=meals[0], after=meals[1], terms=terms, words=after.words,
        forecasts=(before, after),
    )  # fmt: skip


def what_if(
    forecaster: CanteenForecaster,
    city: City,
    scenario: Scenario,
    start: Day,
    end: Day,
) -> Difference:
    """Forecast a span as it is known and with changes, and return the difference by term.

    Parameters
    ----------
    forecaster : CanteenForecaster
        A fitted forecaster.
    city : City
        The city.
    scenario : Scenario
        The changes. Where canteens open, a copy of the forecaster learns again with them, from data
        up to the same day. Strikes that it names are announced; those that the calendar of the city has
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
        As ``Scenario.apply``, ``City.calendar_rows`` and ``CanteenForecaster.predict`` do.
    ScenarioError
        Where strikes, events or absences fall on days that are not forecast, each with the reason
        and the nearest days that are, or no menu falls on one that is.

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
    if scenario.canteens:  # nobody can forecast a canteen that the model has not heard of
        until = forecaster.fitted_.until
        forecaster = forecaster.unfitted().fit(scenario.with_canteens(city), until)
    fitted, told = forecaster.fitted_, copy.copy(forecaster).set_params(strikes_announced=True)
    known_on = fitted.until + forecaster.enrolment_lead_days
    known = _without_what_is_to_come(city, forecaster)
    changed = _with_usual_absences(scenario.apply(known, known_on), scenario, fitted, known_on)
    before = told.predict(_in_city(known, changed, scenario, start, end))
    # What only the day itself tells of, such as snow, is told by the scenario.
    told.fitted_ = attrs.evolve(fitted, terms=_told_ahead(fitted.terms, scenario.event_sources()))
    after = told.predict(changed.calendar_rows(start, end))
    _check_days(scenario, changed, np.union1d(before.rows.date, after.rows.date), fitted.until)
    return compare_forecasts(before, after)


def _without_what_is_to_come(city: City, forecaster: CanteenForecaster) -> City:
    """Return the city without the strikes after the data, where nobody has announced them."""
    if forecaster.strikes_announced:
        return city
    until, calendar = forecaster.fitted_.until, city.calendar
    marks = tuple(
        attrs.evolve(mark, date=mark.date[mark.date <= until]) if mark.nature == "greve" else mark
        for mark in city.marks
    )
    past = calendar.strikes[calendar.strikes <= until]
    return attrs.evolve(city, calendar=attrs.evolve(calendar, strikes=past), marks=marks)


def _in_city(known: City, changed: City, scenario: Scenario, start: Day, end: Day) -> Rows:
    """Return the rows of a city as it is known, in one that has the canteens of the scenario."""
    rows = known.calendar_rows(start, end)
    if len(changed.canteens) == len(known.canteens):
        return rows
    return Rows(scenario.with_canteens(known), rows.canteen, rows.date)


def _with_usual_absences(
    city: City, scenario: Scenario, fitted: Fitted, known_on: np.datetime64
) -> City:
    """Return a city in which those away by a scenario come beside those who usually are.

    Where absences are announced day after day, a day of which none is announced yet is expected to
    have the usual ones: to announce a trip must not take these away.
    """
    asked = {(n, to_day(day)) for name, day in scenario.absences for n in series_named(city, name)}
    rows = [(n, day) for n, day in sorted(asked) if n < len(fitted.away) and fitted.away[n] < 0]
    if not rows:
        return city
    series = np.array([n for n, _ in rows], dtype=np.int64)
    days = np.array([day for _, day in rows], dtype="datetime64[D]")
    told = city.absences
    mine = told.place == SCENARIO
    announced = attrs.evolve(
        city,
        absences=Absences(*(
            getattr(told, name)[~mine]
            for name in ("canteen", "date", "announced", "pupils", "place")
        )),
    ).absent(series, days, known_on)  # fmt: skip
    people = city.enrolled(series, days, known_on)
    people = np.where(np.isfinite(people), people, fitted.usual[series])
    usual = np.where(announced > 0, 0.0, people * -np.expm1(fitted.away[series]))
    keep = usual > 0
    first = np.full(keep.sum(), city.calendar.span[0])
    return attrs.evolve(
        city,
        absences=Absences(
            np.append(told.canteen, series[keep]),
            np.append(told.date, days[keep]),
            np.append(told.announced, first),
            np.append(told.pupils, usual[keep]),
            np.append(told.place, np.full(keep.sum(), SCENARIO)),
        ),
    )


def _told_ahead(terms: str, sources: Collection[str]) -> str:
    """Return terms, those that read events of a scenario taken as known ahead."""
    return terms_to_text(
        [
            attrs.evolve(term, known="ahead")
            if isinstance(term, Category) and term.known == "after" and term.reads in sources
            else term
            for term in terms_from_text(terms)
        ]
    )


def _check_days(scenario: Scenario, city: City, days: Days, until: np.datetime64) -> None:
    """Refuse a change of one day that is not forecast: it would change nothing, unsaid.

    A menu may go beyond the span. Holidays change the days around them, so they may too, and so may
    a span of several days of which one at least is forecast.
    """
    told: list[tuple[str, np.datetime64, np.datetime64]] = [
        ("strikes", day, day) for day in scenario.strikes
    ]
    told += [("absences", to_day(day), to_day(day)) for _, day in scenario.absences]
    told += [
        ("events", to_day(day), to_day(day)) for named in scenario.events.values() for day in named
    ]
    told += [
        (span.place or "spans", span.start, span.end)
        for span in scenario.spans
        if span.nature in ("greve", "evenement", "observance")
    ]
    problems = []
    edges = {"start": str(days[0]), "end": str(days[-1])}
    for place, start, end in dict.fromkeys(told):
        if ((days >= start) & (days <= end)).any():
            continue
        answer = city.why_not(start, end, until=until)
        value = str(start) if start == end else f"{start} - {end}"
        code = "outside_span" if answer is None else "not_forecast"
        problems.append(Problem(code, place, {"value": value, **edges}, answer))
    menus = [scenario.menus, *scenario.menus_of.values()]
    dates = np.array(sorted({to_day(d) for menu in menus for d in menu}), dtype="datetime64[D]")
    if len(dates) and not np.isin(dates, days).any():
        facts = {"value": str(dates[0]), "last": str(dates[-1]), **edges}
        problems.append(Problem("menus_outside", "menus", facts))
    if problems:
        raise ScenarioError(problems)
