"""Made cities: the folder of any city, the same from the same seed, with effects that can be found."""

import datetime as dt
import tomllib
from collections import defaultdict

import numpy as np
import pytest

from prevision_cantine import CityError, ForecastError
from prevision_cantine.city.made_cities import (
    make_commune,
    make_company,
    make_montreal,
    make_recife,
)
from prevision_cantine.city.made_cities.drawing import draw

MAKERS = (make_recife, make_montreal, make_commune, make_company)
# The layout of any city: columns by file, in order, "?" where one may be absent.
LAYOUT = {
    "frequentation.csv": "date cantine service? reel prevision_agents?",
    "effectifs.csv": "cantine service? du effectif connu_le?",
    "cantines.csv": "cantine type? ouvre_le? ferme_le? remplace?",
    "calendrier.csv": "du au nature nom? cantine? service?",
    "annees.csv": "nom du au",
    "menus.csv": "date service? plat",
    "variables.csv": "date cantine? service? nom valeur connu_le?",
    "absences.csv": "cantine date absents annonce_le",
}
NATURES = {"vacances", "ferie", "ferme", "ouvert", "greve", "observance", "evenement", "exceptionnel"}  # fmt: skip
_made = {}


def made(maker, **settings):
    key = (maker, *sorted(settings.items()))
    if key not in _made:
        _made[key] = maker(**settings)
    return _made[key]


def rows_of(city, file):
    header, rows = city.tables[file]
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("maker", MAKERS)
def test_the_tables_are_those_of_any_city(maker, tmp_path):
    city = made(maker)
    for file, (header, rows) in city.tables.items():
        known = [name.rstrip("?") for name in LAYOUT[file].split()]
        needed = [name for name in LAYOUT[file].split() if not name.endswith("?")]
        assert [name for name in known if name in header] == list(header)
        assert set(needed) <= set(header)
        assert rows
        assert all(len(row) == len(header) for row in rows)
        for name in {"date", "du", "au", "connu_le", "annonce_le"} & set(header):
            assert all(
                len(day) == 10 and dt.date.fromisoformat(day) for day in city.column(file, name)
            )
    assert set(city.column("calendrier.csv", "nature")) <= NATURES
    assert all(row["du"] <= row["au"] for row in rows_of(city, "calendrier.csv"))
    served = rows_of(city, "frequentation.csv")
    keys = [(row["date"], row["cantine"], row.get("service")) for row in served]
    assert len(keys) == len(set(keys))
    assert all(int(row["reel"]) >= 1 for row in served)
    canteens = set(city.column("cantines.csv", "cantine"))
    for file in ("frequentation.csv", "effectifs.csv"):
        assert set(city.column(file, "cantine")) <= canteens
    folder = city.to_folder(tmp_path / "ville")
    assert {path.name for path in folder.iterdir()} == {*city.tables, "ville.toml"}
    settings = tomllib.loads((folder / "ville.toml").read_text("utf-8"))
    assert set(settings) == {"langues", "jours", "fuseau", "familles"}
    with pytest.raises(CityError, match="not empty"):
        city.to_folder(folder)


@pytest.mark.parametrize("maker", MAKERS)
def test_the_same_seed_makes_the_same_city_and_another_one_another(maker):
    one, same, other = maker(seed=5, years=1), maker(seed=5, years=1), maker(seed=6, years=1)
    assert one.tables == same.tables
    assert one.truth == same.truth
    assert one.tables["frequentation.csv"] != other.tables["frequentation.csv"]
    with pytest.raises(ForecastError):
        maker(years=0)


@pytest.mark.parametrize("maker", MAKERS)
def test_no_meal_is_served_where_the_calendar_or_the_life_of_a_canteen_says_no(maker):
    city = made(maker)
    off = set()
    for row in rows_of(city, "calendrier.csv"):
        if row["nature"] in ("vacances", "ferie", "ferme"):
            first, last = (np.datetime64(row[key]) for key in ("du", "au"))
            off |= set(np.arange(first, last + 1).astype(str).tolist())
    days = {row["date"] for row in rows_of(city, "frequentation.csv")}
    assert not days & off
    assert not {day for day in days if "2020-03-16" <= day <= "2020-05-31"}
    lives = {row["cantine"]: row for row in rows_of(city, "cantines.csv")}
    for row in rows_of(city, "frequentation.csv"):
        life = lives[row["cantine"]]
        assert not life.get("ouvre_le") or row["date"] >= life["ouvre_le"]
        assert not life.get("ferme_le") or row["date"] < life["ferme_le"]
    if maker is not make_company:
        assert sum(bool(life["ouvre_le"]) for life in lives.values()) == 2
        assert sum(bool(life["ferme_le"]) for life in lives.values()) == 3
        (merged,) = [life for life in lives.values() if life["remplace"]]
        assert all(
            lives[name]["ferme_le"] == merged["ouvre_le"] for name in merged["remplace"].split(";")
        )


def test_each_kind_has_its_own_days():
    recife = made(make_recife)
    assert {row["date"][5:7] for row in rows_of(recife, "frequentation.csv")} == {
        f"{n:02d}" for n in range(2, 13)
    }
    commune = made(make_commune)
    wednesdays = [
        row["date"]
        for row in rows_of(commune, "frequentation.csv")
        if dt.date.fromisoformat(row["date"]).weekday() == 2
    ]
    assert min(wednesdays) >= commune.truth["reform"]
    montreal = made(make_montreal)
    days = [
        row["du"]
        for row in rows_of(montreal, "calendrier.csv")
        if row["nom"] == "journée pédagogique"
    ]
    assert len(days) == 18 * 4
    company = made(make_company)
    people = {row["du"]: int(row["effectif"]) for row in rows_of(company, "effectifs.csv")}
    away = {row["date"]: int(row["absents"]) for row in rows_of(company, "absences.csv")}
    assert people.keys() == away.keys()
    assert all(away[day] < people[day] for day in people)


def test_meals_have_the_noise_of_real_canteens():
    random = np.random.default_rng(0)
    people, share = np.full(40_000, 180.0), 0.75
    off = draw(random, people, np.full(40_000, share)) - people * share
    spread = np.subtract(*np.percentile(off, [75, 25])) / 1.349 / np.sqrt(180 * share * (1 - share))
    assert 1.05 < spread < 1.3
    assert 0.01 < np.mean(np.abs(off) > 0.15 * people * share) < 0.06


def effects(city, service=None):
    """Return what plain least squares find of the effects, of the days before any break of a level."""
    menu = defaultdict(str)
    families = tomllib.loads(city.settings)["familles"]
    for row in rows_of(city, "menus.csv"):
        if row.get("service", service) == service or service is None:
            text = row["plat"].lower()
            for name, words in families.items():
                if any(word in text for word in words):
                    menu[row["date"]] = name
    event = defaultdict(set)
    for row in rows_of(city, "calendrier.csv"):
        if row["nature"] in ("evenement", "greve"):
            for day in np.arange(np.datetime64(row["du"]), np.datetime64(row["au"]) + 1):
                event[str(day)].add(row["nom"])
    enrolled = defaultdict(list)
    for row in sorted(rows_of(city, "effectifs.csv"), key=lambda row: row["du"]):
        enrolled[row["cantine"], row.get("service", "")].append((row["du"], float(row["effectif"])))
    cells, y = [], []
    for row in rows_of(city, "frequentation.csv"):
        if row["date"] > "2020-03-01" or (service is not None and row["service"] != service):
            continue
        day = dt.date.fromisoformat(row["date"])
        known = enrolled.get((row["cantine"], row.get("service", "")), enrolled[row["cantine"], ""])
        people = [count for since, count in known if since <= row["date"]][-1]
        y.append(np.log(int(row["reel"]) / people))
        names = [
            f"series {row['cantine']} {row.get('service', '')} {known.index((max(s for s, _ in known if s <= row['date']), people))}"
            if len(known) < 20
            else f"series {row['cantine']}"
        ]
        names += [f"day {day.weekday()}", f"plat {menu[row['date']]}"]
        cells.append(names + [f"event {name}" for name in event[row["date"]]])
    columns = {name: n for n, name in enumerate(sorted({name for row in cells for name in row}))}
    base = {columns["day 1"]} | {columns.get("plat ", -1)}
    x = np.zeros((len(y), len(columns)))
    for n, names in enumerate(cells):
        x[n, [columns[name] for name in names]] = 1
    keep = [n for n in range(len(columns)) if n not in base]
    weight = np.ones(len(y))
    for _ in range(6):  # heavy tails count less
        root = np.sqrt(weight)[:, None]
        found = np.linalg.lstsq(x[:, keep] * root, np.array(y) * root[:, 0], rcond=None)[0]
        off = np.abs(np.array(y) - x[:, keep] @ found)
        weight = np.minimum(1, 1.5 * np.median(off) / np.maximum(off, 1e-9))
    index = dict(zip(keep, found, strict=True))
    return {name: index.get(n, 0.0) for name, n in columns.items()}


@pytest.mark.parametrize(
    ("maker", "pairs"),
    [
        (make_recife, {"plat peixe": -0.06 - 0.0, "event São João": 0.08, "day 4": -0.09}),
        (make_montreal, {"event journée pédagogique": -1.1, "event tempête de neige": -0.22, "day 4": 0.06}),
        (make_commune, {"event grève": -0.6, "day 4": -0.03, "day 3": 0.015}),
    ],
)  # fmt: skip
def test_the_effects_are_found_by_plain_least_squares(maker, pairs):
    found = effects(made(maker))
    for name, truth in pairs.items():
        if name == "plat peixe":  # every dish of Recife has a family: against that of no effect
            assert found[name] - found["plat carne"] == pytest.approx(truth, abs=0.02)
        else:
            assert found[name] == pytest.approx(truth, abs=0.025), name


def test_overtime_and_weekdays_of_the_company_are_found():
    city = made(make_company)
    lunch, dinner = effects(city, "midi"), effects(city, "soir")
    for found, service in ((lunch, "midi"),):
        for day in (0, 3, 4):
            gap = found[f"day {day}"]
            assert gap == pytest.approx(city.truth["weekday"][service][day] - 0.04, abs=0.06)
    hours = {row["date"]: float(row["valeur"]) for row in rows_of(city, "variables.csv")}
    people = {row["du"]: float(row["effectif"]) for row in rows_of(city, "effectifs.csv")}
    away = {row["date"]: float(row["absents"]) for row in rows_of(city, "absences.csv")}
    logs = {
        row["date"]: np.log(int(row["reel"]) / (people[row["date"]] - away[row["date"]]))
        for row in rows_of(city, "frequentation.csv")
        if row["service"] == "soir" and row["date"] < "2020-03-01"
        and dt.date.fromisoformat(row["date"]).weekday() in (1, 3)
    }  # fmt: skip
    none = np.mean([value for day, value in logs.items() if hours[day] < 120])
    many = np.mean([value for day, value in logs.items() if 350 < hours[day] < 450])
    assert many - none == pytest.approx(0.55 * (400 / 650 - 90 / 340), abs=0.04)
    assert dinner["day 2"] < -0.2


@pytest.mark.parametrize("maker", MAKERS)
def test_the_break_of_a_level_and_the_limited_places_are_there(maker):
    city = made(maker)
    ((canteen, day, size),) = city.truth["break"]
    shares = defaultdict(list)
    for row in rows_of(city, "frequentation.csv"):
        if row["cantine"] == canteen:
            shares[row["date"]].append(int(row["reel"]))
    around = np.datetime64(day)
    before = [np.sum(m) for d, m in shares.items() if around - 45 <= np.datetime64(d) < around]
    after = [np.sum(m) for d, m in shares.items() if around <= np.datetime64(d) < around + 45]
    assert np.log(np.median(after) / np.median(before)) == pytest.approx(size, abs=0.12)
    exceptional = [
        row for row in rows_of(city, "calendrier.csv") if row["nature"] == "exceptionnel"
    ]
    assert [row["du"] for row in exceptional] == ["2020-03-16", "2020-06-01"]
