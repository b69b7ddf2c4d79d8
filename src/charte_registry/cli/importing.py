"""What the two commands that import share: limits, the register that takes the records, the report."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import Limits
from charte_registry.exchange.importers.joined import joined
from charte_registry.exchange.remarks import SKIPPED, Import
from charte_registry.files import load_register, save_register
from charte_registry.records import KINDS
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Register
from charte_registry.vocabularies.modele_cnil import FONCTIONS

_LIMITS = Limits()


def add_options(command: Any) -> None:
    """Add the options that every import has."""
    command.add_argument("--replace", action="store_true", help="replace records that differ")
    command.add_argument("--titre", help="title of a new register")
    command.add_argument("--territoire", help="territory of a new register")
    command.add_argument("--on", help="day that a new register describes, YYYY-MM-DD")
    command.add_argument("--format", choices=("text", "json"), default="text", help="of the report")
    command.add_argument("--max-bytes", type=int, default=_LIMITS.file_bytes, metavar="N")
    command.add_argument("--max-unpacked-bytes", type=int, default=_LIMITS.unpacked_bytes, metavar="N")  # fmt: skip
    command.add_argument("--max-ratio", type=int, default=_LIMITS.ratio, metavar="N")
    command.add_argument("--max-cells", type=int, default=_LIMITS.cells, metavar="N")


def limits(arguments: argparse.Namespace) -> Limits:
    """Return the limits that the options state."""
    return Limits(
        file_bytes=arguments.max_bytes, unpacked_bytes=arguments.max_unpacked_bytes,
        ratio=arguments.max_ratio, cells=arguments.max_cells,
    )  # fmt: skip


def kinds(arguments: argparse.Namespace) -> Mapping[str, type[Any]]:
    """Return the classes of the register that takes the records: those of its profile."""
    return load_register(arguments.folder).kinds if _there(arguments) else KINDS


def _there(arguments: argparse.Namespace) -> bool:
    folder = Path(arguments.folder)
    return folder.is_dir() and any(folder.iterdir())


def write(
    arguments: argparse.Namespace, source: Path, found: Import, head: Manifeste | None = None
) -> int:
    """Put the records into the register of ``arguments.folder`` and print the report."""
    if not any(found.records.values()):
        why = (*found.not_understood, *found.of(SKIPPED))
        raise RegisterError([f"{source}: no record to import", *map(str, why)])
    folder = Path(arguments.folder)
    register = load_register(folder) if _there(arguments) else _new(arguments, source, found, head)
    register, remarks = joined(register, found, replace=arguments.replace)
    save_register(register, folder)
    found = attrs.evolve(found, remarks=(*found.remarks, *remarks))
    if arguments.format == "json":
        print(json.dumps(found.data(), ensure_ascii=False, indent=2))
    else:
        print(found.text())
        print(f"{folder} written; next: charte-registry check {folder}")
    return 0


def _new(
    arguments: argparse.Namespace, source: Path, found: Import, head: Manifeste | None
) -> Register:
    """Return an empty register for what was imported, as the options say, then the source itself."""
    day = _day(arguments.on) if arguments.on else head.etat_au if head else _last_day(found)
    if head is not None:
        return Register(
            titre=arguments.titre or head.titre, territoire=arguments.territoire or head.territoire,
            etat_au=day, annees=head.annees, source=head.source or "", note=head.note or "",
            derogations=head.derogation, profil=head.profil, records={},
        )  # fmt: skip
    bodies = [
        body.nom
        for body in found.records.get("organismes", {}).values()
        if body.type != "fonction" and body.nom not in FONCTIONS.values()
    ]
    return Register(
        titre=arguments.titre or f"Registre importé de {source.name}",
        territoire=arguments.territoire or next(iter(bodies), "à préciser"),
        etat_au=day, annees=(day.year,), source=f"Importé de {source.name}", records={},
    )  # fmt: skip


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise RegisterError(f"{text!r} is no date: write YYYY-MM-DD") from None


def _last_day(found: Import) -> dt.date:
    """Return the last day on which a record was written, today where none says."""
    days = [
        day
        for record in found.records.get("traitements", {}).values()
        for day in (record.cree_le, record.mis_a_jour_le)
        if day is not None
    ]
    return max(days, default=dt.date.today())
