"""Findings as SARIF 2.1.0, which code forges show beside the files (OASIS, errata 01)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from charte_registry.rules.finding import Checked, Finding, Silenced
from charte_registry.rules.rule import Rule

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"  # where the files are, as readers of SARIF name it


def to_sarif(
    checked: Checked, rules: Mapping[str, Rule], *, folder: str = "", version: str, lang: str = "en"
) -> dict[str, Any]:
    """Return findings as a SARIF log.

    Parameters
    ----------
    checked : Checked
        What was found; what derogations silence is in the log too, as suppressed.
    rules : mapping of str to Rule
        All the rules, by identifier: the log describes each.
    folder : str
        Folder of the register from the root of the sources, such as ``donnees/registre``.
    version : str
        Version of this package.
    lang : {"fr", "en", "pt"}
        Language, that of the messages.

    Returns
    -------
    dict of str to object
        JSON object of the SARIF 2.1.0 schema.

    Examples
    --------
    >>> log = to_sarif(Checked(findings=(), silenced=()), {}, version="1.0.0")
    >>> log["version"], log["runs"][0]["results"]
    ('2.1.0', [])
    """
    numbers = {name: number for number, name in enumerate(rules)}
    results = [_result(finding, numbers, folder) for finding in checked.findings]
    results += [_suppressed(item, numbers, folder) for item in checked.silenced]
    driver = {
        "name": "charte-registry",
        "semanticVersion": version,
        "language": lang,
        "rules": [_descriptor(rule, lang) for rule in rules.values()],
    }
    run = {
        "tool": {"driver": driver},
        "language": lang,
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _descriptor(rule: Rule, lang: str) -> dict[str, Any]:
    wrong, remedy = (re.sub(r"(\{\w+\})+", "…", text) for text in rule.wording(lang))
    source = rule.source_in(lang)
    family = rule.id.rpartition("-")[0]
    told = f"{remedy} ({source})" if source else remedy
    return {
        "id": rule.id,
        "shortDescription": {"text": wrong},
        "fullDescription": {"text": f"{wrong}{' ; ' if lang == 'fr' else '; '}{told}"},
        "help": {"text": told, "markdown": f"**{remedy}**" + (f"\n\n{source}" if source else "")},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": [family], **({"source": source} if source else {})},
    }


def _result(finding: Finding, numbers: Mapping[str, int], folder: str) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [
            {
                "name": finding.field,
                "fullyQualifiedName": f"{finding.record}#{finding.field}",
                "kind": "member",
            }
        ]
    }
    if finding.file:
        path = f"{folder.strip('/')}/{finding.file}" if folder.strip("/") else finding.file
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(path), "uriBaseId": ROOT},
            "region": {"startLine": max(finding.line, 1)},
        }
    # Lines move when a file grows: a finding is the same where rule, record and field are.
    identity = f"{finding.rule} {finding.record} {finding.field}"
    return {
        "ruleId": finding.rule,
        "ruleIndex": numbers[finding.rule],
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [location],
        "partialFingerprints": {"record/v1": hashlib.sha256(identity.encode()).hexdigest()},
    }


def _suppressed(item: Silenced, numbers: Mapping[str, int], folder: str) -> dict[str, Any]:
    suppression: dict[str, Any] = {
        "kind": "external", "status": "accepted", "justification": item.raison,
    }  # fmt: skip
    if item.jusqu_au is not None:
        suppression["properties"] = {"jusqu_au": item.jusqu_au.isoformat()}
    return _result(item.finding, numbers, folder) | {"suppressions": [suppression]}
