"""The inputs of rules: their names, units and bounds, and how values become arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.errors import InputError, nearest

Array = npt.NDArray[Any]

SHOWN = 5  # positions that an error lists
COPIED = 1 << 16  # values of an input that are copied; of more, a copy would cost memory and time


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
    step : float
        What the number must be a multiple of, such as a quarter of a tax share; 0 for any number.
    default : bool, int or None
        Value where none is given; None where there is no default.
    meaning : mapping of str to str
        Meaning in ``fr``, ``en`` and ``pt``.
    """

    name: str
    kind: str = "number"
    unit: str = ""
    minimum: float = 0.0
    maximum: float = 1e9
    step: float = 0.0
    default: bool | int | None = None
    meaning: Mapping[str, str]

    @property
    def whole(self) -> bool:
        """Whether the number must be whole."""
        return self.step == 1


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
                step=0.25,
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
                step=1,
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
                name="ressources_mensuelles",
                unit="EUR/month",
                maximum=1e8,
                meaning=_meaning(
                    "ressources mensuelles du foyer",
                    "monthly resources of the household",
                    "recursos mensais da família",
                ),
            ),
            Input(
                name="nombre_enfants",
                unit="children",
                maximum=30,
                step=1,
                default=0,
                meaning=_meaning("enfants à charge", "dependent children", "filhos dependentes"),
            ),
            Input(
                name="en_couple",
                kind="flag",
                default=False,
                meaning=_meaning("en couple", "living as a couple", "em casal"),
            ),
            Input(
                name="etudiant",
                kind="flag",
                default=False,
                meaning=_meaning("étudiant", "student", "estudante"),
            ),
            Input(
                name="echelon_bourse",
                unit="grant step",
                maximum=7,
                step=1,
                default=0,
                meaning=_meaning(
                    "échelon de bourse (0 : sans bourse ou échelon 0)",
                    "grant step (0: no grant, or step 0)",
                    "escalão da bolsa (0: sem bolsa ou escalão 0)",
                ),
            ),
            Input(
                name="beneficiaire_rsa",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "bénéficiaire du RSA",
                    "recipient of the minimum income (RSA)",
                    "beneficiário da renda mínima (RSA)",
                ),
            ),
            Input(
                name="beneficiaire_css",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "bénéficiaire de la complémentaire santé solidaire (CSS, ex-CMU-C)",
                    "holder of the solidarity health cover (CSS, formerly CMU-C)",
                    "beneficiário da cobertura de saúde solidária (CSS, antiga CMU-C)",
                ),
            ),
            Input(
                name="beneficiaire_ass",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "bénéficiaire de l'allocation de solidarité spécifique (ASS)",
                    "recipient of the specific solidarity allowance (ASS)",
                    "beneficiário do auxílio de solidariedade específica (ASS)",
                ),
            ),
            Input(
                name="beneficiaire_ame",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "bénéficiaire de l'aide médicale de l'État (AME)",
                    "holder of the State medical aid (AME)",
                    "beneficiário da ajuda médica do Estado (AME)",
                ),
            ),
            Input(
                name="beneficiaire_asi",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "bénéficiaire de l'allocation supplémentaire d'invalidité (ASI)",
                    "recipient of the supplementary invalidity allowance (ASI)",
                    "beneficiário do auxílio suplementar de invalidez (ASI)",
                ),
            ),
            Input(
                name="beneficiaire_aspa",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "bénéficiaire de l'allocation de solidarité aux personnes âgées (ASPA)",
                    "recipient of the solidarity allowance for the elderly (ASPA)",
                    "beneficiário do auxílio de solidariedade aos idosos (ASPA)",
                ),
            ),
            Input(
                name="demandeur_asile",
                kind="flag",
                default=False,
                meaning=_meaning("demandeur d'asile", "asylum seeker", "requerente de asilo"),
            ),
            Input(
                name="aah_au_foyer",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "une autre personne du foyer perçoit l'AAH",
                    "another member of the household receives the AAH",
                    "outra pessoa da família recebe o AAH",
                ),
            ),
            Input(
                name="tarif_reduit",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "droit au tarif réduit du réseau",
                    "entitled to the network's reduced fare",
                    "direito à tarifa reduzida da rede",
                ),
            ),
            Input(
                name="volume_m3",
                unit="m3",
                maximum=100_000,
                meaning=_meaning(
                    "volume consommé sur la période de facturation",
                    "volume consumed in the billing period",
                    "volume consumido no período de faturamento",
                ),
            ),
            Input(
                name="revenu_par_personne",
                unit="BRL/month",
                maximum=1e8,
                meaning=_meaning(
                    "revenu mensuel par personne",
                    "monthly income per head",
                    "renda mensal por pessoa",
                ),
            ),
            Input(
                name="cadastro_unico",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "inscrit au CadÚnico", "registered in CadÚnico", "inscrito no CadÚnico"
                ),
            ),
            Input(
                name="beneficiaire_bpc",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "bénéficiaire du BPC", "recipient of the BPC benefit", "beneficiário do BPC"
                ),
            ),
            Input(
                name="salaire_minimum",
                unit="BRL/month",
                minimum=1,
                maximum=1e6,
                meaning=_meaning("salaire minimum", "minimum wage", "salário mínimo"),
            ),
            Input(
                name="assainissement",
                kind="flag",
                default=False,
                meaning=_meaning(
                    "raccordé à l'assainissement", "connected to sewage", "ligado à rede de esgoto"
                ),
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


@attrs.frozen(kw_only=True)
class Columns:
    """Inputs as arrays, not yet checked against their bounds.

    Parameters
    ----------
    values : mapping of str to ndarray
        Read-only arrays that broadcast to the shape: numbers, bool or str.
    unreadable : mapping of str to ndarray of bool
        Where a value was no value of its kind; only where errors are not raised.
    shape : tuple of int
        Common shape; ``()`` where all values are scalars.
    defaults : frozenset of str
        Inputs that nobody gave and that have their default.
    """

    values: Mapping[str, Array]
    unreadable: Mapping[str, Array]
    shape: tuple[int, ...]
    defaults: frozenset[str] = frozenset()


def read_inputs(
    given: Mapping[str, object],
    *,
    required: Sequence[str],
    optional: Sequence[str],
    errors: Literal["raise", "null"] = "raise",
) -> Columns:
    """Return the inputs as arrays of their kind, whose shapes fit each other.

    Parameters
    ----------
    given : mapping of str to array_like
        Values by name; a value that is None counts as not given.
    required, optional : sequence of str
        Names that the rule needs and accepts. Where ``quotient_familial`` is accepted,
        ``revenu_fiscal_reference`` with ``nombre_parts`` takes its place.
    errors : {"raise", "null"}
        Whether a value that cannot be read raises or is marked. A name or a shape that is wrong
        always raises.

    Returns
    -------
    Columns
        The arrays.

    Raises
    ------
    InputError
        Where a name is unknown or missing, a value is of the wrong type, or shapes do not fit.
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
    values: dict[str, Array] = {}
    unreadable: dict[str, Array] = {}
    for name, value in given.items():
        array, bad = _as_array(INPUTS[name], value)
        if bad is not None:
            if errors == "raise":
                _refuse(INPUTS[name], array, bad, f"must be {_expected(INPUTS[name])}")
            unreadable[name] = bad
            array = filled(INPUTS[name], array, bad)
        values[name] = _kind(INPUTS[name], array)
    defaults = {
        name: np.asarray(INPUTS[name].default)
        for name in accepted
        if name not in values and INPUTS[name].default is not None
    }
    values |= defaults
    try:
        shape = np.broadcast_shapes(*(value.shape for value in values.values()))
    except ValueError:
        shapes = ", ".join(f"{n} {v.shape}" for n, v in values.items() if v.shape)
        raise InputError(f"the inputs have lengths that do not fit each other: {shapes}") from None
    return Columns(values=values, unreadable=unreadable, shape=shape, defaults=frozenset(defaults))


def in_bounds(item: Input, array: Array) -> bool:
    """Say whether every value is one that the input accepts; fast where all are."""
    if array.size == 0 or item.kind == "flag":
        return True
    if item.kind == "commune":
        return bool((insee_keys(array) >= 0).all())
    # NaN makes the minimum NaN, which compares false.
    if not (array.min() >= item.minimum and array.max() <= item.maximum):
        return False
    if not item.step or array.dtype.kind != "f":
        return True
    # numpy floors slowly; within its bounds, a number with a step has few steps, and int32 holds them
    steps = array if item.whole else array * (1 / item.step)
    return bool((steps.astype(np.int32) == steps).all())


def out_of_bounds(item: Input, array: Array) -> list[tuple[npt.NDArray[np.bool_], str]]:
    """Return where values are not accepted, each time with what they must be."""
    if item.kind == "commune":
        return [(insee_keys(array) < 0, "must be a five-character INSEE code such as 44109")]
    if item.kind == "flag":
        return []
    outside = np.asarray(~((array >= item.minimum) & (array <= item.maximum)))
    allowed = f"must be between {item.minimum:g} and {item.maximum:,.0f} ({item.unit})"
    found = [(outside, allowed)]
    if item.step:
        multiple = "whole number" if item.whole else f"multiple of {item.step:g}"
        between = np.asarray(~outside & _between_steps(item, array))
        found.append((between, f"must be a {multiple} ({item.unit})"))
    return found


def _between_steps(item: Input, array: Array) -> npt.NDArray[np.bool_]:
    """Return where a number is no multiple of the step, a power of two, so that dividing is exact."""
    steps = array if item.whole else array / item.step
    return np.asarray(steps != np.floor(steps))


def check_bounds(values: Mapping[str, Array]) -> None:
    """Raise for the first input that holds values which are not accepted."""
    for name, array in values.items():
        for bad, why in out_of_bounds(INPUTS[name], array):
            if bad.any():
                _refuse(INPUTS[name], array, bad, why)


def insee_keys(codes: Array) -> npt.NDArray[np.int64]:
    """Return INSEE codes as numbers, one for each code; -1 for what is no code.

    Parameters
    ----------
    codes : ndarray of str
        Five characters: digits, but for the A or B of Corsica in second place.

    Returns
    -------
    ndarray of int64
        ``d0 * 12000 + d1 * 1000 + ...``, with 10 and 11 for A and B.
    """
    text = np.ascontiguousarray(codes, dtype="U6").reshape(np.shape(codes))
    point = text.reshape(-1).view(np.uint32).reshape(*text.shape, 6).astype(np.int64)
    digit = point - ord("0")
    corsica = (point[..., 0] == ord("2")) & (
        (point[..., 1] == ord("A")) | (point[..., 1] == ord("B"))
    )
    digit[..., 1] = np.where(corsica, point[..., 1] - ord("A") + 10, digit[..., 1])
    good = (digit[..., :5] >= 0).all(axis=-1) & (point[..., 5] == 0)
    good &= (digit[..., [0, 2, 3, 4]] <= 9).all(axis=-1) & ((digit[..., 1] <= 9) | corsica)
    return np.where(good, digit[..., :5] @ np.array([12_000, 1_000, 100, 10, 1]), -1)


def _as_array(item: Input, value: object) -> tuple[Array, Array | None]:
    """Return an array, and where its elements are none of the kind, if anywhere."""
    if hasattr(value, "num_chunks"):  # pyarrow, whose own conversion loses nulls of dictionaries
        value = value.chunk(0) if value.num_chunks == 1 else value.combine_chunks()  # type: ignore[attr-defined]
    try:
        array = np.asarray(value)
    except ValueError:
        raise InputError(
            f"{item.name}: the value is not a regular array; give equal rows"
        ) from None
    if array.dtype.kind == "f" and array.dtype.itemsize != 8:
        array = _decimal(array)
    masked = value if isinstance(value, np.ma.MaskedArray) else None
    if masked is not None and masked.mask.any():
        array = array.astype(object)
        array[np.ma.getmaskarray(masked)] = None
    if array.dtype.kind == "T":  # numpy's own variable-width text
        array = array.astype(object)
    if item.kind == "commune" and array.dtype.kind == "f" and np.isnan(array).all():
        array = array.astype(object)  # a column of text that is empty, or all missing
    if item.kind == "flag" and array.dtype.kind in "iuf":
        bad = np.asarray((array != 0) & (array != 1))
        return array, bad if bad.any() else None
    if array.dtype.kind != "O":
        return array, None
    read = {"number": _is_number, "flag": _is_flag, "commune": _is_text}[item.kind]
    bad = np.array([not read(v) for v in array.flat], dtype=bool).reshape(array.shape)
    if array.size and bad.all() and not any(_is_null(v) for v in array.flat):
        raise InputError(f"{item.name}: expected {_expected(item)}, got {_sample(array)}")
    return array, bad if bad.any() else None


def _kind(item: Input, array: Array) -> Array:
    """Return a read-only array of the kind of the input; numbers keep an exact type."""
    kind = array.dtype.kind
    if item.kind == "number":
        if kind == "O":
            array = array.astype(np.float64)
        elif kind not in "iuf":
            raise InputError(f"{item.name}: expected {_expected(item)}, got {_sample(array)}")
    elif item.kind == "flag":
        if kind not in "biufO":
            raise InputError(f"{item.name}: expected {_expected(item)}, got {_sample(array)}")
        array = array.astype(bool, copy=False)
    else:
        if kind not in "UO":
            raise InputError(f"{item.name}: expected {_expected(item)}, got {_sample(array)}")
        array = array.astype(str, copy=False)
    array = array.copy() if array.size <= COPIED else array.view()
    array.flags.writeable = False
    return array


def _decimal(array: Array) -> Array:
    """Return float64: a float32 stands for the decimal that it prints, so a cent stays a cent."""
    if array.dtype.itemsize > 8:
        return array.astype(np.float64)
    decimal = np.asarray(np.rint(array.astype(np.float64) * 100) / 100)
    # Six digits are always told apart in float32, so whole cents below 10,000 need no printing.
    printed = ~((decimal.astype(array.dtype) == array) & (np.abs(decimal) < 10_000))
    if array.dtype.itemsize < 4:
        printed = np.ones(array.shape, dtype=bool)
    decimal[printed] = array[printed].astype(str).astype(np.float64)
    return decimal


def _is_number(value: object) -> bool:
    if isinstance(value, str | bytes | bool | np.bool_) or value is None:
        return False
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False
    return True


def _is_flag(value: object) -> bool:
    return isinstance(value, bool | np.bool_) or (_is_number(value) and value in (0, 1))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_null(value: object) -> bool:
    return (
        value is None
        or type(value).__name__ in ("NAType", "NaTType")
        or (isinstance(value, float) and value != value)
    )


def filled(item: Input, array: Array, bad: Array) -> Array:
    """Return a copy with an accepted value where a value is bad; its result is not kept."""
    wide = np.promote_types(array.dtype, "U5") if array.dtype.kind == "U" else array.dtype
    array = array.astype(wide)
    array[bad] = {"number": item.minimum, "flag": False, "commune": "00000"}[item.kind]
    return array


def _expected(item: Input) -> str:
    return {
        "number": f"numbers ({item.unit})",
        "flag": "true or false (1 or 0)",
        "commune": "INSEE codes as text",
    }[item.kind]


def _refuse(item: Input, array: Array, bad: Array, why: str) -> None:
    if array.shape == ():
        raise InputError(f"{item.name}: {array.item()!r} {why}")
    positions = np.argwhere(bad)
    shown = ", ".join(
        f"{_plain(array[tuple(p)])!r} at {p[0] if len(p) == 1 else tuple(p.tolist())}"
        for p in positions[:SHOWN]
    )
    more = f" and {len(positions) - SHOWN} more" if len(positions) > SHOWN else ""
    raise InputError(f"{item.name}: {shown}{more} {why}")


def _plain(value: Any) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _sample(array: Array) -> str:
    if array.size == 0:
        return f"an empty array of {array.dtype}"
    return f"{array.flat[0]!r} of type {type(array.flat[0]).__name__}"
