"""Two rules on one population: who wins, who loses, and what it costs."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import InputError, nearest
from tarifs_solidaires.grouping import MISSING, Classes, factorised
from tarifs_solidaires.money import half_up, whole
from tarifs_solidaires.result import Result
from tarifs_solidaires.rule import Rule

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = npt.NDArray[Any]

# What a person gains by: more of it (1), or less (-1). What is not here is neither: a reference
# bill or a ceiling of resources is a step of a computation, and nobody receives or pays it.
GAINS: Mapping[str, int] = MappingProxyType(
    {"taux_reduction": 1, "prix_mensuel": -1, "aide_annuelle": 1, "facture": -1}
)
# What the money is to the authority.
BUDGETS: Mapping[str, str] = MappingProxyType(
    {
        "taux_reduction": "forgone",
        "prix_mensuel": "received",
        "aide_annuelle": "paid",
        "facture": "received",
    }
)
# Results are compared and added up as whole numbers of these, so that equal means equal and a sum
# depends on no order: a hundred-millionth of a share, a hundredth of a cent.
SHARE, MONEY = 100_000_000, 10_000

TRANCHES = ("tranche_before", "tranche_after")
COUNTS = ("winners", "losers", "unchanged", "missing")
MEASURES = ("people", *COUNTS, "mean_change", "total_change", "budget_before", "budget_after")
MAX_GROUPS = 10_000_000
MAX_PRICE = 1e8
# What a spreadsheet takes for the start of a formula, written wide as well.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@attrs.frozen(kw_only=True, eq=False)
class Comparison:
    """What changes for whom between two rules.

    Parameters
    ----------
    before, after : Result
        Results of the two rules for the same people.
    output : str
        Output that is compared.
    by : tuple of str
        Names of the groupings.
    change : ndarray of float
        After minus before, of each person, in the unit of the output; NaN where either is missing.
    group : ndarray of int
        Row of ``groups`` that each person belongs to.
    groups : structured ndarray
        A row a group: the names of the group under the names in ``by``; ``people``, who are
        ``winners``, ``losers``, ``unchanged`` or ``missing`` (no result before or after);
        ``mean_change`` and ``total_change`` in the unit of the output, and ``budget_before`` and
        ``budget_after`` in money, all four over those who have both results, NaN where there is
        nobody or no money.
    total : mapping of str to float
        The same measures over everybody.
    budget : str
        What the budget is: money that the authority has ``forgone``, ``paid`` or ``received``, in
        which currency and period; empty where there is none.
    unread : tuple of str
        Columns of the population that neither rule, nor the grouping, reads.

    Examples
    --------
    >>> from tarifs_solidaires import compare, load_rule
    >>> people = {"quotient_familial": [420, 620, 800, 2000], "age": [30, 67, 40, 50]}
    >>> before = load_rule("nantes/transport", on="2023-04-30")
    >>> after = load_rule("nantes/transport", on="2023-05-01")
    >>> comparison = compare(before, after, people)
    >>> comparison.change
    array([0. , 0.5, 0.3, 0. ])
    >>> comparison.total["winners"], comparison.total["mean_change"]
    (2, 0.2)
    """

    before: Result = attrs.field(repr=False)
    after: Result = attrs.field(repr=False)
    output: str
    by: tuple[str, ...]
    change: Array = attrs.field(repr=False)
    group: Array = attrs.field(repr=False)
    groups: Array = attrs.field(repr=False)
    total: Mapping[str, Any]
    budget: str
    unread: tuple[str, ...] = attrs.field(repr=False)

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
        lines.writerow([_harmless(name) for name in columns])
        lines.writerows(
            ["" if x is None else _harmless(x) if isinstance(x, str) else x for x in row]
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
        shown = [[_escaped(cell) for cell in row] for row in [header, *rows]]
        shown.insert(1, ["---"] * len(self.by) + ["---:"] * (len(header) - len(self.by)))
        return "".join(f"| {' | '.join(row)} |\n" for row in shown)

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
        unit = self.after.rule.outputs[self.output]["unit"]
        text = [f"{_named(self.before.rule)} -> {_named(self.after.rule)}: {self.output} ({unit})"]
        text += [f"budget: {self.budget}"] if self.budget else []
        text += [f"not read: {', '.join(map(_plain, self.unread))}"] if self.unread else []
        return "\n".join([*text, "", *table])

    def plot(self, path: str | Path | None = None, *, lang: str = "fr", note: str = "") -> Figure:
        """Draw who wins and who loses, by group, and what a quotient gives before and after.

        Parameters
        ----------
        path : str or Path, optional
            Picture to write: its suffix says the format (``.png``, ``.svg``, ``.pdf``). It takes
            its name only once it is complete.
        lang : {"fr", "en", "pt"}
            Language of the labels.
        note : str, optional
            Words under the picture, such as where the population comes from.

        Returns
        -------
        matplotlib.figure.Figure
            The picture.

        Raises
        ------
        TarifError
            Where matplotlib is not installed, or the picture cannot be written.
        """
        from tarifs_solidaires.figures import plot_comparison, save

        figure = plot_comparison(self, lang=lang, note=note)
        if path is not None:
            save(figure, Path(path))
        return figure

    def _lines(self) -> list[list[str]]:
        """Return header, groups and everybody as text, without the measures that do not apply."""
        share = self.output == "taux_reduction"
        names = ["people", *COUNTS, "mean_change"]
        names += [] if share else ["total_change"]
        names += ["budget_before", "budget_after"] if self.budget else []
        rows = [
            [*(_plain(str(group[name])) for name in self.by)]
            + [_shown(name, group[name].item(), share) for name in names]
            for group in self.groups
        ]
        if self.by:
            everybody = ["all", *[""] * (len(self.by) - 1)]
            rows.append([*everybody, *(_shown(name, self.total[name], share) for name in names)])
        return [[*map(_plain, self.by), *names], *rows]


def compare(
    before: Rule,
    after: Rule,
    population: Any,
    *,
    by: str | Sequence[str] | Mapping[str, Any] | None = None,
    output: str | None = None,
    weight: Any = None,
    price: Any = None,
    errors: Literal["raise", "null"] = "raise",
) -> Comparison:
    """Compare two rules on one population.

    Parameters
    ----------
    before, after : Rule
        The rules: two days of one, a rule and what ``Rule.replace`` makes of it, or two cities'.
    population : mapping of str to array_like, or data frame
        A row a person or household; each rule reads the columns that it knows as inputs.
    by : str, sequence of str, or mapping of str to array_like, optional
        Columns of the population to group by, or arrays under a name (None there for the column
        of that name). ``tranche_before`` and
        ``tranche_after`` group by the row of the rule that decided. Groups come in the order of
        their classes or of the rule's rows, numbers and texts sorted, texts by the numbers in them.
    output : str, optional
        Output to compare; by default the first that both rules have.
    weight : str or array_like, optional
        How many people a row stands for; 1 by default.
    price : str, float or array_like, optional
        Full yearly price that a reduction is taken off, at most two decimals; gives
        ``taux_reduction`` a budget. What each person pays is rounded half up to the cent.
    errors : {"raise", "null"}
        Whether a value that cannot be right raises, or gives a missing result.

    Returns
    -------
    Comparison
        Winners, losers, unchanged and missing people, change and budget, by group. Counts and
        sums are exact where weights are whole.

    Raises
    ------
    InputError
        Where a column, an output or a length is wrong, or a rule cannot be computed.

    Examples
    --------
    >>> from tarifs_solidaires import classes, compare, load_rule
    >>> people = {"quotient_familial": [420, 620, 800, 2000], "age": [30, 67, 40, 50]}
    >>> rule = load_rule("nantes/transport", on="2023-06-01")
    >>> wider = rule.replace(rows={"QF > 900": {"taux_reduction": 0.1}})
    >>> age = classes(people["age"], [60], name="age")
    >>> print(compare(rule, wider, people, by={"age": age}, price=500))
    nantes/transport on 2023-06-01 -> nantes/transport on 2023-06-01, changed: taux_reduction (share, 0 to 1)
    budget: EUR/year forgone
    <BLANKLINE>
    age        people  winners  losers  unchanged  missing  mean_change  budget_before  budget_after
    age < 60        3        1       0          2        0   +3.33 pts.         600.00        650.00
    age >= 60       1        0       0          1        0   +0.00 pts.         250.00        250.00
    all             4        1       0          3        0   +2.50 pts.         850.00        900.00
    """
    for name, rule in (("before", before), ("after", after)):
        if not isinstance(rule, Rule):
            raise InputError(f"{name}: {rule!r} is no rule; give what load_rule returns")
    columns = _columns(population)
    output = _output(before, after, output)
    share = output == "taux_reduction"
    if price is not None and not share:
        raise InputError(f"price: {output} is money already; leave it out")
    first, second = (_computed(rule, population, columns, errors) for rule in (before, after))
    length = _length(first, second)
    unit = SHARE if share else MONEY
    values = [np.broadcast_to(r.outputs[output], length) for r in (first, second)]
    missing = np.isnan(values[0]) | np.isnan(values[1])
    old, new = (whole(np.where(missing, 0, value), unit) for value in values)
    gain = (new - old) * GAINS[output]
    state = np.where(missing, 3, np.where(gain > 0, 0, np.where(gain < 0, 1, 2)))
    amounts = {"change": new - old}
    if price is not None:
        cents = _prices(_given(price, population, columns), length)
        amounts["before"], amounts["after"] = (
            (cents - half_up(cents * (SHARE - rate), SHARE)) * (MONEY // 100) for rate in (old, new)
        )
    elif not share:
        amounts["before"], amounts["after"] = old, new
    weights = None if weight is None else _weights(_given(weight, population, columns), length)
    names, group, labels = _grouped(by, population, columns, (first, second), length)
    groups, total = _measured(group, labels, state, amounts, weights, unit)
    read = {*first.inputs, *second.inputs, *names}
    read |= {name for name in (weight, price) if isinstance(name, str)}
    return Comparison(
        before=first, after=second, output=output, by=names,
        change=_read_only(np.where(missing, np.nan, (new - old) / unit)),
        group=_read_only(group), groups=_read_only(groups), total=MappingProxyType(total),
        budget=_budget(after, output) if "after" in amounts else "",
        unread=tuple(name for name in columns if name not in read),
    )  # fmt: skip


def _measured(
    group: Array,
    labels: Mapping[str, Array],
    state: Array,
    amounts: Mapping[str, Array],
    weights: Array | None,
    unit: int,
) -> tuple[Array, dict[str, Any]]:
    """Add up by group and over everybody; amounts are whole numbers of their unit."""
    size = len(next(iter(labels.values()))) if labels else 1

    def sums(amount: Array) -> Array:
        # float64 holds whole numbers up to 2**53, and their sums: nothing is rounded on the way
        return np.bincount(group, amount if weights is None else amount * weights, size)

    counts: Array = np.bincount(4 * group + state, weights, 4 * size).reshape(size, 4)
    if weights is None or bool((weights == np.floor(weights)).all()):
        counts = counts.astype(np.int64)
    columns: dict[str, Array] = {"people": counts.sum(axis=1)}
    columns |= dict(zip(COUNTS, counts.T, strict=True))
    total: dict[str, Any] = {name: column.sum().item() for name, column in columns.items()}
    known = columns["people"] - columns["missing"]
    added = {"total_change": (sums(amounts["change"]), unit)}
    added |= {f"budget_{n}": (sums(amounts[n]), MONEY) for n in ("before", "after") if n in amounts}
    for measure in ("total_change", "budget_before", "budget_after"):
        amount, divisor = added.get(measure, (np.full(size, np.nan), 1))
        columns[measure] = np.where(known, amount / divisor, np.nan)
        total[measure] = amount.sum().item() / divisor if known.any() else np.nan
    # divided by the people first: three tenths for each of them stay three tenths
    change, _ = added["total_change"]
    columns["mean_change"] = _divided(change, known) / unit
    total["mean_change"] = (_divided(change.sum(), known.sum()) / unit).item()
    columns, total = ({name: found[name] for name in MEASURES} for found in (columns, total))
    fields = {**labels, **columns}
    groups = np.empty(size, dtype=[(name, column.dtype) for name, column in fields.items()])
    for name, column in fields.items():
        groups[name] = column
    return groups, total


def _divided(amount: Any, people: Any) -> Array:
    """Divide by a number of people; NaN where there is nobody."""
    nobody = np.asarray(people) == 0
    return np.where(nobody, np.nan, amount / np.where(nobody, 1, people))


def _columns(population: Any) -> tuple[str, ...]:
    if isinstance(population, Mapping):
        return tuple(population)
    for attribute in ("column_names", "columns"):  # pyarrow's name for it, then everybody else's
        names = getattr(population, attribute, None)
        if names is not None:
            return tuple(map(str, names))
    raise InputError(
        f"population: a {type(population).__name__} has no named columns; "
        "give a mapping of names to arrays, or a data frame"
    )


def _output(before: Rule, after: Rule, output: str | None) -> str:
    both = [n for n in before.output_names if n in after.output_names and n in GAINS]
    if output is None and both:
        return both[0]
    if output in both:
        return output
    if not both:
        raise InputError(
            f"{before.name} gives {', '.join(before.output_names)} and {after.name} gives "
            f"{', '.join(after.output_names)}: they share nothing that a person gains or loses"
        )
    raise InputError(f"output: {output!r} is not to be compared; {nearest(str(output), both)}")


def _computed(
    rule: Rule, population: Any, columns: Sequence[str], errors: Literal["raise", "null"]
) -> Result:
    known = {item.name for item in rule.inputs}
    given: dict[str, Any] = {name: population[name] for name in columns if name in known}
    try:
        return rule.compute(errors=errors, **given)
    except InputError as error:
        raise InputError(f"{rule.name} on {rule.on}: {error}") from None


def _length(first: Result, second: Result) -> int:
    shape = np.broadcast_shapes(first.shape, second.shape)
    if len(shape) > 1:
        raise InputError(f"population: columns of shape {shape}; a comparison wants a row a person")
    return shape[0] if shape else 1


def _given(value: Any, population: Any, columns: Sequence[str]) -> Any:
    """Return a column of the population by its name, or what was given in its place."""
    if not isinstance(value, str):
        return value
    if value not in columns:
        raise InputError(f"the population has no column {value!r}; {nearest(value, columns)}")
    return population[value]


def _numbers(name: str, value: Any, length: int, most: float) -> Array:
    try:
        array = np.broadcast_to(np.asarray(value, dtype=np.float64), (length,))
    except (TypeError, ValueError):
        raise InputError(f"{name}: give one number, or one for each of {length:,} rows") from None
    bad = np.flatnonzero(~((array >= 0) & (array < most)))
    if len(bad):
        raise InputError(
            f"{name}: {array[bad[0]].item()!r} at {bad[0]} must be a number from 0 to {most:,.0f}"
        )
    return array


def _weights(value: Any, length: int) -> Array:
    return _numbers("weight", value, length, 1e9)


def _prices(value: Any, length: int) -> Array:
    """Return prices in whole cents."""
    return whole(_numbers("price", value, length, MAX_PRICE), 100)


def _grouped(
    by: str | Sequence[str] | Mapping[str, Any] | None,
    population: Any,
    columns: Sequence[str],
    results: tuple[Result, Result],
    length: int,
) -> tuple[tuple[str, ...], Array, dict[str, Array]]:
    """Return the names of the groupings, each person's group, and the groups' names in each."""
    chosen: Mapping[str, Any]
    if not by:
        return (), np.zeros(length, dtype=np.int64), {}
    if isinstance(by, Mapping):
        chosen = by
    else:
        names = (by,) if isinstance(by, str) else tuple(by)
        if not all(isinstance(name, str) for name in names):
            raise InputError("by: give names of columns, or a mapping of names to arrays")
        chosen = dict.fromkeys(names)
    group, number, labels = np.zeros(length, dtype=np.int64), 1, dict[str, Array]()
    for name, values in chosen.items():
        if name in MEASURES:
            raise InputError(f"by: {name!r} is a measure of the comparison; use another name")
        if values is None and name in TRANCHES and name not in columns:
            result = results[TRANCHES.index(name)]
            codes = np.broadcast_to(result.row, (length,))
            values = Classes(codes, (*result.names[:-1], MISSING))
        elif values is None:
            if name not in columns:
                known = [*columns, *TRANCHES]
                raise InputError(f"by: no column {name!r}; {nearest(name, known)}")
            values = population[name]
        codes, found = factorised(name, values)
        if codes.shape != (length,):
            raise InputError(f"by: {name} has {codes.size:,} values for {length:,} rows")
        if number * len(found) > MAX_GROUPS:
            raise InputError(f"by: {name} makes more than {MAX_GROUPS:,} groups; use classes")
        group = group * len(found) + codes
        present = np.flatnonzero(np.bincount(group, minlength=number * len(found)))
        labels = {n: column[present // len(found)] for n, column in labels.items()}
        labels[name] = np.array(found)[present % len(found)]
        position = np.zeros(number * len(found), dtype=np.int64)
        position[present] = np.arange(len(present))
        group, number = position[group], len(present)
    return tuple(chosen), group, labels


def _budget(rule: Rule, output: str) -> str:
    unit = "money/year" if output == "taux_reduction" else rule.outputs[output]["unit"]
    return f"{unit.replace('money', rule.currency)} {BUDGETS[output]}"


def _named(rule: Rule) -> str:
    changed = not any(rule.version is version for version in rule.versions)
    return f"{rule.name} on {rule.on}" + (", changed" if changed else "")


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


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    if text.startswith(("\t", "\r", "\n")) or text.lstrip()[:1] in FORMULA:
        try:
            float(text)
        except ValueError:
            return "'" + text
    return text


def _read_only(array: Array) -> Array:
    array.flags.writeable = False
    return array
