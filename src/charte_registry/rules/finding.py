"""What a check hands back: findings, and those that a derogation silences."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Collection, Mapping
from typing import Any

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

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain values that go to JSON; ``finding_schema`` describes them.

        Returns
        -------
        dict
            ``code`` (the rule), ``severity``, ``record``, ``field``, ``message``, ``lang``, and
            ``file`` and ``line``, null for a record that stands in no file.
        """
        return {
            "code": self.rule, "severity": self.severity, "record": self.record,
            "field": self.field, "message": self.message, "lang": self.lang,
            "file": self.file or None, "line": self.line or None,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        """Return the finding that ``to_dict`` gives.

        Parameters
        ----------
        data : mapping of str to object
            What ``to_dict`` returned.

        Returns
        -------
        Finding
            The finding.
        """
        return cls(
            record=data["record"], field=data["field"], rule=data["code"], message=data["message"],
            severity=data["severity"], file=data["file"] or "", line=data["line"] or 0,
            lang=data["lang"],
        )  # fmt: skip

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            One line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return f"<p>{html.escape(str(self))}</p>"


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

    def to_dict(self) -> dict[str, Any]:
        """Return the same as plain values that go to JSON.

        Returns
        -------
        dict
            ``finding``, ``raison`` and ``jusqu_au``, a date or null.
        """
        end = self.jusqu_au.isoformat() if self.jusqu_au is not None else None
        return {"finding": self.finding.to_dict(), "raison": self.raison, "jusqu_au": end}

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            One line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return f"<p>{html.escape(str(self.finding))} — {html.escape(self.raison)}</p>"


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


def finding_schema() -> dict[str, Any]:
    """Return the JSON Schema of a finding, as ``Finding.to_dict`` gives it.

    Returns
    -------
    dict
        Draft 2020-12.

    Examples
    --------
    >>> finding_schema()["properties"]["severity"]["enum"]
    ['error', 'warning', 'note']
    """
    text = {"type": "string"}
    properties: dict[str, Any] = {
        "code": {
            **text,
            "description": "Identifier of the rule, which the page of checks explains.",
        },
        "severity": {"enum": list(SEVERITY_NOUNS["en"])},
        "record": {**text, "description": "kind/id"},
        "field": {**text, "description": "Dotted path inside the record."},
        "message": {
            **text,
            "description": "What is wrong and what to do, in the language asked for.",
        },
        "lang": {"enum": list(SEVERITY_NOUNS)},
        "file": {"type": ["string", "null"]},
        "line": {"type": ["integer", "null"], "minimum": 1},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Finding of a check of a register",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
