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
from typing import Any, Literal, TypeAlias

from tarifs_solidaires.errors import DateError, Fault, RuleError, nearest
from tarifs_solidaires.rules.build import Builder
from tarifs_solidaires.rules.dated import made_parts
from tarifs_solidaires.rules.file import (
    RULE_NAME,
    JurisdictionFile,
    RuleFile,
    VersionEntry,
    VocabularyFile,
)
from tarifs_solidaires.rules.keys import NOTHING, Reader, Remark, read_section
from tarifs_solidaires.rules.toml import MAX_BYTES, read_toml
from tarifs_solidaires.rules.toml_lines import line_of, lines_of

GROUP = "tarifs_solidaires.rules"  # entry points of packages that carry rules
Folder: TypeAlias = str | Path
Beyond: TypeAlias = Literal["error", "last_known"]

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


def _roots(folders: Sequence[Folder]) -> list[Any]:
    found: list[Any] = []
    for folder in [folders] if isinstance(folders, str | Path) else folders:
        path = Path(folder)
        if not path.is_dir():
            raise RuleError(
                Fault(code="no_folder", where=str(folder), template="no such folder",
                      remedy="name a folder that holds TERRITORY/SCHEME.toml")
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
    known = " and ".join(f"from {first} to {last}" for first, last in _merged(spans))
    raise DateError(
        Fault(
            code="unknown_day", where=file.name, template="is known {known}, not on {value}",
            remedy="ask for a day between" + (
                ", or for the last known rule (beyond=\"last_known\")" if before else ""
            ),
            data={"value": day.isoformat(), "known": known,
                  "spans": [(a.isoformat(), b.isoformat()) for a, b in spans]},
        )
    )  # fmt: skip


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
            Fault(code="type", template="a rule is named by text such as 'nantes/transport', not {value!r}",
                  data={"value": name})
        )  # fmt: skip
    label = str(name)
    if label.endswith(".toml"):
        return _file_text(Path(name)), label, [Path(name).resolve().parent, *map(Path, folders)]
    for root in _roots(folders):
        if re.fullmatch(RULE_NAME, label):
            territory, scheme = label.split("/")
            file = root / territory / f"{scheme}.toml"
            if file.is_file():
                text = _file_text(file) if isinstance(file, Path) else file.read_text("utf-8")
                return text, label, [root, *map(Path, folders)]
    known = list_rules(folders)
    there = Path(label).exists()
    raise RuleError(
        Fault(
            code="no_rule", input=label,
            template="{input}: no rule file" if there else "no rule {input!r}",
            remedy="the name of a rule file ends in .toml" if there else nearest(label, known),
        )
    )  # fmt: skip


def _file_text(path: Path) -> str:
    where = str(path)
    try:
        if not path.is_file():
            kind = "is a folder" if path.is_dir() else "is no file that can be read"
            reason = kind if path.exists() else "no such file"
            raise RuleError(
                Fault(code="no_file", where=where, template=reason, remedy="check the path")
            )
        if path.stat().st_size > MAX_BYTES:
            raise RuleError(
                Fault(code="too_large", where=where, template="larger than {most:,} bytes",
                      remedy="no rule is", data={"most": MAX_BYTES})
            )  # fmt: skip
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RuleError(
            Fault(code="no_file", where=where, template="cannot be read ({reason})",
                  remedy="check the path", data={"reason": error.strerror or str(error)})
        ) from None  # fmt: skip
    except UnicodeDecodeError as error:
        raise RuleError(
            Fault(code="not_utf8", where=where, template="not UTF-8 at byte {place}",
                  remedy="save it as UTF-8", data={"place": error.start})
        ) from None  # fmt: skip


@lru_cache(maxsize=128)
def _parsed(
    text: str, where: str, roots: tuple[str, ...]
) -> tuple[RuleFile, tuple[VocabularyFile, ...]]:
    file, shared, reader = parse_text(text, where, roots)
    if file is None or reader.remarks:
        raise RuleError(*faults_of(reader.remarks, text, where))
    return file, shared


def parse_text(
    text: str, where: str, roots: Sequence[str] = ()
) -> tuple[RuleFile | None, tuple[VocabularyFile, ...], Reader]:
    """Return the sections of a rule file, its vocabularies, and all that is wrong."""
    data = read_toml(text, where)
    reader = Reader(_languages(data))
    if data.get("format") == 1:
        reader.wrong(
            ("format",), "old_format", "this file has format 1", "write it in format 2: see the "
            "reference of the rule file",
        )  # fmt: skip
        return None, (), reader
    file = read_section(RuleFile, data, (), reader)
    shared = []
    for position, name in enumerate(data.get("use", []) if file is not NOTHING else []):
        vocabulary = load_vocabulary(name, tuple(roots))
        if vocabulary is None:
            reader.wrong(
                ("use", position), "no_vocabulary", "there is no vocabulary {name!r}",
                nearest(str(name), list_vocabularies(tuple(roots))), name=name,
            )  # fmt: skip
        else:
            shared.append(vocabulary)
    if file is NOTHING:
        return None, (), reader
    _check_versions(file, reader)
    if not reader.remarks:
        builder = Builder(file, shared, reader)
        for entry in file.version:
            builder.version(entry, entry.valid_from)
    return file, tuple(shared), reader


def _check_versions(file: RuleFile, reader: Reader) -> None:
    days: list[VersionEntry] = []
    for entry in file.version:
        if days and entry.valid_from <= days[-1].valid_from:
            reader.wrong(
                (*entry.path, "valid_from"), "order", "versions are not in the order of their days",
                "order them", )  # fmt: skip
        days.append(entry)
    if file.known_until and days and file.known_until < days[-1].valid_from:
        reader.wrong(
            ("known_until",),
            "known_until",
            "is before the last version begins",
            "write a later day",
        )


def _languages(data: Mapping[str, Any]) -> tuple[str, ...]:
    found = data.get("languages")
    if isinstance(found, list) and all(isinstance(lang, str) for lang in found):
        return tuple(found)
    return ("en",)


def faults_of(remarks: Sequence[Remark], text: str, where: str) -> list[Fault]:
    """Return remarks as faults with their lines, in the order of the file."""
    lines = lines_of(text)
    found = []
    for remark in remarks:
        line = line_of(remark.path, lines)
        place = place_text(remark.path)
        found.append(
            Fault(
                code=remark.code, template=remark.template, remedy=remark.remedy, line=line,
                where=f"{where}:{line}: {place}" if line else f"{where}: {place}" if place else where,
                data=remark.data,
            )
        )  # fmt: skip
    return sorted(found, key=lambda fault: fault.line or 0)


def place_text(path: Sequence[str | int]) -> str:
    """Return a place of a file in words: ``version 2, step 1, row 3, when``."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int):
            words[-1] = f"{words[-1]} {part + 1}"
        else:
            words.append(part)
    return ", ".join(words)


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
    """Return a vocabulary by its name; None where there is none."""
    if re.fullmatch(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)+", name) is None:
        return None
    for base in _vocabulary_roots(roots):
        file = base.joinpath(*name.split("/")[:-1], f"{name.split('/')[-1]}.toml")
        if file.is_file():
            return _vocabulary(file.read_text("utf-8"), name)
    return None


@lru_cache(maxsize=128)
def _vocabulary(text: str, name: str) -> VocabularyFile:
    found: VocabularyFile = _section(VocabularyFile, text, name)
    return found


def load_jurisdiction(code: str) -> JurisdictionFile | None:
    """Return whose law a notice quotes, by its code; None where there is none of that code."""
    file = files(_PACKAGE) / "jurisdictions" / f"{code}.toml"
    if re.fullmatch(r"[a-z]{2}(?:-[a-z0-9]+)*", code) is None or not file.is_file():
        return None
    return _jurisdiction(file.read_text("utf-8"), code)


@lru_cache(maxsize=32)
def _jurisdiction(text: str, code: str) -> JurisdictionFile:
    found: JurisdictionFile = _section(JurisdictionFile, text, code)
    return found


def _section(kind: Any, text: str, where: str) -> Any:
    data = read_toml(text, where)
    reader = Reader(_languages(data))
    found = read_section(kind, data, (), reader)
    if reader.remarks or found is NOTHING:
        raise RuleError(*faults_of(reader.remarks, text, where))
    return found


def _day(on: str | dt.date) -> dt.date:
    if isinstance(on, dt.datetime):
        return on.date()
    if isinstance(on, dt.date):
        return on
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(on)):
        with suppress(ValueError):
            return dt.date.fromisoformat(str(on))
    raise DateError(
        Fault(code="no_day", template="{value!r} is no day",
              remedy="write YYYY-MM-DD, such as 2020-10-01", data={"value": on})
    )  # fmt: skip
