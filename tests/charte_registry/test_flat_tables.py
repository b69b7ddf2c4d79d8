"""Flat tables: their shape depends on the classes alone, and they hold all that the records hold."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import records

from charte_registry import RegisterError, structure
from charte_registry.files.flat_tables import Table, flatten, gather
from charte_registry.records import KINDS

EMPTY = flatten({})


def by_name(tables):
    return {table.name: table for table in tables}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25)
@given(data=st.data())
def test_records_come_back_from_their_tables(kind, data):
    drawn = data.draw(st.lists(records(kind), max_size=2, unique_by=lambda record: record.id))
    tables = flatten({kind: {record.id: record for record in drawn}})
    plain = gather(tables)
    assert [structure(KINDS[kind], item) for item in plain[kind].values()] == drawn
    assert [(t.name, t.columns) for t in tables] == [(t.name, t.columns) for t in EMPTY]
    for table in tables:
        for row in table.rows:
            for column, value in zip(table.columns, row, strict=True):
                assert type(value) is column.type or (value is None and not column.key)


def test_names_tell_tables_and_columns_apart():
    assert len(by_name(EMPTY)) == len(EMPTY)
    for table in EMPTY:
        assert len(set(table.names)) == len(table.names)
        assert all(name.isidentifier() for name in (table.name, *table.names))


def test_a_row_of_a_list_of_a_list_says_where_it_stands():
    table = by_name(EMPTY)["traitements_finalites_bases_legales"]
    assert table.names == ("id", "rang_finalites", "rang_bases_legales", "valeur")
    assert [column.type for column in table.columns] == [str, int, int, str]


def test_what_is_internal_is_marked_with_all_that_is_inside():
    marked = {c.path for c in by_name(EMPTY)["organismes"].columns if c.internal}
    assert {"contact", "contact.courriel"} <= marked
    assert "nom" not in marked


def table(name, names, *rows):
    columns = {column.name: column for column in by_name(EMPTY)[name].columns}
    unknown = EMPTY[0].columns[0]
    return Table(
        name=name, kind="", path=(), columns=tuple(columns.get(n, unknown) for n in names), rows=rows
    )  # fmt: skip


def test_rows_may_stand_in_any_order_and_hold_text():
    bodies = gather([
        table("traitements_finalites", ["nom", "id", "rang_finalites"], ("B", "t", "1"), ("A", "t", "0")),
        table("traitements", ["cree_le", "id", "factice"], ("2020-01-02", "t", "true")),
    ])["traitements"]  # fmt: skip
    assert bodies == {
        "t": {"cree_le": "2020-01-02", "id": "t", "factice": "true", "finalites": [{"nom": "A"}, {"nom": "B"}]}
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given_tables", "message"),
    [
        ([Table(name="traitement", kind="", path=(), columns=(), rows=())], "did you mean traitements"),
        ([table("traitements", ["id"], ("t",), ("t",))], "'t' appears twice"),
        ([table("traitements", ["id"], (None,))], "row 1 has no identifier"),
        ([table("traitements", ["nom"], ("T",))], "the column 'id' is missing"),
        ([table("traitements_finalites", ["id", "rang_finalites", "nom"], ("t", 0, "F"))], "no row of traitements has id t"),
        ([table("traitements_finalites", ["id", "rang_finalites", "nom"], ("t", "x", "F"))], "rang_finalites is 'x'"),
        ([table("traitements", ["id"], ("t",)),
          table("traitements_finalites_bases_legales", ["id", "rang_finalites", "rang_bases_legales", "valeur"], ("t", 0, 0, "contrat"))],
         "has id t, rang_finalites 0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(given_tables, message):
    with pytest.raises(RegisterError, match=message):
        gather(given_tables)


def test_an_unknown_column_is_refused_with_its_nearest():
    nom = by_name(EMPTY)["traitements"].columns[1]
    column = type(nom)(name="noms", path="noms", type=str)
    bad = Table(name="traitements", kind="", path=(), columns=(column,), rows=())
    with pytest.raises(RegisterError, match="no column 'noms'; did you mean nom"):
        gather([bad])


def test_dates_stay_dates():
    from charte_registry import Partenaire

    tables = flatten(
        {"partenaires": {"p": Partenaire(id="p", nom="P", signe_le=dt.date(2020, 1, 2))}}
    )
    row = dict(
        zip(
            by_name(tables)["partenaires"].names,
            by_name(tables)["partenaires"].rows[0],
            strict=True,
        )
    )
    assert row["signe_le"] == dt.date(2020, 1, 2)
