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
    ("tarifs-solidaires", "explain"),
    ("tarifs-solidaires", "population"),
    ("prevision-cantine", "inspect"),
    ("prevision-cantine", "settings"),
    ("prevision-cantine", "forecast"),
    ("prevision-cantine", "order"),
    ("prevision-cantine", "trade-off"),
    ("prevision-cantine", "explain"),
    ("prevision-cantine", "effects"),
    ("prevision-cantine", "what-if"),
    ("prevision-cantine", "ingredients"),
    ("prevision-cantine", "calendar"),
    ("prevision-cantine", "import"),
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


SPAN = ("--from", "2022-11-07", "--to", "2022-11-10")
# Each listing of the canteens that also writes a table: its options, where its rows stand in the
# JSON, the column of each figure in the file, and how far the file rounds it.
TABLES = [
    ("forecast", SPAN, "rows", {"prevision": "meals", "borne_basse": "lower", "borne_haute": "upper"}, 0.005),
    ("order", (*SPAN, "--shortage", "0.01"), "rows", {"prevision": "forecast", "commande": "meals"}, 0.005),
    ("order", (*SPAN, "--shortage", "0.01", "--scenario", "{strike}"), "rows",
     {"commande_sans": "before", "commande": "after", "difference": "change"}, 0.005),
    ("trade-off", SPAN, "rows",
     {"marge": "margin", "part_suffisante": "quantile", "excedent": "excess", "manque": "shortage",
      "repas_en_trop_jour": "wasted", "repas_manquants_jour": "missing"}, 0.05),
    ("what-if", (*SPAN, "--strike", "2022-11-08"), "rows", {"avant": "before", "apres": "after"}, 0.005),
    ("ingredients", ("--order", "{order}", "--portions", "{portions}"), "purchases",
     {"quantite": "quantite"}, 5e-7),
]  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A made city, a model of it, and what the commands read beside them."""
    folder = tmp_path_factory.mktemp("town")
    main = PROGRAMS["prevision-cantine"].main
    city, model, order = folder / "city", folder / "model.zip", folder / "order.csv"
    assert main(["make-city", str(city), "--years", "2", "--canteens", "2", "--quiet"]) == 0
    assert main(["fit", str(city), "--until", "2022-10-01", "--output", str(model), "--quiet"]) == 0
    asked = ["order", str(city), *SPAN, "--model", str(model), "--shortage", "0.01", "--quiet"]
    assert main([*asked, "--output", str(order)]) == 0
    rows = csv.DictReader((city / "menus.csv").read_text("utf-8").splitlines())
    dishes = sorted({row["plat"] for row in rows})
    lines = [f"{dish},riz,Grossiste,*,1/8,kg".replace("1/8", "0.125") for dish in dishes]
    head = "plat,produit,fournisseur,type_site,quantite,unite"
    (folder / "portions.csv").write_text("\n".join([head, *lines, ""]), "utf-8")
    (folder / "strike.toml").write_text(
        '[[calendrier]]\ndu = 2022-11-08\nnature = "greve"\n', "utf-8"
    )
    return folder


def _canteens(town, capsys, command, options=(), *, quiet=True):
    """Run a command of the canteens on the made city; return what it printed."""
    places = {
        "strike": town / "strike.toml",
        "order": town / "order.csv",
        "portions": town / "portions.csv",
    }
    options = [option.format(**places) for option in options]
    if command != "ingredients":
        options += ["--model", str(town / "model.zip")]
    capsys.readouterr()
    arguments = [command, str(town / "city"), *options, "--lang", "en", *(["--quiet"] * quiet)]
    assert PROGRAMS["prevision-cantine"].main(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


@pytest.mark.parametrize(("command", "options", "rows", "columns", "digits"), TABLES)
def test_the_json_of_the_canteens_is_the_table_that_is_written(
    town, tmp_path, capsys, command, options, rows, columns, digits
):
    file = tmp_path / "table.csv"
    printed = _canteens(
        town, capsys, command, (*options, "--output", str(file), "--format", "json")
    )
    found = json.loads(printed)[rows]
    written = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert len(found) == len(written) > 0
    for row, line in zip(found, written, strict=True):
        assert [row.get(key) for key in ("cantine", "date")] == [
            line.get(key) for key in ("cantine", "date")
        ]
        for column, name in columns.items():
            assert row[name] == pytest.approx(float(line[column]), abs=digits), column


def test_the_json_of_effects_holds_every_line_shown(town, capsys):
    _, *lines = _canteens(town, capsys, "effects").strip().splitlines()
    found = json.loads(_canteens(town, capsys, "effects", ("--format", "json")))["effects"]
    assert len(lines) == len(found)
    for effect, line in zip(found, lines, strict=True):
        percent = re.search(r"([+−]?[\d.]+)%", line)[1].replace("−", "-")
        assert effect["percent"] == pytest.approx(float(percent), abs=0.05)
        assert effect["rows"] == int(line.split()[-1].replace(",", ""))


def test_the_json_of_explanations_holds_the_texts_shown(town, capsys):
    texts = _canteens(town, capsys, "explain", SPAN).splitlines()
    found = json.loads(_canteens(town, capsys, "explain", (*SPAN, "--format", "json")))
    assert [one["text"] for one in found["explanations"]] == texts
    for one in found["explanations"]:
        moved = round(one["meals"]) - round(one["usual"])
        assert sum(reason["meals"] for reason in one["because"]) == moved


def test_a_forecast_as_json_is_what_its_schema_says(town, capsys):
    import jsonschema

    from prevision_cantine import forecast_schema

    printed = _canteens(town, capsys, "forecast", (*SPAN, "--format", "json"))
    jsonschema.validate(json.loads(printed), forecast_schema())


@pytest.mark.parametrize("command", ["forecast", "order"])
def test_what_is_neither_written_nor_printed_is_not_made(town, capsys, command):
    options = ["--shortage", "0.01"] if command == "order" else []
    asked = [command, str(town / "city"), *SPAN, *options, "--model", str(town / "model.zip")]
    assert PROGRAMS["prevision-cantine"].main([*asked, "--lang", "en"]) == 2
    assert "--format json" in capsys.readouterr().err


def test_people_as_json_are_those_of_the_csv(tmp_path, capsys):
    asked = ["population", "nantes/transport", "--on", "2020-10-01", "--size", "20", "--quiet"]
    main = PROGRAMS["tarifs-solidaires"].main
    assert main([*asked, "--format", "json"]) == 0
    people = json.loads(capsys.readouterr().out)
    assert main(asked) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert len(people) == len(rows) == 20
    for person, row in zip(people, rows, strict=True):
        assert list(person) == list(row)
        assert {type(value) for value in person.values()} <= {float, bool, str, type(None)}
        for name, value in person.items():
            if isinstance(value, float):
                assert float(row[name]) == value
            else:
                assert row[name] == {None: "", True: "true", False: "false"}.get(value, value)
    assert main([*asked, "--output", str(tmp_path / "people.json")]) == 0
    assert json.loads((tmp_path / "people.json").read_text("utf-8")) == people
    assert main([*asked, "--output", str(tmp_path / "people.csv"), "--format", "json"]) == 2
