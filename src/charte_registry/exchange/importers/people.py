"""Who looks like a person: a name that stays internal, and never makes a body."""

from __future__ import annotations

import re

from charte_registry.exchange.importers.wording import folded

_BODIES = re.compile(
    r"\b(ville|mairie|commune|communaute|metropole|departement|region|conseil|syndicat|agglomeration|ccas|cias|"
    r"centre|caisse|office|etablissement|universite|ecole|college|lycee|regie|service|direction|societe|"
    r"association|fondation|groupe|cabinet|agence|institut|hopital|chu|sarl|sas|sa|sasu|scop|spl|sem|epci|gip|"
    r"sdis|sivu|sivom|prefecture|ministere|etat|habitat|energie|conseils|solutions|numerique|data)\b"
)
_TITLES = re.compile(r"(m|mr|mme|mlle|monsieur|madame|dr|docteur|me|maitre|sr|sra|mrs|ms)\b")
_NAME = re.compile(r"[^\W\d_][^\W\d_a-z]*[a-zà-ÿ]+(?:-[^\W\d_]+)*\s+[A-ZÀ-Þ][A-ZÀ-Þ'-]{2,}")


def is_person(name: str) -> bool:
    """Return whether a name looks like that of a person: then it is kept internal.

    Examples
    --------
    >>> [is_person(name) for name in ("Louise DUPONT", "Mme la Maire", "Nantes Métropole", "Exemple SAS")]
    [True, True, False, False]
    """
    key = folded(name)
    if _TITLES.match(key):
        return True
    words = name.split()
    return (
        2 <= len(words) <= 4
        and not _BODIES.search(key)
        and all(re.fullmatch(r"[^\W\d_][^\d_]*", word) and word[0].isupper() for word in words)
    )


def is_named_person(text: str) -> bool:
    """Return whether a text names a person by a title, or by a first name and a name in capitals.

    Examples
    --------
    >>> [is_named_person(text) for text in ("Mme Martin (RH)", "Louise DUPONT", "Police municipale", "Service DRH")]
    [True, True, False, False]
    """
    key = folded(text)
    named = _NAME.fullmatch(text.strip()) is not None and not _BODIES.search(key)
    return named or (_TITLES.match(key) is not None and " " in key)
