"""The command line ``prevision-cantine``: one module a command."""

from prevision_cantine.cli.main import main

__all__ = ["main"]
