"""What the service promises, and what schemathesis makes of its description."""

import importlib
import json
import logging
import re
import sys
from pathlib import Path

import jsonschema
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings

from charte_registry import load_register

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "examples/service"))
create_app = importlib.import_module("service").create_app
APP = create_app()
schema = schemathesis.openapi.from_asgi("/openapi.json", APP)
TRANSPORT = "/v1/tariffs/nantes/transport"


@pytest.fixture(scope="module")
def client():
    return TestClient(APP)


@schema.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_endpoint_answers_as_described(case):
    case.call_and_validate(
        excluded_checks=[
            # a rule and a calendar refuse more than a schema can say, with a 422 that says why
            schemathesis.checks.positive_data_acceptance,
        ]
    )


def test_health(client):
    assert client.get("/health").json()["status"] == "ok"


def test_a_tariff_with_its_explanation(client):
    reply = client.post(
        TRANSPORT, json={"quotient_familial": 620, "age": 30}, params={"explain": 1}
    )
    assert reply.json()["outputs"]["taux_reduction"] == 0.7
    assert "500" in reply.json()["explanation"]["text"]


def test_all_that_is_wrong_comes_at_once_with_its_place(client):
    reply = client.post(TRANSPORT, json={"quotient_familial": 5, "age": "x", "commune": None})
    assert reply.status_code == 422
    assert {one["input"] for one in reply.json()["errors"]} == {"age", "commune"}
    reply = client.post(TRANSPORT, json={"quotient_familial": 5, "age": 30, "errors": "null"})
    assert [one["input"] for one in reply.json()["errors"]] == ["errors"]  # no option of ours
    people = [{"quotient_familial": 5, "age": 30}, {"quotient_familial": -1, "age": 500}]
    (first, second) = client.post(f"{TRANSPORT}/batch", json={"people": people}).json()["errors"]
    assert (first["input"], first["positions"], first["value"]) == ("quotient_familial", [1], -1)
    assert (second["input"], second["positions"]) == ("age", [1])


@pytest.mark.parametrize(
    ("body", "lang", "message"),
    [
        ({"quotient_familial": -1, "age": 30}, "pt", "não está entre 0 e 100.000.000"),
        ({"quotient_familial": 5, "age": "x"}, "pt", "age: tipo esperado: number"),
        ({"quotient_familial": 5, "age": "x"}, "fr", "age : type attendu : number"),
        ({"quotient_familial": 5, "age": "x"}, "en", "age: expected number"),
    ],
)
def test_messages_are_in_the_language_asked_for(client, body, lang, message):
    (error,) = client.post(TRANSPORT, json=body, params={"lang": lang}).json()["errors"]
    assert message in error["message"]


def test_the_service_has_its_own_words_in_each_language():
    service = importlib.import_module("service")
    for words in service.WORDS.values():
        assert len(set(words)) == len(service.LANGUAGES)
        assert len({tuple(re.findall(r"{\w+}", text)) for text in words}) == 1


def test_limits(client):
    assert client.post(TRANSPORT, json={"x": "y" * 20_000}).status_code == 413
    people = [{"quotient_familial": 5, "age": 30}] * 1_001
    assert client.post(f"{TRANSPORT}/batch", json={"people": people}).status_code == 422
    assert client.post(TRANSPORT, content=b"[" * 9_000).status_code == 415
    head = {"content-type": "application/json"}
    assert client.post(TRANSPORT, content=b"[" * 9_000, headers=head).status_code == 400
    assert client.post(TRANSPORT, content=b'{"age": NaN}', headers=head).status_code == 400
    span = {"start": "2020-09-01", "end": "2022-06-30"}
    assert client.post("/v1/canteens/forecast", json=span).status_code == 422


def test_forecasts(client):
    span = {"start": "2022-03-07", "end": "2022-03-11"}
    found = client.post("/v1/canteens/forecast", json=span, params={"explain": 1}).json()
    assert len(found["rows"]) == len(found["explanations"]) == 80


def test_a_register(client):
    register = load_register(ROOT / "examples/nantes_2020")
    reply = client.post(
        "/v1/register/check", json=register.to_dict(), params={"lang": "en", "on": "2020-12-15"}
    )
    found = [(one["code"], one["record"], one["message"]) for one in reply.json()["findings"]]
    assert sorted(found) == sorted(
        (f.rule, f.record, f.message) for f in register.check("2020-12-15")
    )
    errors = client.post("/v1/register/check", json={"titre": 3}).json()["errors"]
    assert ("not_text", "titre") in {(one["code"], one["field"]) for one in errors}


def test_the_description_is_valid_and_its_examples_are(client):
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                jsonschema.validate(content["example"], content["schema"])
                assert client.post(path, json=content["example"]).status_code == 200


def test_the_log_holds_no_personal_data(client, caplog):
    caplog.set_level(logging.INFO, logger="charte.service")
    client.post(TRANSPORT, json={"quotient_familial": 612.34, "age": 37}, params={"lang": "fr"})
    (record,) = [r for r in caplog.records if r.name == "charte.service"]
    line = json.loads(record.getMessage())
    assert line.keys() == {"method", "route", "status", "ms"}
    assert line["route"] == TRANSPORT
