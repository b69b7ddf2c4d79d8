"""The tutorial from data to order: Sybil runs its code; here, that its pictures are those it draws."""

import re
from pathlib import Path

import pytest

from prevision_cantine import cli, load_menu, load_portions
from prevision_cantine.ingredients import dish_name

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/tutorials/teaching_period.md").read_text("utf-8")


def test_each_picture_of_the_page_is_drawn_by_the_page():
    drawn = re.findall(r"^>>> (\w+) = plot_", PAGE, re.MULTILINE)
    shown = re.findall(r"^```\{image\} pictures/(\w+)\.svg\n:alt: .{20}", PAGE, re.MULTILINE)
    assert drawn == shown
    assert len(shown) == 6


def test_the_portions_hold_every_dish_of_the_menu():
    portions = {dish_name(p.plat) for p in load_portions(ROOT / "examples/cantine/portions.csv")}
    menu = load_menu(ROOT / "examples/cantine/menu.csv")
    assert {dish_name(dish) for dishes in menu.values() for dish in dishes} == portions


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`prevision-cantine ([\w-]+)", PAGE))))
def test_each_command_of_the_page_exists(command, capsys):
    assert cli.main([command, "--help"]) == 0
    assert command in capsys.readouterr().out
