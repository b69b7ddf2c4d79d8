"""Menus as files: the dishes of each day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

from prevision_cantine.files.csv_file import parse_date, read_rows


def load_menu(path: str | Path) -> dict[dt.date, tuple[str, ...]]:
    """Load the dishes of each day from a menu.

    Parameters
    ----------
    path : str or Path
        CSV file in UTF-8: ``date, rang, plat``.

    Returns
    -------
    dict of datetime.date to tuple of str
        Dishes by day, in the order of the file; an entry without a letter is no dish.

    Raises
    ------
    CityError
        Where it cannot be read, lacks a column, or holds a wrong date.

    Examples
    --------
    >>> load_menu("nowhere.csv")
    Traceback (most recent call last):
    prevision_cantine.errors.CityError: nowhere.csv: cannot be read (no such file); it should be a menu, as CSV with the columns date, rang, plat
    """
    path = Path(path)
    dishes: dict[dt.date, list[str]] = defaultdict(list)
    for line, row in read_rows(path, ("date", "rang", "plat"), what="a_menu"):
        day = dishes[parse_date(path, line, row["date"]).astype(dt.date)]
        if any(map(str.isalpha, row["plat"])):
            day.append(row["plat"].strip())
    return {day: tuple(dishes[day]) for day in sorted(dishes)}


def load_dishes(folder: str | Path) -> dict[dt.date, tuple[str, ...]]:
    """Load the dishes of each day from all menus of a city's folder.

    Parameters
    ----------
    folder : str or Path
        Folder as for ``load_city``; its ``menus.csv``, or each of its files ``raw/menus_*.csv``.

    Returns
    -------
    dict of datetime.date to tuple of str
        Dishes by day; those of a day that two files have are put together.

    Raises
    ------
    CityError
        As ``load_menu`` does.

    Examples
    --------
    >>> load_dishes("nowhere")
    {}
    """
    dishes: dict[dt.date, tuple[str, ...]] = defaultdict(tuple)
    if (Path(folder) / "menus.csv").is_file():
        for line, row in read_rows(
            own := Path(folder) / "menus.csv", ("date", "plat"), optional=("service",), left_out=[]
        ):
            if any(map(str.isalpha, row["plat"])):
                day = parse_date(own, line, row["date"].strip()).astype(dt.date)
                dishes[day] += (row["plat"].strip(),)
    for path in sorted((Path(folder) / "raw").glob("menus_*.csv")):
        for day, more in load_menu(path).items():
            dishes[day] += more
    return {day: dishes[day] for day in sorted(dishes)}
