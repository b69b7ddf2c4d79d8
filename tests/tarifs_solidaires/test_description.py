"""The Markdown of a rule: all that the file says, and no text that becomes markup."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tarifs_solidaires import list_rules, load_rule
from tarifs_solidaires.cli import main
from tarifs_solidaires.description import escaped
from tarifs_solidaires.language import LANGUAGES, clean
from tarifs_solidaires.rule_file import read_rule

MADE_UP = sorted((Path(__file__).parent / "made_up").glob("*.toml"))
RULES = [read_rule(name) for name in (*list_rules(), *map(str, MADE_UP))]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
every_language = pytest.mark.parametrize("lang", LANGUAGES)
TABLES = MarkdownIt("commonmark").enable("table")


def _cells(text):
    """Return the plain text of each table cell, list item, paragraph and heading of a page."""
    return [
        "".join(child.content for child in token.children)
        for token in TABLES.parse(text)
        if token.type == "inline"
    ]


def _plain(text):
    return re.sub(r"\s+", " ", clean(text)).strip()


@every_language
@every_rule
def test_every_row_source_parameter_and_note_is_on_the_page(rule, lang):
    cells = [_plain(cell) for cell in _cells(rule.to_markdown(lang))]
    for version in rule.versions:
        assert any(cell.endswith(_plain(version.source)) for cell in cells)
        wanted = [row.tranche for row in (*version.all_rows, *version.full_prices)]
        wanted += [row.source for row in (*version.all_rows, *version.full_prices)]
        wanted += [text for p in version.parameters for text in (p.name, p.source)]
        wanted += [block.tranche for block in version.blocks]
        wanted += [s.source for s in version.substitutions]
        for text in (
            *wanted,
            *(note[lang] for note in rule.notes),
            *version.required,
            *version.optional,
        ):
            assert _plain(text) in cells, text
        for scale in version.scales:
            assert any(_plain(scale.source) in cell for cell in cells)
    for text in (rule.purpose[lang], rule.authority):
        assert any(cell.endswith(_plain(text)) for cell in cells)
    assert cells[0] == _plain(rule.title[lang])


@every_language
@every_rule
def test_no_text_of_a_rule_becomes_markup(rule, lang):
    tokens = TABLES.parse(rule.to_markdown(lang))
    inline = {child.type for token in tokens for child in token.children or []}
    assert inline <= {"text", "code_inline", "text_special", "softbreak"}
    assert "softbreak" not in inline
    assert sum(token.type == "heading_open" and token.tag == "h1" for token in tokens) == 1
    assert {t.type.removesuffix("_open").removesuffix("_close") for t in tokens} <= {
        "heading", "paragraph", "inline", "bullet_list", "list_item",
        "table", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip


@every_rule
def test_every_line_of_a_table_has_as_many_cells_as_its_head(rule):
    for block in re.findall(r"(?:^\|.*\n?)+", rule.to_markdown(), flags=re.MULTILINE):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(counts) == 1


@every_rule
def test_each_worked_example_is_a_line(rule):
    text = rule.to_markdown("en").partition("## Worked examples")[2]
    assert len([line for line in text.splitlines() if line.startswith("| ")]) == 2 + len(rule.cases)


@given(st.text(st.characters(codec="utf-8"), max_size=50))
def test_an_escaped_text_is_shown_as_it_is(text):
    shown = TABLES.parse(escaped(text))
    if not clean(text).strip():
        assert escaped(text) == ""
        return
    assert [token.type for token in shown] == ["paragraph_open", "inline", "paragraph_close"]
    found = "".join(child.content for child in shown[1].children)
    assert _plain(found) == _plain(text)


def test_a_row_that_a_parameter_brings_in_says_so():
    text = load_rule("nantes/transport", on="2020-10-01").to_markdown("en").replace("\\", "")
    assert "only where partage_500_600 is par_age (it is aucun)" in text


def test_a_figure_that_was_replaced_is_the_one_described():
    rule = load_rule("nantes/eau", on="2023-06-01").replace(prix_m3=4.5)
    assert "× 4,50" in rule.to_markdown()


@pytest.mark.parametrize("shape", ["svg", "mermaid", "markdown", "dmn"])
def test_the_command_writes_what_the_method_returns(tmp_path, capsys, shape):
    target = tmp_path / "out"
    arguments = [
        "draw",
        "nantes/transport",
        "--on",
        "2023-06-01",
        "--format",
        shape,
        "--lang",
        "pt",
    ]
    assert main([*arguments, "--output", str(target)]) == 0
    rule = load_rule("nantes/transport", on="2023-06-01")
    assert target.read_text("utf-8") == getattr(rule, f"to_{shape}")("pt")
    assert "see" in capsys.readouterr().out
    assert main(["draw", "nantes/eau", "--on", "1999-01-01", "--output", str(target)]) == 2
    assert main([*arguments, "--output", str(tmp_path / "absent" / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_notes_and_meanings_are_in_the_language_of_the_page():
    rule = load_rule("nantes/transport", "2023-06-01")
    pages = {lang: _plain(rule.to_markdown(lang)) for lang in LANGUAGES}
    for note in rule.notes:
        assert len({note[lang] for lang in LANGUAGES}) == 3
    for lang, words in (("fr", "jour d'effet"), ("en", "day of effect"), ("pt", "dia de efeito")):
        assert [page for page in pages if words in pages[page]] == [lang]
        assert words in rule.compute(quotient_familial=620, age=30).explain(lang=lang)
