"""The reform of May 2023 in Nantes: who wins, who loses, what it costs, and two trials.

    python examples/plot_reform_2023.py --output demo-output

The people are made up (see ``tarifs_solidaires.people.population``): the shares show what a comparison
does, and say nothing about Nantes. Put a table of real people in their place.
"""

import argparse
from pathlib import Path

from tarifs_solidaires import classes, compare, load_rule, make_population
from tarifs_solidaires.people.population import note


def main() -> None:
    """Compare both sides of the reform, then two other sides, and draw each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("demo-output"))
    parser.add_argument("--people", type=int, default=100_000)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)

    before = load_rule("nantes/transport", on="2023-04-30")
    after = load_rule("nantes/transport", on="2023-05-01")
    people = make_population([before, after], arguments.people, seed=0)
    labels = ("moins de 26 ans", "26 à 59 ans", "60 ans et plus")
    people["tranche d'âge"] = classes(people["age"], [26, 60], labels=labels)

    # Full prices by age are known from July 2024 only: twelve months of them, for both sides. Above
    # a quotient of 900 there is no reduction, so what the rule gives there is the full price.
    prices = load_rule("nantes/transport", on="2024-07-01")
    full = prices.compute(quotient_familial=1000, age=people["age"]).prix_mensuel
    people["prix annuel"] = 12 * full

    # Unsettled: from 500 to 600 euros, was the reduction before the reform the same at every age?
    split = before.replace(partage_500_600="par_age")
    # A trial: the bracket of 30 % up to 1,000 euros.
    wider = after.replace(
        rows={
            "750 < QF ≤ 900": {"quotient_familial": "750 < x <= 1000"},
            "QF > 900": {"quotient_familial": "x > 1000"},
        }
    )
    for name, old, new in [
        ("reforme_2023", before, after),
        ("reforme_2023_partage_par_age", split, after),
        ("essai_1000_euros", after, wider),
    ]:
        comparison = compare(old, new, people, by="tranche d'âge", price="prix annuel")
        print(f"\n== {name}\n{comparison}")
        picture = arguments.output / f"{name}.png"
        comparison.plot(picture, lang="fr", note=note("fr"))
        print(f"see {picture}")


if __name__ == "__main__":
    main()
