"""From orders to what each supplier delivers, exactly; what does not fit is said with its row."""

import datetime as dt
from fractions import Fraction

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prevision_cantine import (
    CityError,
    DateError,
    Ingredients,
    Portion,
    Purchase,
    ingredients,
    load_dishes,
    load_portions,
    plan_order,
)
from prevision_cantine.decide.ingredients import UNITS

HEADER = "plat,produit,fournisseur,type_site,quantite,unite\n"
PORTIONS = HEADER + (
    "Filet de poisson,Colin surgelé,Marée Atlantique,M,80,g\n"
    'Filet de poisson,Colin surgelé,Marée Atlantique,*,"0,1",kg\n'
    "Filet de poisson,Citron,Primeur,*,0.25,piece\n"
    "Riz,Riz long,Grossiste,*,60,g\n"
    "Yaourt,Yaourt nature,Laiterie,*,1,piece\n"
)


@pytest.fixture(scope="module")
def plan(town, town_forecaster):
    rows = town.calendar_rows("2023-03-09", "2023-03-14")
    return plan_order(town_forecaster.predict(rows), shortage=0.01)


@pytest.mark.parametrize(
    ("quantity", "unit", "printed"),
    [
        (Fraction(5, 2), "piece", "3 pieces"), (Fraction(1, 100), "piece", "1 piece"),
        (Fraction(3), "piece", "3 pieces"), (Fraction(1, 100), "kg", "0.1 kg"),
        (Fraction(3, 10), "kg", "0.3 kg"), (Fraction(121, 100), "L", "1.3 L"),
    ],
)  # fmt: skip
def test_what_is_printed_is_never_less_than_what_is_needed(quantity, unit, printed):
    purchase = Purchase(dt.date(2023, 3, 6), "Primeur", "Melon", quantity, unit)
    assert Ingredients((purchase,)).to_text("en").endswith(f"  {printed}")


@pytest.fixture
def portions_file(tmp_path):
    path = tmp_path / "portions.csv"
    path.write_text(PORTIONS, encoding="utf-8")
    return path


def menu(plan, *dishes):
    return dict.fromkeys(plan.rows.date.tolist(), dishes)


def test_quantities_are_meals_times_portions_by_week_and_supplier(plan, portions_file):
    found = ingredients(
        plan, menu(plan, "FILET DE POISSON *", "Riz"), load_portions(portions_file)
    ).purchases
    town = plan.rows.city
    nursery = np.array(town.types)[plan.rows.canteen] == "M"
    assert nursery.any() and not nursery.all()  # noqa: PT018
    for monday in (dt.date(2023, 3, 6), dt.date(2023, 3, 13)):
        week = (plan.rows.date - plan.rows.date.astype("datetime64[W]")).astype(int)
        assert week.max() < 7
        here = (plan.rows.date >= np.datetime64(monday)) & (
            plan.rows.date < np.datetime64(monday) + 7
        )
        meals, small = int(plan.meals[here].sum()), int(plan.meals[here & nursery].sum())
        bought = {(p.fournisseur, p.produit): p for p in found if p.lundi == monday}
        hake = bought["Marée Atlantique", "Colin surgelé"]
        assert hake.quantite == Fraction(8, 100) * small + Fraction(1, 10) * (meals - small)
        assert hake.unite == "kg"
        assert bought["Primeur", "Citron"].quantite == Fraction(meals, 4)
        assert bought["Grossiste", "Riz long"].quantite == Fraction(60 * meals, 1000)
        assert len(bought) == 3
    assert [p.lundi for p in found] == sorted(p.lundi for p in found)


@given(
    quantities=st.lists(st.integers(0, 500), min_size=2, max_size=2),
    unit=st.sampled_from(sorted(UNITS)),
)
@settings(max_examples=20)
def test_two_portions_add_up_and_nothing_is_not_bought(plan, quantities, unit):
    bought, factor = UNITS[unit]
    portions = [
        Portion(dish, "Produit", "Fournisseur", "*", quantity * factor, bought)
        for dish, quantity in zip(("a", "b"), quantities, strict=True)
    ]
    found = ingredients(plan, menu(plan, "A", "B"), portions).purchases
    total = sum((p.quantite for p in found), Fraction(0))
    assert total == sum(quantities) * factor * int(plan.meals.sum())
    assert len(found) == (2 if sum(quantities) else 0)


def test_a_half_order_needs_half(plan):
    portions = [Portion("Riz", "Riz", "G", "*", Fraction(3, 50), "kg")]
    doubled = attrs.evolve(plan, meals=2 * plan.meals)
    once, twice = (ingredients(p, menu(plan, "riz"), portions).purchases for p in (plan, doubled))
    assert [2 * p.quantite for p in once] == [p.quantite for p in twice]


def test_ingredients_are_written_and_told(plan, portions_file, tmp_path):
    found = ingredients(plan, menu(plan, "Filet de poisson"), load_portions(portions_file))
    found.to_csv(tmp_path / "i.csv")
    lines = (tmp_path / "i.csv").read_text("utf-8").splitlines()
    assert lines[0] == "lundi,fournisseur,produit,quantite,unite"
    assert len(lines) == 1 + len(found) == 5
    assert "semaine du 2023-03-06, Marée Atlantique" in found.to_text()
    assert "pieces" in found.to_text("en")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Riz,Riz,G,*,1e9,kg", r"portions.csv:2: quantite: '1e9' is not a number from 0 to 1,000"),
        ("Riz,Riz,G,*,-1,kg", "'-1' is not a number"),
        ("Riz,Riz,G,*,1/0,kg", "'1/0' is not a number"),
        ("Riz,Riz,G,*,nan,kg", "'nan' is not a number"),
        ("Riz,Riz,G,*,60,oz", "unite: 'oz' is unknown; write g, kg"),
        ("Riz,Riz,,*,60,g", "fournisseur is empty; fill it in"),
        ("Riz,Riz,G,*,60", "does not have 6 cells"),
        (
            "Riz,Riz,G,*,60,g\nriz*,RIZ,H,*,70,g",
            ":3: 'RIZ' in 'riz.' for '.' already appears on line 2",
        ),
        ("Riz,Riz,G,*,60,g\nSoupe,riz,G,*,70,mL", ":3: 'riz' is in L here and in kg on line 2"),
    ],
)
def test_a_wrong_row_is_named(tmp_path, row, message):
    path = tmp_path / "portions.csv"
    path.write_text(HEADER + row, encoding="utf-8")
    with pytest.raises(CityError, match=message):
        load_portions(path)


def test_one_piece_is_singular():
    monday = dt.date(2023, 3, 6)
    bought = [
        Purchase(monday, "Primeur", name, Fraction(n), "piece")
        for name, n in (("Ail", 1), ("Kiwi", 2))
    ]
    said = {
        lang: Ingredients(tuple(bought)).to_text(lang).splitlines()[2:]
        for lang in ("fr", "en", "pt")
    }
    assert [[line.split()[-1] for line in lines] for lines in said.values()] == [
        ["pièce", "pièces"], ["piece", "pieces"], ["unidade", "unidades"],
    ]  # fmt: skip


def test_a_dish_or_a_day_that_is_missing_is_named(plan):
    portions = [Portion("Riz", "Riz", "G", "M", Fraction(3, 50), "kg")]
    with pytest.raises(CityError, match=r"no portion for 'Riz' \(2023-03-09, type E, M/E\); add"):
        ingredients(plan, menu(plan, "Riz"), portions)
    dishes = ("Riz", *(f"Plat {letter}" for letter in "abcdef"))
    with pytest.raises(
        CityError, match=r"'Plat a' \(2023-03-09, type E, M, M/E\).*2 dishes more; add"
    ):
        ingredients(plan, menu(plan, *dishes), portions)
    odd = [attrs.evolve(portions[0], type_site=kind, line=7) for kind in ("*", "Maternelle")]
    with pytest.raises(
        CityError, match=r"'Riz', line 7: type_site 'Maternelle' is not one of \*, E, M"
    ):
        ingredients(plan, menu(plan, "Riz"), odd)
    every = [attrs.evolve(portions[0], type_site="*")]
    with pytest.raises(
        DateError,
        match=r"3 days for which no dish is known \(2023-03-10, 2023-03-13, 2023-03-14\); add",
    ):
        ingredients(plan, {dt.date(2023, 3, 9): ("Riz",)}, every)


def test_the_dishes_of_the_real_city_are_read(real_data):
    dishes = load_dishes(real_data / "nantes_cantines")
    assert dishes[dt.date(2016, 9, 1)] == (
        "Melon", "Hachis Parmentier*", "Salade verte", "Île flottante",
    )  # fmt: skip
    assert list(dishes) == sorted(dishes)
