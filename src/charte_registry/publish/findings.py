"""Findings as text: by rule or one line each, then what is silenced and why, then how many."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from charte_registry.rules.finding import COLONS, SEVERITY_NOUNS, Checked, Finding
from charte_registry.rules.rule import NO_BREAK, SEVERITIES
from charte_registry.vocabularies.nouns import is_single

# One, then several.
NOUNS: dict[str, dict[str, tuple[str, str]]] = {
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


def to_text(
    checked: Checked,
    records: int,
    lang: str = "en",
    *,
    every: bool = False,
    on: dt.date | None = None,
) -> str:
    """Return findings as text.

    Parameters
    ----------
    checked : Checked
        What was found.
    records : int
        How many records were looked at.
    lang : {"fr", "en", "pt"}
        Language, that of the messages.
    every : bool
        Whether each finding has its line; else those of a rule stand together, the first ones named.
    on : datetime.date, optional
        The day as of which the law was judged, said in the last line.

    Returns
    -------
    str
        Findings by severity, then by rule, the most frequent first; two lines a silenced one; a
        last one with the counts.

    Examples
    --------
    >>> print(to_text(Checked(findings=(), silenced=()), 3), end="")
    3 records: 0 errors, 0 warnings, 0 notes
    """
    return "".join(f"{line}\n" for line in _lines(checked, records, lang, every, on))


SHOWN = 3  # findings of a rule that are named
MORE = {"fr": "    … et {} de plus : --all, ou --rule {}", "en": "    … and {} more: --all, or --rule {}", "pt": "    … e mais {}: --all, ou --rule {}"}  # fmt: skip
AS_OF = {"fr": f"{NO_BREAK}; droit au {{}}", "en": "; law as of {}", "pt": "; direito em {}"}


def _grouped(findings: Sequence[Finding], lang: str) -> Iterator[str]:
    """Yield the findings of a severity, those of a rule together, the most frequent rule first."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    for rule, alike in sorted(by_rule.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(alike) == 1:
            yield str(alike[0])
            continue
        messages = {finding.message for finding in alike}
        severity = SEVERITY_NOUNS[lang][alike[0].severity][1]
        title = f": {alike[0].message}" if len(messages) == 1 else ""
        yield f"{len(alike)} {severity} [{rule}]{NO_BREAK if title and lang == 'fr' else ''}{title}"
        for finding in alike[:SHOWN]:
            where = f"{finding.file}:{finding.line}" if finding.file else finding.record
            told = f"{COLONS[lang]} {finding.message}" if len(messages) > 1 else ""
            yield f"    {where} `{finding.field}`{told}"
        if len(alike) > SHOWN:
            yield MORE[lang].format(len(alike) - SHOWN, rule)


def _lines(
    checked: Checked, records: int, lang: str, every: bool, on: dt.date | None
) -> Iterator[str]:
    for _, alike in groupby(checked.findings, key=lambda finding: finding.severity):
        some = list(alike)
        yield from map(str, some) if every else _grouped(some, lang)
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
    day = AS_OF[lang].format(on) if on is not None else ""
    yield f"{_many(records, 'record', lang)}{COLONS[lang]} {severities}{day}"


def _many(number: int, noun: str, lang: str) -> str:
    """Return a number with its noun."""
    return f"{number} {NOUNS[lang][noun][not is_single(number, lang)]}"
