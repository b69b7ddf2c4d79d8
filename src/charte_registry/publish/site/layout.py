"""What the site shows of each kind, as ``layout.toml`` says; a kind that it does not know included."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from charte_registry.publish.site.reach import public_shapes
from charte_registry.schema.shape import DATE, FLAG


@attrs.frozen
class Aspect:
    """Something that records of a kind are told apart by: a column of a list, or a filter.

    ``name`` is a word of the catalogue or, for a kind that the layout does not know, a field.
    """

    name: str
    paths: tuple[str, ...]
    presence: bool = False


@attrs.frozen
class Question:
    """A heading of a record's page, the fields that answer it, and how they are shown."""

    title: str
    fields: tuple[str, ...]
    view: str = "fields"
    empty: str = ""


@attrs.frozen
class Layout:
    """What the site shows of a kind."""

    columns: tuple[Aspect, ...]
    filters: tuple[Aspect, ...]
    questions: tuple[Question, ...]

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """Columns, then the filters that are no column."""
        return tuple(dict.fromkeys((*self.columns, *self.filters)))

    @property
    def covered(self) -> frozenset[str]:
        """The paths that a question answers with."""
        return frozenset(path for question in self.questions for path in question.fields)


@cache
def settings() -> Mapping[str, Any]:
    """Return what the layout file says."""
    path = files("charte_registry.publish.site") / "layout.toml"
    return tomllib.loads(path.read_text("utf-8"))


def layout_of(kind: str, cls: type[Any]) -> Layout:
    """Return what the site shows of a kind.

    Parameters
    ----------
    kind : str
        The kind.
    cls : type
        Its class.

    Returns
    -------
    Layout
        As the layout file says; for a kind that it does not name, codes and dates as columns.

    Examples
    --------
    >>> from charte_registry.records import KINDS
    >>> [aspect.name for aspect in layout_of("formations", KINDS["formations"]).columns]
    []
    >>> [aspect.name for aspect in layout_of("violations", KINDS["violations"]).columns]
    ['organisme']
    """
    told = settings()["kinds"].get(kind)
    if told is None:
        return _by_class(cls)
    aspects = {
        name: Aspect(name, tuple(said["paths"]), said.get("presence", False))
        for name, said in told["aspects"].items()
    }
    return Layout(
        columns=tuple(aspects[name] for name in told["columns"]),
        filters=tuple(aspects[name] for name in told["filters"]),
        questions=tuple(
            Question(said["title"], tuple(said["fields"]), said.get("view", "fields"), said.get("empty", ""))
            for said in told.get("sections", ())
        ),
    )  # fmt: skip


def _by_class(cls: type[Any]) -> Layout:
    found = [
        (Aspect(shape.name, (shape.name,)), shape)
        for shape in public_shapes(cls).values()
        if shape.part is None
        and shape.name != "factice"
        and (shape.vocabulaire or shape.reference or shape.holds in (DATE, FLAG))
    ]
    return Layout(
        columns=tuple(aspect for aspect, _ in found[:3]),
        filters=tuple(aspect for aspect, shape in found[:5] if shape.holds != DATE),
        questions=(),
    )
