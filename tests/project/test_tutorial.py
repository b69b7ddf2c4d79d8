"""The tutorial of the tariffs, followed to the letter in an empty folder."""

import re
import shlex
from pathlib import Path

import pytest

import tarifs_solidaires.cli
from tarifs_solidaires import load_rule
from tarifs_solidaires.rules.check import check_rule

PAGE = (Path(__file__).parents[2] / "docs/tutorials/add_a_territory.md").read_text("utf-8")
BLOCKS = re.findall(
    r"(?:<!-- (?:file|table): (\S+) -->\n)?^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE
)
FILES = (
    "villeneuve-d-exemple/transport",
    "villeneuve-d-exemple/cantine",
    "riverton/water",
    "riverton/buses",
)


@pytest.fixture
def followed(tmp_path, monkeypatch, capsys):
    """Do what the page says, block by block, and return the folder."""
    monkeypatch.chdir(tmp_path)
    rule, begun = Path(), set()
    for name, kind, body in BLOCKS:
        if name and kind != "text":
            rule = Path(name)
            rule.parent.mkdir(exist_ok=True, parents=True)
        if kind == "toml":  # the parts of a file, one below the other
            above = rule.read_text("utf-8") + "\n" if rule in begun else ""
            rule.write_text(above + body, "utf-8")
            begun.add(rule)  # in place of the skeleton
        elif kind == "diff":
            before, after = (
                "".join(f"{line[1:]}\n" for line in body.splitlines() if line[:1] != sign)
                for sign in "+-"
            )
            text = rule.read_text("utf-8")
            assert text.count(before) == 1
            rule.write_text(text.replace(before, after), "utf-8")
        elif kind == "text":
            Path(name).write_text(body, "utf-8")
        elif kind == "console":
            for part in re.split(r"(?m)^(?=\$ )", body):
                if part:
                    _run(part, capsys)
        else:
            raise AssertionError(kind)
    return tmp_path


def _run(part, capsys):
    command, _, expected = part.partition("\n")
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


def test_the_page_followed_to_the_letter_gives_files_that_pass(followed):
    for name in FILES:
        assert check_rule(str(followed / f"{name}.toml")) == []
    transport = load_rule(followed / f"{FILES[0]}.toml", on="2026-10-01")
    result = transport.compute(quotient_familial=620, age=[25, 26])
    assert result.taux_reduction.tolist() == [0.5, 0.3]  # as the decision on the page says
    buses = load_rule("riverton/buses", on="2026-07-01", folders=[followed])
    assert buses.compute(yearly_income=[7700, 15400, 15401], household_size=1).tranche.tolist() == [
        "half the line or less",
        "up to the line",
        "above the line",
    ]
    assert (followed / "resultats.csv").read_text("utf-8").count("\n") == 4
    assert (followed / "transport.svg").read_text("utf-8").startswith("<svg")
    water = load_rule("riverton/water", on="2025-06-01", folders=[followed])
    assert water.compute(monthly_income=[500, 1250], household_size=1).monthly_bill.tolist() == [
        12.0,
        25.0,
    ]


def test_the_page_says_that_its_places_do_not_exist():
    assert "do not exist" in PAGE.split("## 1.")[0]
