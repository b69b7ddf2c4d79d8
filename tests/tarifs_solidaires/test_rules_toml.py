"""Lines of a TOML file: every value is found where it was written; texts that nobody can mean are refused."""

import os
import re
import socket
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_texts import TEXT, changed

from tarifs_solidaires import RuleError, check_rule, check_text, list_rules, load_rule
from tarifs_solidaires.rules.load import find_text
from tarifs_solidaires.rules.pattern import PatternError, ways
from tarifs_solidaires.rules.toml import MAX_BYTES, read_toml
from tarifs_solidaires.rules.toml_lines import line_of, lines_of, tokens

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
    assert "".join(tokens(text)) == text
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


@pytest.mark.parametrize("name", list_rules()[::5])
@settings(max_examples=30)
@given(data=st.data())
def test_blank_lines_and_comments_move_what_stands_below_them(name, data):
    text = find_text(name)[0]
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


@pytest.mark.parametrize("text", ['"""', '"' + '\\"' * 1000, "'''" + "'" * 1000, '"""' + '"\\' * 999, "[" * 99, "#", "\n" * 9, "a = 'b"])  # fmt: skip
def test_a_text_that_nobody_closes_is_read_to_its_end_once(text):
    assert "".join(tokens(text)) == text
    lines_of(text)


ATTACKS = {
    "3,000 brackets": "a = " + "[" * 3000,
    "3,000 tables": "a = " + "{a=" * 3000,
    "an integer of 4,500 digits": "a = " + "1" * 4500,
    "a float of 4,500 digits": "a = 0." + "1" * 4500,
    "an integer with underscores": "a = 1" + "_1" * 40,
    "a hexadecimal of 4,500 digits": "a = 0x" + "1" * 4500,
    "a dotted key of 40 kB": ".".join(["a"] * 20_000) + " = 1",
    "a quoted dotted key": ".".join(['"a"'] * 9_000) + " = 1",
    "a spaced dotted key": " . ".join(["a"] * 9_000) + " = 1",
    "a dotted header": "[" + ".".join(["a"] * 20_000) + "]",
    "a dotted key in a table": "a = { " + ".".join(["a"] * 9_000) + " = 1 }",
    "a key of 300 characters": "a" * 300 + " = 1",
    "a character of value 0": 'a = "\0"',
    "an escaped surrogate": 'a = "\\ud800"',
    "too many characters": "#" * (MAX_BYTES + 1),
    "1 MB that nobody closes": 'a = "' + '\\"' * 499_000,
    "1 MB of quotes": '"' * 999_000,
    "1 MB of brackets": "]" * 999_000,
    "lines that are none": "a\n" * 400_000,
    "nonsense": "%YAML 1.2\n---\n- &a [*a]\n",
    "a lone return": "a = 1\rb = 2",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_what_nobody_can_mean_is_refused_in_one_line(name):
    with pytest.raises(RuleError) as raised:
        read_toml(ATTACKS[name], "a.toml")
    message = str(raised.value)
    assert message.startswith("a.toml:")
    assert "\n" not in message
    assert len(message) < 300
    (finding,) = check_text(ATTACKS[name])
    assert (finding.code, finding.severity) == ("not_toml", "error")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", "1e-999", "1e40", "123456789012345678901234567890", "1979-05-27T07:32:00Z", "07:32:00", "true", "[]", "{}", '""', "[[1]]"])  # fmt: skip
@pytest.mark.parametrize("key", ["to = 100_000", "at_least = 0.90", "then = 0.8", "round = 0.01", "value = 900", "on = 2025-10-01", "default = 1\n"])  # fmt: skip
def test_a_value_that_is_none_is_an_error_at_its_line(key, value):
    name = key.split(" = ")[0]
    text = changed((key, f"{name} = {value}" + "\n" * key.endswith("\n")))
    errors = [one for one in check_text(text) if one.severity == "error"]
    allowed = {("then", "true"), ("value", "true")}
    if (name, value) not in allowed:
        assert errors, value
        assert text.splitlines()[errors[0].line - 1].strip().startswith((name, "[[", "["))
    for one in errors:
        assert "\n" not in str(one)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed(('formula = "base * part"', f'formula = "{"(" * 60}base{")" * 60}"')), "there are too many brackets in brackets"),
        (changed(('formula = "base * part"', f'formula = "{"(" * 10_000}"')), "has 10,000 characters, more than 5,000"),
        (changed(('formula = "base * part"', f'formula = "{"1+" * 600}1"')), "the formula has more than 1000 characters"),
        (changed(('formula = "base * part"', f'formula = "{"1+" * 300}1"')), "has more than 200 numbers, names and signs"),
        (changed(('formula = "base * part"', f'formula = "{"-" * 900}1"')), "has more than 200 numbers, names and signs"),
        (changed(('formula = "base * part"', f'formula = "base * {"1" * 900}"')), "has a number of more than 30 digits; round it"),
        (changed(('name = "base"', f'name = "{"b" * 65}"')), "is not a name in lower case"),
        (changed(('[input.eleve]', f'[input.{"e" * 65}]')), "it has more than 64 characters"),
    ],
    ids=range(8),
)  # fmt: skip
def test_formulas_and_names_are_bounded(text, words):
    errors = [str(one) for one in check_text(text) if one.severity == "error"]
    assert words is None or any(words in one for one in errors), errors
    assert all(len(one) < 400 for one in errors)


def test_steps_of_a_long_chain_and_in_a_long_circle_are_read():
    def chain(first, count):
        steps = [
            f'[[version.step]]\nname = "s{n}"\nformula = "s{n + 1} + 1"\n' for n in range(count)
        ]
        return "".join(steps) + f'[[version.step]]\nname = "s{count}"\nformula = "{first}"\n'

    head = TEXT[: TEXT.index("[[case]]")]
    long = head.replace('formula = "base * part"', 'formula = "base * part + s0"')
    assert [one for one in check_text(long + chain("rang", 400)) if one.severity == "error"] == []
    circle = [one for one in check_text(long + chain("s0", 400)) if one.severity == "error"]
    assert [one.code for one in circle] == ["circle"]
    assert len(str(circle[0])) < 6000
    many = head + "".join(f'[[version.step]]\nname = "t{n}"\nformula = "1"\n' for n in range(600))
    assert "has 603 items; there may be 1 to 500" in str(check_text(many)[0])


def test_a_file_of_a_hundred_thousand_rows_is_refused_by_its_size(tmp_path):
    rows = "[[version.step.row]]\nthen = 1\n" * 100_000
    path = tmp_path / "a.toml"
    path.write_text(TEXT + rows, "utf-8")
    with pytest.raises(RuleError, match="is larger than 1,000,000 bytes"):
        check_rule(path)
    codes = ", ".join(f'"{n:05}"' for n in range(44_003))
    many = changed(('values = ["44001", "44002"]', f"values = [{codes}]"))
    assert [one for one in check_text(many) if one.severity == "error"] == []


def test_versions_that_extend_in_a_circle_or_for_ever_are_refused():
    again = '[[version]]\nvalid_from = 2026-03-01\nextends = 2026-04-01\n[[version]]\nvalid_from = 2026-04-01\nextends = 2026-03-01\n'  # fmt: skip
    findings = check_text(
        changed(("[[case]]\non = 2025-10-01", f"{again}[[case]]\non = 2025-10-01"))
    )
    assert "no earlier version begins on 2026-04-01" in str(findings[0])
    chain = "".join(
        f"[[version]]\nvalid_from = 20{10 + n // 12:02}-{n % 12 + 1:02}-01\nextends = 20{10 + (n - 1) // 12:02}-{(n - 1) % 12 + 1:02}-01\n"
        for n in range(1, 60)
    )  # fmt: skip
    long = changed(("valid_from = 2025-09-01", "valid_from = 2010-01-01"), ("[[case]]\non = 2025-10-01", f"{chain}[[case]]\non = 2025-10-01"), ("from = 2025-01-01", "from = 2005-01-01"))  # fmt: skip
    assert [one.code for one in check_text(long) if one.severity == "error"] == []


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|aa)+", "(.*a){20}", "(a?){64}a{64}", ".*.*.*", "a?" * 40, r"(a)\\1", "(?=a)b", "(?P<x>a)", "a{5000}", "[[a]]", "a" * 201])  # fmt: skip
def test_a_pattern_that_could_take_for_ever_is_refused(pattern):
    text = changed(('codes = ["plein", "boursier"]', f'pattern = "{pattern}"'))
    errors = [one.code for one in check_text(text) if one.severity == "error"]
    assert "regex" in errors


@given(st.text(alphabet="ab[]()|*+?{}1,\\d.^$", max_size=14))
def test_a_pattern_that_is_accepted_compiles_and_is_quick(pattern):
    try:
        assert ways(pattern) <= 10_000
    except PatternError:
        return
    compiled = re.compile(pattern)
    for sample in ("a" * 64, "ab" * 32, "1" * 63 + "b"):
        compiled.fullmatch(sample)


@pytest.mark.parametrize("name", ["../commune", "fr/../../territories/nantes/eau", "/etc/passwd", "fr/commune.toml", "fr//commune", "FR/commune", "fr/commune\\u0000"])  # fmt: skip
def test_a_vocabulary_that_leaves_its_folder_is_no_name(name):
    findings = check_text(changed(('"fr/commune"', f'"{name}"')))
    assert findings[0].code in ("pattern", "text")


@pytest.mark.parametrize(
    "name", ["../x/y", "x/../y", "/etc/passwd", "x/y/z", "X/y", "x/y.tom", "\0", "x/" + "y" * 300]
)
def test_a_rule_that_leaves_its_folder_is_no_name(name, tmp_path):
    with pytest.raises(RuleError) as raised:
        load_rule(name, on="2025-01-01", folders=[tmp_path])
    assert "\n" not in str(raised.value)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rules" / "ville").mkdir(parents=True)
    return tmp_path / "rules"


def _refused(folder, name="ville/cantine"):
    for ask in (check_rule, lambda n, folders: load_rule(n, on="2025-10-01", folders=folders)):
        with pytest.raises(RuleError) as raised:
            ask(name, folders=[folder])
        assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_what_is_no_regular_file_is_refused_without_being_opened(folder, monkeypatch):
    path = folder / "ville" / "cantine.toml"
    os.mkfifo(path)
    assert "is not a regular file" in _refused(folder)
    assert "is not a regular file" in _refused(folder, str(path))
    path.unlink()
    path.mkdir()
    assert "is a folder" in _refused(folder)
    path.rmdir()
    path.symlink_to("/dev/zero")
    assert "is not a regular file" in _refused(folder)
    path.unlink()
    with socket.socket(socket.AF_UNIX) as one:
        with monkeypatch.context() as inside:
            inside.chdir(path.parent)  # the name of a socket may not be longer than 107 bytes
            one.bind(path.name)
        assert "is not a regular file" in _refused(folder)


def test_a_link_out_of_a_folder_is_not_followed_and_nothing_of_it_is_said(folder, tmp_path):
    secret = tmp_path / "secret.toml"
    secret.write_text("password hunter2\n", "utf-8")
    link = folder / "ville" / "cantine.toml"
    link.symlink_to(secret)
    message = _refused(folder)
    assert "is a link to a file outside its folder" in message
    assert "hunter2" not in message
    (folder / "vocabulary" / "xx").mkdir(parents=True)
    (folder / "vocabulary" / "xx" / "mots.toml").symlink_to(secret)
    link.unlink()
    link.write_text(changed(('"fr/commune"', '"fr/commune", "xx/mots"')), "utf-8")
    (finding,) = check_rule("ville/cantine", folders=[folder])
    assert "outside its folder" in finding.message
    assert "hunter2" not in str(finding)
    inside = folder / "ville" / "autre.toml"
    link.write_text(TEXT, "utf-8")
    inside.symlink_to(link)
    assert check_rule("ville/autre", folders=[folder]) == []


def test_a_file_that_is_not_utf8_or_cannot_be_read_is_refused(folder):
    path = folder / "ville" / "cantine.toml"
    path.write_bytes(b"a = 1\nb = '\xff'\n")
    message = _refused(folder)
    assert message == "ville/cantine:2: is not UTF-8; save the file as UTF-8"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert check_rule(path) == []
    path.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert check_rule(path) == []


@settings(max_examples=150)
@given(st.data())
def test_bytes_that_are_changed_end_in_findings(data):
    text = TEXT
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text) - 1))
        text = text[:place] + data.draw(st.sampled_from(["", "[", '"', "\n", "=", "{", "é", "0", "\x1b", " "])) + text[place + 1 :]  # fmt: skip
    for finding in check_text(text):
        assert "\n" not in str(finding)
        assert "\x1b" not in str(finding)
