"""The register: one graph of records, as a value; files are read and written elsewhere."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

import attrs

from charte_registry import records as classes
from charte_registry.above import above
from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.frozen import Frozen
from charte_registry.profiles import Profile
from charte_registry.records import KINDS
from charte_registry.records.base import FieldError, structure, unstructure
from charte_registry.records.manifeste import SCHEMA_VERSION, Derogation, Manifeste

if TYPE_CHECKING:
    from charte_registry.rules.finding import Finding, Silenced


_HEAD = frozenset(field.name for field in attrs.fields(Manifeste))
_STEP = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")


def steps(path: str) -> tuple[str | int, ...]:
    """Return the keys and positions of a dotted path.

    Examples
    --------
    >>> steps("finalites[0].nom")
    ('finalites', 0, 'nom')
    """
    return tuple(int(number) if number else key for number, key in _STEP.findall(path))


@attrs.frozen(kw_only=True)
class Place:
    """Where a record stands.

    Parameters
    ----------
    file : str
        Its file, inside the folder.
    line : int
        Its first line.
    find : callable, optional
        Returns the line of a field from its keys and positions, or of the nearest one around it,
        or None; without it, all of the record stands on one line.

    Examples
    --------
    >>> Place(file="partenaires.csv", line=7).line_of("nom")
    7
    """

    file: str
    line: int
    find: Callable[[tuple[str | int, ...]], int | None] | None = attrs.field(
        default=None, repr=False, eq=False
    )

    def line_of(self, path: str) -> int:
        """Return the line of a field, or of the nearest one around it that the file states."""
        return (self.find(steps(path)) if self.find else None) or self.line


def _present(records: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the records to compare: a kind without any is a kind that is not there."""
    return {kind: dict(some) for kind, some in records.items() if some}


@attrs.frozen(kw_only=True, unsafe_hash=False)
class Register:
    """A register of the charter.

    Parameters
    ----------
    titre, territoire : str
        Title and territory.
    etat_au : datetime.date
        The day that the records describe.
    annees : tuple of int
        Years for which indicators can be computed.
    source, note : str
        Where the records come from, and what a reader must know.
    records : mapping of str to mapping of str to record
        Records by kind and identifier.
    kinds : mapping of str to type
        Class of each kind; a profile replaces them by its own.
    derogations : tuple of Derogation
        Rules that are silenced, for which record and why.
    profil : str, optional
        File of the profile, inside the folder.
    profile : Profile, optional
        What it says: ``kinds`` are its classes, and its rules are checked.
    places : mapping of (str, str) to Place
        Where each record stands.

    Examples
    --------
    >>> register = Register(
    ...     titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
    ... )
    >>> register.indicators(2020)["applications_total"]
    0
    """

    titre: str
    territoire: str
    etat_au: dt.date
    annees: tuple[int, ...]
    source: str = ""
    note: str = ""
    records: Mapping[str, Mapping[str, Any]] = attrs.field(repr=False, eq=_present)
    kinds: Mapping[str, type[Any]] = attrs.field(factory=lambda: KINDS, repr=False)
    derogations: tuple[Derogation, ...] = ()
    profil: str | None = None
    profile: Profile | None = attrs.field(default=None, repr=False)
    places: Mapping[tuple[str, str], Place] = attrs.field(factory=dict, repr=False, eq=False)

    @overload
    def all(self, kind: Literal["organismes"]) -> tuple[classes.Organisme, ...]: ...

    @overload
    def all(self, kind: Literal["traitements"]) -> tuple[classes.Traitement, ...]: ...

    @overload
    def all(
        self, kind: Literal["traitements_sous_traitant"]
    ) -> tuple[classes.TraitementSousTraitant, ...]: ...

    @overload
    def all(self, kind: Literal["applications"]) -> tuple[classes.Application, ...]: ...

    @overload
    def all(self, kind: Literal["algorithmes"]) -> tuple[classes.Algorithme, ...]: ...

    @overload
    def all(self, kind: Literal["jeux_de_donnees"]) -> tuple[classes.JeuDeDonnees, ...]: ...

    @overload
    def all(self, kind: Literal["actions"]) -> tuple[classes.Action, ...]: ...

    @overload
    def all(self, kind: Literal["partenaires"]) -> tuple[classes.Partenaire, ...]: ...

    @overload
    def all(self, kind: Literal["demandes_droits"]) -> tuple[classes.DemandesDroits, ...]: ...

    @overload
    def all(self, kind: Literal["formations"]) -> tuple[classes.Formation, ...]: ...

    @overload
    def all(self, kind: Literal["certifications"]) -> tuple[classes.Certification, ...]: ...

    @overload
    def all(self, kind: Literal["violations"]) -> tuple[classes.Violation, ...]: ...

    @overload
    def all(
        self, kind: Literal["donnees_interet_metropolitain"]
    ) -> tuple[classes.DonneeInteretMetropolitain, ...]: ...

    @overload
    def all(self, kind: Literal["clauses_marche"]) -> tuple[classes.ClauseMarche, ...]: ...

    @overload
    def all(self, kind: Literal["analyses_impact"]) -> tuple[classes.AnalyseImpact, ...]: ...

    @overload
    def all(
        self, kind: Literal["contrats_sous_traitants"]
    ) -> tuple[classes.ContratSousTraitant, ...]: ...

    @overload
    def all(self, kind: Literal["demandes"]) -> tuple[classes.Demande, ...]: ...

    @overload
    def all(self, kind: Literal["incidents"]) -> tuple[classes.Incident, ...]: ...

    @overload
    def all(self, kind: Literal["revues"]) -> tuple[classes.Revue, ...]: ...

    @overload
    def all(self, kind: str) -> tuple[Any, ...]: ...

    def all(self, kind: str) -> tuple[Any, ...]:
        """Return the records of a kind.

        Parameters
        ----------
        kind : str
            Name of the kind, such as ``applications``.

        Returns
        -------
        tuple of record
            In the order of the files.

        Raises
        ------
        RegisterError
            Where there is no such kind.
        """
        self._known(kind)
        return tuple(self.records.get(kind, {}).values())

    def with_record(self, kind: str, record: Any) -> Register:
        """Return a register that holds a record, in the place of the one of that identifier.

        Parameters
        ----------
        kind : str
            Name of the kind, such as ``applications``.
        record : record
            The record.

        Returns
        -------
        Register
            Another register; this one does not change.

        Raises
        ------
        RegisterError
            Where there is no such kind, or the record is not of it.

        Examples
        --------
        >>> from charte_registry import Partenaire
        >>> register = Register(
        ...     titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
        ... )
        >>> more = register.with_record("partenaires", Partenaire(id="p", nom="P"))
        >>> len(register.all("partenaires")), len(more.all("partenaires"))
        (0, 1)
        """
        self._known(kind)
        if type(record) is not self.kinds[kind]:
            raise RegisterError(
                "other_kind", field="kind", value=type(record).__name__,
                kind=kind, wanted=self.kinds[kind].__name__,
            )  # fmt: skip
        return self._replacing(kind, {**self.records.get(kind, {}), record.id: record})

    def without(self, kind: str, identifier: str) -> Register:
        """Return a register without a record.

        Parameters
        ----------
        kind, identifier : str
            Name of the kind, and identifier of the record.

        Returns
        -------
        Register
            Another register; this one does not change.

        Raises
        ------
        RegisterError
            Where there is no such record.
        """
        self._known(kind)
        kept = dict(self.records.get(kind, {}))
        if identifier not in kept:
            raise RegisterError("unknown_record", field="identifier", value=identifier, kind=kind)
        del kept[identifier]
        return self._replacing(kind, kept)

    def _known(self, kind: str) -> None:
        if kind not in self.kinds:
            raise RegisterError(
                "unknown_kind", field="kind", value=kind, near=nearest(kind, self.kinds)
            )

    def _replacing(self, kind: str, records: Mapping[str, Any]) -> Register:
        every = {**self.records, kind: Frozen(dict(records))}
        return attrs.evolve(self, records=Frozen(every))

    def head(self) -> Manifeste:
        """Return what the register says of itself, as its file holds it.

        Returns
        -------
        Manifeste
            Title, territory, day, years, and what else is not a record.
        """
        return Manifeste(
            schema=SCHEMA_VERSION,
            titre=self.titre,
            territoire=self.territoire,
            etat_au=self.etat_au,
            annees=tuple(self.annees),
            source=self.source or None,
            note=self.note or None,
            profil=self.profil,
            derogation=tuple(self.derogations),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the register as plain values that go to JSON.

        Returns
        -------
        dict
            What a register in one ``.json`` file holds: the head, then a list of records for each
            kind that has some; a field that holds its default is left out. ``register_schema()``
            is its JSON Schema, and ``from_dict`` reads it back. Internal fields are in it: see
            ``public`` for what is not.

        Examples
        --------
        >>> from charte_registry import load_register
        >>> data = load_register("examples/nantes_2020").to_dict()
        >>> data["etat_au"], data["partenaires"][0]["id"]
        ('2020-12-15', 'pa-01')
        """
        kept = {kind: self.records.get(kind, {}) for kind in self.kinds}
        return unstructure(self.head(), iso=True) | {
            kind: [unstructure(record, iso=True) for record in some.values()]
            for kind, some in kept.items()
            if some
        }

    def to_json(self) -> str:
        """Return ``to_dict()`` as the text of a ``.json`` register.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, profile: Profile | None = None) -> Register:
        """Return the register that ``to_dict`` gives.

        Parameters
        ----------
        data : mapping of str to object
            Head and lists of records, as a register in one ``.json`` file holds them.
        profile : Profile, optional
            Its profile; needed where ``data`` names one.

        Returns
        -------
        Register
            The register; its records have no place in a file.

        Raises
        ------
        RegisterError
            Where it is no register: ``errors`` holds everything that is wrong.

        Examples
        --------
        >>> register = Register(
        ...     titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
        ... )
        >>> Register.from_dict(register.to_dict()) == register
        True
        """
        if not isinstance(data, Mapping):
            raise RegisterError("not_table", value=data)
        kinds = profile.kinds if profile is not None else KINDS
        head = {name: value for name, value in data.items() if name in _HEAD}
        faults = [
            Fault("unknown_field", field=str(name), near=nearest(str(name), [*_HEAD, *kinds]))
            for name in data
            if name not in kinds and name not in _HEAD
        ]
        if head.get("profil") is not None and profile is None:
            faults.append(Fault("profile_missing", field="profil", value=head["profil"]))
        try:
            manifest = structure(Manifeste, head)
        except FieldError as error:
            raise RegisterError([*faults, *error.errors]) from None
        found = {
            kind: _read(kind, kinds[kind], data[kind], faults) for kind in kinds if kind in data
        }
        if faults:
            raise RegisterError(faults)
        return cls(
            titre=manifest.titre, territoire=manifest.territoire, etat_au=manifest.etat_au,
            annees=manifest.annees, source=manifest.source or "", note=manifest.note or "",
            derogations=manifest.derogation, profil=manifest.profil, profile=profile, kinds=kinds,
            records=Frozen({kind: Frozen(found.get(kind, {})) for kind in kinds}),
        )  # fmt: skip

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle what the register holds; a profile makes its classes again."""
        held = {field.name: getattr(self, field.name) for field in attrs.fields(Register)}
        own = self.profile is not None and self.kinds == self.profile.kinds
        if own or self.kinds is KINDS:
            del held["kinds"]
        return _register, (own, held)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the head, and how many records each kind has."""
        title, place = html.escape(self.titre), html.escape(self.territoire)
        rows = "".join(
            f"<tr><th scope='row'>{html.escape(kind)}</th><td>{len(some)}</td></tr>"
            for kind, some in self.records.items()
            if some
        )
        return (
            f"<table><caption>{title} — {place}, {self.etat_au}</caption>"
            f"<thead><tr><th>kind</th><th>records</th></tr></thead><tbody>{rows}</tbody></table>"
        )

    def check(self, on: str | dt.date, lang: str = "en") -> list[Finding]:
        """Check the register as a whole.

        Parameters
        ----------
        on : str or datetime.date
            The date at which law and validity are judged: today, or ``etat_au`` for the state that
            the register describes. It has no default, for the findings depend on it.
        lang : {"fr", "en", "pt"}
            Language of the messages.

        Returns
        -------
        list of Finding
            All findings that no derogation silences, errors first, then by file and line.

        Raises
        ------
        RegisterError
            Where the date is no date, or the language is none of the three.
        """
        return list(above("judge")(self, on, lang).findings)

    def silenced(self, on: str | dt.date, lang: str = "en") -> list[Silenced]:
        """Return the findings that the derogations of the register silence.

        Parameters
        ----------
        on : str or datetime.date
            The date, as for ``check``.
        lang : {"fr", "en", "pt"}
            Language of the messages.

        Returns
        -------
        list of Silenced
            Each finding with the reason that the register gives, in the order of ``check``.

        Raises
        ------
        RegisterError
            As ``check``.
        """
        return list(above("judge")(self, on, lang).silenced)

    def indicators(self, year: int) -> dict[str, Any]:
        """Return the figures of the annual report, computed from the records.

        Parameters
        ----------
        year : int
            Year, one of ``annees``.

        Returns
        -------
        dict of str to int or dict
            Figures by name.

        Raises
        ------
        RegisterError
            Where the register does not describe that year.
        """
        figures: dict[str, Any] = above("indicators")(self, year)
        return figures


def _register(own: bool, held: dict[str, Any]) -> Register:
    if own:
        held = {**held, "kinds": held["profile"].kinds}
    return Register(**held)


def _read(kind: str, cls: type[Any], items: Any, faults: list[Fault]) -> dict[str, Any]:
    """Return the records of a kind by identifier, and note what is wrong with them."""
    if not isinstance(items, list | tuple):
        faults.append(Fault("not_list", field=kind, value=items))
        return {}
    found: dict[str, Any] = {}
    for number, item in enumerate(items):
        where = f"{kind}[{number}]"
        if not isinstance(item, Mapping):
            faults.append(Fault("not_table", field=where, value=item))
            continue
        try:
            record = structure(cls, item, f"{where}.")
        except FieldError as error:
            faults += error.errors
            continue
        if record.id in found:
            first = f"{kind}[{list(found).index(record.id)}]"
            faults.append(Fault("same_id", field=f"{where}.id", value=record.id, first=first))
        found[record.id] = record
    return found
