"""A public site whose algorithms carry their own pages: the tariff's rule, the forecast's sheet.

``python examples/site.py OUTPUT`` writes a copy of the register of ``examples/nantes_2020`` with the
records and the pages that the two other packages give, then its site. The packages know nothing of
each other: what joins them is a record, and a file that it names.
"""

import argparse
import shutil
from html import escape
from pathlib import Path

import attrs

import prevision_cantine as pc
from charte_registry import (
    Algorithme,
    Register,
    load_register,
    read_pages,
    render_site,
    save_register,
    write_site,
)
from tarifs_solidaires import load_rule

EXAMPLE = Path(__file__).parent / "nantes_2020"


def tariff(register: Register, pages: Path) -> Algorithme:
    """Write the page of the water tariff, and return the record that names it."""
    record = register.records["algorithmes"]["tarification-eau"]
    rule = load_rule(record.regle, on=str(record.publie_le))
    page(pages / "tarification-eau.html", record.nom, rule.to_markdown(lang="fr"), rule.to_svg(lang="fr"))  # fmt: skip
    return attrs.evolve(record, regle="pages/tarification-eau.html")


def forecast(pages: Path) -> Algorithme:
    """Write the sheet of a forecast fitted on a made city, and return its record."""
    city = pc.make_city(seed=0)
    period = pc.teaching_periods(city)[-1]
    forecaster = pc.CanteenForecaster(calibration_periods=0)
    sheet = pc.model_sheet(forecaster.fit(city, until=period.until(lead_days=15)))
    page(pages / "prevision-cantines.html", "Prévision des repas", sheet.to_markdown(lang="fr"))
    return Algorithme(
        id="prevision-cantines",
        nom="Prévision de la fréquentation des cantines",
        finalite="Préparer le bon nombre de repas, et en jeter moins",
        decision_individuelle=False,
        organisme="ville",
        technique="statistique",
        degre_contribution="aide",
        regle="pages/prevision-cantines.html",
    )


def page(path: Path, title: str, text: str, drawing: str = "") -> None:
    """Write a text, and a drawing where there is one, as a page."""
    path.write_text(
        f'<!doctype html>\n<html lang="fr"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        "<style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem; }"
        " pre { white-space: pre-wrap; } svg { max-width: 100%; height: auto; }</style></head>"
        f"<body><h1>{escape(title)}</h1>{drawing}<pre>{escape(text)}</pre></body></html>\n",
        "utf-8",
    )


def main() -> None:
    """Write the register, the pages and the site."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    output = parser.parse_args().output
    folder, pages = output / "registre", output / "pages"
    output.mkdir(parents=True, exist_ok=True)
    shutil.copytree(EXAMPLE, folder)
    pages.mkdir()
    register = load_register(folder)
    for record in (tariff(register, pages), forecast(pages)):
        register = register.with_record("algorithmes", record)
    save_register(register, folder)
    write_site(
        render_site(register, ("fr",), pages=read_pages(pages)), output / "site", register=folder
    )
    print(f"Look at {output / 'site' / 'algorithmes.html'}")


if __name__ == "__main__":
    main()
