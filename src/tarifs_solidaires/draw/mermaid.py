"""A flow as Mermaid text, which many sites of documentation draw."""

from __future__ import annotations

from collections.abc import Iterable

from tarifs_solidaires.draw.flow import Asked, Flow, Line, Work, make_flow
from tarifs_solidaires.draw.lines import NBSP, clean
from tarifs_solidaires.draw.style import DASHES, FILL, INK
from tarifs_solidaires.draw.wording import CONFIDENCES, Wording
from tarifs_solidaires.rules.dated import DatedRule

OUTLINES = {"secondary": "– – –", "inferred": "· · ·", "made_up": "·   ·   ·"}
LONGEST = 8  # lines of a table; of a longer one, the first ones are drawn
WIDTH = '%%{init: {"flowchart": {"wrappingWidth": 340}}}%%'


def to_mermaid(rule: DatedRule, lang: str) -> str:
    """Return the diagram of a rule on its day as Mermaid text; see ``Rule.to_mermaid``."""
    wording = Wording(rule, lang)
    return _Diagram(make_flow(rule, wording), wording).text()


class _Diagram:
    def __init__(self, flow: Flow, wording: Wording) -> None:
        self.flow = flow
        self.words = wording
        inputs = {item.name: f"i{n}" for n, item in enumerate(flow.inputs)}
        self.ids = inputs | {work.name: f"s{n}" for n, work in enumerate(flow.steps)}

    def text(self) -> str:
        flow, ids = self.flow, self.ids
        lines = [WIDTH, "flowchart TD", f"  accTitle: {_plain(flow.title)}"]
        lines += [f'  {ids[one.name]}(["{_joined(self.asked(one))}"])' for one in flow.inputs]
        lines += [f'  {ids[one.name]}["{_joined(self.work(one))}"]' for one in flow.steps]
        for node in flow.nodes:
            lines += [f"  {ids[name]} --> {ids[node.name]}" for name in node.reads]
        lines.append(f'  sources["{_joined(self.sources())}"]')
        lines += [f"  {name} ~~~ sources" for name in [*ids.values()][-1:]]
        return "\n".join([*lines, *self.styles()]) + "\n"

    def asked(self, item: Asked) -> Iterable[str]:
        yield item.title
        if item.formula:
            yield self.words.pair(self.words.say("or"), item.formula)
        if not item.required and not item.reads:
            yield item.given

    def work(self, work: Work) -> Iterable[str]:
        yield work.title + marks(work.sources)
        if work.formula:
            yield work.formula
        if work.caption:
            yield self.words.pair(work.caption, "")
        lines = [line for line in work.lines if line.used]
        for number, line in enumerate(lines[:LONGEST], 1):
            own = line.sources if line.sources != work.sources else ()
            sure = "" if line.confidence == work.confidence else CONFIDENCES[line.confidence]
            doubt = f" ({self.words.say(sure)})" if sure else ""
            yield f"{number}. {_row(line)} → {line.value}{doubt}{marks(own)}"
        if len(lines) > LONGEST:
            more = self.words.say("… and {count} more lines")
            yield more.format(count=len(lines) - LONGEST)
        yield from work.bounds
        for name in work.figures:
            figure = self.flow.figures[name]
            yield self.words.pair(figure.label, figure.value) + marks(figure.sources)

    def sources(self) -> Iterable[str]:
        yield self.words.word("Sources")
        for number, source in self.flow.cited:
            yield f"[{number}] {source.to(self.words.lang)}"
        for confidence, outline in OUTLINES.items():
            if any(work.confidence == confidence for work in self.flow.steps):
                yield f"{outline} {self.words.word(CONFIDENCES[confidence])}"
        yield from self.flow.remarks

    def styles(self) -> Iterable[str]:
        """Yield the colours of boxes and the outlines of what is not official."""
        flow, ids = self.flow, self.ids
        kinds = {
            "input": [ids[item.name] for item in flow.inputs if not item.output],
            "result": [ids[node.name] for node in flow.nodes if node.output],
            "step": [ids[work.name] for work in flow.steps if not work.output],
        }
        for kind, found in kinds.items():
            if found:
                yield f"  classDef {kind}_ fill:{FILL[kind]},stroke:{INK},color:{INK},text-align:left"
                yield f"  class {','.join(found)} {kind}_"
        for confidence, dashes in DASHES.items():
            found = [ids[work.name] for work in flow.steps if work.confidence == confidence]
            if dashes and found:
                yield f"  classDef {confidence}_ stroke:{INK},stroke-dasharray:{dashes}"
                yield f"  class {','.join(found)} {confidence}_"


def _row(line: Line) -> str:
    if not line.name or line.when.lower() == line.name.lower():
        return line.when
    return f"{line.name} ({line.when})"


def marks(sources: tuple[int, ...]) -> str:
    """Return the numbers of sources, as they stand after a text."""
    return "".join(f"{NBSP}[{number}]" for number in sources)


def _joined(lines: Iterable[str]) -> str:
    first, *more = map(_label, lines)
    return "<br/>".join([f"<b>{first}</b>", *more])


def _label(text: str) -> str:
    """Write every character that Mermaid or a page could read as its own by its number."""
    return "".join(
        c if c.isalnum() or c in " ,.€≤≥−×÷→" else f"#{ord(c)};" for c in clean(text)
    )  # fmt: skip


def _plain(text: str) -> str:
    """Return a title without the characters that Mermaid could read as its own."""
    return clean("".join(c if c.isalnum() or c in " ,.()€'’-" else " " for c in text))
