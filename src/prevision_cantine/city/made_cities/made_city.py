"""A made city: its tables as the files have them, and the truth that no real city tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from prevision_cantine.errors import CityError
from prevision_cantine.files.csv_file import write_csv, write_text
from prevision_cantine.json_value import JsonValue
from prevision_cantine.read_only import read_only

Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@attrs.frozen(eq=False)
class MadeCity(JsonValue):
    """A city that a seed made.

    Parameters
    ----------
    name : str
        What it resembles.
    tables : mapping of str to (header, rows)
        Cells of each CSV file, as text, by name of the file.
    settings : str
        What ``ville.toml`` says.
    truth : mapping of str to object
        The effects made, on the log scale unless their name says otherwise.
    """

    name: str
    tables: Mapping[str, Table] = attrs.field(converter=read_only, repr=False)
    settings: str = attrs.field(repr=False)
    truth: Mapping[str, Any] = attrs.field(converter=read_only, repr=False)

    def column(self, file: str, name: str) -> tuple[str, ...]:
        """Return a column of a file.

        Parameters
        ----------
        file : str
            Name of the file, such as ``"frequentation.csv"``.
        name : str
            Name of the column.

        Returns
        -------
        tuple of str
            Its cells, in the order of the rows.

        Raises
        ------
        CityError
            Where there is no such file or column.

        Examples
        --------
        >>> from prevision_cantine.city.made_cities import make_company
        >>> sorted(set(make_company(years=1).column("frequentation.csv", "service")))
        ['midi', 'soir']
        """
        header, rows = self.tables.get(file, ((), ()))
        if name not in header:
            raise CityError("made_column", where=file, column=name, city=self.name)
        at = header.index(name)
        return tuple(row[at] for row in rows)

    def to_folder(self, path: str | Path) -> Path:
        """Write the city as the folder of any city.

        Parameters
        ----------
        path : str or Path
            A folder that is not there yet, or is empty.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        CityError
            Where it is there and not empty.
        """
        root = Path(path)
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise CityError("not_empty", where=path)
        root.mkdir(parents=True, exist_ok=True)
        for name, (header, rows) in self.tables.items():
            write_csv(root / name, header, rows)
        write_text(root / "ville.toml", self.settings)
        return root


def settings(
    *,
    languages: Sequence[str],
    weekdays: Sequence[int],
    zone: str,
    families: Mapping[str, Sequence[str]],
) -> str:
    """Return what ``ville.toml`` says of a made city.

    Parameters
    ----------
    languages : sequence of str
        Languages, the first of which is that of the city.
    weekdays : sequence of int
        Weekdays with meals, 0 for Monday.
    zone : str
        Time zone.
    families : mapping of str to sequence of str
        Words of each family of dishes.

    Returns
    -------
    str
        TOML.

    Examples
    --------
    >>> print(settings(languages=["pt"], weekdays=[0, 1], zone="America/Recife", families={"peixe": ["tilápia"]}))
    langues = ["pt"]
    jours = ["lundi", "mardi"]
    fuseau = "America/Recife"
    <BLANKLINE>
    [familles]
    peixe = ["tilápia"]
    <BLANKLINE>
    """

    def listed(items: Sequence[str]) -> str:
        return "[" + ", ".join(f'"{item}"' for item in items) + "]"

    lines = [f"langues = {listed(languages)}", f"jours = {listed([WEEKDAYS[n] for n in weekdays])}"]
    lines += [f'fuseau = "{zone}"', "", "[familles]"]
    lines += [f"{name} = {listed(words)}" for name, words in families.items()]
    return "\n".join(lines) + "\n"
