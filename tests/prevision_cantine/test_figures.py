"""Pictures: that what they draw is what was computed, in every language; the eye judges the rest."""

import re

import attrs
import numpy as np
import pytest

from prevision_cantine import CantineError, ForecastError, trade_off
from prevision_cantine.say import figures
from prevision_cantine.say.sheet import held_by_others
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.words.language import LANGUAGES, MINUS, NBSP

pytest.importorskip("matplotlib")


def drawn(figure):
    """Return every text of a picture, which is laid out once it is saved."""
    return [text.get_text() for text in figure.findobj(match=lambda x: hasattr(x, "get_text"))]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_picture_is_drawn_in_every_language(
    town, town_forecaster, town_forecast, tmp_path, lang
):
    pictures = {
        "forecast": figures.plot_forecast(town_forecast, "Cantine 03", actual=town, lang=lang),
        "steps": figures.plot_contributions(town_forecast, 5, actual=town, lang=lang),
        "effects": figures.plot_effects(town_forecaster.effects(), lang=lang),
        "calibration": figures.plot_calibration(town_forecast, lang=lang),
        "trade_off": figures.plot_trade_off(town_forecast, lang=lang),
        "calendar": figures.plot_error_calendar(
            town_forecast.calibration, town.calendar, lang=lang
        ),
    }
    for name, figure in pictures.items():
        figures.save(figure, tmp_path / f"{name}.svg")
        if lang == "fr" and name in ("forecast", "steps"):
            assert any(f"90{NBSP}%" in text for text in drawn(figure))
        assert (tmp_path / f"{name}.svg").stat().st_size > 5000
        for text in drawn(figure):
            assert not re.search(r"\d\.\d", text) or lang == "en", (name, text)
            assert not re.search(r"(^|\s)-\d", text), (name, text)  # a true minus sign
    assert len(list(tmp_path.iterdir())) == len(pictures)  # nothing temporary stays


def test_the_steps_of_a_row_lead_from_the_usual_to_the_forecast(town_forecast):
    for i in range(0, len(town_forecast), 29):
        figure = figures.plot_contributions(town_forecast, i, lang="en")
        axes = figure.axes[0]
        shown = [t.get_text().replace(MINUS, "-") for t in axes.texts]
        usual, meals = int(shown[0]), int(shown[-1])
        assert meals == round(town_forecast.meals[i])
        assert usual + sum(map(int, shown[1:-1])) == meals
        bars = [(bar.get_x(), bar.get_width()) for bar in axes.patches]
        first = bars[0][0] if bars else town_forecast.meals[i]
        begins = town_forecast.in_meals()[0][i]
        assert axes.lines[1].get_xdata() == pytest.approx([begins, first])
        end = bars[-1][0] + bars[-1][1] if bars else town_forecast.meals[i]
        assert end == pytest.approx(town_forecast.meals[i])


def test_the_points_of_the_effects_are_the_effects(town_forecaster):
    table = town_forecaster.effects()
    figure = figures.plot_effects(table)
    points = [x for axes in figure.axes for line in axes.lines for x in line.get_xydata().tolist()]
    shared = table.select(scope="*")
    for factor, value in zip(shared.factor, shared.percent, strict=True):
        axis = 0 if factor not in ("week", "from_start", "to_end") else 1
        assert min(abs(point[axis] - value) for point in points) < 1e-9


def test_the_curves_of_the_trade_off_are_its_tables(town_forecast):
    figure = figures.plot_trade_off(town_forecast, shortages=[0.01, 0.02])
    for line, together in zip(figure.axes[0].lines, (False, True), strict=True):
        table = trade_off(town_forecast, shortages=[0.01, 0.02], together=together)
        np.testing.assert_allclose(line.get_xdata(), 100 * table.shortage)
        np.testing.assert_allclose(line.get_ydata(), 100 * table.excess)


def test_the_calendar_has_a_cell_a_day_with_its_error_and_sign(town, town_forecast):
    past = town_forecast.calibration
    figure = figures.plot_error_calendar(past, town.calendar)
    cells = [
        np.asarray(image.get_array(), dtype=float) for axes in figure.axes for image in axes.images
    ]
    values = np.concatenate([cell[np.isfinite(cell)] for cell in cells])
    _, place = np.unique(past.date, return_inverse=True)
    error = np.bincount(place, past.forecast) / np.bincount(place, past.actual) - 1
    np.testing.assert_allclose(np.sort(values), np.sort(100 * np.abs(error)))
    signs = [t.get_text() for axes in figure.axes for t in axes.texts]
    assert signs.count("+") == (100 * error >= 0.5).sum()
    assert signs.count(MINUS) == (100 * error <= -0.5).sum()


def test_intervals_are_judged_by_the_errors_of_other_periods(town_forecast):
    past = town_forecast.calibration
    held = held_by_others(past, [0.8])
    assert held.mean() == pytest.approx(0.8, abs=0.06)
    # A period that is off by half is held by no interval of the others, nor does it hide in its own.
    last = past.date > np.datetime64("2023-01-01")
    off = attrs.evolve(past, actual=np.where(last, past.actual * 0.5, past.actual))
    assert held_by_others(off, [0.8])[0, last].mean() < 0.05


def test_what_cannot_be_drawn_is_said(town, town_forecaster, town_forecast, tmp_path):
    few = Calibration(np.ones(5), np.ones(5), np.full(5, np.datetime64("2023-01-03")), np.arange(5))
    cases = [
        (lambda: figures.plot_forecast(town_forecast, "X"), "no forecast for the canteen 'X'"),
        (lambda: figures.plot_contributions(town_forecast, 10**6), "no row 1000000"),
        (lambda: figures.plot_effects(town_forecaster.effects(), lang="de"), "no texts in 'de'"),
        (lambda: figures.plot_effects(town_forecaster.effects().select(scope="M")), "whole table"),
        (lambda: figures.plot_calibration(few), "too few teaching periods"),
        (lambda: figures.plot_error_calendar(Calibration(np.ones(0), np.ones(0)), town.calendar),
         "no dated past forecast"),
    ]  # fmt: skip
    for draw, message in cases:
        with pytest.raises(ForecastError, match=message):
            draw()
    figure = figures.plot_contributions(town_forecast, 0)
    with pytest.raises(CantineError, match="'txt' is not a picture format"):
        figures.save(figure, tmp_path / "x.txt")
    with pytest.raises(CantineError, match="cannot be written"):
        figures.save(figure, tmp_path / "absent" / "x.png")
