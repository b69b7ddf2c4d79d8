"""Bodies: controllers, processors, hosts, partners; and how to reach them, which is internal."""

from __future__ import annotations

import attrs

from charte_registry.records.base import INTERNE, champ, identifiant, kind, note
from charte_registry.records.formats import COURRIEL, SIREN, SUBDIVISION, URL
from charte_registry.records.json_record import JsonRecord
from charte_registry.vocabularies.vocabulaire import listed

TYPES_ORGANISME = listed("registre", "types_organisme")


@attrs.frozen(kw_only=True)
class Contact(JsonRecord):
    """How to reach a body: by its function; whatever stands here is internal.

    Examples
    --------
    >>> Contact(fonction="délégué à la protection des données", courriel="dpo@example.org").nom is None
    True
    """

    fonction: str | None = champ(
        "fonction", "function", "função", visibility=INTERNE, default=None,
    )  # fmt: skip
    nom: str | None = champ(
        "nom de la personne, si la loi le demande", "name of the person, where the law asks for it",
        "nome da pessoa, se a lei o exige", source="RGPD art. 30(1)(a)", visibility=INTERNE, default=None,
    )  # fmt: skip
    courriel: str | None = champ(
        "adresse électronique fonctionnelle", "functional e-mail address", "endereço eletrônico funcional",
        source="RGPD art. 30(1)(a)", visibility=INTERNE, form=COURRIEL, default=None,
    )  # fmt: skip
    telephone: str | None = champ(
        "téléphone", "telephone", "telefone", source="RGPD art. 30(1)(a)", visibility=INTERNE, default=None,
    )  # fmt: skip
    adresse: str | None = champ(
        "adresse postale", "postal address", "endereço postal",
        source="RGPD art. 30(1)(a)", visibility=INTERNE, default=None,
    )  # fmt: skip
    code_postal: str | None = champ(
        "code postal", "postcode", "código postal", visibility=INTERNE, default=None
    )
    ville: str | None = champ("ville", "town", "cidade", visibility=INTERNE, default=None)
    pays: str | None = champ(
        "pays (ISO 3166-1)", "country (ISO 3166-1)", "país (ISO 3166-1)", visibility=INTERNE, default=None,
    )  # fmt: skip


@kind("organisme", "body", "organismo")
@attrs.frozen(kw_only=True)
class Organisme(JsonRecord):
    """A body: controller, processor, representative, data protection officer, host or partner.

    Examples
    --------
    >>> Organisme(id="metropole", nom="Nantes Métropole").contact is None
    True
    """

    id: str = identifiant()
    nom: str = champ("nom", "name", "nome", source="RGPD art. 30(1)(a)")
    type: str | None = champ("type", "type", "tipo", choices=TYPES_ORGANISME, default=None)
    siren: str | None = champ(
        "numéro SIREN", "SIREN number", "número SIREN", form=SIREN,
        source="Code de commerce art. R.123-221", default=None,
    )  # fmt: skip
    pays: str | None = champ(
        "pays (ISO 3166-1)", "country (ISO 3166-1)", "país (ISO 3166-1)", default=None
    )
    subdivision: str | None = champ(
        "subdivision (ISO 3166-2)", "subdivision (ISO 3166-2)", "subdivisão (ISO 3166-2)",
        form=SUBDIVISION, default=None,
    )  # fmt: skip
    page: str | None = champ("page publique", "public page", "página pública", form=URL, default=None)  # fmt: skip
    dpo: str | None = champ(
        "délégué à la protection des données (organisme)", "data protection officer (body)",
        "encarregado de dados (organismo)", source="RGPD art. 30(1)(a) et 37",
        reference="organismes", default=None,
    )  # fmt: skip
    representant: str | None = champ(
        "représentant dans l'Union (organisme)", "representative in the Union (body)",
        "representante na União (organismo)", source="RGPD art. 27", reference="organismes", default=None,
    )  # fmt: skip
    contact: Contact | None = champ(
        "contact, par fonction", "contact, by function", "contato, por função",
        source="RGPD art. 30(1)(a)", visibility=INTERNE, default=None,
    )  # fmt: skip
    note: str | None = note()
