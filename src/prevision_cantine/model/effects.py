"""The effect of every level of every term, with how sure it is and on how many rows it rests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from prevision_cantine.arrays import Days, Floats, Ints
from prevision_cantine.city.city import TYPES
from prevision_cantine.errors import ForecastError
from prevision_cantine.files.csv_file import write_csv
from prevision_cantine.model.naming import NO_WORDS, TERMS, Words
from prevision_cantine.model.regression import Block, Design, Effects
from prevision_cantine.model.terms import Term
from prevision_cantine.model.week_errors import FEW_WEEKS, GROUPS, week_errors
from prevision_cantine.plain_values import html_table, rows_of
from prevision_cantine.words.language import in_language, number, percent, phrases, table

EVERYWHERE = "*"
# The jackknife takes as long as some fits: of many rows, fewer groups of weeks are left out in turn.
MANY_ROWS, FEWER_GROUPS = 1_000_000, 10
# What a row of the table tells apart inside a term; the level of a canteen follows its last weeks
# and is told by the forecast itself.
_LEFT_OUT = ("niveau",)

TEXTS = phrases("effects")


@attrs.frozen(kw_only=True, eq=False)
class EffectTable:
    """Effects on the log scale, a row a level; a level of no row is not there.

    Parameters
    ----------
    term, factor : ndarray of str, shape (m,)
        Term, and what its levels tell apart.
    level : ndarray of int, shape (m,)
        Number of the level.
    scope : ndarray of str, shape (m,)
        ``*`` for an effect of all canteens; a type (``M``, ``E``, ``M/E``) or a canteen for what it
        adds to it.
    effect, error : ndarray of float, shape (m,)
        Effect on the logarithm of meals, and its standard error: by how much it moves where groups
        of weeks are left out, since canteens err together on a day and days within a week. NaN
        where it was seen in fewer than six weeks, which are too few for an honest one. The weekdays
        and the weeks, one of which every row has, are told against their mean over the rows.
    rows, weeks : ndarray of int, shape (m,)
        Rows of the data at the level, and calendar weeks that they are of; for a value of a number,
        all rows where it is known.
    words : Words
        What the city's own terms and levels are called.
    """

    term: npt.NDArray[np.str_] = attrs.field(repr=False)
    factor: npt.NDArray[np.str_] = attrs.field(repr=False)
    level: Ints = attrs.field(repr=False)
    scope: npt.NDArray[np.str_] = attrs.field(repr=False)
    effect: Floats = attrs.field(repr=False)
    error: Floats = attrs.field(repr=False, metadata={"missing": True})
    rows: Ints = attrs.field(repr=False)
    weeks: Ints = attrs.field(repr=False)
    words: Words = attrs.field(default=NO_WORDS, repr=False)

    def __len__(self) -> int:
        """Return how many effects there are."""
        return len(self.effect)

    @property
    def percent(self) -> Floats:
        """Effects in percent of the meals, shape (m,)."""
        return 100 * np.expm1(self.effect)

    @property
    def percent_error(self) -> Floats:
        """Standard errors in points of percent, NaN where there is none, shape (m,)."""
        return 100 * np.exp(self.effect) * self.error

    def to_dict(self, lang: str = "fr") -> dict[str, Any]:
        """Return the effects as plain values that go to JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the names of levels.

        Returns
        -------
        dict
            ``effects``, each with ``term``, ``factor``, ``level``, ``name``, ``scope``, ``effect``
            and ``error`` (on the logarithm of meals), ``percent``, ``percent_error``, ``rows`` and
            ``weeks``; null for an error that there is not.
        """
        fields = ("term", "factor", "level", "scope", "effect", "error", "rows", "weeks")
        columns = {name: getattr(self, name) for name in fields}
        columns |= {"percent": self.percent, "percent_error": self.percent_error}
        names = self.level_names(lang)
        return {
            "effects": [
                {**row, "name": name} for row, name in zip(rows_of(columns), names, strict=True)
            ]
        }

    def to_json(self, lang: str = "fr") -> str:
        """Return ``to_dict()`` as JSON.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language of the names of levels.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(lang), ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        """Show how many effects there are, and of which terms."""
        return (
            f"<EffectTable of {len(self)} effects: {', '.join(dict.fromkeys(self.term.tolist()))}>"
        )

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first effects, those of all canteens where there are some."""
        shown = self.select(scope=EVERYWHERE)
        shown = shown if len(shown) else self
        terms = [shown.words.term(name, "en") for name in shown.term.tolist()]
        columns = {
            "term": np.array(terms), "level": np.array(shown.level_names("en")),
            "canteens": np.where(shown.scope == EVERYWHERE, "all", shown.scope), "percent": shown.percent, "± points": shown.percent_error,
            "rows": shown.rows,
        }  # fmt: skip
        return html_table(columns, f"{len(shown)} / {len(self)}")

    def select(self, *, term: str | None = None, scope: str | None = None) -> EffectTable:
        """Return the effects of a term, of a scope, or of both.

        Parameters
        ----------
        term : str, optional
            Name of a term.
        scope : str, optional
            ``*``, a type, or the name of a canteen.

        Returns
        -------
        EffectTable
            Those effects.

        Raises
        ------
        ForecastError
            Where there is no such term.
        """
        known = dict.fromkeys([*TERMS, *self.term.tolist()])
        if term is not None and term not in known:
            raise ForecastError("no_term", value=term, known=known)
        keep = np.ones(len(self), dtype=bool)
        if term is not None:
            keep &= self.term == term
        if scope is not None:
            keep &= self.scope == scope
        return self._take(keep)

    def _take(self, keep: npt.NDArray[np.bool_]) -> EffectTable:
        names = [field.name for field in attrs.fields(EffectTable) if field.name != "words"]
        return attrs.evolve(self, **{name: getattr(self, name)[keep] for name in names})

    def level_names(self, lang: str = "fr") -> list[str]:
        """Return what each level is called.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        list of str
            A name an effect.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        in_language(TEXTS, lang)
        pairs = zip(self.factor.tolist(), self.level.tolist(), strict=True)
        return [self.words.level(factor, level, lang) for factor, level in pairs]

    def error_texts(self, lang: str = "fr") -> list[str]:
        """Return the standard errors in points of percent, or in how few weeks an effect was seen.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        list of str
            Such as ``± 1.2``, or ``seen in 3 weeks``.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        say = in_language(TEXTS, lang)
        return [
            "± " + number(error, lang, 1) if np.isfinite(error)
            else say["one_week" if weeks == 1 else "weeks"].format(count=weeks)
            for error, weeks in zip(self.percent_error.tolist(), self.weeks.tolist(), strict=True)
        ]  # fmt: skip

    def to_text(self, lang: str = "fr") -> str:
        """Return the table as text.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Lines.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        say = in_language(TEXTS, lang)
        names, errors = self.level_names(lang), self.error_texts(lang)
        rows = [
            [
                self.words.term(str(self.term[n]), lang), names[n],
                say["all"] if self.scope[n] == EVERYWHERE else str(self.scope[n]),
                percent(self.percent[n] / 100, lang, 1, sign=True),
                errors[n], number(int(self.rows[n]), lang),
            ]
            for n in range(len(self))
        ]  # fmt: skip
        return table([say[k] for k in ("term", "level", "scope", "effect", "error", "rows")], rows)

    def to_csv(self, path: str | Path, lang: str = "fr") -> None:
        """Write ``terme, facteur, niveau, nom, cantines, effet_pct, erreur_pct, lignes, semaines``.

        The error is empty where an effect was seen in too few weeks for one.

        Parameters
        ----------
        path : str or Path
            File.
        lang : {"fr", "en", "pt"}
            Language of ``nom``.

        Raises
        ------
        CantineError
            Where it cannot be written, or the language does not exist.
        """
        header = (
            "terme", "facteur", "niveau", "nom", "cantines", "effet_pct", "erreur_pct", "lignes",
            "semaines",
        )  # fmt: skip
        rows = zip(
            self.term.tolist(), self.factor.tolist(), map(str, self.level.tolist()),
            self.level_names(lang), self.scope.tolist(), [f"{x:.3f}" for x in self.percent],
            ["" if np.isnan(x) else f"{x:.3f}" for x in self.percent_error],
            map(str, self.rows.tolist()), map(str, self.weeks.tolist()), strict=True,
        )  # fmt: skip
        write_csv(path, header, rows)


def effect_table(
    design: Design,
    target: Floats,
    weight: Floats,
    robust: Floats,
    date: Days,
    effects: Effects,
    canteens: tuple[str, ...],
    *,
    kinds: tuple[str, ...] = TYPES,
    terms: Sequence[Term] = (),
    words: Words = NO_WORDS,
) -> EffectTable:
    """Return the effects of a design as a table.

    Parameters
    ----------
    design : Design
        Rows that the effects were learned from.
    target : ndarray of float, shape (n,)
        What the terms should add up to.
    weight, robust : ndarray of float, shape (n,)
        How much each row counts, and the factor by which it counts less for being far.
    date : ndarray of datetime64[D], shape (n,)
        Day of each row.
    effects : Effects
        Effects of its columns.
    canteens, kinds : tuple of str
        Names of its groups, and of their types.
    terms : sequence of Term
        The terms that gave its columns: of a curve, the effect is told at some values.
    words : Words
        What the city's own terms are called.

    Returns
    -------
    EffectTable
        By term in the order in which they are told, those of all canteens first.
    """
    count = np.bincount(design.situation, minlength=design.situations)
    seen = design.matrix(nested=False).astype(bool).T @ count
    rows = [against_mean(design, seen, len(kinds))]
    curves: list[tuple[str, str, slice, slice]] = []
    left = list(design.columns(nested=False))
    place, entries = len(seen), list(words.entries)
    for term in terms:
        columns, names = term.points()
        if not len(names):
            continue
        spans = _taken(left, term, columns.shape[1])
        own = np.zeros((len(names), len(seen)))
        own[:, spans[0].start : spans[-1].stop] = columns
        rows.append(own)
        curves.append((term.name, term.factor, slice(place, place + len(names)), spans[0]))
        place += len(names)
        entries += [
            (f"{term.factor} {n}", lang, text)
            for n, called in enumerate(names) for lang, text in called.items()
        ]  # fmt: skip
    contrast = np.vstack(rows)
    shared = contrast @ effects.shared
    by_weeks = week_errors(
        design, target, weight, robust, date, contrast=contrast,
        groups=GROUPS if len(design) < MANY_ROWS else FEWER_GROUPS,
    )  # fmt: skip
    errors = by_weeks.shared, by_weeks.nested
    weeks = by_weeks.shared_weeks
    parts: list[tuple[Any, ...]] = []
    for name, factor, at, first in curves:
        points = np.arange(at.stop - at.start)
        known = np.full(len(points), int(seen[first].max()))
        scope = np.full(len(points), EVERYWHERE, dtype=object)
        during = np.full(len(points), int(weeks[first].max()))
        parts.append((name, factor, points, scope, shared[at], errors[0][at], known, during))
    drawn = {factor for _, factor, _, _ in curves}
    for where, block in design.columns(nested=False):
        factor = block.factor.removeprefix("type*")
        if factor in drawn or block.column.ndim > 1:  # a column of a curve says nothing alone
            continue
        level = np.arange(block.width)
        scope = np.full(block.width, EVERYWHERE, dtype=object)
        if factor != block.factor:
            kind, level = np.divmod(level, block.width // len(kinds))
            scope = np.array(kinds, dtype=object)[kind]
        parts.append(
            (
                block.term,
                factor,
                level,
                scope,
                shared[where],
                errors[0][where],
                seen[where],
                weeks[where],
            )
        )
    seen_by = _dense(
        design.matrix(nested=True).astype(bool).T @ design.spread(np.ones(len(design)))
    )
    for where, block in design.columns(nested=True):
        if block.column.ndim > 1:
            continue
        level = np.repeat(np.arange(block.width), design.groups)
        scope = np.tile(np.array(canteens, dtype=object), block.width)
        parts.append(
            (
                block.term, block.factor, level, scope, effects.nested[:, where].T.ravel(),
                errors[1][:, where].T.ravel(), seen_by[where].ravel(),
                by_weeks.nested_weeks[:, where].T.ravel(),
            )
        )  # fmt: skip
    order = {name: n for n, name in enumerate(dict.fromkeys([*TERMS, *(p[0] for p in parts)]))}
    parts = sorted((p for p in parts if p[0] not in _LEFT_OUT), key=lambda p: order[p[0]])
    if not parts:
        none = np.array([], dtype=np.str_)
        whole, real = np.array([], dtype=np.int64), np.array([])
        return EffectTable(
            term=none,
            factor=none,
            level=whole,
            scope=none,
            effect=real,
            error=real,
            rows=whole,
            weeks=whole,
        )
    lengths = [len(part[2]) for part in parts]
    columns_ = [np.concatenate([part[n] for part in parts]) for n in range(2, 8)]
    few = columns_[5] < FEW_WEEKS
    found = EffectTable(
        term=np.repeat([part[0] for part in parts], lengths),
        factor=np.repeat([part[1] for part in parts], lengths),
        level=columns_[0], scope=columns_[1].astype(str), effect=columns_[2],
        error=np.where(few, np.nan, columns_[3]), rows=np.rint(columns_[4]).astype(np.int64),
        weeks=columns_[5].astype(np.int64), words=Words(tuple(entries)),
    )  # fmt: skip
    return found._take(found.rows > 0)


def _taken(left: list[tuple[slice, Block]], term: Term, width: int) -> list[slice]:
    """Take the columns of a curve out of those that no other term has."""
    found: list[slice] = []
    for where, block in list(left):
        enough = found and found[-1].stop - found[0].start == width
        if not enough and (block.term, block.factor) == (term.name, term.factor):
            found.append(where)
            left.remove((where, block))
    return found


def against_mean(design: Design, seen: Ints, kinds: int) -> Floats:
    """Return each shared effect as a combination: less the mean of its factor where it has one.

    Where each row has a level of a factor, such as a weekday, the level of the canteen could carry
    what all levels have in common: what a factor says is how they differ.
    """
    result = np.eye(len(seen))
    for where, block in design.columns(nested=False):
        if block.column.ndim == 1 and block.value is None and (block.column >= 0).all():
            groups = kinds if block.factor.startswith("type*") else 1
            for columns in np.split(np.arange(where.start, where.stop), groups):
                total = max(seen[columns].sum(), 1)
                result[np.ix_(columns, columns)] -= seen[columns] / total
    return result


def _dense(values: Any) -> Floats:
    return np.asarray(values.toarray() if hasattr(values, "toarray") else values)
