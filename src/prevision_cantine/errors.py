"""What can be wrong: data that say what, where and what to do, in the language asked for."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np

from prevision_cantine.words.catalogue import Phrase, plain_value, remedy, sentence


class CantineError(ValueError):
    """Base of every error of this package; its message is one line.

    Parameters
    ----------
    code : str
        What is wrong: a sentence of the catalogue, ``words/errors.toml``.
    **facts : object
        What the sentence names: ``where`` (file and line), ``value`` (what stands there), what is
        known instead.

    Examples
    --------
    >>> error = CityError("no_date", where="menus.csv:3", value="demain")
    >>> print(error)
    menus.csv:3: 'demain' is not a date; write YYYY-MM-DD
    >>> error.say("pt")
    'menus.csv:3: “demain” não é uma data; escreva AAAA-MM-DD'
    >>> error.code, error.facts["value"]
    ('no_date', 'demain')
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code: str = code
        self.facts: dict[str, Any] = facts

    def say(self, lang: str) -> str:
        """Return the message in a language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            One line.
        """
        return sentence(self.code, lang, **self.facts)

    def __str__(self) -> str:
        """Return the message in English."""
        return self.say("en")

    def to_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return the error for a program.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the message.

        Returns
        -------
        dict of str to object
            ``kind``, the name of the class, ``code``, ``message``, ``remedy`` and the facts, as JSON
            holds them.
        """
        facts = {key: plain_value(value) for key, value in self.facts.items()}
        return {
            "kind": type(self).__name__, "code": self.code, "message": self.say(lang), **facts,
            "remedy": self.advice(lang),
        }  # fmt: skip

    def advice(self, lang: str) -> str:
        """Return what to do, in a language; empty where the message says all.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            A part of the message.
        """
        own, inner = remedy(self.code, lang, **self.facts), self.facts.get("reason")
        return inner.advice(lang) if not own and isinstance(inner, CantineError) else own

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return _again, (type(self), self.code, self.facts)


def _again(kind: type[CantineError], code: str, facts: dict[str, Any]) -> CantineError:
    return kind(code, **facts)


class CityError(CantineError):
    """A city's folder cannot be read, or holds what it must not."""


class DateError(CantineError):
    """A date is no date, or lies outside what is known."""


class ForecastError(CantineError):
    """A forecast or an order is asked for with what cannot give one."""


class ParameterError(ForecastError):
    """A parameter lies outside its range.

    Parameters
    ----------
    name : str
        Name of the parameter, by which a command line finds the option of the same name.
    value : object
        What was given.
    remedy : str
        What to give: the code of a sentence such as ``"parts.give_number"``.
    **facts : object
        What the remedy names.

    Examples
    --------
    >>> print(ParameterError("tray", 0, "parts.give_trays"))
    tray=0: give 1 to 1,000 meals, a whole number
    """

    def __init__(self, name: str, value: object, remedy: str, **facts: Any) -> None:
        super().__init__("parameter", name=name, value=value, remedy=Phrase.of(remedy, **facts))
        self.name: str = name
        self.value: object = value

    @property
    def remedy(self) -> Phrase:
        """What to give."""
        found: Phrase = self.facts["remedy"]
        return found

    def say(self, lang: str) -> str:
        """Return the message in a language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            One line.
        """
        shown = self.value
        if isinstance(shown, np.generic | list | tuple):  # no reader should see a type of numpy
            shown = plain_value(shown)
        value = repr(shown)
        return sentence("parameter", lang, **{**self.facts, "value": value})

    def advice(self, lang: str) -> str:
        """Return what to give, in a language.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            A part of the message.
        """
        return self.remedy.say(lang)

    def as_option(self, option: str) -> CantineError:
        """Return the same error about the option of a command.

        Parameters
        ----------
        option : str
            The option, such as ``"--tray"``.

        Returns
        -------
        CantineError
            With the same remedy.
        """
        plain = plain_value(self.value)  # no reader should see a type of numpy
        value = f"{plain:.15g}" if isinstance(plain, float) else str(plain)
        return CantineError("option", option=option, value=value, remedy=self.remedy)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickles and copies it."""
        return _parameter, (self.name, self.value, self.remedy)


def _parameter(name: str, value: object, remedy: Phrase) -> ParameterError:
    return ParameterError(name, value, remedy.code, **remedy.facts)


def check_number(
    name: str, value: Any, least: float, most: float, *, above: bool = False, unit: str = ""
) -> None:
    """Refuse a parameter that is no number of a range.

    Parameters
    ----------
    name : str
        Name of the parameter.
    value : object
        What was given.
    least, most : float
        Its range.
    above : bool
        Whether ``least`` itself is refused.
    unit : str
        What it counts: it is then a whole number of them.

    Raises
    ------
    ParameterError
        With the range.

    Examples
    --------
    >>> check_number("lead_days", 0, 1, 365, unit="days")
    Traceback (most recent call last):
    prevision_cantine.errors.ParameterError: lead_days=0: give 1 to 365 days, a whole number
    """
    is_number = isinstance(value, Integral if unit else Real) and not isinstance(value, bool)
    if is_number and least <= value <= most and not (above and value == least):
        return
    code = "parts.give_above" if above else "parts.give_count" if unit else "parts.give_number"
    facts = {"unit": Phrase.of(f"parts.unit_{unit}")} if unit else {}
    raise ParameterError(name, value, code, least=least, most=most, **facts)
