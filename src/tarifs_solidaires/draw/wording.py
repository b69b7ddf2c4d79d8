"""The words of drawings and descriptions: numbers, money, units, formulas and conditions.

What a rule file writes (``"500 < x <= 750"``, ``"quotient_familial * 0.55 %"``) is said as it is
written, with labels for names, in the order of the file.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from gettext import GNUTranslations
from typing import Any

from tarifs_solidaires.catalogue import translator
from tarifs_solidaires.draw.lines import NBSP, clean
from tarifs_solidaires.errors import Fault, InputError
from tarifs_solidaires.extras import needs
from tarifs_solidaires.rules.build import FAR, MISSING, Builder
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.keys import Reader
from tarifs_solidaires.values.inputs import EPOCH, Input
from tarifs_solidaires.values.numbers import decimal_text
from tarifs_solidaires.values.texts import Texts

with needs("tarifs"):
    from babel import Locale, UnknownLocaleError
    from babel.dates import format_date
    from babel.lists import format_list
    from babel.numbers import (
        format_currency,
        format_decimal,
        format_percent,
        get_currency_symbol,
    )

SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "<": "<", ">": ">", "=": "="}
OPERATORS = {"*": " × ", "/": " ÷ ", "+": " + ", "-": " − ", ",": "; ", "(": "(", ")": ")"}
SYMBOLS = {"m3": "m³", "m2": "m²", "kWh": "kWh", "km": "km", "kg": "kg", "l": "l"}

_TOKEN = re.compile(
    r"\s*(?:(?P<date>\d{4}-\d{2}-\d{2}(?![\d.]))|(?P<percent>\d+(?:\.\d+)?)\s*%"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z]\w*)|(?P<sign>\S))"
)
_FIGURE = re.compile(r"-?\d+(\.\d+)?")
_SIGN = re.compile(r"(<=|>=|!=|<|>|=)")


def msg(sentence: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is said."""
    return sentence


UNITS: Mapping[str, str] = {
    "month": msg("month"), "year": msg("year"), "week": msg("week"), "day": msg("day"),
    "hour": msg("hour"), "meal": msg("meal"), "person": msg("person"), "child": msg("child"),
    "years": msg("years"), "months": msg("months"), "days": msg("days"), "hours": msg("hours"),
    "persons": msg("persons"), "children": msg("children"), "meals": msg("meals"),
    "rides": msg("rides"), "tax shares": msg("tax shares"), "share": msg("share, from 0 to 1"),
}  # fmt: skip
UNSAID = ("", "share", "persons", "children", "meals", "rides", "tax shares")
CONFIDENCES: Mapping[str, str] = {
    "official": msg("official"), "secondary": msg("secondary source"),
    "inferred": msg("inferred"), "made_up": msg("made up, for the example"),
}  # fmt: skip
ROUNDINGS: Mapping[str, str] = {
    "half_up": msg("to the nearest multiple of {unit}, a half goes up"),
    "half_down": msg("to the nearest multiple of {unit}, a half goes down"),
    "half_even": msg("to the nearest multiple of {unit}, a half goes to the even one"),
    "up": msg("up to a multiple of {unit}"), "down": msg("down to a multiple of {unit}"),
}  # fmt: skip
ORIGINS: Mapping[str, str] = {
    "declaration": msg("declaration"), "certificate": msg("certificate"),
    "administration": msg("administration"),
}  # fmt: skip
FUNCTIONS: Mapping[str, str] = {
    "min": msg("the smallest of"), "max": msg("the largest of"),
    "sqrt": msg("the square root of"), "round": msg("the rounded value of"),
}  # fmt: skip


class Wording:
    """Say what is in a rule.

    What holds words of the file is said in a language that the file declares, so that no sentence
    is half in one language and half in another: in the language asked, else in its first one.

    Parameters
    ----------
    rule : DatedRule
        The rule.
    lang : str
        Language asked.

    Raises
    ------
    InputError
        Where there is no such language.
    """

    def __init__(self, rule: DatedRule, lang: str) -> None:
        known = _locale(lang)
        if known is None and lang not in rule.languages:
            raise InputError(
                Fault(code="language", template="{value!r} is not a known language",
                      remedy="write a code such as 'fr' or 'pt-BR'", data={"value": lang})
            )  # fmt: skip
        self.rule = rule
        self.lang = lang
        near = [one for one in (lang, _base(lang)) if one in rule.languages]
        self.own: str = near[0] if near else rule.languages[0]
        self.word: Callable[[str], str] = translator(lang).gettext  # for headings
        self.say: Callable[[str], str] = translator(
            self.own
        ).gettext  # for sentences with words of the file
        self.locale: Locale = _locale(self.own) or Locale("en")
        # headings are English where there is no catalogue, and so are their days
        translated = isinstance(translator(lang), GNUTranslations)
        self.heading_locale: Locale = known if known and translated else Locale("en")
        self.builder: Builder = Builder(rule.file, rule.shared, Reader(rule.languages))
        self.labels: dict[str, str] = self._labels()

    def _labels(self) -> dict[str, str]:
        """Return what each name is called; two that are called the same are told by their names too."""
        found = {name: self.text(item.label) for name, item in self.rule.all_inputs.items()}
        found |= {name: self.text(p.label) for name, p in self.rule.parameters.items()}
        found |= {name: self.text(step.label) for name, step in self.rule.steps.items()}
        said = list(found.values())
        names = {name: clean(name.replace("_", " ")) for name in found}
        return {
            name: names[name] if not label
            else label if said.count(label) == 1 else f"{label} ({names[name]})"
            for name, label in found.items()
        }  # fmt: skip

    @property
    def remark(self) -> str:
        """What to say where the file has no texts in the language asked; else empty."""
        if _base(self.own) == _base(self.lang):
            return ""
        name = (_locale(self.own) or Locale("en")).get_language_name(self.heading_locale)
        sentence = self.word("The texts of this rule are not in this language, but in: {language}.")
        return sentence.format(language=name or self.own)

    def text(self, texts: Texts) -> str:
        """Return words of the file on one line."""
        return clean(texts.to(self.own))

    def label(self, name: str) -> str:
        """Return what an input, a parameter or a step is called."""
        return self.labels.get(name, name)

    def list_label(self, name: str) -> str:
        """Return what a list of codes is called."""
        found = [part.list[name] for part in self.rule.shared if name in part.list]
        entry = self.rule.file.list[name] if name in self.rule.file.list else found[-1]
        return self.text(entry.label) or name

    def pair(self, name: str, value: str) -> str:
        """Return a name and its value, with the colon of the language."""
        return self.say("{name}: {value}").format(name=name, value=value)

    # -- numbers -------------------------------------------------------------------------------

    def number(self, value: Fraction) -> str:
        """Return a number with all its decimals."""
        number = _decimal(value)
        if number is None:
            return decimal_text(value)
        return format_decimal(number, locale=self.locale, decimal_quantization=False)

    def percent(self, value: Fraction) -> str:
        """Return a share as a percentage."""
        number = _decimal(value)
        if number is None:
            return decimal_text(value)
        return format_percent(number, locale=self.locale, decimal_quantization=False)

    def money(self, value: Fraction, currency: str) -> str:
        """Return an amount, with cents where it has some."""
        number = _decimal(value)
        if number is None:
            return f"{decimal_text(value)}{NBSP}{currency}"
        pattern = self.locale.currency_formats["standard"].pattern
        decimals = "" if value % 1 == 0 else ".00########"
        return format_currency(
            number, currency, re.sub(r"\.0+", decimals, pattern), locale=self.locale,
            currency_digits=False,
        )  # fmt: skip

    def date(self, day: dt.date) -> str:
        """Return a day in the words of the file's language."""
        return _date(day, self.locale)

    def heading_date(self, day: dt.date) -> str:
        """Return a day in the words of the language asked."""
        return _date(day, self.heading_locale)

    def in_force(self, first: dt.date, last: dt.date) -> str:
        """Return the days of a version."""
        if last == FAR:
            return self.word("In force from {first}").format(first=self.heading_date(first))
        said = self.word("In force from {first} to {last}")
        return said.format(first=self.heading_date(first), last=self.heading_date(last))

    def quantity(self, value: Fraction, unit: str) -> str:
        """Return a number of a unit; money without its period, which the unit says elsewhere."""
        if unit == "share":
            return self.percent(value)
        currency = _currency(unit)
        if currency:
            return self.money(value, currency)
        if unit == "years":
            several = translator(self.own).ngettext("{count} year", "{count} years", int(value))
            return several.format(count=self.number(value))
        number = self.number(value)
        return f"{number}{NBSP}{SYMBOLS[unit]}" if unit in SYMBOLS else number

    def unit(self, unit: str) -> str:
        """Return a unit in words: ``EUR/month`` is said as euros per month."""
        first, *more = (part.strip() for part in unit.split("/"))
        currency = _currency(first)
        said = get_currency_symbol(currency, locale=self.locale) if currency else self._unit(first)
        for part in more:
            said = self.say("{amount} per {unit}").format(amount=said, unit=self._unit(part))
        return said

    def with_unit(self, name: str, unit: str) -> str:
        """Return what something is called, with its unit unless the label or the numbers say it."""
        label = self.label(name)
        if unit in UNSAID:
            return label
        return f"{label} ({self.unit(unit).replace(' ', NBSP)})"

    def _unit(self, unit: str) -> str:
        return SYMBOLS.get(unit) or self.say(UNITS.get(unit, unit)) if unit else ""

    def value(self, value: Any, unit: str = "", codes: Mapping[str, Texts] | None = None) -> str:
        """Return a value as a file writes it: a figure, a formula, a code, a truth or a day."""
        if isinstance(value, bool):
            return self.say("yes") if value else self.say("no")
        if isinstance(value, Fraction):
            return self.quantity(value, unit)
        if isinstance(value, dt.date):
            return self.date(value)
        return self.code(str(value), codes or {})

    def rate(self, value: Any, unit: str, base: str) -> str:
        """Return the rate of a part of a scale, by the unit of the step and that of what it parts."""
        if not isinstance(value, Fraction):
            return self.formula(value)
        if _currency(unit) and not _currency(base):
            said = self.quantity(value, unit)
            return f"{said}/{SYMBOLS[base]}" if base in SYMBOLS else said
        return self.percent(value)

    def input_value(self, item: Input, value: Fraction | bool | str) -> str:
        """Return a value of an input; a day is a number of days since 1970-01-01."""
        if item.kind == "date" and isinstance(value, Fraction):
            return self.date(EPOCH + dt.timedelta(days=int(value)))
        return self.value(value, item.unit, item.codes)

    def range(self, item: Input) -> str:
        """Return what an input can be."""
        if item.kind == "flag":
            return self.say("yes or no")
        if item.kind == "code":
            labels = {code: self.text(texts) for code, texts in item.codes.items()}
            listed = [f"{code} ({label})" if label else code for code, label in labels.items()]
            return self.choice(listed) if listed else self.say("code")
        low, high = (self.input_value(item, bound) for bound in (item.minimum, item.maximum))
        said = self.say("from {low} to {high}").format(low=low, high=high)
        if item.kind == "whole":
            return ", ".join((said, self.say("whole number")))
        if item.kind == "date":
            return said
        step = self.say("in steps of {step}").format(step=self.number(item.step))
        return f"{said}, {step}"

    def result(self, value: Any, unit: str, codes: Mapping[str, Texts]) -> str:
        """Return what a row gives."""
        if value == MISSING and isinstance(value, str):
            return self.say("no result")
        if isinstance(value, str) and not codes:
            return self.formula(value, unit)
        return self.value(value, unit, codes)

    def code(self, code: str, codes: Mapping[str, Texts]) -> str:
        """Return the label of a code, else the code."""
        return (self.text(codes[code]) if code in codes else "") or clean(code)

    # -- formulas ------------------------------------------------------------------------------

    def formula(self, text: Any, unit: str = "") -> str:
        """Return a formula with labels for names; one that is but a figure has the unit."""
        if isinstance(text, Fraction) or _FIGURE.fullmatch(text):
            return self.quantity(Fraction(text), unit)
        said = ""
        operand = False  # whether a minus that follows has something on its left
        for token in _TOKEN.finditer(text):
            sign, name = token["sign"], token["name"]
            if sign == "-" and not operand:
                said += "−"
            elif sign == "%":
                said += f"{NBSP}%"
            elif sign:
                said += OPERATORS.get(sign, sign)
            elif name in FUNCTIONS and text[token.end() :].lstrip().startswith("("):
                said += f"{self.say(FUNCTIONS[name])} "
            elif name:
                said += self.label(name)
            elif token["date"]:
                said += self.date(dt.date.fromisoformat(token["date"]))
            elif token["percent"]:
                said += self.percent(Fraction(token["percent"]) / 100)
            else:
                said += self.number(Fraction(token["number"]))
            operand = sign is None or sign in ")%"
        return clean(said)

    def bounds(self, entry: Any, unit: str) -> tuple[str, ...]:
        """Return the bounds and the rounding of a step, in the order in which they are applied."""
        found = []
        if entry.at_least is not None:
            least = self.formula(entry.at_least, unit)
            found.append(self.pair(self.say("smallest value"), least))
        if entry.at_most is not None:
            most = self.formula(entry.at_most, unit)
            found.append(self.pair(self.say("largest value"), most))
        if entry.round is not None:
            to, mode = (
                (entry.round, "half_up") if isinstance(entry.round, Fraction)
                else (entry.round.to, entry.round.mode)
            )  # fmt: skip
            how = self.say(ROUNDINGS[mode]).format(unit=self.quantity(to, unit))
            found.append(self.say("rounded {how}").format(how=how))
        return tuple(found)

    # -- conditions ----------------------------------------------------------------------------

    def conditions(self, when: Any) -> str:
        """Return the conditions of a row on one line; empty where it holds for everyone.

        Alternatives that have several conditions stand between brackets.
        """
        alternatives = when if isinstance(when, tuple) else (when,)
        said = []
        for one in alternatives:
            parts = [self.condition(name, value) for name, value in one.items()]
            text = self._joined(self.say("and"), parts)
            said.append(f"({text})" if len(alternatives) > 1 and len(parts) > 1 else text)
        return self._joined(self.say("or"), said)

    @staticmethod
    def _joined(word: str, parts: Sequence[str]) -> str:
        return f" {word} ".join(parts)

    def condition(self, name: str, value: Any) -> str:
        """Return one condition."""
        subject = self.label(name)
        if isinstance(value, bool):
            return subject if value else self.pair(subject, self.say("no"))
        item = self.rule.all_inputs.get(name)
        if value in ("given", "not given") and name not in self.rule.steps:
            said = self.say("{name} given") if value == "given" else self.say("{name} not given")
            return said.format(name=subject)
        step, parameter = self.rule.steps.get(name), self.rule.parameters.get(name)
        if step is not None:
            unit, codes = step.unit, step.codes
            numeric = step.step.kind == "number"
        elif item is not None:
            unit, codes, numeric = item.unit, item.codes, item.numeric
        else:
            unit, codes = (parameter.unit, parameter.labels) if parameter else ("", {})
            numeric = parameter is not None and not isinstance(parameter.value, str)
        if numeric:
            return self._comparison(subject, value, unit)
        return self._among(subject, value, codes)

    def _comparison(self, subject: str, value: Any, unit: str) -> str:
        if not isinstance(value, str):
            return f"{subject} ={NBSP}{self.value(value, unit)}"
        said = ""
        for part in map(str.strip, _SIGN.split(value)):
            if part in SIGNS:
                said += f" {SIGNS[part]}{NBSP}"
            elif part == "x":
                said += subject
            else:
                said += self.formula(part, unit)
        return said

    def _among(self, subject: str, value: Any, codes: Mapping[str, Texts]) -> str:
        if isinstance(value, str):
            found = re.fullmatch(r"(not )?in (\w+)", value)
            if found and found[2] in self.builder.lists:
                inside, outside = self.say("{name} in: {list}"), self.say("{name} outside: {list}")
                said = outside if found[1] else inside
                return said.format(name=subject, list=self.list_label(found[2]))
        wanted = value if isinstance(value, tuple) else (value,)
        words = [decimal_text(word) if isinstance(word, Fraction) else str(word) for word in wanted]
        return self.pair(subject, self.choice([self._code_test(word, codes) for word in words]))

    def _code_test(self, word: str, codes: Mapping[str, Texts]) -> str:
        code = word.removeprefix("not ")
        if code.endswith("*"):
            begins, others = self.say("begins with {code}"), self.say("does not begin with {code}")
            return (begins if code == word else others).format(code=clean(code[:-1]))
        said = self.code(code, codes)
        return said if code == word else self.say("not {value}").format(value=said)

    def choice(self, words: Sequence[str]) -> str:
        """Return words joined by commas and an "or"."""
        return format_list(words, style="or", locale=self.locale)


def _base(lang: str) -> str:
    """Return a language without its country."""
    return lang.partition("-")[0]


def _locale(lang: str) -> Locale | None:
    try:
        return Locale.parse(lang, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return None


def _date(day: dt.date, locale: Locale) -> str:
    """Return a day in words; the first of a month as French and Portuguese say it."""
    said = format_date(day, "long", locale=locale)
    first = {"fr": "1er", "pt": "1º"}.get(locale.language) if day.day == 1 else None
    return first + said.removeprefix("1") if first else said


def _decimal(value: Fraction) -> Decimal | None:
    text = decimal_text(value)
    return None if "/" in text else Decimal(text)


def _currency(unit: str) -> str:
    found = re.match(r"([A-Z]{3})(?:/|$)", unit)
    return found[1] if found else ""
