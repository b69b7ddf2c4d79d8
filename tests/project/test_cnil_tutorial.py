"""The tutorial from the CNIL's workbook, followed to the letter in an empty folder."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from charte_registry import load_register
from charte_registry.cli import main

PAGE = (Path(__file__).parents[2] / "docs/tutorials/from_the_cnil_workbook.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*) ?([\w./-]*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def followed(real_data, tmp_path, monkeypatch, capsys):
    """Do what the page says, block by block, and return the folder."""
    shutil.copy(real_data / "cnil" / "registre_modele_cnil.ods", tmp_path)
    monkeypatch.chdir(tmp_path)
    for kind, name, body in BLOCKS:
        if kind == "console":
            _run(body, capsys)
        elif kind == "diff":
            before, after = (
                "".join(f"{line[1:]}\n" for line in body.splitlines() if line[:1] != sign)
                for sign in "+-"
            )
            text = Path(name).read_text("utf-8")
            assert text.count(before) == 1
            Path(name).write_text(text.replace(before, after), "utf-8")
        elif kind == "text" and body.startswith("registre/"):
            assert set(body.split()) == {str(p) for p in Path("registre").rglob("*.toml")}
            Path("registre/organismes/responsable-du-traitement.toml").unlink()
        elif kind == "text":
            assert body in Path("registre/traitements/1-exemple.toml").read_text("utf-8")
    return tmp_path


def _run(body, capsys):
    command, _, expected = body.partition("\n")
    program, *arguments = shlex.split(command.removeprefix("$ "))
    assert program == "charte-registry"
    status = main(arguments)
    told = capsys.readouterr()
    printed = told.err + told.out  # as a terminal shows them
    if expected.endswith("\n...\n"):  # the rest is left out on the page
        expected = expected.removesuffix("...\n")
        printed = printed[: len(expected)]
    assert printed == expected
    assert status == (1 if " error: " in expected else 0)


def test_the_page_followed_to_the_letter_gives_a_register_without_errors(followed):
    register = load_register("registre")
    assert (register.titre, len(register.all("organismes"))) == ("Registre d'Exemple SAS", 2)
    assert [f for f in register.check(register.etat_au) if f.severity == "error"] == []
    published = (p for p in Path("publie").rglob("*") if p.is_file())
    texts = [path.read_text("utf-8") for path in [*published, Path("rapport.html")]]
    assert not [text for text in texts if "DUPONT" in text or "HENRI" in text]
    assert "DUPONT" in Path("registre/organismes/exemple-sas.toml").read_text("utf-8")
