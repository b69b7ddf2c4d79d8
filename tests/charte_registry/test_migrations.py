"""The mechanism of migrations, on a made step: the first version has none of its own."""

import pytest

from charte_registry import RegisterError, load_register
from charte_registry.cli import main
from charte_registry.migrations import STEPS, Remark, Step, migrated
from charte_registry.migrations.folder import migrate_folder
from charte_registry.schema.versions import VERSION, VERSIONS

MANIFEST = """# the head
schema = "0.5"
titre = "R"  # a title
territoire = "T"
etat_au = 2020-12-15
annees = [2020]
"""


def _rename(register):
    """Rename ``name`` to ``nom``, and drop ``colour`` with a word on it."""
    remarks, data = [], {**register, "schema": VERSION}
    data["partenaires"] = []
    for record in register.get("partenaires", ()):
        new = {"nom" if field == "name" else field: value for field, value in record.items()}
        if "colour" in new:
            message = f"{new.pop('colour')!r} has no field any more"
            remarks.append(
                Remark(
                    record=f"partenaires/{new['id']}", field="colour", message=message, lost=True
                )
            )
        data["partenaires"].append(new)
    return data, remarks


MADE = {
    "0.4": Step("0.5", lambda old: ({**old, "schema": "0.5"}, [])),
    "0.5": Step(VERSION, _rename),
}


@pytest.fixture
def old(tmp_path):
    folder = tmp_path / "old"
    (folder / "partenaires").mkdir(parents=True)
    (folder / "registre.toml").write_text(MANIFEST)
    (folder / "partenaires/p.toml").write_text(
        '# who\nid = "p"\nname = "P" # said so\ncolour = "red"\n'
    )
    (folder / "partenaires.csv").write_text("id,name\nq,Q\n")
    (folder / "LISEZMOI.md").write_text("# as it is\n")
    return folder


def test_there_is_no_step_before_the_first_version():
    assert dict(STEPS) == {}
    assert VERSIONS == (VERSION,)


def test_steps_are_taken_one_after_the_other_and_say_what_is_lost():
    data = {"schema": "0.4", "partenaires": [{"id": "p", "name": "P", "colour": "red"}]}
    new, remarks = migrated(data, MADE)
    assert new == {"schema": VERSION, "partenaires": [{"id": "p", "nom": "P"}]}
    assert [str(r) for r in remarks] == [
        "partenaires/p `colour`: lost: 'red' has no field any more"
    ]
    assert data["partenaires"][0]["name"] == "P"


@pytest.mark.parametrize("version", ["0.3", None, 1, [], {}])
def test_an_unknown_version_is_refused_with_the_known_ones(version):
    with pytest.raises(RegisterError, match=r"is unknown; known versions: 0.4, 0.5, 1.0"):
        migrated({"schema": version}, MADE)


def test_a_folder_is_written_anew_with_its_comments(old, tmp_path):
    remarks = migrate_folder(old, tmp_path / "new", steps=MADE)
    assert [remark.lost for remark in remarks] == [True]
    register = load_register(tmp_path / "new")
    assert {p.id: p.nom for p in register.all("partenaires")} == {"p": "P", "q": "Q"}
    text = (tmp_path / "new/partenaires/p.toml").read_text()
    assert "# who" in text
    assert "colour" not in text
    assert "# the head" in (tmp_path / "new/registre.toml").read_text()
    assert (tmp_path / "new/LISEZMOI.md").read_text() == "# as it is\n"


def test_a_register_that_would_not_load_is_not_written(old, tmp_path):
    (old / "partenaires/p.toml").write_text('id = "p"\n')
    with pytest.raises(RegisterError, match=r"p\.toml p `nom`: is missing"):
        migrate_folder(old, tmp_path / "new", steps=MADE)
    assert not (tmp_path / "new").exists()


def test_one_of_the_last_version_is_copied_byte_for_byte(examples, tmp_path, capsys):
    source = examples / "montreal"
    assert main(["migrate", str(source), "--output", str(tmp_path / "new")]) == 0
    assert "0 things lost" in capsys.readouterr().out
    for path in (p for p in source.rglob("*") if p.is_file()):
        assert (tmp_path / "new" / path.relative_to(source)).read_bytes() == path.read_bytes()
