"""A register to begin with: its manifest and a record of each kind that comes first, commented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from charte_registry.errors import RegisterError, nearest
from charte_registry.files.skeleton import schema_line, skeleton
from charte_registry.profiles import Profile
from charte_registry.records import KINDS
from charte_registry.records.manifeste import SCHEMA_VERSION, Manifeste

PROFILE = "profil.toml"

# What the starter says, in the three languages. Nobody is named, and every text is to be replaced.
_TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "fr": {
            "file": "LISEZMOI.md", "titre": "Registre de la charte de la donnée", "territoire": "À compléter : votre collectivité",
            "organisme": "À compléter : votre collectivité", "dpo": "Délégué à la protection des données",
            "adresse": "À compléter : une adresse postale ou électronique, sans nom de personne",
            "application": "À compléter : une application", "traitement": "À compléter : un traitement",
            "finalite": "À compléter : à quoi servent les données",
            "personnes": "À compléter : les personnes concernées",
            "declencheur": "À compléter : ce qui fait courir le délai",
            "action": "À compléter : une action de la charte",
            "preuve": "À compléter : la phrase qui dit où elle en est",
            "readme": (
                "# {titre}\n\n"
                "Une fiche par fichier. Dans chacun, « # » dit ce qu'un champ veut dire ; « # » collé à un nom\n"
                "le tient hors de la fiche : enlevez-le pour le renseigner. Remplacez tout ce qui commence par\n"
                "« À compléter ». Un champ interne n'est jamais publié ; aucun nom de personne n'est nécessaire.\n\n"
                "    charte-registry check .                         que manque-t-il ?\n"
                "    charte-registry new traitement .                une fiche de plus\n"
                "    charte-registry export . --format xlsx --output ../registre.xlsx    un classeur à modifier, puis\n"
                "    charte-registry import ../registre.xlsx . --merge --dry-run         ce qu'il changerait\n"
                "    charte-registry report . --year {year} --output rapport.html\n\n"
                "Les sortes de fiches : {kinds}.\n"
            ),
        },
        "en": {
            "file": "README.md", "titre": "Register of the data charter", "territoire": "To fill in: your authority",
            "organisme": "To fill in: your authority", "dpo": "Data protection officer",
            "adresse": "To fill in: a postal or e-mail address, nobody named",
            "application": "To fill in: an application", "traitement": "To fill in: a processing",
            "finalite": "To fill in: what the data are for",
            "personnes": "To fill in: the people concerned",
            "declencheur": "To fill in: what starts the period",
            "action": "To fill in: an action of the charter",
            "preuve": "To fill in: the sentence that says how far it is",
            "readme": (
                "# {titre}\n\n"
                "One record a file. In each, “# ” says what a field means; “#” right before a name keeps the\n"
                "field out of the record: remove it to fill the field in. Replace all that begins with “To fill\n"
                "in”. An internal field is never published; nobody needs to be named.\n\n"
                "    charte-registry check .                         what is missing?\n"
                "    charte-registry new traitement .                one more record\n"
                "    charte-registry export . --format xlsx --lang en --output ../register.xlsx    a workbook to edit, then\n"
                "    charte-registry import ../register.xlsx . --merge --dry-run                   what it would change\n"
                "    charte-registry report . --year {year} --output report.html --lang en\n\n"
                "The kinds of records: {kinds}.\n"
            ),
        },
        "pt": {
            "file": "LEIAME.md", "titre": "Registro da carta de dados", "territoire": "A preencher: seu município",
            "organisme": "A preencher: seu município", "dpo": "Encarregado de dados",
            "adresse": "A preencher: um endereço postal ou eletrônico, sem nome de pessoa",
            "application": "A preencher: uma aplicação", "traitement": "A preencher: um tratamento",
            "finalite": "A preencher: para que servem os dados",
            "personnes": "A preencher: as pessoas envolvidas",
            "declencheur": "A preencher: o que inicia o prazo",
            "action": "A preencher: uma ação da carta",
            "preuve": "A preencher: a frase que diz em que ponto ela está",
            "readme": (
                "# {titre}\n\n"
                "Uma ficha por arquivo. Em cada um, “# ” diz o que um campo significa; “#” junto de um nome\n"
                "deixa o campo fora da ficha: retire-o para preencher. Substitua tudo o que começa com “A\n"
                "preencher”. Um campo interno nunca é publicado; não é preciso nomear ninguém.\n\n"
                "    charte-registry check .                         o que falta?\n"
                "    charte-registry new traitement .                mais uma ficha\n"
                "    charte-registry export . --format xlsx --lang pt --output ../registro.xlsx    uma planilha para editar, depois\n"
                "    charte-registry import ../registro.xlsx . --merge --dry-run                   o que ela mudaria\n"
                "    charte-registry report . --year {year} --output relatorio.html --lang pt\n\n"
                "Os tipos de fichas: {kinds}.\n"
            ),
        },
    }
)  # fmt: skip


def starter(on: dt.date, lang: str = "fr", profile: Profile | None = None) -> dict[str, str]:
    """Return the files of a register to begin with.

    Parameters
    ----------
    on : datetime.date
        The day that the records describe.
    lang : {"fr", "en", "pt"}
        Language of comments and texts.
    profile : Profile, optional
        The profile of the territory: its fields and codes, and its file beside the manifest.

    Returns
    -------
    dict of str to str
        Text by path inside the folder. The register loads, and its checks find no error.

    Raises
    ------
    RegisterError
        Where the language is none of the three.

    Examples
    --------
    >>> files = starter(dt.date(2026, 1, 1), "en")
    >>> sorted(files)[:3]
    ['README.md', 'actions/action-1.toml', 'applications/application-1.toml']
    >>> files["registre.toml"].splitlines()[1]
    'schema = "1.0"'
    """
    if lang not in _TEXTS:
        raise RegisterError(f"no starter in {lang!r}; {nearest(lang, _TEXTS)}")
    say = _TEXTS[lang]
    records: Mapping[str, Mapping[str, Any]] = {
        "organismes/collectivite": {
            "id": "collectivite", "nom": say["organisme"], "type": "collectivite", "dpo": "dpo",
            "contact": {"adresse": say["adresse"]},
        },
        "organismes/dpo": {
            "id": "dpo", "nom": say["dpo"], "type": "fonction", "contact": {"adresse": say["adresse"]},
        },
        "applications/application-1": {
            "id": "application-1", "nom": say["application"], "hebergement": {"mode": "interne"},
        },
        "traitements/traitement-1": {
            "id": "traitement-1", "nom": say["traitement"], "responsable": "collectivite",
            "categories_personnes": [say["personnes"]], "applications": ["application-1"],
            "finalites": [{"nom": say["finalite"], "bases_legales": ["mission_interet_public"]}],
            "categories_donnees": [
                {
                    "categorie": "identite",
                    "conservation": {"duree": "P1Y", "declencheur": say["declencheur"]},
                }
            ],
            "destinataires": [{"type": "service_interne"}],
            "securite": [{"type": "controle_acces"}],
        },
        "actions/action-1": {
            "id": "action-1", "intitule": say["action"], "engagement": "protection",
            "phase": "en_cours", "preuve": say["preuve"], "responsable": "collectivite",
        },
    }  # fmt: skip
    kinds = profile.kinds if profile is not None else KINDS
    files = {
        f"{path}.toml": schema_line(kind)
        + skeleton(kinds[kind], _fitted(values, f"{kind}.", profile), lang)
        for path, values in records.items()
        for kind in [path.split("/")[0]]
    }
    head = {
        "schema": SCHEMA_VERSION, "titre": say["titre"], "territoire": say["territoire"],
        "etat_au": on, "annees": [on.year],
    } | ({"profil": PROFILE} if profile is not None else {})  # fmt: skip
    if profile is not None:
        files[PROFILE] = profile.content.decode("utf-8-sig")
    files["registre.toml"] = skeleton(Manifeste, head, lang)
    files[say["file"]] = say["readme"].format(
        titre=say["titre"], year=on.year, kinds=", ".join(kinds)
    )
    return files


def _fitted(values: Any, path: str, profile: Profile | None) -> Any:
    """Return values with the first code of the territory in the place of one that it does not have."""
    if profile is None:
        return values
    if isinstance(values, Mapping):
        return {name: _fitted(item, f"{path}{name}.", profile) for name, item in values.items()}
    if isinstance(values, list):
        return [_fitted(item, path, profile) for item in values]
    try:
        codes = profile.codes(path.removesuffix("."))
    except RegisterError:
        return values
    return values if not codes or values in codes else codes[0]
