"""The annual report: one page that loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charte_registry.errors import RegisterError, nearest
from charte_registry.records.gouvernance import ENGAGEMENTS, PHASES
from charte_registry.register import Register
from charte_registry.report.texts import TEXTS

HOSTS = ("interne", "france", "europe", "hors_europe", "inconnu")


def render_report(register: Register, year: int, lang: str = "fr") -> str:
    """Return the annual report of a register as an HTML page.

    Parameters
    ----------
    register : Register
        The register.
    year : int
        Year, one that the register describes.
    lang : {"fr", "en", "pt"}
        Language of the headings; the records keep theirs.

    Returns
    -------
    str
        HTML; every value is escaped.

    Raises
    ------
    RegisterError
        Where the year or the language is not there.

    Examples
    --------
    >>> import datetime as dt
    >>> register = Register(
    ...     titre="<b>", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
    ... )
    >>> "<h1>&lt;b&gt;" in render_report(register, 2020)
    True
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    if lang not in TEXTS:
        raise RegisterError(f"no report in {lang!r}; {nearest(lang, TEXTS)}")
    figures = register.indicators(year)
    environment = Environment(
        loader=PackageLoader("charte_registry.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    hosts = [(name, figures[f"applications_hebergement_{name}"]) for name in HOSTS]
    requests = list(figures["demandes_droits"].items())
    actions = register.all("actions")
    return environment.get_template("page.html").render(
        register=register,
        year=year,
        lang=lang,
        say=TEXTS[lang],
        figures=figures,
        hosts=_bars([(name, n) for name, n in hosts if n or name != "inconnu"]),
        requests=_bars(requests),
        actions={
            e: [a for p in PHASES for a in actions if (a.engagement, a.phase) == (e, p)]
            for e in ENGAGEMENTS
        },
        findings=register.check(),
        placeholders=_placeholders(register),
    )


def _bars(values: list[tuple[Any, int]]) -> list[dict[str, Any]]:
    largest = max((n for _, n in values), default=0) or 1
    return [{"name": name, "number": n, "width": round(100 * n / largest, 1)} for name, n in values]


def _placeholders(register: Register) -> Mapping[str, int]:
    kinds = ("traitements", "applications", "jeux_de_donnees", "partenaires")
    return {kind: sum(r.factice for r in register.all(kind)) for kind in kinds}
