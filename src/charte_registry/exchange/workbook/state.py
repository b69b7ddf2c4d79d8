"""The state that a workbook was written from, on a hidden sheet: what a merge compares with."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.workbook import Cell, Sheet
from charte_registry.exchange.workbook.words import words

SHEET = "_charte"
_MARK, _VERSION = "charte-registry", "1"
_CHUNK = 30_000  # letters of a cell
_LARGEST = 100_000_000  # bytes of the state


@attrs.frozen(kw_only=True)
class State:
    """What the register was when the workbook was written.

    Parameters
    ----------
    lang : {"fr", "en", "pt"}
        Language of the workbook.
    sheets : mapping of str to str
        Which sheet holds what, by its name.
    records : mapping of str to mapping of str to mapping
        Plain data by kind and identifier, dates as text, of the kinds that have sheets.
    labels : mapping of str to mapping of str to str
        Names of records by kind and identifier.
    """

    lang: str
    sheets: Mapping[str, str]
    records: Mapping[str, Mapping[str, Mapping[str, Any]]] = attrs.field(repr=False)
    labels: Mapping[str, Mapping[str, str]] = attrs.field(repr=False)


def state_rows(state: State) -> list[list[str]]:
    """Return the cells of the hidden sheet: a mark and a fingerprint, then the state, packed."""
    content = json.dumps(attrs.asdict(state, recurse=False)).encode("ascii")
    text = base64.b64encode(zlib.compress(content, 9)).decode("ascii")
    head = [_MARK, _VERSION, hashlib.sha256(content).hexdigest()]
    return [head, *([text[at : at + _CHUNK]] for at in range(0, len(text), _CHUNK))]


def is_state(sheet: Sheet) -> bool:
    """Whether a sheet is the hidden one of a register's workbook."""
    return sheet.name == SHEET and bool(sheet.rows) and sheet.rows[0][:1] == (_MARK,)


def read_state(sheets: Sequence[Sheet], name: str) -> State:
    """Return the state that a workbook carries.

    Parameters
    ----------
    sheets : sequence of Sheet
        Its sheets.
    name : str
        The file, for messages.

    Returns
    -------
    State
        The state.

    Raises
    ------
    RegisterError
        Where it carries none, or not the one that was written.
    """
    found = next((sheet for sheet in sheets if is_state(sheet)), None)
    if found is None:
        raise RegisterError("not_register_workbook", where=name, value=SHEET)
    version, digest = (*found.rows[0][1:3], None, None)[:2]
    if str(version) != _VERSION:
        raise RegisterError("other_version", where=name, value=version)
    text = "".join(str(row[0]) for row in found.rows[1:] if row and row[0] is not None)
    try:
        return _checked(State(**json.loads(_unpacked(text, digest))))
    except (ValueError, TypeError, AttributeError, zlib.error, RecursionError):
        raise RegisterError("workbook_state_changed", where=name, value=SHEET) from None


def _checked(state: State) -> State:
    """Return a state whose parts are what they should be, whoever wrote the file."""
    words(state.lang)
    for groups, leaf in ((state.records, dict), (state.labels, str)):
        for items in groups.values():
            if not all(isinstance(value, leaf) for value in items.values()):
                raise TypeError
    if not all(title.partition(">")[0] in state.records for title in state.sheets.values()):
        raise ValueError
    return state


def _unpacked(text: str, digest: Cell) -> bytes:
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(base64.b64decode(text, validate=True), _LARGEST)
    if unpacking.unconsumed_tail or hashlib.sha256(content).hexdigest() != digest:
        raise ValueError
    return content
