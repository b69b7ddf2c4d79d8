"""What a tariff is: dated, sourced versions, and one function to compute it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, cast

import attrs

from tarifs_solidaires.computing import compute
from tarifs_solidaires.conditions import Condition, parse_condition
from tarifs_solidaires.decision_table import Row
from tarifs_solidaires.errors import InputError, RuleError, nearest
from tarifs_solidaires.inputs import INPUTS, Input
from tarifs_solidaires.result import Outputs, Result
from tarifs_solidaires.version import OUTPUTS, Parameter, Version


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
    notes : tuple of mapping of str to str
        What is known and not computed, and what is open, in ``fr``, ``en`` and ``pt``.
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
    notes: tuple[Mapping[str, str], ...] = attrs.field(repr=False)
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
        done = compute(self.name, self.version, self.output_names, given, errors)
        return Result(
            rule=self, inputs=done.columns.values, shape=done.columns.shape,
            defaults=done.columns.defaults, outputs=Outputs(done.outputs), names=done.names,
            reasons=done.reasons, reason=done.reason, row=Outputs({"row": done.row}),
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
        if not isinstance(rows, Mapping | None):
            raise RuleError(
                f"rows: {rows!r} is no mapping; write rows={{'ROW': {{'OUTPUT': 0.1}}}}"
            )
        for tranche, changes in (rows or {}).items():
            if tranche not in table:
                remedy = nearest(str(tranche), table) if table else "change a parameter instead"
                raise RuleError(f"{self.name} has no row {tranche!r}; {remedy}")
            if not isinstance(changes, Mapping):
                raise RuleError(
                    f"{self.name}, row {tranche!r}: {changes!r} is no mapping; write {{'OUTPUT': 0.1}}"
                )
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
            Language; names of rows and sources stay in that of the rule.

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
