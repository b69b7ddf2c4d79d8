"""A rule as plain data for the script of its page: the same trees, their numbers as exact fractions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tarifs_solidaires.engine.expression import (
    Among,
    Best,
    Case,
    Choice,
    Compare,
    Condition,
    Every,
    Expression,
    Extreme,
    Flag,
    Given,
    Listed,
    Marginal,
    Missing,
    Name,
    Number,
    Operation,
    Root,
    Rounded,
    Some,
    Truth,
    Word,
    names,
)
from tarifs_solidaires.engine.formula import parse_formula
from tarifs_solidaires.engine.step import Step, in_order
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.values.inputs import LONGEST, Input

_ESCAPE = re.compile(r"\\(.)")


class NotCompiledError(ValueError):
    """A rule that the script of a page cannot compute as Python does.

    Parameters
    ----------
    name : str
        The input because of which it cannot.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def compiled(days: Sequence[DatedRule]) -> dict[str, Any]:
    """Return one version of a rule as plain values that go to JSON.

    Parameters
    ----------
    days : sequence of DatedRule
        The version on its first day, then on each day on which a figure changes.

    Returns
    -------
    dict
        ``inputs`` by name; ``requirements``, conditions between inputs; ``outputs``; ``lists`` of
        codes, to which conditions point by number; ``works``, lists of steps in order; ``periods``:
        ``from``, ``constants`` by name, ``work`` (the number of its list of steps), ``decides``,
        ``reads``, ``required``. A number is a text such as ``3/4``; a tree is a list whose first
        element says what it is.

    Raises
    ------
    NotCompiledError
        Where an input is also a step, or the pattern of a code means something else in a script.
    """
    rule = days[-1]
    for name in rule.all_inputs:
        if name in rule.steps:
            raise NotCompiledError(name)
    read = {name for one in days for name in _read(one)}
    works: list[Any] = []
    lists: list[list[str]] = []
    found: dict[str, Any] = {
        "inputs": {n: _input(item) for n, item in rule.all_inputs.items() if n in read},
        "requirements": [
            {"input": entry.input, "step": _step(step)}
            for entry, step in zip(rule.file.require, rule.requirements, strict=True)
        ],
        "outputs": list(rule.output_names),
        "periods": [_period(one, works) for one in days],
        "works": works,
    }
    _share_lists(found["works"], lists)
    _share_lists(found["requirements"], lists)
    return {**found, "lists": lists}


def _share_lists(node: Any, lists: list[list[str]]) -> None:
    """Put the codes of conditions in one place, where many conditions share them."""
    if isinstance(node, dict):
        for part in node.values():
            _share_lists(part, lists)
    elif isinstance(node, list):
        if len(node) == 5 and node[0] == "among" and isinstance(node[2], list):
            if node[2] not in lists:
                lists.append(node[2])
            node[2] = lists.index(node[2])
            return
        for part in node:
            _share_lists(part, lists)


def _read(rule: DatedRule) -> frozenset[str]:
    """Return the inputs that a result or a condition between inputs reads, through ways in too."""
    found = {item.name for item in rule.inputs}
    found |= {name for name in rule.required if name in rule.all_inputs}
    return frozenset(found)


def _period(rule: DatedRule, works: list[Any]) -> dict[str, Any]:
    ordered = in_order([facts.step for facts in rule.steps.values()])
    steps = [_step(step) for step in ordered if step.name in rule.version.reads]
    if steps not in works:
        works.append(steps)
    return {
        "from": rule.on.isoformat(),
        "constants": {name: _value(value) for name, value in rule.constants.items()},
        "work": works.index(steps),
        "decides": rule.version.decides,
        "reads": sorted(rule.version.reads & rule.all_inputs.keys()),
        "required": list(rule.required),
    }


def _input(item: Input) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": item.kind, "optional": item.optional}
    if item.numeric:
        found |= {
            "low": fraction_text(item.minimum), "high": fraction_text(item.maximum),
            "step": fraction_text(item.grid), "strict": item.kind != "number" or item.strict,
        }  # fmt: skip
    if item.kind == "code":
        found |= {"codes": list(item.codes), "pattern": _pattern(item), "longest": LONGEST}
    if item.default is not None:
        found["default"] = _value(item.default)
    if item.formula:
        tree = parse_formula(item.formula)
        found |= {"formula": tree_data(tree), "ways": sorted(names(tree))}
    return found


def _pattern(item: Input) -> str:
    r"""Return a pattern as a script reads it; a digit is one of any writing, as in Python."""
    escapes = set(_ESCAPE.findall(item.pattern))
    plain = all(ord(c) < 128 for c in item.pattern)
    if not plain or "(?" in item.pattern or any(e.isalnum() and e != "d" for e in escapes):
        raise NotCompiledError(item.name)
    if any(e in "\"#%&,:;<=>@`~!' " for e in escapes):
        raise NotCompiledError(item.name)
    # a hyphen is escaped in classes only; outside it is itself in both languages
    return item.pattern.replace(r"\d", r"\p{Nd}")


def fraction_text(value: Fraction) -> str:
    """Return a fraction as the script reads it.

    Examples
    --------
    >>> fraction_text(Fraction(3, 4)), fraction_text(Fraction(2))
    ('3/4', '2')
    """
    return str(value)


def _value(value: Fraction | str | bool) -> Any:
    """Return a constant; a number is told apart from a word by a mark."""
    if isinstance(value, Fraction):
        return ["#", fraction_text(value)]
    return value


def _step(step: Step) -> dict[str, Any]:
    found: dict[str, Any] = {"name": step.name, "value": tree_data(step.value)}
    if step.at_least is not None:
        found["least"] = tree_data(step.at_least)
    if step.at_most is not None:
        found["most"] = tree_data(step.at_most)
    if step.unit is not None:
        found["unit"], found["mode"] = fraction_text(step.unit), step.mode
    return found


def tree_data(node: Expression | Condition) -> list[Any]:
    """Return a tree as a list whose first element says what it is.

    Parameters
    ----------
    node : Expression or Condition
        The tree.

    Returns
    -------
    list
        Lists, texts, truths and None only.

    Examples
    --------
    >>> tree_data(parse_formula("age * 0.5"))
    ['*', ['name', 'age'], ['#', '1/2']]
    """
    match node:
        case Number(value):
            return ["#", fraction_text(value)]
        case Word(word):
            return ["word", word]
        case Truth(truth):
            return ["truth", truth]
        case Missing():
            return ["missing"]
        case Name(name):
            return ["name", name]
        case Operation(sign, left, right):
            return [sign, tree_data(left), tree_data(right)]
        case Extreme(kind, parts):
            return [kind, [tree_data(part) for part in parts]]
        case Root(part):
            return ["root", tree_data(part)]
        case Rounded(part, unit, mode):
            return ["round", tree_data(part), fraction_text(unit), mode]
        case Listed(by, first, amounts, beyond):
            listed = [fraction_text(amount) for amount in amounts]
            return ["listed", tree_data(by), first, listed, fraction_text(beyond)]
        case Marginal(base, scale):
            each = [
                [None if part.up_to is None else fraction_text(part.up_to), tree_data(part.rate)]
                for part in scale
            ]
            return ["marginal", tree_data(base), each]
        case Choice(cases):
            return ["choice", _cases(cases)]
        case Best(which, cases):
            return ["best", which, _cases(cases)]
        case Compare(left, sign, right):
            return ["compare", tree_data(left), sign, tree_data(right)]
        case Among(name, codes, prefixes, negated):
            return ["among", name, sorted(codes), sorted(prefixes), negated]
        case Flag(name, truth):
            return ["flag", name, truth]
        case Given(name, truth):
            return ["given", name, truth]
        case Every(conditions):
            return ["every", [tree_data(part) for part in conditions]]
        case Some(conditions):
            return ["some", [tree_data(part) for part in conditions]]
    raise TypeError(f"{type(node).__name__} is no tree")


def _cases(cases: Sequence[Case]) -> list[Any]:
    return [[tree_data(case.when), tree_data(case.value)] for case in cases]
