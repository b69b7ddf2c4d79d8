"""Messages of ``tarifs_solidaires``: the texts that its catalogue must have, and its error codes.

Texts of errors, findings and of the command line stand in the code, in English, where they are raised.
This reads them out of the code without running it, and out of what declares itself: the kinds of keys of
rule files, and the parsers of the command line.

To keep the catalogues (``src/tarifs_solidaires/locale``), run ``python tools/tariff_messages.py``: it
adds the texts that are missing to each ``.po`` file, for somebody to translate, takes out those that
nobody says any more, and compiles each to its ``.mo`` file.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parents[1] / "src" / "tarifs_solidaires"
LANGUAGES = ("fr", "pt")

# Sentences of notices, drawings and pages, by the functions that mark them.
MARKED = {
    "say": {"msg": None, "say": None, "plural": (1, 2), "plurals": (1, 2)},
    "draw": {"msg": None, "say": None, "word": None, "ngettext": (1, 2)},
    "pages": {"msg": None, "say": None, "plural": (1, 2)},
}
# Functions whose texts are said, those of one word included.
SAYS = {"Phrase", "msg"}
# Functions that take a message and what to do: the places of the code, the message and the remedy; a
# name in the place of the code is the code of all that they make.
MAKES: Mapping[str, tuple[int | str, int, int]] = {
    "LimitError": ("limit", 0, 1),
    "FormulaError": ("formula", 0, 1),
    "PatternError": ("regex", 0, 9),
    "Mistaken": (0, 1, 2),
    "table_error": (0, 2, 3),
    "error": (1, 2, 3),
    "warning": (1, 2, 3),
    "unknown": (1, 2, 9),
    "_not_toml": ("not_toml", 2, 3),
    "_no_file": ("no_file", 1, 2),
    "_because": ("case", 0, 1),
    "_ProblemError": ("case", 0, 9),
    "_fault": (0, 9, 2),
    "note_unused": ("unused", 9, 3),
}
# The same, where one name is another function in each module.
MAKES_IN: Mapping[str, Mapping[str, tuple[int | str, int, int]]] = {
    "engine/formula.py": {"wrong": ("formula", 0, 1), "too_much": ("formula", 9, 0)},
    "rules/keys.py": {"wrong": (1, 2, 3)},
    "rules/build.py": {"wrong": (1, 2, 3)},
    "rules/load.py": {"wrong": (1, 2, 3)},
    "rules/reform.py": {"_wrong": ("reform", 2, 3)},
    "rules/skeleton.py": {"_wrong": (0, 9, 3)},
    "people/headings.py": {"wrong": (0, 2, 3)},
    "people/checked.py": {"wrong": (0, 2, 3), "refused": (0, 1, 2)},
    "people/frames.py": {"refused": (0, 1, 2)},
    "people/margins.py": {"wrong": ("margin", 1, 2), "_wrong": ("margin", 1, 2)},
    "people/mapping.py": {"_wrong": ("map", 1, 2)},
}
OTHERWISE = {
    "wrong": ("comparison", 1, 2)
}  # people/compared.py, sampling.py, cliffs.py, grouping.py
# Variables that hold a text until it is said, and functions that return one.
HOLDS = {"template", "remedy", "what", "none", "row", "message", "reason", "wrong"}
RETURNS = {"_remedy", "_remedy_of_sign", "_refused"}


def _texts(node: ast.AST | None) -> Iterator[str]:
    """Yield the texts that an expression can be."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one)
            yield from _texts(other)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _texts(value)
        case ast.Call(func=ast.Attribute(value=ast.Dict(values=values), attr="get"), args=args):
            for value in (*values, *args[1:]):
                yield from _texts(value)
        case ast.Call(func=ast.Name(id="Phrase" | "Counted" | "msg"), args=args):
            yield from (text for arg in args for text in _texts(arg))
        case ast.Tuple(elts=[first, *_]):
            yield from _texts(first)


def _is_said(text: str) -> bool:
    """Say whether a text has words, or places for some."""
    return " " in text.strip() or "{" in text


class _Module(ast.NodeVisitor):
    """The texts of one module: messages, and faults by their codes."""

    def __init__(self, path: Path) -> None:
        self.path = path.relative_to(PACKAGE).as_posix()
        self.said: set[str | tuple[str, str]] = set()
        self.faults: set[tuple[str, str, str]] = set()
        self.constants: dict[str, str] = {}
        self.visit(ast.parse(path.read_text("utf-8")))

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            for name, value in pairs:
                if isinstance(name, ast.Name) and name.id.isupper():
                    self.constants[name.id] = next(_texts(value), "")
                if isinstance(name, ast.Name) and name.id in HOLDS:
                    self.said |= {text for text in _texts(value) if _is_said(text)}
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        """Take a code and a template that stand side by side: what is noted of each value."""
        match node.elts:
            case [_, ast.Constant(value=str(code)), template] if code.isidentifier():
                names = [one.id for one in ast.walk(template) if isinstance(one, ast.Name)]
                texts = [self.constants[name] for name in names if self.constants.get(name)]
                self.faults |= {(code, text, "") for text in texts}
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if node.name in RETURNS:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return):
                    self.said |= {text for text in _texts(inner.value) if _is_said(text)}
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        keywords = {one.arg: one.value for one in node.keywords}
        if name == "Counted" and len(node.args) >= 2:
            one, several = (next(_texts(arg), "") for arg in node.args[:2])
            self.said.add((one, several))
        elif name in SAYS and node.args:
            self.said |= set(_texts(node.args[0]))
        elif name in ("Fault", "Finding"):
            template = keywords.get("template", keywords.get("message"))
            self._fault(keywords.get("code"), template, keywords.get("remedy"))
        else:
            own = MAKES_IN.get(self.path, {})
            places = own.get(name) or MAKES.get(name) or OTHERWISE.get(name)
            if places is not None and (name != "_fault" or self.path == "rules/skeleton.py"):
                code, *others = places
                known: Any = ast.Constant(code) if isinstance(code, str) else _at(node, code)
                template, remedy = (_at(node, place) for place in others)
                self._fault(
                    known, template or keywords.get("template"), remedy or keywords.get("remedy")
                )
        self.generic_visit(node)

    def _fault(
        self, code: ast.AST | None, template: ast.AST | None, remedy: ast.AST | None
    ) -> None:
        templates = [text for text in _texts(template) if _is_said(text)]
        remedies = [text for text in _texts(remedy) if _is_said(text)]
        self.said |= {*templates, *remedies}
        for one in _texts(code):
            for text in templates or [""]:
                self.faults |= {(one, text, advice) for advice in remedies or [""]}


def _at(node: ast.Call, place: int) -> ast.AST | None:
    return node.args[place] if place < len(node.args) else None


def _modules() -> list[_Module]:
    return [_Module(path) for path in sorted(PACKAGE.rglob("*.py"))]


def error_codes() -> list[tuple[str, str, str]]:
    """Return every code of an error or a finding, with what it says and what to do.

    Returns
    -------
    list of (str, str, str)
        Code, template and remedy in English, sorted, one for each pair that the code has; a template
        or remedy is empty where it is made when the error is raised.
    """
    found = sorted({fault for module in _modules() for fault in module.faults})
    told = {code for code, template, _ in found if template}
    return [one for one in found if one[1] or one[0] not in told]


def messages() -> set[str | tuple[str, str]]:
    """Return every text that the catalogue must have: one, or the singular and the plural."""
    found: set[str | tuple[str, str]] = set()
    for module in _modules():
        if module.path.partition("/")[0] not in MARKED:
            found |= module.said
        else:  # marked by other functions too
            found |= {text for text in module.said if text}
    for folder, keywords in MARKED.items():
        for _, _, text, _, _ in extract_from_dir(str(PACKAGE / folder), keywords=keywords):
            found.add(text)
    return {text for text in found | kinds() | command_line() | set(ARGPARSE) if _needs_words(text)}


def _needs_words(text: str | tuple[str, str]) -> bool:
    """Say whether a text is not the same in every language.

    It has words, signs that French puts spaces before, or quotes.
    """
    bare = re.sub(r"\{[^{}]*\}", "", text if isinstance(text, str) else text[0])
    return re.search(r"[\w:;“]", bare) is not None


def kinds() -> set[str | tuple[str, str]]:
    """Return what the kinds of keys of rule files say of themselves."""
    from tarifs_solidaires.catalogue import Joined, phrase
    from tarifs_solidaires.rules.file import JurisdictionFile, RuleFile, VocabularyFile
    from tarifs_solidaires.rules.keys import Kind, Plain, Table, keys_of, sections_in

    found: set[str | tuple[str, str]] = set()

    def add(kind: Kind) -> None:
        words = phrase(kind.words())
        found.update({words.template} if not isinstance(words, Joined) else set())
        if isinstance(kind, Table):
            found.add(kind.name)
        for inner in (getattr(kind, "of", None), *getattr(kind, "kinds", ())):
            if isinstance(inner, Kind):
                add(inner)

    for file in (RuleFile, VocabularyFile, JurisdictionFile):
        for section in sections_in(file).values():
            for field in keys_of(section).values():
                add(field.metadata["kind"])
    return found | {Plain().what}


def command_line() -> set[str | tuple[str, str]]:
    """Return what the parsers of the command line say: helps, descriptions and placeholders."""
    from tarifs_solidaires.cli import COMMANDS, DESCRIPTION, parser
    from tarifs_solidaires.cli.language import placeholder

    program = parser()
    found: set[str | tuple[str, str]] = {DESCRIPTION, *(does for _, does in COMMANDS.values())}
    for one in (program, *_commands(program).values()):
        if (
            one is not program
            and one.description
            and not one.description.startswith(
                tuple(f"{does[:1].upper()}{does[1:]}." for _, does in COMMANDS.values())
            )
        ):
            found.add(one.description)
        found |= {text for text in (one.usage,) if text}
        for action in one._actions:
            if not isinstance(action, argparse._SubParsersAction):
                texts = (placeholder(action), action.help)
                found |= {text for text in texts if text and text is not argparse.SUPPRESS}
    return found - ARGPARSE


def _commands(program: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in program._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


# What argparse says to who types a command, in any of the versions of Python that are supported; what
# it says to who writes a parser stays English.
ARGPARSE: frozenset[str | tuple[str, str]] = frozenset({
    "usage: ", "options", "positional arguments", "show this help message and exit",
    "the following arguments are required: %s", "one of the arguments %s is required",
    "not allowed with argument %s", "unrecognized arguments: %s", "expected one argument",
    "expected at most one argument", "expected at least one argument",
    ("expected %s argument", "expected %s arguments"), "ignored explicit argument %r",
    "ambiguous option: %(option)s could match %(matches)s", "argument %(argument_name)s: %(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)", "invalid %(type)s value: %(value)r",
    "invalid choice: %(value)r, maybe you meant %(suggestion)r? (choose from %(choices)s)",
})  # fmt: skip


def update(lang: str) -> list[str]:
    """Bring the catalogue of a language up to date; return the texts that it lacks."""
    file = PACKAGE / "locale" / lang / "LC_MESSAGES" / "tarifs_solidaires.po"
    with file.open("rb") as stream:
        catalogue = read_po(stream)
    catalogue.header_comment, catalogue.fuzzy = HEADER, False
    wanted = messages()
    for known in [message.id for message in catalogue if message.id]:
        if known not in wanted:
            catalogue.delete(known)
    missing = []
    for text in sorted(wanted, key=_english):
        known = catalogue.get(text)
        if known is None:
            known = catalogue.add(text, ("", "") if isinstance(text, tuple) else "")
        if not all(known.string if isinstance(text, tuple) else (known.string,)):
            missing.append(_english(text))
        elif lang == "fr":
            own = known.string
            known.string = _spaced(own) if isinstance(own, str) else tuple(map(_spaced, own))
    with file.open("wb") as stream:
        write_po(stream, catalogue, sort_output=True, width=100)
    with file.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, catalogue)
    return missing


def _spaced(text: str) -> str:
    """Return a French text whose signs stay on the line of their words, places of argparse left alone."""
    return re.sub(r" (?=[:;!?»€]|%(?!\(|[rs]\b))", "\N{NO-BREAK SPACE}", text).replace(
        "« ", "«\N{NO-BREAK SPACE}"
    )


def _english(text: str | tuple[str, str]) -> str:
    return text if isinstance(text, str) else text[0]


HEADER = """\
# Sentences of tarifs_solidaires, by their English ones. To keep them, run in the repository:
# python tools/tariff_messages.py"""


def main() -> None:
    """Bring the catalogues up to date; say what they lack."""
    lacking = [f"{lang}: not translated: {text!r}" for lang in LANGUAGES for text in update(lang)]
    sys.exit("\n".join(lacking) or None)


if __name__ == "__main__":
    main()
