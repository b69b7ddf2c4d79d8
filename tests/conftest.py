"""What every test shares: where the real data are, when they are there."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")

ROOT = Path(__file__).parents[1]

collect_ignore = [
    "browser",
    "cluster",
    "office",
    "pyodide",
    "service",
]  # nox sessions of their own: they need other programs or libraries


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data, which the project does not ship; skip without it."""
    folder = Path(os.environ.get("CHARTE_DONNEE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set CHARTE_DONNEE_DATA to run this test")
    return folder


@pytest.fixture(scope="session")
def examples() -> Path:
    """Return the folder of examples that the project ships."""
    return ROOT / "examples"
