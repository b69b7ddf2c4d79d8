"""How large the whole numbers of each step can become, which decides how fast it is computed."""

from __future__ import annotations

import math

from tarifs_solidaires.engine import quantities as q
from tarifs_solidaires.engine.compiler import Compiler
from tarifs_solidaires.engine.expression import (
    Compare,
    Condition,
    Expression,
    Extreme,
    Listed,
    Marginal,
    Name,
    Operation,
    Root,
    Rounded,
    children,
)
from tarifs_solidaires.rules.dated import REQUIRED
from tarifs_solidaires.rules.search import Space


def bits_of(space: Space) -> dict[str, int]:
    """Return the bits that the largest whole number of each step needs.

    Parameters
    ----------
    space : Space
        A rule with its program.

    Returns
    -------
    dict of str to int
        By step. Up to 52 bits are computed as float64, up to 62 as int64, more as Python's own
        integers, ten to forty times slower.

    Examples
    --------
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/eau", on="2016-06-15")
    >>> max(bits_of(Space.of(rule, rule.program(frozenset(rule.required)))).values()) < 52
    True
    """
    compiler = space.program.compiler
    found: dict[str, int] = {}
    for name, step in space.steps.items():
        if not name.startswith(REQUIRED):
            sizes = [_of(step.whole, compiler)]
            made = compiler.found[name]
            if isinstance(made, q.Num):
                sizes.append(_width(made))
            found[name] = max(sizes)
    return found


def _width(*numbers: q.Num) -> int:
    ends = [abs(end) for number in numbers for end in (number.low, number.high)]
    return max(ends).bit_length()


def _of(node: Expression | Condition, compiler: Compiler) -> int:
    """Return the bits that a tree needs, the names that it reads being made before."""
    widest = max((_of(child, compiler) for child in children(node)), default=0)
    match node:
        case Compare(left, _, right):
            pair = compiler.number(left), compiler.number(right)
            if any(number.root for number in pair):
                pair = q.squared(pair[0]), q.squared(pair[1])
            if all(number.constant is None for number in pair):
                widest = max(widest, _width(*q.aligned(*pair)))
        case Rounded(part, unit):
            number = compiler.number(part)
            if not number.root:
                common = math.gcd(unit.denominator, number.scale * unit.numerator)
                bottom = number.scale * unit.numerator // common
                bottom *= math.prod(divisor.high for divisor in number.divisors)
                top = max(abs(number.low), abs(number.high)) * (unit.denominator // common)
                widest = max(widest, (2 * top + bottom).bit_length())
        case Name() | Operation() | Extreme() | Root() | Listed() | Marginal():
            widest = max(widest, _width(compiler.number(node)))
    return widest
