"""A scenario as plain values that go to JSON, and back with everything that is wrong in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

import attrs
import numpy as np

from prevision_cantine.calendar.days import Break, to_day
from prevision_cantine.city.builder import Span
from prevision_cantine.decide.changes import MAX_FACTOR, MOST_PEOPLE, CanteenChange, EnrolmentChange
from prevision_cantine.decide.scenario import NATURES, Scenario
from prevision_cantine.decide.scenario_error import Problem, ScenarioError
from prevision_cantine.decide.scenario_file import MOST_VALUE, Item
from prevision_cantine.errors import CantineError
from prevision_cantine.json_value import plain_value

T = TypeVar("T")


def scenario_dict(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as plain values; ``Scenario.to_dict`` is the same."""
    simple = (
        "strikes",
        "enrolment",
        "public_holidays",
        "breaks",
        "spans",
        "people",
        "canteens",
        "name",
    )
    found = {name: plain_value(getattr(scenario, name)) for name in simple}
    return {
        **found,
        "menus": _menus(scenario.menus),
        "menus_of": {service: _menus(menus) for service, menus in scenario.menus_of.items()},
        "absences": [
            {"canteen": canteen, "date": str(to_day(day)), "pupils": float(pupils)}
            for (canteen, day), pupils in scenario.absences.items()
        ],
        "events": {name: [str(to_day(d)) for d in days] for name, days in scenario.events.items()},
        "variables": {
            name: [_value(key, value) for key, value in values.items()]
            for name, values in scenario.variables.items()
        },
    }  # fmt: skip


def _menus(menus: Mapping[Any, Any]) -> dict[str, list[str]]:
    return {str(to_day(day)): list(dishes) for day, dishes in menus.items()}


def _value(key: Any, value: float) -> dict[str, Any]:
    canteen, day = key if isinstance(key, tuple) else (None, key)
    return {"canteen": canteen, "date": str(to_day(day)), "value": float(value)}


def scenario_from_dict(data: Mapping[str, Any]) -> Scenario:
    """Return a scenario from plain values; ``Scenario.from_dict`` is the same."""
    if not isinstance(data, Mapping):
        raise ScenarioError([Problem("not_object", "scenario")])
    return _Reader(data).scenario()


class _Reader:
    """The fields of one scenario, and all that is wrong with them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.problems: list[Problem] = []

    def scenario(self) -> Scenario:
        """Return the scenario, or raise all that is wrong in it."""
        known = tuple(field.name for field in attrs.fields(Scenario))
        for name in self.data:
            if name not in known:
                self._wrong("scenario", "unknown_key", value=name, known=known)
        values: dict[str, Any] = {
            "name": Item("scenario", self.data, self.problems).text("name")
            if self.data.get("name")
            else "",
            "strikes": self._days("strikes", self.data.get("strikes")),
            "public_holidays": self._days("public_holidays", self.data.get("public_holidays")),
            "enrolment": self._factors(),
            "menus": self._dishes("menus", self.data.get("menus")),
            "menus_of": {
                service: self._dishes(f"menus_of.{service}", menus)
                for service, menus in self._named("menus_of", self.data.get("menus_of"))
            },
            "events": {
                name: self._days(f"events.{name}", days)
                for name, days in self._named("events", self.data.get("events"))
            },
            "absences": self._absences(),
            "variables": self._variables(),
            "breaks": self._made("breaks", Break, self._break, ("name", "start", "end")),
            "spans": self._made("spans", Span, self._span, ("start", "end", "nature")),
            "people": self._made("people", EnrolmentChange, self._people, ()),
            "canteens": self._made("canteens", CanteenChange, self._canteen, ("name",)),
        }
        if self.problems:
            raise ScenarioError(self.problems)
        return Scenario(**values)

    def _wrong(self, place: str, code: str, **facts: object) -> None:
        self.problems.append(Problem(code, place, facts))

    def _named(self, place: str, given: Any) -> Iterator[tuple[str, Any]]:
        if given is not None and not isinstance(given, Mapping):
            self._wrong(place, "not_object")
        elif given is not None:
            yield from ((str(name), value) for name, value in given.items())

    def _items(
        self, place: str, given: Any, keys: tuple[str, ...], needed: tuple[str, ...]
    ) -> Iterator[Item]:
        """Yield the items of a list whose keys are those that it has; null and "" are no values."""
        if given is None:
            return
        if not isinstance(given, list | tuple) or not all(isinstance(i, Mapping) for i in given):
            self._wrong(place, "not_rows")
            return
        for n, values in enumerate(given):
            held = {str(key): value for key, value in values.items() if value not in (None, "")}
            item = Item(f"{place}[{n}]", held, self.problems)
            for key in held:
                if key not in keys:
                    item.wrong("unknown_key", value=key, known=keys)
            lacking = [key for key in needed if key not in held]
            for key in lacking:
                item.wrong("missing_key", value=key)
            if not lacking:
                yield item

    def _day(self, place: str, text: Any) -> np.datetime64 | None:
        return Item(place, {"date": text}, self.problems).day("date")

    def _days(self, place: str, given: Any) -> list[np.datetime64]:
        if given is None:
            return []
        if not isinstance(given, list | tuple):
            self._wrong(place, "no_texts", key="date")
            return []
        found = [self._day(f"{place}[{n}]", text) for n, text in enumerate(given)]
        return [day for day in found if day is not None]

    def _dishes(self, place: str, given: Any) -> dict[dt.date, list[str]]:
        found: dict[dt.date, list[str]] = {}
        for text, dishes in self._named(place, given):
            day = self._day(place, text)
            read = Item(f"{place}.{text}", {"dishes": dishes}, self.problems).texts("dishes")
            if day is not None:
                found[day.astype(dt.date)] = list(read)
        return found

    def _factors(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, value in self._named("enrolment", self.data.get("enrolment")):
            item = Item("enrolment", {name: value}, self.problems)
            factor = item.number(name, 1 / MAX_FACTOR, MAX_FACTOR)
            if factor is not None:
                found[name] = factor
        return found

    def _absences(self) -> dict[tuple[str, str | dt.date], float]:
        keys = ("canteen", "date", "pupils")
        found: dict[tuple[str, str | dt.date], float] = {}
        for item in self._items("absences", self.data.get("absences"), keys, keys):
            canteen, day = item.text("canteen"), item.day("date")
            pupils = item.number("pupils", 0, MOST_PEOPLE)
            if day is not None and pupils is not None:
                found[canteen, day.astype(dt.date)] = pupils
        return found

    def _variables(self) -> dict[str, dict[Any, float]]:
        keys = ("canteen", "date", "value")
        found: dict[str, dict[Any, float]] = {}
        for name, values in self._named("variables", self.data.get("variables")):
            of: dict[Any, float] = {}
            for item in self._items(f"variables.{name}", values, keys, ("date", "value")):
                canteen, day = item.text("canteen"), item.day("date")
                value = item.number("value", -MOST_VALUE, MOST_VALUE)
                if day is not None and value is not None:
                    date = day.astype(dt.date)
                    of[(canteen, date) if canteen else date] = value
            found[name] = of
        return found

    def _made(
        self, name: str, kind: type[T], read: Callable[[Item], T], needed: tuple[str, ...]
    ) -> list[T]:
        """Return the objects of a list, each read from its keys."""
        keys = tuple(field.name for field in attrs.fields(cast(Any, kind)))
        found: list[T] = []
        for item in self._items(name, self.data.get(name), keys, needed):
            before = len(self.problems)
            try:
                made = read(item)
            except CantineError as error:
                item.wrong("cannot_apply", detail=str(error))
                continue
            if len(self.problems) == before:
                found.append(made)
        return found

    def _ends(self, item: Item) -> dict[str, Any]:
        """Return the first and last day, in order."""
        start, end = item.day("start"), item.day("end")
        if start is not None and end is not None and end < start:
            item.wrong("reversed", start=str(start), end=str(end))
        return {"start": start, "end": end}

    def _break(self, item: Item) -> Break:
        return Break(name=item.text("name"), **self._ends(item))

    def _span(self, item: Item) -> Span:
        nature = item.text("nature")
        if nature not in NATURES:
            item.wrong("unknown_nature", value=nature, known=NATURES)
        return Span(
            **self._ends(item), nature=nature, name=item.text("name"),
            canteen=item.text("canteen"), service=item.text("service"), place=item.text("place"),
        )  # fmt: skip

    def _people(self, item: Item) -> EnrolmentChange:
        return EnrolmentChange(
            canteen=item.text("canteen"), service=item.text("service"), since=item.day("since"),
            people=item.number("people", 0, MOST_PEOPLE),
            factor=item.number("factor", 1 / MAX_FACTOR, MAX_FACTOR),
            more=item.number("more", -MOST_PEOPLE, MOST_PEOPLE),
        )  # fmt: skip

    def _canteen(self, item: Item) -> CanteenChange:
        return CanteenChange(
            name=item.text("name"), opens=item.day("opens"), closes=item.day("closes"),
            people=item.number("people", 0, MOST_PEOPLE), kind=item.text("kind"),
            replaces=item.texts("replaces"), service=item.text("service"),
        )  # fmt: skip
