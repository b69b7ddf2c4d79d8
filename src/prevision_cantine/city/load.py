"""Load a city's folder, in the layout of any city or in that of Nantes."""

from __future__ import annotations

from pathlib import Path

from prevision_cantine.city.builder import build_city
from prevision_cantine.city.city import City
from prevision_cantine.city.folder import is_folder, read_folder
from prevision_cantine.city.nantes import is_nantes, read_nantes
from prevision_cantine.errors import CityError


def load_city(folder: str | Path) -> City:
    """Load a city from its folder.

    Parameters
    ----------
    folder : str or Path
        Folder with ``frequentation.csv`` (``date, cantine, service?, reel, prevision_agents?``) and,
        where there are any, ``effectifs.csv``, ``cantines.csv``, ``calendrier.csv``, ``annees.csv``,
        ``menus.csv``, ``variables.csv``, ``absences.csv`` and ``ville.toml``: the layout of any
        city, that the guide describes. Or a folder in the layout of Nantes, with ``raw/`` (``frequentation.csv``, ``effectifs.csv``, ``cantines.csv``,
        ``menus_*.csv``), ``calculators/`` (``annees_scolaires.csv``, ``vacances.csv``,
        ``jours_feries.csv``, ``greves.csv``, ``ramadan.csv``) and ``mappings/``
        (``mapping_ecoles_cantines.csv``, ``mapping_frequentation_cantines.csv``). Two more tables
        are read where they are there: ``calculators/absences.csv`` (``cantine, date, absents,
        annonce_le``) and ``raw/effectifs_provisoires.csv`` (``ecole, annee_scolaire, effectif,
        connu_le``).

    Returns
    -------
    City
        The city; ``report`` lists what was found, repaired or dropped, and why.

    Raises
    ------
    CityError
        Where a file is missing, cannot be read, lacks a column, has one that looks like personal
        data, or holds a wrong value, such as more pupils away than are enrolled; the message names
        file and line.

    Examples
    --------
    >>> load_city("nowhere")
    Traceback (most recent call last):
    prevision_cantine.errors.CityError: nowhere: this folder does not exist; give the folder that contains frequentation.csv
    """
    root = Path(folder)
    if not root.is_dir():
        raise CityError("file_for_folder" if root.exists() else "no_folder", where=folder)
    if is_nantes(root):
        return build_city(read_nantes(root))
    if is_folder(root):
        return build_city(read_folder(root))
    raise CityError("no_attendance", where=folder)
