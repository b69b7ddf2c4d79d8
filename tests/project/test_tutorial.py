"""The tutorial, followed to the letter in an empty folder."""

import re
import shlex
from pathlib import Path

import pytest
from tarifs_solidaires.checking import check_rule
from tarifs_solidaires.skeleton import new_rule

import tarifs_solidaires.cli
from tarifs_solidaires import load_rule

PAGE = (Path(__file__).parents[2] / "docs/tutorials/add_a_territory.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
NAME = "villeneuve-d-exemple/transport"


@pytest.fixture
def followed(tmp_path, monkeypatch, capsys):
    """Do what the page says, block by block, and return the folder."""
    monkeypatch.chdir(tmp_path)
    rule, written = Path(f"{NAME}.toml"), []
    for kind, body in BLOCKS:
        if kind == "toml":  # the parts of the file, one below the other
            written.append(body)
            rule.write_text("\n".join(written), "utf-8")
        elif kind == "diff":
            before, after = (
                "".join(f"{line[1:]}\n" for line in body.splitlines() if line[:1] != sign)
                for sign in "+-"
            )
            text = rule.read_text("utf-8")
            assert text.count(before) == 1
            rule.write_text(text.replace(before, after), "utf-8")
        elif kind == "text":
            Path("personnes.csv").write_text(body, "utf-8")
        elif kind == "console":
            _run(body, capsys)
        else:
            raise AssertionError(kind)
    return tmp_path


def _run(body, capsys):
    command, _, expected = body.partition("\n")
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "tarifs-solidaires"
    status = tarifs_solidaires.cli.main(arguments)
    printed = capsys.readouterr().out
    if expected.endswith("\n...\n"):  # the rest is left out on the page
        expected = expected.removesuffix("...\n")
        printed = printed[: len(expected)]
    assert printed == expected
    assert (status == 1) == (" error: " in expected)
    assert status in (0, 1)


def test_the_page_followed_to_the_letter_gives_a_file_that_passes(followed):
    rule = followed / f"{NAME}.toml"
    assert check_rule(str(rule)) == []
    result = load_rule(str(rule), on="2026-10-01").compute(quotient_familial=620, age=[25, 26])
    assert result.taux_reduction.tolist() == [0.5, 0.3]  # as the decision on the page says
    assert (followed / "resultats.csv").read_text("utf-8").count("\n") == 4
    assert (followed / "transport.svg").read_text("utf-8").startswith("<svg")
    assert sorted(p.name for p in followed.iterdir()) == [
        "personnes.csv", "resultats.csv", "transport.svg", "villeneuve-d-exemple",
    ]  # fmt: skip


def test_the_page_says_that_its_city_does_not_exist():
    assert "does not exist" in PAGE.split("## 1.")[0]


def test_the_file_of_the_page_has_the_keys_of_the_skeleton_in_their_order():
    text = "".join(body for kind, body in BLOCKS if kind == "toml")

    def keys(part):
        return re.findall(r"^(\[\[\w+\]\]|\w+) ?=?", part, re.MULTILINE)

    assert list(dict.fromkeys(keys(text))) == list(dict.fromkeys(keys(new_rule(NAME))))
