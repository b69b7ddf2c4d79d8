"""A version of a rule: what is in force from one day to the next, as the file states it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.block_tariff import Block, BlockTariff
from tarifs_solidaires.decision_table import DecisionTable, Divisor, Row, Substitution
from tarifs_solidaires.effort_rate import EffortRate
from tarifs_solidaires.money import cents, exact
from tarifs_solidaires.scale import Scale, TaxShares

Array = npt.NDArray[Any]

SHAPES = ("decision_table", "effort_rate", "block_tariff")
CONFIDENCES = ("official", "secondary", "inferred")


def _output(unit: str, fr: str, en: str, pt: str) -> Mapping[str, str]:
    return MappingProxyType({"unit": unit, "fr": fr, "en": en, "pt": pt})


OUTPUTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "taux_reduction": _output(
            "share, 0 to 1", "taux de réduction", "reduction", "taxa de redução"
        ),
        "prix_mensuel": _output("money/month", "prix mensuel", "monthly price", "preço mensal"),
        "aide_annuelle": _output("money/year", "aide annuelle", "yearly aid", "auxílio anual"),
        "facture_reference": _output(
            "money/year", "facture de référence", "reference bill", "conta de referência"
        ),
        "plafond_ressources": _output(
            "money/year", "plafond de ressources", "ceiling of resources", "teto de recursos"
        ),
        "facture": _output("money/billing period", "facture", "bill", "conta"),
    }
)
# What each shape can compute; the others are written in the rows of a decision table.
SHAPE_OUTPUTS = MappingProxyType(
    {
        "decision_table": ("taux_reduction", "prix_mensuel", "aide_annuelle", "facture"),
        "effort_rate": ("aide_annuelle", "facture_reference", "plafond_ressources"),
        "block_tariff": ("facture", "aide_annuelle"),
    }
)


@attrs.frozen(kw_only=True)
class Parameter:
    """A named figure or choice of a rule, with its source and confidence.

    Parameters
    ----------
    name : str
        Name.
    value : object
        Value, as the file states it.
    source : str
        Where the value comes from.
    confidence : {"official", "secondary", "inferred"}
        How sure it is.
    unit : str
        Unit; empty where there is none.
    choices : tuple
        Values that the parameter can take; empty for a figure.
    meaning : mapping of str to str
        What it is, in ``fr``, ``en`` and ``pt``; empty where the name says it.
    """

    name: str
    value: object
    source: str
    confidence: str
    unit: str = ""
    choices: tuple[object, ...] = ()
    meaning: Mapping[str, str] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True)
class Version:
    """A rule as it is in force from one day to the day before the next version.

    Parameters
    ----------
    valid_from, valid_to : datetime.date
        First and last day.
    source : str
        Legal reference.
    shape : {"decision_table", "effort_rate", "block_tariff"}
        How the rule computes.
    required, optional : tuple of str
        Inputs.
    parameters : tuple of Parameter
        Named figures and choices.
    all_rows : tuple of Row
        Decision table, with the rows that a parameter can bring in; empty for another shape.
    substitutions : tuple of Substitution
        Values that count in place of a person's own.
    scales : tuple of Scale
        Scales by which an input is divided before it is compared.
    full_prices : tuple of Row
        Full price by person, output ``value``; empty where ``prix_mensuel`` is not made of it.
    blocks : tuple of Block
        Blocks of a block tariff.
    residence : frozenset of str
        INSEE codes where an effort-rate aid is paid; empty for anywhere.
    """

    valid_from: dt.date
    valid_to: dt.date
    source: str
    shape: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    all_rows: tuple[Row, ...] = attrs.field(default=(), repr=False)
    substitutions: tuple[Substitution, ...] = attrs.field(default=(), repr=False)
    scales: tuple[Scale, ...] = attrs.field(default=(), repr=False)
    full_prices: tuple[Row, ...] = attrs.field(default=(), repr=False)
    blocks: tuple[Block, ...] = attrs.field(default=(), repr=False)
    residence: frozenset[str] = attrs.field(default=frozenset(), repr=False)

    @cached_property
    def figures(self) -> Mapping[str, Any]:
        """Values of the parameters by name."""
        return MappingProxyType({p.name: p.value for p in self.parameters})

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Rows that exist with the parameters as they are."""
        return tuple(
            row
            for row in self.all_rows
            if all(self.figures.get(name) == value for name, value in row.only_if.items())
        )

    @cached_property
    def divisors(self) -> Mapping[str, Divisor]:
        """What each input is divided by before it is compared."""
        divisors: dict[str, Divisor] = {scale.numerator: scale for scale in self.scales}
        divisors.setdefault("quotient_familial", TaxShares())
        return MappingProxyType(divisors)

    @cached_property
    def table(self) -> DecisionTable:
        """The decision table, decided for every cell."""
        return DecisionTable(
            rows=self.rows, substitutions=self.substitutions, divisors=self.divisors,
            required=self.required,
        )  # fmt: skip

    @cached_property
    def full_price(self) -> DecisionTable | None:
        """The table of full prices, output ``value``; None where there is none."""
        if not self.full_prices:
            return None
        return DecisionTable(rows=self.full_prices, divisors=self.divisors, required=self.required)

    @cached_property
    def effort_rate(self) -> EffortRate | None:
        """The aid, where the rule is one."""
        if self.shape != "effort_rate":
            return None
        figures = self.figures
        volume = figures["volume_par_personne"]
        volumes = tuple(volume) if isinstance(volume, list | tuple) else (volume,)
        return EffortRate(
            volume_par_personne=volumes,
            volume_personne_suivante=figures.get("volume_personne_suivante", volumes[-1]),
            part_ressources=figures["part_ressources"],
            versement_minimal=figures["versement_minimal"],
            prix_m3=figures.get("prix_m3"),
            residence=self.residence,
        )

    @cached_property
    def block_tariff(self) -> BlockTariff | None:
        """The price by blocks, where the rule is one."""
        if self.shape != "block_tariff":
            return None
        return BlockTariff(
            blocks=self.blocks,
            aide_par_personne=self.figures.get("aide_par_personne", 0.0),
            personnes_sans_aide=self.figures.get("personnes_sans_aide", 0),
        )

    @cached_property
    def prices(self) -> Array:
        """Monthly price by row of the table and row of the full prices, half up to the cent."""
        if self.full_price is None:
            raise AssertionError
        full = [*(row.then["value"] for row in self.full_price.rows), np.nan]
        rates = [*(row.then["taux_reduction"] for row in self.rows), np.nan]
        known = np.isfinite(np.add.outer(rates, full))
        return np.array(
            [
                cents(exact(price) * (1 - exact(rate))) if known[r, f] else np.nan
                for r, rate in enumerate(rates)
                for f, price in enumerate(full)
            ]
        )

    @cached_property
    def read(self) -> frozenset[str]:
        """Inputs that a result can depend on, with the parameters as they are."""
        return self.read_by(self.rows)

    def read_by(self, rows: Iterable[Row]) -> frozenset[str]:
        """Return the inputs that a result can depend on with some rows of the decision table.

        Parameters
        ----------
        rows : iterable of Row
            Rows, such as ``all_rows``.

        Returns
        -------
        frozenset of str
            Names of inputs.
        """

        def names(rows: Iterable[Row | Substitution]) -> set[str]:
            return {c.name for row in rows for c in row.when}

        read = names(chain(rows, self.full_prices, *(block.rows for block in self.blocks)))
        for substitution in self.substitutions:
            if substitution.input in read:
                read |= names([substitution])
        for scale in self.scales:
            if scale.numerator in read:
                read |= {scale.by, *scale.each} - {""}
                read |= names(scale.base.rows if scale.base else ())
        if self.shape == "effort_rate":
            read |= {"nombre_personnes", "ressources_annuelles"}
            read |= {"commune"} if self.residence else set()
            read |= set() if "prix_m3" in self.figures else {"prix_m3"}
        if self.shape == "block_tariff":
            read.add("volume_m3")
            read |= {"nombre_personnes"} if self.figures.get("aide_par_personne") else set()
        if "quotient_familial" in read:
            read |= {"revenu_fiscal_reference", "nombre_parts"}
        return frozenset(read)
