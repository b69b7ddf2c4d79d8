"""Forms that a text must have, each with its remedy; a schema can state the same expressions."""

from __future__ import annotations

import re
from functools import cached_property

import attrs

# What Python calls a blank, letter by letter: other engines mean other characters by \s.
BLANK = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@attrs.frozen(kw_only=True, slots=False)
class Format:
    """A form of text.

    Parameters
    ----------
    nom : str
        What it is, for a message.
    pattern : str
        Regular expression of the whole text, of the common subset of Python and ECMA-262.
    remedy : str
        What to write instead.
    examples : tuple of str
        Texts of that form.

    Examples
    --------
    >>> [DUREE.accepts(text) for text in ("P5Y", "P1Y6M", "PT72H", "P", "5 ans")]
    [True, True, True, False, False]
    """

    nom: str
    pattern: str
    remedy: str
    examples: tuple[str, ...]

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def accepts(self, text: str) -> bool:
        """Return whether a text has that form, from its first character to its last."""
        return self._compiled.fullmatch(text) is not None


# An identifier is also the name of a file: no separator, no leading dot, no space.
IDENTIFIANT = Format(
    nom="identifier",
    pattern=r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?",
    remedy="write 1 to 100 letters without accents, digits, '.', '_' or '-', the first and the last a letter or a digit",
    examples=("ap-442", "2020", "tarification-eau"),
)
# A request has a number, which tells nothing of who asked.
NUMERO = Format(
    nom="number",
    pattern=r"[0-9]([0-9._-]{0,28}[0-9])?",
    remedy="write digits, with '.', '_' or '-' between, such as 2026-007",
    examples=("2026-007", "12"),
)
HEURE = Format(
    nom="time of day",
    pattern=r"([01][0-9]|2[0-3]):[0-5][0-9]",
    remedy="write hours and minutes, such as 09:30",
    examples=("09:30", "23:59"),
)
FICHE = Format(
    nom="KIND/ID",
    pattern=rf"[a-z_]+/{IDENTIFIANT.pattern}",
    remedy="write one such as traitements/t-1",
    examples=("traitements/t-1",),
)
DUREE = Format(
    nom="ISO 8601 duration",
    pattern=r"P(?=[0-9T])([0-9]{1,4}Y)?([0-9]{1,4}M)?([0-9]{1,4}W)?([0-9]{1,4}D)?(T(?=[0-9])([0-9]{1,4}H)?([0-9]{1,4}M)?)?",
    remedy="write P5Y for five years, P6M for six months, P30D for thirty days",
    examples=("P5Y", "P6M", "P30D", "P1Y6M", "PT72H"),
)
SUBDIVISION = Format(
    nom="ISO 3166-2 subdivision",
    pattern=r"[A-Z]{2}-[A-Z0-9]{1,3}",
    remedy="write FR-44 for Loire-Atlantique",
    examples=("FR-44", "FR-PDL", "CA-QC", "BR-PE"),
)
LANGUE = Format(
    nom="language tag",
    pattern=r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*",
    remedy="write fr",
    examples=("fr", "en", "pt-BR"),
)
# Only the two schemes that a page may link to.
URL = Format(
    nom="web address",
    pattern=rf'https?://[^{BLANK}<>"]{{1,2000}}',
    remedy="write an address that begins with https://",
    examples=("https://example.org", "https://example.org/a?b=c"),
)
COURRIEL = Format(
    nom="e-mail address",
    pattern=rf'[^@{BLANK}<>"]{{1,64}}@[^@{BLANK}<>"]{{1,189}}',
    remedy="write a functional address such as dpo@example.org",
    examples=("dpo@example.org",),
)
SIREN = Format(
    nom="SIREN number", pattern=r"[0-9]{9}", remedy="write its nine digits", examples=("123456782",)
)
SPDX = Format(
    nom="SPDX identifier",
    pattern=r"[A-Za-z0-9][A-Za-z0-9.+-]{0,98}",
    remedy="write one such as etalab-2.0 or ODbL-1.0, or LicenseRef- and a name of your own",
    examples=("etalab-2.0", "ODbL-1.0", "CC-BY-SA-4.0", "CECILL-B", "LicenseRef-Ville"),
)
