"""What holds of the project as a whole: its names, its pages, its words."""

import importlib
import re
import shlex
import tomllib
from pathlib import Path

import attrs
import pytest

import charte_registry.cli
import prevision_cantine.cli
import tarifs_solidaires.cli
from charte_registry.records import KINDS
from prevision_cantine import CanteenFeatures, Portion, Purchase, make_city
from prevision_cantine.city.menus import FAMILIES
from prevision_cantine.model.naming import TERMS
from tarifs_solidaires.rules.load import list_vocabularies, load_vocabulary

ROOT = Path(__file__).parents[2]
PACKAGES = ("tarifs_solidaires", "prevision_cantine", "charte_registry")
COMMANDS = {
    "tarifs-solidaires": tarifs_solidaires.cli.main,
    "prevision-cantine": prevision_cantine.cli.main,
    "charte-registry": charte_registry.cli.main,
}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_star_import_gives_what_all_names(package):
    names: dict[str, object] = {}
    exec(f"from {package} import *", names)  # noqa: S102 - the statement under test
    public = set(names) - {"__builtins__"}
    exported = importlib.import_module(package).__all__
    assert public == set(exported)
    assert exported == sorted(exported, key=lambda n: (not n.isupper(), n.lower() == n, n))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_documented(package):
    module = importlib.import_module(package)
    assert module.__doc__
    for name in module.__all__:
        assert getattr(module, name).__doc__, name
    assert (Path(module.__file__).parent / "py.typed").exists()


def _console(page):
    text = (ROOT / page).read_text("utf-8")
    blocks = re.findall(r"```console\n\$ (\S.*?)\n(.*?)```", text, re.DOTALL)
    return [(command, output) for command, output in blocks if output]


@pytest.mark.parametrize("page", ["README.md", "README.fr.md"])
def test_the_commands_of_the_readme_print_what_it_says(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    assert len(_console(page)) == 3
    for command, output in _console(page):
        name, *arguments = shlex.split(command)
        assert COMMANDS[name](arguments) == 0
        assert capsys.readouterr().out == output


def test_both_readmes_hold_the_same_commands():
    assert _console("README.md") == _console("README.fr.md")


def test_the_glossary_holds_every_french_name():
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8")
    terms = set(re.findall(r"^`(\w+)`", glossary, re.MULTILINE))
    fields = {field.name for cls in KINDS.values() for field in attrs.fields(cls)}
    made = make_city(canteens=1, years=1)
    features = CanteenFeatures(made.calendar, made.menus, effectif="effectif")
    columns = {"date", *features.get_feature_names_out()}
    shared = {name for v in list_vocabularies() for name in load_vocabulary(v).input}
    missing = (shared | {*KINDS} | fields | columns) - terms - {"id", "note"}
    assert not missing


def test_the_glossary_holds_the_terms_and_dishes_of_the_canteens():
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8")
    terms = set(re.findall(r"^`(\w+)`", glossary, re.MULTILINE))
    fields = {field.name for cls in (Portion, Purchase) for field in attrs.fields(cls)}
    assert not ({*TERMS, *FAMILIES} | fields) - terms - {"line"}


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")


def test_actions_of_workflows_are_pinned_by_commit():
    workflows = (ROOT / ".github/workflows").glob("*.yml")
    if not (ROOT / ".github").exists():
        pytest.skip("the source distribution carries no workflows")
    uses = [u for file in workflows for u in re.findall(r"uses: (\S+)", file.read_text("utf-8"))]
    assert uses
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", use) for use in uses)
