"""The tutorial from data to order: Sybil runs its code; here, its pictures and its commands."""

import re
import shlex
import shutil
from pathlib import Path

from prevision_cantine import cli, load_menu, load_portions, make_city
from prevision_cantine.decide.ingredients import dish_name

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


def test_each_command_of_the_page_does_what_it_says(write_folder, tmp_path, monkeypatch, capsys):
    folder = str(write_folder(make_city(seed=0)))
    shutil.copytree(ROOT / "examples/cantine", tmp_path / "examples/cantine")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"`prevision-cantine ([^`]+)`", PAGE)
    assert len(commands) == 10
    for command in commands:
        arguments = [folder if word == "FOLDER" else word for word in shlex.split(command)]
        assert cli.main(arguments) == 0, (command, capsys.readouterr().err)
        outputs = re.findall(r"--(?:output|kitchen|[\w-]*picture) (\S+)", command)
        assert all(Path(name).stat().st_size for name in outputs)
