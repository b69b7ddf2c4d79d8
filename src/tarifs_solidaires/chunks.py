"""Work in pieces that stay in the processor's cache, on every core, with no large temporaries."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

CHUNK = 1 << 16
MANY = 1 << 21  # below this, threads cost more than they give; from here on their chunks are
SHARED = 1 << 18  # larger, so that they seldom wait for each other


def for_chunks(length: int, work: Callable[[slice], None]) -> None:
    """Call ``work`` for every slice of a length; numpy lets threads run side by side.

    Each slice is written by one call only, so the result does not depend on the number of cores.
    """
    size = CHUNK if length < MANY else SHARED
    slices = [slice(start, min(start + size, length)) for start in range(0, length, size)]
    if length < MANY:
        for part in slices:
            work(part)
        return
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for _ in pool.map(work, slices):  # raises what the work raised
            pass


def gather(values: Array, cells: Array) -> Array:
    """Return ``values[cells]`` for cell numbers that are all valid, in the shape of the cells."""
    if cells.ndim == 0:
        return np.asarray(values[cells])
    found = np.empty(cells.shape, dtype=values.dtype)

    def work(part: slice) -> None:
        np.take(values, cells[part], out=found[part], mode="clip")

    for_chunks(len(cells), work)
    return found


def gather_sum(values: Array, first: tuple[Array, Array], second: tuple[Array, Array]) -> Array:
    """Return ``values[a[i] + b[j]]`` for two tables, each with its valid cell numbers."""
    (a, i), (b, j) = first, second
    if i.ndim == j.ndim == 0:
        return np.asarray(values[a[i] + b[j]])
    i, j = np.broadcast_arrays(i, j)
    found = np.empty(i.shape, dtype=values.dtype)

    def work(part: slice) -> None:
        np.take(values, a[i[part]] + b[j[part]], out=found[part], mode="clip")

    for_chunks(len(i), work)
    return found
