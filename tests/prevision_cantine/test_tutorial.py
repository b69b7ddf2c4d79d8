"""The tutorial: Sybil runs its Python; here, its pictures, its commands and what they print.

``UPDATE_TUTORIAL=1 pytest tests/prevision_cantine/test_tutorial.py`` writes what they print now.
"""

import os
import re
import shlex
import shutil
from pathlib import Path

from prevision_cantine import cli, load_menu, load_portions
from prevision_cantine.decide.ingredients import dish_name

ROOT = Path(__file__).parents[2]
PATH = ROOT / "docs/tutorials/teaching_period.md"
PAGE = PATH.read_text("utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def test_each_picture_of_the_page_is_drawn_by_the_page():
    drawn = re.findall(r"^>>> (\w+) = plot_", PAGE, re.MULTILINE)
    shown = re.findall(r"^```\{image\} pictures/(\w+)\.svg\n:alt: .{20}", PAGE, re.MULTILINE)
    assert drawn == shown
    assert len(shown) == 6


def test_the_portions_hold_every_dish_of_the_menu():
    portions = {dish_name(p.plat) for p in load_portions(ROOT / "examples/cantine/portions.csv")}
    menu = load_menu(ROOT / "examples/cantine/menu.csv")
    assert {dish_name(dish) for dishes in menu.values() for dish in dishes} == portions


def test_each_command_of_the_page_does_what_it_says(tmp_path, monkeypatch, capsys):
    shutil.copytree(ROOT / "examples/cantine", tmp_path / "examples/cantine")
    monkeypatch.chdir(tmp_path)
    page, done = PAGE, set()
    for block in BLOCK.finditer(PAGE):
        for command in block[1].splitlines():
            program, verb, *arguments = shlex.split(command)
            assert program == "prevision-cantine"
            assert cli.main([verb, *arguments]) == 0, (command, capsys.readouterr().err)
            printed = capsys.readouterr().out
            done.add(verb)
            outputs = re.findall(r"--(?:output|kitchen|[\w-]*picture) (\S+)", command)
            assert all(Path(name).stat().st_size for name in outputs)
        if block[2] is not None:
            shown = block[0].replace(f"```text\n{block[2]}```", f"```text\n{printed}```")
            page = page.replace(block[0], shown)
    if "UPDATE_TUTORIAL" in os.environ:
        PATH.write_text(page, "utf-8")
    else:
        assert page == PAGE
    assert done >= {
        "make-city", "import", "calendar", "inspect", "fit", "forecast", "order", "explain", "backtest",
        "effects", "sheet", "trade-off", "what-if", "ingredients",
    }  # fmt: skip
