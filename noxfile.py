"""Every task of the project, by name: ``nox -s NAME``. CI runs these and nothing else."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "docs", "build", "tests"]
nox.options.error_on_external_run = True

PACKAGES = ("tarifs_solidaires", "prevision_cantine", "charte_registry")
PYPROJECT = nox.project.load_toml("pyproject.toml")


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group of ``pyproject.toml``."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on the installed package, doctests and documentation included."""
    session.install(".[all]", *group("tests"))
    coverage = ["--cov", "--cov-report=term"] if not session.posargs else []
    _pytest(session, *coverage, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and the import contract."""
    session.install(".", *group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of the sources and of the typing tests."""
    session.install("-e", ".[all]", *group("types"))
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a dangling reference or a warning is an error."""
    session.install(".[all]", *group("docs"))
    target = Path("docs/_build/html")
    session.run("sphinx-build", "-n", "-W", "--keep-going", "-q", "docs", str(target))
    session.log(f"open {target / 'index.html'}")


@nox.session
def demo(session: nox.Session) -> None:
    """Do the main job of each package on the example data and say where to look."""
    session.install(".[figures]")
    session.run("python", "examples/demo.py", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benchmarks that need nothing but the package; they print ratios."""
    session.install(".[all]")
    for name in ("tarifs", "comparison", "notices", "cantine_speed", "registry", "site"):
        session.run("python", f"benchmarks/bench_{name}.py")


@nox.session(default=False)
def bench_page(session: nox.Session) -> None:
    """Write the page of cost and memory against size, beside peers: ``-- --output PATH``."""
    session.install(".[all]", "jsonschema-rs>=0.30", "lightgbm>=4.3", "pydantic>=2.7")
    session.run("python", "benchmarks/bench_page.py", *session.posargs)


@nox.session(default=False)
def bench_compare(session: nox.Session) -> None:
    """Say what became slower since another version, beyond the noise: ``-- BASE``."""
    session.install(".[all]")
    session.run("python", "benchmarks/compare.py", *session.posargs)


@nox.session(default=False)
def bench_scale(session: nox.Session) -> None:
    """Stream people, canteens and lines in flat memory, and fit on a cluster of processes."""
    session.install(".[all,dask]")
    session.run("python", "benchmarks/bench_scale.py", *session.posargs)


@nox.session(default=False)
def bench_cantine(session: nox.Session) -> None:
    """Forecast a real city's past beside peers: ``-- FOLDER``; then time the model beside LightGBM."""
    session.install(".[all]", *group("bench"))
    session.run("python", "benchmarks/bench_cantine.py", *session.posargs)
    session.run("python", "benchmarks/bench_cantine_speed.py")


@nox.session(default=False)
def bench_openfisca(session: nox.Session) -> None:
    """Run the benchmark of the tariffs beside openfisca-france-local, in an environment of its own."""
    peer = Path(session.create_tmp()) / "peer"
    session.run("python", "-m", "venv", str(peer))
    python = peer / ("Scripts" if os.name == "nt" else "bin") / "python"
    session.run(
        str(python), "-m", "pip", "install", "-q", "numpy<2", "openfisca-france-local",
        external=True,
    )  # fmt: skip
    session.install(".")
    session.run("python", "benchmarks/bench_tarifs.py", "--peer", str(python))


@nox.session(default=False)
def bench_registry(session: nox.Session) -> None:
    """Run the benchmark of the register beside other libraries that validate records."""
    session.install(".", *group("bench-registry"))
    session.run("python", "benchmarks/bench_registry.py", *session.posargs)


@nox.session(default=False)
def dask(session: nox.Session) -> None:
    """Fit and compute on a local cluster of Dask, one of whose worker processes is killed."""
    session.install(".[dask]")
    session.run("python", "tests/cluster/dask_cluster.py", *session.posargs)


@nox.session(default=False)
def spark(session: nox.Session) -> None:
    """Compute in a local session of Spark; needs Java 17, on Debian ``openjdk-17-jre-headless``."""
    session.install(".[spark]", "pandas<3")
    session.run("python", "tests/cluster/spark_session.py", *session.posargs)


@nox.session(default=False)
def accessibility(session: nox.Session) -> None:
    """Check the pages that the project writes in a headless Chromium that is there."""
    session.install(".", *group("browser"))
    session.run("python", "tests/browser/pages.py")


@nox.session(default=False)
def service(session: nox.Session) -> None:
    """Test the example of a service with schemathesis, then load it: ``-- COUNT`` requests a kind."""
    session.install(".", *group("service"))
    path = "tests/service/endpoints.py"
    session.run("pytest", "-q", "-c", os.devnull, "--rootdir", ".", "--noconftest", path)
    session.run("python", "examples/service/load.py", "--count", *(session.posargs or ["200"]))


@nox.session(default=False)
def verify_types(session: nox.Session) -> None:
    """Let pyright say how much of what is public has a known type; npm carries it."""
    session.install(".[all]", *group("types"))
    for package in PACKAGES:
        session.run(
            "npx", "--yes", "pyright", "--pythonpath", str(Path(session.bin) / "python"),
            "--ignoreexternal", "--verifytypes", package, external=True,
        )  # fmt: skip


@nox.session(default=False)
def libreoffice(session: nox.Session) -> None:
    """Let a headless LibreOffice that is there save the workbooks of registers, and read them back."""
    session.install(".[workbooks]", *group("tests"))
    session.run("python", "tests/office/libreoffice.py", *session.posargs)


@nox.session(default=False)
def calculator(session: nox.Session) -> None:
    """Compute 100,000 people a rule in Python and with the script of its page: ``-- NAME`` for some."""
    session.install(".")
    session.run("python", "tests/calculator/agree.py", *session.posargs)


@nox.session(default=False)
def feel(session: nox.Session) -> None:
    """Evaluate the DMN of all rules with the FEEL engine feelin of npm: ``-- NAME`` for some."""
    session.install(".", "hypothesis")
    folder = Path(session.create_tmp()) / "cases"
    shutil.rmtree(folder, ignore_errors=True)
    session.run("npm", "ci", "--prefix", "tests/feel", external=True)
    session.run("python", "tests/feel/cases.py", str(folder), *session.posargs)
    session.run("node", "tests/feel/run.mjs", str(folder), external=True)


@nox.session
def build(session: nox.Session) -> None:
    """Build sdist and wheel, check both, and run the tests of the project as a whole on the wheel.

    The session ``tests`` runs all others on an installed package, which is built the same way.
    """
    session.install(*group("build"), *group("tests"))
    dist = Path("dist")
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(dist))
    (wheel,) = dist.glob("*.whl")
    session.run("twine", "check", "--strict", *map(str, dist.iterdir()))
    session.run("check-wheel-contents", str(wheel))
    session.install(f"charte-donnee[all] @ {wheel.resolve().as_uri()}")
    session.run("pytest", "-q", "tests/project", env={"MPLBACKEND": "Agg"})


@nox.session(default=False)
def changelog(session: nox.Session) -> None:
    """Show the changelog that the fragments make; ``-- build --yes`` writes it."""
    session.install(*group("changelog"))
    session.run("towncrier", *(session.posargs or ["build", "--draft"]))


def _pytest(session: nox.Session, *args: str) -> None:
    """Run the tests and the doctests of the installed packages, not of the sources.

    The examples of a page go on from one another, so that a file stays with one process.
    """
    paths = ["tests", "README.md", "README.fr.md", "docs"]
    session.run(
        "pytest", "-n", "auto", "--dist", "loadfile", "--doctest-modules", "--pyargs", *args, *paths,
        *PACKAGES,
        env={"MPLBACKEND": "Agg"},
    )  # fmt: skip
