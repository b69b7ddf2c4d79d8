"""Languages: sentences from gettext catalogues; numbers, money and dates as each language writes them."""

from __future__ import annotations

import datetime as dt
import gettext
import math
import re
from collections.abc import Collection
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from string import Formatter

import attrs

from tarifs_solidaires.errors import InputError, nearest
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.money import exact

LANGUAGES = ("fr", "en", "pt")
NBSP = "\N{NO-BREAK SPACE}"
DOMAIN = "tarifs_solidaires"

SYMBOLS = {
    "EUR": ("€", "€", "€"),
    "BRL": ("R$", "R$", "R$"),
    "CAD": ("$" + NBSP + "CA", "CA$", "CA$"),
}
_SEPARATORS = {"fr": NBSP + ",", "en": ",.", "pt": ".,"}
# what no line of text holds: controls, marks that turn the direction of writing, half characters
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+"
)
_BEFORE_SIGN = re.compile(" (?=[:;!?»%€])")

Number = Fraction | float | int


class Quoted(str):
    """Words of a rule file on one line: they stay in the language of the file, which is French."""

    __slots__ = ()

    def __new__(cls, text: object) -> Quoted:
        """Take the words, made safe for one line, no sign of French alone at its start."""
        return super().__new__(cls, unbroken(clean(text)))


Phrase = tuple[str, ...]  # pieces of one line, so that quoted ones stay known


def clean(text: object) -> str:
    """Return a text on one line, without the characters that no line holds."""
    return _UNPRINTABLE.sub(" ", str(text)).strip()


def unbroken(french: str) -> str:
    """Return a French text in which no sign stands alone at the start of a line."""
    return _BEFORE_SIGN.sub(NBSP, french)


def msg(sentence: str) -> str:
    """Mark a sentence for the catalogues; ``Language`` translates it where it is said."""
    return sentence


@attrs.frozen
class Language:
    """One language of explanations.

    Parameters
    ----------
    code : {"fr", "en", "pt"}
        Language.
    catalogue : gettext.NullTranslations
        Sentences by their English ones.
    """

    code: str
    catalogue: gettext.NullTranslations = attrs.field(repr=False)

    def __call__(self, sentence: str, /, **values: str | Phrase) -> Phrase:
        """Say a sentence with its values put in place."""
        return _fill(self.catalogue.gettext(sentence), values)

    def tell(self, sentence: str, /, **values: str | Phrase) -> str:
        """Say a sentence as one text."""
        return "".join(self(sentence, **values))

    def plural(self, one: str, many: str, count: Number, /) -> str:
        """Say how many there are of something."""
        sentence = self.catalogue.ngettext(one, many, math.ceil(count))
        return sentence.format(count=self.number(count))

    def number(self, value: Number, *, cents: bool = False, apart: Collection[Number] = ()) -> str:
        """Write a number with the decimals that it has, four at most, else two.

        Parameters
        ----------
        value : number
            What to write.
        cents : bool
            Whether to write two decimals where it has one.
        apart : collection of numbers
            Thresholds that a rounded value must not seem to be on.
        """
        number = value if isinstance(value, Fraction) else exact(value)
        places = next((p for p in range(5) if (number * 10**p).denominator == 1), None)
        if places is None:
            places, bounds = 2, {exact(float(bound)) for bound in apart}
            while _rounded(number, places) in bounds and places < 8:
                places += 1
        if cents and places == 1:
            places = 2
        units = abs(_rounded(number, places)) * 10**places
        whole, rest = divmod(int(units), 10**places)
        text = f"{whole:,}" + (f".{rest:0{places}}" if places else "")
        sign = "\N{MINUS SIGN}" if number < 0 and units else ""
        return sign + text.translate(str.maketrans(",.", _SEPARATORS[self.code]))

    def money(self, value: Number, currency: str, *, apart: Collection[Number] = ()) -> str:
        """Write an amount with its currency."""
        amount = self.number(value, cents=True, apart=apart)
        known = SYMBOLS.get(currency)
        symbol = known[LANGUAGES.index(self.code)] if known else clean(currency)
        if self.code == "fr":
            return amount + NBSP + symbol
        sign = "\N{MINUS SIGN}" if amount.startswith("\N{MINUS SIGN}") else ""
        space = "" if self.code == "en" and known else NBSP
        return sign + symbol + space + amount.removeprefix(sign)

    def percent(self, share: Number) -> str:
        """Write a share as a percentage."""
        value = share if isinstance(share, Fraction) else exact(share)
        return self.number(100 * value) + (NBSP if self.code == "fr" else "") + "%"

    def date(self, day: dt.date) -> str:
        """Write a day in words."""
        first = {"fr": "1er", "pt": "1º"}.get(self.code) if day.day == 1 else None
        return self.tell(
            "{day} {month} {year}",
            day=first or str(day.day),
            month=self.tell(_MONTHS[day.month - 1]),
            year=str(day.year),
        )

    def quantity(
        self, name: str, value: Number, currency: str, *, apart: Collection[Number] = ()
    ) -> str:
        """Write a number of an input, with the unit that says what it is."""
        unit = INPUTS[name].unit
        if "/" in unit:
            return self.money(value, currency, apart=apart)
        if unit == "years":
            return self.plural("{count} year", "{count} years", value)
        return self.number(value, apart=apart) + (NBSP + "m³" if unit == "m3" else "")


def language(code: str) -> Language:
    r"""Return one of the languages.

    Parameters
    ----------
    code : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    Language
        Its sentences and numbers.

    Raises
    ------
    InputError
        Where there is no such language.

    Examples
    --------
    >>> language("en").money(1234.5, "EUR"), language("pt").money(1234.5, "BRL")
    ('€1,234.50', 'R$\xa01.234,50')
    """
    if code not in LANGUAGES:
        raise InputError(f"no words in {code!r}; {nearest(str(code), LANGUAGES)}")
    return _language(code)


@lru_cache(maxsize=len(LANGUAGES))
def _language(code: str) -> Language:
    if code == "en":  # the sentences of the sources are the English ones
        return Language(code, gettext.NullTranslations())
    file = files("tarifs_solidaires") / "locale" / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with file.open("rb") as stream:
        return Language(code, gettext.GNUTranslations(stream))


def _fill(template: str, values: dict[str, str | Phrase]) -> Phrase:
    pieces: list[str] = []
    for text, name, _, _ in Formatter().parse(template):
        if text:
            pieces.append(text)
        if name is not None:
            value = values[name]
            pieces.extend((value,) if isinstance(value, str) else value)
    return tuple(pieces)


def _rounded(value: Fraction, places: int) -> Fraction:
    return Fraction(math.floor(value * 10**places + Fraction(1, 2)), 10**places)


_MONTHS = (
    msg("January"), msg("February"), msg("March"), msg("April"), msg("May"), msg("June"),
    msg("July"), msg("August"), msg("September"), msg("October"), msg("November"), msg("December"),
)  # fmt: skip
