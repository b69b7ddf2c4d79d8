"""What an algorithm does, drawn from its record: data and origins, operations, decision."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from html import escape

from charte_registry.publish.report.words import printable
from charte_registry.records import Algorithme

WIDTH, COLUMN, GAP, LINE, PAD = 762, 220, 50, 18, 12
LETTERS = 27  # that a line of a box holds at 14 px


def drawn(algorithme: Algorithme, say: Mapping[str, str]) -> str | None:
    """Return the diagram of an algorithm as SVG; ``None`` where its operations are not stated.

    Parameters
    ----------
    algorithme : Algorithme
        The record.
    say : mapping of str to str
        Words of the report.

    Returns
    -------
    str or None
        An ``svg`` element to put into a page; every value is escaped.
    """
    if not algorithme.operations:
        return None
    data = [d.nom + (f" ({d.origine})" if d.origine else "") for d in algorithme.donnees]
    data += [
        p.nom + (f" : {p.ponderation}" if p.ponderation else "") for p in algorithme.parametres
    ]
    steps = [f"{n}. {text}" for n, text in enumerate(algorithme.operations, 1)]
    end = [text for text in (algorithme.decision, algorithme.intervention_humaine) if text]
    columns = [(say["data"], data), (say["operations"], steps), (say["decision"], end or ["–"])]
    boxes, heights = [], []
    for number, (head, items) in enumerate(columns):
        lines = [line for item in items for line in _wrapped(item)]
        heights.append(2 * PAD + LINE * (len(lines) + 1))
        boxes.append(_box(number * (COLUMN + GAP), head, lines, heights[-1]))
    height = max(heights)
    arrows = "".join(
        f'<path d="M{x} 30h{GAP - 14}" stroke="currentColor" stroke-width="2"/>'
        f'<path d="M{x + GAP - 14} 24l10 6-10 6z" fill="currentColor"/>'
        for x in (COLUMN + 2, 2 * COLUMN + GAP + 2)
    )
    title = escape(f"{algorithme.nom} : {say['diagram']}")
    return printable(
        f'<svg class="flow" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">'
        f"{''.join(boxes)}{arrows}</svg>"
    )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, LETTERS, break_long_words=True) or [""]


def _box(left: int, head: str, lines: Sequence[str], height: int) -> str:
    text = "".join(f'<tspan x="{left + PAD}" dy="{LINE}">{escape(line)}</tspan>' for line in lines)
    return (
        f'<rect x="{left + 1}" y="1" width="{COLUMN}" height="{height - 2}" rx="6" class="box"/>'
        f'<text x="{left + PAD}" y="{PAD + 12}"><tspan font-weight="700">{escape(head)}</tspan>{text}</text>'
    )
