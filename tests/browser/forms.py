"""Fill the form of each public page with the keyboard alone, and compare its notice with Python's.

The pages are opened in headless Chromium as files, wide and narrow in turn, then without scripts;
the index of all rules is searched. ``nox -s accessibility`` runs it; ``python tests/browser/forms.py
--pictures FOLDER NAME`` draws the pages of some rules, filled. It is no part of the tests, as it needs
a browser.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tarifs_solidaires"))

from pages import BROWSERS, OPTIONS, WIDTHS
from persons import persons

from tarifs_solidaires import list_rules, load_rule, publish_all
from tarifs_solidaires.pages.folder import write_pages
from tarifs_solidaires.pages.site import page_languages
from tarifs_solidaires.rule import DatedRule
from tarifs_solidaires.rules.load import read_rule
from tarifs_solidaires.rules.proofs import change_days
from tarifs_solidaires.say.facts import collect
from tarifs_solidaires.say.language import language, plain_text
from tarifs_solidaires.say.nearest import Changes
from tarifs_solidaires.say.words import Words

PEOPLE = 5  # of each rule


def some(rule: DatedRule) -> list[dict[str, Any]]:
    """Return a few persons whom the rule can compute, far from one another, with what a form asks."""
    asked = {*rule.version.reads, *rule.required}
    asked |= {way for name in asked & rule.all_inputs.keys() for way in rule.ways(name)}
    drawn = [{k: v for k, v in one.items() if k in asked} for one in persons(rule)]
    found = [one for one in drawn if not rule.compute(one, errors="null").reason]
    return found[:: max(1, len(found) // PEOPLE)][:PEOPLE]


def typed(value: object) -> str:
    """Return what a person writes: a comma, and never three decimals alone, which can be read twice."""
    text = format(value, "f").rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    whole, point, rest = text.partition(".")
    return f"{whole},{rest}{'0' * (len(rest) == 3)}" if point else text


def write(page: Page, name: str, value: object) -> None:
    """Write a value in the field that has the focus, with keys only."""
    kind = page.evaluate("document.activeElement.tagName + ' ' + document.activeElement.type")
    if kind.startswith("SELECT"):
        wanted = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        page.keyboard.press("Home")
        for _ in range(page.evaluate("document.activeElement.options.length")):
            if page.evaluate("document.activeElement.value") == wanted:
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError(f"{page.url}: no {wanted!r} in {name}")
    if kind.endswith("date"):  # Chromium asks for month, day and year, in the order of its language
        page.locator(f"#in-{name}").fill(str(value))
        return
    page.keyboard.type(typed(value))


def by_keyboard(page: Page, person: dict[str, Any]) -> str:
    """Fill the form and send it off with keys only; return the first sentences of the notice."""
    page.focus("#calculator :is(input, select, button)")
    left = dict(person)
    for _ in range(60):
        name = page.evaluate("document.activeElement.name || document.activeElement.type || ''")
        if name == "submit":
            break
        key = name.removeprefix("in-")
        if key in left:
            write(page, key, left.pop(key))
        page.keyboard.press("Tab")
    if left:
        raise AssertionError(f"{page.url}: no field for {sorted(left)}")
    page.keyboard.press("Enter")
    told = page.locator("#notice .lead")
    return told.inner_text() if told.count() else "FAULT: " + page.inner_text("#notice")


def expected(rule: DatedRule, person: dict[str, Any], lang: str) -> str:
    """Return what the notice of Python begins with."""
    facts = collect(rule.compute(person), None, None, None)[0]
    return plain_text(Words(facts, Changes(), language(lang)).results())


def latest(name: str) -> DatedRule:
    """Return a rule with its last figures, which the form of its page has chosen."""
    file, _ = read_rule(name)
    first = load_rule(name, file.version[-1].valid_from)
    return load_rule(name, max([first.on, *change_days(file, first, first.version.valid_to)]))


def check(browser: Browser, folder: Path, name: str) -> int:
    """Compare the notices of a rule in each of its languages; return how many differ."""
    rule = latest(name)
    langs, wrong, count = page_languages(rule), 0, 0
    for number, lang in enumerate(langs):
        end = ".html" if number == 0 else f".{lang}.html"
        width = WIDTHS[number % len(WIDTHS)]
        page = browser.new_page(viewport={"width": width, "height": 900})
        for person in some(rule):
            page.goto((folder / name / f"index{end}").as_uri())
            told, wanted = by_keyboard(page, person), expected(rule, person, lang)
            count += 1
            if told.replace("\xa0", " ") != wanted.replace("\xa0", " "):
                wrong += 1
                print(f"  {name} {lang} {person}: {told!r} is not {wanted!r}")
        page.close()
    print(f"{name}: {count} notices, {wrong} differ", flush=True)
    return wrong + (count == 0)


def without_scripts(browser: Browser, folder: Path) -> int:
    """Look at a page and at the index without scripts: return how many say nothing useful."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((folder / "nantes" / "transport" / "index.html").as_uri())
    faults = [page.locator("#calculator").is_visible(), not page.locator("noscript").count(),
              page.locator("table").count() < 3]  # fmt: skip
    page.goto((folder / "index.html").as_uri())
    entries = page.locator("[data-entry]")
    faults += [entries.count() != len(list_rules()), not entries.first.is_visible()]
    context.close()
    print(f"without scripts: {'FAULT' if any(faults) else 'ok'}")
    return sum(faults)


def search(browser: Browser, folder: Path) -> int:
    """Search the index as a person does, and open what was found; return how many of these fail."""
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto((folder / "index.fr.html").as_uri())
    page.focus("input[type=search]")
    page.keyboard.type("éau recife")
    seen = page.locator("[data-entry]:visible")
    faults = [seen.count() != 1]
    page.fill("input[type=search]", "l'eau")  # words that begin so: no "réseau", no "Bordeaux"
    faults += [not 3 <= seen.count() <= 8]
    page.fill("input[type=search]", "éau recife")
    seen.first.locator("a").first.click()
    faults += ["recife/eau" not in page.url]
    page.close()
    print(f"search of the index: {'FAULT' if any(faults) else 'ok'}")
    return sum(faults)


def pictures(browser: Browser, folder: Path, names: list[str], into: Path) -> None:
    """Draw the pages of some rules, filled, at each width."""
    into.mkdir(parents=True, exist_ok=True)
    for name in names:
        rule = latest(name)
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto((folder / name / "index.html").as_uri())
            by_keyboard(page, some(rule)[PEOPLE // 2])
            file = into / f"{name.replace('/', '-')}-{width}.png"
            page.screenshot(path=file, full_page=True)
            page.close()


def main() -> int:
    """Check every page; return how many have a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="*", help="rules; all where none is named")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="draw instead")
    asked = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print(f"no browser: install one of {', '.join(BROWSERS)}", file=sys.stderr)
        return 2
    names = asked.name or list_rules()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        write_pages(publish_all(), Path(folder) / "atlas")
        atlas = Path(folder) / "atlas"
        browser = driver.chromium.launch(executable_path=program, args=list(OPTIONS))
        if asked.pictures:
            pictures(browser, atlas, names, asked.pictures)
            return 0
        faulty = sum(check(browser, atlas, name) for name in names)
        faulty += without_scripts(browser, atlas) + search(browser, atlas)
        browser.close()
    return faulty


if __name__ == "__main__":
    sys.exit(main())
