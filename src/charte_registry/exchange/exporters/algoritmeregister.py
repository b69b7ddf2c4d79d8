"""The algorithms as entries of the Dutch Algoritmeregister."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from charte_registry.errors import Fault, RegisterError
from charte_registry.exchange.exporters.lost import not_carried
from charte_registry.exchange.remarks import NOT_CARRIED, Remark, words
from charte_registry.extras import needs
from charte_registry.messages import Phrase
from charte_registry.records import Algorithme
from charte_registry.register import Register
from charte_registry.vocabularies.algoritmeregister import (
    BODIES,
    IMPACT,
    IMPACTFUL,
    LANGUAGE,
    LENGTHS,
    LINES,
    OTHER,
    REQUIRED,
    STANDARD_VERSION,
    STATUSES,
    TEXTS,
)

CARRIED = {
    "algorithmes": {*TEXTS.values(), *BODIES.values(), "statut", "en_service_depuis", "decision_individuelle", "effets", "code"},
    "algorithmes_donnees": {"nom", "origine"},
    **{f"algorithmes_{field}": {""} for field in LINES.values()},
}  # fmt: skip


def algoritmeregister_entries(
    register: Register, *, contact: str | None = None, schema: Mapping[str, Any] | None = None
) -> tuple[list[dict[str, Any]], tuple[Remark, ...]]:
    """Return the algorithms of a register as entries of the Algoritmeregister.

    Parameters
    ----------
    register : Register
        The register. The format is made to be published: contacts, which are internal, stay out.
    contact : str, optional
        Functional e-mail address to publish with each entry.
    schema : mapping of str to object, optional
        The published JSON Schema of an entry; with it, entries that it refuses are not given.

    Returns
    -------
    tuple of list of dict and tuple of Remark
        An entry an algorithm, within the lengths and permitted values of the standard; what the
        standard has no place for, and what it requires and a record does not say.

    Raises
    ------
    RegisterError
        Where the schema refuses an entry, or jsonschema is not installed to ask it.
    """
    entries: list[dict[str, Any]] = []
    remarks: list[Remark] = []
    for algorithme in register.all("algorithmes"):
        entry, told = _fitted(_entry(algorithme, register, contact), f"algorithmes/{algorithme.id}")
        entries.append(entry)
        remarks += told
    if entries:
        remarks.append(Remark(level=NOT_CARRIED, where="lang", phrase=words("dutch_alone")))
    if schema is not None:
        _ask(schema, entries)
    return entries, (*not_carried(register, CARRIED, "algoritmeregister"), *remarks)


def algoritmeregister_text(entries: list[dict[str, Any]]) -> str:
    """Return entries as the text of a JSON file."""
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"


def _entry(algorithme: Algorithme, register: Register, contact: str | None) -> dict[str, Any]:
    statuses = {code: status for status, code in STATUSES.items()}
    bodies = register.records.get("organismes", {})
    entry: dict[str, Any] = {"standard_version": STANDARD_VERSION, "lang": LANGUAGE}
    for name, field in TEXTS.items():
        entry[name] = getattr(algorithme, field)
    for name, field in BODIES.items():
        body = getattr(algorithme, field)
        entry[name] = bodies[body].nom if body in bodies else body
    for name, field in LINES.items():
        entry[name] = "\n".join(getattr(algorithme, field)) or None
    if algorithme.effets:
        entry["goal"] += IMPACT + algorithme.effets
    entry["description_short"] = algorithme.finalite
    entry["status"] = statuses.get(algorithme.statut)
    if algorithme.en_service_depuis is not None:
        entry["begin_date"] = f"{algorithme.en_service_depuis:%Y-%m}"
    entry["source_data"] = "\n".join(
        f"{data.nom} ({data.origine})" if data.origine else data.nom for data in algorithme.donnees
    )
    entry["contact_email"] = contact or algorithme.page
    entry["publication_category"] = IMPACTFUL if algorithme.decision_individuelle else OTHER
    entry["publiccode"] = algorithme.code
    entry["source_id"] = algorithme.id
    return {name: value for name, value in entry.items() if value}


def _fitted(entry: dict[str, Any], record: str) -> tuple[dict[str, Any], list[Remark]]:
    """Return an entry whose texts fit, and what of it the standard wants or has no room for."""
    remarks: list[Remark] = []

    def remark(name: str, said: Phrase) -> None:
        where = f"{record}.{name}"
        remarks.append(Remark(level=NOT_CARRIED, where=where, phrase=said, record=record))

    fitted = dict(entry)
    for name, most in LENGTHS.items():
        text = fitted.get(name, "")
        if len(text) > most:
            fitted[name] = text[: most - 1].rstrip() + "…"
            if name != "description_short":  # the whole of it is in goal
                rest = text[most - 1 :]
                remark(name, words("cut_after", most=most, count=len(text), value=rest))
    remarks += [
        Remark(
            level=NOT_CARRIED, where=f"{record}.{name}", record=record,
            phrase=words("required_contact" if name == "contact_email" else "required_unsaid"),
        )
        for name in REQUIRED
        if name not in fitted
    ]  # fmt: skip
    return fitted, remarks


def _ask(schema: Mapping[str, Any], entries: list[dict[str, Any]]) -> None:
    with needs("schemas"):
        import jsonschema
        from referencing import Registry
        from referencing.exceptions import Unresolvable
    kind = jsonschema.validators.validator_for(schema)
    try:
        kind.check_schema(dict(schema))
        # An empty registry: what the schema refers to elsewhere is never fetched.
        validator = kind(schema, registry=Registry())
        faults = [
            Fault(
                "entry_refused",
                where=entry["name"],
                field=".".join(map(str, error.path)),
                value=error.instance,
                reason=error.message,
            )
            for entry in entries
            for error in validator.iter_errors(entry)
        ]
    except jsonschema.SchemaError as error:
        raise RegisterError("schema_wrong", reason=error.message) from None
    except Unresolvable as error:
        raise RegisterError("schema_elsewhere", value=error.ref) from None
    if faults:
        raise RegisterError(faults)
