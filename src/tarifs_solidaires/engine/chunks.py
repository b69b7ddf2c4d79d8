"""Work in pieces that stay in the processor's cache, on every core, with no large temporaries."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

CHUNK = 1 << 16
LARGE = 1 << 18  # for look-ups, whose pieces hold few numbers at a time
MANY = 1 << 21  # below this, threads cost more than they give


def for_chunks(length: int, work: Callable[[slice], None], size: int = CHUNK) -> None:
    """Call ``work`` for every slice of a length; numpy lets threads run side by side.

    Each slice is written by one call only, so the result does not depend on the number of cores.
    """
    slices = [slice(start, min(start + size, length)) for start in range(0, length, size)]
    if length < MANY:
        for part in slices:
            work(part)
        return
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for _ in pool.map(work, slices):  # raises what the work raised
            pass
