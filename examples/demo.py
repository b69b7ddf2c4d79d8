"""The main job of each package on the example data: ``nox -s demo``.

Everything goes through the packages' command lines and public names, as a user would do it, and
lands in the folder ``demo-output``.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import charte_registry.cli
import prevision_cantine as pc
import prevision_cantine.cli
import tarifs_solidaires.cli
from charte_registry import load_register
from prevision_cantine.say.figures import plot_forecast

EXAMPLES = Path(__file__).parent


def run(main: Callable[[list[str]], int], *arguments: str | Path) -> None:
    """Call a command line as the shell would, and stop the demo where it fails."""
    status = main([str(argument) for argument in arguments])
    if status:
        sys.exit(status)


def tarifs(output: Path) -> None:
    """Compute both Nantes tariffs for the example households, and explain one."""
    foyers = EXAMPLES / "foyers.csv"
    for rule, day, name in [
        ("nantes/transport", "2020-10-01", "transport_2020.csv"),
        ("nantes/transport", "2023-06-01", "transport_2023.csv"),
        ("nantes/eau", "2016-06-15", "eau_2016.csv"),
    ]:
        run(
            tarifs_solidaires.cli.main,
            *("compute", rule, "--on", day, "--input", foyers, "--output", output / name),
        )
    run(
        tarifs_solidaires.cli.main,
        *("explain", "nantes/transport", "--on", "2023-06-01", "--lang", "fr", "--format", "html"),
        *("--value", "quotient_familial=620", "--value", "age=30"),
        *("--output", output / "notice.html"),
    )


def cantine(output: Path) -> None:
    """Forecast the last teaching period of a made city from data that end 15 days before."""
    city = pc.make_city(seed=0)
    period = pc.teaching_periods(city)[-1]
    until = period.until(lead_days=15)
    forecaster = pc.CanteenForecaster().fit(city, until=until)
    rows = city.calendar_rows(period.start, period.end)
    forecast = forecaster.predict(rows, coverage=0.9)
    forecast.to_csv(output / "cantine_prevision.csv")
    canteen = city.canteens[0]
    plot_forecast(forecast, canteen, actual=city).savefig(output / "cantine_prevision.png", dpi=150)
    print(f"{len(forecast)} forecasts for {period.start} to {period.end}, from data up to {until}")
    print(forecast.explain(0, lang="fr"))
    ordered = pc.order(forecast, shortage=0.01)
    print(f"Orders for one missing meal in a hundred: {ordered.sum():,.0f} meals in all")


def cantine_reelle(folder: Path, output: Path) -> None:
    """Do the same on a folder in the city's layout, through the command line."""
    period = pc.teaching_periods(pc.load_city(folder))[-1]
    run(
        prevision_cantine.cli.main,
        *("forecast", folder, "--from", str(period.start), "--to", str(period.end)),
        *("--output", output / "cantine_reelle.csv", "--picture", output / "cantine_reelle.png"),
    )


def registre(output: Path) -> None:
    """Check the register of the 2020 report, print its indicators, write its page.

    The two published algorithms are drawn from the rules that compute them.
    """
    folder = EXAMPLES / "nantes_2020"
    run(charte_registry.cli.main, "check", folder)
    for name, value in load_register(folder).indicators(2020).items():
        print(f"  {name}: {value}")
    diagrams: list[str | Path] = []
    for algorithme in load_register(folder).all("algorithmes"):
        drawing = output / f"{algorithme.id}.svg"
        day = str(algorithme.publie_le)
        run(
            tarifs_solidaires.cli.main,
            *("draw", algorithme.regle, "--on", day, "--lang", "fr", "--output", drawing),
        )
        diagrams += ["--diagram", f"{algorithme.id}={drawing}"]
    run(
        charte_registry.cli.main,
        *("report", folder, "--year", "2020", "--output", output / "rapport_2020.html", *diagrams),
    )


def main() -> None:
    """Run the three parts and list what they wrote."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("demo-output"))
    parser.add_argument("--data", type=Path, help="folder of a city, to forecast it too")
    arguments = parser.parse_args()
    output = arguments.output
    output.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    for title, part in [
        ("Solidarity tariffs", tarifs),
        ("Canteen forecast", cantine),
        ("Register of the charter", registre),
    ]:
        print(f"\n== {title}")
        part(output)
    if arguments.data is not None:
        print("\n== Canteen forecast on real data")
        cantine_reelle(arguments.data, output)
    print(f"\nDone in {time.perf_counter() - started:.0f} s. Look at:")
    for path in sorted(output.iterdir()):
        print(f"  {path}")


if __name__ == "__main__":
    main()
