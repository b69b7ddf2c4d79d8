"""What changed between two registers, by meaning: moved host, changed phase, shortened retention."""

from __future__ import annotations

import html
import json
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.records import (
    KINDS,
    Assurance,
    CategorieDonnees,
    CategorieParticuliere,
    Destinataire,
    DetailDemandes,
    Distribution,
    DonneeTraitee,
    EtapeAction,
    Exigence,
    Finalite,
    MesureSecurite,
    NombreViolations,
    ParametreTraitement,
    PourLeCompte,
    Qualite,
    RisqueAnalyse,
    Transfert,
)
from charte_registry.records.base import internal, plain, unstructure
from charte_registry.register import Register
from charte_registry.vocabularies.countries import country, zone
from charte_registry.vocabularies.country_names import NAMES
from charte_registry.vocabularies.nouns import is_single

SHOWN = 80  # letters of a value in one line
NO_BREAK = "\N{NO-BREAK SPACE}"

# Natures of a change, the weightiest first, each with how it is told.
NATURES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "added": {"fr": "ajouté", "en": "added", "pt": "adicionado"},
        "removed": {"fr": "retiré", "en": "removed", "pt": "retirado"},
        "renamed": {
            "fr": "nouvel identifiant, auparavant {before}", "en": "new identifier, was {before}",
            "pt": "novo identificador, era {before}",
        },
        "host_moved": {
            "fr": "hébergement déplacé, {before} → {after}", "en": "hosting moved, {before} → {after}",
            "pt": "hospedagem transferida, {before} → {after}",
        },
        "phase_changed": {
            "fr": "phase, {before} → {after}", "en": "phase, {before} → {after}", "pt": "fase, {before} → {after}",
        },
        "retention_shortened": {
            "fr": "conservation raccourcie ({field}) : {before} → {after}",
            "en": "retention shortened ({field}): {before} → {after}",
            "pt": "conservação encurtada ({field}): {before} → {after}",
        },
        "retention_lengthened": {
            "fr": "conservation allongée ({field}) : {before} → {after}",
            "en": "retention lengthened ({field}): {before} → {after}",
            "pt": "conservação prolongada ({field}): {before} → {after}",
        },
        "derogation_added": {
            "fr": "{field} : nouvelle dérogation, {after}", "en": "{field}: new derogation, {after}",
            "pt": "{field}: nova derrogação, {after}",
        },
        "derogation_removed": {
            "fr": "{field} : dérogation retirée, auparavant {before}", "en": "{field}: derogation removed, was {before}",
            "pt": "{field}: derrogação retirada, era {before}",
        },
        "filled": {
            "fr": "{field} : renseigné, {after}", "en": "{field}: filled in, {after}", "pt": "{field}: preenchido, {after}",
        },
        "emptied": {
            "fr": "{field} : vidé, auparavant {before}", "en": "{field}: emptied, was {before}",
            "pt": "{field}: esvaziado, era {before}",
        },
        "changed": {
            "fr": "{field} : {before} → {after}", "en": "{field}: {before} → {after}", "pt": "{field}: {before} → {after}",
        },
    }
)  # fmt: skip

# What a part of a list is about: it tells the part from the others, whatever its place.
KEYS: Mapping[type[Any], tuple[str, ...]] = MappingProxyType(
    {
        Finalite: ("nom",),
        CategorieDonnees: ("categorie",),
        CategorieParticuliere: ("categorie",),
        Destinataire: ("type", "nom", "organisme"),
        Transfert: ("pays", "organisation", "destinataire"),
        MesureSecurite: ("type",),
        PourLeCompte: ("responsable",),
        Exigence: ("categorie", "referentiel"),
        Assurance: ("referentiel", "precision"),
        DonneeTraitee: ("nom",),
        ParametreTraitement: ("nom",),
        Distribution: ("url",),
        Qualite: ("dimension",),
        EtapeAction: ("phase", "depuis"),
        DetailDemandes: ("droit", "suite"),
        NombreViolations: ("nature",),
        RisqueAnalyse: ("nom",),
    }
)
PLACE = ("mode", "hebergeur", "pays", "subdivision", "zone")  # where data are hosted
_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", re.ASCII
)
_DAYS = (365.2425, 365.2425 / 12, 7.0, 1.0, 1 / 24, 1 / 1440)


@attrs.frozen(kw_only=True)
class Change:
    """One thing that changed.

    Parameters
    ----------
    record : str
        ``kind/id``, in the new register where it still stands there.
    nature : str
        One of ``NATURES``.
    field : str
        Path of the field; empty for a whole record.
    before, after : object
        Plain values; ``None`` where there was, or is, nothing.
    internal : bool
        Whether the field is internal, so that no public page may tell it.

    Examples
    --------
    >>> change = Change(record="actions/a", nature="phase_changed", field="phase", before="en_cours", after="realisee")
    >>> print(change.told("en"))
    actions/a: phase, under way → done
    """

    record: str
    nature: str
    field: str = ""
    before: Any = None
    after: Any = None
    internal: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain values that go to JSON.

        Returns
        -------
        dict
            What it holds, by name; dates as text.
        """
        return {
            "record": self.record, "nature": self.nature, "field": self.field,
            "before": plain(self.before, iso=True), "after": plain(self.after, iso=True),
            "internal": self.internal,
        }  # fmt: skip

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return f"<p>{html.escape(self.told())}</p>"

    def told(self, lang: str = "en") -> str:
        """Return the change in one line.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language; fields and codes are told by their labels.

        Returns
        -------
        str
            The record and what became of it.

        Raises
        ------
        RegisterError
            Where the language is none of the three.
        """
        words = NATURES[self.nature]
        if lang not in words:
            raise RegisterError("language", field="lang", value=lang, near=nearest(lang, words))
        label, codes = _described(KINDS.get(self.record.split("/")[0]), self.field, lang)
        before, after = (_short(_said(v, codes, lang), lang) for v in (self.before, self.after))
        sentence = words[lang].format(field=label, before=before, after=after)
        return f"{self.record}{NO_BREAK if lang == 'fr' else ''}: {sentence}"


def count_told(number: int, lang: str = "en") -> str:
    """Return how many changes there are, in words.

    Examples
    --------
    >>> count_told(1), count_told(0, "fr"), count_told(2, "pt")
    ('1 change', '0 changement', '2 mudanças')
    """
    one, several = {
        "fr": ("changement", "changements"), "en": ("change", "changes"), "pt": ("mudança", "mudanças"),
    }[lang]  # fmt: skip
    return f"{number} {one if is_single(number, lang) else several}"


def diff(before: Register, after: Register) -> tuple[Change, ...]:
    """Return what changed from one register to another.

    Parameters
    ----------
    before, after : Register
        The registers.

    Returns
    -------
    tuple of Change
        By nature, the weightiest first, then by record. A record under a new identifier that is
        otherwise the same is ``renamed``; parts of a list are told apart by what they are about,
        not by their place.

    Examples
    --------
    >>> from charte_registry import load_register
    >>> from charte_registry.records import Application, Hebergement
    >>> old = load_register("examples/nantes_2020")
    >>> home = Application(id="ap-442", nom="Application 442 (factice)", hebergement=Hebergement(mode="interne"), factice=True)
    >>> [change.nature for change in diff(old, old.with_record("applications", home))][:1]
    ['host_moved']
    """
    changes = [*_head(before, after), *_derogations(before, after)]
    for kind in {**before.kinds, **after.kinds}:
        old, new = before.records.get(kind, {}), after.records.get(kind, {})
        gone = {name: record for name, record in old.items() if name not in new}
        come = {name: record for name, record in new.items() if name not in old}
        renamed = _renamed(gone, come)
        for name, record in come.items():
            was = renamed.get(name)
            changes.append(
                Change(
                    record=f"{kind}/{name}", nature="renamed", field="id", before=was, after=name
                )
                if was is not None
                else Change(record=f"{kind}/{name}", nature="added", after=_title(record))
            )
        changes += [
            Change(record=f"{kind}/{name}", nature="removed", before=_title(record))
            for name, record in gone.items()
            if name not in renamed.values()
        ]
        for name in old:
            if name in new and old[name] != new[name]:
                changes += _record(f"{kind}/{name}", old[name], new[name])
    order = list(NATURES)
    return tuple(sorted(changes, key=lambda c: (order.index(c.nature), c.record, c.field)))


HEAD, PROFILE = "registre", "profil"


def _head(before: Register, after: Register) -> Iterator[Change]:
    """Yield what the manifest and the profile say otherwise."""
    for name in ("titre", "territoire", "etat_au", "annees", "source", "note", "profil"):
        old, new = getattr(before, name) or None, getattr(after, name) or None
        if old != new:
            yield Change(
                record=HEAD, nature=_nature(HEAD, name, old, new), field=name,
                before=_plain(old), after=_plain(new),
            )  # fmt: skip
    old_profile, new_profile = (
        unstructure(r.profile.statement, iso=True) if r.profile is not None else {}
        for r in (before, after)
    )
    for name in dict.fromkeys([*old_profile, *new_profile]):
        old, new = old_profile.get(name), new_profile.get(name)
        stated = old or new
        if not isinstance(stated, list) or not isinstance(stated[0], dict):
            if old != new:
                yield Change(
                    record=PROFILE,
                    nature=_nature(PROFILE, name, old, new),
                    field=name,
                    before=old,
                    after=new,
                )
            continue
        was, is_now = _stated(old or ()), _stated(new or ())
        for key in dict.fromkeys([*was, *is_now]):
            if was.get(key) != is_now.get(key):
                nature = (
                    "added" if key not in was else "removed" if key not in is_now else "changed"
                )
                told = (was.get(key), is_now.get(key)) if nature == "changed" else (None, None)
                yield Change(
                    record=f"{PROFILE}/{name}/{key}", nature=nature, field="" if nature != "changed" else name,
                    before=told[0], after=told[1],
                )  # fmt: skip


def _stated(items: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the statements of a profile by what they are about."""
    found: dict[str, Mapping[str, Any]] = {}
    for number, item in enumerate(items):
        name = item.get("id") or item.get("nom") or ", ".join(item.get("regles", ())) or str(number)
        found[f"{item['dans']}.{name}" if "dans" in item and "id" not in item else name] = item
    return found


def _derogations(before: Register, after: Register) -> Iterator[Change]:
    """Yield the derogations that came, went, or say otherwise why or until when."""
    old, new = (
        {(d.fiche, d.regle, d.champ): d for d in register.derogations}
        for register in (before, after)
    )
    for key in dict.fromkeys([*old, *new]):
        fiche, regle, champ = key
        name = f"derogation[{regle}{f', {champ}' if champ else ''}]"
        if key not in old or key not in new:
            was, now = old.get(key), new.get(key)
            yield Change(
                record=fiche, nature="derogation_removed" if now is None else "derogation_added",
                field=name, before=was and was.raison, after=now and now.raison,
            )  # fmt: skip
        elif old[key] != new[key]:
            for field, was, now, _ in _fields(old[key], new[key], f"{name}.", hidden=False):
                yield Change(
                    record=fiche,
                    nature=_nature(fiche, field, was, now),
                    field=field,
                    before=was,
                    after=now,
                )


def _renamed(gone: Mapping[str, Any], come: Mapping[str, Any]) -> dict[str, str]:
    """Return, for each new identifier of a record that is otherwise the same, the old one."""
    by_content: dict[str, list[str]] = {}
    for name, record in gone.items():
        by_content.setdefault(_content(record), []).append(name)
    found = {}
    for name, record in come.items():
        same = by_content.get(_content(record), [])
        if same:
            found[name] = same.pop(0)
    return found


def _content(record: Any) -> str:
    data = unstructure(record)
    data.pop("id", None)
    return repr(data)


def _title(record: Any) -> str | None:
    return getattr(record, "nom", None) or getattr(record, "intitule", None)


def _record(name: str, before: Any, after: Any) -> Iterator[Change]:
    moved = name.startswith("applications/") and _moved(_place(before), _place(after))
    if moved:
        yield Change(
            record=name, nature="host_moved", field="hebergement",
            before=_place(before), after=_place(after),
        )  # fmt: skip
    for field, old, new, hidden in _fields(before, after, "", hidden=False):
        if not (moved and field.removeprefix("hebergement.") in PLACE):
            nature = _nature(name, field, old, new)
            yield Change(
                record=name, nature=nature, field=field, before=old, after=new, internal=hidden
            )


def _moved(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Return whether data are hosted elsewhere: what is stated for the first time moves nothing."""
    if any(name in after and after[name] != value for name, value in before.items()):
        return True
    # A country in the place of its zone is the same place, told better.
    zones = [zone(at["pays"]) if "pays" in at else at.get("zone") for at in (before, after)]
    return None not in zones and zones[0] != zones[1]


def _place(application: Any) -> dict[str, str]:
    """Return what tells where an application is hosted."""
    at = application.hebergement
    return {name: value for name in PLACE if (value := getattr(at, name)) is not None}


def _nature(name: str, field: str, before: Any, after: Any) -> str:
    if name.startswith("actions/") and field == "phase":
        return "phase_changed"
    if field.endswith("conservation.duree") and before is not None and after is not None:
        old, new = _days(before), _days(after)
        if old != new:
            return "retention_shortened" if new < old else "retention_lengthened"
    if before in (None, ()):
        return "filled"
    return "emptied" if after in (None, ()) else "changed"


def _days(duration: str) -> float:
    """Return about how many days a duration lasts; twelve months are exactly a year."""
    found = _DURATION.fullmatch(duration)
    parts = found.groups() if found else ()
    return round(sum(int(n or 0) * d for n, d in zip(parts, _DAYS, strict=False)), 6)


def _fields(
    before: Any, after: Any, path: str, *, hidden: bool
) -> Iterator[tuple[str, Any, Any, bool]]:
    """Yield path, old and new plain value of each field that differs, and whether it is internal."""
    marked = internal(type(after))
    for field in attrs.fields(type(after)):
        old: Any = getattr(before, field.name, None)
        new: Any = getattr(after, field.name)
        if old == new:
            continue
        here, secret = f"{path}{field.name}", hidden or field.name in marked
        if attrs.has(type(old)) and attrs.has(type(new)):
            yield from _fields(old, new, f"{here}.", hidden=secret)
        elif _are_parts(old) and _are_parts(new):
            yield from _parts(old, new, here, hidden=secret)
        else:
            yield here, _plain(old), _plain(new), secret


def _are_parts(value: Any) -> bool:
    return isinstance(value, tuple) and all(attrs.has(type(item)) for item in value)


def _parts(
    before: Sequence[Any], after: Sequence[Any], path: str, *, hidden: bool
) -> Iterator[tuple[str, Any, Any, bool]]:
    """Compare two lists of parts, each part with the one that is about the same."""
    old, new = _by_key(before), _by_key(after)
    for key in [*old, *(key for key in new if key not in old)]:
        here = f"{path}[{key}]"
        if key not in old or key not in new:
            yield here, _plain(old.get(key)), _plain(new.get(key)), hidden
        elif old[key] != new[key]:
            yield from _fields(old[key], new[key], f"{here}.", hidden=hidden)


def _by_key(items: Sequence[Any]) -> dict[str, Any]:
    """Return parts by what they are about; those about the same are numbered."""
    found: dict[str, Any] = {}
    for item in items:
        names = next((keys for cls, keys in KEYS.items() if isinstance(item, cls)), ())
        values = [getattr(item, name) for name in names]
        about = ", ".join(str(value) for value in values if value is not None)
        key, number = about, 1
        while key in found:
            number += 1
            key = f"{about} ({number})"
        found[key] = item
    return found


def _plain(value: Any) -> Any:
    if value is None or value == ():
        return None
    if attrs.has(type(value)):
        return unstructure(value, iso=True)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _described(
    cls: type[Any] | None, path: str, lang: str
) -> tuple[str, Mapping[str, Mapping[str, str]]]:
    """Return what a field is called, and its codes with their labels, by field for a part."""
    labels: list[str] = []
    codes: dict[str, Mapping[str, str]] = {}
    for step in filter(None, re.split(r"\.(?![^\[]*\])", path)):
        name, bracket, about = step.partition("[")
        field = attrs.fields_dict(attrs.resolve_types(cls)).get(name) if cls else None
        if cls is None or field is None:
            return path, {}
        labels.append(field.metadata[lang] + (f" [{about}" if bracket else ""))
        codes = {"": _labels(field, lang)}
        kind = field.type
        cls = next((part for part in (*typing.get_args(kind), kind) if attrs.has(part)), None)
    if cls is not None:
        codes |= {field.name: _labels(field, lang) for field in attrs.fields(cls)}
    return ", ".join(labels), codes


def _labels(field: attrs.Attribute[Any], lang: str) -> Mapping[str, str]:
    terms = field.metadata["vocabulaire"]
    return {term.code: term.label(lang) for term in terms} if terms is not None else {}


def _said(value: Any, codes: Mapping[str, Mapping[str, str]], lang: str, name: str = "") -> Any:
    """Return a plain value with labels in the place of its codes."""
    if isinstance(value, Mapping):
        return {key: _said(inner, codes, lang, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_said(inner, codes, lang, name) for inner in value]
    if name == "pays" and value in NAMES:
        return country(value).label(lang)
    return codes.get(name, {}).get(value, value) if isinstance(value, str) else value


def _short(value: Any, lang: str) -> str:
    """Return a value as a reader wants it in one line."""
    if isinstance(value, Mapping):
        return ", ".join(_short(inner, lang) for inner in value.values())
    if isinstance(value, list):
        return ", ".join(_short(inner, lang) for inner in value)
    if isinstance(value, bool):
        return {"fr": ("non", "oui"), "en": ("no", "yes"), "pt": ("não", "sim")}[lang][value]
    text = "–" if value is None else str(value).replace("\n", " ")
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
