"""What a rule asks and gives, for programs: plain values, and JSON Schemas of both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.file import Source
from tarifs_solidaires.rules.model import Basis, StepFacts
from tarifs_solidaires.values.inputs import Input

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def plain_number(value: Fraction) -> int | float:
    """Return an exact number as JSON holds it."""
    return int(value) if value.denominator == 1 else float(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return plain_number(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def rule_dict(rule: DatedRule) -> dict[str, Any]:
    """Return what a rule is on its day as plain values; see ``Rule.to_dict``."""
    version, file = rule.version, rule.file
    return {
        "rule": rule.name, "on": rule.on.isoformat(), "last_known": _day(rule.last_known),
        "languages": list(rule.languages), "title": dict(rule.title.wordings),
        "purpose": dict(rule.purpose.wordings), "authority": rule.authority,
        "currency": rule.currency or None, "jurisdiction": rule.jurisdiction or None,
        "contact": file.contact or None,
        "version": {
            "valid_from": version.valid_from.isoformat(), "valid_to": version.valid_to.isoformat(),
            **_basis(version.basis), "note": dict(version.note.wordings),
        },
        "inputs": [input_dict(item, item.name in rule.required) for item in rule.inputs],
        "outputs": [
            {"name": name, "kind": output.kind, "unit": output.unit, "meaning": dict(output.meaning)}
            for name, output in rule.outputs.items()
        ],
        "parameters": [
            {"name": name, "value": _plain(one.value), "unit": one.unit,
             "meaning": dict(one.label.wordings), "since": _day(one.since), **_basis(one.basis)}
            for name, one in rule.parameters.items()
        ],
        "steps": [_step(step) for step in rule.steps.values()],
    }  # fmt: skip


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _basis(basis: Basis) -> dict[str, Any]:
    source: Source | None = basis.source
    said = None
    if source is not None:
        said = {
            "title": source.title.first or None, "url": source.url or None,
            "reference": source.reference or None, "read": _day(source.read),
        }  # fmt: skip
    return {"source": said, "confidence": basis.confidence or None}


def _step(step: StepFacts) -> dict[str, Any]:
    return {
        "name": step.name, "kind": step.kind, "meaning": dict(step.label.wordings),
        "unit": step.unit, "codes": {code: dict(t.wordings) for code, t in step.codes.items()},
        "rows": [dict(row.name.wordings) for row in step.rows], **_basis(step.basis),
    }  # fmt: skip


def input_dict(item: Input, required: bool) -> dict[str, Any]:
    """Return an input as plain values."""
    found: dict[str, Any] = {
        "name": item.name, "kind": item.kind, "unit": item.unit, "required": required,
        "default": default_of(item), "origin": item.origin, "meaning": dict(item.meaning),
        "help": dict(item.help.wordings), "formula": item.formula or None,
    }  # fmt: skip
    if item.numeric:
        low, high = (_bound(item, value) for value in (item.minimum, item.maximum))
        found |= {"minimum": low, "maximum": high}
    if item.kind == "code":
        found["codes"] = {code: dict(texts.wordings) for code, texts in item.codes.items()}
        found["pattern"] = item.pattern or None
    return found


def default_of(item: Input) -> int | float | str | bool | None:
    """Return the value of an input where none is given, as JSON holds it; None where there is none."""
    if isinstance(item.default, Fraction):
        return _bound(item, item.default)
    return item.default


def _bound(item: Input, value: Fraction) -> int | float | str:
    return item.shown(value) if item.kind == "date" else plain_number(value)


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
    said = [item.help.to(lang), item.unit and f"[{item.unit}]"]
    if item.kind == "date":
        low, high = item.bound_texts()
        found["format"] = "date"
        said.append(f"{low} – {high}")
    elif item.numeric:
        found |= {"minimum": plain_number(item.minimum), "maximum": plain_number(item.maximum)}
    elif item.codes:
        found["oneOf"] = [
            {"const": code, "title": texts.to(lang) or code} for code, texts in item.codes.items()
        ]
    elif item.pattern:
        found["pattern"] = f"^(?:{item.pattern})$"
    if any(said):
        found["description"] = " ".join(filter(None, said))
    default = default_of(item)
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
