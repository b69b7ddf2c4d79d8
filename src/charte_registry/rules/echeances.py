"""What is due, and by when: deadlines of the law and of the records, and those that have passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import attrs

from charte_registry.profiles.rules import holds, values
from charte_registry.profiles.statement import Delai
from charte_registry.register import Register
from charte_registry.rules.durees import fin, moment, ouvres
from charte_registry.rules.graph import real
from charte_registry.rules.rule import Raised
from charte_registry.rules.stated import as_rule, core


@attrs.frozen(kw_only=True)
class Due:
    """Something that a record makes due.

    Parameters
    ----------
    record : str
        ``kind/id``.
    field : str
        Field that states it done, or, without one, that it runs from.
    rule : str
        Identifier of the deadline.
    last_day : datetime.date
        Last day.
    done : datetime.date or None
        Day when it was done.
    late : bool
        Whether it was done after the last day, to the minute where both times are stated.
    objet : mapping of str to str
        What is due, in ``fr``, ``en`` and ``pt``.
    source : str
        Text that sets the deadline.
    """

    record: str
    field: str
    rule: str
    last_day: dt.date
    done: dt.date | None
    late: bool
    objet: Mapping[str, str]
    source: str

    def overdue(self, on: dt.date) -> bool:
        """Return whether it is still to be done, and the last day is before the day given."""
        return self.done is None and self.last_day < on


def due(register: Register) -> tuple[Due, ...]:
    """Return all that the records make due, done or not, by last day.

    Parameters
    ----------
    register : Register
        The register; deadlines of its profile replace or add to those of the schema.

    Returns
    -------
    tuple of Due
        By last day, then by record.

    Examples
    --------
    >>> from charte_registry import Demande
    >>> request = Demande(id="7", droit="acces", recue_le=dt.date(2026, 1, 31))
    >>> register = Register(
    ...     titre="R", territoire="T", etat_au=dt.date(2026, 3, 1), annees=(2026,),
    ...     records={"demandes": {"7": request}},
    ... )
    >>> [(item.record, str(item.last_day)) for item in due(register)]
    [('demandes/7', '2026-02-28')]
    """
    found = [item for delai in deadlines(register) for _, item in _of(register, delai)]
    for number, derogation in enumerate(register.derogations):
        if derogation.jusqu_au is not None:
            found.append(
                Due(
                    record=derogation.fiche, field=f"derogation[{number}].jusqu_au", rule="DEROGATION-03",
                    last_day=derogation.jusqu_au, done=None, late=False, source="",
                    objet={"fr": "fin d'une dérogation", "en": "end of a derogation", "pt": "fim de uma derrogação"},
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda item: (item.last_day, item.record, item.rule)))


def deadlines(register: Register) -> tuple[Delai, ...]:
    """Return the deadlines that hold for a register: the schema's that its profile keeps, and its own."""
    if register.profile is None:
        return core().delai
    kept = (delai for delai in core().delai if delai.id not in register.profile.set_aside)
    return (*kept, *register.profile.deadlines)


def check(register: Register, on: dt.date) -> Iterator[Raised]:
    """Raise the deadlines that have passed, and those kept late without a reason."""
    for delai in deadlines(register):
        rule = as_rule(delai)
        for record, item in _of(register, delai):
            excused = delai.sauf is not None and any(values(record, delai.sauf.split(".")))
            if item.overdue(on) or (item.late and not excused):
                yield rule.at(delai.dans, record.id, item.field, date=item.last_day)


def _of(register: Register, delai: Delai) -> Iterator[tuple[Any, Due]]:
    feries = register.profile.statement.feries if register.profile is not None else ()
    for record in _standing(register, delai.dans):
        start = _first(record, delai.depuis)
        if start is None or not all(holds(condition, record) for condition in delai.quand):
            continue
        last_day, done = _last_day(delai, start, feries), _first(record, delai.fait)
        late = done is not None and done > last_day
        if delai.depuis_a and delai.fait_a and delai.duree and done is not None:
            times = _first(record, delai.depuis_a), _first(record, delai.fait_a)
            if None not in times:
                limit = moment(_at(start, times[0]), delai.duree)
                late = limit is not None and _at(done, times[1]) > limit
        yield (
            record,
            Due(
                record=f"{delai.dans}/{record.id}", field=delai.fait or delai.depuis, rule=delai.id,
                last_day=last_day, done=done, late=late, source=delai.source,
                objet={"fr": delai.objet.fr, "en": delai.objet.en, "pt": delai.objet.pt},
            ),
        )  # fmt: skip


def _standing(register: Register, kind: str) -> Iterator[Any]:
    """Yield the records of a kind; of reviews, the last of each record, which replaces the others."""
    if kind != "revues":
        yield from real(register, kind)
        return
    last: dict[str, Any] = {}
    for revue in register.all(kind):
        known = last.get(revue.fiche)
        if known is None or revue.le >= known.le:
            last[revue.fiche] = revue
    yield from last.values()


def _last_day(delai: Delai, start: dt.date, feries: Collection[dt.date]) -> dt.date:
    if delai.duree is not None:
        return fin(start, delai.duree)
    return ouvres(start, delai.jours_ouvres, feries) if delai.jours_ouvres is not None else start


def _first(record: Any, path: str | None) -> Any:
    return next(iter(values(record, path.split("."))), None) if path is not None else None


def _at(day: dt.date, time: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(time))
