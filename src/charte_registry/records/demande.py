"""A request of a person about their data: a number and dates, never the person."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records.base import INTERNE, FieldError, champ, identifiant, kind
from charte_registry.records.formats import NUMERO
from charte_registry.records.json_record import JsonRecord
from charte_registry.vocabularies.rgpd import DROITS, SUITES
from charte_registry.vocabularies.vocabulaire import listed

MOTIFS_PROLONGATION = listed("registre", "motifs_prolongation")
MOTIFS_REFUS = listed("registre", "motifs_refus")


@kind("demande d'une personne", "request of a person", "pedido de uma pessoa", visibility=INTERNE)
@attrs.frozen(kw_only=True)
class Demande(JsonRecord):
    """A request to exercise a right: what was asked, by when to answer, what came of it.

    No field takes free text: a name has nowhere to stand. The kind is internal; the counts of a
    year are public and derived from the records.

    Examples
    --------
    >>> Demande(id="2026-007", droit="acces", recue_le=dt.date(2026, 3, 2)).suite is None
    True
    """

    id: str = identifiant(NUMERO)
    droit: str = champ("droit exercé", "right exercised", "direito exercido", source="RGPD art. 15 à 22", choices=DROITS)  # fmt: skip
    recue_le: dt.date = champ("reçue le", "received on", "recebido em", source="RGPD art. 12(3)")
    organisme: str | None = champ(
        "organisme saisi",
        "body asked",
        "organismo consultado",
        reference="organismes",
        default=None,
    )
    traitements: tuple[str, ...] = champ(
        "traitements visés", "processings concerned", "tratamentos em causa",
        reference="traitements", default=(),
    )  # fmt: skip
    prolongee_le: dt.date | None = champ(
        "prolongation annoncée à la personne le", "extension told to the person on",
        "prorrogação comunicada à pessoa em", source="RGPD art. 12(3)", default=None,
    )  # fmt: skip
    motif_prolongation: str | None = champ(
        "motif de la prolongation", "reason of the extension", "motivo da prorrogação",
        source="RGPD art. 12(3)", choices=MOTIFS_PROLONGATION, default=None,
    )  # fmt: skip
    repondue_le: dt.date | None = champ(
        "répondue le", "answered on", "respondido em", source="RGPD art. 12(3)", default=None
    )
    suite: str | None = champ(
        "suite donnée", "outcome", "resultado", source="RGPD art. 12(3) à 12(5)",
        choices=SUITES, default=None,
    )  # fmt: skip
    motif_refus: str | None = champ(
        "motif du refus", "ground of the refusal", "motivo da recusa",
        source="RGPD art. 12(4) et 12(5)", choices=MOTIFS_REFUS, default=None,
    )  # fmt: skip
    reclamation_le: dt.date | None = champ(
        "réclamation à l'autorité, connue le", "complaint to the authority, known on",
        "reclamação à autoridade, conhecida em", source="RGPD art. 77", default=None,
    )  # fmt: skip

    def __attrs_post_init__(self) -> None:
        for name in ("prolongee_le", "repondue_le"):
            day = getattr(self, name)
            if day is not None and day < self.recue_le:
                raise FieldError(name, "before_request", value=day, start=self.recue_le)
