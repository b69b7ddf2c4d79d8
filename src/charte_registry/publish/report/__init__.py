"""The annual report: one page that loads nothing from elsewhere, and tells nothing internal."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from charte_registry.difference import Change, diff
from charte_registry.errors import RegisterError, nearest
from charte_registry.extras import needs
from charte_registry.messages import LANGUAGES
from charte_registry.publish.indicators import CONDITIONS, hosting
from charte_registry.publish.public import hides, public
from charte_registry.publish.report.diagram import drawn
from charte_registry.publish.report.texts import noun, texts
from charte_registry.publish.report.words import day, number, percent, printable
from charte_registry.records.gouvernance import ENGAGEMENTS, PHASES
from charte_registry.register import Register
from charte_registry.vocabularies.adequacy import adequation
from charte_registry.vocabularies.countries import country

HOSTS = ("interne", "france", "europe", "hors_europe", "inconnu")
CHANGES = 40  # that the page tells; the others are counted


def render_report(
    register: Register,
    year: int,
    lang: str = "fr",
    *,
    on: dt.date,
    previous: Register | None = None,
    diagrams: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return the annual report of a register as an HTML page.

    Parameters
    ----------
    register : Register
        The register.
    year : int
        Year, one that the register describes.
    lang : {"fr", "en", "pt"}
        Language of the headings; the records keep theirs.
    on : datetime.date
        The day as of which the law is judged, which the page says where it is not that of the
        records: today, or ``register.etat_au``.
    previous : Register, optional
        The register of the year before: the page then tells what changed.
    diagrams : mapping of str to str, optional
        Diagrams of algorithms, as SVG by identifier, such as ``rule.to_svg()`` draws them. One
        that has none is drawn from the operations that its record states.

    Returns
    -------
    str
        HTML that loads nothing from elsewhere. Every value is escaped, and no internal field is
        in it.

    Raises
    ------
    RegisterError
        Where the year, the language or the algorithm of a diagram is not there.

    Examples
    --------
    >>> import datetime as dt
    >>> register = Register(
    ...     titre="<b>", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
    ... )
    >>> "<h1>&lt;b&gt;" in render_report(register, 2020, on=register.etat_au)
    True
    """
    with needs("registre"):
        from jinja2 import Environment, PackageLoader, StrictUndefined

    if lang not in LANGUAGES:
        raise RegisterError("language", field="lang", value=lang, near=nearest(lang, LANGUAGES))
    figures = register.indicators(year)
    extract, say = public(register), _words(register, lang)
    for name in diagrams:
        if name not in extract.records.get("algorithmes", {}):
            known = list(extract.records.get("algorithmes", {}))
            raise RegisterError("unknown_algorithm", value=name, near=nearest(name, known))
    environment = Environment(
        finalize=lambda value: printable(value) if type(value) is str else value,
        loader=PackageLoader("charte_registry.publish.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        day=partial(day, lang=lang), number=partial(number, lang=lang), noun=partial(noun, lang=lang),
        share=lambda part, whole: percent(part, whole, lang),
    )  # fmt: skip
    return environment.get_template("page.html").render(
        register=extract,
        year=year,
        lang=lang,
        judged=on,
        say=say,
        figures=figures,
        body=_names(extract),
        hosts=_bars([(n, figures[f"applications_hebergement_{n}"]) for n in HOSTS], unseen="inconnu"),
        abroad=_abroad(extract, on, lang),
        requests=_bars(figures["demandes_droits"].items()),
        conditions=_bars(
            [(n, figures["jeux_de_donnees_par_condition"][n]) for n in CONDITIONS], unseen="inconnue"
        ),
        actions=_actions(extract),
        algorithmes=[_algorithme(a, diagrams, say) for a in extract.all("algorithmes")],
        changes=_changes(previous, register, lang),
        findings=[f for f in register.check(on, lang) if not _hidden(register, f)],
        silenced=[s for s in register.silenced(on, lang) if not _hidden(register, s.finding)],
        placeholders=_placeholders(extract),
    )  # fmt: skip


def _words(register: Register, lang: str) -> Mapping[str, str]:
    """Return the words of the report, those of the territory in the place of the common ones."""
    stated = register.profile.statement.mot if register.profile is not None else ()
    for mot in stated:
        if mot.cle not in texts(lang):
            raise RegisterError(
                "unknown_word", where=register.profil, value=mot.cle,
                near=nearest(mot.cle, texts(lang)),
            )  # fmt: skip
    return {**texts(lang), **{mot.cle: getattr(mot, lang) for mot in stated}}


def _bars(values: Iterable[tuple[Any, int]], unseen: str = "") -> list[dict[str, Any]]:
    """Return the bars of a chart; the one that is not seen where it is 0 tells of what is unknown."""
    shown = [(name, n) for name, n in values if n or name != unseen]
    largest = max((n for _, n in shown), default=0) or 1
    return [{"name": name, "number": n, "width": round(100 * n / largest, 1)} for name, n in shown]


def _names(register: Register) -> Mapping[str, str]:
    return {o.id: o.nom for o in register.all("organismes")}


def _abroad(register: Register, on: dt.date, lang: str) -> list[dict[str, Any]]:
    """Return the applications hosted outside France, with what covers their country."""
    rows = []
    for application in register.all("applications"):
        place = application.hebergement
        if hosting(register, place) not in ("europe", "hors_europe"):
            continue
        covered = adequation(place.pays, on) if place.pays else None
        rows.append(
            {
                "nom": application.nom,
                "pays": country(place.pays).label(lang) if place.pays else None,
                "zone": hosting(register, place),
                "eee": covered is not None and covered.eee,
                "decision": covered.decision if covered is not None else None,
                "garantie": place.garantie,
                "rapatriement": place.rapatriement,
            }
        )
    return rows


def _actions(register: Register) -> dict[str, list[Any]]:
    """Return the actions of each commitment, those that are done first."""
    actions = sorted(register.all("actions"), key=lambda action: PHASES.codes.index(action.phase))
    return {name: [a for a in actions if a.engagement == name] for name in ENGAGEMENTS.codes}


def _algorithme(
    algorithme: Any, diagrams: Mapping[str, str], say: Mapping[str, str]
) -> dict[str, Any]:
    """Return an algorithm with its diagram.

    A diagram from elsewhere goes into the page as an image, in which no script runs.
    """
    given = diagrams.get(algorithme.id)
    image = (
        f"data:image/svg+xml;base64,{base64.b64encode(given.encode()).decode()}" if given else ""
    )
    return {"record": algorithme, "image": image, "svg": None if given else drawn(algorithme, say)}


def _changes(previous: Register | None, register: Register, lang: str) -> dict[str, Any] | None:
    if previous is None:
        return None
    # Of both, what is public: that a record of an internal kind came or went is internal too.
    told: Sequence[Change] = [c for c in diff(public(previous), public(register)) if not c.internal]
    return {
        "told": [change.told(lang) for change in told[:CHANGES]],
        "more": max(len(told) - CHANGES, 0),
        "since": previous.etat_au,
    }


def _hidden(register: Register, finding: Any) -> bool:
    """Return whether a finding tells of an internal field."""
    kind = finding.record.split("/")[0]
    return kind in register.kinds and hides(register.kinds[kind], finding.field)


def _placeholders(register: Register) -> Mapping[str, int]:
    return {
        kind: sum(getattr(record, "factice", False) for record in register.all(kind))
        for kind in ("traitements", "applications", "jeux_de_donnees", "partenaires")
    }
