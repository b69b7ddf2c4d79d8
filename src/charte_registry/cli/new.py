"""``charte-registry new``: one record, from flags or from questions."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from charte_registry.cli.language import said
from charte_registry.cli.terminal import close
from charte_registry.errors import Fault, RegisterError, nearest
from charte_registry.messages import LANGUAGES, Phrase

if TYPE_CHECKING:
    from charte_registry.register import Register

SHOWN = 8  # identifiers that a question proposes

EXAMPLES = """\
charte-registry new traitement registre --set nom=Paie --set responsable=ville
charte-registry new traitement registre --choices finalites.bases_legales"""


def add(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    command.add_argument("kind", help="such as traitement, application or jeu_de_donnees")
    command.add_argument("folder", type=Path, help="folder of the register")
    command.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", dest="given",
        help="a field, such as nom=Paie, hebergement.pays=FR or finalites[0].nom=Payer; ; between values",
    )  # fmt: skip
    command.add_argument("--choices", metavar="FIELD", help="list what a field can hold, such as responsable or finalites.bases_legales, and write nothing")  # fmt: skip
    command.add_argument("--lang", default="fr", choices=LANGUAGES, help="language of the comments")
    command.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from charte_registry.files import load_register
    from charte_registry.files.skeleton import SCHEMAS, schema_line, skeleton
    from charte_registry.files.whole import write_text
    from charte_registry.records.base import FieldError, references, structure, unstructure

    register = load_register(arguments.folder)
    kind = _kind(arguments.kind, register.kinds)
    cls = register.kinds[kind]
    if arguments.choices:
        print(*_choices(cls, arguments.choices, register, arguments.lang), sep="\n")
        return 0
    data = parsed(arguments.given)
    if sys.stdin.isatty():
        try:
            ask(cls, data, register, arguments.lang, input)
        except EOFError:
            raise RegisterError("questions_left") from None
    if "id" not in data and (offer := _offer(cls, data, register)):
        data["id"] = offer
    try:
        record = structure(cls, data)
    except FieldError as error:
        # An identifier is made from the name: only the name is asked for.
        made = "id" not in data and "id" not in _naming(cls)
        problems = [p for p in error.problems if not (made and p.path == "id")]
        raise RegisterError([p.at(kind) for p in problems or error.problems]) from None
    if record.id in register.records.get(kind, {}):
        place = register.places[kind, record.id]
        raise RegisterError(
            "same_id", where=kind, field="id", value=record.id, first=f"{place.file}:{place.line}"
        )
    path = arguments.folder / kind / f"{record.id}.toml"
    made = not path.parent.exists()
    path.parent.mkdir(exist_ok=True)
    try:
        named = (arguments.folder / SCHEMAS / f"{kind}.schema.json").is_file()
        line = schema_line(kind) if named else ""
        write_text(path, line + skeleton(cls, unstructure(record), arguments.lang))
    except RegisterError:
        if made:
            path.parent.rmdir()
        raise
    close(said("added", record=f"{kind}/{record.id}", path=path))
    for field, target, name in references(record):
        if name not in register.records.get(target, {}) and (target, name) != (kind, record.id):
            close(said("new_names", value=name, field=field, kind=target))
    return 0


def _named_by(cls: type[Any]) -> str:
    """Return the field that a record of a class is called by, from which its identifier can be made."""
    return next((n for n in ("nom", "intitule", "titre") if n in attrs.fields_dict(cls)), "id")


def _choices(cls: type[Any], path: str, register: Register, lang: str) -> Iterator[str]:
    """Yield what a field can hold, a line each: the codes with their labels, or records with their names."""
    from charte_registry.files.skeleton import part_of

    *outer, last = path.split(".")
    for step in outer:
        found = attrs.fields_dict(attrs.resolve_types(cls))
        part = part_of(found[step].type)[0] if step in found else None
        if part is None or not attrs.has(part):
            raise RegisterError(
                "unknown_part", where="--choices", field=path, value=step, near=nearest(step, found)
            )
        cls = part
    found = attrs.fields_dict(cls)
    if last not in found:
        inner = [name for name in _inner(cls) if last in name.rpartition(".")[2]]
        near = Phrase.of("part.near", names=tuple(inner[:3])) if inner else nearest(last, found)
        raise RegisterError("no_field", where="--choices", field=path, value=last, near=near)
    known = _known(found[last], register, lang)
    if not known:
        raise RegisterError("no_choices", where="--choices", field=path)
    yield from (f"{code}\t{label}" for code, label in known.items())


def _inner(cls: type[Any], path: str = "") -> Iterator[str]:
    """Yield the fields of the parts of a class, by their paths."""
    from charte_registry.files.skeleton import part_of

    for field in attrs.fields(attrs.resolve_types(cls)):
        part = part_of(field.type)[0]
        if path:
            yield f"{path}{field.name}"
        if attrs.has(part):
            yield from _inner(part, f"{path}{field.name}.")


def _known(field: attrs.Attribute[Any], register: Register, lang: str) -> dict[str, str]:
    """Return what a field can hold, by code or identifier, with how people call it."""
    terms, target = field.metadata["vocabulaire"], field.metadata["reference"]
    if terms is not None:
        return {term.code: term.label(lang) for term in terms}
    if target:
        name = _named_by(register.kinds[target])
        records = register.records.get(target, {})
        return {key: str(getattr(record, name)) for key, record in records.items()}
    return {code: code for code in field.metadata["choices"]}


def _kind(word: str, kinds: Mapping[str, type[Any]]) -> str:
    """Return the kind that a word names: the name of its folder, or of one of its records."""
    singular = {re.sub(r"(?<!^)(?=[A-Z])", "_", c.__name__).lower(): k for k, c in kinds.items()}
    if word in kinds:
        return word
    if word in singular:
        return singular[word]
    raise RegisterError("unknown_kind", value=word, near=nearest(word, singular))


def parsed(given: Sequence[str]) -> dict[str, Any]:
    """Return plain data from ``FIELD=VALUE`` flags.

    Parameters
    ----------
    given : sequence of str
        Flags; a field inside another is ``outer.inner``, one of several ``outer[0].inner``.

    Returns
    -------
    dict of str to object
        Data that ``structure`` reads.

    Raises
    ------
    RegisterError
        Where a flag has no ``=``, or two contradict each other.

    Examples
    --------
    >>> parsed(["id=t", "finalites[0].nom=Payer", "hebergement.pays=FR"])
    {'id': 't', 'finalites': [{'nom': 'Payer'}], 'hebergement': {'pays': 'FR'}}
    """
    data: dict[str, Any] = {}
    for flag in given:
        path, sign, value = flag.partition("=")
        if not sign or not re.fullmatch(r"\w+(\[\d+\])?(\.\w+(\[\d+\])?)*", path, re.ASCII):
            raise RegisterError("set_form", where="--set", value=flag)
        *outer, last = path.split(".")
        target = data
        for step in outer:
            target = _inside(target, step, flag)
        if last in target or "[" in last:
            raise RegisterError("set_twice", where="--set", value=flag)
        target[last] = value
    return data


def _inside(target: dict[str, Any], step: str, flag: str) -> dict[str, Any]:
    """Return the table that a step of a path leads to, made where it is not there yet."""
    name, _, number = step.rstrip("]").partition("[")
    found = target.setdefault(name, [] if number else {})
    if number and isinstance(found, list) and int(number) <= len(found):
        if int(number) == len(found):
            found.append({})
        found = found[int(number)]
    if not isinstance(found, dict):
        raise RegisterError("set_order", where="--set", value=flag, step=step)
    return found


def ask(
    cls: type[Any],
    data: dict[str, Any],
    register: Register,
    lang: str,
    answer: Callable[[str], str],
) -> None:
    """Ask for what a record cannot do without, and for what article 30 of the GDPR lists.

    Parameters
    ----------
    cls : type
        Class of the record.
    data : dict of str to object
        What is known already, which is not asked again; the answers are added.
    register : Register
        Register whose identifiers are proposed.
    lang : {"fr", "en", "pt"}
        Language.
    answer : callable
        Asks one question and returns the answer, such as ``input``.
    """
    from charte_registry.files.skeleton import part_of

    naming = _naming(cls)  # asked first: the identifier is offered from them
    fields = sorted(attrs.fields(attrs.resolve_types(cls)), key=lambda f: f.name not in naming)
    for field in fields:
        required = field.default is attrs.NOTHING
        if field.name in data or not (required or "art. 30(" in field.metadata["source"]):
            continue
        part, several = part_of(field.type)
        if not attrs.has(part):
            offer = _offer(cls, data, register) if field.name == "id" else ""
            question = _Question(field, field.name, offer, required=required, several=several)
            text = question.answered(register, lang, answer)
            if text:
                data[field.name] = text
        elif several:
            # Each value is the first field of a part, such as the name of a purpose.
            leaf = attrs.fields(attrs.resolve_types(part))[0]
            if leaf.default is attrs.NOTHING:
                name = f"{field.name}.{leaf.name}"
                question = _Question(leaf, name, "", required=required, several=True)
                text = question.answered(register, lang, answer)
                if text:
                    data[field.name] = [
                        {leaf.name: t.strip()} for t in text.split(";") if t.strip()
                    ]
        elif required:
            data[field.name] = {}
            ask(part, data[field.name], register, lang, answer)


def _naming(cls: type[Any]) -> tuple[str, ...]:
    """Return the fields from which an identifier is made: a name, or what a record cannot do without.

    A record that nobody names is called by what it is about and its year, such as ``paie-2026``.
    """
    if (name := _named_by(cls)) != "id":
        return (name,)
    needed = [f for f in attrs.fields(attrs.resolve_types(cls)) if f.default is attrs.NOTHING]
    about = [f.name for f in needed if f.type is str and f.name != "id" and not f.metadata["choices"]]  # fmt: skip
    when = [f.name for f in needed if f.type is dt.date or f.name == "annee"]
    return (*about[:1], *when[:1])


def _offer(cls: type[Any], data: Mapping[str, Any], register: Register) -> str:
    """Return an identifier made from what a record says of itself; empty where that is not known yet.

    Records that have a day and nothing else are numbered within their year, as wide as those before.
    """
    from charte_registry.exchange.importers.wording import slug
    from charte_registry.records.formats import FICHE

    naming = _naming(cls)
    if not all(data.get(name) for name in naming):
        return ""
    taken = next((register.records.get(k, {}) for k, c in register.kinds.items() if c is cls), {})
    types = attrs.fields_dict(attrs.resolve_types(cls))
    words = []
    for name in naming:
        text = str(data[name])
        if types[name].type is dt.date:
            found = re.search(r"\d{4}", text)
            text = found[0] if found else ""
        form = types[name].metadata["format"]
        words.append(text.rpartition("/")[2] if form is FICHE else text)
    if not all(words):
        return ""
    if [types[name].type for name in naming] == [dt.date]:
        numbers = [f for f in (re.fullmatch(rf"{words[0]}-(\d{{1,6}})", i) for i in taken) if f]
        width = max((len(found[1]) for found in numbers), default=2)
        return f"{words[0]}-{max((int(found[1]) for found in numbers), default=0) + 1:0{width}}"
    return slug(" ".join(words), taken)


@attrs.frozen
class _Question:
    """A question about a field: whether it must be answered, and with one value or several."""

    field: attrs.Attribute[Any]
    name: str
    offer: str  # what an empty answer means
    required: bool = attrs.field(kw_only=True)
    several: bool = attrs.field(kw_only=True)

    def answered(self, register: Register, lang: str, answer: Callable[[str], str]) -> str:
        """Ask until an answer is allowed; an empty one leaves out what is not required."""
        from charte_registry.exchange.workbook.names import Directory
        from charte_registry.files.skeleton import meaning
        from charte_registry.files.words import words

        choices = _known(self.field, register, lang)
        known = (
            [key if key == label else f"{key}: {label}" for key, label in choices.items()]
            if self.field.metadata["reference"]
            else []
        )
        more = ", …" if len(known) > SHOWN else ""
        hint = (
            f" [{', '.join(known[:SHOWN])}{more}]"
            if known
            else f" [{self.offer}]" * bool(self.offer)
        )
        sign = f" ({words(lang, 'skeleton')['several']})" if self.several else ""
        # A field that a part cannot do without may be left out with the part.
        asked = self.field if self.required else self.field.evolve(default=None)
        while True:
            text = answer(f"{meaning(asked, lang)}{hint}\n{self.name}{sign}: ").strip()
            text = text or self.offer
            if not text and not self.required:
                return ""
            meant = Directory(choices)
            parts = text.split(";") if self.several else [text]
            text = "; ".join(meant.of(part) or part.strip() for part in parts)
            fault = self._refusal(text)
            if fault is None:
                return text
            print(fault.say(lang), file=sys.stderr)

    def _refusal(self, text: str) -> Fault | None:
        choices, form = self.field.metadata["choices"], self.field.metadata["format"]
        for value in [part.strip() for part in text.split(";")] if self.several else [text]:
            if not value:
                return Fault("empty", value=value)
            if choices and value not in choices:
                return Fault("unknown_code", value=value, near=nearest(value, choices))
            if form is not None and not form.accepts(value):
                return Fault("form", value=value, wanted=form.name, how=form.how)
        return None
