"""What can be said of the parts of a rule file by themselves: texts, sources, what nothing reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from tarifs_solidaires.catalogue import Joined, Phrase, msg
from tarifs_solidaires.errors import nearest
from tarifs_solidaires.rules.build import Builder
from tarifs_solidaires.rules.file import ListEntry, ParameterEntry, RuleFile, Source, VocabularyFile
from tarifs_solidaires.rules.finding import Findings
from tarifs_solidaires.rules.keys import Kind, Listing, Part, Reader, Table, keys_of, shown
from tarifs_solidaires.rules.toml_lines import Path
from tarifs_solidaires.values.texts import Texts

# What stands in a text that someone still has to finish.
UNFINISHED = re.compile(r"\b(?:TODO|TBD|FIXME)\b|\?\?\?|(?i:\b[àa] compl[ée]ter\b|\ba preencher\b)")
_WORD = re.compile(r"(?<!\S)[^\W\d_A-Z]{3,}(?!\S)")


def note_unfinished(notes: Findings) -> None:
    """Note texts in which something is still to be written, further on than the reader looks."""
    stack: list[tuple[Path, Any]] = [((), notes.data)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, Mapping):
            stack += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            stack += [((*path, n), item) for n, item in enumerate(value)]
        elif isinstance(value, str):
            found = UNFINISHED.search(value)
            if found is not None and found.start() > 0:
                notes.warning(
                    path,
                    "unfinished",
                    Phrase("the text says {found!r}", found=found[0]),
                    "finish it, or reword it",
                )


_UNUSED = {
    "step": msg("nothing reads the step {name}"), "input": msg("nothing reads the input {name}"),
    "parameter": msg("nothing reads the parameter {name}"), "list": msg("nothing reads the list {name}"),
    "source": msg("nothing reads the source {name}"),
}  # fmt: skip


class Parts:
    """What can be said of the parts of any file by themselves.

    Parameters
    ----------
    notes : Findings
        Where findings are noted.
    file : RuleFile, VocabularyFile or JurisdictionFile
        The file.
    """

    def __init__(self, notes: Findings, file: Any) -> None:
        self.notes = notes
        self.file = file

    def check(self) -> None:
        """Note texts that lack a language, and sources that nobody can read again."""
        for section, path in sections(self.file, ()):
            if isinstance(section, Source):
                continue  # a title has the language that it has
            for key, field in keys_of(type(section)).items():
                value = getattr(section, field.name)
                for place, texts in _texts(value, (*path, key)):
                    self.text(place, texts)
        for key, source in getattr(self.file, "source", {}).items():
            if not source.url and not source.reference:
                self.notes.warning(
                    ("source", key), "source", "a source with neither url nor reference",
                    "say where it can be read again",
                )  # fmt: skip

    def text(self, path: Path, texts: Texts) -> None:
        """Note the languages that a text lacks."""
        missing = [lang for lang in self.file.languages if not texts.has(lang)]
        if len(texts.wordings) == 1 and not _WORD.search(texts.first):
            return  # a name, or letters that stand for one: the same in every language
        if texts and missing:
            self.notes.warning(
                path, "translation", Phrase("no text in {names}", names=Joined(missing)),
                Phrase("add {names}: {first} stands in for it", names=Joined(missing, "and"), first=shown(texts.first)),
            )  # fmt: skip


class RuleParts(Parts):
    """The same of a rule, with the vocabularies that it uses.

    Parameters
    ----------
    notes : Findings
        Where findings are noted.
    file : RuleFile
        The rule.
    shared : tuple of VocabularyFile
        Vocabularies that it uses.
    """

    file: RuleFile

    def __init__(self, notes: Findings, file: RuleFile, shared: tuple[VocabularyFile, ...]) -> None:
        super().__init__(notes, file)
        self.shared = shared

    def sources(self) -> None:
        """Note sources that are the key of nothing, and figures without any."""
        parts: tuple[RuleFile | VocabularyFile, ...] = (*self.shared, self.file)
        stated = self.notes.data.get("source")
        keys = {key for part in parts for key in part.source}
        keys |= set(stated) if isinstance(stated, Mapping) else set()
        for section, path in sections(self.file, ()):
            source = getattr(section, "source", None)
            word = isinstance(source, str) and re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", source)
            if word and source not in keys:
                self.notes.warning(
                    (*path, "source"), "source_key",
                    Phrase("there is no [source.{source}], so that {source!r} is its title", source=source),
                    nearest(str(source), keys) if keys else "write a title of more than a word",
                )  # fmt: skip
        for version in self.file.version:
            if version.source is None and not all(_sourced(step) for step in version.step):
                self.notes.warning(
                    version.path, "source", "figures without a source",
                    "write source = … in the version, or in each of its steps",
                )  # fmt: skip
        figures: list[ParameterEntry | ListEntry] = [
            *self.file.parameter.values(), *self.file.list.values()
        ]  # fmt: skip
        for entry in figures:
            values = getattr(entry, "value", None)
            own = isinstance(values, tuple) and all(value.source is not None for value in values)
            if entry.source is None and not own:
                self.notes.warning(entry.path, "source", "a figure without a source",
                                   "write source = …")  # fmt: skip

    def unused(self) -> None:
        """Note inputs, figures, steps, lists and sources that nothing reads."""
        builder = Builder(self.file, self.shared, Reader(self.file.languages))
        read: set[str] = {name for entry in self.file.require for name in entry.when}
        steps: dict[Path, bool] = {}  # whether some version reads it: one may be taken over
        named: dict[Path, str] = {}
        for version in self.file.version:
            made = builder.version(version, version.valid_from)
            if made is not None:
                read |= made.reads
                for name, facts in made.steps.items():
                    path = facts.entry.path
                    named[path] = name
                    steps[path] = steps.get(path, False) or name in made.reads
        for path, used in steps.items():
            if not used:
                self.note_unused(path, "step", named[path])
        read |= {n for note in self.file.note for n in _named(note.when)}
        for name in tuple(read):
            entry = self.file.input.get(name)
            read |= set(re.findall("[a-z][a-z0-9_]*", entry.or_formula)) if entry else set()
        for name, entry in self.file.input.items():
            if name not in read:
                self.note_unused(entry.path, "input", name)
        figures = [*self.file.parameter.items()]
        for version in self.file.version:
            figures += version.parameter.items()
        for name, figure in figures:
            if name not in read and not figure.note:
                self.note_unused(
                    figure.path,
                    "parameter",
                    name,
                    "take it out, or say in its note what it is for",
                )
        asked = {word for when in _whens(self.file) for word in when}
        for name, listed in self.file.list.items():
            if not asked & {f"in {name}", f"not in {name}"}:
                self.note_unused(listed.path, "list", name)
        cited = {getattr(section, "source", None) for section, _ in sections(self.file, ())
                 if isinstance(getattr(section, "source", None), str)}  # fmt: skip
        for name in self.file.source.keys() - cited:
            self.note_unused(("source", name), "source", name)

    def note_unused(self, path: Path, kind: str, name: str, remedy: str = "take it out") -> None:
        """Note something that nothing reads."""
        self.notes.warning(path, "unused", Phrase(_UNUSED[kind], name=name), remedy)


def sections(value: Any, path: Path) -> Iterator[tuple[Any, Path]]:
    """Yield a section and all that it holds, with their places."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from sections(item, (*path, key))
    elif isinstance(value, tuple):
        for n, item in enumerate(value):
            yield from sections(item, (*path, n))
    elif attrs.has(type(value)) and keys_of(type(value)):
        path = getattr(value, "path", ()) or path
        yield value, path
        for key, field in keys_of(type(value)).items():
            if _holds_sections(field.metadata["kind"]):
                yield from sections(getattr(value, field.name), (*path, key))


def _holds_sections(kind: Kind) -> bool:
    match kind:
        case Part():
            return True
        case Listing(of) | Table(of):
            return _holds_sections(of)
        case _:
            return any(_holds_sections(one) for one in getattr(kind, "kinds", ()))


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, Texts]]:
    if isinstance(value, Texts):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Texts):
                yield (*path, key), item


def _sourced(step: Any) -> bool:
    """Say whether a step, or each of its rows, names its source."""
    rows = (*step.row, *step.candidate, *step.part)
    return step.source is not None or (bool(rows) and all(row.source is not None for row in rows))


def _whens(value: Any) -> Iterator[tuple[str, ...]]:
    """Yield the texts of the conditions of a file."""
    for section, _ in sections(value, ()):
        when = getattr(section, "when", ())
        for one in when if isinstance(when, tuple) else (when,):
            yield tuple(text for text in one.values() if isinstance(text, str))


def _named(when: Any) -> Iterator[str]:
    for one in when if isinstance(when, tuple) else (when,):
        yield from one
