"""Which versions of the schema there are, and how its files are named."""

from __future__ import annotations

from charte_registry.records.manifeste import SCHEMA_VERSION

VERSION = SCHEMA_VERSION
VERSIONS = (VERSION,)  # every published one, oldest first

# A name, not a place: nothing is fetched, and no domain has to outlive the schema.
NAMESPACE = "urn:charte-donnee"


def schema_id(name: str, version: str = VERSION, profile: str = "") -> str:
    """Return the ``$id`` of a schema: that of a kind, or ``registre``, or ``context``.

    Parameters
    ----------
    name : str
        Kind of record, or ``registre``.
    version : str
        Version of the schema.
    profile : str
        Name and version of the profile that changes it, ``NAME:VERSION``.

    Returns
    -------
    str
        The identifier.

    Examples
    --------
    >>> schema_id("traitements")
    'urn:charte-donnee:schema:1.0:traitements'
    """
    inside = f"profil:{profile}:" if profile else ""
    return f"{NAMESPACE}:schema:{version}:{inside}{name}"
