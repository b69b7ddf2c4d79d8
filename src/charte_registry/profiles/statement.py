"""What a profile file says, as records of its own: read, and refused, as the register's are."""

from __future__ import annotations

import datetime as dt

import attrs

from charte_registry.records import base
from charte_registry.records.base import INTERNE, PUBLIC, FieldError
from charte_registry.records.formats import DUREE, Format
from charte_registry.vocabularies.vocabulaire import listed

_AS_OF = dt.date(2026, 2, 1)

NOM = Format(
    code="profil",
    pattern=r"[a-z][a-z0-9-]{0,40}",
    examples=("recife", "montreal"),
)
VERSION = Format(
    code="version",
    pattern=r"[0-9]{1,4}\.[0-9]{1,4}",
    examples=("1.0",),
)
NOM_CHAMP = Format(
    code="nom_champ",
    pattern=r"[a-z][a-z0-9]*(_[a-z0-9]+)*",
    examples=("base_legal",),
)
CHEMIN = Format(
    code="chemin",
    pattern=r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*",
    examples=("traitements.finalites.bases_legales",),
)
CODE_REGLE = Format(
    code="code_regle",
    pattern=r"[A-Z][A-Z0-9]*-[0-9]{2}",
    examples=("LGPD-01",),
)

CONFIANCES = listed("profil", "confiances")
TYPES = listed("profil", "types_champ")
MODES = listed("profil", "modes_liste")
SEVERITES = ("error", "warning", "note")


def _source() -> str:
    source: str = base.champ(
        "texte, avec l'article", "text, with the article", "texto, com o artigo"
    )
    return source


def _confiance() -> str:
    confiance: str = base.champ("confiance", "confidence", "confiança", choices=CONFIANCES)
    return confiance


@attrs.frozen(kw_only=True)
class Textes:
    """One text in three languages."""

    fr: str = base.champ("en français", "in French", "em francês")
    en: str = base.champ("en anglais", "in English", "em inglês")
    pt: str = base.champ("en portugais", "in Portuguese", "em português")


@attrs.frozen(kw_only=True)
class TypeFiche:
    """A kind of record of the territory; ``[[champ]]`` gives it its fields, ``id`` and ``nom`` aside."""

    nom: str = base.champ(
        "nom du type de fiche, celui de son dossier ou de sa table",
        "name of the kind of record, which is that of its folder or table",
        "nome do tipo de ficha, o de sua pasta ou tabela", form=NOM_CHAMP,
    )  # fmt: skip
    fr: str = base.champ("ce qu'est une fiche, en français", "what a record is, in French", "o que é uma ficha, em francês")  # fmt: skip
    en: str = base.champ("ce qu'est une fiche, en anglais", "what a record is, in English", "o que é uma ficha, em inglês")  # fmt: skip
    pt: str = base.champ("ce qu'est une fiche, en portugais", "what a record is, in Portuguese", "o que é uma ficha, em português")  # fmt: skip
    source: str = _source()
    confiance: str = _confiance()
    visibilite: str = base.champ(
        "visibilité", "visibility", "visibilidade", choices=(PUBLIC, INTERNE), default=PUBLIC
    )


@attrs.frozen(kw_only=True)
class ChampProfil:
    """A field that the territory adds to a kind of record, or to a part of one."""

    dans: str = base.champ(
        "type de fiche, et partie s'il y a lieu", "kind of record, and part where there is one",
        "tipo de ficha, e parte se for o caso", form=CHEMIN,
    )  # fmt: skip
    nom: str = base.champ("nom du champ", "name of the field", "nome do campo", form=NOM_CHAMP)
    type: str = base.champ("type", "type", "tipo", choices=TYPES)
    fr: str = base.champ("sens, en français", "meaning, in French", "sentido, em francês")
    en: str = base.champ("sens, en anglais", "meaning, in English", "sentido, em inglês")
    pt: str = base.champ("sens, en portugais", "meaning, in Portuguese", "sentido, em português")
    source: str = _source()
    confiance: str = _confiance()
    obligatoire: bool = base.champ("obligatoire", "required", "obrigatório", default=False)
    visibilite: str = base.champ(
        "visibilité", "visibility", "visibilidade", choices=(PUBLIC, INTERNE), default=PUBLIC
    )
    liste: str | None = base.champ(
        "liste de codes (son nom)", "code list (its name)", "lista de códigos (seu nome)",
        form=NOM_CHAMP, default=None,
    )  # fmt: skip
    format: str | None = base.champ(
        "forme du texte", "form of the text", "forma do texto",
        choices=("adresse_web", "courriel", "duree", "langue", "spdx", "subdivision"), default=None,
    )  # fmt: skip
    reference: str | None = base.champ(
        "type de fiche que le champ nomme", "kind of record that the field names",
        "tipo de ficha que o campo nomeia", form=NOM_CHAMP, default=None,
    )  # fmt: skip


@attrs.frozen(kw_only=True)
class CodeProfil:
    """A code of a list."""

    code: str = base.champ("code", "code", "código", form=NOM_CHAMP)
    fr: str = base.champ("libellé français", "French label", "rótulo francês")
    en: str = base.champ("libellé anglais", "English label", "rótulo inglês")
    pt: str = base.champ("libellé portugais", "Portuguese label", "rótulo português")
    source: str = _source()
    confiance: str = _confiance()


@attrs.frozen(kw_only=True)
class ListeProfil:
    """A code list: of a new field that names it, or of fields that the schema has."""

    nom: str = base.champ("nom de la liste", "name of the list", "nome da lista", form=NOM_CHAMP)
    source: str = _source()
    revu_le: dt.date = base.champ("date de revue", "day of review", "data de revisão")
    champs: tuple[str, ...] = base.champ(
        "champs du schéma qu'elle change", "fields of the schema that it changes",
        "campos do esquema que ela muda", form=CHEMIN, default=(),
    )  # fmt: skip
    mode: str = base.champ("mode", "mode", "modo", choices=MODES, default="remplace")
    code: tuple[CodeProfil, ...] = base.champ("codes", "codes", "códigos")


@attrs.frozen(kw_only=True)
class Condition:
    """What a field must be: stated; among values; or absent. A flag is stated where it is true."""

    champ: str = base.champ("champ", "field", "campo", form=CHEMIN)
    parmi: tuple[str, ...] = base.champ("une de ces valeurs", "one of these values", "um destes valores", default=())  # fmt: skip
    absent: bool = base.champ("absent", "absent", "ausente", default=False)


@attrs.frozen(kw_only=True)
class RegleProfil:
    """A rule: when all of ``quand`` holds, all of ``exige`` must."""

    id: str = base.champ("identifiant", "identifier", "identificador", form=CODE_REGLE)
    dans: str = base.champ(
        "type de fiche, et partie s'il y a lieu", "kind of record, and part where there is one",
        "tipo de ficha, e parte se for o caso", form=CHEMIN,
    )  # fmt: skip
    severite: str = base.champ("gravité", "severity", "gravidade", choices=SEVERITES)
    quand: tuple[Condition, ...] = base.champ("quand", "when", "quando", default=())
    exige: tuple[Condition, ...] = base.champ("exige", "requires", "exige")
    constat: Textes = base.champ("constat", "what is wrong", "constatação")
    remede: Textes = base.champ("remède", "remedy", "solução")
    source: str = _source()
    confiance: str = _confiance()


@attrs.frozen(kw_only=True)
class Delai:
    """A deadline: what is due, how long after what, and the rule where it has passed.

    The texts may say ``{date}``, the last day. Without ``duree`` and ``jours_ouvres``, ``depuis``
    names the field that states the last day itself.
    """

    id: str = base.champ("identifiant", "identifier", "identificador", form=CODE_REGLE)
    dans: str = base.champ("type de fiche", "kind of record", "tipo de ficha", form=NOM_CHAMP)
    severite: str = base.champ("gravité", "severity", "gravidade", choices=SEVERITES)
    depuis: str = base.champ(
        "champ de la date d'où il court", "field of the date from which it runs",
        "campo da data a partir da qual corre", form=CHEMIN,
    )  # fmt: skip
    depuis_a: str | None = base.champ("champ de l'heure", "field of the time", "campo da hora", form=CHEMIN, default=None)  # fmt: skip
    duree: str | None = base.champ("durée", "duration", "duração", form=DUREE, default=None)
    jours_ouvres: int | None = base.champ(
        "durée en jours ouvrés, du lundi au vendredi", "duration in working days, Monday to Friday",
        "duração em dias úteis, de segunda a sexta", default=None,
    )  # fmt: skip
    fait: str | None = base.champ(
        "champ de la date où c'est fait", "field of the date when it is done", "campo da data em que é feito",
        form=CHEMIN, default=None,
    )  # fmt: skip
    fait_a: str | None = base.champ("champ de l'heure", "field of the time", "campo da hora", form=CHEMIN, default=None)  # fmt: skip
    sauf: str | None = base.champ(
        "champ qui dit pourquoi c'est fait en retard", "field that says why it is done late",
        "campo que diz por que foi feito com atraso", form=CHEMIN, default=None,
    )  # fmt: skip
    quand: tuple[Condition, ...] = base.champ("quand", "when", "quando", default=())
    objet: Textes = base.champ("ce qui est attendu", "what is due", "o que é devido")
    constat: Textes = base.champ("constat", "what is wrong", "constatação")
    remede: Textes = base.champ("remède", "remedy", "solução")
    source: str = _source()
    confiance: str = _confiance()

    def __attrs_post_init__(self) -> None:
        if self.duree is not None and self.jours_ouvres is not None:
            raise FieldError("jours_ouvres", "deadline_twice", value=self.jours_ouvres)


@attrs.frozen(kw_only=True)
class Ecart:
    """Rules of the schema that do not hold in the territory: they rest on a law that is not its own."""

    regles: tuple[str, ...] = base.champ("règles", "rules", "regras", form=CODE_REGLE)
    raison: Textes = base.champ("raison", "reason", "razão")


@attrs.frozen(kw_only=True)
class Zones:
    """The places that the figures of hosting count: the country of the territory, and those around it."""

    pays: tuple[str, ...] = base.champ(
        "pays du territoire", "country of the territory", "país do território"
    )
    voisins: tuple[str, ...] = base.champ(
        "pays de la zone qui l'entoure", "countries of the zone around it", "países da zona ao redor", default=(),
    )  # fmt: skip


@attrs.frozen(kw_only=True)
class Mot:
    """A word of the report, as the territory says it: how its authority, its law, its zones are called."""

    cle: str = base.champ(
        "mot du rapport", "word of the report", "palavra do relatório", form=NOM_CHAMP
    )
    fr: str = base.champ("en français", "in French", "em francês")
    en: str = base.champ("en anglais", "in English", "em inglês")
    pt: str = base.champ("en portugais", "in Portuguese", "em português")


@attrs.frozen(kw_only=True)
class Statement:
    """All that a profile file says, but its examples."""

    profil: str = base.champ("nom du profil", "name of the profile", "nome do perfil", form=NOM)
    version: str = base.champ("version du profil", "version of the profile", "versão do perfil", form=VERSION)  # fmt: skip
    schema: str = base.champ("version du schéma", "version of the schema", "versão do esquema", form=VERSION)  # fmt: skip
    titre: Textes = base.champ("titre", "title", "título")
    source: str = base.champ(
        "textes du territoire", "texts of the territory", "textos do território"
    )
    note: str | None = base.champ("ce qui est laissé de côté", "what is left out", "o que fica de fora", default=None)  # fmt: skip
    type_fiche: tuple[TypeFiche, ...] = base.champ("types de fiches ajoutés", "kinds of records added", "tipos de fichas acrescentados", default=())  # fmt: skip
    champ: tuple[ChampProfil, ...] = base.champ("champs ajoutés", "fields added", "campos acrescentados", default=())  # fmt: skip
    liste: tuple[ListeProfil, ...] = base.champ("listes de codes", "code lists", "listas de códigos", default=())  # fmt: skip
    regle: tuple[RegleProfil, ...] = base.champ("règles", "rules", "regras", default=())
    delai: tuple[Delai, ...] = base.champ("délais", "deadlines", "prazos", default=())
    feries: tuple[dt.date, ...] = base.champ(
        "jours fériés, qui ne sont pas ouvrés", "public holidays, which are no working days",
        "feriados, que não são dias úteis", default=(),
    )  # fmt: skip
    publics: tuple[str, ...] = base.champ(
        "notes que le territoire publie", "notes that the territory publishes", "notas que o território publica",
        form=CHEMIN, default=(),
    )  # fmt: skip
    zones: Zones | None = base.champ("zones", "zones", "zonas", default=None)
    mot: tuple[Mot, ...] = base.champ("mots du rapport", "words of the report", "palavras do relatório", default=())  # fmt: skip
    ecart: tuple[Ecart, ...] = base.champ(
        "règles du schéma écartées", "rules of the schema set aside", "regras do esquema afastadas", default=(),
    )  # fmt: skip
