"""Open the pages that the project writes in headless Chromium, wide and narrow, and check them.

Each page must pass the accessibility rules of axe, load nothing from elsewhere, and fit its window.
``nox -s accessibility`` runs it; it is no part of the tests, as it needs a browser.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import attrs
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from charte_registry import Register, load_register, render_report
from charte_registry.publish.site import render_internal, render_site, write_site
from tarifs_solidaires import classes, compare, load_rule, make_population, publish_all
from tarifs_solidaires.people.population import note

WIDTHS = (1200, 390)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NOTICES: tuple[tuple[str, str, dict[str, float | str]], ...] = (
    ("nantes/transport", "2020-10-01", {"quotient_familial": 420, "age": 30, "commune": "44109"}),
    ("nantes/transport", "2024-09-01", {"quotient_familial": 620, "age": 20}),
    ("nantes/eau", "2016-06-15", {"nombre_personnes": 4, "ressources_annuelles": 12_000}),
    ("toulouse/transport", "2020-09-01", {"quotient_familial": 900, "age": 66}),
    ("strasbourg/periscolaire", "2023-09-01", {"quotient_familial": 820}),
    ("recife/eau", "2025-06-01", {"renda_por_pessoa": 700, "consumo_m3": 12}),
    ("philadelphia/water", "2024-06-01", {"monthly_income": 1_500, "poverty_level": 32_150}),
)  # the rule, the day, the person
# Without a network, and without looking for one.
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the HTML of each page."""
    register = load_register("examples/nantes_2020")
    rule = load_rule("nantes/transport", on="2020-10-01")
    for lang in ("fr", "en", "pt"):
        drawings = {"tarification-transports": rule.to_svg(lang=lang)}
        yield (
            f"report-{lang}",
            render_report(
                register, 2020, lang, on=register.etat_au, previous=register, diagrams=drawings
            ),
        )
    yield from notices()


def notices() -> Iterator[tuple[str, str]]:
    """Yield the notice of a person of some rules, in each language."""
    for name, on, given in NOTICES:
        result = load_rule(name, on=on).compute(given)
        for lang in result.rule.languages:
            page = result.explain(lang=lang, role="decides").to_html(
                contact="contact@ville.example"
            )
            yield f"notice-{name.replace('/', '-')}-{on}-{lang}", page


def comparisons() -> Iterator[tuple[str, str]]:
    """Yield the name and the HTML of the page of a reform in each language, with its intervals."""
    reform = [load_rule("nantes/transport", on=day) for day in ("2023-04-30", "2023-05-01")]
    people = make_population(reform, 5_000)
    age = classes(people["age"], [26, 60], name="age")
    comparison = compare(*reform, people, by={"age": age}, price=500)
    confidence = comparison.confidence()
    for lang in ("fr", "en", "pt"):
        yield (
            f"comparison-{lang}",
            comparison.to_html(lang, note=note(lang), confidence=confidence),
        )


def written(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write every page, and yield its name and its file."""
    for name, html in chain(pages(), comparisons()):
        path = folder / f"{name}.html"
        path.write_text(html, "utf-8")
        yield name, path
    for name, content in publish_all(PUBLISHED).items():
        path = folder / "atlas" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if name.endswith(".html"):
            yield f"atlas/{name}", path
    for name, register, seen in sites():
        output = folder / name
        carried = {f"pages/{n}.html": html.encode() for n, html in pages() if n == "notice-fr"}
        site = render_site(register, ("fr", "en", "pt"), pages=carried)
        write_site(site, output, register="nowhere")
        for lang in ("", "en/", "pt/"):
            for page in seen:
                yield f"{name}/{lang}{page}", output / lang / page
        for lang in ("fr", "en", "pt"):
            inside = folder / f"{name}-internal-{lang}"
            view = render_internal(register, lang, previous=register, on=register.etat_au)
            write_site(view, inside, register="nowhere")
            yield inside.name, inside / "index.html"


def sites() -> Iterator[tuple[str, Register, tuple[str, ...]]]:
    """Yield the name of each site, its register and the pages of it to look at."""
    register = load_register("examples/nantes_2020")
    eau = attrs.evolve(
        register.records["algorithmes"]["tarification-eau"],
        regle="pages/notice-fr.html", operations=("Lire le quotient", "Appliquer le barème"),
    )  # fmt: skip
    shared = ("index.html", "data.html", "search.html?q=a", "traitements.html")
    yield (
        "nantes", register.with_record("algorithmes", eau),
        (*shared, "applications-2.html", "algorithmes/tarification-eau.html", "actions/algorithmes.html",
         "traitements/tr-0001.html", "applications/ap-442.html"),
    )  # fmt: skip
    yield "montreal", load_register("examples/montreal"), (*shared, "traitements/loisirs.html")
    yield "recife", load_register("examples/recife"), (*shared, "traitements/matriculas.html")


def search(browser: Browser, folder: Path) -> int:
    """Search, filter and sort a site as a person does; return how many of these fail."""
    page = browser.new_page()
    page.goto((folder / "nantes" / "search.html").as_uri())
    page.keyboard.type("tarification éau")  # the field has the focus; accents do not matter
    first = page.locator("#results a").first.text_content()
    page.goto((folder / "nantes" / "en" / "applications.html").as_uri())
    page.select_option("#f-1", label="Canada")
    filtered = page.locator("#rows tbody tr").count()
    page.click("#rows thead button")
    ordered = page.locator("#rows thead [aria-sort=ascending]").count()
    page.close()
    faults = [first != "Tarification sociale de l'eau", filtered != 1, ordered != 1]
    print(f"search, filter, sort: {'FAULT' if any(faults) else 'ok'}")
    return sum(faults)


def fill(page: Page) -> None:
    """Fill the form of a public page, and have the result worked out."""
    if not page.locator("#calculator").count():
        return
    for name, text in FILLED.items():
        field = page.locator(f"input#in-{name}")
        if field.count():
            field.fill(text)
    page.click("button[type=submit]")
    if not page.inner_text("#notice"):
        raise AssertionError(page.url)


# A territory of each kind: with many steps, many rows, other laws, other currencies.
PUBLISHED = (
    "nantes/transport", "toulouse/transport", "strasbourg/periscolaire", "recife/eau",
    "philadelphia/water",
)  # fmt: skip
# What is written in their forms, so that a notice stands beside each.
FILLED = {"quotient_familial": "350,01", "age": "30", "renda_por_pessoa": "759", "consumo_m3": "15",
          "salario_minimo": "1518", "monthly_income": "1250.50", "poverty_level": "15650"}  # fmt: skip


def main() -> int:
    """Check every page; return how many have a fault."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print(f"no browser: install one of {', '.join(BROWSERS)}", file=sys.stderr)
        return 2
    faulty = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(OPTIONS))
        for name, path in written(Path(folder)):
            file, _, query = path.name.partition("?")
            address = f"{path.with_name(file).as_uri()}?{query}"
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 900})
                asked: list[str] = []
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                page.goto(address)
                fill(page)
                found = Axe().run(page)
                seen = page.evaluate("document.documentElement.scrollWidth")
                others = [url for url in asked if not url.startswith(("file:", "data:"))]
                fine = not (found.violations_count or others or seen > width)
                faulty += not fine
                print(f"{name}, {width} px: {'ok' if fine else 'FAULT'}")
                if found.violations_count:
                    print(found.generate_report())
                if others or seen > width:
                    print(f"  {seen} px wide, asks for {others}")
                page.close()
        faulty += search(browser, Path(folder))
        browser.close()
    return faulty


if __name__ == "__main__":
    sys.exit(main())
