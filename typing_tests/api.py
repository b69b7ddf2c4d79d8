"""What a user would write with the three packages."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from nantes_transport import NantesTransport
from taux_effort import ExamplesTauxEffort

from charte_registry import (
    Adequation,
    Finding,
    Hebergement,
    Import,
    Profile,
    Register,
    Remark,
    adequation,
    check_lines,
    export_register,
    joined,
    jsonld_context,
    kind_schema,
    load_profile,
    load_register,
    migrate_folder,
    read_cnil,
    register_schema,
    render_report,
    save_register,
    structure,
    table_schema,
    unstructure,
)
from prevision_cantine import (
    AdditiveRegressor,
    Break,
    CanteenFeatures,
    CanteenForecaster,
    City,
    Difference,
    EffectTable,
    Forecast,
    ModelSheet,
    Order,
    Purchase,
    Rows,
    Scenario,
    TeachingPeriodSplit,
    TradeOff,
    ingredients,
    load_city,
    load_dishes,
    load_forecaster,
    load_portions,
    make_city,
    model_sheet,
    order,
    plan_order,
    save_forecaster,
    trade_off,
    what_if,
)
from tarifs_solidaires import (
    Cliffs,
    Comparison,
    Confidence,
    Conformance,
    Findings,
    Fit,
    Input,
    Result,
    Rule,
    classes,
    compare,
    conform,
    fit_margins,
    list_rules,
    load_rule,
    make_population,
    people_from_margins,
    read_margins,
)

names: tuple[str, ...] = list_rules()
rule: Rule = load_rule("nantes/transport", on=dt.date(2020, 10, 1))
result: Result = rule.compute(quotient_familial=[350.0, 350.01], age=30, beneficiaire_aah=False)
rate: npt.NDArray[np.float64] = result.outputs["taux_reduction"]
value: float | str | bool | npt.NDArray[Any] | None = result["taux_reduction"]
transport: NantesTransport = cast(NantesTransport, rule)
one: float = transport.compute(quotient_familial=620, age=30).taux_reduction
several: npt.NDArray[np.float64] = transport.compute(
    quotient_familial=np.array([620.0]), age=np.array([30])
).taux_reduction
transport.compute(quotient=620, age=30)  # type: ignore[call-overload]
meal: float = (
    cast(ExamplesTauxEffort, rule).compute(quotient_familial=620, rang_enfant=2).prix_repas
)
asked: dict[str, Any] = rule.input_schema("en") | rule.output_schema(many=True) | rule.to_dict()
text: str = result.explain(1, lang="fr")
page: str = result.explain(1).to_html(contact="the town hall")
told: str = result.explain(1, "pt", origin={"age": "declaration"}, role="assists").to_json()
drawn: str = rule.to_svg("en") + rule.to_mermaid() + rule.to_markdown(lang=None) + rule.to_dmn()
inputs: tuple[Input, ...] = rule.inputs
people: dict[str, npt.NDArray[Any]] = make_population(rule, 1000, seed=0)
comparison: Comparison = compare(
    rule, rule.replace(partage_500_600="par_age"), people,
    by={"age": classes(people["age"], [26, 60], name="age")}, price=500,
)  # fmt: skip
table: str = comparison.to_markdown() + comparison.to_csv() + str(comparison)
who: Findings = comparison.findings()
cliffs: Cliffs | None = comparison.cliffs("before", window=20)
confidence: Confidence = comparison.confidence(level=0.9, method="bootstrap", repeats=100)
sentences: list[str] = comparison.sentences("fr", confidence=confidence)
web: str = comparison.to_html("pt", note="made up")
fit: Fit = fit_margins(read_margins(["age.csv", "household.csv"]))
fitted: dict[str, npt.NDArray[Any]] = people_from_margins([rule, rule], fit, 1000, seed=1)
cases: Conformance = conform("nantes/transport", "cases.yaml", mapping="map.toml")
differing: list[str] = [str(one) for verdict in cases.verdicts for one in verdict.differences]

city: City = make_city(seed=0) if names else load_city("folder")
forecaster: CanteenForecaster = CanteenForecaster(lead_days=15).fit(city, until="2023-02-10")
rows: Rows = city.calendar_rows("2023-03-06", dt.date(2023, 4, 12))
forecast: Forecast = forecaster.predict(rows, coverage=0.9)
meals: npt.NDArray[np.float64] = order(forecast, shortage=0.01, tray=10)
plan: Order = plan_order(forecast, missing_meal_cost=9, wasted_meal_cost=1)
saved: npt.NDArray[np.float64] | None = plan.kitchen.gain if plan.kitchen else None
prudence: TradeOff = trade_off(forecast, shortages=[0.01], together=True)
effects: EffectTable = forecaster.effects().select(term="menu", scope="*")
sheet: ModelSheet = model_sheet(forecaster)
facts: dict[str, Any] = sheet.to_dict()
scenario = Scenario(
    menus={dt.date(2023, 3, 6): ["Poisson"]}, strikes=["2023-03-07", dt.date(2023, 3, 9)],
    enrolment={"*": 1.1}, breaks=[Break("Hiver", np.datetime64("2023-02-11"), np.datetime64("2023-02-26"))],
)  # fmt: skip
change: Difference = what_if(forecaster, scenario.apply(city), scenario, "2023-03-06", "2023-03-10")
bought: tuple[Purchase, ...] = ingredients(plan, load_dishes("f"), load_portions("p")).purchases
save_forecaster(forecaster, "model.zip")
again: CanteenForecaster = load_forecaster("model.zip")

regressor: AdditiveRegressor = AdditiveRegressor(group="cantine", nested=["jour"])
guess: npt.NDArray[np.float64] = regressor.fit([["a"], ["b"]], [1.0, 2.0], [1, 3]).predict([["a"]])
parts: dict[str, npt.NDArray[np.float64]] = regressor.contributions([["a"]])
features: CanteenFeatures = CanteenFeatures(city.calendar, city.menus, effectif="effectif")
folds: int = TeachingPeriodSplit(lead_days=15, n_splits=3).get_n_splits({"date": []})

register: Register = load_register("examples/nantes_2020")
fewer: Register = register.without("partenaires", "pa-01")
fewer = fewer.with_record("partenaires", register.records["partenaires"]["pa-01"])
save_register(fewer, "folder", layout="yaml")
lines: list[tuple[int | None, str, str]] = [
    (fault.line, fault.field, fault.message) for fault in check_lines("r.jsonl")
]
findings: list[Finding] = register.check(on="2020-12-15", lang="pt")
reasons: list[str] = [silenced.raison for silenced in register.silenced(register.etat_au)]
figures: dict[str, object] = register.indicators(2020)
report: str = render_report(register, 2020, lang="en", on=register.etat_au)
status: Adequation = adequation("CA", on=dt.date(2020, 12, 15))
place: Hebergement = structure(Hebergement, {"mode": "interne"})
plain: dict[str, object] = unstructure(place, iso=True)
profile: Profile = load_profile("examples/recife/profil.toml")
kinds: Mapping[str, type] = profile.kinds
schema: dict[str, object] = kind_schema("traitements", profile.kinds, profile.reference)
whole: dict[str, object] = register_schema() | table_schema("actions") | jsonld_context()
lost: list[str] = [str(remark) for remark in migrate_folder("old", "new", version="0.9")]


def into_and_out_of_a_register(register: Register) -> tuple[Remark, ...]:
    found: Import = read_cnil("registre.ods", responsable="Ville")
    lost: tuple[Remark, ...] = found.not_understood
    register, doubtful = joined(register, found, replace=True)
    return lost + doubtful + export_register(register, "registre.jsonld", "jsonld", base=None)


def the_records_of_a_kind(register: Register) -> list[str]:
    processings = [processing.responsable for processing in register.all("traitements")]
    return processings + [software.hebergement.mode for software in register.all("applications")]
