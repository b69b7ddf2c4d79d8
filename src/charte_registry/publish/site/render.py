"""A register as a site: every file by its path, computed and not written."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape as html_escape
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.exchange.exporters.flat import csv_files, register_tables
from charte_registry.exchange.exporters.jsonld import jsonld_document
from charte_registry.exchange.exporters.single_file import json_content
from charte_registry.extras import needs
from charte_registry.messages import LANGUAGES
from charte_registry.publish.public import public
from charte_registry.publish.report.texts import texts
from charte_registry.publish.report.words import THIN, printable
from charte_registry.publish.site import feed, home, lists
from charte_registry.publish.site.addresses import ATTACHED, EXTRACT, FILES, Addresses, list_page
from charte_registry.publish.site.entries import PAGES, Inline, Teller, profile_words
from charte_registry.publish.site.history import NO_HISTORY, History, by_record, sentences
from charte_registry.publish.site.index import index_script, texts_of
from charte_registry.publish.site.layout import Layout, layout_of, settings
from charte_registry.publish.site.naming import intro_of, plural_of, singular_of
from charte_registry.publish.site.reach import is_placeholder, public_shapes, title_of
from charte_registry.publish.site.sections import Context, named, sections
from charte_registry.publish.site.words import NO_BREAK, Words
from charte_registry.records.base import references, unstructure
from charte_registry.records.formats import FICHE, URL
from charte_registry.register import Register

with needs("registre"):
    import msgspec
    from markupsafe import Markup, escape

STATIC = ("site.css", "site.js")
WRITTEN = f"{FILES}/written.txt"  # by which the command knows a folder for its own
HEAD = "charte-registry site"
RECENT = 8  # changes that the home page tells
_NAME, _TITLE, _LINKS, _CONTENT = "\0name\0", "\0title\0", "\0links\0", "\0content\0"
TOLD = 20  # editions that the page of a record tells


def render_site(
    register: Register,
    languages: Sequence[str] | None = None,
    *,
    history: History = NO_HISTORY,
    pages: Mapping[str, bytes] = MappingProxyType({}),
    base: str | None = None,
    on: dt.date | None = None,
    contact: str = "",
) -> dict[str, bytes]:
    """Return the public site of a register.

    Parameters
    ----------
    register : Register
        The register; only what is public of it is told.
    languages : sequence of {"fr", "en", "pt"}, optional
        Languages of the site: the first one at its root, which is that of the records, the others
        in folders of their names. All three by default, first that of the country of most bodies.
    history : History, optional
        What revisions changed, as ``read_history`` gives it.
    pages : mapping of str to bytes, optional
        Files of the office's, as ``read_pages`` gives them. Only those that a public field names,
        such as ``pages/tarif.html``, are carried.
    base : str, optional
        Address at which the site will stand, for the feed and linked data; without it, addresses
        are relative.
    on : datetime.date, optional
        The day that the site tells as its own; the day that the register describes by default.
    contact : str, optional
        Where people may write about their data: contacts in the register are internal.

    Returns
    -------
    dict of str to bytes
        Content by path. The same arguments give the same bytes.

    Raises
    ------
    RegisterError
        Where a language has no catalogue, or the base is no web address.

    Examples
    --------
    >>> from charte_registry import load_register
    >>> site = render_site(load_register("examples/recife"), ("pt",))
    >>> sorted(name for name in site if name.startswith("traitements") and name.endswith(".html"))
    ['traitements.html', 'traitements/matriculas.html', 'traitements/noticias.html']
    """
    languages = usual_languages(register) if languages is None else tuple(dict.fromkeys(languages))
    for lang in languages:
        if lang not in LANGUAGES:
            raise RegisterError("language", field="lang", value=lang, near=nearest(lang, LANGUAGES))
    if not languages:
        raise RegisterError("no_language", known=LANGUAGES)
    if base is not None and not URL.accepts(base):
        raise RegisterError("form", field="base", value=base, wanted=URL.name, how=URL.how)
    extract = attrs.evolve(public(register), derogations=())
    site = _Site(extract, languages, history, pages, base, on or register.etat_au, contact)
    made: dict[str, bytes] = {}
    for name, content in site.all_files():
        if name in made:
            raise RegisterError("page_twice", where=name)
        made[name] = content.encode("utf-8") if isinstance(content, str) else content
    made[WRITTEN] = "".join(f"{line}\n" for line in (HEAD, *sorted([*made, WRITTEN]))).encode()
    return made


class _Site:
    """What all pages of a site share."""

    def __init__(
        self, register: Register, languages: Sequence[str], history: History,
        pages: Mapping[str, bytes], base: str | None, on: dt.date, contact: str,
    ) -> None:  # fmt: skip
        self.register, self.languages, self.history = register, languages, history
        self.base = None if base is None else base.rstrip("/") + "/"
        self.on, self.contact = on, contact
        self.addresses = Addresses(register.records)
        self.kinds = _in_order([kind for kind in register.kinds if register.records.get(kind)])
        self.incoming = _incoming(register)
        self.layouts = {kind: layout_of(kind, register.kinds[kind]) for kind in self.kinds}
        self.raw = {
            kind: lists.raw_cells(register, self.layouts[kind], kind, self.incoming)
            for kind in self.kinds
        }
        self.texts = {
            kind: {
                self.addresses.stem(kind, name): texts_of(register, record)
                for name, record in register.records[kind].items()
            }
            for kind in self.kinds
        }
        self.tables = csv_files(register_tables(register))
        self.changes = by_record(history.editions)
        self.pages = {
            name: pages[name]
            for kind in self.kinds
            for record in register.records[kind].values()
            for name in (named(record) if pages else ())
            if name in pages
        }

    def all_files(self) -> Iterator[tuple[str, str | bytes]]:
        for lang in self.languages:
            yield from _Language(self, lang).files()
        yield from self._data()
        for name, content in self.pages.items():
            yield f"{ATTACHED}/{name.removeprefix(PAGES)}", content
        for name in STATIC:
            yield f"{FILES}/{name}", static(name)

    def _data(self) -> Iterator[tuple[str, str | bytes]]:
        """Yield the public extract, whole and a file a record."""
        register = self.register
        yield f"{EXTRACT}/registre.json", json_content(register)
        document = jsonld_document(register, self.base)
        yield f"{EXTRACT}/registre.jsonld", _json(document)
        for name, content in self.tables.items():
            yield f"{EXTRACT}/{name}", content
        yield (
            f"{FILES}/context.jsonld",
            _json({"@context": {k: v for k, v in document["@context"].items() if k != "@base"}}),
        )
        nodes = {node["@id"]: node for node in document["@graph"]}
        context = [f"../{FILES}/context.jsonld", {"@base": self.base or "../"}]
        for kind in self.kinds:
            for name, record in register.records[kind].items():
                address = self.addresses.of(kind, name)
                yield f"{address}.json", _json(unstructure(record, iso=True))
                node = {"@context": context, **nodes[f"{kind}/{name}"]}
                yield f"{address}.jsonld", _json(node)


class _Language:
    """The pages of a language."""

    def __init__(self, site: _Site, lang: str) -> None:
        self.site, self.words = site, Words(lang)
        self.main = lang == site.languages[0]
        self.folder = "" if self.main else f"{lang}/"
        self.teller = Teller(
            site.register, self.words, site.addresses, frozenset(site.pages),
            "../" if self.main else "../../",
        )  # fmt: skip
        self.context = Context(
            self.teller, site.incoming, authority(site.register, self.words), site.contact
        )
        self.titles = {kind: plural_of(self.words, site.register, kind) for kind in site.kinds}
        self.own = "" if self.main else Markup(' lang="{}"').format(site.languages[0])
        self.environment = site_environment()
        menu = [kind for kind in settings()["menu"] if kind in site.kinds]
        self.shared = {
            "words": self.words,
            "inline": self._inline,
            "line": self._line,
            "lines": self._lines,
            "lang": lang,
            "main": self.main,
            "own": self.own,
            "colon": f"{NO_BREAK}:" if lang == "fr" else ":",
            "menu": [(list_page(kind), self.words(f"menu_names.{kind}"), kind) for kind in menu],
            "titre": site.register.titre,
            "territoire": site.register.territoire,
            "source": site.register.source,
            "state": self.words("state", day=self.words.day(site.on)),
        }
        self._shells: dict[tuple[str, str, bool], str] = {}

    def _inline(self, value: Inline) -> Markup:
        """Return a value as HTML, with a link where it leads somewhere."""
        return Markup(self._html(value))  # noqa: S704 - every part of it is escaped

    def _html(self, value: Inline) -> str:
        text, own = html_escape(value.text), self.own if value.own else ""
        if value.href:
            return f'<a href="{html_escape(value.href)}"{own}>{text}</a>'
        return f"<span{own}>{text}</span>" if own else text

    def _line(self, values: Sequence[Inline]) -> Markup:
        return Markup(", ".join(map(self._html, values)))  # noqa: S704 - as above

    def _lines(self, items: Sequence[Sequence[Inline]]) -> Markup:
        rows = (f"<li>{', '.join(map(self._html, item))}</li>" for item in items)
        return Markup("\n".join(rows))  # noqa: S704 - as above

    def files(self) -> Iterator[tuple[str, str]]:
        site, words = self.site, self.words
        recent = list(feed.entries(self.teller, site.history))
        yield self._page(
            "index.html", "home.html", words("home"), here="home",
            commitments=list(home.commitments(self.teller)), hosting=home.hosting(self.teller),
            recent=recent[:RECENT], kinds=self._kinds(), note=site.register.note,
        )  # fmt: skip
        yield self._page(
            "search.html", "search.html", words("search_page"), here="search", scripts=True
        )
        yield self._page("data.html", "data.html", words("data_title"), here="data", files=self._downloads())  # fmt: skip
        tables = []
        for kind in site.kinds:
            table = lists.table(self.teller, site.layouts[kind], kind, site.raw[kind])
            tables.append(table)
            yield from self._list(table)
            for name, record in site.register.records[kind].items():
                yield self._record(site.layouts[kind], kind, name, record)
        yield (
            self._path("index.js"),
            index_script(
                words, tables, self.titles, site.texts, "" if self.main else site.languages[0]
            ),
        )
        yield self._feed(recent)

    def _path(self, name: str) -> str:
        return f"{self.folder}{name}"

    def _page(
        self, name: str, template: str, title: str, up: str = "", *, here: str = "",
        scripts: bool = False, links: str = "", **details: Any,
    ) -> tuple[str, str]:  # fmt: skip
        """Return a page; ``up`` leads from it to the root of its language."""
        root = up if self.main else f"{up}../"
        content = self._rendered(template, title=title, up=up, root=root, **details)
        # What is around the content is the same for all pages of a kind but for a few places.
        # They are marked by a character that no page can hold, and filled in.
        shell = self._shell(here, up, root, scripts)
        for mark, text in (
            (_NAME, escape(name)), (_TITLE, escape(printable(title))), (_LINKS, links), (_CONTENT, content),
        ):  # fmt: skip
            shell = shell.replace(mark, text)
        return self._path(name), shell

    def _rendered(self, template: str, **details: Any) -> str:
        text = self.environment.get_template(template).render(self.shared, **details)
        # Most pages hold nothing that is to be replaced, which this sees faster than a pattern does.
        fine = text.replace("\n", "").replace(NO_BREAK, "").replace(THIN, "").isprintable()
        return str(text) if fine else printable(text)

    def _shell(self, here: str, up: str, root: str, scripts: bool) -> str:
        key = here, up, scripts
        if key not in self._shells:
            first = self.site.languages[0]
            others = [
                (lang, Words(lang)("language"), f"{root}{'' if lang == first else f'{lang}/'}{_NAME}")
                for lang in self.site.languages
            ]  # fmt: skip
            shell = self.environment.get_template("base.html").render(
                self.shared, up=up, assets=f"{root}{FILES}/", others=others, here=here, scripts=scripts,
                title=_TITLE, links=_LINKS, content=_CONTENT,
            )  # fmt: skip
            self._shells[key] = "\0".join(map(printable, shell.split("\0")))
        return self._shells[key]

    def _list(self, table: lists.Table) -> Iterator[tuple[str, str]]:
        kind = table.kind
        for number, rows in table.pages():
            yield self._page(
                list_page(kind, number), "list.html", self.titles[kind], here=kind, kind=kind,
                intro=intro_of(self.words, kind), table=table, rows=rows, number=number,
                last=table.last, scripts=number == 1, count=len(table.rows),
                before=list_page(kind, number - 1) if number > 1 else "",
                after=list_page(kind, number + 1) if number < table.last else "",
            )  # fmt: skip

    def _record(self, layout: Layout, kind: str, name: str, record: Any) -> tuple[str, str]:
        address = self.site.addresses.of(kind, name)
        told = self.site.changes.get(f"{kind}/{name}", [])
        history = [
            (self.words.day(edition.day), tuple(sentences(self.teller, changes)))
            for edition, changes in told[:TOLD]
        ]
        alternate = f"{'../' if self.main else '../../'}{address}"
        base = self.site.base
        permanent = f"{base}{self.folder}{address}.html" if base else ""
        return self._page(
            f"{address}.html", "record.html", title_of(record), "../", here=kind, kind=kind,
            kind_title=self.titles[kind], singular=singular_of(self.words, self.site.register, kind),
            sections=tuple(sections(self.context, layout, kind, record)), history=history,
            since=self.site.history.since, list_page=list_page(kind), identifier=name,
            placeholder=is_placeholder(record), alternate=alternate, permanent=permanent,
            links=self._rendered("links.html", alternate=alternate, permanent=permanent),
        )  # fmt: skip

    def _kinds(self) -> list[tuple[str, str, str, str]]:
        """Return every list: address, title, how many records, what they are."""
        found = []
        for kind in self.site.kinds:
            n = len(self.site.register.records[kind])
            number = self.words.number(n)
            found.append((list_page(kind), self.titles[kind], number, intro_of(self.words, kind)))
        return found

    def _downloads(self) -> dict[str, Any]:
        tables = [name.removesuffix(".csv") for name in self.site.tables if name != "registre.csv"]
        root = "" if self.main else "../"
        return {"folder": f"{root}{EXTRACT}/", "tables": tables}

    def _feed(self, recent: Sequence[feed.FeedEntry]) -> tuple[str, str]:
        site = self.site
        own = f"{site.base}{self.folder}" if site.base else ""
        whole = self._rendered(
            "feed.xml", entries=recent, own=own, id=feed.named(site.register.titre, "feed"),
            updated=max([site.on, *(entry.day for entry in recent)]) if recent else site.on,
            empty=self.words("feed_empty", day=self.words.day(site.on)), on=site.on,
            empty_id=feed.named(site.register.titre, "feed", site.on.isoformat()),
        )  # fmt: skip
        return self._path("changes.atom"), whole


def usual_languages(register: Register) -> tuple[str, ...]:
    """Return the languages of a site that nobody chose: that of the records, then the others.

    It is told by the country of most bodies of the register; French where they state none.

    Examples
    --------
    >>> from charte_registry import load_register
    >>> usual_languages(load_register("examples/recife"))
    ('pt', 'fr', 'en')
    """
    bodies = register.records.get("organismes", {}).values()
    countries = Counter(body.pays for body in bodies if body.pays is not None)
    most = max(countries, key=lambda pays: countries[pays], default="")
    first = next((lang for lang, some in settings()["languages"].items() if most in some), "fr")
    return tuple(dict.fromkeys((first, *LANGUAGES)))


def authority(register: Register, words: Words) -> str:
    """Return the name of the data protection authority; empty where the profile does not name it.

    Without a profile, the register is one of France.
    """
    if register.profile is None:
        return texts(words.lang)["authority"]
    return profile_words(register, words.lang).get("authority", "")


def _in_order(kinds: Sequence[str]) -> list[str]:
    """Return kinds in the order of the menu, the others after them."""
    menu = list(settings()["menu"])
    return sorted(kinds, key=lambda kind: menu.index(kind) if kind in menu else len(menu))


def _incoming(register: Register) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """Return what names each record, by kind."""
    found: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for kind, records in register.records.items():
        for name, record in records.items():
            named_here = [(target, identifier) for _, target, identifier in references(record)]
            named_here += [
                (target, identifier)
                for shape in public_shapes(type(record)).values()
                if shape.form is FICHE and (value := getattr(record, shape.name)) is not None
                for target, _, identifier in [value.partition("/")]
            ]
            for target in named_here:
                found.setdefault(target, {}).setdefault(kind, {})[name] = None
    return {
        target: {kind: tuple(names) for kind, names in sources.items()}
        for target, sources in found.items()
    }


def _json(data: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(data), indent=1) + b"\n"


@cache
def static(name: str) -> bytes:
    """Return a file that every site carries."""
    return (files("charte_registry.publish.site") / "static" / name).read_bytes()


@cache
def site_environment() -> Any:
    """Return the templates of the site."""
    with needs("registre"):
        from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("charte_registry.publish.site", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
