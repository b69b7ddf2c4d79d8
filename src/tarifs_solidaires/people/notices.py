"""Notices for everyone in a file: a page a person, or one PDF of all."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.catalogue import Joined, Phrase, system_reason
from tarifs_solidaires.errors import Fault, InputError, TableError
from tarifs_solidaires.people.columns import Given
from tarifs_solidaires.people.files import Dates, read_table
from tarifs_solidaires.people.rows import moved, parted
from tarifs_solidaires.people.writing import table_error, written, written_bytes
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.say.language import chosen
from tarifs_solidaires.say.many import contents
from tarifs_solidaires.say.notice import Content, Explanation, check_role
from tarifs_solidaires.say.pdf import to_pdf

Array = npt.NDArray[Any]
Form: TypeAlias = Literal["html", "text", "markdown", "json", "pdf"]

SUFFIXES: Mapping[str, str] = {
    "html": ".html", "text": ".txt", "markdown": ".md", "json": ".json", "pdf": ".pdf",
}  # fmt: skip
PART = 500  # notices that a process writes before it says so
FEW = 1_000  # notices for which no process is started
RECORD = "notices.json"  # what a folder holds notices of, so that they can be resumed
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_-])?")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # devices on Windows


@attrs.frozen
class Summary:
    """What was written.

    Parameters
    ----------
    people : int
        Rows of the file.
    written : int
        Notices that were written now; the others were there already.
    without : int
        People without a result, whose notice says why.
    """

    people: int
    written: int
    without: int


@attrs.frozen(kw_only=True)
class Order:
    """What every notice of a file has in common.

    Parameters
    ----------
    rule : Rule
        The rule.
    form : str
        ``html``, ``text``, ``markdown``, ``json`` or ``pdf``.
    lang : str
        Language.
    role, contact : str or None
        Part of the computation in the decision; where the authority can be reached.
    origin, holder : mapping of str to str
        Where data come from, and who holds them, where the rule does not say so.
    """

    rule: Rule
    form: Form
    lang: str | None
    role: str | None = None
    contact: str | None = None
    origin: Mapping[str, str] = attrs.field(factory=dict)
    holder: Mapping[str, str] = attrs.field(factory=dict)

    def contents(self, given: Mapping[str, Given], positions: Sequence[int]) -> Iterator[Content]:
        """Yield what the notices of some people say, in order."""
        places = np.asarray(positions, dtype=np.int64)
        some = {name: column.take(places) for name, column in given.items()}
        groups = np.empty(len(places), dtype=np.int64)
        found = []
        for number, (rows, values) in enumerate(parted(self.rule, some)):
            groups[rows] = number
            result = self.rule.compute(values, errors="null")
            found.append(
                contents(result, range(len(rows)), self.lang,
                         origin=self.origin, role=self.role, holder=self.holder)
            )  # fmt: skip
        for number in groups.tolist():
            yield next(found[number])

    def made(self, content: Content) -> bytes:
        """Return one notice."""
        if self.form == "html":
            return f"{content.page(self.contact)}\n".encode()
        notice = Explanation(content.facts, content.changes, content.lang, "", self.role)
        match self.form:
            case "pdf":
                return notice.to_pdf(self.contact)
            case "json":
                return f"{notice.to_json()}\n".encode()
            case "markdown":
                return notice.to_markdown(self.contact).encode()
            case _:
                return f"{notice.to_text(self.contact)}\n".encode()

    def write(
        self, given: Mapping[str, Given], positions: Sequence[int], files: Sequence[Path]
    ) -> int:
        """Write the notices of some people, each at once under its name; return how many."""
        for content, file in zip(self.contents(given, positions), files, strict=True):
            draft = file.with_name(f".{file.name}.part")
            try:
                draft.write_bytes(self.made(content))
                draft.replace(file)
            except OSError as error:
                raise table_error(
                    "not_written", file, "cannot be written ({reason})", "free some space, then continue",
                    reason=system_reason(error),
                ) from None  # fmt: skip
            finally:
                draft.unlink(missing_ok=True)
        return len(files)


def write_notices(
    rule: Rule,
    source: str | Path,
    target: str | Path,
    *,
    dates: Dates = "",
    form: Form = "html",
    lang: str | None = None,
    name: str | None = None,
    role: str | None = None,
    contact: str | None = None,
    origin: Mapping[str, str] | None = None,
    holder: Mapping[str, str] | None = None,
    processes: int = 1,
    never: Collection[Path] = (),
    said_in: str = "en",
) -> Summary:
    r"""Write the notice of each person of a file.

    Parameters
    ----------
    rule : Rule
        The rule.
    source : str or Path
        File of people, as for ``compute_file``.
    target : str or Path
        Folder, in which each person has a file; or one ``.pdf`` file of all notices.
    dates : {"", "dd/mm/yyyy", "mm/dd/yyyy"}
        As for ``compute_file``.
    form : {"html", "text", "markdown", "json", "pdf"}
        What a notice is written as; one PDF of all is always a PDF.
    lang : str, optional
        Language, as for ``Result.explain``.
    name : str, optional
        Column by which files are named; the number of the row where it is left out.
    role, contact, origin, holder
        As for ``Result.explain`` and ``Explanation.to_html``.
    processes : int
        How many work at the same time. With more than 1, a program that calls this needs the
        usual ``if __name__ == "__main__":``.
    never : collection of Path
        Files that the one PDF must not be.
    said_in : {"en", "fr", "pt"}
        Language of the progress bar, which is that of messages and not of the notices.

    Returns
    -------
    Summary
        How many people there are, and how many notices were written.

    Raises
    ------
    TableError
        Where the file cannot be read, a name cannot be that of a file or stands twice, or the
        folder holds notices of something else.
    InputError
        Where an input is missing, or WeasyPrint for a PDF.

    Notes
    -----
    A file takes its name once it is complete. A folder notes in ``notices.json`` what its notices
    are of, so that the same call goes on where the last one was stopped; a notice that the system
    cut short is written again.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tarifs_solidaires import load_rule
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "people.csv").write_text("id,quotient_familial\nA12,350\nB7,620\n")
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> write_notices(rule, folder / "people.csv", folder / "notices", name="id")
    Summary(people=2, written=2, without=0)
    >>> sorted(path.name for path in (folder / "notices").iterdir())
    ['A12.html', 'B7.html', 'notices.json']
    """
    source, target = Path(source), Path(target)
    check_role(role)
    chosen(rule, lang)
    if form not in SUFFIXES:
        raise table_error("form", "form", "{form!r} is unknown", "write {known}", form=form,
                          known=Joined(SUFFIXES, "or"))  # fmt: skip
    columns = read_table(source, rule.all_inputs, (), dates=dates)
    given = {n: column for n, column in columns.items() if n in rule.all_inputs}
    size = len(next(iter(columns.values())))
    without = _without(rule, source, given, size)
    order = Order(
        rule=rule, form=form, lang=lang, role=role, contact=contact, origin=origin or {},
        holder=holder or {},
    )  # fmt: skip
    next(iter(order.contents(given, [0])))  # what is wrong with all of them is said at once
    if target.suffix.lower() == ".pdf":
        _write_one(order, given, size, target, [source, *never], said_in)
        return Summary(size, size, without)
    names = _names(source, {n: column.values for n, column in columns.items()}, name, size)
    files = [target / f"{one}{SUFFIXES[form]}" for one in names]
    _make_folder(target)
    _record(target, _print(order, given, names), source)
    left = [i for i, file in enumerate(files) if not _is_complete(file, form)]
    with _progress(size, size - len(left), said_in) as done:
        _write_all(order, given, left, files, processes, done)
    return Summary(size, len(left), without)


def _without(rule: Rule, source: Path, given: Mapping[str, Given], size: int) -> int:
    """Return how many people have no result."""
    if not given:
        rule.compute({}, errors="null")  # which says what is missing, where something is
        return 0
    count = 0
    for rows, values in parted(rule, given):
        try:
            refused = rule.compute(values, errors="null").reason_number
        except InputError as error:
            faults = [
                attrs.evolve(
                    fault if len(rows) == size else moved(fault, rows + 1), where=str(source)
                )
                for fault in error.errors
            ]
            raise InputError(*faults) from None
        count += int(np.count_nonzero(np.broadcast_to(refused, (len(rows),))))
    return count


# -- what notices are written to ---------------------------------------------------------------


def _names(
    source: Path, columns: Mapping[str, Array], name: str | None, size: int
) -> Sequence[str]:
    """Return the name of each file, without its suffix."""
    if name is None:
        width = len(str(size))
        return [f"{number:0{width}}" for number in range(1, size + 1)]
    if name not in columns:
        raise table_error("no_column", source, "there is no column {name!r}", "write one of {known}",
                          name=name, known=Joined(columns))  # fmt: skip
    names = [str(value) for value in columns[name].tolist()]
    faults, seen = list[Fault](), dict[str, int]()
    for row, text in enumerate(names, 1):
        key = text.casefold()  # two files on a system that tells no capitals
        if not _NAME.fullmatch(text) or _RESERVED.fullmatch(text):
            faults.append(
                Fault(code="file_name", where=str(source), positions=(row,),
                      template="{column}, row {row}: {value!r} cannot be the name of a file",
                      remedy="write letters without accents, digits, -, _ and . only",
                      data={"column": name, "row": row, "value": text[:100]})
            )  # fmt: skip
        elif key in seen:
            faults.append(
                Fault(code="double_name", where=str(source), positions=(row,),
                      template="{column}, rows {first} and {row}: {value!r} appears twice",
                      remedy="name files by a column that tells people apart",
                      data={"column": name, "first": seen[key], "row": row, "value": text})
            )  # fmt: skip
        seen.setdefault(key, row)
    if faults:
        raise TableError(*faults)
    return names


def _make_folder(target: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise table_error(
            "no_folder", target, "cannot be a folder ({reason})", "choose another --output",
            reason=system_reason(error),
        ) from None  # fmt: skip


def _record(target: Path, mark: str, source: Path) -> None:
    """Note what the notices of a folder are of; refuse a folder that holds others."""
    file = target / RECORD
    if file.exists():
        with suppress(OSError, ValueError, TypeError, KeyError):
            if json.loads(file.read_text("utf-8"))["of"] == mark:
                return
        raise table_error(
            "other_notices", target, "the folder contains notices of other people, of another "
            "rule, or with other options", "choose an empty folder",
        )  # fmt: skip
    if any(target.iterdir()):
        raise table_error(
            "not_empty", target, "the folder contains other files", "choose an empty folder"
        )
    with written(file, never=[source]) as text:
        text.write(json.dumps({"of": mark, "people": source.name}) + "\n")


def _print(order: Order, given: Mapping[str, Given], names: Sequence[str]) -> str:
    """Return a digest of all that notices are made of."""
    rule = order.rule
    parts: list[Any] = [
        rule.file, rule.shared, rule.on, rule.last_known, dict(rule.changes), order.form,
        chosen(rule, order.lang), order.role, order.contact, sorted(order.origin.items()),
        sorted(order.holder.items()),
    ]  # fmt: skip
    digest = hashlib.sha256(repr(parts).encode())
    for name in sorted(given):
        digest.update(repr((name, given[name].values.tolist())).encode())
    digest.update(repr(list(names)).encode())
    return digest.hexdigest()


_ENDS: Mapping[str, bytes] = {"html": b"</html>\n", "json": b"}\n", "pdf": b"%%EOF"}


def _is_complete(file: Path, form: Form) -> bool:
    """Say whether a notice is there; after a power cut, a file can be shorter than it was."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(size - 16, 0))
            end = stream.read()
    except OSError:
        return False
    return size > 0 and _ENDS.get(form, b"\n") in end


# -- writing -----------------------------------------------------------------------------------


@contextmanager
def _progress(total: int, done: int, lang: str) -> Iterator[Callable[[int], object]]:
    from tqdm import tqdm

    with tqdm(
        total=total, initial=done, unit=f" {Phrase('notices').say(lang)}", delay=2, disable=None
    ) as bar:
        yield bar.update


def _write_all(
    order: Order, given: Mapping[str, Given], left: Sequence[int], files: Sequence[Path],
    processes: int, done: Callable[[int], object],
) -> None:  # fmt: skip
    parts = [left[start : start + PART] for start in range(0, len(left), PART)]
    if processes < 2 or len(left) <= FEW:
        for part in parts:
            done(order.write(given, part, [files[i] for i in part]))
        return
    pool = ProcessPoolExecutor(
        min(processes, len(parts)), mp_context=get_context("spawn"),
        initializer=_start, initargs=(order,),
    )  # fmt: skip
    try:
        work = []
        for part in parts:
            rows = np.asarray(part)
            mine = {name: column.take(rows) for name, column in given.items()}
            work.append(pool.submit(_write_part, mine, [files[i] for i in part]))
        for finished in as_completed(work):
            done(finished.result())
    finally:
        pool.shutdown(cancel_futures=True)


_order: Order | None = None  # what a process of its own works for


def _start(order: Order) -> None:
    global _order
    _order = order


def _write_part(given: Mapping[str, Given], files: Sequence[Path]) -> int:
    assert _order is not None  # noqa: S101
    return _order.write(given, range(len(files)), files)


def _write_one(
    order: Order, given: Mapping[str, Given], size: int, target: Path, never: Collection[Path],
    said_in: str,
) -> None:  # fmt: skip
    pages = []
    with _progress(size, 0, said_in) as done:
        for content in order.contents(given, range(size)):
            pages.append(content.page(order.contact))
            done(1)
    with written_bytes(target, never=never) as file:
        file.write(to_pdf(*pages))
