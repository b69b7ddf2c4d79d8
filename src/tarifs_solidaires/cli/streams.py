"""``-`` where a command takes a file: standard input or output, through a file of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from tarifs_solidaires.cli.terminal import is_quiet

STANDARD = Path("-")
TOML = ("map", "mapping", "scenario", "settings")  # options whose file is TOML; that of others CSV


@contextmanager
def standard_streams(arguments: argparse.Namespace) -> Iterator[None]:
    """Let a command read standard input, and write its output to standard output, where asked.

    What it prints beside its output goes to standard error then.

    Parameters
    ----------
    arguments : argparse.Namespace
        Options; each that is ``-`` becomes a file while the command runs.
    """
    asked = [name for name, value in vars(arguments).items() if value == STANDARD]
    if not asked:
        yield
        return
    with TemporaryDirectory() as folder:
        read = [name for name in asked if name != "output"]
        content = sys.stdin.buffer.read() if read else b""
        for name in read:
            path = Path(folder, f"stdin{'.toml' if name in TOML else '.csv'}")
            path.write_bytes(content)
            setattr(arguments, name, path)
        if "output" not in asked:
            yield
            return
        arguments.output = Path(folder, "stdout.csv")
        is_quiet.set(True)
        with redirect_stdout(sys.stderr):
            yield
        if arguments.output.is_file():
            sys.stdout.flush()
            sys.stdout.buffer.write(arguments.output.read_bytes())
            sys.stdout.buffer.flush()
