"""Notices for everyone in a file, beside one at a time, and beside a mail merge that explains nothing.

Each runs on the same people and writes the same number of files; figures are ratios within one run,
and times of the processor, which other programs on the machine do not lengthen as they do the clock.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from jinja2 import Template

from tarifs_solidaires import load_rule
from tarifs_solidaires.people.notices import write_notices

LETTER = Template(
    "<!doctype html><html lang='fr'><title>Notice</title><h1>Notice</h1>"
    "<p>Votre réduction est de {{ rate }} %.</p>"
    "{% for name, value in data %}<p>{{ name }} : {{ value }}</p>{% endfor %}</html>",
    autoescape=True,
)


def people(file: Path, count: int) -> dict[str, np.ndarray]:
    """Write made people; return their columns."""
    rng = np.random.default_rng(0)
    columns = {
        "quotient_familial": np.round(rng.gamma(2.2, 380, count), 2),
        "age": rng.integers(0, 95, count),
    }
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(columns)
        rows.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))
    return columns


def timed(job) -> tuple[float, float]:
    """Return seconds of the clock and of the processor, those of processes that were started too."""
    before, start = os.times(), time.perf_counter()
    job()
    after = os.times()
    return time.perf_counter() - start, sum(after[:4]) - sum(before[:4])


def main() -> int:
    """Print how many notices a second, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=2)
    count, processes = (vars(parser.parse_args())[name] for name in ("people", "processes"))
    rule = load_rule("nantes/transport", on="2024-09-01")
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        columns = people(base / "people.csv", count)
        some = min(count, 500)
        result = rule.compute({name: values[:some] for name, values in columns.items()})
        result.explain(0, lang="fr").to_html()

        def one_at_a_time() -> None:
            (base / "one").mkdir()
            for i in range(some):
                page = result.explain(i, lang="fr").to_html()
                (base / "one" / f"{i}.html").write_text(page, "utf-8")

        def mail_merge() -> None:
            (base / "merge").mkdir()
            rates = rule.compute(columns).taux_reduction
            for i in range(count):
                data = [(name, values[i]) for name, values in columns.items()]
                page = LETTER.render(rate=100 * rates[i], data=data)
                (base / "merge" / f"{i}.html").write_text(page, "utf-8")

        jobs = {
            "mail merge": (count, mail_merge),
            "one at a time": (some, one_at_a_time),
            "all, 1 process": (count, lambda: write_notices(
                rule, base / "people.csv", base / "all1", lang="fr")),
            f"all, {processes} processes": (count, lambda: write_notices(
                rule, base / "people.csv", base / "all2", lang="fr", processes=processes)),
        }  # fmt: skip
        figures = {}
        for name, (number, job) in jobs.items():
            clock, processor = timed(job)
            figures[name] = processor / number
            print(
                f"{name}: {number / clock:,.0f} notices a second by the clock, "
                f"{1000 * processor / number:.2f} ms of one processor each", flush=True,
            )  # fmt: skip
        for name in list(figures)[1:]:
            print(f"{name} / mail merge, processor: {figures[name] / figures['mail merge']:.1f}")
        print(f"one at a time / all, 1 process, processor: "
              f"{figures['one at a time'] / figures['all, 1 process']:.1f}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
