"""Pictures of a comparison, readable in grey and by the colour-blind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.engine.expression import names as read_in
from tarifs_solidaires.engine.formula import parse_formula
from tarifs_solidaires.errors import Fault, InputError, TarifError
from tarifs_solidaires.people.comparison import TRANCHES, Comparison
from tarifs_solidaires.people.grouping import MISSING
from tarifs_solidaires.people.words import language_of, unit_word, word
from tarifs_solidaires.people.writing import table_error, written_bytes
from tarifs_solidaires.rule import Result, Rule
from tarifs_solidaires.values.inputs import Input
from tarifs_solidaires.values.texts import Texts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[Any]

# Okabe and Ito's blue and vermilion, told apart by every kind of sight; hatches for print in grey.
STYLES = {
    "winners": ("#0072B2", "", "white"),
    "higher": ("#0072B2", "", "white"),
    "changed": ("#0072B2", "", "white"),
    "unchanged": ("#E3E3E3", "", "#333333"),
    "losers": ("#D55E00", "////", "black"),
    "lower": ("#D55E00", "////", "black"),
    "missing": ("white", "..", "black"),
}
BEFORE, AFTER = "#767676", "#0072B2"
TIMES = ("before", "after")
SHOWN_GROUPS, SHOWN_SCHEDULES = 15, 3
LONGEST = 34  # characters of the name of a group
POINTS = 6001
SAMPLED = 400  # people of whom an input that is given through others is worked out


@attrs.frozen(eq=False)
class Schedule:
    """What two rules give along one input, everything else being typical of some groups.

    Parameters
    ----------
    groups : tuple of int
        Rows of the comparison's groups that share this schedule.
    x, before, after : ndarray of float
        The input, and the output that is compared before and after.
    """

    groups: tuple[int, ...]
    x: Array
    before: Array
    after: Array


def plot_comparison(comparison: Comparison, *, lang: str | None = None, note: str = "") -> Figure:
    """Draw the shares of winners and losers by group, and the schedules before and after.

    A schedule is what the rules give along an amount or another number that both read, to a typical
    person of a group: the median of each other number, the most frequent of each flag and code.
    Groups with the same schedule share a panel; at most three panels are drawn, those of most
    people. Of codes and flags there is no schedule.

    Parameters
    ----------
    comparison : Comparison
        What to draw; of more than 15 groups, the 15 largest.
    lang : str, optional
        Language of the labels; the first of the second rule in which there are words.
    note : str, optional
        Words under the picture.

    Returns
    -------
    matplotlib.figure.Figure
        The picture.

    Raises
    ------
    InputError
        Where there are no words in the language.
    TarifError
        Where matplotlib is not installed.
    """
    lang = language_of(lang, comparison.after.rule.languages)
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise TarifError(
            Fault(code="no_matplotlib", template="pictures need matplotlib",
                  remedy='run: pip install "charte-donnee[figures]"')
        ) from None  # fmt: skip
    people = comparison.groups["people"]
    largest = np.sort(np.argsort(-people, kind="stable")[:SHOWN_GROUPS])
    schedules = find_schedules(comparison, largest.tolist())[:SHOWN_SCHEDULES]
    bars = len(largest) + (len(people) > 1)
    heights = [0.6 * bars + 1.5, *([3.9] if schedules else [])]
    figure = Figure(figsize=(11, sum(heights) + 0.3), layout="constrained")
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _bars(parts[0].subplots(), comparison, largest, lang)
    if schedules:
        parts[1].suptitle(word("profile", lang), x=0.01, ha="left", fontsize=12, weight="bold")
        panels = parts[1].subplots(1, len(schedules), sharex=True, sharey=True, squeeze=False)[0]
        for axes, schedule in zip(panels, schedules, strict=True):
            _schedule(axes, comparison, schedule, lang)
        output = comparison.after.rule.outputs[comparison.output]
        panels[0].set_ylabel(_cut(output.label.to(lang) or output.name, 60), parse_math=False)
        panels[0].legend(loc="best", frameon=True)
        if not comparison.share:
            panels[0].set_ylim(bottom=0)
            panels[0].margins(y=0.05)
    parts[0].suptitle(
        _title(comparison, lang), x=0.01, ha="left", fontsize=13, weight="bold", parse_math=False
    )
    if note:
        parts[-1].supxlabel(
            _cut(note, 200), x=0.01, ha="left", fontsize=9.5, color="#444444", style="italic",
            parse_math=False,
        )  # fmt: skip
    return figure


def save(figure: Figure, path: Path, *, never: Iterable[Path] = ()) -> None:
    """Write a picture, which takes its name only once it is complete.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The picture.
    path : Path
        Where; the suffix says the format.
    never : iterable of Path
        Files that are read, which it must not be.

    Raises
    ------
    TableError
        Where the file cannot be written or the suffix is no format.
    """
    kind = path.suffix.lower().lstrip(".")
    formats = figure.canvas.get_supported_filetypes()
    if kind not in formats:
        raise table_error(
            "suffix", path, "{kind!r} is no kind of picture", "write .png, .svg or .pdf", kind=kind
        )
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
    with written_bytes(path, never=never) as file:
        figure.savefig(file, format=kind, dpi=150, metadata=undated)


# -- schedules ---------------------------------------------------------------------------------


def find_schedules(comparison: Comparison, groups: Sequence[int]) -> list[Schedule]:
    """Return what each group's typical person gets along a quantity that both rules read.

    Parameters
    ----------
    comparison : Comparison
        What was compared.
    groups : sequence of int
        Rows of its groups.

    Returns
    -------
    list of Schedule
        Distinct schedules, those of most people first; empty where the rules share no quantity,
        where codes or flags are compared, or where a typical person cannot be computed.
    """
    quantity = quantity_of(comparison)
    if quantity is None or comparison.way == "words":
        return []
    x = _along(quantity, _amounts(comparison.after, quantity))
    if not len(x):
        return []
    order = np.argsort(comparison.group, kind="stable")
    starts = np.cumsum(np.bincount(comparison.group, minlength=len(comparison.groups)))
    curves: dict[bytes, tuple[Array, Array]] = {}
    alike: dict[bytes, list[int]] = {}
    try:
        for group in groups:
            people = order[starts[group - 1] if group else 0 : starts[group]]
            before, after = (
                _given_to(result, comparison.output, quantity, x, people)
                for result in (comparison.before, comparison.after)
            )
            key = before.tobytes() + after.tobytes()
            curves[key] = before, after
            alike.setdefault(key, []).append(group)
    except InputError:  # inputs that do not go together where each is typical
        return []
    last = max(_last_step(y) for pair in curves.values() for y in pair)
    schedules = [
        Schedule(tuple(alike[key]), x[:last], before[:last], after[:last])
        for key, (before, after) in curves.items()
    ]
    return sorted(schedules, key=lambda s: -comparison.groups["people"][list(s.groups)].sum())


def quantity_of(comparison: Comparison) -> Input | None:
    """Return what a schedule runs along: money first, then other numbers, then counts and ages."""
    results = (comparison.before, comparison.after)
    numbers = [
        item for item in comparison.after.rule.inputs
        if item.kind in ("number", "whole") and all(_reads(result, item) for result in results)
    ]  # fmt: skip

    def rank(item: Input) -> int:
        if re.fullmatch("[A-Z]{3}(/month|/year)?", item.unit):
            return 0
        return 1 if item.kind == "number" and item.unit not in ("", "years", "persons") else 2

    return min(numbers, key=rank, default=None)


def _reads(result: Result, item: Input) -> bool:
    """Say whether a rule read an input of the people, itself or through others, and uses it."""
    known = result.rule.all_inputs.get(item.name)
    if known is None or item.name not in result.rule.version.reads:
        return False
    ways = _ways(known)
    given = result.inputs.keys() - result.defaults
    return item.name in given or (bool(ways) and ways <= given)


def _ways(item: Input) -> frozenset[str]:
    return read_in(parse_formula(item.formula)) if item.formula else frozenset()


def _amounts(result: Result, item: Input) -> Array:
    """Return what people have of a quantity, of some of them where it is given through others."""
    if item.name in result.inputs:
        return np.atleast_1d(result.inputs[item.name]).astype(np.float64)
    length = max(result.row.size, 1)
    some = np.linspace(0, length - 1, min(length, SAMPLED)).astype(np.int64)
    found = []
    for n in some.tolist() if result.row.size else ():
        person = {name: np.broadcast_to(v, (length,))[n] for name, v in result.inputs.items()}
        worked = result.rule.work_out(person)[item.name].value
        found.append(float(worked) if worked is not None else np.nan)
    return np.array(found, dtype=np.float64)


def _along(item: Input, amounts: Array) -> Array:
    """Return values of an input on its grid, up to nearly the largest that people have."""
    low, high, step = float(item.minimum), float(item.maximum), float(item.grid)
    amounts = amounts[(amounts >= low) & (amounts <= high)]
    if not len(amounts):
        return amounts
    start = max(low, 0.0)
    steps = np.linspace(start, float(np.percentile(amounts, 99)) or start + 1, POINTS) / step
    decimals = max(0, -int(np.floor(np.log10(step))))
    return np.unique(np.clip((np.rint(steps) * step).round(decimals), low, high))


def _given_to(result: Result, output: str, item: Input, x: Array, people: Array) -> Array:
    """Return what a rule gives along a quantity to the typical one of some people."""
    given: dict[str, Any] = {**_typical(result, people), item.name: x}
    for way in _ways(item):
        given.pop(way, None)
    return np.asarray(np.broadcast_to(cast(Rule, result.rule).compute(given)[output], x.shape))


def _typical(result: Result, people: Array) -> dict[str, Any]:
    """Return the median of each number and day, and the most frequent of each flag and code."""
    typical: dict[str, Any] = {}
    for name, values in result.inputs.items():
        if name in result.defaults:
            continue
        here = values[people] if values.ndim else values.reshape(1)
        if result.rule.all_inputs[name].numeric:
            typical[name] = np.sort(here)[len(here) // 2]
        else:
            typical[name] = Counter(here.tolist()).most_common(1)[0][0]
    return typical


def _last_step(y: Array) -> int:
    """Return how many points to draw: a little beyond the last change."""
    steps = np.flatnonzero(np.diff(np.nan_to_num(y, nan=-1.0)))
    return min(len(y), int(1.25 * steps[-1]) + 2) if len(steps) else 2


# -- drawing -----------------------------------------------------------------------------------


def _bars(axes: Axes, comparison: Comparison, largest: Array, lang: str) -> None:
    """Draw a bar a group, the largest share of a row being 1, and one for everybody."""
    groups = comparison.groups
    measures = [name for name in groups.dtype.names or () if name not in comparison.by]
    rows: list[tuple[str, Mapping[str, Any]]] = [
        (_group_name(comparison, n, lang), {m: groups[m][n] for m in measures}) for n in largest
    ]
    if len(groups) > 1:
        rows.append((word("all", lang), comparison.total))
    places = np.arange(len(rows)) + np.array(
        [0.25 * (len(groups) > 1 and n == len(rows) - 1) for n in range(len(rows))]
    )
    left = np.zeros(len(rows))
    people = np.array([row["people"] for _, row in rows], dtype=float)
    for name, (colour, hatch, ink) in STYLES.items():
        if name not in comparison.states:
            continue
        counts = np.array([row[name] for _, row in rows], dtype=float)
        shares = np.divide(counts, people, out=np.zeros(len(rows)), where=people > 0)
        if name == "missing" and not counts.any():
            continue
        axes.barh(
            places, shares, left=left, height=0.72, color=colour, hatch=hatch,
            label=word(name, lang), edgecolor="white" if name != "missing" else "#999999",
            linewidth=np.where(shares > 0, 0.8, 0),
        )  # fmt: skip
        for place, start, share in zip(places, left, shares, strict=True):
            if share >= 0.03:
                axes.text(
                    start + share / 2, place, _percent(share, lang), ha="center", va="center",
                    color=ink, fontsize=10.5,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2} if hatch else None,
                )  # fmt: skip
        left += shares
    heading: dict[str, Any] = {
        "y": -0.6, "va": "bottom", "fontsize": 10.5, "color": "#444444", "parse_math": False,
    }  # fmt: skip
    if comparison.way != "words":
        for place, (_, row) in zip(places, rows, strict=True):
            axes.text(
                1.015, place, _change(comparison, row["mean_change"], lang), va="center",
                fontsize=10.5, parse_math=False,
            )  # fmt: skip
        axes.text(1.015, s=word("mean_change", lang), **heading)
    axes.text(-0.012, s=_cut(_grouping(comparison, lang), LONGEST), ha="right", **heading)
    labels = [f"{name}\n{_number(row['people'], lang)}" for name, row in rows]
    axes.set_yticks(places, labels, fontsize=10.5, parse_math=False)
    axes.set_ylim(places[-1] + 0.5, -0.55)
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.tick_params(left=False)
    axes.spines[:].set_visible(False)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4, frameon=False, borderaxespad=0.2,
        handlelength=1.4, fontsize=10.5,
    )  # fmt: skip
    below = []
    if len(groups) > len(largest):
        below.append(word("groups", lang, shown=len(largest), count=len(groups)))
    if comparison.budget and comparison.total["missing"] < comparison.total["people"]:
        unit, _, kind = comparison.budget.rpartition(" ")
        before, after = (_number(comparison.total[f"budget_{x}"], lang) for x in TIMES)
        below.append(word(kind, lang, before=before, after=after, unit=unit_text(unit, lang)))
    if below:
        axes.set_xlabel("   ".join(below), loc="left", fontsize=11, parse_math=False)


def _schedule(axes: Axes, comparison: Comparison, schedule: Schedule, lang: str) -> None:
    """Draw one schedule, before and after."""
    from matplotlib.ticker import FuncFormatter

    axes.plot(
        schedule.x, schedule.before, color=BEFORE, lw=2, ls=(0, (4, 2)), label=word("before", lang)
    )
    axes.plot(schedule.x, schedule.after, color=AFTER, lw=2.4, label=word("after", lang))
    share = comparison.share
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda y, _: _percent(y, lang) if share else _number(y, lang))
    )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _number(x, lang)))
    if share:
        axes.set_ylim(-0.04, 1.06)
    axes.set_xlim(schedule.x[0], schedule.x[-1])
    axes.grid(color="#E3E3E3")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    item = quantity_of(comparison)
    if item is not None:
        unit = f" ({unit_text(item.unit, lang)})" if item.unit else ""
        axes.set_xlabel(f"{item.label.to(lang) or item.name}{unit}", parse_math=False)
    if comparison.by:
        names = " ; ".join(_group_name(comparison, n, lang) for n in schedule.groups)
        heading = word("titled", lang, name=_grouping(comparison, lang), value=names)
        axes.set_title(_cut(heading, 48), fontsize=10.5, loc="left", parse_math=False)


def _title(comparison: Comparison, lang: str) -> str:
    before, after = comparison.before.rule, comparison.after.rule
    first, second = _version(before, lang), _version(after, lang)
    if before.name != after.name:
        return f"{before.name}, {first} → {after.name}, {second}"
    if before.on == after.on and before != after:  # one day: what differs is what was changed
        second = word("draft", lang)
    return f"{_cut(after.title.to(lang), 78)}\n{first} → {second}"


def _version(rule: Any, lang: str) -> str:
    words = [str(rule.on)]
    if rule.last_known:
        words.append(word("last_known", lang, day=rule.last_known))
    if rule.changes:
        words.append(word("draft", lang))
    return ", ".join(words)


def _grouping(comparison: Comparison, lang: str) -> str:
    """Return what the groups are of."""
    rule = comparison.after.rule
    inputs = {**comparison.before.rule.all_inputs, **rule.all_inputs}

    def said(name: str) -> str:
        first, _, time = name.rpartition("_")
        if name in inputs:
            return inputs[name].label.to(lang) or name
        if first == comparison.output and time in TIMES:
            return f"{rule.outputs[first].label.to(lang) or first} ({word(time, lang)})"
        return word(name, lang)

    return ", ".join(map(said, comparison.by))


def _group_name(comparison: Comparison, number: int, lang: str) -> str:
    if not comparison.by:
        return word("all", lang)
    known = {"true": "yes", "false": "no", MISSING: "missing"}
    names = []
    for name in comparison.by:
        text = str(comparison.groups[name][number])
        labels = _labels(comparison, name)
        shown = labels[text].to(lang) if text in labels else text
        names.append(word(known[text], lang) if text in known else shown)
    return _cut(", ".join(names), LONGEST)


def _labels(comparison: Comparison, name: str) -> Mapping[str, Texts]:
    """Return the labels of the groups of a grouping, where the rules have some."""
    result = comparison.before if name.endswith("_before") else comparison.after
    rule = result.rule
    if name in TRANCHES:
        return {texts.first: texts for texts in result.names}
    if name in rule.all_inputs:
        return rule.all_inputs[name].codes
    step = rule.steps.get(comparison.output)
    return step.codes if step is not None and name.startswith(comparison.output) else {}


def _cut(text: str, length: int) -> str:
    """Return a text on one line, shortened where it is too long to be read."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= length else text[: length - 1] + "…"


def _number(value: float, lang: str, digits: int | None = None) -> str:
    from babel.numbers import format_decimal

    if digits is None:
        digits = 0 if abs(value) >= 100 or float(value).is_integer() else 2
    return format_decimal(
        round(value, digits), f"#,##0.{'0' * digits}" if digits else "#,##0", lang
    )


def _percent(share: float, lang: str) -> str:
    from babel.numbers import format_percent

    return format_percent(share, locale=lang)


def _change(comparison: Comparison, value: float, lang: str) -> str:
    if value != value:
        return ""
    sign = "+" if value > 0 else ""
    if comparison.share:
        return sign + word("points", lang, number=_number(100 * value, lang, 1))
    return f"{sign}{_number(value, lang, 2)} {unit_text(comparison.unit, lang)}".rstrip()


def unit_text(unit: str, lang: str) -> str:
    """Return a unit such as ``EUR/year`` as it is read.

    Examples
    --------
    >>> unit_text("EUR/month", "fr"), unit_text("CAD", "fr")
    ('€/mois', '$CA')
    """
    from babel.numbers import get_currency_symbol

    first, slash, rest = unit.partition("/")
    if re.fullmatch("[A-Z]{3}", first):
        first = get_currency_symbol(first, lang).replace("\N{NO-BREAK SPACE}", "")
    return f"{unit_word(first, lang)}{slash}{unit_word(rest, lang)}"
