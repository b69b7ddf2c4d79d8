"""Pictures of a comparison, readable in grey and by the colour-blind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.compared import Compared
from tarifs_solidaires.people.naming import (
    TIMES,
    change_text,
    group_text,
    grouping_text,
    number_text,
    one_line,
    percent_text,
    title_text,
    unit_text,
)
from tarifs_solidaires.people.schedules import Schedule, find_schedules, quantity_of
from tarifs_solidaires.people.words import language_of, word
from tarifs_solidaires.people.writing import table_error, written_bytes

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
SHOWN_GROUPS, SHOWN_SCHEDULES = 15, 3
NAME_WIDTH, TITLE_WIDTH, NOTE_WIDTH = 34, 95, 150  # characters of a line
PANEL_WIDTHS = (130, 62, 42)  # of the title of one panel, by how many there are
LONGEST = 600  # characters of a name, beyond which no picture has room
LINE = 0.21  # inches


def plot_comparison(comparison: Compared, *, lang: str | None = None, note: str = "") -> Figure:
    """Draw the shares of winners and losers by group, and the schedules before and after.

    A schedule is what the rules give along an amount or another number that both read, to a typical
    person of a group: the median of each other number, the most frequent of each flag and code.
    Groups with the same schedule share a panel; at most three panels are drawn, those of most
    people. Of codes and flags there is no schedule.

    Parameters
    ----------
    comparison : Compared
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
    with needs("figures"):
        from matplotlib.figure import Figure
    people = comparison.groups["people"]
    largest = np.sort(np.argsort(-people, kind="stable")[:SHOWN_GROUPS])
    schedules = find_schedules(comparison, largest.tolist())[:SHOWN_SCHEDULES]
    bars = len(largest) + (len(people) > 1)
    names = [_wrapped(group_text(comparison, n, lang), NAME_WIDTH) for n in largest.tolist()]
    rows = [max(0.6, LINE * (2.3 + name.count("\n"))) for name in names]
    rows += [0.6] * (bars - len(rows))
    titles = [_panel_title(comparison, one, lang, len(schedules)) for one in schedules]
    lines = max((title.count("\n") for title in titles), default=0)
    heights = [sum(rows) + 1.5, *([3.9 + LINE * lines] if schedules else [])]
    figure = Figure(figsize=(11, sum(heights) + 0.3), layout="constrained")
    parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _bars(parts[0].subplots(), comparison, largest, names, rows, lang)
    if schedules:
        parts[1].suptitle(word("profile", lang), x=0.01, ha="left", fontsize=12, weight="bold")
        panels = parts[1].subplots(1, len(schedules), sharex=True, sharey=True, squeeze=False)[0]
        for axes, schedule, title in zip(panels, schedules, titles, strict=True):
            _schedule(axes, comparison, schedule, lang)
            axes.set_title(title, fontsize=10.5, loc="left", parse_math=False)
        output = comparison.after.rule.outputs[comparison.output]
        panels[0].set_ylabel(_wrapped(output.label.to(lang) or output.name, 40), parse_math=False)
        panels[0].legend(loc="best", frameon=True)
        if not comparison.share:
            panels[0].set_ylim(bottom=0)
            panels[0].margins(y=0.05)
    parts[0].suptitle(
        "\n".join(_wrapped(line, TITLE_WIDTH) for line in title_text(comparison, lang).split("\n")),
        x=0.01,
        ha="left",
        fontsize=13,
        weight="bold",
        parse_math=False,
    )
    if note:
        parts[-1].supxlabel(
            _wrapped(note, NOTE_WIDTH), x=0.01, ha="left", fontsize=9.5, color="#444444", style="italic",
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
            "suffix",
            path,
            "{kind!r} is not a picture format",
            "write .png, .svg or .pdf",
            kind=kind,
        )
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
    with written_bytes(path, never=never) as file:
        figure.savefig(file, format=kind, dpi=150, metadata=undated)


# -- drawing -----------------------------------------------------------------------------------


def _bars(
    axes: Axes, comparison: Compared, largest: Array, names: Sequence[str],
    heights: Sequence[float], lang: str,
) -> None:  # fmt: skip
    """Draw a bar a group, the largest share of a row being 1, and one for everybody."""
    groups = comparison.groups
    measures = [name for name in groups.dtype.names or () if name not in comparison.by]
    rows: list[tuple[str, Mapping[str, Any]]] = [
        (name, {m: groups[m][n] for m in measures}) for name, n in zip(names, largest, strict=True)
    ]
    if len(groups) > 1:
        rows.append((word("all", lang), comparison.total))
    # a unit of the axis is the height of a row of one line
    spans = np.array(heights) / 0.6
    places = np.cumsum(spans) - spans / 2 - 0.5
    places[-1] += 0.25 * (len(groups) > 1)
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
                    start + share / 2, place, percent_text(share, lang), ha="center", va="center",
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
                1.015, place, change_text(comparison, row["mean_change"], lang), va="center",
                fontsize=10.5, parse_math=False,
            )  # fmt: skip
        axes.text(1.015, s=word("mean_change", lang), **heading)
    axes.text(
        -0.012, s=_wrapped(grouping_text(comparison, lang), NAME_WIDTH), ha="right", **heading
    )
    labels = [f"{name}\n{number_text(row['people'], lang)}" for name, row in rows]
    axes.set_yticks(places, labels, fontsize=10.5, parse_math=False)
    axes.set_ylim(places[-1] + 0.5 * spans[-1], -0.55)
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
        before, after = (number_text(comparison.total[f"budget_{x}"], lang) for x in TIMES)
        below.append(word(kind, lang, before=before, after=after, unit=unit_text(unit, lang)))
    if below:
        axes.set_xlabel("\n".join(below), loc="left", fontsize=11, parse_math=False)


def _schedule(axes: Axes, comparison: Compared, schedule: Schedule, lang: str) -> None:
    """Draw one schedule, before and after."""
    with needs("figures"):
        from matplotlib.ticker import FuncFormatter

    axes.plot(
        schedule.x, schedule.before, color=BEFORE, lw=2, ls=(0, (4, 2)), label=word("before", lang)
    )
    axes.plot(schedule.x, schedule.after, color=AFTER, lw=2.4, label=word("after", lang))
    share = comparison.share
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda y, _: percent_text(y, lang) if share else number_text(y, lang))
    )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number_text(x, lang)))
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


def _panel_title(comparison: Compared, schedule: Schedule, lang: str, panels: int) -> str:
    """Return whose schedule a panel shows."""
    if not comparison.by:
        return ""
    names = word("separator", lang).join(group_text(comparison, n, lang) for n in schedule.groups)
    heading = word("titled", lang, name=grouping_text(comparison, lang), value=names)
    return _wrapped(heading, PANEL_WIDTHS[panels - 1])


def _wrapped(text: str, width: int) -> str:
    """Return a text in lines of a width, none of its words cut where it fits a line of its own.

    A text that would fill a page ends after a word, with an ellipsis.
    """
    words = one_line(text)
    if len(words) > LONGEST:
        words = shorten(words, LONGEST, placeholder=" …") if " " in words[:LONGEST] else (
            words[: LONGEST - 1] + "…"
        )  # fmt: skip
    return "\n".join(wrap(words, width)) or words
