"""Profiles: the fields, codes and rules that the law of another territory adds, in one file."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.frozen import Frozen
from charte_registry.json_value import JsonValue, plain_value
from charte_registry.messages import LANGUAGES, Phrase, system_reason
from charte_registry.profiles.classes import MADE_IN, classes_by_path, extended, paths
from charte_registry.profiles.kinds import added_kinds, plain_example
from charte_registry.profiles.statement import Condition, Delai, RegleProfil, Statement
from charte_registry.records import KINDS
from charte_registry.records.base import FieldError, structure, unstructure
from charte_registry.schema.examples import example
from charte_registry.schema.shape import DATE, TEXT, kind_labels
from charte_registry.schema.versions import VERSION
from charte_registry.syntax import read_toml

__all__ = ["Profile", "load_profile"]

EXAMPLES = "exemples"
MAX_BYTES = 1_000_000


@attrs.frozen(kw_only=True)
class Profile(JsonValue):
    """What a territory adds to the schema.

    Parameters
    ----------
    statement : Statement
        What the file says.
    kinds : mapping of str to type
        Classes by kind: those of the schema, subclasses of them with more fields or other codes,
        and those of the kinds that the profile adds.
    examples : mapping of str to mapping
        A record of each kind that the profile changes, as plain data.
    content : bytes
        The file, TOML; or JSON, where the profile was made from plain values.

    Examples
    --------
    >>> profile = load_profile("examples/recife/profil.toml")
    >>> profile.reference
    'recife:1.0'
    >>> [code for code in profile.codes("traitements.finalites.bases_legales") if "polit" in code]
    ['politicas_publicas']
    """

    statement: Statement
    kinds: Mapping[str, type[Any]] = attrs.field(repr=False)
    examples: Mapping[str, Mapping[str, Any]] = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)

    def __repr__(self) -> str:
        """Show its name and version."""
        return f"<Profile {self.reference}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle the file, and read it again: its classes are made anew elsewhere."""
        return _profile, (self.content,)

    @property
    def is_json(self) -> bool:
        """Whether the content is JSON, since the profile was made from plain values."""
        return self.content.startswith(b"{")

    def to_dict(self) -> dict[str, Any]:
        """Return what the file says as plain values that go to JSON.

        Returns
        -------
        dict
            The keys and tables of ``profil.toml``, dates as text.

        Examples
        --------
        >>> data = load_profile("examples/recife/profil.toml").to_dict()
        >>> data["profil"], Profile.from_dict(data).to_dict() == data
        ('recife', True)
        """
        found: dict[str, Any] = plain_value(_read(self.content))
        return found

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Profile:
        """Return the profile that ``to_dict`` gives.

        Parameters
        ----------
        data : mapping of str to object
            The keys and tables of a profile's file.

        Returns
        -------
        Profile
            The profile, with classes of its own.

        Raises
        ------
        RegisterError
            Where it cannot be; ``problems`` holds all that is wrong.
        """
        if not isinstance(data, Mapping):
            raise RegisterError("not_table", value=data)
        return _profile(json.dumps(plain_value(data), ensure_ascii=False).encode())

    @property
    def reference(self) -> str:
        """The name and the version of the profile, as identifiers of schemas hold them."""
        return f"{self.statement.profil}:{self.statement.version}"

    @property
    def rules(self) -> tuple[RegleProfil, ...]:
        """The rules, in the order of the file."""
        return self.statement.regle

    @property
    def deadlines(self) -> tuple[Delai, ...]:
        """The deadlines, in the order of the file."""
        return self.statement.delai

    @property
    def set_aside(self) -> frozenset[str]:
        """The rules of the schema that do not hold in the territory."""
        return frozenset(rule for gap in self.statement.ecart for rule in gap.regles)

    def codes(self, path: str) -> tuple[str, ...]:
        """Return the codes that a field may hold.

        Parameters
        ----------
        path : str
            Dotted path, the kind first: ``traitements.finalites.bases_legales``.

        Returns
        -------
        tuple of str
            The codes; none where the field may hold anything.
        """
        found = dict(paths(self.kinds))
        if path not in found:
            raise RegisterError("no_field", value=path, near=nearest(path, found))
        return found[path].choices


def load_profile(path: str | Path) -> Profile:
    """Load a profile from its file.

    Parameters
    ----------
    path : str or Path
        The file, such as ``profil.toml``.

    Returns
    -------
    Profile
        The profile.

    Raises
    ------
    RegisterError
        Where it cannot be; ``errors`` holds all that is wrong.

    Examples
    --------
    >>> load_profile("examples/montreal/profil.toml").kinds["incidents"].__name__
    'Incident'
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise RegisterError("cannot_read", where=path, reason=system_reason(error)) from None
    if len(content) > MAX_BYTES:
        raise RegisterError("file_too_large", where=path, most=MAX_BYTES)
    try:
        return _profile(content)
    except RegisterError as error:
        raise error.at(path) from None


@lru_cache(maxsize=16)
def _profile(content: bytes) -> Profile:
    """Return the profile of a content: of the same one the same classes, so that records compare."""
    data = _read(content)
    examples = data.pop(EXAMPLES, {})
    try:
        statement = structure(Statement, data)
    except FieldError as error:
        raise RegisterError(error.errors) from None
    faults: list[Fault] = []

    def report(place: str, code: str, **facts: Any) -> None:
        faults.append(Fault(code, field=place, **facts))

    if statement.schema != VERSION:
        report("schema", "profile_schema", value=statement.schema, known=VERSION)
    core = {**KINDS, **added_kinds(statement.type_fiche, report)}
    kinds = extended(core, statement.champ, statement.liste, report, statement.publics)
    known = _examples(kinds, examples, report)
    _check_references(statement, kinds, report)
    _check_counts(statement, kinds, report)
    _check_rules(statement, kinds, report)
    if faults:
        raise RegisterError(faults)
    _let_pickle(kinds, content)
    return Profile(
        statement=statement,
        kinds=Frozen(kinds),
        examples=Frozen(known),
        content=content,
    )


def _let_pickle(kinds: Mapping[str, type[Any]], content: bytes) -> None:
    """Let records of classes that the profile made be pickled: by the profile and their place."""
    made = {path: cls for path, cls in classes_by_path(kinds).items() if cls.__module__ == MADE_IN}
    for path, cls in made.items():

        def reduced(self: Any, path: str = path) -> tuple[Any, ...]:
            held = {f.name: getattr(self, f.name) for f in attrs.fields(type(self))}
            return _record, (content, path, held)

        cls.__reduce__ = reduced  # type: ignore[assignment]


def _record(content: bytes, path: str, held: dict[str, Any]) -> Any:
    """Return a record of a class that a profile makes."""
    return classes_by_path(_profile(content).kinds)[path](**held)


def _read(content: bytes) -> dict[str, Any]:
    if content.startswith(b"{"):  # no TOML file begins so
        found: dict[str, Any] = json.loads(content)
        return found
    try:
        return read_toml(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RegisterError("not_utf8", position=error.start) from None


def _examples(
    kinds: Mapping[str, type[Any]], stated: Any, report: Any
) -> dict[str, Mapping[str, Any]]:
    """Return the example of each kind that changes: the profile's own, else the schema's."""
    if not isinstance(stated, Mapping):
        report(EXAMPLES, "profile_examples", value=stated)
        return {}
    for kind in stated:
        if kind not in kinds:
            near = nearest(str(kind), kinds)
            report(f"{EXAMPLES}.{kind}", "no_kind", value=kind, near=near)
    found: dict[str, Mapping[str, Any]] = {}
    for kind, cls in kinds.items():
        if cls is KINDS.get(kind) and kind not in stated:
            continue
        made = example(kind) if kind in KINDS else plain_example(kind, kind_labels(cls))
        plain = stated.get(kind, made)
        try:
            if not isinstance(plain, Mapping):
                raise FieldError("", "not_table", value=plain)
            found[kind] = unstructure(structure(cls, plain))
        except FieldError as error:
            for fault in error.errors:
                path = f"{EXAMPLES}.{kind}.{fault.field}"
                if kind in stated:
                    report(path, fault.code, value=fault.value, **fault.facts)
                else:  # the example that the schema has, or that is made from the fields
                    wrong = Phrase(fault.code, {**fault.facts, "value": fault.value})
                    report(
                        path,
                        "profile_example",
                        value=fault.value,
                        wrong=wrong,
                        table=f"{EXAMPLES}.{kind}",
                    )
    return found


def _check_references(statement: Statement, kinds: Collection[str], report: Any) -> None:
    names = [codes.nom for codes in statement.liste]
    for number, codes in enumerate(statement.liste):
        if codes.nom in names[:number]:
            report(f"liste[{number}].nom", "twice", value=codes.nom)
        own = [code.code for code in codes.code]
        for position, code in enumerate(own):
            if code in own[:position]:
                report(f"liste[{number}].code[{position}].code", "twice", value=code)
        if not own:
            report(f"liste[{number}].code", "profile_no_code")
    for number, added in enumerate(statement.champ):
        if added.reference is not None and added.reference not in kinds:
            where = f"champ[{number}].reference"
            near = nearest(added.reference, kinds)
            report(where, "no_kind", value=added.reference, near=near)


# What a year is counted by is what its records say.
_COUNTED = (
    ("demandes_droits.detail.droit", "demandes.droit"),
    ("demandes_droits.detail.suite", "demandes.suite"),
    ("violations.detail.nature", "incidents.natures"),
)


def _check_counts(statement: Statement, kinds: Mapping[str, type[Any]], report: Any) -> None:
    fields = dict(paths(kinds))
    for count, single in _COUNTED:
        if fields[count].choices != fields[single].choices:
            report("liste", "profile_counts_differ", count=count, single=single)
    for number, added in enumerate(statement.champ):
        if added.obligatoire and added.dans.partition(".")[0] in ("demandes_droits", "violations"):
            report(f"champ[{number}].obligatoire", "profile_counted_required", value=added.nom)


def _check_rules(statement: Statement, kinds: Mapping[str, type[Any]], report: Any) -> None:
    fields = dict(paths(kinds))
    owners = {*kinds, *(path for path, shape in fields.items() if shape.part is not None)}
    names = [r.id for r in statement.regle] + [d.id for d in statement.delai]
    for number, delai in enumerate(statement.delai):
        _check_deadline(delai, fields, kinds, f"delai[{number}]", report)
        if names.count(delai.id) > 1:
            report(f"delai[{number}].id", "profile_id_twice", value=delai.id)
    for number, rule in enumerate(statement.regle):
        where = f"regle[{number}]"
        if rule.id in names[:number]:
            report(f"{where}.id", "profile_id_twice", value=rule.id)
        if rule.dans not in owners:
            near = nearest(rule.dans, owners)
            report(f"{where}.dans", "profile_no_part", value=rule.dans, near=near)
            continue
        if not rule.exige:
            report(f"{where}.exige", "profile_no_condition")
        for name in ("quand", "exige"):
            for position, condition in enumerate(getattr(rule, name)):
                here = f"{where}.{name}[{position}]"
                _check_condition(condition, rule.dans, fields, here, report)
        for name in ("constat", "remede"):
            for lang in LANGUAGES:
                text = getattr(getattr(rule, name), lang)
                if set("{}\n") & set(text):
                    report(f"{where}.{name}.{lang}", "profile_brace", value=text)


def _check_deadline(
    delai: Delai, fields: Mapping[str, Any], kinds: Collection[str], where: str, report: Any
) -> None:
    if delai.dans not in kinds:
        report(f"{where}.dans", "no_kind", value=delai.dans, near=nearest(delai.dans, kinds))
        return
    for position, condition in enumerate(delai.quand):
        _check_condition(condition, delai.dans, fields, f"{where}.quand[{position}]", report)
    for name, holds in (
        ("depuis", DATE), ("fait", DATE), ("depuis_a", TEXT), ("fait_a", TEXT), ("sauf", None)
    ):  # fmt: skip
        path = getattr(delai, name)
        shape = fields.get(f"{delai.dans}.{path}")
        if path is not None and (shape is None or holds not in (None, shape.holds)):
            if shape is None:
                near = _near(delai.dans, path, fields)
                report(
                    f"{where}.{name}", "profile_no_field", value=path, kind=delai.dans, near=near
                )
            else:
                report(
                    f"{where}.{name}", "profile_field_type",
                    value=path, kind=delai.dans, wanted=holds,
                )  # fmt: skip
    for name in ("constat", "remede", "objet"):
        for lang in LANGUAGES:
            text = getattr(getattr(delai, name), lang)
            if set("{}\n") & set(text.replace("{date}", "")):
                report(
                    f"{where}.{name}.{lang}", "profile_other_brace", value=text, allowed="{date}"
                )


def _near(inside: str, path: str, fields: Mapping[str, Any]) -> Phrase:
    """Return the remedy for a field that a kind has not."""
    return nearest(
        path, [name.removeprefix(f"{inside}.") for name in fields if name.startswith(f"{inside}.")]
    )


def _check_condition(
    condition: Condition, inside: str, fields: Mapping[str, Any], where: str, report: Any
) -> None:
    path = f"{inside}.{condition.champ}"
    if path not in fields:
        near = _near(inside, condition.champ, fields)
        report(f"{where}.champ", "profile_no_field", value=condition.champ, kind=inside, near=near)
        return
    if condition.absent and condition.parmi:
        report(where, "profile_absent_and_values", value=condition.parmi)
    choices = fields[path].choices
    for value in condition.parmi:
        if choices and value not in choices:
            near = nearest(value, choices)
            report(f"{where}.parmi", "profile_not_code", value=value, path=path, near=near)
