"""A real local cluster of worker processes, one of them killed in the middle: the results do not change.

Run as ``nox -s dask``; ``--canteens`` and ``--people`` say how large.
"""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
from dask.distributed import Client, LocalCluster

from prevision_cantine import CanteenForecaster, City, make_city
from prevision_cantine.model.learning import regress
from prevision_cantine.scale.batches import BatchForecast
from prevision_cantine.scale.engines import OnDask, forecast_dask
from prevision_cantine.scale.joint import fit_joint, split_city
from tarifs_solidaires import compute_frame, load_rule, make_population
from tarifs_solidaires.people.engines import compute_dask

UNTIL = "2023-02-01"


class Killer(OnDask):
    """Kills a worker once the parts have been worked on a few times."""

    def __init__(self, client: Client, after: int) -> None:
        super().__init__(client)
        self._own, self._left = client, after

    def each(self, work, handles):
        """Return futures, after the death of a worker where it is time."""
        found = super().each(work, handles)
        self._left -= 1
        if self._left == 0:
            kill_one(self._own)
        return found


def kill_one(client: Client) -> None:
    """Kill a worker process, without a word to it."""
    pids = client.run(os.getpid)
    address, pid = sorted(pids.items())[0]
    os.kill(pid, signal.SIGKILL)
    print(f"  killed the worker {address}, process {pid}")


def fit(client: Client, city: City, parts: int) -> None:
    """Fit on the cluster, with and without the death of a worker."""
    model = CanteenForecaster(calibration_periods=0)
    whole = regress(city, np.datetime64(UNTIL), model.settings(), model.terms_of(city))
    print(f"Fit of {len(whole.table):,} rows, {len(city.canteens)} canteens in {parts} parts")
    for name, runner in (("all workers", OnDask(client)), ("one killed", Killer(client, 7))):
        start = time.perf_counter()
        joint = fit_joint(split_city(city, parts), UNTIL, forecaster=model, runner=runner)
        seconds = time.perf_counter() - start
        apart = float(np.abs(joint.shared - whole.effects.shared).max())
        own = 0.0
        for part in split_city(city, parts)[:3]:
            mine = np.unique(part.attendance.canteen)
            found = joint.regression(part).effects.nested[mine]
            own = max(own, float(np.abs(found - whole.effects.nested[mine]).max()))
        print(
            f"  {name}: {seconds:.2f} s; shared coefficients {apart:.1e} from one machine, those of "
            f"canteens {own:.1e}"
        )
        check(apart < 1e-9 and own < 1e-9, "the coefficients differ")


def predict(client: Client, city: City) -> None:
    """Forecast on the cluster while a worker dies."""
    forecaster = CanteenForecaster(calibration_periods=2).fit(city, UNTIL)
    rows = city.calendar_rows("2023-03-01", "2023-06-30")
    frame = pd.DataFrame({"cantine": rows.names, "date": pd.to_datetime(rows.date)})
    lazy = forecast_dask(BatchForecast.of(forecaster, city), dd.from_pandas(frame, npartitions=24))
    found = while_one_dies(client, lazy)
    whole = forecaster.predict(rows)
    apart = float(np.abs(found["prevision"].to_numpy() / whole.meals - 1).max())
    print(f"Forecast of {len(frame):,} rows: {apart:.1e} from one machine, relative")
    check(apart < 1e-12, "the forecasts differ")


def tariffs(client: Client, people: int) -> None:
    """Compute tariffs on the cluster while a worker dies."""
    rule = load_rule("nantes/transport", on="2023-06-01")
    frame = pd.DataFrame(make_population(rule, people, seed=1))
    found = while_one_dies(client, compute_dask(rule, dd.from_pandas(frame, npartitions=24)))
    whole = compute_frame(rule, frame)
    same = all(
        found[name].astype(object).equals(whole[name].astype(object))
        or bool((found[name].isna() & whole[name].isna()).all())
        for name in whole.columns
    )
    print(
        f"Tariffs of {people:,} people: {'the same' if same else 'NOT the same'} as on one machine"
    )
    check(same, "the tariffs differ")


def while_one_dies(client: Client, lazy: dd.DataFrame) -> pd.DataFrame:
    """Compute a frame; a worker dies meanwhile."""
    future = client.compute(lazy.map_partitions(_slow, meta=lazy._meta))
    killer = threading.Timer(1.0, kill_one, args=(client,))
    killer.start()
    found = future.result(timeout=300)
    killer.join()
    return found


def _slow(frame: pd.DataFrame) -> pd.DataFrame:
    time.sleep(0.2)
    return frame


def check(true: bool, message: str) -> None:
    """End with a message where something does not hold."""
    if not true:
        sys.exit(message)


def main() -> None:
    """Print every figure; end with 1 where a result differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--canteens", type=int, default=120)
    parser.add_argument("--people", type=int, default=200_000)
    arguments = parser.parse_args()
    dask.config.set({"distributed.scheduler.allowed-failures": 10})
    city = make_city(seed=0, canteens=arguments.canteens, years=3)
    on_cluster(lambda client: fit(client, city, parts=8))
    on_cluster(lambda client: predict(client, city))
    on_cluster(lambda client: tariffs(client, arguments.people))


def on_cluster(work: Callable[[Client], None]) -> None:
    """Work on a cluster of two processes; one that dies is not waited for."""
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1",
            silence_logs="CRITICAL",
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        work(client)


if __name__ == "__main__":
    main()
