"""The public extract: a register without what its own schema marks as internal."""

from __future__ import annotations

import typing
from typing import Any

import attrs

from charte_registry.errors import RegisterError
from charte_registry.frozen import Frozen
from charte_registry.records.base import internal, is_internal
from charte_registry.register import Register
from charte_registry.rules.comptes import breaches_by_year, requests_by_year


def published(record: Any) -> Any:
    """Return a record without its internal fields.

    Parameters
    ----------
    record : record
        A record, or a part of one.

    Returns
    -------
    record
        Of the same class: an internal field holds its default, at whatever depth it stands.

    Raises
    ------
    RegisterError
        Where the kind of the record is internal: nothing of it is public.

    Examples
    --------
    >>> from charte_registry import Contact, Organisme
    >>> published(Organisme(id="o", nom="O", contact=Contact(nom="N"))).contact is None
    True
    """
    cls = type(record)
    if is_internal(cls):
        raise RegisterError("internal_kind", where=cls.__name__)
    hidden = internal(cls)
    changes = {
        field.name: field.default if field.name in hidden else _published(value)
        for field in attrs.fields(cls)
        if field.name in hidden or _has_parts(value := getattr(record, field.name))
    }
    return attrs.evolve(record, **changes) if changes else record


def _has_parts(value: Any) -> bool:
    return attrs.has(type(value)) or (isinstance(value, tuple) and any(map(_has_parts, value)))


def _published(value: Any) -> Any:
    return tuple(map(published, value)) if isinstance(value, tuple) else published(value)


def hides(record_class: type[Any], path: str) -> bool:
    """Return whether a field stands inside what the public extract leaves out.

    Parameters
    ----------
    record_class : type
        Class of the record.
    path : str
        Path of the field, such as ``contact.nom`` or ``securite[0].type``.

    Returns
    -------
    bool
        Whether the field, or one that holds it, is internal.

    Examples
    --------
    >>> from charte_registry import Organisme, Traitement
    >>> hides(Organisme, "contact.nom"), hides(Traitement, "finalites[0].nom")
    (True, False)
    """
    cls: Any = record_class
    for step in path.split("."):
        name = step.split("[")[0]
        fields = attrs.fields_dict(attrs.resolve_types(cls)) if attrs.has(cls) else {}
        if name not in fields:
            return False
        if name in internal(cls):
            return True
        kind = fields[name].type
        cls = next((part for part in (*typing.get_args(kind), kind) if attrs.has(part)), object)
    return False


def public(register: Register) -> Register:
    """Return the public extract of a register.

    Parameters
    ----------
    register : Register
        The register.

    Returns
    -------
    Register
        Every record of a public kind without its internal fields, and without the files that it was
        read from; counts of requests and incidents by year in the place of their records; the
        reviews and derogations of the records that are there.

    Examples
    --------
    >>> from charte_registry import load_register
    >>> extract = public(load_register("examples/nantes_2020"))
    >>> extract.indicators(2020)["applications_total"]
    442
    """
    records = {
        kind: {name: published(record) for name, record in found.items()}
        for kind, found in register.records.items()
        if not is_internal(register.kinds[kind])
    }
    for kind, counts in (
        ("demandes_droits", requests_by_year(register)), ("violations", breaches_by_year(register)),
    ):  # fmt: skip
        if counts:
            records[kind] = {count.id: published(count) for count in counts}
    if "revues" in records:
        records["revues"] = {
            name: revue
            for name, revue in records["revues"].items()
            if revue.cible[1] in records.get(revue.cible[0], {})
        }
    return attrs.evolve(
        register,
        records=Frozen({kind: Frozen(found) for kind, found in records.items()}),
        derogations=tuple(
            d for d in register.derogations if d.cible[1] in records.get(d.cible[0], {})
        ),
        places={},
    )
