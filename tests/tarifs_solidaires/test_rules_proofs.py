"""What is proved of tables: each case that no row covers is found with a person, and none is made up."""

import random
import re
import tomllib
from fractions import Fraction

import pytest
from random_rules import BadInputError, Interpreter, _Person, people, random_rule, word
from rule_texts import TEXT, changed, found

from tarifs_solidaires import check_text, load_rule
from tarifs_solidaires.engine.exact import below
from tarifs_solidaires.engine.expression import Best
from tarifs_solidaires.engine.ranges import Span, reach
from tarifs_solidaires.rules.check import check_rule
from tarifs_solidaires.rules.load import find_text
from tarifs_solidaires.rules.proofs import PROGRAMS, given_sets
from tarifs_solidaires.rules.search import Space, _halves, look_for
from tarifs_solidaires.rules.search import _people as _people_in
from tarifs_solidaires.rules.sizes import bits_of

HEAD = """format = 2
name = "a/b"
languages = ["en"]
currency = "EUR"
title = "t"
known_until = 2027-01-01
[input.income]
kind = "number"
unit = "EUR/month"
to = 100_000
label = "income"
[input.exact]
kind = "number"
to = 1000
strict = true
label = "exact"
[input.adults]
kind = "whole"
from = 1
to = 20
label = "adults"
[input.children]
kind = "whole"
to = 20
label = "children"
[input.status]
kind = "code"
codes = ["a", "b", "c"]
label = "status"
[input.town]
kind = "code"
pattern = "[0-9]{5}"
label = "town"
[input.born]
kind = "date"
label = "born"
[input.age]
kind = "number"
to = 130
optional = true
label = "age"
[input.student]
kind = "flag"
default = false
label = "student"
[input.quotient]
kind = "number"
to = 100_000
or_formula = "income / adults"
label = "quotient"
[list.towns]
values = ["67001", "67002"]
source = "Some list"
[output.price]
kind = "amount"
label = "price"
[[version]]
valid_from = 2025-01-01
source = "Some decision"
"""


def table(name, *rows, more=""):
    """Return a step: each row a condition, an optional result."""
    parts = [f'[[version.step]]\nname = "{name}"\n{more}\n']
    for number, row in enumerate(rows):
        when, then = row if isinstance(row, tuple) else (row, number)
        parts.append(f"[[version.step.row]]\nwhen = {when}\nthen = {then}\n")
    return "".join(parts)


def formula(name, text, more=""):
    return f'[[version.step]]\nname = "{name}"\nformula = "{text}"\n{more}\n'


def said(*parts, of=("uncovered", "not_decided", "idle", "crossing", "not_computable")):
    """Return what is found in tables, without the place."""
    return [
        f"{one.code}: {one.message}; {one.remedy}"
        for one in check_text(HEAD + "".join(parts))
        if one.code in of
    ]


UNCOVERED = [
    # a bound that is shifted, by 1 and by a cent: an income between two cents is accepted
    ([table("price", '{ income = "x <= 400" }', '{ income = "x > 401" }')],
     "no row covers income above 400 and up to 401; a case: given = { income = 400.01 }; add a row below the others with when = { income = \"400 < x <= 401\" }"),
    ([table("price", '{ income = "x <= 400" }', '{ income = "x >= 400.01" }')],
     "no row covers income above 400 and below 400.01; a case: given = { income = 400.00000001 }; add a row below the others with when = { income = \"400 < x < 400.01\" }"),
    ([table("price", '{ income = "x < 400" }', '{ income = "x > 400" }')],
     "no row covers income equal to 400; a case: given = { income = 400 }; add a row below the others with when = { income = \"x = 400\" }"),
    ([table("price", '{ income = "x <= 400" }')],
     "no row covers income above 400; a case: given = { income = 400.01 }; add a row below the others with when = { income = \"x > 400\" }"),
    # whole numbers with a hole
    ([table("price", "{ adults = 1 }", "{ adults = 2 }", '{ adults = "x >= 4" }')],
     "no row covers adults above 2 and below 4; a case: given = { adults = 3 }"),
    # dates
    ([table("price", '{ born = "x < 2000-01-01" }', '{ born = "x > 2000-01-01" }')],
     "no row covers born equal to 2000-01-01; a case: given = { born = 2000-01-01 }"),
    # several inputs
    ([table("price", '{ status = "a" }', '{ status = "b", adults = "x < 3" }', '{ status = "c" }')],
     "no row covers adults from 3 where no row about status decides; a case: given = { adults = 3, status = \"b\" }; add a row below the others with when = { adults = \"x >= 3\" }"),
    ([table("price", '{ status = "a" }', '{ status = ["b", "c"], adults = "x < 3" }', '{ status = "c" }')],
     "no row covers adults from 3 where no row about status decides; a case: given = { adults = 3, status = \"b\" }"),
    # codes of any text: a code that fits the pattern
    ([table("price", '{ town = "67*" }', '{ town = "not 67*", income = "x < 100" }')],
     "no row covers income from 100 where no row about town decides; a case: given = { income = 100, town = \"00000\" }; add a row below the others with when = { income = \"x >= 100\" }"),
    ([table("price", '{ town = "not in towns" }', '{ town = "67001" }')],
     "no row covers town 67002; a case: given = { town = \"67002\" }"),
    # words and truths of other tables
    ([table("g", ('{ status = "a" }', '"A"'), ('{ adults = "x > 2" }', '"B"'), ("{}", '"C"'), more='codes = ["A", "B", "C"]'), table("price", '{ g = "A" }', '{ g = "B" }')],
     "no row covers g C; a case: given = { adults = 1, status = \"b\" }; add a row below the others with when = { g = \"C\" }"),
    ([table("f", ('{ adults = "x > 2" }', "true"), ("{}", "false")), table("price", "{ f = true }", "{ f = false, student = true }")],
     "no row covers student false where no row about f decides; a case: given = { adults = 1 }; add a row below the others with when = { student = false }"),
    # a quantity that is rounded: its own steps
    ([formula("r", "income * 10 %", "round = 0.5"), table("price", '{ r = "x <= 100" }', '{ r = "x >= 101" }')],
     "no row covers r above 100 and below 101; a case: given = { income = 1007.1 }"),
    # a single point of a quotient, and a narrow gap beside a root
    ([formula("head", "income / (adults + children)"), table("price", '{ head = "x < 379.5" }', '{ head = "x > 379.5" }')],
     "no row covers head equal to 379.5; a case: given = { income = "),
    ([formula("line", "27343 * sqrt(adults)"), table("price", '{ income = "x <= line" }', '{ income = "x > 27343.01 * sqrt(adults)" }')],
     "add a row below the others with when = { income = \"line < x <= 27343.01 * sqrt(adults)\" }"),
    # bounds that are quantities
    ([table("price", '{ adults = "x < children" }', '{ adults = "x > children" }')],
     "no row covers adults equal to children; a case: given = { adults = "),
    ([table("price", '{ income = "x <= 50 % * exact" }', '{ income = "x > exact" }')],
     "no row covers income above 0.5 * exact, income up to exact; a case: given = {"),
    # what is not given
    ([table("price", '{ age = "x < 26" }', '{ age = "x >= 26" }')],
     "where age is not given, no row holds; a case: given = {}; add a last row without 'when'"),
    ([table("price", '{ age = "x < 26" }', '{ age = "x >= 26" }', '{ age = "not given", adults = 1 }')],
     "where age is not given, no row covers adults above 1; a case: given = { adults = 2 }; add a row below the others with when = { adults = \"x > 1\" }"),
    ([table("price", '{ age = "x < 26" }', '{ age = "not given" }')],
     "no row covers age from 26; a case: given = { age = 26 }; add a row below the others with when = { age = \"x >= 26\" }"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "message"), UNCOVERED)
def test_a_case_that_no_row_covers_is_an_error_with_a_person_and_the_row_to_add(parts, message):
    findings = said(*parts)
    assert [one.partition(":")[0] for one in findings] == ["uncovered"]
    assert message in findings[0], findings


COVERED = [
    [table("price", '{ adults = "x <= 2" }', '{ adults = "x >= 3" }')],  # no whole number between
    [table("price", '{ exact = "x <= 2" }', '{ exact = "x >= 2.01" }')],  # nor a strict one
    [table("price", '{ born = "x <= 2000-01-01" }', '{ born = "x >= 2000-01-02" }')],
    [table("price", '{ adults = "x <= 20" }')],  # up to the largest value
    [table("price", '{ status = ["a", "b"] }', '{ status = "c" }')],
    [table("price", '{ age = "x < 26" }', '{ age = "x >= 26" }', '{ age = "not given" }')],
    [table("price", '{ student = true }', '{ student = false }')],
    # quantities that move together
    [formula("annual", "12 * income"), table("price", '{ annual = "x <= 12000" }', '{ income = "x > 1000" }')],
    [formula("twice", "2 * adults"), table("price", '{ twice = "x <= 6" }', '{ twice = "x >= 8" }')],
    [formula("s", "adults + children + adults + children"), table("price", '{ s = "x <= 7" }', '{ s = "x >= 8" }')],
    [formula("r", "income * 10 %", "round = 1"), table("price", '{ r = "x <= 100" }', '{ r = "x >= 101" }')],
    [formula("line", "27343 * sqrt(adults)"), table("price", '{ income = "x <= line" }', '{ income = "x > line" }')],
    [table("g", ('{ status = "a" }', '"A"'), ("{}", '"C"'), more='codes = ["A", "C"]'), table("price", '{ g = "A", status = "a" }', '{ g = "C" }')],
    # what is missing makes missing what reads it: not a case that a row should cover
    [table("m", ("{ adults = 1 }", '"missing"'), ("{}", '"income"')), table("price", '{ m = "x <= 5" }', '{ m = "x > 5" }')],
    # what the file refuses is not a case
    [table("price", '{ adults = "x <= 3" }'), '[[require]]\ninput = "adults"\nwhen = { adults = "x < 4" }\nmessage = "no"\n'],
    [table("price", '{ adults = "x <= children" }'), '[[require]]\ninput = "adults"\nwhen = { adults = "x <= children" }\nmessage = "no"\n'],
]  # fmt: skip


@pytest.mark.parametrize("parts", COVERED)
def test_what_is_covered_is_proved_and_nothing_is_made_up(parts):
    assert said(*parts) == []


def test_what_can_be_neither_found_nor_excluded_is_said():
    (finding,) = said(
        formula("d", "income - income"), table("price", '{ d = "x <= 0" }', '{ d = "x > 1" }')
    )
    assert finding.startswith(
        "not_decided: it is not decided whether a row covers d above 0 and up to 1"
    )
    assert (
        'add a row below the others with when = { d = "0 < x <= 1" }, or give the inputs closer bounds'
        in finding
    )


def test_the_row_that_is_asked_for_closes_the_table():
    rows = ['{ status = "a" }', '{ status = "b", adults = "x < 3" }', '{ age = "x < 26" }']
    for _ in range(6):
        findings = said(table("price", *rows), of=("uncovered",))
        if not findings:
            break
        wanted = re.search(r"add a row below the others with when = (\{.*\})$", findings[0])
        rows.append(wanted[1] if wanted else "{}")
    assert said(table("price", *rows), of=("uncovered", "idle")) == []


def test_only_the_first_groups_of_cases_are_said():
    rows = [f'{{ income = "{n * 100} < x < {n * 100 + 100}" }}' for n in range(10)]
    assert len(said(table("price", *rows), of=("uncovered",))) == 3


def test_a_quotient_through_another_way_may_lie_beyond_its_bounds():
    text = HEAD.replace("[input.quotient]\nkind = \"number\"\nto = 100_000", "[input.quotient]\nkind = \"number\"\nto = 900")  # fmt: skip
    text += table("price", '{ quotient = "x <= 900" }')
    (finding,) = [one for one in check_text(text) if one.code == "uncovered"]
    assert "where quotient is given through adults and income, no row covers quotient above 900" in finding.message  # fmt: skip


def test_each_choice_and_each_day_on_which_a_figure_changes_are_looked_at():
    strict = changed(("when = { statut", 'when = { lecture = "large", statut'), (', lecture = "large" }', " }"))  # fmt: skip
    assert found(strict) == []
    last = '    [[version.step.row]]\n    name = { fr = "autres", en = "others" }\n    then = 1\n'
    by_choice = changed((last, last.replace("then", 'when = { lecture = "large" }\n    then')))
    messages = [one for code, _, one in found(by_choice) if code == "uncovered"]
    assert 'step part: with lecture = "stricte", no row' in messages[0]
    by_day = changed((last, last.replace("then", 'when = { plafond = "x < 940" }\n    then')))
    messages = [one for code, _, one in found(by_day) if code == "uncovered"]
    assert messages
    assert all("step part: on 2026-01-01, " in one for one in messages)
    gone = changed(("from = 2026-01-01\n", "until = 2026-03-31\nfrom = 2026-01-01\n"))
    (finding,) = [one for code, _, one in found(gone) if code == "parameter_date"]
    assert (
        "version 2025-09-01: on 2026-04-01: the parameter plafond is not known on 2026-04-01"
        in finding
    )


IDLE = [
    ([table("price", '{ income = "x < 500" }', '{ income = "x < 400" }', "{}")],
     "never decides: rows before it always do: 1 ('income < 500'); move it up, narrow those rows, or take it out"),
    ([formula("annual", "12 * income"), table("price", '{ income = "x < 500" }', '{ annual = "x < 5000" }', "{}")],
     "never decides: rows before it always do: 1 ('income < 500')"),
    ([table("price", '{ adults = "x > 20" }', "{}")],
     "never decides: its conditions hold for no value that is accepted; correct its bounds, or take it out"),
    ([table("price", "{}", '{ student = true }')], "rows before it always do: 1 ('otherwise')"),
    ([table("price", '{ status = ["a", "b"] }', '{ status = "b" }', "{}")], "rows before it always do: 1"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "message"), IDLE)
def test_a_row_that_decides_for_nobody_is_a_warning(parts, message):
    (finding,) = said(*parts)
    assert finding.startswith("idle: ")
    assert message in finding


def test_a_row_that_decides_with_another_choice_or_where_an_input_is_left_out_is_of_use():
    assert said(table("price", '{ age = "x >= 0" }', "{}")) == []
    text = changed(('when = { rang = "x >= 3", eleve = true }', 'when = { lecture = "stricte", rang = "x >= 3", eleve = true }'))  # fmt: skip
    assert found(text) == []


def test_rows_that_cross_are_a_warning_and_rows_that_are_nested_are_not():
    (finding,) = said(
        table("price", '{ income = "x < 500" }', '{ income = "400 < x < 700" }', "{}")
    )
    assert finding.startswith("crossing: crosses row 1 ('income < 500'), which comes first and decides for income above 400 and below 500")  # fmt: skip
    same = table("price", ('{ income = "x < 500" }', 1), ('{ income = "400 < x < 700" }', 1), "{}")
    nested = table("price", '{ income = "x < 500" }', '{ income = "x < 700" }', "{}")
    assert said(same) == said(nested) == []


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([formula("price", "income / children")], "children may be 0, and something is divided by it; give the inputs that it is made of bounds ('from', 'to')"),
        ([formula("price", "sqrt(income) + 1")], "a square root is added or bounded; a square root can be multiplied"),
        ([formula("price", "sqrt(income - 1)")], "a root is taken of what may be negative; bound it by 0"),
        ([table("price", ("{}", '"sqrt(income)"'))], "a table chooses among square roots; round them in steps first"),
        (['[[version.step]]\nname = "price"\nby = "income"\namounts = [1, 2]\n'], "amounts are listed by what may not be whole; round it to 1 first"),
        (['[[version.step]]\nname = "price"\nby = "children"\namounts = [1, 2]\n'], "amounts are listed from 1, and there may be 0"),
    ],
)  # fmt: skip
def test_a_step_that_has_no_program_is_an_error_at_the_step(parts, message):
    (finding,) = said(*parts, of=("not_computable",))
    assert finding.startswith(f"not_computable: {message}")


def test_cases_of_a_step_that_has_no_program_are_left_alone():
    text = changed(('formula = "base * part"', 'formula = "base * part / (rang - 1)"'))
    assert [code for code, *_ in found(text)] == ["not_computable"]


def test_a_way_in_that_may_divide_by_zero_is_an_error_at_the_input():
    text = HEAD.replace("income / adults", "income / children") + table("price", "{ quotient = 1 }", "{}")  # fmt: skip
    (finding,) = [one for one in check_text(text) if one.code == "not_computable"]
    assert finding.where == "input quotient, or_formula"
    assert finding.message.startswith("where quotient is given through children and income: children may be 0")  # fmt: skip


def test_a_table_of_too_many_cells_is_said_not_to_be_proved():
    rows = [
        f'{{ income = "x < {n}", quotient = "x < {n}", adults = "x < {n}" }}' for n in range(2, 90)
    ]
    (finding,) = said(table("price", *rows, "{}"), of=("not_decided",))
    assert "combinations of bounds, more than 262,144: whether its rows cover every case is not proved" in finding  # fmt: skip


def test_a_table_of_500_rows_is_proved_and_one_row_that_is_missing_is_found():
    rows = [f'{{ income = "{n * 10} < x <= {n * 10 + 10}" }}' for n in range(500)]
    ends = ["{ income = 0 }", '{ income = "x > 5000" }']
    assert said(table("price", *rows, *ends)) == []
    (finding,) = said(table("price", *rows[:250], *rows[251:], *ends))
    assert "no row covers income above 2,500 and up to 2,510" in finding


# A second opinion: an interpreter of its own on fractions, one person at a time.


def _people(interpreter, seed):
    """Return people at bounds and elsewhere, half of them without their optional inputs."""
    persons = people(interpreter, seed, many=200, solved=0)
    optional = [name for name, one in interpreter.inputs.items() if one.get("optional")]
    rng = random.Random(seed)  # noqa: S311
    for number, person in enumerate(persons):
        left_out = {name for name in optional if number % 2 and rng.random() < 0.5}
        yield {name: value for name, value in person.items() if name not in left_out}


def _row_of(interpreter, step, person):
    """Return the number of the row of a step for a person; None where none holds or it is unknown."""
    worker = _Person(interpreter, person)
    worker.value(step)
    names = [word(row.get("name")) for row in interpreter.steps[step]["row"]]
    return names.index(worker.rows[step]) if worker.rows.get(step) in names else None


def _open_step(interpreter, person):
    """Return a step of which no row holds for a person; None where there is none."""
    try:
        interpreter.person(person)
    except BadInputError:
        return None
    except ValueError as error:
        return str(error).split()[3]
    return None


@pytest.mark.parametrize("seed", range(60))
def test_of_a_random_rule_nothing_is_said_that_an_interpreter_denies(seed):
    text = random_rule(seed)
    findings = check_text(text)
    assert [str(one) for one in findings if one.severity == "error"] == []
    interpreter = Interpreter(text)
    idle = {
        (place[1], int(place[2]) - 1)
        for one in findings
        if one.code == "idle"
        for place in [re.search(r"step (\w+), row (\d+)", one.where)]
    }
    for person in _people(interpreter, seed) if idle else ():
        for step, row in idle:
            assert _row_of(interpreter, step, person) != row


@pytest.mark.parametrize("seed", range(80))
def test_a_row_taken_out_of_a_random_rule_is_missed_where_an_interpreter_misses_it(seed):
    text = random_rule(seed)
    starts = [m.start() for m in re.finditer(r"^\s*\[\[version\.step\.row\]\]", text, re.MULTILINE)]
    if not starts:
        pytest.skip("no table")
    start = random.Random(seed).choice(starts)  # noqa: S311
    following = re.compile(r"^\s*\[", re.MULTILINE).search(text, text.index("]]", start) + 2)
    text = text[:start] + "\n" + (text[following.start() :] if following else "")
    findings = check_text(text)
    if any(one.code in ("step_kind", "missing_key") for one in findings):
        return  # it was the only row
    about = [one for one in findings if one.code in ("uncovered", "not_decided")]
    unused = {one.message.split()[-1] for one in findings if one.code == "unused"}
    interpreter = Interpreter(text)
    for person in _people(interpreter, seed):
        step = _open_step(interpreter, person)
        assert about or step is None or step in unused, text
    for one in about:
        if one.code == "uncovered" and not one.message.startswith("on "):  # another day
            given = re.search(r"a case: given = (\{.*\})$", one.message)[1]
            values = tomllib.loads(f"given = {given}", parse_float=Fraction)["given"]
            person = {n: Fraction(v) if type(v) is int else v for n, v in values.items()}
            step = re.search(r"step (\w+)", one.where)[1]
            with pytest.raises(ValueError, match=f"no row of {step} "):
                _Person(interpreter, person).value(step)


# Whole files.


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("nantes/transport", '"350 < x <= 500"', '"351 < x <= 500"', "quotient_familial above 350 and up to 351 where no row about commune"),
        ("strasbourg/periscolaire", '"410 <= x < 510"', '"410 < x < 510"', "no row covers quotient_familial equal to 410"),
    ],
)  # fmt: skip
def test_a_bound_shifted_in_a_shipped_table_is_found(name, old, new, words):
    text = find_text(name)[0]
    assert old in text
    findings = check_text(text.replace(old, new, 1))
    assert any(words in str(one) for one in findings), [str(one) for one in findings]


def test_the_fault_of_the_public_code_of_strasbourg_is_found():
    """Old brackets that nobody closed: a quotient of 450 pays 16.70 where 400 and 500 pay 20.46."""
    new = [(100, 11.85), (300, 16.16), (500, 20.46), (700, 24.77), (900, 29.07), (1100, 33.38)]
    old = [(410, 510, 16.70), (510, 620, 21.50), (620, 720, 26.25)]
    rows = [f'[[version.step.row]]\nwhen = {{ quotient = "{a} <= x < {b}" }}\nthen = {p}\n' for a, b, p in old]  # fmt: skip
    rows += [
        f'[[version.step.row]]\nwhen = {{ quotient = "x < {b}" }}\nthen = {p}\n' for b, p in new
    ]
    head = TEXT[: TEXT.index("[[version]]")]
    text = head + (
        '[[version]]\nvalid_from = 2025-09-01\nsource = "delib"\n[[version.step]]\nname = "prix"\n'
        + "".join(rows) + "[[version.step.row]]\nthen = 54.90\n"
    )  # fmt: skip
    (finding,) = [one for one in check_text(text) if one.code == "trend"]
    assert finding.message == "prix falls from 20.46 to 16.7 as quotient rises from 409.99 to 410"
    assert finding.where == "version 2025-09-01, step prix"
    closed = text.replace("".join(rows[:3]), "")
    assert [one for one in check_text(closed) if one.code == "trend"] == []


def test_what_the_shipped_file_of_strasbourg_says_of_the_public_code_is_found_in_it():
    text = find_text("strasbourg/periscolaire")[0]
    assert [one for one in check_rule("strasbourg/periscolaire") if one.code == "trend"] == []
    as_coded = text.replace('value = "closes"', 'value = "code"')
    (finding,) = [one for one in check_text(as_coded) if one.code == "trend"]
    assert (
        "falls from 20.46 to 16.7 as quotient_familial rises from 409.99 to 410" in finding.message
    )


TRENDS = [
    ("price", [("x < 500", 5), ("x >= 500", 4)], "price falls from 5 to 4 as income rises from 499.99 to 500"),
    ("bill", [("x < 500", 5), ("x >= 500", '"income * 1 % - 1"')], "price falls from 5 to 4 as income rises"),
    ("price", [("x < 500", 5), ("500 <= x < 600", '"missing"'), ("x >= 600", 4)], "price falls from 5 to 4 as income rises from 499.99 to 600"),
    ("reduction", [("x < 500", 0.5), ("x >= 500", 0.6)], "price rises from 0.5 to 0.6 as income rises"),
    ("aid", [("x < 500", 50), ("x >= 500", 60)], "price rises from 50 to 60"),
    ("amount", [("x < 500", 5), ("x >= 500", 4)], None),
    ("price", [("x < 500", 4), ("x >= 500", 5)], None),
    ("reduction", [("x < 500", 0.6), ("x >= 500", 0.5)], None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "rows", "message"), TRENDS)
def test_a_price_that_falls_and_an_aid_that_rises_with_income_are_warnings(kind, rows, message):
    text = HEAD.replace('kind = "amount"', f'kind = "{kind}"')
    text += table("price", *((f'{{ income = "{when}" }}', then) for when, then in rows))
    messages = [one.message for one in check_text(text) if one.code == "trend"]
    assert (messages == []) if message is None else message in messages[0]


def test_a_bound_that_rises_and_a_bill_that_is_shared_are_no_income():
    """A poverty line on the right of a condition, or below an income, may lower a price."""
    text = HEAD.replace('kind = "amount"', 'kind = "price"').replace('[input.exact]\nkind = "number"', '[input.exact]\nkind = "number"\nfrom = 1\nunit = "EUR/month"')  # fmt: skip
    compared = text + table("price", ('{ income = "x <= exact" }', 1), ("{}", 2))
    divided = text + formula("ratio", "income / exact") + table("price", ('{ ratio = "x <= 1" }', 1), ("{}", 2))  # fmt: skip
    for one in (compared, divided):
        assert [str(f) for f in check_text(one) if f.code == "trend"] == []
    turned = text + formula("ratio", "income / exact") + table("price", ('{ ratio = "x <= 1" }', 2), ("{}", 1))  # fmt: skip
    messages = [f.message for f in check_text(turned) if f.code == "trend"]
    assert len(messages) <= 1


def test_sets_of_given_inputs_are_those_that_may_be_given():
    rule = load_rule("nantes/transport", on="2020-10-01")
    sets = {words: given for given, words in given_sets(rule)}
    assert "" in sets
    assert (
        "where quotient_familial is given through nombre_parts and revenu_fiscal_reference" in sets
    )
    assert all(set(given) <= set(rule.all_inputs) for given in sets.values())
    assert len(sets) < PROGRAMS


def test_bits_are_those_that_the_largest_number_needs():
    rule = load_rule("examples/tarifs/taux_effort.toml", on="2025-01-01")
    space = Space.of(rule, rule.program(frozenset({"quotient_familial", "rang_enfant"})))
    cents = int(space.inputs["quotient_familial"].maximum * 100)
    bits = bits_of(space)
    assert bits["prix_de_base"] == (cents * 11).bit_length()  # 11 / 2000 of it
    assert max(bits.values()) < 52


def test_a_search_is_bounded_and_says_when_it_proved_nothing():
    rule = load_rule("examples/tarifs/taux_effort.toml", on="2025-01-01")
    space = Space.of(rule, rule.program(frozenset({"quotient_familial", "rang_enfant"})))
    name = next(n for n, step in space.steps.items() if step.rows)
    nobody = look_for(space, (), name, lambda worked: False, boxes=20)
    assert (nobody.person, nobody.proved) == (None, False)
    anybody = look_for(space, (), name, lambda worked: worked.row == 0)
    assert anybody.person is not None


@pytest.mark.parametrize("seed", range(40))
def test_what_steps_can_come_to_in_a_box_holds_what_they_come_to(seed, tmp_path):
    """A box of inputs, and people in it: each value is within what the box allows, and each row too."""
    path = tmp_path / "rule.toml"
    path.write_text(random_rule(seed), "utf-8")
    rule = load_rule(path, on="2025-06-01")
    given = frozenset(name for name in rule.version.reads if name in rule.all_inputs)
    rng = random.Random(seed)  # noqa: S311
    optional = sorted(name for name in given if rule.all_inputs[name].optional)
    given -= {name for name in optional if rng.random() < 0.5}
    space = Space.of(rule, rule.program(given))
    everything = frozenset(space.steps)
    for number in range(12):
        box = space.box()
        for _ in range(number):  # ever smaller boxes
            halves = [*_halves(space, box, frozenset(space.inputs))]
            box = rng.choice(halves) if halves else box
        reached = reach(space.steps.values(), {**space.known, **box})
        for person in _people_in(space, box):
            for name, worked in space.work_out(person, everything).items():
                found = reached[name]
                assert _within(worked.value, found.value), (name, worked.value, found.value)
                if worked.step.rows and not isinstance(worked.step.value, Best):
                    assert worked.row in found.rows or (worked.row is None and None in found.rows)


def _within(value, possible):
    if value is None:
        return possible is None or (
            possible.missing if isinstance(possible, Span) else None in possible
        )
    if isinstance(possible, Span):
        return not below(value, possible.low) and not below(possible.high, value)
    return possible is not None and value in possible
