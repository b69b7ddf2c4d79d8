"""The reference page of errors: every class and every code of the three packages, from their code.

``docs/conf.py`` writes it while the documentation is built; ``python tools/errors_page.py`` prints it.
"""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import attrs

import charte_registry
import prevision_cantine
import tarifs_solidaires
from charte_registry.messages import error_codes, table
from prevision_cantine.words.catalogue import catalogue

PACKAGES = (tarifs_solidaires, prevision_cantine, charte_registry)
HEAD = """\
# Errors

Every error of the three packages is a `ValueError` that carries data, so that no program needs to read a message:

| | |
| --- | --- |
| `error.code` | the stable name of what is wrong, one of those below |
| `error.errors` | everything that is wrong (`tarifs_solidaires`, `charte_registry`), each item with its `code`, place, `value` and remedy |
| `error.facts` | in `prevision_cantine`, the place (`where`), the `value` and whatever else the message names; a scenario has `error.problems` |
| `error.say(lang)` | the message in `"fr"`, `"en"` or `"pt"`; `str(error)` is in English |
| `error.to_dict(lang="en")` | all of this as plain values, for JSON |

In the tables, a name such as ‹value› is replaced in each message, and the data of the error have the value under
that name. ‹near› gives the nearest known names, as in "did you mean nom?".
"""


@attrs.frozen
class Code:
    """A code: what is wrong, and what to do, as its sentences say it in English.

    Parameters
    ----------
    name : str
        The code.
    what, remedies : tuple of str
        Sentences with the names of data between braces; several where one code has several.
    """

    name: str
    what: Sequence[str]
    remedies: Sequence[str] = ()

    def data(self) -> list[str]:
        """Return the names of the data that its sentences quote."""
        found = re.findall(r"\{([a-z_]+)[^{}]*\}", " ".join([*self.what, *self.remedies]))
        return list(dict.fromkeys(found))


def registry_codes() -> list[Code]:
    """Return the codes of ``charte_registry``, from ``messages.toml``."""
    said = table()
    return [Code(name, said[name]["en"][:1], said[name]["en"][1:]) for name in error_codes()]


def canteen_codes() -> list[Code]:
    """Return the codes of ``prevision_cantine``, from its catalogues."""
    said = {code: entry["en"] for code, entry in catalogue().items()}
    office = _codes_given("prevision_cantine", "OfficeError")
    found = {code: text for code, text in said.items() if "." not in code}
    found |= {code: said[f"office.{code}"] for code in sorted(office) if f"office.{code}" in said}
    file = files("prevision_cantine").joinpath("decide/scenario_messages.toml")
    scenarios = tomllib.loads(file.read_text("utf-8"))
    codes = [_halved(code, text) for code, text in found.items()]
    known = {code.name for code in codes}
    codes += [_halved(code, said["en"]) for code, said in scenarios.items() if code not in known]
    return [*codes, Code("not_forecast", ["the days are not forecast; `answer` says why"])]


def _halved(code: str, text: str) -> Code:
    what, _, remedy = text.partition("; ")
    return Code(code, [what.removeprefix("{where}: ")], [remedy] if remedy else [])


def tariff_codes() -> list[Code]:
    """Return the codes of ``tarifs_solidaires``, from the calls that make its faults."""
    trees = {
        path: ast.parse(path.read_text("utf-8"))
        for path in sorted(_folder("tarifs_solidaires").rglob("*.py"))
    }
    makers = _Makers({path: dict(_imported(tree)) for path, tree in trees.items()})
    for _ in range(4):  # functions that call functions that make a fault
        for path, tree in trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    made = _function(node, path, makers)
                elif isinstance(node, ast.ClassDef):
                    made = _class(node)
                else:
                    continue
                if made is not None:
                    makers.add(path, node.name, made)
    found: dict[str, tuple[list[str], list[str]]] = {}
    for path, tree in trees.items():
        for _, call, local in _calls_in(tree, {}):
            given = _arguments(path, call, makers)
            for code in _texts(given.get("code"), local):
                what, remedies = found.setdefault(code, ([], []))
                what += [t for t in _texts(given.get("template"), local) if t not in what]
                remedies += [t for t in _texts(given.get("remedy"), local) if t not in remedies]
    plain = re.compile(r"[a-z][a-z_0-9]*")
    return [Code(n, *found[n]) for n in sorted(found) if plain.fullmatch(n)]


PARTS = ("code", "template", "remedy")


@attrs.frozen
class Maker:
    """A function or a class that makes a fault.

    Parameters
    ----------
    names : tuple of str
        Its parameters, in their order.
    reads : dict of str to str
        Which of them becomes the code, the template and the remedy.
    code : str
        The code, where it is always the same.
    method : bool
        Whether it is called on an object.
    """

    names: tuple[str, ...]
    reads: Mapping[str, str]
    code: str = ""
    method: bool = False


class _Makers:
    """What makes faults, by file and name; a call finds what its file defines or imports."""

    def __init__(self, imported: Mapping[Path, Mapping[str, str]]) -> None:
        self.imported = imported
        self.own: dict[tuple[str, str], Maker] = {}
        self.methods: dict[str, Maker] = {}

    def add(self, path: Path, name: str, maker: Maker) -> None:
        self.own[_module(path), name] = maker
        if maker.method:
            self.methods.setdefault(name, maker)

    def of(self, path: Path, call: ast.Call) -> Maker | None:
        name = _name(call)
        if name == "Fault":
            return Maker((), {part: part for part in PARTS})
        if isinstance(call.func, ast.Attribute):
            found = self.own.get((_module(path), name))
            return found if found is not None and found.method else self.methods.get(name)
        module = self.imported[path].get(name, _module(path))
        return self.own.get((module, name))


def _module(path: Path) -> str:
    inside = path.relative_to(_folder("tarifs_solidaires")).with_suffix("")
    return ".".join(("tarifs_solidaires", *inside.parts)).removesuffix(".__init__")


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.asname or alias.name, node.module) for alias in node.names)


def _function(node: ast.FunctionDef, path: Path, makers: _Makers) -> Maker | None:
    """Return what a function hands on of its parameters to a fault."""
    names = tuple(a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
    for inner in ast.walk(node):
        if not isinstance(inner, ast.Call):
            continue
        given = _arguments(path, inner, makers)
        own = {
            part: value.id
            for part, value in given.items()
            if isinstance(value, ast.Name) and value.id in names
        }
        fixed = given.get("code")
        if "template" in own and ("code" in own or isinstance(fixed, ast.Constant)):
            method = names[:1] in (("self",), ("cls",))
            code = str(fixed.value) if isinstance(fixed, ast.Constant) else ""
            return Maker(names[1:] if method else names, own, code, method)
    return None


def _class(node: ast.ClassDef) -> Maker | None:
    """Return what a class with fields ``code`` and ``template`` hands on to a fault later."""
    fields = [
        n.target.id for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
    ]  # fmt: skip
    inits = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
    if inits:
        fields = [a.arg for a in (*inits[0].args.args[1:], *inits[0].args.kwonlyargs)]
    if node.name == "Fault" or not {"code", "template"} <= set(fields):
        return None
    return Maker(tuple(fields), {n: n for n in PARTS if n in fields})


def _arguments(path: Path, call: ast.Call, makers: _Makers) -> dict[str, ast.expr]:
    maker = makers.of(path, call)
    if maker is None:
        return {}
    given = {k.arg: k.value for k in call.keywords if k.arg is not None}
    given |= dict(zip(maker.names, call.args, strict=False))
    found = {part: given[own] for part, own in maker.reads.items() if own in given}
    if maker.code:
        found["code"] = ast.Constant(maker.code)
    return found


def _texts(node: ast.expr | None, local: Mapping[str, Sequence[ast.expr]]) -> Iterator[str]:
    """Yield the texts that an expression can be: constants, both sides of a condition, phrases.

    A name stands for what its function gives it.
    """
    match node:
        case ast.Name(id=name):
            for value in local.get(name, ()):
                yield from _texts(value, {})
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, local)
            yield from _texts(other, local)
        case ast.Call(args=[first, *_]):
            yield from _texts(first, local)
        case ast.JoinedStr(values=parts):
            yield "".join(
                p.value if isinstance(p, ast.Constant) else f"{{{ast.unparse(p.value)}}}"
                for p in parts
                if isinstance(p, ast.Constant | ast.FormattedValue)
            )


def _codes_given(package: str, name: str) -> set[str]:
    """Return the first arguments of the calls of a class."""
    return {
        text
        for called, call, local in _calls(package)
        if called == name and call.args
        for text in _texts(call.args[0], local)
    }


def _calls(package: str) -> Iterator[tuple[str, ast.Call, Mapping[str, Sequence[ast.expr]]]]:
    """Yield every call of a package: its name, itself, and what names stand for around it."""
    for path in sorted(_folder(package).rglob("*.py")):
        yield from _calls_in(ast.parse(path.read_text("utf-8")), {})


def _calls_in(
    node: ast.AST, local: Mapping[str, Sequence[ast.expr]]
) -> Iterator[tuple[str, ast.Call, Mapping[str, Sequence[ast.expr]]]]:
    if isinstance(node, ast.FunctionDef):
        local = _assigned(node)
    if isinstance(node, ast.Call):
        yield _name(node), node, local
    for child in ast.iter_child_nodes(node):
        yield from _calls_in(child, local)


def _assigned(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """Return what a function gives to its names, each with all that it may be."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple | ast.List):
            pairs = [(node.target, item) for item in node.iter.elts]
        for target, value in pairs:
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                inner = list(zip(target.elts, value.elts, strict=False))
            else:
                inner = [(target, value)]
            for name, text in inner:
                if isinstance(name, ast.Name):
                    found.setdefault(name.id, []).append(text)
    return found


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _folder(package: str) -> Path:
    return Path(str(files(package)))


def classes(package: object) -> list[type[BaseException]]:
    """Return the public classes of errors of a package."""
    names = package.__all__  # type: ignore[attr-defined]
    found = (getattr(package, name) for name in names)
    return [c for c in found if inspect.isclass(c) and issubclass(c, BaseException)]


def page() -> str:
    """Return the page, in Markdown."""
    lines = [HEAD]
    codes = (tariff_codes(), canteen_codes(), registry_codes())
    for package, found in zip(PACKAGES, codes, strict=True):
        lines += [f"## `{package.__name__}`\n", "| Class | |", "| --- | --- |"]
        for cls in sorted(classes(package), key=lambda cls: cls.__name__):
            lines.append(
                f"| `{cls.__name__}` | {cell((inspect.getdoc(cls) or '').splitlines()[0])} |"
            )
        lines += ["", "| Code | What is wrong | What to do | Data |", "| --- | --- | --- | --- |"]
        for code in sorted(found, key=lambda code: code.name):
            data = ", ".join(f"`{name}`" for name in code.data())
            what, remedy = (
                "<br>".join(cell(marked(text)) for text in texts)
                for texts in (code.what or ["the message says it"], code.remedies)
            )
            lines.append(f"| `{code.name}` | {what} | {remedy} | {data} |")
        lines.append("")
    return "\n".join(lines)


def marked(text: str) -> str:
    """Return a sentence whose data stand ‹so›.

    Examples
    --------
    >>> marked("{value!r} is no date in {names:or}")
    '‹value› is no date in ‹names›'
    """
    return re.sub(r"\{([a-z_]+)[^{}]*\}", r"‹\1›", text).replace("{{", "{").replace("}}", "}")


def cell(text: str) -> str:
    """Return a text for a cell of a Markdown table."""
    return re.sub(r"([|<>*_`\\\[\]{}$])", r"\\\1", " ".join(text.split()))


if __name__ == "__main__":
    print(page())  # noqa: T201
