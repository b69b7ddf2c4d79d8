"""The sections of a record's page: each a plain question, and what the register answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import attrs

from charte_registry.publish.report.diagram import drawn
from charte_registry.publish.site.entries import PAGES, Entry, Inline, Item, Teller
from charte_registry.publish.site.layout import Layout, Question
from charte_registry.publish.site.naming import plural_of
from charte_registry.publish.site.reach import public_shapes, states, title_of
from charte_registry.publish.site.words import NO_BREAK
from charte_registry.records import Algorithme, CategorieParticuliere, Infractions, Nir
from charte_registry.vocabularies.sources import source_in

FRAMED = (".html",)  # what a page shows inside itself
PICTURES = (".svg", ".png")
SHOWN = 30  # records of a kind that a page links back to
RIGHTS = "demandes_droits"  # the kind whose codes are the rights that people have


@attrs.frozen(kw_only=True)
class Block:
    """Something that a section holds; one of them is not empty.

    Parameters
    ----------
    entries : tuple of Entry
        Labels with their values.
    items : tuple of Item
        A list; each item is values in a line.
    head, rows : tuple
        A table; each cell is values in a line.
    text : str
        A sentence.
    lead : str
        What stands before a list.
    drawing : str
        A diagram, as SVG in which every value is escaped.
    frame, picture : str
        Address of a page or a picture to show, with ``text`` as its title.
    """

    entries: tuple[Entry, ...] = ()
    items: tuple[Item, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Item, ...], ...] = ()
    text: str = ""
    lead: str = ""
    drawing: str = ""
    frame: str = ""
    picture: str = ""


@attrs.frozen
class Section:
    """A heading and what stands under it."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@attrs.frozen
class Context:
    """What the sections of every page of a language draw from.

    Parameters
    ----------
    teller : Teller
        Says values.
    incoming : mapping
        Identifiers by kind of what names a record, by kind and identifier of the record.
    authority : str
        Name of the data protection authority; empty where it is not known.
    contact : str
        Where people may write; empty where it is not told.
    """

    teller: Teller
    incoming: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]
    authority: str = ""
    contact: str = ""
    rights: tuple[Item, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        rights = tuple(
            (_sourced(self.teller, shape, code),)
            for shape, code in _rights_of(self.teller)
            if shape.vocabulaire is not None and shape.vocabulaire.nomme(code).source
        )
        object.__setattr__(self, "rights", rights)


View = Callable[[Context, Question, Any], Iterator[Block]]


def sections(context: Context, layout: Layout, kind: str, record: Any) -> Iterator[Section]:
    """Yield the sections of a record's page.

    Parameters
    ----------
    context : Context
        What they draw from.
    layout : Layout
        The questions of the kind.
    kind : str
        The kind.
    record : record
        The record, of the public extract.

    Yields
    ------
    Section
        The questions of the layout, those without an answer left out unless the layout says how to
        say so; then all other fields, then what links to the record.
    """
    words = context.teller.words
    for question in layout.questions:
        blocks = tuple(VIEWS[question.view](context, question, record))
        if not blocks and question.empty:
            blocks = (Block(text=words(f"empty.{question.empty}")),)
        if blocks:
            yield Section(question.title, words(f"sections.{question.title}"), blocks)
        if question.view == "flow":
            yield from _attached(context, record)
    if not any(question.view == "flow" for question in layout.questions):
        yield from _attached(context, record)
    told = {"id", *TITLE_FIELDS, "factice", *layout.covered}
    others = tuple(context.teller.entries(record, told))
    if others:
        title = words("other") if layout.questions else words("sections.what")
        yield Section("other", title, (Block(entries=others),))
    links = tuple(_links(context, kind, record))
    if links:
        yield Section("links", words("links"), links)


TITLE_FIELDS = ("nom", "intitule", "titre")


def _fields(context: Context, question: Question, record: Any) -> Iterator[Block]:
    told = [context.teller.at(record, path) for path in question.fields]
    found = tuple(entry for entry in told if entry is not None)
    if len(question.fields) == 1 and found and found[0].values:
        yield Block(items=tuple((value,) for value in found[0].values))
    elif found:
        yield Block(entries=found)


def _ground(context: Context, _: Question, record: Any) -> Iterator[Block]:
    """Tell the legal ground of each purpose; the purpose itself where there are several."""
    rows = []
    for purpose in record.finalites:
        shapes = public_shapes(type(purpose))
        bases = [
            _sourced(context.teller, shapes["bases_legales"], code)
            for code in purpose.bases_legales
        ]
        texts = [Inline(purpose.texte, own=True)] if purpose.texte else []
        if bases or texts:
            rows.append((Inline(purpose.nom, own=True), tuple(bases + texts)))
    if len(rows) == 1 or len({told for _, told in rows}) == 1:
        yield Block(items=tuple((value,) for value in rows[0][1]))
    elif rows:
        yield Block(entries=tuple(Entry(name.text, told) for name, told in rows))


def _sourced(teller: Teller, shape: Any, code: str) -> Inline:
    """Return a code with the article that states it, as the territory's list of codes has it."""
    lang = teller.words.lang
    label = teller.text(shape, code)
    codes = shape.vocabulaire
    source = codes.nomme(code).source if codes is not None and code in codes else ""
    article = source_in(source, lang).replace("art. ", f"art.{NO_BREAK}")
    return Inline(f"{label} ({article})" if source else label)


def _data(context: Context, question: Question, record: Any) -> Iterator[Block]:
    """Tell each category of data with how long it is kept."""
    words = context.teller.words
    rows: list[tuple[Item, Item, Item]] = []
    for name in question.fields:
        shape = public_shapes(type(record)).get(name)
        value = getattr(record, name, None)
        if shape is None or not states(shape, value):
            continue
        parts: Any = value if shape.several else (value,)
        rows.extend(_data_row(context, shape, part) for part in parts)
    head = words("category"), words("detail"), words("kept")
    if rows and not any(detail for _, detail, _ in rows):
        yield Block(head=(head[0], head[2]), rows=tuple((row[0], row[2]) for row in rows))
    elif rows:
        yield Block(head=head, rows=tuple(rows))


def _data_row(context: Context, shape: Any, part: Any) -> tuple[Item, Item, Item]:
    teller, words = context.teller, context.teller.words
    inner = public_shapes(type(part))
    label = (
        teller.text(inner["categorie"], part.categorie) if "categorie" in inner else teller.label(shape)
    )  # fmt: skip
    category = [Inline(label[:1].upper() + label[1:])]
    if isinstance(part, CategorieParticuliere | Infractions | Nir):
        category.append(Inline(words("special")))
    detail = [
        item
        for name, field in inner.items()
        if name not in ("categorie", "conservation") and states(field, getattr(part, name))
        for item in _several(teller, field, getattr(part, name))
    ]
    kept = part.conservation
    if kept is None:
        return tuple(category), tuple(detail), (Inline(words("not_stated")),)
    fields = public_shapes(type(kept))
    told = []
    for name, field in fields.items():
        value = getattr(kept, name)
        if not states(field, value):
            continue
        if name == "declencheur":
            told.append(Inline(words("from_event", event=value)))
        else:
            told += _several(teller, field, value)
    return tuple(category), tuple(detail), tuple(told)


def _several(teller: Teller, shape: Any, value: Any) -> list[Inline]:
    if shape.part is not None:
        parts = value if shape.several else (value,)
        return [item for part in parts for item in teller.compact(part)]
    return [teller.inline(shape, item) for item in (value if shape.several else (value,))]


def _recipients(context: Context, question: Question, record: Any) -> Iterator[Block]:
    """Tell who receives data, and where they go or are hosted."""
    teller, words = context.teller, context.teller.words
    for name in question.fields:
        shape = public_shapes(type(record)).get(name)
        value = getattr(record, name, ())
        if shape is None or not states(shape, value):
            continue
        if name == "applications":
            items = tuple(_hosted(context, identifier) for identifier in value)
            yield Block(lead=words("tools"), items=items)
        elif shape.part is None:
            links = tuple((teller.inline(shape, item),) for item in value)
            yield Block(lead=teller.label(shape), items=links)
        else:
            yield Block(lead=teller.label(shape), items=tuple(map(teller.compact, value)))


def _hosted(context: Context, identifier: str) -> Item:
    teller, words = context.teller, context.teller.words
    link = teller.link("applications", identifier)
    application = teller.register.records.get("applications", {}).get(identifier)
    if application is None:
        return (link,)
    at = application.hebergement
    if at.mode == "interne":
        told = [words("hosted_here")]
    elif at.hebergeur is not None:
        told = [words("hosted_by", host=teller.link("organismes", at.hebergeur).text)]
    else:
        told = [words("hosted")]
    places = [*teller.values(application, "hebergement.pays"), *teller.values(application, "hebergement.zone")]  # fmt: skip
    told += [words("hosted_in", place=place.text) for place in places]
    return (link, *(Inline(text) for text in told))


def _algorithms(context: Context, question: Question, record: Any) -> Iterator[Block]:
    """Tell the algorithms of a processing: what each decides, and how far."""
    teller = context.teller
    naming = context.incoming.get(("traitements", record.id), {}).get("algorithmes", ())
    for name in question.fields:
        for identifier in dict.fromkeys((*getattr(record, name, ()), *naming)):
            link = teller.link("algorithmes", identifier)
            algorithm = teller.register.records.get("algorithmes", {}).get(identifier)
            if algorithm is None:
                yield Block(items=((link,),))
                continue
            told = [
                teller.at(algorithm, path)
                for path in (
                    "finalite",
                    "decision",
                    "degre_contribution",
                    "technique",
                    "operations",
                )
            ]
            yield Block(items=((link,),), entries=tuple(e for e in told if e is not None))


def _flow(context: Context, question: Question, record: Any) -> Iterator[Block]:
    """Tell how an algorithm decides, with a diagram where its operations are stated."""
    yield from _fields(context, question, record)
    words = context.teller.words
    say = {
        "data": words("flow_data"), "operations": words("flow_operations"),
        "decision": words("flow_decision"), "diagram": words("diagram"),
    }  # fmt: skip
    drawing = drawn(record, say) if isinstance(record, Algorithme) else None
    if drawing is not None:
        yield Block(drawing=drawing)


def _rights(context: Context, question: Question, record: Any) -> Iterator[Block]:
    """Tell whom to ask, for what, and where to go when the answer does not do."""
    teller, words = context.teller, context.teller.words
    told = [teller.at(record, path) for path in question.fields if path != "dpo"]
    entries = [entry for entry in told if entry is not None]
    officers = [*teller.values(record, "dpo")]
    for holder in ("responsable", "sous_traitant", "organisme"):
        officers += teller.values(record, f"{holder}>dpo") if not officers else ()
    pages = dict.fromkeys(
        item
        for path in ("dpo>page", "responsable>dpo>page", "responsable>page", "organisme>page", "sous_traitant>page")
        for item in teller.values(record, path)
    )  # fmt: skip
    for name, found in (("dpo", officers), ("page", list(pages))):
        label = _label_of(context, name)
        if found and label:
            entries.append(Entry(label, tuple(found)))
    if entries:
        yield Block(entries=tuple(entries))
    if question.title == "rights" and context.rights:
        yield Block(lead=words("right_ask"), items=context.rights)
    if context.contact:
        yield Block(text=words("ask_contact", contact=context.contact))
    if question.title == "rights":
        yield Block(
            text=words("ask_authority", authority=context.authority)
            if context.authority
            else words("ask_authority_unnamed")
        )


def _label_of(context: Context, name: str) -> str:
    cls = context.teller.register.kinds.get("organismes")
    shape = public_shapes(cls).get(name) if cls is not None else None
    return context.teller.label(shape) if shape is not None else ""


def _rights_of(teller: Teller) -> Iterator[tuple[Any, str]]:
    """Yield the rights that people have, which the codes of their requests list."""
    cls = teller.register.kinds.get(RIGHTS)
    detail = public_shapes(cls).get("detail") if cls is not None else None
    if detail is not None and detail.part is not None:
        shape = public_shapes(detail.part).get("droit")
        if shape is not None:
            for code in shape.choices:
                yield shape, code


def _attached(context: Context, record: Any) -> Iterator[Section]:
    """Yield the files of the office's that a record names, shown or linked."""
    teller, words = context.teller, context.teller.words
    blocks: list[Block] = []
    for name in () if not teller.attached else dict.fromkeys(named(record)):
        if name not in teller.attached:
            continue
        href = teller.attached_href(name)
        if name.endswith(FRAMED):
            blocks.append(Block(frame=href, text=title_of(record)))
            blocks.append(Block(items=((Inline(words("open_page"), href),),)))
        elif name.endswith(PICTURES):
            blocks.append(Block(picture=href, text=title_of(record)))
        else:
            blocks.append(Block(items=((teller_link(teller, name, href),),)))
    if blocks:
        yield Section("page", words("rule_page"), tuple(blocks))


def teller_link(teller: Teller, name: str, href: str) -> Inline:
    """Return a link to a file of the office's by its name."""
    return Inline(teller.words("attached_file", name=name.rpartition("/")[2]), href)


def named(record: Any) -> Iterator[str]:
    """Yield the files of the office's that a record names in its public fields."""
    for shape in public_shapes(type(record)).values():
        value = getattr(record, shape.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, str):
                if item.startswith(PAGES):
                    yield item
            elif attrs.has(type(item)):
                yield from named(item)


def _links(context: Context, kind: str, record: Any) -> Iterator[Block]:
    """Yield what names the record, by kind."""
    teller, words = context.teller, context.teller.words
    for other, names in context.incoming.get((kind, record.id), {}).items():
        items: list[Item] = [(teller.link(other, name),) for name in names[:SHOWN]]
        if len(names) > SHOWN:
            more = words.plural(len(names) - SHOWN, "and_more")
            items.append((Inline(more, f"../{other}.html"),))
        yield Block(lead=plural_of(words, teller.register, other), items=tuple(items))


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "fields": _fields,
        "ground": _ground,
        "data": _data,
        "recipients": _recipients,
        "algorithms": _algorithms,
        "flow": _flow,
        "rights": _rights,
    }
)
