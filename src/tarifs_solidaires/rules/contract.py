"""What a rule asks and gives, for programs: plain values, and JSON Schemas of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tarifs_solidaires.catalogue import Unit
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.values.inputs import Input
from tarifs_solidaires.values.json_value import plain_value

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def rule_dict(rule: DatedRule) -> dict[str, Any]:
    """Return what a rule is on its day as plain values; see ``Rule.to_dict``."""
    version, file = rule.version, rule.file
    return {
        "rule": rule.name, "on": rule.on.isoformat(), "last_known": plain_value(rule.last_known),
        "languages": list(rule.languages), "title": dict(rule.title.wordings),
        "purpose": dict(rule.purpose.wordings), "authority": rule.authority,
        "currency": rule.currency or None, "jurisdiction": rule.jurisdiction or None,
        "contact": file.contact or None,
        "version": {
            "valid_from": version.valid_from.isoformat(), "valid_to": version.valid_to.isoformat(),
            **version.basis.to_dict(), "note": dict(version.note.wordings),
        },
        "inputs": [{**item.to_dict(), "required": item.name in rule.required} for item in rule.inputs],
        "outputs": [output.to_dict() for output in rule.outputs.values()],
        "parameters": [one.to_dict() for one in rule.parameters.values()],
        "steps": [step.to_dict() for step in rule.steps.values()],
    }  # fmt: skip


def input_schema(rule: DatedRule, lang: str) -> dict[str, Any]:
    """Return the JSON Schema of the inputs of one person; see ``Rule.input_schema``."""
    schema: dict[str, Any] = {
        "$schema": DRAFT, "title": rule.title.to(lang), "type": "object",
        "properties": {item.name: _property(item, lang) for item in rule.inputs},
        "additionalProperties": False,
    }  # fmt: skip
    ways = {item.name: _ways(rule, item) for item in rule.inputs}
    required = [name for name in rule.required if not ways.get(name)]
    if required:
        schema["required"] = required
    choices = [
        _choice(rule, name, through)
        for name, through in ways.items()
        if through and name in rule.version.reads
    ]
    if choices:
        schema["allOf"] = choices
    return schema


def _ways(rule: DatedRule, item: Input) -> tuple[str, ...]:
    known = {one.name for one in rule.inputs}
    return tuple(sorted(rule.ways(item.name) & known))


def _choice(rule: DatedRule, name: str, through: tuple[str, ...]) -> dict[str, Any]:
    """Return that an input is given itself or through others, and never in both ways."""
    needed = [way for way in through if rule.all_inputs[way].default is None]
    itself: dict[str, Any] = {"required": [name], "properties": dict.fromkeys(through, False)}
    others: dict[str, Any] = {"required": needed or list(through), "properties": {name: False}}
    if name in rule.required:
        return {"oneOf": [itself, others]}
    neither = {"properties": dict.fromkeys((name, *through), False)}
    return {"oneOf": [itself, others, neither]}


_TYPES: Mapping[str, str] = {
    "number": "number", "whole": "integer", "flag": "boolean", "code": "string", "date": "string",
}  # fmt: skip


def _property(item: Input, lang: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _TYPES[item.kind], "title": item.label.to(lang) or item.name}
    said = [item.help.to(lang), item.unit and f"[{Unit(item.unit).say(lang)}]"]
    if item.kind == "date":
        low, high = item.bound_texts()
        found["format"] = "date"
        said.append(f"{low} – {high}")
    elif item.numeric:
        found |= {"minimum": item.plain(item.minimum), "maximum": item.plain(item.maximum)}
    elif item.codes:
        found["oneOf"] = [
            {"const": code, "title": texts.to(lang) or code} for code, texts in item.codes.items()
        ]
    elif item.pattern:
        found["pattern"] = f"^(?:{item.pattern})$"
    if any(said):
        found["description"] = " ".join(filter(None, said))
    default = item.plain(item.default)
    return found if default is None else {**found, "default": default}


def output_schema(rule: DatedRule, lang: str, *, many: bool) -> dict[str, Any]:
    """Return the JSON Schema of a result as plain values; see ``Rule.output_schema``."""

    def shaped(one: dict[str, Any]) -> dict[str, Any]:
        return {"type": "array", "items": one} if many else one

    outputs = {
        name: {**shaped(_value(rule, name)), "title": output.label.to(lang) or name}
        for name, output in rule.outputs.items()
    }
    text = {"type": "string"}
    day = {"type": "string", "format": "date"}
    properties = {
        "rule": {"const": rule.name},
        "on": day,
        "last_known": {"anyOf": [day, {"type": "null"}]},
        "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "outputs": {
            "type": "object", "properties": outputs, "required": list(outputs),
            "additionalProperties": False,
        },
        "tranche": shaped(text),
        "reason": shaped(text),
    }  # fmt: skip
    return {
        "$schema": DRAFT, "title": rule.title.to(lang), "type": "object", "properties": properties,
        "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


def _value(rule: DatedRule, name: str) -> dict[str, Any]:
    """Return the schema of one value of an output: null where it is missing."""
    kind = rule.output_kind(name)
    if kind == "code":
        codes = rule.steps[name].step.codes if name in rule.steps else ()
        return {"enum": [*codes, None]} if codes else {"type": ["string", "null"]}
    return {"type": ["boolean" if kind == "flag" else "number", "null"]}
