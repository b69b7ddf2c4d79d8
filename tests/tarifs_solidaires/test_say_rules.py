"""Every shipped rule and example, every version, persons at every bound: explained, truly, in every form."""

import json
import math
import re
from fractions import Fraction

import pytest
from persons import EXAMPLES, persons, plain, versions

from tarifs_solidaires import InputError, load_rule
from tarifs_solidaires.engine.exact import evaluate
from tarifs_solidaires.engine.step import Step
from tarifs_solidaires.say import nearest
from tarifs_solidaires.say.facts import collect, same

RULES = list(versions())
ODD = re.compile(r"[{}]|\bNone\b|\bnan\b|Fraction|\bx [<>=]|\\x")
FRENCH_LAW = re.compile(r"CRPA|CADA|code des relations")


def computed(rule):
    """Yield each person with the result; those that the rule refuses are left out."""
    for given in persons(rule):
        try:
            yield given, rule.compute(given)
        except InputError:
            continue


def own_words(rule):
    """Return all texts of a file in which a name may stand as it likes: titles of sources."""
    sources = [*rule.file.source.values()]
    for part in rule.shared:
        sources += part.source.values()
    found = {source.to(lang) for source in sources for lang in rule.languages}
    bases = [rule.version.basis, *(p.basis for p in rule.parameters.values())]
    for facts in rule.steps.values():
        bases += [facts.basis, *(row.basis for row in facts.rows)]
    found |= {
        part
        for b in bases
        if b.source
        for part in (*b.source.title.wordings.values(), b.source.reference, b.source.url)
    }
    return sorted(filter(None, found), key=len, reverse=True)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.on}")
def test_every_person_is_explained_in_every_form(rule):
    words = own_words(rule)
    told = 0
    for number, (_, result) in enumerate(computed(rule)):
        lang = rule.languages[number % len(rule.languages)]
        notice = result.explain(lang=lang, role=(None, "decides", "assists")[number % 3])
        told += 1
        assert notice.lang == lang
        text = notice
        for own in words:
            text = text.replace(own, "").replace(
                own.replace(" ;", "\xa0;").replace(" :", "\xa0:"), ""
            )
        body = text.partition(notice.sections[-1].heading)[0]
        assert not ODD.search(body.replace("None of these", "")), (lang, text)
        assert "_" not in re.sub(r"https?://\S+", "", body), (lang, text)
        assert "\n\n\n" not in text
        for form in (notice.to_markdown(), notice.to_html(), notice.to_text()):
            assert form
        facts = json.loads(notice.to_json())
        assert facts == json.loads(json.dumps(notice.to_dict(), allow_nan=False))
        for name in rule.output_names:
            known = result[name]
            missing = known is None or (isinstance(known, float) and math.isnan(known))
            shown = facts["result"][name]
            assert (shown is None) if missing else shown == pytest.approx(known)
        assert facts["tranche"] == result.tranche
        if rule.currency not in ("", "EUR"):
            assert "€" not in notice
        if rule.jurisdiction != "fr":
            assert not FRENCH_LAW.search(notice)
        else:
            assert "CADA" in notice
    assert told


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name}-{rule.on}")
def test_operations_give_the_result_and_changes_are_true(rule):
    for number, (given, result) in enumerate(computed(rule)):
        facts, person = collect(result, None)
        check_operations(facts)
        if number % 3:  # each change costs a computation
            continue
        for change in nearest.changes(person).found:
            check_change(rule, given, facts, change)


def check_operations(facts):
    """Work each operation out again from the data and the operations before it."""
    known = {datum.item.name: datum.value for datum in facts.data}
    known |= {p.name: facts.rule.constants[p.name] for p in facts.parameters}
    gone = {}
    for done in facts.operations:
        step = done.facts.step if done.facts else Step(name=done.name, value=done.expression)
        assert {read.name for read in done.reads} <= known.keys(), done.name
        for read in done.reads:
            assert same(read.value, known[read.name])
        raw = evaluate(done.expression, known, gone) if done.kind != "scale" else total(done)
        if done.kind not in ("table", "best") or done.row is not None:
            assert same(raw, done.raw) or done.value is None
        value = done.raw
        for bound in done.bounds:
            worse = value is not None and bound.value is not None
            if worse and (value < bound.value if bound.kind == "at_least" else value > bound.value):
                assert bound.applied
                value = bound.value
        if done.rounding is not None and value is not None:
            assert done.value % done.rounding.unit == 0
            assert abs(done.value - float(value)) <= done.rounding.unit
            assert done.rounding.applied == (not same(done.value, value))
        elif value is not None:
            assert same(value, done.value)
        for verdict in done.verdicts:
            assert (verdict.row is done.row) <= bool(verdict.holds)
            assert all(test.holds is verdict.holds for test in verdict.tests)
        known[done.name] = done.value
        if done.value is None:
            gone[done.name] = done.name
            assert done.missing
        assert step.name == done.name
    for name, value in facts.outputs.items():
        assert same(known.get(name), value)


def total(done):
    return (
        sum((piece.value for piece in done.pieces), Fraction(0)) if done.raw is not None else None
    )


def check_change(rule, given, facts, change):
    """Apply a change, and compare all results, exactly."""
    item = rule.all_inputs[change.input]
    assert change.outputs
    for value in change.codes or (plain(item, change.at),):
        again, _ = collect(rule.compute({**given, change.input: value}), None)
        for name, before in facts.outputs.items():
            there = change.outputs.get(name, before)
            assert same(again.outputs[name], there), (given, change)
            assert (name in change.outputs) == (not same(before, there))
    if isinstance(change.gap, Fraction):
        own = next(datum.value for datum in facts.data if datum.item is item)
        assert change.gap == abs(own - change.bound)
        assert (change.at < own) == (change.reach in ("<", "<="))
        beyond = {"<": change.at < change.bound, ">": change.at > change.bound}
        assert beyond.get(change.reach, change.at == change.bound)


def test_dollars_are_dollars_and_reais_are_reais():
    rule = load_rule(EXAMPLES / "share_of_income.toml", on="2025-01-01")
    result = rule.compute(monthly_income=1000, household_size=4)
    assert result.explain(lang="en").startswith("Your bill is $20 per month.")
    assert "20\xa0$US" in result.explain(lang="fr")
    rule = load_rule(EXAMPLES / "household.toml", on="2025-01-01")
    result = rule.compute(renda_familiar=4000, adultos=2, criancas=3, criancas_ate_5=1)
    assert result.explain().startswith("Seu preço é de R$\xa0130 por mês.")
