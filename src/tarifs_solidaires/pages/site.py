"""All pages and files of a rule, and of many rules with an index, as bytes by path: nothing is written."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from tarifs_solidaires.catalogue import LANGUAGES, msg
from tarifs_solidaires.draw import to_dmn, to_svg
from tarifs_solidaires.draw.flow import make_flow
from tarifs_solidaires.draw.wording import Wording
from tarifs_solidaires.pages.data_files import cases_csv, record
from tarifs_solidaires.pages.page import (
    Pages,
    VersionPages,
    json_in_page,
    page_file,
    script_hash,
    template,
)
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.load import Folder, find_text, list_rules, load_parts, read_rule
from tarifs_solidaires.rules.proofs import change_days
from tarifs_solidaires.rules.schema import schema_text
from tarifs_solidaires.say.language import capital, has_words, language


def publish(
    name: Folder, *, folders: Sequence[Folder] = (), address: str = "", up: str = ""
) -> Mapping[str, bytes]:
    """Make the public pages of a rule: all its versions, in all its languages.

    Parameters
    ----------
    name : str or Path
        Name of a rule (``list_rules``), or path of a ``.toml`` file.
    folders : sequence of str or Path
        Folders that hold ``TERRITORY/SCHEME.toml``, looked through first.
    address : str
        Where the pages will stand, for the record of the algorithm; left out, it has no addresses.
    up : str
        Address of an index to which the pages lead back.

    Returns
    -------
    mapping of str to bytes
        Files by path: ``index.html`` is the last version in the first language. The same rule gives
        the same bytes.

    Raises
    ------
    RuleError
        Where there is no such rule, or the file is not one.

    Examples
    --------
    >>> pages = publish("recife/eau")
    >>> sorted(path for path in pages if path.startswith("index"))
    ['index.en.html', 'index.fr.html', 'index.html']
    """
    text, _, _ = find_text(name, folders)
    versions = _versions(name, folders)
    rule = versions[-1].rule
    languages = page_languages(rule)
    found: dict[str, bytes] = {}
    for lang in languages:
        pages = Pages(versions, lang, languages, up)
        for number, one in enumerate(versions):
            found[one.page(lang)] = pages.html(number).encode()
            found[one.picture(lang)] = to_svg(one.rule, lang).encode()
    for one in versions:
        found[f"{one.rule.version.valid_from}.dmn"] = to_dmn(one.rule, languages[0]).encode()
    flow = make_flow(rule, Wording(rule, rule.languages[0]))
    base = address and address.rstrip("/") + "/"
    found["rule.toml"] = text.encode()
    found["rule.schema.json"] = schema_text("rule").encode()
    found["cases.csv"] = cases_csv(rule.file).encode()
    found["algorithm.json"] = _json(record(rule, flow, base))
    return dict(sorted(found.items()))


def publish_all(
    names: Sequence[str] | None = None, *, folders: Sequence[Folder] = (), address: str = ""
) -> Mapping[str, bytes]:
    """Make the public pages of many rules, and an index of them with a search: an atlas.

    Parameters
    ----------
    names : sequence of str, optional
        Names of rules; all that can be loaded where they are left out.
    folders, address : sequence of str or Path, and str
        As for ``publish``.

    Returns
    -------
    mapping of str to bytes
        Files by path; the pages of a rule stand under ``TERRITORY/SCHEME/``.

    Raises
    ------
    RuleError
        Where a rule does not exist, or a file is not one.
    """
    wanted = tuple(names) if names is not None else list_rules(folders)
    base = address and address.rstrip("/") + "/"
    found: dict[str, bytes] = {}
    rules: list[DatedRule] = []
    for name in wanted:
        own = f"{base}{name}/" if base else ""
        up = "../../index.html"
        for path, content in publish(name, folders=folders, address=own, up=up).items():
            found[f"{name}/{path}"] = content
        rules.append(_versions(name, folders)[-1].rule)
    for lang in LANGUAGES:
        found[_index(lang)] = _atlas(rules, lang).encode()
    return dict(sorted(found.items()))


def page_languages(rule: DatedRule) -> tuple[str, ...]:
    """Return the languages of the pages of a rule: those of its file that notices have.

    Parameters
    ----------
    rule : DatedRule
        The rule.

    Returns
    -------
    tuple of str
        The languages, English where there is none.
    """
    return tuple(lang for lang in rule.languages if has_words(lang)) or ("en",)


def _versions(name: Folder, folders: Sequence[Folder]) -> tuple[VersionPages, ...]:
    file, _ = read_rule(name, folders)
    found = []
    for number, entry in enumerate(file.version):
        first = DatedRule(**load_parts(name, entry.valid_from, folders=folders))
        later = change_days(file, first, first.version.valid_to)
        days = [DatedRule(**load_parts(name, day, folders=folders)) for day in later]
        last = number == len(file.version) - 1
        stem = "index" if last else entry.valid_from.isoformat()
        found.append(VersionPages(days=(first, *days), stem=stem))
    return tuple(found)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


# -- the index ---------------------------------------------------------------------------------


def _index(lang: str) -> str:
    return "index.html" if lang == LANGUAGES[0] else f"index.{lang}.html"


def _atlas(rules: Sequence[DatedRule], lang: str) -> str:
    say = language(lang)
    territories: dict[str, list[dict[str, Any]]] = {}
    for rule in rules:
        territory = rule.name.partition("/")[0]
        spoken = page_languages(rule)
        own = lang if lang in spoken else spoken[0]
        page = "index.html" if own == rule.languages[0] else f"index.{own}.html"
        days = Wording(rule, own).in_force(rule.file.version[0].valid_from, rule.version.valid_to)
        texts = [text for one in (rule.title, rule.purpose) for text in one.wordings.values()]
        territories.setdefault(territory, []).append(
            {
                "href": f"{rule.name}/{page}", "title": rule.title.to(own), "lang": own,
                "purpose": rule.purpose.to(own), "days": days,
                "words": folded(" ".join([rule.name, rule.authority, *texts])),
            }
        )  # fmt: skip
    style, script = page_file("page.css"), page_file("search.js")
    data = json_in_page([one["words"] for group in territories.values() for one in group])
    t = {
        "title": say(msg("Solidarity tariffs, by territory")), "search": say(msg("Search")),
        "help": say(msg("A territory, a service, a word of the rule.")),
        "found": say(msg("{count} rules"), count="{count}"), "none": say(msg("No rule has all these words.")),
        "languages": say(msg("Languages")),
    }  # fmt: skip
    languages = [
        {"lang": one, "href": _index(one), "name": capital(language(one).name_of(one))}
        for one in LANGUAGES
    ]
    named = [(place.replace("-", " ").title(), group) for place, group in territories.items()]
    return template("atlas.html").render(
        lang=lang, t=t, style=style, script=script, style_hash=script_hash(style), data=data,
        script_hash=script_hash(script), languages=languages, territories=named, count=len(rules),
    )  # fmt: skip


def folded(text: str) -> str:
    """Return a text as the search compares it: small letters without accents.

    Examples
    --------
    >>> folded("Água do Recife")
    'agua do recife'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))
