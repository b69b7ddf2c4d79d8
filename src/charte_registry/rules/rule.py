"""What a rule is: identifier, severity, legal source, and what it says in three languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.messages import LANGUAGES, Phrase
from charte_registry.vocabularies.sources import source_in
from charte_registry.vocabularies.vocabulaire import Terme

ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = (ERROR, WARNING, NOTE)

_BLANK = re.compile(r"\{(\w+)\}")
NO_BREAK = "\N{NO-BREAK SPACE}"
_FRENCH_SIGNS = re.compile(r" (?=[:;?!»])|(?<=«) ")


@attrs.frozen(kw_only=True)
class Rule:
    """A rule of the register.

    Parameters
    ----------
    id : str
        Identifier: family and number; it never changes meaning.
    severity : {"error", "warning", "note"}
        ``error``: the law or the register's own sense requires it; ``warning``: the law says where
        possible or in principle, or the register infers it; ``note``: worth a look.
    source : str
        Legal source, as French law cites it; empty where the rule is one of plain sense.
    fr, en, pt : tuple of str and str
        What is wrong and the remedy, with ``{blanks}``.

    Examples
    --------
    >>> rule = Rule(id="X-01", severity="error", source="RGPD art. 5", fr=("{n} de trop", "retirer"),
    ...     en=("{n} too many", "remove"), pt=("{n} a mais", "retirar"))
    >>> rule.message("en", {"n": 2})
    '2 too many; remove (GDPR art. 5)'
    """

    id: str
    severity: str = attrs.field(validator=attrs.validators.in_(SEVERITIES))
    source: str = ""
    fr: tuple[str, str]
    en: tuple[str, str]
    pt: tuple[str, str]

    def at(self, kind: str, record: str, field: str, /, **details: Any) -> Raised:
        """Return that this rule is broken by a field of a record."""
        return Raised(self, kind, record, field, details)

    def wording(self, lang: str) -> tuple[str, str]:
        """Return what is wrong, and the remedy, with their blanks."""
        if lang not in LANGUAGES:
            raise RegisterError("language", field="lang", value=lang, near=nearest(lang, LANGUAGES))
        texts: Mapping[str, tuple[str, str]] = {"fr": self.fr, "en": self.en, "pt": self.pt}
        return texts[lang]

    def source_in(self, lang: str) -> str:
        """Return the legal source, in the words that the language has for its parts."""
        return source_in(self.source, lang)

    def message(self, lang: str, details: Mapping[str, Any]) -> str:
        """Return what is wrong, the remedy and the source, in one line."""
        told = (" ; " if lang == "fr" else "; ").join(self.wording(lang))
        filled = _BLANK.sub(lambda blank: _said(details[blank[1]], lang), told)
        message = f"{filled} ({self.source_in(lang)})" if self.source else filled
        # French puts a space before these signs, and no line may end there.
        return _FRENCH_SIGNS.sub(NO_BREAK, message) if lang == "fr" else message


@attrs.frozen
class Raised:
    """What a check raises: a rule, the kind and identifier of the record, the field, the details."""

    rule: Rule
    kind: str
    record: str
    field: str
    details: Mapping[str, Any]


def hint(names: Sequence[str]) -> Mapping[str, str]:
    """Return the question that goes with a mistyped name; empty without a near one."""
    if not names:
        return {"fr": "", "en": "", "pt": ""}
    several = " ou ".join(names)
    return {
        "fr": f" (vouliez-vous dire {several} ?)",
        "en": f" (did you mean {' or '.join(names)}?)",
        "pt": f" (quis dizer {several}?)",
    }


def _said(value: Any, lang: str) -> str:
    """Return a detail in a language: terms have labels, a mapping has one text a language."""
    if isinstance(value, Phrase):
        return value.say(lang)
    if isinstance(value, Terme):
        label = value.label(lang)
        return label if label == value.code else f"{label} ({value.code})"
    if isinstance(value, Mapping):
        return str(value[lang])
    if isinstance(value, tuple):
        return ", ".join(_said(item, lang) for item in value)
    return str(value)
