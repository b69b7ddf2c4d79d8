"""The officer's view, which is never part of the public site: what is wrong, what is due, the trend."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence

import attrs

from charte_registry.check import judge, rules_of
from charte_registry.difference import diff
from charte_registry.errors import RegisterError, nearest
from charte_registry.messages import LANGUAGES
from charte_registry.publish.report.words import printable
from charte_registry.publish.site.addresses import FILES
from charte_registry.publish.site.reach import title_of
from charte_registry.publish.site.render import HEAD, WRITTEN, site_environment, static
from charte_registry.publish.site.words import NO_BREAK, Words
from charte_registry.register import Register
from charte_registry.rules import echeances
from charte_registry.rules.finding import Finding
from charte_registry.rules.rule import SEVERITIES

SHOWN = 50  # findings of a rule that the page tells; the others are counted
HORIZON = 180  # days ahead within which something due is told
_BLANK = re.compile(r"\s*\(?\{\w+\}\)?")


@attrs.frozen(kw_only=True)
class Group:
    """The findings of a rule.

    Parameters
    ----------
    rule, severity, severity_name : str
        The rule, and how grave it is.
    what, remedy, source : str
        What is wrong and what to do, without the details of a record; the law.
    count : str
        How many findings, in how many records.
    findings : tuple of Finding
        The findings.
    """

    rule: str
    severity: str
    severity_name: str
    what: str
    remedy: str
    source: str
    count: str
    findings: tuple[Finding, ...]


@attrs.frozen(kw_only=True)
class Due:
    """Something that is due on a day."""

    record: str
    title: str
    what: str
    day: dt.date
    left: str
    late: bool


@attrs.frozen(kw_only=True)
class Row:
    """How many findings a rule had, and has."""

    rule: str
    before: int
    now: int


@attrs.frozen(kw_only=True)
class Trend:
    """What became of the findings since another revision."""

    changed: str
    rows: tuple[Row, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]


def render_internal(
    register: Register,
    lang: str = "fr",
    *,
    on: dt.date,
    previous: Register | None = None,
    since: str = "",
) -> dict[str, bytes]:
    """Return the officer's view of a register as files; nothing of it is meant for the public.

    Parameters
    ----------
    register : Register
        The register, whole.
    lang : {"fr", "en", "pt"}
        Language.
    on : datetime.date
        The day at which law and deadlines are judged: today, or ``register.etat_au``.
    previous : Register, optional
        The register of another revision, for the trend.
    since : str
        What that revision is called.

    Returns
    -------
    dict of str to bytes
        Content by path.

    Raises
    ------
    RegisterError
        Where the language has no catalogue.

    Examples
    --------
    >>> from charte_registry import load_register
    >>> register = load_register("examples/recife")
    >>> sorted(render_internal(register, "pt", on=register.etat_au))
    ['index.html', 'site-files/site.css', 'site-files/written.txt']
    """
    if lang not in LANGUAGES:
        raise RegisterError("language", field="lang", value=lang, near=nearest(lang, LANGUAGES))
    words = Words(lang)
    checked = judge(register, on, lang)
    html = site_environment().get_template("internal.html").render(
        words=words, lang=lang, colon=f"{NO_BREAK}:" if lang == "fr" else ":",
        assets=f"{FILES}/", titre=register.titre, territoire=register.territoire,
        state=words("state", day=words.day(on)), intro=words("internal.intro", day=words.day(on)),
        groups=groups(register, checked.findings, words), due=due(register, on, words),
        trend=trend(previous, register, checked.findings, on, words) if previous is not None else None,
        trend_title=words("internal.trend_title") if previous is None
        else words("internal.trend", revision=since or words.day(previous.etat_au)),
        silenced=checked.silenced, shown=SHOWN,
    )  # fmt: skip
    made = {
        "index.html": printable(html).encode("utf-8"),
        f"{FILES}/site.css": static("site.css"),
    }
    made[WRITTEN] = "".join(f"{line}\n" for line in (HEAD, *sorted([*made, WRITTEN]))).encode()
    return made


def groups(register: Register, findings: Sequence[Finding], words: Words) -> tuple[Group, ...]:
    """Return findings by rule, those that matter most first.

    Errors come before warnings and notes; among those of one severity, the rule that is broken by
    most records.
    """
    rules = rules_of(register)
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    found = []
    for name, alike in by_rule.items():
        rule, records = rules[name], len({finding.record for finding in alike})
        what, remedy = (words.typeset(_plain(text)) for text in rule.wording(words.lang))
        count = f"{words.count(len(alike), 'internal.findings')}, {words.plural(records, 'internal.in_records')}"
        severity = alike[0].severity
        found.append(
            (
                (SEVERITIES.index(severity), -records, -len(alike), name),
                Group(
                    rule=name, severity=severity, severity_name=words.pair(f"internal.{severity}")[0],
                    what=what[:1].upper() + what[1:], remedy=remedy[:1].upper() + remedy[1:],
                    source=rule.source_in(words.lang), count=count, findings=tuple(alike),
                ),
            )
        )  # fmt: skip
    return tuple(group for _, group in sorted(found, key=lambda pair: pair[0]))


def _plain(text: str) -> str:
    """Return what a rule says without the places where a record's details go."""
    return _BLANK.sub(" …", text).replace("… …", "…").strip()


def due(register: Register, day: dt.date, words: Words) -> tuple[Due, ...]:
    """Return what is due and not done: what is past, and what comes within half a year."""
    found = []
    for item in echeances.due(register):
        if item.done is None and (item.last_day - day).days <= HORIZON:
            kind, _, name = item.record.partition("/")
            record = register.records.get(kind, {}).get(name)
            what = words.typeset(item.objet[words.lang])
            found.append(
                Due(
                    record=item.record, title=name if record is None else title_of(record),
                    what=what[:1].upper() + what[1:], day=item.last_day,
                    left=_left(item.last_day, day, words), late=item.overdue(day),
                )
            )  # fmt: skip
    return tuple(found)


def _left(when: dt.date, day: dt.date, words: Words) -> str:
    days = (when - day).days
    if days == 0:
        return words("internal.today")
    return words("internal.soon" if days > 0 else "internal.past", n=words.number(abs(days)))


def trend(
    previous: Register, register: Register, findings: Sequence[Finding], day: dt.date, words: Words
) -> Trend:
    """Return what became of the findings since another revision, both judged at the same day."""
    before = judge(previous, day, words.lang).findings
    old, new = ({(f.rule, f.record, f.field): f for f in some} for some in (before, findings))
    counts = Counter(f.rule for f in before), Counter(f.rule for f in findings)
    return Trend(
        changed=words.count(len(diff(previous, register)), "internal.changed"),
        rows=tuple(
            Row(rule=rule, before=counts[0][rule], now=counts[1][rule])
            for rule in sorted({*counts[0], *counts[1]})
        ),
        new=tuple(_told(f) for key, f in new.items() if key not in old),
        gone=tuple(_told(f) for key, f in old.items() if key not in new),
    )


def _told(finding: Finding) -> str:
    return f"{finding.record}, {finding.field}: {finding.message} [{finding.rule}]"
