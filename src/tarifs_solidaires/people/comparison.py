"""Two rules on the same people: who wins, who loses, why, what it costs, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from tarifs_solidaires.people.compared import Compared, compare_people
from tarifs_solidaires.rule import Rule
from tarifs_solidaires.values.inputs import Errors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tarifs_solidaires.people.cliffs import Cliffs, Side
    from tarifs_solidaires.people.findings import Findings
    from tarifs_solidaires.people.sampling import Confidence, Method


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Comparison(Compared):
    """What changes for whom between two rules; ``compare`` makes one.

    See ``Compared`` for what it holds.

    Examples
    --------
    >>> from tarifs_solidaires import compare, load_rule
    >>> people = {"quotient_familial": [420, 620, 800, 2000], "age": [30, 67, 40, 50]}
    >>> before = load_rule("nantes/transport", on="2023-04-30")
    >>> after = load_rule("nantes/transport", on="2023-05-01")
    >>> comparison = compare(before, after, people)
    >>> comparison.change
    array([0. , 0.5, 0.3, 0. ])
    >>> comparison.total["winners"], comparison.total["mean_change"]
    (2, 0.2)
    """

    def findings(self) -> Findings:
        """Return what was found, as data: who gains and who loses, what they have in common, the cost.

        Returns
        -------
        Findings
            ``sentences`` says it in words.

        Examples
        --------
        >>> from tarifs_solidaires import compare, load_rule
        >>> people = {"quotient_familial": [420, 560, 590, 800, 2000], "age": [30, 67, 40, 50, 70]}
        >>> before = load_rule("nantes/transport", on="2023-04-30")
        >>> after = load_rule("nantes/transport", on="2023-05-01")
        >>> losers = compare(before, after, people).findings().effects[1]
        >>> losers.state, losers.people, losers.mean
        ('losers', 1, -0.2)
        >>> [(trait.input, trait.low, trait.high) for trait in losers.traits]
        [('quotient_familial', 500.0, 560.0)]
        """
        from tarifs_solidaires.people.findings import find_effects

        return find_effects(self)

    def cliffs(
        self, side: Side = "after", *, income: str | None = None, window: float | None = None,
        least: float | None = None,
    ) -> Cliffs | None:  # fmt: skip
        """Return where one of the rules makes earning more cost money.

        Parameters
        ----------
        side : {"before", "after"}
            Which rule.
        income : str, optional
            The input that varies; by default that of the comparison, else of the rule file, else the
            first amount of money that people give to the rule.
        window : float, optional
            How far before a cliff is "just before", in the unit of the income; by default 50 a month,
            600 a year.
        least : float, optional
            A fall of at most this much is no cliff. By default what one more unit of money brings, in
            the period of the result; where the two have no period in common, a hundredth of the largest
            result.

        Returns
        -------
        Cliffs or None
            The places, with how many people stand just before each; None where the rule reads no
            amount of money, or its result is nothing that people gain by.

        Raises
        ------
        InputError
            Where the income is no input that people give.

        Examples
        --------
        >>> from tarifs_solidaires import compare, load_rule
        >>> rule = load_rule("nantes/transport", on="2023-06-01")
        >>> people = {"quotient_familial": [480, 500, 501, 740], "age": [30, 40, 50, 30]}
        >>> cliffs = compare(rule, rule, people, price=500).cliffs()
        >>> [(float(one.last), one.largest, one.people) for one in cliffs.places]
        [(350.0, 50.0, 0), (500.0, 100.0, 2), (750.0, 200.0, 1), (900.0, 150.0, 0)]
        """
        from tarifs_solidaires.people.cliffs import find_cliffs

        return find_cliffs(self, side, income=income, window=window, least=least)

    def confidence(
        self, *, level: float = 0.95, method: Method = "linearised", strata: Any = None,
        cluster: Any = None, repeats: int = 1_000, seed: int = 0,
    ) -> Confidence:  # fmt: skip
        """Return confidence intervals of the figures, where the people are a sample with weights.

        Parameters
        ----------
        level : float
            From 0.5 to below 1.
        method : {"linearised", "bootstrap"}
            How the variance is found: from the linearised ratios, or from samples of the sample.
        strata, cluster : array_like, optional
            What each row was drawn within, and with; by default all rows are one stratum, and each is
            a cluster of its own.
        repeats, seed : int
            Of the bootstrap; the same seed gives the same intervals on every machine.

        Returns
        -------
        Confidence
            An interval for each state, change and budget, of each group and of everybody. The number
            of people that the weights add up to counts as known.

        Raises
        ------
        InputError
            Where an argument is wrong, a stratum holds a single cluster, or a cluster lies in two
            strata.

        Examples
        --------
        >>> from tarifs_solidaires import compare, load_rule, make_population
        >>> before = load_rule("nantes/transport", on="2023-04-30")
        >>> after = load_rule("nantes/transport", on="2023-05-01")
        >>> sample = make_population([before, after], 400, seed=1)
        >>> comparison = compare(before, after, sample, weight=[25] * 400)
        >>> found = comparison.confidence().of("winners")
        >>> comparison.total["winners"], round(found.low), round(found.high)
        (1500, 1182, 1885)
        """
        from tarifs_solidaires.people.sampling import estimate

        return estimate(
            self,
            level=level,
            method=method,
            strata=strata,
            cluster=cluster,
            repeats=repeats,
            seed=seed,
        )

    def sentences(
        self, lang: str | None = None, *, confidence: Confidence | None = None
    ) -> list[str]:
        """Say what was found.

        Parameters
        ----------
        lang : str, optional
            Language; the first of the second rule in which there are words.
        confidence : Confidence, optional
            Intervals to say with the figures.

        Returns
        -------
        list of str
            Whole sentences: who gains, who loses, what they have in common, the cost, and where one
            more unit of money makes a result worse.

        Raises
        ------
        InputError
            Where there are no words in the language.

        Examples
        --------
        >>> from tarifs_solidaires import compare, load_rule
        >>> people = {"quotient_familial": [420, 560, 590, 800, 2000], "age": [30, 67, 66, 50, 70]}
        >>> before = load_rule("nantes/transport", on="2023-04-30")
        >>> after = load_rule("nantes/transport", on="2023-05-01")
        >>> compare(before, after, people).sentences("en")[1]
        '2 people out of 5 lose (40%): 20 points each on average. All of them have in common: family quotient from €500 to €600 per month. Everybody in this situation loses.'
        """
        from tarifs_solidaires.people.sentences import say_findings

        return say_findings(self, lang, confidence)

    def to_html(
        self, lang: str | None = None, *, note: str = "", confidence: Confidence | None = None
    ) -> str:
        """Return the comparison as one page that loads nothing.

        Parameters
        ----------
        lang : str, optional
            Language; the first of the second rule in which there are words.
        note : str, optional
            What to say of the people, such as where they come from.
        confidence : Confidence, optional
            Intervals to show with the figures.

        Returns
        -------
        str
            HTML: the findings, bars and table by group, what each rule gives along an income, and its
            cliffs. Every value is escaped.

        Raises
        ------
        InputError
            Where there are no words in the language.
        """
        from tarifs_solidaires.people.page import comparison_page

        return comparison_page(self, lang, note=note, confidence=confidence)

    def plot(
        self, path: str | Path | None = None, *, lang: str | None = None, note: str = ""
    ) -> Figure:
        """Draw who wins and who loses, by group, and what a quantity gives before and after.

        Parameters
        ----------
        path : str or Path, optional
            Picture to write: its suffix says the format (``.png``, ``.svg``, ``.pdf``). It takes
            its name only once it is complete.
        lang : str, optional
            Language of the labels; the first of the second rule in which there are words.
        note : str, optional
            Words under the picture, such as where the people come from.

        Returns
        -------
        matplotlib.figure.Figure
            The picture.

        Raises
        ------
        TarifError
            Where matplotlib is not installed, or the picture cannot be written.
        """
        from tarifs_solidaires.people.figures import plot_comparison, save

        figure = plot_comparison(self, lang=lang, note=note)
        if path is not None:
            save(figure, Path(path))
        return figure


def compare(
    before: Rule,
    after: Rule,
    people: Any,
    *,
    by: str | Sequence[str] | Mapping[str, Any] | None = None,
    output: str | None = None,
    weight: Any = None,
    price: Any = None,
    income: str | None = None,
    errors: Errors = "raise",
) -> Comparison:
    """Compare two rules on the same people.

    Parameters
    ----------
    before, after : Rule
        Any two rules with an output in common: two days of one, a rule and a draft of it, or two
        cities'.
    people : mapping of str to array_like, or data frame
        A row a person or household; each rule reads the columns that it knows as inputs. Of an
        input and those through which it could be given instead, the input itself counts.
    by : str, sequence of str, or mapping of str to array_like, optional
        Columns of the people to group by, or arrays under a name (None there for the column of that
        name). ``tranche_before`` and ``tranche_after`` group by the row of the rule that decided,
        ``OUTPUT_before`` and ``OUTPUT_after`` by a code or flag that is compared. Groups come in
        the order of their classes or of the rule's rows, numbers and texts sorted, texts by the
        numbers in them.
    output : str, optional
        Output to compare; by default the first that both rules have and people gain or lose by,
        else the first that both have.
    weight : str or array_like, optional
        How many people a row stands for; 1 by default.
    price : str, float or array_like, optional
        Full price that a reduction is taken off, at most two decimals; gives a reduction a budget.
        What each person pays is rounded half up to the cent.
    income : str, optional
        The input that is varied to find where earning more costs money; by default what the rule
        file names (``income = ...``), else the first amount of money that people give.
    errors : {"raise", "null"}
        Whether a value that cannot be right raises, or gives a missing result.

    Returns
    -------
    Comparison
        How many people are in each state, change and budget, by group. Counts and sums are exact
        where weights are whole.

    Raises
    ------
    InputError
        Where a column, an output or a length is wrong, a rule cannot be computed, or the two rules
        give their output in different units.

    Examples
    --------
    >>> from tarifs_solidaires import classes, compare, load_rule
    >>> people = {"quotient_familial": [420, 620, 800, 2000], "age": [30, 67, 40, 50]}
    >>> rule = load_rule("nantes/transport", on="2023-06-01")
    >>> wider = rule.replace(rows={"QF > 900": {"taux_reduction": 0.1}})
    >>> age = classes(people["age"], [60], name="age")
    >>> print(compare(rule, wider, people, by={"age": age}, price=500))
    nantes/transport on 2023-06-01 -> nantes/transport on 2023-06-01, changed: taux_reduction (share)
    budget: EUR forgone
    <BLANKLINE>
    age        people  winners  losers  unchanged  missing  mean_change  budget_before  budget_after
    age < 60        3        1       0          2        0   +3.33 pts.         600.00        650.00
    age >= 60       1        0       0          1        0   +0.00 pts.         250.00        250.00
    all             4        1       0          3        0   +2.50 pts.         850.00        900.00
    """
    parts = compare_people(
        before,
        after,
        people,
        by=by,
        output=output,
        weight=weight,
        price=price,
        income=income,
        errors=errors,
    )
    return Comparison(**parts)
