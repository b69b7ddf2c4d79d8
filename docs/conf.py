"""Sphinx configuration."""

import argparse as _argparse
import contextlib as _contextlib
import doctest as _doctest
import importlib.util as _util
import io as _io
import re as _re
import shutil as _shutil
from importlib.metadata import version as _version
from pathlib import Path as _Path

from matplotlib.figure import Figure as _Figure

from charte_registry import records as _records
from charte_registry.check import RULES as _CHECKS
from charte_registry.cli import parser as _charte_registry
from charte_registry.cli.frame import STATUSES as _STATUS
from charte_registry.rules.catalogue import to_markdown as _checks_to_markdown
from prevision_cantine.cli.main import parser as _prevision_cantine
from prevision_cantine.say.figures import save as _save
from tarifs_solidaires import list_rules as _list_rules
from tarifs_solidaires import load_rule as _load_rule
from tarifs_solidaires import publish_all as _publish_all
from tarifs_solidaires.cli import parser as _tarifs_solidaires
from tarifs_solidaires.pages.folder import write_pages as _write_pages
from tarifs_solidaires.rules.load import read_rule as _read_rule

_PARSERS = {
    "tarifs-solidaires": _tarifs_solidaires,
    "prevision-cantine": _prevision_cantine,
    "charte-registry": _charte_registry,
}

project = "charte-donnee"
author = "The charte-donnee contributors"
copyright = "2026, the charte-donnee contributors"
release = _version("charte-donnee")
language = "en"

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"{project} {release}"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    # what scikit-learn adds to an estimator, in its own words
    "exclude-members": "set_fit_request, set_predict_request, set_score_request",
}
autodoc_preserve_defaults = True
autodoc_typehints = "none"  # the numpydoc sections state the types
autodoc_preserve_defaults = True  # KINDS, not all that it holds
numpydoc_show_class_members = False
numpydoc_validation_checks = {"GL08", "PR01", "PR02", "PR03", "RT01", "YD01"}
# Validation is about what is public: an underscore anywhere means that it is not.
# The fields of a record describe themselves; _describe_fields below writes them.
_RECORDS = "|".join([*(name for name in _records.__all__ if name != "KINDS"), "Derogation"])
# What a class inherits is documented at its base.
_INHERITED = "Comparison|Result|Rule|InputError|DateError|RuleError|TableError"
numpydoc_validation_exclude = {
    r"\._", r"\.cli\.", rf"charte_registry\.({_RECORDS})$",
    rf"tarifs_solidaires\.({_INHERITED})$",
    r"prevision_cantine\.(City|Date|Forecast)Error$",
}  # fmt: skip

# The build needs no network: names of other projects are shown, not linked.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(numpy|np|numpy\.typing|npt|datetime|collections\.abc|pathlib|fractions|decimal)\..*",
    ),
    (
        r"py:class",
        r"prevision_cantine\.model\.parameters\.Parameters",
    ),  # whose methods are inherited
    (
        r"py:class",
        r"\w+\.((values\.)?json_value\.JsonValue|records\.json_record\.JsonRecord)",
    ),  # likewise
    (
        r"py:.*",
        r"(sklearn|scipy|matplotlib|pandas|polars|pyarrow|narwhals|attrs|attr|dask|distributed|duckdb|pyspark)\..*",
    ),
]


def _describe_fields(app, what, name, obj, options, lines):
    """Add to a record of the register what each of its fields says of itself."""
    for field in getattr(obj, "__attrs_attrs__", ()) if what == "class" else ():
        if "visibility" in field.metadata:
            source = f" ({field.metadata['source']})" if field.metadata["source"] else ""
            marks = (
                [field.metadata["visibility"]] if field.metadata["visibility"] != "public" else []
            )
            if field.metadata["reference"]:
                marks.append(f"names one of ``{field.metadata['reference']}``")
            if field.metadata["choices"]:
                marks.append("one of " + ", ".join(f"``{c}``" for c in field.metadata["choices"]))
            told = "; ".join([field.metadata["en"] + source, *marks])
            lines += ["", f"``{field.name}``", f"    {told}"]


def _write_rule_pages(app):
    """Write one page a rule, with a diagram of each version, and the page that lists them."""
    folder = _Path(app.srcdir) / "rules"
    _shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rows, pages = [], []
    for name in _list_rules():
        file, _ = _read_rule(name)
        rules = [_load_rule(name, on=version.valid_from) for version in file.version]
        page = name.replace("/", "-")
        first, last = rules[0].version.valid_from, rules[-1].version.valid_to
        text, *versions = _re.split("(?m)^(?=## In force )", rules[0].to_markdown("en"))
        for rule, described in zip(rules, versions, strict=True):
            day, svg = rule.version.valid_from, f"{page}-{rule.version.valid_from}.svg"
            heading, _, after = described.partition("\n\n")
            alt = f"Diagram of {name} from {day}; the tables below say the same"
            text += f"{heading}\n\n```{{image}} {svg}\n:alt: {alt}\n```\n\n{after}"
            (folder / svg).write_text(rule.to_svg("en"), "utf-8")
        (folder / f"{page}.md").write_text(text, "utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        rows.append(f"| [{name}]({page}.md) | {title} | {first} to {last} |")
        pages.append(page)
    (folder / "index.md").write_text(
        "\n".join(
            [
                "# Rules\n",
                "Every rule that ships, and the days for which it is known. Names of rows, sources and",
                "notes are those of the rule file. Each page shows the diagram of each version. The",
                '<a href="../atlas/index.html">atlas</a> has the public page of each, with a calculator.\n',
                "| Rule | Title | Known |\n| --- | --- | --- |",
                *rows,
                "\n```{toctree}\n:hidden:\n",
                *pages,
                "```\n",
            ]
        ),
        "utf-8",
    )


def _write_atlas(app, error):
    """Write the public pages of all rules, which the site carries under ``atlas/``."""
    if error is None and app.builder.name == "html":
        _write_pages(_publish_all(), _Path(app.outdir) / "atlas")


def _write_checks_page(app):
    """Write the page of the rules that check a register."""
    page = _Path(app.srcdir) / "reference" / "checks.md"
    head = (
        "# Rules of the register\n\n"
        "What [`charte-registry check`](../guides/registre.md) looks at, by family. Sources are cited as\n"
        "French law names them; what stands ‹so› is filled in by each finding.\n\n"
    )
    page.write_text(head + _checks_to_markdown(_CHECKS.values()), "utf-8")


def _write_errors_page(app):
    """Write the page of every class and code of errors, from the code."""
    place = _Path(app.srcdir).parent / "tools" / "errors_page.py"
    spec = _util.spec_from_file_location("errors_page", place)
    made = _util.module_from_spec(spec)
    spec.loader.exec_module(made)
    (_Path(app.srcdir) / "reference" / "errors.md").write_text(made.page(), "utf-8")


def _write_commands_page(app):
    """Write the page of the command lines from their parsers."""
    lines = [
        "# Command lines\n",
        "The three programs have the same frame. `--help` of a program lists its commands, `--help` of a",
        "command its options with examples, and `--version` prints the version. Each command takes",
        "`--quiet`, which prints results and errors only. Where a command takes a file, `-` stands for",
        "standard input, as CSV or as the TOML that the option asks for; `--output -` prints the result,",
        "and what else is said goes to standard error. Listings are printed as JSON with `--format json`.",
        "Errors are coloured on a terminal, unless `NO_COLOR` is set.\n",
        "| Exit status | |\n| --- | --- |",
        *(f"| {status} | {text} |" for status, text in _STATUS.items()),
        "\nWith the extra `completion`, a shell completes commands and options:",
        '`eval "$(register-python-argcomplete tarifs-solidaires)"`, likewise for the two others.\n',
    ]
    for name, parser in _PARSERS.items():
        (group,) = (a for a in parser()._actions if isinstance(a, _argparse._SubParsersAction))
        lines += [f"## `{name}`\n", f"{parser().description}\n"]
        for command, item in group.choices.items():
            usage = _re.sub(r"\s+", " ", item.format_usage().removeprefix("usage: "))
            lines += [
                f"### `{name} {command}`\n",
                f"{item.description}\n",
                f"```text\n{usage}\n```\n",
            ]
            lines += ["| Option | |\n| --- | --- |"]
            lines += [
                f"| {_option(action)} | {_meaning(item, action)} |" for action in item._actions
            ]
            lines += [f"\n```text\n{item.epilog.strip()}\n```\n"]
    (_Path(app.srcdir) / "reference" / "command_lines.md").write_text("\n".join(lines), "utf-8")


def _option(action):
    """Return how an option or argument is written."""
    name = ", ".join(f"`{text}`" for text in action.option_strings)
    return name or f"`{action.metavar or action.dest.upper()}`"


def _meaning(item, action):
    """Return what an option is for, with its choices; what a table or Markdown would read is kept."""
    text = item._get_formatter()._expand_help(action)
    if action.choices:
        text += f" ({', '.join(map(str, action.choices))})"
    return _re.sub(r"([|<>*_`\\{}\[\]])", r"\\\1", text)


def _draw_tutorial(app):
    """Run the tutorial of the canteens, and save each picture that it draws under its name there."""
    page = _Path(app.srcdir) / "tutorials" / "teaching_period.md"
    folder = page.parent / "pictures"
    _shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    names = {}
    with _contextlib.chdir(page.parents[2]), _contextlib.redirect_stdout(_io.StringIO()):
        for example in _doctest.DocTestParser().get_examples(page.read_text("utf-8")):
            exec(example.source, names)  # noqa: S102 - the page's own code, which the tests run too
    for name, value in names.items():
        if isinstance(value, _Figure):
            _save(value, folder / f"{name}.svg")


def setup(app):
    app.connect("builder-inited", _write_rule_pages)
    app.connect("build-finished", _write_atlas)
    app.connect("builder-inited", _write_checks_page)
    app.connect("builder-inited", _write_commands_page)
    app.connect("builder-inited", _write_errors_page)
    app.connect("builder-inited", _draw_tutorial)
    app.connect("autodoc-process-docstring", _describe_fields, priority=900)
