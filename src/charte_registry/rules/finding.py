"""What a check hands back: findings, and those that a derogation silences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import attrs

from charte_registry.rules.texts import family_words

_WORDS = family_words("finding")
# One, then several.
SEVERITY_NOUNS = _WORDS["severity_nouns"]
COLONS = _WORDS["colons"]


@attrs.frozen(kw_only=True)
class Finding:
    """Something that a rule found in a record.

    Parameters
    ----------
    record, field : str
        ``kind/id``, and the path of the field.
    rule : str
        Identifier.
    message : str
        What is wrong and what to do, with the legal source.
    severity : str
        ``error``, ``warning`` or ``note``.
    file, line : str, int
        Where the record stands, inside the folder.
    lang : {"fr", "en", "pt"}
        Language of the message.

    Examples
    --------
    >>> print(Finding(record="applications/a", field="id", rule="REF-01", severity="error",
    ...     message="m", file="applications.csv", line=2))
    applications.csv:2 `id`: error: m [REF-01]
    """

    record: str
    field: str
    rule: str
    message: str
    severity: str
    file: str = ""
    line: int = 0
    lang: str = attrs.field(default="en", eq=False, repr=False)

    def __str__(self) -> str:
        """Return the finding in one line."""
        where = f"{self.file}:{self.line}" if self.file else self.record
        severity = SEVERITY_NOUNS[self.lang][self.severity][0] + COLONS[self.lang]
        return f"{where} `{self.field}`: {severity} {self.message} [{self.rule}]"


@attrs.frozen(kw_only=True)
class Silenced:
    """A finding that a derogation of the register silences.

    Parameters
    ----------
    finding : Finding
        What was found.
    raison : str
        Why the register lives with it.
    jusqu_au : datetime.date or None
        Last day of the derogation, where it has one.

    Examples
    --------
    >>> found = Finding(record="actions/a", field="phase", rule="ACTION-01", severity="note", message="m")
    >>> Silenced(finding=found, raison="reprise en janvier").jusqu_au is None
    True
    """

    finding: Finding
    raison: str
    jusqu_au: dt.date | None = None


@attrs.frozen(kw_only=True)
class Checked:
    """What a register was found to be: what remains, and what derogations silence.

    Parameters
    ----------
    findings : tuple of Finding
        Errors first, then by file and line.
    silenced : tuple of Silenced
        In the same order.
    """

    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...]

    def only(self, rules: Collection[str] = (), kinds: Collection[str] = ()) -> Checked:
        """Return what these rules find in these kinds; of all where none is named."""

        def asked(finding: Finding) -> bool:
            kind = finding.record.partition("/")[0]
            return (not rules or finding.rule in rules) and (not kinds or kind in kinds)

        return Checked(
            findings=tuple(f for f in self.findings if asked(f)),
            silenced=tuple(s for s in self.silenced if asked(s.finding)),
        )

    def since(self, before: Checked) -> Checked:
        """Return the findings that were not there before: another rule, record or field."""
        known = {(f.rule, f.record, f.field) for f in before.findings}
        new = (f for f in self.findings if (f.rule, f.record, f.field) not in known)
        return attrs.evolve(self, findings=tuple(new))
