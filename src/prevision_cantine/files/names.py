"""Names of files made from names that people gave, none of which leaves its folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from prevision_cantine.errors import CantineError
from prevision_cantine.words.catalogue import system_reason

LONGEST = 80
# What Windows keeps for devices, whatever the ending.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_OTHER = re.compile(r"[^\w-]+")


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return a name of a file for each name, without ending.

    Parameters
    ----------
    names : iterable of str
        Names, such as those of canteens.

    Returns
    -------
    dict of str to str
        Letters, digits, hyphens and underscores, 80 at most; two names never have the same, and no
        system takes one for a device or a folder.

    Examples
    --------
    >>> file_names(["Zola", "../../etc/passwd", "zola", "CON"])
    {'Zola': 'Zola', '../../etc/passwd': 'etc_passwd', 'zola': 'zola_2', 'CON': 'cantine_CON'}
    """
    result: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        base = _OTHER.sub("_", name).strip("_-")[:LONGEST] or "cantine"
        if _DEVICES.fullmatch(base):
            base = f"cantine_{base}"
        found, number = base, 1
        while found.casefold() in taken:
            number += 1
            found = f"{base}_{number}"
        taken.add(found.casefold())
        result[name] = found
    return result


def folder_to_write(path: str | Path) -> Path:
    """Return a folder, made where it is not there yet.

    Raises
    ------
    CantineError
        Where it cannot be made.
    """
    folder = Path(path)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise CantineError("folder_unwritable", where=folder, reason=system_reason(error)) from None
    return folder


def inside(folder: Path, name: str) -> Path:
    """Return the path of a file of a folder, refused where a link would lead out of it.

    Raises
    ------
    CantineError
        Where the file is a link.
    """
    path = folder / name
    if path.is_symlink():
        raise CantineError("link_given", where=path)
    return path
