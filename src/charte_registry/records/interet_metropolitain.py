"""Data of metropolitan interest: what other actors hold, and on what terms it is shared."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records.base import INTERNE, FieldError, champ, identifiant, kind, note
from charte_registry.records.formats import SPDX, URL
from charte_registry.records.json_record import JsonRecord
from charte_registry.records.organisme import TYPES_ORGANISME
from charte_registry.vocabularies.vocabulaire import listed

ETATS_PARTAGE = listed("registre", "etats_partage")


@attrs.frozen(kw_only=True)
class Accord(JsonRecord):
    """The agreement under which data are shared.

    Examples
    --------
    >>> Accord(intitule="Convention de partage").clauses_internes is None
    True
    """

    intitule: str = champ("intitulé", "title", "título")
    signe_le: dt.date | None = champ("signé le", "signed on", "assinado em", default=None)
    fin: dt.date | None = champ("fin", "end", "fim", default=None)
    page: str | None = champ("page publique", "public page", "página pública", form=URL, default=None)  # fmt: skip
    clauses_internes: str | None = champ(
        "clauses que l'accord garde internes", "terms that the agreement keeps internal",
        "cláusulas que o acordo mantém internas", visibility=INTERNE, default=None,
    )  # fmt: skip
    piece: str | None = champ(
        "où est l'accord",
        "where the agreement is",
        "onde está o acordo",
        visibility=INTERNE,
        default=None,
    )

    def __attrs_post_init__(self) -> None:
        if self.signe_le is not None and self.fin is not None and self.fin < self.signe_le:
            raise FieldError("fin", "before_other", value=self.fin, start=self.signe_le)


@kind(
    "donnée d'intérêt métropolitain",
    "data of metropolitan interest",
    "dado de interesse metropolitano",
)
@attrs.frozen(kw_only=True)
class DonneeInteretMetropolitain(JsonRecord):
    """Data that another actor holds and that the public interest calls to share.

    Examples
    --------
    >>> DonneeInteretMetropolitain(id="d", nom="Trafic", acteur="GPS", etat="envisage").self_data
    False
    """

    id: str = identifiant()
    nom: str = champ("nom", "name", "nome")
    acteur: str = champ("acteur qui produit les données", "actor that makes the data", "ator que produz os dados")  # fmt: skip
    etat: str = champ("état du partage", "state of the sharing", "estado do compartilhamento", choices=ETATS_PARTAGE)  # fmt: skip
    type_acteur: str | None = champ(
        "type d'acteur", "type of actor", "tipo de ator", choices=TYPES_ORGANISME, default=None
    )
    organisme: str | None = champ(
        "organisme", "body", "organismo", reference="organismes", default=None
    )
    description: str | None = champ("description", "description", "descrição", default=None)
    usages: tuple[str, ...] = champ("usages prévus", "intended uses", "usos previstos", default=())
    conditions_acces: str | None = champ(
        "conditions d'accès", "conditions of access", "condições de acesso", default=None
    )
    licence: str | None = champ(
        "licence (SPDX)", "licence (SPDX)", "licença (SPDX)", form=SPDX, default=None
    )
    accord: Accord | None = champ("accord", "agreement", "acordo", source="CCP L.3131-2", default=None)  # fmt: skip
    donnees_personnelles: bool = champ(
        "contient des données personnelles", "holds personal data", "contém dados pessoais",
        source="RGPD art. 4(1)", default=False,
    )  # fmt: skip
    self_data: bool = champ(
        "données apportées par les personnes, sous leur contrôle", "data that people bring, under their control",
        "dados trazidos pelas pessoas, sob seu controle", source="RGPD art. 20", default=False,
    )  # fmt: skip
    controle_personnes: str | None = champ(
        "comment les personnes gardent le contrôle", "how people keep control", "como as pessoas mantêm o controle",
        source="RGPD art. 7(3) et 20", default=None,
    )  # fmt: skip
    jeux_de_donnees: tuple[str, ...] = champ(
        "jeux de données qui en viennent", "datasets that come from it", "conjuntos de dados resultantes",
        reference="jeux_de_donnees", default=(),
    )  # fmt: skip
    traitements: tuple[str, ...] = champ(
        "traitements", "processings", "tratamentos", reference="traitements", default=()
    )
    actions: tuple[str, ...] = champ("actions", "actions", "ações", reference="actions", default=())
    note: str | None = note()
