"""Every task of the project, by name: ``nox -s NAME``. CI runs these and nothing else."""

import json
import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "docs", "build", "tests"]
nox.options.error_on_external_run = True
nox.options.default_venv_backend = "uv|virtualenv"  # uv where it is: it installs in seconds

PACKAGES = ("tarifs_solidaires", "prevision_cantine", "charte_registry")
PYPROJECT = nox.project.load_toml("pyproject.toml")


def group(name: str) -> list[str]:
    """Return the requirements of a dependency group of ``pyproject.toml``."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on the installed package, doctests and documentation included."""
    session.install(".[all]", *group("tests"))
    _pytest(session, *session.posargs)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Run the tests and say which lines and branches none reaches; takes about twice as long."""
    session.install(".[all]", *group("tests"))
    _pytest(session, "--cov", "--cov-report=term", *session.posargs)


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
    session.install(".[cantine,figures,registre,tarifs]")
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
    session.install(".[tarifs]")
    session.run("python", "benchmarks/bench_tarifs.py", "--peer", str(python))


@nox.session(default=False)
def bench_registry(session: nox.Session) -> None:
    """Run the benchmark of the register beside other libraries that validate records."""
    session.install(".[registre]", *group("bench-registry"))
    session.run("python", "benchmarks/bench_registry.py", *session.posargs)


@nox.session(default=False)
def dask(session: nox.Session) -> None:
    """Fit and compute on a local cluster of Dask, one of whose worker processes is killed."""
    session.install(".[cantine,dask]")
    session.run("python", "tests/cluster/dask_cluster.py", *session.posargs)


@nox.session(default=False)
def spark(session: nox.Session) -> None:
    """Compute in a local session of Spark; needs Java 17, on Debian ``openjdk-17-jre-headless``."""
    session.install(".[cantine,spark]", "pandas<3")
    session.run("python", "tests/cluster/spark_session.py", *session.posargs)


@nox.session(default=False)
def accessibility(session: nox.Session) -> None:
    """Check the pages that the project writes in a headless Chromium that is there."""
    session.install(".[all]", *group("browser"))
    session.run("python", "tests/browser/pages.py")
    session.run("python", "tests/browser/forms.py")


@nox.session(default=False)
def service(session: nox.Session) -> None:
    """Test the example of a service with schemathesis, then load it: ``-- COUNT`` requests a kind."""
    session.install(".[cantine,registre,tarifs]", *group("service"))
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
    session.install(".[registre,workbooks]", *group("tests"))
    session.run("python", "tests/office/libreoffice.py", *session.posargs)


@nox.session(default=False)
def calculator(session: nox.Session) -> None:
    """Compute 100,000 people a rule in Python and with the script of its page: ``-- NAME`` for some.

    ``-- --results FILE`` keeps what agreed, so that a run goes on from where another stopped.
    """
    session.install(".")
    session.run("python", "tests/calculator/agree.py", *session.posargs)


@nox.session(default=False)
def feel(session: nox.Session) -> None:
    """Evaluate the DMN of all rules with the FEEL engine feelin of npm: ``-- NAME`` for some."""
    session.install(".[tarifs]", "hypothesis")
    folder = Path(session.create_tmp()) / "cases"
    shutil.rmtree(folder, ignore_errors=True)
    session.run("npm", "ci", "--prefix", "tests/feel", external=True)
    session.run("python", "tests/feel/cases.py", str(folder), *session.posargs)
    session.run("node", "tests/feel/run.mjs", str(folder), external=True)


@nox.session(default=False, venv_backend="venv")
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest versions that the project allows: ``-- PATH`` for some."""
    session.install("uv")
    limits = str(Path(session.create_tmp()) / "lowest.txt")
    session.run(
        "uv", "pip", "compile", "--quiet", "--all-extras", "--resolution", "lowest-direct",
        "--output-file", limits, "pyproject.toml",
    )  # fmt: skip
    session.run(
        "uv", "pip", "install", "--python", session.virtualenv.location, "--constraint", limits,
        ".[all]", *group("tests"),
        "pytest<9",  # which warns of the generator that scikit-learn 1.7 hands it
    )  # fmt: skip
    _pytest(session, *session.posargs, examples=False)  # numpy 1 prints days otherwise


@nox.session(default=False)
def numpy1(session: nox.Session) -> None:
    """Run the tests with numpy 1.26, the last of its first generation: ``-- PATH`` for some."""
    session.install(".[all]", *group("tests"), "numpy<2")
    _pytest(session, *session.posargs, examples=False)  # numpy 1 prints days otherwise


@nox.session(default=False, python=["3.11", "3.12", "3.13", "3.14"])
def pythons(session: nox.Session) -> None:
    """Run the tests on every Python that is allowed and there: ``-- PATH`` for some."""
    session.install(".[all]", *group("tests"))
    _pytest(session, *session.posargs)


@nox.session(default=False)
def light(session: nox.Session) -> None:
    """Install nothing but the base, say how large it is, and refuse 100 MB or more."""
    session.install("--no-deps", "uv")
    target = Path(session.create_tmp()) / "base"
    shutil.rmtree(target, ignore_errors=True)
    session.run(
        "uv", "pip", "install", "--quiet", "--compile-bytecode", "--target", str(target), "."
    )
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6
    session.log(f"the base install takes {size:.0f} MB")
    if size >= 100:
        session.error("the base install takes 100 MB or more")


@nox.session(default=False)
def pyodide(session: nox.Session) -> None:
    """Check a register, and compute a tariff, in the Python of browsers, run by node.

    The package ``pyodide`` of npm holds that Python and no library. Wheels come from PyPI; that of
    numpy is on Pyodide's own host alone. Where it cannot be fetched, the tariff is not computed
    there: only that Pyodide has every library of the base in an allowed version is checked then.
    """
    session.install(".[registre]", "packaging", "pip")
    session.run("npm", "ci", "--prefix", "tests/pyodide", external=True)
    lock = json.loads(Path("tests/pyodide/node_modules/pyodide/pyodide-lock.json").read_text())
    version, tag = lock["info"]["python"], f"pyemscripten_{lock['info']['abi_version']}_wasm32"
    wheels = Path(session.create_tmp()) / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    session.run("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(wheels), ".")
    minor = "".join(version.split(".")[:2])
    session.run(
        "python", "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--platform", tag,
        "--implementation", "cp", "--python-version", minor, "--abi", f"cp{minor}", "-d", str(wheels),
        "attrs", "msgspec", "narwhals", "tomlkit", "tqdm",
    )  # fmt: skip
    session.run("python", "tests/pyodide/lock.py", external=True)
    there = session.run(
        "node", "tests/pyodide/run.mjs", str(wheels), ".", external=True, silent=True
    )
    here = session.run("python", "tests/pyodide/core.py", silent=True)
    session.log(f"Python {version} in node:\n{there}")
    computed, expected = (
        [line for line in str(text).splitlines() if line.startswith("{")] for text in (there, here)
    )
    if not computed or computed != expected[: len(computed)]:
        session.error(f"here it is otherwise:\n{here}")
    if len(computed) < len(expected):
        session.warn("numpy could not be fetched: no tariff was computed in the browser's Python")


@nox.session
def build(session: nox.Session) -> None:
    """Build sdist and wheel, check both, and run the tests of the project as a whole on the wheel.

    The session ``tests`` runs all others on an installed package, which is built the same way.
    """
    session.install(*group("build"), *group("tests"))
    dist = Path("dist")
    shutil.rmtree(dist, ignore_errors=True)
    installer = "uv" if session.venv_backend == "uv" else "pip"
    session.run("python", "-m", "build", "--installer", installer, "--outdir", str(dist))
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


def _pytest(session: nox.Session, *args: str, examples: bool = True) -> None:
    """Run the tests and the doctests of the installed packages, not of the sources; or those named.

    The examples of a page go on from one another, so that a file stays with one process.
    """
    named = any(Path(argument.partition("::")[0]).exists() for argument in args)
    every = ("tests", *(("README.md", "README.fr.md", "docs", *PACKAGES) if examples else ()))
    session.run(
        "pytest", "-n", "auto", "--dist", "loadfile", "--pyargs", *args,
        *(("--doctest-modules",) if examples else ()), *(() if named else every),
        env={"MPLBACKEND": "Agg"},
    )  # fmt: skip
