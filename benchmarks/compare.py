"""Say what became slower since another version, beyond the noise: ``compare.py BASE``.

Both versions do the same work in turn, each time in a new process. The ratio of each pair of runs
tells how far the machine alone moves them; what is slower by more than three times that, and by
more than 5 %, is said to be slower, and the program then ends with 1.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from measured import CASES

ROOT = Path(__file__).resolve().parents[1]
PAIRS = 7
LEAST = 0.05
NORMAL = 1.4826  # standard deviations in a median deviation


def taken(tree: Path, name: str, size: int) -> float:
    """Return the median processor seconds of a version, in a new process."""
    command = [sys.executable, str(ROOT / "benchmarks" / "measured.py"), name, str(size)]
    environment = {**os.environ, "PYTHONPATH": str(tree / "src")}
    return statistics.median(json.loads(subprocess.check_output(command, env=environment)))


def judged(ratios: list[float]) -> tuple[float, float, str]:
    """Return the median ratio, its noise, and what it says."""
    middle = statistics.median(ratios)
    spread = NORMAL * statistics.median(abs(ratio - middle) for ratio in ratios)
    noise = 3 * spread / len(ratios) ** 0.5
    if abs(middle - 1) <= max(noise, LEAST):
        return middle, noise, "as before"
    return middle, noise, "SLOWER" if middle > 1 else "faster"


def main() -> None:
    """Print a line for each case and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", help="a commit, branch or tag")
    parser.add_argument("--cases", nargs="+", default=list(CASES), choices=list(CASES))
    parser.add_argument("--pairs", type=int, default=PAIRS)
    arguments = parser.parse_args()
    slower = 0
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "-q", str(base), arguments.base], check=True)
        try:
            print(f"{'':12}{'size':>10}{'base ms':>12}{'now ms':>12}{'ratio':>8}{'noise':>8}")
            for name in arguments.cases:
                for size in CASES[name].sizes[1:-1:2]:
                    pairs = [
                        (taken(base, name, size), taken(ROOT, name, size))
                        for _ in range(arguments.pairs)
                    ]
                    ratio, noise, word = judged([now / before for before, now in pairs])
                    slower += word == "SLOWER"
                    before, now = (
                        1000 * statistics.median(side) for side in zip(*pairs, strict=True)
                    )
                    print(
                        f"{name:12}{size:10,}{before:12.3f}{now:12.3f}{ratio:8.2f}{noise:8.2f}  {word}",
                        flush=True,
                    )
        finally:
            subprocess.run([*git, "remove", "--force", str(base)], check=True)
    sys.exit(1 if slower else 0)


if __name__ == "__main__":
    main()
