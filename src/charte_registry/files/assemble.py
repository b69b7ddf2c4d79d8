"""From what files say to a register, or to all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError
from charte_registry.files.profile_text import profile_text
from charte_registry.files.restate import restated
from charte_registry.frozen import Frozen
from charte_registry.records.base import FieldError, structure, unstructure
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Place, Register

Kinds = Callable[[Path, Manifeste], Mapping[str, type[Any]]]  # of a folder with that manifest
Spot = tuple[Path, int | None]  # a file, and a line of it

HEAD = "registre"


@attrs.frozen
class Entry:
    """A record as a file states it: its kind, where it stands, and what it says."""

    kind: str
    place: Place
    data: Any


def assembled(
    manifest: Manifeste, entries: Iterable[Entry], kinds: Mapping[str, type[Any]],
    where: Callable[[Place, str], Spot], faults: list[Fault],
) -> Register:  # fmt: skip
    """Return a register.

    Parameters
    ----------
    manifest : Manifeste
        What the register says of itself.
    entries : iterable of Entry
        Its records.
    kinds : mapping of str to type
        Class of each kind.
    where : callable
        The file and the line of a field, for a message.
    faults : list of Fault
        What is wrong already; all that is wrong is added.

    Returns
    -------
    Register
        The register.

    Raises
    ------
    RegisterError
        Where anything is wrong.
    """
    found = []
    for entry in entries:
        try:
            record = _built(kinds[entry.kind], entry.data)
        except FieldError as error:
            faults += [p.at(*where(entry.place, p.path)) for p in error.problems]
            continue
        found.append((entry.kind, entry.place, record))
    return collected(manifest, found, kinds, where, faults)


def _built(cls: type[Any], data: Any) -> Any:
    if not isinstance(data, Mapping):
        raise FieldError("record", "not_table", value=data)
    return structure(cls, data)


def collected(
    manifest: Manifeste, found: Iterable[tuple[str, Place, Any]], kinds: Mapping[str, type[Any]],
    where: Callable[[Place, str], Spot], faults: list[Fault],
) -> Register:  # fmt: skip
    """Return the register of records, each with its kind and place; see ``assembled``."""
    records: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
    places: dict[tuple[str, str], Place] = {}
    for kind, place, record in found:
        if record.id in records[kind]:
            first = places[kind, record.id]
            faults.append(
                Fault(
                    "same_id", field="id", value=record.id, first=f"{first.file}:{first.line}"
                ).at(*where(place, "id"))
            )
            continue
        records[kind][record.id] = record
        places[kind, record.id] = place
    if faults:
        raise RegisterError(faults)
    return Register(
        titre=manifest.titre,
        territoire=manifest.territoire,
        etat_au=manifest.etat_au,
        annees=manifest.annees,
        source=manifest.source or "",
        note=manifest.note or "",
        derogations=manifest.derogation,
        profil=manifest.profil,
        kinds=kinds,
        records=Frozen({kind: Frozen(r) for kind, r in records.items()}),
        places=Frozen(places),
    )


def profile_file(register: Register, root: Path) -> dict[Path, bytes]:
    """Return the file of a register's profile, with its content, where the folder lacks it."""
    if register.profil is None or register.profile is None:
        return {}
    path = inside(root, register.profil)
    return {} if path.exists() else {path: profile_text(register.profile)}


def inside(root: Path, name: str) -> Path:
    """Return the path of a file; refuse one that leads out of the folder."""
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise RegisterError("leads_out", where=path)
    return path


def manifest_from(data: Any, where: Callable[[str], Spot]) -> Manifeste:
    """Return a manifest from what a file says; ``where`` gives the file and line of a field."""
    try:
        return structure(Manifeste, data)
    except FieldError as error:
        raise RegisterError([p.at(*where(p.path)) for p in error.problems]) from None


def headed(register: Register, place: Place) -> Register:
    """Return a register that also knows where its head stands, as ``registre/registre``."""
    places = {**register.places, (HEAD, HEAD): place}
    return attrs.evolve(register, places=Frozen(places))


def manifest_of(register: Register, folder: Path) -> Manifeste:
    """Return what a register says of itself; refuse what a file in that folder could not say."""
    name = register.profil
    if name is not None and register.profile is None and not (folder / name).is_file():
        raise RegisterError("profile_absent", where=folder / name)
    manifest = register.head()
    storable("registre", manifest)
    return manifest


def storable(name: str, record: Any) -> None:
    """Refuse a record made in code that would not read back from a file.

    Parameters
    ----------
    name : str
        What it is called in a message.
    record : record
        The record.

    Raises
    ------
    RegisterError
        Where a field holds what no file may hold.
    """
    try:
        again = structure(type(record), unstructure(record))
    except FieldError as error:
        raise RegisterError([p.at(name) for p in error.problems]) from None
    if again != record:
        raise RegisterError("not_same_back", where=name)


def continued(kind: str, data: Mapping[str, Any], left: dict[str, Any], *, iso: bool) -> Any:
    """Return what an entry of a file shall say, and take its record from those that are left.

    Parameters
    ----------
    kind : str
        Kind of the record.
    data : mapping of str to object
        What the file says.
    left : dict of str to record
        Records that no entry states yet.
    iso : bool
        Whether dates become text.

    Returns
    -------
    mapping of str to object, optional
        ``data`` itself where nothing changed; None where the record is gone.
    """
    record = left.pop(str(data["id"]), None)
    if record is None:
        return None
    new = restated(data, record, iso=iso)
    if new is not data:
        storable(f"{kind}/{record.id}", record)
    return new
