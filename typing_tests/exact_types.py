"""The type of what a user reads, exactly: ``assert_type`` refuses ``Any`` and anything wider."""

from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import charte_registry as registry
import prevision_cantine as cantine
import tarifs_solidaires as tarifs

Floats = npt.NDArray[np.float64]
Plain = dict[str, Any]  # what goes to JSON


def tariffs(rule: tarifs.Rule, result: tarifs.Result, compared: tarifs.Comparison) -> None:
    assert_type(rule.compute({"age": 30}), tarifs.Result)
    assert_type(result["taux_reduction"], float | str | bool | npt.NDArray[Any] | None)
    assert_type(result.taux_reduction, float | str | bool | npt.NDArray[Any] | None)
    assert_type(result.tranche, str | npt.NDArray[Any])
    assert_type(result.explain(), tarifs.Explanation)
    assert_type(rule.outputs["taux_reduction"], tarifs.Output)
    assert_type(rule.outputs["taux_reduction"].to_dict(), Plain)
    assert_type(rule.inputs[0].to_json(), str)
    assert_type(rule.version, tarifs.Version)
    assert_type(compared.findings(), tarifs.Findings)
    assert_type(compared.findings().effects[0].traits, tuple[tarifs.Trait, ...])
    assert_type(compared.cliffs(), tarifs.Cliffs | None)
    assert_type(compared.confidence().estimates, tuple[tarifs.Estimate, ...])
    assert_type(tarifs.check_text(""), list[tarifs.Finding])
    assert_type(tarifs.Finding.from_dict({}), tarifs.Finding)


def canteens(
    city: cantine.City, model: cantine.CanteenForecaster, forecast: cantine.Forecast
) -> None:
    assert_type(cantine.City.from_dict(city.to_dict()), cantine.City)
    assert_type(cantine.Scenario.from_dict({}).to_dict(), Plain)
    assert_type(forecast.meals, Floats)
    assert_type(forecast.explain(0), cantine.Explanation)
    assert_type(forecast.explain(0).basis, cantine.Basis)
    assert_type(forecast.explain(0).because, tuple[tuple[str, int], ...])
    assert_type(forecast.explanations(), list[cantine.Explanation])
    assert_type(forecast.basis(0).to_json(), str)
    assert_type(model.effects(), cantine.EffectTable)
    assert_type(model.predict(forecast.rows), cantine.Forecast)
    assert_type(cantine.plan_order(forecast).kitchen, cantine.KitchenOrder | None)
    regressor = cantine.AdditiveRegressor()
    assert_type(regressor.fit([[1.0]], [1.0]), cantine.AdditiveRegressor)
    assert_type(regressor.set_params(penalty=2.0), cantine.AdditiveRegressor)
    assert_type(regressor.get_params(), Plain)
    assert_type(regressor.score([[1.0]], [1.0]), float)
    assert_type(regressor.effects_, dict[str, Floats])
    assert_type(regressor.intercept_, float)
    features = cantine.CanteenFeatures(city.calendar, city.menus)
    assert_type(features.fit_transform([]), Floats)
    assert_type(features.set_output(transform="pandas"), cantine.CanteenFeatures)


def registers(register: registry.Register, profile: registry.Profile) -> None:
    assert_type(register.all("traitements"), tuple[registry.Traitement, ...])
    assert_type(register.all("traitements")[0].finalites, tuple[registry.Finalite, ...])
    assert_type(register.check("2024-01-15"), list[registry.Finding])
    assert_type(registry.Register.from_dict(register.to_dict()), registry.Register)
    assert_type(registry.Profile.from_dict(profile.to_dict()), registry.Profile)
    assert_type(registry.Partenaire.from_dict({"id": "p"}), registry.Partenaire)
    assert_type(registry.Partenaire(id="p", nom="P").to_json(), str)
    assert_type(registry.adequation("CA", on=register.etat_au).to_dict(), Plain)
