"""Compute 100,000 people a rule twice, in Python and with the script of its page, at every bound.

``nox -s calculator`` runs it on the rules that ship, the shapes among the examples, the made-up files and
random ones; ``-- NAME`` runs those whose name holds that word. It is no part of the tests, which compute
a thousand. What agreed is kept with ``--results FILE``: run again, only what changed since is computed.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "tarifs_solidaires"))

from calculator import NODE, differences, people_at_bounds  # noqa: E402
from random_rules import random_rule  # noqa: E402

import tarifs_solidaires  # noqa: E402
from tarifs_solidaires import list_rules, load_rule  # noqa: E402
from tarifs_solidaires.rules.load import read_rule  # noqa: E402

PEOPLE = 100_000
SEEDS = 200  # random files, which share the people of one rule
ROUNDS = 3  # of people of a rule, until so many lie at a bound
AT_ONCE = 20_000  # people that the script computes in one process
EXAMPLES = sorted((ROOT / "examples" / "tarifs").glob("*.toml"))
MADE_UP = sorted((HERE.parent / "tarifs_solidaires" / "drawn").glob("*.toml"))


def subjects(folder):
    """Yield what is compared: its name, its rule files, and how many people each has."""
    for name in list_rules():
        yield name, [name], PEOPLE
    for file in (*EXAMPLES, *MADE_UP):
        yield str(file.relative_to(ROOT)), [file], PEOPLE
    files = []
    for seed in range(SEEDS):
        files.append(folder / f"random-{seed:03}.toml")
        files[-1].write_text(random_rule(seed), "utf-8")
    yield f"{SEEDS} random files", files, PEOPLE // SEEDS


def compare(name, count):
    """Compare every version of one rule; return how many people, at a bound, and what differs."""
    versions = read_rule(name)[0].version
    share = -(-count // len(versions))
    people = beside = 0
    wrong = []
    for number, version in enumerate(versions):
        rule = load_rule(name, version.valid_from)
        some = turning = 0
        asked = share
        for again in range(ROUNDS):
            found = 0
            for columns, at_bound in people_at_bounds(rule, asked, seed=number * ROUNDS + again):
                computed, differ = in_parts(rule, columns)
                some, found = some + computed, found + at_bound
                wrong += [(rule.name, str(rule.on), *one) for one in differ]
            turning += found
            if turning >= share or not found:
                break
            asked = min(share, 1 + int((share - turning) * asked / found))
        people, beside = people + some, beside + turning
    return people, beside, wrong


def in_parts(rule, columns):
    """Return how many people were computed, and those who differ, so many a process of the script."""
    computed, differ = 0, []
    for start in range(0, len(next(iter(columns.values()))), AT_ONCE):
        part = {key: column[start : start + AT_ONCE] for key, column in columns.items()}
        some, found = differences(rule, part)
        computed, differ = computed + some, differ + found
    return computed, differ


def code():
    """Return a mark of what computes, here and in the page: another one where a line of it changed."""
    package = Path(tarifs_solidaires.__file__).parent
    tests = HERE.parent / "tarifs_solidaires"
    found = [package / "pages" / "program.py", package / "pages" / "exact.js", *HERE.glob("*.*")]
    found += [tests / "calculator.py", tests / "random_rules.py"]
    for part in ("engine", "values", "rules"):
        found += [*(package / part).glob("*.py"), *(package / part).glob("vocabulary/**/*.toml")]
    mark = hashlib.sha256()
    for file in sorted(found):
        mark.update(file.read_bytes())
    return mark


def marked(base, names):
    """Return the mark of rule files on top of that of the code."""
    mark = base.copy()
    territories = Path(tarifs_solidaires.__file__).parent / "rules" / "territories"
    for name in names:
        file = name if isinstance(name, Path) else territories / f"{name}.toml"
        mark.update(file.read_bytes())
    return mark.hexdigest()


def main():
    """Compare what is asked, print a table; return 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", help="a word of the names of those to compare")
    parser.add_argument("--results", type=Path, help="a file that keeps what agreed")
    asked = parser.parse_args()
    if NODE is None:
        print("no node: install Node.js", file=sys.stderr)
        return 2
    kept, base, table = read_results(asked.results), code(), []
    with tempfile.TemporaryDirectory() as folder:
        for name, files, count in subjects(Path(folder)):
            if asked.name and not any(word in name for word in asked.name):
                continue
            mark = marked(base, files)
            if mark not in kept:
                kept[mark] = timed(name, files, count, mark)
                if asked.results and not kept[mark]["differ"]:
                    with asked.results.open("a", encoding="utf-8") as out:
                        out.write(json.dumps(kept[mark]) + "\n")
            table.append(kept[mark])
    show(table)
    return 1 if any(line["differ"] for line in table) else 0


def read_results(file):
    """Return what a file keeps, by mark."""
    if file is None or not file.exists():
        return {}
    return {line["mark"]: line for line in map(json.loads, file.read_text("utf-8").splitlines())}


def timed(name, files, count, mark):
    """Compare the files of one name; print the first who differ as soon as they are found."""
    start = time.perf_counter()
    people = beside = 0
    wrong = []
    for file in files:
        some, turning, found = compare(file, count)
        people, beside, wrong = people + some, beside + turning, wrong + found
    for one in wrong[:3]:
        print(f"  {name}: {one}", flush=True)
    took = time.perf_counter() - start
    print(f"{name}: {len(wrong):,} differ of {people:,}", file=sys.stderr, flush=True)
    return {"mark": mark, "name": name, "people": people, "beside": beside, "differ": len(wrong), "seconds": round(took, 1)}  # fmt: skip


def show(table):
    """Print the table, and the sums."""
    print(f"{'rule':45} {'people':>11} {'at a bound':>11} {'differ':>7} {'seconds':>8}")
    total = {key: sum(line[key] for line in table) for key in ("people", "beside", "differ", "seconds")}  # fmt: skip
    for line in [*table, {"name": f"all {len(table)}", **total}]:
        print(f"{line['name']:45} {line['people']:>11,} {line['beside']:>11,} {line['differ']:>7,} {line['seconds']:>8,.0f}")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
