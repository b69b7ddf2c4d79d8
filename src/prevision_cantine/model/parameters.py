"""The parameters of an object that only stores them: to read, to change and to show.

What scikit-learn's ``BaseEstimator`` gives, without loading it, which takes a second:
``sklearn.base.clone`` needs no more than ``get_params``.
"""

from __future__ import annotations

import html
import inspect
from typing import Any, TypeVar

from prevision_cantine.errors import ForecastError

Own = TypeVar("Own", bound="Parameters")


class Parameters:
    """Base of a class whose constructor stores each of its parameters under its name."""

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        every = inspect.signature(cls).parameters.values()
        return {item.name: item.default for item in sorted(every, key=lambda item: item.name)}

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name.

        Parameters
        ----------
        deep : bool
            Not looked at: no parameter has parameters of its own.

        Returns
        -------
        dict of str to object
            In alphabetical order.
        """
        return {name: getattr(self, name) for name in self._defaults()}

    def set_params(self: Own, **changes: Any) -> Own:
        """Change parameters; what was learned with the earlier ones stays until the next fit.

        Parameters
        ----------
        **changes
            New values by name.

        Returns
        -------
        self
            Itself, changed.

        Raises
        ------
        ForecastError
            Where there is no such parameter.
        """
        known = self._defaults()
        for name in changes:
            if name not in known:
                raise ForecastError("no_parameter", value=name, known=tuple(known))
        for name, value in changes.items():
            setattr(self, name, value)
        return self

    def unfitted(self: Own) -> Own:
        """Return another with the same parameters, which has learned nothing.

        Returns
        -------
        self
            Not this one, but one of its class.
        """
        return type(self)(**self.get_params())

    def __repr__(self) -> str:
        """Return the call that makes it, with the parameters that are not the default."""
        changed = (
            f"{name}={getattr(self, name)!r}"
            for name, default in self._defaults().items()
            if getattr(self, name) is not default and getattr(self, name) != default
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"
