"""What a search of settings chose, and why: to report, and to keep in a file."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from prevision_cantine.errors import ForecastError
from prevision_cantine.files.csv_file import write_text
from prevision_cantine.json_value import JsonValue
from prevision_cantine.words.catalogue import Phrase, system_reason

# Parameters of the forecaster that a search may change, those that matter most first.
SETTINGS = (
    "level_half_life", "level_half_life_new_year", "enrolment_exponent", "level_rows", "half_life",
)  # fmt: skip
MAX_FILE = 1_000_000


@attrs.frozen
class Step(JsonValue):
    """One step of a search that was taken.

    Parameters
    ----------
    name : str
        The setting; ``penalty of NAME`` for the factor of the penalties of a term, or of all for ``*``; ``term NAME`` for
        whether an optional term stays, 1 or 0.
    before, after : float
        Its value before and after.
    gain : float
        What the step took off the error, in shares of the meals served.
    t : float
        The gain over its standard error by week.
    """

    name: str
    before: float
    after: float
    gain: float
    t: float


@attrs.frozen(kw_only=True)
class Choice(JsonValue):
    """Settings that were chosen on forecasts of the past, and why.

    Parameters
    ----------
    until : datetime64[D]
        Last day of which anything was used.
    first, last : datetime64[D]
        First and last day of the past forecasts.
    weeks, evaluations : int
        Weeks that each setting was scored on, and settings that were scored.
    stopped : str
        Why the search ended: ``settled``, ``time``, ``evaluations``, ``passes`` or
        ``too few weeks``, and then nothing was changed.
    start_loss, loss : float
        Error of the past forecasts with the settings at the start, and with those chosen: mean over
        weeks of the absolute errors, in shares of the meals of a mean week. The second is a little
        kind, since it chose.
    settings : tuple of (str, float)
        Parameters of the forecaster.
    penalties : tuple of (str, float)
        Factors of the penalties of terms, and of all under ``*``, where they are not 1.
    stay, without : tuple of str
        Optional terms that stay, and those that are left out.
    steps : tuple of Step
        The steps that were taken, in order.
    """

    until: np.datetime64
    first: np.datetime64
    last: np.datetime64
    weeks: int
    evaluations: int
    stopped: str
    start_loss: float
    loss: float
    settings: tuple[tuple[str, float], ...]
    penalties: tuple[tuple[str, float], ...] = ()
    stay: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    steps: tuple[Step, ...] = attrs.field(default=(), repr=False)

    @property
    def gain(self) -> float:
        """Share of the error at the start that the choice took off."""
        return 1 - self.loss / self.start_loss if self.start_loss else 0.0

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of a forecaster with these settings.

        Returns
        -------
        dict of str to object
            What was chosen, and the choice itself, which a sheet reports and a file of the model
            keeps: ``CanteenForecaster(**choice.parameters())``.
        """
        return {
            **dict(self.settings), "penalties": dict(self.penalties) or None,
            "without": self.without, "choice": self,
        }  # fmt: skip

    def to_toml(self) -> str:
        """Return the choice as TOML, which ``load_choice`` reads and a person may edit.

        Returns
        -------
        str
            The settings first, then how they were found.
        """
        lines = [f"{name} = {value!r}" for name, value in self.settings]
        for name, names in (("without", self.without), ("stay", self.stay)):
            lines.append(f"{name} = [{', '.join(map(_text, names))}]")
        lines += ["", "[penalties]", *(f"{_text(n)} = {v!r}" for n, v in self.penalties)]
        lines += ["", "[search]"]
        for name in ("until", "first", "last", "weeks", "evaluations", "start_loss", "loss"):
            lines.append(f"{name} = {getattr(self, name)}")
        lines.append(f"stopped = {_text(self.stopped)}")
        for step in self.steps:
            lines += ["", "[[search.step]]"]
            for name, value in attrs.asdict(step).items():
                lines.append(f"{name} = {_text(value) if isinstance(value, str) else repr(value)}")
        return "\n".join(lines) + "\n"


def save_choice(choice: Choice, path: str | Path) -> None:
    """Write a choice as TOML, the file whole or not at all.

    Parameters
    ----------
    choice : Choice
        From ``choose_settings``.
    path : str or Path
        File, usually ``.toml``.

    Raises
    ------
    CantineError
        Where it cannot be written.
    """
    write_text(path, choice.to_toml())


def load_choice(path: str | Path) -> Choice:
    """Read settings that ``save_choice``, or a person, wrote.

    Parameters
    ----------
    path : str or Path
        TOML file.

    Returns
    -------
    Choice
        The choice.

    Raises
    ------
    ForecastError
        Where the file cannot be read, or a key or value is not known; all of them are named.
    """
    file = Path(path)
    try:
        if file.stat().st_size > MAX_FILE:
            raise ForecastError("settings_large", where=path, most=MAX_FILE)
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ForecastError("settings_unread", where=path, reason=system_reason(error)) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ForecastError("settings_toml", where=path, reason=str(error)) from None
    wrong: list[Phrase] = []
    own = _Reader(table, wrong)
    found = _Reader(own.take("search", dict, {}), wrong, "search.")
    steps = []
    for n, item in enumerate(found.take("step", list, [])):
        reader = _Reader(item if isinstance(item, dict) else {}, wrong, f"search.step {n + 1}: ")
        text = reader.take("name", str, "")
        numbers = [reader.take(name, float, 0.0) for name in ("before", "after", "gain", "t")]
        steps.append(Step(text, *numbers))
        reader.end()
    penalties = _Reader(own.take("penalties", dict, {}), wrong, "penalties.")
    factors = tuple((name, penalties.take(name, float, 1.0)) for name in list(penalties.table))
    choice = Choice(
        until=found.day("until"), first=found.day("first"), last=found.day("last"),
        weeks=found.take("weeks", int, 0), evaluations=found.take("evaluations", int, 0),
        stopped=found.take("stopped", str, ""), start_loss=found.take("start_loss", float, 0.0),
        loss=found.take("loss", float, 0.0),
        settings=tuple((name, own.take(name, float, 0.0)) for name in SETTINGS if name in table),
        penalties=factors, stay=own.texts("stay"), without=own.texts("without"),
        steps=tuple(steps),
    )  # fmt: skip
    own.end()
    found.end()
    if wrong:
        raise ForecastError("settings_wrong", where=path, problems=tuple(wrong))
    return choice


class _Reader:
    """The keys of a table, taken one by one; what is left is not known."""

    def __init__(self, table: dict[str, Any], wrong: list[Phrase], where: str = "") -> None:
        self.table, self.wrong, self.where = dict(table), wrong, where

    def take(self, name: str, kind: type, default: Any) -> Any:
        value = self.table.pop(name, default)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind or (isinstance(value, float) and not np.isfinite(value)):
            self._refuse("setting_kind", name, value)
            return default
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.take(name, list, [])
        if not all(isinstance(text, str) for text in value):
            self._refuse("setting_names", name, value)
            return ()
        return tuple(value)

    def day(self, name: str) -> np.datetime64:
        value = self.table.pop(name, dt.date(1970, 1, 1))
        if type(value) is not dt.date:
            self._refuse("setting_kind", name, value)
            value = dt.date(1970, 1, 1)
        return np.datetime64(value, "D")

    def end(self) -> None:
        for name, value in self.table.items():
            self._refuse("setting_unknown", name, value)

    def _refuse(self, code: str, name: str, value: object) -> None:
        where = f"{self.where}{name}"
        self.wrong.append(Phrase.of(f"parts.{code}", name=where, value=repr(value)))


def _text(value: str) -> str:
    """Write a text as TOML does."""
    return json.dumps(value, ensure_ascii=False)
