"""Record batches: the same results as a whole table, a schema known beforehand, whole files."""

import math
import pickle
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tarifs_solidaires import (
    InputError,
    TableError,
    compute_frame,
    list_rules,
    load_rule,
    make_population,
)
from tarifs_solidaires.extras import MissingExtraError
from tarifs_solidaires.people.batches import (
    compute_batch,
    compute_batches,
    write_batches,
)
from tarifs_solidaires.people.engines import compute_dask, register_rule
from tarifs_solidaires.people.frames import result_schema

TRANSPORT = load_rule("nantes/transport", on="2023-06-01")


def last_rule(name):
    """Return a rule on the last day of its first version that is known."""
    return load_rule(name, on="2100-01-01", beyond="last_known")


def people_of(rule, size=60):
    return pa.table({name: pa.array(v) for name, v in make_population(rule, size).items()})


def same(one, other):
    return one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


@pytest.mark.parametrize("name", list_rules())
def test_batches_give_what_the_whole_table_gives(name):
    rule = last_rule(name)
    people = people_of(rule)
    whole = compute_frame(rule, people, errors="null")
    expected = result_schema(rule, people.schema, errors="null")
    batches = list(
        compute_batches(rule, people.to_batches(max_chunksize=13), errors="null", workers=2)
    )
    assert all(batch.schema == expected for batch in batches)
    found = pa.Table.from_batches(batches)
    assert found.column_names == whole.column_names
    for column in whole.column_names:
        pairs = zip(whole[column].to_pylist(), found[column].to_pylist(), strict=True)
        assert all(same(*pair) for pair in pairs), column


def test_the_schema_is_the_same_whatever_a_batch_holds():
    empty = pa.RecordBatch.from_pydict({"quotient_familial": pa.array([], pa.float64())})
    wrong = pa.RecordBatch.from_pydict({"quotient_familial": [-1.0, None]})
    rule = load_rule("nantes/transport", on="2020-10-01")
    schemas = [compute_batch(rule, b, errors="null").schema for b in (empty, wrong)]
    assert schemas[0] == schemas[1] == result_schema(rule, empty.schema, errors="null")
    assert None not in compute_batch(rule, wrong, errors="null")["reason"].to_pylist()


def test_a_value_that_cannot_be_right_raises():
    batch = pa.RecordBatch.from_pydict({"quotient_familial": [1.0, -1.0], "age": [30, 30]})
    with pytest.raises(InputError) as caught:
        compute_batch(TRANSPORT, batch)
    assert caught.value.errors[0].positions == (1,)


@pytest.mark.parametrize("workers", [0, -1])
def test_no_worker_cannot_work(workers):
    with pytest.raises(TableError) as caught:
        next(compute_batches(TRANSPORT, [], workers=workers))
    assert caught.value.errors[0].code == "workers"


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_no_more_batches_are_asked_for_than_are_worked_on(workers):
    asked = []

    def source():
        for n in range(50):
            asked.append(n)
            yield pa.RecordBatch.from_pydict({"quotient_familial": [float(n)], "age": [30]})

    for done, batch in enumerate(compute_batches(TRANSPORT, source(), workers=workers)):
        assert batch["quotient_familial"].to_pylist() == [done]
        assert len(asked) - done <= workers + 1


def test_an_interrupted_file_is_not_there_and_the_run_can_be_repeated(tmp_path):
    people = people_of(TRANSPORT, 100)
    schema = result_schema(TRANSPORT, people.schema)
    target = tmp_path / "found.parquet"

    def stopped():
        yield from compute_batches(TRANSPORT, people.to_batches(max_chunksize=10)[:5])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_batches(stopped(), target, schema)
    assert list(tmp_path.iterdir()) == []
    for _ in range(2):
        rows = write_batches(
            compute_batches(TRANSPORT, people.to_batches(max_chunksize=10)), target, schema
        )
        assert rows == 100
    assert list(tmp_path.iterdir()) == [target]
    whole = compute_frame(TRANSPORT, people)["taux_reduction"].to_pylist()
    assert pq.read_table(target)["taux_reduction"].to_pylist() == whole


def test_a_rule_pickles():
    again = pickle.loads(pickle.dumps(TRANSPORT))  # noqa: S301
    people = people_of(TRANSPORT).to_batches()[0]
    assert compute_batch(again, people).equals(compute_batch(TRANSPORT, people))


def test_sql_gives_what_the_rule_gives():
    duckdb = pytest.importorskip("duckdb")
    people = people_of(TRANSPORT, 5000)
    whole = compute_frame(TRANSPORT, people, errors="null")
    inputs = people.column_names
    with duckdb.connect() as connection:
        name = register_rule(connection, TRANSPORT, inputs)
        assert name == "nantes_transport"
        connection.register("people", people)
        found = connection.sql(
            f"SELECT r.* FROM (SELECT {name}({', '.join(inputs)}) AS r FROM people)"  # noqa: S608
        ).fetchall()
        missing = connection.sql(
            f"SELECT {name}({', '.join('NULL' if n == inputs[0] else n for n in inputs)}).reason FROM people"  # noqa: S608
        ).fetchall()
    columns = [name for name in whole.column_names if name not in inputs]
    expected = list(zip(*(whole[name].to_pylist() for name in columns), strict=True))
    assert sorted(map(repr, found)) == sorted(map(repr, expected))
    assert all(reason for (reason,) in missing)


def test_a_misspelt_input_of_sql_is_refused():
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection, pytest.raises(TableError) as caught:
        register_rule(connection, TRANSPORT, ["quotient_familal"])
    assert {fault.code for fault in caught.value.errors} >= {"unknown_column"}


@pytest.mark.parametrize("index", [None, [0, 0, 1, 1] * 15])
def test_partitions_of_dask_give_what_the_whole_frame_gives(index):
    dd = pytest.importorskip("dask.dataframe")
    people = people_of(TRANSPORT).to_pandas()
    if index is not None:
        people.index = pd.Index(index)
    whole = compute_frame(TRANSPORT, people)
    lazy = compute_dask(TRANSPORT, dd.from_pandas(people, npartitions=4, sort=False))
    found = lazy.compute(scheduler="synchronous")
    assert list(lazy.columns) == list(whole.columns)
    assert (found.dtypes == lazy.dtypes).all()
    for name in whole.columns:
        pairs = zip(found[name].tolist(), whole[name].tolist(), strict=True)
        assert all(same(*pair) for pair in pairs), name
    assert (found.index == whole.index).all()


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"charte-donnee\[duckdb\]"):
        register_rule(None, TRANSPORT, ["quotient_familial"])
