"""Write the table of country names from the CLDR that Babel carries: run this file to do so."""

import sys
from pathlib import Path

TARGET = Path(__file__).parents[2] / "src/charte_registry/vocabularies/country_names.toml"

# Codes that the CLDR names and ISO 3166-1 does not assign: reserved, private or grouped.
NOT_ISO = frozenset(
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"]
)

HEADER = """# Names of countries by ISO 3166-1 code, in French, English and Portuguese.
# Generated from the Unicode CLDR by tests/charte_registry/country_names.py: do not edit.

source = "Unicode CLDR, Babel {version}"

[names]
"""


def text() -> str:
    """Return the file that holds the table."""
    import babel

    fr, en, pt = (babel.Locale(lang).territories for lang in ("fr", "en", "pt"))
    codes = sorted(c for c in en if len(c) == 2 and c.isalpha() and c not in NOT_ISO)
    rows = (f'{c} = ["{fr[c]}", "{en[c]}", "{pt[c]}"]\n' for c in codes)
    return HEADER.format(version=babel.__version__) + "".join(rows)


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{TARGET} written\n")
