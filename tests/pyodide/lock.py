"""Check that Pyodide has every library that the base needs, in a version that is allowed."""

import json
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).parent
ELSEWHERE = {"babel", "tomlkit"}  # of pure Python: their wheels of PyPI run as they are


def main() -> None:
    """Print each requirement of the base and of the extras tarifs and registre beside Pyodide's."""
    lock = json.loads((HERE / "node_modules/pyodide/pyodide-lock.json").read_text("utf-8"))
    has = {name.lower(): package["version"] for name, package in lock["packages"].items()}
    project = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for text in sorted({*project["dependencies"], *extras["tarifs"], *extras["registre"]}):
        needed = Requirement(text)
        version = has.get(needed.name.lower())
        if version is None and needed.name in ELSEWHERE:
            print(f"{text}: of pure Python, from PyPI")
            continue
        if version is None or not needed.specifier.contains(version):
            raise SystemExit(f"{text}: Pyodide has {version or 'none'}")
        print(f"{text}: Pyodide has {version}")


if __name__ == "__main__":
    main()
