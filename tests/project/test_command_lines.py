"""What every command of the three programs has in common."""

import argparse
import csv
import json
import re
import shlex
import subprocess
import sys
from importlib import import_module, resources
from importlib.metadata import version

import pytest

PROGRAMS = {
    "tarifs-solidaires": import_module("tarifs_solidaires.cli"),
    "prevision-cantine": import_module("prevision_cantine.cli.main"),  # whose name a function has
    "charte-registry": import_module("charte_registry.cli"),
}
ALL = [(name, command) for name, module in PROGRAMS.items() for command in module.COMMANDS]
# Commands that print findings, figures or rows, which programs read as JSON.
LISTINGS = [
    ("tarifs-solidaires", "list"),
    ("tarifs-solidaires", "check"),
    ("tarifs-solidaires", "compare"),
    ("tarifs-solidaires", "conform"),
    ("prevision-cantine", "inspect"),
    ("prevision-cantine", "backtest"),
    ("prevision-cantine", "sheet"),
    ("charte-registry", "check"),
    ("charte-registry", "query"),
    ("charte-registry", "diff"),
    ("charte-registry", "indicators"),
    ("charte-registry", "import"),
    ("charte-registry", "migrate"),
]


def _options(name, command):
    parser = PROGRAMS[name].parser([command])
    group = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return group.choices[command]


def _examples(name, command):
    """Return the examples of a help as arguments, without what a shell does with their output."""
    lines = (_options(name, command).epilog or "").splitlines()
    found = (re.sub(r"^.*\| |[<>] \S+$", "", line.strip()) for line in lines)
    return [shlex.split(line)[1:] for line in found if line.startswith(f"{name} {command}")]


@pytest.mark.parametrize(("name", "command"), ALL)
def test_every_help_has_examples_that_parse(name, command, capsys):
    assert PROGRAMS[name].main([command, "--help"]) == 0
    printed = capsys.readouterr().out
    assert "examples:" in printed
    examples = [words for words in _examples(name, command) if "..." not in words]
    assert examples
    for words in examples:
        parsed = PROGRAMS[name].parser([command]).parse_args(words)
        assert callable(parsed.run)
        assert parsed.quiet is False


@pytest.mark.parametrize(("name", "command"), ALL)
def test_every_option_says_what_it_is_for(name, command):
    without = [a.dest for a in _options(name, command)._actions if not a.help]
    assert without == []


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_version_is_that_of_the_distribution(name, capsys):
    assert PROGRAMS[name].main(["--version"]) == 0
    assert capsys.readouterr().out == f"{name} {version('charte-donnee')}\n"


def _statuses(text):
    return re.findall(r"^  (\d+) +(.*)$", text, re.MULTILINE)


def test_the_exit_statuses_are_documented_and_the_same(capsys):
    documented = []
    for module in PROGRAMS.values():
        assert module.main(["--help"]) == 0
        documented.append(_statuses(capsys.readouterr().out.partition("exit status:")[2]))
    assert documented[0] == documented[1] == documented[2]
    assert [status for status, _ in documented[0]] == ["0", "1", "2", "130"]


@pytest.mark.parametrize(("name", "command"), ALL)
def test_an_unknown_option_is_a_wrong_use_in_one_line(name, command, capsys):
    (words, *_) = _examples(name, command)
    assert PROGRAMS[name].main([*words, "--no-such-option"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_stop_from_the_keyboard_has_its_status(name, monkeypatch, capsys):
    module = PROGRAMS[name]

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "complete", stopped)
    assert module.main([]) == 130
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("name", "command"), LISTINGS)
def test_every_listing_is_there_as_json(name, command):
    choices = [a.choices for a in _options(name, command)._actions if a.dest == "format"]
    assert choices
    assert "json" in choices[0]


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_help_of_the_program_loads_no_command(name):
    parser = PROGRAMS[name].parser([])
    group = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    assert list(group.choices) == list(PROGRAMS[name].COMMANDS)
    assert all("run" not in item._defaults for item in group.choices.values())


# What takes long to load, which the options of no command need.
HEAVY = {
    "tarifs-solidaires": ("numpy", "tarifs_solidaires.rules.load"),
    "prevision-cantine": (
        "scipy",
        "prevision_cantine.city.city",
        "prevision_cantine.model.forecaster",
    ),
    "charte-registry": ("charte_registry.register", "charte_registry.profiles"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_help_of_a_command_loads_what_it_runs_with_no_sooner(name):
    code = (
        "import sys\nfrom importlib import import_module\nprogram, *heavy = sys.argv[1:]\n"
        "program = import_module(program)\n"
        "for command in program.COMMANDS:\n"
        "    program.parser([command])\n"
        "    found = [name for name in heavy if name in sys.modules]\n"
        "    if found:\n        sys.exit(f'{command} loads {found}')\n"
    )
    arguments = [PROGRAMS[name].__name__, *HEAVY[name]]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_formats_of_the_option_are_those_of_the_export():
    option = import_module("charte_registry.cli.export").FORMATS
    assert option == tuple(import_module("charte_registry.exchange.exporters.formats").FORMATS)


def test_the_options_name_the_usual_values():
    seconds = import_module("prevision_cantine.model.choosing").SECONDS
    said = " ".join(_options("prevision-cantine", "settings").format_help().split())
    assert f"{seconds:.0f} by default" in said


class _Terminal:
    def isatty(self):
        return True


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM", ""])
def test_colours_are_for_terminals_that_want_them(name, variable, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    if variable:
        monkeypatch.setenv(variable, "dumb")
    package = name.replace("-", "_")
    coloured = import_module(f"{package}.cli.terminal").coloured
    plain = variable != ""
    assert coloured("error:", 31, _Terminal()) == ("error:" if plain else "\x1b[31merror:\x1b[0m")


@pytest.mark.parametrize("name", PROGRAMS)
def test_completion_without_its_library_names_the_extra(name, monkeypatch, capsys):
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    assert PROGRAMS[name].main([]) == 2
    assert "charte-donnee[completion]" in capsys.readouterr().err


def _main(name, arguments, content=b""):
    """Run a program as a shell does, with something on its standard input."""
    code = (
        f"import sys; from {name.replace('-', '_')}.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], input=content, capture_output=True
    )


def test_a_rule_a_table_and_a_comparison_pass_through_pipes(examples):
    rule = next(resources.files("tarifs_solidaires").rglob("nantes/transport.toml"))
    checked = _main("tarifs-solidaires", ["check", "-", "--format", "json"], rule.read_bytes())
    assert checked.returncode == 0
    assert [found for found in json.loads(checked.stdout) if found["severity"] == "error"] == []
    people = (examples / "foyers.csv").read_bytes()
    days = ("--before", "2019-09-01", "--after", "2020-10-01")
    compared = _main(
        "tarifs-solidaires", ["compare", "nantes/transport", *days, "--input", "-", "--output", "-"], people
    )  # fmt: skip
    assert compared.returncode == 0
    header, *rows = csv.reader(compared.stdout.decode().splitlines())
    as_json = _main(
        "tarifs-solidaires", ["compare", "nantes/transport", *days, "--input", "-", "--format", "json"], people
    )  # fmt: skip
    groups = json.loads(as_json.stdout)["groups"]
    assert [list(groups), len(groups["people"])] == [header, len(rows)]


def test_an_export_of_a_register_passes_through_a_pipe(examples, tmp_path):
    register = examples / "nantes_2020"
    asked = ["export", register, "--format", "json", "--output"]
    piped = _main("charte-registry", [*asked, "-"])
    assert piped.returncode == 0
    assert _main("charte-registry", [*asked, tmp_path / "register.json"]).returncode == 0
    assert piped.stdout == (tmp_path / "register.json").read_bytes()


def test_an_order_and_what_it_needs_pass_through_pipes(tmp_path):
    city = tmp_path / "city"
    made = _main(
        "prevision-cantine", ["make-city", city, "--years", "1", "--canteens", "2", "--quiet"]
    )
    assert (made.returncode, made.stdout) == (0, b"")
    asked = [
        "order", city, "--from", "2022-06-07", "--to", "2022-06-10", "--shortage", "0.01", "--lang", "en",
        "--output",
    ]  # fmt: skip
    piped = _main("prevision-cantine", [*asked, "-"])
    assert piped.returncode == 0, piped.stderr
    assert _main("prevision-cantine", [*asked, tmp_path / "order.csv"]).returncode == 0
    assert piped.stdout == (tmp_path / "order.csv").read_bytes()
    scenario = b'nom = "Strike"\n[[calendrier]]\ndu = 2022-06-09\nnature = "greve"\n'
    (tmp_path / "strike.toml").write_bytes(scenario)
    both = _main("prevision-cantine", [*asked, "-", "--scenario", "-"], scenario)
    file = _main("prevision-cantine", [*asked, "-", "--scenario", tmp_path / "strike.toml"])
    assert both.returncode == file.returncode == 0, both.stderr
    assert both.stdout == file.stdout != piped.stdout


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("tarifs-solidaires", ["new", "ville/cantine", "--rules"]),
        ("charte-registry", ["init"]),
        ("prevision-cantine", ["make-city", "--years", "1", "--canteens", "1"]),
    ],
)
def test_quiet_prints_no_closing_line(name, arguments, tmp_path, capsys):
    assert PROGRAMS[name].main([*arguments, str(tmp_path / "made"), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert any((tmp_path / "made").iterdir())
