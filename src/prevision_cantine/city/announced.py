"""Absences that no enrolment can be held against."""

from __future__ import annotations

from collections import Counter

import numpy as np

from prevision_cantine.city.city import City
from prevision_cantine.city.records import Remark


def unchecked_absences(city: City, where: str) -> list[Remark]:
    """Return a remark for each canteen and school year whose absences no enrolment can be held against.

    Parameters
    ----------
    city : City
        The city; it refuses more pupils away than are enrolled where an enrolment is known.
    where : str
        The table of the absences.

    Returns
    -------
    list of Remark
        None where all enrolments are known.
    """
    told, calendar = city.absences, city.calendar
    unknown = np.isnan(city.enrolled_at_most(told.canteen, told.date))
    found: Counter[tuple[int, int]] = Counter(
        zip(
            told.canteen[unknown].tolist(),
            calendar.year_index(told.date[unknown]).tolist(),
            strict=True,
        )
    )
    remarks = []
    for (canteen, year), count in sorted(found.items()):
        name = city.canteens[canteen]
        if year < 0:
            remarks.append(Remark(where, "enrolment_unknown_before", count, {"name": name}))
        else:
            facts = {"name": name, "school_year": calendar.years[year].name}
            remarks.append(Remark(where, "enrolment_unknown", count, facts))
    return remarks
