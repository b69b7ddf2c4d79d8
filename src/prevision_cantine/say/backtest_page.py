"""One HTML page of a backtest: for an agent of a city, from a file, on paper, on a small screen."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path

import numpy as np

from prevision_cantine.arrays import Days, Floats
from prevision_cantine.calendar.days import weekday
from prevision_cantine.files.csv_file import write_text
from prevision_cantine.measure.backtest import Backtest
from prevision_cantine.measure.comparison import Comparison
from prevision_cantine.measure.worst import WorstDay, worst_days
from prevision_cantine.model.naming import reasons
from prevision_cantine.say.measured import (
    figures_table,
    findings,
    groups_table,
    head,
    lacks_orders,
    long_date,
    remarks,
    say,
    share,
)
from prevision_cantine.words.language import counted, day_of_week, number, signed

MOST_DAYS = 150  # beyond it, the picture over time shows weeks
MOST_SERIES = 200  # rows of the table by series
GAP = 10  # days without meals from which a line is broken
HIGH = 100.0  # units of a picture's height
LEAST_HELD = 0.5  # share at the left end of the pictures of coverage
ROUNDS = 0.005  # share below which a percentage without decimals is 0 and has no sign
WORTH_TELLING = 0.005  # share of the usual meals below which a term of a day is not told
MOST_TERMS = 4


def backtest_page(result: Backtest, lang: str = "fr") -> str:
    """Return a backtest as one HTML page, which loads nothing.

    Parameters
    ----------
    result : Backtest
        Forecasts of the past.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    str
        The page: what it is, the main figures, served and forecast over time, the comparison with
        the baselines, errors and coverage by weekday, month and series, the worst days with what
        the model went by, and what the words mean. Names of the city are escaped.

    Raises
    ------
    ForecastError
        Where the language does not exist.

    Examples
    --------
    >>> from prevision_cantine import backtest, make_city
    >>> result = backtest(make_city(seed=0, canteens=5, years=2), "2022-05-01", "2022-06-10")
    >>> backtest_page(result, "pt").splitlines()[1]
    '<html lang="pt">'
    """
    found = result.compare()
    title = say("title", lang)
    every = (*remarks(result, lang), say("internal", lang))
    lead = counted(result.lead_days, "day", lang)
    parts = [
        f"<h1>{escape(title)}</h1><p>{escape(head(result, lang))}</p>",
        _section(say("what", lang), _paragraph(say("what_text", lang, lead=lead))),
        _section(say("main", lang), _cards(result, found, lang) + _listed(findings(result, lang))),
        _section(say("over_time", lang), _over_time(result, lang)),
        _section(say("comparison", lang), _comparison(result, found, lang)),
        _section(say("by_weekday", lang), _groups(result, "weekday", lang)),
        _section(say("by_month", lang), _groups(result, "month", lang)),
        _section(say("worst", lang), _worst(result, lang)),
        _section(say("by_series", lang), _groups(result, "series", lang)),
        _section(say("words_title", lang), _words(result, found, lang)),
        _section(say("notes", lang), _listed(every)),
    ]
    style = resources.files("prevision_cantine").joinpath("say/backtest_page.css")
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{lang}">',
            '<head><meta charset="utf-8">',
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src '
            "'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>{style.read_text(encoding='utf-8')}</style></head>",
            "<body><main>",
            *parts,
            "</main></body></html>",
            "",
        ]
    )


def write_backtest_page(result: Backtest, path: str | Path, lang: str = "fr") -> None:
    """Write the page of a backtest, the file whole or not at all.

    Parameters
    ----------
    result : Backtest
        Forecasts of the past.
    path : str or Path
        File.
    lang : {"fr", "en", "pt"}
        Language.

    Raises
    ------
    CantineError
        Where it cannot be written.
    """
    write_text(path, backtest_page(result, lang))


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _paragraph(text: str, kind: str = "") -> str:
    return f"<p{f' class={kind}' if kind else ''}>{escape(text)}</p>"


def _listed(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _cards(result: Backtest, found: Comparison, lang: str) -> str:
    """Return the four main figures."""
    model, gain = found.scores["model"], found.gains["weekday_mean"]
    at = share(found.at_shortage, lang, 2)
    cards = [
        (share(model.wape[0], lang), say("card_error", lang)),
        (share(model.equal_excess[0], lang), say("card_excess", lang, share=at)),
        (share(-gain.share, lang, 0, sign=abs(gain.share) >= ROUNDS), say("card_gain", lang)),
    ]
    if np.isfinite(model.coverage[0]):
        asked = share(result.coverage, lang, 0)
        cards.append((share(model.coverage[0], lang, 0), say("card_held", lang, asked=asked)))
    return "<ul class=cards>{}</ul>".format(
        "".join(
            f"<li><strong>{escape(figure)}</strong> <span>{escape(text)}</span></li>"
            for figure, text in cards
        )
    )


def _over_time(result: Backtest, lang: str) -> str:
    """Return the picture of meals served and forecast."""
    days, place = np.unique(result.rows.date, return_inverse=True)
    served: Floats = np.bincount(place, result.actual).astype(np.float64)
    planned: Floats = np.bincount(place, result.model.meals).astype(np.float64)
    weekly = len(days) > MOST_DAYS
    if weekly:
        days, week = np.unique(days - weekday(days), return_inverse=True)
        count = np.bincount(week).astype(np.float64)
        served, planned = np.bincount(week, served) / count, np.bincount(week, planned) / count
    both = np.concatenate([served, planned])
    low, high = _nice(float(both.min()), float(both.max()))
    age = (days - days[0]).astype(np.float64)
    x = np.asarray(1000 * age / max(float(age[-1]), 1.0))
    lines = []
    for name, values in (("planned", planned), ("served", served)):
        y = np.asarray(HIGH * (1 - (values - low) / (high - low)))
        lines.append(f'<path class="{name}" d="{_path(days, x, y)}"/>')
    alt = say(
        "over_time_alt", lang, first=long_date(days[0], lang),
        last=long_date(result.rows.date.max(), lang),
    )  # fmt: skip
    grid = "".join(f'<path class="grid" d="M0 {y:g}H1000"/>' for y in (0, 50, 100))
    label = [number(value, lang) for value in (high, (low + high) / 2, low)]
    key = "".join(
        f'<span class="{name}">{escape(say(name, lang))}</span>' for name in ("served", "planned")
    )
    note = say("over_time_weeks" if weekly else "over_time_days", lang)
    if low:
        note += " " + say("scale_cut", lang)
    return (
        f'<figure><div class=key aria-hidden="true">{key}</div><div class=plot>'
        f'<div class=scale aria-hidden="true">{"".join(f"<span>{escape(t)}</span>" for t in label)}</div>'
        f'<svg role="img" aria-label="{escape(alt)}" viewBox="0 0 1000 100" '
        f'preserveAspectRatio="none">{grid}{"".join(lines)}</svg></div>'
        f'<div class=dates aria-hidden="true"><span>{escape(long_date(days[0], lang))}</span>'
        f"<span>{escape(long_date(result.rows.date.max(), lang))}</span></div>"
        f"<figcaption>{escape(note)}</figcaption></figure>"
    )


def _path(days: Days, x: Floats, y: Floats) -> str:
    """Return a line through points, broken where no meal was served for long."""
    broken = np.concatenate([[True], np.diff(days).astype(np.int64) > GAP])
    parts = []
    for n in range(len(x)):
        alone = broken[n] and (n + 1 == len(x) or broken[n + 1])
        parts.append(f"{'M' if broken[n] else 'L'}{x[n]:.1f} {y[n]:.1f}{'h0' if alone else ''}")
    return "".join(parts)


def _nice(low: float, high: float) -> tuple[float, float]:
    """Return round bounds around values."""
    step = 10.0 ** np.floor(np.log10(max(high - low, high / 20, 1.0)))
    return float(np.floor(low / step) * step), float(np.ceil(high / step + 1e-9) * step)


def _comparison(result: Backtest, found: Comparison, lang: str) -> str:
    """Return the figures of all forecasters, with strike days and without."""
    title = say("comparison", lang)
    parts = [_table(title, *figures_table(found, lang))]
    if result.strike.any() and not found.strikes:
        parts = [_paragraph(say("without_strikes", lang)), *parts]
        parts.append(_paragraph(say("with_strikes", lang)))
        parts.append(_table(title, *figures_table(result.compare(strikes=True), lang)))
    if lacks_orders(result):
        parts.append(_paragraph(say("all_rows", lang)))
        parts.append(_table(title, *figures_table(result.compare(agents=False), lang)))
    return "".join(parts)


def _table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "<td></td>" + "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header[1:])
    lines = [
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    ]
    return (
        f"{_scrolled(title)}<table><thead><tr>{top}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _scrolled(title: str) -> str:
    """Return the start of a region that scrolls by itself where a table is wide."""
    return f'<div class=wide tabindex="0" role="region" aria-label="{escape(title)}">'


def _groups(result: Backtest, by: str, lang: str) -> str:
    """Return errors and coverage by group, as a table with a picture in each row."""
    found = result.compare(by)
    model, mean = found.scores["model"], found.scores["weekday_mean"]
    header, rows = groups_table(found, lang)
    shown = np.arange(len(model))
    note = ""
    if by == "series":
        shown = np.argsort(-model.wape, kind="stable")[:MOST_SERIES]
        if len(shown) < len(model):
            note = _paragraph(
                say(
                    "by_series_first", lang, shown=number(len(shown), lang),
                    count=number(len(model), lang),
                )
            )  # fmt: skip
    most = float(np.nanmax(np.concatenate([model.wape, mean.wape])[: 2 * len(model)]))
    lines = []
    for n in shown.tolist():
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in rows[n][1:])
        bar = _bar(float(model.wape[n]), float(mean.wape[n]), most)
        dot = _dot(float(model.coverage[n]), result.coverage)
        lines.append(
            f'<tr><th scope="row">{escape(rows[n][0])}</th><td class=draw aria-hidden="true">{bar}{dot}'
            f"</td>{cells}</tr>"
        )
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header[1:])
    return (
        f"{note}{_scrolled(say(f'by_{by}', lang))}<table><thead><tr>"
        f'<th scope="col">{escape(header[0])}</th>'
        f'<td class=draw aria-hidden="true"></td>{top}</tr></thead><tbody>{"".join(lines)}</tbody></table>'
        f"</div>{_paragraph(say('legend', lang), 'note')}"
    )


def _bar(own: float, other: float, most: float) -> str:
    """Return a bar of an error with a line at that of the mean."""
    scale = 98 / most if most > 0 else 0.0
    line = f'<path class="mark" d="M{other * scale:.1f} 0V10"/>' if np.isfinite(other) else ""
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none">'
        f'<rect class="bar" y="1" width="{own * scale:.1f}" height="8"/>{line}</svg>'
    )


def _dot(held: float, asked: float) -> str:
    """Return a dot at the share that an interval held, beside a line at the share stated."""
    if not np.isfinite(held):
        return ""
    place, line = (
        98 * (max(value, LEAST_HELD) - LEAST_HELD) / (1 - LEAST_HELD) + 1 for value in (held, asked)
    )
    return (
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none"><path class="grid" d="M0 4H100"/>'
        f'<path class="mark" d="M{line:.1f} 0V8"/><path class="dot" d="M{place:.1f} 4h0"/></svg>'
    )


def _worst(result: Backtest, lang: str) -> str:
    """Return the worst days, each with what the model went by."""
    items = []
    for day in worst_days(result):
        name = f"{day_of_week(day.date, lang).capitalize()} {long_date(day.date, lang)}"
        lines = [
            say(
                "worst_text", lang, served=counted(day.served, "meal", lang),
                planned=number(day.forecast, lang),
            ),
            _why(result, day, lang),
        ]  # fmt: skip
        if day.strike:
            lines.append(say("worst_strike", lang))
        if day.exceptional:
            lines.append(say("worst_exceptional", lang))
        if day.events:
            lines.append(say("worst_event", lang, names=", ".join(day.events)))
        off = ", ".join(f"{series} {signed(value, lang)}" for series, value in day.furthest)
        lines.append(say("worst_off", lang, names=off))
        lines.append(say("worst_known", lang, until=long_date(day.until, lang)))
        items.append(f"<li><strong>{escape(name)}</strong> {escape(' '.join(lines))}</li>")
    return f"<ol class=worst>{''.join(items)}</ol>"


def _why(result: Backtest, day: WorstDay, lang: str) -> str:
    """Return what the model said of a day, by its largest terms."""
    told = reasons(day.rows, lang)[0]
    terms = [
        f"{told.get(name, result.words.term(name, lang))} {signed(value, lang)}"
        for name, value in day.added.items()
        if abs(value) >= WORTH_TELLING * day.usual and round(value)
    ][:MOST_TERMS]
    if not terms:
        return say("worst_usual", lang)
    return say("worst_why", lang, usual=number(day.usual, lang), terms=", ".join(terms))


def _words(result: Backtest, found: Comparison, lang: str) -> str:
    """Return what the headings mean."""
    at = share(found.at_shortage, lang, 2)
    meant = {
        "wape": say("words_wape", lang),
        "bias": say("words_bias", lang),
        "excess": say("words_excess", lang, share=share(result.shortage, lang, 2)),
        "shortage": say("words_shortage", lang),
        "equal_excess": say("words_equal", lang),
        "coverage": say("words_coverage", lang, asked=share(result.coverage, lang, 0)),
    }
    return "<dl>{}</dl>".format(
        "".join(
            f"<dt>{escape(say(name, lang, share=at))}</dt><dd>{escape(text)}</dd>"
            for name, text in meant.items()
        )
    )
