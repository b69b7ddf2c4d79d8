"""What is not known of the canteens and days to forecast, told before the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.calendar import Days
from prevision_cantine.city import Ints, Rows
from prevision_cantine.csv_file import write_csv
from prevision_cantine.language import counted, in_language, texts

KINDS = ("menu", "effectif")
SHOWN = 6  # days or canteens that a sentence names
_WORDS = texts(
    {
        "fr": {
            "menu": "Menu non publié : {n} sur {of} ({items}).",
            "effectif": "Effectif de {year} inconnu : {n} sur {of} ({items}).",
            "none": "Rien ne manque : les menus et les effectifs sont connus.",
        },
        "en": {
            "menu": "No published menu: {n} of {of} ({items}).",
            "effectif": "Enrolment of {year} unknown: {n} of {of} ({items}).",
            "none": "Nothing is missing: menus and enrolments are known.",
        },
        "pt": {
            "menu": "Cardápio não publicado: {n} de {of} ({items}).",
            "effectif": "Matrículas de {year} desconhecidas: {n} de {of} ({items}).",
            "none": "Nada falta: os cardápios e as matrículas são conhecidos.",
        },
    }
)


@attrs.frozen(eq=False)
class Missing:
    """What is missing of some rows, one line a canteen, day and thing.

    A forecast can be made all the same: a day without a menu is one of no known dish, and a school
    year without enrolments has those of the year before, or of the year after where there is none.

    Parameters
    ----------
    rows : Rows
        The canteens and days asked about.
    row : ndarray of int, shape (m,)
        Position of the row that lacks something.
    kind : ndarray of str, shape (m,)
        ``menu`` or ``effectif``.
    """

    rows: Rows = attrs.field(repr=False)
    row: Ints = attrs.field(repr=False)
    kind: npt.NDArray[np.str_] = attrs.field(repr=False)

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self.row)

    @property
    def canteens(self) -> npt.NDArray[np.str_]:
        """Name of the canteen of each line."""
        return self.rows.names[self.row]

    @property
    def date(self) -> Days:
        """Day of each line."""
        return self.rows.date[self.row]

    def to_text(self, lang: str = "fr") -> str:
        """Say what is missing, a line for the menus and one for each school year.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Sentences.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        words = in_language(_WORDS, lang)
        lines = []
        days = np.unique(self.date[self.kind == "menu"])
        if len(days):
            every = len(np.unique(self.rows.date))
            items = _short(days.astype(str).tolist())
            lines.append(
                words["menu"].format(n=counted(len(days), "day", lang), of=every, items=items)
            )
        calendar = self.rows.city.calendar
        lacking = self.kind == "effectif"
        year = calendar.year_index(self.rows.date)
        for number in np.unique(year[self.row[lacking]]).tolist():
            names = np.unique(self.canteens[lacking & (year[self.row] == number)])
            every = len(np.unique(self.rows.canteen[year == number]))
            lines.append(
                words["effectif"].format(
                    year=calendar.years[number].name, n=counted(len(names), "canteen", lang), of=every,
                    items=_short(names.tolist()),
                )
            )  # fmt: skip
        return "\n".join(lines or [words["none"]])

    def to_csv(self, path: str | Path) -> None:
        """Write ``cantine, date, manque``, the file whole or not at all.

        Parameters
        ----------
        path : str or Path
            File.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        columns = (self.canteens.tolist(), self.date.astype(str).tolist(), self.kind.tolist())
        write_csv(path, ("cantine", "date", "manque"), zip(*columns, strict=True))


def _short(items: Sequence[str]) -> str:
    more = ", …" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + more


def missing(rows: Rows) -> Missing:
    """Return what is not known of some canteens and days; ``Rows.missing`` is the same.

    Parameters
    ----------
    rows : Rows
        Canteens and days.

    Returns
    -------
    Missing
        By row, menus first.
    """
    city = rows.city
    no_menu = ~np.isin(rows.date, city.menus.dates)
    known = np.zeros((len(city.calendar.years), len(city.canteens)), dtype=bool)
    for number, year in enumerate(city.calendar.years):
        if year.name in city.enrolment:
            known[number] = np.isfinite(city.enrolment[year.name])
    year_of_row = np.clip(city.calendar.year_index(rows.date), 0, None)
    no_pupils = ~known[year_of_row, rows.canteen]
    lacking = np.stack([no_menu, no_pupils], axis=1)
    row, kind = np.nonzero(lacking)
    return Missing(rows, row, np.array(KINDS)[kind])
