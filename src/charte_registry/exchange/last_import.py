"""What a source said when it was last imported, kept beside the register for the next merge.

Only digests of texts are kept: enough to tell what the source has changed since, while no value,
such as the name of somebody, stays there that the register has no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from charte_registry.errors import RegisterError
from charte_registry.exchange.importers.archive import Limits, read_bytes
from charte_registry.files.assemble import inside
from charte_registry.files.whole import write_bytes
from charte_registry.messages import system_reason
from charte_registry.records.base import unstructure
from charte_registry.register import Register

FOLDER = Path(".charte") / "imports"
_VERSION = 1
Records = Mapping[str, Mapping[str, Mapping[str, Any]]]


def plain_records(records: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return records as plain data by kind and identifier, dates as text."""
    return {
        kind: {key: unstructure(record, iso=True) for key, record in items.items()}
        for kind, items in records.items()
        if items
    }


def known_imports(folder: str | Path) -> list[str]:
    """Return the names of the sources that a register remembers."""
    return sorted(path.stem for path in (Path(folder) / FOLDER).glob("*.json"))


def remember(folder: str | Path, name: str, source: Records) -> None:
    """Keep what a source says.

    Parameters
    ----------
    folder : str or Path
        Folder of the register.
    name : str
        Name of the source, made of letters, digits and hyphens.
    source : mapping of str to mapping of str to mapping
        Plain data by kind and identifier.

    Raises
    ------
    RegisterError
        Where it cannot be written, or would be outside of the folder.
    """
    path = inside(Path(folder), f"{FOLDER.as_posix()}/{name}.json")
    kept = {
        kind: {
            _digest(kind, key): _digested(data, f"{kind}/{key}")
            for key, data in sorted(items.items())
        }
        for kind, items in sorted(source.items())
    }
    text = json.dumps({"version": _VERSION, "records": kept}, indent=1, sort_keys=True) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RegisterError("cannot_make", where=path.parent, reason=system_reason(error)) from None
    write_bytes(path, text.encode("ascii"))


def remembered(
    folder: str | Path, name: str, source: Records, register: Register
) -> Records | None:
    """Return what a source said when it was last imported.

    Parameters
    ----------
    folder : str or Path
        Folder of the register.
    name : str
        Name of the source.
    source : mapping of str to mapping of str to mapping
        What it says now.
    register : Register
        The register.

    Returns
    -------
    mapping of str to mapping of str to mapping or None
        Plain data by kind and identifier. A text that neither the source nor the register holds
        any more is a digest, unlike any text. None where the source was never imported.

    Raises
    ------
    RegisterError
        Where the file is damaged.
    """
    path = inside(Path(folder), f"{FOLDER.as_posix()}/{name}.json")
    if not path.exists():
        return None
    try:
        stored = json.loads(read_bytes(path, Limits()))
        if stored["version"] != _VERSION:
            raise ValueError
        kept = {kind: dict(items) for kind, items in stored["records"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise RegisterError("memory_damaged", where=path) from None
    here = plain_records(register.records)
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for kind, items in kept.items():
        for key in {*source.get(kind, {}), *here.get(kind, {})}:
            data = items.get(_digest(kind, key))
            if isinstance(data, dict):
                record = f"{kind}/{key}"
                both = source.get(kind, {}).get(key), here.get(kind, {}).get(key)
                known = {_digest(record, text): text for said in both for text in _texts(said)}
                found.setdefault(kind, {})[key] = _known_again(data, known)
    return found


def _digest(about: str, text: str) -> str:
    key = blake2b(about.encode(), digest_size=32).digest()
    return "#" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=key).hexdigest()


def _digested(value: Any, record: str) -> Any:
    if isinstance(value, str):
        return _digest(record, value)
    if isinstance(value, list):
        return [_digested(item, record) for item in value]
    if isinstance(value, dict):
        return {name: _digested(item, record) for name, item in value.items()}
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _known_again(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return known.get(value, value)
    if isinstance(value, list):
        return [_known_again(item, known) for item in value]
    if isinstance(value, dict):
        return {name: _known_again(item, known) for name, item in value.items()}
    return value
