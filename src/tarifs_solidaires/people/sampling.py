"""Confidence intervals of a comparison whose people are a sample.

Every figure is a ratio of two weighted sums: a count is the share of people who are counted times the
number of people that the weights add up to, which is taken as known (weights that were calibrated to a
census); so is a total; a mean divides by the people who have a result. The variance is that of sampling
whole clusters with replacement within strata, from the linearised ratio, or from a bootstrap that draws
one cluster less than there are (Rao and Wu's, without which it would be too small). With replacement is
on the safe side where a sample is a large part of the population. Shares have Wilson's interval with the
effective size of the sample, which says something where nobody, or everybody, was counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.people.compared import CHANGES, Compared, money_of
from tarifs_solidaires.people.grouping import factorised, wrong
from tarifs_solidaires.values.json_value import JsonValue

Array = npt.NDArray[Any]
Method: TypeAlias = Literal["linearised", "bootstrap"]

MOST_REPEATS = 10_000
MOST_ESTIMATES = 5_000
NORMAL_FROM = 1_000  # degrees of freedom from which Student's law is taken for the normal one


@attrs.frozen(kw_only=True)
class Estimate(JsonValue):
    """A figure of a comparison, with its confidence interval.

    Parameters
    ----------
    measure : str
        A state such as ``losers``, a number of people; ``mean_change``, ``total_change``,
        ``budget_before`` or ``budget_after``.
    group : int or None
        Row of the groups; None for everybody.
    value, low, high : float
        The figure of the comparison, and the bounds of its interval; NaN where nobody is counted.
    error : float
        Its standard error.
    """

    measure: str
    group: int | None
    value: float
    low: float
    high: float
    error: float


@attrs.frozen(kw_only=True)
class Confidence(JsonValue):
    """Confidence intervals of the figures of a comparison.

    Parameters
    ----------
    level : float
        Share of samples whose interval holds the figure of the population, such as 0.95.
    method : {"linearised", "bootstrap"}
        How the variance was found.
    rows, clusters, strata : int
        Rows of the sample; what was drawn; within what.
    estimates : tuple of Estimate
        The figures, of each group and of everybody.
    """

    level: float
    method: Method
    rows: int
    clusters: int
    strata: int
    estimates: tuple[Estimate, ...] = attrs.field(repr=False)

    def of(self, measure: str, group: int | None = None) -> Estimate:
        """Return the estimate of a measure, of a group or of everybody.

        Parameters
        ----------
        measure : str
            A state, a change or a budget.
        group : int or None
            Row of the groups; None for everybody.

        Returns
        -------
        Estimate
            The figure, with its interval.

        Raises
        ------
        KeyError
            Where there is none.
        """
        for one in self.estimates:
            if (one.measure, one.group) == (measure, group):
                return one
        raise KeyError(f"no estimate of {measure!r} in group {group!r}")


def estimate(
    compared: Compared,
    *,
    level: float = 0.95,
    method: Method = "linearised",
    strata: Any = None,
    cluster: Any = None,
    repeats: int = 1_000,
    seed: int = 0,
) -> Confidence:
    """Return confidence intervals of a comparison whose rows are a sample.

    Parameters
    ----------
    compared : Compared
        The comparison, with the weights of the sample.
    level : float
        From 0.5 to below 1.
    method : {"linearised", "bootstrap"}
        How the variance is found.
    strata, cluster : array_like, optional
        What each row was drawn within, and with; by default all rows are one stratum, and each is
        a cluster of its own.
    repeats, seed : int
        Of the bootstrap; the same seed gives the same intervals on every machine.

    Returns
    -------
    Confidence
        The intervals.

    Raises
    ------
    InputError
        Where an argument is wrong, a stratum holds a single cluster, or a cluster lies in two strata.
    """
    if not 0.5 <= level < 1:
        raise wrong("level", "{value!r} is not from 0.5 to below 1", "write 0.95", value=level)
    if method not in ("linearised", "bootstrap"):
        raise wrong("method", "{value!r} is not a method", "write 'linearised' or 'bootstrap'",
                    value=method)  # fmt: skip
    if not 1 < repeats <= MOST_REPEATS:
        raise wrong("repeats", "{value!r} is not from 2 to {most:,}", "write 1000", value=repeats,
                    most=MOST_REPEATS)  # fmt: skip
    length = len(compared.state)
    weights = np.ones(length) if compared.weights is None else compared.weights
    design = _Design.of(length, strata, cluster)
    known = [*_ratios(compared, weights)]
    if len(known) > MOST_ESTIMATES:
        raise wrong("by", "{count:,} figures are too many for intervals", "use fewer groups",
                    count=len(known))  # fmt: skip
    tail = (1 + level) / 2
    quantile = student_quantile(tail, design.freedom)
    drawn = design.bootstrap(known, weights, repeats, seed) if method == "bootstrap" else None
    found = []
    for n, one in enumerate(known):
        above, below = one.sums(weights)
        ratio = above / below if below > 0 else math.nan
        scale = one.scale
        if drawn is not None:
            replicas = scale * drawn[n]
            error = float(np.std(replicas))
        else:
            residual = weights * (one.above - ratio * one.below) / (below or 1)
            error = scale * design.error(residual)
        low, high = scale * ratio - quantile * error, scale * ratio + quantile * error
        if one.counts:
            size = design.size(ratio, error / scale if scale else 0.0, weights)
            low, high = (scale * bound for bound in wilson(ratio, size, quantile))
        if drawn is not None and not (one.counts and ratio in (0, 1)):
            low, high = (float(np.quantile(replicas, q)) for q in (1 - tail, tail))
        found.append(
            Estimate(measure=one.measure, group=one.group, value=scale * ratio, low=low, high=high,
                     error=error)
        )  # fmt: skip
    return Confidence(
        level=level, method=method, rows=length, clusters=design.clusters,
        strata=design.strata, estimates=tuple(found),
    )  # fmt: skip


# -- what is estimated -------------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class _Ratio:
    """A figure as a ratio of two weighted sums, times a scale that is known."""

    measure: str
    group: int | None
    above: Array
    below: Array
    scale: float
    counts: bool = False

    def sums(self, weights: Array) -> tuple[float, float]:
        return float(weights @ self.above), float(weights @ self.below)


def _ratios(compared: Compared, weights: Array) -> Iterator[_Ratio]:
    everybody = np.ones(len(compared.state))
    people = float(weights.sum())
    amounts = _amounts(compared)
    missing = compared.states.index("missing")
    for group in (*range(len(compared.groups)), None):
        within = everybody if group is None else (compared.group == group).astype(np.float64)
        for place, name in enumerate(compared.states):
            yield _Ratio(measure=name, group=group, above=within * (compared.state == place),
                         below=everybody, scale=people, counts=True)  # fmt: skip
        known = within * (compared.state != missing)
        for measure, values in amounts.items():
            mean = measure == "mean_change"
            yield _Ratio(measure=measure, group=group, above=known * values,
                         below=known if mean else everybody, scale=1.0 if mean else people)  # fmt: skip


def _amounts(compared: Compared) -> dict[str, Array]:
    """Return what is added up of each person, 0 where there is none."""
    if compared.way == "words":
        return {}
    change = np.nan_to_num(compared.change)
    found = {CHANGES[0]: change, CHANGES[1]: change}
    if compared.budget:
        for measure, result in ((CHANGES[2], compared.before), (CHANGES[3], compared.after)):
            values = np.broadcast_to(result.outputs[compared.output], change.shape)
            if compared.prices is not None:
                values = money_of(compared, result, values, compared.prices)
            found[measure] = np.nan_to_num(values)
    return found


# -- how the sample was drawn ------------------------------------------------------------------


@attrs.frozen(kw_only=True, eq=False)
class _Design:
    """Clusters, in the order of their strata."""

    cluster: Array | None  # of each row; None where each is one
    stratum: Array  # of each cluster
    counts: Array  # clusters of each stratum

    @classmethod
    def of(cls, length: int, strata: Any, cluster: Any) -> _Design:
        names = ("strata", strata), ("cluster", cluster)
        codes: list[Array | None] = []
        for name, values in names:
            found = None if values is None else factorised(name, values)[0]
            if found is not None and found.shape != (length,):
                raise wrong(name, "there are {count:,} values for {length:,} rows",
                            "give one per row", count=found.size, length=length)  # fmt: skip
            codes.append(found)
        rows = np.zeros(length, dtype=np.int64) if codes[0] is None else codes[0]
        rows = np.unique(rows, return_inverse=True)[1]
        if codes[1] is None:
            stratum, of_row = rows, None
        else:
            _, first, of_row = np.unique(codes[1], return_index=True, return_inverse=True)
            stratum = rows[first]
            torn = np.flatnonzero(stratum[of_row] != rows)
            if len(torn):
                raise wrong("cluster", "the cluster of row {place:,} lies in two strata",
                            "name clusters apart in each stratum", place=int(torn[0]))  # fmt: skip
        counts = np.bincount(stratum)
        if (counts < 2).any():
            raise wrong("strata", "{count:,} strata contain a single cluster, from which no variance can be estimated",
                        "join them with like ones", count=int((counts < 2).sum()))  # fmt: skip
        return cls(cluster=of_row, stratum=stratum, counts=counts)

    @property
    def clusters(self) -> int:
        return len(self.stratum)

    @property
    def strata(self) -> int:
        return len(self.counts)

    @property
    def freedom(self) -> int:
        return self.clusters - self.strata

    def added(self, values: Array) -> Array:
        """Add rows up by cluster."""
        if self.cluster is None:
            return values
        return np.asarray(np.bincount(self.cluster, values, self.clusters))

    def error(self, residual: Array) -> float:
        """Return the standard error of a sum of residuals."""
        sums = self.added(residual)
        means = np.bincount(self.stratum, sums) / self.counts
        squares = np.bincount(self.stratum, (sums - means[self.stratum]) ** 2)
        return math.sqrt(float((squares * self.counts / (self.counts - 1)).sum()))

    def size(self, share: float, error: float, weights: Array) -> float:
        """Return how many people drawn at random would say as much of a share."""
        if 0 < share < 1 and error > 0:
            return share * (1 - share) / error**2
        added = self.added(weights)
        squares = float((added**2).sum())
        return float(added.sum()) ** 2 / squares if squares else 0.0

    def bootstrap(self, ratios: list[_Ratio], weights: Array, repeats: int, seed: int) -> Array:
        """Return the ratios in samples drawn from the sample, a row a ratio."""
        order = np.argsort(self.stratum, kind="stable")
        first = np.cumsum(self.counts) - self.counts
        of_draw = np.repeat(np.arange(self.strata), self.counts - 1)
        above = np.stack([self.added(weights * one.above) for one in ratios])
        below = np.stack([self.added(weights * one.below) for one in ratios])
        grown = (self.counts / (self.counts - 1))[self.stratum]
        found = np.empty((len(ratios), repeats))
        for turn in range(repeats):
            # words straight from the bit generator, whose stream numpy never changes
            words = np.random.PCG64(np.random.SeedSequence([seed, turn])).random_raw(len(of_draw))
            place = ((words >> np.uint64(32)).astype(np.int64) * self.counts[of_draw]) >> 32
            times = np.bincount(order[first[of_draw] + place], minlength=self.clusters) * grown
            under = below @ times
            found[:, turn] = np.divide(
                above @ times, under, out=np.zeros(len(ratios)), where=under > 0
            )
        return found


# -- laws --------------------------------------------------------------------------------------


def wilson(share: float, size: float, quantile: float) -> tuple[float, float]:
    """Return Wilson's interval of a share in a sample of an effective size.

    Examples
    --------
    >>> low, high = wilson(0.0, 100, 1.96)
    >>> low, round(high, 3)
    (0.0, 0.037)
    """
    if not size or share != share:
        return math.nan, math.nan
    square = quantile**2 / size
    centre = share + square / 2
    half = math.sqrt(max(square * (share * (1 - share) + square / 4), 0.0))
    return max(0.0, (centre - half) / (1 + square)), min(1.0, (centre + half) / (1 + square))


def student_quantile(share: float, freedom: int) -> float:
    """Return the quantile of Student's law, above a half.

    Examples
    --------
    >>> round(student_quantile(0.975, 10), 4), round(student_quantile(0.975, 5000), 4)
    (2.2281, 1.96)
    """
    normal = NormalDist().inv_cdf(share)
    if freedom > NORMAL_FROM:
        return normal
    low, high = 0.0, normal
    while _student(high, freedom) < share:
        low, high = high, 2 * high
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _student(middle, freedom) < share else (low, middle)
        if high - low < 1e-12 * high:
            break
    return (low + high) / 2


def _student(value: float, freedom: int) -> float:
    """Return the share of Student's law below a value from 0, by its finite sum of cosines."""
    angle = math.atan(value / math.sqrt(freedom))
    square = math.cos(angle) ** 2
    if freedom % 2:
        term, total = math.cos(angle), 0.0
        for n in range(3, freedom + 1, 2):
            total += term
            term *= square * (n - 1) / n
        return 0.5 + (angle + math.sin(angle) * total) / math.pi
    term, total = 1.0, 0.0
    for n in range(2, freedom + 1, 2):
        total += term
        term *= square * (n - 1) / n
    return 0.5 + math.sin(angle) * total / 2
