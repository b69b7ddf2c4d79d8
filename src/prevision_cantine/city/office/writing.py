"""The folder of a city, from rows: all of its files or none, and none overwritten unless asked."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from prevision_cantine.city.office.messages import OfficeError
from prevision_cantine.files.csv_file import write_csv

Key = tuple[dt.date, str, str]  # day, canteen, service


@attrs.define
class Rows:
    """What the files of a city hold.

    Parameters
    ----------
    meals : dict
        ``reel`` and ``prevision_agents`` by day, canteen and service.
    enrolment : dict
        People by canteen, service and the day from which it counts.
    dishes : list of (datetime.date, str, str)
        Day, service, dish.
    canteens : dict
        ``type``, ``ouvre_le`` and ``ferme_le`` by canteen.
    """

    meals: dict[Key, dict[str, float]] = attrs.field(factory=dict)
    enrolment: dict[tuple[str, str, dt.date], float] = attrs.field(factory=dict)
    dishes: list[tuple[dt.date, str, str]] = attrs.field(factory=list)
    canteens: dict[str, dict[str, str]] = attrs.field(factory=dict)

    def names(self) -> tuple[str, ...]:
        """Return the canteens, in order."""
        found = {canteen for _, canteen, _ in self.meals} | {c for c, _, _ in self.enrolment}
        return tuple(sorted(found | self.canteens.keys()))

    def tables(self) -> dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]]:
        """Return the header and rows of each file; a column that nothing fills is left out."""
        files: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
            "frequentation.csv": (
                ("date", "cantine", "service", "reel", "prevision_agents"),
                [
                    (
                        str(day),
                        canteen,
                        service,
                        figure(m["reel"]),
                        figure(m.get("prevision_agents")),
                    )
                    for (day, canteen, service), m in sorted(self.meals.items())
                ],
            ),
            "cantines.csv": (
                ("cantine", "type", "ouvre_le", "ferme_le"),
                [
                    (name, *(self.canteens.get(name, {}).get(key, "") for key in _ABOUT))
                    for name in self.names()
                ],
            ),
            "effectifs.csv": (("cantine", "service", "du", "effectif"), self._changes()),
            "menus.csv": (
                ("date", "service", "plat"),
                [
                    (str(day), service, dish)
                    for day, service, dish in sorted(self.dishes, key=lambda row: row[:2])
                ],
            ),
        }
        return {name: _narrow(*table) for name, table in files.items() if table[1]}

    def _changes(self) -> list[tuple[str, ...]]:
        """Return the enrolments that differ from the one before, since each counts until the next.

        One that stands alone, such as that of another school year, is told again all the same.
        """
        rows: list[tuple[str, ...]] = []
        before: tuple[str, str, float] | None = None
        last = dt.date.min
        for (canteen, service, day), count in sorted(self.enrolment.items()):
            if before != (canteen, service, count) or day - last > AGAIN:
                rows.append((canteen, service, str(day), figure(count)))
            before, last = (canteen, service, count), day
        return rows


AGAIN = dt.timedelta(days=60)  # after which the same enrolment is a new one, not one day of many
_ABOUT = ("type", "ouvre_le", "ferme_le")
_OPTIONAL = ("service", "prevision_agents", *_ABOUT)


def _narrow(
    header: tuple[str, ...], rows: list[tuple[str, ...]]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    keep = [n for n, name in enumerate(header) if name not in _OPTIONAL or any(r[n] for r in rows)]
    return tuple(header[n] for n in keep), [tuple(row[n] for n in keep) for row in rows]


def figure(value: float | None) -> str:
    """Return a count as the files have it.

    Examples
    --------
    >>> figure(124.0), figure(22.5), figure(None)
    ('124', '22.5', '')
    """
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


def write_folder(
    folder: Path, rows: Rows, *, replace: bool
) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Write the files of a city.

    Parameters
    ----------
    folder : Path
        Where; made if it is not there.
    rows : Rows
        What.
    replace : bool
        Whether files that are there with other content may be replaced.

    Returns
    -------
    written : mapping of str to int
        Rows by file.
    unchanged : tuple of str
        Files that had this content already.

    Raises
    ------
    OfficeError
        Where one is there with other content, or the folder cannot be written; nothing is then.
    """
    return write_tables(folder, rows.tables(), replace=replace)


def write_tables(
    folder: Path,
    tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[str]]]],
    *,
    replace: bool,
) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Write some tables as files of a folder, as ``write_folder`` does.

    Parameters
    ----------
    folder : Path
        Where.
    tables : mapping of str to (header, rows)
        By name of the file.
    replace : bool
        Whether files that are there with other content may be replaced.

    Returns
    -------
    written : mapping of str to int
        Rows by file.
    unchanged : tuple of str
        Files that had this content already.

    Raises
    ------
    OfficeError
        Where one is there with other content, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder, prefix=".import."))
    except OSError:
        raise OfficeError("not_a_folder", file=folder) from None
    unchanged = []
    try:
        for name, (header, lines) in tables.items():
            write_csv(temporary / name, header, lines)
            there = folder / name
            if there.is_symlink() or there.exists():
                if there.is_file() and there.read_bytes() == (temporary / name).read_bytes():
                    unchanged.append(name)
                elif not replace or not there.is_file() or there.is_symlink():
                    raise OfficeError("exists", file=there)
        for name in tables:
            if name not in unchanged:
                if (folder / name).exists():
                    shutil.copymode(folder / name, temporary / name)
                (temporary / name).replace(folder / name)
    except OSError:
        raise OfficeError("not_a_folder", file=folder) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return {name: len(lines) for name, (_, lines) in tables.items()}, tuple(unchanged)
