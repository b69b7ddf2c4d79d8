"""What a city announces ahead, each with the day from which it is known: absences, enrolments foreseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from prevision_cantine.arrays import Floats
from prevision_cantine.city.city import City
from prevision_cantine.city.records import Absences, Provisional, Remark
from prevision_cantine.errors import CityError
from prevision_cantine.files.csv_file import parse_count, parse_date, read_rows

ABSENCES = "calculators/absences.csv"
PROVISIONAL = "raw/effectifs_provisoires.csv"


def load_absences(root: Path, index: Mapping[str, int], report: list[Remark]) -> Absences:
    """Read ``calculators/absences.csv``: ``cantine, date, absents, annonce_le``.

    Parameters
    ----------
    root : Path
        Folder of the city.
    index : mapping of str to int
        Number of each canteen.
    report : list of Remark
        Where a canteen that is not known is told.

    Returns
    -------
    Absences
        None where there is no such file.

    Raises
    ------
    CityError
        Where the file holds a wrong value; the message names file and line.
    """
    path = root / ABSENCES
    if not path.exists():
        return Absences()
    unknown: Counter[str] = Counter()
    found: list[tuple[int, np.datetime64, np.datetime64, float, str]] = []
    for line, row in read_rows(path, ("cantine", "date", "absents", "annonce_le")):
        day = parse_date(path, line, row["date"])
        announced = parse_date(path, line, row["annonce_le"])
        pupils = parse_count(path, line, "absents", row["absents"])
        if not pupils > 0:
            raise CityError(
                f"{path}:{line}: absents: {row['absents']!r}; give pupils above 0, or leave the line out"
            )
        canteen = index.get(row["cantine"].strip())
        if canteen is None:
            unknown[row["cantine"]] += 1
        else:
            found.append((canteen, day, announced, pupils, f"{path}:{line}: absents"))
    for name, count in unknown.items():
        report.append(
            Remark(ABSENCES, f"canteen {name!r} is not in raw/cantines.csv", "left out", count)
        )
    if not found:
        return Absences()
    canteens, days, announcements, counts, places = zip(*found, strict=True)
    return Absences(
        canteen=np.array(canteens, dtype=np.int64),
        date=np.array(days, dtype="datetime64[D]"),
        announced=np.array(announcements, dtype="datetime64[D]"),
        pupils=np.array(counts, dtype=np.float64),
        place=np.array(places),
    )


def unchecked_absences(city: City, where: str = ABSENCES) -> list[Remark]:
    """Return a remark for each canteen and school year whose absences no enrolment can be held against.

    Parameters
    ----------
    city : City
        The city; it refuses more pupils away than are enrolled where an enrolment is known.
    where : str
        The table of the absences.

    Returns
    -------
    list of Remark
        None where all enrolments are known.
    """
    told, calendar = city.absences, city.calendar
    unknown = np.isnan(city.enrolled_at_most(told.canteen, told.date))
    found: Counter[tuple[int, int]] = Counter(
        zip(
            told.canteen[unknown].tolist(),
            calendar.year_index(told.date[unknown]).tolist(),
            strict=True,
        )
    )
    return [
        Remark(
            where,
            f"enrolment of canteen {city.canteens[canteen]!r} "
            f"{f'in {calendar.years[year].name}' if year >= 0 else 'before the first school year'} unknown",
            "taken without comparing them to it",
            count,
        )
        for (canteen, year), count in sorted(found.items())
    ]


def load_provisional(
    root: Path, canteen_of: Mapping[str, str], index: Mapping[str, int], report: list[Remark]
) -> dict[str, Provisional]:
    """Read ``raw/effectifs_provisoires.csv``: ``ecole, annee_scolaire, effectif, connu_le``.

    Parameters
    ----------
    root : Path
        Folder of the city.
    canteen_of : mapping of str to str
        Canteen of each school.
    index : mapping of str to int
        Number of each canteen.
    report : list of Remark
        Where a school without a canteen is told.

    Returns
    -------
    dict of str to Provisional
        By school year, known from the day of its latest figure on; empty where there is no file.

    Raises
    ------
    CityError
        Where the file holds a wrong value; the message names file and line.
    """
    path = root / PROVISIONAL
    if not path.exists():
        return {}
    unknown: Counter[str] = Counter()
    pupils: dict[str, Floats] = {}
    known: dict[str, np.datetime64] = {}
    for line, row in read_rows(path, ("ecole", "annee_scolaire", "effectif", "connu_le")):
        day = parse_date(path, line, row["connu_le"])
        count = parse_count(path, line, "effectif", row["effectif"])
        canteen = index.get(canteen_of.get(row["ecole"], ""))
        if canteen is None:
            unknown[row["ecole"]] += 1
        elif count > 0:
            year = row["annee_scolaire"]
            table = pupils.setdefault(year, np.full(len(index), np.nan))
            table[canteen] = np.nan_to_num(table[canteen]) + count
            known[year] = max(known.get(year, day), day)
    for school, number in unknown.items():
        report.append(Remark(PROVISIONAL, f"school {school!r} has no canteen", "left out", number))
    return {year: Provisional(known[year], table) for year, table in pupils.items()}
