"""Persons at every bound of a rule: required inputs only, then each optional one, then each bound."""

from fractions import Fraction
from pathlib import Path

from tarifs_solidaires import list_rules, load_rule
from tarifs_solidaires.engine.exact import evaluate
from tarifs_solidaires.engine.expression import Compare, Marginal, Name, names, walk
from tarifs_solidaires.rules.load import read_rule

EXAMPLES = Path(__file__).parents[2] / "examples" / "tarifs"
MOST = 14  # bounds of an input


def versions():
    """Yield every rule that ships, and every example, on the first day of each version."""
    for name in (*list_rules(), *sorted(EXAMPLES.glob("*.toml"))):
        file, _ = read_rule(name)
        for entry in file.version:
            yield load_rule(name, on=entry.valid_from)


def bounds(rule, item):
    """Return the values that figures of the rule decide at, the smallest and the largest."""
    found = {item.minimum, item.maximum}
    for facts in rule.steps.values():
        for node in walk(facts.step.whole):
            match node:
                case Compare(Name(name), _, right) if name == item.name:
                    if names(right) <= rule.constants.keys():
                        found.add(evaluate(right, rule.constants, {}))
                case Marginal(Name(name), parts) if name == item.name:
                    found |= {part.up_to for part in parts if part.up_to is not None}
    numbers = (value for value in found if isinstance(value, Fraction))  # no roots
    return sorted(value for value in numbers if item.minimum <= value <= item.maximum)


def plain(item, value):
    """Return a value as a program holds it."""
    if item.kind == "date":
        return item.shown(value)
    if item.kind in ("whole", "number"):
        return int(value) if value % 1 == 0 else float(value)
    return value


def usual(rule, item):
    """Return a value with which a person can be computed."""
    if item.kind == "flag":
        return True
    if item.kind == "code":
        return next(iter(item.codes), None) or next(
            iter(rule.known_words.get(item.name, ())), "00000"
        )
    between = [b for b in bounds(rule, item) if item.minimum < b < item.maximum]
    value = (
        between[len(between) // 2]
        if between
        else min(item.maximum, max(item.minimum, Fraction(100)))
    )
    return plain(item, value)


def persons(rule):
    """Yield what is given for persons of a rule."""
    inputs = {item.name: item for item in rule.inputs}
    base = {name: usual(rule, inputs[name]) for name in rule.required}
    yield base
    for name, item in inputs.items():
        if name in base:
            values = []
        elif item.formula or any(name in rule.ways(other) for other in base):
            continue
        else:
            values = [usual(rule, item)]
        if item.codes:
            values = list(item.codes)
        elif item.kind == "flag":
            values = [True, False]
        elif item.kind == "code":  # on a list of the rule, and on none
            values = list(dict.fromkeys([*values, usual(rule, item), "00000"]))
        elif item.numeric:
            near = [
                b + step for b in bounds(rule, item)[:MOST] for step in (-item.grid, 0, item.grid)
            ]
            values += [plain(item, v) for v in near if item.minimum <= v <= item.maximum]
        for value in values:
            yield {**base, name: value}
    for name in base:
        ways = sorted(rule.ways(name))
        if ways:
            others = {way: usual(rule, inputs[way]) for way in ways}
            yield {key: value for key, value in {**base, **others}.items() if key != name}
