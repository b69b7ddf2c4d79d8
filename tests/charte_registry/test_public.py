"""The public extract: a canary in every internal field, and none in any public output."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import records

from charte_registry import (
    Contact,
    Register,
    load_register,
    public,
    published,
    save_register,
    unstructure,
)
from charte_registry.cli import main
from charte_registry.files.skeleton import part_of
from charte_registry.records import KINDS
from charte_registry.records.base import INTERNE, is_internal
from charte_registry.records.formats import COURRIEL

EXAMPLE = "examples/nantes_2020"
CANARY = "canari-b7e1"
PUBLIC_KINDS = [kind for kind, cls in KINDS.items() if not is_internal(cls)]
RECORDS = st.sampled_from(PUBLIC_KINDS).flatmap(records)


def with_canaries(part, *, hidden=False):
    """Return a record with a canary in every text of an internal field, at whatever depth."""
    changes = {}
    for field in attrs.fields(attrs.resolve_types(type(part))):
        value = getattr(part, field.name)
        inside = hidden or field.metadata["visibility"] == INTERNE
        kind, several = part_of(field.type)
        if attrs.has(kind):
            value = kind() if kind is Contact and value is None else value
            items = value if several else () if value is None else (value,)
            marked = tuple(with_canaries(item, hidden=inside) for item in items)
            changes[field.name] = marked if several else next(iter(marked), None)
        elif inside and kind is str and not field.metadata["choices"]:
            form = field.metadata["format"]
            text = f"{CANARY}@example.org" if form is COURRIEL else CANARY
            changes[field.name] = (text,) if several else text
    return attrs.evolve(part, **changes)


@given(RECORDS)
def test_no_canary_is_published(record):
    marked = with_canaries(record)
    assert CANARY not in repr(published(marked))
    assert unstructure(published(marked)) == unstructure(published(record))


@given(RECORDS)
def test_publishing_twice_changes_nothing_more(record):
    once = published(record)
    assert published(once) == once
    assert type(once) is type(record)


@pytest.mark.parametrize("kind", PUBLIC_KINDS)
def test_an_internal_field_can_be_left_out(kind):
    """A field that a record cannot do without is public, or all that holds it is internal."""
    _walk(KINDS[kind])


def _walk(cls):
    for field in attrs.fields(attrs.resolve_types(cls)):
        if field.metadata["visibility"] == INTERNE:
            assert field.default is not attrs.NOTHING, f"{cls.__name__}.{field.name}"
        else:
            for part in getattr(field.type, "__args__", (field.type,)):
                if attrs.has(part):
                    _walk(part)


def test_the_extract_keeps_every_record_and_figure_and_no_file():
    whole = load_register(EXAMPLE)
    extract = public(whole)
    assert extract.indicators(2020) == whole.indicators(2020)
    assert {k: list(r) for k, r in extract.records.items() if r} == {
        k: list(r) for k, r in whole.records.items() if r
    }
    assert extract.places == {}
    assert isinstance(extract, Register)


def test_the_command_writes_a_register_that_reads_back_without_internal_fields(tmp_path, capsys):
    whole = load_register(EXAMPLE)
    dpo = Contact(nom=CANARY, courriel=f"{CANARY}@example.org")
    organisme = attrs.evolve(whole.records["organismes"]["metropole"], contact=dpo)
    save_register(whole.with_record("organismes", organisme), tmp_path / "registre")
    command = ["public", str(tmp_path / "registre"), str(tmp_path / "public")]
    assert main(command) == 0
    extract = load_register(tmp_path / "public")
    expected = public(whole).records
    assert {k: r for k, r in extract.records.items() if r} == {
        k: r for k, r in expected.items() if r
    }
    files = [path for path in (tmp_path / "public").rglob("*") if path.is_file()]
    assert not [path for path in files if CANARY in path.read_text("utf-8")]
    assert load_register(tmp_path / "registre").records["organismes"]["metropole"].contact == dpo
    capsys.readouterr()
    assert main(command) == 2
    assert main(["public", str(tmp_path / "registre"), str(tmp_path / "registre")]) == 2
    assert capsys.readouterr().err.count("already exists") == 2
    assert load_register(tmp_path / "registre").records["organismes"]["metropole"].contact == dpo
