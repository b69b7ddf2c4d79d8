"""Which sheets the workbook has and which columns they have, from the classes of the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import attrs

from charte_registry.exchange.exporters.spreadsheet import page_names
from charte_registry.exchange.workbook.words import words
from charte_registry.files.flat_tables import may_be_empty
from charte_registry.records.base import INTERNE
from charte_registry.records.manifeste import Manifeste
from charte_registry.schema.shape import Shape, kind_labels, shapes

REGISTRE = "registre"  # the kind of the manifest, whose only record has that identifier
NAMES = ("nom", "intitule", "titre")  # fields that a record is called by
_LEFT_OUT = frozenset(["schema", "profil"])  # of the manifest: they go with the files
_LONGEST = 31  # letters of the name of a sheet


@attrs.frozen(kw_only=True)
class Column:
    """A column that holds a field.

    Parameters
    ----------
    steps : tuple of str
        Names that lead from the record, or the part that a row is, to the field.
    label : str
        Title, which no other column of the sheet has.
    shape : Shape
        What the field holds.
    internal : bool
        Whether the public extract leaves it out.
    required : bool
        Whether a row must fill it in.
    presence : bool
        Whether it only says that an optional part is there.
    """

    steps: tuple[str, ...]
    label: str
    shape: Shape = attrs.field(repr=False, eq=False)  # the title tells columns apart
    internal: bool
    required: bool
    presence: bool = False


@attrs.frozen
class Key:
    """A column that says which record a row belongs to, or at which place of a list it stands.

    Parameters
    ----------
    label : str
        Title.
    place : bool
        Whether it is a place, from 1; else it names the record.
    """

    label: str
    place: bool


@attrs.frozen(kw_only=True)
class Plan:
    """A sheet: the records of a kind, or the parts of a list inside them.

    Parameters
    ----------
    kind : str
        Kind of the records.
    path : tuple of str
        Lists that lead to the rows, each a dotted path; empty for the records themselves.
    sheet : str
        Name of the sheet.
    label : str
        What a row is.
    part : type
        Class of a row.
    keys : tuple of Key
        Columns that say where a part belongs: its record, then its place in each list.
    columns : tuple of Column
        Columns that hold fields.
    internal : bool
        Whether the whole sheet is internal.
    """

    kind: str
    path: tuple[str, ...]
    sheet: str
    label: str
    part: type[Any] = attrs.field(repr=False)
    keys: tuple[Key, ...] = attrs.field(repr=False)
    columns: tuple[Column, ...] = attrs.field(repr=False)
    internal: bool = False

    @property
    def title(self) -> str:
        """The kind and the lists, as the state of a workbook names them."""
        return ">".join((self.kind, *self.path))

    @property
    def name_field(self) -> str:
        """The field that a record is called by, ``id`` where it has no name."""
        return name_field(self.part)


@cache
def _of_kind(kind: str, cls: type[Any], lang: str) -> tuple[Plan, ...]:
    return tuple(_walk(kind, (), cls, kind_label(kind, cls, lang), (), lang, internal=False))


def _shortened(text: str) -> str:
    """Return a text of at most 31 letters: cut after a word that does not ask for another."""
    if len(text) <= _LONGEST:
        return text
    words = text[:_LONGEST].split(" ")[:-1]
    while len(words[-1]) < 4:
        words.pop()
    return " ".join(words).rstrip(",") + "…"


def at(item: Any, steps: Sequence[str]) -> Any:
    """Return the value of a field inside a record or a part, a list as a list; None where it is not there."""
    for step in steps:
        if item is None:
            return None
        item = getattr(item, step)
    return list(item) if isinstance(item, tuple) else item


def plans(kinds: Mapping[str, type[Any]], lang: str, only: tuple[str, ...] = ()) -> list[Plan]:
    """Return the sheets of kinds of records, the manifest's first.

    Parameters
    ----------
    kinds : mapping of str to type
        Class of each kind; those of a profile have more fields.
    lang : {"fr", "en", "pt"}
        Language of titles and names.
    only : tuple of str
        Kinds to take; all of them, and the manifest, where empty.

    Returns
    -------
    list of Plan
        For each kind the sheet of its records, then those of the lists inside them.
    """
    made: list[Plan] = []
    every: dict[str, type[Any]] = {REGISTRE: Manifeste, **kinds}
    for number, (kind, cls) in enumerate(every.items()):
        if not only or kind in only:
            found = _of_kind(kind, cls, lang)  # type: ignore[arg-type] # classes are hashable
            for place, plan in enumerate(found):
                short = capital(plan.label)
                sheet = f"{number}.{place} {short}" if place else f"{number} {short}"
                made.append(attrs.evolve(plan, sheet=_shortened(sheet.replace("'", "’"))))
    names = page_names([plan.sheet for plan in made])
    return [attrs.evolve(plan, sheet=name) for plan, name in zip(made, names, strict=True)]


def name_field(cls: type[Any]) -> str:
    """Return the field that a record of a class is called by, ``id`` where it has no name."""
    known = attrs.fields_dict(cls)
    return next((name for name in NAMES if name in known), "id")


def kind_label(kind: str, cls: type[Any], lang: str) -> str:
    """Return what a record of a kind is."""
    if kind == REGISTRE:
        return str(words(lang)["register"])
    return kind_labels(cls)[lang]


def capital(text: str) -> str:
    """Return text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _walk(
    kind: str, path: tuple[str, ...], cls: type[Any], label: str, outer: tuple[str, ...], lang: str,
    *, internal: bool, owner: str = "",
) -> Iterator[Plan]:  # fmt: skip
    columns: list[Column] = []
    lists: list[tuple[str, Shape, str, bool]] = []
    _columns(cls, (), (), columns, lists, lang, internal=internal, needed=True)
    titles = [column.label for column in columns]
    columns = [
        column if titles.count(column.label) == 1
        else attrs.evolve(column, label=f"{column.label} ({'.'.join(column.steps)})")
        for column in columns
    ]  # fmt: skip
    if not path and name_field(cls) != "id":  # a person looks for the name first
        columns.sort(key=lambda column: column.steps == ("id",))
    yield Plan(
        kind=kind, path=path, sheet="", label=label, part=cls, columns=tuple(columns),
        keys=tuple(_keys(owner, outer, lang)) if path else (), internal=internal,
    )  # fmt: skip
    for step, shape, said, hidden in lists:
        if shape.part is not None:
            inside = (*outer, label) if path else ()
            yield from _walk(
                kind, (*path, step), shape.part, said, inside, lang,
                internal=hidden, owner=owner if path else "" if kind == REGISTRE else label,
            )  # fmt: skip


def _keys(owner: str, outer: tuple[str, ...], lang: str) -> Iterator[Key]:
    said = words(lang)
    if owner:
        yield Key(capital(owner), place=False)
    for label in outer:
        yield Key(said["outer_number"].format(label=label), place=True)
    yield Key(said["number"], place=True)


def _columns(
    cls: type[Any], steps: tuple[str, ...], labels: tuple[str, ...], columns: list[Column],
    lists: list[tuple[str, Shape, str, bool]], lang: str, *, internal: bool, needed: bool,
) -> None:  # fmt: skip
    for shape in shapes(cls):
        if cls is Manifeste and shape.name in _LEFT_OUT:
            continue
        here, said = (*steps, shape.name), (*labels, shape.labels[lang])
        hidden = internal or shape.visibility == INTERNE
        label = capital(", ".join(said))
        if shape.part is not None and shape.several:
            lists.append((".".join(here), shape, ", ".join(said), hidden))
        elif shape.part is not None:
            if not shape.required and may_be_empty(shape.part):
                columns.append(
                    Column(
                        steps=here, label=capital(words(lang)["concerned"].format(label=", ".join(said))),
                        shape=shape, internal=hidden, required=False, presence=True,
                    )
                )  # fmt: skip
            _columns(
                shape.part, here, said, columns, lists, lang,
                internal=hidden, needed=needed and shape.required,
            )  # fmt: skip
        else:
            columns.append(
                Column(
                    steps=here, label=label, shape=shape, internal=hidden,
                    required=needed and shape.required and (here != ("id",) or name_field(cls) == "id"),
                )
            )  # fmt: skip
