"""Licences by SPDX identifier: which are open, and which ask to share alike."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.vocabularies.vocabulaire import read

REVIEWED = dt.date(2026, 2, 1)
SOURCE = "SPDX License List"

OUVERTE, RECIPROCITE, RESTRICTIVE = "ouverte", "reciprocite", "restrictive"


@attrs.frozen(kw_only=True)
class Licence:
    """A licence and what it asks.

    Parameters
    ----------
    spdx : str
        SPDX identifier.
    nom : str
        Name.
    objet : {"donnees", "code"}
        What it is made for.
    condition : {"ouverte", "reciprocite", "restrictive"}
        Open without reciprocity; open with share-alike; not open (no commerce, no derivative).

    Examples
    --------
    >>> licence("ODbL-1.0").reciprocite, licence("etalab-2.0").reciprocite
    (True, False)
    """

    spdx: str
    nom: str
    objet: str
    condition: str

    @property
    def ouverte(self) -> bool:
        """Whether everybody may reuse, for any purpose."""
        return self.condition != RESTRICTIVE

    @property
    def reciprocite(self) -> bool:
        """Whether who reuses must share alike."""
        return self.condition == RECIPROCITE


LICENCES = MappingProxyType(
    {
        spdx: Licence(spdx=spdx, nom=nom, objet=objet, condition=condition)
        for spdx, (nom, objet, condition) in read("licences")["licences"].items()
    }
)


def licence(spdx: str) -> Licence:
    """Return a licence of the table.

    Parameters
    ----------
    spdx : str
        SPDX identifier, such as ``"ODbL-1.0"``.

    Returns
    -------
    Licence
        What the licence asks.

    Raises
    ------
    RegisterError
        Where the table does not hold it: nothing is known of its conditions.

    Examples
    --------
    >>> licence("CC-BY-4.0").ouverte
    True
    """
    if spdx not in LICENCES:
        raise RegisterError("unknown_licence", value=spdx, near=nearest(spdx, LICENCES))
    return LICENCES[spdx]
