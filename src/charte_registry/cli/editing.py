"""The workbook that an office edited, back into the register."""

from __future__ import annotations

import argparse
from pathlib import Path

from charte_registry.cli import importing
from charte_registry.errors import RegisterError
from charte_registry.exchange.merge import REGISTRE, merged
from charte_registry.exchange.remarks import Import
from charte_registry.exchange.workbook.read import read_register_workbook
from charte_registry.files import load_register
from charte_registry.records.base import structure
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Register


def write(arguments: argparse.Namespace, source: Path) -> int:
    """Put what somebody changed in a workbook into the register of ``arguments.folder``."""
    there = importing.is_there(arguments)
    if there and not (arguments.merge or arguments.dry_run):
        raise RegisterError("merge_needed", where=source)
    edited = read_register_workbook(source, importing.kinds(arguments), importing.limits(arguments))
    if there:
        register, base = load_register(arguments.folder), edited.base
    else:
        head = edited.records.get(REGISTRE, {}).get(REGISTRE)
        if head is None:
            raise RegisterError("workbook_in_part", where=source)
        manifest = structure(Manifeste, head)
        register, base = _empty(manifest, source), {}
    result = merged(
        register, base, edited.records, whole=there, take_source=arguments.conflicts == "source"
    )
    found = Import(records={}, remarks=edited.remarks)
    return importing.finish(arguments, register if there else None, result, found)


def _empty(manifest: Manifeste, source: Path) -> Register:
    if manifest.profil is not None:
        raise RegisterError("workbook_profile", where=source, value=manifest.profil)
    return Register(
        titre=manifest.titre, territoire=manifest.territoire, etat_au=manifest.etat_au,
        annees=manifest.annees, source=manifest.source or "", note=manifest.note or "",
        derogations=manifest.derogation, records={},
    )  # fmt: skip
