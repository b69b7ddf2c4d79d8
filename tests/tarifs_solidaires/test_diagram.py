"""The flow diagram: everything of the rule is on it, nothing overlaps, nothing breaks out."""

import re
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import InputError, RuleError, list_rules, load_rule
from tarifs_solidaires.diagram import FILL, INK, PAPER, WIDTH, layout, text_width, wrapped
from tarifs_solidaires.effort_rate import OUTSIDE
from tarifs_solidaires.flow import flow
from tarifs_solidaires.language import LANGUAGES, clean
from tarifs_solidaires.rule_file import read_rule
from tarifs_solidaires.wording import WORDS, number

SVG = "{http://www.w3.org/2000/svg}"
MADE_UP = sorted((Path(__file__).parent / "made_up").glob("*.toml"))
RULES = [
    load_rule(name, on=version.valid_from)
    for name in (*list_rules(), *map(str, MADE_UP))
    for version in read_rule(name).versions
]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.name}-{r.on}")
every_language = pytest.mark.parametrize("lang", LANGUAGES)
words = st.text(st.characters(codec="utf-8"), max_size=60)


def _names(rule):
    version = rule.version
    calculation = version.effort_rate or version.block_tariff
    if version.effort_rate is not None and not version.residence:
        return [name for n, name in enumerate(version.effort_rate.names) if n != OUTSIDE]
    return [row.tranche for row in version.rows] or list(calculation.names)


def _together(frame):
    """Return what a box says on one line, without the spaces where lines were broken."""
    return re.sub(r"\s", "", "".join(text.content for text in frame.texts))


@every_language
@every_rule
def test_each_row_has_its_test_and_its_outcome_in_the_order_of_the_rule(rule, lang):
    chart = flow(rule, lang)
    outcomes = [box.heading for box in chart.boxes if box.kind == "outcome"]
    assert sorted(outcomes) == sorted(_names(rule))
    if rule.version.shape == "decision_table":
        assert outcomes == _names(rule)
        tests = [stage.box for stage in chart.stages if stage.outcome is not None]
        conditions = [row.when for row in rule.version.rows]
        conditions = conditions if conditions[-1] else conditions[:-1]
        assert [len(test.lines) for test in tests] == [max(len(when), 1) for when in conditions]


@every_language
@every_rule
def test_the_picture_is_well_formed_and_says_every_box(rule, lang):
    root = ElementTree.fromstring(rule.to_svg(lang))  # noqa: S314 (our own text)
    assert root.tag == SVG + "svg"
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [SVG + "title", SVG + "desc"]
    assert root[0].text == clean(rule.title[lang])
    shown = [
        "".join(t.text or "" for t in group.findall(SVG + "text"))
        for group in root.findall(SVG + "g")
    ]
    shown = [re.sub(r"\s", "", text) for text in shown]
    for name in _names(rule):
        assert any(re.sub(r"\s", "", clean(name)) in text for text in shown)
    known = {"svg", "title", "desc", "rect", "g", "path", "text"}
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= known


@every_language
@every_rule
def test_no_text_overlaps_another_or_leaves_its_box_or_the_page(rule, lang):
    drawing = layout(flow(rule, lang))
    texts = [*drawing.texts, *(text for frame in drawing.frames for text in frame.texts)]
    for a, b in combinations([t.area for t in texts], 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b)
    for text in texts:
        left, top, right, bottom = text.area
        assert left >= 0
        assert top >= 0
        assert right <= WIDTH
        assert bottom <= drawing.height
    for frame in drawing.frames:
        for left, top, right, bottom in (text.area for text in frame.texts):
            assert frame.x <= left
            assert right <= frame.x + frame.width
            assert frame.y <= top
            assert bottom <= frame.y + frame.height
    for a, b in combinations(drawing.frames, 2):
        beside = a.x + a.width <= b.x or b.x + b.width <= a.x
        assert beside or a.y + a.height <= b.y or b.y + b.height <= a.y
    for text in drawing.texts:
        left, top, right, bottom = text.area
        for f in drawing.frames:
            assert right <= f.x or left >= f.x + f.width or bottom <= f.y or top >= f.y + f.height


@every_rule
def test_no_line_crosses_a_text_or_a_box_that_it_does_not_join(rule):
    drawing = layout(flow(rule, "fr"))
    texts = [*drawing.texts, *(text for frame in drawing.frames for text in frame.texts)]
    for points in (*drawing.arrows, *drawing.rails):
        for (x1, y1), (x2, y2) in pairwise(points):
            assert x1 == x2 or y1 == y2
            for left, top, right, bottom in (text.area for text in texts):
                beside = max(x1, x2) <= left or min(x1, x2) >= right
                assert beside or max(y1, y2) <= top or min(y1, y2) >= bottom


@pytest.mark.parametrize("name", list_rules())
def test_a_rule_that_ships_fits_one_page(name):
    for version in read_rule(name).versions:
        for lang in LANGUAGES:
            drawing = layout(flow(load_rule(name, on=version.valid_from), lang))
            assert drawing.height <= 1.5 * WIDTH  # an A4 page is 1.41 times as high as wide


@every_rule
def test_what_is_not_official_is_dashed_and_the_legend_says_so(rule):
    chart = flow(rule, "en")
    picture = rule.to_svg("en")
    used = {box.confidence for box in chart.boxes}
    for confidence, dashes in (("secondary", "7 4"), ("inferred", "2 3")):
        boxes = sum(box.confidence == confidence for box in chart.boxes)
        samples = 1 if confidence in used else 0
        assert picture.count(f'stroke-dasharray="{dashes}"') == boxes + samples
        assert (f">{confidence}</text>" in picture) == (confidence in used)


@every_rule
def test_every_source_that_a_box_numbers_is_listed(rule):
    chart = flow(rule, "fr")
    numbers = {n for box in chart.boxes for n in box.notes}
    assert numbers <= set(range(1, len(chart.sources) + 1))
    assert set(range(2, len(chart.sources) + 1)) <= numbers  # 1 is the version's own
    for row in rule.version.rows:
        assert row.source in chart.sources


@every_rule
def test_the_same_rule_gives_the_same_bytes(rule):
    again = load_rule(rule.name, on=rule.on) if rule.name in list_rules() else rule
    assert rule.to_svg() == again.to_svg()
    assert rule.to_mermaid() == again.to_mermaid()


def _luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("background", [PAPER, *FILL.values()])
def test_text_can_be_read_on_every_background(background):
    assert (_luminance(background) + 0.05) / (_luminance(INK) + 0.05) >= 4.5


@every_language
@every_rule
def test_mermaid_has_a_node_for_each_box_and_nothing_but_its_own_syntax(rule, lang):
    chart = flow(rule, lang)
    lines = rule.to_mermaid(lang).splitlines()
    assert lines[0] == "flowchart TD"
    label = r'"(?:[^"\\`<>{}|\[\]#;]|#\d+;|<br/>)*"'
    node = re.compile(rf"  (\w+)(?:\[{label}\]|\{{\{{{label}\}}\}})")
    link = re.compile(r"  (\w+) -->(?:\|\w+\|)? (\w+)")
    style = re.compile(r"  (?:classDef|class) [\w,]+ [\w#:, -]+")
    nodes, links = set(), []
    for line in lines[1:]:
        if found := node.fullmatch(line):
            assert found[1] not in nodes
            nodes.add(found[1])
        elif found := link.fullmatch(line):
            links.append((found[1], found[2]))
        else:
            assert style.fullmatch(line), line
    boxes = {name for name in nodes if name not in ("sources", "secondary", "inferred")}
    assert len(boxes) == len(chart.boxes)
    assert {name for pair in links for name in pair} == boxes
    outcomes = sum(box.kind == "outcome" for box in chart.boxes)
    assert len(links) == len(boxes) - (chart.after is not None) - 1 + (
        outcomes if chart.after is not None else 0
    )


def test_scales_substitutions_and_full_prices_are_drawn():
    table = next(r for r in RULES if r.name == "made-up/table")
    drawn = [_together(f) for f in layout(flow(table, "fr")).frames]
    wanted = [
        "1,5siencoupleetenfantsàcharge<4", "plus0,3×enfantsàcharge", "355€siétudiantet3≤échelon",
        "999,50€siétudiantetencouple:non", "900€×échelle<ressourcesmensuellesdufoyer≤1250,50€×échelle",
        "moinsde12ans(âge<12ans):13,45€", "AAH(bénéficiairedel'AAH):nonconnu", "âgede26à60ans",
        "bénéficiairedel'AAH:non", "tauxderéduction:nonconnu",
    ]  # fmt: skip
    for text in wanted:
        assert any(text in box for box in drawn), text
    assert not any("never,asthingsare" in box for box in drawn)


def test_only_the_inputs_that_a_result_depends_on_are_drawn():
    rule = load_rule("nantes/transport", on="2020-10-01")
    drawn = [
        "".join(flow(r, "en").stages[0].box.lines)
        for r in (rule, rule.replace(portee_aah="foyer", partage_500_600="par_age"))
    ]
    for text in ("age", "another member of the household"):
        assert [text in inputs for inputs in drawn] == [False, True]


def test_an_effort_rate_and_blocks_say_their_figures():
    texts = {r.name: "".join(map(_together, layout(flow(r, "pt")).frames)) for r in RULES}
    for text in ("famíliade1:45m³", "famíliade2:85m³", "35m³porpessoaamais", "2,5%", "<€10"):
        assert text in texts["made-up/effort"]
    for text in ("R$0,345/m³se", "R$0,89/m³senão", "R$1,66/m³", "R$12porpessoaalémde5"):
        assert text in texts["made-up/blocks"]


def test_a_table_with_a_hole_says_that_the_computation_is_refused():
    rule = load_rule("nantes/transport", on="2023-06-01")
    version = attrs.evolve(rule.version, all_rows=rule.version.all_rows[:-1])
    rule = attrs.evolve(rule, version=version)
    assert flow(rule, "fr").boxes[-1].kind == "refusal"


@given(words, st.floats(20, 800), st.floats(8, 20), st.booleans())
def test_a_text_is_wrapped_into_its_room_and_loses_nothing(text, width, size, bold):
    lines = wrapped(text, width, size, bold=bold)
    assert re.sub(" ", "", "".join(lines)) == re.sub(" ", "", clean(text))
    for line in lines:
        # one letter stays, however narrow the room
        assert len(line) == 1 or text_width(line, size, bold=bold) <= width


@given(words)
def test_a_cleaned_text_is_one_line_that_xml_accepts(text):
    ElementTree.fromstring(f"<a>{clean(text).replace('&', '').replace('<', '')}</a>")  # noqa: S314
    assert len(clean(text).splitlines()) <= 1


@pytest.mark.parametrize("write", ["to_svg", "to_mermaid", "to_markdown", "to_dmn"])
def test_an_unknown_language_is_refused_by_name(write):
    with pytest.raises(InputError, match="no words in 'de'"):
        getattr(
            RULES[0] if write != "to_dmn" else load_rule("nantes/transport", "2023-06-01"), write
        )("de")


def test_every_sentence_keeps_its_values_in_every_language():
    for english, others in WORDS.items():
        names = sorted(re.findall(r"\{(\w+)\}", english))
        for other in others:
            assert sorted(re.findall(r"\{(\w+)\}", other)) == names, english


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234.5, "1.234,5"), (0.3, "0,3"), (100, "100"), (1e6, "1.000.000")],
)
def test_numbers_are_written_as_the_language_does(value, text):
    assert number(value, "pt") == text


def test_only_a_decision_table_becomes_dmn():
    with pytest.raises(RuleError, match="is no decision table"):
        load_rule("nantes/eau", on="2023-06-01").to_dmn()
