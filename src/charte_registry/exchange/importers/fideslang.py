"""fideslang manifests: organisations, systems and their privacy declarations.

A declaration becomes a processing. fideslang says neither where a system is hosted nor to which
country data go; an application that hosts nowhere is none here, so that the processings name
their system in a note.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.exchange.importers.wording import folded, parsed_conservation, slug
from charte_registry.exchange.remarks import (
    IS_READ,
    NOT_UNDERSTOOD,
    READ,
    SKIPPED,
    UNDERSTOOD_AS,
    Import,
    Remark,
    build,
    words,
)
from charte_registry.files.folder import format_of
from charte_registry.messages import Phrase
from charte_registry.records import AnalyseImpact, Organisme, Traitement
from charte_registry.records.formats import COURRIEL
from charte_registry.vocabularies.fideslang import BASES, CATEGORIES, SPECIAL_BASES
from charte_registry.vocabularies.rgpd import CATEGORIES_PARTICULIERES

_DEFAULT_BODY = "default_organization"
_ROLES = (
    ("controller", None), ("data_protection_officer", "dpo"), ("representative", "representant"),
)  # fmt: skip


def read_fideslang(path: str | Path, *, limits: Limits | None = None) -> Import:
    """Return the records of a fideslang manifest.

    Parameters
    ----------
    path : str or Path
        A YAML file with ``organization``, ``system`` or both.
    limits : Limits, optional
        How large the file may be.

    Returns
    -------
    Import
        Bodies, and a processing for each privacy declaration; what was not understood, by path.

    Raises
    ------
    RegisterError
        Where the file is no such YAML; anchors and tags are refused.
    """
    content = read_bytes(path, limits or Limits())
    try:
        data = format_of(".yaml").read(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RegisterError("not_utf8", where=path, position=error.start) from None
    except RegisterError as error:
        raise error.at(path) from None
    if not isinstance(data, dict) or not all(isinstance(v, list) for v in data.values()):
        raise RegisterError("not_fideslang", where=path)
    return fideslang_records(data)


def fideslang_records(manifest: Mapping[str, list[Any]]) -> Import:
    """Return the records of a manifest; see ``read_fideslang``."""
    reading = _Reading()
    for resource, items in manifest.items():
        for number, item in enumerate(items):
            where = f"{resource}[{number}]"
            if not isinstance(item, Mapping) or resource not in ("organization", "system"):
                reading.remark(SKIPPED, where, words("not_fides"))
            elif resource == "organization":
                reading.organization(item, where)
    for number, item in enumerate(manifest.get("system", ())):
        if isinstance(item, Mapping):
            reading.system(item, f"system[{number}]")
    return reading.finished()


@attrs.define
class _Reading:
    organismes: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    traitements: dict[str, Any] = attrs.field(factory=dict)
    analyses: dict[str, AnalyseImpact] = attrs.field(factory=dict)
    remarks: list[Remark] = attrs.field(factory=list)

    def remark(self, level: str, where: str, said: Phrase, record: str = "") -> None:
        self.remarks.append(Remark(level=level, where=where, phrase=said, record=record))

    def _unread(self, item: Mapping[str, Any], known: set[str], where: str) -> None:
        for name, value in item.items():
            if name not in known and value not in (None, "", [], {}, False):
                self.remark(NOT_UNDERSTOOD, f"{where}.{name}", words("no_field", value=str(value)))

    def organization(self, item: Mapping[str, Any], where: str) -> None:
        key = slug(str(item.get("fides_key", "")))
        body: dict[str, Any] = {"id": key, "nom": str(item.get("name") or key)}
        if item.get("description"):
            body["note"] = str(item["description"])
        for name, field in _ROLES:
            contact = self._contact(item.get(name), f"{where}.{name}")
            if contact and field is None:
                body["contact"] = contact
            elif contact and field is not None:
                role = slug(f"{key}-{field}")
                title = name.replace("_", " ")
                self.organismes[role] = {
                    "id": role, "nom": title, "type": "fonction", "contact": {"fonction": title, **contact},
                }  # fmt: skip
                body[field] = role
        self._unread(item, {"fides_key", "name", "description", *(n for n, _ in _ROLES)}, where)
        self.organismes[key] = body

    def _contact(self, said: Any, where: str) -> dict[str, str]:
        contact: dict[str, str] = {}
        for name, field in (("name", "nom"), ("address", "adresse"), ("phone", "telephone"), ("email", "courriel")):  # fmt: skip
            value = str(said.get(name) or "").strip() if isinstance(said, Mapping) else ""
            if value and field == "courriel" and not COURRIEL.accepts(value):
                self.remark(NOT_UNDERSTOOD, f"{where}.email", words("not_email", value=value))
            elif value and folded(value) != "n a":
                contact[field] = value
        return contact

    def system(self, item: Mapping[str, Any], where: str) -> None:
        name = str(item.get("name") or item.get("fides_key"))
        body = slug(str(item.get("organization_fides_key") or _DEFAULT_BODY))
        if body not in self.organismes:
            self.organismes[body] = {"id": body, "nom": body}
            self.remark(UNDERSTOOD_AS, where, words("no_organization", value=body))
        declarations = item.get("privacy_declarations") or []
        for number, declaration in enumerate(declarations):
            place = f"{where}.privacy_declarations[{number}]"
            if isinstance(declaration, Mapping):
                self._declaration(item, declaration, name, body, place)
        known = {
            "fides_key", "name", "description", "organization_fides_key", "system_type",
            "privacy_declarations", "administrating_department", "data_security_practices",
            "dpa_location", "processes_personal_data",
        }  # fmt: skip
        self._unread(item, known, where)
        if not declarations:
            self.remark(SKIPPED, where, words("declares_nothing", value=name))

    def _declaration(
        self, system: Mapping[str, Any], said: Mapping[str, Any], name: str, body: str, where: str
    ) -> None:
        use = str(said.get("data_use") or "")
        title = str(said.get("name") or use or name)
        identifier = slug(
            f"{system.get('fides_key', name)} {said.get('name') or use}", self.traitements
        )
        record = f"traitements/{identifier}"
        data: dict[str, Any] = {
            "id": identifier, "nom": f"{name} : {title}", "responsable": body, "note": f"Système : {name}",
        }  # fmt: skip
        finalite: dict[str, Any] = {"nom": title if title == use or not use else f"{title} ({use})"}
        if base := said.get("legal_basis_for_processing"):
            finalite["bases_legales"] = self._codes(
                BASES, base, f"{where}.legal_basis_for_processing"
            )
        data["finalites"] = [finalite]
        data["categories_personnes"] = [str(who) for who in said.get("data_subjects") or ()]
        conservation = said.get("retention_period")
        kept = parsed_conservation(str(conservation)) if conservation else None
        self._categories(said, data, kept, where)
        if third := said.get("third_parties"):
            data["destinataires"] = [{"type": "autre", "nom": str(third)}]
        if department := system.get("administrating_department"):
            data.setdefault("destinataires", []).append(
                {"type": "service_interne", "nom": str(department)}
            )
        if measures := system.get("data_security_practices"):
            data["securite"] = [{"type": "autre", "description": str(measures)}]
        if location := said.get("impact_assessment_location") or system.get("dpa_location"):
            data["aipd"] = {"conclusion": "requise", "analyse": identifier}
            self.analyses[identifier] = AnalyseImpact(
                id=identifier, intitule=data["nom"], piece=str(location)
            )
            made = f"analyses_impact/{identifier}"
            self.remark(UNDERSTOOD_AS, where, words("assessment_place"), made)
        known = {
            "name", "data_use", "data_categories", "data_subjects", "legal_basis_for_processing",
            "retention_period", "special_category_legal_basis", "third_parties",
            "impact_assessment_location", "processes_special_category_data", "data_shared_with_third_parties",
        }  # fmt: skip
        self._unread(said, known, where)
        built, refused = build(Traitement, data, where, record)
        self.remarks += refused
        if built is not None:
            self.traitements[identifier] = built
            self.remark(READ, where, IS_READ, record)

    def _codes(self, codes: Mapping[str, str], stated: Any, where: str) -> list[str]:
        known = {folded(word): code for word, code in codes.items()}
        if folded(stated) in known:
            return [known[folded(stated)]]
        self.remark(NOT_UNDERSTOOD, where, words("codes_known", value=stated, known=tuple(codes)))
        return []

    def _categories(
        self, said: Mapping[str, Any], data: dict[str, Any], kept: dict[str, str] | None, where: str
    ) -> None:
        found: dict[str, list[str]] = {}
        for key in said.get("data_categories") or ():
            if str(key).partition(".")[0] != "user":
                continue  # data about systems are not about people
            begun = [k for k in CATEGORIES if key == k or str(key).startswith(f"{k}.")]
            code = CATEGORIES[max(begun, key=len)] if begun else "autre"
            found.setdefault(code, []).append(str(key))
        ground = said.get("special_category_legal_basis")
        grounds = self._codes(SPECIAL_BASES, ground, f"{where}.special_category_legal_basis") if ground else []  # fmt: skip
        for code, keys in found.items():
            part: dict[str, Any] = {"description": ", ".join(keys)}
            if kept is not None:
                part["conservation"] = kept
            if code == "infractions":
                data["infractions"] = part
            elif code in CATEGORIES_PARTICULIERES:
                part |= {"fondement": grounds[0]} if grounds else {}
                data.setdefault("categories_particulieres", []).append({"categorie": code, **part})
            else:
                data.setdefault("categories_donnees", []).append({"categorie": code, **part})

    def finished(self) -> Import:
        organismes: dict[str, Any] = {}
        for identifier, body in self.organismes.items():
            built, refused = build(Organisme, body, "organization", f"organismes/{identifier}")
            self.remarks += refused
            if built is not None:
                organismes[identifier] = built
        records = {
            "organismes": organismes, "traitements": self.traitements, "analyses_impact": self.analyses,
        }  # fmt: skip
        return Import(records=records, remarks=tuple(self.remarks))
