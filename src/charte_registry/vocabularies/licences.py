"""Licences by SPDX identifier: which are open, and which ask to share alike."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType

import attrs

from charte_registry.errors import RegisterError, nearest

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


_ROWS = (
    ("etalab-2.0", "Licence Ouverte 2.0", "donnees", OUVERTE),
    ("CC0-1.0", "Creative Commons Zero 1.0", "donnees", OUVERTE),
    ("CC-BY-3.0", "Creative Commons Attribution 3.0", "donnees", OUVERTE),
    ("CC-BY-4.0", "Creative Commons Attribution 4.0", "donnees", OUVERTE),
    ("ODC-By-1.0", "Open Data Commons Attribution 1.0", "donnees", OUVERTE),
    ("PDDL-1.0", "Open Data Commons Public Domain Dedication 1.0", "donnees", OUVERTE),
    ("ODbL-1.0", "Open Database License 1.0", "donnees", RECIPROCITE),
    ("CC-BY-SA-3.0", "Creative Commons Attribution Share Alike 3.0", "donnees", RECIPROCITE),
    ("CC-BY-SA-4.0", "Creative Commons Attribution Share Alike 4.0", "donnees", RECIPROCITE),
    ("CC-BY-NC-4.0", "Creative Commons Attribution Non Commercial 4.0", "donnees", RESTRICTIVE),
    ("CC-BY-ND-4.0", "Creative Commons Attribution No Derivatives 4.0", "donnees", RESTRICTIVE),
    ("CC-BY-NC-SA-4.0", "Creative Commons Attribution Non Commercial Share Alike 4.0", "donnees", RESTRICTIVE),
    ("Apache-2.0", "Apache License 2.0", "code", OUVERTE),
    ("BSD-2-Clause", "BSD 2-Clause", "code", OUVERTE),
    ("BSD-3-Clause", "BSD 3-Clause", "code", OUVERTE),
    ("CECILL-B", "CeCILL-B", "code", OUVERTE),
    ("MIT", "MIT License", "code", OUVERTE),
    ("AGPL-3.0-only", "GNU Affero GPL 3.0", "code", RECIPROCITE),
    ("AGPL-3.0-or-later", "GNU Affero GPL 3.0 or later", "code", RECIPROCITE),
    ("CECILL-2.1", "CeCILL 2.1", "code", RECIPROCITE),
    ("CECILL-C", "CeCILL-C", "code", RECIPROCITE),
    ("EUPL-1.2", "European Union Public Licence 1.2", "code", RECIPROCITE),
    ("GPL-3.0-only", "GNU GPL 3.0", "code", RECIPROCITE),
    ("GPL-3.0-or-later", "GNU GPL 3.0 or later", "code", RECIPROCITE),
    ("LGPL-3.0-or-later", "GNU Lesser GPL 3.0 or later", "code", RECIPROCITE),
    ("MPL-2.0", "Mozilla Public License 2.0", "code", RECIPROCITE),
)  # fmt: skip

LICENCES = MappingProxyType(
    {
        spdx: Licence(spdx=spdx, nom=nom, objet=objet, condition=condition)
        for spdx, nom, objet, condition in _ROWS
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
        raise RegisterError(f"{spdx!r} is not in the table of licences; {nearest(spdx, LICENCES)}")
    return LICENCES[spdx]
