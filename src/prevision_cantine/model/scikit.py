"""What of scikit-learn the estimators are built on, with types: the library itself has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from prevision_cantine.extras import needs

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from prevision_cantine.arrays import Floats

    Own = TypeVar("Own", bound="BaseEstimator")
    Made = TypeVar("Made", bound="TransformerMixin")

    class BaseEstimator:
        """An object whose parameters are read, changed and copied by name."""

        n_features_in_: int
        feature_names_in_: npt.NDArray[np.object_]

        def get_params(self, deep: bool = True) -> dict[str, Any]:
            """Return the parameters by name."""
            ...

        def set_params(self: Own, **params: Any) -> Own:
            """Change parameters."""
            ...

        def __sklearn_tags__(self) -> Any:
            """Say to scikit-learn what the estimator takes."""
            ...

    class RegressorMixin:
        """An estimator that predicts numbers."""

        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: N803
            """Return the share of the variance that the predictions explain."""
            ...

        def __sklearn_tags__(self) -> Any:
            """Say to scikit-learn that numbers are predicted."""
            ...

    class TransformerMixin:
        """An estimator that makes columns."""

        def fit_transform(
            self,
            X: Any,  # noqa: N803
            y: Any = None,
            **fit_params: Any,
        ) -> Floats:
            """Learn from rows and return their columns."""
            ...

        def set_output(self: Made, *, transform: str | None = None) -> Made:
            """Choose the kind of table that columns are returned as."""
            ...

    def check_is_fitted(estimator: BaseEstimator, attributes: str | None = None) -> None:
        """Raise ``NotFittedError`` where nothing was learned."""

    def validate_data(
        estimator: BaseEstimator,
        /,
        X: Any,  # noqa: N803
        y: Any = "no_validation",
        **options: Any,
    ) -> Any:
        """Return tables as arrays, their columns those of ``fit``."""

    def check_sample_weight(sample_weight: Any, X: Any, **options: Any) -> Floats:  # noqa: N803
        """Return the weights of rows as numbers."""
        ...

else:
    with needs("cantine"):
        from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin
        from sklearn.utils.validation import _check_sample_weight as check_sample_weight
        from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = [
    "BaseEstimator",
    "RegressorMixin",
    "TransformerMixin",
    "check_is_fitted",
    "check_sample_weight",
    "validate_data",
]
