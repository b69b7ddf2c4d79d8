"""The table of groups of a comparison, in the language of a reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tarifs_solidaires.people.compared import Compared
from tarifs_solidaires.people.naming import (
    change_text,
    group_text,
    grouping_text,
    number_text,
    one_line,
)
from tarifs_solidaires.people.sampling import Confidence
from tarifs_solidaires.people.sentences import Sayer

SHOWN_ROWS = 1_000


def shown_states(compared: Compared) -> list[str]:
    """Return the states that are shown: ``missing`` only where somebody is."""
    return [name for name in compared.states if name != "missing" or compared.total["missing"]]


def measures_of(compared: Compared, group: int | None) -> Mapping[str, Any]:
    """Return the measures of a group, or of everybody."""
    if group is None:
        return compared.total
    names = compared.groups.dtype.names or ()
    return {name: compared.groups[name][group].item() for name in names}


def comparison_table(say: Sayer, confidence: Confidence | None) -> list[list[str]]:
    """Return the table of groups and of everybody as text, an interval on a line below its figure.

    Parameters
    ----------
    say : Sayer
        The comparison, in a language.
    confidence : Confidence or None
        Its intervals.

    Returns
    -------
    list of list of str
        The headings, then a row a group, and one for everybody.
    """
    compared = say.compared
    measures = ["people", *shown_states(compared)]
    if compared.way != "words":
        measures += ["mean_change"] if compared.share else ["mean_change", "total_change"]
        measures += ["budget_before", "budget_after"] if compared.budget else []
    heads = [_heading(say, name) for name in compared.by] or [say.word("group")]
    rows = [[*heads, *(say.word(name) for name in measures)]]
    groups: list[int | None] = [*range(min(len(compared.groups), SHOWN_ROWS))]
    if len(groups) != 1:
        groups.append(None)
    for group in groups:
        row = measures_of(compared, group)
        if group is None or not compared.by:
            names = [say.word("all"), *[""] * (len(compared.by) - 1)]
        else:
            names = _names(say, group)
        rows.append([*names, *(_cell(say, row, group, name, confidence) for name in measures)])
    return rows


def _heading(say: Sayer, name: str) -> str:
    return one_line(grouping_text(say.compared, say.lang, (name,)))


def _names(say: Sayer, group: int) -> list[str]:
    return [group_text(say.compared, group, say.lang, (name,)) for name in say.compared.by]


def _cell(
    say: Sayer, row: Mapping[str, Any], group: int | None, name: str, confidence: Confidence | None
) -> str:
    text = _shown(say, name, row[name])
    if confidence is None or name == "people" or not text:
        return text
    sample = confidence.of(name, group)
    low, high = _shown(say, name, sample.low), _shown(say, name, sample.high)
    return f"{text}\n{low} \N{EN DASH} {high}" if low and high else text


def _shown(say: Sayer, name: str, value: Any) -> str:
    compared = say.compared
    if value != value:
        return ""
    if name == "mean_change" and compared.share:
        return change_text(compared, value, say.lang)
    if name in ("mean_change", "total_change"):
        amount = say.amount(value, compared.unit, cents=name == "mean_change")
        return ("+" if value > 0 else "") + amount
    if name.startswith("budget_"):
        return say.amount(value, compared.budget.rpartition(" ")[0], cents=False)
    return number_text(round(value), say.lang, 0)


def text_table(say: Sayer, confidence: Confidence | None) -> str:
    """Return the table in columns of text."""
    rows = [
        [re.sub(r"\n(.*)", r" (\1)", cell) for cell in row]
        for row in comparison_table(say, confidence)
    ]
    names = max(len(say.compared.by), 1)
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n < names else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
