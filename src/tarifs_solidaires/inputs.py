"""The inputs of rules: their names, units and bounds, and how values become arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import InputError, nearest

Array = npt.NDArray[Any]

SHOWN = 5  # positions that an error lists


@attrs.frozen(kw_only=True)
class Input:
    """One input of a rule.

    Parameters
    ----------
    name : str
        Name, the same in every territory.
    kind : {"number", "flag", "commune"}
        Number, true or false, or INSEE code of a municipality.
    unit : str
        Unit; empty for flags and codes.
    minimum, maximum : float
        Smallest and largest number that makes sense; both are included.
    whole : bool
        Whether the number must be whole.
    default : bool or None
        Value where none is given; None where there is no default.
    meaning : mapping of str to str
        Meaning in ``fr``, ``en`` and ``pt``.
    """

    name: str
    kind: str = "number"
    unit: str = ""
    minimum: float = 0.0
    maximum: float = 1e9
    whole: bool = False
    default: bool | None = None
    meaning: Mapping[str, str]


def _meaning(fr: str, en: str, pt: str) -> dict[str, str]:
    return {"fr": fr, "en": en, "pt": pt}


INPUTS: Mapping[str, Input] = MappingProxyType(
    {
        item.name: item
        for item in (
            Input(
                name="quotient_familial",
                unit="EUR/month",
                maximum=1e8,
                meaning=_meaning("quotient familial", "family quotient", "quociente familiar"),
            ),
            Input(
                name="revenu_fiscal_reference",
                unit="EUR/year",
                meaning=_meaning(
                    "revenu fiscal de référence",
                    "reference tax income",
                    "renda fiscal de referência",
                ),
            ),
            Input(
                name="nombre_parts",
                unit="tax shares",
                minimum=0.25,
                maximum=50,
                meaning=_meaning(
                    "nombre de parts fiscales", "tax shares", "número de cotas fiscais"
                ),
            ),
            Input(
                name="age",
                unit="years",
                maximum=130,
                meaning=_meaning("âge", "age", "idade"),
            ),
            Input(
                name="beneficiaire_aah",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "bénéficiaire de l'AAH",
                    "recipient of the disability allowance (AAH)",
                    "beneficiário do auxílio a adultos com deficiência (AAH)",
                ),
            ),
            Input(
                name="commune",
                kind="commune",
                meaning=_meaning(
                    "commune de résidence (code INSEE)",
                    "municipality of residence (INSEE code)",
                    "município de residência (código INSEE)",
                ),
            ),
            Input(
                name="nombre_personnes",
                unit="persons",
                minimum=1,
                maximum=50,
                whole=True,
                meaning=_meaning(
                    "personnes au foyer", "persons in the household", "pessoas na família"
                ),
            ),
            Input(
                name="ressources_annuelles",
                unit="EUR/year",
                meaning=_meaning("ressources annuelles", "yearly resources", "recursos anuais"),
            ),
            Input(
                name="prix_m3",
                unit="EUR/m3",
                maximum=100,
                meaning=_meaning(
                    "prix du mètre cube", "price of a cubic metre", "preço do metro cúbico"
                ),
            ),
        )
    }
)


def read_inputs(
    given: Mapping[str, object], *, required: Sequence[str], optional: Sequence[str]
) -> tuple[dict[str, Array], tuple[int, ...]]:
    """Return checked arrays of one shape, and that shape.

    Parameters
    ----------
    given : mapping of str to array_like
        Values by name; a value that is None counts as not given.
    required, optional : sequence of str
        Names that the rule needs and accepts. Where ``quotient_familial`` is accepted,
        ``revenu_fiscal_reference`` with ``nombre_parts`` takes its place.

    Returns
    -------
    values : dict of str to ndarray
        Read-only arrays that broadcast to the shape; float64, bool or str.
    shape : tuple of int
        Common shape; ``()`` where all values are scalars.

    Raises
    ------
    InputError
        Where a name is unknown or missing, or a value is of the wrong type or outside its range.
    """
    given = {name: value for name, value in given.items() if value is not None}
    required, accepted = list(required), [*required, *optional]
    if "quotient_familial" in accepted:
        accepted += ["revenu_fiscal_reference", "nombre_parts"]
        pair = [n for n in ("revenu_fiscal_reference", "nombre_parts") if n in given]
        if "quotient_familial" in given and pair:
            raise InputError(
                f"quotient_familial and {pair[0]} are both given: give quotient_familial, "
                "or revenu_fiscal_reference with nombre_parts"
            )
        if pair:
            required = [n for n in required if n != "quotient_familial"]
            required += ["revenu_fiscal_reference", "nombre_parts"]
    for name in given:
        if name not in accepted:
            raise InputError(f"{name} is not an input of this rule; {nearest(name, accepted)}")
    for name in required:
        if name not in given:
            other = " (or revenu_fiscal_reference with nombre_parts)"
            hint = other if name == "quotient_familial" else ""
            raise InputError(f"{name}{hint} is missing: this rule cannot be computed without it")
    values = {name: _checked(INPUTS[name], value) for name, value in given.items()}
    for name in accepted:
        default = INPUTS[name].default
        if name not in values and default is not None:
            values[name] = np.asarray(default)
    try:
        shape = np.broadcast_shapes(*(value.shape for value in values.values()))
    except ValueError:
        shapes = ", ".join(f"{n} {v.shape}" for n, v in values.items() if v.shape)
        raise InputError(f"the inputs have lengths that do not fit each other: {shapes}") from None
    return values, shape


def _checked(item: Input, value: object) -> Array:
    if np.ma.is_masked(value):
        raise InputError(f"{item.name}: some values are masked; leave them out or fill them")
    try:
        array = np.asarray(value)
    except ValueError:
        raise InputError(
            f"{item.name}: the value is not a regular array; give equal rows"
        ) from None
    check = {"number": _numbers, "flag": _flags, "commune": _communes}[item.kind]
    array = check(item, array).view()
    array.flags.writeable = False
    return array


def _numbers(item: Input, array: Array) -> Array:
    if array.dtype.kind not in "iuf":
        if array.dtype.kind != "O":
            raise InputError(f"{item.name}: expected numbers ({item.unit}), got {_sample(array)}")
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError, OverflowError):
            raise InputError(
                f"{item.name}: expected numbers ({item.unit}), got {_sample(array)}"
            ) from None
    # A float32 stands for the decimal number that it prints, so that a cent stays a cent.
    if array.dtype.kind == "f" and array.dtype.itemsize < 8:
        array = array.astype(str).astype(np.float64)
    array = array.astype(np.float64, copy=False)
    # NaN compares false on both sides, so one pass refuses it with what is out of range.
    good = (array >= item.minimum) & (array <= item.maximum)
    if not good.all():
        allowed = f"between {item.minimum:g} and {item.maximum:,.0f}"
        _refuse(item, array, ~good, f"must be {allowed} ({item.unit})")
    if item.whole and not (good := array == np.floor(array)).all():
        _refuse(item, array, ~good, f"must be a whole number ({item.unit})")
    return array


def _flags(item: Input, array: Array) -> Array:
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind in "iuf":
        good = (array == 0) | (array == 1)
        if good.all():
            return array.astype(bool)
        _refuse(item, array, ~good, "must be true or false (1 or 0)")
    if array.dtype.kind == "O" and all(isinstance(v, bool | np.bool_) for v in array.flat):
        return array.astype(bool)
    raise InputError(f"{item.name}: expected true or false, got {_sample(array)}")


def _communes(item: Input, array: Array) -> Array:
    if array.dtype.kind == "O" and all(isinstance(v, str) for v in array.flat):
        array = array.astype(str)
    if array.dtype.kind != "U":
        raise InputError(f"{item.name}: expected INSEE codes as text, got {_sample(array)}")
    codes, where = np.unique(array, return_inverse=True)
    good = np.array([_is_insee(code) for code in codes.tolist()], dtype=bool)
    if not good.all():
        bad = ~good[where].reshape(array.shape)
        _refuse(item, array, bad, "must be a five-character INSEE code such as 44109")
    return array


def _is_insee(code: str) -> bool:
    department = code[:2] in ("2A", "2B") or code[:2].isdecimal()
    return len(code) == 5 and code.isascii() and department and code[2:].isdecimal()


def _refuse(item: Input, array: Array, bad: Array, why: str) -> None:
    if array.shape == ():
        raise InputError(f"{item.name}: {array.item()!r} {why}")
    positions = np.argwhere(bad)
    shown = ", ".join(
        f"{array[tuple(p)].item()!r} at {p[0] if len(p) == 1 else tuple(p.tolist())}"
        for p in positions[:SHOWN]
    )
    more = f" and {len(positions) - SHOWN} more" if len(positions) > SHOWN else ""
    raise InputError(f"{item.name}: {shown}{more} {why}")


def _sample(array: Array) -> str:
    if array.size == 0:
        return f"an empty array of {array.dtype}"
    return f"{array.flat[0]!r} of type {type(array.flat[0]).__name__}"
