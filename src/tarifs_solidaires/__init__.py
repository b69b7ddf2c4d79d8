"""Solidarity tariffs as dated, sourced rules: exact, vectorised, explained."""

from tarifs_solidaires.checking import Finding, check_rule
from tarifs_solidaires.comparison import Comparison, compare
from tarifs_solidaires.errors import DateError, InputError, RuleError, TableError, TarifError
from tarifs_solidaires.frames import compute_frame
from tarifs_solidaires.grouping import Classes, classes
from tarifs_solidaires.inputs import Input
from tarifs_solidaires.population import make_population
from tarifs_solidaires.result import Result
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.rule_file import list_rules, load_rule
from tarifs_solidaires.skeleton import new_rule
from tarifs_solidaires.version import Parameter, Version

__all__ = [
    "Classes",
    "Comparison",
    "DateError",
    "Finding",
    "Input",
    "InputError",
    "Parameter",
    "Result",
    "Rule",
    "RuleError",
    "TableError",
    "TarifError",
    "Version",
    "check_rule",
    "classes",
    "compare",
    "compute_frame",
    "list_rules",
    "load_rule",
    "make_population",
    "new_rule",
]
