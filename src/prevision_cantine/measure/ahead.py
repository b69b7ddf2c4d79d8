"""What a forecast of the past may take as known ahead, where the tables do not say since when."""

from __future__ import annotations

from typing import TypeVar

import attrs
import numpy as np

from prevision_cantine.city.city import City
from prevision_cantine.city.folder import ALWAYS
from prevision_cantine.model.terms import Category, Product, Term

EVENT = "evenement:"
T = TypeVar("T", bound=Term)


@attrs.frozen
class Note:
    """Something to know of a backtest, as data.

    Parameters
    ----------
    code : str
        What: ``events`` (not taken as known ahead), ``variables`` (taken as known ahead, since they
        have no ``connu_le``), ``strikes`` (forecast as ordinary days), ``exceptional`` (days of
        spans whose first and last day are taken as known), ``too_early`` (rows left out, of which
        nothing was known in time), ``orders`` (rows that have an order of the agents, where others
        have none).
    names : tuple of str
        Of the events or variables.
    count : int
        Of days or rows.
    """

    code: str
    names: tuple[str, ...] = ()
    count: int = 0

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values."""
        return {"code": self.code, "names": list(self.names), "count": self.count}


def terms_of_the_past(
    city: City, terms: tuple[Term, ...]
) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """Return terms that use no event of the city before its day, unless the city says it may.

    The table of events says on which day each was, not since when that was known: snow and a school
    feast are written in the same way. An event is learned from once it is past; it counts as known
    ahead only where ``connu`` of its term in ``ville.toml`` says so.

    Parameters
    ----------
    city : City
        The city.
    terms : tuple of Term
        Its terms, as ``default_terms`` gives them.

    Returns
    -------
    tuple of Term, tuple of str
        The terms, and the names of the events that were changed.
    """
    said = city.settings.get("termes", {})
    changed: list[str] = []

    def honest(term: T) -> T:
        if isinstance(term, Product):
            return attrs.evolve(term, first=honest(term.first), second=honest(term.second))
        own = said.get(term.name)
        if (
            isinstance(term, Category)
            and term.reads.startswith(EVENT)
            and term.known == "ahead"
            and not (isinstance(own, dict) and "connu" in own)
        ):
            changed.append(term.reads.removeprefix(EVENT))
            return attrs.evolve(term, known="after")
        return term

    return tuple(honest(term) for term in terms), tuple(dict.fromkeys(changed))


def undated_variables(city: City, terms: tuple[Term, ...]) -> tuple[str, ...]:
    """Return the variables that terms read and whose values do not say since when they are known."""
    read = {reads for term in terms if term.known != "after" for reads in term.sources}
    return tuple(
        variable.name
        for variable in city.variables
        if f"variable:{variable.name}" in read and bool(np.all(variable.known_on == ALWAYS))
    )
