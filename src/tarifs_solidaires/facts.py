"""The facts of one result, before any word: data, tests put to the person, operations, changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from tarifs_solidaires.block_tariff import LITRES, Block
from tarifs_solidaires.conditions import Condition, Flag, Interval
from tarifs_solidaires.decision_table import Cut, DecisionTable, Dimension, Row
from tarifs_solidaires.effort_rate import NOT_AIDED, OUTSIDE
from tarifs_solidaires.errors import InputError, nearest
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.money import SCALE, exact, whole
from tarifs_solidaires.result import Result
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.rule_file import ORIGINS
from tarifs_solidaires.scale import Scale

Value = Any  # bool, str, int or float, as the person gave it
Values = Mapping[str, Value]

NOT_GIVEN = "default"  # the origin of a datum that nobody gave and that has its default


@attrs.frozen(kw_only=True)
class Datum:
    """One datum of the person.

    Parameters
    ----------
    name : str
        Input.
    value : bool, str, int, float or None
        What was given; None where it could not be read.
    origin : str
        Where it comes from.
    read : bool
        Whether a result can depend on it.
    """

    name: str
    value: Value
    origin: str
    read: bool = True


@attrs.frozen(kw_only=True)
class Test:
    """One condition put to the person.

    Parameters
    ----------
    condition : Interval, Flag or Member
        What is asked.
    value : Fraction, bool, str or None
        The value that counts; None where it was not given.
    scale : Fraction or None
        What the bounds are multiplied by before the value is compared with them.
    holds : bool
        Whether the condition holds.
    """

    condition: Condition
    value: Value
    scale: Fraction | None
    holds: bool


@attrs.frozen(kw_only=True)
class Verdict:
    """A row, and whether it decides; None where a row before it has decided."""

    row: Row
    holds: bool | None
    tests: tuple[Test, ...] = ()


@attrs.frozen(kw_only=True)
class Step:
    """One operation, by its name, with the person's own figures."""

    operation: str
    figures: Mapping[str, Any]


@attrs.frozen(kw_only=True)
class Change:
    """The nearest value of an input, on one side, from which a result differs.

    Parameters
    ----------
    input : str
        The input.
    reach : {"<=", "<", ">", ">="}
        On which side of the bound the result differs.
    bound : Fraction
        The bound, in the unit of the input and for this person.
    gap : Fraction
        How far the person is from it.
    income_gap : Fraction or None
        The same in income a year, where an income and tax shares were given.
    outputs : mapping of str to float
        What differs, with its value there; NaN where it is not known there.
    """

    input: str
    reach: str
    bound: Fraction
    gap: Fraction
    income_gap: Fraction | None = None
    outputs: Mapping[str, float]


@attrs.frozen(kw_only=True)
class Facts:
    """All that is to be said about one result, in no language.

    Parameters
    ----------
    rule : Rule
        What was computed.
    outputs : mapping of str to float
        Results; NaN where there is none.
    tranche : str
        The row that decided; empty where the result was set aside.
    reason : str
        Why the result was set aside; empty where it was not.
    data : tuple of Datum
        What the result was computed from.
    verdicts : tuple of Verdict
        The rows, in order.
    steps : tuple of Step
        The operations, in order.
    changes : tuple of Change
        The nearest changes, one at most on each side of each input.
    walked : tuple of str
        The inputs whose changes were looked for.
    """

    rule: Rule
    outputs: Mapping[str, float]
    tranche: str
    reason: str
    data: tuple[Datum, ...]
    verdicts: tuple[Verdict, ...] = ()
    steps: tuple[Step, ...] = ()
    changes: tuple[Change, ...] = ()
    walked: tuple[str, ...] = ()


def collect(
    result: Result, i: int | tuple[int, ...] | None, origin: Mapping[str, str] | None = None
) -> Facts:
    """Return the facts of the result at a position.

    Parameters
    ----------
    result : Result
        Results of one computation.
    i : int or tuple of int or None
        Position; None where the inputs were scalars.
    origin : mapping of str to str, optional
        Where this person's data come from, where that is not what the rule says.

    Returns
    -------
    Facts
        What there is to say.

    Raises
    ------
    InputError
        Where the position, a name or an origin does not exist.
    """
    position = _position(result, i)
    rule, version = result.rule, result.rule.version
    values = {
        name: np.broadcast_to(array, result.shape)[position].item()
        for name, array in result.inputs.items()
    }
    outputs = {name: float(result.outputs[name][position]) for name in rule.output_names}
    number = int(result.row[position])
    reason = str(np.asarray(result.reason)[position])
    origins = _origins(rule, values, result.defaults, origin or {})
    if reason:
        data = tuple(d for d in _data(rule, values, origins) if d.name == reason.partition(":")[0])
        data = tuple(attrs.evolve(d, value=_seen(d)) for d in data)
        return Facts(rule=rule, outputs=outputs, tranche="", reason=reason, data=data)
    _still_given(result, values, outputs, number, i)
    known = Facts(
        rule=rule, outputs=outputs, tranche=result.names[number], reason="",
        data=_data(rule, values, origins),
    )  # fmt: skip
    if version.effort_rate is not None:
        return _effort_facts(known, values, number)
    if version.block_tariff is not None:
        return _block_facts(known, values, number)
    return _table_facts(known, values, number)


def _still_given(
    result: Result, values: Values, outputs: Mapping[str, float], number: int, i: object
) -> None:
    """Refuse to tell a person's values that do not give the result: they were changed since."""
    given = {name: value for name, value in values.items() if name not in result.defaults}
    try:
        again = result.rule.compute(**given)
    except InputError:
        again = None
    if again is None or int(again.row) != number or not _same(again.outputs, outputs):
        raise InputError(
            f"the inputs at {i} have changed since they were computed, and give another result; "
            "compute again, or give copies to compute"
        )


def _same(found: Mapping[str, Any], outputs: Mapping[str, float]) -> bool:
    return all(np.array_equal(found[n], v, equal_nan=True) for n, v in outputs.items())


def _position(result: Result, i: Any) -> tuple[int, ...]:
    if i is None:
        if result.shape != ():
            raise InputError(
                f"results have shape {result.shape}: say which one, such as explain(0)"
            )
        return ()
    position = i if isinstance(i, tuple) else (i,)
    inside = len(position) == len(result.shape) and all(
        isinstance(p, int | np.integer) and not isinstance(p, bool) and -n <= p < n
        for p, n in zip(position, result.shape, strict=True)
    )
    if not inside and not (result.shape == () and position == (0,)):
        raise InputError(
            f"no result at position {i!r}: results have shape {result.shape}, counted from 0"
        )
    return position if result.shape else ()


def _origins(
    rule: Rule, values: Values, defaults: frozenset[str], own: Mapping[str, str]
) -> Mapping[str, str]:
    for name, word in own.items():
        if name not in values:
            raise InputError(f"origin: {name} was not used; {nearest(str(name), values)}")
        if word not in ORIGINS:
            raise InputError(f"origin of {name}: {word!r} is unknown; write {', '.join(ORIGINS)}")
    of_rule = {name: rule.origin.get(name, "declaration") for name in values}
    return of_rule | dict.fromkeys(defaults, NOT_GIVEN) | dict(own)


def _data(rule: Rule, values: Values, origins: Mapping[str, str]) -> tuple[Datum, ...]:
    """Return what was given, and the defaults that a result can depend on."""
    read = rule.version.read
    return tuple(
        Datum(name=n, value=v, origin=origins[n], read=n in read)
        for n, v in values.items()
        if n in read or origins[n] != NOT_GIVEN
    )


def _seen(datum: Datum) -> Value:
    """Return a refused value where it is a number; what could not be read has none."""
    item = INPUTS[datum.name]
    refused = (
        item.kind == "number"
        and math.isfinite(datum.value)
        and (
            not item.minimum <= datum.value <= item.maximum
            or (item.step and datum.value % item.step != 0)
        )
    )
    return datum.value if refused else None


@attrs.frozen
class Person:
    """One person's values, as a table sees them: divided by scales, replaced by substitutions."""

    table: DecisionTable
    values: Values

    def scale(self, name: str) -> Fraction | None:
        """Return what the bounds of an input are multiplied by."""
        divisor = self.table.divisors.get(name)
        if isinstance(divisor, Scale) and name in self.values:
            arrays = {n: np.asarray(v) for n, v in self.values.items()}
            return exact(float(divisor.units(arrays))) / divisor.per
        return None

    def own(self, name: str) -> Value:
        """Return the person's own value, numbers exact; None where it was not given."""
        if name == "quotient_familial" and "nombre_parts" in self.values:
            income, parts = self.values["revenu_fiscal_reference"], self.values["nombre_parts"]
            return exact(income) / (12 * exact(parts))
        value = self.values.get(name)
        return value if value is None or isinstance(value, bool | str) else exact(value)

    def substitution(self, name: str) -> int | None:
        """Return the number of the substitution that counts for an input; None where none does."""
        for number, s in enumerate(self.table.substitutions):
            if s.input == name and all(self.test(c, own=True).holds for c in s.when):
                return number
        return None

    def test(self, condition: Condition, *, own: bool = False) -> Test:
        """Put a condition to the person, on the values that count or on the person's own."""
        name = condition.name
        number = None if own else self.substitution(name)
        if number is None:
            value, scale = self.own(name), self.scale(name)
        else:
            value, scale = exact(self.table.substitutions[number].value), None
        holds = value is not None and _holds(condition, value, scale or Fraction(1))
        return Test(condition=condition, value=value, scale=scale, holds=holds)


def _holds(condition: Condition, value: Value, scale: Fraction) -> bool:
    if isinstance(condition, Flag):
        return bool(value == condition.value)
    if isinstance(condition, Interval):
        return below(value, condition, scale) is None and above(value, condition, scale) is None
    return (value in condition.codes) != condition.negated


def below(value: Value, condition: Interval, scale: Fraction) -> Fraction | None:
    """Return the lower bound where a value is below what is asked."""
    bound = exact(condition.low) * scale
    enough = value >= bound if condition.low_included else value > bound
    return None if enough else bound


def above(value: Value, condition: Interval, scale: Fraction) -> Fraction | None:
    """Return the upper bound where a value is above what is asked."""
    if condition.high == math.inf:
        return None
    bound = exact(condition.high) * scale
    enough = value <= bound if condition.high_included else value < bound
    return None if enough else bound


def _verdicts(rows: Sequence[Row], number: int, person: Person) -> tuple[Verdict, ...]:
    """Put the rows to the person up to the one that decides."""
    return tuple(
        Verdict(row=row, holds=n == number, tests=tuple(person.test(c) for c in row.when))
        if n <= number
        else Verdict(row=row, holds=None)
        for n, row in enumerate(rows)
    )


def _table_facts(known: Facts, values: Values, number: int) -> Facts:
    version, person = known.rule.version, Person(known.rule.version.table, values)
    steps = []
    asked = {d.name for d in version.table.dimensions}
    if "nombre_parts" in values and "quotient_familial" in asked:
        steps.append(
            Step(
                operation="quotient",
                figures={
                    "income": exact(values["revenu_fiscal_reference"]),
                    "parts": exact(values["nombre_parts"]),
                    "value": person.own("quotient_familial"),
                },
            )
        )
    for name in dict.fromkeys(s.input for s in version.substitutions):
        found = person.substitution(name)
        if found is not None:
            s = version.substitutions[found]
            figures = {
                "input": name, "own": person.own(name), "value": exact(s.value),
                "why": tuple(person.test(c, own=True) for c in s.when),
                "source": s.source, "confidence": s.confidence,
            }  # fmt: skip
            steps.append(Step(operation="substitution", figures=figures))
    steps += [
        _scale_step(scale, person)
        for scale in version.scales
        if person.scale(scale.numerator) is not None
        and person.substitution(scale.numerator) is None
    ]
    full = version.full_price
    if full is not None:
        steps.append(_price_step(known, values, full, number))
    changes, walked = _table_changes(known, values, number)
    return attrs.evolve(
        known, verdicts=_verdicts(version.rows, number, person), steps=tuple(steps),
        changes=changes, walked=walked,
    )  # fmt: skip


def _scale_step(scale: Scale, person: Person) -> Step:
    figures: dict[str, Any] = {"input": scale.numerator, "value": person.scale(scale.numerator)}
    if scale.base is None:
        figures["by"] = scale.by
    else:
        within = Person(scale.base, person.values)
        row = next(r for r in scale.base.rows if all(within.test(c).holds for c in r.when))
        figures["base"] = exact(row.then["value"])
        figures["why"] = tuple(within.test(c) for c in row.when)
        figures["each"] = {
            name: {"amount": exact(amount), "count": exact(person.values[name])}
            for name, amount in scale.each.items()
        }
    figures |= {"source": scale.source, "confidence": scale.confidence}
    return Step(operation="scale", figures=figures)


def _price_step(known: Facts, values: Values, full: DecisionTable, number: int) -> Step:
    arrays = {name: np.asarray(value) for name, value in values.items()}
    row = full.rows[int(full.row_of_cell[int(full.cells(arrays))])]
    rate = known.rule.version.rows[number].then["taux_reduction"]
    figures = {
        "tranche": row.tranche, "full_price": _figure(row.then["value"]), "rate": _figure(rate),
        "value": _figure(known.outputs["prix_mensuel"]),
        "source": row.source, "confidence": row.confidence,
    }  # fmt: skip
    return Step(operation="full_price", figures=figures)


def _figure(value: float) -> Fraction | None:
    return None if math.isnan(value) else exact(value)


def _table_changes(
    known: Facts, values: Values, number: int
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Walk the bins of each number down and up, the others fixed, until an output differs."""
    rule, version = known.rule, known.rule.version
    person = Person(version.table, values)
    tables = [version.table]
    if version.full_price is not None and "prix_mensuel" in rule.output_names:
        tables.append(version.full_price)
    arrays = {name: np.asarray(value) for name, value in values.items()}
    here = [
        [int(b) for b in np.unravel_index(int(t.cells(arrays)), t.shape)] if t.shape else []
        for t in tables
    ]
    # a number that also makes a scale moves more than its own bins
    moving = {n for s in version.scales for n in (s.by, *s.each)}
    names = dict.fromkeys(d.name for t in tables for d in t.dimensions if d.cuts)
    changes, walked = [], []
    for name in names:
        own = person.own(name)
        if own is None or name in moving:
            continue
        walked.append(name)
        scale = person.scale(name) or Fraction(1)
        cuts = sorted(
            {cut for t in tables for d in t.dimensions if d.name == name for cut in d.cuts}
        )
        line = Dimension(name=name, cuts=tuple(cuts))
        start = sum(_passed(own, cut, scale) for cut in cuts)
        for side in (range(start - 1, -1, -1), range(start + 1, len(cuts) + 1)):
            for there in side:
                bins = [_moved(t, b, name, cuts[:there]) for t, b in zip(tables, here, strict=True)]
                found = _outputs_at(rule, tables, bins) if line.admissible(there) else None
                differ = {
                    n: v
                    for n, v in (found or {}).items()
                    if v != known.outputs[n]
                    and not (math.isnan(v) and math.isnan(known.outputs[n]))
                }
                if differ:
                    cut = cuts[there] if there < start else cuts[there - 1]
                    changes.append(_change(name, own, cut, there < start, scale, values, differ))
                    break
    return tuple(changes), tuple(walked)


def _passed(value: Fraction, cut: Cut, scale: Fraction) -> bool:
    bound = exact(cut.value) * scale
    return value > bound if cut.after else value >= bound


def _moved(table: DecisionTable, bins: list[int], name: str, passed: Sequence[Cut]) -> list[int]:
    """Return the bins of a table where one input has passed some cuts and no others."""
    return [
        sum(cut in passed for cut in d.cuts) if d.name == name else b
        for d, b in zip(table.dimensions, bins, strict=True)
    ]


def _outputs_at(
    rule: Rule, tables: Sequence[DecisionTable], bins: Sequence[list[int]]
) -> dict[str, float] | None:
    """Return the outputs in a cell of each table; None where no row decides there."""
    rows = [
        int(t.row_of_cell[int(np.ravel_multi_index(b, t.shape)) if b else 0])
        for t, b in zip(tables, bins, strict=True)
    ]
    if rows[0] == len(tables[0].rows):
        return None
    outputs = {name: tables[0].rows[rows[0]].then[name] for name in rule.output_names}
    if len(tables) == 2:
        price = rule.version.prices[rows[0] * (len(tables[1].rows) + 1) + rows[1]]
        outputs["prix_mensuel"] = float(price)
    return outputs


def _change(
    name: str, own: Fraction, cut: Cut, down: bool, scale: Fraction, values: Values,
    outputs: Mapping[str, float],
) -> Change:  # fmt: skip
    bound = exact(cut.value) * scale
    reach = ("<=" if cut.after else "<") if down else (">" if cut.after else ">=")
    if INPUTS[name].whole:  # the nearest whole number, rather than a bound that lies between two
        bound = Fraction(math.floor(bound) if reach in ("<=", ">") else math.ceil(bound))
        bound += {"<": -1, ">": 1}.get(reach, 0)
        reach = "<=" if down else ">="
    gap = abs(own - bound)
    income = name == "quotient_familial" and "nombre_parts" in values
    return Change(
        input=name, reach=reach, bound=bound, gap=gap, outputs=dict(outputs),
        income_gap=gap * 12 * exact(values["nombre_parts"]) if income else None,
    )  # fmt: skip


def _effort_facts(known: Facts, values: Values, number: int) -> Facts:
    """Tell the reference bill, the aid, and the ceiling of resources."""
    effort = known.rule.version.effort_rate
    if effort is None:
        raise AssertionError
    persons = values["nombre_personnes"]
    volume = Fraction(int(effort.volume(np.asarray(persons))))
    price = _to(values["prix_m3"] if effort.prix_m3 is None else effort.prix_m3, SCALE)
    share, minimum = exact(effort.part_ressources), exact(effort.versement_minimal)
    resources = _to(values["ressources_annuelles"], 100)
    exact_bill = volume * price
    bill = _cents(exact_bill)
    raw = _cents(bill - share * resources)
    listed = len(effort.volume_par_personne)
    volumes = {
        "persons": exact(persons), "volume": volume,
        "first": exact(effort.volume_par_personne[-1]) if persons > listed else volume,
        "listed": listed, "beyond": max(exact(persons) - listed, Fraction(0)),
        "each": exact(effort.volume_personne_suivante),
    }  # fmt: skip
    steps = [
        Step(operation="volume", figures=volumes),
        Step(operation="reference_bill", figures={"volume": volume, "price": price, "value": bill}),
        Step(
            operation="effort_aid",
            figures={"bill": bill, "share": share, "resources": resources, "value": raw},
        ),
    ]
    if number == OUTSIDE:
        steps.append(Step(operation="outside", figures={"commune": values["commune"]}))
    elif number == NOT_AIDED and raw <= 0:
        steps.append(Step(operation="floor", figures={}))
    elif number == NOT_AIDED:
        steps.append(Step(operation="minimum", figures={"minimum": minimum}))
    steps.append(
        Step(
            operation="ceiling",
            figures={"bill": bill, "share": share, "value": _cents(bill / share)},
        )
    )
    # at the ceiling itself the aid is 0; with a smallest payment, that payment is still made
    bound = (bill - minimum) / share
    changes: tuple[Change, ...] = ()
    if number != OUTSIDE and bound > 0:
        aided = number != NOT_AIDED
        if aided:
            reach, amount = ">" if minimum else ">=", 0.0
        else:
            reach, amount = "<=" if minimum else "<", math.nan
        changes = (
            Change(
                input="ressources_annuelles", reach=reach, bound=bound,
                gap=abs(bound - resources), outputs={"aide_annuelle": amount},
            ),
        )  # fmt: skip
    return attrs.evolve(
        known, steps=tuple(steps), changes=changes, walked=("ressources_annuelles",)
    )


def _to(value: float, scale: int) -> Fraction:
    """Return a number to the decimals with which the calculation takes it."""
    return Fraction(int(whole(np.asarray(value), scale)), scale)


def _cents(value: Fraction) -> Fraction:
    """Return an amount to the cent, half up."""
    return Fraction(math.floor(value * 100 + Fraction(1, 2)), 100)


def _block_facts(known: Facts, values: Values, number: int) -> Facts:
    """Tell what each block costs, and the first cubic metre of the next."""
    tariff = known.rule.version.block_tariff
    if tariff is None:
        raise AssertionError
    volume = _to(values["volume_m3"], LITRES)
    steps, verdicts, total, start = [], [], Fraction(0), Fraction(0)
    for n, block in enumerate(tariff.blocks):
        row, tests = _price_of(block, values)
        verdicts.append(Verdict(row=row, holds=n == number if n <= number else None, tests=tests))
        if n <= number:
            within = (volume if n == number else exact(block.up_to)) - start
            amount = within * exact(row.then["price"])
            total += amount
            figures = {
                "tranche": block.tranche, "volume": within, "price": exact(row.then["price"]),
                "value": amount, "why": tests,
            }  # fmt: skip
            steps.append(Step(operation="block", figures=figures))
            start = exact(block.up_to) if n < number else start
    steps.append(Step(operation="bill", figures={"value": _cents(total), "sum": total}))
    if "aide_annuelle" in known.outputs and tariff.aide_par_personne:
        persons = values.get("nombre_personnes")
        figures = {
            "persons": None if persons is None else exact(persons),
            "without": exact(tariff.personnes_sans_aide),
            "each": exact(tariff.aide_par_personne),
            "value": exact(known.outputs["aide_annuelle"]),
        }
        steps.append(Step(operation="household_aid", figures=figures))
    changes = []
    if number > 0:
        below = verdicts[number - 1].row.then["price"]
        changes.append(
            Change(
                input="volume_m3", reach="<=", bound=start, gap=volume - start,
                outputs={"prix_m3": below},
            )
        )  # fmt: skip
    if number + 1 < len(tariff.blocks):
        end = exact(tariff.blocks[number].up_to)
        next_price = verdicts[number + 1].row.then["price"]
        changes.append(
            Change(
                input="volume_m3", reach=">", bound=end, gap=end - volume,
                outputs={"prix_m3": next_price},
            )
        )  # fmt: skip
    return attrs.evolve(
        known, verdicts=tuple(verdicts), steps=tuple(steps), changes=tuple(changes),
        walked=("volume_m3",),
    )  # fmt: skip


def _price_of(block: Block, values: Values) -> tuple[Row, tuple[Test, ...]]:
    """Return the row that gives the person's price in a block, under the name of the block."""
    person = Person(block.prices, values)
    for row in block.rows:
        tests = tuple(person.test(c) for c in row.when)
        if all(test.holds for test in tests):
            return attrs.evolve(row, tranche=block.tranche), tests
    raise AssertionError
