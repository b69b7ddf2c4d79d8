"""The picture: everything of the rule is on it, nothing overlaps, nothing breaks out."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from drawn_rules import ALL
from hypothesis import given
from hypothesis import strategies as st
from random_rules import random_rule

from tarifs_solidaires import list_rules, load_rule
from tarifs_solidaires.draw.flow import make_flow
from tarifs_solidaires.draw.lines import clean, text_width, wrapped
from tarifs_solidaires.draw.style import DASHES, FAINT, FILL, INK, LINES, PAPER
from tarifs_solidaires.draw.svg import LEAST, lanes, layout
from tarifs_solidaires.draw.wording import Wording

SVG = "{http://www.w3.org/2000/svg}"
each = pytest.mark.parametrize("rule", [r for _, r in ALL], ids=[f"{n}-{r.on}" for n, r in ALL])
words = st.text(st.characters(codec="utf-8"), max_size=60)


def drawn(rule, lang=None, width=None):
    wording = Wording(rule, lang or rule.languages[0])
    flow = make_flow(rule, wording)
    return flow, layout(flow, wording, width)


def together(text):
    """Return a text without its spaces, at which lines are broken."""
    return re.sub(r"\s", "", text)


def apart(a, b):
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def check(drawing):
    """Check that nothing overlaps, is cut, or is crossed by a line."""
    areas = sorted((text.area for text in drawing.texts), key=lambda area: area[1])
    for n, one in enumerate(areas):
        for other in areas[n + 1 :]:
            if other[1] >= one[3]:
                break
            assert apart(one, other), (one, other)
    for left, top, right, bottom in areas:
        assert left >= 0
        assert top >= 0
        assert right <= drawing.width
        assert bottom <= drawing.height
    boxes = [(f.x, f.y, f.x + f.width, f.y + f.height) for f in drawing.boxes]
    for box, below in pairwise(boxes):
        assert box[3] < below[1]
    for area in areas:  # each text is in one box, or in none
        inside = [b for b in boxes if not apart(area, b)]
        for box in inside:
            assert box[0] <= area[0]
            assert box[1] <= area[1]
            assert area[2] <= box[2]
            assert area[3] <= box[3]
        assert len(inside) <= 1
    for frame in drawing.lines:  # the outline of a line of a table crosses no text
        edges = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
        for area in areas:
            if not apart(area, edges):
                assert edges[1] <= area[1] + 2
                assert area[3] <= edges[3] + 2
    for wire in drawing.wires:  # wires stay left of the boxes, and end at them
        assert 0 < wire.x < wire.start[0]
        for x, y in (wire.start, *wire.ends):
            assert any(b[0] == x and b[1] < y < b[3] for b in boxes)
        for area in areas:
            assert area[0] >= wire.start[0] or not wire.start[1] < area[1] < wire.ends[-1][1]
    ends = [end for wire in drawing.wires for end in wire.ends]
    assert len(ends) == len(set(ends))


@each
def test_nothing_overlaps_or_is_cut_or_crossed(rule):
    for lang in (*rule.languages, "de"):
        check(drawn(rule, lang)[1])


@each
def test_it_is_drawn_for_a_narrow_screen_too(rule):
    _, drawing = drawn(rule, width=390)
    check(drawing)
    assert drawing.width <= 390 or drawing.boxes[0].width == LEAST
    _, wide = drawn(rule)
    said, there = ("".join(together(text.content) for text in one.texts) for one in (drawing, wide))
    assert sorted(said) == sorted(there)


@pytest.mark.parametrize("seed", range(30))
def test_nothing_overlaps_in_random_rules(seed, tmp_path):
    file = tmp_path / "random.toml"
    file.write_text(random_rule(seed), "utf-8")
    rule = load_rule(file, on="2025-01-01")
    check(drawn(rule)[1])
    ElementTree.fromstring(rule.to_svg())  # noqa: S314 (our own text)


@each
def test_the_picture_is_well_formed_loads_nothing_and_says_everything(rule):
    for lang in rule.languages:
        picture = rule.to_svg(lang)
        root = ElementTree.fromstring(picture)  # noqa: S314 (our own text)
        assert root.tag == SVG + "svg"
        assert root.get("role") == "img"
        assert [child.tag for child in root][:2] == [SVG + "title", SVG + "desc"]
        assert root[0].text == clean(rule.title.to(lang))
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "rect", "circle", "path", "text"}
        names = {name for element in root.iter() for name in element.attrib}
        assert not any("href" in name or name.startswith("on") for name in names)
        assert not re.search(r"url\(|@import|<!", picture.replace("xmlns=", ""))
        shown = together("".join(text.text or "" for text in root.iter(SVG + "text")))
        flow, _ = drawn(rule, lang)
        for node in flow.nodes:
            assert together(node.title) in shown
        for work in flow.steps:
            assert together(work.formula) in shown
            for line in work.lines:
                for text in (line.name, line.value, line.note):
                    assert together(text) in shown
            for name in work.figures:
                assert together(flow.figures[name].value) in shown
        for number, source in flow.cited:
            assert together(clean(f"[{number}] {source.to(lang)}")) in shown
        if rule.name != "made-up/hostile":  # whose texts look like numbers of sources
            numbers = {int(number) for number in re.findall(r"\[(\d+)\]", shown)}
            assert numbers == {number for number, _ in flow.cited}
        for node in flow.nodes:
            assert node.label in root[1].text


@each
def test_each_reader_has_an_arrow_from_what_it_reads(rule):
    flow, drawing = drawn(rule)
    read = [(name, node.name) for node in flow.nodes for name in node.reads]
    assert sum(len(wire.ends) for wire in drawing.wires) == len(read)
    assert len(drawing.wires) == len({name for name, _ in read})
    assert len(drawing.boxes) == len(flow.nodes)


@each
def test_what_is_not_official_is_dashed_and_the_legend_says_so(rule):
    flow, drawing = drawn(rule)
    picture = rule.to_svg()
    for confidence, dashes in DASHES.items():
        outlines = [*drawing.boxes, *drawing.lines, *drawing.samples]
        used = sum(frame.confidence == confidence for frame in outlines)
        if dashes:
            assert picture.count(f'stroke-dasharray="{dashes}"') == used
            assert (used > 0) == (confidence in flow.confidences)


@each
def test_the_same_rule_gives_the_same_bytes(rule):
    if rule.name in list_rules():
        again = load_rule(rule.name, on=rule.on)
        assert rule.to_svg() == again.to_svg()


def test_a_result_and_an_input_look_different_from_a_step():
    _, drawing = drawn(load_rule("philadelphia/water", on="2018-01-01"))
    assert [frame.kind for frame in drawing.boxes] == ["input"] * 3 + ["step"] * 3 + ["result"]


def test_lanes_are_free_again_below_the_last_reader():
    assert lanes("abcd", [(), "a", "b", "ac"]) == {"a": 0, "b": 1, "c": 2}
    assert lanes("abcd", [(), "a", (), "c"]) == {"a": 0, "c": 0}


def _luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("background", [PAPER, *FILL.values()])
@pytest.mark.parametrize("ink", [INK, FAINT])
def test_text_can_be_read_on_every_background(background, ink):
    assert (_luminance(background) + 0.05) / (_luminance(ink) + 0.05) >= 4.5


@pytest.mark.parametrize("colour", LINES)
def test_lines_can_be_seen(colour):
    assert (_luminance(PAPER) + 0.05) / (_luminance(colour) + 0.05) >= 3


@given(words, st.floats(20, 800), st.floats(8, 20), st.booleans())
def test_a_text_is_wrapped_into_its_room_and_loses_nothing(text, width, size, bold):
    lines = wrapped(text, width, size, bold=bold)
    assert "".join(lines).replace(" ", "") == clean(text).replace(" ", "")
    for line in lines:
        # one letter stays, however narrow the room
        assert len(line) == 1 or text_width(line, size, bold=bold) <= width


@given(words)
def test_a_cleaned_text_is_one_line_that_xml_accepts(text):
    ElementTree.fromstring(f"<a>{clean(text).replace('&', '').replace('<', '')}</a>")  # noqa: S314
    assert len(clean(text).splitlines()) <= 1
