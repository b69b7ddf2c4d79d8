"""A fitted forecaster as one plain file: JSON for what is told, an array file for what is counted.

The file is a zip of ``model.json`` and ``NAME.npy`` members, which any tool opens. One file rather
than a folder, because it takes its name in one step, is sent and hashed as one, and nothing in it is
ever unpacked to disk: no member can leave a folder. Nothing in it is code, and what it may hold is
what the classes below say: a member, a field or a version that they do not know is refused.
"""

from __future__ import annotations

import io
import json
import types
import typing
import zipfile
import zlib
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.city.sources import Sources
from prevision_cantine.errors import ForecastError
from prevision_cantine.files.csv_file import written
from prevision_cantine.model.choice import Choice
from prevision_cantine.model.effects import EffectTable
from prevision_cantine.model.fitted import Assisted, Fitted
from prevision_cantine.model.forecaster import CanteenForecaster
from prevision_cantine.uncertainty.intervals import Calibration
from prevision_cantine.words.catalogue import system_reason

FORMAT = "prevision_cantine forecaster"
VERSION = 3
HEAD = "model.json"
MAX_HEAD = 10_000_000
MAX_BYTES = 2_000_000_000
MAX_MEMBERS = 100
MAX_ARRAY_HEADER = 10_000
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # of a member: the same forecaster is the same bytes

# What a file holds of a forecaster beside its settings; each class says its fields.
PARTS: dict[str, Any] = {
    "fitted": Fitted, "calibration": Calibration, "assisted": Assisted | None, "sources": Sources, "effects": EffectTable,
    "choice": Choice | None,
}  # fmt: skip
Arrays = dict[str, npt.NDArray[Any]]


def save_forecaster(forecaster: CanteenForecaster, path: str | Path) -> None:
    """Write a fitted forecaster; the file takes its name only once it is complete.

    Parameters
    ----------
    forecaster : CanteenForecaster
        Fitted.
    path : str or Path
        File, usually ``.zip``.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        Before ``fit``.
    CantineError
        Where it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from prevision_cantine import CanteenForecaster, make_city
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecaster = CanteenForecaster().fit(city, until="2022-02-01")
    >>> rows = city.calendar_rows("2022-03-07", "2022-03-11")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_forecaster(forecaster, f"{folder}/model.zip")
    ...     again = load_forecaster(f"{folder}/model.zip")
    >>> bool((again.predict(rows).meals == forecaster.predict(rows).meals).all())
    True
    """
    settings, parts = forecaster.state()
    arrays: Arrays = {}
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION, "settings": settings}
    head |= {name: _plain(part, name, arrays) for name, part in parts.items()}
    head["arrays"] = {
        name: {"dtype": array.dtype.str, "shape": list(array.shape)}
        for name, array in arrays.items()
    }
    text = json.dumps(head, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    with written(path) as temporary, zipfile.ZipFile(temporary, "w") as file:
        file.writestr(_member(HEAD), text)
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            file.writestr(_member(f"{name}.npy"), buffer.getvalue())


def load_forecaster(path: str | Path) -> CanteenForecaster:
    """Read a forecaster that ``save_forecaster`` wrote.

    It forecasts rows of a city with the same canteens in the same order: their calendar and menus
    come with the rows, as for any forecaster.

    Parameters
    ----------
    path : str or Path
        File.

    Returns
    -------
    CanteenForecaster
        Fitted; its forecasts are those of the one that was saved, to the last bit.

    Raises
    ------
    ForecastError
        Where it cannot be read, is of another version, or holds more, less or something else than
        a forecaster; the message names the member or the field.

    Examples
    --------
    >>> load_forecaster("nowhere.zip")
    Traceback (most recent call last):
    prevision_cantine.errors.ForecastError: nowhere.zip: cannot be read (no such file); it should be a model written by fit
    """
    try:
        with zipfile.ZipFile(path) as file:
            return _forecaster(file)
    except OSError as error:
        raise ForecastError("model_cannot_read", where=path, reason=system_reason(error)) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ForecastError("model_not_zip", where=path, detail=str(error)) from None
    except _StateError as error:
        raise ForecastError("model_state", where=path, detail=str(error)) from None


class _StateError(Exception):
    """What is wrong with a file, and where."""


def _forecaster(file: zipfile.ZipFile) -> CanteenForecaster:
    members = file.infolist()
    names = [member.filename for member in members]
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_BYTES:
        raise _StateError(f"more than {MAX_MEMBERS} members or {MAX_BYTES:,} bytes")
    if any(m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for m in members):
        raise _StateError("a member is compressed in a way that is not read")
    if len(set(names)) != len(names) or HEAD not in names:
        raise _StateError(f"a member appears twice, or {HEAD} is missing")
    head = _head(_read(file, HEAD, MAX_HEAD))
    if head.get("format") != FORMAT:
        raise _StateError(f"{HEAD}: format: not {FORMAT!r}")
    if head.get("version") != VERSION or head["version"] is True:
        raise _StateError(
            f"{HEAD}: version {head.get('version')!r} is unknown, only {VERSION} is read"
        )
    _same_fields(HEAD, head, {"format", "version", "settings", "arrays", *PARTS})
    if not isinstance(head["arrays"], dict):
        raise _StateError("arrays: not a table of fields")
    _same_fields("the zip", dict.fromkeys(names), {HEAD, *(f"{n}.npy" for n in head["arrays"])})
    arrays = {
        name: _array(_read(file, f"{name}.npy", MAX_BYTES), name, stated)
        for name, stated in head["arrays"].items()
    }
    parts = {name: _built(cls, head[name], name, arrays) for name, cls in PARTS.items()}
    if arrays:
        raise _StateError(f"array {next(iter(arrays))!r} does not belong to any field")
    try:
        return CanteenForecaster.from_state(head["settings"], parts)
    except (TypeError, ForecastError) as error:
        raise _StateError(str(error)) from None


def _head(data: bytes) -> dict[str, Any]:
    def refuse(text: str) -> Any:
        raise _StateError(f"{HEAD}: {text} is not a number")

    try:
        head = json.loads(data.decode("utf-8"), parse_constant=refuse)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise _StateError(f"{HEAD}: not JSON") from None
    if not isinstance(head, dict):
        raise _StateError(f"{HEAD}: not a table of fields")
    return head


def _read(file: zipfile.ZipFile, name: str, most: int) -> bytes:
    with file.open(name) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise _StateError(f"{name}: larger than {most:,} bytes")
    return data


def _array(data: bytes, name: str, stated: Any) -> npt.NDArray[Any]:
    """Return an array once its header, its length and what the head states of it agree."""
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"version {version}")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(
            stream, max_header_size=MAX_ARRAY_HEADER
        )
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise _StateError(f"{name}.npy: not an array file") from None
    if fortran or dtype.hasobject or dtype.kind not in "fiMU":
        raise _StateError(f"{name}.npy: an array of {dtype} is not read")
    if stated != {"dtype": dtype.str, "shape": list(shape)}:
        raise _StateError(f"{name}.npy: {dtype.str} {list(shape)}, where the head states {stated}")
    count = 1
    for length in shape:
        count *= length
    if len(data) - stream.tell() != count * dtype.itemsize:
        raise _StateError(f"{name}.npy: not as long as its shape says")
    values = np.frombuffer(data, dtype, count, stream.tell()) if count else np.empty(0, dtype)
    return values.reshape(shape).copy()


def _plain(value: Any, name: str, arrays: Arrays) -> Any:
    """Return a value as JSON holds it, its arrays set apart under the path of their field."""
    if attrs.has(type(value)):
        return {
            field.name: _plain(getattr(value, field.name), f"{name}.{field.name}", arrays)
            for field in attrs.fields(type(value))
        }
    if isinstance(value, np.ndarray):
        arrays[name] = np.ascontiguousarray(value)
        return {"array": name}
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item, f"{name}.{n}", arrays) for n, item in enumerate(value)]
    return value.item() if isinstance(value, np.generic) else value


def _built(kind: Any, value: Any, name: str, arrays: Arrays, *, missing: bool = False) -> Any:
    """Return a plain value as what a field is annotated with, or refuse it."""
    if isinstance(kind, type) and attrs.has(kind):
        fields = {field.name for field in attrs.fields(kind)}
        hints = typing.get_type_hints(kind)
        if not isinstance(value, dict):
            raise _StateError(f"{name}: not a table of fields")
        _same_fields(name, value, fields)
        gaps = {field.name for field in attrs.fields(kind) if field.metadata.get("missing")}
        return kind(
            **{
                f: _built(hints[f], value[f], f"{name}.{f}", arrays, missing=f in gaps)
                for f in fields
            }
        )
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        if value not in inside or not isinstance(value, str):
            raise _StateError(f"{name}: {value!r} is not one of {', '.join(inside)}")
        return value
    if origin is np.ndarray:
        return _taken(value, name, arrays, typing.get_args(inside[1])[0], missing)
    if origin in (typing.Union, types.UnionType):
        options = [option for option in inside if option is not type(None)]
        return None if value is None else _built(options[0], value, name, arrays)
    if origin is tuple:
        if not isinstance(value, list):
            raise _StateError(f"{name}: not a list")
        each = [inside[0]] * len(value) if inside[-1] is Ellipsis else list(inside)
        if len(each) != len(value):
            raise _StateError(f"{name}: {len(value)} values, where there are {len(each)}")
        pairs = enumerate(zip(each, value, strict=True))
        return tuple(_built(k, v, f"{name}.{n}", arrays) for n, (k, v) in pairs)
    if kind is np.datetime64:
        try:
            day = np.datetime64(value, "D") if isinstance(value, str) else np.datetime64("NaT", "D")
        except ValueError:
            day = np.datetime64("NaT", "D")
        if np.isnat(day):
            raise _StateError(f"{name}: {value!r} is not a day")
        return day
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise _StateError(f"{name}: {value!r} is not of the type {getattr(kind, '__name__', kind)}")
    return value


def _taken(value: Any, name: str, arrays: Arrays, scalar: type, missing: bool) -> npt.NDArray[Any]:
    """Return the array of a field, whose values are of the kind that it is annotated with."""
    if value != {"array": name} or name not in arrays:
        raise _StateError(f"{name}: not an array")
    array = arrays.pop(name)
    expected = {np.float64: "<f8", np.int64: "<i8", np.datetime64: "<M8[D]"}.get(scalar)
    if array.dtype.str != expected and not (scalar is np.str_ and array.dtype.kind == "U"):
        raise _StateError(f"{name}: values of {array.dtype}, where {scalar.__name__} are needed")
    wrong = np.isinf(array) if missing else array.dtype.kind != "U" and ~np.isfinite(array)
    if np.any(wrong):
        raise _StateError(f"{name}: a value is missing or infinite")
    return array


def _same_fields(name: str, found: dict[str, Any], known: set[str]) -> None:
    for field in found:
        if field not in known:
            raise _StateError(f"{name}: {field!r} is unknown")
    for field in sorted(known):
        if field not in found:
            raise _StateError(f"{name}: {field!r} is missing")


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _LONG_AGO)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member
