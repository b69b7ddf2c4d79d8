"""The register as tables of an SQL engine: SQLite, in memory, for questions that nobody foresaw."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from types import MappingProxyType
from typing import Any

import attrs

from charte_registry.errors import RegisterError, nearest
from charte_registry.files.flat_tables import Column, Table, flatten
from charte_registry.register import Register
from charte_registry.vocabularies.adequacy import Adequation, adequation

Value = str | int | float | bytes | None

MAX_ROWS = 1_000_000
MAX_OPERATIONS = 200_000_000  # of the engine, some seconds: what stops a query that never ends
STEP = 100_000
MAX_VALUE = 5_000_000  # bytes of one value, on its way too
MAX_BYTES = 100_000_000  # of all that is given back

SHOWN = 10  # rows that a notebook shows

_TYPES: Mapping[type, str] = MappingProxyType(
    {str: "TEXT", int: "INTEGER", bool: "INTEGER", dt.date: "TEXT"}
)
# All that a question may do; writing, other files and other code are not among it.
_ALLOWED = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_FUNCTION = sqlite3.SQLITE_FUNCTION
_FROM = re.compile(r'\b(?:FROM|JOIN)\s+"?(\w+)', re.IGNORECASE)  # a table that a query names
_FILLING = frozenset({"randomblob", "zeroblob", "load_extension"})  # they make bytes from nothing


@attrs.frozen(kw_only=True)
class Answer:
    """The rows that a query gives.

    Parameters
    ----------
    columns : tuple of str
        Names.
    rows : tuple of tuple
        Values: text, numbers or ``None``; a date is its ISO text, a flag 1 or 0.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __repr__(self) -> str:
        """Show how many rows there are, and the columns."""
        return f"<Answer of {len(self.rows)} rows: {', '.join(self.columns)}>"

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain values that go to JSON.

        Returns
        -------
        dict
            ``columns`` and ``rows``, lists; null where there is no value.
        """
        return {"columns": list(self.columns), "rows": [list(row) for row in self.rows]}

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the first rows."""
        head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in self.columns)
        cells = (
            "".join(f"<td>{html.escape('–' if x is None else str(x))}</td>" for x in row)
            for row in self.rows[:SHOWN]
        )
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        more = f"<p>{SHOWN} / {len(self.rows):,}</p>" if len(self.rows) > SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def query(
    register: Register,
    sql: str,
    parameters: Sequence[Value] = (),
    *,
    on: str | dt.date,
    max_rows: int = MAX_ROWS,
    max_operations: int = MAX_OPERATIONS,
) -> Answer:
    """Ask a register in SQL.

    Parameters
    ----------
    register : Register
        The register. Its tables are those of ``flatten``: one a kind, one a list inside it
        (``traitements_finalites``), joined by ``id``; ``constats`` holds what the checks find.
    sql : str
        One query, in the dialect of SQLite. ``eee(pays)`` and ``adequat(pays)`` give 1 or 0 at the
        date, or NULL where the country is not known; ``portee(pays)`` the scope of the decision.
    parameters : sequence of str, int, float or None, optional
        Values for the ``?`` of the query.
    on : str or datetime.date
        The date at which law and validity are judged: today, or ``register.etat_au``.
    max_rows : int, optional
        The most rows that are given.
    max_operations : int, optional
        The most operations of the engine that a query may take.

    Returns
    -------
    Answer
        Names and rows.

    Raises
    ------
    RegisterError
        Where the query is none, would do more than read, or gives too much.

    Examples
    --------
    >>> from charte_registry import load_register
    >>> register = load_register("examples/nantes_2020")
    >>> query(register, "SELECT count(*) AS n FROM applications WHERE NOT eee(hebergement_pays)", on="2020-12-15").rows
    ((1,),)
    >>> query(register, "DELETE FROM applications", on="2020-12-15")
    Traceback (most recent call last):
    charte_registry.errors.RegisterError: the query would do more than read; begin it with SELECT or WITH
    """
    findings = register.check(on)
    with closing(sqlite3.connect(":memory:")) as engine:
        for table in flatten(register.records, register.kinds):
            _create(engine, table)
        _create(engine, _findings(findings))
        # A wrong date is refused by the checks above.
        _functions(engine, dt.date.fromisoformat(on) if isinstance(on, str) else on)
        engine.commit()
        guard = _Guard()
        engine.set_authorizer(guard)
        engine.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
        steps = iter(range(max_operations // STEP))
        engine.set_progress_handler(lambda: next(steps, None) is None, STEP)
        return _asked(engine, guard, sql, parameters, max_rows)


class _Guard:
    """Lets a query read, and remembers whether it wanted more."""

    def __init__(self) -> None:
        self.refused = False

    def __call__(self, action: int, _: str | None, name: str | None, *__: str | None) -> int:
        if action in _ALLOWED and not (action == _FUNCTION and name in _FILLING):
            return sqlite3.SQLITE_OK
        self.refused = True
        return sqlite3.SQLITE_DENY


def _asked(
    engine: sqlite3.Connection, guard: _Guard, sql: str, parameters: Sequence[Value], max_rows: int
) -> Answer:
    try:
        cursor = engine.execute(sql, parameters)
        rows, size = list[tuple[Any, ...]](), 0
        for row in cursor:
            rows.append(row)
            size += sum(len(value) for value in row if isinstance(value, str | bytes))
            if size > MAX_BYTES:
                raise RegisterError("query_too_large", most=MAX_BYTES)
            if len(rows) > max_rows:
                break
    except sqlite3.DatabaseError as error:
        raise _refusal(engine, guard, sql, error) from None
    except sqlite3.Warning as error:
        raise RegisterError("query_wrong", value=sql, reason=str(error)) from None
    except UnicodeEncodeError:
        raise RegisterError("query_not_utf8") from None
    if cursor.description is None:
        raise RegisterError("query_no_rows", value=sql)
    if len(rows) > max_rows:
        raise RegisterError("query_too_many_rows", most=max_rows)
    return Answer(columns=tuple(name for name, *_ in cursor.description), rows=tuple(rows))


def _refusal(
    engine: sqlite3.Connection, guard: _Guard, sql: str, error: sqlite3.DatabaseError
) -> RegisterError:
    """Return what is wrong with a query, by the code that the engine gives its errors."""
    code = getattr(error, "sqlite_errorcode", None)
    if guard.refused:
        return RegisterError("query_writes", value=sql)
    if code == sqlite3.SQLITE_TOOBIG:
        return RegisterError("query_value_too_long", most=MAX_VALUE)
    if code == sqlite3.SQLITE_INTERRUPT:
        return RegisterError("query_too_slow", value=sql)
    engine.set_authorizer(None)
    engine.set_progress_handler(None, 0)
    known = [
        name for (name,) in engine.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    ]
    # Other names after FROM are those that the query itself gives after WITH.
    for name in _FROM.findall(sql):
        given = re.search(rf"\b{name}\b\s*(?:\([^()]*\)\s*)?AS\b", sql, re.IGNORECASE)
        if name.lower() not in known and not given:
            return RegisterError("query_no_table", value=name, near=nearest(name, known))
    return RegisterError("query_wrong", value=sql, reason=str(error))


def _create(engine: sqlite3.Connection, table: Table) -> None:
    # The names come from the classes, never from the records.
    columns = ", ".join(f'"{column.name}" {_TYPES[column.type]}' for column in table.columns)
    engine.execute(f'CREATE TABLE "{table.name}" ({columns})')
    if table.columns[0].key:
        engine.execute(f'CREATE INDEX "{table.name}_id" ON "{table.name}" (id)')
    marks = ", ".join("?" * len(table.columns))
    engine.executemany(
        f'INSERT INTO "{table.name}" VALUES ({marks})',  # noqa: S608
        ([v.isoformat() if isinstance(v, dt.date) else v for v in row] for row in table.rows),
    )


def _findings(findings: Sequence[Any]) -> Table:
    fields = ("record", "field", "rule", "severity", "message", "file", "line")
    names = ("fiche", "champ", "regle", "gravite", "message", "fichier", "ligne")
    columns = tuple(
        Column(name=name, path="", type=int if name == "ligne" else str) for name in names
    )
    rows = tuple(tuple(getattr(finding, field) for field in fields) for finding in findings)
    return Table(name="constats", kind="constats", path=(), columns=columns, rows=rows)


def _functions(engine: sqlite3.Connection, on: dt.date) -> None:
    def of(tell: Callable[[Adequation], Value]) -> Callable[[Any], Value]:
        def function(pays: Any) -> Value:
            try:
                return tell(adequation(pays, on))
            except RegisterError:
                return None

        return function

    told: Mapping[str, Callable[[Adequation], Value]] = {
        "eee": lambda status: int(status.eee),
        "adequat": lambda status: int(status.adequate),
        "portee": lambda status: (status.decision and status.decision.scope) or None,
    }
    for name, tell in told.items():
        engine.create_function(name, 1, of(tell), deterministic=True)
