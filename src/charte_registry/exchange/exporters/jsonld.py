"""The register as linked data: its records as JSON, whose context says what they mean."""

from __future__ import annotations

import json
import re
import typing
from functools import cache
from typing import Any
from urllib.parse import quote

import attrs

from charte_registry.errors import RegisterError
from charte_registry.records.base import unstructure
from charte_registry.records.formats import URL
from charte_registry.register import Register
from charte_registry.schema import jsonld_context
from charte_registry.schema.terms import CLASSES, OWN, term
from charte_registry.vocabularies.country_names import NAMES

_NO_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`]")  # what a web address may hold and an IRI may not
COUNTRIES = "https://w3id.org/dpv/loc#"  # DPV names countries by their ISO 3166-1 codes


def jsonld_document(register: Register, base: str | None = None) -> dict[str, Any]:
    """Return a register as a JSON-LD 1.1 document.

    Parameters
    ----------
    register : Register
        The register.
    base : str, optional
        Address below which the records are: ``BASE/KIND/ID``. Without it their names are relative
        to the address at which the document is published.

    Returns
    -------
    dict
        ``@context`` and ``@graph``: the catalogue, then every record with its fields.

    Raises
    ------
    RegisterError
        Where the base is no web address.

    Examples
    --------
    >>> import datetime as dt
    >>> from charte_registry import Traitement
    >>> register = Register(
    ...     titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
    ... ).with_record("traitements", Traitement(id="t", nom="Aides", responsable="ccas"))
    >>> jsonld_document(register)["@graph"][1]["responsable"]
    {'@id': 'organismes/ccas'}
    """
    context = jsonld_context(register.kinds)["@context"]
    if base is not None:
        if not URL.accepts(base):
            raise RegisterError("form", field="base", value=base, wanted=URL.name, how=URL.how)
        context = {**context, "@base": base.rstrip("/") + "/"}
    datasets = [{"@id": f"jeux_de_donnees/{name}"} for name in register.records.get("jeux_de_donnees", {})]  # fmt: skip
    catalogue: dict[str, Any] = {
        "@id": "registre",
        "@type": "dcat:Catalog",
        "dct:title": register.titre,
        "dct:spatial": {"@type": "dct:Location", "skos:prefLabel": register.territoire},
        "dct:modified": {"@value": register.etat_au.isoformat(), "@type": "xsd:date"},
    }
    if register.note:
        catalogue["dct:description"] = register.note
    if datasets:
        catalogue["dcat:dataset"] = datasets
    graph = [catalogue]
    for kind in register.kinds:
        for name, record in register.records.get(kind, {}).items():
            node = {"@id": f"{kind}/{name}", "@type": type(record).__name__}
            graph.append(node | _node(type(record), unstructure(record, iso=True)))
    return {"@context": context, "@graph": graph}


def jsonld_text(register: Register, base: str | None = None) -> str:
    """Return a register as the text of a JSON-LD file; see ``jsonld_document``."""
    return json.dumps(jsonld_document(register, base), ensure_ascii=False, indent=1) + "\n"


def _node(cls: type[Any], data: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a record or part: names of records and countries become IRIs."""
    fields = _fields(cls)  # type: ignore[arg-type] # classes are hashable, whatever mypy thinks
    return {name: _value(cls, *fields[name], value) for name, value in data.items()}


@cache
def _fields(cls: type[Any]) -> dict[str, tuple[attrs.Attribute[Any], type[Any] | None]]:
    """Return the fields of a class, each with the class of the parts that it holds."""
    hints = typing.get_type_hints(cls)
    return {field.name: (field, _part(hints[field.name])) for field in attrs.fields(cls)}


def _value(cls: type[Any], field: attrs.Attribute[Any], part: type[Any] | None, value: Any) -> Any:
    if isinstance(value, list):
        return [_value(cls, field, part, item) for item in value]
    if part is not None:
        kind = {"@type": CLASSES[part.__name__]} if part.__name__ in CLASSES else {}
        return kind | _node(part, value)
    if field.metadata["reference"]:
        return {"@id": f"{field.metadata['reference']}/{quote(value, safe='')}"}
    if field.metadata["format"] is URL:
        return _NO_IRI.sub(lambda sign: quote(sign[0], safe=""), value)
    if value in NAMES and _means(cls, field.name) == "dpv:hasCountry":
        return {"@id": COUNTRIES + value}
    return value


def _means(cls: type[Any], name: str) -> str:
    terms = (term(base.__name__, name) for base in cls.__mro__)
    return next((found for found in terms if not found.startswith(OWN)), "")


def _part(hint: Any) -> type[Any] | None:
    inside = [hint, *typing.get_args(hint)]
    return next((kind for kind in inside if attrs.has(kind)), None)
