"""The Markdown of a rule: all that the file says, and no text that becomes markup."""

import re

import pytest
from drawn_rules import ALL, HERE
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tarifs_solidaires import load_rule
from tarifs_solidaires.draw.lines import clean
from tarifs_solidaires.draw.markdown import escaped
from tarifs_solidaires.draw.wording import Wording

FIRST = {rule.name: rule for _, rule in reversed(ALL)}  # each rule in its first version
each = pytest.mark.parametrize("rule", FIRST.values(), ids=FIRST)
TABLES = MarkdownIt("commonmark").enable("table")


def cells(text):
    """Return the plain text of each table cell, list item, paragraph and heading of a page."""
    return [
        "".join(child.content for child in token.children)
        for token in TABLES.parse(text)
        if token.type == "inline"
    ]


def plain(text):
    return re.sub(r"\s+", " ", clean(text)).strip()


@each
def test_everything_of_every_version_is_on_the_page(rule):
    for lang in rule.languages:
        found = [plain(cell) for cell in cells(rule.to_markdown(lang))]
        page = "\n".join(found)
        assert found[0] == plain(rule.title.to(lang))
        wanted = [rule.purpose.to(lang), rule.per.to(lang), rule.authority, rule.file.contact]
        wanted += [note.text.to(lang) for note in rule.file.note]
        wanted += [entry.message.to(lang) for entry in rule.file.require]
        for _, version in ALL:
            if version.name != rule.name:
                continue
            wanted.append(
                version.version.basis.source.to(lang) if version.version.basis.source else ""
            )
            wanted += [item.label.to(lang) or item.name for item in version.inputs
                       if item.name in version._read_inputs()]  # fmt: skip
            for step in version.steps.values():
                if step.name in version.version.reads:
                    wanted += [
                        step.label.to(lang),
                        step.note.to(lang),
                        step.basis.source.title.to(lang),
                    ]
                    wanted += [row.name.to(lang) for row in step.rows if row.named]
                    wanted += [row.basis.source.title.to(lang) for row in step.rows]
                    wanted += [row.note.to(lang) for row in step.rows]
            for parameter in version.parameters.values():
                wanted += [
                    parameter.name,
                    parameter.basis.source.title.to(lang),
                    parameter.note.to(lang),
                ]
        for text in wanted:
            assert plain(text) in page, text


@each
def test_no_text_of_a_rule_becomes_markup(rule):
    for lang in (*rule.languages, "de"):
        tokens = TABLES.parse(rule.to_markdown(lang))
        inline = {child.type for token in tokens for child in token.children or []}
        assert inline <= {"text", "code_inline", "text_special", "link_open", "link_close"}
        assert sum(token.type == "heading_open" and token.tag == "h1" for token in tokens) == 1
        assert {t.type.removesuffix("_open").removesuffix("_close") for t in tokens} <= {
            "heading", "paragraph", "inline", "bullet_list", "ordered_list", "list_item",
            "table", "thead", "tbody", "tr", "th", "td",
        }  # fmt: skip
        links = [c for t in tokens for c in t.children or [] if c.type == "link_open"]
        assert all(re.match(r"https?://", str(link.attrs["href"])) for link in links)


@each
def test_every_line_of_a_table_has_as_many_cells_as_its_head(rule):
    for block in re.findall(r"(?:^\|.*\n?)+", rule.to_markdown(), flags=re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


@each
def test_each_worked_example_is_a_line(rule):
    if rule.file.case:
        heading = Wording(rule, rule.languages[0]).word("Worked examples")
        text = rule.to_markdown().partition(f"## {heading}")[2]
        assert len([line for line in text.splitlines() if line.startswith("| ")]) == 2 + len(
            rule.file.case
        )


@each
def test_the_page_is_the_same_on_every_day_but_for_the_figures_of_the_day(rule):
    headings = {
        tuple(line for line in version.to_markdown().splitlines() if line.startswith("#"))
        for _, version in ALL if version.name == rule.name
    }  # fmt: skip
    assert len(headings) == 1


@given(st.text(st.characters(codec="utf-8"), max_size=50))
def test_an_escaped_text_is_shown_as_it_is(text):
    shown = TABLES.parse(escaped(text))
    if not clean(text).strip():
        assert escaped(text) == ""
        return
    assert [token.type for token in shown] == ["paragraph_open", "inline", "paragraph_close"]
    assert plain("".join(child.content for child in shown[1].children)) == plain(text)


def test_a_dated_figure_has_each_value_that_it_has_during_the_version():
    rule = load_rule(HERE / "drawn" / "everything.toml", on="2024-01-01")
    page = rule.to_markdown("en")
    assert re.search(r"\| half \| half \| ¥500.50 \|.*January 1, 2020", page)
    assert re.search(r"\| half \| half \| ¥501.25 \|.*July 1, 2025 .*inferred", page)
    assert page.count("¥501.25") == 1


def test_a_figure_that_was_replaced_is_the_one_described():
    rule = load_rule("montreal/transport", on="2022-01-01")
    name = next(iter(load_rule("nantes/transport", on="2020-01-01").parameters))
    changed = load_rule("nantes/transport", on="2020-01-01").replace(**{name: "foyer"})
    assert changed.to_markdown("en") != load_rule("nantes/transport", on="2020-01-01").to_markdown(
        "en"
    )
    assert rule.to_markdown() == load_rule("montreal/transport", on="2022-01-01").to_markdown()


def test_results_that_a_version_does_not_work_out_are_named():
    page = load_rule("seattle/orca-lift", on="2016-06-01").to_markdown("en")
    assert "Not known in this version:" in page
