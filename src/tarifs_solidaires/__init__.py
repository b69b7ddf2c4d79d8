"""Solidarity tariffs as dated, sourced rules: exact, vectorised, explained.

Names are imported when they are first used, so that the command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarifs_solidaires.errors import (
        DateError,
        Fault,
        InputError,
        OutputError,
        RuleError,
        TableError,
        TarifError,
    )
    from tarifs_solidaires.extras import MissingExtraError
    from tarifs_solidaires.pages.site import publish, publish_all
    from tarifs_solidaires.people.batches import (
        compute_batch,
        compute_batches,
        write_batches,
    )
    from tarifs_solidaires.people.cliffs import Cliff, Cliffs
    from tarifs_solidaires.people.comparison import Comparison, compare
    from tarifs_solidaires.people.conformance import Conformance, conform
    from tarifs_solidaires.people.engines import compute_dask, compute_spark, register_rule
    from tarifs_solidaires.people.findings import Effect, Findings, Trait
    from tarifs_solidaires.people.frames import compute_frame, result_schema
    from tarifs_solidaires.people.grouping import Classes, classes
    from tarifs_solidaires.people.margins import (
        Fit,
        Margin,
        fit_margins,
        people_from_margins,
        read_margins,
    )
    from tarifs_solidaires.people.notices import write_notices
    from tarifs_solidaires.people.population import make_population
    from tarifs_solidaires.people.sampling import Confidence, Estimate
    from tarifs_solidaires.rule import Result, Rule, load_rule
    from tarifs_solidaires.rules.check import Finding, check_rule, check_text
    from tarifs_solidaires.rules.finding import finding_schema
    from tarifs_solidaires.rules.load import list_rules
    from tarifs_solidaires.rules.model import Output, Parameter, Version
    from tarifs_solidaires.rules.schema import schema_text
    from tarifs_solidaires.rules.skeleton import new_rule
    from tarifs_solidaires.rules.stub import stub_text
    from tarifs_solidaires.say.notice import Explanation
    from tarifs_solidaires.values.inputs import Input

__all__ = [
    "Classes",
    "Cliff",
    "Cliffs",
    "Comparison",
    "Confidence",
    "Conformance",
    "DateError",
    "Effect",
    "Estimate",
    "Explanation",
    "Fault",
    "Finding",
    "Findings",
    "Fit",
    "Input",
    "InputError",
    "Margin",
    "MissingExtraError",
    "Output",
    "OutputError",
    "Parameter",
    "Result",
    "Rule",
    "RuleError",
    "TableError",
    "TarifError",
    "Trait",
    "Version",
    "check_rule",
    "check_text",
    "classes",
    "compare",
    "compute_batch",
    "compute_batches",
    "compute_dask",
    "compute_frame",
    "compute_spark",
    "conform",
    "finding_schema",
    "fit_margins",
    "list_rules",
    "load_rule",
    "make_population",
    "new_rule",
    "people_from_margins",
    "publish",
    "publish_all",
    "read_margins",
    "register_rule",
    "result_schema",
    "schema_text",
    "stub_text",
    "write_batches",
    "write_notices",
]

_MODULES = {
    "errors": (
        "DateError",
        "Fault",
        "InputError",
        "OutputError",
        "RuleError",
        "TableError",
        "TarifError",
    ),
    "extras": ("MissingExtraError",),
    "pages.site": (
        "publish",
        "publish_all",
    ),
    "people.batches": (
        "compute_batch",
        "compute_batches",
        "write_batches",
    ),
    "people.cliffs": (
        "Cliff",
        "Cliffs",
    ),
    "people.comparison": (
        "Comparison",
        "compare",
    ),
    "people.conformance": (
        "Conformance",
        "conform",
    ),
    "people.engines": (
        "compute_dask",
        "compute_spark",
        "register_rule",
    ),
    "people.findings": (
        "Effect",
        "Findings",
        "Trait",
    ),
    "people.frames": (
        "compute_frame",
        "result_schema",
    ),
    "people.grouping": (
        "Classes",
        "classes",
    ),
    "people.margins": (
        "Fit",
        "Margin",
        "fit_margins",
        "people_from_margins",
        "read_margins",
    ),
    "people.notices": ("write_notices",),
    "people.population": ("make_population",),
    "people.sampling": (
        "Confidence",
        "Estimate",
    ),
    "rule": (
        "Result",
        "Rule",
        "load_rule",
    ),
    "rules.check": (
        "Finding",
        "check_rule",
        "check_text",
    ),
    "rules.finding": ("finding_schema",),
    "rules.load": ("list_rules",),
    "rules.model": (
        "Output",
        "Parameter",
        "Version",
    ),
    "rules.schema": ("schema_text",),
    "rules.skeleton": ("new_rule",),
    "rules.stub": ("stub_text",),
    "say.notice": ("Explanation",),
    "values.inputs": ("Input",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Name what can be imported."""
    return sorted({*globals(), *__all__})
