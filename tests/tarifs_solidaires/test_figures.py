"""The picture draws the figures of the comparison, and is written whole or not at all."""

import runpy
import sys
import warnings

import numpy as np
import pytest
from matplotlib.text import Text

from tarifs_solidaires import (
    InputError,
    TableError,
    TarifError,
    classes,
    compare,
    load_rule,
    make_population,
)
from tarifs_solidaires.people.figures import SHOWN_GROUPS, plot_comparison
from tarifs_solidaires.people.naming import unit_text
from tarifs_solidaires.people.schedules import find_schedules
from tarifs_solidaires.people.words import languages, word

BEFORE = load_rule("nantes/transport", on="2023-04-30")
AFTER = load_rule("nantes/transport", on="2023-05-01")
EAU = load_rule("nantes/eau", on="2023-06-01")
PEOPLE = make_population([BEFORE, EAU, load_rule("rennes/transport", on="2023-06-01")], 3000)
AGE = {"age": classes(PEOPLE["age"], [26, 60], name="age")}
SIGNATURES = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def _axes(figure):
    """Return the axes of the bars, then those of the schedules."""
    return [axes for part in figure.subfigs for axes in part.axes]


def _words(figure):
    return [text.get_text() for axes in _axes(figure) for text in axes.texts]


def test_the_lengths_of_the_bars_are_the_shares():
    comparison = compare(BEFORE, AFTER, PEOPLE, by=AGE, price=500)
    bars = _axes(plot_comparison(comparison, lang="en"))[0]
    left = np.zeros(4)
    for name, container in zip(("winners", "unchanged", "losers"), bars.containers, strict=True):
        assert [patch.get_x() for patch in container] == pytest.approx(left)
        shares = [patch.get_width() for patch in container]
        groups = comparison.groups[name] / comparison.groups["people"]
        everybody = comparison.total[name] / comparison.total["people"]
        assert shares == pytest.approx([*groups, everybody])
        left += shares
    assert left == pytest.approx(np.ones(4))
    budget = comparison.total["budget_after"]
    assert f"{budget:,.0f} €" in bars.get_xlabel()


def test_schedules_are_what_the_rules_give_and_equal_ones_are_drawn_once():
    comparison = compare(BEFORE, AFTER, PEOPLE, by=AGE)
    schedules = find_schedules(comparison, [0, 1, 2])
    assert sorted(s.groups for s in schedules) == [(0, 2), (1,)]
    for schedule in schedules:
        age = 30 if schedule.groups == (1,) else 70
        for rule, y in ((BEFORE, schedule.before), (AFTER, schedule.after)):
            assert np.array_equal(
                rule.compute(quotient_familial=schedule.x, age=age).taux_reduction, y
            )
        assert schedule.x[-1] > 900


def test_a_typical_profile_is_the_median_and_the_most_frequent():
    ages, flags = [3, 30, 30, 95, 30], [True, True, False, False, False]
    people = {"quotient_familial": 700.0, "age": ages, "beneficiaire_aah": flags}
    (schedule,) = find_schedules(compare(BEFORE, AFTER, people), [0])
    expected = AFTER.compute(quotient_familial=schedule.x, age=30).taux_reduction
    assert np.array_equal(schedule.after, expected)


def test_an_income_with_tax_shares_has_a_schedule_by_quotient():
    people = {"revenu_fiscal_reference": [8000.0, 30000.0], "nombre_parts": [1.0, 2.5], "age": 30}
    (schedule,) = find_schedules(compare(BEFORE, AFTER, people), [0])
    assert np.array_equal(
        AFTER.compute(quotient_familial=schedule.x, age=30).taux_reduction, schedule.after
    )


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    ("before", "after", "by"),
    [
        (BEFORE, AFTER, AGE),
        (BEFORE, AFTER, None),
        (AFTER, AFTER.replace(portee_aah="foyer"), "beneficiaire_aah"),
        (EAU, EAU.replace(part_ressources=0.02), ["nombre_personnes", "en_couple"]),
    ],
)
def test_every_kind_of_comparison_is_drawn_in_every_language(before, after, by, lang, tmp_path):
    target = tmp_path / "picture.svg"
    compare(before, after, PEOPLE, by=by).plot(target, lang=lang, note="$\\frac{")
    assert "</svg>" in target.read_text("utf-8")


@pytest.mark.parametrize("kind", sorted(SIGNATURES))
def test_a_picture_takes_its_name_once_it_is_complete(kind, tmp_path):
    target = tmp_path / f"picture.{kind}"
    compare(BEFORE, AFTER, PEOPLE).plot(target)
    assert target.read_bytes().startswith(SIGNATURES[kind])
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_the_same_comparison_gives_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        compare(BEFORE, AFTER, PEOPLE, by=AGE).plot(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_picture_that_cannot_be_written_leaves_nothing(tmp_path):
    comparison = compare(BEFORE, AFTER, PEOPLE)
    with pytest.raises(TableError, match=r"'doc' is not a picture format; write \.png"):
        comparison.plot(tmp_path / "picture.doc")
    with pytest.raises(TableError, match="cannot be written"):
        comparison.plot(tmp_path / "missing" / "picture.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(TableError, match="is a folder"):
        comparison.plot(tmp_path / "folder.png")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_hostile_and_long_names_are_drawn_as_text(tmp_path):
    names = ["$\\frac{1}{", "<b>&amp;", "a\nb\tc", "x" * 500]
    people = {"quotient_familial": np.full(4, 700.0), "age": 30, "groupe": names}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = compare(BEFORE, AFTER, people, by="groupe").plot(tmp_path / "picture.png")
    labels = [label.get_text() for label in _axes(figure)[0].get_yticklabels()]
    names = {label.rpartition("\n")[0].replace("\n", "") for label in labels}
    assert names >= {"$\\frac{1}{", "<b>&amp;", "a b c", "x" * 500}  # nothing is cut
    assert max(len(line) for label in labels for line in label.split("\n")) < 40


@pytest.mark.parametrize("lang", languages())
def test_no_word_of_a_picture_is_cut_or_leaves_it(lang):
    name = "foyers qui ont déménagé deux fois dans l'année, ou bien trois"
    people = {"quotient_familial": [700.0, 550.0], "age": 30, "groupe": [name, "autres"]}
    figure = compare(BEFORE, AFTER, people, by="groupe").plot(lang=lang, note=f"{name}. " * 6)
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    shown = {text.get_text().replace("\n", " ") for text in texts}
    assert any(name in text for text in shown)
    assert not any("…" in text for text in shown)
    beyond = [  # matplotlib makes ticks beyond the axis, and does not draw them
        tick.label1 for axes in _axes(figure) for tick in axes.xaxis.get_major_ticks()
        if tick.get_loc() > axes.get_xlim()[1]
    ]  # fmt: skip
    for text in texts:
        if text in beyond:
            continue
        box = text.get_window_extent()
        assert figure.bbox.x0 - 1 <= box.x0, text
        assert box.x1 <= figure.bbox.x1 + 1, text


def test_of_many_groups_the_largest_are_drawn_and_the_picture_says_so():
    comparison = compare(BEFORE, AFTER, PEOPLE, by="age")
    figure = plot_comparison(comparison, lang="en")
    labels = _axes(figure)[0].get_yticklabels()
    assert len(labels) == SHOWN_GROUPS + 1
    assert f"15 groups of {len(comparison.groups)}" in _axes(figure)[0].get_xlabel()


def test_missing_results_have_their_own_bar_and_nobody_breaks_nothing():
    unknown = load_rule("nantes/transport", on="2025-07-01")
    known = load_rule("nantes/transport", on="2024-07-01")
    people = {**PEOPLE, "age": np.maximum(PEOPLE["age"], 6)}
    figure = plot_comparison(compare(known, unknown, people, output="prix_mensuel"), lang="en")
    legend = _axes(figure)[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()][-1] == "no result"
    assert "100%" in _words(figure)
    empty = {"quotient_familial": np.array([]), "age": np.array([])}
    assert len(_axes(plot_comparison(compare(BEFORE, AFTER, empty)))) == 1


def test_an_unknown_language_is_refused():
    with pytest.raises(InputError, match="there are no texts in 'de'"):
        plot_comparison(compare(BEFORE, AFTER, PEOPLE), lang="de")


def test_without_matplotlib_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(TarifError, match=r"charte-donnee\[figures\]"):
        compare(BEFORE, AFTER, PEOPLE).plot()


def test_the_example_draws_the_reform_the_other_reading_and_a_trial(
    examples, tmp_path, monkeypatch, capsys
):
    script = examples / "plot_reform_2023.py"
    monkeypatch.setattr(sys, "argv", [str(script), "--output", str(tmp_path), "--people", "2000"])
    runpy.run_path(str(script), run_name="__main__")
    pictures = sorted(path.name for path in tmp_path.iterdir())
    assert pictures == [
        "essai_1000_euros.png", "reforme_2023.png", "reforme_2023_partage_par_age.png",
    ]  # fmt: skip
    printed = capsys.readouterr().out
    assert all(f"see {tmp_path / name}" in printed for name in pictures)


ENERGY = [load_rule("bresil/energie", on=day) for day in ("2025-01-01", "2026-01-01")]
SEATTLE = [load_rule("seattle/orca-lift", on=day) for day in ("2016-01-01", "2021-01-01")]


def test_codes_are_drawn_with_the_labels_of_the_rule():
    people = make_population(ENERGY, 2000)
    comparison = compare(*ENERGY, people, output="beneficio", by="beneficio_before")
    figure = plot_comparison(comparison, lang="fr")
    rule = ENERGY[0]
    labels = {t.get_text().split("\n")[0] for t in _axes(figure)[0].get_yticklabels()}
    known = {texts.to("fr")[:33] for texts in rule.steps["beneficio"].codes.values()}
    assert {label.rstrip("…") for label in labels} - {"ensemble"} <= known
    assert _axes(figure)[0].get_legend().get_texts()[0].get_text() == "changés"
    assert len(_axes(figure)) == 1  # no schedule of codes


def test_amounts_are_in_the_currency_of_the_rule_and_words_in_its_first_language():
    comparison = compare(*ENERGY, make_population(ENERGY, 500))
    axes = _axes(plot_comparison(comparison))
    assert axes[0].get_xlabel().startswith("Valores cobrados: ")
    assert axes[0].get_xlabel().endswith(" R$")
    assert "variação média" in _words(plot_comparison(comparison))
    seattle = compare(*SEATTLE, make_population(SEATTLE, 500))
    assert _axes(plot_comparison(seattle))[0].get_legend() is not None


@pytest.mark.parametrize(
    ("unit", "lang", "shown"),
    [
        ("EUR/month", "fr", "€/mois"), ("EUR/year", "pt", "€/ano"), ("CAD", "en", "CA$"),
        ("BRL/m3", "pt", "R$/m³"), ("kWh", "fr", "kWh"), ("years", "fr", "ans"), ("all", "fr", "all"),
    ],
)  # fmt: skip
def test_units_are_read_as_people_read_them(unit, lang, shown):
    assert unit_text(unit, lang) == shown


def test_a_rule_beyond_its_last_known_day_says_so_in_the_title():
    later = load_rule("nantes/transport", on="2040-01-01", beyond="last_known")
    figure = plot_comparison(compare(AFTER, later, PEOPLE), lang="en")
    assert "last known rule, of December 31, 2026" in figure.subfigs[0].get_suptitle()


def test_every_word_is_there_in_every_language():
    import tomllib
    from importlib.resources import files

    text = (files("tarifs_solidaires.people") / "words.toml").read_text("utf-8")
    data = tomllib.loads(text)
    for entry in (*(v for k, v in data.items() if k != "units"), *data["units"].values()):
        assert list(entry) == ["fr", "en", "pt"]
    assert word("nothing", "fr") == "nothing"
