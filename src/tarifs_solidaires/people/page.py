"""A comparison as one page: findings, groups, schedules, cliffs, and how to read them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.cliffs import Cliffs, Side, find_cliffs
from tarifs_solidaires.people.compared import Compared
from tarifs_solidaires.people.findings import find_effects
from tarifs_solidaires.people.naming import (
    group_text,
    grouping_text,
    number_text,
    one_line,
    version_text,
)
from tarifs_solidaires.people.sampling import Confidence
from tarifs_solidaires.people.schedules import Schedule, find_schedules, quantity_of
from tarifs_solidaires.people.sentences import Sayer
from tarifs_solidaires.people.table import comparison_table, measures_of, shown_states
from tarifs_solidaires.people.words import language_of, word
from tarifs_solidaires.say.language import pieces, plain_text

if TYPE_CHECKING:
    from jinja2 import Template

Array = npt.NDArray[Any]

SHOWN_BARS = 30
SHOWN_CURVES = 3
CURVE_POINTS = 400
LEFT, RIGHT, TOP, BOTTOM = 120, 690, 20, 300  # of the curves, in the units of their picture


def comparison_page(
    compared: Compared, lang: str | None, *, note: str, confidence: Confidence | None
) -> str:
    """Return a comparison as one page of HTML that loads nothing.

    Parameters
    ----------
    compared : Compared
        The comparison.
    lang : str or None
        Language; by default the first of the second rule in which there are words.
    note : str
        What to say of the people, such as where they come from.
    confidence : Confidence or None
        Intervals to show with the figures.

    Returns
    -------
    str
        The page.
    """
    lang = language_of(lang, compared.after.rule.languages)
    say = Sayer(compared, lang)
    largest = np.sort(np.argsort(-compared.groups["people"], kind="stable")[:SHOWN_BARS])
    keys = ("findings", "groups", "schedule", "profile", "cliffs", "method")
    bars = [_bar(say, int(n)) for n in largest]
    if len(compared.groups) > 1:
        bars.append(_bar(say, None))
    left = len(compared.groups) - len(largest)
    return _template().render(
        lang=lang, title=say.word("page_title" if compared.way == "gain" else "page_title_other"), rules=_rules(compared, lang),
        subject=say.label(compared.after.rule.title, compared.after.rule.name),
        notes=[one_line(note)] if note else [],
        headings={key: say.word(f"page_{key}") for key in keys},
        findings=say.findings(find_effects(compared), confidence),
        states=[{"key": state, "name": say.word(state)} for state in shown_states(compared)],
        bars=bars,
        bars_left=say.word("groups", shown=len(largest), count=len(compared.groups)) if left else "",
        groups=comparison_table(say, confidence), names=max(len(compared.by), 1),
        caption=_caption(say),
        curves=[_curve(say, one) for one in _schedules(compared, largest.tolist())],
        cliffs=list(_cliffs(say)), method=_method(say, confidence),
    )  # fmt: skip


def _caption(say: Sayer) -> str:
    grouping = one_line(grouping_text(say.compared, say.lang))
    return say.word("page_table", grouping=grouping) if grouping else say.word("page_table_all")


def _rules(compared: Compared, lang: str) -> str:
    before, after = (
        word("page_on", lang, name=rule.name, day=version_text(rule, lang))
        for rule in (compared.before.rule, compared.after.rule)
    )
    if before == after and compared.before.rule != compared.after.rule:
        after = word("page_on", lang, name=compared.after.rule.name, day=word("draft", lang))
    return word("page_rules", lang, before=before, after=after)


def _bar(say: Sayer, group: int | None) -> dict[str, Any]:
    """Return a bar of a group, with the same in words."""
    compared = say.compared
    row = measures_of(compared, group)
    name = say.word("all") if group is None else group_text(compared, group, say.lang)
    people = row["people"] or 1
    shares = [(state, row[state] / people) for state in shown_states(compared)]
    told = ", ".join(f"{say.word(state)} {say.share(share)}" for state, share in shares if share)
    return {
        "text": say.word("shares_of", name=f"{name} ({say.people(row['people'])})", shares=told),
        "parts": [
            {"state": state, "width": f"{100 * share:.3f}"} for state, share in shares if share
        ],
    }


# -- schedules ---------------------------------------------------------------------------------


def _schedules(compared: Compared, groups: list[int]) -> list[Schedule]:
    return find_schedules(compared, groups)[:SHOWN_CURVES]


def _curve(say: Sayer, schedule: Schedule) -> dict[str, Any]:
    """Return a curve as points of a picture, with its ticks and words."""
    compared, lang = say.compared, say.lang
    item = quantity_of(compared)
    assert item is not None  # noqa: S101 - there is a schedule
    output = compared.after.rule.outputs[compared.output]
    known = np.concatenate([schedule.before, schedule.after])
    known = known[~np.isnan(known)]
    y_ticks = _ticks(min(0.0, float(known.min(initial=0))), float(known.max(initial=1)))
    x_ticks = _ticks(float(schedule.x[0]), float(schedule.x[-1]))
    low, high = y_ticks[0], max(y_ticks[-1], float(known.max(initial=1)))
    first, last = float(schedule.x[0]), float(schedule.x[-1])

    def across(x: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (x - first) / (last - first or 1), 1)

    def down(y: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (y - low) / (high - low or 1), 1)

    label = say.label(item.label, item.name)
    result = say.label(output.label, output.name)
    groups = say.word("separator").join(group_text(compared, n, lang) for n in schedule.groups)
    caption = f"{result}, {label}"
    if compared.by:
        caption = say.word("titled", name=groups, value=caption)
    return {
        "caption": caption,
        "label": plain_text(say.word("chart", output=result, input=label)),
        "names": (say.word("before"), say.word("after")),
        "before": _points(schedule.x, schedule.before, across, down),
        "after": _points(schedule.x, schedule.after, across, down),
        "x_ticks": [
            {"at": across(x), "text": say.value(item, x, per=False)}
            for x in x_ticks[:: max(1, len(x_ticks) // 4)] if first <= x <= last
        ],
        "y_ticks": [
            {"at": down(y), "text": say.share(y) if compared.share else number_text(y, lang)}
            for y in y_ticks
        ],
    }  # fmt: skip


def _points(x: Array, y: Array, across: Any, down: Any) -> str:
    """Return the corners of a curve; steps stay steps."""
    moves = np.flatnonzero(np.diff(y, prepend=np.nan, append=np.nan) != 0)
    kept = np.unique(np.concatenate([moves, np.maximum(moves - 1, 0),
                                     np.linspace(0, len(x) - 1, CURVE_POINTS).astype(int)]))  # fmt: skip
    kept = kept[kept < len(x)]
    if len(kept) > 4 * CURVE_POINTS:  # a curve that moves everywhere
        kept = np.unique(np.linspace(0, len(x) - 1, 4 * CURVE_POINTS).astype(int))
    return " ".join(f"{across(x[n])},{down(y[n])}" for n in kept.tolist() if y[n] == y[n])


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers from one below a range, in steps of 1, 2 or 5 times a power of ten."""
    span = high - low or 1.0
    size = 10.0 ** np.floor(np.log10(span / 5))
    step = next(size * one for one in (1, 2, 5, 10) if span / (size * one) <= 6)
    first, last = int(np.floor(low / step)), int(np.floor(high / step + 1e-9))
    return [round(n * step, 9) for n in range(first, last + 1)]


# -- cliffs and method -------------------------------------------------------------------------


def _cliffs(say: Sayer) -> Iterator[dict[str, Any]]:
    sides: tuple[Side, ...] = ("before", "after")
    for side in sides:
        cliffs = find_cliffs(say.compared, side)
        if cliffs is not None:
            yield {
                "text": say.cliffs_heading(cliffs), "rows": _cliff_rows(say, cliffs),
                "caption": say.word(f"side_{side}"),
            }  # fmt: skip


def _cliff_rows(say: Sayer, cliffs: Cliffs) -> list[list[str]]:
    heads = [say.word("place"), say.word("loss"), say.word("just_before")]
    return [heads] + [
        [say.place(cliffs, one), say.size(cliffs, one), say.people(one.people)]
        for one in say.most_people(cliffs)
    ]


def _method(say: Sayer, confidence: Confidence | None) -> list[str]:
    compared = say.compared
    lines = [
        *([say.word("page_gain")] if compared.way == "gain" else []),
        say.word("page_counts", unchanged=say.word("unchanged")), say.word("page_situations"),
    ]  # fmt: skip
    if confidence is not None:
        lines.append(
            say.word("page_sample", rows=say.people(confidence.rows),
                     level=say.share(confidence.level), clusters=say.people(confidence.clusters),
                     strata=say.people(confidence.strata))
        )  # fmt: skip
    if compared.unread:
        lines.append(say.word("page_unread", names=", ".join(map(one_line, compared.unread))))
    return lines


@lru_cache(maxsize=1)
def _template() -> Template:
    with needs("tarifs"):
        from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tarifs_solidaires.people", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pieces"] = pieces
    return environment.get_template("page.html")
