"""Profiles: the fields, codes and rules that the law of another territory adds, in one file."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.frozen import Frozen
from charte_registry.profiles.classes import MADE_IN, classes_by_path, extended, paths
from charte_registry.profiles.kinds import added_kinds, plain_example
from charte_registry.profiles.statement import Condition, Delai, RegleProfil, Statement
from charte_registry.records import KINDS
from charte_registry.records.base import FieldError, structure, unstructure
from charte_registry.schema.examples import example
from charte_registry.schema.shape import DATE, TEXT, kind_labels
from charte_registry.schema.versions import VERSION

__all__ = ["Profile", "load_profile"]

EXAMPLES = "exemples"
MAX_BYTES = 1_000_000


@attrs.frozen(kw_only=True)
class Profile:
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
        The file.

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

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle the file, and read it again: its classes are made anew elsewhere."""
        return _profile, (self.content,)

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
            raise RegisterError(
                f"no field {path!r}", code="unknown_field", value=path, remedy=nearest(path, found)
            )
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
        Where it cannot be; ``problems`` holds all that is wrong.

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
        raise RegisterError(f"{path}: cannot be read ({error.strerror})") from None
    if len(content) > MAX_BYTES:
        raise RegisterError(f"{path}: larger than {MAX_BYTES:,} bytes; split it")
    try:
        return _profile(content)
    except RegisterError as error:
        raise RegisterError([f"{path}{problem}" for problem in error.problems]) from None


@lru_cache(maxsize=16)
def _profile(content: bytes) -> Profile:
    """Return the profile of a content: of the same one the same classes, so that records compare."""
    data = _read(content)
    examples = data.pop(EXAMPLES, {})
    try:
        statement = structure(Statement, data)
    except FieldError as error:
        raise RegisterError([f" `{p.path}`: {p.message}" for p in error.problems]) from None
    problems: list[str] = []

    def report(where: str, message: str) -> None:
        problems.append(f" `{where}`: {message}")

    if statement.schema != VERSION:
        report("schema", f"version {statement.schema!r} is another; this package has {VERSION}")
    core = {**KINDS, **added_kinds(statement.type_fiche, report)}
    kinds = extended(core, statement.champ, statement.liste, report, statement.publics)
    known = _examples(kinds, examples, report)
    _check_references(statement, kinds, report)
    _check_counts(statement, kinds, report)
    _check_rules(statement, kinds, report)
    if problems:
        raise RegisterError(problems)
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
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RegisterError(f": not UTF-8 at byte {error.start}; save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RegisterError(f": not TOML: {error}") from None


def _examples(
    kinds: Mapping[str, type[Any]], stated: Any, report: Any
) -> dict[str, Mapping[str, Any]]:
    """Return the example of each kind that changes: the profile's own, else the schema's."""
    if not isinstance(stated, Mapping):
        report(EXAMPLES, "expected a table a kind")
        return {}
    for kind in stated:
        if kind not in kinds:
            report(f"{EXAMPLES}.{kind}", f"no kind of record; {nearest(str(kind), kinds)}")
    found: dict[str, Mapping[str, Any]] = {}
    for kind, cls in kinds.items():
        if cls is KINDS.get(kind) and kind not in stated:
            continue
        made = example(kind) if kind in KINDS else plain_example(kind, kind_labels(cls))
        plain = stated.get(kind, made)
        try:
            if not isinstance(plain, Mapping):
                raise FieldError("", f"expected a table of fields, got {plain!r}")
            found[kind] = unstructure(structure(cls, plain))
        except FieldError as error:
            remedy = "" if kind in stated else f"; give a record in [{EXAMPLES}.{kind}]"
            for problem in error.problems:
                report(f"{EXAMPLES}.{kind}.{problem.path}", problem.message + remedy)
    return found


def _check_references(statement: Statement, kinds: Collection[str], report: Any) -> None:
    names = [codes.nom for codes in statement.liste]
    for number, codes in enumerate(statement.liste):
        if codes.nom in names[:number]:
            report(f"liste[{number}].nom", f"{codes.nom!r} stands twice; keep one")
        own = [code.code for code in codes.code]
        for position, code in enumerate(own):
            if code in own[:position]:
                report(f"liste[{number}].code[{position}].code", f"{code!r} stands twice; keep one")
        if not own:
            report(f"liste[{number}].code", "no code; give at least one")
    for number, added in enumerate(statement.champ):
        if added.reference is not None and added.reference not in kinds:
            where = f"champ[{number}].reference"
            report(where, f"no kind of record; {nearest(added.reference, kinds)}")


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
            report("liste", f"{count} and {single} have other codes; name both in one list")
    for number, added in enumerate(statement.champ):
        if added.obligatoire and added.dans.partition(".")[0] in ("demandes_droits", "violations"):
            report(f"champ[{number}].obligatoire", "counts are made from records; leave it out")


def _check_rules(statement: Statement, kinds: Mapping[str, type[Any]], report: Any) -> None:
    fields = dict(paths(kinds))
    owners = {*kinds, *(path for path, shape in fields.items() if shape.part is not None)}
    names = [r.id for r in statement.regle] + [d.id for d in statement.delai]
    for number, delai in enumerate(statement.delai):
        _check_deadline(delai, fields, kinds, f"delai[{number}]", report)
        if names.count(delai.id) > 1:
            report(f"delai[{number}].id", f"{delai.id!r} stands twice; give each its own")
    for number, rule in enumerate(statement.regle):
        where = f"regle[{number}]"
        if rule.id in names[:number]:
            report(f"{where}.id", f"{rule.id!r} stands twice; give each rule its own")
        if rule.dans not in owners:
            report(
                f"{where}.dans",
                f"no kind of record, nor a part of one; {nearest(rule.dans, owners)}",
            )
            continue
        if not rule.exige:
            report(f"{where}.exige", "nothing is required; state at least one condition")
        for name in ("quand", "exige"):
            for position, condition in enumerate(getattr(rule, name)):
                here = f"{where}.{name}[{position}]"
                _check_condition(condition, rule.dans, fields, here, report)
        for name in ("constat", "remede"):
            for lang in ("fr", "en", "pt"):
                if set("{}\n") & set(getattr(getattr(rule, name), lang)):
                    report(f"{where}.{name}.{lang}", "has a brace or a line break; leave it out")


def _check_deadline(
    delai: Delai, fields: Mapping[str, Any], kinds: Collection[str], where: str, report: Any
) -> None:
    if delai.dans not in kinds:
        report(f"{where}.dans", f"no kind of record; {nearest(delai.dans, kinds)}")
        return
    for position, condition in enumerate(delai.quand):
        _check_condition(condition, delai.dans, fields, f"{where}.quand[{position}]", report)
    for name, holds in (
        ("depuis", DATE), ("fait", DATE), ("depuis_a", TEXT), ("fait_a", TEXT), ("sauf", None)
    ):  # fmt: skip
        path = getattr(delai, name)
        shape = fields.get(f"{delai.dans}.{path}")
        if path is not None and (shape is None or holds not in (None, shape.holds)):
            of = f" of type {holds}" if holds else ""
            report(
                f"{where}.{name}", f"{delai.dans} has no field {path!r}{of}; name one that it has"
            )
    for name in ("constat", "remede", "objet"):
        for lang in ("fr", "en", "pt"):
            text = getattr(getattr(delai, name), lang)
            if set("{}\n") & set(text.replace("{date}", "")):
                report(
                    f"{where}.{name}.{lang}",
                    "has a brace other than {date}, or a line break; leave it out",
                )


def _check_condition(
    condition: Condition, inside: str, fields: Mapping[str, Any], where: str, report: Any
) -> None:
    path = f"{inside}.{condition.champ}"
    if path not in fields:
        near = [name.removeprefix(f"{inside}.") for name in fields if name.startswith(f"{inside}.")]
        report(
            f"{where}.champ",
            f"{inside} has no field {condition.champ!r}; {nearest(condition.champ, near)}",
        )
        return
    if condition.absent and condition.parmi:
        report(where, "absent and among values; state one of them")
    choices = fields[path].choices
    for value in condition.parmi:
        if choices and value not in choices:
            report(f"{where}.parmi", f"{value!r} is no code of {path}; {nearest(value, choices)}")
