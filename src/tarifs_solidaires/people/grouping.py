"""Groups of people: classes, categories, texts and numbers, in an order that reads well."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.errors import Fault, InputError
from tarifs_solidaires.values.json_value import JsonValue

Array = npt.NDArray[Any]

MISSING = "(missing)"  # the group of those who have no value
HOUSEHOLD_TYPE = "household_type"  # the grouping by who lives together
HOUSEHOLD = ("nombre_personnes", "en_couple", "nombre_enfants")  # columns that say it
TYPES = ("alone", "couple", "lone_parent", "couple_with_children", "other_household")


@attrs.frozen(eq=False)
class Classes(JsonValue):
    """A grouping whose groups have an order, such as classes of age.

    A pandas column of categories has the same two attributes and can stand in its place.

    Parameters
    ----------
    codes : ndarray of int
        Position in ``categories`` of each person; -1 where the value is missing.
    categories : tuple of str
        Names of the groups, in order.
    """

    codes: Array
    categories: tuple[str, ...]


def classes(
    values: npt.ArrayLike, bounds: Sequence[float], *, labels: Sequence[str] = (), name: str = "x"
) -> Classes:
    """Cut numbers into classes; a bound is the first number of the class above it.

    Parameters
    ----------
    values : array_like of float
        Numbers; NaN belongs to no class.
    bounds : sequence of float
        Where a class ends and the next begins, in order.
    labels : sequence of str, optional
        Names of the classes, one more than there are bounds.
    name : str
        What the classes are of, for names such as ``26 <= age < 60``.

    Returns
    -------
    Classes
        The grouping, for ``compare(by=...)``.

    Raises
    ------
    InputError
        Where the bounds are not in order, or the labels are too few or too many.

    Examples
    --------
    >>> from tarifs_solidaires import classes
    >>> grouping = classes([7, 26, 59.5, 60], [26, 60], name="age")
    >>> [grouping.categories[code] for code in grouping.codes]
    ['age < 26', '26 <= age < 60', '26 <= age < 60', 'age >= 60']
    """
    try:
        numbers, cuts = np.asarray(values, dtype=float), np.asarray(bounds, dtype=float)
    except (TypeError, ValueError):
        raise wrong(
            Phrase("classes of {name}", name=name),
            "values and bounds must be numbers",
            "give numbers",
        ) from None
    if cuts.ndim != 1 or not len(cuts) or not (np.diff(cuts) > 0).all() or np.isnan(cuts).any():
        raise wrong(
            Phrase("classes of {name}", name=name), "the bounds are not numbers in order",
            "give at least one bound, such as 26, 60",
        )  # fmt: skip
    if labels and len(labels) != len(cuts) + 1:
        raise wrong(
            Phrase("classes of {name}", name=name), "{count} labels for {bounds} bounds", "give one label more than bounds",
            count=len(labels), bounds=len(cuts),
        )  # fmt: skip
    between = [f"{a:g} <= {name} < {b:g}" for a, b in pairwise(cuts)]
    names = labels or [f"{name} < {cuts[0]:g}", *between, f"{name} >= {cuts[-1]:g}"]
    codes = np.where(np.isnan(numbers), -1, np.searchsorted(cuts, numbers, side="right"))
    return Classes(codes, tuple(names))


def household_types(people: Mapping[str, Any]) -> Classes:
    """Group people by who lives together.

    Parameters
    ----------
    people : mapping of str to array_like
        ``nombre_personnes`` and ``en_couple``, and ``nombre_enfants`` where it is known. Without it,
        everybody but the couple, or the single adult, counts as a child.

    Returns
    -------
    Classes
        ``alone``, ``couple`` (without children), ``lone_parent``, ``couple_with_children``, and
        ``other_household`` for several adults who are no couple.

    Raises
    ------
    InputError
        Where one of the two columns is missing, or a value is no number or flag.

    Examples
    --------
    >>> from tarifs_solidaires.people.grouping import household_types
    >>> people = {"nombre_personnes": [1, 2, 2, 4], "en_couple": [False, True, False, True]}
    >>> grouping = household_types(people)
    >>> [grouping.categories[code] for code in grouping.codes]
    ['alone', 'couple', 'lone_parent', 'couple_with_children']
    """
    lacking = [name for name in HOUSEHOLD[:2] if name not in people]
    if lacking:
        raise wrong(
            Phrase("by {name}", name=HOUSEHOLD_TYPE), "there is no column {name!r}",
            "give nombre_personnes and en_couple", name=lacking[0],
        )  # fmt: skip
    try:
        persons, couple, *children = (
            np.asarray(people[name], dtype=np.float64) for name in HOUSEHOLD if name in people
        )
    except (TypeError, ValueError):
        raise wrong(
            Phrase("by {name}", name=HOUSEHOLD_TYPE), "persons and children must be numbers, en_couple a flag",
            "correct the columns",
        ) from None  # fmt: skip
    below = children[0] if children else np.maximum(persons - 1 - couple, 0)
    persons, couple, below = np.broadcast_arrays(persons, couple, below)
    kind = np.select(
        [persons == 1, (couple == 1) & (below == 0), (couple == 0) & (below > 0), couple == 1],
        [0, 1, 2, 3], 4,
    )  # fmt: skip
    return Classes(np.where(np.isnan(persons + couple + below), -1, kind), TYPES)


def wrong(where: str, template: str, remedy: str, **data: Any) -> InputError:
    """Return an error of one fault."""
    return InputError(
        Fault(code="comparison", where=where, template=template, remedy=remedy, data=data)
    )


def factorised(name: str, values: Any) -> tuple[Array, list[str]]:
    """Return the position of each value among the names of the groups, and these in order.

    Parameters
    ----------
    name : str
        What the grouping is called, for messages.
    values : array_like, Classes or column of categories
        One value a person.

    Returns
    -------
    ndarray of int, list of str
        Positions, and names: in the order of the categories, or sorted.

    Raises
    ------
    InputError
        Where values are neither texts nor numbers.
    """
    category = getattr(values, "cat", values)  # a pandas column of categories
    if hasattr(category, "codes") and hasattr(category, "categories"):
        codes = np.asarray(category.codes).astype(np.int64)
        labels = [*map(str, category.categories)]
        return np.where(codes < 0, len(labels), codes), [*labels, MISSING]
    array = np.asarray(values)
    if array.dtype.kind in "biufM":
        found, codes = distinct(array)
        ordered = [_label(value) for value in found.tolist()]
        return codes.reshape(array.shape), ordered
    place: dict[Any, int] = {}
    try:
        codes = np.array([place.setdefault(v, len(place)) for v in array.tolist()], dtype=np.int64)
    except TypeError:
        raise wrong(
            Phrase("by {name}", name=name),
            "the values are neither texts nor numbers",
            "give one text or number a row",
        ) from None
    texts = [_label(value) for value in place]
    ordered = sorted(set(texts), key=_natural)
    rank = {text: n for n, text in enumerate(ordered)}
    return np.array([rank[text] for text in texts], dtype=np.int64)[codes], ordered


def distinct(array: Array) -> tuple[Array, Array]:
    """Return the distinct values, sorted, and the place of each value among them.

    Parameters
    ----------
    array : ndarray
        Numbers, flags or dates.

    Returns
    -------
    ndarray, ndarray of int
        The values, and places.
    """
    if array.dtype.kind in "bi" and array.size and array.ndim == 1:
        low = int(array.min())
        if int(array.max()) - low <= array.size:  # counted, which is faster than sorted
            shifted = array.astype(np.int64) - low
            present = np.flatnonzero(np.bincount(shifted))
            place = np.zeros(present[-1] + 1, dtype=np.int64)
            place[present] = np.arange(len(present))
            found = (present + low).astype(array.dtype)
            return found, place[shifted]
    found, codes = np.unique(array, return_inverse=True)
    return found, codes


def _label(value: object) -> str:
    if value is None or value != value or type(value).__name__ in ("NAType", "NaTType"):
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _natural(text: str) -> tuple[object, ...]:
    """Sort 9 before 26, and what is missing last."""
    parts = re.split(r"(\d+)", text.casefold())
    return text == MISSING, [int(p) if n % 2 else p for n, p in enumerate(parts)], text
