"""From 0.9, the draft before the schema was published, to 1.0: one function a kind of record.

Every function takes plain data, gives new plain data and says what there is to know. Lists and flags
may be cells of a table (``a; b``, ``true``): 0.9 kept most of its records in tables.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from charte_registry.migrations.remark import Remark
from charte_registry.records.formats import COURRIEL, IDENTIFIANT, SPDX
from charte_registry.vocabularies.assurances import REFERENTIELS
from charte_registry.vocabularies.licences import LICENCES
from charte_registry.vocabularies.rgpd import GARANTIES
from charte_registry.vocabularies.vocabulaire import Vocabulaire

Record = dict[str, Any]
Say = Callable[..., None]

KINDS = (
    "organismes", "traitements", "applications", "algorithmes", "jeux_de_donnees", "actions",
    "partenaires", "demandes_droits", "formations", "certifications",
)  # fmt: skip

_REFERENCES = (
    ("traitements", "responsable", "organismes"),
    ("traitements", "applications", "applications"),
    ("algorithmes", "traitements", "traitements"),
    ("actions", "algorithmes", "algorithmes"),
    ("certifications", "organisme", "organismes"),
    ("applications", "hebergement.hebergeur", "organismes"),
)
_DATES = {"actions": "echeance", "certifications": "expire", "algorithmes": "publie_le"}


def migrate(register: Mapping[str, Any]) -> tuple[dict[str, Any], list[Remark]]:
    """Return a register of 0.9 as one of 1.0.

    Parameters
    ----------
    register : mapping of str to object
        Fields of the manifest, and a list of records a kind.

    Returns
    -------
    dict of str to object, list of Remark
        The register, each record at its place, new ones after them; what there is to know.

    Examples
    --------
    >>> old = {"schema": "0.9", "formations": [{"id": "é", "debut": 2020, "fin": 2019}]}
    >>> new, remarks = migrate(old)
    >>> new["formations"]
    [{'id': 'e', 'debut': 2019, 'fin': 2020, 'note': 'Identifiant en 0.9 : é'}]
    >>> [str(remark) for remark in remarks][-1]
    'formations/e `fin`: 2019 was before the first year 2020; they are exchanged'
    """
    new: dict[str, Any] = {
        name: value for name, value in register.items() if name not in KINDS and value != ""
    }
    new["schema"] = "1.0"
    remarks: list[Remark] = []
    names = {kind: _names(register.get(kind, ())) for kind in KINDS}
    for kind in (kind for kind in KINDS if kind in register):
        records = [dict(record) for record in register[kind]]
        for record in records:
            _rename(kind, record, names, remarks)
            _one_record(kind, record, remarks)
        new[kind] = records
    if officers := [o for body in new.get("organismes", ()) if (o := _officer(body, new, remarks))]:
        new["organismes"] += officers
    return new, remarks


def _one_record(kind: str, record: Record, remarks: list[Remark]) -> None:
    def say(field: str, message: str, *, lost: bool = False) -> None:
        remarks.append(
            Remark(record=f"{kind}/{record.get('id')}", field=field, message=message, lost=lost)
        )

    if kind in _DATES:
        _date(record, _DATES[kind])
    if kind in _BY_KIND:
        _BY_KIND[kind](record, say)


# Identifiers, dates, references


def _names(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the new identifier of each old one, each once."""
    old = [str(record["id"]) for record in records if "id" in record]
    new = {name: name for name in old if IDENTIFIANT.accepts(name)}
    for name in old:
        if name not in new:
            plain = _plain(name)
            number = 1
            while plain in new.values():
                number += 1
                plain = f"{_plain(name)[:95]}-{number}"
            new[name] = plain
    return new


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "-", letters).strip("-._")[:100].rstrip("-._") or "x"


def _rename(
    kind: str, record: Record, names: Mapping[str, Mapping[str, str]], remarks: list[Remark]
) -> None:
    old = record.get("id")
    new = names[kind].get(str(old), old)
    if new != old:
        record["id"] = new
        if kind == "traitements":
            record["reference"] = old
        else:
            _note(record, f"Identifiant en 0.9 : {old}")
        where = "reference" if kind == "traitements" else "note"
        message = f"{old!r} is no identifier in 1.0: {new!r}; the old one stands in {where}"
        remarks.append(Remark(record=f"{kind}/{new}", field="id", message=message))
    for owner, path, target in _REFERENCES:
        if owner == kind:
            *parents, field = path.split(".")
            part = record
            for parent in parents:
                if isinstance(part.get(parent), Mapping):
                    part[parent] = dict(part[parent])
                part = part.get(parent, {})
            if field in part:
                part[field] = _followed(
                    part[field], names[target], several=not parents and field.endswith("s")
                )


def _followed(value: Any, names: Mapping[str, str], *, several: bool) -> Any:
    if not several:
        return names.get(value, value) if isinstance(value, str) else value
    items = [names.get(item, item) if isinstance(item, str) else item for item in _items(value)]
    unique = [item for number, item in enumerate(items) if item not in items[:number]]
    return value if unique == _items(value) else unique


def _date(record: Record, field: str) -> None:
    if isinstance(record.get(field), str):
        with suppress(ValueError):  # 0.9 refused it too: what reads the result says so
            record[field] = dt.date.fromisoformat(record[field]).isoformat()


# What a text becomes


def _items(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(";") if part.strip()]
    return list(value) if isinstance(value, list | tuple) else [value]


def _is_set(value: Any) -> bool:
    return value is True or value == "true"


def _note(record: Record, text: str) -> None:
    record["note"] = f"{record['note']} ; {text}" if record.get("note") else text


def _code(text: Any, codes: Vocabulaire) -> str | None:
    """Return the code that a text is, or whose label it is."""
    wanted = str(text).strip().casefold()
    for terme in codes:
        if wanted in {name.casefold() for name in (terme.code, terme.fr, terme.en, terme.pt)}:
            return terme.code
    return None


def _licence(text: Any) -> str | None:
    wanted = str(text).strip().casefold()
    for licence in LICENCES.values():
        if wanted in (licence.spdx.casefold(), licence.nom.casefold()):
            return licence.spdx
    return text if isinstance(text, str) and SPDX.accepts(text) else None


# Kinds


def _officer(body: Record, register: Mapping[str, Any], remarks: list[Remark]) -> Record | None:
    """Move the address of a body's data protection officer to a body of its own."""
    if "contact" not in body:
        return None
    address = body.pop("contact")
    known = {other.get("id") for other in register["organismes"]}
    name = f"{str(body.get('id'))[:96]}-dpo"
    while name in known:
        name = f"{name[:98]}-x"
    body["dpo"] = name
    form = "courriel" if isinstance(address, str) and COURRIEL.accepts(address) else "adresse"
    message = f"the officer has a body of its own, {name!r}, with the address in contact.{form}"
    remarks.append(Remark(record=f"organismes/{body.get('id')}", field="contact", message=message))
    return {
        "id": name,
        "nom": f"Délégué à la protection des données ({body.get('nom')})",
        "type": "fonction",
        "contact": {form: address},
    }


def _traitement(record: Record, say: Say) -> None:
    if isinstance(record.get("finalites"), list):
        record["finalites"] = [_finalite(item) for item in record["finalites"]]
    _categories(record, say)
    if "sensible" in record and _is_set(record.pop("sensible")):
        text = "En 0.9 : données sensibles, sans dire de quelle catégorie"
        _note(record, text)
        message = (
            "0.9 did not say which special category: note says so; fill in categories_particulieres"
        )
        say("sensible", message, lost=True)
    if "aipd" in record and _is_set(record.pop("aipd")):
        record["aipd"] = {"etat": "faite"}
    if "destinataires" in record:
        record["destinataires"] = [
            {"type": "autre", "nom": text} for text in _items(record["destinataires"])
        ]
    if "securite" in record:
        record["securite"] = [
            {"type": "autre", "description": text} for text in _items(record["securite"])
        ]
    if isinstance(record.get("transferts"), list):
        record["transferts"] = [
            _transfert(item, number, say) for number, item in enumerate(record["transferts"])
        ]


def _finalite(item: Any) -> Any:
    if not isinstance(item, Mapping) or "base_legale" not in item:
        return item
    return {
        "bases_legales" if name == "base_legale" else name: [value]
        if name == "base_legale"
        else value
        for name, value in item.items()
    }


def _categories(record: Record, say: Say) -> None:
    kept = {"critere": record.pop("conservation")} if "conservation" in record else None
    texts = _items(record["categories_donnees"]) if "categories_donnees" in record else []
    categories: list[Record] = [{"categorie": "autre", "description": text} for text in texts]
    if texts:
        message = "each stands under 'autre' with its text; set its category"
        say("categories_donnees", message)
    if kept and not categories:
        categories = [{"categorie": "autre"}]
    if kept:
        categories = [item | {"conservation": kept} for item in categories]
    if categories or "categories_donnees" in record:
        record["categories_donnees"] = categories


def _transfert(item: Any, number: int, say: Say) -> Any:
    if not isinstance(item, Mapping) or "garantie" not in item:
        return item
    code = _code(item["garantie"], GARANTIES)
    if code is not None:
        return dict(item) | {"garantie": code}
    message = f"{item['garantie']!r} is no known safeguard: it stands in precision, and counts as not stated"
    say(f"transferts[{number}].garantie", message, lost=True)
    rest = {name: value for name, value in item.items() if name != "garantie"}
    return rest | {"precision": item["garantie"]}


def _application(record: Record, say: Say) -> None:
    place = record.get("hebergement")
    if not isinstance(place, Mapping):
        return
    place = record["hebergement"] = dict(place)
    if "garantie" in place:
        text = place.pop("garantie")
        code = _code(text, GARANTIES)
        if code is not None:
            place["garantie"] = code
        else:
            _note(record, f"Garantie en 0.9 : {text}")
            message = f"{text!r} is no known safeguard: it stands in note, and counts as not stated"
            say("hebergement.garantie", message, lost=True)
    if "rapatriement" in place:
        place["rapatriement"] = {"cible": place["rapatriement"], "etat": "prevu"}
        say(
            "hebergement.rapatriement",
            "its text is the target and its state 'prevu'; set the state",
        )


def _licensed(record: Record, say: Say) -> None:
    if "licence" not in record:
        return
    text = record["licence"]
    spdx = _licence(text)
    if spdx is None:
        del record["licence"]
        _note(record, f"Licence en 0.9 : {text}")
        say("licence", f"{text!r} is no SPDX identifier: it stands in note", lost=True)
    else:
        record["licence"] = spdx
        if spdx not in LICENCES:
            say("licence", f"{text!r} is kept, though the project knows no such licence; check it")


def _formation(record: Record, say: Say) -> None:
    try:
        first, last = int(record["debut"]), int(record["fin"])
    except (KeyError, TypeError, ValueError):
        return  # 0.9 refused it too
    if last < first:
        record["debut"], record["fin"] = record["fin"], record["debut"]
        say("fin", f"{last} was before the first year {first}; they are exchanged")


def _certification(record: Record, say: Say) -> None:
    if "referentiel" not in record:
        return
    text = record["referentiel"]
    code = _code(text, REFERENTIELS)
    if code is None:
        record |= {"referentiel": "autre", "precision": text}
        say("referentiel", f"{text!r} is no known scheme: 'autre', with its name in precision")
    else:
        record["referentiel"] = code


_BY_KIND: Mapping[str, Callable[[Record, Say], None]] = {
    "traitements": _traitement,
    "applications": _application,
    "algorithmes": _licensed,
    "jeux_de_donnees": _licensed,
    "formations": _formation,
    "certifications": _certification,
}
