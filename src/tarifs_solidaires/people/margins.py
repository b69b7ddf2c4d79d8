"""People made from published tables: counts that are fitted to every table at once.

A table of a census or of a fund counts people by one or two things: age, size of household, quotient.
Iterative proportional fitting (Deming and Stephan, 1940) finds the joint counts that agree with all of
them and add nothing: scaled to each table in turn, starting from equal counts, until nothing moves. What
is zero in a table stays zero. Each class of the joint table then gives some rows, whose weights add up to
its count: the weighted rows have the published margins, whatever the number of rows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Counted, Joined, Phrase
from tarifs_solidaires.errors import Fault, InputError, nearest
from tarifs_solidaires.people.cells import FLAGS, POINT
from tarifs_solidaires.people.population import complete_population, wanted
from tarifs_solidaires.people.text_file import bounded
from tarifs_solidaires.people.words import word
from tarifs_solidaires.people.writing import opened, table_error
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.values.inputs import Input
from tarifs_solidaires.values.json_value import JsonValue

Array = npt.NDArray[Any]

COUNT = "people"  # the column that counts
WEIGHT = "weight"  # of the rows that are made
MOST_BYTES = 4_000_000
MOST_CELLS = 2_000_000  # of the joint table
MOST_ROUNDS = 2_000
CLOSE = 1e-9  # of all people: as near as a fit comes to a table that agrees with the others
SHOWN = 5
_DECIMAL_COMMA = re.compile(r"[\d\s]*,\d+")
_THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")
_CLASS = re.compile(r"\s*(-?[\d.,]+)?\s*\.\.(<)?\s*(-?[\d.,]+)?\s*")


@attrs.frozen(kw_only=True, eq=False)
class Margin(JsonValue):
    """A table of how many people there are of each class.

    Parameters
    ----------
    name : str
        What it is called, such as the name of its file.
    variables : tuple of str
        What it counts by.
    classes : tuple of tuple of str
        Of each variable, its classes, in the order in which they first stand in the table.
    counts : ndarray of float
        People, an axis a variable.
    source : str
        Where the figures were read; empty where the table does not say.
    made_up : bool
        Whether the table says that its figures are made up.
    """

    name: str
    variables: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]
    counts: Array = attrs.field(repr=False)
    source: str = ""
    made_up: bool = False

    @property
    def total(self) -> float:
        """How many people it counts."""
        return float(self.counts.sum())


@attrs.frozen(kw_only=True, eq=False)
class Fit(JsonValue):
    """Joint counts that agree with all tables.

    Parameters
    ----------
    margins : tuple of Margin
        The tables.
    variables : tuple of str
        Of all tables.
    classes : tuple of tuple of str
        Of each variable.
    counts : ndarray of float
        People, an axis a variable.
    rounds : int
        How often each table was fitted.
    gap : float
        The largest difference between a count of a table and the fitted one, in people: more than a
        trace only where tables were rounded apart from each other.
    """

    margins: tuple[Margin, ...] = attrs.field(repr=False)
    variables: tuple[str, ...]
    classes: tuple[tuple[str, ...], ...]
    counts: Array = attrs.field(repr=False)
    rounds: int
    gap: float

    def margin(self, *variables: str) -> Array:
        """Return the fitted counts by some of the variables.

        Parameters
        ----------
        *variables : str
            Which, in the order of the axes.

        Returns
        -------
        ndarray of float
            People, an axis a variable.

        Raises
        ------
        KeyError
            Where one is no variable.
        """
        for name in variables:
            if name not in self.variables:
                raise KeyError(f"no variable {name!r}; {nearest(name, self.variables)}")
        return _summed(self.counts, self.variables, variables)

    @property
    def made_up(self) -> bool:
        """Whether a table says that its figures are made up."""
        return any(margin.made_up for margin in self.margins)

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the figures of the tables were read, each source once."""
        return tuple(dict.fromkeys(m.source for m in self.margins if m.source))


# -- reading -----------------------------------------------------------------------------------


def read_margins(paths: Sequence[str | Path]) -> tuple[Margin, ...]:
    """Read tables of people.

    Parameters
    ----------
    paths : sequence of str or Path
        CSV files in UTF-8, with ``,`` or ``;`` between columns: one or more variables, then
        ``people``. Lines before the header that begin with ``#`` may say ``# source: ...``, and
        ``# made up: ...`` where the figures are.

    Returns
    -------
    tuple of Margin
        The tables.

    Raises
    ------
    TableError
        Where a file cannot be read, has no column ``people``, a class stands twice, or a count is no
        number from 0: all faults of a file at once.
    """
    return tuple(_read(Path(path)) for path in paths)


def margin_of(name: str, table: Mapping[str, Sequence[Any]], *, source: str = "") -> Margin:
    """Make a table of columns.

    Parameters
    ----------
    name : str
        What it is called, for messages.
    table : mapping of str to sequence
        Columns: variables, and ``people``.
    source : str
        Where the figures were read.

    Returns
    -------
    Margin
        The table.

    Examples
    --------
    >>> margin_of("age", {"age": ["0..17", "18.."], "people": [40, 60]}).total
    100.0
    """
    columns = {key: [str(value) for value in values] for key, values in table.items()}
    header = list(columns)
    rows = [*zip(*columns.values(), strict=True)]
    return _margin(name, header, [(n + 1, list(row)) for n, row in enumerate(rows)], source, False)


def _read(path: Path) -> Margin:
    with opened(path) as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise table_error("size", path, "is larger than {most:,} bytes", "give a table of counts",
                          most=MOST_BYTES)  # fmt: skip
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise table_error("encoding", path, "is not UTF-8", "save it as CSV UTF-8") from None
    lines = text.splitlines()
    source, made_up, first = "", False, 0
    for line in lines:
        if not line.startswith("#"):
            break
        first += 1
        key, _, value = line[1:].partition(":")
        source = value.strip() if key.strip().lower() == "source" else source
        made_up = made_up or key.strip().lower() == "made up"
    body = lines[first:]
    delimiter = ";" if body and ";" in body[0] else ","
    reader = csv.reader(io.StringIO("\n".join(body)), delimiter=delimiter)
    try:
        rows = [
            (first + n + 1, [cell.strip() for cell in row])
            for n, row in enumerate(bounded(reader))
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise table_error("csv", f"{path}:{first + reader.line_num}", "cannot be read ({reason})",
                          "check its quotes", reason=str(error)) from None  # fmt: skip
    if not rows:
        raise table_error("no_row", path, "contains no table", "write a header and its rows")
    if delimiter == ";":  # the decimal comma that goes with it
        rows = [rows[0], *((line, [*map(_with_point, row)]) for line, row in rows[1:])]
    return _margin(str(path), rows[0][1], rows[1:], source, made_up, delimiter == ";")


def _with_point(cell: str) -> str:
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell


def _margin(
    name: str, header: list[str], rows: list[tuple[int, list[str]]], source: str, made_up: bool,
    semicolons: bool = False,
) -> Margin:  # fmt: skip
    variables = [one for one in header if one != COUNT]
    if header.count(COUNT) != 1 or not variables or len(set(header)) < len(header):
        raise table_error(
            "header", name, "the header is {header}",
            "write one or more variables, each once, and people", header=Joined(header),
        )  # fmt: skip
    faults: list[Fault] = []

    def wrong(line: int, template: str, remedy: str, **data: Any) -> None:
        faults.append(Fault(code="margin", where=f"{name}:{line}", line=line, template=template,
                            remedy=remedy, data=data))  # fmt: skip

    place = header.index(COUNT)
    known: list[dict[str, int]] = [{} for _ in variables]
    cells: dict[tuple[int, ...], float] = {}
    for line, row in rows:
        if len(row) != len(header):
            wrong(line, "has {count} cells under {columns} columns", "correct the row",
                  count=len(row), columns=len(header))  # fmt: skip
            continue
        if semicolons and _THOUSANDS.fullmatch(row[place]):
            wrong(line, "{value!r} could be {whole} or {part:g}", "write it without a point",
                  value=row[place], whole=row[place].replace(".", ""),
                  part=float(row[place].replace(".", "", row[place].count(".") - 1)))  # fmt: skip
            continue
        count = POINT.number(row[place].replace("\u202f", "").replace("\xa0", "").replace(" ", ""))
        if not 0 <= count < 1e12:
            wrong(
                line,
                "{value!r} is not a number of people",
                "write a number from 0",
                value=row[place],
            )
            continue
        names = [cell for n, cell in enumerate(row) if n != place]
        if not all(names):
            wrong(line, "a class is empty", "name it")
            continue
        key = tuple(
            codes.setdefault(cell, len(codes)) for codes, cell in zip(known, names, strict=True)
        )
        if key in cells:
            wrong(line, "{value} appears twice", "keep one row", value=Joined(names))
        cells[key] = count
    if not faults and not sum(cells.values()):
        wrong(1, "counts nobody", "give counts")
    if faults:
        raise InputError(*faults)
    counts = np.zeros([len(codes) for codes in known])
    for key, count in cells.items():
        counts[key] = count
    return Margin(name=name, variables=tuple(variables), classes=tuple(tuple(k) for k in known),
                  counts=counts, source=source, made_up=made_up)  # fmt: skip


# -- fitting -----------------------------------------------------------------------------------


def fit_margins(margins: Sequence[Margin]) -> Fit:
    """Find the joint counts that agree with all tables, by iterative proportional fitting.

    Parameters
    ----------
    margins : sequence of Margin
        The tables. Where they have variables in common, they have the same classes of these, and the
        same counts by them, but for the rounding of whole numbers.

    Returns
    -------
    Fit
        The counts.

    Raises
    ------
    InputError
        Where tables have other classes of a variable or other counts of them, the joint table is too
        large, or no counts agree with all tables because of what is zero: all faults at once.

    Examples
    --------
    >>> age = margin_of("age", {"age": ["0..17", "18.."], "people": [40, 60]})
    >>> home = margin_of("home", {"nombre_personnes": [1, 2], "people": [30, 70]})
    >>> fit_margins([age, home]).counts
    array([[12., 28.],
           [18., 42.]])
    """
    margins = tuple(margins)
    if not margins:
        raise _wrong("margins", "there is no table", "give at least one")
    variables, classes = _variables(margins)
    shape = tuple(map(len, classes))
    cells = int(np.prod([float(one) for one in shape]))
    if cells > MOST_CELLS:
        raise _wrong("margins", "together the tables have {cells:,} classes, more than {most:,}",
                     "give fewer or wider ones", cells=cells, most=MOST_CELLS)  # fmt: skip
    wanted_counts = [_ordered(margin, variables, classes) for margin in margins]
    loose = _disagreements(margins)
    total = margins[0].total
    counts = np.full(shape, total / cells)
    rounds, settled = 0, False
    while rounds < MOST_ROUNDS and not settled:
        before = counts
        for margin, target in zip(margins, wanted_counts, strict=True):
            have = _summed(counts, variables, margin.variables)
            factor = np.divide(target, have, out=np.zeros_like(target), where=have > 0)
            counts = counts * _spread(factor, margin.variables, variables)
        rounds += 1
        settled = float(np.abs(counts - before).max()) <= 1e-3 * CLOSE * total
    gaps = [
        np.abs(_summed(counts, variables, margin.variables) - target)
        for margin, target in zip(margins, wanted_counts, strict=True)
    ]
    gap = max(float(one.max()) for one in gaps)
    if gap > max(loose, 1e3 * CLOSE * total):
        raise _unreached(margins, variables, classes, gaps, counts, wanted_counts, settled)
    return Fit(margins=margins, variables=variables, classes=classes, counts=counts, rounds=rounds,
               gap=gap)  # fmt: skip


def _variables(margins: Sequence[Margin]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the variables of all tables with their classes, those of the first one to have them."""
    known: dict[str, tuple[str, ...]] = {}
    first: dict[str, str] = {}
    faults = []
    for margin in margins:
        for name, classes in zip(margin.variables, margin.classes, strict=True):
            if name not in known:
                known[name], first[name] = classes, margin.name
            elif set(known[name]) != set(classes):
                other = sorted(set(known[name]) ^ set(classes))
                faults.append(
                    Fault(code="margin", where=margin.name, input=name,
                          template="{input} has other classes than in {first}: {other}",
                          remedy="give the same classes in both",
                          data={"first": first[name], "other": Joined(other[:SHOWN])})
                )  # fmt: skip
    if faults:
        raise InputError(*faults)
    return tuple(known), tuple(known.values())


def _disagreements(margins: Sequence[Margin]) -> float:
    """Return how far tables that were rounded may be apart.

    Raises
    ------
    InputError
        Where two of them are farther apart in what both count.
    """
    faults: list[Fault] = []
    loosest = 0.0
    for one, other in combinations(margins, 2):
        shared = [name for name in one.variables if name in other.variables]
        left = _summed(one.counts, one.variables, shared)
        orders = []
        for name in shared:
            mine = one.classes[one.variables.index(name)]
            theirs = other.classes[other.variables.index(name)]
            orders.append([theirs.index(cell) for cell in mine])
        right = _summed(other.counts, other.variables, shared)
        right = right[np.ix_(*orders)] if shared else right
        # each whole number was rounded by half a person at most
        cells = (one.counts.size + other.counts.size) / max(left.size, 1)
        whole = all(bool((m.counts == np.rint(m.counts)).all()) for m in (one, other))
        allowed = max(0.5 * cells if whole else 0.0, CLOSE * one.total)
        apart = np.abs(left - right)
        loosest = max(loosest, float(apart.max()))
        for place in np.argwhere(apart > allowed)[:SHOWN].tolist():
            cell = [
                f"{name} {one.classes[one.variables.index(name)][n]}"
                for name, n in zip(shared, place, strict=True)
            ]
            faults.append(
                Fault(code="margin", where=Joined([one.name, other.name]),
                      template="{cell}: {first:,.10g} people in the one and {second:,.10g} in the other",
                      remedy="correct a table, or scale both to the same people",
                      data={"cell": Joined(cell) or Phrase("in all"), "first": float(left[tuple(place)]),
                            "second": float(right[tuple(place)])})
            )  # fmt: skip
    if faults:
        raise InputError(*faults[: 4 * SHOWN])
    return loosest * len(margins)


def _unreached(
    margins: Sequence[Margin], variables: tuple[str, ...], classes: tuple[tuple[str, ...], ...],
    gaps: Sequence[Array], counts: Array, targets: Sequence[Array], settled: bool,
) -> InputError:  # fmt: skip
    """Return which counts no joint table reaches, the farthest first; or which are still moving."""
    reason = (
        "{cell}: {wanted:,.10g} people cannot be reached, {found:,.6g} at the nearest, because of the "
        "classes that are 0 in other tables"
        if settled
        else "{cell}: {wanted:,.10g} people are not reached in {rounds:,} rounds, {found:,.6g} so far; "
        "the classes that are 0 in other tables leave little room"
    )
    faults = []
    for margin, gap, target in zip(margins, gaps, targets, strict=True):
        place = np.unravel_index(int(gap.argmax()), gap.shape)
        have = _summed(counts, variables, margin.variables)
        if gap[place] <= 1e-6 * margin.total:
            continue
        cell = [
            f"{name} {classes[variables.index(name)][n]}"
            for name, n in zip(margin.variables, place, strict=True)
        ]
        faults.append(
            Fault(code="margin", where=margin.name,
                  template=reason, remedy="correct the zeros, or join classes",
                  data={"cell": Joined(cell), "wanted": float(target[place]),
                        "found": float(have[place]), "gap": float(gap[place]), "rounds": MOST_ROUNDS})
        )  # fmt: skip
    faults.sort(key=lambda fault: -fault.data["gap"])
    return InputError(*faults)


def _ordered(
    margin: Margin, variables: tuple[str, ...], classes: tuple[tuple[str, ...], ...]
) -> Array:
    """Return the counts of a table with its classes in the order of the joint table."""
    orders = []
    for name, own in zip(margin.variables, margin.classes, strict=True):
        orders.append([own.index(cell) for cell in classes[variables.index(name)]])
    return margin.counts[np.ix_(*orders)]


def _summed(counts: Array, variables: Sequence[str], kept: Sequence[str]) -> Array:
    """Return counts by some of the variables, in their order."""
    others = tuple(n for n, name in enumerate(variables) if name not in kept)
    found = counts.sum(axis=others)
    left = [name for name in variables if name in kept]
    return np.asarray(np.transpose(found, [left.index(name) for name in kept]))


def _spread(factor: Array, own: Sequence[str], variables: Sequence[str]) -> Array:
    """Return a factor by some variables in the shape that multiplies the joint table."""
    order = [own.index(name) for name in variables if name in own]
    sizes = iter(np.transpose(factor, order).shape)
    return np.transpose(factor, order).reshape([next(sizes) if n in own else 1 for n in variables])


def _wrong(where: str, template: str, remedy: str, **data: Any) -> InputError:
    return InputError(
        Fault(code="margin", where=where, template=template, remedy=remedy, data=data)
    )


# -- people ------------------------------------------------------------------------------------


def people_from_margins(
    rule: Rule | Sequence[Rule], fit: Fit, size: int, *, seed: int = 0
) -> dict[str, Array]:
    """Make people whose weighted counts are those of published tables.

    Parameters
    ----------
    rule : Rule or sequence of Rule
        The rule whose inputs are drawn, or several.
    fit : Fit
        The tables, fitted. A variable that is an input has its values as classes: a number, a code, a
        flag (``true``, ``oui``), or a range of numbers: ``18..25`` with both ends, ``0..<500`` up to
        below 500, ``65..`` open; other variables are kept as they are, to group by.
    size : int
        How many rows; each class in which there is somebody has one at least.
    seed : int
        The same seed gives the same people, on every machine.

    Returns
    -------
    dict of str to ndarray
        A column for each variable and input, and ``weight``: how many people each row stands for.
        Within a range, values are drawn evenly. Inputs that no table counts are drawn as by
        ``make_population``, and are as made up as there.

    Raises
    ------
    InputError
        Where a class is no value of its input, there are fewer rows than classes, or people of a
        class cannot fit what the rule requires.

    Examples
    --------
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/transport", on="2023-06-01")
    >>> age = margin_of("age", {"age": ["0..17", "18..64", "65.."], "people": [20, 60, 20]})
    >>> people = people_from_margins(rule, fit_margins([age]), 1000)
    >>> float(people["weight"][people["age"] >= 65].sum().round(6))
    20.0
    """
    rules = (rule,) if isinstance(rule, Rule) else tuple(rule)
    cells = np.argwhere(fit.counts > 0)
    counts = fit.counts[fit.counts > 0]
    if size < len(cells):
        raise InputError(
            Fault(code="out_of_bounds", input="size", remedy="give more rows, or wider classes",
                  template="{input}: {value!r} rows are too few for {cells:,} classes with somebody in them",
                  data={"value": size, "cells": len(cells)})
        )  # fmt: skip
    rows = _rows(counts, size)
    cell = np.repeat(np.arange(len(cells)), rows)
    weights = np.repeat(counts / rows, rows)
    inputs: dict[str, tuple[Rule, Input]] = {}
    for one in rules:
        for item in wanted(one):
            inputs.setdefault(item.name, (one, item))
    everything = {name: item for one in rules for name, item in one.all_inputs.items()}
    fixed: dict[str, Array] = {}
    for axis, (name, classes) in enumerate(zip(fit.variables, fit.classes, strict=True)):
        codes = cells[cell, axis]
        if name in everything:
            fixed[name] = _values(everything[name], classes, codes, size, seed)
        else:
            fixed[name] = _plain(classes)[codes]
    return {**complete_population(rules, size, seed, fixed), WEIGHT: weights}


def _rows(counts: Array, size: int) -> Array:
    """Return how many rows each class has: one, and the others in proportion, largest rests first."""
    rest = size - len(counts)
    share = counts * (rest / counts.sum())
    rows = np.floor(share).astype(np.int64)
    order = np.argsort(-(share - rows), kind="stable")
    rows[order[: rest - int(rows.sum())]] += 1
    return np.asarray(rows + 1)


def _plain(classes: Sequence[str]) -> Array:
    """Return classes that no rule reads as flags or numbers, where all of them are, else as text."""
    flags = [FLAGS.get(text.lower()) for text in classes]
    numbers = [POINT.number(text) for text in classes]
    if all(number == number for number in numbers):
        whole = all(number.is_integer() for number in numbers)
        return np.array(numbers).astype(np.int64) if whole else np.array(numbers)
    if None not in flags:
        return np.array(flags)
    return np.array(classes)


def _values(item: Input, classes: Sequence[str], codes: Array, size: int, seed: int) -> Array:
    """Return values of an input within the class of each row."""
    faults: list[Fault] = []
    if item.kind in ("flag", "code", "date"):
        found: list[Any] = []
        for text in classes:
            value: Any = text
            if item.kind == "flag":
                value = FLAGS.get(text.lower())
            elif item.kind == "code" and item.codes and text not in item.codes:
                value = None
            if value is None:
                faults.append(_no_class(item, text))
            found.append(value)
        if faults:
            raise InputError(*faults)
        array = np.array(found, dtype="datetime64[D]") if item.kind == "date" else np.array(found)
        return array[codes]
    low, count = np.zeros(len(classes), dtype=np.int64), np.ones(len(classes), dtype=np.int64)
    for n, text in enumerate(classes):
        span = _span(item, text)
        if span is None:
            faults.append(_no_class(item, text))
        else:
            low[n], count[n] = span[0], span[1] - span[0] + 1
    if faults:
        raise InputError(*faults)
    key = [seed, *f"margin/{item.name}".encode()]
    words = np.random.PCG64(np.random.SeedSequence(key)).random_raw(size)
    steps = low[codes] + (((words >> np.uint64(33)).astype(np.int64) * count[codes]) >> 31)
    grid = _grid(item)
    return np.asarray(steps if grid == 1 else steps * grid.numerator / grid.denominator)


def _grid(item: Input) -> Fraction:
    """Return the steps in which values are drawn: whole years and persons, else what the input has."""
    return Fraction(1) if item.unit in ("years", "persons", "children") else item.grid


def _span(item: Input, text: str) -> tuple[int, int] | None:
    """Return the first and last step of the grid within a class, None where it is none."""
    grid = _grid(item)
    ends = _CLASS.fullmatch(text)
    first, last = (ends[1], ends[3]) if ends else (text, text)
    numbers = [_number(one) for one in (first, last) if one is not None]
    if any(one is None for one in numbers) or (ends is not None and first is None and last is None):
        return None
    low = _number(first) if first is not None else item.minimum
    high = _number(last) if last is not None else None
    if low is None:
        return None
    if high is None:  # open: half as much again as where it begins, or to the largest that there is
        high = min(item.maximum, max(low * 3 / 2, low + grid))
    start = -(-low // grid)
    stop = high // grid
    if ends is not None and ends[2] and stop * grid == high:
        stop -= 1
    if low < item.minimum or high > item.maximum or not 0 <= stop - start < 2**31:
        return None
    return int(start), int(stop)


def _number(text: str | None) -> Fraction | None:
    try:
        return Fraction((text or "").strip().replace(",", "."))
    except ValueError:
        return None


def _no_class(item: Input, text: str) -> Fault:
    return Fault(
        code="margin", input=item.name, template="{input}: {value!r} is not one of its classes",
        remedy="write a value, or a range such as 18..25, 0..<500 or 65..", data={"value": text},
    )  # fmt: skip


def note_of(fit: Fit, lang: str) -> str:
    """Return what to say wherever people made from tables are shown, in ``fr``, ``en`` or ``pt``."""
    if fit.made_up:
        return word("made_up", lang)
    sources = word("separator", lang).join(fit.sources) or word("unsourced", lang)
    return word("fitted", lang, sources=sources)


def said(fit: Fit) -> Iterator[Phrase]:
    """Yield what to say of a fit, a line a table: who it counts, and where its figures come from."""
    for margin in fit.margins:
        source = margin.source or Phrase("source not given")
        yield Phrase(
            "{name}: {count:,.10g} people by {variables} ({source})", name=margin.name,
            count=margin.total, variables=" x ".join(margin.variables),
            source=Phrase("made up") if margin.made_up else source,
        )  # fmt: skip
    yield Counted(
        "fitted in {count:,} round; no count is off by more than {gap:.2g} people",
        "fitted in {count:,} rounds; no count is off by more than {gap:.2g} people",
        fit.rounds, gap=fit.gap,
    )  # fmt: skip
