"""Pictures of a comparison, readable in grey and by the colour-blind."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.comparison import MEASURES, Comparison
from tarifs_solidaires.errors import InputError, TableError, TarifError, nearest
from tarifs_solidaires.grouping import MISSING
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.result import Result
from tarifs_solidaires.rule import Rule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[Any]

TEXTS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "winners": "gagnent", "losers": "perdent", "unchanged": "inchangés",
        "missing": "sans résultat", "all": "ensemble", "before": "avant", "after": "après",
        "changed": "règle modifiée", "groups": "{} groupes sur {}",
        "change": "variation moyenne", "points": "{} points",
        "forgone": "Réductions accordées", "paid": "Aides versées", "received": "Sommes facturées",
        "profile": "Ce que la règle donne au profil typique de chaque groupe",
        "tranche_before": "tranche avant", "tranche_after": "tranche après", "colon": " : ",
        "year": "an", "month": "mois", "billing period": "période", "yes": "oui", "no": "non",
    },
    "en": {
        "winners": "gain", "losers": "lose", "unchanged": "unchanged",
        "missing": "no result", "all": "all", "before": "before", "after": "after",
        "changed": "changed rule", "groups": "{} groups of {}",
        "change": "mean change", "points": "{} points",
        "forgone": "Reductions granted", "paid": "Aid paid", "received": "Amounts charged",
        "profile": "What the rule gives to the typical profile of each group",
        "tranche_before": "bracket before", "tranche_after": "bracket after", "colon": ": ",
        "year": "year", "month": "month", "billing period": "period", "yes": "yes", "no": "no",
    },
    "pt": {
        "winners": "ganham", "losers": "perdem", "unchanged": "sem mudança",
        "missing": "sem resultado", "all": "total", "before": "antes", "after": "depois",
        "changed": "regra modificada", "groups": "{} grupos de {}",
        "change": "variação média", "points": "{} pontos",
        "forgone": "Reduções concedidas", "paid": "Auxílios pagos", "received": "Valores cobrados",
        "profile": "O que a regra dá ao perfil típico de cada grupo",
        "tranche_before": "faixa antes", "tranche_after": "faixa depois", "colon": ": ",
        "year": "ano", "month": "mês", "billing period": "período", "yes": "sim", "no": "não",
    },
}  # fmt: skip
# Okabe and Ito's blue and vermilion, told apart by every kind of sight; hatches for print in grey.
STYLES = {
    "winners": ("#0072B2", "", "white"),
    "unchanged": ("#E3E3E3", "", "#333333"),
    "losers": ("#D55E00", "////", "black"),
    "missing": ("white", "..", "black"),
}
BEFORE, AFTER = "#767676", "#0072B2"
TIMES = ("before", "after")
SHOWN_GROUPS, SHOWN_SCHEDULES = 15, 3
LONGEST = 34  # characters of the name of a group
# What a schedule runs over: the first that both rules know.
QUANTITIES = (
    "quotient_familial", "ressources_mensuelles", "ressources_annuelles", "revenu_par_personne",
    "volume_m3", "age",
)  # fmt: skip
POINTS = 6001


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


def plot_comparison(comparison: Comparison, *, lang: str = "fr", note: str = "") -> Figure:
    """Draw the shares of winners and losers by group, and the schedules before and after.

    A schedule is what the rule gives along the quotient (or whatever resource or volume the rules
    read) to a typical person of a group: the median of each number, the most frequent of each flag
    and municipality. Groups with the same schedule share a panel; at most three panels are drawn,
    those of most people.

    Parameters
    ----------
    comparison : Comparison
        What to draw; of more than 15 groups, the 15 largest.
    lang : {"fr", "en", "pt"}
        Language of the labels.
    note : str, optional
        Words under the picture.

    Returns
    -------
    matplotlib.figure.Figure
        The picture.

    Raises
    ------
    InputError
        Where the language does not exist.
    TarifError
        Where matplotlib is not installed.
    """
    if lang not in TEXTS:
        raise InputError(f"no labels in {lang!r}; {nearest(str(lang), TEXTS)}")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise TarifError('pictures need matplotlib: pip install "charte-donnee[figures]"') from None
    people = comparison.groups["people"]
    largest = np.sort(np.argsort(-people, kind="stable")[:SHOWN_GROUPS])
    schedules = find_schedules(comparison, largest.tolist())[:SHOWN_SCHEDULES]
    bars = len(largest) + (len(people) > 1)
    heights = [0.6 * bars + 1.5, *([3.9] if schedules else [])]
    figure = Figure(figsize=(11, sum(heights) + 0.3), layout="constrained")
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _bars(parts[0].subplots(), comparison, largest, lang)
    if schedules:
        parts[1].suptitle(TEXTS[lang]["profile"], x=0.01, ha="left", fontsize=12, weight="bold")
        panels = parts[1].subplots(1, len(schedules), sharex=True, sharey=True, squeeze=False)[0]
        for axes, schedule in zip(panels, schedules, strict=True):
            _schedule(axes, comparison, schedule, lang)
        panels[0].set_ylabel(comparison.after.rule.outputs[comparison.output][lang])
        panels[0].legend(loc="best", frameon=True)
        if comparison.output != "taux_reduction":
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


def save(figure: Figure, path: Path) -> None:
    """Write a picture, which takes its name only once it is complete.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The picture.
    path : Path
        Where; the suffix says the format.

    Raises
    ------
    TableError
        Where the folder cannot be written or the suffix is no format.
    """
    kind = path.suffix.lower().lstrip(".")
    formats = figure.canvas.get_supported_filetypes()
    if kind not in formats:
        raise TableError(f"{path}: {kind!r} is no kind of picture; write .png, .svg or .pdf")
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            temporary = Path(folder) / path.name
            figure.savefig(temporary, format=kind, dpi=150, metadata=undated)
            temporary.replace(path)
    except OSError as error:
        raise TableError(
            f"{path}: cannot be written ({error.strerror}); check the folder"
        ) from None


def find_schedules(comparison: Comparison, groups: Sequence[int]) -> list[Schedule]:
    """Return what each group's typical person gets along the first quantity both rules know.

    Parameters
    ----------
    comparison : Comparison
        What was compared.
    groups : sequence of int
        Rows of its groups.

    Returns
    -------
    list of Schedule
        Distinct schedules, those of most people first; empty where the rules share no quantity, or
        a typical person cannot be computed.
    """
    quantity = quantity_of(comparison)
    if quantity is None:
        return []
    results = (comparison.before, comparison.after)
    amounts = _amounts(comparison.after, quantity)
    amounts = amounts[amounts >= 0]
    if not len(amounts):
        return []
    x = np.linspace(0, float(np.percentile(amounts, 99)) or 1.0, POINTS).round(2)
    order = np.argsort(comparison.group, kind="stable")
    starts = np.cumsum(np.bincount(comparison.group, minlength=len(comparison.groups)))
    curves: dict[bytes, tuple[Array, Array]] = {}
    alike: dict[bytes, list[int]] = {}
    try:
        for group in groups:
            people = order[starts[group - 1] if group else 0 : starts[group]]
            before, after = (_along(r, comparison.output, quantity, x, people) for r in results)
            key = before.tobytes() + after.tobytes()
            curves[key] = before, after
            alike.setdefault(key, []).append(group)
    except InputError:  # such as a price that one rule needs and that depends on nothing typical
        return []
    shown = max(_last_step(y) for pair in curves.values() for y in pair)
    schedules = [
        Schedule(tuple(alike[key]), x[:shown], before[:shown], after[:shown])
        for key, (before, after) in curves.items()
    ]
    return sorted(schedules, key=lambda s: -comparison.groups["people"][list(s.groups)].sum())


def _along(result: Result, output: str, quantity: str, x: Array, people: Array) -> Array:
    """Return what a rule gives along a quantity to the typical one of some people."""
    given: dict[str, Any] = {**_typical(result, quantity, people), quantity: x}
    return np.asarray(np.broadcast_to(result.rule.compute(**given).outputs[output], x.shape))


def quantity_of(comparison: Comparison) -> str | None:
    """Return the first quantity that both rules read from the population, if any."""
    read = [
        {*r.inputs, *(["quotient_familial"] if "nombre_parts" in r.inputs else [])}
        for r in (comparison.before, comparison.after)
    ]
    return next((name for name in QUANTITIES if all(name in names for names in read)), None)


def _amounts(result: Result, quantity: str) -> Array:
    if quantity in result.inputs:
        return np.atleast_1d(result.inputs[quantity])
    income, shares = (result.inputs[n] for n in ("revenu_fiscal_reference", "nombre_parts"))
    return np.atleast_1d(income / (12 * shares))


def _typical(result: Result, quantity: str, people: Array) -> dict[str, Any]:
    """Return the median of each number, and the most frequent of each flag and code."""
    typical: dict[str, Any] = {}
    for name, values in result.inputs.items():
        here = values[people] if values.ndim else values.reshape(1)
        if name in (quantity, "revenu_fiscal_reference", "nombre_parts"):
            continue
        if INPUTS[name].kind == "number":
            middle = len(here) // 2
            typical[name] = np.partition(here, middle)[middle].item()
        else:
            typical[name] = Counter(here.tolist()).most_common(1)[0][0]
    return typical


def _last_step(y: Array) -> int:
    """Return how many points to draw: a little beyond the last change."""
    steps = np.flatnonzero(np.diff(np.nan_to_num(y, nan=-1.0)))
    return min(len(y), int(1.25 * steps[-1]) + 2) if len(steps) else 2


def _bars(axes: Axes, comparison: Comparison, largest: Array, lang: str) -> None:
    """Draw a bar a group, the largest share of a row being 1, and one for everybody."""
    texts, groups = TEXTS[lang], comparison.groups
    rows: list[tuple[str, Mapping[str, Any]]] = [
        (_group_name(comparison, n, lang), {m: groups[m][n] for m in MEASURES})
        for n in largest
    ]  # fmt: skip
    if len(groups) > 1:
        rows.append((texts["all"], comparison.total))
    places = np.arange(len(rows)) + np.array(
        [0.25 * (len(groups) > 1 and n == len(rows) - 1) for n in range(len(rows))]
    )
    left = np.zeros(len(rows))
    people = np.array([row["people"] for _, row in rows], dtype=float)
    for name, (colour, hatch, ink) in STYLES.items():
        counts = np.array([row[name] for _, row in rows], dtype=float)
        shares = np.divide(counts, people, out=np.zeros(len(rows)), where=people > 0)
        if name == "missing" and not counts.any():
            continue
        axes.barh(
            places, shares, left=left, height=0.72, color=colour, hatch=hatch, label=texts[name],
            edgecolor="white" if name != "missing" else "#999999",
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
    for place, (_, row) in zip(places, rows, strict=True):
        axes.text(
            1.015, place, _change(comparison, row["mean_change"], lang), va="center",
            fontsize=10.5, parse_math=False,
        )  # fmt: skip
    heading: dict[str, Any] = {
        "y": -0.6,
        "va": "bottom",
        "fontsize": 10.5,
        "color": "#444444",
        "parse_math": False,
    }
    axes.text(1.015, s=texts["change"], **heading)
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
        below.append(texts["groups"].format(len(largest), len(groups)))
    if comparison.budget and comparison.total["missing"] < comparison.total["people"]:
        unit, _, kind = comparison.budget.rpartition(" ")
        before, after = (_number(comparison.total[f"budget_{x}"], lang) for x in TIMES)
        below.append(f"{texts[kind]}{texts['colon']}{before} → {after} {_unit(unit, lang)}")
    if below:
        axes.set_xlabel("   ".join(below), loc="left", fontsize=11, parse_math=False)


def _schedule(axes: Axes, comparison: Comparison, schedule: Schedule, lang: str) -> None:
    """Draw one schedule, before and after."""
    from matplotlib.ticker import FuncFormatter

    texts = TEXTS[lang]
    axes.plot(
        schedule.x, schedule.before, color=BEFORE, lw=2, ls=(0, (4, 2)), label=texts["before"]
    )
    axes.plot(schedule.x, schedule.after, color=AFTER, lw=2.4, label=texts["after"])
    share = comparison.output == "taux_reduction"
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
    quantity = quantity_of(comparison)
    if quantity is not None:
        item = INPUTS[quantity]
        unit = _unit(item.unit.replace("EUR", comparison.after.rule.currency), lang)
        axes.set_xlabel(f"{item.meaning[lang]} ({unit})", parse_math=False)
    if comparison.by:
        names = [_group_name(comparison, n, lang) for n in schedule.groups]
        heading = _grouping(comparison, lang) + texts["colon"] + " ; ".join(names)
        axes.set_title(_cut(heading, 48), fontsize=10.5, loc="left", parse_math=False)


def _title(comparison: Comparison, lang: str) -> str:
    before, after = comparison.before.rule, comparison.after.rule
    first, second = (_version(rule, lang) for rule in (before, after))
    if before.name != after.name:
        return f"{before.name}, {first} → {after.name}, {second}"
    if before.on == after.on:  # one day: what differs is what was changed
        second = second.removeprefix(f"{after.on}, ")
    return f"{_cut(after.title[lang], 78)}\n{first} → {second}"


def _version(rule: Rule, lang: str) -> str:
    changed = not any(rule.version is version for version in rule.versions)
    return f"{rule.on}, {TEXTS[lang]['changed']}" if changed else str(rule.on)


def _grouping(comparison: Comparison, lang: str) -> str:
    """Return what the groups are of."""
    known = TEXTS[lang]
    return ", ".join(
        INPUTS[name].meaning[lang] if name in INPUTS else known.get(name, name)
        for name in comparison.by
    )


def _group_name(comparison: Comparison, number: int, lang: str) -> str:
    if not comparison.by:
        return TEXTS[lang]["all"]
    words = {"true": "yes", "false": "no", MISSING: "missing"}
    names = [str(comparison.groups[name][number]) for name in comparison.by]
    return _cut(", ".join(TEXTS[lang][words[x]] if x in words else x for x in names), LONGEST)


def _cut(text: str, length: int) -> str:
    """Return a text on one line, shortened where it is too long to be read."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= length else text[: length - 1] + "…"


def _number(value: float, lang: str, digits: int | None = None) -> str:
    if digits is None:
        digits = 0 if abs(value) >= 100 or float(value).is_integer() else 2
    text = f"{value:,.{digits}f}".replace("-", "\N{MINUS SIGN}")
    if lang == "en":
        return text
    separators = {",": "\N{NO-BREAK SPACE}" if lang == "fr" else ".", ".": ","}
    return "".join(separators.get(c, c) for c in text)


def _percent(share: float, lang: str) -> str:
    space = "\N{NO-BREAK SPACE}" if lang == "fr" else ""
    return f"{_number(100 * share, lang, 0)}{space}%"


def _change(comparison: Comparison, value: float, lang: str) -> str:
    if value != value:
        return ""
    sign = "+" if value > 0 else ""
    if comparison.output == "taux_reduction":
        return sign + TEXTS[lang]["points"].format(_number(100 * value, lang, 1))
    unit = comparison.after.rule.outputs[comparison.output]["unit"]
    return f"{sign}{_number(value, lang, 2)} {_unit(unit, lang)}"


def _unit(unit: str, lang: str) -> str:
    """Return a unit such as EUR/year as it is read."""
    money, _, period = unit.partition("/")
    money = {"EUR": "€", "BRL": "R$"}.get(money, money)
    return f"{money}/{TEXTS[lang].get(period, period)}" if period else money
