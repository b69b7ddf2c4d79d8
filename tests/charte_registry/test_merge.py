"""Three-way merges: what the source changed comes, what the register changed stays, both is a conflict."""

import datetime as dt
import json
import shutil

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import records

from charte_registry import (
    Conservation,
    Contact,
    Destinataire,
    Finalite,
    Organisme,
    Register,
    RegisterError,
    Traitement,
    load_register,
    save_register,
)
from charte_registry.cli import main
from charte_registry.exchange.exporters.formats import export_register
from charte_registry.exchange.last_import import (
    FOLDER,
    known_imports,
    plain_records,
    remember,
    remembered,
)
from charte_registry.exchange.merge import merged
from charte_registry.records import KINDS, CategorieDonnees

EMPTY = Register(
    titre="R", territoire="T", etat_au=dt.date(2025, 12, 31), annees=(2025,), records={}
)
OLD = Traitement(
    id="t", nom="Aides", responsable="ccas", note="n", categories_personnes=("Agents", "Élus"),
    finalites=(Finalite(nom="Verser", texte="CASF"), Finalite(nom="Contrôler")),
    categories_donnees=(CategorieDonnees(categorie="identite", conservation=Conservation(duree="P5Y")),),
)  # fmt: skip


def held(*items):
    return attrs.evolve(EMPTY, records={"traitements": {item.id: item for item in items}})


def said(*items):
    return plain_records(held(*items).records)


def merge(base, mine, theirs, **options):
    """Merge records, None for one that is not there."""
    some = [[item] if item is not None else [] for item in (base, mine, theirs)]
    source = said(*some[2]) or {"traitements": {}}
    return merged(held(*some[1]), said(*some[0]), source, **options)


def of(result):
    return result.register.records["traitements"].get("t")


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_of_two_sides_one_that_did_not_change_gives_way(kind, whole, data):
    old, new = (attrs.evolve(data.draw(records(kind)), id="9") for _ in range(2))
    base, other = ({kind: {"9": item}} for item in (old, new))
    mine = attrs.evolve(EMPTY, records=other)
    stays = merged(mine, plain_records(base), plain_records(base), whole=whole)
    assert (stays.register, stays.changes, stays.conflicts) == (mine, (), ())
    comes = merged(
        attrs.evolve(EMPTY, records=base), plain_records(base), plain_records(other), whole=True
    )
    assert (comes.register, comes.conflicts) == (mine, ())
    same = merged(mine, plain_records(base), plain_records(other), whole=whole)
    assert (same.register, same.conflicts) == (mine, ())


@pytest.mark.parametrize("whole", [True, False])
def test_each_side_keeps_its_own_field(whole):
    mine = attrs.evolve(
        OLD,
        note="office",
        finalites=(
            Finalite(nom="Verser", texte="CASF", bases_legales=("contrat",)),
            OLD.finalites[1],
        ),
    )
    theirs = attrs.evolve(OLD, nom="Aides 2026", finalites=(*OLD.finalites, Finalite(nom="Suivre")))
    result = merge(OLD, mine, theirs, whole=whole)
    assert result.conflicts == ()
    assert of(result) == attrs.evolve(
        mine, nom="Aides 2026", finalites=(*mine.finalites, Finalite(nom="Suivre"))
    )
    assert {change.field for change in result.changes} == {"nom", "finalites[Suivre]"}


def test_both_sides_changed_a_field_is_a_conflict_with_both_values():
    result = merge(OLD, attrs.evolve(OLD, note="a"), attrs.evolve(OLD, note="b"))
    (conflict,) = result.conflicts
    assert (conflict.record, conflict.field, conflict.here, conflict.there) == (
        "traitements/t",
        "note",
        "a",
        "b",
    )
    assert str(conflict) == "traitements/t `note`: 'a' in the register, 'b' in the source"
    assert of(result).note == "a"
    assert (
        of(
            merge(OLD, attrs.evolve(OLD, note="a"), attrs.evolve(OLD, note="b"), take_source=True)
        ).note
        == "b"
    )


def test_inside_a_part_the_conflict_is_of_its_field():
    parts = [(Finalite(nom="Verser", texte=texte), OLD.finalites[1]) for texte in ("a", "b")]
    mine, theirs = (attrs.evolve(OLD, finalites=part) for part in parts)
    (conflict,) = merge(OLD, mine, theirs, whole=True).conflicts
    assert conflict.field == "finalites[Verser].texte"


def test_a_field_that_the_source_lacks_is_never_emptied():
    poor = Traitement(
        id="t",
        nom="Aides",
        responsable="ccas",
        finalites=(Finalite(nom="Verser"), Finalite(nom="Contrôler")),
    )
    result = merge(OLD, OLD, poor)
    assert (of(result), result.changes) == (OLD, ())
    assert of(merge(OLD, OLD, attrs.evolve(poor, nom="Aides 2026"))) == attrs.evolve(
        OLD, nom="Aides 2026"
    )
    emptied = merge(OLD, OLD, attrs.evolve(OLD, note=None, categories_personnes=()), whole=True)
    assert (of(emptied).note, of(emptied).categories_personnes) == (None, ())


@pytest.mark.parametrize("whole", [True, False])
def test_a_list_takes_what_was_added_and_drops_what_was_removed(whole):
    mine = attrs.evolve(OLD, categories_personnes=("Agents", "Élus", "Stagiaires"))
    theirs = attrs.evolve(OLD, categories_personnes=("Usagers", "Agents"))
    assert of(merge(OLD, mine, theirs, whole=whole)).categories_personnes == (
        "Usagers",
        "Agents",
        "Stagiaires",
    )
    fewer = attrs.evolve(OLD, finalites=OLD.finalites[1:])
    assert (
        of(merge(OLD, attrs.evolve(OLD, note="x"), fewer, whole=whole)).finalites == fewer.finalites
    )


def test_a_part_that_one_removed_and_the_other_changed_is_a_conflict():
    mine = attrs.evolve(
        OLD, finalites=(attrs.evolve(OLD.finalites[0], texte="x"), OLD.finalites[1])
    )
    result = merge(OLD, mine, attrs.evolve(OLD, finalites=OLD.finalites[1:]), whole=True)
    assert [(c.field, c.there) for c in result.conflicts] == [("finalites[Verser]", None)]
    assert of(result) == mine


def test_records_that_go():
    assert of(merge(OLD, OLD, None, whole=True)) is None
    kept = merge(OLD, OLD, None)
    assert (of(kept), kept.kept) == (OLD, ("traitements/t",))
    changed = merge(OLD, attrs.evolve(OLD, note="x"), None, whole=True)
    assert (len(changed.conflicts), of(changed).note) == (1, "x")
    assert of(merge(OLD, None, OLD)) is None  # the office removed it, the source did not change it
    assert len(merge(OLD, None, attrs.evolve(OLD, note="x")).conflicts) == 1


def test_without_a_past_empty_fields_are_filled_and_differences_asked():
    mine = attrs.evolve(OLD, note=None, destinataires=(Destinataire(type="service_interne"),))
    result = merge(None, mine, attrs.evolve(OLD, nom="Autre"))
    assert [(c.field, c.here, c.there) for c in result.conflicts] == [("nom", "Aides", "Autre")]
    assert of(result) == attrs.evolve(mine, note="n")


def test_a_merge_that_makes_no_record_is_refused():
    mine = attrs.evolve(OLD, cree_le=dt.date(2021, 1, 1))
    theirs = attrs.evolve(OLD, mis_a_jour_le=dt.date(2020, 1, 1))
    with pytest.raises(RegisterError, match=r"traitements/t `mis_a_jour_le`: 2020-01-01 is before"):
        merge(OLD, mine, theirs)


# What is remembered of an import


def test_only_digests_are_kept_and_they_tell_what_changed(tmp_path):
    body = Organisme(
        id="dpo", nom="Déléguée", contact=Contact(nom="Nadia Exemple", courriel="n@example.org")
    )
    source = {
        "organismes": {"dpo": {"id": "dpo", "nom": "Déléguée", "contact": {"nom": "Nadia Exemple"}}}
    }
    remember(tmp_path, "cnil", source)
    text = (tmp_path / FOLDER / "cnil.json").read_text()
    assert "Nadia" not in text
    assert "dpo" not in text
    register = attrs.evolve(EMPTY, records={"organismes": {"dpo": body}})
    assert remembered(tmp_path, "cnil", source, register) == source
    now = {
        "organismes": {"dpo": {"id": "dpo", "nom": "Délégué", "contact": {"nom": "Nadia Exemple"}}}
    }
    base = remembered(tmp_path, "cnil", now, attrs.evolve(EMPTY, records={}))
    assert base["organismes"]["dpo"]["contact"] == {"nom": "Nadia Exemple"}
    assert base["organismes"]["dpo"]["nom"].startswith("#")
    assert known_imports(tmp_path) == ["cnil"]
    assert remembered(tmp_path, "other", source, register) is None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 2, "records": {}}', '{"version": 1, "records": []}', "[" * 5000],
)
def test_a_damaged_memory_is_refused(tmp_path, text):
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "x.json").write_text(text)
    with pytest.raises(RegisterError, match="damaged; remove it"):
        remembered(tmp_path, "x", {}, EMPTY)


def test_no_link_leads_out_of_the_folder(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "registre").mkdir()
    (tmp_path / "registre" / ".charte").symlink_to(tmp_path / "outside")
    with pytest.raises(RegisterError, match="leads out of the folder"):
        remember(tmp_path / "registre", "x", {})
    assert list((tmp_path / "outside").iterdir()) == []


# Through the commands


@pytest.fixture
def folder(tmp_path, examples):
    folder = shutil.copytree(examples / "nantes_2020", tmp_path / "registre")
    for table in folder.glob("*.csv"):  # a dozen rows say as much as a thousand
        table.write_bytes(b"".join(table.read_bytes().splitlines(keepends=True)[:12]))
    return folder


def content(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def run(*arguments):
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_an_unedited_workbook_leaves_every_byte(folder, tmp_path, form, capsys):
    before = content(folder)
    book = tmp_path / f"r.{form}"
    assert run("export", folder, "--format", form, "--output", book) == 0
    assert run("import", book, folder, "--merge") == 0
    assert content(folder) == before
    assert "0 changes" in capsys.readouterr().out


def test_a_workbook_makes_a_new_register(folder, tmp_path, capsys):
    assert run("export", folder, "--format", "xlsx", "--output", tmp_path / "r.xlsx") == 0
    assert run("import", tmp_path / "r.xlsx", tmp_path / "new") == 0
    assert run("diff", folder, tmp_path / "new") == 0
    assert "0 changes" in capsys.readouterr().out
    assert load_register(tmp_path / "new") == load_register(folder)


def test_a_workbook_asks_to_be_merged(folder, tmp_path, capsys):
    assert run("export", folder, "--format", "xlsx", "--output", tmp_path / "r.xlsx") == 0
    assert run("import", tmp_path / "r.xlsx", folder) == 2
    assert "add --merge, with --dry-run" in capsys.readouterr().err


def tables(folder, tmp_path):
    output = tmp_path / "source"
    shutil.rmtree(output, ignore_errors=True)
    export_register(load_register(folder), output, "csv")
    return output


def replaced(path, old, new):
    text = path.read_bytes()
    assert old in text
    path.write_bytes(text.replace(old, new))


def test_an_import_again_brings_what_the_source_changed_and_nothing_else(folder, tmp_path, capsys):
    source, register = tables(folder, tmp_path), tmp_path / "office"
    assert run("import", source, register, "--from", "tables") == 0
    assert known_imports(register) == ["source"]
    action = next((register / "actions").iterdir())
    name = action.stem
    text = action.read_text("utf-8")
    assert "note =" not in text
    action.write_text('note = "the office added this"\n' + text, "utf-8")
    replaced(
        source / "actions.csv",
        b"\r\n" + name.encode() + b",",
        b"\r\n" + name.encode() + b",Nouveau: ",
    )
    before = content(register)
    assert run("import", source, register, "--from", "tables", "--merge", "--dry-run") == 0
    out = capsys.readouterr().out
    assert content(register) == before
    assert f"actions/{name}: " in out
    assert "1 change" in out
    assert "nothing is written: --dry-run" in out
    assert run("import", source, register, "--from", "tables", "--merge") == 0
    merged_action = load_register(register).records["actions"][name]
    assert merged_action.intitule.startswith("Nouveau: ")
    assert merged_action.note == "the office added this"
    touched = {k for k, v in content(register).items() if before.get(k) != v}
    assert touched == {f"actions/{action.name}", str(FOLDER / "source.json")}


def test_a_conflict_is_told_and_nothing_is_written_unless_asked(folder, tmp_path, capsys):
    source, register = tables(folder, tmp_path), tmp_path / "office"
    assert run("import", source, register, "--from", "tables") == 0
    action = next((register / "actions").iterdir())
    name = load_register(register).records["actions"][action.stem].intitule
    replaced(action, name.encode(), b"Office")
    replaced(
        source / "actions.csv", action.stem.encode() + b",", action.stem.encode() + b",Source: "
    )
    before = content(register)
    arguments = ("import", source, register, "--from", "tables", "--merge")
    assert run(*arguments) == 1
    out = capsys.readouterr().out
    assert "changed on both sides: actions/" in out
    assert "'Office' in the register, 'Source: " in out
    assert content(register) == before
    assert run(*arguments, "--format", "json") == 1
    assert json.loads(capsys.readouterr().out)["conflicts"][0]["here"] == "Office"
    assert run(*arguments, "--conflicts", "register") == 0
    assert load_register(register).records["actions"][action.stem].intitule == "Office"
    assert run(*arguments) == 0  # it was answered: the source has not changed since
    capsys.readouterr()


def test_the_cnil_workbook_again_leaves_what_was_added_by_hand(real_data, tmp_path, capsys):
    book, register = real_data / "cnil" / "registre_modele_cnil.ods", tmp_path / "office"
    arguments = ("import", book, register, "--include-example")
    assert run(*arguments) == 0
    (file,) = (register / "traitements").iterdir()
    text = file.read_text("utf-8")
    assert "bases_legales" not in text
    old = load_register(register)
    (record,) = old.all("traitements")
    based = attrs.evolve(
        record,
        finalites=tuple(attrs.evolve(f, bases_legales=("contrat",)) for f in record.finalites),
    )
    save_register(old.with_record("traitements", based), register)
    before = content(register)
    assert run(*arguments, "--merge") == 0
    assert content(register) == before
    assert "0 changes" in capsys.readouterr().out


def test_a_merge_replaces_nothing(folder, tmp_path, capsys):
    source = tables(folder, tmp_path)
    assert run("import", source, folder, "--from", "tables", "--merge", "--replace") == 2
    assert "give one of the two options" in capsys.readouterr().err


def test_a_register_that_changes_while_it_is_read_is_left_alone(
    folder, tmp_path, monkeypatch, capsys
):
    assert run("export", folder, "--format", "xlsx", "--output", tmp_path / "r.xlsx") == 0
    action = next((folder / "actions").iterdir())
    title = load_register(folder).records["actions"][action.stem].intitule

    def meanwhile(*arguments, **options):
        replaced(action, title.encode(), b"Somebody else")
        return merged(*arguments, **options)

    monkeypatch.setattr("charte_registry.cli.editing.merged", meanwhile)
    assert run("import", tmp_path / "r.xlsx", folder, "--merge") == 2
    assert "changed while it was being read; nothing was written" in capsys.readouterr().err


def test_a_source_under_another_name_is_named(folder, tmp_path, capsys):
    source, register = tables(folder, tmp_path), tmp_path / "office"
    assert run("import", source, register, "--from", "tables") == 0
    moved = source.rename(tmp_path / "source 2026")
    assert run("import", moved, register, "--from", "tables", "--merge") == 0
    assert "known: source (--source-name)" in capsys.readouterr().out
    assert (
        run("import", moved, register, "--from", "tables", "--merge", "--source-name", "source")
        == 0
    )
    assert "--source-name" not in capsys.readouterr().out


# Files as a French spreadsheet saves them


def test_csv_as_a_french_spreadsheet_saves_it_comes_back(folder, tmp_path, capsys):
    output = tmp_path / "fr"
    assert run("export", folder, "--format", "csv", "--excel-fr", "--output", output) == 0
    content = (output / "organismes.csv").read_bytes()
    assert content.startswith(b"id;nom;")
    assert "Métropole".encode("cp1252") in b"".join(p.read_bytes() for p in output.iterdir())
    assert run("import", output, tmp_path / "back", "--from", "tables") == 0
    assert run("diff", folder, tmp_path / "back") == 0
    assert "0 changes" in capsys.readouterr().out
    assert load_register(tmp_path / "back") == load_register(folder)


def test_a_table_that_a_french_spreadsheet_saved_stays_one(tmp_path):
    register = tmp_path / "r"
    assert run("init", register, "--lang", "en") == 0
    path = register / "partenaires.csv"
    head, first, second = (
        "id;nom;signe_le;factice;note",
        "a;École;31/01/2020;VRAI;",
        'b;"B; C";01/02/2021;FAUX;',
    )
    path.write_bytes(f"{head}\r\n{first}\r\n{second}\r\n".encode("cp1252"))
    loaded = load_register(register)
    partner = loaded.records["partenaires"]["a"]
    assert (partner.nom, partner.signe_le, partner.factice) == ("École", dt.date(2020, 1, 31), True)
    assert loaded.records["partenaires"]["b"].nom == "B; C"
    save_register(loaded, register)
    assert path.read_bytes() == f"{head}\r\n{first}\r\n{second}\r\n".encode("cp1252")
    save_register(loaded.with_record("partenaires", attrs.evolve(partner, note="x; y")), register)
    assert path.read_bytes().decode("cp1252").split("\r\n") == [
        head,
        'a;École;31/01/2020;VRAI;"x; y"',
        second,
        "",
    ]
    save_register(loaded.with_record("partenaires", attrs.evolve(partner, note="Łódź")), register)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid;nom;")
    assert load_register(register).records["partenaires"]["a"].note == "Łódź"
