"""The head of a register: what it is, and which rules are silenced for which record, and why."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records import base
from charte_registry.records.base import FieldError
from charte_registry.records.formats import FICHE
from charte_registry.records.json_record import JsonRecord

SCHEMA_VERSION = "1.0"


@attrs.frozen(kw_only=True)
class Derogation(JsonRecord):
    """A rule that is silenced for a record: the finding leaves the list, its reason stays.

    Examples
    --------
    >>> silenced = Derogation(
    ...     fiche="traitements/t-1", regle="ART30-03", raison="durée en cours de vote"
    ... )
    >>> silenced.cible, silenced.jusqu_au is None
    (('traitements', 't-1'), True)
    """

    fiche: str = base.champ(
        "fiche, par son type et son identifiant", "record, by kind and identifier",
        "ficha, por tipo e identificador", form=FICHE,
    )  # fmt: skip
    regle: str = base.champ("règle", "rule", "regra")
    champ: str | None = base.champ(
        "champ, s'il ne s'agit pas de toute la fiche", "field, where not the whole record",
        "campo, se não é a ficha inteira", default=None,
    )  # fmt: skip
    raison: str = base.champ("raison, que le rapport cite", "reason, which the report quotes", "razão, que o relatório cita")  # fmt: skip
    jusqu_au: dt.date | None = base.champ(
        "dernier jour où elle vaut",
        "last day that it holds",
        "último dia de validade",
        default=None,
    )

    @property
    def cible(self) -> tuple[str, str]:
        """The kind and the identifier of the record."""
        kind, _, name = self.fiche.partition("/")
        return kind, name


@attrs.frozen(kw_only=True)
class Manifeste(JsonRecord):
    """What ``registre.toml`` says of the register as a whole.

    Examples
    --------
    >>> Manifeste(
    ...     schema="1.0", titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,)
    ... ).profil is None
    True
    """

    schema: str = base.champ("version du schéma", "version of the schema", "versão do esquema")
    titre: str = base.champ("titre", "title", "título")
    territoire: str = base.champ("territoire", "territory", "território")
    etat_au: dt.date = base.champ(
        "jour que décrit le registre",
        "day that the register describes",
        "dia que o registro descreve",
    )
    annees: tuple[int, ...] = base.champ(
        "années dont les chiffres peuvent être établis", "years whose figures can be computed",
        "anos cujos números podem ser calculados",
    )  # fmt: skip
    source: str | None = base.champ("source", "source", "fonte", default=None)
    note: str | None = base.champ(
        "ce qu'un lecteur doit savoir, publié", "what a reader must know, published",
        "o que um leitor deve saber, publicado", default=None,
    )  # fmt: skip
    profil: str | None = base.champ(
        "fichier du profil, dans le dossier", "file of the profile, inside the folder",
        "arquivo do perfil, na pasta", default=None,
    )  # fmt: skip
    derogation: tuple[Derogation, ...] = base.champ(
        "règles mises en sourdine", "silenced rules", "regras silenciadas", default=()
    )

    def __attrs_post_init__(self) -> None:
        if self.schema != SCHEMA_VERSION:
            raise FieldError("schema", "schema_version", value=self.schema, known=SCHEMA_VERSION)
