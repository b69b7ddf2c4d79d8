"""The explanation of one row: the text, with the figures behind it as data."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

from prevision_cantine.json_value import plain_value
from prevision_cantine.model.basis import Basis
from prevision_cantine.words.language import number, phrases, signed

TEXTS = phrases("explanation")


class Explanation(str):
    """An explanation: a ``str``, which is the text, with the same as data for programs.

    Parameters
    ----------
    text : str
        A few sentences.
    lang : str
        Language of the text.
    row : mapping of str to object
        ``cantine``, ``service`` where there is more than one, ``date``, ``meals``, ``lower``,
        ``upper`` (None without past forecasts), ``usual`` meals of that weekday, and ``added``
        meals by term.
    because : tuple of (str, int)
        What moves the forecast from the usual meals, in words, with its meals; the largest first.
    basis : Basis
        On what the forecast rests.
    """

    __slots__ = ("basis", "because", "lang", "row")

    lang: str
    row: Mapping[str, Any]
    because: tuple[tuple[str, int], ...]
    basis: Basis

    def __new__(
        cls,
        text: str,
        lang: str,
        row: Mapping[str, Any],
        because: tuple[tuple[str, int], ...],
        basis: Basis,
    ) -> Explanation:
        """Put the text and its figures together."""
        self = super().__new__(cls, text)
        self.lang, self.row, self.because, self.basis = lang, row, because, basis
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle what the explanation was made of."""
        return Explanation, (str(self), self.lang, self.row, self.because, self.basis)

    def to_dict(self) -> dict[str, Any]:
        """Return the explanation as plain values that go to JSON.

        Returns
        -------
        dict
            The keys of ``row``, then ``lang``, ``because`` (a list with ``reason`` and ``meals``),
            ``basis`` and ``text``.
        """
        return {
            **plain_value(self.row),
            "lang": self.lang,
            "because": [{"reason": reason, "meals": meals} for reason, meals in self.because],
            "basis": self.basis.to_dict(),
            "text": str(self),
        }

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the text, then the meals one after the other."""
        say = TEXTS[self.lang]
        usual, meals = round(self.row["usual"]), round(self.row["meals"])
        lines = [
            (say["usual_meals"], number(usual, self.lang)),
            *((reason, signed(value, self.lang)) for reason, value in self.because),
            (say["forecast_meals"], number(meals, self.lang)),
        ]
        rows = "".join(
            f"<tr><th scope='row'>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
            for name, value in lines
        )
        return f"<p>{html.escape(self)}</p><table><tbody>{rows}</tbody></table>"
