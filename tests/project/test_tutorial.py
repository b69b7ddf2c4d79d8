"""The tutorial, followed to the letter in an empty folder."""

import re
import shlex
from pathlib import Path

import pytest

import tarifs_solidaires.cli
from tarifs_solidaires import check_rule, load_rule, new_rule

PAGE = (Path(__file__).parents[2] / "docs/tutorials/add_a_territory.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
NAME = "port-example/buses"
FIRST = Path("rules") / f"{NAME}.toml"


@pytest.fixture
def followed(tmp_path, monkeypatch, capsys):
    """Do what the page says, block by block, and return the folder."""
    monkeypatch.chdir(tmp_path)
    written = {}
    for kind, body in BLOCKS:
        if kind in ("toml", "diff"):  # the parts of a file, one below the other, and changes of it
            path, body = _file_of(body)
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "toml":
                written[path] = "\n".join(filter(None, (written.get(path), body)))
            else:
                before, after = (
                    "".join(f"{line[1:]}\n" for line in body.splitlines() if line[:1] != sign)
                    for sign in "+-"
                )
                assert written[path].count(before) == 1
                written[path] = written[path].replace(before, after)
            path.write_text(written[path], "utf-8")
        elif kind == "text":
            Path("people.csv").write_text(body, "utf-8")
        elif kind == "console":
            _run(body, capsys)
        else:
            raise AssertionError(kind)
    return tmp_path


def _file_of(body):
    """Return the file that a block is about: that of its first line, else the first rule."""
    named = re.match(r"# (rules/\S+\.toml)\n", body)
    return (Path(named[1]), body[named.end() :]) if named else (FIRST, body)


def _run(body, capsys):
    command, _, expected = body.partition("\n")
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "tarifs-solidaires"
    status = tarifs_solidaires.cli.main(arguments)
    printed = capsys.readouterr().out
    if expected.endswith("...\n"):  # the rest is left out on the page
        expected = expected.removesuffix("...\n")
        printed = printed[: len(expected)]
    assert printed == expected
    assert (status == 1) == (" error: " in expected)
    assert status in (0, 1)


def test_the_page_followed_to_the_letter_gives_files_that_pass(followed):
    for name in (NAME, "port-example/meals", "port-example/water"):
        assert [str(one) for one in check_rule(name, folders=[followed / "rules"])] == []
    rule = load_rule(NAME, on="2026-10-01", folders=[followed / "rules"])
    result = rule.compute(income=1850, age=[25, 26])
    assert result.reduction.tolist() == [0.5, 0.3]  # as the decision on the page says
    assert (followed / "results.csv").read_text("utf-8").count("\n") == 4
    assert (followed / "buses.svg").read_text("utf-8").startswith("<svg")
    assert sorted(p.name for p in followed.iterdir()) == [
        "buses.svg", "people.csv", "results.csv", "rules",
    ]  # fmt: skip


def test_the_page_says_that_its_town_does_not_exist():
    assert "does not exist" in PAGE.split("## 1.")[0]


def test_the_file_of_the_page_has_the_keys_of_the_skeleton_in_their_order():
    parts = [body for kind, body in BLOCKS if kind == "toml" and not body.startswith("# rules/")]

    def keys(text):
        return re.findall(r"^\s*(\[\[?[\w.]+\]?\]|\w+) ?=?", text, re.MULTILINE)

    asked = dict.fromkeys(keys(new_rule(NAME, languages=["en"])))
    given = dict.fromkeys(keys("\n".join(parts)))
    assert [key for key in given if key in asked] == [key for key in asked if key in given]
    assert set(asked) <= set(given)
