"""What a page offers to programs: worked cases as CSV, and the record of the algorithm as JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tarifs_solidaires.catalogue import msg
from tarifs_solidaires.draw.flow import Flow
from tarifs_solidaires.people.cells import neutral
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.file import RuleFile, Source
from tarifs_solidaires.rules.load import load_jurisdiction
from tarifs_solidaires.say.language import Language
from tarifs_solidaires.values.numbers import decimal_text
from tarifs_solidaires.values.texts import Texts


def cases_csv(file: RuleFile) -> str:
    """Return the worked cases of a rule as CSV, of which no spreadsheet computes a cell.

    Parameters
    ----------
    file : RuleFile
        The rule.

    Returns
    -------
    str
        A column for the day, for each input that a case gives (``given.NAME``), for each result that
        it expects (``expect.NAME``), and for its source.
    """
    given = list(dict.fromkeys(name for case in file.case for name in case.given))
    expected = list(dict.fromkeys(name for case in file.case for name in case.expect))
    stream = io.StringIO()
    lines = csv.writer(stream, lineterminator="\n")
    head = ["on", *(f"given.{n}" for n in given), *(f"expect.{n}" for n in expected), "source"]
    lines.writerow([neutral(cell) for cell in head])
    for case in file.case:
        source = file.source.get(case.source, case.source)
        lines.writerow(
            [
                case.on.isoformat(),
                *(_cell(case.given.get(name)) for name in given),
                *(_cell(case.expect.get(name)) for name in expected),
                neutral(str(source or "")),
            ]
        )
    return stream.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return decimal_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else neutral(str(value))


def record(rule: DatedRule, flow: Flow, address: str = "") -> dict[str, Any]:
    """Return the record of the algorithm, with the names of fields that ``charte_registry`` has.

    Parameters
    ----------
    rule : DatedRule
        The last version of the rule.
    flow : Flow
        The same as a graph, in its first language.
    address : str
        Where the page will stand, with a slash at its end; empty where that is not known.

    Returns
    -------
    dict
        What article R.311-3-1-1 of the CRPA asks for, and what R.311-3-1-2 adds on request.
    """
    first = rule.languages[0]
    version = rule.version
    found: dict[str, Any] = {
        "id": rule.name.replace("/", "-"),
        "nom": rule.title.to(first),
        "finalite": (rule.purpose or rule.title).to(first),
        "decision_individuelle": True,
        "base_juridique": [str(version.basis.source)] if version.basis.source else [],
        "en_service_depuis": rule.file.version[0].valid_from.isoformat(),
        "personnes_concernees": rule.per.to(first) or None,
        "donnees": [
            {"nom": item.label, "origine": item.origin} for item in flow.inputs
        ],
        "parametres": [
            {"nom": figure.label, "ponderation": figure.value} for figure in flow.figures.values()
        ],
        "operations": [
            f"{work.label} = {work.formula}" if work.formula else work.label for work in flow.steps
        ],
        "technique": "regles",
        "regle": rule.name,
    }  # fmt: skip
    found |= _rights(rule)
    if address:
        found |= {
            "page": f"{address}index.html",
            "schema": f"{address}{version.valid_from}.{first}.svg",
            "documentation": f"{address}index.html#steps",
            "code": f"{address}rule.toml",
        }
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def _rights(rule: DatedRule) -> dict[str, str]:
    """Return the mention, how to ask for the rules, and how to refer to the CADA where there is one."""
    law = load_jurisdiction(rule.jurisdiction) if rule.jurisdiction else None
    if law is None:
        return {}
    first = rule.languages[0]
    fill = {
        "{purpose}": (rule.purpose or rule.title).to(first), "{authority}": rule.authority,
        "{contact}": rule.file.contact or rule.authority,
    }  # fmt: skip

    def told(texts: Texts) -> str:
        text = texts.to(first)
        for name, words in fill.items():
            text = text.replace(name, words)
        return text

    rights = [told(one.text) for one in law.right]
    return {
        "notice": " ".join(told(one.text) for one in law.mention if one.role == "any"),
        "droit_communication": " ".join(text for text in rights if "CADA" not in text),
        "saisine_cada": " ".join(text for text in rights if "CADA" in text),
    }


def source_parts(source: Source, say: Language) -> Mapping[str, str]:
    """Return a source as its text, its address and, where its title is in another, its language."""
    text = ", ".join(filter(None, (source.title.to(say.code), source.reference)))
    found = {"text": text, "url": source.url, "lang": "", "language": ""}
    other = next(iter(source.title.wordings), "")
    if other and not source.title.has(say.code):
        found |= {"lang": other, "language": say(msg("in {language}"), language=say.name_of(other))}
    return found
