"""Who acts in the processings of the CNIL's workbook: bodies, each once, and never a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from charte_registry.exchange.importers.cnil.fiche import Fiche, countries
from charte_registry.exchange.importers.people import is_person
from charte_registry.exchange.importers.wording import folded, postcode, slug, telephone
from charte_registry.exchange.importers.workbook import Cell
from charte_registry.exchange.remarks import NOT_UNDERSTOOD, UNDERSTOOD_AS, Remark, words
from charte_registry.messages import Phrase
from charte_registry.records.formats import COURRIEL
from charte_registry.vocabularies.country_names import NAMES
from charte_registry.vocabularies.modele_cnil import FONCTIONS


@attrs.define
class Bodies:
    """The bodies of a workbook, as plain data by identifier.

    Parameters
    ----------
    responsable : str or None
        Name of the controller, where it is given from outside.
    """

    responsable: str | None
    organismes: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    remarks: list[Remark] = attrs.field(factory=list)

    def remark(self, level: str, where: str, said: Phrase) -> None:
        """Keep a remark."""
        self.remarks.append(Remark(level=level, where=where, phrase=said))

    def place(self, fiche: Fiche, coordonnees: Mapping[str, Mapping[str, Cell]]) -> None:
        """Write who acts in a processing into its data, and keep the bodies.

        ``coordonnees`` tells of the actors whom the sheet does not name, as the list does.
        """
        data = fiche.data
        societe = next(
            (str(v["nom"]) for _, v in fiche.acteurs.get("societe_dpo", ()) if "nom" in v), ""
        )
        for role in ("responsable", "dpo", "representant"):
            found = fiche.acteurs.get(role, [])
            for row, _ in found[1:]:
                self.remark(
                    NOT_UNDERSTOOD,
                    fiche.sheet.where(row.number, row.start),
                    words("actor_twice", label=row.label),
                )
            values = dict(found[0][1]) if found else dict(coordonnees.get(role, {}))
            where = (
                fiche.sheet.where(found[0][0].number, found[0][0].start)
                if found
                else fiche.sheet.name
            )
            if role == "dpo" and not values and societe:
                values["nom"] = societe
            if values or role == "responsable":
                own = societe or str(values.get("societe", "")) if role == "dpo" else ""
                data[role] = self._organisme(role, values, own, where)
        for row, values in fiche.acteurs.get("conjoint", ()):
            where = fiche.sheet.where(row.number, row.start)
            for name in re.split(r"\s*[;\n]\s*", str(values.get("nom", ""))):
                body = self._organisme("conjoint", {**values, "nom": name}, "", where)
                if body not in data.setdefault("responsables_conjoints", []):
                    data["responsables_conjoints"].append(body)
        controller = self.organismes[data["responsable"]]
        # That of the controller, unless the processing has its own.
        for role in ("dpo", "representant"):
            if role in data and controller.setdefault(role, data[role]) == data[role]:
                del data[role]

    def _organisme(self, role: str, values: Mapping[str, Cell], societe: str, where: str) -> str:
        """Return the identifier of a body, made once for all the sheets that name it.

        A body is never a person: whoever looks like one goes into the contact, which is internal.
        """
        name = " ".join(str(values[n]) for n in ("prenom", "nom") if n in values)
        person = bool(name) and ("prenom" in values or bool(societe) or is_person(name))
        given = societe
        if role == "responsable" and (person or not name):
            given = self.responsable or ""
        nom = given or (name if name and not person else FONCTIONS[role])
        generic = not given and nom == FONCTIONS[role]
        contact = self._contact(values, where)
        if person or (given and name and folded(name) != folded(given)):
            contact["nom"] = name
        if generic and role == "responsable":
            said = words("person_inside", value=name) if name else words("no_controller")
            self.remark(UNDERSTOOD_AS, where, said)
        data: dict[str, Any] = {"nom": nom}
        if generic and role == "dpo":
            data["type"] = "fonction"
        if contact:
            data["contact"] = {"fonction": FONCTIONS[role], **contact}
        for identifier, other in self.organismes.items():
            if folded(other["nom"]) == folded(nom):
                if generic and contact and other.get("contact") != data.get("contact"):
                    continue
                if contact and "contact" not in other:
                    other["contact"] = data["contact"]
                elif contact and other["contact"] != data["contact"]:
                    self.remark(UNDERSTOOD_AS, where, words("other_contact", value=nom))
                return identifier
        identifier = slug(nom, self.organismes)
        self.organismes[identifier] = {"id": identifier, **data}
        return identifier

    def _contact(self, values: Mapping[str, Cell], where: str) -> dict[str, str]:
        contact: dict[str, str] = {}
        pays = None
        if stated := values.get("pays"):
            pays = countries(str(stated))[0]
            if pays in NAMES:
                contact["pays"] = pays
            else:
                self.remark(NOT_UNDERSTOOD, where, words("country_unknown", value=str(stated)))
        french = pays in (None, "FR")
        if adresse := values.get("adresse"):
            contact["adresse"] = str(adresse)
        if (code := values.get("code_postal")) is not None:
            contact["code_postal"] = postcode(code, french)
        if ville := values.get("ville"):
            contact["ville"] = str(ville)
        if (number := values.get("telephone")) is not None:
            contact["telephone"] = telephone(number, french)
        if courriel := values.get("courriel"):
            if COURRIEL.accepts(str(courriel)):
                contact["courriel"] = str(courriel)
            else:
                self.remark(NOT_UNDERSTOOD, where, words("not_email", value=str(courriel)))
        return contact
