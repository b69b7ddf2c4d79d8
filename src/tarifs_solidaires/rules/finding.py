"""What a check finds in a rule file: how bad, where, what, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from tarifs_solidaires.rules.load import place_text
from tarifs_solidaires.rules.toml_lines import Path, line_of

Severity: TypeAlias = Literal["error", "warning"]


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that is wrong in a rule file, or that someone should look at.

    Parameters
    ----------
    code : str
        Stable name of the kind of finding, such as ``"uncovered"``.
    severity : {"error", "warning"}
        Whether the rule cannot be relied on, or someone should look.
    where : str
        Place in words, such as ``version 2023-05-01, step prix, row 3``; empty for the whole file.
    line : int or None
        Line of the file, from 1; None where it has none.
    message : str
        What is wrong.
    remedy : str
        What to do.
    """

    code: str
    severity: Severity
    where: str
    line: int | None
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        """Say all but the line."""
        text = ": ".join(filter(None, (self.severity, self.where, self.message)))
        return f"{text}; {self.remedy}" if self.remedy else text

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain values that go to JSON.

        Returns
        -------
        dict
            What it holds, by name.
        """
        return attrs.asdict(self)


class Findings:
    """Findings of one file, each with its place.

    Parameters
    ----------
    data : mapping
        What the file holds.
    lines : mapping of tuple to int
        Lines of its keys.
    """

    def __init__(self, data: Mapping[str, Any], lines: Mapping[Path, int]) -> None:
        self.data = data
        self.lines = lines
        self.found: list[Finding] = []
        self.damaged: tuple[Path, ...] = ()  # places where the reader found something

    def count(self, key: str) -> int:
        """Return how many items a list at the head of the file has; 0 where it is no list."""
        value = self.data.get(key)
        return len(value) if isinstance(value, list) else 0

    def error(self, path: Path, code: str, message: str, remedy: str = "") -> None:
        """Note something that is wrong."""
        self.add(path, "error", code, message, remedy)

    def warning(self, path: Path, code: str, message: str, remedy: str = "") -> None:
        """Note something that someone should look at."""
        self.add(path, "warning", code, message, remedy)

    def add(self, path: Path, severity: Severity, code: str, message: str, remedy: str) -> None:
        """Note a finding, once, unless it may follow from what the reader found at its place."""
        if any(place[: len(path)] == path for place in self.damaged):
            return
        one = Finding(
            code=code, severity=severity, where=place_text(path, self.data),
            line=line_of(path, self.lines), message=message, remedy=remedy,
        )  # fmt: skip
        if one not in self.found:
            self.found.append(one)


def summary(findings: Sequence[Finding]) -> str:
    """Return how many errors and warnings there are, in words.

    Examples
    --------
    >>> summary([])
    '0 errors, 0 warnings'
    """
    counts = []
    for severity in ("error", "warning"):
        n = sum(finding.severity == severity for finding in findings)
        counts.append(f"{n} {severity}{'' if n == 1 else 's'}")
    return ", ".join(counts)
