"""Frames of every kind: the same kind out, with the schema that was said beforehand, a part at a time."""

import datetime as dt
import pickle
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_strategies import ALL_KINDS, NOTHING, RULES, TRANSPORT, by_row, none, people

from tarifs_solidaires import (
    InputError,
    TableError,
    compute_frame,
    load_rule,
    register_rule,
    result_schema,
)

pd = pytest.importorskip("pandas", reason="pandas is not installed: extra [tables]")
pl = pytest.importorskip("polars", reason="polars is not installed: extra [tables]")
pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: extra [tables]")
duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed: extra [duckdb]")


def reader(table, rows=3):
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=rows))


def batch(table):
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def relation(table):
    return duckdb.connect().from_arrow(table)


def typed(table, **types):
    """A table with some types changed: by name of the type that a column has."""
    fields = [field.with_type(types.get(str(field.type), field.type)) for field in table.schema]
    return table.cast(pa.schema(fields))


def encoded(table):
    columns = [
        column.dictionary_encode() if pa.types.is_string(column.type) else column
        for column in table.columns
    ]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))


KINDS = {
    "pandas": lambda t: t.to_pandas(),
    "polars": pl.from_arrow,
    "polars, lazy": lambda t: pl.from_arrow(t).lazy(),
    "table": lambda t: t,
    "table, chunks": lambda t: pa.concat_tables([t.slice(0, 2), t.slice(2)]),
    "batch": batch,
    "batch, large strings": lambda t: batch(typed(t, string=pa.large_string())),
    "batch, string views": lambda t: batch(typed(t, string=pa.string_view())),
    "reader": reader,
    "reader, dictionaries": lambda t: reader(encoded(t), 2),
    "relation": relation,
}
STREAMED = [kind for kind in KINDS if kind.split(",")[0] in ("batch", "reader", "relation")]


def table_of(rule, columns):
    kinds = {"flag": pa.bool_(), "code": pa.string(), "date": pa.date32(), "whole": pa.int64()}
    return pa.table(
        {n: pa.array(c, kinds.get(rule.all_inputs[n].kind, pa.float64())) for n, c in columns.items()}
    )  # fmt: skip


def read(frame):
    """Return a frame in memory as a dict of lists."""
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect(engine="streaming")
    elif isinstance(frame, pa.RecordBatchReader):
        frame = frame.read_all()
    elif isinstance(frame, duckdb.DuckDBPyRelation):
        frame = pa.table(frame.to_arrow_table())
    if isinstance(frame, pd.DataFrame):
        return {name: [*map(none, frame[name])] for name in frame}
    if isinstance(frame, pl.DataFrame):
        return frame.to_dict(as_series=False)
    return frame.to_pydict()


def rows_of(rule, frame, errors):
    found = read(frame)
    columns = [[*map(none, found[name])] for name in rule.output_names]
    texts = [[none(x) or "" for x in found["tranche"]]]
    texts.append([none(x) or "" for x in found["reason"]] if errors == "null" else [""] * len(texts[0]))  # fmt: skip
    return [*zip(*columns, *texts, strict=True)]


@pytest.mark.parametrize("kind", ["polars, lazy", *STREAMED])
@settings(max_examples=12)
@given(drawn=people() | people(of={"all_kinds": ALL_KINDS}), errors=st.sampled_from(["raise", "null"]))  # fmt: skip
def test_each_kind_gives_what_scalars_give_and_stays_of_its_kind(kind, drawn, errors):
    title, columns = drawn
    rule = RULES[title]
    frame = KINDS[kind](table_of(rule, columns))
    found = compute_frame(rule, frame, errors=errors)
    assert type(found) is type(frame)
    assert rows_of(rule, found, errors) == by_row(rule, columns)


def schema_of(frame):
    if isinstance(frame, pl.LazyFrame):
        return frame.collect_schema()
    if isinstance(frame, duckdb.DuckDBPyRelation):
        return dict(zip(frame.columns, map(str, frame.types), strict=True))
    return frame.schema


PEOPLE = {"quotient_familial": [300.0, 420.0, 5000.0, 620.0], "age": [3, 30, 30, 70],
          "beneficiaire_aah": [False, None, False, True], "quartier": ["a", None, "b", "a"]}  # fmt: skip
EVERY = {
    "revenu": [900.0, 100.0], "personnes": [5, 1], "resident": [True, False],
    "statut": ["plein", "reduit"], "naissance": [dt.date(1990, 1, 1)] * 2,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [4, 1, 0])
@pytest.mark.parametrize("errors", ["raise", "null"])
def test_the_schema_is_known_beforehand_whatever_the_rows_hold(kind, rows, errors):
    given_ = [(TRANSPORT, pa.table(PEOPLE)), (ALL_KINDS, table_of(ALL_KINDS, EVERY))]
    for rule, table in given_:
        table = table.slice(0, rows)
        frame = KINDS[kind](table)
        said = result_schema(rule, frame, errors=errors, keep="all")
        found = compute_frame(rule, frame, errors=errors, keep="all")
        if kind == "pandas":
            assert list(said.index) == list(found)
            same = [name for name in found if name != "reason"]  # its words are those of the rows
            assert said[same].tolist() == found[same].dtypes.tolist()
            continue
        assert said == schema_of(found)
        if isinstance(found, pl.LazyFrame):
            assert found.collect(engine="streaming").schema == said
            assert found.collect().equals(compute_frame(rule, frame.collect(), errors=errors, keep="all"))  # fmt: skip


def test_a_schema_alone_says_what_comes_out():
    table = pa.table(PEOPLE)
    assert result_schema(TRANSPORT, table.schema, keep="all") == result_schema(
        TRANSPORT, batch(table), keep="all"
    )
    frame = pl.from_arrow(table)
    assert result_schema(TRANSPORT, frame.schema, keep="all") == result_schema(
        TRANSPORT, frame, keep="all"
    )
    with pytest.raises(TableError, match="the column 'quartier' is unknown"):
        result_schema(TRANSPORT, table.schema)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_column_is_refused_before_anything_is_computed(kind):
    frame = KINDS[kind](pa.table({"quotient_familial": [1.0], "agee": [3]}))
    with pytest.raises(TableError, match="the column 'agee' is unknown"):
        compute_frame(TRANSPORT, frame)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_counts_rows_from_the_first_one_of_all(kind):
    table = pa.table({"quotient_familial": [1.0] * 7 + [-1.0, 2.0, -3.5], "age": [30] * 10})
    with pytest.raises(InputError) as error:
        read(compute_frame(TRANSPORT, KINDS[kind](table)))
    said = {7: "-1.0 at 7", 9: "-3.5 at 9"}
    places = error.value.errors[0].positions
    if kind == "polars, lazy":  # of some part that is wrong, whichever was computed first
        assert places in {(7,), (9,), (7, 9)}
    else:  # of a reader the first part that is wrong raises: here of two or three rows
        assert places == ((7,) if "reader" in kind else (7, 9))
    assert f"quotient_familial: {', '.join(said[n] for n in places)} is" in str(error.value)


def test_errors_of_a_lazy_frame_name_rows_of_a_later_part():
    rows = 300_000
    frame = pl.LazyFrame({"quotient_familial": pl.Series(range(rows), dtype=pl.Float64), "age": 30})
    frame = frame.with_columns(quotient_familial=pl.col("quotient_familial") % 1000)
    wrong = pl.when(pl.int_range(pl.len()) == 290_007).then(-1.0)
    frame = frame.with_columns(quotient_familial=wrong.otherwise(pl.col("quotient_familial")))
    with pytest.raises(InputError, match=r"-1\.0 at 290007 "):
        compute_frame(TRANSPORT, frame).collect(engine="streaming")


def test_a_lazy_frame_is_asked_as_any_other():
    frame = pl.DataFrame(
        {"foyer": [1, 2, 3], "quotient_familial": [300.0, 450.0, 800.0], "age": 30}
    )
    lazy, whole = compute_frame(TRANSPORT, frame.lazy()), compute_frame(TRANSPORT, frame)
    asked = [
        lambda f: f.filter(pl.col("taux_reduction") < 1).select("foyer", "tranche"),
        lambda f: f.select("taux_reduction"),
        lambda f: f.filter(pl.col("foyer") > 1).head(1),
        lambda f: f.group_by("tranche").agg(pl.len()).sort("tranche"),
        lambda f: f.slice(1, 1),
    ]
    for ask in asked:
        for engine in ("in-memory", "streaming"):
            assert ask(lazy).collect(engine=engine).equals(ask(whole))


def test_a_reader_reads_no_further_than_it_is_asked():
    table = pa.table({"quotient_familial": [1.0] * 10, "age": [30] * 10})
    asked = []

    def batches():
        for one in table.to_batches(max_chunksize=2):
            asked.append(one.num_rows)
            yield one

    found = compute_frame(TRANSPORT, pa.RecordBatchReader.from_batches(table.schema, batches()))
    assert asked == []
    found.read_next_batch()
    assert len(asked) == 1


@pytest.mark.parametrize("kind", [*STREAMED, "table", "polars", "polars, lazy"])
def test_a_frame_without_rows_has_no_results(kind):
    empty = pa.table(PEOPLE).slice(0, 0)
    found = compute_frame(TRANSPORT, KINDS[kind](empty), errors="null", keep="all")
    assert rows_of(TRANSPORT, found, "null") == []


def test_a_reader_without_batches_has_no_results():
    schema = pa.table(PEOPLE).schema
    found = compute_frame(TRANSPORT, pa.RecordBatchReader.from_batches(schema, []), keep="all")
    assert found.schema == result_schema(TRANSPORT, schema, keep="all")
    assert found.read_all().num_rows == 0


@pytest.mark.parametrize("kind", ["polars, lazy", *STREAMED])
def test_each_row_has_a_result_where_no_input_is_given_at_all(kind):
    found = compute_frame(NOTHING, KINDS[kind](pa.table({"id": [1, 2, 3]})), errors="null")
    assert rows_of(NOTHING, found, "null") == [(0.0, "tous", "")] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_carried_through_stays_as_it_is(kind):
    table = pa.table({
        "quotient_familial": pa.array([Decimal("350.00"), Decimal("350.01")], pa.decimal128(9, 2)),
        "age": pa.array([30, 31], pa.int8()), "quartier": ["é", None],
        "montant": pa.array([None, Decimal("0.10")], pa.decimal128(12, 2)),
    })  # fmt: skip
    frame = KINDS[kind](table)
    columns = read(KINDS[kind](table))
    found = read(compute_frame(TRANSPORT, frame, keep="all"))
    assert {name: found[name] for name in columns} == columns
    assert found["taux_reduction"] == [1.0, 0.9]


def test_a_column_that_may_not_be_null_still_may_not():
    schema = pa.schema([pa.field("quotient_familial", pa.float64(), nullable=False)])
    table = pa.table({"quotient_familial": [1.0]}, schema=schema)
    rule = load_rule("nantes/transport", on="2020-10-01")
    for frame in (table, batch(table), reader(table)):
        found = compute_frame(rule, frame).schema
        assert not found.field("quotient_familial").nullable
        assert found.field("taux_reduction").nullable


def test_a_lazy_frame_with_its_rule_pickles():
    found = compute_frame(TRANSPORT, pl.LazyFrame({"quotient_familial": [1.0], "age": [30]}))
    back = pickle.loads(pickle.dumps(found))  # noqa: S301 # our own
    assert back.collect().equals(found.collect())


def test_a_relation_is_one_of_its_own_connection():
    with duckdb.connect() as connection:
        connection.sql(
            "CREATE TABLE foyers AS SELECT 350.0::DOUBLE quotient_familial, 30 age, 'a' rue"
        )
        found = compute_frame(TRANSPORT, connection.table("foyers"), keep=["rue"])
        assert found.filter("taux_reduction = 1").join(
            connection.sql("SELECT 'a' AS rue, 7 AS zone"), "rue"
        ).project("zone").fetchall() == [(7,)]
        assert found.fetchall() == found.fetchall()  # as often as it is asked


@pytest.mark.parametrize("lang", ["en", "fr", "pt-BR"])
@pytest.mark.parametrize("kind", KINDS)
def test_reasons_are_in_the_language_asked_for(kind, lang):
    table = pa.table({"quotient_familial": [340.0, -1.0, None, 620.0], "age": [30, 3, 4, 300]})
    frame = KINDS[kind](table)
    found = read(compute_frame(TRANSPORT, frame, errors="null", lang=lang))
    result = TRANSPORT.compute(table.to_pydict(), errors="null")
    expected = [text or None for text in result.reason_in(lang)]
    assert [*map(none, found["reason"])] == expected
    assert (lang == "en") == (expected[1] == result.reason[1])


def test_reasons_in_sql_are_in_the_language_asked_for():
    with duckdb.connect() as connection:
        name = register_rule(connection, TRANSPORT, ["quotient_familial", "age"], lang="pt")
        found = connection.sql(f"SELECT {name}(-1, 30).reason").fetchall()  # its name
    assert found == [
        (TRANSPORT.compute(quotient_familial=-1, age=30, errors="null").reason_in("pt"),)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_option_is_refused_at_once(kind):
    frame = KINDS[kind](pa.table({"quotient_familial": [340.0], "age": [30]}))
    with pytest.raises(InputError, match="errors: 'nul' is unknown"):
        compute_frame(TRANSPORT, frame, errors="nul")


def test_a_function_of_sql_is_not_put_in_the_place_of_another():
    with duckdb.connect() as connection:
        name = register_rule(connection, TRANSPORT, ["quotient_familial", "age"])
        for taken in ("", name.upper(), "sum"):
            with pytest.raises(TableError, match="already; give another name") as error:
                register_rule(connection, TRANSPORT, ["quotient_familial", "age"], name=taken)
            assert error.value.code == "function"
        connection.remove_function(name)
        assert register_rule(connection, TRANSPORT, ["quotient_familial", "age"]) == name


def test_other_engines_are_named_with_their_function():
    class DataFrame:
        __module__ = "pyspark.sql"

    with pytest.raises(TableError, match="not pyspark DataFrame; use compute_spark"):
        compute_frame(TRANSPORT, DataFrame())


def test_texts_of_a_polars_frame_are_read_without_pyarrow_too(monkeypatch):
    frame = pl.DataFrame({"quotient_familial": ["350.5", None], "age": ["30", "31"]})
    with_arrow = compute_frame(TRANSPORT, frame, errors="null")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert compute_frame(TRANSPORT, frame, errors="null").equals(with_arrow)
