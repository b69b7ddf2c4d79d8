"""The register as a workbook that follows the CNIL's model: the list, and one sheet a processing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from charte_registry.exchange.exporters.lost import not_carried
from charte_registry.exchange.exporters.spreadsheet import Choices, Page, page_names
from charte_registry.exchange.remarks import Remark
from charte_registry.files.flat_tables import Value
from charte_registry.records import Organisme, Traitement, Transfert
from charte_registry.register import Register
from charte_registry.vocabularies import modele_cnil as modele
from charte_registry.vocabularies import rgpd
from charte_registry.vocabularies.adequacy import adequation
from charte_registry.vocabularies.countries import EEA, FRANCE
from charte_registry.vocabularies.country_names import NAMES

LISTE, LISTES = "2_-_Liste_des_traitements", "5_-_Listes"
_WIDTHS = (11.0, 6.5, 4.5, 4.0, 4.0, 4.0, 4.0, 4.5)
_COLUMNS = 8

CARRIED = {
    "traitements": {
        "nom", "reference", "responsable", "representant", "dpo", "cree_le", "mis_a_jour_le",
        *(f"{part}.{field}" for part in ("nir", "infractions")
          for field in ("description", "conservation.duree", "conservation.critere", "conservation.declencheur")),
        "nir", "infractions",
    },
    "traitements_responsables_conjoints": {"", "valeur"},
    "traitements_finalites": {"nom"},
    "traitements_categories_personnes": {""},
    "traitements_categories_donnees": {"categorie", "description", "conservation.duree", "conservation.critere", "conservation.declencheur"},
    "traitements_categories_particulieres": {"categorie", "description", "conservation.duree", "conservation.critere", "conservation.declencheur"},
    "traitements_destinataires": {"type", "nom"},
    "traitements_securite": {"type", "description"},
    "traitements_transferts": {"pays", "destinataire", "garantie", "piece"},
    "traitements_transferts_liens": {""},
    "organismes": {
        "nom", "type", "dpo", "representant", "contact", "contact.fonction", "contact.nom", "contact.courriel",
        "contact.telephone", "contact.adresse", "contact.code_postal", "contact.ville", "contact.pays",
    },
}  # fmt: skip


def cnil_pages(register: Register) -> tuple[list[Page], tuple[Remark, ...]]:
    """Return a register as the pages of a workbook that follows the CNIL's model.

    Parameters
    ----------
    register : Register
        The register; the adequacy of the countries is that of the day which it describes.

    Returns
    -------
    tuple of list of Page and tuple of Remark
        The pages, which ``read_cnil`` reads back; what the model has no place for.
    """
    traitements = register.all("traitements")
    references = [traitement.reference or traitement.id for traitement in traitements]
    names = page_names([LISTE, LISTES, *references])[2:]
    offered = _offered(register)
    pages = [_list_page(register, traitements, references)]
    for traitement, reference, name in zip(traitements, references, names, strict=True):
        pages.append(_Sheet(register, traitement, reference).page(name, offered))
    pages.append(_lists_page(offered))
    return pages, not_carried(register, CARRIED, "cnil_model")


# The lists to choose from


def _offered(register: Register) -> dict[str, tuple[str, ...]]:
    outside = sorted((NAMES[code][0], code) for code in NAMES.keys() - EEA - FRANCE)
    zones = (
        "adéquat" if adequation(code, register.etat_au).adequate else "Non adéquat"
        for _, code in outside
    )
    return {
        "Garanties": (*modele.GARANTIES, modele.PAYS_ADEQUAT, modele.DEROGATIONS),
        "": (),
        "Pays": tuple(name for name, _ in outside),
        "Zone": tuple(zones),
        " ": (),
        "Catégories de personnes": (*modele.LISTE_PERSONNES, modele.AUTRES_PERSONNES),
        "  ": (),
        "Destinataires": tuple(modele.TYPES_DESTINATAIRE),
        "   ": (),
        "Mesures de sécurité techniques": tuple(modele.TYPES_MESURE),
    }


def _lists_page(offered: dict[str, tuple[str, ...]]) -> Page:
    depth = max(map(len, offered.values()))
    header = [name.strip() or None for name in offered]
    rows = [header] + [
        [values[n] if n < len(values) else None for values in offered.values()]
        for n in range(depth)
    ]
    return Page(name=LISTES, rows=rows, widths=(7.0, 1.0, 7.0, 3.0, 1.0, 6.0, 1.0, 11.0, 1.0, 8.0))


# The list of processings


def _list_page(
    register: Register, traitements: Sequence[Traitement], references: Sequence[str]
) -> Page:
    rows: list[list[Value]] = [
        [register.titre], [None],
        ["Identification du traitement", None, None, None, "Finalité du traitement", None, None, "Données sensibles ?"],
        [modele.NOM, modele.REFERENCE, "Date de création de la fiche", "Dernière mise à jour de la fiche", None, None, None, "Oui/non"],
    ]  # fmt: skip
    for traitement, reference in zip(traitements, references, strict=True):
        sensitive = traitement.sensible or traitement.infractions is not None
        rows.append([
            traitement.nom, reference, traitement.cree_le, traitement.mis_a_jour_le,
            ", ".join(finalite.nom for finalite in traitement.finalites) or None, None, None,
            "Oui" if sensitive else "Non",
        ])  # fmt: skip
    spans = {(number, 4): 3 for number in range(2, len(rows))}
    return Page(
        name=LISTE, rows=rows, headers=frozenset([0, 2, 3]), widths=_WIDTHS, spans=spans
    )  # fmt: skip


# A record sheet


@attrs.define
class _Sheet:
    """The sheet of a processing being written."""

    register: Register
    traitement: Traitement
    reference: str
    rows: list[list[Value]] = attrs.field(factory=list)
    headers: set[int] = attrs.field(factory=set)
    spans: dict[tuple[int, int], int] = attrs.field(factory=dict)
    choices: list[Choices] = attrs.field(factory=list)

    def page(self, name: str, offered: dict[str, tuple[str, ...]]) -> Page:
        self._head("Fiche de registre")
        self._identification()
        self._acteurs()
        self._finalites()
        self._donnees()
        self._listed(offered)
        self._transferts(offered)
        return Page(
            name=name, rows=self.rows, headers=frozenset(self.headers), widths=_WIDTHS,
            spans=self.spans, choices=tuple(self.choices),
        )  # fmt: skip

    def _head(self, *cells: Value) -> None:
        self.headers.add(len(self.rows))
        self._add(*cells)

    def _add(self, *cells: Value) -> None:
        row = [*cells, *[None] * (_COLUMNS - len(cells))]
        number = len(self.rows)
        if len(cells) == 5 and cells[2] is None and cells[3] is None:  # description, then detail
            self.spans |= {(number, 1): 3, (number, 4): 4}
        elif len(cells) == 6:  # a transfer: the safeguard and the links are long
            self.spans |= {(number, 3): 2, (number, 5): 3}
        elif len(cells) == 2:
            self.spans[number, 1] = 7
        self.rows.append(row)

    def _identification(self) -> None:
        t = self.traitement
        self._head(modele.DESCRIPTION)
        self._add(modele.NOM, t.nom)
        self._add(modele.REFERENCE, self.reference)
        self._add(modele.CREATION, t.cree_le)
        self._add(modele.MISE_A_JOUR, t.mis_a_jour_le)
        self._add()

    def _acteurs(self) -> None:
        t = self.traitement
        controller = self._body(t.responsable)
        dpo = self._body(t.dpo or (controller.dpo if controller else None))
        external = dpo is not None and dpo.type != "fonction" and _contact(dpo, "nom") is not None
        self._head(modele.ACTEURS, *modele.COLONNES_ACTEURS)
        self._add(modele.RESPONSABLE, *self._actor(controller, t.responsable, _is_role(controller)))
        self._add(modele.DPO, *self._actor(dpo, t.dpo, _is_role(dpo) or external))
        self._add(modele.SOCIETE_DPO, *([dpo.nom, *[None] * 6] if external and dpo else [None] * 7))
        name = t.representant or (controller.representant if controller else None)
        body = self._body(name)
        self._add(modele.REPRESENTANT, *self._actor(body, name, _is_role(body)))
        for joint in t.responsables_conjoints or (None,):
            body = self._body(joint)
            self._add(modele.CONJOINTS, *self._actor(body, joint, _is_role(body)))
        self._add()

    def _body(self, name: str | None) -> Organisme | None:
        return self.register.records.get("organismes", {}).get(name or "")

    def _actor(self, body: Organisme | None, name: str | None, by_contact: bool) -> list[Value]:
        """Return the seven cells of an actor: a function is named by its contact, a body by itself."""
        if body is None:
            return [name, *[None] * 6]
        pays = _contact(body, "pays")
        return [
            (_contact(body, "nom") if by_contact else None) or body.nom, _contact(body, "adresse"),
            _contact(body, "code_postal"), _contact(body, "ville"), _country(pays),
            _contact(body, "telephone"), _contact(body, "courriel"),
        ]  # fmt: skip

    def _finalites(self) -> None:
        self._head(modele.FINALITES)
        names = [finalite.nom for finalite in self.traitement.finalites]
        for number in range(max(len(names), 6)):
            label = f"{modele.SOUS_FINALITE} {number}" if number else modele.FINALITE_PRINCIPALE
            self._add(label, names[number] if number < len(names) else None)
        self._add()

    def _donnees(self) -> None:
        t = self.traitement
        found: dict[str, list[Any]] = {}
        for item in t.categories_donnees:
            found.setdefault(item.categorie, []).append(item)
        for special in t.categories_particulieres:
            found.setdefault(special.categorie, []).append(special)
        for code in ("nir", "infractions"):
            if getattr(t, code) is not None:
                found[code] = [getattr(t, code)]
        sensitive = [*rgpd.CATEGORIES_PARTICULIERES.codes, "infractions"]
        # A profile has categories that the model has not: they get rows of their own.
        more = [code for code in found if code not in modele.CATEGORIES]
        apart = {item.categorie for item in t.categories_particulieres}
        sensitive += [code for code in more if code in apart]
        ordinary = [code for code in (*modele.CATEGORIES, *more) if code not in sensitive]
        for title, codes in ((modele.DONNEES, ordinary), (modele.SENSIBLES, sensitive)):
            self._head(title, "Description", None, None, "Durée de conservation")
            for code in codes:
                for item in found.get(code, [None]):
                    self._add(modele.CATEGORIES.get(code, code), *_category(item))
            self._add()

    def _listed(self, offered: dict[str, tuple[str, ...]]) -> None:
        t = self.traitement
        people = [(person, None) for person in t.categories_personnes]
        self._section(modele.PERSONNES, "Catégorie de personnes", "Description", people, 2,
                      offered, "Catégories de personnes")  # fmt: skip
        types = {code: label for label, code in modele.TYPES_DESTINATAIRE.items()}
        recipients = [(types.get(item.type, item.type), item.nom) for item in t.destinataires]
        self._section(modele.DESTINATAIRES, "Destinataire", "Type de destinataire", recipients, 4,
                      offered, "Destinataires")  # fmt: skip
        kinds = {code: label for label, code in modele.TYPES_MESURE.items()}
        measures = [(kinds.get(item.type, item.type), item.description) for item in t.securite]
        self._section(modele.MESURES, "Mesure de sécurité", "Type de mesure de sécurité", measures,
                      3, offered, "Mesures de sécurité techniques")  # fmt: skip

    def _section(
        self, title: str, label: str, header: str, items: Sequence[tuple[str, str | None]], least: int,
        offered: dict[str, tuple[str, ...]], choices: str,
    ) -> None:  # fmt: skip
        self._head(title, header, None, None, "Précisions")
        first = len(self.rows)
        for number in range(max(len(items), least)):
            stated, detail = items[number] if number < len(items) else (None, None)
            self._add(f"{label} {number + 1}", stated, None, None, detail)
        self._choose(1, first, offered, choices)
        self._add()

    def _choose(
        self, column: int, first: int, offered: dict[str, tuple[str, ...]], name: str
    ) -> None:
        cells = (list(offered).index(name), 1, len(offered[name]))
        self.choices.append(
            Choices(column=column, first=first, last=len(self.rows) - 1, page=LISTES, cells=cells)
        )

    def _transferts(self, offered: dict[str, tuple[str, ...]]) -> None:
        self._head(modele.TRANSFERTS, "Destinataire", "Pays", "Type de Garanties", None, "Liens vers la documentation")  # fmt: skip
        first = len(self.rows)
        items: list[Transfert | None] = list(self.traitement.transferts)
        for number, item in enumerate(items + [None] * (4 - len(items)), 1):
            label = f"Organisme destinataire {number}"
            self._add(label, *(_transfer(item) if item is not None else [None] * 5))
        self._choose(2, first, offered, "Pays")
        self._choose(3, first, offered, "Garanties")


def _contact(body: Organisme, field: str) -> str | None:
    return getattr(body.contact, field) if body.contact is not None else None


def _is_role(body: Organisme | None) -> bool:
    """Return whether a body stands for a function, so that its contact names who holds it."""
    return body is not None and (body.type == "fonction" or body.nom in modele.FONCTIONS.values())


def _country(code: str | None) -> str | None:
    return NAMES[code][0] if code is not None and code in NAMES else code


def _category(item: Any) -> tuple[Value, ...]:
    if item is None:
        return (None, None, None, None)
    kept = item.conservation
    written = None if kept is None else kept.critere or _duration(kept.duree or "")
    if written and kept is not None and kept.declencheur:
        written = f"{written} à compter de : {kept.declencheur}"
    description = item.description or (None if written else "Oui")
    return (description, None, None, written)


def _duration(iso: str) -> str:
    """Return an ISO 8601 duration in words.

    Examples
    --------
    >>> _duration("P5Y"), _duration("P1Y6M"), _duration("PT72H")
    ('5 ans', '1 an et 6 mois', '72 heures')
    """
    return " et ".join(_quantities(iso)) or iso


def _quantities(iso: str) -> Iterator[str]:
    days, _, hours = iso.removeprefix("P").partition("T")
    words = {"Y": ("an", "ans"), "M": ("mois", "mois"), "W": ("semaine", "semaines"), "D": ("jour", "jours")}  # fmt: skip
    clock = {"H": ("heure", "heures"), "M": ("minute", "minutes")}
    for part, names in ((days, words), (hours, clock)):
        for digits, unit in re.findall("([0-9]+)([A-Z])", part):
            yield f"{int(digits)} {names[unit][int(digits) > 1]}"


def _label(code: str) -> str:
    return rgpd.GARANTIES.terme(code).fr if code in rgpd.GARANTIES else code


def _transfer(item: Transfert) -> tuple[Value, ...]:
    labels = {code: label for label, code in modele.GARANTIES.items()}
    if item.garantie == "decision_adequation":
        guarantee: str | None = modele.PAYS_ADEQUAT
    elif item.garantie is not None:
        guarantee = labels.get(item.garantie) or _label(item.garantie)
    else:
        guarantee = item.precision
    links = "\n".join([*item.liens, *([item.piece] if item.piece else [])])
    return (
        item.destinataire,
        _country(item.pays) or item.organisation,
        guarantee,
        None,
        links or None,
    )
