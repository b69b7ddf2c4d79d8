"""Build the site of a large register and search it, against the limits that the project promises.

``python benchmarks/bench_site.py [FOLDER]`` makes a register of 1,200 processings, writes its site
(into FOLDER to look at it), and prints for each figure the limit and the share of it that is used.
The search is measured in headless Chromium, where one is installed: from the first key to the first
result on the screen.
"""

import argparse
import datetime as dt
import shutil
import tempfile
import time
from pathlib import Path

from charte_registry import Register, structure
from charte_registry.publish.site import render_site, write_site
from charte_registry.records import KINDS

PROCESSINGS, APPLICATIONS, ALGORITHMS = 1_200, 400, 20
SECONDS, PAGE_BYTES, RESULT_MS = 5.0, 60_000, 50.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SUBJECTS = ("Inscription scolaire", "État civil", "Aides sociales", "Stationnement", "Bibliothèques",
    "Vidéoprotection", "Paie des agents", "Marchés publics", "Piscines", "Logement social")  # fmt: skip
DATA = ("identite", "vie_personnelle", "vie_professionnelle", "economique_financiere", "connexion")


def large_register() -> Register:
    """Return a register as full as a city's is: every processing with its data and recipients."""
    made = {
        "organismes": [
            {"id": f"o-{n}", "nom": f"Direction {n}", "type": "collectivite", "page": f"https://example.org/o/{n}",
             **({"dpo": "o-0"} if n else {})}
            for n in range(12)
        ],
        "applications": [
            {"id": f"a-{n}", "nom": f"Logiciel {SUBJECTS[n % 10]} {n}",
             "hebergement": {"mode": "heberge", "pays": ("FR", "DE", "IE")[n % 3]} if n % 4 == 0 else {"mode": "interne"}}
            for n in range(APPLICATIONS)
        ],
        "algorithmes": [
            {"id": f"g-{n}", "nom": f"Calcul {SUBJECTS[n % 10]} {n}", "finalite": "Calculer un droit",
             "decision_individuelle": True, "operations": ["Lire le quotient", "Appliquer le barème"]}
            for n in range(ALGORITHMS)
        ],
        "traitements": [_processing(n) for n in range(PROCESSINGS)],
    }  # fmt: skip
    return Register(
        titre="Registre de mesure", territoire="Ville de mesure", etat_au=dt.date(2026, 1, 1),
        annees=(2026,), records={
            kind: {item["id"]: structure(KINDS[kind], item) for item in items} for kind, items in made.items()
        },
    )  # fmt: skip


def _processing(n: int) -> dict[str, object]:
    subject = SUBJECTS[n % 10]
    return {
        "id": f"t-{n}", "nom": f"{subject} : dossier {n}", "responsable": f"o-{n % 12}",
        "finalites": [
            {"nom": f"Instruire les demandes ({subject.lower()}, service {n % 37})", "bases_legales": ["mission_interet_public"]},
            {"nom": "Établir des statistiques anonymes", "bases_legales": ["interet_legitime"]},
        ],
        "categories_personnes": ["Habitants", "Agents"] if n % 2 else ["Enfants", "Parents"],
        "categories_donnees": [
            {"categorie": name, "description": f"Ce que le dossier {n} demande", "conservation": {"duree": f"P{1 + n % 9}Y"}}
            for name in DATA[: 2 + n % 4]
        ],
        "categories_particulieres": [{"categorie": "sante", "fondement": "interet_public_important"}] if n % 7 == 0 else [],
        "destinataires": [{"type": "service_interne", "nom": f"Service {n % 37}"}, {"type": "sous_traitant", "organisme": f"o-{n % 5}"}],
        "applications": [f"a-{n % APPLICATIONS}", f"a-{(n * 7) % APPLICATIONS}"] if n % APPLICATIONS != (n * 7) % APPLICATIONS else [f"a-{n % APPLICATIONS}"],
        "algorithmes": [f"g-{n % ALGORITHMS}"] if n % 10 == 0 else [],
        "mis_a_jour_le": f"2025-{1 + n % 12:02}-{1 + n % 28:02}", "note": "Fiche de mesure.",
    }  # fmt: skip


def main() -> None:
    """Build, weigh and search."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    arguments = parser.parse_args()
    register = large_register()
    render_site(
        register.without("traitements", "t-0"), ("fr",)
    )  # templates and classes are read once
    with tempfile.TemporaryDirectory() as temporary:
        output = arguments.folder or Path(temporary) / "site"
        for languages in (("fr",), ("fr", "en", "pt")):
            started, processor = time.perf_counter(), time.process_time()
            site = render_site(register, languages)
            write_site(site, output, register="nowhere")
            seconds, processor = time.perf_counter() - started, time.process_time() - processor
            pages = {name: len(content) for name, content in site.items() if name.endswith(".html")}
            largest = max(pages, key=lambda name: pages[name])
            print(
                f"{PROCESSINGS:,} processings, {len(languages)} language(s), {len(pages):,} pages"
            )
            told("built and written, s", seconds, SECONDS)
            told("  of processor, s", processor, SECONDS)
            told(f"largest page ({largest}), bytes", pages[largest], PAGE_BYTES)
            print(
                f"  index of the search: {len(site['index.js']):,} bytes; all: {sum(map(len, site.values())):,}"
            )
        search(output)


def told(what: str, value: float, limit: float) -> None:
    """Print a figure beside its limit."""
    print(f"  {what}: {value:,.1f}, {value / limit:.0%} of the limit of {limit:,.0f}")


def search(output: Path) -> None:
    """Print how long the first result takes, on the search page and in the list."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        print("search not measured: no browser, or no playwright")
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, results in (("search.html", "#results a"), ("traitements.html", "#rows tbody a")):
            page = browser.new_page()
            page.goto((output / name).resolve().as_uri())
            page.wait_for_selector("#q:visible")
            times = [
                page.evaluate(MEASURE, [word, results])
                for word in ("ecole scol", "dossier 1199", "video", "paie sante")
            ]
            told(f"first result, {name}, worst of {len(times)}, ms", max(times), RESULT_MS)
            page.close()
        browser.close()


# From the key to the frame in which the browser shows what came of it.
MEASURE = """async ([word, results]) => {
  const input = document.querySelector("#q");
  input.value = word;
  const started = performance.now();
  input.dispatchEvent(new Event("input", {bubbles: true}));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  document.querySelector(results)?.getBoundingClientRect();
  return performance.now() - started;
}"""


if __name__ == "__main__":
    main()
