"""Two rules on the same people: states, changes and budgets, added up by group."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, cast

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Joined, Phrase
from tarifs_solidaires.engine.expression import names as read_in
from tarifs_solidaires.engine.formula import parse_formula
from tarifs_solidaires.engine.step import read_by
from tarifs_solidaires.errors import InputError, nearest
from tarifs_solidaires.people.cells import neutral
from tarifs_solidaires.people.grouping import (
    HOUSEHOLD,
    HOUSEHOLD_TYPE,
    MISSING,
    Classes,
    factorised,
    household_types,
    wrong,
)
from tarifs_solidaires.rule import Result, Rule
from tarifs_solidaires.rules.model import Output
from tarifs_solidaires.values.frozen import Frozen
from tarifs_solidaires.values.inputs import Errors, Input

Array = npt.NDArray[Any]
Way: TypeAlias = Literal["gain", "number", "words"]

# What a person gains by, of each kind of output: more of it (1), or less (-1). A status is neither,
# nor is an amount such as a ceiling: nobody receives or pays it.
GAINS: Mapping[str, int] = {"reduction": 1, "aid": 1, "price": -1, "bill": -1}
# What the money is to the authority.
BUDGETS: Mapping[str, str] = {
    "reduction": "forgone", "price": "received", "aid": "paid", "bill": "received",
}  # fmt: skip
STATES: Mapping[Way, tuple[str, ...]] = {
    "gain": ("winners", "losers", "unchanged", "missing"),
    "number": ("higher", "lower", "unchanged", "missing"),
    "words": ("changed", "unchanged", "missing"),
}
CHANGES = ("mean_change", "total_change", "budget_before", "budget_after")
RESERVED = frozenset({"people", *CHANGES, *(name for names in STATES.values() for name in names)})
TRANCHES = ("tranche_before", "tranche_after")
# Results are added up as whole numbers of the first of these parts in which all are whole, so that
# a sum depends on no order; what is whole in none of them is rounded to the last.
PARTS = (100, 10_000, 1_000_000, 100_000_000)
MAX_GROUPS = 10_000_000
MAX_PRICE = 1e8
MAX_WEIGHT = 1e9


@attrs.frozen(kw_only=True, eq=False)
class Compared:
    """What changes for whom between two rules: the measures, and the table of groups.

    Parameters
    ----------
    before, after : Result
        Results of the two rules for the same people.
    output : str
        Output that is compared.
    way : {"gain", "number", "words"}
        How: a number that people gain by or lose by, another number, or a code or flag.
    by : tuple of str
        Names of the groupings.
    state : ndarray of int
        Place of each person's state in ``states``.
    change : ndarray of float
        After minus before, of each person, in the unit of the output; NaN where either is missing,
        and for codes and flags.
    group : ndarray of int
        Row of ``groups`` that each person belongs to.
    groups : structured ndarray
        A row a group: the names of the group under the names in ``by``; ``people``; how many are in
        each of the ``states``, of which ``missing`` has no result before or after; and for numbers
        ``mean_change`` and ``total_change`` in the unit of the output, and ``budget_before`` and
        ``budget_after`` in money, all four over those who have both results, NaN where there is
        nobody or no money.
    total : mapping of str to float
        The same measures over everybody.
    budget : str
        What the budget is: money that the authority has ``forgone``, ``paid`` or ``received``, in
        which unit; empty where there is none.
    unread : tuple of str
        Columns of the people that neither rule, nor the grouping, reads.
    weights : ndarray of float or None
        How many people each row stands for; None for 1 each.
    prices : ndarray of int or None
        Full price of each row in hundredths of the currency, where a reduction is taken off one.
    income : str
        The input that is varied to find what one more unit of money does; empty for that of each
        rule file, else the first amount of money.
    """

    before: Result = attrs.field(repr=False)
    after: Result = attrs.field(repr=False)
    output: str
    way: Way
    by: tuple[str, ...]
    state: Array = attrs.field(repr=False)
    change: Array = attrs.field(repr=False)
    group: Array = attrs.field(repr=False)
    groups: Array = attrs.field(repr=False)
    total: Mapping[str, Any]
    budget: str
    unread: tuple[str, ...] = attrs.field(repr=False)
    weights: Array | None = attrs.field(repr=False)
    prices: Array | None = attrs.field(repr=False)
    income: str = attrs.field(default="", repr=False)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states of a person, such as ``winners`` and ``losers``."""
        return STATES[self.way]

    @property
    def unit(self) -> str:
        """Unit of the output."""
        return self.after.rule.outputs[self.output].unit

    @property
    def share(self) -> bool:
        """Whether the output is a number from 0 to 1."""
        return self.unit == "share"

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the table of groups as columns of plain values, None where there is no value.

        Returns
        -------
        dict of str to list
            What ``pandas.DataFrame`` or ``json.dumps`` take.
        """
        names = cast(tuple[str, ...], self.groups.dtype.names)
        columns = {name: self.groups[name].tolist() for name in names}
        return {name: [None if x != x else x for x in column] for name, column in columns.items()}

    def to_json(self) -> str:
        """Return the comparison as JSON.

        Returns
        -------
        str
            ``output``, ``unit``, ``way``, ``by``, ``total`` (for everybody) and ``groups``, the
            columns of ``to_dict``; null where there is no value.
        """
        total = {name: None if x != x else x for name, x in self.total.items()}
        data = {
            "output": self.output, "unit": self.unit, "way": self.way, "by": list(self.by),
            "total": total, "groups": self.to_dict(),
        }  # fmt: skip
        return json.dumps(data, ensure_ascii=False, allow_nan=False)

    def to_csv(self) -> str:
        """Return the table of groups as CSV, safe to open in a spreadsheet.

        Returns
        -------
        str
            Lines that end with a line feed; a missing value is an empty cell.
        """
        columns = self.to_dict()
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow([neutral(name) for name in columns])
        lines.writerows(
            ["" if x is None else neutral(x) if isinstance(x, str) else x for x in row]
            for row in zip(*columns.values(), strict=True)
        )
        return text.getvalue()

    def to_markdown(self) -> str:
        """Return the table of groups, with a line for everybody, as Markdown.

        Returns
        -------
        str
            A pipe table; names of groups are escaped.
        """
        header, *rows = self._lines()
        table = [[_escaped(cell) for cell in row] for row in [header, *rows]]
        table.insert(1, ["---"] * len(self.by) + ["---:"] * (len(header) - len(self.by)))
        return "".join(f"| {' | '.join(row)} |\n" for row in table)

    def __str__(self) -> str:
        """Say what was compared, and show the table of groups."""
        lines = self._lines()
        widths = [max(len(row[n]) for row in lines) for n in range(len(lines[0]))]
        table = [
            "  ".join(
                cell.ljust(width) if n < len(self.by) else cell.rjust(width)
                for n, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in lines
        ]
        unit = f" ({self.unit})" if self.unit else ""
        first, second = self.before.rule, self.after.rule
        changed = first != second and (first.name, first.on) == (second.name, second.on)
        text = [f"{_named(first)} -> {_named(second, changed)}: {self.output}{unit}"]
        text += [f"budget: {self.budget}"] if self.budget else []
        text += [f"not read: {', '.join(map(_plain, self.unread))}"] if self.unread else []
        return "\n".join([*text, "", *table])

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    def _lines(self) -> list[list[str]]:
        """Return header, groups and everybody as text, without the measures that do not apply."""
        names = ["people", *self.states]
        if self.way != "words":
            names += ["mean_change"] if self.share else ["mean_change", "total_change"]
            names += ["budget_before", "budget_after"] if self.budget else []
        rows = [
            [*(_plain(str(group[name])) for name in self.by)]
            + [_shown(name, group[name].item(), self.share) for name in names]
            for group in self.groups
        ]
        if self.by or not rows:
            everybody = ["all", *[""] * (len(self.by) - 1)] if self.by else []
            rows.append(
                [*everybody, *(_shown(name, self.total[name], self.share) for name in names)]
            )
        return [[*map(_plain, self.by), *names], *rows]


def compare_people(
    before: Rule,
    after: Rule,
    people: Any,
    *,
    by: str | Sequence[str] | Mapping[str, Any] | None,
    output: str | None,
    weight: Any,
    price: Any,
    income: str | None,
    errors: Errors,
) -> dict[str, Any]:
    """Return the parts of a comparison; see ``compare`` for what is given and what is wrong."""
    for name, rule in (("before", before), ("after", after)):
        if not isinstance(rule, Rule):
            raise wrong(name, "{value!r} is not a rule", "give what load_rule returns", value=rule)
    columns = _columns(people)
    output = _chosen(before, after, output)
    _check_units(before.outputs[output].unit, after.outputs[output].unit, output)
    first, second = (_computed(rule, people, columns, errors) for rule in (before, after))
    _check_income(income, (first, second), output)
    way = _way(first, second, output)
    share = _output(second, output).unit == "share"
    full: Array | None = None
    if price is not None and not (share and way == "gain"):
        raise wrong("price", "{output} is not a reduction, which a budget with a price needs",
                    "leave it out", output=output)  # fmt: skip
    length = _length(first, second, people, columns)
    old, new = (np.broadcast_to(r.outputs[output], (length,)) for r in (first, second))
    labels: dict[str, Classes] = {}
    if way == "words":
        old, new, labels = _places(old, new, output)
        missing = (old < 0) | (new < 0)
        state = np.where(missing, 2, np.where(old != new, 0, 1))
        amounts: dict[str, tuple[Array, int]] = {}
        change = np.full(length, np.nan)
    else:
        missing = np.isnan(old) | np.isnan(new)
        old, new = (np.where(missing, 0.0, values) for values in (old, new))
        gain = (new - old) * GAINS.get(_output(second, output).kind, 1)
        state = np.where(missing, 3, np.where(gain > 0, 0, np.where(gain < 0, 1, 2)))
        parts = _parts(old, new)
        old, new = _whole(old, parts), _whole(new, parts)
        amounts = {"change": (new - old, parts)}
        if price is not None:
            full = _prices(_given(price, people, columns), length)
            for name, rate in (("before", old), ("after", new)):
                amounts[name] = _taken_off(full, rate, parts), 100
        elif way == "gain" and not share:
            amounts |= {"before": (old, parts), "after": (new, parts)}
        change = np.where(missing, np.nan, (new - old) / parts)
    weights = None if weight is None else _weights(_given(weight, people, columns), length)
    names, group, found = _grouped(by, people, columns, (first, second), labels, length)
    groups, total = _measured(group, found, state, amounts, weights, way)
    read = {*first.inputs, *second.inputs, *names}
    read |= {name for name in (weight, price) if isinstance(name, str)}
    return {
        "before": first, "after": second, "output": output, "way": way, "by": names,
        "state": _read_only(state), "change": _read_only(change), "group": _read_only(group),
        "groups": _read_only(groups), "total": Frozen(total),
        "budget": _budget(second, output) if "after" in amounts else "",
        "weights": weights, "prices": full, "income": income or "",
        "unread": tuple(name for name in columns if name not in read),
    }  # fmt: skip


def incomes(result: Result, output: str) -> list[Input]:
    """Return the amounts of money that people give and an output is worked out from."""
    given, reads = result.inputs.keys() - result.defaults, read_for(result, output)
    return [
        item for item in result.rule.inputs
        if item.name in given and item.numeric and item.name in reads
        and re.fullmatch("[A-Z]{3}(/month|/year)?", item.unit)
    ]  # fmt: skip


def _check_income(income: str | None, results: tuple[Result, Result], output: str) -> None:
    known = dict.fromkeys(item.name for one in results for item in incomes(one, output))
    if income is not None and income not in known:
        raise wrong("income", "{value!r} is not an amount of money that people give to these rules",
                    Phrase("write one of {names}", names=Joined(list(known)))
                    if known else "leave it out", value=income)  # fmt: skip


# -- what is compared --------------------------------------------------------------------------


def _output(result: Result, name: str) -> Output:
    return result.rule.outputs[name]


def _columns(people: Any) -> tuple[str, ...]:
    if isinstance(people, Mapping):
        return tuple(people)
    for attribute in ("column_names", "columns"):  # pyarrow's name for it, then everybody else's
        names = getattr(people, attribute, None)
        if names is not None:
            return tuple(map(str, names))
    raise wrong(
        "people", "a {kind} has no named columns",
        "give a mapping of names to arrays, or a data frame", kind=type(people).__name__,
    )  # fmt: skip


def _chosen(before: Rule, after: Rule, output: str | None) -> str:
    both = [name for name in before.output_names if name in after.output_names]
    if not both:
        raise wrong(
            f"{before.name}, {after.name}", "they have no output in common: {before}; {after}",
            "compare rules that work out the same thing under one name",
            before=Joined(before.output_names), after=Joined(after.output_names),
        )  # fmt: skip
    if output is None:
        return next((name for name in both if after.outputs[name].kind in GAINS), both[0])
    if output not in both:
        raise wrong("output", "{value!r} is not an output of both rules", nearest(str(output), both),
                    value=output)  # fmt: skip
    return output


def _computed(rule: Rule, people: Any, columns: Sequence[str], errors: Errors) -> Result:
    known = {item.name for item in rule.inputs}
    given: dict[str, Any] = {name: people[name] for name in columns if name in known}
    for item in rule.inputs:
        ways = read_in(parse_formula(item.formula)) if item.formula else frozenset()
        if item.name in given and ways & given.keys():
            for name in [item.name] if ways & rule.version.reads else ways & given.keys():
                del given[name]
    try:
        return rule.compute(given, errors=errors)
    except InputError as error:
        where = f"{rule.name} on {rule.on}"
        raise InputError(*(attrs.evolve(fault, where=where) for fault in error.errors)) from None


def _check_units(before: str, after: str, output: str) -> None:
    if before != after:
        raise wrong(
            Phrase("output {name}", name=output), "it is in {before} before and in {after} after",
            "compare rules that give it in one unit", before=before or Phrase("no unit"),
            after=after or Phrase("no unit"),
        )  # fmt: skip


def _way(first: Result, second: Result, output: str) -> Way:
    results = (first, second)
    one, other = (
        "numbers" if result.outputs[output].dtype.kind == "f" else "words" for result in results
    )
    _check_units(one, other, output)
    if one == "words":
        return "words"
    gains = {GAINS.get(_output(result, output).kind) for result in results}
    return "gain" if len(gains) == 1 and None not in gains else "number"


def _length(first: Result, second: Result, people: Any, columns: Sequence[str]) -> int:
    shape = np.broadcast_shapes(first.shape, second.shape)
    if not shape:  # no rule reads a column: the others say how many people there are
        shape = next((s for s in (np.shape(people[name]) for name in columns) if s), (1,))
    if len(shape) > 1:
        raise wrong("people", "there are columns of shape {shape}", "give one row per person",
                    shape=str(shape))  # fmt: skip
    return int(shape[0])


def _places(old: Array, new: Array, output: str) -> tuple[Array, Array, dict[str, Classes]]:
    """Return codes or flags as places in one list, and as groupings of their own."""
    listed = [old.tolist(), new.tolist()]
    words = [word for word in dict.fromkeys([*listed[0], *listed[1]]) if word is not None]
    place = {word: n for n, word in enumerate(sorted(words, key=str))} | {None: -1}
    codes = [np.array([place[word] for word in column], dtype=np.int64) for column in listed]
    names = tuple(str(word).lower() if isinstance(word, bool) else str(word)
                  for word in place if word is not None)  # fmt: skip
    labels = {
        f"{output}_{time}": Classes(places, names)
        for time, places in zip(("before", "after"), codes, strict=True)
    }
    return codes[0], codes[1], labels


def _parts(old: Array, new: Array) -> int:
    """Return the first of ``PARTS`` in which all results are whole, else the last."""
    for parts in PARTS[:-1]:
        if all(_is_whole(values, parts) for values in (old, new)):
            return parts
    return PARTS[-1]


def _is_whole(values: Array, parts: int) -> bool:
    # a decimal of few places and the float nearest to it are equal, and so are their quotients
    return bool((np.rint(values * parts) / parts == values).all())


def _whole(values: Array, parts: int) -> Array:
    return np.asarray(np.rint(values * parts), dtype=np.int64)


def _taken_off(full: Array, rate: Array, parts: int) -> Array:
    """Return what reductions take off full prices, in cents; what is left is rounded half up."""
    return np.asarray(full - (2 * full * (parts - rate) + parts) // (2 * parts))


def read_for(result: Result, output: str) -> frozenset[str]:
    """Return the inputs on which an output of a rule depends, and through which these are given.

    Parameters
    ----------
    result : Result
        A result of the rule.
    output : str
        The output.

    Returns
    -------
    frozenset of str
        Names of inputs, those that the rule requires something of among them.
    """
    rule = result.rule
    found = {*read_by({name: facts.step for name, facts in rule.steps.items()}, [output])}
    for step in rule.requirements:
        found |= step.reads
    for name in [*found]:
        item = rule.all_inputs.get(name)
        if item is not None and item.formula:
            found |= read_in(parse_formula(item.formula))
    return frozenset(found & rule.all_inputs.keys())


def money_of(compared: Compared, result: Result, values: Array, prices: Array | None) -> Array:
    """Return results as people gain by them: money where there is some, more being better.

    Parameters
    ----------
    compared : Compared
        What is compared, of way ``gain``.
    result : Result
        One of its results.
    values : ndarray of float
        Values of the output.
    prices : ndarray of int or None
        Full prices in cents, of the same shape.

    Returns
    -------
    ndarray of float
        Amounts, negative for what is paid; NaN where there is no result.
    """
    if prices is None:
        return values * GAINS[_output(result, compared.output).kind]
    missing = np.isnan(values)
    rate = np.where(missing, 0.0, values)
    parts = _parts(rate, rate)
    return np.where(missing, np.nan, _taken_off(prices, _whole(rate, parts), parts) / 100)


# -- adding up ---------------------------------------------------------------------------------


def _measured(
    group: Array,
    labels: Mapping[str, Array],
    state: Array,
    amounts: Mapping[str, tuple[Array, int]],
    weights: Array | None,
    way: Way,
) -> tuple[Array, dict[str, Any]]:
    """Add up by group and over everybody; amounts are whole numbers of parts of their unit."""
    size = len(next(iter(labels.values()))) if labels else 1
    states = STATES[way]

    def sums(amount: Array) -> Array:
        # float64 holds whole numbers up to 2**53, and their sums: nothing is rounded on the way
        return np.asarray(np.bincount(group, amount if weights is None else amount * weights, size))

    counts: Array = np.bincount(len(states) * group + state, weights, len(states) * size)
    counts = counts.reshape(size, len(states))
    if weights is None or bool((weights == np.floor(weights)).all()):
        counts = counts.astype(np.int64)
    columns: dict[str, Array] = {"people": counts.sum(axis=1)}
    columns |= dict(zip(states, counts.T, strict=True))
    total: dict[str, Any] = {name: column.sum().item() for name, column in columns.items()}
    if way != "words":
        known = columns["people"] - columns["missing"]
        added = {"total_change": (sums(amounts["change"][0]), amounts["change"][1])}
        for time in ("before", "after"):
            if time in amounts:
                added[f"budget_{time}"] = sums(amounts[time][0]), amounts[time][1]
        # divided by the people first: three tenths for each of them stay three tenths
        change, parts = added["total_change"]
        columns["mean_change"] = _divided(change, known) / parts
        total["mean_change"] = (_divided(change.sum(), known.sum()) / parts).item()
        for measure in CHANGES[1:]:
            amount, divisor = added.get(measure, (np.full(size, np.nan), 1))
            columns[measure] = np.where(known, amount / divisor, np.nan)
            total[measure] = amount.sum().item() / divisor if known.any() else np.nan
    fields = {**labels, **columns}
    groups = np.empty(size, dtype=[(name, column.dtype) for name, column in fields.items()])
    for name, column in fields.items():
        groups[name] = column
    return groups, total


def _divided(amount: Any, people: Any) -> Array:
    """Divide by a number of people; NaN where there is nobody."""
    nobody = np.asarray(people) == 0
    return np.where(nobody, np.nan, amount / np.where(nobody, 1, people))


def _given(value: Any, people: Any, columns: Sequence[str]) -> Any:
    """Return a column of the people by its name, or what was given in its place."""
    if not isinstance(value, str):
        return value
    if value not in columns:
        raise wrong("people", "there is no column {value!r}", nearest(value, columns), value=value)
    return people[value]


def _numbers(name: str, value: Any, length: int, most: float) -> Array:
    try:
        array = np.broadcast_to(np.asarray(value, dtype=np.float64), (length,))
    except (TypeError, ValueError):
        raise wrong(name, "it does not fit {length:,} rows", "give one number, or one for each row",
                    length=length) from None  # fmt: skip
    bad = np.flatnonzero(~((array >= 0) & (array < most)))
    if len(bad):
        raise wrong(
            name, "{value!r} at {place} is not between 0 and {most:,.0f}", "correct it",
            value=array[bad[0]].item(), place=int(bad[0]), most=most,
        )  # fmt: skip
    return array


def _weights(value: Any, length: int) -> Array:
    return _numbers("weight", value, length, MAX_WEIGHT)


def _prices(value: Any, length: int) -> Array:
    """Return prices in whole cents."""
    return _whole(_numbers("price", value, length, MAX_PRICE), 100)


def _grouped(
    by: str | Sequence[str] | Mapping[str, Any] | None,
    people: Any,
    columns: Sequence[str],
    results: tuple[Result, Result],
    words: Mapping[str, Classes],
    length: int,
) -> tuple[tuple[str, ...], Array, dict[str, Array]]:
    """Return the names of the groupings, each person's group, and the groups' names in each."""
    chosen: Mapping[str, Any]
    if not by:
        return (), np.zeros(length, dtype=np.int64), {}
    if isinstance(by, Mapping):
        chosen = by
    else:
        given = (by,) if isinstance(by, str) else tuple(by)
        if not all(isinstance(name, str) for name in given):
            raise wrong("by", "the groupings are not named", "give names of columns, or a mapping")
        chosen = dict.fromkeys(given)
    group, number, labels = np.zeros(length, dtype=np.int64), 1, dict[str, Array]()
    for name, values in chosen.items():
        if name in RESERVED:
            raise wrong(
                "by", "{name!r} is a measure of the comparison", "use another name", name=name
            )
        if values is None and name not in columns:
            values = _of_results(name, results, words, length)
            if values is None and name == HOUSEHOLD_TYPE:
                values = household_types({one: people[one] for one in HOUSEHOLD if one in columns})
        if values is None:
            if name not in columns:
                known = [*columns, *TRANCHES, HOUSEHOLD_TYPE, *words]
                raise wrong("by", "there is no column {name!r}", nearest(name, known), name=name)
            values = people[name]
        codes, found = factorised(name, values)
        if codes.shape != (length,):
            raise wrong("by", "{name} has {count:,} values for {length:,} rows", "give one per row",
                        name=name, count=codes.size, length=length)  # fmt: skip
        if number * len(found) > MAX_GROUPS:
            raise wrong("by", "{name} makes more than {most:,} groups", "use classes", name=name,
                        most=MAX_GROUPS)  # fmt: skip
        group = group * len(found) + codes
        present = np.flatnonzero(np.bincount(group, minlength=number * len(found)))
        labels = {n: column[present // len(found)] for n, column in labels.items()}
        labels[name] = np.array(found)[present % len(found)] if found else np.array([], dtype=str)
        position = np.zeros(number * len(found), dtype=np.int64)
        position[present] = np.arange(len(present))
        group, number = position[group], len(present)
    return tuple(chosen), group, labels


def _of_results(
    name: str, results: tuple[Result, Result], words: Mapping[str, Classes], length: int
) -> Classes | None:
    if name in words:
        return words[name]
    if name not in TRANCHES:
        return None
    result = results[TRANCHES.index(name)]
    first = result.rule.languages[0]
    rows = [texts.to(first) for texts in result.names[:-1]]
    return Classes(np.broadcast_to(result.row, (length,)), (*rows, MISSING))


def _budget(result: Result, output: str) -> str:
    found = _output(result, output)
    unit = result.rule.currency if found.unit == "share" else found.unit
    return f"{unit} {BUDGETS[found.kind]}".strip()


# -- saying it ---------------------------------------------------------------------------------


def _named(rule: Any, changed: bool = False) -> str:
    beyond = f", last known rule of {rule.last_known}" if rule.last_known else ""
    return f"{rule.name} on {rule.on}{beyond}" + (", changed" if changed or rule.changes else "")


def _shown(name: str, value: Any, share: bool) -> str:
    if value != value:
        return ""
    if name.endswith("_change"):
        return f"{100 * value:+.2f} pts." if share else f"{value:+,.2f}"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def _plain(text: str) -> str:
    """Return a text on one line, with nothing that moves the cursor."""
    return "".join(c if c.isprintable() else " " for c in text)


def _escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]|~#!$])", r"\\\1", html.escape(text, quote=False))


def _read_only(array: Array) -> Array:
    array = array.view() if array.base is not None else array
    array.flags.writeable = False
    return array
