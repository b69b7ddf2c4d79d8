"""What every test shares: where the real data are, when they are there."""

import os
from collections.abc import Iterator
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


@pytest.fixture(autouse=True, scope="session")
def _english_environment() -> Iterator[None]:
    """Let programs answer in English, whatever the language of who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
            patch.delenv(name, raising=False)
        yield


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
