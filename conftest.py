"""Run the examples of every Markdown page: the code between fences, as a reader would type it."""

import os
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser


def _stand_in_the_clone(_: dict[str, object]) -> None:
    os.chdir(Path(__file__).parent)


_pages = Sybil(
    parsers=[PythonCodeBlockParser()],
    patterns=["README*.md", "docs/**/*.md"],
    setup=_stand_in_the_clone,
).pytest()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the Markdown pages."""
    return _pages(file_path, parent)
