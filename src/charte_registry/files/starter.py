"""A register to begin with: its manifest and a record of each kind that comes first, commented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from charte_registry.errors import RegisterError, nearest
from charte_registry.files.profile_text import profile_text
from charte_registry.files.skeleton import schema_line, skeleton
from charte_registry.files.words import words
from charte_registry.messages import LANGUAGES
from charte_registry.profiles import Profile
from charte_registry.records import KINDS
from charte_registry.records.manifeste import SCHEMA_VERSION, Manifeste

PROFILE = "profil.toml"


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
    if lang not in LANGUAGES:
        raise RegisterError("language", field="lang", value=lang, near=nearest(lang, LANGUAGES))
    say = words(lang, "starter")
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
        files[PROFILE] = profile_text(profile).decode("utf-8-sig")
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
