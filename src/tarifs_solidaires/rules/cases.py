"""Worked cases of a rule file: each is computed, and gives what its source says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from tarifs_solidaires.catalogue import Phrase, msg
from tarifs_solidaires.engine.exact import Surd, Worked
from tarifs_solidaires.errors import InputError, RuleError, nearest
from tarifs_solidaires.rules.build import MISSING, Builder
from tarifs_solidaires.rules.dated import DatedRule, made_parts
from tarifs_solidaires.rules.file import RuleFile, VersionEntry, VocabularyFile, WorkedCase
from tarifs_solidaires.rules.finding import Findings
from tarifs_solidaires.rules.keys import Reader, shown
from tarifs_solidaires.rules.load import spans_text
from tarifs_solidaires.rules.proofs import change_days
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.texts import Texts

ROW = "tranche"  # stands for the name of the row among the results of a case
CENT = Fraction(1, 100)


def check_cases(
    file: RuleFile,
    shared: tuple[VocabularyFile, ...],
    notes: Findings,
    versions: Sequence[VersionEntry],
    rules: dict[dt.date, DatedRule],
) -> None:
    """Compute the worked cases of a file, and note those that do not give what they say.

    Parameters
    ----------
    file, shared : RuleFile and tuple of VocabularyFile
        The file, all of whose versions were read.
    notes : Findings
        Where findings are noted.
    versions : sequence of VersionEntry
        Versions without faults; cases of others are left alone.
    rules : dict of date to DatedRule
        The rule as it is on the first day of each, and on others.
    """
    builder = Builder(file, shared, Reader(file.languages))
    spans = [(entry, entry.valid_from, builder.valid_to(entry)) for entry in file.version]
    tried: set[dt.date] = set()
    for case in file.case:
        entry = next((e for e, first, last in spans if first <= case.on <= last), None)
        if entry is None:
            known = spans_text((first, last) for _, first, last in spans)
            notes.error(
                (*case.path, "on"), "case_day", Phrase("the rule is not known on {day}", day=str(case.on)),
                Phrase("write a day {known}", known=known),
            )  # fmt: skip
            continue
        tried.add(entry.valid_from)
        if case.source is None:
            notes.warning(
                case.path, "case_source", "a worked case without a source",
                "say where it is published, or that it was worked out by hand",
            )  # fmt: skip
        if entry not in versions:
            continue
        rule = rules.get(entry.valid_from)
        if rule is None:
            continue  # why is noted
        days = change_days(file, rule, case.on)
        if days:  # on which figures change, the last of them before the case
            if days[-1] not in rules:
                parts = made_parts(file, shared, days[-1], None, EMPTY)
                rules[days[-1]] = DatedRule(**parts)
            rule = rules[days[-1]]
        _check_case(rule, case, notes)
    for entry in versions:
        if entry.valid_from not in tried and len(file.case) == notes.count("case"):
            notes.warning(
                entry.path, "no_case", "no worked case tries this version",
                Phrase("add a [[case]] with on = {day}, or a later day", day=str(entry.valid_from)),
            )  # fmt: skip


def _check_case(rule: DatedRule, case: WorkedCase, notes: Findings) -> None:
    try:
        given = {name: _plain(value) for name, value in case.given.items()}
        outcome = rule._outcome(given, "raise", {})
        worked = rule.work_out(given)
    except InputError as error:
        for fault in error.errors:
            notes.error(
                (*case.path, "given"), "case_input", Phrase("cannot be computed: {message}", message=fault.message),
                fault.advice or "correct the case, or the input",
            )  # fmt: skip
        return
    except RuleError:
        return  # a step that has no program, which is noted there
    row: Texts = outcome["names"][int(outcome["row"])]
    results: dict[str, Any] = {
        **rule.exact_values(given),
        **{name: one.value for name, one in worked.items()},
    }
    known = [ROW, *rule.output_names, *rule.steps]
    for name, expected in case.expect.items():
        path = (*case.path, "expect", name)
        if name == ROW:
            if expected != MISSING and expected not in (row.wordings.values() or ("",)):
                notes.error(
                    path, "case_result", Phrase("expected the row {expected}, found {found!r}", expected=shown(expected), found=row.first),
                    _REMEDY,
                )  # fmt: skip
        elif name not in known:
            notes.error(
                path,
                "case_result",
                Phrase("there is no result {name!r}", name=name),
                nearest(name, known),
            )
        elif not _same(results.get(name), expected):
            notes.error(
                path, "case_result",
                Phrase(
                    "expected {name} {expected}, found {found} (row {row!r})" if row
                    else "expected {name} {expected}, found {found}",
                    name=name, expected=shown(expected), found=_said(results.get(name)), row=row.first,
                ),
                _remedy(results.get(name), expected, worked.get(name)),
            )  # fmt: skip


def _plain(value: Any) -> Any:
    """Return a value as people give it: the float of a decimal is read as that decimal."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return value


_REMEDY = msg("correct the case or the rule, whichever its source contradicts")


def _same(found: Any, expected: Any) -> bool:
    if expected == MISSING and isinstance(expected, str):
        return found is None
    if isinstance(found, Surd):
        return isinstance(expected, Fraction) and found.square == expected * abs(expected)
    return type(found) is type(expected) and bool(found == expected)


def _said(found: Any) -> str:
    if found is None:
        return Phrase("missing")
    if isinstance(found, Surd):
        return Phrase(
            "the square root of {value}, about {near:.6g}",
            value=shown(found.square),
            near=float(found),
        )
    if isinstance(found, Fraction) and found.denominator > 1 and "/" in shown(found):
        return Phrase("{value}, about {near:.6f}", value=shown(found), near=float(found))
    return shown(found)


def _remedy(found: Any, expected: Any, worked: Worked | None) -> str:
    """Say that a result is not rounded, where that is all the difference."""
    amounts = isinstance(found, Fraction) and isinstance(expected, Fraction)
    if amounts and worked is not None and worked.step.unit is None and abs(found - expected) < CENT:
        return "the step does not round: write round = 0.01 in it, or expect all the decimals"
    return _REMEDY
