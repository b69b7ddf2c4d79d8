"""Orders as calendars that a telephone or an office reads: RFC 5545, a file a canteen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from prevision_cantine.decide.ordering import Order
from prevision_cantine.files.csv_file import write_text
from prevision_cantine.files.names import file_names, folder_to_write, inside
from prevision_cantine.say.order_words import TEXTS, Line, pages_of
from prevision_cantine.words.language import in_language, number

FOLD = 75  # bytes of a line, at most


def order_agenda(order: Order, folder: str | Path, lang: str = "fr") -> tuple[Path, ...]:
    """Write an order as an ``.ics`` calendar for each canteen, an event for each day and service.

    A day keeps its identifier: a calendar that takes in a newer order replaces the older one.

    Parameters
    ----------
    order : Order
        The order.
    folder : str or Path
        Where to write; made where it is not there yet.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    tuple of Path
        The files, one a canteen.

    Raises
    ------
    CantineError
        Where the folder or a file cannot be written.
    ForecastError
        Where the language does not exist.
    """
    say = in_language(TEXTS, lang)
    target = folder_to_write(folder)
    found = pages_of(order, lang)
    names = file_names(site for site, _ in found)
    written = []
    for site, days in found:
        lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//charte-donnee//prevision-cantine//FR",
            "METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(say['title'].format(canteen=site))}",
        ]  # fmt: skip
        stamp = f"{_basic(order.rows.date.min())}T000000Z"
        for line in days:
            lines += _event(site, line, stamp, lang)
        lines.append("END:VCALENDAR")
        path = inside(target, f"{names[site]}.ics")
        write_text(path, "".join(_folded(line) + "\r\n" for line in lines))
        written.append(path)
    return tuple(written)


def _event(site: str, line: Line, stamp: str, lang: str) -> list[str]:
    """Return the lines of one day."""
    say = TEXTS[lang]
    key = "event_service" if line.service else "event"
    summary = say[key].format(service=line.service, meals=number(line.meals, lang))
    about = []
    if line.forecast is not None:
        about.append(say["expected"].format(meals=number(line.forecast, lang)))
    if line.notes:
        about.append(say["known"].format(notes=line.notes))
    identity = "\x1f".join((site, line.service, str(line.date)))
    return [
        "BEGIN:VEVENT",
        f"UID:{hashlib.sha256(identity.encode()).hexdigest()[:32]}@prevision-cantine",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{_basic(line.date)}",
        f"DTEND;VALUE=DATE:{_basic(line.date + 1)}",
        f"SUMMARY:{_escaped(summary)}",
        *([f"DESCRIPTION:{_escaped(' '.join(about))}"] if about else []),
        f"LOCATION:{_escaped(site)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _basic(day: np.datetime64) -> str:
    return str(day).replace("-", "")


def _escaped(text: str) -> str:
    """Return a text as a value of a calendar: what separates values is marked, nothing else stays."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return "".join("\\" + c if c in "\\;," else c for c in plain)


def _folded(line: str) -> str:
    """Return a line in pieces of 75 bytes at most, none of which cuts a character."""
    pieces, size = [""], 0
    for character in line:
        length = len(character.encode())
        if size + length > FOLD:
            pieces.append("")
            size = 1  # the space that continues a line
        pieces[-1] += character
        size += length
    return "\r\n ".join(pieces)
