"""A flow as one SVG picture, drawn without a dependency.

Boxes stand in one column, in the order in which they are worked out. Whatever is read by something
below has a line of its own in the gutter on the left, from its dot down to the arrow heads of its
readers; so no line crosses a text.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

import attrs

from tarifs_solidaires.draw.flow import Asked, Flow, Line, Work, make_flow
from tarifs_solidaires.draw.lines import NBSP, clean, text_width, wrapped
from tarifs_solidaires.draw.style import DASHES, FAINT, FILL, INK, LINES, PAPER
from tarifs_solidaires.draw.wording import CONFIDENCES, Wording
from tarifs_solidaires.rules.dated import DatedRule

# In pixels of the drawing, which are also its natural size.
WIDTH = 520.0  # of a box, unless the drawing is to fit a narrow screen
LEAST = 220.0  # of a box there
MARGIN = 16.0
PAD_X, PAD_Y = 14.0, 9.0
GAP = 16.0  # between boxes
LANE = 9.0  # between two lines of the gutter, and between two arrow heads
LEADING = 1.32  # distance of lines of text, in sizes of the letters
TITLE, HEAD, BODY, SMALL = 19.0, 14.0, 13.0, 11.0
RESULT = 170.0  # most that the column of results takes, and never more than two fifths


@attrs.frozen(kw_only=True)
class Text:
    """One line of text.

    Parameters
    ----------
    x, y : float
        Left end of its baseline; the right end where it ends there.
    content : str
        The text, not escaped.
    size : float
        Size of the letters.
    bold, faint, ends : bool
        Whether it is bold, is grey, ends at ``x``.
    """

    x: float
    y: float
    content: str
    size: float = BODY
    bold: bool = False
    faint: bool = False
    ends: bool = False

    @property
    def area(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the room that it takes at most."""
        room = text_width(self.content, self.size, bold=self.bold)
        left = self.x - room if self.ends else self.x
        return left, self.y - 0.95 * self.size, left + room, self.y + 0.28 * self.size


@attrs.frozen(kw_only=True)
class Frame:
    """The outline of a box, of a line in one, or of a sample in the legend.

    Parameters
    ----------
    kind : {"input", "result", "step", "line"}
        What it is around.
    x, y, width, height : float
        Left and top, and size.
    confidence : str
        How sure it is.
    """

    kind: str
    x: float
    y: float
    width: float
    height: float
    confidence: str = "official"


@attrs.frozen(kw_only=True)
class Wire:
    """The line from something that is read down to its readers.

    Parameters
    ----------
    x : float
        Where it goes down.
    start : tuple of float
        The dot at the box that is read.
    ends : tuple of tuple of float
        The arrow heads at its readers, from the top down.
    colour : str
        Its colour.
    """

    x: float
    start: tuple[float, float]
    ends: tuple[tuple[float, float], ...]
    colour: str


@attrs.frozen(kw_only=True)
class Drawing:
    """Everything that is drawn, in its place.

    Parameters
    ----------
    width, height : float
        Size of the page.
    boxes, lines, samples : tuple of Frame
        Boxes in order, lines in boxes that are less or more sure than their box, and outlines in
        the legend.
    rules : tuple of tuple of float
        Left, right and height of the thin rules between lines of a table.
    texts : tuple of Text
        All texts.
    wires : tuple of Wire
        What is read by what.
    """

    width: float
    height: float
    boxes: tuple[Frame, ...]
    lines: tuple[Frame, ...]
    samples: tuple[Frame, ...]
    rules: tuple[tuple[float, float, float], ...]
    texts: tuple[Text, ...]
    wires: tuple[Wire, ...]


def to_svg(rule: DatedRule, lang: str, width: float | None = None) -> str:
    """Return the diagram of a rule on its day as SVG; see ``Rule.to_svg``."""
    wording = Wording(rule, lang)
    flow = make_flow(rule, wording)
    return _written(flow, layout(flow, wording, width), wording.own)


def layout(flow: Flow, wording: Wording, width: float | None = None) -> Drawing:
    """Give every box, line and text of a diagram its place.

    Parameters
    ----------
    flow : Flow
        The rule.
    wording : Wording
        The words of a language.
    width : float, optional
        Most that it takes, where its boxes can be so narrow; that of wide boxes where left out.

    Returns
    -------
    Drawing
        The same for the same rule, always; no two texts overlap.
    """
    return _Layout(flow, wording, width).drawing()


class _Layout:
    """Puts one thing below the other, from the top of the page down."""

    def __init__(self, flow: Flow, wording: Wording, width: float | None) -> None:
        self.flow = flow
        self.words = wording
        nodes = flow.nodes
        self.lanes = lanes([node.name for node in nodes], [node.reads for node in nodes])
        count = 1 + max(self.lanes.values(), default=-1)
        self.left = MARGIN + (LANE * count + 14 if count else 0)
        margin = MARGIN if width is None else MARGIN / 2
        room = WIDTH if width is None else width - self.left - margin
        self.inside = min(WIDTH, max(LEAST, room))
        self.width = self.left + self.inside + margin
        self.y = MARGIN
        self.boxes: list[Frame] = []
        self.lines: list[Frame] = []
        self.samples: list[Frame] = []
        self.rules: list[tuple[float, float, float]] = []
        self.texts: list[Text] = []

    def drawing(self) -> Drawing:
        flow, words = self.flow, self.words
        self.paragraph(flow.title, TITLE, bold=True)
        self.paragraph(flow.heading + marks((1,) if flow.sources else ()), BODY)
        for remark in flow.remarks:
            self.paragraph(remark, BODY)
        for heading, nodes in (
            (words.word("Inputs"), flow.inputs),
            (words.word("Steps"), flow.steps),
        ):
            if nodes:
                self.y += 10
                self.paragraph(heading, HEAD, bold=True, x=self.left)
                self.y += 5
            for node in nodes:
                self.box(node)
        self.legend()
        if flow.sources:
            self.y += 6
            self.paragraph(words.word("Sources"), HEAD, bold=True)
        for number, source in flow.cited:
            self.paragraph(f"[{number}] {source.to(words.lang)}", SMALL)
        return Drawing(
            width=self.width, height=self.y + MARGIN, boxes=tuple(self.boxes),
            lines=tuple(self.lines), samples=tuple(self.samples), rules=tuple(self.rules),
            texts=tuple(self.texts), wires=tuple(self.wires()),
        )  # fmt: skip

    # -- texts ---------------------------------------------------------------------------------

    def paragraph(
        self, text: str, size: float = BODY, *, x: float = MARGIN, width: float = 0.0,
        bold: bool = False, faint: bool = False,
    ) -> None:  # fmt: skip
        """Write a text in lines below each other, as wide as there is room."""
        for line in wrapped(text, width or self.width - MARGIN - x, size, bold=bold):
            self.y += LEADING * size
            base = self.y - 0.3 * size
            self.texts.append(Text(x=x, y=base, content=line, size=size, bold=bold, faint=faint))

    # -- boxes ---------------------------------------------------------------------------------

    def box(self, node: Asked | Work) -> None:
        top = self.y
        self.y += PAD_Y
        kind = "input" if isinstance(node, Asked) else "step"
        if isinstance(node, Asked):
            self.asked(node)
        else:
            self.work(node)
        least = top + 14 + LANE * len(node.reads) + (14 if node.name in self.lanes else 0)
        self.y = max(self.y + PAD_Y, least)
        self.boxes.append(
            Frame(
                kind="result" if node.output else kind, x=self.left, y=top, width=self.inside,
                height=self.y - top,
                confidence=node.confidence if isinstance(node, Work) else "official",
            )
        )  # fmt: skip
        self.y += GAP / 2 if isinstance(node, Asked) else GAP

    def asked(self, item: Asked) -> None:
        x, width = self.left + PAD_X, self.inside - 2 * PAD_X
        label = item.title
        said = "" if item.required or item.formula else item.given
        beside = text_width(label, BODY) + text_width(said, SMALL) + 2 * PAD_X <= width
        self.paragraph(label, x=x, width=width)
        if said and beside:
            base = self.y - 0.3 * BODY
            self.texts.append(Text(x=x + width, y=base, content=said, size=SMALL, ends=True))
        elif said:
            self.paragraph(said, SMALL, x=x, width=width)
        if item.formula:
            or_ = self.words.pair(self.words.say("or"), item.formula)
            self.paragraph(or_, SMALL, x=x, width=width)

    def work(self, work: Work) -> None:
        x, width = self.left + PAD_X, self.inside - 2 * PAD_X
        self.paragraph(work.title + marks(work.sources), HEAD, x=x, width=width, bold=True)
        if work.formula:
            self.paragraph(work.formula, x=x, width=width)
        if work.caption:
            self.paragraph(self.words.pair(work.caption, ""), SMALL, x=x, width=width)
        if work.lines:
            self.table(work)
        for bound in work.bounds:
            self.paragraph(bound, x=x, width=width)
        for name in work.figures:
            figure = self.flow.figures[name]
            said = self.words.pair(figure.label, figure.value)
            if figure.confidence != "official":
                said += f" ({self.words.say(CONFIDENCES[figure.confidence])})"
            self.paragraph(said + marks(figure.sources), SMALL, x=x, width=width)
        if work.note:
            self.paragraph(work.note, SMALL, x=x, width=width)

    def table(self, work: Work) -> None:
        """Write the lines of a step: names and conditions on the left, results on the right."""
        x, inner = self.left + PAD_X, self.inside - 2 * PAD_X
        shown = [self.value(work, line) for line in work.lines]
        right = min(RESULT, 0.4 * inner, max(text_width(text, BODY, bold=True) for text in shown))
        left = inner - right - 2 * PAD_X
        self.y += 4
        for number, (line, value) in enumerate(zip(work.lines, shown, strict=True)):
            if number:
                self.rules.append((x, x + inner, self.y))
            top = self.y
            self.y += 3
            if line.name:
                self.paragraph(line.name, x=x + 4, width=left, faint=not line.used)
            if line.when and line.when.lower() != line.name.lower():
                size = SMALL if line.name else BODY
                self.paragraph(line.when, size, x=x + 4, width=left, faint=not line.used)
            if line.note:
                self.paragraph(line.note, SMALL, x=x + 4, width=left, faint=not line.used)
            bottom, self.y = self.y, top + 3
            bold, faint = line.used, not line.used
            if text_width(value, BODY, bold=True) <= right:
                self.y += LEADING * BODY
                place, base = x + inner - 4, self.y - 0.3 * BODY
                self.texts.append(
                    Text(x=place, y=base, content=value, ends=True, bold=bold, faint=faint)
                )
            else:
                place = x + inner - right - 4
                self.paragraph(value, x=place, width=right, bold=bold, faint=faint)
            self.y = max(bottom, self.y) + 4
            if line.confidence != work.confidence:
                before = work.lines[number - 1].confidence if number else ""
                self.outline(
                    line.confidence, x - 2, top, inner + 4, joined=before == line.confidence
                )
        self.y += 4

    def outline(self, confidence: str, x: float, top: float, width: float, *, joined: bool) -> None:
        """Draw around a line of a table, together with the one above where that is as sure."""
        if joined:
            top = self.lines.pop().y - 1.5
        height = self.y - top - 3
        self.lines.append(
            Frame(kind="line", x=x, y=top + 1.5, width=width, height=height, confidence=confidence)
        )

    @staticmethod
    def value(work: Work, line: Line) -> str:
        return line.value + marks(line.sources if line.sources != work.sources else ())

    # -- legend --------------------------------------------------------------------------------

    def legend(self) -> None:
        """Show what each outline means where one is not official, and what grey lines are."""
        words = self.words
        if any(confidence != "official" for confidence in self.flow.confidences):
            x = self.left
            for confidence in self.flow.confidences:
                text = words.word(CONFIDENCES[confidence])
                room = 36 + text_width(text, BODY)
                if x + room > self.width - MARGIN:
                    x = self.left
                    self.y += LEADING * BODY + 2
                sample = Frame(
                    kind="step", x=x, y=self.y + 3, width=28, height=11, confidence=confidence
                )
                self.samples.append(sample)
                self.texts.append(Text(x=x + 36, y=self.y + 13, content=text))
                x += room + 22
            self.y += LEADING * BODY + 4
        if not all(line.used for work in self.flow.steps for line in work.lines):
            grey = words.word("In grey: what does not apply with the choices that are made here.")
            self.paragraph(grey, SMALL, x=self.left)

    # -- wires ---------------------------------------------------------------------------------

    def wires(self) -> Iterable[Wire]:
        places = {node.name: box for node, box in zip(self.flow.nodes, self.boxes, strict=True)}
        for position, node in enumerate(self.flow.nodes):
            if node.name not in self.lanes:
                continue
            lane, box = self.lanes[node.name], places[node.name]
            ends = [
                (self.left, places[reader.name].y + 12 + LANE * reader.reads.index(node.name))
                for reader in self.flow.nodes[position + 1 :] if node.name in reader.reads
            ]  # fmt: skip
            low = box.y + box.height - 10 if node.reads else box.y + box.height / 2
            yield Wire(
                x=self.left - 14 - LANE * lane, start=(self.left, low), ends=tuple(ends),
                colour=LINES[position % len(LINES)],
            )  # fmt: skip


def lanes(names: Sequence[str], reads: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return the lane of the gutter of each thing that is read, 0 next to the boxes.

    A lane is free again below the last reader.

    Parameters
    ----------
    names : sequence of str
        Inputs and steps, from the top down.
    reads : sequence of sequence of str
        What each of them reads.
    """
    last = {name: place for place, read in enumerate(reads) for name in read}
    found: dict[str, int] = {}
    busy: list[int] = []  # by lane, the place of the last reader
    for place, name in enumerate(names):
        if name not in last:
            continue
        lane = next((n for n, until in enumerate(busy) if until < place), len(busy))
        busy[lane : lane + 1] = [last[name]]
        found[name] = lane
    return found


def marks(sources: tuple[int, ...]) -> str:
    """Return the numbers of sources, as they stand after a text."""
    return "".join(f"{NBSP}[{number}]" for number in sources)


# -- writing -----------------------------------------------------------------------------------


def _written(flow: Flow, drawing: Drawing, lang: str) -> str:
    width, height = _n(drawing.width), _n(drawing.height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" style="max-width:100%;height:auto" role="img" '
        f'xml:lang="{_escaped(lang)}" font-family="DejaVu Sans, Verdana, Arial, sans-serif" '
        f'fill="{INK}">',
        f"<title>{_escaped(flow.title)}</title>",
        f"<desc>{_escaped(flow.summary)}</desc>",
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        *(_wire(wire) for wire in drawing.wires),
        *(_frame(frame) for frame in (*drawing.boxes, *drawing.samples, *drawing.lines)),
        *(
            f'<path d="M{_n(left)} {_n(y)}H{_n(right)}" stroke="{INK}" stroke-opacity="0.25"/>'
            for left, right, y in drawing.rules
        ),
        *(_end(wire) for wire in drawing.wires),
        *map(_text, drawing.texts),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frame(frame: Frame) -> str:
    dashes = DASHES[frame.confidence]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    fill = FILL.get(frame.kind, "none")
    radius = min(frame.height / 2, 14) if frame.kind == "input" else 4
    thick = {"line": 1.0, "result": 2.2}.get(frame.kind, 1.3)
    return (
        f'<rect x="{_n(frame.x)}" y="{_n(frame.y)}" width="{_n(frame.width)}" '
        f'height="{_n(frame.height)}" rx="{_n(radius)}" fill="{fill}" stroke="{INK}" '
        f'stroke-width="{_n(thick)}"{dashed}/>'
    )


def _wire(wire: Wire) -> str:
    """Draw a line with a white edge, which parts it from those that it crosses."""
    (left, top), bottom = wire.start, wire.ends[-1][1]
    path = f"M{_n(left)} {_n(top)}H{_n(wire.x)}V{_n(bottom)}" + "".join(
        f"M{_n(wire.x)} {_n(y)}H{_n(x - 5)}" for x, y in wire.ends
    )
    return "\n".join(
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        for colour, width in ((PAPER, "4"), (wire.colour, "1.5"))
    )


def _end(wire: Wire) -> str:
    """Draw the dot and the heads of a line."""
    (x, y) = wire.start
    heads = "".join(
        f"M{_n(x)} {_n(y)}L{_n(x - 7)} {_n(y - 3.5)}L{_n(x - 7)} {_n(y + 3.5)}Z"
        for x, y in wire.ends
    )
    return (
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3" fill="{wire.colour}"/>'
        f'<path d="{heads}" fill="{wire.colour}"/>'
    )


def _text(text: Text) -> str:
    weight = ' font-weight="bold"' if text.bold else ""
    weight += ' text-anchor="end"' if text.ends else ""
    colour = f' fill="{FAINT}"' if text.faint else ""
    return (
        f'<text x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}"{weight}{colour}>'
        f"{_escaped(text.content)}</text>"
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _escaped(text: str) -> str:
    return html.escape(clean(text))
