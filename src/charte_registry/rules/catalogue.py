"""All rules as a page: what the documentation shows, made when it is built."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from charte_registry.messages import LANGUAGES
from charte_registry.rules.rule import Rule


def to_markdown(rules: Iterable[Rule]) -> str:
    """Return a section a family and a table a rule, in three languages.

    Parameters
    ----------
    rules : iterable of Rule
        The rules.

    Returns
    -------
    str
        Markdown; blanks of the messages stand between angle quotes.

    Examples
    --------
    >>> from charte_registry.check import RULES
    >>> print(to_markdown([RULES["ACTION-01"]]).splitlines()[2])
    ### `ACTION-01` (note)
    """
    families = groupby(
        sorted(rules, key=lambda rule: rule.id), key=lambda r: r.id.rpartition("-")[0]
    )
    return "\n".join(
        f"## {family}\n\n" + "\n".join(map(_section, members)) for family, members in families
    )


def _section(rule: Rule) -> str:
    source = f"Source: {rule.source}.\n\n" if rule.source else ""
    rows = [
        f"| {lang} | {_cell(wrong)} | {_cell(remedy)} |"
        for lang in LANGUAGES
        for wrong, remedy in [rule.wording(lang)]
    ]
    table = "\n".join(["| | what | remedy |", "| --- | --- | --- |", *rows])
    return f"### `{rule.id}` ({rule.severity})\n\n{source}{table}\n"


def _cell(text: str) -> str:
    return re.sub(r"\{(\w+)\}", r"‹\1›", text).replace("|", "\\|")
