"""One result in words: what was decided, why, with what data, and what would change it."""

from __future__ import annotations

from typing import Any

import numpy as np

from tarifs_solidaires.conditions import Condition, Flag, Interval
from tarifs_solidaires.decision_table import DecisionTable
from tarifs_solidaires.errors import InputError, nearest
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.messages import MESSAGES
from tarifs_solidaires.result import Result

NBSP = "\N{NO-BREAK SPACE}"
Values = dict[str, Any]
Section = tuple[str, list[str]]


class Explanation(str):
    """An explanation: a ``str``, which is the text, that can also be written as a page.

    Attributes
    ----------
    heading, lang : str
        Title of the rule, and language.
    lead : list of str
        What was decided and what would change it.
    sections : list of (str, list of str)
        The other parts, each a heading and its lines.
    """

    __slots__ = ("heading", "lang", "lead", "sections")

    heading: str
    lang: str
    lead: list[str]
    sections: list[Section]

    def __new__(
        cls, *, heading: str, lang: str, lead: list[str], sections: list[Section]
    ) -> Explanation:
        """Put the parts together; the text leads with what was decided."""
        parts = ["\n".join(lead)]
        parts += [name + "\n" + "\n".join(f"- {x}" for x in lines) for name, lines in sections]
        self = super().__new__(cls, "\n\n".join(parts))
        self.heading, self.lang, self.lead, self.sections = heading, lang, lead, sections
        return self

    def to_html(self, contact: str | None = None) -> str:
        """Return the notice as one accessible page that loads nothing from elsewhere.

        Parameters
        ----------
        contact : str, optional
            Where the authority can be reached, printed under the rights.

        Returns
        -------
        str
            HTML; every value is escaped.
        """
        from jinja2 import Environment, PackageLoader, StrictUndefined

        environment = Environment(
            loader=PackageLoader("tarifs_solidaires", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        note = MESSAGES[self.lang]["contact"].format(contact=contact) if contact else ""
        return environment.get_template("notice.html").render(notice=self, contact=note)


def explain(result: Result, i: int | tuple[int, ...] | None, lang: str) -> Explanation:
    """Return the explanation of the result at position ``i``."""
    if lang not in MESSAGES:
        raise InputError(f"no explanation in {lang!r}; {nearest(lang, MESSAGES)}")
    values, position = _one(result, i)
    say = MESSAGES[lang]
    rule, version = result.rule, result.rule.version
    main = rule.output_names[0]
    amount = float(np.asarray(result.outputs[main])[position])
    lead = [say[f"decided_{main}"].format(value=_amount(main, amount, lang))]
    if version.effort_rate is None:
        number = int(result.row[position])
        lead.append(say["row"].format(tranche=version.rows[number].tranche))
        operations = _table_operations(version.table, number, values, lang)
        lead += _thresholds(result, values, amount, lang)
    else:
        operations = _effort_operations(result, values, position, lang)
    data = [
        f"{INPUTS[name].meaning[lang]} : {_value(name, value, lang)}"
        for name, value in values.items()
        if name in result.inputs
    ]
    parameters = [
        say["version"].format(
            first=version.valid_from, last=version.valid_to, source=version.source
        )
    ]
    parameters += [
        f"{p.name} = {p.value} {p.unit}".rstrip() + f" ({say[p.confidence]} : {p.source})"
        for p in version.parameters
    ]
    parameters += [
        f"{row.tranche} : {_amount(main, row.then[main], lang)} ({say[row.confidence]} : {row.source})"
        for row in version.rows
    ]
    rights = say["right_text"].format(purpose=_lower(rule.purpose[lang]), authority=rule.authority)
    sections = [
        (say["operations"], operations),
        (say["data"], data),
        (say["parameters"], parameters),
        (say["rights"], [rights]),
    ]
    if lang == "en":
        sections = [(h, [line.replace(" : ", ": ") for line in lines]) for h, lines in sections]
    return Explanation(heading=rule.title[lang], lang=lang, lead=lead, sections=sections)


def _one(result: Result, i: int | tuple[int, ...] | None) -> tuple[Values, tuple[int, ...]]:
    if i is None:
        if result.shape != ():
            raise InputError(
                f"results have shape {result.shape}: say which one, such as explain(0)"
            )
        position: tuple[int, ...] = ()
    else:
        position = (i,) if isinstance(i, int | np.integer) else tuple(i)
        inside = len(position) == len(result.shape) and all(
            -n <= p < n for p, n in zip(position, result.shape, strict=True)
        )
        if not inside and not (result.shape == () and position == (0,)):
            raise InputError(f"no result at position {i}: results have shape {result.shape}")
        position = position if result.shape else ()
    values = {
        name: np.broadcast_to(array, result.shape)[position].item()
        for name, array in result.inputs.items()
    }
    return values, position


def _table_operations(table: DecisionTable, number: int, values: Values, lang: str) -> list[str]:
    say, rows = MESSAGES[lang], table.rows
    lines = []
    if "nombre_parts" in values:
        income, parts = values["revenu_fiscal_reference"], values["nombre_parts"]
        lines.append(
            say["quotient"].format(
                income=_euros(income, lang),
                parts=_number(parts, lang),
                value=_euros(income / 12 / parts, lang),
            )
        )
    cell = int(table.cells({name: np.asarray(value) for name, value in values.items()}))
    for row in rows[:number]:
        failing = next(c for c in row.when if not table.meets(c, cell))
        lines.append(say["fails"].format(tranche=row.tranche, why=_why(failing, values, lang)))
    why = " ; ".join(_why(c, values, lang) for c in rows[number].when) or say["always"]
    lines.append(say["holds"].format(tranche=rows[number].tranche, why=why))
    return lines


def _why(condition: Condition, values: Values, lang: str) -> str:
    say = MESSAGES[lang]
    meaning = INPUTS[condition.name].meaning[lang]
    if isinstance(condition, Interval):
        return f"{meaning} {_value(condition.name, _held(condition.name, values), lang)}"
    if condition.name not in values:
        return say["not_given"].format(name=meaning)
    if isinstance(condition, Flag):
        return f"{meaning} : {say['yes'] if values[condition.name] else say['no']}"
    return f"{meaning} : {values[condition.name]}"


def _held(name: str, values: Values) -> float:
    if name in values:
        return float(values[name])
    return float(values["revenu_fiscal_reference"] / 12 / values["nombre_parts"])


def _thresholds(result: Result, values: Values, amount: float, lang: str) -> list[str]:
    """Say the nearest quotient below and above at which the result would differ."""
    say, main = MESSAGES[lang], result.rule.output_names[0]
    bounds = sorted(
        {
            bound
            for row in result.rule.version.rows
            for c in row.when
            if isinstance(c, Interval) and c.name == "quotient_familial"
            for bound in (c.low, c.high)
            if 0 < bound < np.inf
        }
    )
    held = _held("quotient_familial", values)
    parts = values.get("nombre_parts")
    others = {
        n: v for n, v in values.items() if n not in ("revenu_fiscal_reference", "nombre_parts")
    }
    lines = []
    below = [b for b in reversed(bounds) if b < held]
    above = [b for b in bounds if b >= held]
    for key, side, step in (("below", below, 0.0), ("above", above, 0.01)):
        for bound in side:
            there = result.rule.compute(**{**others, "quotient_familial": bound + step})
            value = float(there.outputs[main])
            if value != amount:
                gap = abs(held - bound)
                line = say[key].format(
                    bound=_euros(bound, lang),
                    value=_amount(main, value, lang),
                    gap=_euros(gap, lang),
                )
                if parts is not None:
                    line += " " + say["income"].format(gap=_euros(gap * 12 * parts, lang))
                lines.append(line)
                break
    return lines


def _effort_operations(
    result: Result, values: Values, position: tuple[int, ...], lang: str
) -> list[str]:
    say, effort = MESSAGES[lang], result.rule.version.effort_rate
    if effort is None:
        raise AssertionError
    price = values["prix_m3"] if effort.prix_m3 is None else effort.prix_m3
    bill = float(result.outputs["facture_reference"][position])
    aid = float(result.outputs["aide_annuelle"][position])
    raw = bill - effort.part_ressources * values["ressources_annuelles"]
    lines = [
        say["bill"].format(
            volume=_number(effort.volume(np.asarray(1)).item(), lang),
            persons=_number(values["nombre_personnes"], lang),
            price=_euros(price, lang),
            value=_euros(bill, lang),
        ),
        say["aid"].format(
            bill=_euros(bill, lang),
            share=_percent(effort.part_ressources, lang),
            resources=_euros(values["ressources_annuelles"], lang),
            raw=_euros(raw, lang),
        ),
    ]
    if int(result.row[position]) == 2:
        lines.append(say["outside"].format(commune=values["commune"]))
    elif aid == 0 and raw < 0.005:
        lines.append(say["floor"])
    elif aid == 0:
        lines.append(say["minimum"].format(minimum=_euros(effort.versement_minimal, lang)))
    lines.append(say["ceiling"].format(ceiling=_euros(bill / effort.part_ressources, lang)))
    return lines


def _amount(output: str, value: float, lang: str) -> str:
    return _percent(value, lang) if output == "taux_reduction" else _euros(value, lang)


def _value(name: str, value: object, lang: str) -> str:
    if isinstance(value, bool):
        return MESSAGES[lang]["yes" if value else "no"]
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return _euros(number, lang) if INPUTS[name].unit.startswith("EUR") else _number(number, lang)


def _euros(value: float, lang: str) -> str:
    return _number(value, lang, cents=True) + NBSP + "€"


def _percent(value: float, lang: str) -> str:
    return _number(value * 100, lang) + NBSP + "%"


def _number(value: float, lang: str, *, cents: bool = False) -> str:
    text = f"{value:,.2f}"
    if text.endswith(".00"):
        text = text[:-3]
    elif not cents:
        text = text.rstrip("0")
    separators = {"fr": NBSP + ",", "en": ",.", "pt": ".,"}[lang]
    return text.translate(str.maketrans(",.", separators))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
