"""One regression over rows that stand in several parts, which meet only as sums.

A part holds whole canteens. What its rows say of the shared effects is a small matrix once its own
canteens are eliminated, and these matrices add up: the solution is that of all rows together. Far
rows count less as on one machine, for which the median of all residuals is found, exactly, from
counts of each part.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import attrs
import numpy as np

from prevision_cantine.arrays import Bools, Floats, Ints
from prevision_cantine.calendar.days import to_day
from prevision_cantine.city.city import City
from prevision_cantine.errors import ForecastError
from prevision_cantine.extras import needs
from prevision_cantine.model.design import design_of
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.model.learning import (
    Gathered,
    Regression,
    Settings,
    firm_rows,
    gathered,
)
from prevision_cantine.model.regression import (
    AHEAD,
    STEPS,
    Design,
    Effects,
    Equations,
    lowered,
    one_thread,
)
from prevision_cantine.model.smooth import fit_smooth
from prevision_cantine.model.terms import Number, Product, Term, terms_from_text, terms_to_text

BINS = 1 << 16  # of residuals, in which their median is looked for


class Runner(Protocol):
    """Where the parts are worked on; see ``Here``, and ``prevision_cantine.scale.engines``."""

    def start(self, make: Callable[[Any], Any], keys: Sequence[Any]) -> list[Any]:
        """Return a handle on ``make(key)`` for each key."""

    def each(self, work: Callable[[Any], Any], handles: Sequence[Any]) -> list[Any]:
        """Return a handle on ``work(value)`` for each value that a handle stands for."""

    def reduced(self, add: Callable[[Any, Any], Any], handles: Sequence[Any]) -> Any:
        """Return the sum of the values, two by two."""


class Here:
    """Works on the parts in this process, one after the other."""

    def start(self, make: Callable[[Any], Any], keys: Sequence[Any]) -> list[Any]:
        """Return ``make(key)`` for each key."""
        return [make(key) for key in keys]

    def each(self, work: Callable[[Any], Any], handles: Sequence[Any]) -> list[Any]:
        """Return ``work(value)`` for each value."""
        return [work(value) for value in handles]

    def reduced(self, add: Callable[[Any, Any], Any], handles: Sequence[Any]) -> Any:
        """Return the sum of the values, two by two."""
        values = list(handles)
        while len(values) > 1:
            pairs = [add(*values[n : n + 2]) for n in range(0, len(values) - 1, 2)]
            values = pairs + values[2 * len(pairs) :]
        return values[0]


# -- what parts say, and how it adds up ----------------------------------------------------------


@attrs.frozen(eq=False)
class _Facts:
    """What has to be known of all rows before any equation is written.

    ``curves`` holds, for each term with a curve, the distinct values of its number and how often
    each was seen.
    """

    terms: str
    first_year: tuple[int, str]
    last_year: int
    rows: int
    target: float
    size: float
    curves: tuple[tuple[Floats, Ints], ...]

    def __add__(self, other: _Facts) -> _Facts:
        if self.terms != other.terms:
            raise ForecastError("joint_terms")
        if self.first_year[0] != other.first_year[0]:
            first, name = min(self.first_year, other.first_year)
        else:
            first, name = self.first_year
            if name != other.first_year[1]:
                raise ForecastError(
                    "joint_years", position=first + 1, value=name, other=other.first_year[1]
                )
        return _Facts(
            self.terms, (first, name), max(self.last_year, other.last_year), self.rows + other.rows,
            self.target + other.target, self.size + other.size,
            tuple(_merged(*pair) for pair in zip(self.curves, other.curves, strict=True)),
        )  # fmt: skip


def _merged(one: tuple[Floats, Ints], other: tuple[Floats, Ints]) -> tuple[Floats, Ints]:
    values, place = np.unique(np.concatenate([one[0], other[0]]), return_inverse=True)
    counts = np.bincount(place, np.concatenate([one[1], other[1]]), len(values))
    return values, counts.astype(np.int64)


@attrs.frozen(eq=False)
class _Sums:
    """Equations of the shared effects, of every column of the design."""

    normal: Floats
    pull: Floats

    def __add__(self, other: _Sums) -> _Sums:
        if len(self.pull) != len(other.pull):
            raise ForecastError("joint_columns")
        return _Sums(self.normal + other.normal, self.pull + other.pull)

    def solved(self, prior: Floats) -> Floats:
        """Return the shared effects."""
        with needs("cantine"):
            from scipy import linalg

        normal = self.normal.copy()
        normal[np.diag_indices_from(normal)] += prior
        with one_thread():
            effect: Floats = linalg.cho_solve(linalg.cho_factor(normal), self.pull)
        return effect


@attrs.frozen(eq=False)
class _Part:
    """The rows of a part, with what the last step left of them; ``groups`` are its canteens."""

    own: Gathered
    design: Design
    groups: Ints
    equations: Equations
    base: Floats
    target: Floats
    firm: Bools | None
    robust: Floats
    total: Floats | None = None
    effects: Effects | None = None
    distance: Floats = attrs.field(factory=lambda: np.zeros(0))

    @property
    def weight(self) -> Floats:
        return self.base * self.robust


@attrs.frozen(eq=False)
class JointFit:
    """The terms that the rows of several parts share, as if they were one.

    Parameters
    ----------
    until : datetime64[D]
        Last day of which anything was used.
    settings : mapping of str to object
        Parameters of the forecaster.
    terms : str
        The terms with their curves, as ``terms_to_text`` writes them.
    first_year, last_year : int
        First and last school year of the rows.
    rows : int
        How many rows were learned from.
    mean, mean_size : float
        Mean logarithm that the terms add to, and mean of the people to the power of the model.
    steps : tuple of tuple
        Shared effects and median residual of each step: what every part needs to find its own
        effects again.
    """

    until: np.datetime64
    settings: dict[str, Any] = attrs.field(repr=False)
    terms: str = attrs.field(repr=False)
    first_year: int
    last_year: int
    rows: int
    mean: float
    mean_size: float
    steps: tuple[tuple[Floats, float], ...] = attrs.field(repr=False)

    @property
    def shared(self) -> Floats:
        """Effects that all canteens share, block after block."""
        return self.steps[-1][0]

    def regression(self, city: City) -> Regression:
        """Return the regression of one part, with the effects of its own canteens.

        Parameters
        ----------
        city : City
            One of the parts.

        Returns
        -------
        Regression
            That of its rows; the shared effects are those of all parts.
        """
        part = _prepared(city, self)
        for number, (shared, middle) in enumerate(self.steps):
            part = _weighed(_stepped(part, shared, number), middle)
        assert part.effects is not None  # noqa: S101
        own, design = part.own, part.design
        nested = np.zeros((design.groups, part.effects.nested.shape[1]))
        nested[part.groups] = part.effects.nested
        return Regression(
            own.table, own.rows, own.apart, own.after, terms_from_text(self.terms), design,
            own.target, self.mean, part.base, part.robust, Effects(self.shared, nested), own.usual,
            self.first_year, self.last_year - self.first_year + 1,
        )  # fmt: skip

    def forecaster(self, city: City) -> CanteenForecaster:
        """Return the forecaster of one part.

        Parameters
        ----------
        city : City
            One of the parts.

        Returns
        -------
        CanteenForecaster
            Fitted: terms are those of all parts; recent levels, weekday profiles, what a summer
            does, and the past forecasts that intervals rest on, come from the rows of the part.
        """
        forecaster = CanteenForecaster(**self.settings)
        return forecaster.fit(city, self.until, regression=self.regression(city))


def fit_joint(
    parts: Sequence[Any],
    until: str | dt.date | np.datetime64,
    *,
    forecaster: CanteenForecaster | None = None,
    load: Callable[[Any], City] | None = None,
    runner: Runner | None = None,
) -> JointFit:
    """Estimate the terms that all canteens of several parts share.

    Parameters
    ----------
    parts : sequence of City, or of what ``load`` reads
        Parts of a country: no canteen stands in two of them; types of canteens, terms and school
        years are the same in all.
    until : str or datetime.date
        Last day of which anything is used.
    forecaster : CanteenForecaster, optional
        Its settings are used; those by default where not given.
    load : callable, optional
        From an item of ``parts``, such as a folder, to its city, so that each part is read where it
        is worked on. It has to give the same city each time.
    runner : Runner, optional
        Where the parts are worked on; in this process where not given.

    Returns
    -------
    JointFit
        The shared effects: those that one machine finds on all rows, to rounding. Its
        ``forecaster`` gives that of a part.

    Raises
    ------
    ForecastError
        Where no part is given, or parts do not fit together.
    DateError
        Where a part has no row by then.

    Examples
    --------
    >>> from prevision_cantine import make_city
    >>> city = make_city(seed=0, canteens=6, years=2)
    >>> whole = CanteenForecaster(calibration_periods=0).fit(city, "2022-02-01")
    >>> joint = fit_joint(split_city(city, 3), "2022-02-01")
    >>> fitted = joint.forecaster(split_city(city, 3)[0]).fitted_
    >>> bool(np.abs(fitted.effects.shared - whole.fitted_.effects.shared).max() < 1e-9)
    True
    """
    if not len(parts):
        raise ForecastError("joint_none")
    forecaster = forecaster or CanteenForecaster()
    forecaster.check_parameters()
    run = runner or Here()
    day, settings = to_day(until), forecaster.get_params()
    read = load or _itself
    own = run.start(partial(_read, read, day, settings), list(parts))
    facts: _Facts = run.reduced(_added, run.each(_facts, own))
    joint = JointFit(
        day, settings, _with_curves(facts), facts.first_year[0], facts.last_year, facts.rows,
        facts.target / facts.rows, facts.size / facts.rows, (),
    )  # fmt: skip
    known = run.each(partial(_of_joint, joint), own)
    prior: Floats = run.reduced(_same, run.each(_prior, known))
    for number in range(STEPS):
        sums: _Sums = run.reduced(_added, run.each(_sums, known))
        shared = sums.solved(prior)
        known = run.each(partial(_stepped, shared=shared, number=number), known)
        middle = _median(run, known, facts.rows)
        known = run.each(partial(_weighed, middle=middle), known)
        joint = attrs.evolve(joint, steps=(*joint.steps, (shared, middle)))
    return joint


def split_city(city: City, parts: int) -> list[City]:
    """Return a city as several, each with the rows of some of its canteens.

    Parameters
    ----------
    city : City
        The city.
    parts : int
        How many, from 1 to the number of canteens.

    Returns
    -------
    list of City
        Each names all canteens and types, so that the parts fit together.

    Raises
    ------
    ForecastError
        Where there would be a part without any row.
    """
    served, place = np.unique(city.attendance.canteen, return_inverse=True)
    if not 1 <= parts <= len(served):
        raise ForecastError("joint_split", value=parts, most=len(served))
    number = place % parts
    return [
        attrs.evolve(city, attendance=city.attendance.select(number == n)) for n in range(parts)
    ]


# -- one part ------------------------------------------------------------------------------------


def _itself(city: City) -> City:
    return city


def _added(one: Any, other: Any) -> Any:
    return one + other


def _same(one: Floats, other: Floats) -> Floats:
    if not np.array_equal(one, other):
        raise ForecastError("joint_columns")
    return one


def _read(
    load: Callable[[Any], City], day: np.datetime64, settings: dict[str, Any], key: Any
) -> tuple[City, Settings, tuple[Term, ...], Gathered]:
    city = load(key)
    model = CanteenForecaster(**settings)
    terms = model.terms_of(city)
    return city, model.settings(), terms, gathered(city, day, model.settings(), terms)


def _facts(part: tuple[City, Settings, tuple[Term, ...], Gathered]) -> _Facts:
    city, _, terms, own = part
    first, last = own.school_years()
    curves = []
    for number in _numbers(terms):
        values = number.values(own.found)[own.found.of_row]
        found, counts = np.unique(values, return_counts=True)
        curves.append((found, counts.astype(np.int64)))
    name = city.calendar.years[first].name
    return _Facts(
        terms_to_text(terms), (first, name), last, len(own.table), float(own.target.sum()),
        float(own.size.sum()), tuple(curves),
    )  # fmt: skip


def _numbers(terms: Sequence[Term]) -> list[Number]:
    """Return the terms, and factors of terms, that have a curve."""
    found = [term.second if isinstance(term, Product) else term for term in terms]
    return [term for term in found if isinstance(term, Number)]


def _with_curves(facts: _Facts) -> str:
    terms, curves = [], iter(facts.curves)
    for term in terms_from_text(facts.terms):
        if isinstance(term, Number):
            term = attrs.evolve(term, smooth=_curve(next(curves)))
        elif isinstance(term, Product):
            second = attrs.evolve(term.second, smooth=_curve(next(curves)))
            term = attrs.evolve(term, second=second)
        terms.append(term)
    return terms_to_text(tuple(terms))


def _curve(seen: tuple[Floats, Ints]) -> Any:
    return fit_smooth(np.repeat(*seen))


def _of_joint(joint: JointFit, part: tuple[City, Settings, tuple[Term, ...], Gathered]) -> _Part:
    city, _, _, own = part
    terms = terms_from_text(joint.terms)
    years = joint.last_year - joint.first_year + 1
    design = design_of(own.rows, own.found, terms, joint.first_year, years)
    # The canteens of other parts have no row here: only its own have equations.
    groups, place = np.unique(design.group, return_inverse=True)
    few = attrs.evolve(design, group=place, groups=len(groups))
    return _Part(
        own=own, design=design, groups=groups, equations=Equations(few),
        base=own.weight(joint.until, joint.settings["half_life"], joint.mean_size),
        target=own.target - joint.mean, firm=firm_rows(city, own, terms),
        robust=np.ones(len(own.table)),
    )  # fmt: skip


def _prepared(city: City, joint: JointFit) -> _Part:
    return _of_joint(joint, _read(_itself, joint.until, joint.settings, city))


def _prior(part: _Part) -> Floats:
    return part.equations.design.penalty(nested=False)


def _sums(part: _Part) -> _Sums:
    equations, width = part.equations, len(_prior(part))
    with one_thread():
        few, pull, _ = equations.eliminated(part.weight, part.target, 0.0)
    normal, every = np.zeros((width, width)), np.zeros(width)
    normal[np.ix_(equations.used, equations.used)] = few
    every[equations.used] = pull
    return _Sums(normal, every)


def _stepped(part: _Part, shared: Floats, number: int) -> _Part:
    """Return the part with the effects of its canteens, and how far its rows are off."""
    equations, weight = part.equations, part.weight
    with one_thread():
        roots = equations.eliminated(weight, part.target, 0.0)[2]
        found = equations.effects(weight, part.target, shared[equations.used], roots)
        effects = attrs.evolve(found, shared=shared)
        total = effects.total(equations.design)
    distance = part.target - total
    if part.total is not None and number < STEPS - 1:
        distance += AHEAD * (part.total - total)
    return attrs.evolve(part, total=total, effects=effects, distance=np.abs(distance))


def _weighed(part: _Part, middle: float) -> _Part:
    return attrs.evolve(part, robust=lowered(part.distance.copy(), middle, part.firm))


# -- the median of all residuals -----------------------------------------------------------------


def _median(run: Runner, parts: Sequence[Any], count: int) -> float:
    """Return the median of the distances of all rows, as one machine finds it."""
    low, high = run.reduced(_wider, run.each(_extent, parts))
    if low == high:
        return float(low)
    counts = run.reduced(_added, run.each(partial(_counts, low=low, high=high), parts))
    ends = np.cumsum(counts)
    wanted = np.array([(count - 1) // 2, count // 2])
    first, last = np.searchsorted(ends, wanted, side="right")
    inside = partial(_inside, low=low, high=high, first=int(first), last=int(last))
    values = np.sort(run.reduced(_joined, run.each(inside, parts)))
    before = int(ends[first - 1]) if first else 0
    return float(values[wanted - before].mean())


def _extent(part: _Part) -> tuple[float, float]:
    return float(part.distance.min()), float(part.distance.max())


def _wider(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return min(one[0], other[0]), max(one[1], other[1])


def _bins(part: _Part, low: float, high: float) -> Ints:
    return np.minimum(((part.distance - low) * (BINS / (high - low))).astype(np.int64), BINS - 1)


def _counts(part: _Part, low: float, high: float) -> Ints:
    return np.bincount(_bins(part, low, high), minlength=BINS)


def _inside(part: _Part, low: float, high: float, first: int, last: int) -> Floats:
    bins = _bins(part, low, high)
    return part.distance[(bins >= first) & (bins <= last)]


def _joined(one: Floats, other: Floats) -> Floats:
    return np.concatenate([one, other])
