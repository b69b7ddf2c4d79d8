"""The benchmark page: cost and memory against size, beside peers and a plain copy, in one run.

One file of HTML that loads nothing, and beside it the figures as JSON; ``--from`` draws figures that
were measured before.
"""

import argparse
import datetime as dt
import html
import json
import math
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from measured import CASES, measure

Figures = dict[str, Any]
COLOURS = ("#0b5394", "#b45f06", "#38761d", "#741b47", "#666666")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "1 4")
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 360, 64, 44
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:0 auto;padding:1rem;color:#1b1b1b;background:#fff}
svg{width:100%;height:auto} .wide{overflow-x:auto} .wide>svg{min-width:34rem} td{white-space:nowrap}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid #ccc;padding:.25rem .75rem;text-align:right}
th:first-child,td:first-child{text-align:left} caption{text-align:left;font-weight:600}
"""


def machine() -> Figures:
    """Describe the machine."""
    model = platform.processor()
    about = Path("/proc/cpuinfo")
    if about.is_file():
        names = [n for n in about.read_text().splitlines() if n.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    libraries = {}
    for name in ("numpy", "scipy", "msgspec", "lightgbm", "pydantic", "jsonschema-rs"):
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    memory = (
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    )
    return {
        "processor": model or platform.machine(), "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1), "system": platform.system(),
        "python": platform.python_version(), "libraries": libraries,
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "day": dt.date.today().isoformat(),
    }  # fmt: skip


def slope(sizes: list[int], values: list[float]) -> float:
    """Return the power of the size with which a cost grows, over the last three sizes."""
    return float(np.polyfit(np.log(sizes[-3:]), np.log(values[-3:]), 1)[0])


def by_run(found: list[Figures]) -> dict[str, tuple[list[int], list[float]]]:
    """Return sizes and seconds of each run."""
    runs: dict[str, tuple[list[int], list[float]]] = {}
    for one in found:
        sizes, values = runs.setdefault(one["run"], ([], []))
        sizes.append(one["size"])
        values.append(one["seconds"])
    return runs


def chart(title: str, unit: str, found: list[Figures]) -> str:
    """Return a picture: both axes in powers of ten."""
    runs = by_run(found)
    sizes = [math.log10(s) for s, _ in runs.values() for s in s]
    values = [math.log10(max(v, 1e-9)) for _, v in runs.values() for v in v]
    low, high = math.floor(min(values)), math.ceil(max(values))
    first, last = min(sizes), max(sizes)

    def x(size: float) -> float:
        return LEFT + (math.log10(size) - first) / (last - first) * (WIDTH - LEFT - 16)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - BOTTOM - 16)

    parts = [
        f'<div class="wide"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}: processor '
        'seconds against size; the table says the same">'
    ]
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - 16}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>'
            f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end" font-size="12">{time_text(10.0**power)}'
            "</text>"
        )
    every_size = sorted({one["size"] for one in found})
    ends = {every_size[0]: "start", every_size[-1]: "end"}
    parts += [
        f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="{ends.get(size, "middle")}" '
        f'font-size="12">{size:,}</text>'
        for size in every_size
    ]
    parts.append(
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle" font-size="12">{unit}</text>'
    )
    for n, (every, seconds) in enumerate(runs.values()):
        points = " ".join(
            f"{x(s):.1f},{y(max(v, 1e-9)):.1f}" for s, v in zip(every, seconds, strict=True)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{COLOURS[n % 5]}" stroke-dasharray="'
            f'{DASHES[n % 5]}" stroke-width="{3 if n == 0 else 2}"/>'
        )
    parts.append("</svg></div><p>")
    for n, name in enumerate(runs):
        parts.append(
            f'<svg viewBox="0 0 40 10" style="width:40px" aria-hidden="true"><line x1="0" x2="40" y1="5" '
            f'y2="5" stroke="{COLOURS[n % 5]}" stroke-dasharray="{DASHES[n % 5]}" stroke-width="3"/></svg> '
            f"{html.escape(name)}<br>"
        )
    return "".join([*parts, "</p>"])


def time_text(seconds: float) -> str:
    """Return a time in a unit that suits it."""
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= factor:
            return f"{seconds / factor:,.3g} {unit}"
    return f"{seconds / 1e-9:,.3g} ns"


def ratio_text(ratio: float) -> str:
    """Return a ratio with two digits at least, and no power of ten."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}"


def table(unit: str, found: list[Figures]) -> str:
    """Return the figures."""
    runs = by_run(found)
    sizes = sorted({one["size"] for one in found})
    peaks = {one["size"]: one["peak"] for one in found if one["peak"] is not None}
    head = "".join(f'<th scope="col">{size:,}</th>' for size in sizes)
    rows = []
    for name, (every, values) in runs.items():
        known = dict(zip(every, values, strict=True))
        cells = "".join(f"<td>{time_text(known[size])}</td>" for size in sizes)
        rows.append(
            f'<tr><th scope="row">{html.escape(name)}</th>{cells}<td>{slope(every, values):.2f}</td></tr>'
        )
    ours = next(iter(runs.values()))[1]
    for name, (_, values) in list(runs.items())[1:]:
        cells = "".join(
            f"<td>{ratio_text(mine / its)}</td>" for mine, its in zip(ours, values, strict=True)
        )
        rows.append(f'<tr><th scope="row">ours / {html.escape(name)}</th>{cells}<td></td></tr>')
    memory = "".join(f"<td>{peaks[size] / 1e6:,.2f} MB</td>" for size in sizes)
    power = slope(sizes, [float(peaks[size]) for size in sizes])
    rows.append(
        f'<tr><th scope="row">memory at the peak, ours</th>{memory}<td>{power:.2f}</td></tr>'
    )
    return (
        f'<div class="wide"><table><caption>Processor time by number of {unit}</caption><tr>'
        f'<th scope="col">run</th>{head}<th scope="col">slope</th></tr>{"".join(rows)}</table></div>'
    )


def page(figures: Figures) -> str:
    """Return the page."""
    about = figures["machine"]
    libraries = ", ".join(f"{name} {number}" for name, number in about["libraries"].items())
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width"><title>Benchmarks of charte-donnee</title>'
        f"<style>{STYLE}</style><h1>Benchmarks of charte-donnee</h1>"
        f"<p>Measured on {about['day']} on {html.escape(str(about['processor']))}, {about['cores']} cores, "
        f"{about['memory_gb']} GB, {about['system']}, Python {about['python']}, {libraries}; load "
        f"{about['load']} at the start. Processor time of one process, the median of several runs after "
        "one that does not count, or a single one of more than five seconds. A slope of 1 means that ten times the size costs ten times as much; it "
        "is that of the last three sizes. A plain copy, or plain reading, of the same data is shown for scale.</p>"
    ]
    for name, found in figures["cases"].items():
        case = CASES[name]
        parts.append(f"<h2>{html.escape(case.title)} (<code>{case.package}</code>)</h2>")
        parts += [chart(case.title, case.unit, found), table(case.unit, found)]
    return "".join([*parts, "</html>\n"])


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("bench_page.html"))
    parser.add_argument("--seconds", type=float, default=2.0, help="for each run at each size")
    parser.add_argument("--sizes", type=int, help="the first sizes alone; all five by default")
    parser.add_argument("--from", dest="known", type=Path, help="JSON of an earlier run")
    arguments = parser.parse_args()
    if arguments.known:
        figures = json.loads(arguments.known.read_text("utf-8"))
    else:
        figures = {"machine": machine(), "cases": {}}
        for name in CASES:
            figures["cases"][name] = measure(name, most=arguments.seconds, sizes=arguments.sizes)
            # After each case: what was measured is kept where the next one is stopped.
            arguments.output.with_suffix(".json").write_text(json.dumps(figures, indent=1), "utf-8")
            print(f"{name}: measured", flush=True)
    arguments.output.write_text(page(figures), "utf-8")
    print(f"open {arguments.output}")


if __name__ == "__main__":
    main()
