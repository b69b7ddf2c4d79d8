"""Rules by name and day: those that ship, those of folders, those of installed packages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar
from unicodedata import normalize

import attrs

from tarifs_solidaires.catalogue import Joined, Phrase, phrase, system_reason
from tarifs_solidaires.errors import DateError, Fault, RuleError, nearest
from tarifs_solidaires.rules.build import Builder
from tarifs_solidaires.rules.dated import made_parts
from tarifs_solidaires.rules.file import (
    FORMAT,
    LANGUAGE,
    NAMES,
    RULE_NAME,
    SHARED_NAME,
    JurisdictionFile,
    RuleFile,
    VersionEntry,
    VocabularyFile,
)
from tarifs_solidaires.rules.keys import Reader, read_section
from tarifs_solidaires.rules.toml import MAX_BYTES, read_toml
from tarifs_solidaires.rules.toml_lines import line_of, lines_of
from tarifs_solidaires.values.frozen import EMPTY
from tarifs_solidaires.values.texts import NO_TEXT

GROUP = "tarifs_solidaires.rules"  # entry points of packages that carry rules
Folder: TypeAlias = str | Path
Beyond: TypeAlias = Literal["error", "last_known"]
File = TypeVar("File", VocabularyFile, JurisdictionFile)

_PACKAGE = "tarifs_solidaires.rules"


def list_rules(folders: Sequence[Folder] = ()) -> tuple[str, ...]:
    """Return the names of the rules that can be loaded.

    Parameters
    ----------
    folders : sequence of str or Path
        Folders that hold ``TERRITORY/SCHEME.toml``, besides the rules that ship with the package
        and those of installed packages.

    Returns
    -------
    tuple of str
        Names, ``territory/scheme``, sorted.

    Raises
    ------
    RuleError
        Where a folder does not exist.

    Examples
    --------
    >>> "nantes/transport" in list_rules()
    True
    """
    return tuple(sorted({name for root in _roots(folders) for name in _names(root)}))


def _paths(folders: Folder | Sequence[Folder]) -> list[Path]:
    return [Path(folders)] if isinstance(folders, str | Path) else [Path(one) for one in folders]


def _roots(folders: Folder | Sequence[Folder]) -> list[Any]:
    found: list[Any] = []
    for path in _paths(folders):
        if not path.is_dir():
            raise RuleError(
                Fault(code="no_folder", where=str(path), template="this folder does not exist",
                      remedy="name a folder that contains TERRITORY/SCHEME.toml")
            )  # fmt: skip
        found.append(path)
    return [*found, files(_PACKAGE) / "territories", *_installed()]


@lru_cache(maxsize=1)
def _installed() -> tuple[Any, ...]:
    from importlib.metadata import entry_points  # takes as long to import as all of this package

    return tuple(files(point.value) for point in entry_points(group=GROUP))


@lru_cache(maxsize=1)
def shipped_inputs() -> frozenset[str]:
    """Return the names of all inputs that rules and vocabularies of the package declare."""
    texts = [find_text(name)[0] for name in _names(files(_PACKAGE) / "territories")]
    root = files(_PACKAGE) / "vocabulary"
    texts += [root.joinpath(f"{name}.toml").read_text("utf-8") for name in list_vocabularies()]
    return frozenset(name for text in texts for name in read_toml(text).get("input", {}))


def _names(root: Traversable) -> Iterable[str]:
    for folder in root.iterdir():
        if folder.is_dir() and re.fullmatch(r"[a-z0-9-]+", folder.name):
            for file in folder.iterdir():
                name = f"{folder.name}/{file.name.removesuffix('.toml')}"
                if file.name.endswith(".toml") and re.fullmatch(RULE_NAME, name):
                    yield name


def load_parts(
    name: Folder, on: str | dt.date, *, beyond: Beyond = "error", folders: Sequence[Folder] = ()
) -> dict[str, Any]:
    """Return the parts of a rule on a day; see ``load_rule``."""
    day = _day(on)
    file, shared = read_rule(name, folders)
    if beyond not in ("error", "last_known"):
        raise DateError(
            Fault(code="option", template="beyond: {value!r} is unknown",
                  remedy="write 'error' or 'last_known'", data={"value": beyond})
        )  # fmt: skip
    last = _known(file, day, beyond)
    return made_parts(file, shared, day, last, {})


def known_days(file: RuleFile) -> list[tuple[dt.date, dt.date]]:
    """Return the spans of days for which a rule is known, joined where they touch."""
    return _merged(_spans(file))


def _spans(file: RuleFile) -> list[tuple[dt.date, dt.date]]:
    builder = Builder(file, (), Reader(file.languages))
    return [(v.valid_from, builder.valid_to(v)) for v in file.version]


def _known(file: RuleFile, day: dt.date, beyond: Beyond) -> dt.date | None:
    """Return the last known day where a day lies beyond; None where it is known."""
    spans = _spans(file)
    if any(first <= day <= last for first, last in spans):
        return None
    before = [span for span in spans if span[0] <= day]
    if before and beyond == "last_known":
        return max(before)[1]
    known = spans_text(_merged(spans))
    raise DateError(
        Fault(
            code="unknown_day", where=file.name, template="is known {known}, not on {value}",
            remedy="ask for a day between, or for the last known rule, with --beyond last_known; "
            'in Python, beyond="last_known"'
            if before else "ask for a day between",
            data={"value": day.isoformat(), "known": known,
                  "spans": [(a.isoformat(), b.isoformat()) for a, b in spans]},
        )
    )  # fmt: skip


def spans_text(spans: Iterable[tuple[dt.date, dt.date]]) -> Phrase:
    """Return some spans of days in words."""
    return Joined(
        [Phrase("from {first} to {last}", first=str(a), last=str(b)) for a, b in spans], "and"
    )


def _merged(spans: Sequence[tuple[dt.date, dt.date]]) -> list[tuple[dt.date, dt.date]]:
    found: list[tuple[dt.date, dt.date]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + dt.timedelta(days=1):
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def read_rule(
    name: Folder, folders: Sequence[Folder] = ()
) -> tuple[RuleFile, tuple[VocabularyFile, ...]]:
    """Return a rule file and the vocabularies that it uses, read again only when a file changed.

    Raises
    ------
    RuleError
        Where there is no such rule, or the file is not one: every fault at once.
    """
    text, where, roots = find_text(name, folders)
    return _parsed(text, where, tuple(str(root) for root in roots))


def find_text(name: Folder, folders: Sequence[Folder] = ()) -> tuple[str, str, list[Any]]:
    """Return the text of a rule, what it is called in errors, and where its vocabularies are."""
    if not isinstance(name, str | Path):
        raise RuleError(
            Fault(code="type", template="a rule is named by a text such as 'nantes/transport', not {value!r}",
                  data={"value": name})
        )  # fmt: skip
    label = str(name)
    if label.endswith(".toml"):
        path = Path(name)
        near = path.absolute().parent
        return _text_of(path, label), label, [near, near.parent, *_paths(folders)]
    if re.fullmatch(RULE_NAME, label):
        territory, scheme = label.split("/")
        for root in _roots(folders):
            file = root.joinpath(territory, f"{scheme}.toml")
            if file.is_file() or _odd(file):
                return _text_of(file, label, root), label, [root, *_paths(folders)]
    known = list_rules(folders)
    there = Path(label).exists()
    raise RuleError(
        Fault(
            code="no_rule", input=label,
            template="{input}: no rule file" if there else "there is no rule {input!r}",
            remedy="the name of a rule file ends in .toml" if there else nearest(label, known),
        )
    )  # fmt: skip


def _odd(file: Traversable) -> bool:
    """Say whether something stands there that is neither a file nor nothing."""
    return isinstance(file, Path) and file.exists()


def _text_of(file: Traversable, where: str, root: Traversable | None = None) -> str:
    """Return the text of a file, having read no more of it than a rule may have.

    Parameters
    ----------
    file : Traversable
        The file.
    where : str
        What it is called in errors.
    root : Traversable, optional
        The folder that it must stand in, links followed.
    """
    if not isinstance(file, Path):  # inside an archive
        return file.read_text("utf-8")
    try:
        if not file.is_file():
            if not file.exists():
                raise _no_file(where, "no such file", "check the path")
            kind = Phrase("is a folder") if file.is_dir() else Phrase("is not a regular file")
            raise _no_file(where, kind, "check the path")
        if isinstance(root, Path) and not file.resolve().is_relative_to(root.resolve()):
            raise _no_file(where, "is a link to a file outside its folder", "copy the file")
        with file.open("rb") as stream:
            read = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = Phrase("cannot be read ({reason})", reason=system_reason(error))
        raise _no_file(where, reason, "check the path") from None
    if len(read) > MAX_BYTES:
        raise RuleError(
            Fault(code="too_large", where=where, template="is larger than {most:,} bytes",
                  remedy="check that it is a rule", data={"most": MAX_BYTES})
        )  # fmt: skip
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = read.count(b"\n", 0, error.start) + 1
        raise RuleError(
            Fault(code="not_utf8", where=f"{where}:{line}", template="is not UTF-8", line=line,
                  remedy="save the file as UTF-8")
        ) from None  # fmt: skip


def _no_file(where: str, reason: str, remedy: str) -> RuleError:
    return RuleError(Fault(code="no_file", where=where, template=phrase(reason), remedy=remedy))


@lru_cache(maxsize=128)
def _parsed(
    text: str, where: str, roots: tuple[str, ...]
) -> tuple[RuleFile, tuple[VocabularyFile, ...]]:
    file, shared, reader = parse_text(text, where, roots)
    if file is None or reader.remarks:
        raise RuleError(*faults_of(reader, text, where))
    return file, shared


def parse_text(
    text: str, where: str, roots: Sequence[str] = ()
) -> tuple[RuleFile | None, tuple[VocabularyFile, ...], Reader]:
    """Return the sections of a rule file, its vocabularies, and all that is wrong.

    Every part that can be read is read, and what follows only from another fault is not noted.

    Raises
    ------
    RuleError
        Where the text is not TOML.
    """
    data = read_toml(text, where)
    reader = Reader(_languages(data), data)
    if data.get("format") == 1:
        reader.wrong(
            ("format",), "old_format", "this file has format 1",
            "write it in format 2: see docs/reference/rule_file.md",
        )  # fmt: skip
        return None, (), reader
    stand_ins = {"format": FORMAT, "name": "a/b", "languages": reader.languages or ("en",),
                 "title": NO_TEXT, "output": EMPTY, "version": ()}  # fmt: skip
    file: RuleFile = read_section(RuleFile, data, (), reader, stand_ins=stand_ins)
    if not file.languages:  # none of them is one
        file = attrs.evolve(file, languages=("en",))
    reader.blind = any(remark.path[:1] == ("use",) for remark in reader.remarks)
    shared = tuple(_shared(file, reader, tuple(roots)))
    read = _read(file)
    lost = _stated(data) - read
    reader.lost = lost | frozenset(map(_folded, lost)) - read
    _check_versions(file, reader)
    builder = Builder(file, shared, reader)
    for entry in file.version:
        builder.version(entry, entry.valid_from)
    builder.check_file()
    return file, shared, reader


def _shared(file: RuleFile, reader: Reader, roots: tuple[str, ...]) -> Iterable[VocabularyFile]:
    for position, name in enumerate(file.use):
        try:
            vocabulary = load_vocabulary(name, roots)
        except RuleError as error:
            vocabulary = None
            reader.wrong(
                ("use", position), "vocabulary", "the vocabulary {name!r} cannot be used: {reason}",
                "correct that file", name=name, reason=error.errors[0],
            )  # fmt: skip
        else:
            if vocabulary is None:
                reader.wrong(
                    ("use", position), "no_vocabulary", "there is no vocabulary {name!r}",
                    nearest(name, list_vocabularies(roots)), name=name,
                )  # fmt: skip
        if vocabulary is None:
            reader.blind = True
        else:
            yield vocabulary


def _stated(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the names that a file gives to something, whether or not that could be read."""
    versions = data.get("version")
    holders = [data, *(versions if isinstance(versions, list) else [])]
    found: set[str] = set()
    for holder in holders:
        if not isinstance(holder, Mapping):
            continue
        for key in ("input", "output", "parameter", "list"):
            named = holder.get(key)
            found |= named.keys() if isinstance(named, Mapping) else set()
        steps = holder.get("step")
        for step in steps if isinstance(steps, list) else []:
            if isinstance(step, Mapping) and isinstance(step.get("name"), str):
                found.add(step["name"])
    return frozenset(found)


def _folded(name: str) -> str:
    """Return the name that one with capitals, accents or hyphens is likely meant to be."""
    plain = normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"\W", "_", plain)


def _read(file: RuleFile) -> frozenset[str]:
    found = {*file.input, *file.output, *file.parameter, *file.list}
    for version in file.version:
        found |= {*version.parameter, *(step.name for step in version.step)}
    return frozenset(found)


def _check_versions(file: RuleFile, reader: Reader) -> None:
    before: VersionEntry | None = None
    for entry in file.version:
        if before is not None and entry.valid_from <= before.valid_from:
            reader.wrong(
                (*entry.path, "valid_from"), "order",
                "this version begins on {day}, the one before it on {earlier}",
                "put the versions in the order of their days", day=str(entry.valid_from),
                earlier=str(before.valid_from),
            )  # fmt: skip
        if entry.known_until is not None and entry.known_until < entry.valid_from:
            reader.wrong(
                (*entry.path, "known_until"), "known_until", "is before this version begins",
                "write a later day",
            )  # fmt: skip
        before = entry
    if file.known_until and before is not None and file.known_until < before.valid_from:
        reader.wrong(
            ("known_until",),
            "known_until",
            "is before the last version begins",
            "write a later day",
        )


def _languages(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages that a file declares; none where that is not clear."""
    found = data.get("languages")
    good = isinstance(found, list) and all(
        isinstance(lang, str) and re.fullmatch(LANGUAGE, lang) for lang in found
    )
    return tuple(found) if good and isinstance(found, list) else ()


def faults_of(reader: Reader, text: str, where: str) -> list[Fault]:
    """Return what a reader noted as faults with their lines, in the order of the file."""
    lines = lines_of(text)
    found = []
    for remark in reader.remarks:
        line = line_of(remark.path, lines)
        place = place_text(remark.path, reader.data)
        file = f"{where}:{line}" if where and line else where
        found.append(
            Fault(
                code=remark.code, template=remark.template, remedy=remark.remedy, line=line,
                where=": ".join(filter(None, (file, place))), data=remark.data,
            )
        )  # fmt: skip
    return sorted(found, key=lambda fault: fault.line or 0)


_NAMED = ("input", "output", "parameter", "list", "source")


def place_text(path: Sequence[str | int], data: Any = None) -> str:
    """Return a place of a file in words: ``version 2024-09-01, step prix, row 3, when``."""
    words: list[str] = []
    for position, part in enumerate(path):
        data = _inside(data, part)
        if isinstance(part, int):
            words[-1] = f"{words[-1]} {_called(words[-1], data) or part + 1}"
        elif position and path[position - 1] in _NAMED and len(words) == position:
            words[-1] = f"{words[-1]} {part}"
        else:
            words.append(part)
    return ", ".join(word if len(word) <= 80 else f"{word[:79]}…" for word in words)


def _inside(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None


def _called(word: str, item: Any) -> str:
    """Return what an item of a list is called in place of its number."""
    named = item if isinstance(item, Mapping) else {}
    day, name = named.get("valid_from"), named.get("name")
    if word == "version" and isinstance(day, dt.date):
        return str(day)
    if word == "step" and isinstance(name, str) and re.fullmatch(NAMES, name):
        return name
    return ""


def list_vocabularies(roots: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the names of the vocabularies that ship with the package or stand in folders."""
    found: set[str] = set()
    for base in _vocabulary_roots(roots):
        found |= set(_vocabulary_names(base, ""))
    return tuple(sorted(found))


def _vocabulary_roots(roots: tuple[str, ...]) -> list[Any]:
    own = [Path(root) / "vocabulary" for root in roots if Path(root).is_dir()]
    return [*(path for path in own if path.is_dir()), files(_PACKAGE) / "vocabulary"]


def _vocabulary_names(folder: Traversable, above: str) -> Iterable[str]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _vocabulary_names(item, f"{above}{item.name}/")
        elif item.name.endswith(".toml"):
            yield f"{above}{item.name.removesuffix('.toml')}"


def load_vocabulary(name: str, roots: tuple[str, ...] = ()) -> VocabularyFile | None:
    """Return a vocabulary by its name; None where there is none.

    Raises
    ------
    RuleError
        Where the file is not a vocabulary.
    """
    if re.fullmatch(SHARED_NAME, name) is None:
        return None
    *folders, last = name.split("/")
    for base in _vocabulary_roots(roots):
        file = base.joinpath(*folders, f"{last}.toml")
        if file.is_file() or _odd(file):
            return _vocabulary(_text_of(file, f"vocabulary {name}", base), name)
    return None


@lru_cache(maxsize=128)
def _vocabulary(text: str, name: str) -> VocabularyFile:
    found: VocabularyFile = read_file(VocabularyFile, text, f"vocabulary {name}")
    return found


def list_jurisdictions() -> tuple[str, ...]:
    """Return the codes of the jurisdictions that ship with the package."""
    folder = files(_PACKAGE) / "jurisdictions"
    names = (one.name for one in folder.iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


@lru_cache(maxsize=32)
def load_jurisdiction(code: str) -> JurisdictionFile | None:
    """Return whose law a notice quotes, by its code; None where there is none of that code."""
    file = files(_PACKAGE) / "jurisdictions" / f"{code}.toml"
    if re.fullmatch(r"[a-z]{2}(?:-[a-z0-9]+)*", code) is None or not file.is_file():
        return None
    found: JurisdictionFile = read_file(
        JurisdictionFile, file.read_text("utf-8"), f"jurisdiction {code}"
    )
    return found


def read_any(
    data: Mapping[str, Any],
) -> tuple[VocabularyFile | JurisdictionFile | None, Reader]:
    """Return a file that is not a rule, with all that is wrong; None where it may be meant as one."""
    reader = Reader(_languages(data), data)
    kind: type[Any] = JurisdictionFile if "code" in data else VocabularyFile
    stand_ins = {"format": FORMAT, "name": "a/b", "code": "aa", "label": NO_TEXT,
                 "languages": reader.languages or ("en",)}  # fmt: skip
    if kind is VocabularyFile and not data.keys() & {"input", "parameter", "list"}:
        return None, reader
    return read_section(kind, data, (), reader, stand_ins=stand_ins), reader


def read_file(kind: type[File], text: str, where: str) -> File:
    """Return a vocabulary or a jurisdiction.

    Raises
    ------
    RuleError
        Where the file is not one: every fault at once.
    """
    data = read_toml(text, where)
    reader = Reader(_languages(data), data)
    # a rule that uses it names its places by the file too
    found: File = read_section(kind, data, (where,), reader)
    if reader.remarks:
        reader.remarks = [attrs.evolve(r, path=r.path[1:]) for r in reader.remarks]
        raise RuleError(*faults_of(reader, text, where))
    return found


def _day(on: object) -> dt.date:
    if isinstance(on, dt.datetime):
        return on.date()
    if isinstance(on, dt.date):
        return on
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(on)):
        with suppress(ValueError):
            return dt.date.fromisoformat(str(on))
    raise DateError(
        Fault(code="no_day", template="{value!r} is not a day",
              remedy="write YYYY-MM-DD, such as 2020-10-01", data={"value": on})
    )  # fmt: skip
