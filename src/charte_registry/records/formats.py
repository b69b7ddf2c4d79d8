"""Forms that a text must have, each with its remedy; a schema can state the same expressions."""

from __future__ import annotations

import re
from functools import cached_property

import attrs

from charte_registry.messages import Phrase

# What Python calls a blank, letter by letter: other engines mean other characters by \s.
BLANK = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@attrs.frozen(kw_only=True, slots=False)
class Format:
    """A form of text.

    Parameters
    ----------
    code : str
        Its name in the table ``format`` of ``messages.toml``, which says what it is and what to
        write instead.
    pattern : str
        Regular expression of the whole text, of the common subset of Python and ECMA-262.
    examples : tuple of str
        Texts of that form.

    Examples
    --------
    >>> [DUREE.accepts(text) for text in ("P5Y", "P1Y6M", "PT72H", "P", "5 ans")]
    [True, True, True, False, False]
    """

    code: str
    pattern: str
    examples: tuple[str, ...]

    @property
    def name(self) -> Phrase:
        """What it is."""
        return Phrase.of(f"format.{self.code}")

    @property
    def how(self) -> Phrase:
        """What to write."""
        return Phrase.of(f"format.{self.code}_how")

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def accepts(self, text: str) -> bool:
        """Return whether a text has that form, from its first character to its last."""
        return self._compiled.fullmatch(text) is not None


# An identifier is also the name of a file: no separator, no leading dot, no space.
IDENTIFIANT = Format(
    code="identifiant",
    pattern=r"[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?",
    examples=("ap-442", "2020", "tarification-eau"),
)
# A request has a number, which tells nothing of who asked.
NUMERO = Format(
    code="numero",
    pattern=r"[0-9]([0-9._-]{0,28}[0-9])?",
    examples=("2026-007", "12"),
)
HEURE = Format(
    code="heure",
    pattern=r"([01][0-9]|2[0-3]):[0-5][0-9]",
    examples=("09:30", "23:59"),
)
FICHE = Format(
    code="fiche",
    pattern=rf"[a-z_]+/{IDENTIFIANT.pattern}",
    examples=("traitements/t-1",),
)
DUREE = Format(
    code="duree",
    pattern=r"P(?=[0-9T])([0-9]{1,4}Y)?([0-9]{1,4}M)?([0-9]{1,4}W)?([0-9]{1,4}D)?(T(?=[0-9])([0-9]{1,4}H)?([0-9]{1,4}M)?)?",
    examples=("P5Y", "P6M", "P30D", "P1Y6M", "PT72H"),
)
SUBDIVISION = Format(
    code="subdivision",
    pattern=r"[A-Z]{2}-[A-Z0-9]{1,3}",
    examples=("FR-44", "FR-PDL", "CA-QC", "BR-PE"),
)
LANGUE = Format(
    code="langue",
    pattern=r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*",
    examples=("fr", "en", "pt-BR"),
)
# Only the two schemes that a page may link to.
URL = Format(
    code="url",
    pattern=rf'https?://[^{BLANK}<>"]{{1,2000}}',
    examples=("https://example.org", "https://example.org/a?b=c"),
)
COURRIEL = Format(
    code="courriel",
    pattern=rf'[^@{BLANK}<>"]{{1,64}}@[^@{BLANK}<>"]{{1,189}}',
    examples=("dpo@example.org",),
)
SIREN = Format(code="siren", pattern=r"[0-9]{9}", examples=("123456782",))
SPDX = Format(
    code="spdx",
    pattern=r"[A-Za-z0-9][A-Za-z0-9.+-]{0,98}",
    examples=("etalab-2.0", "ODbL-1.0", "CC-BY-SA-4.0", "CECILL-B", "LicenseRef-Ville"),
)
