"""Nothing that a notice says may contradict the result: all rules, all bounds, the cents beside them.

Only the typed facts are read, never a sentence.
"""

from fractions import Fraction

import pytest
from persons import persons, plain, versions

from tarifs_solidaires import InputError
from tarifs_solidaires.engine.exact import Surd
from tarifs_solidaires.engine.expression import Compare, Every, Name, Some, names
from tarifs_solidaires.say.facts import collect, same
from tarifs_solidaires.say.nearest import RANGES, Line, changes

RULES = list(versions())
SIGNS = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "=": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.on}")


def explained(rule):
    """Yield what is given, the facts and the person, for each person whom the rule computes."""
    for given in persons(rule):
        try:
            result = rule.compute(given)
        except InputError:
            continue
        yield given, *collect(result, None)


def fits(test, value):
    """Say whether a value of what a test reads would have the test as it is."""
    return SIGNS[test.condition.sign](value, test.bound) is test.holds


def is_number(test):
    return (
        isinstance(test.condition, Compare)
        and isinstance(test.condition.left, Name)
        and isinstance(test.bound, Fraction)
    )


def settles(told, test):
    """Say whether what is told leaves no value with which a test would turn out otherwise."""
    about = [other for other in told if other.read.name == test.read.name]
    if not is_number(test) or test.read.value is None:
        return bool(about)  # its value is told
    about = [other for other in about if is_number(other)]
    if not about:
        return False
    bounds = {other.bound for other in (*about, test)}
    tried = {bound + step for bound in bounds for step in (-1, Fraction(-1, 10**6), 0, Fraction(1, 10**6), 1)}  # fmt: skip
    tried |= {min(bounds) - 10**9, max(bounds) + 10**9, test.read.value}
    return all(fits(test, value) for value in tried if all(fits(o, value) for o in about))


def of_person(tests):
    return [test for test in tests if test.read.role != "parameter"]


@each_rule
def test_the_why_holds_every_condition_that_mattered(rule):
    for given, facts, person in explained(rule):
        for done in facts.operations:
            if done.kind != "table" or done.row is None:
                assert not done.because
                continue
            *failed, decided = done.verdicts
            told = [*done.because, *(test for verdict in done.refused for test in verdict.tests)]
            for test in told:
                assert not is_number(test) or test.read.value is None or fits(test, test.read.value)
            for test in of_person(decided.tests):
                assert settles(told, test), (given, done.name, test)
            for verdict in failed:
                assert is_settled(verdict.row.when, told, person), (given, done.name, verdict.row)


def is_settled(when, told, person):
    """Say whether what is told, with the figures of the rule, makes a condition fail."""
    if names(when) <= person.rule.parameters.keys():
        return person.holds(when) is False
    if isinstance(when, Some):
        return all(is_settled(part, told, person) for part in when.parts)
    if isinstance(when, Every):
        return any(is_settled(part, told, person) for part in when.parts)
    return person.holds(when) is False and settles(told, person.test(when))


@each_rule
def test_what_would_change_a_result_is_in_the_why(rule):
    for given, facts, person in explained(rule):
        said = set()
        for done in facts.operations:
            if done.main:
                said |= told_names(done)
        read = {datum.item.name for datum in facts.data if datum.read}
        for change in changes(person).found:
            assert change.input in read, (given, change)
            ways = {change.input, *change.through}
            mattered = bool(ways & said) or any(ways & names(r.whole) for r in rule.requirements)
            assert mattered or lost(facts, ways), (given, change)


def told_names(done):
    """Return whatever an operation is said to have been worked out from."""
    tests = [*done.because, *(t for v in done.refused for t in v.tests)]
    found = set(names(done.expression)).union(*(names(test.condition) for test in tests))
    if done.kind != "table":
        found |= {read.name for read in done.reads}
    if done.facts is not None:
        bounds = (done.facts.step.at_least, done.facts.step.at_most)
        found = found.union(*(names(bound) for bound in bounds if bound is not None))
    return found


def lost(facts, ways):
    """Say whether something is read only by a right that lost, or by an operation for it."""
    return any(ways & {r.name for r in done.reads} for done in facts.operations if not done.main)


@each_rule
def test_a_change_is_at_the_bound_that_is_told_and_not_a_step_before(rule):
    for given, facts, person in explained(rule):
        found = changes(person)
        check_not_given(rule, given, facts, person, found)
        for change in found.found:
            item = rule.all_inputs[change.input]
            if change.among:
                check_listed(rule, given, facts, change)
            if not item.numeric or change.until is not None:
                continue
            line = Line(person, item)
            side = 1 if change.reach in (">", ">=") else -1
            before = change.at - side * item.grid
            assert (change.at - line.here) * side > 0
            assert change.gap == abs(change.bound - line.here)
            if item.strict or item.kind == "whole":
                assert change.bound == change.at  # no other can be given
            if (before - line.here) * side <= 0:
                continue  # the change is at the next value
            again, _ = collect(rule.compute({**given, item.name: plain(item, before)}), None)
            for name, now in facts.outputs.items():
                if name not in line.watched:
                    assert same(again.outputs[name], now), (given, change, before)
            assert not line.is_change(line.at(before)), (given, change, before)
            if change.reach in ("<", ">"):
                assert change.bound == before


def check_not_given(rule, given, facts, person, found):
    """Check that a number that was not given changes the result just where it is told to."""
    for name in found.walked:
        item, own = rule.all_inputs[name], [c for c in found.found if c.input == name]
        if not item.numeric or person.values[name] is not None or name in found.unproved:
            continue
        ends = [end for c in own for end in (c.bound, c.until)]
        tried = {item.minimum, item.maximum, *ends}
        tried |= {end + step for end in ends for step in (-item.grid, item.grid)}
        beyond = max(ends, default=item.minimum) if len(own) == RANGES else item.maximum
        for value in tried:
            if not item.minimum <= value <= beyond:
                continue
            again, _ = collect(rule.compute({**given, name: plain(item, value)}), None)
            there = next((c.outputs for c in own if c.bound <= value <= c.until), {})
            for output, now in facts.outputs.items():
                assert same(again.outputs[output], there.get(output, now)), (given, name, value)


def check_listed(rule, given, facts, change):
    """Check that a code that is told by lists gives what is said wherever it lies on them."""
    here = given.get(change.input)
    assert all(here is None or one.has(change.at) != one.has(here) for one in change.among)
    known = rule.known_words.get(change.input, ())
    others = [c for c in known if all(a.has(c) == a.has(change.at) for a in change.among)]
    for code in (change.at, *others[:: max(1, len(others) // 2)]):
        again, _ = collect(rule.compute({**given, change.input: code}), None)
        for output, now in facts.outputs.items():
            assert same(again.outputs[output], change.outputs.get(output, now)), (given, code)


@each_rule
def test_what_nobody_gave_is_presumed_and_said_to_be(rule):
    for given, facts, person in explained(rule):
        presumed = {
            datum.item.name for datum in facts.data
            if datum.read and datum.origin in ("default", "not_given")
        }  # fmt: skip
        assert presumed == facts.presumed.keys(), given
        assert presumed.isdisjoint(given)
        for name, rows in facts.presumed.items():
            for row in rows:
                (verdict,) = {
                    id(v): v for done in facts.operations for v in done.verdicts if v.row is row
                }.values()
                assert verdict.holds is False
                assert name in {test.read.name for test in verdict.tests}
        assert person.worked.keys() >= {done.name for done in facts.operations}


@each_rule
def test_operations_told_give_the_figures_shown(rule):
    for given, facts, _ in explained(rule):
        for done in facts.operations:
            value = done.raw
            for bound in done.bounds:
                if value is None or bound.value is None:
                    continue
                low = bound.kind == "at_least"
                beyond = value < bound.value if low else value > bound.value
                assert bound.applied is bool(beyond), (given, done.name)
                value = bound.value if beyond else value
            if done.rounding is not None and value is not None:
                unit = done.rounding.unit
                assert done.value % unit == 0
                apart = abs(
                    done.value - (value if isinstance(value, Fraction) else Fraction(float(value)))
                )
                assert apart < unit if done.rounding.mode in ("up", "down") else apart <= unit / 2
            elif isinstance(value, Fraction | Surd):
                assert same(done.value, value)
            if done.pieces and isinstance(done.raw, Fraction):
                assert sum((piece.value for piece in done.pieces), Fraction(0)) == done.raw
                assert all(piece.value == piece.rate * piece.amount for piece in done.pieces)


@each_rule
def test_what_is_kept_from_others_is_what_one_finds_alone(rule):
    people = [person for _, _, person in explained(rule) if person is not None]
    together = [changes(person) for person in people]  # in the memory of the rule
    for person, found in zip(people, together, strict=True):
        person.rule._programs.pop("changes", None)
        assert changes(person) == found
