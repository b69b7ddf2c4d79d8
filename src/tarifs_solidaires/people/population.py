"""People who do not exist, for any rule, to show what a comparison does.

Everything here is made up: no distribution was measured, no share says anything about a territory.
The figures are written out below so that anybody can read what was assumed and assume something else.

Every column has a stream of random numbers of its own, by its name: a column is the same whatever
other inputs a rule has, so that two rules are compared on the same people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.expression import (
    Among,
    Compare,
    Listed,
    Marginal,
    Name,
    Number,
    names,
    walk,
)
from tarifs_solidaires.engine.formula import parse_formula
from tarifs_solidaires.errors import Fault, InputError
from tarifs_solidaires.people.communes import a_commune
from tarifs_solidaires.people.words import word
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.values.inputs import EPOCH, Input

Array = npt.NDArray[Any]

# Made up. A tenth of the people lies between each figure and the next, evenly: thousandths of the
# scale of an income, which is 1,000 a month where nothing else is known.
INCOMES = (0, 320, 480, 640, 810, 1000, 1220, 1500, 1900, 2600, 6000)
SCALE = 1000
# Made up. Out of 100 people, how many live in a household of 1, 2, 3, ... persons.
HOUSEHOLDS = (20, 30, 18, 20, 8, 4)
OLDEST = 94  # made up: each age from 0 is as frequent as any other
FLAG = 10  # made up: one person in so many has a flag other than its default, or one in 2 without
VOLUME = (20, 46)  # made up: cubic metres a person and year, from and to below
UNITS = {"nombre_parts": Fraction(1, 2)}  # of what a household has and is no money
# Of what a household has and is no count: how many of its own parts make one.
UNIT_PARTS = {
    "quotient_familial": 100, "quotient_familial_caf": 100, "ressources_mensuelles": 100,
    "ressources_annuelles": 100, "revenu_fiscal_reference": 100, "nombre_parts": 2,
}  # fmt: skip
MOST = 100_000_000
ROUNDS = 200  # draws of people who do not fit a rule's own requirements


def make_population(rule: Rule | Sequence[Rule], size: int, *, seed: int = 0) -> dict[str, Array]:
    """Make people at random for a rule, for demonstration only: every figure is made up.

    Parameters
    ----------
    rule : Rule or sequence of Rule
        The rule whose inputs are drawn, or several, such as the two of a comparison.
    size : int
        How many people, 1 to 100 million.
    seed : int
        The same seed gives the same people, on every machine.

    Returns
    -------
    dict of str to ndarray
        A column for each input, within its bounds and on its grid; of an input that can be given
        through others, the input itself. What is drawn depends on the input:

        - ages in years, each from 0 to 94 as frequent as another; persons of a household, a couple
          and its children after ``HOUSEHOLDS``, at least 2 persons for a child;
        - a quotient after ``INCOMES``, and the resources of the household of the same name that go
          with it;
        - other money after ``INCOMES``, around the largest figure that the rule compares it with;
        - other numbers evenly, up to twice that figure, or between their bounds;
        - a flag other than its default for one person in 10, without one for half of them; a code
          evenly among those that the rule names, and one other.

        Nothing else depends on anything else: neither income on age, nor age on household.

    Raises
    ------
    InputError
        Where the size or the seed is no whole number in its range, or nobody was found who fits
        what the rule requires.

    Examples
    --------
    >>> from tarifs_solidaires import load_rule, make_population
    >>> rule = load_rule("nantes/transport", on="2023-06-01")
    >>> people = make_population(rule, 3, seed=0)
    >>> sorted(people)[:3]
    ['aah_au_foyer', 'age', 'beneficiaire_aah']
    """
    rules = (rule,) if isinstance(rule, Rule) else tuple(rule)
    size = _whole("size", size, 1, MOST)
    seed = _whole("seed", seed, 0, 2**63)
    inputs: dict[str, tuple[Rule, Input]] = {}
    for one in rules:
        for item in wanted(one):
            inputs.setdefault(item.name, (one, item))
    if not any(one.file.require for one in rules):
        return _drawn(inputs, size, seed)
    found: list[dict[str, Array]] = []
    have = 0
    for turn in range(ROUNDS):
        people = _drawn(inputs, size, seed + turn)
        fits = np.ones(size, dtype=bool)
        for one in rules:
            own = {name: people[name] for name in people if name in set(_names(one))}
            reasons = one.compute(own, errors="null").reason_number
            fits &= np.broadcast_to(reasons, (size,)) == 0
        found.append({name: column[fits] for name, column in people.items()})
        have += int(fits.sum())
        if have >= size:
            return {n: np.concatenate([part[n] for part in found])[:size] for n in inputs}
    raise InputError(
        Fault(code="population", template="of {drawn:,} people only {have:,} fit what {rule} requires",
              remedy="give a table of your own", data={"drawn": size * ROUNDS, "have": have,
                                                       "rule": rules[0].name})
    )  # fmt: skip


def complete_population(
    rules: Sequence[Rule], size: int, seed: int, fixed: Mapping[str, Array]
) -> dict[str, Array]:
    """Return people of whom some columns are known, with the inputs that are not.

    Parameters
    ----------
    rules : sequence of Rule
        Rules whose inputs are drawn.
    size, seed : int
        As for ``make_population``.
    fixed : mapping of str to ndarray
        Columns that are known, of that size; what goes with them in a household follows them.

    Returns
    -------
    dict of str to ndarray
        These columns and the inputs of the rules.

    Raises
    ------
    InputError
        Where nobody is found, for some rows, who fits what a rule requires.
    """
    seed = _whole("seed", seed, 0, 2**63)
    inputs = {item.name: (one, item) for one in reversed(rules) for item in wanted(one)}
    found: dict[str, Array] = {}
    unfit = np.ones(size, dtype=bool)
    for turn in range(ROUNDS):
        drawn = _drawn(inputs, size, seed + turn, fixed)
        people = {name: np.asarray(fixed.get(name, column)) for name, column in drawn.items()}
        for name, column in people.items():
            found[name] = np.where(unfit, column, found[name]) if name in found else column
        unfit = np.zeros(size, dtype=bool)
        for one in rules:
            if one.file.require:
                own = {item.name: found[item.name] for item in wanted(one)}
                reasons = one.compute(own, errors="null").reason_number
                unfit |= np.broadcast_to(reasons, (size,)) != 0
        if not unfit.any():
            return {**fixed, **found}
    raise InputError(
        Fault(code="population", template="{count:,} of {size:,} rows do not fit what {rule} requires",
              remedy="leave out the classes that the rule refuses",
              data={"count": int(unfit.sum()), "size": size, "rule": rules[0].name})
    )  # fmt: skip


def note(lang: str) -> str:
    """Return what to say wherever made-up people are shown, in ``fr``, ``en`` or ``pt``."""
    return word("made_up", lang)


def wanted(rule: Rule) -> list[Input]:
    """Return the inputs that are drawn for a rule: none that stands for another one."""
    found = {item.name: item for item in rule.inputs}
    for name, item in list(found.items()):
        ways = names(parse_formula(item.formula)) if item.formula else frozenset()
        if ways & rule.version.reads:
            del found[name]  # its parts are read for themselves, so they are what people give
        else:
            for way in ways:
                found.pop(way, None)
    return list(found.values())


def _names(rule: Rule) -> list[str]:
    return [item.name for item in wanted(rule)]


def _drawn(
    inputs: Mapping[str, tuple[Rule, Input]], size: int, seed: int,
    fixed: Mapping[str, Array] | None = None,
) -> dict[str, Array]:  # fmt: skip
    source = _Source(size, seed)
    household = _Household(source)
    for name, values in (fixed or {}).items():
        if name in household.made and values.dtype.kind in "biuf":
            household.fix(name, values)
    return {name: _column(item, rule, source, household) for name, (rule, item) in inputs.items()}


class _Source:
    """Whole numbers at random, a stream for each name."""

    def __init__(self, size: int, seed: int) -> None:
        self.size, self._seed = size, seed

    def below(self, limit: int | Array, *name: str) -> Array:
        """Return whole numbers from 0 to below a limit of 2**31 or less, equally frequent."""
        # Words straight from the bit generator, whose stream numpy never changes, and whole
        # numbers only from there on: the same people on every machine.
        key = [self._seed, *"/".join(name).encode()]
        words = np.random.PCG64(np.random.SeedSequence(key)).random_raw(self.size)
        return np.asarray(((words >> np.uint64(32)).astype(np.int64) * limit) >> 32)

    def income(self, *name: str) -> Array:
        """Return incomes in hundredths of thousandths of their scale."""
        bounds = 100 * np.array(INCOMES, dtype=np.int64)
        tenth = self.below(len(INCOMES) - 1, *name, "tenth")
        return bounds[tenth] + self.below(np.diff(bounds)[tenth], *name, "within")


class _Household:
    """What goes together in a household, each worked out when it is asked for."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._known: dict[str, Array] = {}
        self.made: Mapping[str, Callable[[], Array]] = {
            "age": lambda: source.below(OLDEST + 1, "age"),
            "nombre_personnes": self._persons,
            "en_couple": self._couple,
            "nombre_enfants": lambda: self["nombre_personnes"] - 1 - self["en_couple"],
            "quotient_familial": lambda: source.income("quotient_familial"),
            "quotient_familial_caf": lambda: self["quotient_familial"],
            "etudiant": self._student,
            "echelon_bourse": lambda: np.where(self["etudiant"], source.below(8, "echelon"), 0),
            # cents, a month and a year: the quotient times the tax shares of the household
            "ressources_mensuelles": lambda: (self._resources() + 1) // 2,
            "ressources_annuelles": lambda: self._resources() * 6,
            "revenu_fiscal_reference": lambda: self._resources() * 6,
            "nombre_parts": self._half_shares,
        }  # fmt: skip

    def fix(self, name: str, values: Array) -> None:
        """Take values for given, in the unit of the household: cents, and half shares."""
        parts = UNIT_PARTS.get(name, 1)
        self._known[name] = np.rint(values * parts).astype(np.int64)

    def __getitem__(self, name: str) -> Array:
        if name not in self._known:
            self._known[name] = self.made[name]()
        return self._known[name]

    def _persons(self) -> Array:
        drawn = self._source.below(100, "persons")
        persons = 1 + np.searchsorted(np.cumsum(HOUSEHOLDS), drawn, side="right")
        return np.where(self["age"] < 18, np.maximum(persons, 2), persons)

    def _couple(self) -> Array:
        """Three households in four hold a couple, from two adults on."""
        persons = self["nombre_personnes"]
        couple = (persons >= 3) | ((persons == 2) & (self["age"] >= 18))
        return np.asarray(couple & (self._source.below(4, "couple") < 3))

    def _student(self) -> Array:
        young = (self["age"] >= 18) & (self["age"] <= 25)
        return np.asarray(young & (self._source.below(2, "student") == 0))

    def _half_shares(self) -> Array:
        """Return tax shares, times 2: 1 for a third child and each child beyond, a half before."""
        children = self["nombre_enfants"]
        return np.asarray(2 + 2 * self["en_couple"] + children + np.maximum(children - 2, 0))

    def _resources(self) -> Array:
        return np.asarray(self["quotient_familial"] * self._half_shares())


def _column(item: Input, rule: Rule, source: _Source, household: _Household) -> Array:
    if item.kind == "code":
        words = _codes(item, rule)
        return np.array(words)[source.below(len(words), item.name)]
    if item.kind == "flag":
        known = household[item.name] if item.name in household.made else None
        if known is not None:
            return known.astype(bool)
        rare = source.below(2 if item.default is None else FLAG, item.name) == 0
        return np.asarray(rare != bool(item.default))
    grid = item.grid
    money = re.fullmatch("[A-Z]{3}(/month|/year)?", item.unit) is not None
    if item.unit == "years" and item.maximum >= OLDEST:
        return _within(item, household["age"], Fraction(1))
    if item.unit == "persons" and item.maximum >= len(HOUSEHOLDS):
        return _within(item, household["nombre_personnes"], Fraction(1))
    if item.name in household.made and rule.currency in ("EUR", ""):
        unit = Fraction(1, 100) if money else UNITS.get(item.name, Fraction(1))
        return _within(item, household[item.name], unit)
    largest = max(thresholds_of(item, rule), default=None)
    if money:
        scale = largest or Fraction(12 * SCALE if item.unit.endswith("/year") else SCALE)
        scale = min(scale, item.maximum * SCALE / INCOMES[-1])  # so that the richest are within
        return _within(item, source.income(item.name), scale / 100_000)
    if item.unit == "m3" and largest is None:
        low, high = VOLUME
        each = low + source.below(high - low, item.name)
        return _within(item, household["nombre_personnes"] * each, Fraction(1))
    top = item.maximum
    if largest is not None:
        top = min(top, max(2 * largest, item.minimum + grid))
    steps = min(int((top - item.minimum) / grid) + 1, 2**31)
    return _within(item, source.below(steps, item.name), grid, start=item.minimum)


def _within(item: Input, values: Array, unit: Fraction, start: Fraction = Fraction(0)) -> Array:
    """Return whole numbers of a unit as values of an input: on its grid, within its bounds."""
    step = item.grid
    first, last = -(-item.minimum // step), item.maximum // step  # in steps of the grid
    ratio = unit / step
    # whole numbers all the way: up to 2**53 they are exact in float64 too
    if ratio.denominator == 1 and start % step == 0:
        steps = values.astype(np.int64) * int(ratio) + int(start / step)
    else:
        steps = np.floor(values * float(ratio) + float(start / step)).astype(np.int64)
    steps = np.clip(steps, int(first), int(min(last, 2**53)))
    if item.kind == "date":
        return np.asarray(np.datetime64(EPOCH, "D") + steps)
    if step == 1:
        return steps
    return np.asarray(steps * step.numerator / step.denominator)


def thresholds_of(item: Input, rule: DatedRule) -> Iterator[Fraction]:
    """Yield the figures at which a rule changes along an input."""
    found: list[tuple[Any, Any]] = []
    for facts in rule.steps.values():
        for node in walk(facts.step.whole):
            if isinstance(node, Compare):
                found += [(node.left, node.right), (node.right, node.left)]
            elif isinstance(node, Marginal):
                found += [(node.base, Number(part.up_to)) for part in node.parts if part.up_to]
            elif isinstance(node, Listed):
                last = node.first + len(node.amounts) - 1
                found.append((node.by, Number(Fraction(last))))
    for side, other in found:
        value = _constant(other, rule.constants) if side == Name(item.name) else None
        if value is not None and value > 0:
            yield value


def _constant(node: Any, constants: Mapping[str, Any]) -> Fraction | None:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        value = constants.get(node.name)
        return value if isinstance(value, Fraction) else None
    return None


def _codes(item: Input, rule: Rule) -> list[str]:
    """Return the codes of an input, or those that a rule names and one that it does not."""
    if item.codes:
        return list(item.codes)
    named: dict[str, None] = {}
    prefixes: dict[str, None] = {}
    for facts in rule.steps.values():
        for node in walk(facts.step.whole):
            if isinstance(node, Among) and node.name == item.name:
                named |= dict.fromkeys(sorted(node.codes))
                prefixes |= dict.fromkeys(sorted(node.prefixes))
    pattern = re.compile(item.pattern or ".+")
    found = [code for code in named if pattern.fullmatch(code)]
    for prefix in [*prefixes, *"0123456789ABCXYZabcxyz"]:
        code = a_commune(prefix, rule.on) if item.code_list else _filled(prefix, pattern)
        if code and code not in found:
            found.append(code)
            if prefix not in prefixes:
                break  # one that the rule does not name
    if not found:
        raise InputError(
            Fault(code="population", input=item.name, template="{input}: no code was found that fits it",
                  remedy="give a table of your own")
        )  # fmt: skip
    return found


def _filled(prefix: str, pattern: re.Pattern[str]) -> str:
    """Return a code that begins with a prefix and fits a pattern; empty where none is found."""
    tries = (prefix + sign * count for sign in "10A9a-" for count in range(13))
    return next((code for code in tries if pattern.fullmatch(code)), "")


def _whole(name: str, value: object, least: int, most: int) -> int:
    if (
        isinstance(value, int | np.integer)
        and not isinstance(value, bool)
        and least <= value <= most
    ):
        return int(value)
    raise InputError(
        Fault(code="out_of_bounds", input=name, remedy="write one",
              template="{input}: {value!r} is not a whole number from {low:,} to {high:,}",
              data={"value": value, "low": least, "high": most})
    )  # fmt: skip
