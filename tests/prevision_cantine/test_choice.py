"""Settings that find themselves: what is chosen, kept, read again and said."""

import json

import attrs
import numpy as np
import pytest

from prevision_cantine import (
    CanteenForecaster,
    DateError,
    ForecastError,
    choose_settings,
    load_choice,
    load_city,
    load_forecaster,
    make_city,
    make_commune,
    model_sheet,
    save_choice,
    save_forecaster,
)
from prevision_cantine.cli.main import main
from prevision_cantine.model.choice import SETTINGS, Choice, Step
from prevision_cantine.model.choosing import GRIDS
from prevision_cantine.model.terms import adjusted, default_terms
from prevision_cantine.say.chosen import TEXTS, choice_lines, choice_to_text
from prevision_cantine.words.language import LANGUAGES

UNTIL = "2023-03-01"


@pytest.fixture(scope="module")
def city():
    return make_city(seed=3, canteens=2, years=3)


@pytest.fixture(scope="module")
def chosen(city):
    # A start that is far off: the search has somewhere to go.
    start = CanteenForecaster(level_half_life=45.0, enrolment_exponent=0.0)
    return choose_settings(city, UNTIL, forecaster=start, weeks_needed=30, evaluations=12)


def test_a_bad_start_is_left_by_steps_that_gain(chosen):
    assert chosen.stopped in ("settled", "evaluations")
    assert chosen.evaluations <= 12
    assert chosen.steps
    assert all(step.gain > 0 for step in chosen.steps)
    total = sum(step.gain for step in chosen.steps)
    assert chosen.loss == pytest.approx(chosen.start_loss - total)
    assert 0 < chosen.gain < 1
    values = dict(chosen.settings)
    assert all(values[name] in GRIDS[name] for name in SETTINGS)
    for step in chosen.steps:
        if step.name in SETTINGS:
            grid = GRIDS[step.name]
            assert abs(grid.index(step.before) - grid.index(step.after)) == 1


def test_what_was_chosen_is_what_the_forecaster_does(city, chosen):
    model = CanteenForecaster(**chosen.parameters(), calibration_periods=0).fit(city, UNTIL)
    for name, value in chosen.settings:
        assert getattr(model, name) == value
    assert model.choice is chosen


def test_nothing_after_the_day_is_used(city, chosen):
    day = np.datetime64(UNTIL)
    table = city.attendance
    later = attrs.evolve(table, meals=np.where(table.date > day, 1.0, table.meals))
    start = CanteenForecaster(level_half_life=45.0, enrolment_exponent=0.0)
    again = choose_settings(
        attrs.evolve(city, attendance=later), UNTIL, forecaster=start, weeks_needed=30,
        evaluations=12,
    )  # fmt: skip
    assert again == chosen
    assert again.last <= day


def test_with_too_few_weeks_nothing_changes(city):
    found = choose_settings(city, "2022-02-01")
    assert found.stopped == "too few weeks"
    assert not found.steps
    assert found.evaluations == 1
    shipped = CanteenForecaster()
    assert dict(found.settings) == {name: getattr(shipped, name) for name in SETTINGS}
    with pytest.raises(DateError, match="no past forecast can be made"):
        choose_settings(city, city.attendance.date[10])


@pytest.mark.parametrize(
    "wrong", [{"years": 0}, {"seconds": 0}, {"evaluations": 0}, {"years": 1.5}]
)
def test_bounds_have_a_range(city, wrong):
    with pytest.raises(ForecastError, match=next(iter(wrong))):
        choose_settings(city, UNTIL, **wrong)


MADE = Choice(
    until=np.datetime64("2023-03-01"), first=np.datetime64("2021-09-01"),
    last=np.datetime64("2023-02-28"), weeks=70, evaluations=33, stopped="settled",
    start_loss=0.0567, loss=0.0551,
    settings=(("level_half_life", 12.0), ("half_life", 800.0)),
    penalties=(("saison", 3.0),), stay=("menu",), without=("feries", 'fête "locale"'),
    steps=(
        Step("level_half_life", 8.0, 12.0, 0.001, 2.5), Step("penalty of saison", 1.0, 3.0, 0.0004, 1.2),
        Step("term feries", 1.0, 0.0, 0.0002, 1.1), Step("penalty of *", 1.0, 0.3, 0.0001, 1.1),
    ),
)  # fmt: skip


def test_a_choice_is_read_as_it_was_written(tmp_path, chosen):
    for choice in (MADE, chosen):
        save_choice(choice, tmp_path / "s.toml")
        assert load_choice(tmp_path / "s.toml") == choice


def test_a_person_may_write_settings_alone(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text("level_half_life = 12\nwithout = ['feries']\n", "utf-8")
    choice = load_choice(path)
    model = CanteenForecaster(**choice.parameters())
    assert (model.level_half_life, model.without, model.half_life) == (12.0, ("feries",), 800.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("level = 3", "level is not a setting"),
        ("half_life = 'long'", "half_life: 'long' has the wrong type"),
        ("half_life = nan", "half_life: nan has the wrong type"),
        ("without = [1]", "without: give names of terms"),
        ("penalties = 3", "penalties: 3 has the wrong type"),
        ("[penalties]\nsaison = 'x'", "penalties.saison: 'x' has the wrong type"),
        ("[search]\nuntil = 'x'", "search.until: 'x' has the wrong type"),
        ("[search]\nspeed = 1", "search.speed is not a setting"),
        ("[[search.step]]\nname = 'a'\nvalue = 1", "search.step 1: value is not a setting"),
        ("half_life = ", "not TOML"),
        ("a = 1\nb = 2", "a is not a setting, b is not a setting"),
    ],
)
def test_what_is_no_settings_is_refused(tmp_path, text, message):
    path = tmp_path / "s.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ForecastError) as error:
        load_choice(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ForecastError, match="cannot be read"):
        load_choice(tmp_path / "none.toml")


def test_penalties_and_terms_left_out(city):
    terms = default_terms(city)
    found = adjusted(terms, {"saison": 2.0}, ["feries"])
    assert {t.name for t in terms} - {t.name for t in found} == {"feries"}
    for before, after in zip([t for t in terms if t.name == "saison"], [t for t in found if t.name == "saison"], strict=True):  # fmt: skip
        assert (after.penalty, after.by_type) == (2 * before.penalty, 2 * before.by_type)
    assert adjusted(terms, None, ()) == terms
    assert adjusted(terms, {"*": 1.0}, ()) == terms
    both = adjusted(terms, {"*": 2.0, "saison": 3.0}, ())
    for before, after in zip(terms, both, strict=True):
        if before.penalty is not None:
            assert after.penalty == (6 if before.name == "saison" else 2) * before.penalty
    for wrong in ({"penalties": {"x": 2.0}}, {"without": ["x"]}):
        with pytest.raises(ForecastError, match=r"no term 'x'; the terms are jour, saison"):
            CanteenForecaster(**wrong).fit(city, UNTIL)
    with pytest.raises(ForecastError, match="penalties"):
        CanteenForecaster(penalties={"saison": 0.0}).fit(city, UNTIL)


def test_the_choice_is_kept_with_the_model_and_in_the_sheet(city, tmp_path):
    choice = attrs.evolve(MADE, without=("feries",))
    model = CanteenForecaster(**choice.parameters(), calibration_periods=0).fit(city, UNTIL)
    assert "feries" not in model.fitted_.names
    save_forecaster(model, tmp_path / "m.zip")
    again = load_forecaster(tmp_path / "m.zip")
    assert again.choice == choice
    assert again.get_params() == model.get_params()
    rows = city.calendar_rows("2023-03-20", "2023-03-24")
    np.testing.assert_array_equal(again.predict(rows).meals, model.predict(rows).meals)
    sheet = model_sheet(again)
    data = json.loads(sheet.to_json())
    assert data["choice"]["without"] == ["feries"]
    assert data["choice"]["steps"][0]["after"] == 12.0
    for lang in LANGUAGES:
        page = sheet.to_markdown(lang)
        for line in choice_lines(choice, lang):
            assert line.split(",")[0][:30] in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_chosen_is_said(lang):
    text = choice_to_text(MADE, lang, file="s.toml")
    assert len(text.splitlines()) == 3 + len(MADE.steps) + 2
    assert "70" in text
    assert "{" not in text
    few = choice_to_text(attrs.evolve(MADE, stopped="too few weeks", steps=()), lang)
    assert "70" in few
    cut = choice_to_text(attrs.evolve(MADE, stopped="time"), lang)
    assert TEXTS[lang]["time"] in cut
    same = choice_to_text(attrs.evolve(MADE, steps=(), loss=MADE.start_loss), lang)
    assert same != text
    assert choice_lines(None, lang) == [TEXTS[lang]["none"]]


def test_from_the_command_line(tmp_path, capsys):
    folder = make_commune(years=2).to_folder(tmp_path / "city")
    file = tmp_path / "settings.toml"
    until = str(load_city(folder).attendance.date[-1])
    status = main(
        ["settings", str(folder), "--until", until, "--output", str(file), "--lang", "en",
         "--seconds", "1"]
    )  # fmt: skip
    said = capsys.readouterr()
    assert status == 0, said.err
    assert f"see {file}" in said.out
    model = tmp_path / "model.zip"
    assert main(["fit", str(folder), "--until", until, "--settings", str(file), "--output", str(model)]) == 0  # fmt: skip
    assert load_forecaster(model).choice == load_choice(file)
    capsys.readouterr()
    clash = ["effects", str(folder), "--model", str(model), "--settings", str(file)]
    assert main(clash) == 2
    assert "--settings et --model ne vont pas ensemble" in capsys.readouterr().err
