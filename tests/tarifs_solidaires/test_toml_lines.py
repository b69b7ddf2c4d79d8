"""Lines of a TOML file: every value is found where it was written."""

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarifs_solidaires import list_rules
from tarifs_solidaires.rule_file import read_text
from tarifs_solidaires.toml_lines import line_of, lines_of

STATEMENT = re.compile(r"\s*(\[|\w+ = )")


def _at(data, path):
    for key in path:
        data = data[key]
    return data


# Every value is the number of its own line, so that the data say what the lines must be.
@given(st.lists(st.sampled_from(["key", "blank", "comment", "items", "inner", "table", "text", "list", "quoted"])))  # fmt: skip
def test_each_value_stands_on_the_line_that_it_names(kinds):
    lines, names = [], iter(range(10**6))
    started = False
    for kind in kinds:
        here = len(lines) + 1
        if kind == "key":
            lines.append(f"  k{next(names)} = {here} # [[not]] = 'a table")
        elif kind == "quoted":
            lines.append(f"'k {next(names)}'  .  k = {here}")
        elif kind == "blank":
            lines.append("   ")
        elif kind == "comment":
            lines.append('# key = 1 [[items]] """ \'')
        elif kind == "items":
            lines.append("[[ items ]] # one more")
            started = True
        elif kind == "inner" and started:
            lines.append("  [[items.inner]]")
        elif kind == "table":
            lines.append(f"[table{next(names)}.deep]")
        elif kind == "text":
            lines += [f'text{next(names)} = """line {here}', "[[items]]", 'k = "2" # \\""""', ""]
        elif kind == "list":
            lines += [f"list{next(names)} = [ # ]", f"  {here}, ']', # [", "  { a = 1 },", "]"]
    text = "\n".join(lines)
    data, found = tomllib.loads(text), lines_of(text)
    for path, line in found.items():
        value = _at(data, path)
        if isinstance(value, list) and value and not isinstance(value[0], dict):
            assert value[0] == line
        elif isinstance(value, str):
            assert value.startswith(f"line {line}\n")
        elif isinstance(value, int):
            assert value == line
        else:
            assert "[" in lines[line - 1] or "." in lines[line - 1]
    keys = sum(kind in ("key", "quoted", "text", "list") for kind in kinds)
    assert sum(not isinstance(_at(data, path), dict) for path in found) >= keys


@pytest.mark.parametrize("name", list_rules())
@given(data=st.data())
def test_blank_lines_and_comments_move_what_stands_below_them(name, data):
    text = read_text(name)
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if STATEMENT.match(line)]
    before = lines_of(text)
    places = data.draw(st.lists(st.sampled_from(starts), max_size=8))
    filler = data.draw(st.sampled_from(["", "  # [[version]]", "# key = 'it is"]))
    moved = [x for n, line in enumerate(lines) for x in [filler] * places.count(n) + [line]]
    after = lines_of("\n".join(moved))
    for path, line in before.items():
        assert after[path] == line + sum(place < line for place in places)
        word = next(part for part in reversed(path) if isinstance(part, str))
        assert word in lines[line - 1]
    assert after.keys() == before.keys()


def test_what_has_no_line_of_its_own_has_that_of_what_holds_it():
    lines = lines_of("a = 1\r\n\r\n[[case]]\r\ngiven = { age = 30 }\r\n")
    assert line_of(("case", 0, "given", "age"), lines) == 4
    assert line_of(("case", 0, "expect"), lines) == 3
    assert line_of(("unknown",), lines) is None
