"""The published files: tables, context, pages; those in the repository are those of the classes."""

import json
import re
from pathlib import Path

import attrs
import frictionless
import jsonschema
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.namespace import DCAT, DCTERMS, FOAF, SDO, SKOS
from strategies import records

from charte_registry import unstructure
from charte_registry.cli import main
from charte_registry.records import KINDS
from charte_registry.schema import schema_files
from charte_registry.schema.context import jsonld_context
from charte_registry.schema.examples import example
from charte_registry.schema.markdown import kind_page
from charte_registry.schema.shape import parts, shapes
from charte_registry.schema.table_schema import table_schema
from charte_registry.schema.terms import CLASSES, CODES, COMMON, FIELDS, OWN, PREFIXES, expand, term
from charte_registry.schema.versions import VERSION, VERSIONS
from charte_registry.vocabularies import rgpd

# rdflib 7 reads JSON-LD through a class that it deprecates itself.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"
EVERY = [*KINDS.values(), *parts(*KINDS.values())]


# What is committed


def test_the_committed_schema_is_what_the_classes_say():
    folder = SCHEMAS / VERSION
    committed = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip
    fresh = schema_files()
    assert set(committed) == set(fresh)
    differ = [name for name in fresh if committed[name] != fresh[name]]
    assert differ == [], f"run charte-registry schema --output schemas/{VERSION}"


def test_every_published_version_is_kept():
    assert {path.name for path in SCHEMAS.iterdir() if path.is_dir()} == set(VERSIONS)


def test_the_command_writes_the_files_and_nothing_over_others(tmp_path, capsys):
    assert main(["schema", "--output", str(tmp_path / "new")]) == 0
    assert "see" in capsys.readouterr().out
    written = [path for path in (tmp_path / "new").rglob("*") if path.is_file()]
    assert len(written) == len(schema_files())
    assert main(["schema", "--output", str(tmp_path / "new")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


# Tables


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_schema_has_the_columns_that_a_table_can_have(kind):
    schema = frictionless.Schema.from_descriptor(table_schema(kind))
    assert schema.field_names == list(_columns(KINDS[kind]))
    assert schema.primary_key == ["id"]


def _columns(cls, prefix=""):
    for shape in shapes(cls):
        if shape.part is None:
            yield prefix + shape.name
        elif not shape.several:
            yield from _columns(shape.part, f"{prefix}{shape.name}.")


def _read(text, kind):
    """Return what is wrong with a CSV table, read by its columns."""
    schema = table_schema(kind)
    by_name = {field["name"]: field for field in schema["fields"]}
    columns = [by_name[name] for name in text.splitlines()[0].split(",")]
    resource = frictionless.Resource(
        data=text.encode(), format="csv",
        schema=frictionless.Schema.from_descriptor(schema | {"fields": columns}),
    )  # fmt: skip
    return [error.message for error in resource.validate().task.errors]


def test_the_tables_of_the_example_register_are_read(examples):
    tables = sorted((examples / "nantes_2020").glob("*.csv"))
    assert len(tables) >= 8
    for path in tables:
        assert _read(path.read_text("utf-8"), path.stem) == []


@pytest.mark.parametrize(
    "row",
    [
        "a,F,x,2019,1,1", "a,F,-1,2019,1,1", ",F,2018,2019,1,1", "a,,2018,2019,1,1",
        "é,F,2018,2019,1,1", "a,F,2018,2019,1",
    ],
)  # fmt: skip
def test_a_bad_row_is_refused(row):
    head = "id,intitule,debut,fin,sessions,personnes\n"
    assert _read(head + "a,F,2018,2019,1,1\n", "formations") == []
    assert _read(head + row + "\n", "formations")


# Terms


def test_terms_are_those_of_fields_that_exist():
    names = {cls.__name__: {field.name for field in attrs.fields(cls)} for cls in EVERY}
    assert set(CLASSES) <= set(names)
    assert set(COMMON) <= set().union(*names.values())
    for cls, terms in FIELDS.items():
        assert set(terms) <= names[cls]
    assert not set(PREFIXES) & set().union(*names.values())


def _all_terms():
    own = [*CLASSES.values(), *COMMON.values()]
    for terms in (*FIELDS.values(), *CODES.values()):
        own += terms.values()
    return sorted(set(own))


def test_terms_of_closed_vocabularies_exist():
    known = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "sdo": SDO, "skos": SKOS}
    checked = [short for short in _all_terms() if short.partition(":")[0] in known]
    assert len(checked) >= 20
    for short in checked:
        prefix, _, name = short.partition(":")
        assert str(known[prefix]) == PREFIXES[prefix]
        assert name in known[prefix], short


def test_terms_of_the_gdpr_are_those_of_the_article_that_the_code_names():
    lists = (rgpd.BASES_LEGALES, rgpd.FONDEMENTS_ARTICLE_9, rgpd.GARANTIES, rgpd.DROITS)
    for codes in lists:
        for terme in codes:
            article = re.match(r"RGPD art\. (\d+)(?:\((\d)\))?(?:\((\w)\))?", terme.source)
            short = CODES[codes.nom].get(terme.code)
            if short is None:
                assert terme.code in ("derogation_interets_legitimes_imperieux", "autre")
                continue
            found = "-".join(part for part in article.groups() if part)
            assert short == f"eu-gdpr:A{found}" or short == f"eu-gdpr:A{found}-3" == "eu-gdpr:A45-3"


def test_codes_with_a_term_are_codes_of_the_list():
    lists = {
        s.vocabulaire.nom: s.vocabulaire for cls in EVERY for s in shapes(cls) if s.vocabulaire
    }
    for name, codes in CODES.items():
        assert name == "licences" or set(codes) <= set(lists[name].codes)


# The graph


def graph(kind, plain):
    node = {"@id": f"https://example.org/{kind}/{plain['id']}", "@type": KINDS[kind].__name__}
    text = json.dumps(jsonld_context() | {"@graph": [node | plain]})
    return rdflib.Graph().parse(data=text, format="json-ld", publicID="https://example.org/")


def test_a_dataset_is_one_of_dcat():
    found = graph("jeux_de_donnees", example("jeux_de_donnees"))
    (dataset,) = found.subjects(rdflib.RDF.type, DCAT.Dataset)
    assert found.value(dataset, DCTERMS.title) == rdflib.Literal("Parcs-relais")
    assert found.value(dataset, DCTERMS.license) == rdflib.URIRef(
        "https://spdx.org/licenses/ODbL-1.0"
    )
    assert str(found.value(dataset, DCTERMS.accrualPeriodicity)) == expand("eu-frequency:MONTHLY")
    assert str(found.value(dataset, DCAT.theme)) == expand("eu-theme:TRAN")
    access = found.value(found.value(dataset, DCAT.distribution), DCAT.accessURL)
    assert access == rdflib.URIRef("https://data.example.org/parcs-relais.csv")
    assert found.value(dataset, DCTERMS.issued).datatype == rdflib.XSD.date


def test_a_processing_says_its_legal_bases_in_terms_of_the_gdpr():
    found = graph("traitements", example("traitements"))
    bases = {str(o) for o in found.objects(None, rdflib.URIRef(expand("dpv:hasLegalBasis")))}
    assert bases == {expand(f"eu-gdpr:{name}") for name in ("A6-1-e", "A6-1-c", "A9-2-b")}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=5)
@given(data=st.data())
def test_every_record_is_a_graph_in_known_terms(kind, data):
    plain = unstructure(data.draw(records(kind)), iso=True)
    known = tuple({*PREFIXES.values(), OWN, str(rdflib.RDF)})
    assert all(str(predicate).startswith(known) for _, predicate, _ in graph(kind, plain))


@pytest.mark.parametrize("kind", KINDS)
def test_each_field_of_the_example_is_in_the_graph(kind):
    found = {str(predicate) for _, predicate, _ in graph(kind, example(kind))}
    assert {expand(term(KINDS[kind].__name__, name)) for name in example(kind)} <= found


# Pages


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_holds_every_field_and_code_and_the_example(kind):
    page = kind_page(kind)
    for cls in (KINDS[kind], *parts(KINDS[kind])):
        for shape in shapes(cls):
            assert f"\n| `{shape.name}` | {shape.labels['fr']} |" in page
            if shape.vocabulaire is not None:
                assert f"## Codes of `{shape.vocabulaire.nom}`" in page
                assert all(f"\n| `{code}` |" in page for code in shape.choices)
    assert f'\nid = "{example(kind)["id"]}"\n' in page


@pytest.mark.parametrize("version", VERSIONS)
def test_schemas_of_every_version_are_schemas_named_after_it(version):
    files = sorted((SCHEMAS / version / "json").glob("*.json"))
    assert files
    for path in files:
        schema = json.loads(path.read_text("utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        assert (
            schema["$id"]
            == f"urn:charte-donnee:schema:{version}:{path.name.removesuffix('.schema.json')}"
        )
