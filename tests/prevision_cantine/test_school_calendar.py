"""School calendars: the zones of France from the table of the package, other places from files."""

from itertools import pairwise

import holidays
import numpy as np
import pytest

from prevision_cantine import (
    CityError,
    DateError,
    french_calendar,
    load_calendar,
    load_city,
    load_school_holidays,
)
from prevision_cantine.calendar.days import weekday
from prevision_cantine.calendar.holiday_names import public_holidays
from prevision_cantine.city.nantes import SERVED


@pytest.mark.parametrize("year", range(1950, 2101, 10))
def test_public_holidays_are_those_of_a_library_that_many_use(year):
    theirs = sorted(holidays.country_holidays("FR", years=year))
    assert public_holidays([year]).tolist() == theirs


def test_the_table_covers_each_zone_without_overlap():
    table = load_school_holidays()
    for zone in "ABC":
        spans = sorted((b.start, b.end) for b in table if zone in b.zones)
        assert all(before[1] < after[0] for before, after in pairwise(spans))
    for year in range(2010, 2028):
        for zone in "ABC":
            calendar = french_calendar(zone, [year])
            days = calendar.school_days(*calendar.span)
            assert 125 <= len(days) <= 150, (zone, year)


def test_a_year_beyond_the_table_is_refused_with_what_is_known_and_a_file_extends_it(tmp_path):
    with pytest.raises(DateError, match="2010-2011 to 2027-2028"):
        french_calendar("B", [2028])
    lines = ["zone,vacances_nom,date_debut,date_fin"]
    lines += ["B,Vacances d'été,2029-07-07,2029-08-31", "B,Vacances de Noël,2028-12-23,2029-01-07"]
    (tmp_path / "more.csv").write_text("\n".join(lines) + "\n", "utf-8")
    calendar = french_calendar("B", [2028], holidays=load_school_holidays(tmp_path / "more.csv"))
    assert str(calendar.span[1]) == "2029-07-06"
    with pytest.raises(DateError, match="give A, B or C"):
        french_calendar("D", [2016])
    with pytest.raises(DateError, match="at least one"):
        french_calendar("B", [])


def test_closed_and_opened_days_count():
    plain = french_calendar("B", [2016])
    changed = french_calendar(
        "B",
        [2016],
        closed=["2017-05-26"],
        opened=["2017-05-24"],
        observances={"Aïd": ["2017-06-25"]},
    )
    before, after = (set(c.school_days(*c.span).tolist()) for c in (plain, changed))
    assert {str(day) for day in before ^ after} <= {"2017-05-24", "2017-05-26"}
    assert np.datetime64("2017-05-24").item() in after
    assert np.datetime64("2017-05-26").item() not in after
    assert changed.observances[0][0] == "Aïd"


def test_nantes_served_no_meal_inside_a_break_of_its_zone(real_data):
    zones = {year: "A" if year < 2015 else "B" for year in range(2011, 2017)}
    calendar = french_calendar(zones, zones)
    table = load_city(real_data / "nantes_cantines").attendance
    first, last = calendar.span
    inside = (table.date >= first) & (table.date <= last) & (np.isin(weekday(table.date), SERVED))
    served, count = np.unique(table.date[inside], return_counts=True)
    most = served[count > 0.5 * count.max()]
    assert not calendar.is_off(most).any()


@pytest.fixture
def folder(tmp_path):
    files = {
        "annees_scolaires": "annee_scolaire,date_debut,date_fin\n2026,2026-02-02,2026-12-11\n",
        "vacances": "vacances_nom,date_debut,date_fin\nRecesso,2026-07-01,2026-07-31\n",
        "jours_feries": "date,nom_jour_ferie\n2026-09-07,Independência\n",
        "jours": "date,nature,libelle\n2026-06-05,pont,\n2026-06-24,observance,São João\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def test_another_place_gives_the_same_tables(folder):
    calendar = load_calendar(folder, weekdays=(0, 1, 2, 3, 4))
    off = calendar.is_off(
        np.array(["2026-07-15", "2026-09-07", "2026-06-05", "2026-06-24"], "M8[D]")
    )
    assert off.tolist() == [True, True, True, False]
    assert [(name, str(days[0])) for name, days in calendar.observances] == [
        ("São João", "2026-06-24")
    ]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "jours",
            "date,nature,libelle\n2026-06-05,fete,x\n",
            "jours.csv:2: the nature 'fete' is unknown",
        ),
        ("jours", "date,nature,libelle\n2026-06-05,observance,\n", "needs a name"),
        (
            "vacances",
            "vacances_nom,date_debut,date_fin\nR,2026-07-31,2026-07-01\n",
            "swap them",
        ),
        ("annees_scolaires", "annee_scolaire,date_debut,date_fin\n", "no school year"),
        ("jours_feries", "date,nom_jour_ferie\n7 septembre,x\n", "jours_feries.csv:2"),
    ],
)
def test_a_wrong_line_is_named(folder, name, text, words):
    (folder / f"{name}.csv").write_text(text, "utf-8")
    with pytest.raises(CityError, match=words):
        load_calendar(folder)
