"""Solidarity tariffs as dated, sourced rules: exact, vectorised, explained."""

from tarifs_solidaires.errors import (
    DateError,
    Fault,
    InputError,
    RuleError,
    TableError,
    TarifError,
)
from tarifs_solidaires.rule import Result, Rule, load_rule
from tarifs_solidaires.rules.load import list_rules
from tarifs_solidaires.rules.model import Output, Parameter, Version
from tarifs_solidaires.values.inputs import Input

__all__ = [
    "DateError",
    "Fault",
    "Input",
    "InputError",
    "Output",
    "Parameter",
    "Result",
    "Rule",
    "RuleError",
    "TableError",
    "TarifError",
    "Version",
    "list_rules",
    "load_rule",
]
