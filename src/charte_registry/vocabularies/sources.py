"""Legal sources in the three languages: national texts keep their names, what joins them does not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_SAID: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            " ; ": "; ", " : ": ": ", "RGPD": "GDPR", " à ": " to ", " et ": " and ",
            "second alinéa": "second subparagraph", "loi 78-17": "act 78-17",
            "délibérations": "deliberations", "délibération": "deliberation",
            "Lignes directrices": "Guidelines", "lignes directrices": "guidelines", "rév.": "rev.",
            "Charte": "the charter", "souveraineté": "sovereignty", "méthode AIPD": "DPIA method",
        },
        "pt": {
            " ; ": "; ", " : ": ": ", " à ": " a ", " et ": " e ",
            "second alinéa": "segundo parágrafo", "loi 78-17": "lei 78-17",
            "délibérations": "deliberações", "délibération": "deliberação",
            "Lignes directrices": "Diretrizes", "lignes directrices": "diretrizes", "rév.": "rev.",
            "Charte": "a carta", "souveraineté": "soberania", "méthode AIPD": "método de avaliação de impacto",
        },
    }
)  # fmt: skip


def source_in(source: str, lang: str) -> str:
    """Return a legal source, stated as French law cites it, in the words of a language.

    Examples
    --------
    >>> source_in("RGPD art. 26 et 30(1)(a)", "en"), source_in("RGPD art. 12 à 22", "pt")
    ('GDPR art. 26 and 30(1)(a)', 'RGPD art. 12 a 22')
    """
    for french, said in _SAID.get(lang, {}).items():
        source = source.replace(french, said)
    return source
