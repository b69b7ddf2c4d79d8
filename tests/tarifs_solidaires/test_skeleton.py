"""A new rule file: as written it asks for its figures, and filled in it computes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import RuleError, load_rule
from tarifs_solidaires.checking import check_rule, check_text
from tarifs_solidaires.cli import main
from tarifs_solidaires.skeleton import new_rule
from tarifs_solidaires.version import SHAPES

# What to write in each place, in the order of the places; the places of the head come first.
HEAD = ['"n"', '"n"', '"n"', '"p"', '"p"', '"p"', '"a"', "2026-12-31", "2026-09-01", '"d"']
FILLED = {
    "decision_table": [
        '"bas"', '"x <= 400"', "0.8", '"official"', '"autres"', "0", '"official"',
        "2026-10-01", "400", "0.8", '"s"',
    ],
    "effort_rate": [
        "0.03", '"official"', '"s"', "30", '"secondary"', '"s"', "3.35", '"secondary"', '"s"',
        "0", '"inferred"', '"s"', "2026-10-01", "4", "12000", "42", '"s"',
    ],
    "block_tariff": [
        '"bas"', "80", "0.89", '"official"', '"s"', '"haut"', "1.66", '"official"', '"s"',
        "2026-10-01", "81", "72.86", '"s"',
    ],
}  # fmt: skip
PLACE = re.compile(r'"TODO: [^"]*"')


@pytest.mark.parametrize("shape", SHAPES)
def test_the_check_lists_exactly_the_places_to_fill_in(shape):
    text = new_rule("villeneuve/essai", shape)
    places = [
        (n, place[7:-1])
        for n, line in enumerate(text.splitlines(), 1)
        for place in PLACE.findall(line)
    ]
    assert text.count("TODO") == len(places) + 1  # the first line says what it means
    findings = check_text(text)
    assert [(f.line, f.message.removeprefix("to fill in: ")) for f in findings] == places
    assert {f.severity for f in findings} == {"error"}


@pytest.mark.parametrize("shape", SHAPES)
def test_filled_in_it_loads_computes_and_passes(shape, tmp_path):
    values = iter([*HEAD, *FILLED[shape]])
    text = PLACE.sub(lambda _: next(values), new_rule("villeneuve/essai", shape))
    assert next(values, None) is None
    assert [str(f) for f in check_text(text)] == []
    path = tmp_path / "essai.toml"
    path.write_text(text, "utf-8")
    rule = load_rule(str(path), on="2026-09-01")
    assert (rule.name, rule.version.shape) == ("villeneuve/essai", shape)
    for case in rule.cases:
        result = rule.compute(**case["given"])
        assert {name: getattr(result, name) for name in case["expect"]} == case["expect"]


@pytest.mark.parametrize("shape", SHAPES)
@given(st.data())
def test_each_place_left_is_the_only_thing_said(shape, data):
    """One place that is still open hides no other, and makes up no error of its own."""
    values = [*HEAD, *FILLED[shape]]
    left = data.draw(st.integers(0, len(values) - 1))
    places = iter(enumerate(values))

    def fill(match):
        number, value = next(places)
        return match[0] if number == left else value

    text = PLACE.sub(fill, new_rule("villeneuve/essai", shape))
    errors = [f for f in check_text(text) if f.severity == "error"]
    assert [f.message[:10] for f in errors] == ["to fill in"]


@pytest.mark.parametrize(
    "name", ["villeneuve", "../x/y", "/x/y", "x/../y", "X/y", "x/y/z", "x/", "x y/z", "x/y.toml", "-x/y", "x\n/y", "é/y"]
)  # fmt: skip
def test_a_name_that_is_none_or_leaves_the_folder_is_refused(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RuleError, match="is no name: write TERRITOIRE/DISPOSITIF"):
        new_rule(name)
    assert main(["new", "--", name]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_stays_as_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", "villeneuve/eau", "--shape", "block_tariff"]) == 0
    assert capsys.readouterr().out == (
        "villeneuve/eau.toml written, 23 places to fill in, each marked TODO\n"
    )
    path = tmp_path / "villeneuve" / "eau.toml"
    assert path.read_text("utf-8") == new_rule("villeneuve/eau", "block_tariff")
    path.write_text("mine", "utf-8")
    assert main(["new", "villeneuve/eau"]) == 2
    assert "exists, and is not written over" in capsys.readouterr().err
    assert path.read_text("utf-8") == "mine"
    (tmp_path / "brest").write_text("a file", "utf-8")
    assert main(["new", "brest/eau"]) == 2
    assert "check the folder" in capsys.readouterr().err
    assert main(["new", "brest/eau", "--output", "mien.toml"]) == 0
    assert len(check_rule("mien.toml")) == len(PLACE.findall(new_rule("brest/eau")))


def test_an_unknown_shape_names_those_there_are():
    with pytest.raises(RuleError, match="no shape 'table'; did you mean decision_table"):
        new_rule("a/b", "table")
