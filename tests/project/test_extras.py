"""What the base install leaves out: each import of it says which extra brings it."""

import ast
import copy
import json
import pickle
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PACKAGES = ("tarifs_solidaires", "prevision_cantine", "charte_registry")
# The module of a distribution whose name differs.
MODULES = {"scikit-learn": "sklearn", "pyyaml": "yaml", "python-calamine": "python_calamine"}
# What comes with another: no requirement of its own names it.
WITH_NUMPY = {"attr", "attrs", "numpy", "narwhals", "tqdm"}


def _libraries(requirements):
    names = (re.split(r"[\[>=<~!;@ ]", text, maxsplit=1)[0].lower() for text in requirements)
    found = {MODULES.get(name, name) for name in names}
    return found | ({"markupsafe"} if "jinja2" in found else set())  # which comes with it


EXTRAS = {
    extra: _libraries(texts)
    for extra, texts in PROJECT["optional-dependencies"].items()
    if extra != "all"
}


def test_the_base_is_numpy_and_little_more():
    assert _libraries(PROJECT["dependencies"]) == {"attrs", "narwhals", "numpy", "tqdm"}


# Engines of clusters are installed for themselves.
ENGINES = {"dask", "duckdb", "spark"}


def test_the_extra_all_has_every_other_but_engines():
    (text,) = PROJECT["optional-dependencies"]["all"]
    assert sorted(re.search(r"\[(.*)\]", text)[1].split(",")) == sorted({*EXTRAS} - ENGINES)


@pytest.mark.parametrize("page", ["README.md", "README.fr.md", "docs/guides/install.md"])
def test_every_extra_is_in_the_table(page):
    cells = re.findall(r"^\| (`.*?) \|", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    found = [extra for cell in cells for extra in re.findall(r"`(\w+)`", cell)]
    assert {*EXTRAS, "all"} <= {*found}


GUIDES = sorted([*(ROOT / "docs/guides").glob("*.md"), *(ROOT / "docs/tutorials").glob("*.md")])


@pytest.mark.parametrize(
    "page", [path for path in GUIDES if path.stem != "install"], ids=lambda p: p.stem
)
def test_a_guide_begins_with_the_extras_that_it_uses(page):
    line = page.read_text("utf-8").splitlines()[2]
    named = re.match(r"To follow this page: `pip install \"charte-donnee\[([\w,]+)\]\"`", line)
    assert named, line
    assert {*named[1].split(",")} <= {*EXTRAS, "all"}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_names_extras_that_bring_its_libraries(package):
    for extra, libraries in import_module(f"{package}.extras").LIBRARIES.items():
        assert set(libraries) <= EXTRAS[extra], extra


class _Imports(ast.NodeVisitor):
    """Collects the imports of a module: library, line, and the extra of the block around it."""

    def __init__(self):
        self.found, self.extra = [], None

    def visit_If(self, node):
        if "TYPE_CHECKING" not in ast.unparse(node.test):
            self.generic_visit(node)

    def visit_With(self, node):
        call = re.fullmatch(r"needs\('(\w+)'\)", ast.unparse(node.items[0].context_expr))
        before, self.extra = self.extra, call[1] if call else self.extra
        self.generic_visit(node)
        self.extra = before

    def visit_Import(self, node):
        self.found += [(a.name.partition(".")[0], node.lineno, self.extra) for a in node.names]

    def visit_ImportFrom(self, node):
        self.found.append((node.module.partition(".")[0], node.lineno, self.extra))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_import_of_an_extra_says_which_one(package):
    libraries = import_module(f"{package}.extras").LIBRARIES
    base, seen = sys.stdlib_module_names | WITH_NUMPY | {package}, set()
    for path in sorted((ROOT / "src" / package).rglob("*.py")):
        imports = _Imports()
        imports.visit(ast.parse(path.read_text("utf-8")))
        for library, line, extra in imports.found:
            if library not in base:
                place = f"{path.relative_to(ROOT)}:{line}: {library}"
                assert extra is not None, f"{place} stands in no block `with needs(EXTRA)`"
                assert library in libraries[extra], f"{place} is not in the extra {extra}"
                seen.add(library)
    # pandas and polars are made by narwhals too, by name; engines are asked for by name
    assert seen >= {name for all_ in libraries.values() for name in all_} - {
        "pandas",
        "polars",
        "dask",
        "distributed",
        "duckdb",
    }


NANTES = "from tarifs_solidaires import compare, conform, load_rule, make_population; rule = load_rule('nantes/transport', '2020-10-01')\n"
CANTEEN = "from prevision_cantine import *; city = make_city(canteens=1, years=1)\n"
REGISTER = "from charte_registry import *; register = load_register('examples/nantes_2020')\n"
# The package, the library that is not there, the extra that brings it, and what is asked for.
MISSING = [
    ("tarifs_solidaires", "babel", "tarifs", NANTES + "rule.to_svg('fr')"),
    ("tarifs_solidaires", "babel", "tarifs",
     NANTES + "rule.compute(quotient_familial=350, age=30).explain(lang='fr').to_text()"),
    ("tarifs_solidaires", "jinja2", "tarifs",
     NANTES + "rule.compute(quotient_familial=350, age=30).explain(lang='fr').to_html()"),
    ("tarifs_solidaires", "yaml", "tarifs",
     NANTES + "open(folder + '/a.yaml', 'w').write('- output: {}')\n"
     "conform('nantes/transport', folder + '/a.yaml', on='2020-10-01')"),
    ("tarifs_solidaires", "matplotlib", "figures",
     NANTES + "compare(rule, rule, make_population([rule, rule], 20, seed=0)).plot(lang='fr')"),
    ("tarifs_solidaires", "pyarrow", "tables",
     NANTES + "from tarifs_solidaires.people.files import compute_file\n"
     "compute_file(rule, folder + '/a.parquet', folder + '/b.parquet')"),
    ("prevision_cantine", "scipy", "cantine", CANTEEN + "CanteenForecaster().fit(city, '2024-04-21')"),
    ("prevision_cantine", "sklearn", "cantine", "from prevision_cantine import CanteenFeatures"),
    ("prevision_cantine", "polars", "tables", CANTEEN + "to_frame(city, like='polars')"),
    ("prevision_cantine", "matplotlib", "figures",
     "from prevision_cantine.say.figures import _begin; _begin('fr', (4, 3))"),
    ("prevision_cantine", "holidays", "calendrier",
     "from prevision_cantine.city.make_calendar import _holidays\n"
     "_holidays('CA', 'QC', 2024, 2025, 'fr')"),
    ("charte_registry", "tomlkit", "registre", REGISTER),
    ("charte_registry", "msgspec", "registre", REGISTER),
    ("charte_registry", "jinja2", "registre", REGISTER + "render_report(register, 2020, 'fr', on=register.etat_au)"),
    ("charte_registry", "babel", "registre",
     REGISTER + "export_register(register, folder + '/a.ods', 'ods')"),
    ("charte_registry", "xlsxwriter", "workbooks",
     REGISTER + "export_register(register, folder + '/a.xlsx', 'xlsx')"),
    ("charte_registry", "pyarrow", "tables",
     REGISTER + "export_register(register, folder + '/a', 'parquet')"),
    ("charte_registry", "jsonschema", "schemas",
     "from charte_registry.exchange.exporters.algoritmeregister import _ask; _ask({}, [])"),
]  # fmt: skip
ASK = """
import json, sys
folder, library, package = sys.argv[1:]
sys.modules[library] = None
try:
    exec(sys.stdin.read())
except ValueError as error:
    base = type(error).__mro__[1].__name__
    print(json.dumps([type(error).__name__, base, str(error), error.to_dict()]))
"""


def _fresh(code, *arguments, given=""):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        input=given, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("package", "library", "extra", "code"), MISSING)
def test_what_is_missing_says_what_to_install(package, library, extra, code, tmp_path):
    said = _fresh(ASK, tmp_path, library, package, given=code)
    kind, base, message, data = json.loads(said)
    assert kind == "MissingExtraError"
    assert base in ("TarifError", "CantineError", "RegisterError")
    assert message.startswith(f"{library} is not installed")
    assert message.endswith(f'pip install "charte-donnee[{extra}]"')
    (data,) = data.get("errors", [data])
    assert data["code"] == "missing_extra"
    assert data["remedy"].endswith(f'pip install "charte-donnee[{extra}]"')


@pytest.mark.parametrize("package", PACKAGES)
def test_the_error_copies_and_pickles(package):
    extras = import_module(f"{package}.extras")
    with (
        pytest.raises(extras.MissingExtraError) as caught,
        extras.needs("figures" if package != "charte_registry" else "tables"),
    ):
        raise ModuleNotFoundError(name="matplotlib" if package != "charte_registry" else "pyarrow")
    for again in (copy.deepcopy(caught.value), pickle.loads(pickle.dumps(caught.value))):  # noqa: S301
        assert again.to_dict() == caught.value.to_dict()
    with pytest.raises(ModuleNotFoundError), extras.needs("tables"):
        raise ModuleNotFoundError(name="a_module_of_somebody_else")


def test_the_base_computes_a_tariff_and_reads_a_city():
    blocked = sorted({library for libraries in EXTRAS.values() for library in libraries})
    code = (
        f"import sys\nfor name in {blocked}: sys.modules[name] = None\n"
        + NANTES
        + "print(rule.compute(quotient_familial=350, age=30).taux_reduction)\n"
        + CANTEEN.replace("*", "make_city")
        + "print(len(city.canteens)); import charte_registry; print(charte_registry.RegisterError.__name__)"
    )
    assert _fresh(code).split() == ["1.0", "1", "RegisterError"]


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_loads_no_library(package):
    code = f"import sys, {package}; print(*sorted({{m.partition('.')[0] for m in sys.modules}}))"
    loaded = set(_fresh(code).split()) - sys.stdlib_module_names
    libraries = {library for all_ in EXTRAS.values() for library in all_} | WITH_NUMPY
    assert not loaded & libraries
