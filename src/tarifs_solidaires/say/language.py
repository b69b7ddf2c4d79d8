"""One language of notices: sentences of the catalogue, and numbers, money and dates as Babel has them."""

from __future__ import annotations

import datetime as dt
import gettext
import math
import re
from collections.abc import Collection
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeAlias

import attrs

from tarifs_solidaires.catalogue import LANGUAGES, NBSP, Joined, msg, translator
from tarifs_solidaires.engine.exact import Surd
from tarifs_solidaires.errors import Fault, InputError
from tarifs_solidaires.extras import needs
from tarifs_solidaires.rules.dated import DatedRule

if TYPE_CHECKING:
    from babel import Locale

Amount: TypeAlias = Fraction | Surd

MINUS = "\N{MINUS SIGN}"

# Around words of a file that are in another language than the sentence: their language, the words.
START, _MIDDLE, _END = "\x02", "\x03", "\x04"
_MARKED = re.compile(f"{START}([^{_MIDDLE}]*){_MIDDLE}([^{_END}]*){_END}")
# What no line of text holds: controls, marks that turn the direction of writing, half characters.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+"
)
_BEFORE_SIGN = re.compile(" (?=[:;!?»%€])")


def clean(text: object) -> str:
    """Return a text on one line, without the characters that no line holds."""
    return _UNPRINTABLE.sub(" ", str(text)).strip()


def marked(text: str, lang: str) -> str:
    """Mark words that are in another language than what stands around them."""
    return f"{START}{lang}{_MIDDLE}{text}{_END}"


def capital(text: str) -> str:
    """Return a phrase with a capital at its beginning."""
    start = f"(?:{START}[^{_MIDDLE}]*{_MIDDLE})?"
    return re.sub(rf"^({start}\W*)(\w)", lambda m: m[1] + m[2].upper(), text, count=1)


def plain_text(text: str) -> str:
    """Return a text without its marks of language."""
    return _MARKED.sub(r"\2", text)


def pieces(text: str) -> list[tuple[str, str]]:
    """Return a text in pieces, each with its language; empty for that of the notice."""
    parts = _MARKED.split(text)
    found = [("", parts[0])]
    for lang, words, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        found += [(lang, words), ("", after)]
    return [(lang, words) for lang, words in found if words]


def plurals(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence that has a plural for the catalogue."""
    return one, many


_COUNTS = {  # numbers of a unit
    "years": plurals("{count} year", "{count} years"),
    "months": plurals("{count} month", "{count} months"),
    "days": plurals("{count} day", "{count} days"),
    "hours": plurals("{count} hour", "{count} hours"),
    "meals": plurals("{count} meal", "{count} meals"),
    "rides": plurals("{count} ride", "{count} rides"),
}
_SYMBOLS = {"m3": "m³", "m2": "m²", "kWh": "kWh", "km": "km", "kg": "kg", "l": "l"}
_UNSAID = ("", "persons", "children", "tax shares")  # the label says them
_PER = {
    "month": msg("{value} per month"),
    "year": msg("{value} per year"),
    "week": msg("{value} per week"),
    "day": msg("{value} per day"),
    "hour": msg("{value} per hour"),
    "meal": msg("{value} per meal"),
    "ride": msg("{value} per ride"),
    "person": msg("{value} per person"),
    "child": msg("{value} per child"),
    "m3": msg("{value} per m³"),
    "kWh": msg("{value} per kWh"),
}
_TIMES = ("", "month", "year", "week", "day")  # an amount per one of these is in whole cents


@attrs.frozen(slots=False)
class Language:
    """One language of notices.

    Parameters
    ----------
    code : str
        Its code.
    catalogue : gettext.NullTranslations
        Sentences by their English ones.
    """

    code: str
    catalogue: gettext.NullTranslations = attrs.field(repr=False)

    def __call__(self, sentence: str, /, **values: object) -> str:
        """Say a sentence with its values put in place."""
        return self.catalogue.gettext(sentence).format_map(values)

    def plural(self, one: str, many: str, count: Amount, /) -> str:
        """Say how many there are of something."""
        number = math.ceil(count) if isinstance(count, Fraction) else 2
        return self.catalogue.ngettext(one, many, number).format(count=self.number(count))

    @cached_property
    def locale(self) -> Locale:
        """What Babel knows of the language."""
        with needs("tarifs"):
            from babel import Locale

        return Locale.parse(self.code.replace("-", "_"))

    @cached_property
    def _separators(self) -> tuple[str, str]:
        symbols = self.locale.number_symbols
        symbols = symbols.get("latn", symbols)
        return symbols["group"], symbols["decimal"]

    @cached_property
    def _percent(self) -> str:
        return str(self.locale.percent_formats[None].suffix[0])

    def name_of(self, lang: str) -> str:
        """Return what a language is called in this one."""
        with needs("tarifs"):
            from babel import Locale, UnknownLocaleError

        try:
            named = Locale.parse(lang.replace("-", "_")).get_display_name(self.locale)
        except (UnknownLocaleError, ValueError):
            named = None
        return clean(named or lang)

    # -- numbers -------------------------------------------------------------------------------

    def number(
        self, value: Amount, *, least: int = 0, most: int = 4, apart: Collection[Amount] = ()
    ) -> str:
        """Write a number with the decimals that it has, as far as there are few, else two.

        Parameters
        ----------
        value : Fraction or Surd
            What to write.
        least : int
            Decimals to write where it has one at all.
        most : int
            Decimals beyond which it is rounded to two, or to ``least``.
        apart : collection of Fraction or Surd
            Numbers that it is compared with: rounded, it does not seem to be one of them.
        """
        number = value if isinstance(value, Fraction) else Fraction(float(value))
        places = _places(value, most)
        if places is None:
            places = min(2, most)
            others = [Fraction(float(one)) if isinstance(one, Surd) else one for one in apart]
            while places < 8 and any(_counted(number, places) == o * 10**places for o in others):
                places += 1
        if 0 < places < least:
            places = least
        units = _counted(number, places)
        group, point = self._separators
        whole, rest = divmod(abs(units), 10**places)
        text = f"{whole:,}".replace(",", group) if whole > 999 else str(whole)
        if places:
            text += f"{point}{rest:0{places}}"
        return MINUS + text if units < 0 else text

    def money(
        self, value: Amount, currency: str, *, most: int = 4, apart: Collection[Amount] = ()
    ) -> str:
        """Write an amount with its currency."""
        amount = self.number(value, least=2, most=most, apart=apart)
        before, after = _currency(self.code, currency)
        sign = MINUS if amount.startswith(MINUS) else ""
        return sign + before + amount.removeprefix(MINUS) + after

    def percent(self, share: Amount, *, apart: Collection[Amount] = ()) -> str:
        """Write a share as a percentage."""
        if isinstance(share, Surd):
            share = Fraction(float(share))
        others = [100 * one for one in apart if isinstance(one, Fraction)]
        return self.number(100 * share, apart=others) + self._percent

    def date(self, day: dt.date) -> str:
        """Write a day in words."""
        with needs("tarifs"):
            from babel.dates import format_date

        text = str(format_date(day, "long", locale=self.locale))
        first = {"fr": "1er", "pt": "1º"}.get(self.code.partition("-")[0])
        return re.sub(r"^1(?= )", first, text) if first else text

    def quantity(
        self, value: Amount, unit: str, currency: str, *, per: bool = True, most: int = 4,
        apart: Collection[Amount] = (),
    ) -> str:  # fmt: skip
        """Write a number with its unit.

        Parameters
        ----------
        value : Fraction or Surd
            The number.
        unit : str
            Its unit, as a rule file writes it.
        currency : str
            Currency of the rule.
        per : bool
            Whether to say the period, or the quantity, that an amount is for.
        most : int
            Decimals beyond which an amount is rounded to two.
        apart : collection of Fraction or Surd
            Numbers that it is compared with.
        """
        if isinstance(value, Fraction):
            number = value.numerator, value.denominator
            text = _exact_quantity(self.code, *number, unit, currency, per, most)
            if text is not None:  # exact, so that no other number can be written like it
                return text
        return self._quantity(value, unit, currency, per, most, apart)

    def _quantity(
        self, value: Amount, unit: str, currency: str, per: bool, most: int,
        apart: Collection[Amount],
    ) -> str:  # fmt: skip
        kind, _, each = unit.partition("/")
        if currency and kind == currency:
            text = self.money(value, currency, most=_most(unit, most), apart=apart)
        elif kind == "share":
            text = self.percent(value, apart=apart)
        elif kind in _COUNTS:
            text = self.plural(*_COUNTS[kind], value)
        else:
            symbol = "" if kind in _UNSAID else _SYMBOLS.get(kind, clean(kind.replace("_", " ")))
            text = self.number(value, most=most, apart=apart) + (NBSP + symbol if symbol else "")
        if not each or not per:
            return text
        if each in _PER:
            return self(_PER[each], value=text)
        return f"{text}{NBSP}/{NBSP}{_SYMBOLS.get(each, clean(each.replace('_', ' ')))}"

    def text(self, french: str) -> str:
        """Return a text of a file in this language, ready for a line."""
        return _ready(french, self.code.startswith("fr"))


@lru_cache(maxsize=1 << 13)
def _exact_quantity(
    code: str, numerator: int, denominator: int, unit: str, currency: str, per: bool, most: int
) -> str | None:
    """Write a number that need not be rounded; two whole numbers are found faster than a fraction."""
    value = Fraction(numerator, denominator)
    if not is_exact(value, unit, most):
        return None
    return language(code)._quantity(value, unit, currency, per, most, ())


@lru_cache(maxsize=1 << 12)
def _ready(text: str, spaced: bool) -> str:
    words = clean(text)
    return _BEFORE_SIGN.sub(NBSP, words) if spaced else words


def is_exact(value: Amount, unit: str, most: int = 4) -> bool:
    """Say whether a number of a unit is written without being rounded."""
    if unit == "share" and isinstance(value, Fraction):
        return _places(100 * value, 4) is not None
    return _places(value, _most(unit, most)) is not None


def alike(one: Amount, other: Amount, unit: str, most: int = 4) -> bool:
    """Say whether words round two numbers of a unit to the same one."""
    return _rounded(one, unit, most) == _rounded(other, unit, most)


def _rounded(value: Amount, unit: str, most: int) -> Fraction:
    if unit == "share":
        value, most = 100 * (value if isinstance(value, Fraction) else Fraction(float(value))), 4
    else:
        most = _most(unit, most)
    places = _places(value, most)
    places = min(2, most) if places is None else places
    number = value if isinstance(value, Fraction) else Fraction(float(value))
    return Fraction(_counted(number, places), 10**places)


def _most(unit: str, most: int) -> int:
    """Return how many decimals are written; prices of small things have more than amounts."""
    return most if unit.partition("/")[2] in _TIMES else max(most, 6)


def _places(value: Amount, most: int) -> int | None:
    """Return how many decimals a number has; None where they are too many."""
    return None if isinstance(value, Surd) else _decimals(value.denominator, most)


@lru_cache(maxsize=1 << 12)
def _decimals(denominator: int, most: int) -> int | None:
    return next((p for p in range(most + 1) if 10**p % denominator == 0), None)


def _counted(value: Fraction, places: int) -> int:
    """Return how many units of the last decimal a number is, a half up."""
    scale = int(10**places)
    return (2 * value.numerator * scale + value.denominator) // (2 * value.denominator)


@lru_cache(maxsize=256)
def _currency(code: str, currency: str) -> tuple[str, str]:
    """Return what stands before and after an amount."""
    with needs("tarifs"):
        from babel.numbers import get_currency_symbol

    locale = language(code).locale
    symbol = clean(get_currency_symbol(currency, locale=locale))
    pattern = locale.currency_formats["standard"]
    before, after = (part[0].replace("¤", symbol) for part in (pattern.prefix, pattern.suffix))
    if before[-1:].isalpha():
        before += NBSP
    return before, after


@lru_cache(maxsize=64)
def language(code: str) -> Language:
    r"""Return one of the languages.

    Parameters
    ----------
    code : str
        A language that has words.

    Returns
    -------
    Language
        Its sentences and numbers.

    Examples
    --------
    >>> from fractions import Fraction
    >>> language("en").money(Fraction("1234.5"), "EUR"), language("pt").money(Fraction(7), "BRL")
    ('€1,234.50', 'R$\xa07')
    """
    return Language(code, translator(code))


def has_words(lang: str) -> bool:
    """Say whether the catalogue has a language."""
    return lang.partition("-")[0] in LANGUAGES


def chosen(rule: DatedRule, lang: str | None) -> tuple[Language, str]:
    """Return the language of a notice, and a sentence that says so where another was asked for.

    Parameters
    ----------
    rule : DatedRule
        The rule.
    lang : str or None
        Language asked for; None for the first one of the rule.

    Raises
    ------
    InputError
        Where there is no such language.
    """
    known = [code for code in rule.languages if has_words(code)]
    own = known[0] if known else LANGUAGES[0]
    asked = rule.languages[0] if lang is None else lang
    base = str(asked).partition("-")[0]
    if asked in known:
        return language(asked), ""
    if base in known:
        return language(base), ""
    if asked not in rule.languages and not has_words(str(asked)):
        words = Joined(dict.fromkeys((*known, *LANGUAGES)), "or", "!r")
        raise InputError(
            Fault(code="language", template="there are no notices in {value!r}",
                  remedy="write {words}", data={"value": asked, "words": words})
        )  # fmt: skip
    speaks = language(asked if has_words(asked) else own)
    sentence = speaks(
        msg("This notice is in {own}: there is none in {asked}."), own=speaks.name_of(own), asked=speaks.name_of(asked),
    )  # fmt: skip
    return language(own), sentence if speaks.code == own else marked(sentence, speaks.code)
