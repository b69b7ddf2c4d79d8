"""How a method reaches what stands above its class, when it is called and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def above(name: str) -> Any:
    """Return a function that methods share with what stands above them: see ``attached``.

    Importing a class loads nothing above it, in a process that only unpickles a register either.

    Parameters
    ----------
    name : str
        Name of the function in ``charte_registry.attached``.

    Returns
    -------
    callable
        The function.
    """
    return getattr(import_module("charte_registry.attached"), name)
