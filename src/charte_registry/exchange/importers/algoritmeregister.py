"""Entries of the Dutch Algoritmeregister, as JSON."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.exchange.importers.wording import folded, slug
from charte_registry.exchange.remarks import (
    IS_READ,
    NOT_UNDERSTOOD,
    READ,
    UNDERSTOOD_AS,
    Import,
    Remark,
    build,
    words,
)
from charte_registry.messages import Phrase
from charte_registry.records import Algorithme, Organisme
from charte_registry.syntax import not_json
from charte_registry.vocabularies.algoritmeregister import BODIES, IMPACT, LINES, STATUSES, TEXTS

_KNOWN = {
    *TEXTS, *BODIES, *LINES, "description_short", "status", "begin_date", "source_data",
    "standard_version", "publication_category", "contact_email", "lang", "source_id", "publiccode", "impact",
}  # fmt: skip


def read_algoritmeregister(path: str | Path, *, limits: Limits | None = None) -> Import:
    """Return the algorithms of a JSON file of the Algoritmeregister.

    Parameters
    ----------
    path : str or Path
        A list of entries, or one entry.
    limits : Limits, optional
        How large the file may be.

    Returns
    -------
    Import
        Algorithms and the bodies that they name; what was not understood, by entry and property.

    Raises
    ------
    RegisterError
        Where the file is no such JSON.
    """
    try:
        data = json.loads(read_bytes(path, limits or Limits()))
    except (ValueError, RecursionError) as error:
        raise not_json(error).at(path) from None
    entries = data if isinstance(data, list) else [data]
    if not all(isinstance(entry, dict) for entry in entries):
        raise RegisterError("not_entries", where=path)
    return algoritmeregister_records(entries)


def algoritmeregister_records(entries: list[dict[str, Any]]) -> Import:
    """Return the records of entries; see ``read_algoritmeregister``."""
    algorithmes: dict[str, Any] = {}
    organismes: dict[str, Any] = {}
    remarks: list[Remark] = []
    for number, entry in enumerate(entries):
        where = f"[{number}]"
        said = {
            name: plain_text(value) if isinstance(value, str) else value
            for name, value in entry.items()
            if value not in (None, "", [])
        }
        identifier = slug(str(said.get("name", where)), algorithmes)
        name = f"algorithmes/{identifier}"
        data, found = _data(said, where, name)
        remarks += found
        for field in BODIES.values():
            if field in data:
                body = slug(data[field])
                organismes.setdefault(body, Organisme(id=body, nom=data[field]))
                data[field] = body
        record, refused = build(Algorithme, {"id": identifier, **data}, where, name)
        remarks += refused
        if record is not None:
            algorithmes[identifier] = record
            remarks.append(Remark(level=READ, where=where, phrase=IS_READ, record=name))
    records = {"organismes": organismes, "algorithmes": algorithmes}
    return Import(records=records, remarks=tuple(remarks))


def _data(said: Mapping[str, Any], where: str, record: str) -> tuple[dict[str, Any], list[Remark]]:
    remarks: list[Remark] = []

    def remark(level: str, name: str, said: Phrase) -> None:
        remarks.append(Remark(level=level, where=f"{where}.{name}", phrase=said, record=record))

    data: dict[str, Any] = {}
    for name, field in {**TEXTS, **BODIES}.items():
        if name in said:
            data[field] = str(said[name]).strip()
    for name, field in LINES.items():
        if name in said:
            data[field] = _lines(said[name])
    if IMPACT in data.get("finalite", ""):
        data["finalite"], _, data["effets"] = data["finalite"].partition(IMPACT)
    if "impact" in said:  # a property of the standard before 1.0
        data["effets"] = str(said["impact"])
    if "publiccode" in said:
        data["code"] = str(said["publiccode"])
    if "description_short" in said:
        short = str(said["description_short"])
        if "finalite" not in data:
            data["finalite"] = short
        elif not data["finalite"].startswith(short.removesuffix("…")):
            data["note"] = short
    if "source_data" in said:
        data["donnees"] = [_source(line) for line in _lines(said["source_data"])]
    if "contact_email" in said:
        address = str(said["contact_email"])  # or the page where to write
        if "@" in address:
            data["contact"] = {"courriel": address}
        elif address != data.get("page"):
            data["contact"] = {"adresse": address}
    if "status" in said:
        statuses = {folded(status): code for status, code in STATUSES.items()}
        status = statuses.get(folded(said["status"]))
        if status is None:
            remark(NOT_UNDERSTOOD, "status", words("not_status", value=said["status"]))
        else:
            data["statut"] = status
    if "begin_date" in said:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(said["begin_date"])):
            data["en_service_depuis"] = said["begin_date"]
        else:
            remark(NOT_UNDERSTOOD, "begin_date", words("not_day", value=said["begin_date"]))
    category = str(said.get("publication_category", ""))
    data["decision_individuelle"] = not folded(category).startswith("overige")
    answer = "decides" if data["decision_individuelle"] else "decides_not"
    taken = words(answer, value=category) if category else words("decides_unsaid")
    remark(UNDERSTOOD_AS, "publication_category", taken)
    for name, value in said.items():
        if name not in _KNOWN:
            remark(NOT_UNDERSTOOD, name, words("no_property", value=value))
    return data, remarks


_BREAK = re.compile(r"(?i)<\s*(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>")
_ITEM = re.compile(r"(?i)<\s*li\b[^<>]*>")
_LINK = re.compile(r"(?is)<\s*a\b[^<>]*?href\s*=\s*[\"']([^\"'<>]*)[\"'][^<>]*>(.*?)<\s*/\s*a\s*>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def plain_text(text: str) -> str:
    r"""Return a text without its HTML: paragraphs and items as lines, a link with its address.

    Examples
    --------
    >>> plain_text('<p>Wet A &amp; B</p><ul><li><a href="https://example.org">uitleg</a></li></ul> x < 3')
    'Wet A & B\n- uitleg (https://example.org)\nx < 3'
    """
    if "<" not in text and "&" not in text:
        return text
    text = _LINK.sub(lambda link: f"{link[2]} ({link[1]})", text)
    text = _TAG.sub("", _ITEM.sub("- ", _BREAK.sub("\n", text)))
    lines = (" ".join(line.split(" ")).strip() for line in html.unescape(text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _lines(value: Any) -> list[str]:
    items = value if isinstance(value, list) else str(value).splitlines()
    return [text for item in items if (text := str(item).strip())]


def _source(line: str) -> dict[str, str]:
    match = re.fullmatch(r"(.+?) \(([^()]+)\)", line)
    return {"nom": match[1], "origine": match[2]} if match else {"nom": line}
