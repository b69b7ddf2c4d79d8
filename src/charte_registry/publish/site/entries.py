"""The values of a record as a reader wants them: labels for codes, links for what is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

import attrs

from charte_registry.publish.site.addresses import ATTACHED, Addresses
from charte_registry.publish.site.reach import public_shapes, reach, states, title_of
from charte_registry.publish.site.words import Words
from charte_registry.records.application import ZONES
from charte_registry.records.formats import DUREE, FICHE, URL
from charte_registry.register import Register
from charte_registry.schema.shape import NUMBER, Shape
from charte_registry.vocabularies.countries import country
from charte_registry.vocabularies.country_names import NAMES

UP = "../"  # from the page of a record to the root of its language
# Fields whose value says by itself what it is.
PLAIN = frozenset(
    {
        "nom", "type", "organisme", "pays", "organisation", "destinataire", "garantie", "precision",
        "description", "liens", "url", "format", "fonction", "duree", "critere",
    }
)  # fmt: skip
PAGES = "pages/"  # how a record names a file of the office's


@attrs.frozen
class Inline:
    """A value in a line: its text, where it leads, and whether it is in the register's own words."""

    text: str
    href: str = ""
    own: bool = False


Item = tuple[Inline, ...]


@attrs.frozen
class Entry:
    """A field with its label: values, or parts with entries of their own."""

    label: str
    values: Item = ()
    parts: tuple[tuple[Entry, ...], ...] = ()


class Teller:
    """Says the values of records in a language.

    Parameters
    ----------
    register : Register
        The public extract.
    words : Words
        Words of the language.
    addresses : Addresses
        Where each record stands.
    attached : collection of str
        Files of the office's that the site carries.
    root : str
        From the page of a record to the root of the site.
    """

    register: Register
    words: Words
    addresses: Addresses
    attached: Collection[str]
    root: str

    def __init__(
        self, register: Register, words: Words, addresses: Addresses,
        attached: Collection[str] = (), root: str = UP,
    ) -> None:  # fmt: skip
        self.register, self.words, self.addresses = register, words, addresses
        self.attached, self.root = attached, root
        self._labels: dict[tuple[str, str], str] = {}
        self._names: dict[int, tuple[Shape, str]] = {}

    def label(self, shape: Shape) -> str:
        """Return what a field is called."""
        # The shape is kept beside its name, so that no other takes its place in memory.
        found = self._names.get(id(shape))
        if found is None:
            found = self._names[id(shape)] = shape, self.words.label(shape.labels)
        return found[1]

    def text(self, shape: Shape, value: Any) -> str:
        """Return a value as text: the label of a code, the title of a record, a date in words."""
        if shape.reference:
            record = self.register.records.get(shape.reference, {}).get(value)
            return str(value) if record is None else title_of(record)
        if shape.vocabulaire is not None and value in shape.vocabulaire:
            return self._label(shape, value)
        if isinstance(value, bool):
            return self.words.flag(value)
        if isinstance(value, dt.date):
            return self.words.day(value)
        if isinstance(value, int):
            # A year is no count.
            return str(value) if _is_year(shape, value) else self.words.number(value)
        if shape.name == "pays" and value in NAMES:
            return country(value).label(self.words.lang)
        if shape.form is DUREE:
            return self.words.duration(value)
        return str(value)

    def _label(self, shape: Shape, code: str) -> str:
        assert shape.vocabulaire is not None  # noqa: S101 - the caller asked
        key = shape.vocabulaire.nom, code
        if key not in self._labels:
            label = shape.vocabulaire.nomme(code).label(self.words.lang)
            if shape.vocabulaire is ZONES:  # whose places are those of the territory
                label = profile_words(self.register, self.words.lang).get(code, label)
            self._labels[key] = label
        return self._labels[key]

    def inline(self, shape: Shape, value: Any) -> Inline:
        """Return a value in a line."""
        text = self.text(shape, value)
        if shape.reference:
            return self.link(shape.reference, value)
        if not isinstance(value, str) or shape.choices:
            return Inline(text)
        if shape.form is FICHE:
            return self.link(*value.split("/", 1))
        if shape.form is URL or URL.accepts(value):
            return Inline(text, value)
        if value.startswith(PAGES) and value in self.attached:
            name = value.removeprefix(PAGES)
            return Inline(self.words("attached_file", name=name), self.attached_href(value))
        return Inline(text, own=text == value and shape.form is None)

    def attached_href(self, name: str) -> str:
        """Return where a file of the office's stands, from the page of a record."""
        return f"{self.root}{ATTACHED}/{name.removeprefix(PAGES)}"

    def link(self, kind: str, identifier: str) -> Inline:
        """Return the title of a record, with a link where it has a page."""
        record = self.register.records.get(kind, {}).get(identifier)
        if record is None:
            return Inline(identifier, own=True)
        address = self.addresses.of(kind, identifier)
        return Inline(title_of(record), f"{UP}{address}.html", own=True)

    def values(self, record: Any, path: str) -> Item:
        """Return what stands at a path, each once."""
        found = reach(self.register, record, path)
        return tuple(dict.fromkeys(self.inline(shape, v) for shape, v in found))

    def entry(self, shape: Shape, value: Any, skip: Collection[str] = (), path: str = "") -> Entry:
        """Return a field as an entry."""
        items = value if shape.several else (value,)
        if shape.part is None:
            return Entry(self.label(shape), tuple(self.inline(shape, item) for item in items))
        parts = (tuple(self.entries(item, skip, f"{path}.")) for item in items)
        return Entry(self.label(shape), parts=tuple(part for part in parts if part))

    def entries(self, record: Any, skip: Collection[str] = (), path: str = "") -> Iterator[Entry]:
        """Yield every field that a record states, but those at some paths.

        Parameters
        ----------
        record : record
            A record, or a part of one.
        skip : collection of str
            Paths that are told elsewhere.
        path : str
            Path of the part, with a dot at its end.

        Yields
        ------
        Entry
            In the order of the class.
        """
        for shape in public_shapes(type(record)).values():
            here = f"{path}{shape.name}"
            value = getattr(record, shape.name)
            if here in skip or not states(shape, value):
                continue
            entry = self.entry(shape, value, skip, here)
            if entry.values or entry.parts:
                yield entry

    def at(self, record: Any, path: str) -> Entry | None:
        """Return the entry of a path; none where the record says nothing there."""
        *above, name = path.split(".")
        holders = [record]
        for step in above:
            holders = [
                item
                for holder in holders
                if (shape := public_shapes(type(holder)).get(step)) is not None
                and states(shape, value := getattr(holder, step))
                for item in (value if shape.several else (value,))
            ]
        found: list[Entry] = []
        for holder in holders:
            shape = public_shapes(type(holder)).get(name)
            if shape is not None and states(shape, value := getattr(holder, name)):
                found.append(self.entry(shape, value, (), path))
        if not found:
            return None
        values = tuple(dict.fromkeys(value for entry in found for value in entry.values))
        return Entry(found[0].label, values, tuple(part for e in found for part in e.parts))

    def compact(self, part: Any) -> Item:
        """Return a part in one line: its values one after the other.

        What a name does not say by itself, such as a flag or a field of a profile, has its label.
        """
        return tuple(
            value if shape.name in PLAIN else self.labelled(shape, value)
            for shape in public_shapes(type(part)).values()
            if shape.part is None and states(shape, found := getattr(part, shape.name))
            for item in (found if shape.several else (found,))
            for value in (self.inline(shape, item),)
        )

    def labelled(self, shape: Shape, value: Inline) -> Inline:
        """Return a value with what it is in front."""
        return attrs.evolve(
            value, text=self.words("labelled", label=self.label(shape), value=value.text)
        )


def profile_words(register: Register, lang: str) -> dict[str, str]:
    """Return the words that the profile of a register has its own for, in a language."""
    stated = register.profile.statement.mot if register.profile is not None else ()
    return {mot.cle: str(getattr(mot, lang)) for mot in stated}


def _is_year(shape: Shape, value: int) -> bool:
    return shape.holds == NUMBER and shape.name in ("annee", "debut", "fin", "renouvelee")
