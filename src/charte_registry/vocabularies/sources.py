"""Legal sources in the three languages: national texts keep their names, what joins them does not."""

from __future__ import annotations

from charte_registry.vocabularies.vocabulaire import read


def source_in(source: str, lang: str) -> str:
    """Return a legal source, stated as French law cites it, in the words of a language.

    Examples
    --------
    >>> source_in("RGPD art. 26 et 30(1)(a)", "en"), source_in("RGPD art. 12 à 22", "pt")
    ('GDPR art. 26 and 30(1)(a)', 'RGPD art. 12 a 22')
    """
    for french, said in read("sources").get(lang, {}).items():
        source = source.replace(french, said)
    return source
