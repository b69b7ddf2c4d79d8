"""The classes of a territory: those of the schema, with the fields and the codes of a profile."""

from __future__ import annotations

import datetime as dt
import keyword
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs

from charte_registry.errors import nearest
from charte_registry.profiles.statement import ChampProfil, ListeProfil
from charte_registry.records import formats
from charte_registry.records.base import PUBLIC, champ
from charte_registry.schema.shape import Shape, shapes
from charte_registry.vocabularies.vocabulaire import Terme, Vocabulaire

Report = Callable[..., None]

MADE_IN = __name__  # module of the classes that a profile makes
_FORMATS = {
    "adresse_web": formats.URL, "courriel": formats.COURRIEL, "duree": formats.DUREE,
    "langue": formats.LANGUE, "spdx": formats.SPDX, "subdivision": formats.SUBDIVISION,
}  # fmt: skip
# What figures, pages and rules count by: how far things are, where data are, on what scheme.
FIXED = frozenset(
    {
        "conclusions_aipd", "engagements", "etats_clause", "etats_partage", "etats_rapatriement", "modes",
        "phases", "referentiels", "risques_residuels", "statuts", "zones",
    }
)  # fmt: skip
_TYPES: Mapping[str, Any] = {
    "texte": str, "textes": str, "nombre": int, "drapeau": bool, "date": dt.date,
}  # fmt: skip


def extended(
    kinds: Mapping[str, type[Any]],
    fields: Sequence[ChampProfil],
    lists: Sequence[ListeProfil],
    report: Report,
    public: Collection[str] = (),
) -> dict[str, type[Any]]:
    """Return the classes by kind with what a profile adds and changes.

    Parameters
    ----------
    kinds : mapping of str to type
        Classes of the schema by kind.
    fields : sequence of ChampProfil
        Fields to add.
    lists : sequence of ListeProfil
        Code lists, of the new fields and of fields that are there.
    report : callable
        Told the path inside the profile, the code of what is wrong there, and its data.
    public : collection of str
        Paths of the notes that are published.

    Returns
    -------
    dict of str to type
        The same classes where nothing changes; subclasses of them, of the same name, where
        something does.
    """
    builder = _Builder(kinds, fields, lists, report, public)
    found = {kind: builder.of(cls, kind) for kind, cls in kinds.items()}
    builder.report_unused()
    return found


class _Builder:
    """What is to be added and changed, by path; and what of it has found its place."""

    def __init__(
        self,
        kinds: Mapping[str, type[Any]],
        fields: Sequence[ChampProfil],
        lists: Sequence[ListeProfil],
        report: Report,
        public: Collection[str],
    ) -> None:
        self.fields, self.lists, self.report, self.public = fields, lists, report, public
        self.codes = {codes.nom: _vocabulaire(codes) for codes in lists}
        taken = {shape.vocabulaire.nom for _, shape in paths(kinds) if shape.vocabulaire}
        for number, codes in enumerate(lists):
            if codes.nom in taken:
                report(f"liste[{number}].nom", "profile_list_taken", value=codes.nom)
        self.placed: set[tuple[str, int, str]] = set()

    def of(self, cls: type[Any], path: str) -> type[Any]:
        """Return the class of what stands at a path."""
        body: dict[str, Any] = {}
        hints: dict[str, Any] = {}
        for shape in shapes(cls):
            here = f"{path}.{shape.name}"
            if shape.part is not None:
                part = self.of(shape.part, here)
                if part is not shape.part:
                    body[shape.name] = _restated(shape, None)
                    hints[shape.name] = _hint(part, shape)
            elif here in self.public and shape.name == "note":
                self.placed.add(("publics", 0, here))
                body[shape.name] = _restated(shape, None, PUBLIC)
                hints[shape.name] = _hint(str, shape)
            elif (codes := self._codes(shape, here)) is not None:
                body[shape.name] = _restated(shape, codes)
                hints[shape.name] = _hint(str, shape)
        for number, added in enumerate(self.fields):
            if added.dans == path:
                self.placed.add(("champ", number, path))
                if self._free(added.nom, cls, body, number):
                    body[added.nom], hints[added.nom] = self._added(added, number)
        return _subclass(cls, path, body, hints) if body else cls

    def _codes(self, shape: Shape, path: str) -> Vocabulaire | None:
        for number, codes in enumerate(self.lists):
            if path in codes.champs:
                self.placed.add(("liste", number, path))
                if not shape.choices:
                    self.report(
                        f"liste[{number}].champs", "profile_no_codes", value=path, path=path
                    )
                    continue
                if shape.vocabulaire is not None and shape.vocabulaire.nom in FIXED:
                    where = f"liste[{number}].champs"
                    self.report(where, "profile_fixed_list", value=path, path=path)
                    continue
                return self._changed(shape, codes, number)
        return None

    def _changed(self, shape: Shape, codes: ListeProfil, number: int) -> Vocabulaire:
        own = self.codes[codes.nom]
        kept = shape.vocabulaire.termes if shape.vocabulaire is not None else ()
        if codes.mode == "remplace":
            kept = ()
        twice = {terme.code for terme in kept} & set(own.codes)
        for code in sorted(twice):
            self.report(f"liste[{number}].code", "profile_code_taken", value=code)
        if not kept:
            return own
        known = shape.vocabulaire or own
        return attrs.evolve(
            own,
            nom=f"{known.nom}+{own.nom}",
            source=f"{known.source} ; {own.source}",
            termes=(*kept, *own.termes),
        )

    def _free(self, name: str, cls: type[Any], body: Mapping[str, Any], number: int) -> bool:
        if hasattr(cls, name) or name in body or keyword.iskeyword(name):
            self.report(f"champ[{number}].nom", "profile_name_taken", value=name, kind=cls.__name__)
            return False
        return True

    def _added(self, added: ChampProfil, number: int) -> tuple[Any, Any]:
        codes = None
        if added.liste is not None:
            codes = self.codes.get(added.liste)
            if codes is None:
                near = nearest(added.liste, self.codes)
                self.report(
                    f"champ[{number}].liste", "profile_no_list", value=added.liste, near=near
                )
            self.placed |= {
                ("liste", n, "") for n, listed in enumerate(self.lists) if listed.nom == added.liste
            }
        if added.obligatoire and added.visibilite != PUBLIC:
            self.report(
                f"champ[{number}].obligatoire", "profile_required_internal", value=added.nom
            )
        textual = added.type in ("texte", "textes")
        for other in ("liste", "format", "reference"):
            if getattr(added, other) is not None and not textual:
                self.report(f"champ[{number}].{other}", "profile_type_has_none", value=added.type)
        several = added.type == "textes"
        kind = _TYPES[added.type]
        default: Any = () if several else False if kind is bool else None
        field = champ(
            added.fr, added.en, added.pt, source=added.source, visibility=added.visibilite,
            choices=codes or (), form=_FORMATS[added.format] if added.format else None,
            reference=added.reference or "",
            default=attrs.NOTHING if added.obligatoire else default,
        )  # fmt: skip
        if several:
            return field, tuple[kind, ...]  # type: ignore[valid-type] # a class, at run time
        return field, kind if added.obligatoire or default is not None else kind | None

    def report_unused(self) -> None:
        """Say what has found no place."""
        for path in self.public:
            if ("publics", 0, path) not in self.placed:
                self.report("publics", "profile_no_note", value=path)
        for number, added in enumerate(self.fields):
            if ("champ", number, added.dans) not in self.placed:
                self.report(f"champ[{number}].dans", "profile_no_place", value=added.dans)
        for number, codes in enumerate(self.lists):
            for path in codes.champs:
                if ("liste", number, path) not in self.placed:
                    self.report(f"liste[{number}].champs", "profile_no_schema_field", value=path)
            if not codes.champs and ("liste", number, "") not in self.placed:
                self.report(f"liste[{number}].nom", "profile_list_unused", value=codes.nom)


def _vocabulaire(codes: ListeProfil) -> Vocabulaire:
    return Vocabulaire(
        nom=codes.nom,
        source=codes.source,
        reviewed=codes.revu_le,
        termes=tuple(
            Terme(code=c.code, fr=c.fr, en=c.en, pt=c.pt, source=c.source) for c in codes.code
        ),
    )


def _restated(shape: Shape, codes: Vocabulaire | None, visibility: str = "") -> Any:
    """Return a field of the schema, with other codes where they are given."""
    return champ(
        shape.labels["fr"], shape.labels["en"], shape.labels["pt"],
        source=codes.source if codes is not None else shape.source, visibility=visibility or shape.visibility,
        choices=codes or shape.vocabulaire or shape.choices, form=shape.form,
        reference=shape.reference, default=shape.default,
    )  # fmt: skip


def _hint(kind: type[Any], shape: Shape) -> Any:
    if shape.several:
        return tuple[kind, ...]  # type: ignore[valid-type]
    return kind if shape.required or shape.default is not None else kind | None


def _subclass(
    cls: type[Any], path: str, body: Mapping[str, Any], hints: Mapping[str, Any]
) -> type[Any]:
    """Return a subclass that states fields anew, each in the place of the one that it replaces."""
    known = [field.name for field in attrs.fields(cls)]

    def in_order(_: type[Any], fields: list[attrs.Attribute[Any]]) -> list[attrs.Attribute[Any]]:
        names = known + [field.name for field in fields if field.name not in known]
        return sorted(fields, key=lambda field: names.index(field.name))

    # A kind keeps its name; a part may stand elsewhere unchanged, so its name says where it stands.
    name = cls.__name__ if "." not in path else f"{cls.__name__}_{path.replace('.', '_')}"
    namespace = {
        "__doc__": cls.__doc__,
        "__module__": __name__,
        "__annotations__": dict(hints),
        **body,
    }
    decorate = attrs.frozen(kw_only=True, field_transformer=in_order)
    made: type[Any] = decorate(type(name, (cls,), namespace))
    return made


def paths(kinds: Mapping[str, type[Any]]) -> Iterator[tuple[str, Shape]]:
    """Yield every field of every kind, its dotted path first."""

    def walk(cls: type[Any], path: str) -> Iterator[tuple[str, Shape]]:
        for shape in shapes(cls):
            here = f"{path}.{shape.name}"
            yield here, shape
            if shape.part is not None:
                yield from walk(shape.part, here)

    for kind, cls in kinds.items():
        yield from walk(cls, kind)


def classes_by_path(kinds: Mapping[str, type[Any]]) -> dict[str, type[Any]]:
    """Return the class of every kind and of every part of one, by its dotted path."""
    parts = {path: shape.part for path, shape in paths(kinds) if shape.part is not None}
    return {**kinds, **parts}
