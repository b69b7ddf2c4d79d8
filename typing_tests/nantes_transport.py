"""Types of nantes/transport on 2020-10-01, written by ``tarifs-solidaires stub``."""

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


class NantesTransportResult(Protocol):
    """Result of nantes/transport."""

    @property
    def taux_reduction(self) -> float: ...
    @property
    def prix_mensuel(self) -> float: ...
    @property
    def tranche(self) -> str: ...
    @property
    def reason(self) -> str: ...


class NantesTransportResults(Protocol):
    """Result of nantes/transport."""

    @property
    def taux_reduction(self) -> npt.NDArray[np.float64]: ...
    @property
    def prix_mensuel(self) -> npt.NDArray[np.float64]: ...
    @property
    def tranche(self) -> Objects: ...
    @property
    def reason(self) -> Objects: ...


class NantesTransport(Protocol):
    """nantes/transport on 2020-10-01."""

    @overload
    def compute(  # type: ignore[overload-overlap, unused-ignore]
        self,
        *,
        quotient_familial: Number = ...,
        revenu_fiscal_reference: Number = ...,
        nombre_parts: Number = ...,
        beneficiaire_aah: Flag = ...,
        commune: str | None = ...,
        age: Number = ...,
        aah_au_foyer: Flag = ...,
        errors: Literal["raise", "null"] = ...,
    ) -> NantesTransportResult: ...
    @overload
    def compute(
        self,
        *,
        quotient_familial: Many = ...,
        revenu_fiscal_reference: Many = ...,
        nombre_parts: Many = ...,
        beneficiaire_aah: Many = ...,
        commune: Many = ...,
        age: Many = ...,
        aah_au_foyer: Many = ...,
        errors: Literal["raise", "null"] = ...,
    ) -> NantesTransportResults: ...
