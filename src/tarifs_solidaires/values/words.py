"""The sentences of the package in other languages than English, from gettext catalogues."""

from __future__ import annotations

import gettext
import re
from functools import lru_cache
from importlib.resources import files

DOMAIN = "tarifs_solidaires"


@lru_cache(maxsize=64)
def translator(lang: str) -> gettext.NullTranslations:
    """Return the sentences of a language by their English ones.

    Parameters
    ----------
    lang : str
        Code of a language, such as ``fr`` or ``pt-BR``.

    Returns
    -------
    gettext.NullTranslations
        The catalogue of the language, or of the language without its country; where there is
        neither, the sentences stay English.

    Examples
    --------
    >>> translator("pt-BR").gettext("yes"), translator("en").gettext("yes")
    ('sim', 'yes')
    """
    for code in (lang, lang.partition("-")[0]):
        file = files("tarifs_solidaires") / "locale" / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
        if re.fullmatch(r"[A-Za-z]+(-[A-Za-z]+)?", code) and file.is_file():
            with file.open("rb") as stream:
                return gettext.GNUTranslations(stream)
    return gettext.NullTranslations()
