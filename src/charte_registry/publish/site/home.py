"""The home page: the commitments of the charter with their figures, and where to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import attrs

from charte_registry.publish.site.addresses import list_page
from charte_registry.publish.site.entries import Teller
from charte_registry.publish.site.layout import settings
from charte_registry.publish.site.words import heading
from charte_registry.records.gouvernance import ENGAGEMENTS, PHASES


@attrs.frozen
class Figure:
    """A number with what it counts, and where the records are."""

    number: str
    noun: str
    href: str = ""


@attrs.frozen
class Commitment:
    """A commitment of the charter: what it means, its figures, how far its actions are."""

    title: str
    intro: str
    figures: tuple[Figure, ...]
    phases: tuple[tuple[str, str, int, float], ...]
    actions: str


@attrs.frozen
class Bar:
    """A bar of a chart: what, how many, and the width in percent of the largest."""

    label: str
    number: str
    width: float


def commitments(teller: Teller) -> Iterator[Commitment]:
    """Yield the commitments with their figures.

    Parameters
    ----------
    teller : Teller
        Says values.

    Yields
    ------
    Commitment
        The four of the charter.
    """
    words, register = teller.words, teller.register
    actions = register.records.get("actions", {}).values()
    for name in ENGAGEMENTS.codes:
        kinds = [k for k in settings()["commitments"].get(name, ()) if register.records.get(k)]
        figures = [
            Figure(words.number(n), words.plural(n, f"kinds.{kind}"), list_page(kind))
            for kind in kinds
            for n in [len(register.records[kind])]
        ]
        if name == "protection":
            figures += _requests(teller)
        own = Counter(action.phase for action in actions if action.engagement == name)
        total = sum(own.values())
        title, intro = words.pair(f"commitment.{name}")
        yield Commitment(
            title=title,
            intro=words.typeset(intro),
            figures=tuple(figures),
            phases=tuple(
                (code, heading(PHASES.terme(code).label(words.lang)), own[code], round(100 * own[code] / total, 2))
                for code in PHASES.codes
                if own[code]
            ),
            actions=words.count(total, "kinds.actions") if total else "",
        )  # fmt: skip


def _requests(teller: Teller) -> Iterator[Figure]:
    """Yield the requests of the last year that the register counts."""
    words, found = teller.words, teller.register.records.get("demandes_droits", {})
    years: Counter[int] = Counter()
    for record in found.values():
        years[record.annee] += record.nombre
    if years:
        year = max(years)
        noun = f"{words('requests')} {words('requests_year', year=year)}"
        noun = noun[:1].lower() + noun[1:]
        yield Figure(words.number(years[year]), noun, list_page("demandes_droits"))


def hosting(teller: Teller) -> tuple[Bar, ...]:
    """Return where applications are hosted: by the authority, then by country, the most first."""
    words, own, unknown = teller.words, 0, 0
    places: Counter[str] = Counter()
    for application in teller.register.records.get("applications", {}).values():
        if application.hebergement.mode == "interne":
            own += 1
            continue
        found = [
            *teller.values(application, "hebergement.pays"),
            *teller.values(application, "hebergement.zone"),
        ]
        if found:
            places[heading(found[0].text)] += 1
        else:
            unknown += 1
    rows = [(words("hosting_own"), own)] if own else []
    rows += sorted(places.items(), key=lambda item: (-item[1], item[0]))
    rows += [(words("hosting_elsewhere"), unknown)] if unknown else []
    largest = max((n for _, n in rows), default=1)
    return tuple(Bar(label, words.number(n), round(100 * n / largest, 2)) for label, n in rows)
