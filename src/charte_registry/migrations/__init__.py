"""From a version of the schema to the next, as pure functions on plain data, and on folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from charte_registry.errors import RegisterError
from charte_registry.migrations.remark import Remark
from charte_registry.schema.versions import VERSION, VERSIONS

__all__ = ["STEPS", "Remark", "Step", "migrated"]


@attrs.frozen
class Step:
    """One step: the version that it leads to, and the function that takes it."""

    to: str
    run: Callable[[Mapping[str, Any]], tuple[dict[str, Any], list[Remark]]]


# From each earlier version; there is none before the first.
STEPS: Mapping[str, Step] = MappingProxyType({})


def migrated(
    register: Mapping[str, Any], steps: Mapping[str, Step] = STEPS
) -> tuple[dict[str, Any], list[Remark]]:
    """Return a register of any published version as one of the last.

    Parameters
    ----------
    register : mapping of str to object
        Plain data: the fields of the manifest, ``schema`` among them, and a list of records a kind.
    steps : mapping of str to Step
        The step from each version.

    Returns
    -------
    dict of str to object, list of Remark
        The register, and what there is to know, step after step. One of the last version comes
        back as it was.

    Raises
    ------
    RegisterError
        Where the version is unknown.

    Examples
    --------
    >>> migrated({"schema": "1.0", "titre": "R"})
    ({'schema': '1.0', 'titre': 'R'}, [])
    >>> migrated({"schema": "0.8"})
    Traceback (most recent call last):
    charte_registry.errors.RegisterError: `schema`: version '0.8' is unknown; known versions: 1.0
    """
    data, remarks = dict(register), list[Remark]()
    while (version := data.get("schema")) != VERSION:
        if not isinstance(version, str) or version not in steps:
            known = ", ".join(dict.fromkeys([*steps, *VERSIONS]))
            raise RegisterError("migration_version", field="schema", value=version, known=known)
        data, told = steps[version].run(data)
        remarks += told
    return data, remarks
