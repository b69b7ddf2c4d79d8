"""What a tariff is: dated, sourced versions, and one function to compute it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any, Literal, cast

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.block_tariff import Block, BlockTariff
from tarifs_solidaires.chunks import for_chunks, gather
from tarifs_solidaires.conditions import Condition, parse_condition
from tarifs_solidaires.decision_table import DecisionTable, Divisor, Row, Substitution
from tarifs_solidaires.effort_rate import EffortRate
from tarifs_solidaires.errors import InputError, RuleError, nearest
from tarifs_solidaires.inputs import (
    INPUTS,
    Columns,
    Input,
    check_bounds,
    filled,
    in_bounds,
    out_of_bounds,
    read_inputs,
)
from tarifs_solidaires.money import cents, exact
from tarifs_solidaires.result import Outputs, Result
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
    """

    name: str
    value: object
    source: str
    confidence: str
    unit: str = ""
    choices: tuple[object, ...] = ()


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


@attrs.frozen(kw_only=True)
class Rule:
    """A tariff on one day.

    Parameters
    ----------
    name : str
        ``territoire/dispositif``.
    on : datetime.date
        The day.
    title, purpose : mapping of str to str
        Texts in ``fr``, ``en`` and ``pt``.
    per : str
        Whom a result concerns: ``personne`` or ``foyer``.
    authority : str
        Who decides.
    currency : str
        ISO 4217 code of every amount.
    version : Version
        The version in force on that day.
    versions : tuple of Version
        All versions, in order.
    output_names : tuple of str
        Names of the outputs.
    origin : mapping of str to str
        Where each input comes from: ``declaration``, ``attestation`` or ``administration``.
    cases : tuple of mapping
        Worked cases of the file: ``on``, ``given``, ``expect``, ``source``.
    notes : tuple of str
        What is known and not computed, and what is open.
    lists : mapping of str to frozenset of str
        Named lists of codes that conditions use.

    Examples
    --------
    >>> from tarifs_solidaires import load_rule
    >>> rule = load_rule("nantes/transport", on="2020-10-01")
    >>> rule.compute(quotient_familial=420).taux_reduction
    0.9
    >>> [item.name for item in rule.inputs][:2]
    ['quotient_familial', 'revenu_fiscal_reference']
    """

    name: str
    on: dt.date
    title: Mapping[str, str] = attrs.field(repr=False)
    purpose: Mapping[str, str] = attrs.field(repr=False)
    per: str
    authority: str = attrs.field(repr=False)
    currency: str = attrs.field(repr=False)
    version: Version = attrs.field(repr=False)
    versions: tuple[Version, ...] = attrs.field(repr=False)
    output_names: tuple[str, ...]
    origin: Mapping[str, str] = attrs.field(repr=False)
    cases: tuple[Mapping[str, Any], ...] = attrs.field(repr=False)
    notes: tuple[str, ...] = attrs.field(repr=False)
    lists: Mapping[str, frozenset[str]] = attrs.field(repr=False)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Inputs that the rule accepts on its day, with unit, bounds, default and meaning."""
        names = [*self.version.required, *self.version.optional]
        if "quotient_familial" in names:
            place = names.index("quotient_familial") + 1
            names[place:place] = ["revenu_fiscal_reference", "nombre_parts"]
        return tuple(INPUTS[name] for name in names)

    @property
    def outputs(self) -> Mapping[str, Mapping[str, str]]:
        """Outputs by name, with unit and meaning in three languages."""
        return MappingProxyType(
            {
                name: {
                    **OUTPUTS[name],
                    "unit": OUTPUTS[name]["unit"].replace("money", self.currency),
                }
                for name in self.output_names
            }
        )

    def compute(self, *, errors: Literal["raise", "null"] = "raise", **given: object) -> Result:
        """Compute the tariff.

        Parameters
        ----------
        errors : {"raise", "null"}
            Whether a value that cannot be right raises, or gives a missing result (NaN) with a
            ``reason``, and so does a case that no row covers. A name, a type or a length that is
            wrong always raises.
        **given : array_like
            Inputs by name, of shapes that broadcast to each other; scalars give scalars. See
            ``inputs`` for units and bounds. At a threshold the comparison is exact: with an income
            and tax shares, ``revenu_fiscal_reference <= threshold * 12 * nombre_parts``.

        Returns
        -------
        Result
            The outputs, in the shape of the inputs; money is rounded half up to the cent.

        Raises
        ------
        InputError
            Where an input is missing, unknown, of the wrong type, out of bounds, or of a length
            that does not fit the others; the message lists the first bad positions.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> rule = load_rule("nantes/transport", on="2020-10-01")
        >>> result = rule.compute(quotient_familial=[350.0, 350.01, 600.0], beneficiaire_aah=False)
        >>> result.taux_reduction
        array([1. , 0.9, 0.7])
        >>> rule.compute(revenu_fiscal_reference=10500.0, nombre_parts=2.5).tranche
        'QF ≤ 350'
        >>> batch = rule.compute(quotient_familial=[350.0, -1.0], errors="null")
        >>> batch.taux_reduction
        array([ 1., nan])
        >>> str(batch.reason[1])
        'quotient_familial: must be between 0 and 100,000,000 (EUR/month)'
        """
        if errors not in ("raise", "null"):
            raise InputError(f"errors: {errors!r} is unknown; write 'raise' or 'null'")
        version = self.version
        columns = read_inputs(
            given, required=version.required, optional=version.optional, errors=errors
        )
        flat, length = _flatten(columns)
        if errors == "null":
            flat, reason, reasons = _set_aside(columns, flat, length)
            reasons = (*reasons, f"no row of {self.name} covers this case; check the file")
        else:
            reason, reasons = None, ("",)
        if version.shape == "decision_table":
            row, outputs, names = _decide(self, columns, flat, length, reason, len(reasons) - 1)
        else:
            row, outputs, names = _calculate(self, columns, flat, length, reason)
        shape = columns.shape
        shaped = {name: (lambda make=make: make().reshape(shape)) for name, make in outputs.items()}
        return Result(
            rule=self, inputs=MappingProxyType(dict(columns.values)), shape=shape,
            defaults=columns.defaults, outputs=Outputs(shaped), names=names, reasons=reasons,
            reason=None if reason is None else reason.reshape(shape),
            row=Outputs({"row": lambda: row().reshape(shape)}),
        )  # fmt: skip

    def replace(
        self, *, rows: Mapping[str, Mapping[str, object]] | None = None, **parameters: object
    ) -> Rule:
        """Return the rule with some figures changed, to try a reform.

        Parameters
        ----------
        rows : mapping of str to mapping, optional
            Changes by name of row: an output with its new value (a number, or ``"missing"``), or
            an input with its new condition, such as ``{"QF > 900": {"taux_reduction": 0.1}}``.
        **parameters : object
            New values of named parameters.

        Returns
        -------
        Rule
            The changed rule; this one stays as it is.

        Raises
        ------
        RuleError
            Where a row or parameter does not exist, a value is none, or the rows would leave a
            case that none of them covers.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> rule = load_rule("nantes/transport", on="2023-06-01")
        >>> wider = rule.replace(rows={"QF > 900": {"taux_reduction": 0.1}})
        >>> wider.compute(quotient_familial=1000, age=30).taux_reduction
        0.1
        """
        version = self.version
        known = {p.name: p for p in version.parameters}
        for name, value in parameters.items():
            if name not in known:
                raise RuleError(f"{self.name} has no parameter {name!r}; {nearest(name, known)}")
            _check_replacement(f"{self.name}, {name}", known[name], value)
            if isinstance(value, list):
                parameters[name] = tuple(value)
        changed = tuple(
            attrs.evolve(p, value=parameters.get(p.name, p.value)) for p in version.parameters
        )
        table = {row.tranche: row for row in version.all_rows}
        for tranche, changes in (rows or {}).items():
            if tranche not in table:
                remedy = nearest(str(tranche), table) if table else "change a parameter instead"
                raise RuleError(f"{self.name} has no row {tranche!r}; {remedy}")
            table[tranche] = self._changed(table[tranche], changes)
        try:
            version = attrs.evolve(version, parameters=changed, all_rows=tuple(table.values()))
            holes = version.shape == "decision_table" and version.table.has_holes
            _ = version.effort_rate, version.block_tariff
        except ValueError as error:
            raise RuleError(f"{self.name}: {error}") from None
        if holes:
            raise RuleError(
                f"{self.name}: the changed rows leave cases that no row covers; "
                "change the rows beside them too"
            )
        return attrs.evolve(self, version=version)

    def to_mermaid(self, lang: str = "fr") -> str:
        """Draw the flow diagram of the rule on its day as Mermaid text.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language; names of rows and sources stay in that of the rule.

        Returns
        -------
        str
            A ``flowchart TD``: inputs, then each test in order with its outcome. What is not
            official has a dashed or dotted outline. Every value is escaped.

        Raises
        ------
        InputError
            Where there are no words in the language.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> load_rule("nantes/transport", on="2023-06-01").to_mermaid().splitlines()[0]
        'flowchart TD'
        """
        from tarifs_solidaires.diagram import to_mermaid

        return to_mermaid(self, lang)

    def to_svg(self, lang: str = "fr") -> str:
        """Draw the flow diagram of the rule on its day as a picture of one page.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language; names of rows and sources stay in that of the rule.

        Returns
        -------
        str
            SVG that loads nothing from elsewhere, always the same for the same rule: the steps
            as ``to_mermaid``, and the numbered sources. Every value is escaped.

        Raises
        ------
        InputError
            Where there are no words in the language.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> picture = load_rule("nantes/transport", on="2023-06-01").to_svg(lang="en")
        >>> "750 &lt; QF ≤ 900" in picture
        True
        """
        from tarifs_solidaires.diagram import to_svg

        return to_svg(self, lang)

    def to_markdown(self, lang: str = "fr") -> str:
        """Describe the whole rule as Markdown, for a page of documentation.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language; names of rows, sources and notes stay in that of the rule.

        Returns
        -------
        str
            Purpose, whom it concerns, inputs, outputs; for each version its source, parameters
            and rows with their confidence and source; notes; worked examples. Every value is
            escaped.

        Raises
        ------
        InputError
            Where there are no words in the language.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> print(load_rule("nantes/eau", on="2023-06-01").to_markdown(lang="en").splitlines()[0])
        # Social tariff of water of Nantes Métropole
        """
        from tarifs_solidaires.description import to_markdown

        return to_markdown(self, lang)

    def to_dmn(self, lang: str = "fr") -> str:
        """Write the decision table of the rule on its day in the exchange format DMN 1.3.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the labels; names stay those of the inputs and outputs.

        Returns
        -------
        str
            XML: one decision ``tranche_et_resultats`` by a table of hit policy FIRST, whose
            outputs are ``tranche`` and those of the rule, null where a result is not known.
            Where the rule has full prices, the table of those and ``prix_mensuel`` follow.

        Raises
        ------
        RuleError
            Where the rule is no decision table, or holds what such a table cannot say.
        InputError
            Where there are no words in the language.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> xml = load_rule("nantes/transport", on="2023-06-01").to_dmn()
        >>> "<text>]350..500]</text>" in xml
        True
        """
        from tarifs_solidaires.dmn import to_dmn

        return to_dmn(self, lang)

    def _changed(self, row: Row, changes: Mapping[str, object]) -> Row:
        when: dict[str, Condition] = {c.name: c for c in row.when}
        then = dict(row.then)
        accepted = (*self.version.required, *self.version.optional)
        for name, value in changes.items():
            place = f"{self.name}, row {row.tranche!r}, {name}"
            if name == "prix_mensuel" and self.version.full_prices:
                raise RuleError(f"{place}: made of the full price; change taux_reduction instead")
            if name in then:
                most = 1.0 if name == "taux_reduction" else MAX_FIGURE
                if value != "missing" and not _is_figure(value, most):
                    raise RuleError(
                        f"{place}: {value!r} must be a number from 0 to {most:,.0f}, or 'missing'"
                    )
                then[name] = math.nan if value == "missing" else float(cast(float, value))
            elif name in accepted:
                try:
                    condition = parse_condition(name, value, self.lists)
                except ValueError as error:
                    raise RuleError(f"{place}: {error}") from None
                if INPUTS[name].kind != condition.kind:
                    raise RuleError(
                        f"{place}: {value!r} does not fit: the input is a {INPUTS[name].kind}"
                    )
                when[name] = condition
            else:
                known = [*then, *accepted]
                raise RuleError(f"{place} is no output nor input; {nearest(name, known)}")
        return attrs.evolve(row, when=tuple(when.values()), then=MappingProxyType(then))


MAX_FIGURE = 1e9  # as in a rule file


def _is_figure(value: object, most: float) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= cast(float, value) <= most


def _check_replacement(place: str, parameter: Parameter, value: object) -> None:
    if parameter.choices:
        if value not in parameter.choices:
            raise RuleError(
                f"{place}: {value!r} is no choice; write one of "
                f"{', '.join(map(str, parameter.choices))}"
            )
    elif _is_figure(parameter.value, math.inf):
        # a share of resources divides: 0 would be no rule
        share = parameter.name == "part_ressources"
        if not _is_figure(value, 1 if share else MAX_FIGURE) or (share and value == 0):
            bounds = "above 0 and at most 1" if share else "from 0 up"
            raise RuleError(f"{place}: {value!r} must be a number {bounds} ({parameter.unit})")
    elif isinstance(parameter.value, tuple):
        numbers = isinstance(value, list | tuple) and len(value) > 0
        if not numbers or not all(_is_figure(x, MAX_FIGURE) for x in cast(Sequence[object], value)):
            raise RuleError(f"{place}: {value!r} must be a list of numbers ({parameter.unit})")
    elif type(value) is not type(parameter.value):
        raise RuleError(f"{place}: {value!r} is not of the kind of {parameter.value!r}")


Flat = Mapping[str, Array]
Made = tuple[Callable[[], Array], Mapping[str, Callable[[], Array]], tuple[str, ...]]


def _flatten(columns: Columns) -> tuple[dict[str, Array], int | None]:
    """Return inputs of one dimension, or single; no copy where an input has the whole shape."""
    shape = columns.shape
    if shape == ():
        return dict(columns.values), None
    flat = {
        name: x.reshape(-1) if x.shape == shape
        else x.reshape(()) if x.size == 1
        else np.broadcast_to(x, shape).reshape(-1)
        for name, x in columns.values.items()
    }  # fmt: skip
    return flat, int(np.prod(shape))


def _set_aside(
    columns: Columns, flat: Flat, length: int | None
) -> tuple[dict[str, Array], Array, tuple[str, ...]]:
    """Replace what cannot be right by what is accepted, and note where and why."""
    reason = np.zeros(() if length is None else (length,), dtype=np.uint8)
    reasons = [""]
    good = dict(flat)
    for name, x in flat.items():
        item = INPUTS[name]
        missing = np.isnan(x) if x.dtype.kind == "f" else np.zeros((), dtype=bool)
        if name in columns.unreadable:
            unreadable = np.broadcast_to(columns.unreadable[name], columns.shape)
            missing = missing | unreadable.reshape(reason.shape)
        what = "number" if item.kind == "number" else "value"
        found = [(missing, f"is missing or no {what}"), *out_of_bounds(item, x)]
        for mask, why in found:
            if mask.any():
                reasons.append(f"{name}: {why}")
                reason[np.broadcast_to(mask, reason.shape) & (reason == 0)] = len(reasons) - 1
                if mask.shape == good[name].shape:
                    good[name] = filled(item, good[name], mask)
    return good, reason, tuple(reasons)


def _checked(part: Flat) -> bool:
    return all(in_bounds(INPUTS[name], x) for name, x in part.items())


def _run(
    columns: Columns, flat: Flat, length: int | None, work: Callable[[slice, Flat], None]
) -> None:
    """Check and compute chunk by chunk; where a chunk is bad, say all of what is."""
    good = True

    def chunk(part: slice) -> None:
        nonlocal good
        values = {name: x[part] if x.ndim else x for name, x in flat.items()}
        if _checked(values):
            work(part, values)
        else:
            good = False

    for_chunks(length or 0, chunk)
    if not good:
        check_bounds(columns.values)


def _decide(
    rule: Rule, columns: Columns, flat: Flat, length: int | None, reason: Array | None, unmet: int
) -> Made:
    """Find the cells; ``unmet`` is the number of the reason where no row covers the inputs."""
    version = rule.version
    table = version.table
    full = version.full_price if "prix_mensuel" in rule.output_names else None
    # every cell is found now, from the inputs as they are; outputs are looked up when asked for
    tables = [table] if full is None else [table, full]
    if length is None:
        if not _checked(flat):
            check_bounds(columns.values)
        found = [t.cells(flat) for t in tables]
    else:
        found = [np.empty(length, dtype=t.cell_type) for t in tables]

        def work(part: slice, values: Flat) -> None:
            for t, cells_of_table in zip(tables, found, strict=True):
                cells_of_table[part] = t.cells(values)

        _run(columns, flat, length, work)
    cells = found[0]
    if reason is not None:
        cells = np.where(reason > 0, table.cell_type(table.size), cells)
    rows = table.rows_of_cells
    if table.has_holes:
        open_ = (gather(rows, cells) == len(table.rows)) & (cells != table.size)
        if open_.any() and reason is not None:
            reason[open_] = unmet
            cells = np.where(open_, table.cell_type(table.size), cells)
        elif open_.any():
            places = np.argwhere(open_.reshape(columns.shape))[:5].tolist()
            at = f" at {places}" if columns.shape else ""
            raise InputError(f"no row of {rule.name} covers the inputs{at}; check the file")
    makers: dict[str, Callable[[], Array]] = {
        name: partial(_gathered, table, name, cells) for name in rule.output_names
    }
    if full is not None:

        def price() -> Array:
            pair = gather(rows.astype(np.uint16) * (len(full.rows) + 1), cells)
            return gather(version.prices, pair + gather(full.row_of_cell, found[1]))

        makers["prix_mensuel"] = price
    names = (*(row.tranche for row in table.rows), "")
    return lambda: gather(rows, cells), makers, names


def _gathered(table: DecisionTable, output: str, cells: Array) -> Array:
    return gather(table.values_of_cells(output), cells)


def _calculate(
    rule: Rule, columns: Columns, flat: Flat, length: int | None, reason: Array | None
) -> Made:
    calculation = rule.version.effort_rate or rule.version.block_tariff
    if calculation is None:
        raise AssertionError
    names = (*calculation.names, "")
    if length is None:
        if not _checked(flat):
            check_bounds(columns.values)
        row, outputs = calculation.compute(flat)
    else:
        row = np.empty(length, dtype=np.uint8)
        outputs = {name: np.empty(length) for name in rule.output_names}

        def work(part: slice, values: Flat) -> None:
            row[part], found = calculation.compute(values)
            for name, array in outputs.items():
                array[part] = found[name]

        _run(columns, flat, length, work)
    if reason is not None:
        row = np.where(reason > 0, np.uint8(len(names) - 1), row)
        outputs = {name: np.where(reason > 0, np.nan, x) for name, x in outputs.items()}
    makers = {name: (lambda x=outputs[name]: np.asarray(x)) for name in rule.output_names}
    return lambda: np.asarray(row), makers, names
