"""Write the DMN of rules, and cases with what exact arithmetic gives: python cases.py FOLDER [NAME ...]

Cases lie at every figure that a rule compares something with, at the points where another row
decides (found by bisection), a step of the grid to each side, and at random. The rules are those
that ship, the examples, made-up ones, and random ones.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tarifs_solidaires"))
from drawn_rules import ALL, cases_of, versions
from random_rules import random_rule

SEEDS = 120
# rules of which 34 digits do not give every value: a quotient without an end is added and taken away
LIMITS = {"random-004": "step_1 + 3 - step_1"}


def rules(folder):
    """Yield every rule, with what to call it."""
    yield from ALL
    for seed in range(SEEDS):
        file = folder / f"random-{seed:03}.toml"
        file.write_text(random_rule(seed), "utf-8")
        for _, rule in versions(file):
            yield file.stem, rule


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, (label, rule) in enumerate(rules(folder)):
        if not sys.argv[2:] or any(name in label for name in sys.argv[2:]):
            many = 200 if label.startswith("random-") else 1000
            cases, kinds = cases_of(rule, many, around=True)
            found = {
                "rule": label, "on": rule.on.isoformat(), "dmn": rule.to_dmn(), "kinds": kinds,
                "cases": cases, "limit": LIMITS.get(label, ""),
            }  # fmt: skip
            (folder / f"{number:04}.json").write_text(json.dumps(found), "utf-8")
