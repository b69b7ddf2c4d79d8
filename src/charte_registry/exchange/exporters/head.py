"""What an export says of the register as a whole."""

from __future__ import annotations

from charte_registry.records.manifeste import SCHEMA_VERSION, Manifeste
from charte_registry.register import Register


def manifest(register: Register) -> Manifeste:
    """Return the manifest of a register, for a file that stands by itself.

    A profile is named as the register names it: whoever reads the export copies it beside.
    """
    return Manifeste(
        schema=SCHEMA_VERSION, titre=register.titre, territoire=register.territoire,
        etat_au=register.etat_au, annees=register.annees, source=register.source or None,
        note=register.note or None, profil=register.profil, derogation=register.derogations,
    )  # fmt: skip
