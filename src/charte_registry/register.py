"""The register: one graph of records, as a value; files are read and written elsewhere."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs

from charte_registry.above import above
from charte_registry.errors import RegisterError, nearest
from charte_registry.profiles import Profile
from charte_registry.records import KINDS
from charte_registry.records.manifeste import Derogation

if TYPE_CHECKING:
    from charte_registry.rules.finding import Finding, Silenced


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
                f"{kind} holds {self.kinds[kind].__name__}, not {type(record).__name__}; "
                "give the record to its own kind"
            )
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
            raise RegisterError(f"no {identifier!r} in {kind}; give the identifier of a record")
        del kept[identifier]
        return self._replacing(kind, kept)

    def _known(self, kind: str) -> None:
        if kind not in self.kinds:
            raise RegisterError(f"no kind {kind!r}; {nearest(kind, self.kinds)}")

    def _replacing(self, kind: str, records: Mapping[str, Any]) -> Register:
        every = {**self.records, kind: MappingProxyType(dict(records))}
        return attrs.evolve(self, records=MappingProxyType(every))

    def check(self, on: str | dt.date | None = None, lang: str = "en") -> list[Finding]:
        """Check the register as a whole.

        Parameters
        ----------
        on : str or datetime.date, optional
            The date at which law and validity are judged; ``etat_au`` by default.
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

    def silenced(self, on: str | dt.date | None = None, lang: str = "en") -> list[Silenced]:
        """Return the findings that the derogations of the register silence.

        Parameters
        ----------
        on : str or datetime.date, optional
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
