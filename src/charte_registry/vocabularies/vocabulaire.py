"""What a code list is: terms with labels in three languages, a source, a date of review."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest


@attrs.frozen(kw_only=True)
class Terme:
    """A code with its labels.

    Parameters
    ----------
    code : str
        What a record holds.
    fr, en, pt : str
        Label.
    source : str
        Text that defines this term, where it is more precise than that of the list.

    Examples
    --------
    >>> Terme(code="contrat", fr="contrat", en="contract", pt="contrato").label("en")
    'contract'
    """

    code: str
    fr: str
    en: str
    pt: str
    source: str = ""

    def label(self, lang: str) -> str:
        """Return the label in ``fr``, ``en`` or ``pt``."""
        labels = {"fr": self.fr, "en": self.en, "pt": self.pt}
        if lang not in labels:
            raise RegisterError("language", field="lang", value=lang, near=nearest(lang, labels))
        return labels[lang]


@attrs.frozen(kw_only=True)
class Vocabulaire:
    """A code list: what a field may hold.

    Parameters
    ----------
    nom : str
        Name, for messages and schemas.
    source : str
        Text or body that the list comes from.
    reviewed : datetime.date
        Day as of which the list is given.
    termes : tuple of Terme
        Terms, in the order of the source.

    Examples
    --------
    >>> vert = Terme(code="vert", fr="vert", en="green", pt="verde")
    >>> feux = Vocabulaire(nom="feux", source="", reviewed=dt.date(2026, 2, 1), termes=(vert,))
    >>> feux.codes, feux.terme("vert").pt
    (('vert',), 'verde')
    """

    nom: str
    source: str
    reviewed: dt.date
    termes: tuple[Terme, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in the order of the source."""
        return tuple(terme.code for terme in self.termes)

    def terme(self, code: str) -> Terme:
        """Return the term of a code; raise ``RegisterError`` where there is none."""
        for terme in self.termes:
            if terme.code == code:
                return terme
        raise RegisterError(
            "not_in_list", value=code, known=self.nom, near=nearest(code, self.codes)
        )

    def nomme(self, code: str) -> Terme:
        """Return the term of a code; of one that a profile adds, the code by itself."""
        known = (terme for terme in self.termes if terme.code == code)
        return next(known, Terme(code=code, fr=code, en=code, pt=code))

    def __iter__(self) -> Iterator[Terme]:
        return iter(self.termes)

    def __contains__(self, code: object) -> bool:
        return code in self.codes


def listed(file: str, nom: str) -> Vocabulaire:
    """Return a code list of a file of this sub-package.

    Parameters
    ----------
    file : str
        Name of the file, without ``.toml``.
    nom : str
        Name of the list.

    Returns
    -------
    Vocabulaire
        Its terms are rows of code, fr, en, pt and, where there is one, source.

    Examples
    --------
    >>> listed("rgpd", "suites").terme("refusee").en
    'refused'
    """
    stated = read(file)[nom]
    termes = tuple(
        Terme(code=code, fr=fr, en=en, pt=pt, source=rest[0] if rest else "")
        for code, fr, en, pt, *rest in stated["terms"]
    )
    return Vocabulaire(nom=nom, source=stated["source"], reviewed=stated["reviewed"], termes=termes)


@cache
def read(file: str) -> Mapping[str, Any]:
    """Return what a file of this sub-package says."""
    return tomllib.loads(files(__package__).joinpath(f"{file}.toml").read_text("utf-8"))
