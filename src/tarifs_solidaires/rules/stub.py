"""The types of one rule, as a Python module: what an editor completes and a type checker refuses."""

from __future__ import annotations

import keyword

from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.values.inputs import Input

_ONE = {"number": "float", "whole": "int", "flag": "bool", "code": "str", "date": "dt.date | str"}
_GIVEN = {"number": "Number", "whole": "Whole", "flag": "Flag", "code": "str", "date": "Day"}
_HEAD = '''"""Types of {name} on {on}, written by ``tarifs-solidaires stub``."""

import datetime as dt
from typing import Literal, Protocol, TypeAlias, overload

import numpy as np
import numpy.typing as npt

Number: TypeAlias = float | None
Whole: TypeAlias = int | None
Flag: TypeAlias = bool | None
Day: TypeAlias = dt.date | str | None
Many: TypeAlias = npt.ArrayLike | None
Objects: TypeAlias = npt.NDArray[np.object_]
'''


def class_name(name: str) -> str:
    """Return the name of the class of a rule.

    Examples
    --------
    >>> class_name("hauts-de-france/repas-etudiants")
    'HautsDeFranceRepasEtudiants'
    """
    letters = "".join(c if c.isalnum() else " " for c in name)
    made = "".join(word[:1].upper() + word[1:] for word in letters.split())
    return made if made.isidentifier() else f"Rule{made}"


# One value is array-like too, so that mypy sees both forms answer a whole number: the first one does.
_OVERLAP = "overload-overlap, unused-ignore"


def stub_text(rule: DatedRule) -> str:
    """Return a module with the types of a rule, its inputs and its results.

    Parameters
    ----------
    rule : DatedRule
        The rule on its day.

    Returns
    -------
    str
        Python: protocols that ``load_rule(...)`` fulfils, to be named in ``typing.cast``. An input
        that is no name of Python is left to ``compute(mapping)``.

    Examples
    --------
    >>> from tarifs_solidaires import load_rule
    >>> text = stub_text(load_rule("nantes/eau", on="2023-06-01"))
    >>> "class NantesEau(Protocol):" in text, "def aide_annuelle(self) -> float: ..." in text
    (True, True)
    """
    name = class_name(rule.name)
    inputs = [i for i in rule.inputs if i.name.isidentifier() and not keyword.iskeyword(i.name)]
    lines = [
        _HEAD.format(name=rule.name, on=rule.on),
        *_result(rule, f"{name}Result", many=False),
        *_result(rule, f"{name}Results", many=True),
        "",
        f"class {name}(Protocol):",
        f'    """{rule.name} on {rule.on}."""',
        "",
    ]
    for result, many in ((f"{name}Result", False), (f"{name}Results", True)):
        given = [f"        {i.name}: {_given(i, many)}{_default(rule, i)}," for i in inputs]
        lines += [
            "    @overload",
            "    def compute(" if many else f"    def compute(  # type: ignore[{_OVERLAP}]",
            "        self,",
            "        *,",
            *given,
            '        errors: Literal["raise", "null"] = ...,',
            f"    ) -> {result}: ...",
        ]
    return "\n".join(lines) + "\n"


def _given(item: Input, many: bool) -> str:
    if many:
        return "Many"
    if item.kind == "code" and item.codes:
        return f"Literal[{', '.join(map(repr, item.codes))}] | None"
    return "str | None" if item.kind == "code" else _GIVEN[item.kind]


def _default(rule: DatedRule, item: Input) -> str:
    through = any(item.name in rule.ways(name) for name in rule.required)
    needed = item.name in rule.required and not item.formula and not through
    return "" if needed else " = ..."


def _result(rule: DatedRule, name: str, *, many: bool) -> list[str]:
    lines = ["", f"class {name}(Protocol):", f'    """Result of {rule.name}."""', ""]
    for output in rule.outputs:
        if output.isidentifier() and not keyword.iskeyword(output):
            kind = rule.output_kind(output)
            one = "float" if kind == "number" else f"{_ONE.get(kind, 'str')} | None"
            several = "npt.NDArray[np.float64]" if kind == "number" else "Objects"
            value = several if many else one
            lines += ["    @property", f"    def {output}(self) -> {value}: ..."]
    text = "Objects" if many else "str"
    for word in ("tranche", "reason"):
        lines += ["    @property", f"    def {word}(self) -> {text}: ..."]
    return [*lines, ""]
