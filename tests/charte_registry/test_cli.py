"""The command line: where its result goes, and what it does where the result cannot go there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from charte_registry.cli import main

NANTES = Path(__file__).parents[2] / "examples/nantes_2020"
PROGRAM = "import sys; from charte_registry.cli import main; sys.exit(main())"


def _run(*arguments, **streams):
    command = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **streams)


def test_a_full_disk_is_one_line():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    with full.open("w") as out:
        done = _run("check", NANTES, stdout=out)
    assert done.returncode == 2
    assert "the result cannot be printed" in done.stderr
    assert done.stderr.count("\n") == 1


def test_signs_that_the_output_does_not_have_are_one_line():
    done = _run(
        "check", NANTES, "--lang", "pt",
        stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "em ascii; defina PYTHONUTF8=1" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipe with a name on this system")
@pytest.mark.parametrize(
    "arguments", [["report", "--year", "2020"], ["export", "--format", "json"]], ids=lambda a: a[0]
)
def test_what_is_no_file_is_never_replaced(tmp_path, capsys, arguments):
    os.mkfifo(tmp_path / "pipe")
    command, *options = arguments
    for output in (tmp_path / "pipe", tmp_path):
        assert main([command, str(NANTES), *options, "--output", str(output)]) == 2
        assert "is a folder or a device; give the name of a file" in capsys.readouterr().err
    assert (tmp_path / "pipe").is_fifo()


def test_a_link_stays_a_link(tmp_path):
    page, link = tmp_path / "page.html", tmp_path / "link.html"
    page.write_text("old", "utf-8")
    link.symlink_to(page)
    assert main(["report", str(NANTES), "--year", "2020", "--output", str(link)]) == 0
    assert link.is_symlink()
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_the_language_is_that_of_the_option_or_else_of_the_environment(monkeypatch, capsys):
    cases = (
        ([], {"LANG": "de_DE.UTF-8"}, "1 warning"),
        ([], {"LANG": "de_DE.UTF-8", "LC_ALL": "fr_CA.UTF-8"}, "1 avertissement"),
        (["--lang", "pt"], {"LC_ALL": "fr_CA.UTF-8"}, "1 aviso"),
    )
    register = str(NANTES.parent / "recife")
    for arguments, environment, said in cases:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        main(["check", register, "--on", "2024-12-31", *arguments])
        assert said in capsys.readouterr().out
