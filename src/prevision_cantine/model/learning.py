"""From the rows up to one day to what forecasts: terms, recent levels, weekday profiles, breaks."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Days, Floats, Ints
from prevision_cantine.calendar.days import distinct_days, weekday
from prevision_cantine.city.city import City, Rows
from prevision_cantine.city.records import Attendance
from prevision_cantine.errors import DateError
from prevision_cantine.model.design import design_of, usual_weekdays
from prevision_cantine.model.draft import CAUTION_DAYS, caution
from prevision_cantine.model.first_levels import (
    first_levels,
    is_lately_known,
    series_with_little_past,
    with_own_days,
)
from prevision_cantine.model.fitted import Fitted
from prevision_cantine.model.levels import Past, recent_level
from prevision_cantine.model.naming import Words
from prevision_cantine.model.regression import Design, Effects, solve
from prevision_cantine.model.terms import Situations, Term, names_of, situations, terms_to_text
from prevision_cantine.uncertainty.breaks import (
    LevelBreak,
    city_break,
    series_breaks,
    usual_errors,
    usual_shift,
)
from prevision_cantine.uncertainty.spread import FURTHEST
from prevision_cantine.uncertainty.strikes import past_strikes
from prevision_cantine.words.catalogue import Phrase

MEMORY = 3  # half-lives: an older row would weigh less than an eighth
DAILY = 0.5  # share of days with announced absences above which each day is expected to have some
YEAR_ROWS = 250  # last rows of a series, about a year, that show its usual absences
USUAL_ROWS = 60  # last rows of a series whose median stands for an enrolment that is not known
MOST_ABSENT = 0.95  # share of a canteen's pupils beyond which absences are not believed
# A canteen that fills up year after year, such as a new one, keeps on: what its enrolment grew
# beyond the first figure counts for the second in a year whose enrolment is not known yet.
GROWTH_BEYOND, GROWTH_KEPT = 0.1, 0.75
WATCHED = 365  # last days whose residuals say what is usual, and whether a level broke
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
    apart, after : Attendance
        Rows of exceptional spans, and of a break of level: nothing usual is learned from either.
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
    after: Attendance
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


@attrs.frozen(eq=False)
class Gathered:
    """The rows to learn from, before anything is estimated.

    Parameters
    ----------
    table, rows : Attendance and Rows
        Rows of usual days.
    apart, after : Attendance
        Rows of exceptional spans, and of a break of level.
    usual : ndarray of float, shape (series,)
        Usual meals of each series.
    found : Situations
        What the terms read of the rows.
    target : ndarray of float, shape (n,)
        Logarithm of meals less enrolment and absences.
    size : ndarray of float, shape (n,)
        People to the power of the model.
    """

    table: Attendance
    rows: Rows
    apart: Attendance
    after: Attendance
    usual: Floats
    found: Situations
    target: Floats
    size: Floats

    def school_years(self) -> tuple[int, int]:
        """Return the first and the last school year."""
        year = self.rows.city.calendar.year_index(self.table.date[[0, -1]])
        return int(year[0]), int(year[1])

    def weight(self, until: np.datetime64, half_life: float, mean_size: float) -> Floats:
        """Return how much each row counts, by its age and its size."""
        age = (until - self.table.date).astype(np.float64)
        return np.asarray(0.5 ** (age / half_life) * (self.size / mean_size) ** 0.7)


def gathered(
    city: City,
    until: np.datetime64,
    settings: Settings,
    terms: tuple[Term, ...],
    before: np.datetime64 | None = None,
) -> Gathered:
    """Return the rows up to a day, and before a break of level, that the terms are estimated from.

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
    late = np.zeros(len(table), dtype=bool) if before is None else table.date >= before
    after, table = table.select(late), table.select(~late)
    rows = Rows(city, table.canteen, table.date)
    usual = usual_meals(table, len(city.canteens))
    heirs = np.bincount([m for old in city.replaces for m in old], minlength=len(usual))
    for n, old in enumerate(city.replaces):
        if old and not (table.canteen == n).any():  # one that is split feeds each of its heirs
            usual[n] = (usual[list(old)] / heirs[list(old)]).sum()
    people = log_people(rows, until + settings.enrolment_lead_days, usual)
    present = log_present(rows, until, people)
    found = situations(rows, terms, until, people, -np.expm1(present))
    offset = settings.enrolment_exponent * people
    target = np.log(table.meals) - offset - present
    return Gathered(table, rows, apart, after, usual, found, target, np.exp(offset))


def regress(
    city: City,
    until: np.datetime64,
    settings: Settings,
    terms: tuple[Term, ...],
    before: np.datetime64 | None = None,
) -> Regression:
    """Estimate the terms together from the rows up to a day, and before a break of level.

    Raises
    ------
    DateError
        Where no row is known by then.
    """
    own = gathered(city, until, settings, terms, before)
    terms = tuple(term.learned(own.found) for term in terms)
    first_year, last_year = own.school_years()
    years = last_year - first_year + 1
    columns = design_of(own.rows, own.found, terms, first_year, years)
    mean = float(np.mean(own.target))
    weight = own.weight(until, settings.half_life, own.size.mean())
    effects, robust = solve(columns, own.target - mean, weight, firm=firm_rows(city, own, terms))
    return Regression(
        own.table, own.rows, own.apart, own.after, terms, columns, own.target, mean, weight, robust,
        effects, own.usual, first_year, years,
    )  # fmt: skip


def firm_rows(city: City, own: Gathered, terms: tuple[Term, ...]) -> Bools | None:
    """Return the rows whose large effects would otherwise pass for errors, and never be learned."""
    found, firm = own.found, np.zeros(len(own.table), dtype=bool)
    if city.calendar.is_school:
        # Whoever has an own effect on the first day is far from the others there, every year.
        firm |= (found.category("from_start") == 0)[found.of_row]
    for term in terms:
        # Where each canteen has its own effect, an error of one would pass for it.
        if getattr(term, "by_series", None) is not None:
            continue
        for reads in term.sources:
            if reads.startswith(("evenement:", "observance:")):
                firm |= (found.category(reads) >= 0)[found.of_row]
    return firm if firm.any() else None


@attrs.frozen(kw_only=True, eq=False)
class Standing:
    """Where each series stands once the terms are estimated.

    Parameters
    ----------
    found : Regression
        The terms.
    effects : Effects
        Their effects, with those of weekdays never served.
    past : Past
        What they leave of the rows.
    unexplained : ndarray of float, shape (n,)
        What the level of the regression leaves of it.
    struck : ndarray of bool, shape (n,)
        Rows of a strike.
    came : ndarray of float, shape (m,)
        Logarithm of what came on the rows of a strike, over what would have come without it.
    days : ndarray of datetime64[D]
        Service days, by their number in ``past``.
    level : ndarray of float, shape (series,)
        Recent level of each series.
    profile : ndarray of float, shape (series, 7)
        What its weekdays add lately.
    """

    found: Regression
    effects: Effects
    past: Past
    unexplained: Floats
    struck: Bools
    came: Floats
    days: Days
    level: Floats
    profile: Floats


def learn(
    city: City,
    until: np.datetime64,
    settings: Settings,
    terms: tuple[Term, ...],
    found: Regression | None = None,
    expected: Mapping[int, float] | None = None,
) -> Fitted:
    """Learn what forecasts from the rows up to a day; ``found`` is what ``regress`` gave, if known.

    Raises
    ------
    DateError
        Where no row is known by then.
    """
    stand = _stand(city, until, settings, terms, found=found)
    breaks = _watch(city, stand, until, settings)
    if breaks and breaks[0].series is None and breaks[0].moves:
        # The last weeks, and levels, learned a part of the break: learn again without its rows.
        first = breaks[0].first
        if first > stand.found.table.date[0]:
            old = _stand(city, until, settings, terms, before=first)
            again = _watch(city, old, until, settings)
            if again and again[0].series is None and again[0].moves:
                stand, breaks = old, again
    found, past = stand.found, stand.past
    table = found.table
    series = len(city.canteens)
    known_on = until + settings.enrolment_lead_days
    growth = city.enrolment_growth(known_on)
    ordered = np.isfinite(table.agents) & (table.agents > 0)
    ordered &= (past.day > past.day[-1] - CAUTION_DAYS) & ~stand.struck
    own = _with_rows_after(city, stand, breaks, until, settings)
    seen = np.bincount(own.canteen, minlength=series).astype(np.int64)
    little = series_with_little_past(seen)
    known = is_lately_known(seen, table.canteen, table.date, until)
    levels = [
        stand.level.copy(),
        past.level(settings.level_half_life_new_year, settings.level_rows),
    ]
    new = []
    for later_year, level in enumerate(levels):
        priors = first_levels(
            city, until=until, level=level, known=known, usual=found.usual,
            exponent=settings.enrolment_exponent, known_on=known_on, little=little,
            expected=expected or {},
        )  # fmt: skip
        new.append(with_own_days(priors, own, later_year=bool(later_year)))
        level[new[-1].series] = new[-1].level
    apart, days_apart = _level_apart(city, stand, settings, until, levels[0])
    ordinary = np.clip(stand.unexplained[~stand.struck], -FURTHEST, FURTHEST)
    struck = table.select(stand.struck)
    return Fitted(
        until=until,
        canteens=city.canteens,
        exponent=settings.enrolment_exponent,
        level=levels[0],
        level_new=levels[1],
        level_apart=apart,
        days_apart=days_apart,
        newcomers=new[0],
        newcomers_new=new[1],
        breaks=breaks,
        summer=past.summer(
            settings.level_half_life_new_year, _new_enrolment(city, table, settings)
        ),
        growth=GROWTH_KEPT * np.maximum(growth - GROWTH_BEYOND, 0.0),
        profile=stand.profile,
        caution=caution(
            np.log(table.agents[ordered] / table.meals[ordered]), table.canteen[ordered], series
        ),
        usual=found.usual,
        away=usual_absence(
            found.rows, until, log_people(found.rows, known_on, found.usual), series
        ),
        seen=seen,
        idle=_idle(own, seen),
        weekdays=np.unique(weekday(distinct_days(table.date))),
        terms=terms_to_text(found.terms),
        names=names_of(found.terms),
        words=Words.of(found.terms, city.menus.families),
        effects=stand.effects,
        first_year=found.first_year,
        years=found.years,
        first_year_name=city.calendar.years[found.first_year].name,
        strikes=past_strikes(
            struck.canteen, struck.date, struck.meals, struck.meals / np.exp(stand.came),
            count=series, noise=float(np.square(ordinary).mean()) if len(ordinary) else 0.0,
        ),
    )  # fmt: skip


def _stand(
    city: City,
    until: np.datetime64,
    settings: Settings,
    terms: tuple[Term, ...],
    before: np.datetime64 | None = None,
    found: Regression | None = None,
) -> Standing:
    """Estimate the terms, then where each series stands: levels follow its last service days."""
    found = found or regress(city, until, settings, terms, before)
    table = found.table
    effects = attrs.evolve(
        found.effects, shared=usual_weekdays(found.effects.shared, found.design, found.rows)
    )
    parts = effects.terms(found.design)
    level = parts.pop("niveau")
    rest = found.target - sum(parts.values())
    unexplained = rest - found.mean - level
    struck = city.is_struck(found.rows)
    days = distinct_days(np.concatenate([table.date, found.apart.date, found.after.date]))
    past = Past(
        canteen=table.canteen, slot=weekday(table.date), year=_year(city, table),
        day=np.searchsorted(days, table.date), rest=rest, weight=found.robust,
        canteens=len(city.canteens), now=len(days) - 1,
    )  # fmt: skip
    return Standing(
        found=found, effects=effects, past=past, unexplained=unexplained, struck=struck,
        came=(unexplained + parts.get("greve", 0.0))[struck], days=days,
        level=past.level(settings.level_half_life, settings.level_rows),
        profile=past.profile(unexplained),
    )  # fmt: skip


def _year(city: City, table: Attendance) -> Ints:
    """Return the number of the school year of each row; 0 where there are none."""
    if city.calendar.is_school:
        return city.calendar.year_index(table.date)
    return np.zeros(len(table), dtype=np.int64)


def _rest_of(
    city: City, table: Attendance, stand: Standing, until: np.datetime64, settings: Settings
) -> Floats:
    """Return what enrolment and every term but the level leave of rows that taught nothing."""
    if not len(table):
        return np.zeros(0)
    found, rows = stand.found, Rows(city, table.canteen, table.date)
    people = log_people(rows, until + settings.enrolment_lead_days, found.usual)
    present = log_present(rows, until, people)
    seen = situations(rows, found.terms, until, people, -np.expm1(present))
    columns = design_of(rows, seen, found.terms, found.first_year, found.years)
    parts = stand.effects.terms(columns)
    parts.pop("niveau")
    offset = settings.enrolment_exponent * people + log_present(rows, until, people)
    return np.asarray(np.log(table.meals) - offset - sum(parts.values()))


def _watch(
    city: City, stand: Standing, until: np.datetime64, settings: Settings
) -> tuple[LevelBreak, ...]:
    """Return the breaks of level that the last days show, that of the city first."""
    found, after = stand.found, stand.found.after
    start = int(np.searchsorted(found.table.date, until - WATCHED, side="right"))
    table = found.table.select(np.arange(start, len(found.table)))
    calm = ~stand.struck[start:]
    rest = stand.past.rest[start:]
    if len(after):
        table = joined(table, after)
        calm = np.append(calm, ~city.is_struck(Rows(city, after.canteen, after.date)))
        rest = np.append(rest, _rest_of(city, after, stand, until, settings))
    table, rest = table.select(calm), rest[calm]
    if not len(table):
        return ()
    residual = rest - stand.level[table.canteen]
    residual -= stand.profile[table.canteen, weekday(table.date)]
    count = len(city.canteens)
    usual = ~(table.date >= after.date[0]) if len(after) else np.ones(len(table), dtype=bool)
    errors = usual_errors(table.canteen[usual], residual[usual], count)
    known = (table.canteen, table.date)
    year = _year(city, table)
    seen = np.bincount(stand.past.canteen, minlength=count)
    new = np.isin(table.canteen, series_with_little_past(seen))
    whole = city_break(
        *known, residual, count=count, year=year, left_out=new,
        usual=usual_shift(table.canteen[usual], table.date[usual], residual[usual]),
    )  # fmt: skip
    if whole is not None:
        since = table.date >= whole.first
        residual = residual - np.where(since, whole.shift + whole.own[table.canteen], 0.0)
    single = series_breaks(*known, residual, usual=errors, year=year, left_out=new)
    return single if whole is None else (whole, *single)


def joined(one: Attendance, other: Attendance) -> Attendance:
    """Return two tables as one."""
    names = ("canteen", "date", "meals", "agents")
    return Attendance(*(np.append(getattr(one, n), getattr(other, n)) for n in names))


def _with_rows_after(
    city: City, stand: Standing, breaks: tuple[LevelBreak, ...], until: np.datetime64,
    settings: Settings,
) -> Past:  # fmt: skip
    """Return the past with the rows of a break, less the break: a newcomer's own days count."""
    past, after = stand.past, stand.found.after
    if not len(after):
        return past
    rest = _rest_of(city, after, stand, until, settings) - breaks[0].term(after.canteen)
    return attrs.evolve(
        past,
        canteen=np.append(past.canteen, after.canteen),
        slot=np.append(past.slot, weekday(after.date)),
        year=np.append(past.year, _year(city, after)),
        day=np.append(past.day, np.searchsorted(stand.days, after.date)),
        rest=np.append(past.rest, rest),
        weight=np.append(past.weight, np.ones(len(after))),
    )


def _level_apart(
    city: City, stand: Standing, settings: Settings, until: np.datetime64, level: Floats
) -> tuple[Floats, int]:
    """Return the level of each series in an exceptional span that the data end in, and its days.

    Elsewhere, the usual level and 0 days.
    """
    found = stand.found
    table = found.apart
    last = found.after.date if len(found.after) else found.table.date
    if not len(table) or table.date[-1] < last[-1]:
        return level, 0
    rest = _rest_of(city, table, stand, until, settings)
    age = (len(stand.days) - 1 - np.searchsorted(stand.days, table.date)).astype(np.float64)
    apart = recent_level(rest, table.canteen, age, settings.level_half_life, level)
    return apart, len(np.unique(table.date))


def _idle(past: Past, seen: Ints) -> Ints:
    """Return the service days since the last row of each series; 0 for one without any."""
    last = np.zeros(past.canteens, dtype=np.int64)
    np.maximum.at(last, past.canteen, past.day)
    now = past.day.max() if past.now is None else past.now
    return np.asarray(np.where(seen > 0, now - last, 0), dtype=np.int64)


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
