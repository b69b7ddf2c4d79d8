"""A register in files: a folder of TOML, YAML and CSV, one JSON file, or JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import attrs

from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.files import folder, folder_changes, json_file, json_lines
from charte_registry.files.assemble import Kinds, inside, profile_file
from charte_registry.files.text import MAX_BYTES
from charte_registry.files.whole import write_bytes
from charte_registry.messages import Phrase
from charte_registry.profiles import Profile, load_profile
from charte_registry.records import KINDS
from charte_registry.records.manifeste import Manifeste
from charte_registry.register import Register

__all__ = ["MAX_BYTES", "check_lines", "load_register", "save_register"]


def load_register(path: str | Path, *, max_bytes: int = MAX_BYTES) -> Register:
    """Load a register.

    A folder holds ``registre.toml`` (or ``.yaml``) and, for each kind of record, a table
    ``KIND.csv``, whose columns are fields (``hebergement.pays`` for a nested one, ``;`` between the
    values of a list), a file ``KIND.toml`` or ``KIND.yaml`` with the list ``KIND``, or one file
    ``KIND/ID.toml`` or ``KIND/ID.yaml`` a record. A ``.json`` file holds
    the fields of the manifest and a list ``KIND`` of records; a ``.jsonl`` file a record a line,
    ``{"kind": "KIND", ...}``, the first being ``{"kind": "registre", ...}``.

    Parameters
    ----------
    path : str or Path
        The folder or the file.
    max_bytes : int
        How many bytes all files together may have.

    Returns
    -------
    Register
        The register.

    Raises
    ------
    RegisterError
        Where it cannot be read; ``errors`` holds every problem, with file, line and remedy.

    Examples
    --------
    >>> load_register("nowhere")
    Traceback (most recent call last):
    charte_registry.errors.RegisterError: nowhere: this folder does not exist; give the one that contains registre.toml
    """
    source = Path(path)
    found: list[Profile] = []

    def kinds(root: Path, manifest: Manifeste) -> Mapping[str, type[Any]]:
        found.extend(_profile(root, manifest))
        return found[0].kinds if found else KINDS

    if source.is_dir():
        register = folder.load(source, kinds, max_bytes)
    elif source.is_file():
        register = _single(source).load(source, kinds, max_bytes)
    else:
        raise RegisterError("no_folder", where=path, manifest=folder.MANIFEST)
    return attrs.evolve(register, profile=found[0]) if found else register


def save_register(
    register: Register, path: str | Path, *, layout: str | None = None, max_bytes: int = MAX_BYTES
) -> None:
    """Save a register, whole or not at all.

    Where a register stands there already, what did not change stays byte for byte as it was, and
    what did keeps its comments, order of keys, quotes, columns and line ends; records that are
    gone disappear.

    Parameters
    ----------
    register : Register
        The register.
    path : str or Path
        A folder, empty, new or with a register, or a ``.json`` or ``.jsonl`` file.
    layout : {"toml", "yaml", "csv"}, optional
        How new files of a folder are written; by default as the other records of that kind are,
        else in TOML. In ``csv``, a record that no row can hold has a file of its own.
    max_bytes : int
        How many bytes what stands there may have.

    Raises
    ------
    RegisterError
        Where what stands there cannot be read or written, or a record would not read back.

    Examples
    --------
    >>> import tempfile, datetime as dt
    >>> from charte_registry import Partenaire
    >>> register = Register(
    ...     titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
    ... ).with_record("partenaires", Partenaire(id="p", nom="P"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_register(register, folder)
    ...     print((Path(folder) / "partenaires" / "p.toml").read_text())
    id = "p"
    nom = "P"
    <BLANKLINE>
    """
    if layout not in (None, *folder_changes.LAYOUTS):
        near = nearest(layout, folder_changes.LAYOUTS)
        raise RegisterError("unknown_layout", field="layout", value=layout, near=near)
    target = Path(path)
    if target.is_file() or (target.suffix and not target.is_dir()):
        for file, content in profile_file(register, target.parent).items():
            write_bytes(file, content)
        _single(target).save(register, target, max_bytes)
    else:
        folder_changes.save(register, target, layout, max_bytes)


def check_lines(path: str | Path, *, max_bytes: int = MAX_BYTES) -> Iterator[Fault]:
    """Return everything that is wrong with the records of a JSON Lines file, and make none of them.

    Parameters
    ----------
    path : str or Path
        The file; its first line is the manifest.
    max_bytes : int
        How many bytes it may have.

    Returns
    -------
    iterator of Fault
        A field of a line each; an unknown key is one, and so is an identifier that stands twice.

    Raises
    ------
    RegisterError
        Where the file or its manifest cannot be read.
    """
    return json_lines.faults(Path(path), _kinds, max_bytes)


class _SingleFile(Protocol):
    def load(self, path: Path, kinds: Kinds, max_bytes: int, /) -> Register: ...

    def save(self, register: Register, path: Path, max_bytes: int, /) -> None: ...


def _single(path: Path) -> _SingleFile:
    formats: Mapping[str, _SingleFile] = {".json": json_file, ".jsonl": json_lines}
    if path.suffix not in formats:
        wanted = Phrase.of("part.folder_or_json")
        if path.stem == "registre":
            wanted = Phrase.of("part.its_folder", path=path.parent)
        raise RegisterError("not_register_file", where=path, wanted=wanted)
    return formats[path.suffix]


def _kinds(root: Path, manifest: Manifeste) -> Mapping[str, type[Any]]:
    """Return the class of each kind, as the profile of a register says."""
    return next((profile.kinds for profile in _profile(root, manifest)), KINDS)


def _profile(root: Path, manifest: Manifeste) -> Iterator[Profile]:
    """Yield the profile of a register, where it has one."""
    if manifest.profil is not None:
        yield load_profile(inside(root, manifest.profil))
