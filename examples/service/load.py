"""Load the service on the loopback address, and print p50 and p99 of each kind of request.

``python load.py`` starts one worker on a free port, asks it one request at a time, and stops it. No
two requests for one tariff are for the same person.
The processor time of the server per request says what a request costs where others use the machine
too.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from charte_registry import load_register
from tarifs_solidaires import load_rule, make_population

HERE = Path(__file__).parent
TARGETS = {"tariff": 3, "people": 10, "canteens": 30, "register": 100}  # ms, of the median


def requests() -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """Return the requests: address and bodies, which take turns."""
    rule = load_rule("nantes/transport", on="2023-06-01")
    made = make_population(rule, 1_000, seed=0)
    people = [
        {"quotient_familial": float(qf), "age": float(age)}
        for qf, age in zip(made["quotient_familial"], made["age"], strict=True)
    ]
    register = load_register(HERE.parent / "nantes_2020").to_dict()
    week = {"start": "2022-03-07", "end": "2022-03-11"}
    tariff = "/v1/tariffs/nantes/transport"
    return {
        "tariff": (f"{tariff}?explain=true", people),
        "people": (f"{tariff}/batch", [{"people": people}]),
        "canteens": ("/v1/canteens/forecast?explain=true", [week]),
        "register": ("/v1/register/check?lang=en", [register]),
    }


def main() -> None:
    """Measure, and print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="requests of each kind")
    count = parser.parse_args().count
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "service:create_app"]
    options = ["--port", str(port), "--log-level", "warning"]
    server = subprocess.Popen([*command, *options], cwd=HERE)  # noqa: S603 - our own command
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _await(client)
            for name, (address, bodies) in requests().items():
                _measure(client, server.pid, name, address, bodies, count)
    finally:
        server.terminate()
        server.wait(30)


def _await(client: httpx.Client) -> None:
    for _ in range(300):
        try:
            client.get("/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the service did not start")


def cpu(process: int) -> float:
    """Return the milliseconds of processor that a process has used; NaN where Linux does not say."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _measure(
    client: httpx.Client, server: int, name: str, address: str, bodies: list[Any], count: int
) -> None:
    spans: list[float] = []
    used = 0.0
    for number in range(count + 5):
        if number == 5:
            used = cpu(server)
        start = time.perf_counter()
        client.post(address, json=bodies[number % len(bodies)]).raise_for_status()
        if number >= 5:  # the first ones warm up
            spans.append(1000 * (time.perf_counter() - start))
    p50, p99 = np.percentile(spans, [50, 99])
    each = (cpu(server) - used) / count
    print(
        f"{name:9} p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   processor {each:6.1f} ms   "
        f"aim {TARGETS[name]} ms"
    )


if __name__ == "__main__":
    main()
