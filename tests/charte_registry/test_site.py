"""The public site: whole, valid, linked, public only, the same bytes each time."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import attrs
import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import records
from test_public import CANARY, with_canaries

from charte_registry import (
    Application,
    Hebergement,
    RegisterError,
    load_register,
    public,
    save_register,
)
from charte_registry.cli import main
from charte_registry.files.skeleton import part_of
from charte_registry.messages import LANGUAGES
from charte_registry.publish.site import (
    read_history,
    read_pages,
    render_internal,
    render_site,
    write_site,
)
from charte_registry.publish.site.addresses import stems
from charte_registry.publish.site.layout import layout_of
from charte_registry.publish.site.render import WRITTEN
from charte_registry.publish.site.words import Words, catalogue
from charte_registry.records import KINDS
from charte_registry.records.base import INTERNE
from charte_registry.records.formats import IDENTIFIANT

EXAMPLES = ("montreal", "recife", "belgique")
NANTES = load_register("examples/nantes_2020")
# What the example says once and not twelve hundred times.
SMALL = attrs.evolve(
    NANTES,
    records={kind: dict(list(some.items())[:25]) for kind, some in NANTES.records.items()},
    places={},
)
ONE_OF_EACH = st.fixed_dictionaries({kind: records(kind) for kind in KINDS})
SOME = settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))


def register(found):
    return attrs.evolve(
        SMALL, places={}, records={kind: {record.id: record} for kind, record in found.items()}
    )


def example(name):
    return load_register(f"examples/{name}")


def text(site):
    return "\n".join(content.decode("utf-8") for content in site.values())


def pages(site):
    return {
        name: content.decode("utf-8") for name, content in site.items() if name.endswith(".html")
    }


def parsed(page):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def links(tree):
    for element in tree.iter():
        for name in ("href", "src"):
            if name in element.attrib:
                yield element.tag, element.get(name)


# The words.


def _leaves(table, path=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def test_the_three_languages_have_the_same_words_and_blanks():
    found = [dict(_leaves(catalogue(lang))) for lang in LANGUAGES]
    assert len({frozenset(words) for words in found}) == 1
    for key in found[0]:
        values = [words[key] for words in found]
        blanks = {frozenset(re.findall(r"\{\w+\}", str(value))) for value in values}
        assert len(blanks) == 1, key
        assert len({len(value) for value in values if isinstance(value, list)}) <= 1, key


def test_every_question_and_aspect_of_the_layout_has_its_words():
    words = Words("fr")
    for kind, cls in KINDS.items():
        layout = layout_of(kind, cls)
        for question in layout.questions:
            assert words.has("sections", question.title)
            assert not question.empty or words.has("empty", question.empty)
        known = {path for path in layout.covered if "." not in path}
        assert known <= {field.name for field in attrs.fields(cls)}


@pytest.mark.parametrize(
    ("lang", "duration", "said"),
    [("fr", "P1Y", "1 an"), ("en", "P18M", "18 months"), ("pt", "P1Y1M", "1 ano e 1 mês"), ("fr", "PT72H", "72 heures"), ("fr", "x", "x")],
)  # fmt: skip
def test_durations_in_words(lang, duration, said):
    assert Words(lang).duration(duration) == said


# What is public, and all of it.


@given(ONE_OF_EACH)
@SOME
def test_no_canary_of_any_internal_field_is_in_any_file(found):
    marked = register({kind: with_canaries(record) for kind, record in found.items()})
    assert CANARY not in text(render_site(marked))


def _marked(part, number, *, hidden=False):
    """Return a record with a word of its own in every public text, and how many words there are."""
    changes = {}
    for field in attrs.fields(attrs.resolve_types(type(part))):
        value = getattr(part, field.name)
        kind, several = part_of(field.type)
        inside = hidden or field.metadata["visibility"] == INTERNE
        if attrs.has(kind) and value:
            items = []
            for item in value if several else (value,):
                item, number = _marked(item, number, hidden=inside)
                items.append(item)
            changes[field.name] = tuple(items) if several else items[0]
        elif kind is str and value and not inside and field.name not in ("id", "duree", "pays"):
            if any(field.metadata[name] for name in ("choices", "format", "reference")):
                continue
            word, number = f"marque{number}fin", number + 1
            changes[field.name] = (word,) if several else word
    return attrs.evolve(part, **changes), number


@given(ONE_OF_EACH)
@SOME
def test_every_public_text_of_every_kind_is_on_its_page_in_its_files_and_in_the_index(found):
    for kind, record in found.items():
        marked, number = _marked(record, 0)
        alone = register({kind: marked})
        if not public(alone).records.get(kind):
            # An internal kind, or of a record that is not there.
            assert "marque0fin" not in text(render_site(alone, ("en",)))
            continue
        site = render_site(alone, ("en",))
        (stem,) = stems([marked.id]).values()
        for name in (
            f"{kind}/{stem}.html",
            f"{kind}/{stem}.json",
            f"{kind}/{stem}.jsonld",
            "index.js",
        ):
            told = site[name].decode("utf-8")
            missing = [n for n in range(number) if f"marque{n}fin" not in told]
            assert not missing, (name, marked)


@given(ONE_OF_EACH)
@SOME
def test_any_register_gives_valid_pages_and_feeds(found):
    site = render_site(register(found), ("pt", "fr"))
    for page in pages(site).values():
        parsed(page)
    for name in ("changes.atom", "fr/changes.atom"):
        ET.fromstring(site[name])  # noqa: S314 - our own


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_site_of_another_country_has_no_word_of_france(name):
    said = text(render_site(example(name)))
    for word in ("CNIL", "CADA", "CRPA", "France", "França"):
        assert not re.search(rf"\b{word}\b", said), word
    html = "\n".join(pages(render_site(example(name))).values())
    assert name == "belgique" or not re.search(r"RGPD|GDPR", html)


def test_a_record_of_markup_is_told_as_text():
    hostile = '<img src=x onerror="alert(1)"></script><!--'
    one = Application(
        id="a", nom=hostile, description=hostile, hebergement=Hebergement(mode="interne")
    )
    site = render_site(register({"applications": one}))
    assert not [name for name, page in pages(site).items() if "<img" in page or "<!--" in page]
    index = site["index.js"].decode("utf-8")
    assert json.loads(index.removeprefix("registerIndex(").rstrip().removesuffix(");"))


# Pages, links, addresses.


@pytest.mark.parametrize("subject", [SMALL, *map(example, EXAMPLES)], ids=["nantes", *EXAMPLES])
def test_every_link_leads_to_a_file_of_the_site_and_nothing_is_loaded_from_elsewhere(subject):
    site = render_site(subject)
    for name, page in pages(site).items():
        tree = parsed(page)
        for tag, href in links(tree):
            if re.match(r"https?:", href):
                assert tag == "a", (name, href)
                continue
            path = unquote(href.partition("#")[0].partition("?")[0])
            target = PurePosixPath(name).parent
            for step in path.split("/"):
                target = target.parent if step == ".." else target / step
            assert not path or target.as_posix() in site, (name, href)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_languages_and_labels(lang):
    site = render_site(SMALL, (lang, *(other for other in LANGUAGES if other != lang)))
    for name, page in pages(site).items():
        tree = parsed(page)
        folder = name.split("/")[0]
        assert tree.get("lang") == (folder if folder in LANGUAGES else lang)
        levels = [int(e.tag[1]) for e in tree.iter() if re.fullmatch(r"h\d", str(e.tag))]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), name
        ids = [e.get("id") for e in tree.iter() if e.get("id")]
        assert len(ids) == len(set(ids)), name
        named = {e.get("for") for e in tree.iter("label")}
        assert {e.get("id") for e in tree.iter("input")} <= named, name


def test_every_record_has_a_page_in_each_language_and_its_data_once():
    site = render_site(SMALL)
    for kind, some in SMALL.records.items():
        for identifier in some:
            for name in (
                f"{kind}/{identifier}.html",
                f"en/{kind}/{identifier}.html",
                f"{kind}/{identifier}.json",
            ):
                assert name in site


def test_a_list_is_whole_without_a_script():
    site = render_site(NANTES, ("fr",))
    told = "".join(
        page
        for name, page in pages(site).items()
        if re.fullmatch(r"traitements(-\d+)?\.html", name)
    )
    assert all(f'href="traitements/{name}.html"' in told for name in NANTES.records["traitements"])
    assert max(len(page) for page in site.values() if page.startswith(b"<!doctype")) < 60_000


def test_a_processing_tells_the_algorithm_that_names_it():
    page = pages(render_site(example("montreal"), ("fr",)))["traitements/loisirs.html"]
    section = page[page.index('id="s-algorithm"') :].partition("</section>")[0]
    assert "Attribution des places" in section


@given(
    st.lists(
        st.from_regex(IDENTIFIANT.pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
        | st.sampled_from(["con", "CON", "aux.x", "A", "a"]),
        unique=True,
    )
)
def test_pages_have_names_of_their_own_on_any_system(identifiers):
    found = stems(identifiers)
    names = [
        f"{stem}{suffix}" for stem in found.values() for suffix in (".html", ".json", ".jsonld")
    ]
    assert len({name.casefold() for name in names}) == len(names)
    assert not [stem for stem in found.values() if stem.split(".")[0].casefold() in ("con", "aux")]


def test_the_index_names_pages_that_are_there():
    site = render_site(SMALL)
    for folder in ("", "en/"):
        index = site[f"{folder}index.js"].decode("utf-8")
        data = json.loads(index.removeprefix("registerIndex(").rstrip().removesuffix(");"))
        for kind in data["kinds"]:
            for stem, _, _, cells, _ in kind["rows"]:
                assert f"{folder}{kind['kind']}/{stem}.html" in site
                for values, numbers in zip(kind["values"], cells, strict=True):
                    assert all(number < len(values) for number in numbers)


def test_the_same_register_gives_the_same_bytes_and_another_day_says_so():
    once = render_site(SMALL)
    assert render_site(SMALL) == once
    later = render_site(SMALL, on=dt.date(2021, 6, 1))
    assert "1er juin 2021" in later["index.html"].decode("utf-8")


def test_a_base_makes_addresses_whole():
    site = render_site(example("recife"), ("pt",), base="https://example.org/registro/")
    page = site["traitements/noticias.html"].decode("utf-8")
    assert (
        '<link rel="canonical" href="https://example.org/registro/traitements/noticias.html">'
        in page
    )
    assert 'href="https://example.org/registro/changes.atom"' in site["changes.atom"].decode(
        "utf-8"
    )
    with pytest.raises(RegisterError, match="is not a valid web address"):
        render_site(SMALL, base="javascript:alert(1)")


def test_the_language_of_the_country_stands_at_the_root():
    assert b'<html lang="pt">' in render_site(example("recife"))["index.html"]
    assert b'<html lang="fr">' in render_site(example("montreal"))["index.html"]


@pytest.mark.parametrize("languages", [(), ("nl",)])
def test_languages_without_words_are_refused(languages):
    with pytest.raises(RegisterError, match=r"no language|no texts"):
        render_site(SMALL, languages)


# Pages of the office's.


def test_a_page_that_a_record_names_is_carried_and_no_other(tmp_path):
    (tmp_path / "tarif.html").write_text("<!doctype html><title>T</title>", "utf-8")
    (tmp_path / "brouillon.html").write_text("draft", "utf-8")
    eau = attrs.evolve(SMALL.records["algorithmes"]["tarification-eau"], regle="pages/tarif.html")
    site = render_site(SMALL.with_record("algorithmes", eau), pages=read_pages(tmp_path))
    assert [name for name in site if name.startswith("attached-pages/")] == [
        "attached-pages/tarif.html"
    ]
    page = site["en/algorithmes/tarification-eau.html"].decode("utf-8")
    assert '<iframe src="../../attached-pages/tarif.html"' in page
    assert 'sandbox="allow-scripts"' in page


def test_a_link_a_strange_name_and_a_strange_type_are_refused_together(tmp_path):
    (tmp_path / "secret.txt").write_text("x", "utf-8")
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "lien.html").symlink_to(tmp_path / "secret.txt")
    (folder / "a b.html").write_text("x", "utf-8")
    (folder / "programme.exe").write_text("x", "utf-8")
    with pytest.raises(RegisterError) as error:
        read_pages(folder)
    assert len(error.value.problems) == 3


# The history.


def git(folder, *arguments):
    identity = (
        "-c",
        "user.name=Office",
        "-c",
        "user.email=office@example.org",
        "-c",
        "commit.gpgsign=false",
    )
    subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments],  # noqa: S607 check=True, capture_output=True
    )


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def repository(tmp_path):
    """Return a folder of a repository whose register said the name of a person once."""
    folder = tmp_path / "depot" / "registre"
    first = example("recife")
    noticias = first.records["traitements"]["noticias"]
    named = attrs.evolve(
        noticias,
        reference="Fulana de Tal",
        finalites=(attrs.evolve(noticias.finalites[0], nom="Fulana de Tal"),),
    )
    shutil.copytree("examples/recife", folder)
    git(tmp_path / "depot", "init", "-q")
    for number, register_ in enumerate((first.with_record("traitements", named), first)):
        save_register(register_, folder)
        git(tmp_path / "depot", "add", ".")
        git(
            tmp_path / "depot",
            "commit",
            "-q",
            "-m",
            str(number),
            "--date",
            f"2024-0{number + 1}-01T00:00:00Z",
        )
    stopped = attrs.evolve(noticias, statut="arrete")
    save_register(
        first.with_record("traitements", stopped).without("traitements", "matriculas"), folder
    )
    git(tmp_path / "depot", "commit", "-q", "-a", "-m", "2")
    return folder


@needs_git
def test_the_history_tells_changes_and_never_what_was_taken_out(repository):
    history = read_history(repository)
    assert len(history.editions) == 2
    site = render_site(load_register(repository), ("pt", "en"), history=history)
    page = site["en/traitements/noticias.html"].decode("utf-8")
    assert "Status: in service → stopped" in page
    assert "Reference in the register of origin: removed" in page
    assert "Fulana" not in text(site)
    feed = ET.fromstring(site["en/changes.atom"])  # noqa: S314 - our own
    titles = [e.text for e in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert any("Boletim" in title for title in titles)
    assert "matriculas" not in site["changes.atom"].decode("utf-8")


@needs_git
def test_a_folder_in_no_repository_has_no_history(tmp_path):
    folder = tmp_path / "registre"
    shutil.copytree("examples/recife", folder)
    assert read_history(folder).editions == ()
    page = render_site(load_register(folder), ("en",))["traitements/noticias.html"]
    assert b"s-history" not in page


@needs_git
def test_no_command_of_the_repository_runs(repository, tmp_path):
    made = tmp_path / "made"
    for key in (
        "tar.zip.command",
        "tar.tar.command",
        "core.fsmonitor",
        "log.showSignature",
        "gpg.program",
    ):
        git(repository, "config", key, f"touch {made}")
    assert read_history(repository).editions
    assert not made.exists()


# The officer's view.


def test_the_officers_view_tells_what_is_wrong_and_due_and_the_public_site_does_not():
    marked = SMALL.with_record(
        "applications",
        Application(id="a", nom="A", hebergement=Hebergement(mode="heberge", zone="hors_europe")),
    )
    view = render_internal(marked, "en", previous=SMALL, since="v1", on=marked.etat_au)[
        "index.html"
    ].decode("utf-8")
    parsed(view)
    assert "INTERNAL: do not publish" in view
    assert "Since v1" in view
    assert "HEBERGEMENT-02" in view
    assert "applications/a" in view
    assert "HEBERGEMENT-02" not in text(render_site(marked))


def test_what_is_due_is_told_with_how_long_is_left():
    action = attrs.evolve(
        SMALL.records["actions"]["rapatriement-canada"],
        echeance=SMALL.etat_au + dt.timedelta(days=30),
    )
    view = render_internal(SMALL.with_record("actions", action), "en", on=SMALL.etat_au)[
        "index.html"
    ].decode("utf-8")
    assert "in 30 d" in view
    done = attrs.evolve(action, phase="realisee", historique=())
    view = render_internal(SMALL.with_record("actions", done), "en", on=SMALL.etat_au)[
        "index.html"
    ].decode("utf-8")
    assert "in 30 d" not in view


# The folder.


def test_a_site_is_written_over_the_last_one_and_over_nothing_else(tmp_path):
    output = tmp_path / "site"
    site = render_site(example("recife"), ("pt",))
    write_site(site, output, register="examples/recife")
    assert (output / WRITTEN).is_file()
    smaller = render_site(example("recife").without("traitements", "noticias"), ("pt",))
    write_site(smaller, output, register="examples/recife")
    there = {p.relative_to(output).as_posix() for p in output.rglob("*") if p.is_file()}
    assert there == set(smaller)
    (output / "CNAME").write_text("x", "utf-8")
    with pytest.raises(RegisterError, match="contains CNAME"):
        write_site(site, output, register="examples/recife")
    assert not (output / "traitements/noticias.html").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("where", ["registre", "registre/site", "."])
def test_nothing_is_written_over_the_register(tmp_path, where):
    folder = tmp_path / "registre"
    shutil.copytree("examples/recife", folder)
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    with pytest.raises(RegisterError, match="register"):
        write_site({"index.html": b""}, tmp_path / where, register=folder)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("name", ["../b.html", "/b.html", "a/../../b", "a//b", "..\\b", "", "a/."])
def test_a_path_that_leaves_the_folder_is_refused_and_nothing_is_left(tmp_path, name):
    with pytest.raises(RegisterError, match="leads out"):
        write_site({"a.html": b"", name: b""}, tmp_path / "site", register="nowhere")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_site_and_the_view_beside_it(tmp_path, capsys):
    output = tmp_path / "site"
    command = ["site", "examples/montreal", str(output), "--lang", "fr", "--history", "0"]
    assert main([*command, "--internal", "--since", "examples/montreal"]) == 0
    assert "à ne pas publier" in capsys.readouterr().out
    assert (output / "index.html").is_file()
    assert not (output / "en").exists()
    assert (tmp_path / "site-internal" / "index.html").is_file()
    assert main([*command, "--since", "HEAD"]) == 2
    assert main(["site", "examples/montreal", str(output), "--lang", "nl"]) == 2
    assert main([*command, "--on", "demain"]) == 2


def test_dates_are_sorted_by_the_day_and_not_by_its_words():
    site = render_site(SMALL, ("fr",))
    index = site["index.js"].decode("utf-8")
    data = json.loads(index.removeprefix("registerIndex(").rstrip().removesuffix(");"))
    (kind,) = (kind for kind in data["kinds"] if kind["kind"] == "algorithmes")
    column = kind["labels"].index("Publié le")
    assert kind["values"][column] == ["1er octobre 2020"]
    assert kind["orders"][column] == ["2020-10-01"]
    assert kind["orders"][kind["labels"].index("Technique")] is None


def test_the_example_joins_the_three_packages_by_records_and_files(tmp_path):
    program = Path("examples/site.py").resolve()
    subprocess.run([sys.executable, str(program), str(tmp_path / "out")], check=True)
    site = tmp_path / "out" / "site"
    for name in ("tarification-eau", "prevision-cantines"):
        page = (site / "algorithmes" / f"{name}.html").read_text("utf-8")
        assert f'<iframe src="../attached-pages/{name}.html"' in page
        assert (site / "attached-pages" / f"{name}.html").is_file()


@pytest.mark.parametrize(
    ("name", "named"), [("montreal", "Commission d'accès à l'information"), ("recife", "ANPD")]
)
def test_the_authority_is_that_of_the_profile(name, named):
    pages_ = [p for n, p in pages(render_site(example(name))).items() if "traitements/" in n]
    assert pages_
    assert all(named.replace("'", "&#39;") in page for page in pages_)
