"""The history of each record: when it changed and how, without what was taken out of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from charte_registry.difference import Change, diff
from charte_registry.errors import RegisterError
from charte_registry.files import load_register
from charte_registry.files.revisions import named, unpacked, versions
from charte_registry.json_value import JsonValue
from charte_registry.publish.public import public
from charte_registry.publish.site.entries import Teller
from charte_registry.publish.site.reach import public_shapes
from charte_registry.register import Register
from charte_registry.schema.shape import TEXT, Shape
from charte_registry.vocabularies.countries import country
from charte_registry.vocabularies.country_names import NAMES

_STEP = re.compile(r"\.(?![^\[]*\])")
SHOWN = 90  # letters of a value in one line


@attrs.frozen(kw_only=True)
class Edition(JsonValue):
    """What one revision of a register changed.

    Parameters
    ----------
    day : datetime.date
        When.
    changes : tuple of Change
        How, each public extract against the one before.
    revision : str
        Name of the revision; feeds name their entries by it.
    """

    day: dt.date
    changes: tuple[Change, ...]
    revision: str = ""


@attrs.frozen(kw_only=True)
class History(JsonValue):
    """The editions of a register, the oldest first.

    Parameters
    ----------
    editions : tuple of Edition
        One a revision that changed something public.
    since : datetime.date or None
        Day of the oldest revision that was looked at, from which changes are known.
    unread : tuple of str
        Revisions that could not be read, each with why.
    """

    editions: tuple[Edition, ...] = ()
    since: dt.date | None = None
    unread: tuple[str, ...] = ()


NO_HISTORY = History()


def read_history(folder: str | Path, limit: int = 50) -> History:
    """Return the history of a register from the git repository that its folder is in.

    Parameters
    ----------
    folder : str or Path
        The folder of the register.
    limit : int
        How many revisions are looked at, from the latest back.

    Returns
    -------
    History
        Empty where the folder is in no repository, or git is not installed. Only what is public
        in both versions is compared.
    """
    if limit < 1:
        return NO_HISTORY
    before: Register | None = None
    since: dt.date | None = None
    editions, unread = [], []
    for revision, day in versions(folder, limit):
        with unpacked(folder, revision) as copy:
            try:
                after = public(load_register(copy))
            except RegisterError as error:
                fault = named(error.errors[0], copy, str(folder))
                unread.append(f"{revision[:12]}: {fault}")
                continue
        if before is None:
            since = day
        else:
            changes = diff(before, after)
            if changes:
                editions.append(Edition(day=day, changes=changes, revision=revision))
        before = after
    return History(editions=tuple(editions), since=since, unread=tuple(unread))


def sentences(teller: Teller, changes: Sequence[Change]) -> Iterator[str]:
    """Yield what became of a record, a sentence a change.

    Codes, dates and numbers are told as they were and are. Of free text only that it changed: what
    an office took out of a page shall not go on standing in its history.

    Parameters
    ----------
    teller : Teller
        Says values.
    changes : sequence of Change
        The changes of one record.

    Yields
    ------
    str
        Each sentence once.
    """
    yield from dict.fromkeys(_sentence(teller, change) for change in changes)


def _sentence(teller: Teller, change: Change) -> str:
    words = teller.words
    if change.nature in ("added", "removed", "renamed", "host_moved"):
        return words(f"change_{change.nature}")
    label, shape = _described(teller, change.record.partition("/")[0], change.field)
    before, after = (_said(teller, shape, value) for value in (change.before, change.after))
    if change.nature == "emptied":
        return words("change_emptied", field=label)
    if change.nature == "filled" and after is not None:
        return words("change_filled", field=label, after=after)
    if before is None or after is None:
        return words("change_text", field=label)
    known = ("retention_shortened", "retention_lengthened")
    key = change.nature if change.nature in known else "values"
    return words(f"change_{key}", field=label, before=before, after=after)


def _said(teller: Teller, shape: Shape | None, value: Any) -> str | None:
    """Return a value in words; none where it is free text, or more than one value."""
    if shape is None or value is None or isinstance(value, dict):
        return None
    if isinstance(value, list):
        told = [_said(teller, shape, item) for item in value]
        whole = ", ".join(text for text in told if text is not None)
        return whole if None not in told and len(whole) <= SHOWN else None
    if shape.holds == "date":
        return teller.words.day(dt.date.fromisoformat(value))
    if shape.reference:
        # A record that is gone has no name to tell.
        found = teller.register.records.get(shape.reference, {})
        return teller.text(shape, value) if value in found else None
    if shape.name == "pays" and value in NAMES:
        return country(value).label(teller.words.lang)
    if shape.holds == TEXT and not shape.choices and (shape.form is None or shape.name != "duree"):
        return None
    return teller.text(shape, value)


def _described(teller: Teller, kind: str, path: str) -> tuple[str, Shape | None]:
    """Return what a field is called, and what it holds; the part of a list is told by its field."""
    cls: Any = teller.register.kinds.get(kind)
    labels: list[str] = []
    shape: Shape | None = None
    for step in filter(None, _STEP.split(path)):
        name = step.partition("[")[0]
        shape = public_shapes(cls).get(name) if cls is not None else None
        if shape is None:
            break
        labels.append(teller.label(shape))
        cls = shape.part
    return ", ".join([*labels[:1], *(label[:1].lower() + label[1:] for label in labels[1:])]), shape


def by_record(editions: Sequence[Edition]) -> dict[str, list[tuple[Edition, list[Change]]]]:
    """Return the editions that changed each record, the latest first."""
    found: dict[str, list[tuple[Edition, list[Change]]]] = {}
    for edition in reversed(editions):
        for record, changes in grouped(edition).items():
            found.setdefault(record, []).append((edition, changes))
    return found


def grouped(edition: Edition) -> dict[str, list[Change]]:
    """Return the changes of an edition by record."""
    found: dict[str, list[Change]] = {}
    for change in edition.changes:
        found.setdefault(change.record, []).append(change)
    return found


__all__ = ["NO_HISTORY", "Edition", "History", "by_record", "grouped", "read_history", "sentences"]
