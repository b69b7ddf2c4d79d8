"""Mermaid: a node for each input and step, and nothing but its own syntax."""

import re

import pytest
from drawn_rules import ALL

from tarifs_solidaires import list_rules, load_rule
from tarifs_solidaires.draw.flow import make_flow
from tarifs_solidaires.draw.mermaid import LONGEST, WIDTH
from tarifs_solidaires.draw.wording import Wording

each = pytest.mark.parametrize("rule", [r for _, r in ALL], ids=[f"{n}-{r.on}" for n, r in ALL])
LABEL = r'"<b>(?:[^"\\`<>{}|\[\]#;()]|#\d+;|</b>|<br/>)*"'
NODE = re.compile(rf"  (\w+)(?:\[{LABEL}\]|\(\[{LABEL}\]\))")
LINK = re.compile(r"  (\w+) --> (\w+)")
STYLE = re.compile(r"  (?:classDef|class) [\w,]+ [\w#:, -]+")
TITLE = re.compile(r"  accTitle: [^\n#;{}<>\[\]\"|]*")


def read(text):
    """Return nodes and links of a diagram whose every line is known."""
    lines = text.splitlines()
    assert lines[:2] == [WIDTH, "flowchart TD"]
    assert TITLE.fullmatch(lines[2])
    nodes, links = [], []
    for line in lines[3:]:
        if found := NODE.fullmatch(line):
            nodes.append(found[1])
        elif found := LINK.fullmatch(line):
            links.append((found[1], found[2]))
        else:
            assert STYLE.fullmatch(line) or re.fullmatch(r"  \w+ ~~~ sources", line), line
    assert len(set(nodes)) == len(nodes)
    return nodes, links


@each
def test_there_is_a_node_for_each_input_and_step_and_a_link_for_each_reading(rule):
    for lang in (*rule.languages, "de"):
        flow = make_flow(rule, Wording(rule, lang))
        nodes, links = read(rule.to_mermaid(lang))
        assert len(nodes) == len(flow.nodes) + 1
        assert len(links) == sum(len(node.reads) for node in flow.nodes)
        assert {name for link in links for name in link} <= set(nodes)


@each
def test_a_long_table_is_abbreviated_and_others_are_whole(rule):
    text = rule.to_mermaid()
    flow = make_flow(rule, Wording(rule, rule.languages[0]))
    for number, work in enumerate(flow.steps):
        used = [line for line in work.lines if line.used]
        node = next(line for line in text.splitlines() if line.startswith(f"  s{number}["))
        assert node.count(" → ") >= min(len(used), LONGEST)
        assert ("… " in node.replace("#8230;", "…")) == (len(used) > LONGEST)


@each
def test_the_same_rule_gives_the_same_text(rule):
    if rule.name in list_rules():
        assert rule.to_mermaid() == load_rule(rule.name, on=rule.on).to_mermaid()
