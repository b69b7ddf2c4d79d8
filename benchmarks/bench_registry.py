"""Load, check and report a city's register; validate many records, beside other libraries.

One run, the same records for all, medians of 5 rounds in turn, ratios to reading JSON alone. Times
are of the processor, all runs being of one thread, so that other work on the machine counts less. A
library that is not installed is named and left out; ``nox -s bench_registry`` installs them all.
"""

import argparse
import json
import statistics
import tempfile
import time
import types
import typing
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal

import attrs
import msgspec

from charte_registry import Traitement, check_lines, load_register, render_report, structure
from charte_registry.files.fast import checker_of
from charte_registry.records import KINDS
from charte_registry.records.base import LARGEST
from charte_registry.schema import kind_schema

FOLDER = Path(__file__).parents[1] / "examples" / "nantes_2020"
ROUNDS = 5
HEAD = {
    "kind": "registre", "schema": "1.0", "titre": "Banc d'essai", "territoire": "Nulle part",
    "etat_au": "2020-12-15", "annees": [2020],
}  # fmt: skip


def record(number: int) -> dict[str, Any]:
    """Return a processing with eight parts inside it, 32 values in all."""
    return {
        "id": f"tr-{number}", "nom": f"Aides sociales {number}", "responsable": "ccas",
        "reference": f"R-{number}",
        "finalites": [
            {"nom": "Calculer l'aide", "bases_legales": ["mission_interet_public"]},
            {"nom": "Contrôler les droits", "bases_legales": ["obligation_legale"]},
        ],
        "categories_personnes": ["usagers", "agents"],
        "categories_donnees": [
            {"categorie": "identite", "conservation": {"duree": "P5Y", "declencheur": "fin de l'aide"}}
        ],
        "destinataires": [{"type": "service_interne", "nom": "Direction des finances"}],
        "transferts": [{"pays": "CA", "garantie": "clauses_types_commission"}],
        "securite": [{"type": "chiffrement"}],
        "applications": ["ap-1", "ap-2"],
        "cree_le": "2019-01-01", "mis_a_jour_le": "2020-02-02", "statut": "en_service",
    }  # fmt: skip


def in_turn(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median processor time of each, after a round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS + 1):
        for name, run in runs.items():
            start = time.process_time()
            run()
            times[name].append(time.process_time() - start)
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def each(function: Callable[[Any], object], items: Iterable[Any]) -> Callable[[], None]:
    """Return a run that calls a function with each item and keeps nothing."""

    def run() -> None:
        for item in items:
            function(item)

    return run


# The same classes in the terms of other libraries; none of them is given the rules over several
# fields (the order of dates, one of two fields, codes that stand once), which ours checks too.


def pydantic_model(cls: type[Any]) -> Any:
    """Return a class of records as a model of pydantic that refuses unknown keys."""
    from pydantic import ConfigDict, Field, create_model

    def hint_of(hint: Any, meta: Any) -> Any:
        if isinstance(hint, types.UnionType):
            return hint_of(typing.get_args(hint)[0], meta) | None
        if typing.get_origin(hint) is tuple:
            return tuple[hint_of(typing.get_args(hint)[0], meta), ...]
        if attrs.has(hint):
            return pydantic_model(hint)
        if hint is str and meta["choices"]:
            return Literal[tuple(meta["choices"])]
        if hint is str:
            # Its engine of expressions is Rust's, which knows no look-ahead.
            form = meta["format"]
            pattern = f"^(?:{form.pattern})$" if form and "(?=" not in form.pattern else r"\S"
            return Annotated[str, Field(pattern=pattern)]
        return Annotated[int, Field(ge=0, le=LARGEST)] if hint is int else hint

    hints = typing.get_type_hints(cls)
    fields = {
        field.name: (
            hint_of(hints[field.name], field.metadata),
            ... if field.default is attrs.NOTHING else field.default,
        )
        for field in attrs.fields(cls)
    }
    return create_model(cls.__name__, __config__=ConfigDict(extra="forbid", frozen=True), **fields)


def with_pydantic(lines: list[bytes]) -> Callable[[], None]:
    """Validate and build with pydantic."""
    return each(pydantic_model(Traitement).model_validate_json, lines)


def with_cattrs(lines: list[bytes]) -> Callable[[], None]:
    """Validate and build our classes with cattrs, every problem of a record told."""
    import datetime as dt

    import cattrs

    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)
    converter.register_structure_hook(dt.date, lambda text, _: dt.date.fromisoformat(text))
    return each(lambda line: converter.structure(json.loads(line), Traitement), lines)


def with_jsonschema(lines: list[bytes]) -> Callable[[], None]:
    """Validate with jsonschema and the published schema, every problem of a record told."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(kind_schema("traitements"))
    return each(lambda line: list(validator.iter_errors(json.loads(line))), lines)


def with_jsonschema_rs(lines: list[bytes]) -> Callable[[], None]:
    """Validate with jsonschema-rs and the published schema, every problem of a record told."""
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(kind_schema("traitements"))
    return each(lambda line: list(validator.iter_errors(json.loads(line))), lines)


def with_msgspec(lines: list[bytes]) -> Callable[[], None]:
    """Build our classes with msgspec alone: their validators run, unknown keys pass unseen."""
    return each(msgspec.json.Decoder(Traitement).decode, lines)


def with_fideslang(lines: list[bytes]) -> Callable[[], None]:
    """Validate what fideslang's nearest model can hold of the record; unknown keys pass unseen."""
    from fideslang.models import System

    def told(line: bytes) -> bytes:
        data = json.loads(line)
        keys = {"data_use": "essential.service", "data_subjects": ["customer"]}
        return json.dumps({
            "fides_key": data["id"], "name": data["nom"], "system_type": "Service",
            "description": data["reference"], "administrating_department": data["responsable"],
            "privacy_declarations": [
                {"name": purpose["nom"], "data_categories": ["user.name"], **keys,
                 "legal_basis_for_processing": "Public interest", "retention_period": "P5Y",
                 "third_parties": data["destinataires"][0]["nom"]}
                for purpose in data["finalites"]
            ],
        }).encode()  # fmt: skip

    return each(System.model_validate_json, [told(line) for line in lines])


PEERS: dict[str, tuple[str, Callable[[list[bytes]], Callable[[], None]], int]] = {
    # distribution, how it runs, and what share of the records it is given
    "pydantic": ("pydantic", with_pydantic, 1),
    "cattrs": ("cattrs", with_cattrs, 4),
    "jsonschema-rs": ("jsonschema-rs", with_jsonschema_rs, 1),
    "jsonschema": ("jsonschema", with_jsonschema, 200),
    "msgspec into our classes": ("msgspec", with_msgspec, 4),
    "fideslang, what it can hold": ("fideslang", with_fideslang, 4),
}


def many(count: int, folder: Path) -> None:
    """Validate many records in JSON Lines with each library."""
    plain = [record(number) for number in range(count)]
    lines = [json.dumps(data, ensure_ascii=False).encode() for data in plain]
    tagged = [json.dumps({"kind": "traitements", **data}, ensure_ascii=False) for data in plain]
    good, bad = folder / "good.jsonl", folder / "bad.jsonl"
    good.write_text("\n".join([json.dumps(HEAD), *tagged]), "utf-8")
    wrong = [
        line.replace('"P5Y"', '"5 ans"').replace('"statut"', '"statu"')
        if number % 100 == 0
        else line
        for number, line in enumerate(tagged)
    ]
    bad.write_text("\n".join([json.dumps(HEAD), *wrong]), "utf-8")
    found = list(check_lines(bad))
    assert list(check_lines(good)) == []
    assert len(found) == 2 * len(range(0, count, 100))
    print(f"\n{count} processings in JSON Lines, {len(lines[0])} bytes each; medians of {ROUNDS}")

    checker, lined = checker_of(KINDS), [line.encode() for line in tagged]
    decode = checker.decoder(good.read_bytes())
    runs: dict[str, Callable[[], object]] = {
        "json.loads alone, the limit": each(json.loads, lines),
        "ours: validate": lambda: list(check_lines(good)),
        f"ours: 1 in 100 bad, {len(found)} problems": lambda: list(check_lines(bad)),
        "ours: validate and build": each(lambda line: checker.record(decode(line)), lined),
        "ours: load_register, all kept": lambda: load_register(good),
        "ours: structure() alone": each(lambda data: structure(Traitement, data), plain[::10]),
    }
    shares = dict.fromkeys(runs, 1) | {"ours: structure() alone": 10}
    for name, (distribution, make, share) in PEERS.items():
        try:
            label = f"{name} {version(distribution)}"
        except PackageNotFoundError:
            print(f"{name}: not installed, left out")
            continue
        runs[label], shares[label] = make(lines[::share]), share
    seconds = {name: taken * shares[name] for name, taken in in_turn(runs).items()}
    limit = seconds["json.loads alone, the limit"]
    for name, taken in seconds.items():
        print(f"{name:42}{count / taken:10,.0f} records/s{taken / limit:8.2f} times json.loads")


def city() -> None:
    """Load, check and report the example of a city."""
    register = load_register(FOLDER)
    files = [path for path in FOLDER.rglob("*") if path.is_file()]

    def whole() -> None:
        loaded = load_register(FOLDER)
        loaded.check(loaded.etat_au)
        render_report(loaded, 2020, on=loaded.etat_au)

    times = in_turn({
        "read the bytes": lambda: [path.read_bytes() for path in files],
        "load": lambda: load_register(FOLDER),
        "check": register.check,
        "report": lambda: render_report(register, 2020, on=register.etat_au),
        "load, check and report": whole,
    })  # fmt: skip
    print(f"{sum(map(len, register.records.values()))} records of a city; medians of {ROUNDS}")
    for name, taken in times.items():
        print(f"{name:24}{1000 * taken:8.1f} ms")


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    count = parser.parse_args().records
    city()
    with tempfile.TemporaryDirectory() as folder:
        many(count, Path(folder))


if __name__ == "__main__":
    main()
