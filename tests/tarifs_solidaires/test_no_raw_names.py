"""Nothing that people read holds a name as a program writes it: all rules, versions and languages.

Addresses, and the files that a source refers to, are the only words that may have an underscore.
"""

import html
import re

import html5lib
import pytest
from persons import persons, versions

from tarifs_solidaires import InputError, publish
from tarifs_solidaires.say.language import has_words

RULES = list(versions())
NAME = re.compile(r"[^\s\W]*[A-Za-z0-9]_[A-Za-z0-9]\w*")
ADDRESS = re.compile(r"https?://\S+")
HIDDEN = ("script", "style", "code", "pre", "textarea")


def references(rule):
    """Return the files and addresses that sources of a rule refer to."""
    bases = [rule.version.basis, *(p.basis for p in rule.parameters.values())]
    for facts in rule.steps.values():
        bases += [facts.basis, *(row.basis for row in facts.rows)]
    found = {part for b in bases if b.source for part in b.source.reference.split()}
    found |= {b.source.url for b in bases if b.source}  # which a drawing cuts at the end of a line
    # titles that are the address of code
    found |= {
        part for b in bases if b.source for text in b.source.title.wordings.values()
        for part in text.split() if re.search(r"[./]", part)
    }  # fmt: skip
    return {part for part in found if "_" in part}


def raw_names(text, known):
    """Return the names that a text has, but for those of addresses and files."""
    text = ADDRESS.sub("", html.unescape(text))
    for part in sorted(known, key=len, reverse=True):
        text = text.replace(part, "")
    return set(NAME.findall(text))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.on}")
def test_drawings_and_notices_have_no_names_of_programs(rule):
    known = references(rule)
    parts = {piece for part in known for piece in re.findall(r"[\w.-]+", part) if "_" in piece}
    for lang in rule.languages:
        drawn = rule.to_svg(lang=lang)
        said = " ".join(re.findall(r">([^<>]+)<", drawn))
        left = raw_names(said, known)  # a long one may be cut at the end of a line
        assert {name for name in left if not any(name in p for p in parts)} == set(), lang
        mermaid = " ".join(re.findall(r'"([^"]*)"', rule.to_mermaid(lang=lang)))
        assert raw_names(mermaid, known) == set(), lang
    for number, given in enumerate(persons(rule)):
        if number % 7:
            continue
        try:
            result = rule.compute(given)
        except InputError:
            continue
        for lang in filter(has_words, rule.languages):
            assert raw_names(result.explain(lang=lang), known) == set(), (lang, given)


SEEN = ("nantes/transport", "toulouse/transport", "strasbourg/periscolaire", "recife/eau", "philadelphia/water")  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_public_pages_have_no_names_of_programs(name):
    known = set().union(*(references(rule) for rule in RULES if rule.name == name))
    parts = {piece for part in known for piece in re.findall(r"[\w.-]+", part)}
    pages = {path: page for path, page in publish(name).items() if path.endswith(".html")}
    assert pages
    for path, page in pages.items():
        root = html5lib.parse(page.decode("utf-8"), namespaceHTMLElements=False)
        for parent in list(root.iter()):
            for child in list(parent):
                if child.tag in HIDDEN:
                    parent.remove(child)
        text = "\n".join(root.find("body").itertext())
        left = {found for found in raw_names(text, known) if not any(found in p for p in parts)}
        assert left == set(), path
