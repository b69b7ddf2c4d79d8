"""What is wrong in a scenario: all of it at once, as data, in the language asked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import attrs

from prevision_cantine.calendar.not_forecast import NotForecast
from prevision_cantine.errors import ForecastError
from prevision_cantine.json_value import JsonValue, plain_value
from prevision_cantine.read_only import read_only
from prevision_cantine.words.catalogue import sentence
from prevision_cantine.words.language import LANGUAGES, NBSP, in_language, number

SHOWN = 80  # characters of a value in a message
_BOUNDS = ("least", "most")  # facts that are numbers of the program, not what somebody wrote
_BEFORE = re.compile(r" (?=[:;!?])")


@cache
def _messages() -> Mapping[str, Mapping[str, str]]:
    file = resources.files("prevision_cantine").joinpath("decide/scenario_messages.toml")
    found: dict[str, dict[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    for sentences in found.values():  # French has spaces that do not break
        sentences["fr"] = _BEFORE.sub(NBSP, sentences["fr"])
    return found


@attrs.frozen
class Problem(JsonValue):
    """One thing that is wrong in a scenario.

    Parameters
    ----------
    code : str
        What is wrong, such as ``unknown_canteen``; ``not_forecast`` for a day that is not forecast.
    place : str
        Where: the file, the line where it is known, and the table; or the field of a ``Scenario``.
    facts : mapping of str to object
        What the message names: ``value``, ``known`` and others.
    answer : NotForecast or None
        Why a day is not forecast, and which days are.
    """

    code: str
    place: str
    facts: Mapping[str, Any] = attrs.field(factory=dict, converter=read_only)
    answer: NotForecast | None = None

    def to_text(self, lang: str = "fr") -> str:
        """Return the place and what is wrong there, on one line.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            A line without what a terminal would obey.
        """
        colon = f"{NBSP}:" if lang == "fr" else ":"
        return f"{_shown(self.place, lang, 300)}{colon} {self._said(lang)}"

    def _said(self, lang: str) -> str:
        """Return what is wrong, without its place."""
        in_language(dict.fromkeys(LANGUAGES, ""), lang)
        if self.answer is not None:
            return self.answer.to_text(lang)
        facts = {
            key: number(value, lang, int(value % 1 > 0)) if key in _BOUNDS else _shown(value, lang)
            for key, value in self.facts.items()
        }
        return _messages()[self.code][lang].format_map(facts)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the problem as plain data, for JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the message.

        Returns
        -------
        dict of str to object
            ``code``, ``place``, ``facts``, ``answer``, and ``message``, which does not name the place.
        """
        answer = None if self.answer is None else self.answer.to_dict()
        return {
            "code": self.code, "place": self.place, "facts": plain_value(self.facts), "answer": answer,
            "message": self._said(lang),
        }  # fmt: skip


class ScenarioError(ForecastError):
    """A scenario that cannot be used.

    Parameters
    ----------
    problems : iterable of Problem
        All that is wrong in it.

    Examples
    --------
    >>> print(ScenarioError([Problem("missing_key", "s.toml: absences 1", {"value": "absents"})]))
    s.toml: absences 1: absents is missing; add it
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        told = tuple(problems)
        super().__init__("scenario")
        self.problems = told

    def __str__(self) -> str:
        """Return a line for each problem, in English."""
        return self.say("en")

    def say(self, lang: str) -> str:
        """Return a line for each problem in a language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Lines.
        """
        return "\n".join(problem.to_text(lang) for problem in self.problems)

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the error as plain data, for JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the messages.

        Returns
        -------
        dict of str to object
            ``code``, ``message`` and ``problems``, a dict each.
        """
        problems = [problem.to_dict(lang) for problem in self.problems]
        return {"code": self.code, "message": self.say(lang), "problems": problems}

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return type(self), (self.problems,)


class _Shown(str):
    """What a message names, which ``!r`` puts between the quotation marks of its language."""

    lang: str
    quotes: bool

    def __repr__(self) -> str:
        return sentence("parts.quoted", self.lang, value=str(self)) if self.quotes else str(self)


def _shown(value: object, lang: str, most: int = SHOWN) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(item, lang) for item in value)
    if isinstance(value, float):
        text = f"{value:g}" if lang == "en" else f"{value:g}".replace(".", ",")
    else:
        text = "".join(c if c.isprintable() else " " for c in str(value))
    shown = _Shown(text if len(text) <= most else text[: most - 1] + "…")
    shown.lang, shown.quotes = lang, isinstance(value, str)
    return shown
