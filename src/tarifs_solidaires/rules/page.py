"""Tables of the reference page, made of the classes that read a file; schemas and page written anew.

The page holds places such as ``<!-- keys: Row -->`` … ``<!-- end -->``; what stands between is made here.
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from tarifs_solidaires.rules.keys import NOTHING, keys_of, sections_in, shown
from tarifs_solidaires.rules.schema import FILES, schema_text

_PLACE = re.compile(r"(<!-- keys: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def keys_table(section: type[Any]) -> str:
    """Return the keys of a section as a Markdown table.

    Examples
    --------
    >>> from tarifs_solidaires.rules.file import Rounding
    >>> print(keys_table(Rounding))
    | key | what to write | meaning | left out |
    | --- | --- | --- | --- |
    | `to` | a number above 0 | The unit, such as 0.05. | required |
    | `mode` | `"half_up"`, `"half_even"`, `"half_down"`, `"up"`, `"down"` | `up`, `down`, or which way a half goes. | `"half_up"` |
    """
    rows = ["| key | what to write | meaning | left out |", "| --- | --- | --- | --- |"]
    for name, field in keys_of(section).items():
        words, doc = field.metadata["kind"].words(), field.metadata["doc"]
        cells = (f"`{name}`", words, doc, _default(field))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def _default(field: attrs.Attribute[Any]) -> str:
    if field.default is NOTHING:
        return "required"
    if isinstance(field.default, bool | int | str | Fraction) and field.default != "":
        return f"`{shown(field.default)}`"
    return ""


def filled(page: str) -> str:
    """Return a page with its tables made anew."""
    held = {name: one for kind in FILES.values() for name, one in sections_in(kind).items()}
    return _PLACE.sub(lambda place: f"{place[1]}{keys_table(held[place[2]])}\n{place[3]}", page)


def generated(root: Path) -> dict[Path, str]:
    """Return the files that are made of the classes, in a clone of the repository.

    Parameters
    ----------
    root : Path
        The clone.
    """
    folder = root / "src" / "tarifs_solidaires" / "rules"
    found = {folder / f"{kind}.schema.json": schema_text(kind) for kind in FILES}
    page = root / "docs" / "reference" / "rule_file.md"
    return {**found, page: filled(page.read_text("utf-8"))}


if __name__ == "__main__":
    for _file, _text in generated(Path.cwd()).items():
        _file.write_text(_text, "utf-8")
