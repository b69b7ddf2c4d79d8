"""The three packages behind JSON endpoints: FastAPI, without state, described by their own schemas.

``uvicorn --factory service:create_app`` serves it; ``GET /docs`` shows what it answers.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

import attrs
from fastapi import FastAPI, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import charte_registry as registry
import prevision_cantine as cantine
import tarifs_solidaires as tarifs

log = logging.getLogger("charte.service")
KILO, MEGA = 1_000, 1_000_000


@attrs.frozen(kw_only=True)
class Settings:
    """What one installation serves.

    Parameters
    ----------
    rules : sequence of str
        Rules, by name or file.
    day : date
        The day of which the tariffs are computed.
    city : City, optional
        The city whose meals are forecast; without it there is a made one.
    until : str
        Last day that the forecaster learns from.
    max_person, max_people, max_register : int
        Largest bodies, in bytes.
    people, rows : int
        Most people and most canteens and days of a request.
    """

    rules: Sequence[str] = ("nantes/transport", "nantes/eau")
    day: dt.date = dt.date(2023, 6, 1)
    city: cantine.City | None = None
    until: str = "2022-02-01"
    max_person: int = 10 * KILO
    max_people: int = MEGA
    max_register: int = 8 * MEGA
    people: int = 1_000
    rows: int = 2_000


LANGUAGES = ("en", "fr", "pt")
WORDS: dict[str, tuple[str, str, str]] = {  # what the service itself refuses, by code
    "media_type": (
        "expected application/json", "application/json est attendu", "espera-se application/json",
    ),
    "too_large": (
        "a body has {most} bytes at most", "un corps a au plus {most} octets",
        "um corpo tem no máximo {most} bytes",
    ),
    "not_json": (
        "the body is not JSON", "le corps n'est pas du JSON", "o corpo não é JSON",
    ),
    "not_object": ("expected an object", "un objet est attendu", "espera-se um objeto"),
    "unknown_field": ("{input} is unknown", "{input} est inconnu", "{input} é desconhecido"),
    "missing": ("{input} is missing", "{input} manque", "falta {input}"),
    "type": (
        "{input}: expected {expected}", "{input} : type attendu : {expected}",
        "{input}: tipo esperado: {expected}",
    ),
    "count_people": ("1 to {most} people", "de 1 à {most} personnes", "de 1 a {most} pessoas"),
    "count_rows": (
        "{most} canteens and days at most", "au plus {most} cantines et jours",
        "no máximo {most} cantinas e dias",
    ),
    "other_inputs": (
        "all people of a request have the same inputs",
        "toutes les personnes d'une demande ont les mêmes données",
        "todas as pessoas de um pedido têm os mesmos dados",
    ),
}  # fmt: skip


def language_of(request: Request) -> str:
    """Return the language of the messages: the ``lang`` of the address, else English."""
    lang = request.query_params.get("lang", "")
    return lang if lang in LANGUAGES else "en"


class RefusedError(Exception):
    """A request that is not answered, with the status that says so."""

    def __init__(self, status: int, *errors: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.status, self.errors = status, errors


def refused(status: int, code: str, **more: Any) -> RefusedError:
    """Return a refusal with one error."""
    return RefusedError(status, {"code": code, **more})


# -- bodies ------------------------------------------------------------------------------------


async def body(request: Request, limit: int) -> dict[str, Any]:
    """Return the JSON object of a request, read no further than its limit."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise refused(415, "media_type")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise refused(413, "too_large", most=limit)
        parts.append(part)
    try:
        found = json.loads(b"".join(parts), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise refused(400, "not_json") from None
    if not isinstance(found, dict):
        raise refused(422, "not_object")
    return found


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def answer(data: Any, status: int = 200) -> Response:
    """Return plain values as JSON."""
    content = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(content.encode("utf-8", "replace"), status, media_type="application/json")


TYPES = {
    "string": str, "array": list, "object": dict, "number": int | float, "integer": int | float,
    "boolean": bool,
}  # fmt: skip


def is_of(value: Any, kind: str) -> bool:
    """Return whether a value is of a type of JSON Schema; true and false are no numbers."""
    return isinstance(value, TYPES[kind]) and isinstance(value, bool) == (kind == "boolean")


def asked(data: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Refuse a body that has not the keys of a schema, or not of its types."""
    errors: list[dict[str, Any]] = [
        {"code": "unknown_field", "input": name}
        for name in data
        if name not in schema["properties"]
    ]
    for name, one in schema["properties"].items():
        if name not in data:
            if name in schema.get("required", ()):
                errors.append({"code": "missing", "input": name})
        elif not is_of(data[name], one["type"]):
            errors.append({"code": "type", "input": name, "expected": one["type"]})
    if errors:
        raise RefusedError(422, *errors)


def plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema as a part of a description."""
    return {name: value for name, value in schema.items() if name != "$schema"}


# -- description -------------------------------------------------------------------------------

ERROR = {
    "type": "object",
    "properties": {
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                "required": ["code", "message"],
            },
        }
    },
    "required": ["errors"],
}
REFUSALS = {
    400: "The body is no JSON.",
    413: "The body is too large.",
    415: "The body is not JSON by its type.",
    422: "A value is not right: each with its code, its place, the value and what to do.",
}


def described(schema: Mapping[str, Any], example: Any, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what FastAPI adds to the description of an endpoint."""
    content = {"application/json": {"schema": plain(schema), "example": example}}
    failures = {
        str(status): {
            "description": text, "content": {"application/json": {"schema": ERROR}},
        }
        for status, text in REFUSALS.items()
    }  # fmt: skip
    done = {"description": "Done.", "content": {"application/json": {"schema": plain(result)}}}
    return {
        "requestBody": {"required": True, "content": content},
        "responses": {"200": done, **failures},
    }


# -- tariffs -----------------------------------------------------------------------------------


def add_rule(app: FastAPI, name: str, settings: Settings) -> None:
    """Add the endpoints of one rule."""
    rule = tarifs.load_rule(name, on=settings.day)
    one = tarifs.make_population(rule, 1, seed=3)
    schema = rule.input_schema("en")
    example = {
        item.name: one[item.name][0].item() if item.kind != "date" else str(one[item.name][0])
        for item in rule.inputs
        if item.name in one and item.name in schema["properties"]
    }
    wholes = [n for n, p in schema["properties"].items() if p["type"] == "integer" and n in example]
    example |= {n: int(example[n]) for n in wholes}
    path, tag = f"/v1/tariffs/{rule.name}", [rule.name]
    single = {**rule.output_schema("en"), "additionalProperties": True}

    said_in = Query(rule.languages[0], pattern=f"^({'|'.join(rule.languages)})$")

    async def compute(request: Request, explain: bool = False, lang: str = said_in) -> Response:
        person = await body(request, settings.max_person)
        typed([person], schema)
        result = rule.compute(person)
        data = result.to_dict(lang)
        if explain:
            told = result.explain(lang=lang)
            data["explanation"] = {"text": str(told), "facts": told.to_dict()}
        return answer(data)

    people = {
        "type": "object",
        "properties": {
            "people": {
                "type": "array", "items": plain(schema), "minItems": 1,
                "maxItems": settings.people,
            }
        },
        "required": ["people"],
        "additionalProperties": False,
    }  # fmt: skip

    async def batch(request: Request, lang: str = said_in) -> Response:
        data = await body(request, settings.max_people)
        asked(data, people)
        given = columns(data["people"], settings.people)
        typed(data["people"], schema)
        return answer(rule.compute(given).to_dict(lang))

    async def about() -> Response:
        return answer({**rule.to_dict(), "input_schema": schema})

    add = partial(app.add_api_route, tags=tag)
    add(f"{path}/about", about, methods=["GET"], name=f"About {rule.name}")
    extra = described(schema, example, single)
    add(path, compute, methods=["POST"], openapi_extra=extra, name=f"Compute {rule.name}")
    extra = described(people, {"people": [example]}, rule.output_schema("en", many=True))
    add(f"{path}/batch", batch, methods=["POST"], openapi_extra=extra, name=f"Batch {rule.name}")


def columns(people: Sequence[Any], most: int) -> dict[str, list[Any]]:
    """Return people, each with the same inputs, as a column an input."""
    if not 1 <= len(people) <= most:
        raise refused(422, "count_people", most=most, input="people")
    wrong = [i for i, person in enumerate(people) if not isinstance(person, dict)]
    if wrong:
        raise refused(422, "type", expected="object", input="people", positions=wrong[:5])
    names = people[0].keys()
    wrong = [i for i, person in enumerate(people) if person.keys() != names]
    if wrong:
        raise refused(422, "other_inputs", input="people", positions=wrong[:5])
    return {name: [person[name] for person in people] for name in names}


def typed(people: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> None:
    """Refuse values of another type than the schema says: a rule reads 0 and 1 as flags, JSON not.

    What is not known is left out; null is no value.
    """
    errors = []
    for name in people[0]:
        kind = schema["properties"].get(name, {}).get("type")
        if kind is None:
            continue  # the rule says that it knows no such input
        wrong = [i for i, person in enumerate(people) if not is_of(person[name], kind)]
        if wrong:
            errors.append(
                {"code": "type", "input": name, "positions": wrong[:5],
                 "value": people[wrong[0]][name], "expected": kind}
            )  # fmt: skip
    if errors:
        raise RefusedError(422, *errors)


# -- canteens ----------------------------------------------------------------------------------

SPAN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "start": {"type": "string", "format": "date"},
        "end": {"type": "string", "format": "date"},
        "coverage": {"type": "number", "minimum": 0.5, "maximum": 0.99, "default": 0.9},
    },
    "required": ["start", "end"],
    "additionalProperties": False,
}


def add_canteens(app: FastAPI, settings: Settings) -> None:
    """Add the endpoint of forecasts; the forecaster is fitted once, before the first request."""
    city = settings.city or cantine.make_city(seed=0, canteens=20, years=2)
    forecaster = cantine.CanteenForecaster().fit(city, until=settings.until)
    schema = cantine.forecast_schema()
    schema["additionalProperties"] = True

    def forecast(data: Mapping[str, Any], explain: bool, lang: str) -> dict[str, Any]:
        rows = city.calendar_rows(data["start"], data["end"])
        if len(rows) > settings.rows:
            raise refused(422, "count_rows", most=settings.rows, input="end")
        found = forecaster.predict(rows, coverage=data.get("coverage", 0.9))
        told = {"explanations": found.explanations(lang)} if explain else {}
        return {**found.to_dict(), **told}

    async def route(
        request: Request,
        explain: bool = False,
        lang: str = Query("fr", pattern="^(fr|en|pt)$"),
    ) -> Response:
        data = await body(request, settings.max_person)
        asked(data, SPAN)
        return answer(await run_in_threadpool(forecast, data, explain, lang))

    example = {"start": "2022-03-07", "end": "2022-03-11"}
    app.add_api_route(
        "/v1/canteens/forecast", route, methods=["POST"], tags=["canteens"],
        name="Forecast meals", openapi_extra=described(SPAN, example, schema),
    )  # fmt: skip


# -- register ----------------------------------------------------------------------------------


def add_register(app: FastAPI, settings: Settings) -> None:
    """Add the endpoint that checks a register; it keeps nothing of it."""

    def check(data: Mapping[str, Any], on: str | dt.date, lang: str) -> dict[str, Any]:
        register = registry.Register.from_dict(data)
        findings = [finding.to_dict() for finding in register.check(on, lang)]
        silenced = [one.to_dict() for one in register.silenced(on, lang)]
        return {"findings": findings, "silenced": silenced}

    async def route(
        request: Request,
        on: str = Query("", pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"),  # today where none is given
        lang: str = Query("fr", pattern="^(fr|en|pt)$"),
    ) -> Response:
        data = await body(request, settings.max_register)
        return answer(await run_in_threadpool(check, data, on or dt.date.today(), lang))

    result = {
        "type": "object",
        "properties": {
            "findings": {"type": "array", "items": plain(registry.finding_schema())},
            "silenced": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["findings", "silenced"],
    }
    example = registry.Register(
        titre="Registre", territoire="Villeneuve", etat_au=settings.day,
        annees=(settings.day.year,), records={},
    ).with_record("partenaires", registry.Partenaire(id="p", nom="P")).to_dict()  # fmt: skip
    app.add_api_route(
        "/v1/register/check", route, methods=["POST"], tags=["register"], name="Check a register",
        openapi_extra=described({"type": "object"}, example, result),
    )  # fmt: skip


# -- the service -------------------------------------------------------------------------------


class Logged:
    """Log what was asked in numbers: never a value, a query, an address or a body.

    Plain ASGI: it costs microseconds, which a middleware of FastAPI's own does not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and log a line once the answer has begun."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                line = {
                    "method": scope["method"], "route": getattr(scope.get("route"), "path", None),
                    "status": message["status"],
                    "ms": round(1000 * (time.perf_counter() - start), 1),
                }  # fmt: skip
                log.info(json.dumps(line))
            await send(message)

        await self.app(scope, receive, noted)


async def _of_package(request: Request, error: Exception) -> Response:
    """Say what a package found wrong: all of it, with its places."""
    data = error.to_dict(language_of(request))  # type: ignore[attr-defined]
    return answer({"errors": data.get("errors") or [data]}, 422)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - what it is registered for
    place = LANGUAGES.index(language_of(request))
    told = [{**one, "message": WORDS[one["code"]][place].format_map(one)} for one in error.errors]
    return answer({"errors": told}, error.status)


async def _of_query(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    found = [
        {"code": one["type"], "input": str(one["loc"][-1]), "message": one["msg"]}
        for one in error.errors()
    ]
    return answer({"errors": found}, 422)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the service.

    Parameters
    ----------
    settings : Settings, optional
        What it serves; the rules of Nantes and a made city where left out.

    Returns
    -------
    FastAPI
        An ASGI application without state: each answer depends on its request alone.
    """
    settings = settings or Settings()
    app = FastAPI(title="A data charter as a service", version="1", redirect_slashes=False)
    for kind in (tarifs.TarifError, cantine.CantineError, registry.RegisterError):
        app.add_exception_handler(kind, _of_package)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _of_query)
    app.add_middleware(Logged)

    @app.get("/health", tags=["service"])
    async def health() -> dict[str, Any]:
        return {"status": "ok", "rules": list(settings.rules), "day": settings.day.isoformat()}

    for name in settings.rules:
        add_rule(app, name, settings)
    add_canteens(app, settings)
    add_register(app, settings)
    return app
