"""A rule as it is computed and explained: outputs, parameters, steps with their rows, versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import attrs

from tarifs_solidaires.engine.expression import Condition, Expression
from tarifs_solidaires.engine.step import Step
from tarifs_solidaires.rules.file import Source, StepEntry
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.json_value import JsonValue, plain_value
from tarifs_solidaires.values.texts import NO_TEXT, Texts

Value: TypeAlias = Fraction | str | bool | dt.date

OTHERWISE = "otherwise"  # name of a row without conditions that has none of its own


@attrs.frozen(kw_only=True)
class Basis(JsonValue):
    """Where something was read, and how sure it is."""

    source: Source | None = None
    confidence: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the same as plain values that go to JSON.

        Returns
        -------
        dict
            ``source`` (``title``, ``url``, ``reference``, ``read``) and ``confidence``; None where
            nothing is said.
        """
        said = self.source.to_dict() if self.source is not None else None
        return {"source": said, "confidence": self.confidence or None}


@attrs.frozen(kw_only=True)
class Output(JsonValue):
    """What a rule works out for people.

    Parameters
    ----------
    name : str
        Its name.
    kind : str
        ``price``, ``reduction``, ``aid``, ``bill``, ``status`` or ``amount``.
    unit : str
        Its unit; ``share`` for a number from 0 to 1.
    label : Texts
        Short noun phrase.
    """

    name: str
    kind: str
    unit: str = ""
    label: Texts = NO_TEXT

    @property
    def meaning(self) -> Mapping[str, str]:
        """The label by language."""
        return self.label.wordings

    def to_dict(self) -> dict[str, Any]:
        """Return the output as plain values that go to JSON.

        Returns
        -------
        dict
            ``name``, ``kind``, ``unit``, and ``meaning`` by language.
        """
        return {
            "name": self.name, "kind": self.kind, "unit": self.unit, "meaning": dict(self.meaning)
        }  # fmt: skip


@attrs.frozen(kw_only=True)
class Parameter(JsonValue):
    """A figure or a choice, as it is on the day of the rule.

    Parameters
    ----------
    name : str
        Its name.
    value : Fraction, str, bool or date
        Its value.
    unit : str
        Its unit.
    label, note : Texts
        What it is, and what is doubtful about it.
    choices : tuple
        Values that it can have.
    labels : mapping of str to Texts
        What each choice is called.
    basis : Basis
        Where it was read.
    since : date or None
        Day from which it holds, where it is dated.
    """

    name: str
    value: Value
    unit: str = ""
    label: Texts = NO_TEXT
    note: Texts = NO_TEXT
    choices: tuple[Value, ...] = ()
    labels: Mapping[str, Texts] = EMPTY
    basis: Basis = Basis()
    since: dt.date | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the parameter as plain values that go to JSON.

        Returns
        -------
        dict
            ``name``, ``value``, ``unit``, ``meaning`` by language, ``since``, ``source`` and
            ``confidence``; None where nothing is said.
        """
        return {
            "name": self.name, "value": plain_value(self.value), "unit": self.unit,
            "meaning": dict(self.label.wordings), "since": plain_value(self.since),
            **self.basis.to_dict(),
        }  # fmt: skip


@attrs.frozen(kw_only=True)
class RowFacts:
    """A row of a table, a candidate, or a part of a scale.

    Parameters
    ----------
    name : Texts
        Its name.
    named : bool
        Whether the file names it; its name is else made of its conditions.
    when : Condition
        Its conditions.
    value : Expression
        What it gives; the rate of a part.
    up_to : Fraction or None
        Upper bound of a part of a scale.
    basis : Basis
        Where it was read.
    note : Texts
        What to tell whom it concerns.
    """

    name: Texts
    named: bool
    when: Condition
    value: Expression
    up_to: Fraction | None = None
    basis: Basis = Basis()
    note: Texts = NO_TEXT


@attrs.frozen(kw_only=True)
class StepFacts(JsonValue):
    """A step with what is said of it.

    Parameters
    ----------
    step : Step
        How it is worked out.
    entry : StepEntry
        The step as the file writes it.
    label, note : Texts
        What it is called, and what to say of it.
    unit : str
        Its unit.
    codes : mapping of str to Texts
        Labels of the codes that it gives.
    rows : tuple of RowFacts
        What it chooses from.
    basis : Basis
        Where it was read.
    """

    step: Step
    entry: StepEntry
    label: Texts = NO_TEXT
    note: Texts = NO_TEXT
    unit: str = ""
    codes: Mapping[str, Texts]
    rows: tuple[RowFacts, ...] = ()
    basis: Basis = Basis()

    @property
    def name(self) -> str:
        """Its name."""
        return self.step.name

    @property
    def kind(self) -> str:
        """``formula``, ``table``, ``scale``, ``by`` or ``best``."""
        entry = self.entry
        if entry.row:
            return "table"
        if entry.part:
            return "scale"
        if entry.candidate:
            return "best"
        return "by" if entry.amounts else "formula"

    def to_dict(self) -> dict[str, Any]:
        """Return what is said of the step as plain values that go to JSON.

        Returns
        -------
        dict
            ``name``, ``kind``, ``meaning`` by language, ``unit``, ``codes`` and names of ``rows``
            by language, ``source`` and ``confidence``.
        """
        return {
            "name": self.name, "kind": self.kind, "meaning": dict(self.label.wordings),
            "unit": self.unit, "codes": plain_value(self.codes),
            "rows": [plain_value(row.name) for row in self.rows], **self.basis.to_dict(),
        }  # fmt: skip


@attrs.frozen(kw_only=True)
class Version(JsonValue):
    """A rule from one day to another.

    Parameters
    ----------
    valid_from, valid_to : date
        First and last day.
    basis : Basis
        The decision.
    parameters : mapping of str to Parameter
        Its figures and choices, as on the day asked.
    steps : mapping of str to StepFacts
        Its steps, each after those that it reads.
    decides : str
        The step whose row names a result; empty where no step has rows.
    decides_stated : bool
        Whether the file says which step that is.
    reads : frozenset of str
        Everything that its outputs depend on.
    required : tuple of str
        Optional inputs that it cannot be computed without.
    note : Texts
        What is doubtful about it.
    """

    valid_from: dt.date
    valid_to: dt.date
    basis: Basis
    parameters: Mapping[str, Parameter]
    steps: Mapping[str, StepFacts]
    decides: str
    decides_stated: bool
    reads: frozenset[str]
    required: tuple[str, ...] = ()
    note: Texts = NO_TEXT

    @property
    def source(self) -> str:
        """The decision, in one line."""
        return str(self.basis.source) if self.basis.source else ""

    def __repr__(self) -> str:
        """Show its days and its decision."""
        return f"<Version of {self.valid_from} to {self.valid_to}: {self.source}>"

    def to_dict(self) -> dict[str, Any]:
        """Return the version as plain values that go to JSON.

        Returns
        -------
        dict
            ``valid_from``, ``valid_to``, ``source``, ``confidence``, ``note`` by language,
            ``parameters`` and ``steps``.
        """
        return {
            "valid_from": self.valid_from.isoformat(), "valid_to": self.valid_to.isoformat(),
            **self.basis.to_dict(), "note": dict(self.note.wordings),
            "parameters": [one.to_dict() for one in self.parameters.values()],
            "steps": [step.to_dict() for step in self.steps.values()],
        }  # fmt: skip
