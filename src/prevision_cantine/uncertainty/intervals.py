"""Intervals and orders from the errors of past forecasts."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats, Ints
from prevision_cantine.errors import ForecastError, ParameterError
from prevision_cantine.uncertainty.margins import (
    HALVINGS,
    WIDEST,
    Margin,
    Run,
    added,
    margin,
    no_runs,
    robust_deviation,
    smallest_margin,
    whole,
    winsorised,
)
from prevision_cantine.uncertainty.spread import SIZE, Scale, Spread, by_size

MIN_ROWS = 100
MIN_DAYS = 20
OCCASION_ROWS = 300.0  # rows of all occasions that the tails of one are held to
T_AT_90 = 2.1318  # 95 % quantile of Student's t with four degrees of freedom


def _no_days() -> Days:
    return np.array([], dtype="datetime64[D]")


@attrs.frozen(eq=False)
class Calibration:
    """Past forecasts, each made as if on its day, and what was then served.

    Parameters
    ----------
    forecast, actual : ndarray of float, shape (n,)
        Meals.
    date : ndarray of datetime64[D], shape (n,) or (0,)
        Day of each; empty where it is not known, and then no total of a day has a margin.
    canteen : ndarray of int, shape (n,) or (0,)
        Number of its canteen; empty where it is not known.
    scale : Scale, optional
        How far each was to be off, relative to a middling forecast; by its size where not given.
    spread : Spread, optional
        What these forecasts say of how far others may be off.
    width : float
        Log error that nine forecasts of ten keep below, on either side, where there are too few
        past forecasts: what they lack is then filled up with such errors. 0 for none, and then
        neither interval nor order.
    runs : tuple of Run
        Days in a row on which a canteen was far from its forecasts on one side: another level, and
        no error of a forecast. They are not among the past forecasts.
    """

    forecast: Floats = attrs.field(repr=False)
    actual: Floats = attrs.field(repr=False)
    date: Days = attrs.field(factory=_no_days, repr=False)
    canteen: Ints = attrs.field(factory=lambda: np.array([], dtype=np.int64), repr=False)
    scale: Scale | None = attrs.field(default=None, repr=False)
    spread: Spread | None = attrs.field(default=None, repr=False)
    width: float = 0.0
    runs: tuple[Run, ...] = ()

    def scale_of(self, meals: Floats, lead: Floats, occasion: Ints, canteen: Ints) -> Scale | None:
        """Return how far other forecasts may be off; None where nothing but their size tells."""
        return None if self.spread is None else self.spread.scale(meals, lead, occasion, canteen)

    def interval(
        self, meals: Floats, coverage: float, scale: Scale | None = None
    ) -> tuple[Floats, Floats]:
        """Return the bounds that held the given share of past days; NaN without past forecasts.

        The tails of each occasion are its own as far as it was seen, and wider the fewer its days:
        rows of one day err together, so that a few days may all have been kind.
        """
        if self.is_short and self.width:
            return self._filled().interval(meals, coverage, scale)
        if self.is_short:
            unknown = np.full(len(meals), np.nan)
            return unknown, unknown.copy()
        error, past, scale = self._errors(), self._scale(), scale or by_size(meals)
        tail = (1 - coverage) / 2
        count = 1 + int(max(past.occasion.max(), scale.occasion.max(initial=0)))
        everywhere = np.quantile(error, [tail, 1 - tail])
        bounds = np.tile(everywhere, (count, 1))
        for occasion in np.unique(past.occasion):
            here = past.occasion == occasion
            seen = int(here.sum())
            days = len(np.unique(self.date[here])) if len(self.date) else seen
            rare = max(tail - 0.5 / days, tail / 2)
            own = np.quantile(error[here], [rare, 1 - rare])
            bounds[occasion] = (seen * own + OCCASION_ROWS * everywhere) / (seen + OCCASION_ROWS)
        return _bound(meals, bounds[:, 0], scale), _bound(meals, bounds[:, 1], scale)

    def order(
        self, meals: Floats, shortage: float, tray: int = 1, scale: Scale | None = None
    ) -> Floats:
        """Return the orders whose missing meals were, in the past, this share of those served.

        Raises
        ------
        ForecastError
            As ``margin`` does.
        """
        return whole(self.enlarged(meals, self.margin(shortage, tray).pooled, scale), tray)

    def enlarged(self, meals: Floats, margin: float, scale: Scale | None = None) -> Floats:
        """Return the forecast with a margin, wider where it is less sure."""
        scale = scale or by_size(meals)
        return np.asarray(meals * np.exp(margin * scale.either))

    def margin(
        self, shortage: float, tray: int = 1, *, own: bool = False, count: int | None = None
    ) -> Margin:
        """Return the margin whose missing meals were, in the past, this share of those served.

        Parameters
        ----------
        shortage : float
            Share, above 0 and below 1.
        tray : int
            Meals a tray.
        own : bool
            Whether each canteen has a margin of its own, as far as its past supports it.
        count : int, optional
            How many canteens there are; as many as were forecast where not given.

        Returns
        -------
        Margin
            The margin, and the past forecasts that set it. Single far days count as if they were at
            the edge of the usual.

        Raises
        ------
        ForecastError
            Without past forecasts, or where the share is not above 0 and below 1.
        """
        if self.is_short and self.width:
            return attrs.evolve(
                self._filled().margin(shortage, tray, count=count), setters=np.zeros(0, np.int64)
            )
        check_share("shortage", shortage)
        self._need_past()
        rows = len(self.actual)
        series = self.canteen if len(self.canteen) == rows else np.zeros(rows, dtype=np.int64)
        return margin(
            series, self.date, self.forecast, self.actual, self._scale().either, shortage,
            tray=tray, count=count, own=own, runs=no_runs(rows, self.runs),
        )  # fmt: skip

    def margin_at(self, quantile: float) -> float:
        """Return the margin that was enough on this share of past canteens and days."""
        if self.is_short and self.width:
            return self._filled().margin_at(quantile)
        self._need_past()
        error = np.log(self.actual / self.forecast) / self._scale().either
        return float(np.quantile(error, quantile))

    def margin_of_total(self, shortage: float, tray: int = 1) -> float:
        """Return the margin by which each day's total missed, in the past, this share of meals."""
        check_share("shortage", shortage)
        self._need_past()
        return smallest_margin(
            self.forecast, self.winsorised(), self._scale().either, shortage, tray, self._days()
        )

    def winsorised(self) -> Floats:
        """Return meals served with single far days, such as typing errors, at the edge of the usual."""
        scale = self._scale().either
        usual = robust_deviation(np.log(self.actual / self.forecast) / scale)
        return winsorised(self.forecast, self.actual, scale, usual)

    def margin_of_total_at(self, quantile: float) -> float:
        """Return the margin by which each day's total was enough on this share of past days."""
        self._need_past()
        day = self._days()
        actual = added(day, self.actual)
        low, high = np.full(len(actual), -WIDEST), np.full(len(actual), WIDEST)
        spread = self._scale().either
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            enough = added(day, self.forecast * np.exp(middle[day] * spread)) >= actual
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return float(np.quantile(high, quantile))

    @property
    def is_short(self) -> bool:
        """Whether there are too few past forecasts to go by."""
        return len(self.actual) < MIN_ROWS

    def _filled(self) -> Calibration:
        """Return these past forecasts with errors of the given width in the place of what they lack."""
        lacking = MIN_ROWS - len(self.actual)
        share = (np.arange(lacking) + 0.5) / lacking
        # Student's t with four degrees of freedom: tails as heavy as those of canteens.
        half = 2 * np.sqrt(share * (1 - share))
        tail = 2 * np.sqrt(np.cos(np.arccos(half) / 3) / half - 1)
        error = np.sign(share - 0.5) * tail * self.width / T_AT_90
        own, ones = self._scale(), np.ones(lacking)
        scale = Scale(
            np.append(own.above, ones), np.append(own.below, ones),
            np.append(own.occasion, np.zeros(lacking, dtype=np.int64)),
        )  # fmt: skip
        days = np.datetime64("1900-01-01") + np.arange(lacking)
        return Calibration(
            np.append(self.forecast, SIZE * ones), np.append(self.actual, SIZE * np.exp(error)),
            np.concatenate([self.date, days]) if len(self.date) == len(self.actual) else days[:0],
            scale=scale,
        )  # fmt: skip

    @property
    def days(self) -> int:
        """How many past days there are."""
        return len(np.unique(self.date))

    def of(self, canteens: Ints) -> Calibration:
        """Return the past forecasts of some canteens."""
        if not len(self.canteen):
            return self
        return self.select(np.isin(self.canteen, canteens))

    def select(self, keep: npt.NDArray[np.bool_]) -> Calibration:
        """Return some of the past forecasts, whose day and canteen are known."""
        return Calibration(
            self.forecast[keep], self.actual[keep], self.date[keep], self.canteen[keep],
            None if self.scale is None else self.scale.select(keep), self.spread, self.width, self.runs,
        )  # fmt: skip

    def _errors(self) -> Floats:
        error, scale = np.log(self.actual / self.forecast), self._scale()
        return np.asarray(error / np.where(error < 0, scale.below, scale.above))

    def _scale(self) -> Scale:
        return self.scale or by_size(self.forecast)

    def _days(self) -> Ints:
        return np.unique(self.date, return_inverse=True)[1]

    def _need_past(self) -> None:
        if len(self.actual) < MIN_ROWS:
            raise ForecastError("past_short_order", count=len(self.actual), needed=MIN_ROWS)


def check_share(name: str, share: float, such_as: float = 0.01) -> None:
    """Refuse a share that is not above 0 and below 1.

    Raises
    ------
    ParameterError
        With the range.
    """
    if not 0 < share < 1:
        raise ParameterError(name, share, "parts.give_share", example=such_as)


def _bound(meals: Floats, errors: Floats, scale: Scale) -> Floats:
    """Return the forecast off by the error of each row's occasion, on the side that it falls to."""
    if (errors < 0).all():
        side = scale.below
    elif (errors >= 0).all():
        side = scale.above
    else:
        side = np.where(np.take(errors < 0, scale.occasion), scale.below, scale.above)
    bound = np.take(errors, scale.occasion)  # and then in place: the rows are many
    bound *= side
    np.exp(bound, out=bound)
    bound *= meals
    return bound
