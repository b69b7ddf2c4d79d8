"""A new rule file to fill in: commented, with every place to fill in marked TODO."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from tarifs_solidaires.errors import RuleError, nearest
from tarifs_solidaires.rule_file import NAME
from tarifs_solidaires.version import SHAPES

# What stands in the head of a file of each shape.
_HEADS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "decision_table": {
            "PER": "personne",
            "OUTPUTS": '["taux_reduction"] # 0.8 is a reduction of 80 %; or prix_mensuel, aide_annuelle, facture',
            "ORIGIN": '{ quotient_familial = "attestation" }',
        },
        "effort_rate": {
            "PER": "foyer",
            "OUTPUTS": '["aide_annuelle", "facture_reference", "plafond_ressources"]',
            "ORIGIN": '{ nombre_personnes = "declaration", ressources_annuelles = "attestation" }',
        },
        "block_tariff": {
            "PER": "foyer",
            "OUTPUTS": '["facture"]',
            "ORIGIN": '{ volume_m3 = "administration" }',
        },
    }
)


def new_rule(name: str, shape: str = "decision_table") -> str:
    """Return the text of a new rule file, to be filled in.

    Parameters
    ----------
    name : str
        ``territoire/dispositif``: lower case, digits, hyphens.
    shape : {"decision_table", "effort_rate", "block_tariff"}
        How the rule computes.

    Returns
    -------
    str
        TOML with comments. Every place to fill in is a text that begins with TODO, and
        ``check_rule`` names each.

    Raises
    ------
    RuleError
        Where the name or the shape is none.

    Examples
    --------
    >>> print(new_rule("villeneuve/transport").splitlines()[4])
    name = "villeneuve/transport"
    """
    if re.fullmatch(NAME, str(name)) is None:
        raise RuleError(
            f"{name!r} is no name: write TERRITOIRE/DISPOSITIF in lower case, digits and hyphens, "
            "such as villeneuve/transport"
        )
    if shape not in SHAPES:
        raise RuleError(f"no shape {shape!r}; {nearest(shape, SHAPES)}")
    folder = files("tarifs_solidaires") / "skeletons"
    head, body = ((folder / f"{part}.toml").read_text("utf-8") for part in ("head", shape))
    for word, text in {"TERRITOIRE/DISPOSITIF": name, "SHAPE": shape, **_HEADS[shape]}.items():
        head = head.replace(word, text)
    return head + body
