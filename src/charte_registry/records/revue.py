"""A review: which function looked again at which record, what came of it, when it is next due."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records.base import FieldError, champ, identifiant, kind, note
from charte_registry.records.formats import FICHE
from charte_registry.records.json_record import JsonRecord
from charte_registry.vocabularies.vocabulaire import listed

CONCLUSIONS_REVUE = listed("registre", "conclusions_revue")


@kind("revue d'une fiche", "review of a record", "revisão de uma ficha")
@attrs.frozen(kw_only=True)
class Revue(JsonRecord):
    """A look at a record again, by a function of the organisation, never by a named person.

    The public extract holds the reviews of the records that it holds.

    Examples
    --------
    >>> revue = Revue(id="r-1", fiche="traitements/t-1", le=dt.date(2026, 3, 2), par="déléguée")
    >>> revue.cible
    ('traitements', 't-1')
    """

    id: str = identifiant()
    fiche: str = champ(
        "fiche revue, par son type et son identifiant", "record reviewed, by kind and identifier",
        "ficha revista, por tipo e identificador", source="RGPD art. 5(2) et 24(1)", form=FICHE,
    )  # fmt: skip
    le: dt.date = champ("revue le", "reviewed on", "revista em", source="RGPD art. 24(1)")
    par: str | None = champ(
        "fonction de qui l'a revue, jamais un nom", "function of who reviewed it, never a name",
        "função de quem a reviu, nunca um nome", default=None,
    )  # fmt: skip
    conclusion: str | None = champ(
        "conclusion", "conclusion", "conclusão", choices=CONCLUSIONS_REVUE, default=None
    )
    prochaine: dt.date | None = champ(
        "prochaine revue au plus tard le", "next review due by", "próxima revisão até",
        source="RGPD art. 24(1) et 35(11)", default=None,
    )  # fmt: skip
    note: str | None = note()

    def __attrs_post_init__(self) -> None:
        if self.prochaine is not None and self.prochaine < self.le:
            raise FieldError("prochaine", "before_review", value=self.prochaine, start=self.le)

    @property
    def cible(self) -> tuple[str, str]:
        """The kind and the identifier of the record."""
        kind, _, name = self.fiche.partition("/")
        return kind, name
