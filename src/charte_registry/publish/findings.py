"""Findings as text: one line each, then what is silenced and why, then how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from charte_registry.rules.finding import COLONS, SEVERITY_NOUNS, Checked
from charte_registry.rules.rule import SEVERITIES
from charte_registry.vocabularies.nouns import is_single

# One, then several.
NOUNS = {
    "fr": {
        **SEVERITY_NOUNS["fr"], "record": ("fiche", "fiches"),
        "silenced": ("constat tu par une dérogation", "constats tus par des dérogations"),
    },
    "en": {
        **SEVERITY_NOUNS["en"], "record": ("record", "records"),
        "silenced": ("finding silenced by a derogation", "findings silenced by derogations"),
    },
    "pt": {
        **SEVERITY_NOUNS["pt"], "record": ("ficha", "fichas"),
        "silenced": ("constatação silenciada por uma derrogação", "constatações silenciadas por derrogações"),
    },
}  # fmt: skip
REASONS = {"fr": "raison : {}", "en": "reason: {}", "pt": "razão: {}"}
ENDS = {"fr": " (jusqu'au {})", "en": " (until {})", "pt": " (até {})"}


def to_text(checked: Checked, records: int, lang: str = "en") -> str:
    """Return findings as text.

    Parameters
    ----------
    checked : Checked
        What was found.
    records : int
        How many records were looked at.
    lang : {"fr", "en", "pt"}
        Language, that of the messages.

    Returns
    -------
    str
        One line a finding, by severity; two a silenced one; a last one with the counts.

    Examples
    --------
    >>> print(to_text(Checked(findings=(), silenced=()), 3), end="")
    3 records: 0 errors, 0 warnings, 0 notes
    """
    return "".join(f"{line}\n" for line in _lines(checked, records, lang))


def _lines(checked: Checked, records: int, lang: str) -> Iterator[str]:
    for _, alike in groupby(checked.findings, key=lambda finding: finding.severity):
        yield from map(str, alike)
        yield ""
    if checked.silenced:
        yield _many(len(checked.silenced), "silenced", lang) + COLONS[lang]
        for item in checked.silenced:
            end = ENDS[lang].format(item.jusqu_au) if item.jusqu_au else ""
            yield f"  {item.finding}"
            yield f"    {REASONS[lang].format(item.raison)}{end}"
        yield ""
    counts = Counter(finding.severity for finding in checked.findings)
    severities = ", ".join(_many(counts[severity], severity, lang) for severity in SEVERITIES)
    yield f"{_many(records, 'record', lang)}{COLONS[lang]} {severities}"


def _many(number: int, noun: str, lang: str) -> str:
    """Return a number with its noun."""
    return f"{number} {NOUNS[lang][noun][not is_single(number, lang)]}"
