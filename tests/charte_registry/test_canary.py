"""A canary in every internal text of every kind, and no trace of it in what a command publishes."""

import datetime as dt
import io
import zipfile

import pytest

from charte_registry import (
    Register,
    diff,
    load_register,
    public,
    render_report,
    save_register,
    structure,
)
from charte_registry.cli import COMMANDS, main
from charte_registry.exchange.exporters.formats import FORMATS
from charte_registry.profiles.classes import paths
from charte_registry.records import KINDS
from charte_registry.records.base import INTERNE, is_internal
from charte_registry.records.formats import COURRIEL
from charte_registry.schema.examples import example
from charte_registry.schema.limits import EXACTLY_ONE
from charte_registry.schema.shape import TEXT, shapes

CANARY = "canari-b7e1"
YEAR = 2026


def _marked(cls, plain, path, reached, *, hidden):
    """Return plain data with a canary in every internal text that may hold one, its parts made."""
    made = dict(plain)
    for shape in shapes(cls):
        inside, here = hidden or shape.visibility == INTERNE, f"{path}.{shape.name}"
        if shape.part is not None:
            found = made.get(shape.name)
            if not found and not inside and not _has_internal(shape.part):
                continue
            items = found if isinstance(found, list) and found else [found or _least(shape.part)]
            items = [_marked(shape.part, item, here, reached, hidden=inside) for item in items]
            made[shape.name] = items if shape.several else items[0]
        elif inside and _is_free(shape):
            text = f"{CANARY}@example.org" if shape.form is COURRIEL else CANARY
            made[shape.name] = [text] if shape.several else text
            reached.add(here)
    return made


def _is_free(shape):
    """Return whether a field holds text that a person writes, which no code and no form limits."""
    return (
        shape.holds == TEXT
        and not shape.choices
        and not shape.reference
        and (shape.form is None or shape.form is COURRIEL or shape.form.accepts(CANARY))
    )


def _has_internal(cls):
    return any(s.visibility == INTERNE or (s.part and _has_internal(s.part)) for s in shapes(cls))


def _least(cls):
    """Return the least that a part states."""
    needed = {s.name for s in shapes(cls) if s.required} | set(EXACTLY_ONE.get(cls, ())[:1])
    return {
        s.name: s.choices[0] if s.choices else s.form.examples[0] if s.form else "x"
        for s in shapes(cls)
        if s.name in needed
    }


REACHED: set[str] = set()
MARKED = {
    kind: structure(cls, _marked(cls, example(kind), kind, REACHED, hidden=is_internal(cls)))
    for kind, cls in KINDS.items()
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a register whose every kind has a record, with a canary in all that is internal."""
    root = tmp_path_factory.mktemp("marked") / "registre"
    register = Register(
        titre="R", territoire="T", etat_au=dt.date(YEAR, 1, 1), annees=(YEAR,),
        records={kind: {record.id: record} for kind, record in MARKED.items()},
    )  # fmt: skip
    save_register(register, root)
    return root


def _hidden_texts():
    """Yield the path of each internal text that a person writes."""
    hidden = [kind for kind, cls in KINDS.items() if is_internal(cls)]
    for path, shape in paths(KINDS):
        if shape.visibility == INTERNE or any(path.startswith(f"{above}.") for above in hidden):
            hidden.append(path)
            if shape.part is None and _is_free(shape):
                yield path


def _given_away(content):
    """Return whether a canary is in a file, inside an archive included."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return any(_given_away(book.read(name)) for name in book.namelist())
    return CANARY.encode() in content


def _written(root):
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_every_internal_text_has_its_canary(folder):
    assert set(_hidden_texts()) == REACHED
    assert len(REACHED) > 60
    # What was marked is in the folder, so that a canary that is nowhere else was held back.
    assert sum(_given_away(content) for content in _written(folder).values()) >= len(
        {path.partition(".")[0] for path in REACHED}
    )


@pytest.mark.parametrize(
    "command",
    [
        ["public", "{folder}", "{out}/r"],
        ["report", "{folder}", "--year", "2026", "--output", "{out}/r.html", "--lang", "fr"],
        ["report", "{folder}", "--year", "2026", "--output", "{out}/r.html", "--lang", "en"],
        ["report", "{folder}", "--year", "2026", "--output", "{out}/r.html", "--lang", "pt"],
        ["report", "{folder}", "--year", "2026", "--output", "{out}/r.html", "--previous", "{empty}"],
        ["site", "{folder}", "{out}/site", "--lang", "fr,en,pt", "--base", "https://a.test/r/"],
        ["indicators", "{folder}", "--year", "2026"],
        ["indicators", "{folder}", "--year", "2026", "--format", "csv"],
        ["check", "{folder}", "--all"],
        ["check", "{folder}", "--lang", "fr"],
        ["check", "{folder}", "--format", "json", "--lang", "pt"],
        ["check", "{folder}", "--format", "sarif"],
        *(
            ["export", "{folder}", "--public", "--format", form, "--output", f"{{out}}/e.{form.rpartition('-')[2]}",
             "--base", "https://a.test/r/", "--contact", "registre@example.org", "--lang", lang]
            for form in sorted(FORMATS)
            for lang in (("fr", "en", "pt") if form in ("xlsx", "ods") else ("fr",))
        ),
    ],
    ids=lambda command: "-".join(command).replace("{folder}-", "").replace("/", ""),
)  # fmt: skip
def test_no_command_gives_a_canary_away(folder, tmp_path, capfd, command):
    empty = tmp_path / "empty"
    save_register(
        Register(
            titre="R", territoire="T", etat_au=dt.date(YEAR, 1, 1), annees=(YEAR,), records={}
        ),
        empty,
    )
    out = tmp_path / "out"
    out.mkdir()
    status = main([word.format(folder=folder, out=out, empty=empty) for word in command])
    printed = capfd.readouterr()
    assert status == (1 if command[0] == "check" else 0), printed.err
    written = _written(out)
    assert written or command[0] in ("check", "indicators")
    assert [path for path, content in written.items() if _given_away(content)] == []
    # A finding names its record: to the office, also by the identifier of an internal one.
    told = printed.out.replace(f"/{CANARY}", "/") if command[0] == "check" else printed.out
    assert CANARY not in told + printed.err


def test_what_changed_between_two_extracts_holds_no_canary(folder):
    extract = public(load_register(folder))
    without = public(Register(
        titre="R", territoire="T", etat_au=dt.date(YEAR, 1, 1), annees=(YEAR,), records={}
    ))  # fmt: skip
    changes = diff(without, extract)
    assert changes
    assert not any(CANARY in repr(change) + change.told("en") for change in changes)
    page = render_report(load_register(folder), YEAR, on=dt.date(YEAR, 1, 1), previous=without)
    assert CANARY not in page


def test_every_command_is_tried_or_is_for_the_office():
    """A new command is tried above, or named here as one that shows the office its own register."""
    tried = {"public", "report", "site", "indicators", "check", "export"}
    office = {"init", "new", "import", "query", "diff", "schema", "migrate"}
    assert set(COMMANDS) == tried | office
