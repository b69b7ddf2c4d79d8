"""Types of examples/taux-effort on 2025-01-01, written by ``tarifs-solidaires stub``."""

import datetime as dt
from typing import Literal, Protocol, TypeAlias, overload

import numpy as np
import numpy.typing as npt

Number: TypeAlias = float | None
Whole: TypeAlias = int | None
Flag: TypeAlias = bool | None
Day: TypeAlias = dt.date | str | None
Many: TypeAlias = npt.ArrayLike | None
Objects: TypeAlias = npt.NDArray[np.object_]


class ExamplesTauxEffortResult(Protocol):
    """Result of examples/taux-effort."""

    @property
    def prix_repas(self) -> float: ...
    @property
    def tranche(self) -> str: ...
    @property
    def reason(self) -> str: ...


class ExamplesTauxEffortResults(Protocol):
    """Result of examples/taux-effort."""

    @property
    def prix_repas(self) -> npt.NDArray[np.float64]: ...
    @property
    def tranche(self) -> Objects: ...
    @property
    def reason(self) -> Objects: ...


class ExamplesTauxEffort(Protocol):
    """examples/taux-effort on 2025-01-01."""

    @overload
    def compute(  # type: ignore[overload-overlap, unused-ignore]
        self,
        *,
        quotient_familial: Number = ...,
        revenu_fiscal_reference: Number = ...,
        nombre_parts: Number = ...,
        rang_enfant: Whole,
        habite_la_commune: Flag = ...,
        errors: Literal["raise", "null"] = ...,
    ) -> ExamplesTauxEffortResult: ...
    @overload
    def compute(
        self,
        *,
        quotient_familial: Many = ...,
        revenu_fiscal_reference: Many = ...,
        nombre_parts: Many = ...,
        rang_enfant: Many,
        habite_la_commune: Many = ...,
        errors: Literal["raise", "null"] = ...,
    ) -> ExamplesTauxEffortResults: ...
