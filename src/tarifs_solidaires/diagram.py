"""The flow diagram of a rule: Mermaid text, and SVG drawn on one page without a dependency."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence

import attrs

from tarifs_solidaires.flow import Box, Flow, flow
from tarifs_solidaires.language import NBSP, clean
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.version import CONFIDENCES
from tarifs_solidaires.wording import pair, say

# The page, in pixels of the drawing. Tests stand in the left column, outcomes in the right one.
WIDTH = 820.0
MARGIN = 24.0
LEFT_WIDTH = 376.0
RIGHT = 466.0
BUS = 790.0  # where what every outcome goes on to is led down
TRUNK = MARGIN + LEFT_WIDTH / 2
PAD_X, PAD_Y = 14.0, 8.0
GAP = 24.0
LINE = 1.3  # distance of lines, in sizes of the letters
TITLE, HEAD, BODY, SMALL = 19.0, 13.5, 12.5, 10.5
INK, PAPER = "#1a1a1a", "#ffffff"
FILL = {
    "inputs": "#f2f2f2",
    "step": "#fdf6e3",
    "test": "#eaf1fb",
    "outcome": "#e9f5ea",
    "refusal": "#fbeaea",
}
DASHES = {"official": "", "secondary": "7 4", "inferred": "2 3"}

# Widths of letters in ems, at least those of the widest usual sans-serif fonts.
_NARROW = frozenset("'ijlIJîïíì ,.·’/:;\\|f-\N{NO-BREAK SPACE}")
_SMALL = frozenset('()[]t!r"ºª*_`–²³sz“”?')
_MIDDLE = frozenset("acçeéèêoàâôôkvxyFLPTY«»ãõáó•")
_WIDE = frozenset("w#+<=>^~≤≥−×÷→M%mW@—…œ&OQNHDG")


@attrs.frozen(kw_only=True)
class Text:
    """One line of text.

    Parameters
    ----------
    x, y : float
        Left end of its baseline.
    content : str
        The text, not escaped.
    size : float
        Size of the letters.
    bold : bool
        Whether it is bold.
    """

    x: float
    y: float
    content: str
    size: float
    bold: bool = False

    @property
    def area(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the room that it takes at most."""
        right = self.x + text_width(self.content, self.size, bold=self.bold)
        return self.x, self.y - 0.95 * self.size, right, self.y + 0.28 * self.size


@attrs.frozen(kw_only=True)
class Frame:
    """A box that has its place.

    Parameters
    ----------
    box : Box
        What it shows.
    x, y, width, height : float
        Left and top, and size.
    texts : tuple of Text
        Its lines.
    """

    box: Box
    x: float
    y: float
    width: float
    height: float
    texts: tuple[Text, ...]

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return self.y + self.height / 2


@attrs.frozen(kw_only=True)
class Drawing:
    """Everything that is drawn, in its place.

    Parameters
    ----------
    height : float
        Height of the page; its width is always the same.
    frames : tuple of Frame
        Boxes.
    arrows : tuple of tuple of (float, float)
        Points of each line; an arrow head stands at the last.
    rails : tuple of tuple of (float, float)
        Points of each line without a head.
    texts : tuple of Text
        Texts that are in no box.
    samples : tuple of (float, float, str)
        Left and height of the samples of outlines, and the confidence that each stands for.
    """

    height: float
    frames: tuple[Frame, ...]
    arrows: tuple[tuple[tuple[float, float], ...], ...]
    rails: tuple[tuple[tuple[float, float], ...], ...]
    texts: tuple[Text, ...]
    samples: tuple[tuple[float, float, str], ...]


def to_mermaid(rule: Rule, lang: str = "fr") -> str:
    """Return the flow diagram of a rule as Mermaid text; see ``Rule.to_mermaid``."""
    chart = flow(rule, lang)
    yes, no = (_label(say(word, lang)) for word in ("Yes", "No"))
    lines = ["flowchart TD"]
    marked: dict[str, list[str]] = {}
    ends: list[str] = []
    before, link = "", ""
    for n, stage in enumerate(chart.stages):
        name = f"s{n}"
        shape = ("{{", "}}") if stage.box.kind == "test" else ("[", "]")
        lines.append(f"  {name}{shape[0]}{_node(stage.box)}{shape[1]}")
        marked.setdefault(stage.box.confidence, []).append(name)
        if before:
            lines.append(f"  {before} -->{link} {name}")
        before, link = name, ""
        if stage.box.kind == "outcome":
            ends.append(name)
        if stage.outcome is not None:
            lines.append(f"  o{n}[{_node(stage.outcome)}]")
            lines.append(f"  {name} -->|{yes}| o{n}")
            marked.setdefault(stage.outcome.confidence, []).append(f"o{n}")
            ends.append(f"o{n}")
            link = f"|{no}|"
    if chart.after is not None:
        lines.append(f"  after[{_node(chart.after)}]")
        lines += [f"  {end} --> after" for end in ends]
        marked.setdefault(chart.after.confidence, []).append("after")
    lines += _mermaid_legend(chart, marked)
    return "\n".join(lines) + "\n"


def _mermaid_legend(chart: Flow, marked: dict[str, list[str]]) -> list[str]:
    sources = "<br/>".join(_label(f"[{n}] {text}") for n, text in enumerate(chart.sources, 1))
    heading = _label(say("Sources", chart.lang))
    lines = [f'  sources["{heading}<br/>{sources}"]']
    for confidence in CONFIDENCES[1:]:
        if confidence in marked:
            lines.append(f'  {confidence}["{_label(say(confidence, chart.lang))}"]')
            dashes = DASHES[confidence]
            lines.append(f"  classDef {confidence}_ stroke:{INK},stroke-dasharray:{dashes}")
            lines.append(f"  class {','.join([*marked[confidence], confidence])} {confidence}_")
    return lines


def _node(box: Box) -> str:
    lines = [*([box.heading] if box.heading else []), *box.lines]
    lines[0] += _marks(box)
    return '"' + "<br/>".join(_label(line) for line in lines) + '"'


def _label(text: str) -> str:
    """Write every character that Mermaid or a page could read as its own by its number."""
    return "".join(
        c if c.isalnum() or c in " ,.€≤≥−×÷" else f"#{ord(c)};" for c in clean(text)
    )  # fmt: skip


def _marks(box: Box) -> str:
    return f"{NBSP}[{f',{NBSP}'.join(map(str, box.notes))}]" if box.notes else ""


def to_svg(rule: Rule, lang: str = "fr") -> str:
    """Return the flow diagram of a rule as SVG; see ``Rule.to_svg``."""
    chart = flow(rule, lang)
    return _written(chart, layout(chart))


def layout(chart: Flow) -> Drawing:
    """Give every box, arrow and text of a diagram its place.

    Parameters
    ----------
    chart : Flow
        The steps.

    Returns
    -------
    Drawing
        The same for the same steps, always; no two texts overlap.
    """
    return _Layout(chart).drawing()


class _Layout:
    """Puts one thing below the other, from the top of the page down."""

    def __init__(self, chart: Flow) -> None:
        self.chart = chart
        self.y = MARGIN
        self.frames: list[Frame] = []
        self.arrows: list[tuple[tuple[float, float], ...]] = []
        self.rails: list[tuple[tuple[float, float], ...]] = []
        self.texts: list[Text] = []
        self.samples: list[tuple[float, float, str]] = []

    def drawing(self) -> Drawing:
        chart = self.chart
        self.paragraph(chart.title, TITLE, bold=True)
        self.paragraph(f"{chart.heading}{NBSP}[1]", BODY)
        self.y += 10
        self.stages()
        if chart.after is not None:
            self.after(chart.after)
        self.y += 16
        self.legend()
        for remark in chart.remarks:
            self.paragraph(remark, SMALL)
        for n, source in enumerate(chart.sources, 1):
            self.paragraph(f"[{n}] {source}", SMALL)
        return Drawing(
            height=self.y + MARGIN / 2, frames=tuple(self.frames), arrows=tuple(self.arrows),
            rails=tuple(self.rails), texts=tuple(self.texts), samples=tuple(self.samples),
        )  # fmt: skip

    def paragraph(self, text: str, size: float, *, bold: bool = False) -> None:
        for line in wrapped(text, WIDTH - 2 * MARGIN, size, bold=bold):
            self.y += LINE * size
            self.texts.append(Text(x=MARGIN, y=self.y, content=line, size=size, bold=bold))
        self.y += 0.3 * size

    def stages(self) -> None:
        above: Frame | None = None
        branched = False
        for stage in self.chart.stages:
            box, outcome = stage.box, stage.outcome
            full = WIDTH - 2 * MARGIN
            ends = box.kind in ("outcome", "refusal")
            right = (BUS - 16 if self.chart.after is not None else WIDTH - MARGIN) - RIGHT
            width = right if ends else LEFT_WIDTH if outcome is not None else full
            frame = _frame(box, RIGHT if ends else MARGIN, self.y, width)
            found = [frame] + (
                [_frame(outcome, RIGHT, self.y, right)] if outcome is not None else []
            )
            height = max(f.height for f in found)
            found = [_moved(f, (height - f.height) / 2) for f in found]
            if above is not None:
                self.down(above, found[0], labelled=branched, elbow=ends)
            if outcome is not None:
                self.across(found[0], found[1])
            above, branched = found[0], outcome is not None
            self.frames += found
            self.y += height + GAP

    def down(self, above: Frame, below: Frame, *, labelled: bool, elbow: bool) -> None:
        start = (TRUNK, above.y + above.height)
        if elbow:
            self.arrows.append((start, (TRUNK, below.middle), (below.x, below.middle)))
        else:
            self.arrows.append((start, (TRUNK, below.y)))
        if labelled:
            word = say("No", self.chart.lang)
            y = above.y + above.height + 0.95 * BODY + 2
            self.texts.append(Text(x=TRUNK + 8, y=y, content=word, size=BODY, bold=True))

    def across(self, test: Frame, outcome: Frame) -> None:
        end = test.x + test.width
        self.arrows.append(((end, test.middle), (outcome.x, test.middle)))
        word = say("Yes", self.chart.lang)
        y = test.middle - 6
        self.texts.append(Text(x=end + 16, y=y, content=word, size=BODY, bold=True))

    def after(self, box: Box) -> None:
        """Lead every outcome down to what follows."""
        outcomes = [f for f in self.frames if f.box.kind == "outcome"]
        frame = _frame(box, MARGIN, self.y, WIDTH - 2 * MARGIN)
        for f in outcomes:
            self.rails.append(((f.x + f.width, f.middle), (BUS, f.middle)))
        if outcomes:
            self.arrows.append(((BUS, outcomes[0].middle), (BUS, frame.y)))
        self.frames.append(frame)
        self.y += frame.height

    def legend(self) -> None:
        """Show what each outline means, where one is not official."""
        used = {f.box.confidence for f in self.frames}
        if used == {"official"}:
            return
        self.y += LINE * BODY
        x = MARGIN
        for confidence in CONFIDENCES:
            if confidence in used:
                self.samples.append((x, self.y - 0.75 * BODY, confidence))
                text = say(confidence, self.chart.lang)
                self.texts.append(Text(x=x + 36, y=self.y, content=text, size=BODY))
                x += 36 + text_width(text, BODY) + 28
        self.y += 8


def _frame(box: Box, x: float, y: float, width: float) -> Frame:
    """Wrap what a box says; the inputs stand in two columns."""
    texts: list[Text] = []
    inner = width - 2 * PAD_X
    base = y + PAD_Y
    heading = box.heading + _marks(box) if box.heading else ""
    lines = list(box.lines)
    if not heading and lines:
        lines[-1] += _marks(box)
    for line in wrapped(heading, inner, HEAD, bold=True) if heading else []:
        base += LINE * HEAD
        texts.append(Text(x=x + PAD_X, y=base - 3, content=line, size=HEAD, bold=True))
    if box.kind == "inputs" and len(lines) > 3:
        half = (len(lines) + 1) // 2
        column = (inner - PAD_X) / 2
        top, bottoms = base, []
        for part, left in ((lines[:half], x + PAD_X), (lines[half:], x + 2 * PAD_X + column)):
            base = _column(texts, part, left, top, column)
            bottoms.append(base)
        base = max(bottoms)
    else:
        base = _column(texts, lines, x + PAD_X, base, inner)
    height = base - y + PAD_Y + 1
    return Frame(box=box, x=x, y=y, width=width, height=height, texts=tuple(texts))


def _column(texts: list[Text], lines: Iterable[str], x: float, base: float, width: float) -> float:
    for line in lines:
        for part in wrapped(line, width, BODY):
            base += LINE * BODY
            texts.append(Text(x=x, y=base - 3, content=part, size=BODY))
    return base


def _moved(frame: Frame, by: float) -> Frame:
    texts = tuple(attrs.evolve(text, y=text.y + by) for text in frame.texts)
    return attrs.evolve(frame, y=frame.y + by, texts=texts)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the room that a text takes at most in a usual sans-serif font."""
    return sum(map(_em, text)) * size * (1.13 if bold else 1.0)


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if character in _NARROW:
        return 0.36
    if character in _SMALL:
        return 0.53
    if character in _MIDDLE:
        return 0.62
    if character in _WIDE or ord(character) > 0x2FF:
        return 1.05
    return 0.79 if character.isupper() else 0.65


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text, none wider than the width; a long word is cut.

    Parameters
    ----------
    text : str
        The text; a no-break space holds two words together.
    width, size : float
        Room, and size of the letters.
    bold : bool
        Whether the text is bold.

    Returns
    -------
    list of str
        Lines, at least one.
    """
    room = width / (size * (1.13 if bold else 1.0))
    lines, used = [""], 0.0
    for word in clean(text).split(" "):
        joined = f" {word}" if lines[-1] else word
        longer = sum(map(_em, joined), used)
        if longer <= room:
            lines[-1] += joined
            used = longer
            continue
        if lines[-1]:
            lines.append("")
            used = 0.0
        for character in word:
            if lines[-1] and used + _em(character) > room:
                lines.append("")
                used = 0.0
            lines[-1] += character
            used += _em(character)
    return lines


def _written(chart: Flow, drawing: Drawing) -> str:
    size = f"{_n(WIDTH)} {_n(drawing.height)}"
    font = 'font-family="DejaVu Sans, Verdana, Arial, sans-serif"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" '
        f'xml:lang="{chart.lang}" {font} fill="{INK}">',
        f"<title>{_escaped(chart.title)}</title>",
        f"<desc>{_escaped(chart.summary)}</desc>",
        f'<rect width="{_n(WIDTH)}" height="{_n(drawing.height)}" fill="{PAPER}"/>',
        f'<g fill="none" stroke="{INK}" stroke-width="1.3">',
        *(f'<path d="{_line(points)}"/>' for points in (*drawing.arrows, *drawing.rails)),
        "</g>",
        *(f'<path d="{_head(points)}"/>' for points in drawing.arrows),
        *(line for frame in drawing.frames for line in _framed(frame, chart)),
        *(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="28" height="{_n(0.85 * BODY)}" '
            f"{_outline(confidence, FILL['outcome'])}/>"
            for x, y, confidence in drawing.samples
        ),
        *map(_text, drawing.texts),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _framed(frame: Frame, chart: Flow) -> list[str]:
    box = frame.box
    sources = "\n".join(chart.sources[n - 1] for n in box.notes)
    tip = pair(say(box.confidence, chart.lang), sources, chart.lang) if sources else ""
    x, y, w, h = frame.x, frame.y, frame.width, frame.height
    outline = _outline(box.confidence, FILL[box.kind])
    if box.kind == "test":
        slant = min(12.0, h / 2)
        points = (
            (x, y + h / 2), (x + slant, y), (x + w - slant, y), (x + w, y + h / 2),
            (x + w - slant, y + h), (x + slant, y + h),
        )  # fmt: skip
        shape = f'<path d="{_line(points)}Z" {outline}/>'
    else:
        shape = f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" rx="4" {outline}/>'
    title = [f"<title>{_escaped(tip)}</title>"] if tip else []
    return ["<g>", *title, shape, *map(_text, frame.texts), "</g>"]


def _outline(confidence: str, fill: str) -> str:
    dashes = f' stroke-dasharray="{DASHES[confidence]}"' if DASHES[confidence] else ""
    return f'fill="{fill}" stroke="{INK}" stroke-width="1.5"{dashes}'


def _text(text: Text) -> str:
    weight = ' font-weight="bold"' if text.bold else ""
    return (
        f'<text x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}"{weight}>'
        f"{_escaped(text.content)}</text>"
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _head(points: Sequence[tuple[float, float]]) -> str:
    """Draw the head of an arrow, which points down or to the right."""
    (x, y), before = points[-1], points[-2]
    if before[0] == x:
        return _line(((x, y), (x - 4.5, y - 9), (x + 4.5, y - 9))) + "Z"
    return _line(((x, y), (x - 9, y - 4.5), (x - 9, y + 4.5))) + "Z"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _escaped(text: str) -> str:
    return html.escape(clean(text))
