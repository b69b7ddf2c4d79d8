"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

SEVERITIES = ("error", "warning", "note")


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

    def __str__(self) -> str:
        """Return the finding in one line."""
        where = f"{self.file}:{self.line}" if self.file else self.record
        return f"{where} `{self.field}`: {self.severity}: {self.message} [{self.rule}]"


@attrs.frozen(kw_only=True)
class Rule:
    """A rule of the register: its severity, legal source and remedy."""

    severity: str
    remedy: str
    source: str = ""


@attrs.frozen
class Raised:
    """What a check raises: rule, kind and identifier of the record, field, and what is wrong."""

    rule: str
    kind: str
    record: str
    field: str
    message: str


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "REF-01": Rule(severity="error", remedy="correct the identifier or add the record"),
        "HEBERGEMENT-01": Rule(severity="error", remedy="state pays, or zone where the country is not known"),
        "HEBERGEMENT-02": Rule(severity="warning", remedy="state the country"),
        "TRANSFERT-01": Rule(severity="error", remedy="correct the code", source="ISO 3166-1"),
        "TRANSFERT-02": Rule(
            severity="error", remedy="state the safeguard or move the data", source="GDPR art. 46"
        ),
        "TRANSFERT-03": Rule(
            severity="warning",
            remedy="state the safeguard or the plan to move", source="GDPR art. 45",
        ),
        "ART30-01": Rule(severity="error", remedy="state at least one", source="GDPR art. 30(1)(b)"),
        "ART30-02": Rule(severity="error", remedy="state them", source="GDPR art. 30(1)(c)"),
        "ART30-03": Rule(
            severity="warning", remedy="state a period or a criterion", source="GDPR art. 30(1)(f)"
        ),
        "ALGO-01": Rule(
            severity="error", remedy="write the notice", source="CRPA L.311-3-1, R.311-3-1-1"
        ),
        "ACTION-01": Rule(severity="note", remedy="say what is planned"),
        "ACTION-02": Rule(severity="warning", remedy="change the phase or the due date"),
        "CERT-01": Rule(severity="warning", remedy="renew it, or remove the record"),
    }
)  # fmt: skip
