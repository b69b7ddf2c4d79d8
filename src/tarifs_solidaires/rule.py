"""What people import: a rule and its results, with all that can be done with them in one place."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.rules.load import Beyond, Folder, load_parts
from tarifs_solidaires.rules.outcome import Array, Outcome
from tarifs_solidaires.values.inputs import Errors

if TYPE_CHECKING:
    from tarifs_solidaires.say.notice import Explanation

SHOWN = 10  # persons that a notebook shows


@attrs.frozen(kw_only=True, eq=False)
class Result(Outcome):
    """Results of one computation; each output is an attribute and an item.

    See ``Outcome`` for what it holds.
    """

    def explain(
        self,
        i: int | tuple[int, ...] | None = None,
        lang: str | None = None,
        *,
        origin: Mapping[str, str] | None = None,
        role: str | None = None,
        holder: Mapping[str, str] | None = None,
    ) -> Explanation:
        r"""Explain one result to the person whom it concerns.

        Parameters
        ----------
        i : int or tuple of int, optional
            Position; not needed where the inputs were single.
        lang : str, optional
            Language; the first one of the rule where it is left out. A rule that is not written in
            the language is explained in its first one, and the notice says so.
        origin : mapping of str to str, optional
            Where this person's data come from, by name of input, where that is not what the rule
            says: ``declaration``, ``certificate`` or ``administration``.
        role : {"decides", "assists"}, optional
            Part of the computation in the decision: it is the decision, or it assists who decides.
            By default the explanation says that the authority states it.
        holder : mapping of str to str, optional
            Who holds this person's data, by name of input, where that is not what the rule says.

        Returns
        -------
        Explanation
            The text, a ``str``, with ``to_markdown()``, ``to_json()``, and ``to_html()`` for the
            notice as a page.

        Raises
        ------
        InputError
            Where the position, the language, an origin or the role does not exist, or the inputs
            have changed since they were computed.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> rule = load_rule("nantes/eau", on="2016-06-15")
        >>> result = rule.compute(nombre_personnes=4, ressources_annuelles=12000)
        >>> print(result.explain(lang="en").splitlines()[0])
        Your aid is €42 per year. Reference bill: €402 per year. Ceiling of resources: €13,400 per year.
        """
        from tarifs_solidaires.say.notice import explain

        return explain(self, i, lang, origin=origin, role=role, holder=holder)

    def __repr__(self) -> str:
        """Show the results, the first ones where there are many."""
        named = [(name, self.outputs[name]) for name in self.outputs]
        shown = [f"{name}={_short(array)}" for name, array in named]
        tranche = np.asarray(self.tranche, dtype=object)
        day = f"{self.rule.name} on {self.rule.on}"
        return f"<Result of {day}: {', '.join([*shown, f'tranche={_short(tranche)}'])}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: a row a person, the first ones where there are many."""
        columns = {name: _first(self.outputs[name]) for name in self.outputs}
        columns["tranche"] = _first(np.asarray(self.tranche, dtype=object))
        head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in columns)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_cell(value))}</td>" for value in row) + "</tr>"
            for row in zip(*columns.values(), strict=True)
        )
        count = int(np.prod(self.shape))
        more = f"<p>{SHOWN} / {count:,}</p>" if count > SHOWN else ""
        title = html.escape(f"{self.rule.name}, {self.rule.on}")
        return (
            f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>{more}"
        )


def _first(array: Array) -> list[Any]:
    found: list[Any] = array.reshape(-1)[:SHOWN].tolist()
    return found


def _cell(value: object) -> str:
    return "–" if value is None or value != value else str(value)


def _short(array: Array) -> str:
    first = ", ".join(map(repr, _first(array)))
    if array.shape == ():
        return first
    return f"[{first}{', …' if array.size > SHOWN else ''}]"


@attrs.frozen(kw_only=True)
class Rule(DatedRule):
    """A tariff on one day; ``load_rule`` makes one."""

    def compute(
        self, given: Mapping[str, object] | None = None, /, *, errors: Errors = "raise",
        **inputs: object,
    ) -> Result:  # fmt: skip
        """Compute the tariff.

        Parameters
        ----------
        given : mapping of str to array_like, optional
            Inputs by name.
        errors : {"raise", "null"}
            Whether a value that cannot be right raises, or gives a missing result with a
            ``reason``. A name, a type or a length that is wrong always raises.
        **inputs : array_like
            Inputs by name, of shapes that broadcast to each other; single values give single
            results. See ``inputs`` for units and bounds. A value that is None is not given.

        Returns
        -------
        Result
            The outputs, in the shape of the inputs: what exact arithmetic on the decimals gives.

        Raises
        ------
        InputError
            Where an input is missing, unknown, of the wrong type, out of bounds, or of a length
            that does not fit the others: all faults at once, with the first bad positions.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> rule = load_rule("nantes/transport", on="2020-10-01")
        >>> rule.compute(quotient_familial=[350.0, 350.01, 600.0]).taux_reduction
        array([1. , 0.9, 0.7])
        >>> rule.compute({"revenu_fiscal_reference": 10500, "nombre_parts": 2.5}).tranche
        'QF ≤ 350'
        """
        return Result(**self._outcome(given, errors, inputs))

    def replace(
        self, *, rows: Mapping[str, Mapping[str, object]] | None = None, **parameters: object
    ) -> Rule:
        """Return the rule with some figures changed, to try a reform.

        Parameters
        ----------
        rows : mapping of str to mapping, optional
            Changes by name of row: a step with the new result of the row there (a number, a
            formula, a code, or ``"missing"``), or a quantity with its new condition, such as
            ``{"QF > 900": {"taux_reduction": 0.1}}``.
        **parameters : object
            New values of named parameters.

        Returns
        -------
        Rule
            The changed rule; this one stays as it is.

        Raises
        ------
        RuleError
            Where a row or parameter does not exist, or a value cannot be read.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> rule = load_rule("nantes/transport", on="2023-06-01")
        >>> wider = rule.replace(rows={"QF > 900": {"taux_reduction": 0.1}})
        >>> wider.compute(quotient_familial=1000, age=30).taux_reduction
        0.1
        """
        return Rule(**self._replaced(rows, parameters))

    # -- for programs --------------------------------------------------------------------------

    def input_schema(self, lang: str | None = None) -> dict[str, Any]:
        """Return the JSON Schema of the inputs of one person, for forms and interfaces.

        Parameters
        ----------
        lang : str, optional
            Language of titles and descriptions; left out, the first one of the rule.

        Returns
        -------
        dict
            Draft 2020-12. An input that may be given through others is given in one way only. What
            it accepts ``compute`` accepts, but for the conditions that a rule requires of several
            inputs together.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> schema = load_rule("nantes/eau", on="2016-06-15").input_schema("en")
        >>> schema["properties"]["nombre_personnes"]["type"], schema["required"]
        ('integer', ['nombre_personnes', 'ressources_annuelles'])
        """
        from tarifs_solidaires.rules.contract import input_schema

        return input_schema(self, lang or self.languages[0])

    def output_schema(self, lang: str | None = None, *, many: bool = False) -> dict[str, Any]:
        """Return the JSON Schema of what ``Result.to_dict`` gives.

        Parameters
        ----------
        lang : str, optional
            Language of titles; left out, the first one of the rule.
        many : bool
            Whether the inputs are lists, of one dimension.

        Returns
        -------
        dict
            Draft 2020-12.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> schema = load_rule("nantes/eau", on="2016-06-15").output_schema()
        >>> schema["properties"]["outputs"]["properties"]["aide_annuelle"]["type"]
        ['number', 'null']
        """
        from tarifs_solidaires.rules.contract import output_schema

        return output_schema(self, lang or self.languages[0], many=many)

    def to_dict(self) -> dict[str, Any]:
        """Return what the rule is on its day as plain values that go to JSON.

        Returns
        -------
        dict
            Names, titles by language, authority, ``version`` with its source, ``inputs``,
            ``outputs``, ``parameters`` and ``steps``; numbers as they are, null where there is
            nothing.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> data = load_rule("nantes/eau", on="2016-06-15").to_dict()
        >>> data["rule"], [item["name"] for item in data["inputs"] if item["required"]]
        ('nantes/eau', ['nombre_personnes', 'ressources_annuelles'])
        """
        from tarifs_solidaires.rules.contract import rule_dict

        return rule_dict(self)

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON, a key a line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2, allow_nan=False)

    def __repr__(self) -> str:
        """Show its name and its day."""
        beyond = f", last known on {self.last_known}" if self.last_known else ""
        return f"<Rule {self.name} on {self.on}{beyond}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the drawing."""
        return self.to_svg()

    # -- drawing -------------------------------------------------------------------------------

    def to_mermaid(self, lang: str | None = None) -> str:
        """Draw the rule on its day as Mermaid text.

        Parameters
        ----------
        lang : str, optional
            Language; left out, the first one of the rule. Words of the file that it does not have
            in that language are in its first one, which the drawing then says.

        Returns
        -------
        str
            A ``flowchart TD``: what is asked, each step with its table or formula, and arrows to
            what reads it. What is not official has a dashed or dotted outline. Of a table of more
            than eight lines, the first eight are drawn. Every value is escaped.

        Raises
        ------
        InputError
            Where there is no such language.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> load_rule("nantes/transport", on="2023-06-01").to_mermaid().splitlines()[1]
        'flowchart TD'
        """
        from tarifs_solidaires.draw import to_mermaid

        return to_mermaid(self, lang or self.languages[0])

    def to_svg(self, lang: str | None = None, *, width: float | None = None) -> str:
        """Draw the rule on its day as a picture.

        Parameters
        ----------
        lang : str, optional
            Language, as for ``to_mermaid``.
        width : float, optional
            Most pixels that it takes, such as 390 for a telephone: its boxes are then narrower and
            higher, and its letters as large. A rule with many lines can need more.

        Returns
        -------
        str
            SVG that loads nothing, and is always the same for the same rule: the inputs, the steps
            with all lines of their tables, and the numbered sources. Every value is escaped.

        Raises
        ------
        InputError
            Where there is no such language.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> picture = load_rule("nantes/transport", on="2023-06-01").to_svg(lang="en")
        >>> "750 &lt; quotient ≤ 900" in picture
        True
        """
        from tarifs_solidaires.draw import to_svg

        return to_svg(self, lang or self.languages[0], width)

    def to_markdown(self, lang: str | None = None) -> str:
        """Describe the whole rule as Markdown, for a page of documentation.

        Parameters
        ----------
        lang : str, optional
            Language, as for ``to_mermaid``.

        Returns
        -------
        str
            Purpose, whom it concerns, inputs and results; for each version its source, its
            parameters, and its steps with their lines, each with its source and how sure it is;
            notes and worked examples. Every value is escaped.

        Raises
        ------
        InputError
            Where there is no such language.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> print(load_rule("nantes/eau", on="2023-06-01").to_markdown(lang="en").splitlines()[0])
        # Social tariff of water of Nantes Métropole
        """
        from tarifs_solidaires.draw import to_markdown

        return to_markdown(self, lang or self.languages[0])

    def to_dmn(self, lang: str | None = None) -> str:
        """Write the rule on its day in the exchange format DMN 1.3.

        Parameters
        ----------
        lang : str, optional
            Language of labels and descriptions, as for ``to_mermaid``; names stay those of the
            file.

        Returns
        -------
        str
            XML: a datum per input, a decision per parameter and per step, and a decision
            ``tranche`` that names the row which decides; with a diagram. What is not given, or not
            known, is null. FEEL counts with 34 decimal digits, this package exactly: they can
            differ where a quotient that has no end, such as a third, is multiplied again.

        Raises
        ------
        InputError
            Where there is no such language.

        Examples
        --------
        >>> from tarifs_solidaires import load_rule
        >>> model = load_rule("nantes/transport", on="2023-06-01").to_dmn()
        >>> "<text>(500..750]</text>" in model
        True
        """
        from tarifs_solidaires.draw import to_dmn

        return to_dmn(self, lang or self.languages[0])


def load_rule(
    name: Folder, on: str | dt.date, *, beyond: Beyond = "error", folders: Sequence[Folder] = ()
) -> Rule:
    """Return a rule as it is in force on a day.

    Parameters
    ----------
    name : str or Path
        Name of a rule (``list_rules``), or path of a ``.toml`` file.
    on : str or datetime.date
        The day; a str is ``YYYY-MM-DD``.
    beyond : {"error", "last_known"}
        What a day after the last known one gives: an error, or the last known rule, which then
        says so (``last_known``) in every result, notice and page.
    folders : sequence of str or Path
        Folders that hold ``TERRITORY/SCHEME.toml``, looked through first.

    Returns
    -------
    Rule
        The rule on that day.

    Raises
    ------
    RuleError
        Where there is no such rule, or the file is not one: every fault at once.
    DateError
        Where the day is no date, or outside what is known; the message names the range.

    Examples
    --------
    >>> load_rule("nantes/eau", on="2016-06-15").compute(
    ...     nombre_personnes=4, ressources_annuelles=12000.0
    ... ).aide_annuelle
    42.0
    >>> load_rule("nantes/eau", on="2031-01-01", beyond="last_known").last_known
    datetime.date(2026, 12, 31)
    """
    return Rule(**load_parts(name, on, beyond=beyond, folders=folders))
