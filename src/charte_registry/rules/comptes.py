"""The counts of a year: from the requests and the incidents where they are there, else as stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from charte_registry.register import Register
from charte_registry.rules.echeances import due
from charte_registry.schema.shape import shapes

Key = tuple[int, str | None]  # year and body


def requests_by_year(register: Register) -> tuple[Any, ...]:
    """Return the counts of requests, one record of ``demandes_droits`` a year and a body.

    Parameters
    ----------
    register : Register
        The register.

    Returns
    -------
    tuple of DemandesDroits
        Counted from ``demandes`` where the year and the body have any, else as stated.

    Examples
    --------
    >>> import datetime as dt
    >>> from charte_registry import Demande
    >>> asked = {n: Demande(id=n, droit="acces", recue_le=dt.date(2026, 1, 31)) for n in ("7", "8")}
    >>> register = Register(
    ...     titre="R", territoire="T", etat_au=dt.date(2026, 3, 1), annees=(2026,),
    ...     records={"demandes": asked},
    ... )
    >>> [(count.annee, count.nombre) for count in requests_by_year(register)]
    [(2026, 2)]
    """
    cls = register.kinds["demandes_droits"]
    detail = next(iter(_part(cls, "detail")))
    late = {item.record for item in due(register) if item.late and item.field == "repondue_le"}

    def count(some: list[Any]) -> dict[str, Any]:
        pairs = Counter((demande.droit, demande.suite) for demande in some)
        delays = [(d.repondue_le - d.recue_le).days for d in some if d.repondue_le is not None]
        return {
            "nombre": len(some),
            "reclamations_autorite": sum(d.reclamation_le is not None for d in some),
            "detail": tuple(
                detail(droit=droit, suite=suite, nombre=n)
                for (droit, suite), n in sorted(
                    pairs.items(), key=lambda item: (item[0][0], item[0][1] or "")
                )
            ),
            "hors_delai": sum(f"demandes/{d.id}" in late for d in some),
            "delai_moyen_jours": round(sum(delays) / len(delays)) if delays else None,
        }

    return _counted(register, "demandes_droits", "demandes", "recue_le", count)


def breaches_by_year(register: Register) -> tuple[Any, ...]:
    """Return the counts of breaches, one record of ``violations`` a year and a body.

    Parameters
    ----------
    register : Register
        The register.

    Returns
    -------
    tuple of Violation
        Counted from ``incidents`` where the year and the body have any, else as stated.
    """
    cls = register.kinds["violations"]
    detail = next(iter(_part(cls, "detail")))
    late = {item.record for item in due(register) if item.late and item.field == "notifie_le"}

    def count(some: list[Any]) -> dict[str, Any]:
        told = [incident for incident in some if incident.notifie_le is not None]
        natures = Counter(nature for incident in some for nature in incident.natures)
        return {
            "nombre": len(some),
            "detail": tuple(detail(nature=name, nombre=n) for name, n in sorted(natures.items())),
            "notifiees_autorite": len(told),
            "notifiees_dans_le_delai": sum(f"incidents/{i.id}" not in late for i in told),
            "communiquees_personnes": sum(i.communique_le is not None for i in some),
        }

    return _counted(register, "violations", "incidents", "connu_le", count)


def counted_twice(register: Register) -> Iterator[tuple[str, Any]]:
    """Yield the kind and the record of each stated count of a year that is counted from records too."""
    for kind, source, date in (
        ("demandes_droits", "demandes", "recue_le"), ("violations", "incidents", "connu_le"),
    ):  # fmt: skip
        known = set(_by_year(register.all(source), date)) if source in register.kinds else set()
        for record in register.all(kind):
            if (record.annee, record.organisme) in known:
                yield kind, record


def _by_year(records: Iterable[Any], date: str) -> dict[Key, list[Any]]:
    found: dict[Key, list[Any]] = {}
    for record in records:
        found.setdefault((getattr(record, date).year, record.organisme), []).append(record)
    return found


def _counted(
    register: Register,
    kind: str,
    source: str,
    date: str,
    count: Callable[[list[Any]], dict[str, Any]],
) -> tuple[Any, ...]:
    cls, single = register.kinds[kind], _by_year(register.all(source), date)
    stated = [r for r in register.all(kind) if (r.annee, r.organisme) not in single]
    taken, made = {record.id for record in stated}, []
    for (year, organisme), some in sorted(
        single.items(), key=lambda item: (item[0][0], item[0][1] or "")
    ):
        names = (f"{year}", *(f"{year}-{number}" for number in range(2, len(taken) + 3)))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        made.append(cls(id=name, annee=year, organisme=organisme, **count(some)))
    return (*stated, *made)


def _part(cls: type[Any], field: str) -> Iterator[type[Any]]:
    yield from (shape.part for shape in shapes(cls) if shape.name == field and shape.part)
