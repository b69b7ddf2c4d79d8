"""From the rows up to one day to what forecasts: terms, recent levels, weekday profiles, summers."""

from __future__ import annotations

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Floats, Ints
from prevision_cantine.calendar.days import distinct_days, weekday
from prevision_cantine.city.city import City, Rows
from prevision_cantine.city.records import Attendance
from prevision_cantine.errors import DateError
from prevision_cantine.model.design import design_of, usual_weekdays
from prevision_cantine.model.draft import CAUTION_DAYS, caution
from prevision_cantine.model.fitted import Fitted
from prevision_cantine.model.levels import Past, recent_level
from prevision_cantine.model.naming import Words
from prevision_cantine.model.regression import Design, Effects, solve
from prevision_cantine.model.strikes import past_strikes
from prevision_cantine.model.terms import Situations, Term, names_of, situations, terms_to_text
from prevision_cantine.words.catalogue import Phrase

MEMORY = 3  # half-lives: an older row would weigh less than an eighth
DAILY = 0.5  # share of days with announced absences above which each day is expected to have some
YEAR_ROWS = 250  # last rows of a series, about a year, that show its usual absences
USUAL_ROWS = 60  # last rows of a series whose median stands for an enrolment that is not known
MOST_ABSENT = 0.95  # share of a canteen's pupils beyond which absences are not believed
# A canteen that fills up year after year, such as a new one, keeps on: what its enrolment grew
# beyond the first figure counts for the second in a year whose enrolment is not known yet.
GROWTH_BEYOND, GROWTH_KEPT = 0.1, 0.75
ENOUGH_ROWS, ENOUGH_DAYS = (
    200,
    30,
)  # rows or days from which a past forecast says how far one is off


@attrs.frozen(kw_only=True)
class Settings:
    """The parameters that learning needs; ``CanteenForecaster`` says what each is."""

    half_life: float
    level_half_life: float
    level_half_life_new_year: float
    level_rows: float
    enrolment_exponent: float
    enrolment_lead_days: int


@attrs.frozen(eq=False)
class Regression:
    """The rows up to one day, and the terms estimated from them.

    Parameters
    ----------
    table, rows : Attendance and Rows
        Rows of usual days.
    apart : Attendance
        Rows of exceptional spans, that nothing usual is learned from.
    terms : tuple of Term
        The terms, with the curves that were fitted.
    design : Design
        Their columns.
    target : ndarray of float, shape (n,)
        Logarithm of meals less enrolment and absences.
    mean : float
        Its mean.
    weight, robust : ndarray of float, shape (n,)
        How much each row counts, and the factor by which it counts less for being far.
    effects : Effects
        The effects.
    usual : ndarray of float, shape (series,)
        Usual meals of each series.
    first_year, years : int
        First school year with columns, and how many have.
    """

    table: Attendance
    rows: Rows
    apart: Attendance
    terms: tuple[Term, ...]
    design: Design
    target: Floats
    mean: float
    weight: Floats
    robust: Floats
    effects: Effects
    usual: Floats
    first_year: int
    years: int


def known_rows(city: City, until: np.datetime64) -> Attendance:
    """Return the rows up to a day that count among the meals to learn from."""
    table = city.attendance
    table = table.select(table.date <= until)
    return table.select(city.is_taught(Rows(city, table.canteen, table.date)))


def is_enough(table: Attendance) -> bool:
    """Return whether rows suffice for a forecast of the past that says how far one may be off."""
    return len(table) >= ENOUGH_ROWS or len(distinct_days(table.date)) >= ENOUGH_DAYS


def log_people(rows: Rows, known_on: np.datetime64, usual: Floats) -> Floats:
    """Return the logarithm of people enrolled, or of the usual meals where they are not known."""
    people = rows.city.enrolled(rows.canteen, rows.date, known_on)
    return np.asarray(np.log(np.where(np.isfinite(people), people, usual[rows.canteen])))


def log_present(rows: Rows, until: np.datetime64, people: Floats) -> Floats:
    """Return the logarithm of the share of people, or of usual meals, not announced absent."""
    absent = rows.city.absent(rows.canteen, rows.date, until)
    if not absent.any():
        return np.zeros(len(rows))
    return np.asarray(np.log1p(-np.minimum(absent / np.exp(people), MOST_ABSENT)))


def usual_absence(rows: Rows, until: np.datetime64, people: Floats, series: int) -> Floats:
    """Return what absences usually take away where they are announced day after day.

    A day whose absences are not announced yet will have some, where nearly every day has: where
    they are rare, such as trips, none are expected.

    Parameters
    ----------
    rows : Rows
        Rows that are learned from.
    until : datetime64[D]
        Last day of which anything is used.
    people : ndarray of float, shape (n,)
        Logarithm of people enrolled.
    series : int
        How many series there are.

    Returns
    -------
    ndarray of float, shape (series,)
        Mean logarithm of the share present, over the last rows of each; 0 where absences are rare.
    """
    result = np.zeros(series)
    if not len(rows.city.absences):
        return result
    present = log_present(rows, until, people)
    for n in range(series):
        own = present[rows.canteen == n][-YEAR_ROWS:]
        if len(own) and np.mean(own < 0) > DAILY:
            result[n] = own.mean()
    return result


def usual_meals(table: Attendance, series: int) -> Floats:
    """Return the median of the last meals of each series; that of all for one without any."""
    order = np.argsort(table.canteen, kind="stable")
    edges = np.searchsorted(table.canteen[order], np.arange(series + 1))
    seen = np.minimum(np.diff(edges), USUAL_ROWS)
    at = edges[1:, None] - 1 - np.arange(USUAL_ROWS)
    there = np.arange(USUAL_ROWS) < seen[:, None]
    last = np.sort(np.where(there, table.meals[order[np.where(there, at, 0)]], np.inf), axis=1)
    every = np.arange(series)
    low, high = (
        last[every, np.maximum(seen - 1, 0) // 2],
        last[every, np.minimum(seen // 2, USUAL_ROWS - 1)],
    )
    with np.errstate(invalid="ignore"):
        middle = (low + high) / 2
    return np.asarray(np.where(seen > 0, middle, np.median(middle[seen > 0])))


def regress(
    city: City, until: np.datetime64, settings: Settings, terms: tuple[Term, ...]
) -> Regression:
    """Estimate the terms together from the rows up to a day.

    Raises
    ------
    DateError
        Where no row is known by then.
    """
    table = known_rows(city, until)
    table = table.select(table.date > until - int(MEMORY * settings.half_life))
    if not len(table):
        first, last = city.attendance.date[0], city.attendance.date[-1]
        raise DateError(
            "nothing_to_learn",
            until=until,
            first=first,
            last=last,
            when=Phrase.of("parts.later_day" if until < last else "parts.earlier_day"),
        )
    exceptional = city.is_exceptional(Rows(city, table.canteen, table.date))
    if exceptional.all():
        exceptional[:] = False  # nothing else is known
    apart, table = table.select(exceptional), table.select(~exceptional)
    rows = Rows(city, table.canteen, table.date)
    usual = usual_meals(table, len(city.canteens))
    for n, old in enumerate(city.replaces):
        if old and not (table.canteen == n).any():
            usual[n] = usual[list(old)].sum()
    people = log_people(rows, until + settings.enrolment_lead_days, usual)
    year = city.calendar.year_index(table.date[[0, -1]])
    first_year, years = int(year[0]), int(year[1] - year[0]) + 1
    present = log_present(rows, until, people)
    found = situations(rows, terms, until, people, -np.expm1(present))
    terms = tuple(term.learned(found) for term in terms)
    columns = design_of(rows, found, terms, first_year, years)
    offset = settings.enrolment_exponent * people
    target = np.log(table.meals) - offset - present
    mean = float(np.mean(target))
    size = np.exp(offset)
    age = (until - table.date).astype(np.float64)
    weight = 0.5 ** (age / settings.half_life) * (size / size.mean()) ** 0.7
    firm = _firm(city, table, found, terms)
    effects, robust = solve(columns, target - mean, weight, firm=firm)
    return Regression(
        table, rows, apart, terms, columns, target, mean, weight, robust, effects, usual, first_year,
        years,
    )  # fmt: skip


def _firm(
    city: City, table: Attendance, found: Situations, terms: tuple[Term, ...]
) -> Bools | None:
    """Return the rows whose large effects would otherwise pass for errors, and never be learned."""
    firm = np.zeros(len(table), dtype=bool)
    if city.calendar.is_school:
        # Whoever has an own effect on the first day is far from the others there, every year.
        firm |= (found.category("from_start") == 0)[found.of_row]
    for term in terms:
        for reads in term.sources:
            if reads.startswith(("evenement:", "observance:")):
                firm |= (found.category(reads) >= 0)[found.of_row]
    return firm if firm.any() else None


def learn(
    city: City,
    until: np.datetime64,
    settings: Settings,
    terms: tuple[Term, ...],
    found: Regression | None = None,
) -> Fitted:
    """Learn what forecasts from the rows up to a day; ``found`` is what ``regress`` gave, if known.

    Raises
    ------
    DateError
        Where no row is known by then.
    """
    found = found or regress(city, until, settings, terms)
    table, target, mean = found.table, found.target, found.mean
    series = len(city.canteens)
    effects = attrs.evolve(
        found.effects, shared=usual_weekdays(found.effects.shared, found.design, found.rows)
    )
    # Levels and weekday profiles follow the last service days of each series.
    parts = effects.terms(found.design)
    level = parts.pop("niveau")
    rest = target - sum(parts.values())
    unexplained = rest - mean - level
    struck = city.is_struck(found.rows)
    # The logarithm of what came on a strike day, over what would have come without the strike.
    came = (unexplained + parts.get("greve", 0.0))[struck]
    days = distinct_days(np.concatenate([table.date, found.apart.date]))
    year = city.calendar.year_index(table.date) if city.calendar.is_school else None
    past = Past(
        canteen=table.canteen, slot=weekday(table.date),
        year=np.zeros(len(table), dtype=np.int64) if year is None else year,
        day=np.searchsorted(days, table.date), rest=rest, weight=found.robust, canteens=series,
        now=len(days) - 1,
    )  # fmt: skip
    known_on = until + settings.enrolment_lead_days
    growth = city.enrolment_growth(known_on)
    ordered = np.isfinite(table.agents) & (table.agents > 0)
    ordered &= (past.day > past.day[-1] - CAUTION_DAYS) & ~struck
    seen = np.bincount(table.canteen, minlength=series).astype(np.int64)
    recent = _with_new_series(city, past.level(settings.level_half_life, settings.level_rows), seen)
    of_new_year = _with_new_series(
        city, past.level(settings.level_half_life_new_year, settings.level_rows), seen
    )
    return Fitted(
        until=until,
        canteens=city.canteens,
        exponent=settings.enrolment_exponent,
        level=recent,
        level_new=of_new_year,
        level_apart=_level_apart(city, found, effects, settings, until, recent, days),
        summer=past.summer(
            settings.level_half_life_new_year, _new_enrolment(city, table, settings)
        ),
        growth=GROWTH_KEPT * np.maximum(growth - GROWTH_BEYOND, 0.0),
        profile=past.profile(unexplained),
        caution=caution(
            np.log(table.agents[ordered] / table.meals[ordered]), table.canteen[ordered], series
        ),
        usual=found.usual,
        away=usual_absence(
            found.rows, until, log_people(found.rows, known_on, found.usual), series
        ),
        seen=seen,
        weekdays=np.unique(weekday(distinct_days(table.date))),
        terms=terms_to_text(found.terms),
        names=names_of(found.terms),
        words=Words.of(found.terms, city.menus.families),
        effects=effects,
        first_year=found.first_year,
        years=found.years,
        first_year_name=city.calendar.years[found.first_year].name,
        strikes=past_strikes(
            table.date[struck], table.meals[struck], table.meals[struck] / np.exp(came)
        ),
    )


def _with_new_series(city: City, level: Floats, seen: Ints) -> Floats:
    """Return levels in which a series without any meal has that of those it replaces, or the median."""
    new = np.flatnonzero(seen == 0)
    if not len(new):
        return level
    result = level.copy()
    result[new] = np.median(level[seen > 0])
    for n in new.tolist() if city.replaces else ():
        old = [m for m in city.replaces[n] if seen[m]]
        if old:
            result[n] = np.average(level[old], weights=seen[old])
    return result


def _level_apart(
    city: City, found: Regression, effects: Effects, settings: Settings, until: np.datetime64,
    level: Floats, days: np.ndarray[tuple[int], np.dtype[np.datetime64]],
) -> Floats:  # fmt: skip
    """Return the level of each series in an exceptional span that the data end in; its level else."""
    table = found.apart
    if not len(table) or table.date[-1] < found.table.date[-1]:
        return level
    rows = Rows(city, table.canteen, table.date)
    people = log_people(rows, until + settings.enrolment_lead_days, found.usual)
    present = log_present(rows, until, people)
    seen = situations(rows, found.terms, until, people, -np.expm1(present))
    columns = design_of(rows, seen, found.terms, found.first_year, found.years)
    parts = effects.terms(columns)
    parts.pop("niveau")
    offset = settings.enrolment_exponent * people + present
    rest = np.log(table.meals) - offset - sum(parts.values())
    age = (len(days) - 1 - np.searchsorted(days, table.date)).astype(np.float64)
    return recent_level(rest, table.canteen, age, settings.level_half_life, level)


def _new_enrolment(city: City, table: Attendance, settings: Settings) -> Floats:
    """Return how much of each row's meals its year's new enrolment is worth, on the log scale."""
    index = city.calendar.year_index(table.date)
    shift = np.zeros(len(table))
    if not city.calendar.is_school:
        return shift
    for number in np.unique(index)[1:]:
        here = index == number
        start = city.calendar.years[number].start
        own, before = (
            city.enrolled(table.canteen[here], table.date[here], day) for day in (start, start - 1)
        )
        with np.errstate(invalid="ignore"):
            shift[here] = np.nan_to_num(np.log(own / before))
    return settings.enrolment_exponent * shift


def is_new(fitted: Fitted, rows: Rows) -> Bools:
    """Return the rows of school years of which no meal was known."""
    calendar = rows.city.calendar
    if not calendar.is_school:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(calendar.year_index(rows.date) >= fitted.first_year + fitted.years)
