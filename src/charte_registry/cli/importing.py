"""What imports share: limits, the register that takes the records, the report."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from charte_registry.cli.dates import judged_on
from charte_registry.cli.language import language_now, said
from charte_registry.difference import count_told, diff
from charte_registry.errors import Fault, RegisterError
from charte_registry.exchange.importers.archive import Limits
from charte_registry.exchange.importers.joined import joined
from charte_registry.exchange.importers.wording import slug
from charte_registry.exchange.last_import import known_imports, plain_records, remember, remembered
from charte_registry.exchange.merge import Merged, merged
from charte_registry.exchange.remarks import SKIPPED, UNDERSTOOD_AS, Import, Remark, words
from charte_registry.files import load_register, save_register
from charte_registry.files.whole import write_text
from charte_registry.records import KINDS
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Register
from charte_registry.vocabularies.modele_cnil import FONCTIONS


def limits(arguments: argparse.Namespace) -> Limits:
    """Return the limits that the options state."""
    return Limits(
        file_bytes=arguments.max_bytes, unpacked_bytes=arguments.max_unpacked_bytes,
        ratio=arguments.max_ratio, cells=arguments.max_cells,
    )  # fmt: skip


def kinds(arguments: argparse.Namespace) -> Mapping[str, type[Any]]:
    """Return the classes of the register that takes the records: those of its profile."""
    return load_register(arguments.folder).kinds if is_there(arguments) else KINDS


def is_there(arguments: argparse.Namespace) -> bool:
    """Whether the folder that takes the records holds something already."""
    folder = Path(arguments.folder)
    return folder.is_dir() and any(folder.iterdir())


def write(
    arguments: argparse.Namespace, source: Path, found: Import, head: Manifeste | None = None
) -> int:
    """Put the records into the register of ``arguments.folder`` and print the report."""
    if not any(found.records.values()):
        why = (*found.not_understood, *found.of(SKIPPED))
        lost = (Fault("import_remark", value=r.text or None, remark=r) for r in why)
        raise RegisterError([Fault("nothing_to_import", where=source), *lost])
    if arguments.merge and arguments.replace:
        raise RegisterError("merge_and_replace", where="--merge, --replace")
    folder = Path(arguments.folder)
    there = is_there(arguments)
    register = load_register(folder) if there else _new(arguments, source, found, head)
    name = _source_name(arguments, source)
    said = plain_records(found.records)
    if arguments.merge:
        base = remembered(folder, name, said, register)
        if base is None and (known := known_imports(folder)):
            asked = words("never_imported", names=tuple(known))
            found = _with(found, Remark(level=UNDERSTOOD_AS, where=name, phrase=asked))
        result = merged(register, base or {}, said, take_source=arguments.conflicts == "source")
        found = _with(found, *(_kept(record, name) for record in result.kept))
    else:
        after, remarks = joined(register, found, replace=arguments.replace)
        found = _with(found, *remarks)
        result = Merged(register=after, changes=diff(register, after))
    return finish(arguments, register if there else None, result, found, (name, said))


def _with(found: Import, *remarks: Remark) -> Import:
    return attrs.evolve(found, remarks=(*found.remarks, *remarks))


def _kept(record: str, name: str) -> Remark:
    said = words("source_lacks")
    return Remark(level=UNDERSTOOD_AS, where=name, phrase=said, record=record)


def _source_name(arguments: argparse.Namespace, source: Path) -> str:
    return slug(arguments.source_name or source.stem)


def finish(
    arguments: argparse.Namespace, before: Register | None, result: Merged, found: Import,
    memory: tuple[str, Any] | None = None,
) -> int:  # fmt: skip
    """Write what an import or a merge made of a register, where it may, and print the report.

    Parameters
    ----------
    arguments : argparse.Namespace
        Options of the command.
    before : Register or None
        The register as it was loaded; None where it is new.
    result : Merged
        What became of it.
    found : Import
        What was read, for the report.
    memory : tuple of str and mapping, optional
        Name of the source and what it says, to keep for the next merge.
    """
    folder, lang = Path(arguments.folder), language_now.get()
    refused = bool(result.conflicts) and arguments.conflicts == "refuse"
    written = not (refused or arguments.dry_run)
    if written:
        if before is not None and load_register(folder) != before:
            raise RegisterError("changed_meanwhile", where=folder)
        if before is None or result.changes:
            save_register(result.register, folder)
        if memory is not None:
            remember(folder, *memory)
    if arguments.report is not None:
        write_text(
            arguments.report, json.dumps(found.data(lang), ensure_ascii=False, indent=2) + "\n"
        )
    told = arguments.merge or arguments.dry_run
    if arguments.format == "json":
        data = found.data(lang)
        if told:
            data["changes"] = [attrs.asdict(change) for change in result.changes]
            data["conflicts"] = [attrs.asdict(conflict) for conflict in result.conflicts]
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return int(refused)
    report = found.text(lang).splitlines()
    print(
        *(report if found.records else report[:-1]),
        sep="\n",
        end="\n" if report[1:] or found.records else "",
    )
    if told:
        for change in result.changes:
            print(change.told(arguments.lang))
        print(count_told(len(result.changes), arguments.lang))
    for conflict in result.conflicts:
        print(said("both_sides", conflict=str(conflict)))
    if refused:
        print(said("refused"))
    elif arguments.dry_run:
        print(said("dry_run"))
    elif before is not None and not result.changes:
        print(said("as_it_was", path=folder))
    else:
        print(said("written_next", path=folder))
    return int(refused)


def _new(
    arguments: argparse.Namespace, source: Path, found: Import, head: Manifeste | None
) -> Register:
    """Return an empty register for what was imported, as the options say, then the source itself."""
    day = judged_on(arguments.on) if arguments.on else head.etat_au if head else dt.date.today()
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
