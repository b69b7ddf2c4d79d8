"""The model class of the forecaster over plain columns, with scikit-learn's whole contract."""

from __future__ import annotations

import datetime as dt
import numbers
from collections.abc import Hashable, Sequence
from typing import Any, cast

import attrs
import narwhals as nw
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Floats, Ints
from prevision_cantine.model.regression import Block, Design, Effects, solve
from prevision_cantine.model.scikit import (
    BaseEstimator,
    RegressorMixin,
    check_is_fitted,
    check_sample_weight,
    validate_data,
)

INTERCEPT = "intercept"
ALMOST_FREE = 1e-6  # rows: the penalty of the intercept


@attrs.frozen(eq=False)
class _Column:
    """What a column was when it was learned.

    A column of categories has them, sorted; a column of numbers has none, but a center and a scale.
    """

    name: str
    position: int
    categories: npt.NDArray[Any] | None
    center: float = 0.0
    scale: float = 1.0

    def codes(self, values: npt.NDArray[Any]) -> Ints:
        """Return the position of each value among the categories, -1 for one never seen."""
        found = _as_categories(values, self.categories, self.name)
        categories = cast(npt.NDArray[Any], self.categories)
        at = np.minimum(np.searchsorted(categories, found), len(categories) - 1)
        return np.where(categories[at] == found, at, -1)

    def block(self, values: npt.NDArray[Any], penalty: float, nested: bool) -> Block:
        """Return the design columns."""
        if self.categories is None:
            standard = (_as_numbers(values, self.name) - self.center) / self.scale
            return Block(self.name, np.zeros(len(values), np.int64), 1, penalty, nested, standard)
        return Block(self.name, self.codes(values), len(self.categories), penalty, nested)


class AdditiveRegressor(RegressorMixin, BaseEstimator):
    """Regression of a positive target as the exponential of a sum of terms, one a column.

    The logarithm of the target is estimated by a robust ridge regression: far rows count less, and
    a category that is seldom seen is shrunk towards no effect. With a ``group``, each group has a
    level of its own, and its own effects of the ``nested`` columns beside those that all share.

    Parameters
    ----------
    categorical : sequence of str or int, optional
        Columns of categories, by name or position. Where not given: those that hold anything but
        numbers, and those of a categorical type. A column of numbers acts as a straight line.
    group : str or int, optional
        Column whose categories are the groups.
    nested : sequence of str or int
        Columns with an effect in each group beside the shared one.
    penalty, nested_penalty : float
        Ridge penalties of the shared and of the groups' effects, above 0, in rows that say "no
        effect". A column of numbers is brought to a mean of 0 and a variance of 1 first.
    robust : bool
        Whether rows far from their prediction count less.

    Attributes
    ----------
    intercept_ : float
        Logarithm of the prediction where no column has an effect.
    centers_ : dict of str to float
        Mean of each column of numbers, where it has no effect.
    effects_ : dict of str to ndarray, shape (categories,) or (1,)
        Effects by column, on the log scale: one a category, or that of one unit more.
    nested_effects_ : dict of str to ndarray, shape (groups, categories) or (groups, 1)
        What each group adds to them; under the name of the group column, its level.
    categories_ : dict of str to ndarray
        Categories of each column that has them, in the order of the effects.
    n_features_in_ : int
        Number of columns.
    feature_names_in_ : ndarray of str, shape (columns,)
        Names of the columns, where the table had names.

    Notes
    -----
    A category or group that was never seen has no effect. ``sample_weight`` counts repetitions: a
    weight of 2 is the row twice.

    Examples
    --------
    >>> regressor = AdditiveRegressor(penalty=0.01).fit([["Monday"], ["Friday"]] * 20, [50, 40] * 20)
    >>> regressor.predict([["Friday"]]).round(1)
    array([40.])
    """

    def __init__(
        self,
        *,
        categorical: Sequence[str | int] | None = None,
        group: str | int | None = None,
        nested: Sequence[str | int] = (),
        penalty: float = 1.0,
        nested_penalty: float = 5.0,
        robust: bool = True,
    ) -> None:
        self.categorical = categorical
        self.group = group
        self.nested = nested
        self.penalty = penalty
        self.nested_penalty = nested_penalty
        self.robust = robust

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> AdditiveRegressor:  # noqa: N803
        """Learn the effects.

        Parameters
        ----------
        X : array or data frame, shape (n, columns)
            Columns of numbers or categories.
        y : array, shape (n,)
            Target, above 0.
        sample_weight : array, shape (n,), optional
            How many times each row counts, 0 or more.

        Returns
        -------
        AdditiveRegressor
            Itself.

        Raises
        ------
        ValueError
            Where the target is not above 0, a value is missing, a column that is named is not
            there, or a number is outside its range.
        """
        kinds = _categorical_types(X)
        X, y = validate_data(self, X, y, dtype=None, y_numeric=True)  # noqa: N806
        y = y.astype(np.float64)
        wrong = np.flatnonzero(~(y > 0))
        if len(wrong):
            raise ValueError(
                f"y[{wrong[0]}] is {y[wrong[0]]}: the target is the exponential of a sum, so it must "
                "be above 0; leave such rows out"
            )
        count = check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        if not count.sum() > 0:
            raise ValueError("every sample_weight is 0: no row is left to learn from")
        for name in ("penalty", "nested_penalty"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}={getattr(self, name)}: give a number above 0")
        chosen = None if self.categorical is None else {self._position(c) for c in self.categorical}
        self._group = None if self.group is None else self._position(self.group)
        self._nested = tuple(self._position(column) for column in self.nested)
        if self._nested and self._group is None:
            raise ValueError(f"nested={self.nested!r} needs group=, the column of the groups")
        self._columns = []
        for position in range(X.shape[1]):
            values, name = X[:, position], self._name(position)
            if chosen is None:
                categories = position in kinds or not _holds_numbers(values, name)
            else:
                categories = position in chosen
            if categories or position == self._group:
                found = np.unique(_as_categories(values, None, name))
                self._columns.append(_Column(name, position, found))
                continue
            number = _as_numbers(values, name)
            center = np.average(number, weights=count)
            scale = np.sqrt(np.average((number - center) ** 2, weights=count))
            tiny = 1e-12 * max(abs(center), 1.0)
            self._columns.append(
                _Column(name, position, None, float(center), float(scale) if scale > tiny else 1.0)
            )
        target = np.log(y)
        mean = float(np.average(target, weights=count))
        design = self._design(X)
        self._effects, _ = solve(design, target - mean, count=count, robust=self.robust)
        self._mean = mean
        self._describe(design)
        return self

    def predict(self, X: Any) -> Floats:  # noqa: N803
        """Predict the target.

        Parameters
        ----------
        X : array or data frame, shape (n, columns)
            The columns that were learned.

        Returns
        -------
        ndarray of float, shape (n,)
            Predictions, above 0.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=None, reset=False)  # noqa: N806
        return np.asarray(np.exp(self._mean + self._effects.total(self._design(X))))

    def contributions(self, X: Any) -> dict[str, Floats]:  # noqa: N803
        """Return what each column adds; together they are the logarithm of the prediction.

        Parameters
        ----------
        X : array or data frame, shape (n, columns)
            The columns that were learned.

        Returns
        -------
        dict of str to ndarray, shape (n,)
            ``intercept``, then a term a column.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=None, reset=False)  # noqa: N806
        terms = self._effects.terms(self._design(X))
        return {
            name: self._mean + term if name == INTERCEPT else term for name, term in terms.items()
        }

    def __sklearn_tags__(self) -> Any:
        """Say that the target is positive, and that categories may be text."""
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags

    def _name(self, position: int) -> str:
        names = getattr(self, "feature_names_in_", None)
        return f"x{position}" if names is None else str(names[position])

    def _position(self, column: Hashable) -> int:
        """Return the position of a column given by name or position."""
        names = list(getattr(self, "feature_names_in_", ()))
        if column in names:
            return names.index(column)
        if isinstance(column, numbers.Integral) and 0 <= column < self.n_features_in_:
            return int(column)
        if names:
            raise ValueError(f"no column {column!r}; the table has {', '.join(names)}")
        raise ValueError(
            f"no column {column!r}; the table has 0 to {self.n_features_in_ - 1}, without names: give "
            'names, in a pipeline with set_output(transform="pandas"), or positions'
        )

    def _design(self, X: npt.NDArray[Any]) -> Design:  # noqa: N803
        """Return the rows, each a situation of its own."""
        count = len(X)
        zero = np.zeros(count, dtype=np.int64)
        blocks = [Block(INTERCEPT, zero, 1, ALMOST_FREE)]
        group, groups = zero, 1
        for column in self._columns:
            values = X[:, column.position]
            if column.position == self._group:
                # A group never seen is one more, whose effects nothing has moved from 0.
                code, groups = column.codes(values), len(cast(Any, column.categories)) + 1
                group = np.where(code < 0, groups - 1, code)
                blocks.append(Block(column.name, zero, 1, self.nested_penalty, nested=True))
                continue
            blocks.append(column.block(values, self.penalty, nested=False))
            if column.position in self._nested:
                blocks.append(column.block(values, self.nested_penalty, nested=True))
        return Design(tuple(blocks), np.arange(count), group, groups)

    def _describe(self, design: Design) -> None:
        """Set the attributes that say what was learned."""
        scale = {column.name: column.scale for column in self._columns}
        self.categories_: dict[str, npt.NDArray[Any]] = {
            c.name: c.categories for c in self._columns if c.categories is not None
        }
        self.centers_: dict[str, float] = {
            c.name: c.center for c in self._columns if c.categories is None
        }
        effects: Effects = self._effects
        self.effects_: dict[str, Floats] = {
            block.term: effects.shared[where] / scale.get(block.term, 1.0)
            for where, block in design.columns(nested=False)
        }
        self.intercept_: float = self._mean + float(self.effects_.pop(INTERCEPT)[0])
        self.nested_effects_: dict[str, Floats] = {
            block.term: effects.nested[:-1, where] / scale[block.term]
            for where, block in design.columns(nested=True)
        }


def _categorical_types(table: Any) -> set[int]:
    """Return the positions of the columns that a data frame declares as categories."""
    frame = nw.from_native(table, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        return set()
    for name, kind in frame.schema.items():
        if isinstance(kind, nw.Date | nw.Datetime):
            raise ValueError(_of_dates(name))
    return {
        position
        for position, kind in enumerate(frame.schema.values())
        if isinstance(kind, nw.Categorical | nw.Enum)
    }


def _holds_numbers(values: npt.NDArray[Any], name: str) -> bool:
    """Return whether a column holds numbers and nothing else."""
    if values.dtype != object:
        if values.dtype.kind == "M":
            raise ValueError(_of_dates(name))
        return values.dtype.kind in "biuf"
    types = set(map(type, values))
    if type(None) in types:
        raise ValueError(
            f"column {name!r}: a value is missing (None); fill it or leave the row out"
        )
    if any(issubclass(kind, dt.date | np.datetime64) for kind in types):
        raise ValueError(_of_dates(name))
    return all(issubclass(kind, numbers.Real | np.bool_) for kind in types)


def _of_dates(name: str) -> str:
    return (
        f"column {name!r} holds dates, of which the next is always one never seen: make columns of "
        "weekday, season and holidays of it, for instance with CanteenFeatures"
    )


def _as_numbers(values: npt.NDArray[Any], name: str) -> Floats:
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"column {name!r} holds numbers, and here something else: {values[0]!r}"
        ) from None


def _as_categories(
    values: npt.NDArray[Any], like: npt.NDArray[Any] | None, name: str
) -> npt.NDArray[Any]:
    """Return values of one kind, which can be sorted: numbers, or text."""
    if like is None:
        number = values.dtype.kind in "biuf" or _holds_numbers(values, name)
    else:
        number = like.dtype.kind == "f"
    if not number:
        return values.astype(str)
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError):
        # Text where numbers were learned: categories never seen.
        return np.full(len(values), np.nan)
