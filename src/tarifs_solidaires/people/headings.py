"""Which column of a table is which input: by its name, its label, its synonyms, or as someone said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

import attrs

from tarifs_solidaires.catalogue import Joined
from tarifs_solidaires.errors import Fault, nearest
from tarifs_solidaires.values.inputs import Input


def folded(heading: str) -> str:
    """Return a heading without case, accents, and the signs between its words.

    Examples
    --------
    >>> folded("Quotient_Familial"), folded(" Âge (en années) ")
    ('quotient familial', 'age en annees')
    """
    plain = unicodedata.normalize("NFKD", heading.replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return " ".join(re.findall(r"[^\W_]+", letters))


@attrs.frozen
class Matched:
    """Which columns are inputs.

    Parameters
    ----------
    positions : mapping of str to int
        Place of the column of each input, from 0.
    faults : tuple of Fault
        Columns that two inputs or two columns compete for, and names that do not exist.
    """

    positions: Mapping[str, int]
    faults: tuple[Fault, ...] = ()


def match(
    inputs: Iterable[Input], headings: Sequence[str], columns: Mapping[str, str], where: str = ""
) -> Matched:
    """Return which columns of a table are which inputs.

    Parameters
    ----------
    inputs : iterable of Input
        Inputs that a column can be.
    headings : sequence of str
        Headings of the columns.
    columns : mapping of str to str
        What someone said: the name of the input by heading, an empty name where the column is none.
    where : str
        Where the headings stand.

    Returns
    -------
    Matched
        The columns. A name that stands as it is goes before one that is folded, and that before a
        synonym or a label.
    """
    known = {item.name: item for item in inputs}
    faults: list[Fault] = []

    def wrong(code: str, name: str, template: str, remedy: str, **data: object) -> None:
        faults.append(
            Fault(code=code, input=name, where=where, template=template, remedy=remedy, data=data)
        )

    said: dict[int, str] = {}
    for heading, name in columns.items():
        places = [n for n, one in enumerate(headings) if one == heading]
        places = places or [n for n, one in enumerate(headings) if folded(one) == folded(heading)]
        if not places:
            wrong("no_column", heading, "there is no column {input!r}",
                  nearest(heading, map(str, headings)))  # fmt: skip
        elif name and name not in known:
            wrong("unknown_input", name, "{input!r} is not an input of this rule",
                  nearest(name, known))  # fmt: skip
        else:
            said |= dict.fromkeys(places, name)
    asked = {name for name in said.values() if name}
    free = {name: item for name, item in known.items() if name not in asked}
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(headings):
        if place in said:
            names = [said[place]] if said[place] else []
        else:
            names = _meant(str(heading), free)
        if len(names) > 1:
            wrong("two_inputs", heading, "the column {input!r} can be {names}",
                  "say which it is, such as {heading}={first}", names=Joined(names, "or"), heading=heading,
                  first=names[0])  # fmt: skip
        elif names:
            found.setdefault(names[0], []).append(place)
    positions = {}
    for name, places in found.items():
        exact = [place for place in places if headings[place] == name]
        if len(places) > 1:
            listed = [headings[place] for place in places]
            if len(set(listed)) == 1:
                wrong("double_column", listed[0], "the column {input!r} appears twice", "keep one")
            else:
                wrong("double_column", name, "the columns {listed} are both {input}",
                      "keep one, or say which it is", listed=Joined(listed, "and", "!r"))  # fmt: skip
        positions[name] = (exact or places)[0]
    return Matched(positions, tuple(faults))


def _meant(heading: str, inputs: Mapping[str, Input]) -> list[str]:
    """Return the inputs that a heading can mean, by the closest of its ways."""
    if heading in inputs:
        return [heading]
    text = folded(heading)
    if not text:
        return []
    names = [name for name in inputs if folded(name) == text]
    names = names or [
        name for name, item in inputs.items() if text in map(folded, item.synonyms)
    ]  # fmt: skip
    return names or [
        name for name, item in inputs.items()
        if text in map(folded, item.label.wordings.values())
    ]  # fmt: skip
