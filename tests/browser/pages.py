"""Open the pages that the project writes in headless Chromium, wide and narrow, and check them.

Each page must pass the accessibility rules of axe, load nothing from elsewhere, and fit its window.
``nox -s accessibility`` runs it; it is no part of the tests, as it needs a browser.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from charte_registry import load_register, render_report
from tarifs_solidaires import load_rule

WIDTHS = (1200, 390)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Without a network, and without looking for one.
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the HTML of each page."""
    register = load_register("examples/nantes_2020")
    rule = load_rule("nantes/transport", on="2020-10-01")
    result = rule.compute(quotient_familial=420.0, age=30)
    for lang in ("fr", "en", "pt"):
        drawings = {"tarification-transports": rule.to_svg(lang=lang)}
        yield (
            f"report-{lang}",
            render_report(register, 2020, lang, previous=register, diagrams=drawings),
        )
        yield f"notice-{lang}", result.explain(lang=lang).to_html()


def main() -> int:
    """Check every page; return how many have a fault."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print(f"no browser: install one of {', '.join(BROWSERS)}", file=sys.stderr)
        return 2
    faulty = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(OPTIONS))
        for name, html in pages():
            path = Path(folder) / f"{name}.html"
            path.write_text(html, "utf-8")
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 900})
                asked: list[str] = []
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                page.goto(path.as_uri())
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
        browser.close()
    return faulty


if __name__ == "__main__":
    sys.exit(main())
