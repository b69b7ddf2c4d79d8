"""What was typed: texts left to complete, and public texts that look like a person."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import attrs

from charte_registry.records.base import INTERNE, is_internal
from charte_registry.register import Register
from charte_registry.rules.graph import real
from charte_registry.rules.rule import Raised
from charte_registry.rules.texts import family_rules, family_words

_RULES = family_rules("saisie")
_WORDS = family_words("saisie")
A_COMPLETER = _RULES["SAISIE-01"]
ESPACES = _RULES["SAISIE-02"]
COORDONNEES = _RULES["PERSONNE-01"]
NOM = _RULES["PERSONNE-02"]

_LEFT = re.compile(
    r"\s*(?:[àa] compl[ée]ter|to fill in|to be completed|a preencher|todo|tbd|xxx+|\?+|lorem ipsum)\b|\s*\?+\s*$",
    re.IGNORECASE,
)
_SPACES = re.compile(r"^\s|\s$|[ \xa0]{2,}")

_COURRIEL = re.compile(r"\b(?P<local>[\w.+-]{1,64})@[\w-]{1,63}(?:\.[\w-]{1,63})+")
# A person's address is two names; one word, or one of these, is that of a function.
_DEUX_NOMS = re.compile(r"[a-z]+[._][a-z-]+\d*", re.IGNORECASE)
_FONCTION = re.compile(
    r"dp[od]|rgpd|cnil|contact|info|mairie|accueil|donnees|data|privacy|encarregado|service|direction|secretariat|acces|support|webmaster|communication|ouvert|open",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(
    r"(?<![\d.,/-])(?:\+\d{1,3}[ .()-]{0,2}(?:\d[ .()-]{0,2}){7,12}\d|0[1-9](?:[ .-]?\d{2}){4}|\(\d{2,3}\) ?\d{3,5}[ -]\d{4})(?![\d/-])"
)
_ADRESSE = re.compile(
    r"\b\d{1,4}(?: ?bis| ?ter)?,? (?:rue|avenue|av\.|boulevard|bd|place|impasse|allée|chemin|quai|rua|avenida|travessa) ",
    re.IGNORECASE,
)
_PERSONNE = re.compile(
    r"\b(?:M\.|Mme|Mlle|Monsieur|Madame|Mr\.?|Mrs\.?|Ms\.?|Sr\.|Sra\.|Senhor|Senhora) (?:[A-ZÉÈÀÇ][\w'-]+\b|[A-Z]\. ?[A-ZÉ])"
)
_PRENOM_NOM = re.compile(
    r"\b(?:Jean|Marie|Pierre|Paul|Jacques|Michel|Philippe|Nicolas|Sophie|Julie|Claire|Anne|Isabelle|Catherine|Nathalie|Sylvie|Martine|François|Françoise|Laurent|Christophe|Thomas|Julien|Camille|Léa|Hélène|João|José|Maria|Ana|Antônio|Carlos|Paulo|Pedro|John|Mary|David|Sarah|Peter)(?:-[A-ZÉ][a-zéèêëïôç]+)? [A-ZÉÈÀÇ](?:[a-zéèêëïôç'-]{2,}|[A-ZÉÈÀÇ'-]{2,})\b"
)
# Streets, schools and halls bear names too.
_LIEU = re.compile(
    r"(?:rue|avenue|place|école|collège|lycée|stade|salle|médiathèque|hôpital|centre|quai|boulevard|gymnase|piscine|escola|hospital|fondation|prix|square|parc) (?:\w+ ){0,2}$",
    re.IGNORECASE,
)
_SANTE = re.compile(
    r"\b(?:est|était|souffre|atteinte? d|en arrêt (?:de )?maladie|diagnosti\w+ (?:d|à)|is ill|suffers from|doente|sofre de)\b[^.;]{0,20}\b(?:malade|maladie|handicap\w*|diabèt\w*|cancer|dépressi\w*|allergique|asthmatique|enceinte|ill|disabled|doen\w+)",
    re.IGNORECASE,
)
QUOI = _WORDS["quoi"]


def check(register: Register, _: dt.date) -> Iterator[Raised]:
    """Raise the SAISIE and PERSONNE rules; a placeholder has nothing to complete."""
    for kind in register.kinds:
        for record in real(register, kind):
            for path, text, public in texts(record):
                if _LEFT.match(text):
                    yield A_COMPLETER.at(kind, record.id, path)
                elif _SPACES.search(text):
                    yield ESPACES.at(kind, record.id, path)
                found = looks_like(text) if public else None
                if found is not None:  # the words themselves are repeated nowhere
                    rule = NOM if found[0] == "name" else COORDONNEES
                    yield rule.at(kind, record.id, path, quoi=QUOI[found[0]])


def looks_like(text: str) -> tuple[str, str] | None:
    """Return what of a person a text seems to hold, and the words; None for nothing.

    Examples
    --------
    >>> looks_like("Voir Mme Durand au guichet"), looks_like("rue Jean Jaurès"), looks_like("dpo@ville.example")
    (('name', 'Mme Durand'), None, None)
    """
    for mail in _COURRIEL.finditer(text):
        if _DEUX_NOMS.fullmatch(mail["local"]) and not _FONCTION.search(mail["local"]):
            return "mail", mail[0]
    for what, pattern in (("phone", _TELEPHONE), ("address", _ADRESSE), ("health", _SANTE)):
        if place := pattern.search(text):
            return what, place[0].strip()
    for name in (*_PERSONNE.finditer(text), *_PRENOM_NOM.finditer(text)):
        if not _LIEU.search(text[: name.start()]):
            return "name", name[0]
    return None


def texts(record: Any, path: str = "", *, public: bool = True) -> Iterator[tuple[str, str, bool]]:
    """Yield the free texts of a record: path, text, whether the public extract holds it.

    Codes, identifiers, addresses of pages and names of other records are no free texts.
    """
    whole = public and not is_internal(type(record))
    for field in attrs.fields(type(record)):
        value, meta = getattr(record, field.name), field.metadata
        seen = whole and meta["visibility"] != INTERNE
        several = isinstance(value, tuple)
        for number, item in enumerate(value if several else (value,)):
            here = f"{path}{field.name}[{number}]" if several else f"{path}{field.name}"
            if attrs.has(type(item)):
                yield from texts(item, f"{here}.", public=seen)
            elif isinstance(item, str) and not (
                meta["choices"] or meta["format"] or meta["reference"]
            ):
                yield here, item, seen
