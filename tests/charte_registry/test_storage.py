"""Registers in files: there and back, byte for byte what did not change, and nothing by halves."""

import shutil

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import records, registers

from charte_registry import load_register, save_register
from charte_registry.records import KINDS

FORMS = ("toml", "yaml", "csv", "json", "jsonl")
any_kind = st.sampled_from(sorted(KINDS))


def target(folder, form):
    return folder / (f"register.{form}" if form.startswith("json") else form)


def save(register, path, form):
    save_register(register, path, layout=None if form.startswith("json") else form)


def bytes_of(path):
    """Return every file of a register, by its name."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return {file.relative_to(path.parent).as_posix(): file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """Return a function to a folder that is empty each time."""
    root = tmp_path_factory.mktemp("registers")

    def empty():
        shutil.rmtree(root)
        root.mkdir()
        return root

    return empty


# There and back


@pytest.mark.parametrize("form", FORMS)
@given(register=registers())
@settings(max_examples=40, deadline=None)
def test_a_register_comes_back_equal_and_saving_it_again_changes_no_byte(scratch, form, register):
    path = target(scratch(), form)
    save(register, path, form)
    again = load_register(path)
    assert again == register
    before = bytes_of(path)
    save_register(again, path)
    assert bytes_of(path) == before


@pytest.mark.parametrize("form", FORMS)
@given(register=registers(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_change_touches_the_files_of_its_records_only(scratch, form, register, data):
    path = target(scratch(), form)
    save(register, path, form)
    before = bytes_of(path)
    kind = data.draw(any_kind)
    other = data.draw(records(kind))
    names = sorted(register.records.get(kind, {}))
    if names and data.draw(st.booleans()):
        other = attrs.evolve(other, id=data.draw(st.sampled_from(names)))
    changed = load_register(path).with_record(kind, other)
    if names and data.draw(st.booleans()):
        changed = changed.without(kind, data.draw(st.sampled_from(names)))
    save_register(changed, path)
    assert load_register(path) == changed
    touched = {n for n, content in bytes_of(path).items() if before.get(n) != content}
    touched |= set(before) - set(bytes_of(path))
    assert all(kind in name for name in touched) or form.startswith("json")
    save_register(register, path)
    assert load_register(path) == register
