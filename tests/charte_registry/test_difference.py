"""What changed between two registers."""

import datetime as dt
import json
import os
import shutil
import subprocess
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import records

from charte_registry import (
    Action,
    Application,
    CategorieDonnees,
    Conservation,
    Contact,
    Finalite,
    Hebergement,
    Organisme,
    Register,
    RegisterError,
    Traitement,
    diff,
    load_register,
)
from charte_registry.cli import main
from charte_registry.difference import KEYS, NATURES
from charte_registry.records import KINDS
from charte_registry.records.manifeste import Derogation

EXAMPLE = "examples/nantes_2020"
EMPTY = Register(
    titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
)


def changes(kind, before, after):
    found = diff(EMPTY.with_record(kind, before), EMPTY.with_record(kind, after))
    return [(c.nature, c.field, c.before, c.after) for c in found]


def application(**place):
    return Application(id="a", nom="A", hebergement=Hebergement(**place))


def traitement(*categories, **fields):
    return Traitement(id="t", nom="T", responsable="v", categories_donnees=categories, **fields)


def kept(duree, categorie="identite"):
    return CategorieDonnees(categorie=categorie, conservation=Conservation(duree=duree))


def test_a_host_that_moves_is_one_change():
    before = application(mode="heberge", pays="CA", garantie="decision_adequation")
    assert changes("applications", before, application(mode="interne")) == [
        ("host_moved", "hebergement", {"mode": "heberge", "pays": "CA"}, {"mode": "interne"}),
        ("emptied", "hebergement.garantie", "decision_adequation", None),
    ]


def test_a_change_is_told_by_labels():
    before = application(mode="heberge", pays="CA", garantie="decision_adequation")
    after = application(mode="heberge", pays="RE", garantie=None)
    found = diff(
        EMPTY.with_record("applications", before), EMPTY.with_record("applications", after)
    )
    assert [change.told("fr").replace("\N{NO-BREAK SPACE}", " ") for change in found] == [
        "applications/a : hébergement déplacé, par un hébergeur, Canada → par un hébergeur, La Réunion",
        "applications/a : hébergement, garantie du transfert : vidé, auparavant décision d'adéquation",
    ]


def test_a_phase_that_changes():
    before = Action(id="a", intitule="A", engagement="sobriete", phase="en_cours", preuve="p")
    after = attrs.evolve(before, phase="realisee")
    assert changes("actions", before, after) == [("phase_changed", "phase", "en_cours", "realisee")]


@pytest.mark.parametrize(
    ("before", "after", "nature"),
    [
        ("P5Y", "P3Y", "retention_shortened"),
        ("P1M", "P5W", "retention_lengthened"),
        ("P1Y", "P12M", "changed"),
        ("PT72H", "P3D", "changed"),
        ("P1D", "PT23H", "retention_shortened"),
    ],
)
def test_a_retention_is_compared_by_how_long_it_lasts(before, after, nature):
    field = "categories_donnees[identite].conservation.duree"
    found = changes("traitements", traitement(kept(before)), traitement(kept(after)))
    assert found == [(nature, field, before, after)]


def test_a_part_put_first_does_not_change_the_others():
    before = traitement(kept("P5Y"), finalites=(Finalite(nom="Payer"),))
    after = traitement(
        kept("P1Y", "connexion"), kept("P5Y"),
        finalites=(Finalite(nom="Déclarer"), Finalite(nom="Payer")),
    )  # fmt: skip
    assert [(nature, field) for nature, field, *_ in changes("traitements", before, after)] == [
        ("filled", "categories_donnees[connexion]"),
        ("filled", "finalites[Déclarer]"),
    ]


def test_a_new_identifier_is_no_new_record():
    before = EMPTY.with_record("traitements", traitement())
    after = EMPTY.with_record("traitements", attrs.evolve(traitement(), id="t-2"))
    (change,) = diff(before, after)
    assert (change.nature, change.record, change.before) == ("renamed", "traitements/t-2", "t")


def test_what_is_internal_says_so():
    before = Organisme(id="o", nom="O", contact=Contact(nom="N"))
    after = Organisme(id="o", nom="P", contact=Contact(nom="M"))
    found = diff(EMPTY.with_record("organismes", before), EMPTY.with_record("organismes", after))
    assert {c.field: c.internal for c in found} == {"nom": False, "contact.nom": True}


PAIRS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda k: st.tuples(st.just(k), records(k), records(k))
)


@given(PAIRS)
def test_nothing_changes_only_where_nothing_does(case):
    kind, one, other = case
    before, after = EMPTY.with_record(kind, one), EMPTY.with_record(kind, other)
    assert diff(before, before) == ()
    assert bool(diff(before, after)) == (one != other)
    for change in diff(before, after):
        json.dumps(attrs.asdict(change))
        assert all("\n" not in change.told(lang) for lang in ("fr", "en", "pt"))


@given(PAIRS)
def test_backwards_is_the_reverse(case):
    kind, one, other = case
    before, after = EMPTY.with_record(kind, one), EMPTY.with_record(kind, other)
    there = {(c.field, repr(c.before), repr(c.after)) for c in diff(before, after)}
    back = {(c.field, repr(c.after), repr(c.before)) for c in diff(after, before)}
    assert there == back


def test_every_part_of_a_list_is_about_something():
    for kind in KINDS.values():
        _walk(kind)


def _walk(cls):
    for field in attrs.fields(attrs.resolve_types(cls)):
        for part in getattr(field.type, "__args__", (field.type,)):
            if attrs.has(part):
                if getattr(field.type, "__origin__", None) is tuple:
                    assert set(KEYS[part]) <= {f.name for f in attrs.fields(part)}
                _walk(part)


def test_every_nature_is_told_in_three_languages():
    assert all(set(words) == {"fr", "en", "pt"} for words in NATURES.values())
    with pytest.raises(RegisterError, match="fr"):
        diff(EMPTY, EMPTY.with_record("traitements", traitement()))[0].told("xx")


@pytest.fixture
def repository(tmp_path, monkeypatch):
    shutil.copytree(EXAMPLE, tmp_path / "registre")
    monkeypatch.chdir(tmp_path)
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "one"]):
        subprocess.run(["git", *command], check=True)  # noqa: S607
    action = Path("registre/actions/dpd.toml")
    action.write_text(action.read_text("utf-8").replace("realisee", "en_cours"), "utf-8")
    return tmp_path


def test_two_revisions_of_a_repository(repository, capsys):
    assert main(["diff", "HEAD:registre", "registre"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "actions/dpd: phase, done → under way",
        "1 change",
    ]
    assert main(["diff", "registre", "HEAD:registre", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["nature"] == "phase_changed"
    os.chdir("registre")
    capsys.readouterr()
    assert main(["diff", "HEAD:.", ".", "--lang", "fr"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 changement"
    os.chdir("..")
    assert main(["diff", "HEAD:registre", "HEAD:registre"]) == 0
    assert load_register("registre").records


def test_a_revision_that_cannot_be_read_is_named_as_it_was_asked_for(repository, capsys):
    assert main(["diff", "HEAD:registre/actions", "registre"]) == 2
    assert "error: HEAD:registre/actions/registre.toml" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["HEAD:absent", "absent", "--output=x:registre", "HEAD~9:registre", "HEAD:"])  # fmt: skip
def test_a_revision_that_is_not_there(repository, capsys, name):
    before = sorted(repository.iterdir())
    assert main(["diff", "--format=text", "--", name, "registre"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert sorted(repository.iterdir()) == before


# The head, the derogations and the profile


def test_a_place_of_which_more_is_stated_has_not_moved():
    before, after = (
        application(mode="heberge"),
        application(mode="heberge", pays="FR", hebergeur="h"),
    )
    assert {nature for nature, *_ in changes("applications", before, after)} == {"filled"}
    before, after = (
        application(mode="heberge", zone="europe"),
        application(mode="heberge", pays="DE"),
    )
    assert "host_moved" not in {nature for nature, *_ in changes("applications", before, after)}
    after = application(mode="heberge", pays="US")
    assert "host_moved" in {nature for nature, *_ in changes("applications", before, after)}


def test_derogations_that_come_go_or_change_are_seen():
    one = Derogation(fiche="traitements/t", regle="ART30-03", raison="vote en cours")
    later = attrs.evolve(one, jusqu_au=dt.date(2021, 1, 1))
    with_one, with_later = (attrs.evolve(EMPTY, derogations=(d,)) for d in (one, later))
    (added,) = diff(EMPTY, with_one)
    assert (added.nature, added.record, added.after) == (
        "derogation_added",
        "traitements/t",
        "vote en cours",
    )
    (removed,) = diff(with_one, EMPTY)
    assert (removed.nature, removed.before) == ("derogation_removed", "vote en cours")
    (changed,) = diff(with_one, with_later)
    assert (changed.nature, changed.after) == ("filled", "2021-01-01")
    for lang in ("fr", "en", "pt"):
        assert "ART30-03" in added.told(lang)


def test_the_head_and_the_profile_are_compared(examples):
    montreal, recife = (load_register(examples / name) for name in ("montreal", "recife"))
    found = {(c.record, c.nature, c.field) for c in diff(montreal, recife)}
    assert ("registre", "changed", "titre") in found
    assert ("profil", "changed", "source") in found
    assert ("profil/regle/LGPD-01", "added", "") in found
    assert ("profil/delai/A21-10", "removed", "") in found
    assert ("profil/champ/traitements.provenance", "removed", "") in found
    assert diff(montreal, load_register(examples / "montreal")) == ()
