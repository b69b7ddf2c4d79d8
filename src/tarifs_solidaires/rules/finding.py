"""What a check finds in a rule file: how bad, where, what, and what to do."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from tarifs_solidaires.catalogue import Counted, Joined, Phrase, phrase, said
from tarifs_solidaires.rules.load import place_text
from tarifs_solidaires.rules.toml_lines import Path, line_of

Severity: TypeAlias = Literal["error", "warning"]
SEVERITIES = {"error": Phrase("error"), "warning": Phrase("warning")}


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

    Notes
    -----
    ``message`` and ``remedy`` are phrases: English texts that ``say`` themselves in the other
    languages. Those of a finding made again from its data stay in the language of the data.
    """

    code: str
    severity: Severity
    where: str
    line: int | None
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        """Say all but the line, in English."""
        return self.say("en")

    def say(self, lang: str) -> str:
        """Say all but the line.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language, with or without a country; English where it is another one.

        Returns
        -------
        str
            One sentence.
        """
        return Phrase("{severity}: {text}", severity=SEVERITIES[self.severity], text=self.text).say(
            lang
        )

    @property
    def text(self) -> Phrase:
        """The place, what is wrong and what to do."""
        text = phrase(self.message)
        if self.where:
            text = Phrase("{where}: {text}", where=self.where, text=text)
        if not self.remedy:
            return text
        return Phrase("{message}; {advice}", message=text, advice=phrase(self.remedy))

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the finding as plain values that go to JSON.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language of ``message`` and ``remedy``.

        Returns
        -------
        dict
            What it holds, by name.
        """
        found = attrs.asdict(self)
        return found | {key: said(found[key], lang) for key in ("where", "message", "remedy")}

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
        return cls(**data)

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
            line=line_of(path, self.lines), message=phrase(message), remedy=phrase(remedy),
        )  # fmt: skip
        if one not in self.found:
            self.found.append(one)


def summary(findings: Sequence[Finding]) -> Phrase:
    """Return how many errors and warnings there are, in words.

    Examples
    --------
    >>> print(summary([]))
    0 errors, 0 warnings
    >>> summary([]).say("pt")
    '0 erro, 0 aviso'
    """
    counted = Counter(finding.severity for finding in findings)
    return Joined(
        [
            Counted("{count:,} error", "{count:,} errors", counted["error"]),
            Counted("{count:,} warning", "{count:,} warnings", counted["warning"]),
        ]
    )


def finding_schema() -> dict[str, Any]:
    """Return the JSON Schema of a finding, as ``Finding.to_dict`` gives it.

    Returns
    -------
    dict
        Draft 2020-12.

    Examples
    --------
    >>> finding_schema()["properties"]["severity"]
    {'enum': ['error', 'warning']}
    """
    text = {"type": "string"}
    properties: dict[str, Any] = {
        "code": text,
        "severity": {"enum": ["error", "warning"]},
        "where": text,
        "line": {"type": ["integer", "null"], "minimum": 1},
        "message": text,
        "remedy": text,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Finding in a rule file",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
