"""The download of the public files: pinned, bounded, whole or not at all. No network here."""

import hashlib
import io
import urllib.error
import urllib.request

import attrs
import pytest

from prevision_cantine import CantineError
from prevision_cantine.city import fetch
from prevision_cantine.city.fetch import ADDRESS, FILES, MANIFEST, fetch_nantes
from prevision_cantine.cli import main

TEXT = b"site_type,date,prevision,reel,site_nom\n"


@pytest.fixture
def pinned(monkeypatch):
    digest = hashlib.sha256(TEXT).hexdigest()
    monkeypatch.setattr(fetch, "FILES", {**FILES, "raw/frequentation.csv": digest})


def opener(content=TEXT):
    asked = []

    def open_(url):
        asked.append(url)
        return io.BytesIO(content)

    open_.asked = asked
    return open_


def test_only_what_is_pinned_comes_by_default(pinned, tmp_path):
    source = opener()
    files = fetch_nantes(tmp_path / "nantes", opener=source)
    assert source.asked == [ADDRESS + "raw/frequentation.csv"]
    assert [path.read_bytes() for path in files] == [TEXT]


def test_the_others_are_trusted_once_and_compared_after(pinned, tmp_path):
    folder = tmp_path / "nantes"
    assert len(fetch_nantes(folder, trust_on_first_use=True, opener=opener())) == len(FILES)
    assert (folder / MANIFEST).read_text().count(hashlib.sha256(TEXT).hexdigest()) == len(FILES)
    fetch_nantes(folder, trust_on_first_use=True, opener=opener())

    def changed(url):
        return io.BytesIO(TEXT if url.endswith("frequentation.csv") else b"other")

    with pytest.raises(CantineError, match="nothing was written"):
        fetch_nantes(folder, trust_on_first_use=True, opener=changed)
    assert (folder / "raw/effectifs.csv").read_bytes() == TEXT


def test_another_content_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(CantineError, match="SHA-256"):
        fetch_nantes(tmp_path / "nantes", opener=opener())
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_or_broken_is_refused(pinned, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "MAX_BYTES", 10)
    with pytest.raises(CantineError, match="larger than"):
        fetch_nantes(tmp_path / "nantes", opener=opener())

    def broken(url):
        raise urllib.error.URLError("no route")

    with pytest.raises(CantineError, match="no route"):
        fetch_nantes(tmp_path / "nantes", opener=broken)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["http://example.org/x", "https://example.org/x", "file:///etc/hosts"]
)
def test_no_other_place_is_asked(url):
    with pytest.raises(urllib.error.URLError):
        fetch._open(url)


def test_inspect_says_what_a_folder_holds(town_folder, capsys):
    assert main(["inspect", str(town_folder), "--lang", "en"]) == 0
    assert "8 canteens" in capsys.readouterr().out
    assert main(["inspect", str(town_folder), "--format", "json"]) == 0
    assert '"canteens": 8' in capsys.readouterr().out
    assert main(["inspect", "nowhere", "--lang", "en"]) == 2


def test_missing_menus_and_enrolments_are_listed(town, tmp_path):
    rows = town.calendar_rows("2023-03-06", "2023-03-10")
    assert "Nothing is missing" in rows.missing().to_text("en")
    bare = attrs.evolve(town, menus=type(town.menus).of({}), enrolment={})
    lacking = bare.calendar_rows("2023-03-06", "2023-03-10").missing()
    assert len(lacking) == 2 * len(rows)
    assert "8" in lacking.to_text("fr")
    lacking.to_csv(tmp_path / "missing.csv")
    assert (tmp_path / "missing.csv").read_text().startswith("cantine,date,manque\n")


@pytest.mark.parametrize(
    ("folder", "manifest", "words"),
    [("town", "0" * 64 + "  ../elsewhere\n", "is not a valid line of it"), ("town", "short  raw/x.csv\n", "is not a valid line of it")],
)  # fmt: skip
def test_a_manifest_that_names_other_files_is_refused(pinned, tmp_path, folder, manifest, words):
    root = tmp_path / folder
    root.mkdir()
    (root / MANIFEST).write_text(manifest, "utf-8")
    with pytest.raises(CantineError, match=words):
        fetch_nantes(root, opener=opener())
    assert [path.name for path in root.iterdir()] == [MANIFEST]


def test_a_redirection_stays_at_the_host():
    follow = fetch._SameHost().redirect_request
    asked = urllib.request.Request(ADDRESS + "raw/frequentation.csv")  # noqa: S310
    with pytest.raises(urllib.error.URLError, match=r"https://example\.org/raw"):
        follow(asked, io.BytesIO(), 302, "Found", {}, "https://example.org/raw/frequentation.csv")
    kept = follow(asked, io.BytesIO(), 302, "Found", {}, ADDRESS + "raw/other.csv")
    assert kept.full_url == ADDRESS + "raw/other.csv"
