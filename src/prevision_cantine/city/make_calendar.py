"""The calendar of a city's folder: public holidays of any country, and school holidays.

A day of which nothing is known is never written as a school day: years outside what is published
are an error where they were asked for, and named as missing where they follow from the data.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Sequence
from pathlib import Path

import attrs

from prevision_cantine.calendar.holiday_names import holiday_name, public_holidays
from prevision_cantine.calendar.school_calendar import ZONES, load_school_holidays
from prevision_cantine.city.office.archive import Limits, read_bytes
from prevision_cantine.city.office.messages import OfficeError, clean, say
from prevision_cantine.extras import needs
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.json_value import JsonValue

FILE = "calendrier.csv"
COLUMNS = ("du", "au", "nature", "nom", "cantine", "service")
FIRST, LAST = 1990, 2099
_LONGEST = 366  # days of a school holiday
_FRENCH = ("FR", "FRA")
_ESTIMATED = re.compile(r"\((?:estimated|estimé|estimado)[^)]*\)", re.IGNORECASE)

Line = tuple[str, ...]


@attrs.frozen(kw_only=True)
class CalendarReport(JsonValue):
    """What was written to the calendar, and what is missing from it.

    Parameters
    ----------
    file : Path
        The file.
    country : str
        Country.
    holidays, breaks : tuple of tuple of str
        Lines added: ``ferie`` and ``vacances``.
    kept : int
        Lines that were there.
    span, break_span : (datetime.date, datetime.date) or None
        Within which public holidays, and school holidays, are known.
    differs : tuple of (str, str)
        School holidays that were kept though others are published.
    estimated : tuple of str
        Public holidays whose day is an estimate.
    missing : tuple of (str, str, str)
        Code of what is missing, with the days from and to which it is, where there are some.
    """

    file: Path
    country: str
    holidays: tuple[Line, ...] = attrs.field(repr=False)
    breaks: tuple[Line, ...] = attrs.field(repr=False)
    kept: int = 0
    span: tuple[dt.date, dt.date]
    break_span: tuple[dt.date, dt.date] | None = None
    differs: tuple[tuple[str, str], ...] = ()
    estimated: tuple[str, ...] = ()
    missing: tuple[tuple[str, str, str], ...] = ()

    def to_text(self, lang: str = "fr") -> str:
        """Return the report for a person.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Several lines.
        """
        lines = [
            say(
                "cal_wrote", lang, file=self.file, feries=len(self.holidays),
                breaks=len(self.breaks), kept=self.kept,
            ),
            say("cal_span", lang, first=self.span[0].isoformat(), last=self.span[1].isoformat()),
        ]  # fmt: skip
        if self.break_span is not None:
            first, last = (day.isoformat() for day in self.break_span)
            lines.append(say("cal_break_span", lang, first=first, last=last))
        lines += [say("cal_differs", lang, text=clean(a), other=clean(b)) for a, b in self.differs]
        lines += [say("cal_estimated", lang, text=clean(text)) for text in self.estimated]
        lines += [
            say(code, lang, country=self.country, first=first, last=last)
            for code, first, last in self.missing
        ]
        return "\n".join(lines)


def make_calendar(
    folder: str | Path,
    *,
    country: str,
    zone: str | None = None,
    subdivision: str | None = None,
    start: int | None = None,
    end: int | None = None,
    breaks: str | Path | None = None,
    lang: str = "fr",
) -> CalendarReport:
    """Add public and school holidays to the calendar of a city's folder.

    Lines that are there stay as they are; a school holiday that overlaps one of them is not added,
    and said where its dates differ.

    Parameters
    ----------
    folder : str or Path
        Folder of the city; its ``calendrier.csv`` is written.
    country : str
        Code of two letters, such as ``"FR"``. Those of France are computed; the others need the
        library ``holidays``, the extra ``calendrier``.
    zone : {"A", "B", "C"}, optional
        Zone of France, whose school holidays are shipped.
    subdivision : str, optional
        Province or state, such as ``"QC"`` or ``"PE"``, for its own public holidays.
    start, end : int, optional
        First and last civil year; by default those of ``frequentation.csv``, and the year after.
    breaks : str or Path, optional
        CSV file of school holidays: ``du, au`` and, where there is one, ``nom``. They take the
        place of those of a zone that they overlap.
    lang : {"fr", "en", "pt"}
        Language of names and errors.

    Returns
    -------
    CalendarReport
        What was added and what is missing.

    Raises
    ------
    OfficeError
        Where the country, the subdivision or the zone is not known, where years that were asked
        for are not, or where a line of a file is wrong.

    Examples
    --------
    >>> import tempfile
    >>> report = make_calendar(tempfile.mkdtemp(), country="FR", zone="B", start=2023, end=2023)
    >>> len(report.holidays), report.breaks[0]
    (11, ('2022-12-17', '2023-01-02', 'vacances', 'Vacances de Noël', '', ''))
    """
    try:
        return _make(Path(folder), country, zone, subdivision, (start, end), breaks, lang)
    except OfficeError as error:
        raise error.in_language(lang) from None


def _make(
    folder: Path,
    country: str,
    zone: str | None,
    subdivision: str | None,
    years: tuple[int | None, int | None],
    breaks: str | Path | None,
    lang: str,
) -> CalendarReport:
    say("cal_missing_zone", lang)  # an unknown language is refused first
    country = country.strip().upper()
    if zone is not None and (zone not in ZONES or country not in _FRENCH):
        raise OfficeError("cal_zone", zone=zone)
    if not folder.is_dir():
        code = "not_a_folder" if folder.exists() else "missing_folder"
        raise OfficeError(code, file=folder)
    first, last = _years(folder, years)
    days = _holidays(country, subdivision, first, last, lang)
    span = (dt.date(first, 1, 1), dt.date(last, 12, 31))
    school, known, missing = _school(zone, breaks, span, asked=years[1] is not None)
    if known is None:
        code = "cal_missing_zone" if country in _FRENCH else "cal_missing_breaks"
        missing = [(code, "", "")]
    path = folder / FILE
    there = _there(path)
    seen = {(row[0], row[1], row[2]) for row in there if not row[4]}
    holidays = [
        (day, day, "ferie", name, "", "")
        for day, name in days
        if (day, day, "ferie") not in seen
    ]  # fmt: skip
    added, differs = [], []
    mine = [row for row in there if row[2] == "vacances" and not row[4]]
    for a, b, name in school:
        same = [row for row in mine if row[0] <= b and row[1] >= a]
        if not same:
            added.append((a, b, "vacances", name, "", ""))
        elif (a, b) not in {(row[0], row[1]) for row in same}:
            differs.append((f"{same[0][0]} – {same[0][1]} {same[0][3]}", f"{a} – {b} {name}"))
    if holidays or added:
        write_csv(path, COLUMNS, sorted([*there, *holidays, *added]))
    return CalendarReport(
        file=path, country=country, holidays=tuple(holidays), breaks=tuple(added), kept=len(there),
        span=span, break_span=known, differs=tuple(differs), missing=tuple(missing),
        estimated=tuple(f"{day} {name}" for day, name in days if _ESTIMATED.search(name)),
    )  # fmt: skip


def _years(folder: Path, years: tuple[int | None, int | None]) -> tuple[int, int]:
    """Return the years asked for, or else those of the attendance and the one after."""
    first, last = years
    if first is None or last is None:
        path = folder / "frequentation.csv"
        needed, more = ("date", "cantine", "reel"), ("service", "prevision_agents")
        found = (
            [int(row["date"][:4]) for _, row in _rows(path, needed, more) if _is_day(row["date"])]
            if path.exists()
            else []
        )
        if not found:
            raise OfficeError("cal_no_data", file=path)
        first = min(found) if first is None else first
        last = max(found) + 1 if last is None else last
    if not FIRST <= first <= last <= LAST:
        facts = {"first": str(first), "last": str(last), "low": str(FIRST), "high": str(LAST)}
        raise OfficeError("cal_years", **facts)
    return first, last


def _rows(
    path: Path, needed: Sequence[str], optional: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """Return the lines of a CSV file with these columns.

    The reader of the other files would refuse ``nom`` as the name of a person.

    Raises
    ------
    OfficeError
        Where it cannot be read, or has other columns.
    """
    known = ", ".join((*needed, *optional))
    try:
        text = read_bytes(path, Limits()).decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval=None)
        header = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        if set(needed) - set(header) or set(header) - {*needed, *optional}:
            raise OfficeError("cal_columns", file=path, line="1", known=known)
        found = []
        for row in reader:
            if "" in row or None in row.values():
                raise OfficeError("cal_columns", file=path, line=str(reader.line_num), known=known)
            found.append((reader.line_num, row))
    except (csv.Error, UnicodeDecodeError) as error:
        raise OfficeError("damaged", file=path, reason=error) from None
    return found


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        return FIRST - 1 <= dt.date.fromisoformat(text).year <= LAST + 1
    except ValueError:
        return False


def _holidays(
    country: str, subdivision: str | None, first: int, last: int, lang: str
) -> list[tuple[str, str]]:
    """Return the public holidays of some years: day and name."""
    if country in _FRENCH and subdivision is None:
        days = [day.item() for day in public_holidays(range(first, last + 1))]
        return [(day.isoformat(), holiday_name(day, lang) or "") for day in days]
    with needs("calendrier"):
        import holidays
    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        raise OfficeError("cal_country", country=country)
    if subdivision is not None and subdivision not in known[country]:
        names = ", ".join(known[country][:60])
        raise OfficeError("cal_subdivision", value=subdivision, country=country, known=names)
    languages = holidays.list_localized_countries().get(country, [])
    own = holidays.country_holidays(country).default_language
    language = next((code for code in languages if code.split("_")[0] == lang), own)
    table = holidays.country_holidays(
        country, subdiv=subdivision, years=range(first, last + 1), language=language
    )
    low, high = getattr(table, "start_year", FIRST), getattr(table, "end_year", LAST)
    if first < low or last > high:
        raise OfficeError(
            "cal_unknown_holidays", country=country, low=str(low), high=str(high), first=str(first), last=str(last)
        )  # fmt: skip
    return sorted((day.isoformat(), name) for day, name in table.items())


def _school(
    zone: str | None,
    breaks: str | Path | None,
    span: tuple[dt.date, dt.date],
    *,
    asked: bool,
) -> tuple[list[tuple[str, str, str]], tuple[dt.date, dt.date] | None, list[tuple[str, str, str]]]:
    """Return the school holidays of a span, within which they are known, and what is missing.

    Raises
    ------
    OfficeError
        Where years that were asked for are not known.
    """
    given = [] if breaks is None else _given(Path(breaks))
    if zone is None and not given:
        return [], None, []
    published = [
        (str(item.start), str(item.end), item.name)
        for item in (load_school_holidays() if zone is not None else ())
        if zone is not None and zone in item.zones
    ]
    published = [p for p in published if not any(g[0] <= p[1] and p[0] <= g[1] for g in given)]
    every = sorted([*published, *given])
    first, last = (day.isoformat() for day in span)
    missing: list[tuple[str, str, str]] = []
    if zone is not None:
        low, high = every[0][0], max(item[1] for item in every)
        if first < low or (last[:4] > high[:4] and asked):
            raise OfficeError(
                "cal_unknown_breaks", zone=zone, low=low, high=high, first=first, last=last
            )
        if last > high:
            missing.append(("cal_missing_after", high, last))
            last = high
    else:
        for year in range(span[0].year, span[1].year + 1):
            if any(a[:4] <= str(year) <= b[:4] for a, b, _ in every):
                continue
            if asked or year < int(every[-1][1][:4]):
                raise OfficeError("cal_empty_year", file=breaks, year=str(year))
            missing.append(("cal_missing_after", f"{year}-01-01", last))
            last = f"{year - 1}-12-31"
            break
    inside = [(a, b, name) for a, b, name in every if a <= last and b >= first]
    return inside, (dt.date.fromisoformat(first), dt.date.fromisoformat(last)), missing


def _given(path: Path) -> list[tuple[str, str, str]]:
    found = []
    for line, row in _rows(path, ("du", "au"), ("nom",)):
        first, last = row["du"].strip(), row["au"].strip()
        _check_line(path, line, first, last, longest=_LONGEST)
        found.append((first, last, row.get("nom", "").strip()))
    return sorted(found)


def _check_line(path: Path, line: int, first: str, last: str, *, longest: int) -> None:
    for text in (first, last):
        if not _is_day(text):
            raise OfficeError("cal_line", file=path, line=str(line), text=clean(text))
    length = (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days
    if not 0 <= length < longest:
        text = f"{first}, {last}"
        raise OfficeError("cal_line", file=path, line=str(line), text=text)


def _there(path: Path) -> list[Line]:
    """Return the lines of the calendar that is there."""
    if not path.exists():
        return []
    found = []
    for line, row in _rows(path, COLUMNS[:3], COLUMNS[3:]):
        first, last = row["du"].strip(), row["au"].strip()
        _check_line(path, line, first, last, longest=40_000)
        found.append((first, last, *(row.get(name, "") for name in COLUMNS[2:])))
    return found
