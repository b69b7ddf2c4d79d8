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

from tarifs_solidaires import load_rule, make_population
from tarifs_solidaires.people.notices import write_notices

LETTER = Template(
    "<!doctype html><html lang='fr'><title>Notice</title><h1>Notice</h1>"
    "<p>Votre réduction est de {{ rate }} %.</p>"
    "{% for name, value in data %}<p>{{ name }} : {{ value }}</p>{% endfor %}</html>",
    autoescape=True,
)


def people(count: int) -> dict[str, np.ndarray]:
    """Make people."""
    rng = np.random.default_rng(0)
    return {
        "quotient_familial": np.round(rng.gamma(2.2, 380, count), 2),
        "age": rng.integers(0, 95, count),
    }


def heavy(count: int) -> dict[str, tuple[str, dict[str, np.ndarray]]]:
    """Make people for rules of which a notice is more work."""
    rng = np.random.default_rng(0)
    income = {
        "revenu_fiscal_reference": np.round(rng.gamma(2.2, 9_000, count)),
        "nombre_parts": rng.integers(2, 10, count) / 2,
        "age": rng.integers(0, 95, count),
    }
    toulouse = make_population(load_rule("toulouse/transport", on="2024-09-01"), count, seed=0)
    return {
        "Nantes, by income and shares": ("nantes/transport", income),
        "Toulouse, ten inputs": ("toulouse/transport", dict(toulouse)),
    }


def write(file: Path, columns: dict[str, np.ndarray]) -> None:
    """Write people."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(columns)
        rows.writerows(zip(*(values.tolist() for values in columns.values()), strict=True))


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
        columns = people(count)
        write(base / "people.csv", columns)
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
        for number, (name, (rule_name, given)) in enumerate(heavy(count // 5).items()):
            other, file = load_rule(rule_name, on="2024-09-01"), base / f"heavy{number}.csv"
            write(file, given)
            clock, processor = timed(lambda r=other, f=file, n=number: write_notices(
                r, f, base / f"heavy{n}", lang="fr"))  # fmt: skip
            print(
                f"{name}, 1 process: {count // 5 / clock:,.0f} notices a second by the clock, "
                f"{5000 * processor / count:.2f} ms of one processor each", flush=True,
            )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
