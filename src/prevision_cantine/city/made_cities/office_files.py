"""A made city as an office would export it, mess included, to try an import on."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from pathlib import Path

from prevision_cantine.city.made_cities.made_city import MadeCity
from prevision_cantine.errors import CityError
from prevision_cantine.files.csv_file import written

TITLE, DAY, TOTAL, CLOSED = "Restauration : repas servis par jour", "Jour", "Total", "Fermé"


def to_office(city: MadeCity, folder: str | Path) -> tuple[Path, ...]:
    """Write a made city as the files of an office.

    Parameters
    ----------
    city : MadeCity
        The city.
    folder : str or Path
        A folder that is not there yet, or is empty.

    Returns
    -------
    tuple of Path
        ``repas.csv``, a column a canteen (and service) below a title, with a total and words where
        a canteen was closed; ``effectifs.csv`` and ``menus.csv``. All in Windows-1252, with
        semicolons and days as DD/MM/YYYY.

    Raises
    ------
    CityError
        Where the folder is there and not empty.

    Examples
    --------
    >>> import tempfile
    >>> from prevision_cantine.city.made_cities import make_commune
    >>> [path.name for path in to_office(make_commune(years=1, canteens=2), tempfile.mkdtemp())]
    ['repas.csv', 'effectifs.csv', 'menus.csv']
    """
    root = Path(folder)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise CityError("not_empty", where=folder)
    root.mkdir(parents=True, exist_ok=True)
    people = [
        [row[0], _french(row[1]), row[2]]
        for row in zip(*(city.column("effectifs.csv", n) for n in ("cantine", "du", "effectif")), strict=True)
    ]  # fmt: skip
    dishes = [
        [_french(day), dish]
        for day, dish in zip(
            city.column("menus.csv", "date"), city.column("menus.csv", "plat"), strict=True
        )
    ]
    tables = {
        "repas.csv": _meals(city),
        "effectifs.csv": [["Cantine", "Depuis le", "Effectif"], *people],
        "menus.csv": [["Date", "Plat"], *dishes],
    }
    return tuple(_write(root / name, rows) for name, rows in tables.items())


def _meals(city: MadeCity) -> list[list[str]]:
    """Return days down and canteens across, with a title, a total and words in cells."""
    header = city.tables["frequentation.csv"][0]
    columns = [city.column("frequentation.csv", n) for n in ("date", "cantine", "reel")]
    services = (
        city.column("frequentation.csv", "service")
        if "service" in header
        else ("",) * len(columns[0])
    )
    served: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for day, site, meals, service in zip(*columns, services, strict=True):
        served[day][site, service] = meals
    series = sorted({pair for row in served.values() for pair in row})
    heads = [[DAY, *(site for site, _ in series), TOTAL]]
    if any(service for _, service in series):
        heads.append(["", *(service for _, service in series), ""])
    rows = [
        [
            _french(day),
            *(served[day].get(pair, CLOSED) for pair in series),
            str(sum(map(int, served[day].values()))),
        ]
        for day in sorted(served)
    ]
    return [[TITLE], [], *heads, *rows]


def _french(day: str) -> str:
    return "/".join(reversed(day.split("-")))


def _write(path: Path, rows: list[list[str]]) -> Path:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows(rows)
    with written(path) as temporary:
        temporary.write_bytes(buffer.getvalue().encode("cp1252"))
    return path
