"""Lines of any number: block by block as at once, whatever the blocks and the processes."""

import json

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charte_registry import RegisterError, check_lines
from charte_registry.files.line_batches import LineCheck, check_line_stream

HEAD = {
    "kind": "registre", "schema": "1.0", "titre": "R", "territoire": "T", "etat_au": "2020-12-15",
    "annees": [2020],
}  # fmt: skip
LINES = st.sampled_from(
    [
        '{"kind": "partenaires", "id": "a", "nom": "A"}',
        '{"kind": "partenaires", "id": "b", "nom": "B"}',
        '{"kind": "applications", "id": "a", "nom": "A"}',
        '{"kind": "partenaires", "id": "c", "nom": "  "}',
        '{"kind": "partenaires", "id": "é", "nom": "\\u00e9"}',
        '{"kind": "partenaires"}', '{"kind": "rien", "id": "x"}', "[]", "no json", "", "   ",
    ]
)  # fmt: skip


def write(path, lines, end="\n"):
    path.write_text("\n".join([json.dumps(HEAD), *lines]) + end, encoding="utf-8")
    return path


@settings(deadline=None, max_examples=50)
@given(
    lines=st.lists(LINES, max_size=40), block=st.integers(1, 400), end=st.sampled_from(["", "\n"])
)
def test_blocks_find_what_the_whole_finds(tmp_path_factory, lines, block, end):
    path = write(tmp_path_factory.mktemp("lines") / "r.jsonl", lines, end)
    found = list(check_line_stream(path, block=block))
    assert sorted(map(str, found)) == sorted(map(str, check_lines(path)))
    numbers = [p.line for p in found if "already appears" not in p.message]
    assert numbers == sorted(numbers)


def test_processes_find_what_one_finds(tmp_path):
    lines = [
        json.dumps({"kind": "partenaires", "id": f"p-{n % 900}", "nom": "P"}) for n in range(1000)
    ]
    lines[500] = '{"kind": "partenaires", "id": 3}'
    path = write(tmp_path / "r.jsonl", lines)
    one = list(check_line_stream(path, block=5000))
    assert list(check_line_stream(path, block=5000, workers=2)) == one
    assert len(one) == 102


def test_the_profile_of_the_register_holds(tmp_path):
    from pathlib import Path

    source = Path(__file__).parents[2] / "examples" / "recife" / "profil.toml"
    if not source.is_file():
        pytest.skip("the example of Recife is not beside the tests")
    (tmp_path / "profil.toml").write_bytes(source.read_bytes())
    head = {**HEAD, "profil": "profil.toml"}
    record = {
        "kind": "traitements", "id": "t", "nom": "T", "responsable": "r",
        "finalites": [{"nom": "F", "bases_legales": ["politicas_publicas"]}],
    }  # fmt: skip
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps(head) + "\n" + json.dumps(record) + "\n", encoding="utf-8")
    assert list(check_line_stream(path)) == list(check_lines(path))
    without = LineCheck()(pa.RecordBatch.from_pydict({"line": [2], "text": [json.dumps(record)]}))
    assert "finalites" in without["path"].to_pylist()[0]
    profile = LineCheck(str(tmp_path / "profil.toml"))
    batch = pa.RecordBatch.from_pydict({"line": [2], "text": [json.dumps(record)]})
    assert profile(batch).num_rows == len(list(check_lines(path)))


@pytest.mark.parametrize("text", ["", "{}", '{"kind": "partenaires"}'])
def test_a_file_without_manifest_is_refused(tmp_path, text):
    path = tmp_path / "r.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RegisterError):
        list(check_line_stream(path))


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("charte_registry.files.line_batches.MAX_LINE", 1000)
    path = write(tmp_path / "r.jsonl", ["x" * 5000])
    with pytest.raises(RegisterError, match="longer than"):
        list(check_line_stream(path, block=10))


def test_a_null_line_is_no_record():
    batch = pa.RecordBatch.from_pydict({"line": [2], "text": pa.array([None], pa.string())})
    assert LineCheck()(batch)["message"].to_pylist()[0].startswith("expected a table")
