"""What a city announces ahead counts from the day that it is announced on, and not a day before."""

import shutil

import numpy as np
import pytest

from prevision_cantine import CanteenForecaster, CityError, load_city

FIRST, LAST = "2023-03-06", "2023-03-10"
AWAY = "cantine,date,absents,annonce_le\nCantine 01,2023-03-07,40,2023-02-10\n"


@pytest.fixture
def folder(town_folder, tmp_path):
    root = tmp_path / "town"
    shutil.copytree(town_folder, root)
    return root


def forecast(folder, until):
    city = load_city(folder)
    rows = city.calendar_rows(FIRST, LAST)
    fitted = CanteenForecaster(calibration_periods=0).fit(city, until=until)
    return rows, fitted.predict(rows)


def test_an_absence_takes_meals_away_where_it_is_announced(folder):
    rows, usual = forecast(folder, "2023-02-10")
    (folder / "calculators/absences.csv").write_text(AWAY)
    _, told = forecast(folder, "2023-02-10")
    _, before = forecast(folder, "2023-02-09")
    there = (rows.canteen == 0) & (rows.date == np.datetime64("2023-03-07"))
    assert told.contributions["absences"][there] < 0
    np.testing.assert_array_equal(told.meals[~there], usual.meals[~there])
    assert (told.meals < usual.meals)[there].all()
    assert not before.contributions["absences"].any()


def test_a_provisional_enrolment_is_known_from_its_day(folder):
    city = load_city(folder)
    year = city.calendar.years[-1]
    spare = (folder / "raw/effectifs.csv").read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in spare if f",{year.name}," not in line]
    (folder / "raw/effectifs.csv").write_text("".join(kept), "utf-8")
    lines = [f"École {name},{year.name},500,2022-06-15\n" for name in city.canteens]
    header = "ecole,annee_scolaire,effectif,connu_le\n"
    (folder / "raw/effectifs_provisoires.csv").write_text(header + "".join(lines), "utf-8")
    told = load_city(folder)
    canteen = np.arange(len(told.canteens))
    day = np.full(len(canteen), year.start)
    known = told.enrolled(canteen, day, np.datetime64("2022-06-15"))
    assert (known == 500).all()
    assert (told.enrolled(canteen, day, np.datetime64("2022-06-14")) != 500).all()


def test_who_is_not_known_is_left_out_and_told(folder):
    (folder / "calculators/absences.csv").write_text(AWAY.replace("Cantine 01", "Nulle part"))
    (folder / "raw/effectifs_provisoires.csv").write_text(
        "ecole,annee_scolaire,effectif,connu_le\nNulle part,2022-2023,10,2022-06-15\n"
    )
    city = load_city(folder)
    assert len(city.absences) == 0
    assert len(city.provisional) == 0
    assert [remark.action for remark in city.report if "Nulle part" in remark.what] == [
        "left out"
    ] * 2


def test_a_whole_canteen_may_be_away_and_not_a_pupil_more(folder):
    pupils = int(load_city(folder).enrolment["2022-2023"][0])
    path = folder / "calculators/absences.csv"
    path.write_text(AWAY.replace(",40,", f",{pupils},"))
    assert load_city(folder).absences.pupils.tolist() == [pupils]
    path.write_text(AWAY.replace(",40,", f",{pupils + 1},"))
    with pytest.raises(
        CityError, match=f"{pupils + 1} pupils are away, more than the {pupils} enrolled"
    ):
        load_city(folder)


def test_absences_that_no_enrolment_can_be_held_against_are_told(folder):
    (folder / "calculators/absences.csv").write_text(AWAY.replace(",40,", ",4000,"))
    pupils = folder / "raw/effectifs.csv"
    kept = [
        line for line in pupils.read_text("utf-8").splitlines(keepends=True)
        if not line.startswith("École Cantine 01,2022-2023,")
    ]  # fmt: skip
    pupils.write_text("".join(kept), "utf-8")
    city = load_city(folder)
    told = [remark for remark in city.report if remark.file == "calculators/absences.csv"]
    assert [remark.count for remark in told] == [1]
    assert "enrolment of canteen 'Cantine 01' in 2022-2023 unknown" in told[0].what


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("calculators/absences.csv", AWAY.replace(",40,", ",0,"), "absences.csv:2: absents"),
        ("calculators/absences.csv", AWAY.replace(",40,", ",x,"), "absences.csv:2"),
        ("calculators/absences.csv", AWAY.replace(",40,", ",4000,"), r"absences.csv:2: absents: Cantine 01 on 2023-03-07: 4000 pupils are away, more than the \d+ enrolled in 2022-2023"),
        ("calculators/absences.csv", AWAY + AWAY.splitlines()[1].replace(",40,", ",4000,"), "absences.csv:3: .*: 4040 pupils"),
        ("calculators/absences.csv", AWAY.replace("2023-03-07", "7 mars"), "absences.csv:2"),
        ("calculators/absences.csv", "cantine,date,absents\n", "annonce_le"),
        ("calculators/absences.csv", AWAY.replace("absents", "prenom"), "personal data"),
        ("raw/effectifs_provisoires.csv", "ecole,annee_scolaire,effectif,connu_le\nA,2022-2023,10,juin\n", "provisoires.csv:2"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(folder, name, text, words):
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(CityError, match=words):
        load_city(folder)
