"""Linked data: an RDF library reads it, every field is in it, and every term exists."""

import datetime as dt
import json
import re
from pathlib import Path
from urllib.parse import quote, unquote

import attrs
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SDO, SKOS
from strategies import records

from charte_registry import (
    Finalite,
    JeuDeDonnees,
    Organisme,
    Partenaire,
    Register,
    RegisterError,
    Traitement,
    Transfert,
    load_register,
    structure,
    unstructure,
)
from charte_registry.exchange.exporters.jsonld import COUNTRIES, jsonld_document, jsonld_text
from charte_registry.records import KINDS
from charte_registry.records.formats import URL
from charte_registry.schema.terms import CLASSES, CODES, COMMON, FIELDS, OWN, PREFIXES, expand
from charte_registry.vocabularies.country_names import NAMES

# rdflib 7 reads JSON-LD through a class that it deprecates itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

BASE = "https://example.org/registre"
# The terms of DPV that are written: a check where the whole vocabulary is not there.
DPV = Path(__file__).with_name("dpv_2.3_used.txt").read_text(encoding="utf-8").splitlines()
TERMS = {line for line in DPV if line and not line.startswith("#")}
SHIPPED = {str(space): space for space in (DCAT, DCTERMS, FOAF, SDO, SKOS)}  # by rdflib


def register(**kinds):
    held = {kind: {item.id: item for item in items} for kind, items in kinds.items()}
    return Register(
        titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records=held
    )


def graph(source, base=BASE):
    text = jsonld_text(source, base)
    return rdflib.Graph().parse(data=text, format="json-ld", publicID=f"{BASE}/")


def iri(text):
    return rdflib.URIRef(f"{BASE}/{text}")


def term(short):
    return rdflib.URIRef(expand(short))


# Terms


def test_every_iri_of_dpv_that_is_written_exists_in_version_2_3(real_data):
    path = real_data / "dpv/dpv_2.3_terms.txt"
    if not path.is_file():
        pytest.skip(f"no terms of DPV at {path}")
    known = set(path.read_text("utf-8").split())
    assert {expand(short) for short in TERMS} <= known
    assert {f"{COUNTRIES}{code}" for code in NAMES} <= known
    assert len(known) > 9000


USED = sorted(
    {*CLASSES.values(), *COMMON.values()}
    | {short for fields in FIELDS.values() for short in fields.values()}
    | {short for codes in CODES.values() for short in codes.values()}
)


@pytest.mark.parametrize("short", [s for s in USED if s.startswith(("dpv:", "eu-gdpr:"))])
def test_every_term_of_dpv_exists(short):
    assert short in TERMS


@pytest.mark.parametrize("short", [s for s in USED if expand(s).startswith(tuple(SHIPPED))])
def test_every_term_of_dcat_and_the_like_exists(short):
    whole = rdflib.URIRef(expand(short))
    (space,) = (space for start, space in SHIPPED.items() if whole.startswith(start))
    assert whole in space


def test_no_term_stands_outside_the_vocabularies_that_are_checked():
    checked = ("dpv:", "eu-gdpr:", "eu-frequency:", "eu-theme:", "spdx:")
    assert [
        s for s in USED if not s.startswith(checked) and not expand(s).startswith(tuple(SHIPPED))
    ] == []


# The graph


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.tuples(st.just(kind), records(kind))))
def test_every_record_parses_and_comes_back_from_another_syntax(drawn):
    kind, record = drawn
    found = graph(register(**{kind: [record]}))
    again = rdflib.Graph().parse(data=found.serialize(format="nt"), format="nt")
    assert isomorphic(found, again)
    vocabularies = tuple({*PREFIXES.values(), OWN, str(RDF)})
    assert all(str(predicate).startswith(vocabularies) for predicate in found.predicates())
    node = iri(f"{kind}/{record.id}")
    assert (node, DCTERMS.identifier, rdflib.Literal(record.id)) in found
    stated = {expand(fields) for fields in _terms(record)}
    assert stated <= {str(predicate) for predicate in found.predicates(node)}


def _terms(record):
    from charte_registry.schema.terms import term

    for name, value in unstructure(record).items():
        if value != []:
            yield term(type(record).__name__, name)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.tuples(st.just(kind), records(kind))))
def test_the_document_is_the_record_with_names_as_iris(drawn):
    kind, record = drawn
    node = jsonld_document(register(**{kind: [record]}))["@graph"][-1]
    assert node["@id"] == f"{kind}/{record.id}"
    assert structure(KINDS[kind], _plain(node)) == _encoded(record)


def _encoded(value):
    """The record with the web addresses as IRIs: the only text that is written otherwise."""
    if isinstance(value, tuple):
        return tuple(map(_encoded, value))
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return re.sub(r'[\x00-\x20<>"{}|\\^`]', lambda sign: quote(sign[0]), value)
    if not attrs.has(type(value)):
        return value
    addresses = [
        f.name
        for f in attrs.fields(type(value))
        if f.metadata["format"] is URL
        or attrs.has(type(getattr(value, f.name)))
        or isinstance(getattr(value, f.name), tuple)
    ]
    return attrs.evolve(value, **{name: _encoded(getattr(value, name)) for name in addresses})


def _plain(value):
    """The node as plain data again: what JSON-LD adds is taken off."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            return unquote(value["@id"].removeprefix(COUNTRIES).rpartition("/")[2])
        return {name: _plain(inner) for name, inner in value.items() if not name.startswith("@")}
    return value


def test_a_name_that_no_iri_holds_is_encoded():
    source = register(
        partenaires=[
            Partenaire(id="p", nom="P", organisme='a "b"/é', page="https://example.org/{a|b}")
        ]
    )
    found = graph(source)
    assert iri("organismes/a%20%22b%22%2F%C3%A9") in set(found.objects())
    assert rdflib.URIRef("https://example.org/%7Ba%7Cb%7D") in set(found.objects())


def test_a_processing_is_told_in_dpv():
    aides = Traitement(
        id="aides", nom="Aides", responsable="ccas",
        finalites=(Finalite(nom="Verser", bases_legales=("mission_interet_public",)),),
        transferts=(Transfert(pays="CA", garantie="clauses_types_commission"), Transfert(pays="Kosovo")),
    )  # fmt: skip
    found = graph(register(traitements=[aides], organismes=[Organisme(id="ccas", nom="CCAS")]))
    node = iri("traitements/aides")
    assert found.value(node, term("dpv:hasDataController")) == iri("organismes/ccas")
    assert found.value(iri("organismes/ccas"), FOAF.name) == rdflib.Literal("CCAS")
    purpose = found.value(node, term("dpv:hasPurpose"))
    assert found.value(purpose, RDF.type) == term("dpv:Purpose")
    assert found.value(purpose, term("dpv:hasLegalBasis")) == term("eu-gdpr:A6-1-e")
    countries = set(found.objects(None, term("dpv:hasCountry")))
    assert countries == {rdflib.URIRef(f"{COUNTRIES}CA"), rdflib.Literal("Kosovo")}


def test_the_catalogue_holds_the_datasets():
    found = graph(register(jeux_de_donnees=[JeuDeDonnees(id="j", titre="Parcs-relais")]))
    catalogue = iri("registre")
    assert found.value(catalogue, RDF.type) == DCAT.Catalog
    assert found.value(catalogue, DCTERMS.title) == rdflib.Literal("R")
    assert found.value(catalogue, DCAT.dataset) == iri("jeux_de_donnees/j")
    assert found.value(iri("jeux_de_donnees/j"), RDF.type) == DCAT.Dataset


def test_without_a_base_names_are_relative_to_where_the_document_is():
    source = register(jeux_de_donnees=[JeuDeDonnees(id="j", titre="J")])
    assert isomorphic(graph(source, None), graph(source))
    assert "@base" not in jsonld_document(source)["@context"]


def test_a_base_that_is_no_address_is_refused():
    with pytest.raises(RegisterError, match="'registre' is not a valid web address"):
        jsonld_document(register(), "registre")


def test_the_example_is_one_graph_without_dangling_names(examples):
    source = load_register(examples / "nantes_2020")
    few = {kind: dict(list(items.items())[:5]) for kind, items in source.records.items()}
    few["organismes"] = dict(source.records["organismes"])
    document = json.loads(jsonld_text(attrs.evolve(source, records=few)))
    assert len(document["@graph"]) == 1 + sum(map(len, few.values()))
    found = graph(attrs.evolve(source, records=few))
    bodies = {iri(f"organismes/{name}") for name in few["organismes"]}
    assert {o for o in found.objects() if str(o).startswith(f"{BASE}/organismes/")} <= bodies
