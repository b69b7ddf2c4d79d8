"""A new rule file to fill in: commented, with every place to fill in marked TODO."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from tarifs_solidaires.catalogue import Phrase
from tarifs_solidaires.errors import Fault, RuleError, nearest
from tarifs_solidaires.rules.file import LANGUAGE, RULE_NAME
from tarifs_solidaires.rules.toml import read_toml

Shape: TypeAlias = Literal["table", "formula", "scale", "best"]

SHAPES: dict[str, str] = {  # with the output of each
    "table": "reduction", "formula": "price", "scale": "contribution", "best": "price",
}  # fmt: skip


def new_rule(
    name: str,
    *,
    languages: Sequence[str] = ("fr", "en"),
    currency: str = "EUR",
    shape: Shape = "table",
) -> str:
    """Return the text of a new rule file, to be filled in.

    Parameters
    ----------
    name : str
        ``territory/scheme``: lower case, digits, hyphens.
    languages : sequence of str
        Languages of its texts, such as ``("fr", "en")``; the first is that of names.
    currency : str
        ISO 4217 code of its amounts.
    shape : {"table", "formula", "scale", "best"}
        Of its step: rows of which the first that holds decides, a formula with bounds, a marginal
        scale, or the best of several candidates. Steps of any shape can be added.

    Returns
    -------
    str
        TOML with comments. Every place to fill in is a text that begins with TODO, and
        ``check_rule`` names each.

    Raises
    ------
    RuleError
        Where an argument is not what it should be.

    Examples
    --------
    >>> print(new_rule("villeneuve/cantine", languages=["fr"], shape="formula").splitlines()[6])
    title = "TODO: nom du tarif"
    """
    languages = [languages] if isinstance(languages, str) else list(languages)
    faults = [
        *_wrong(
            "name", [name], RULE_NAME, Phrase("villeneuve/cantine: lower case, digits and hyphens")
        ),
        *_wrong("languages", languages, LANGUAGE, Phrase("fr, en or pt-BR")),
        *_wrong("currency", [currency], "[A-Z]{3}", "EUR"),
    ]
    if not languages or len(set(languages)) < len(languages):
        faults.append(_fault("languages", languages, "name each language once"))
    if shape not in SHAPES:
        faults.append(_fault("shape", shape, nearest(str(shape), SHAPES)))
    if faults:
        raise RuleError(*faults)
    folder = files("tarifs_solidaires.rules") / "skeletons"
    words = read_toml((folder / "words.toml").read_text("utf-8"))
    parts = [(folder / f"{part}.toml").read_text("utf-8") for part in ("head", shape, "case")]
    fixed = {
        "NAME": name, "LANGUAGES": json.dumps(languages), "CURRENCY": currency,
        "OUTPUT": SHAPES[shape],
    }  # fmt: skip

    def written(place: re.Match[str]) -> str:
        if place[0].startswith("@@"):
            return _text(words["once"][place[1]], languages[:1])
        return fixed.get(place[1]) or _text(words[place[1]], languages)

    return re.sub(r"@@?(\w+)@@?", written, "".join(parts))


def _text(words: dict[str, str], languages: Sequence[str]) -> str:
    """Return a text to be written in each language, as TOML."""
    places = [f'"TODO: {words.get(lang.split("-")[0], words["en"])}"' for lang in languages]
    if len(places) == 1:
        return places[0]
    pairs = zip(languages, places, strict=True)
    return f"{{ {', '.join(f'{lang} = {place}' for lang, place in pairs)} }}"


def _wrong(what: str, values: Sequence[Any], pattern: str, example: str) -> list[Fault]:
    return [
        _fault(what, value, Phrase("write such as {example}", example=example))
        for value in values
        if not isinstance(value, str) or re.fullmatch(pattern, value) is None
    ]


def _fault(what: str, value: Any, remedy: str) -> Fault:
    return Fault(
        code=what, input=what, template="{input}: {value!r} is not possible", remedy=remedy,
        data={"value": value},
    )  # fmt: skip
