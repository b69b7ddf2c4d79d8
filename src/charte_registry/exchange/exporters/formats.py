"""The formats that a register is exported to, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.exchange.exporters.algoritmeregister import (
    algoritmeregister_entries,
    algoritmeregister_text,
)
from charte_registry.exchange.exporters.cnil import cnil_pages
from charte_registry.exchange.exporters.flat import (
    csv_files,
    parquet_files,
    register_tables,
)
from charte_registry.exchange.exporters.jsonld import jsonld_text
from charte_registry.exchange.exporters.single_file import json_content
from charte_registry.exchange.exporters.spreadsheet import ods, xlsx
from charte_registry.exchange.remarks import NOT_CARRIED, Remark, words
from charte_registry.exchange.workbook.write import register_workbook
from charte_registry.files.whole import write_bytes, write_folder
from charte_registry.register import Register
from charte_registry.rules.finding import Finding

WORKBOOKS = (".ods", ".xlsx")
Content = bytes | Mapping[str, bytes]  # a file, or the files of a folder


@attrs.frozen(kw_only=True)
class _Options:
    """What only some formats ask for; see ``export_register``."""

    base: str | None
    contact: str | None
    schema: Mapping[str, Any] | None
    lang: str
    only: tuple[str, ...]
    findings: tuple[Finding, ...]
    public: bool
    excel_fr: bool


Exporter = Callable[[Register, _Options], tuple[Content, tuple[Remark, ...]]]


def export_register(
    register: Register, path: str | Path, form: str, *, base: str | None = None,
    contact: str | None = None, schema: Mapping[str, Any] | None = None, lang: str = "fr",
    only: Sequence[str] = (), findings: Sequence[Finding] = (), public: bool = False,
    excel_fr: bool = False,
) -> tuple[Remark, ...]:  # fmt: skip
    """Write a register in another format, whole or not at all.

    Parameters
    ----------
    register : Register
        The register; ``public(register)`` for what may be published.
    path : str or Path
        A file; for ``csv`` and ``parquet`` a folder that is not there yet, or is empty.
    form : str
        ``cnil-ods``, ``cnil-xlsx``, ``xlsx``, ``ods``, ``csv``, ``json``, ``jsonld``,
        ``algoritmeregister`` or ``parquet``.
    base : str, optional
        For ``jsonld``: address below which the records are.
    contact : str, optional
        For ``algoritmeregister``: functional e-mail address to publish with each entry.
    schema : mapping of str to object, optional
        For ``algoritmeregister``: the published JSON Schema, which has to accept every entry.
    lang : {"fr", "en", "pt"}
        For ``xlsx`` and ``ods``: language of titles, labels and explanations.
    only : sequence of str
        For ``xlsx`` and ``ods``: kinds of records to hold; all of them where empty.
    findings : sequence of Finding
        For ``xlsx`` and ``ods``: what checks found, shown beside the records.
    public : bool
        For ``xlsx`` and ``ods``: whether the register is a public extract, which has no columns
        of internal fields.
    excel_fr : bool
        For ``csv``: whether the files are as a French spreadsheet saves and opens them.

    Returns
    -------
    tuple of Remark
        What the format has no place for.

    Raises
    ------
    RegisterError
        Where there is no such format, it needs an extra that is not installed, or nothing can be
        written there.

    Examples
    --------
    >>> import datetime as dt, tempfile
    >>> from charte_registry import Partenaire
    >>> register = Register(
    ...     titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
    ... ).with_record("partenaires", Partenaire(id="p", nom="=P"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = export_register(register, f"{folder}/tables", "csv")
    ...     print(Path(f"{folder}/tables/partenaires.csv").read_text().splitlines()[1])
    p,'=P,,,,,,,false
    """
    if form not in FORMATS:
        raise RegisterError("unknown_format", value=form, near=nearest(form, FORMATS))
    suffix = Path(path).suffix.lower()
    if suffix in WORKBOOKS and not form.endswith(suffix[1:]):
        raise RegisterError("other_suffix", where=path, value=suffix, form=form)
    options = _Options(
        base=base, contact=contact, schema=schema, lang=lang, only=tuple(only),
        findings=tuple(findings), public=public, excel_fr=excel_fr,
    )  # fmt: skip
    content, remarks = FORMATS[form](register, options)
    if isinstance(content, bytes):
        write_bytes(path, content)
    else:
        write_folder(path, content)
    return remarks


def _cnil(write: Callable[..., bytes]) -> Exporter:
    def export(register: Register, _: _Options) -> tuple[Content, tuple[Remark, ...]]:
        pages, remarks = cnil_pages(register)
        return write(pages), remarks

    return export


def _workbook(write: Callable[..., bytes]) -> Exporter:
    """Return the export to the workbook that an office edits."""

    def export(register: Register, options: _Options) -> tuple[Content, tuple[Remark, ...]]:
        for kind in options.only:
            if kind not in register.kinds:
                raise RegisterError("unknown_kind", value=kind, near=nearest(kind, register.kinds))
        pages = register_workbook(
            register, lang=options.lang, only=options.only, findings=options.findings,
            public=options.public,
        )  # fmt: skip
        return write(pages), _profile(register)

    return export


def _csv(register: Register, options: _Options) -> tuple[Content, tuple[Remark, ...]]:
    return csv_files(register_tables(register), excel_fr=options.excel_fr), _profile(register)


def _whole(write: Callable[[Register], Content]) -> Exporter:
    """Return the export to a format that carries everything but the file of a profile."""
    return lambda register, _: (write(register), _profile(register))


def _profile(register: Register) -> tuple[Remark, ...]:
    if register.profil is None:
        return ()
    said = words("profile_beside", value=register.profil)
    return (Remark(level=NOT_CARRIED, where="registre.profil", phrase=said),)


def _jsonld(register: Register, options: _Options) -> tuple[Content, tuple[Remark, ...]]:
    return jsonld_text(register, options.base).encode("utf-8"), ()


def _algoritmeregister(register: Register, options: _Options) -> tuple[Content, tuple[Remark, ...]]:
    entries, remarks = algoritmeregister_entries(
        register, contact=options.contact, schema=options.schema
    )
    return algoritmeregister_text(entries).encode("utf-8"), remarks


FORMATS: Mapping[str, Exporter] = MappingProxyType({
    "cnil-ods": _cnil(ods),
    "cnil-xlsx": _cnil(xlsx),
    "xlsx": _workbook(xlsx),
    "ods": _workbook(ods),
    "csv": _csv,
    "json": _whole(json_content),
    "jsonld": _jsonld,
    "algoritmeregister": _algoritmeregister,
    "parquet": _whole(lambda register: parquet_files(register_tables(register))),
})  # fmt: skip
