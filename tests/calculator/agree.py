"""Compute 100,000 people a rule twice, in Python and with the script of its page, at every bound.

``nox -s calculator`` runs it, ``-- NAME`` for some rules; it is no part of the tests, which compute a
thousand.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tarifs_solidaires"))

from calculator import NODE, boundary, differences  # noqa: E402

from tarifs_solidaires import list_rules, load_rule  # noqa: E402
from tarifs_solidaires.rules.load import read_rule  # noqa: E402

PEOPLE = 100_000
EXAMPLES = sorted((HERE.parents[1] / "examples" / "tarifs").glob("*.toml"))


def main(names):
    """Compare every version of some rules; return how many people differ."""
    if NODE is None:
        print("no node: install Node.js", file=sys.stderr)
        return 2
    total = wrong = 0
    for name in names or [*list_rules(), *EXAMPLES]:
        versions = read_rule(name)[0].version
        people = differ = 0
        for number, version in enumerate(versions):
            rule = load_rule(name, version.valid_from)
            for columns in boundary(rule, PEOPLE // len(versions) + 1, seed=number):
                count, found = differences(rule, columns)
                people += count
                differ += len(found)
                for one in found[:3]:
                    print(f"  {rule.on}: {one}")
        print(f"{name}: {people:,} people, {differ:,} differ", flush=True)
        total += people
        wrong += differ
    print(f"all: {total:,} people, {wrong:,} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
