"""Results of one computation: outputs as arrays, the rows that name them, why one is missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Phrase, said
from tarifs_solidaires.engine.program import Deferred, made
from tarifs_solidaires.errors import Fault, OutputError, nearest, plain
from tarifs_solidaires.values.texts import Texts

if TYPE_CHECKING:
    from tarifs_solidaires.rules.dated import DatedRule

Array = npt.NDArray[Any]
Value: TypeAlias = float | str | bool | Array | None  # one value, or those of all persons


class Outputs(Mapping[str, Array]):
    """Outputs by name, read-only, in the shape of the inputs; each is made when it is asked for."""

    def __init__(self, columns: Mapping[str, Array | Deferred], shape: tuple[int, ...]) -> None:
        self._columns = dict(columns)
        self._shape = shape

    def __getitem__(self, name: str) -> Array:
        column = self._columns[name]
        if isinstance(column, Deferred) or column.flags.writeable:
            column = made(column).reshape(self._shape)
            column.flags.writeable = False
            self._columns[name] = column
        return column

    def looked_up(self, name: str) -> Deferred | None:
        """Return an output as places in a table, where it is one and was not asked for yet."""
        column = self._columns[name]
        return column if isinstance(column, Deferred) else None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __reduce__(self) -> tuple[Any, ...]:
        return Outputs, (dict(self), self._shape)


@attrs.frozen(kw_only=True, eq=False)
class Outcome:
    """Results of one computation; each output is an attribute and an item.

    Parameters
    ----------
    rule : DatedRule
        What was computed.
    inputs : mapping of str to ndarray
        Inputs as they were given. Copies up to 65,536 values; larger arrays are views of the
        caller's: leave them as they are until the last explanation, which refuses a person whose
        values no longer give the result.
    shape : tuple of int
        Shape of every output; ``()`` where all inputs were single.
    defaults : frozenset of str
        Inputs that nobody gave and that have their default.
    outputs : mapping of str to ndarray
        Outputs by name: float64, NaN where missing; or text or bool in an array of objects, None
        where missing.
    names : tuple of Texts
        Names of the rows; the last, empty, is for a result that no row names.
    row : ndarray
        Number of the row that names each result, in ``names``.
    reasons : tuple of str
        Reasons for which a value was set aside; the first, empty, is for none.
    reason_number : ndarray
        Number of the reason of each result, in ``reasons``.
    """

    rule: DatedRule
    inputs: Mapping[str, Array] = attrs.field(repr=False)
    shape: tuple[int, ...]
    defaults: frozenset[str] = attrs.field(repr=False)
    outputs: Mapping[str, Array] = attrs.field(repr=False)
    names: tuple[Texts, ...] = attrs.field(repr=False)
    _row: Array | Deferred = attrs.field(repr=False)
    reasons: tuple[str, ...] = attrs.field(repr=False)
    reason_number: Array = attrs.field(repr=False)

    def __getitem__(self, name: str) -> Value:
        """Return an output: an array, or a single value where the inputs were single.

        Raises
        ------
        OutputError
            Where the rule has no output of this name; it is a ``KeyError`` too.
        """
        if name not in self.outputs:
            raise self._no_output(name, self.outputs)
        array = self.outputs[name]
        single: float | str | bool | None = array.item() if self.shape == () else None
        return single if self.shape == () else array

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the results, made."""
        values = {field.alias: getattr(self, field.name) for field in attrs.fields(type(self))}
        return _outcome, (type(self), {**values, "row": self.row})

    def __getattr__(self, name: str) -> Value:
        """Return an output by its name.

        Raises
        ------
        OutputError
            Where the rule has no output of this name; it is an ``AttributeError`` too.
        """
        if name.startswith("_"):  # what Python asks every object for, as in copies
            raise AttributeError(f"no attribute {name!r}")
        if name not in self.outputs:
            raise self._no_output(name, ["tranche", "reason", *self.outputs])
        return self[name]

    def _no_output(self, name: object, known: Iterable[str]) -> OutputError:
        if name in ("tranche", "reason"):
            remedy = Phrase("write .{name}: it is an attribute", name=name)
        else:
            remedy = nearest(str(name), known)
        return OutputError(
            Fault(code="no_output", where=self.rule.name, template="no output {value!r}",
                  remedy=remedy, data={"value": name})
        )  # fmt: skip

    def __dir__(self) -> list[str]:
        """Name the outputs too."""
        return [*super().__dir__(), *self.outputs]

    @property
    def row(self) -> Array:
        """Number of the row that names each result, in ``names``."""
        return np.asarray(made(self._row)).reshape(self.shape)

    @property
    def tranche(self) -> str | Array:
        """Name of the row that decided, in the first language: str, or an array of objects."""
        return self.tranche_in(self.rule.languages[0])

    def tranche_in(self, lang: str) -> str | Array:
        """Return the name of the row that decided, in a language of the rule.

        Parameters
        ----------
        lang : str
            The language; one that a name does not have gives its first one.

        Returns
        -------
        str or ndarray of object
            The name, or an array of names.
        """
        words = [texts.to(lang) for texts in self.names]
        if self.shape == ():
            return words[int(self.row)]
        return np.array(words, dtype=object).take(self.row)

    @property
    def reason(self) -> str | Array:
        """Why a value was set aside, in English, empty where it was not: str, or array of objects."""
        return self.reason_in("en")

    def reason_in(self, lang: str) -> str | Array:
        """Return why a value was set aside, in a language.

        Parameters
        ----------
        lang : {"en", "fr", "pt"}
            Language, with or without a country; English where it is another one.

        Returns
        -------
        str or ndarray of object
            The reason, or an array of reasons; empty where nothing was set aside.
        """
        words = [said(reason, lang) for reason in self.reasons]
        if self.shape == ():
            return words[int(self.reason_number)]
        return np.array(words, dtype=object).take(self.reason_number)

    def to_json(self, lang: str = "") -> str:
        """Return ``to_dict(lang)`` as JSON.

        Parameters
        ----------
        lang : str
            As for ``to_dict``.

        Returns
        -------
        str
            One line.
        """
        return json.dumps(self.to_dict(lang), ensure_ascii=False, allow_nan=False)

    def to_dict(self, lang: str = "") -> dict[str, Any]:
        """Return the results as plain values that go to JSON, null where one is missing.

        Parameters
        ----------
        lang : str
            Language of ``tranche`` and ``reason``; where not given, the first language of the rule
            for the one and English for the other.

        Returns
        -------
        dict
            ``rule``, ``on``, ``last_known`` (a date where the rule is used beyond what is known of
            it), ``shape``, ``outputs``, ``tranche`` and ``reason``.
        """
        last, first = self.rule.last_known, self.rule.languages[0]
        return {
            "rule": self.rule.name,
            "on": self.rule.on.isoformat(),
            "last_known": last.isoformat() if last else None,
            "shape": list(self.shape),
            "outputs": {name: _listed(array) for name, array in self.outputs.items()},
            "tranche": _listed(np.asarray(self.tranche_in(lang or first), dtype=object)),
            "reason": _listed(np.asarray(self.reason_in(lang or "en"), dtype=object)),
        }


def _listed(array: Array) -> Any:
    values = array.tolist()
    return _plain(values)


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, list) else plain(value)


def _outcome(kind: type[Outcome], values: dict[str, Any]) -> Outcome:
    return kind(**values)
