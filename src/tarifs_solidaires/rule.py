"""What a tariff is: dated, sourced data read from a TOML file, and one function to compute it."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import numpy.typing as npt

from tarifs_solidaires.decision_table import Row, decide, parse_condition
from tarifs_solidaires.effort_rate import EffortRate
from tarifs_solidaires.errors import DateError, InputError, RuleError, nearest
from tarifs_solidaires.inputs import INPUTS, Input, read_inputs

if TYPE_CHECKING:
    from tarifs_solidaires.explanation import Explanation

Array = npt.NDArray[Any]

CONFIDENCES = ("official", "secondary", "inferred")
MAX_BYTES = 1_000_000  # a rule file is read by people; a larger one is a mistake

OUTPUTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "taux_reduction": {
            "unit": "share, 0 to 1",
            "fr": "taux de réduction",
            "en": "reduction",
            "pt": "taxa de redução",
        },
        "aide_annuelle": {
            "unit": "EUR/year",
            "fr": "aide annuelle",
            "en": "yearly aid",
            "pt": "auxílio anual",
        },
        "facture_reference": {
            "unit": "EUR/year",
            "fr": "facture de référence",
            "en": "reference bill",
            "pt": "conta de referência",
        },
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
    """

    name: str
    value: object
    source: str
    confidence: str
    unit: str = ""


@attrs.frozen(kw_only=True)
class Version:
    """A rule as it is in force from one day to the day before the next version.

    Parameters
    ----------
    valid_from, valid_to : datetime.date
        First and last day.
    source : str
        Legal reference.
    required, optional : tuple of str
        Inputs.
    parameters : tuple of Parameter
        Named figures.
    rows : tuple of Row
        Decision table; empty for another shape.
    effort_rate : EffortRate or None
        Effort-rate aid, where the rule is one.
    residence : frozenset of str
        INSEE codes where an effort-rate aid is paid.
    """

    valid_from: dt.date
    valid_to: dt.date
    source: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    rows: tuple[Row, ...] = ()
    effort_rate: EffortRate | None = None
    residence: frozenset[str] = attrs.field(default=frozenset(), repr=False)


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
    version : Version
        The version in force on that day.
    versions : tuple of Version
        All versions, in order.
    output_names : tuple of str
        Names of the outputs.
    cases : tuple of mapping
        Worked cases of the file: ``on``, ``given``, ``expect``.
    notes : tuple of str
        What is known and not computed, and what is open.

    Examples
    --------
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
    version: Version = attrs.field(repr=False)
    versions: tuple[Version, ...] = attrs.field(repr=False)
    output_names: tuple[str, ...]
    cases: tuple[Mapping[str, Any], ...] = attrs.field(repr=False)
    notes: tuple[str, ...] = attrs.field(repr=False)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """Inputs that the rule accepts on its day, with unit, bounds and meaning."""
        names = [*self.version.required, *self.version.optional]
        if "quotient_familial" in names:
            names[1:1] = ["revenu_fiscal_reference", "nombre_parts"]
        return tuple(INPUTS[name] for name in names)

    @property
    def outputs(self) -> Mapping[str, Mapping[str, str]]:
        """Outputs by name, with unit and meaning in three languages."""
        return MappingProxyType({name: OUTPUTS[name] for name in self.output_names})

    def compute(self, **given: object) -> Result:
        """Compute the tariff.

        Parameters
        ----------
        **given : array_like
            Inputs by name, of shapes that broadcast to each other; scalars give scalars. See
            ``inputs`` for units and bounds. At a threshold the comparison is exact: with an income
            and tax shares, ``revenu_fiscal_reference <= threshold * 12 * nombre_parts``.

        Returns
        -------
        Result
            The outputs, in the shape of the inputs.

        Raises
        ------
        InputError
            Where an input is missing, unknown, of the wrong type, out of bounds, or of a length
            that does not fit the others; the message lists the first bad positions.

        Examples
        --------
        >>> rule = load_rule("nantes/transport", on="2020-10-01")
        >>> result = rule.compute(quotient_familial=[350.0, 350.01, 600.0], beneficiaire_aah=False)
        >>> result.taux_reduction
        array([1. , 0.9, 0.7])
        >>> rule.compute(revenu_fiscal_reference=10500.0, nombre_parts=2.5).tranche
        'QF ≤ 350'
        """
        version = self.version
        values, shape = read_inputs(given, required=version.required, optional=version.optional)
        if version.effort_rate is not None:
            aid, bill = version.effort_rate.compute(values)
            outside = np.zeros(shape, dtype=bool)
            if "commune" in values:
                outside = ~np.isin(values["commune"], sorted(version.residence))
            aid = np.where(outside, 0.0, np.broadcast_to(aid, shape))
            row = np.where(outside, 2, np.where(aid > 0, 0, 1)).astype(np.uint8)
            outputs = {"aide_annuelle": aid, "facture_reference": np.broadcast_to(bill, shape)}
            names: tuple[str, ...] = EFFORT_ROWS
        else:
            row = decide(version.rows, values, shape)
            names = tuple(r.tranche for r in version.rows)
            if row.size and int(row.max()) == len(version.rows):
                where = np.argwhere(row == len(version.rows))[:5].tolist()
                raise InputError(
                    f"no row of {self.name} covers the inputs at {where}; check the file"
                )
            outputs = {
                name: np.asarray(np.array([r.then[name] for r in version.rows]).take(row))
                for name in self.output_names
            }
        for array in (row, *outputs.values()):
            if array.flags.owndata:
                array.flags.writeable = False
        return Result(
            rule=self, inputs=MappingProxyType(values), shape=shape, row=row,
            outputs=MappingProxyType(outputs), names=names,
        )  # fmt: skip


EFFORT_ROWS = ("facture au-delà de la part des ressources", "aucune aide", "hors de la métropole")


@attrs.frozen(kw_only=True, eq=False)
class Result:
    """Results of one computation; each output is an attribute.

    Parameters
    ----------
    rule : Rule
        What was computed.
    inputs : mapping of str to ndarray
        Checked inputs.
    shape : tuple of int
        Shape of every output; ``()`` where all inputs were scalars.
    row : ndarray of uint8
        Number of the row that decided.
    outputs : mapping of str to ndarray
        Outputs by name.
    names : tuple of str
        Names of the rows.
    """

    rule: Rule
    inputs: Mapping[str, Array] = attrs.field(repr=False)
    shape: tuple[int, ...]
    row: Array = attrs.field(repr=False)
    outputs: Mapping[str, Array] = attrs.field(repr=False)
    names: tuple[str, ...] = attrs.field(repr=False)

    def __getattr__(self, name: str) -> Any:
        """Return an output: an array, or a float where the inputs were scalars."""
        if name.startswith("_") or name not in self.rule.output_names:
            known = ["tranche", *self.rule.output_names] if not name.startswith("_") else []
            raise AttributeError(f"no output {name!r}; {nearest(name, known) if known else ''}")
        array = self.outputs[name]
        return float(array) if self.shape == () else array

    @property
    def tranche(self) -> Any:
        """Name of the row that decided: str, or an array of str of the shape of the inputs."""
        if self.shape == ():
            return self.names[int(self.row)]
        return np.array(self.names).take(self.row)

    def explain(self, i: int | tuple[int, ...] | None = None, lang: str = "fr") -> Explanation:
        r"""Explain one result to the person whom it concerns.

        Parameters
        ----------
        i : int or tuple of int, optional
            Position; not needed where the inputs were scalars.
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        Explanation
            The text, a ``str``, with ``to_html()`` for the notice as a page.

        Raises
        ------
        InputError
            Where the position or the language does not exist.

        Examples
        --------
        >>> rule = load_rule("nantes/transport", on="2023-06-01")
        >>> rule.compute(quotient_familial=620, age=30).explain(lang="en").splitlines()[0]
        'The reduction is 70\xa0%.'
        """
        from tarifs_solidaires.explanation import explain

        return explain(self, i, lang)


def list_rules() -> tuple[str, ...]:
    """Return the names of the rules that ship with the package.

    Returns
    -------
    tuple of str
        Names, ``territoire/dispositif``, sorted.

    Examples
    --------
    >>> list_rules()
    ('nantes/eau', 'nantes/transport')
    """
    root = files("tarifs_solidaires") / "territories"
    return tuple(
        sorted(
            f"{folder.name}/{file.name.removesuffix('.toml')}"
            for folder in root.iterdir()
            if folder.is_dir()
            for file in folder.iterdir()
            if file.name.endswith(".toml")
        )
    )


def load_rule(name: str, on: str | dt.date) -> Rule:
    """Return the version of a rule that is in force on a day.

    Parameters
    ----------
    name : str
        Name of a rule that ships with the package (``list_rules``), or path of a ``.toml`` file.
    on : str or datetime.date
        The day; a str is ``YYYY-MM-DD``.

    Returns
    -------
    Rule
        The rule on that day.

    Raises
    ------
    RuleError
        Where there is no such rule, or the file is not one.
    DateError
        Where the day is no date, or outside the range that is known; the message names the range.

    Examples
    --------
    >>> load_rule("nantes/eau", on="2016-06-15").compute(
    ...     nombre_personnes=4, ressources_annuelles=12000.0
    ... ).aide_annuelle
    42.0
    """
    day = _day(on)
    if not isinstance(name, str):
        raise RuleError(f"a rule is named by text such as 'nantes/transport', not {name!r}")
    rule = read_rule(name)
    first, last = rule.versions[0].valid_from, rule.versions[-1].valid_to
    if not first <= day <= last:
        raise DateError(
            f"{rule.name} is known from {first} to {last}, not on {day}; ask for a day between"
        )
    version = next(v for v in reversed(rule.versions) if v.valid_from <= day)
    return attrs.evolve(rule, on=day, version=version)


def read_rule(name: str) -> Rule:
    """Return a rule on the first day of its last version, read again only when its file changed."""
    own = name.endswith(".toml") and Path(name).is_file()
    return _read(name, Path(name).stat().st_mtime_ns if own else 0)


def _day(on: str | dt.date) -> dt.date:
    if isinstance(on, dt.datetime):
        return on.date()
    if isinstance(on, dt.date):
        return on
    try:
        return dt.datetime.strptime(on, "%Y-%m-%d").date()
    except (TypeError, ValueError):
        raise DateError(f"{on!r} is no day: write YYYY-MM-DD, such as 2020-10-01") from None


@lru_cache(maxsize=64)
def _read(name: str, _modified: int) -> Rule:
    if name.endswith(".toml"):
        path = Path(name)
        try:
            if path.stat().st_size > MAX_BYTES:
                raise RuleError(f"{name}: larger than {MAX_BYTES:,} bytes, which no rule is")
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise RuleError(f"{name}: cannot be read ({error.strerror}); check the path") from None
        except UnicodeDecodeError as error:
            raise RuleError(f"{name}: not UTF-8 at byte {error.start}; save it as UTF-8") from None
    else:
        if name not in (known := list_rules()):
            raise RuleError(f"no rule {name!r}; {nearest(name, known)}")
        territory, scheme = name.split("/")
        text = (
            files("tarifs_solidaires") / "territories" / territory / f"{scheme}.toml"
        ).read_text("utf-8")
    try:
        return _parse(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{name}: not TOML: {error}") from None
    except KeyError as error:
        raise RuleError(
            f"{name}: the key {error} is missing; see nantes/transport for the form"
        ) from None
    except (TypeError, ValueError, AttributeError) as error:
        raise RuleError(f"{name}: {error}") from None


def _parse(data: Mapping[str, Any]) -> Rule:
    lists = {name: frozenset(table["values"]) for name, table in data.get("list", {}).items()}
    if data["shape"] not in ("decision_table", "effort_rate"):
        raise ValueError(f"shape {data['shape']!r} is unknown: write decision_table or effort_rate")
    for name in data["outputs"]:
        if name not in OUTPUTS:
            raise ValueError(f"outputs: {name!r} is unknown; {nearest(name, OUTPUTS)}")
    tables = data["version"]
    starts = [table["valid_from"] for table in tables]
    if starts != sorted(set(starts)):
        raise ValueError("version.valid_from: the versions must stand in order of their dates")
    ends = [start - dt.timedelta(days=1) for start in starts[1:]] + [data["known_until"]]
    versions = tuple(
        _version(table, end, data, lists) for table, end in zip(tables, ends, strict=True)
    )
    return Rule(
        name=data["name"],
        on=versions[-1].valid_from,
        title=MappingProxyType(data["title"]),
        purpose=MappingProxyType(data["purpose"]),
        per=data["per"],
        authority=data["authority"],
        version=versions[-1],
        versions=versions,
        output_names=tuple(data["outputs"]),
        cases=tuple(MappingProxyType(case) for case in data.get("case", ())),
        notes=tuple(data.get("notes", ())),
    )


def _version(
    table: Mapping[str, Any],
    end: dt.date,
    data: Mapping[str, Any],
    lists: Mapping[str, frozenset[str]],
) -> Version:
    where = f"version {table['valid_from']}"
    required, optional = tuple(table["required"]), tuple(table.get("optional", ()))
    for name in (*required, *optional):
        if name not in INPUTS:
            raise ValueError(f"{where}: input {name!r} is unknown; {nearest(name, INPUTS)}")
    parameters = tuple(
        Parameter(
            name=p["name"],
            value=p["value"],
            unit=p.get("unit", ""),
            source=p["source"],
            confidence=_confidence(p, f"{where}, parameter {p['name']}"),
        )
        for p in table.get("parameter", ())
    )
    common: dict[str, Any] = {
        "valid_from": table["valid_from"], "valid_to": end, "source": table["source"],
        "required": required, "optional": optional, "parameters": parameters,
    }  # fmt: skip
    if data["shape"] == "effort_rate":
        figures: dict[str, Any] = {p.name: p.value for p in parameters}
        effort = EffortRate(
            volume_par_personne=figures["volume_par_personne"],
            part_ressources=figures["part_ressources"],
            versement_minimal=figures["versement_minimal"],
            prix_m3=figures.get("prix_m3"),
        )
        residence = frozenset().union(*lists.values())
        return Version(**common, effort_rate=effort, residence=residence)
    rows = []
    for row in table["row"]:
        place = f"{where}, row {row['tranche']!r}"
        if set(row["then"]) != set(data["outputs"]):
            raise ValueError(
                f"{place}: then must give {', '.join(data['outputs'])} and nothing else"
            )
        conditions = []
        for name, text in row["when"].items():
            if name not in (*required, *optional):
                raise ValueError(
                    f"{place}: {name!r} is no input of this version; add it to required"
                )
            try:
                conditions.append(parse_condition(name, text, lists))
            except ValueError as error:
                raise ValueError(f"{place}, {name}: {error}") from None
        rows.append(
            Row(
                tranche=row["tranche"],
                when=tuple(conditions),
                then=MappingProxyType({name: float(v) for name, v in row["then"].items()}),
                source=row.get("source", table["source"]),
                confidence=_confidence(row, place),
            )
        )
    return Version(**common, rows=tuple(rows))


def _confidence(table: Mapping[str, Any], place: str) -> str:
    word = str(table["confidence"])
    if word not in CONFIDENCES:
        raise ValueError(f"{place}: confidence {word!r} is unknown: write {', '.join(CONFIDENCES)}")
    return word
