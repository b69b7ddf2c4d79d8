"""What groups, rules and units are called, and numbers, in the language of a picture or a page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tarifs_solidaires.extras import needs
from tarifs_solidaires.people.compared import TRANCHES, Compared
from tarifs_solidaires.people.grouping import HOUSEHOLD_TYPE, MISSING
from tarifs_solidaires.people.words import unit_word, word
from tarifs_solidaires.say.language import language
from tarifs_solidaires.values.texts import Texts

TIMES = ("before", "after")
# What `classes` calls its classes, and the words for them.
_LOW, _HIGH = r"(?P<low>[\d.e+-]+)", r"(?P<high>[\d.e+-]+)"
_CLASSES = {
    rf"\w+ < {_HIGH}": "class_below", rf"{_LOW} <= \w+ < {_HIGH}": "class_between",
    rf"\w+ >= {_LOW}": "class_from",
}  # fmt: skip


def title_text(comparison: Compared, lang: str) -> str:
    """Return what is compared with what: two days, a rule and a draft of it, or two rules."""
    before, after = comparison.before.rule, comparison.after.rule
    first, second = version_text(before, lang), version_text(after, lang)
    if before.name != after.name:
        return f"{before.name}, {first} → {after.name}, {second}"
    if before.on == after.on and before != after:  # one day: what differs is what was changed
        second = word("draft", lang)
    return f"{one_line(after.title.to(lang))}\n{first} → {second}"


def version_text(rule: Any, lang: str) -> str:
    """Return the day of a rule, and whether it is used beyond what is known or was changed."""
    words = [day_text(rule.on, lang)]
    if rule.last_known:
        words.append(word("last_known", lang, day=day_text(rule.last_known, lang)))
    if rule.changes:
        words.append(word("draft", lang))
    return ", ".join(words)


def day_text(day: dt.date, lang: str) -> str:
    """Return a day in words."""
    return language(lang).date(day)


def grouping_text(comparison: Compared, lang: str, by: Sequence[str] | None = None) -> str:
    """Return what the groups are of, or those of some of the groupings."""
    rule = comparison.after.rule
    inputs = {**comparison.before.rule.all_inputs, **rule.all_inputs}

    def said(name: str) -> str:
        first, _, time = name.rpartition("_")
        if name in inputs:
            return inputs[name].label.to(lang) or name
        if first == comparison.output and time in TIMES:
            return f"{rule.outputs[first].label.to(lang) or first} ({word(time, lang)})"
        return word(name, lang)

    return ", ".join(map(said, comparison.by if by is None else by))


def group_text(
    comparison: Compared, number: int, lang: str, by: Sequence[str] | None = None
) -> str:
    """Return the name of a group, on one line, in some of the groupings or in all."""
    if not comparison.by:
        return word("all", lang)
    known = {"true": "yes", "false": "no", MISSING: "missing"}
    inputs = {**comparison.before.rule.all_inputs, **comparison.after.rule.all_inputs}
    flags = {name for name, item in inputs.items() if item.kind == "flag"}
    names = []
    for name in comparison.by if by is None else by:
        text = str(comparison.groups[name][number])
        labels = _labels(comparison, name)
        if name in flags:
            text = {"1": "true", "0": "false"}.get(text, text)
        if text in known:
            names.append(word(known[text], lang))
        elif name == HOUSEHOLD_TYPE:
            names.append(word(text, lang))
        else:
            names.append(labels[text].to(lang) if text in labels else class_text(text, lang))
    return one_line(", ".join(names))


def _labels(comparison: Compared, name: str) -> Mapping[str, Texts]:
    """Return the labels of the groups of a grouping, where the rules have some."""
    result = comparison.before if name.endswith("_before") else comparison.after
    rule = result.rule
    if name in TRANCHES:
        return {texts.first: texts for texts in result.names}
    if name in rule.all_inputs:
        return rule.all_inputs[name].codes
    step = rule.steps.get(comparison.output)
    return step.codes if step is not None and name.startswith(comparison.output) else {}


def class_text(text: str, lang: str) -> str:
    """Return the name of a class of numbers, such as ``26 <= age < 60``, in words.

    Examples
    --------
    >>> [class_text(name, "fr") for name in ("age < 26", "26 <= age < 60", "age >= 60", "Erdre")]
    ['moins de 26', '26 à moins de 60', '60 et plus', 'Erdre']
    """
    for pattern, key in _CLASSES.items():
        found = re.fullmatch(pattern, text)
        if found is not None:
            numbers = {
                name: number_text(float(one), lang) for name, one in found.groupdict().items()
            }
            return word(key, lang, **numbers)
    return text


def number_text(value: float, lang: str, digits: int | None = None) -> str:
    """Return a number, with two decimals where it is small and has some."""
    with needs("tarifs"):
        from babel.numbers import format_decimal

    if digits is None:
        digits = 0 if abs(value) >= 100 or float(value).is_integer() else 2
    return format_decimal(
        round(value, digits), f"#,##0.{'0' * digits}" if digits else "#,##0", lang
    )


def percent_text(share: float, lang: str, *, exact: bool = False) -> str:
    """Return a share as a percentage; where asked, one that is not 0 or 1 never seems to be.

    Examples
    --------
    >>> percent_text(0.9999, "en"), percent_text(0.9999, "en", exact=True)
    ('100%', '99.99%')
    """
    with needs("tarifs"):
        from babel import Locale
        from babel.numbers import format_percent

    digits = 0
    if exact and 0 < share < 1:
        while digits < 6 and round(share, 2 + digits) in (0, 1):
            digits += 1
    if not digits:
        return format_percent(share, locale=lang)
    pattern = Locale.parse(lang).percent_formats[None].pattern
    return format_percent(share, pattern.replace("#0", f"#0.{'0' * digits}"), locale=lang)


def change_text(comparison: Compared, value: float, lang: str) -> str:
    """Return a change with its sign and unit; empty where there is none."""
    if value != value:
        return ""
    sign = "+" if value > 0 else ""
    if comparison.share:
        return sign + word("points", lang, number=number_text(100 * value, lang, 1))
    return f"{sign}{number_text(value, lang, 2)} {unit_text(comparison.unit, lang)}".rstrip()


def unit_text(unit: str, lang: str) -> str:
    """Return a unit such as ``EUR/year`` as it is read.

    Examples
    --------
    >>> unit_text("EUR/month", "fr"), unit_text("CAD", "fr")
    ('€/mois', '$CA')
    """
    with needs("tarifs"):
        from babel.numbers import get_currency_symbol

    first, slash, rest = unit.partition("/")
    if re.fullmatch("[A-Z]{3}", first):
        first = get_currency_symbol(first, lang).replace("\N{NO-BREAK SPACE}", "")
    return f"{unit_word(first, lang)}{slash}{unit_word(rest, lang)}"


def one_line(text: str) -> str:
    """Return a text on one line, with nothing that moves the cursor."""
    return "".join(c if c.isprintable() else " " for c in text)
