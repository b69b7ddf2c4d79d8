"""The sheet of a fitted model: what it learned from, its terms, how well it did, its limits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Floats
from prevision_cantine.calendar.days import weekday
from prevision_cantine.calendar.periods import periods
from prevision_cantine.city.sources import Sources
from prevision_cantine.json_value import JsonValue
from prevision_cantine.model.choice import Choice
from prevision_cantine.model.effects import EVERYWHERE, EffectTable
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.model.naming import NO_WORDS, Words
from prevision_cantine.model.week_errors import FEW_WEEKS
from prevision_cantine.say.chosen import choice_lines
from prevision_cantine.say.limits import say_too_little, too_little
from prevision_cantine.uncertainty.intervals import MIN_ROWS, Calibration
from prevision_cantine.uncertainty.measures import wape
from prevision_cantine.uncertainty.strikes import PastStrikes
from prevision_cantine.words.language import (
    DAYS,
    MONTHS,
    counted,
    in_language,
    markdown,
    markdown_table,
    number,
    percent,
    phrases,
)

SCHEMA = 1
COVERAGES = (0.5, 0.8, 0.9)
SIZES = (80, 160, 240)  # meals forecast that bound the classes of size
WORST_DAYS = 5

TEXTS = phrases("sheet")
_LIMITS = ("past", "strike", "absence", "enrolment", "cause", "weekday")


@attrs.frozen
class Accuracy(JsonValue):
    """How well past forecasts did in one situation.

    Parameters
    ----------
    kind : str
        ``all``, ``month``, ``weekday`` or ``size``.
    level : int
        Month (1 to 12), weekday (0 to 6), or class of size (0 for the smallest); 0 for all.
    rows : int
        Past forecasts.
    wape, bias : float
        Sum of absolute errors, and of errors (forecast minus served), over meals served.
    coverage : tuple of float
        Share of rows that the intervals of 50, 80 and 90 % held, those of a teaching period being
        from the errors of the others.
    """

    kind: str
    level: int
    rows: int
    wape: float
    bias: float
    coverage: tuple[float, ...]


@attrs.frozen
class TermRange(JsonValue):
    """The effects of one term that all canteens share, in percent of the meals.

    Parameters
    ----------
    term : str
        Name of the term.
    levels : int
        How many levels it has in the data.
    lowest, highest, error : float
        Smallest and largest effect, and the median standard error of those that have one; NaN where
        none has.
    """

    term: str
    levels: int
    lowest: float
    highest: float
    error: float


@attrs.frozen(kw_only=True)
class ModelSheet:
    """What a city publishes about a fitted model.

    Parameters
    ----------
    until : datetime64[D]
        Last day of which anything was used.
    sources : Sources
        What it learned from.
    terms : tuple of TermRange
        Its terms.
    accuracy : tuple of Accuracy
        How well it did by situation; empty without past forecasts.
    validation : tuple of (datetime64[D], datetime64[D], int) or None
        First and last day and number of days of the past forecasts.
    worst : tuple of (datetime64[D], float)
        The days forecast worst, and the error of the city's total over it.
    strikes : PastStrikes
        What past strikes did.
    settings : mapping of str to object
        Parameters of the forecaster.
    words : Words
        What the city's own terms are called.
    choice : Choice, optional
        How the settings were chosen on the city's own past.
    """

    until: np.datetime64
    sources: Sources
    terms: tuple[TermRange, ...]
    accuracy: tuple[Accuracy, ...]
    validation: tuple[np.datetime64, np.datetime64, int] | None
    worst: tuple[tuple[np.datetime64, float], ...]
    strikes: PastStrikes
    settings: Mapping[str, Any]
    words: Words = NO_WORDS
    choice: Choice | None = None

    def __repr__(self) -> str:
        """Show what was learned, and until when."""
        return (
            f"<ModelSheet of {len(self.terms)} terms, {self.sources.rows} rows until {self.until}>"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the sheet as plain values, the same in every language.

        Returns
        -------
        dict
            ``schema``, ``until``, ``sources``, ``personal_data`` (false), ``terms``, ``accuracy``,
            ``validation``, ``worst``, ``strikes`` (days, and the shares that came), ``limits`` (their
            names), ``settings`` and ``choice`` (how they were chosen; null where they were not).
        """
        whole = attrs.asdict(self, value_serializer=_plain)
        names = ("first", "last", "days")
        del whole["words"]
        whole["sources"]["types"] = dict(whole["sources"]["types"])
        validation = dict(zip(names, whole["validation"], strict=True)) if self.validation else None
        return {
            "schema": SCHEMA,
            "software": f"prevision_cantine {_version()}",
            **whole,
            "validation": validation,
            "worst": [{"date": day, "error": error} for day, error in whole["worst"]],
            "strikes": {name: round(value, 6) for name, value in self.strikes.summary().items()},
            "coverages": list(COVERAGES),
            "sizes": list(SIZES),
            "limits": [*too_little(self.sources, self._past_forecasts), *_LIMITS],
            "personal_data": False,
        }

    def _repr_markdown_(self) -> str:
        return self.to_markdown("en")

    def to_json(self) -> str:
        """Return the sheet as JSON.

        Returns
        -------
        str
            ``to_dict()``, indented, with a line end.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def to_markdown(self, lang: str = "fr") -> str:
        """Return the sheet as a page.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Markdown with tables.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        say = in_language(TEXTS, lang)
        data = self.sources
        blocks = [f"# {say['title']}", say["what"], f"## {say['data']}"]
        if not data.is_school:
            say = {**say, **_civil(say)}
        types = markdown(", ".join(f"{name} {count}" for name, count in data.types if name))
        facts = [
            say["attendance"].format(
                first=data.first, last=data.last, rows=counted(data.rows, "row", lang),
                days=counted(data.days, "day", lang), canteens=counted(data.canteens, "canteen", lang),
                meals=counted(data.meals, "meal", lang),
            ),
            *([say["types"].format(types=types)] if types else []),
            say["years"].format(years=markdown(", ".join(data.years)))
            if data.years else say["no_years"],
            say["menus"].format(menus=counted(data.menu_days, "day", lang)),
            say["calendar"], say["until"].format(until=self.until), say["personal"],
        ]  # fmt: skip
        blocks.append("\n".join(f"- {fact}" for fact in facts))
        header = [say[key] for key in ("term", "levels", "lowest", "highest", "error")]
        rows = [
            [
                self.words.term(term.term, lang), number(term.levels, lang),
                percent(term.lowest / 100, lang, 1, sign=True),
                percent(term.highest / 100, lang, 1, sign=True),
                "–" if np.isnan(term.error) else number(term.error, lang, 1),
            ]
            for term in self.terms
        ]  # fmt: skip
        exponent = number(float(self.settings["enrolment_exponent"]), lang, 2)
        blocks += [f"## {say['terms']}", markdown_table(header, rows)]
        blocks.append(say["error_row"].format(few=FEW_WEEKS))
        blocks.append(say["level_row"].format(exponent=exponent))
        blocks += [f"## {say['accuracy']}", *self._measured(lang)]
        too_little = say_too_little(data, self._past_forecasts, lang)
        limits = [text[:1].upper() + text[1:] for text in too_little]
        limits += [say[f"limit_{name}"] for name in _LIMITS]
        limits.append(self.strikes.to_text(lang))
        blocks += [f"## {say['limits']}", "\n".join(f"- {limit}" for limit in limits)]
        settings = [f"- `{name}`: {value}" for name, value in self.settings.items()]
        blocks += [f"## {say['settings']}", "\n".join(settings)]
        chosen = choice_lines(self.choice, lang, self.words, quoted=markdown)
        steps = len(chosen) - (len(self.choice.steps) if self.choice else 0)
        blocks.append(" ".join(chosen[:steps]))
        if chosen[steps:]:
            blocks.append("\n".join(f"- {line}" for line in chosen[steps:]))
        blocks.append(say["software"].format(version=_version(), schema=SCHEMA))
        return "\n\n".join(blocks) + "\n"

    @property
    def _past_forecasts(self) -> int:
        return self.accuracy[0].rows if self.accuracy else 0

    def _measured(self, lang: str) -> list[str]:
        say = TEXTS[lang]
        if not self.sources.is_school:
            say = {**say, **_civil(say)}
        if self.validation is None:
            return [say["not_validated"]]
        first, last, days = self.validation
        intro = say["validated"].format(
            rows=counted(self.accuracy[0].rows, "forecast", lang), days=counted(days, "day", lang), first=first, last=last,
            lead=counted(self.settings["lead_days"], "day", lang), step=say[str(self.settings["step"])],
        )  # fmt: skip
        held = [say["held"].format(share=percent(share, lang)) for share in COVERAGES]
        header = [say[key] for key in ("situation", "count", "wape", "bias")] + held
        rows = [
            [
                _situation(item, lang), number(item.rows, lang), percent(item.wape, lang, 1),
                percent(item.bias, lang, 1, sign=True),
                *("–" if np.isnan(share) else percent(share, lang) for share in item.coverage),
            ]
            for item in self.accuracy
        ]  # fmt: skip
        worst = ", ".join(f"{d} ({percent(e, lang, 0, sign=True)})" for d, e in self.worst)
        return [
            intro,
            markdown_table(header, rows),
            say["others"],
            say["worst"].format(days=worst),
        ]


def model_sheet(forecaster: CanteenForecaster) -> ModelSheet:
    """Return the sheet of a fitted forecaster.

    Parameters
    ----------
    forecaster : CanteenForecaster
        Fitted; with ``calibration_periods=0`` the sheet says that nothing was measured.

    Returns
    -------
    ModelSheet
        As Markdown or JSON.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        Before ``fit``.

    Examples
    --------
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> sheet = model_sheet(CanteenForecaster().fit(city, until="2022-02-01"))
    >>> sheet.to_markdown("en").splitlines()[0]
    '# Sheet of the canteen forecast model'
    >>> sheet.to_dict()["personal_data"]
    False
    """
    effects = forecaster.effects().select(scope=EVERYWHERE)
    past = forecaster.calibration_
    measured = len(past.date) > 0
    return ModelSheet(
        until=forecaster.fitted_.until,
        sources=forecaster.sources_,
        terms=_terms(effects),
        accuracy=_accuracies(past) if measured else (),
        validation=(past.date.min(), past.date.max(), past.days) if measured else None,
        worst=_worst(past) if measured else (),
        strikes=forecaster.fitted_.strikes,
        settings=forecaster.state()[0],
        words=forecaster.fitted_.words,
        choice=forecaster.choice,
    )


def _civil(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the sentences that differ where the canteens are not those of schools."""
    prefix = "civil_"
    return {key.removeprefix(prefix): text for key, text in texts.items() if key.startswith(prefix)}


def _terms(effects: EffectTable) -> tuple[TermRange, ...]:
    found = []
    for name in dict.fromkeys(effects.term.tolist()):
        part = effects.select(term=name)
        if len(part):
            values = part.percent
            known = part.percent_error[np.isfinite(part.error)]
            error = float(np.median(known)) if len(known) else float("nan")
            found.append(
                TermRange(name, len(part), float(values.min()), float(values.max()), error)
            )
    return tuple(found)


def _accuracies(past: Calibration) -> tuple[Accuracy, ...]:
    held = held_by_others(past, COVERAGES)
    month = past.date.astype("datetime64[M]").astype(np.int64) % 12 + 1
    situations: tuple[tuple[str, npt.NDArray[Any]], ...] = (
        ("all", np.zeros(len(month), dtype=int)),
        ("month", month),
        ("weekday", weekday(past.date)),
        ("size", np.searchsorted(SIZES, past.forecast, side="right")),
    )
    found = []
    for kind, code in situations:
        for level in np.unique(code).tolist():
            here = code == level
            forecast, actual = past.forecast[here], past.actual[here]
            shares = tuple(held[:, here].mean(axis=1).tolist())
            bias = float((forecast - actual).sum() / actual.sum())
            found.append(
                Accuracy(kind, level, int(here.sum()), wape(forecast, actual), bias, shares)
            )
    return tuple(found)


def _worst(past: Calibration) -> tuple[tuple[np.datetime64, float], ...]:
    days, place = np.unique(past.date, return_inverse=True)
    forecast, actual = np.bincount(place, past.forecast), np.bincount(place, past.actual)
    error: Floats = forecast / actual - 1
    order = np.argsort(-np.abs(forecast - actual), kind="stable")[:WORST_DAYS]
    return tuple((days[n], float(error[n])) for n in order)


def _situation(item: Accuracy, lang: str) -> str:
    say = TEXTS[lang]
    if item.kind == "month":
        return MONTHS[lang][item.level - 1]
    if item.kind == "weekday":
        return DAYS[lang][item.level]
    if item.kind == "size":
        return size_name(item.level, lang)
    return say["all"]


def size_name(level: int, lang: str) -> str:
    """Return what a class of size is called."""
    say = in_language(TEXTS, lang)
    low = SIZES[level - 1] if level else 0
    if level == len(SIZES):
        return say["over"].format(low=low)
    return say["between" if low else "under"].format(low=low, high=SIZES[level])


def held_by_others(past: Calibration, coverages: Sequence[float] | Floats) -> Floats:
    """Return which past rows were held by intervals from the errors of the other teaching periods.

    Parameters
    ----------
    past : Calibration
        Past forecasts, dated.
    coverages : sequence of float, length c
        Shares that intervals should hold.

    Returns
    -------
    ndarray of float, shape (c, n)
        1 where the interval held what was served, 0 where not, NaN where the other periods have
        too few rows for an interval.
    """
    result = np.full((len(coverages), len(past.actual)), np.nan)
    for span in periods(past.date):
        here = (past.date >= span.start) & (past.date <= span.end)
        others = past.select(~here)
        if len(others.actual) < MIN_ROWS:
            continue
        scale = None if past.scale is None else past.scale.select(here)
        for n, coverage in enumerate(coverages):
            low, high = others.interval(past.forecast[here], float(coverage), scale)
            result[n, here] = (low <= past.actual[here]) & (past.actual[here] <= high)
    return result


def _plain(_: object, __: object, value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, 6)
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


def _version() -> str:
    try:
        return version("charte-donnee")
    except PackageNotFoundError:  # the sources, not installed
        return "?"
