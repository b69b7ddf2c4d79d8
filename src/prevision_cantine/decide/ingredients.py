"""From orders, menus and portions to what each supplier delivers each week."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from prevision_cantine.city.city import TYPES
from prevision_cantine.decide.ordering import Order
from prevision_cantine.errors import CityError, DateError
from prevision_cantine.files.csv_file import parse_quantity, read_rows, write_csv
from prevision_cantine.json_value import JsonValue
from prevision_cantine.plain_values import html_text
from prevision_cantine.words.catalogue import Count, Phrase
from prevision_cantine.words.language import counted, in_language, number, phrases, table
from prevision_cantine.words.plain import plain

EVERY_SITE = "*"
# What a portion may be measured in, and the unit that is bought.
UNITS: Mapping[str, tuple[str, Fraction]] = {
    "g": ("kg", Fraction(1, 1000)), "kg": ("kg", Fraction(1)),
    "ml": ("L", Fraction(1, 1000)), "cl": ("L", Fraction(1, 100)), "l": ("L", Fraction(1)),
    "piece": ("piece", Fraction(1)),
}  # fmt: skip
SHOWN = 5  # dishes without a portion that an error names
MAX_QUANTITY = 1000  # of a unit in one portion
COLUMNS = ("plat", "produit", "fournisseur", "type_site", "quantite", "unite")
TEXTS = phrases("ingredients")


@attrs.frozen
class Portion(JsonValue):
    """What one meal of a dish needs of a product at one type of site.

    Parameters
    ----------
    plat, produit, fournisseur : str
        Dish, product and supplier.
    type_site : str
        Type of the sites, as in ``City.types``; ``*`` for every type that has no portion of its own
        of this product in this dish.
    quantite : Fraction
        Quantity a meal, 0 or more, in ``unite``.
    unite : str
        Unit that is bought: ``kg``, ``L`` or ``piece``.
    line : int
        Line of the file, 0 where there is none.
    """

    plat: str
    produit: str
    fournisseur: str
    type_site: str
    quantite: Fraction
    unite: str
    line: int = 0


@attrs.frozen
class Purchase(JsonValue):
    """What a supplier delivers of a product for the meals of one week.

    Parameters
    ----------
    lundi : datetime.date
        Monday of the week in which it is eaten.
    fournisseur, produit : str
        Supplier and product.
    quantite : Fraction
        Quantity, exact, in ``unite``.
    unite : str
        ``kg``, ``L`` or ``piece``.
    """

    lundi: dt.date
    fournisseur: str
    produit: str
    quantite: Fraction
    unite: str


@attrs.frozen
class Ingredients:
    """Quantities a week, supplier and product, in that order.

    Parameters
    ----------
    purchases : tuple of Purchase
        One a week, supplier and product; none of nothing.
    """

    purchases: tuple[Purchase, ...]

    def __len__(self) -> int:
        """Return how many purchases there are."""
        return len(self.purchases)

    def to_dict(self) -> dict[str, Any]:
        """Return the purchases as plain values that go to JSON.

        Returns
        -------
        dict
            ``purchases``, each with ``lundi``, ``fournisseur``, ``produit``, ``quantite`` (not
            rounded) and ``unite``.
        """
        return {
            "purchases": [
                {
                    **attrs.asdict(one),
                    "lundi": one.lundi.isoformat(),
                    "quantite": float(one.quantite),
                }
                for one in self.purchases
            ]
        }

    def to_json(self) -> str:
        """Return ``to_dict()`` as JSON.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return html_text(self.to_text("en"))

    def to_text(self, lang: str = "fr") -> str:
        """Return a list a week and supplier, each quantity rounded up: what is bought is enough.

        Parameters
        ----------
        lang : {"fr", "en", "pt"}
            Language.

        Returns
        -------
        str
            Lines; whole pieces, tenths of a kilogram or a litre.

        Raises
        ------
        ForecastError
            Where the language does not exist.
        """
        say = in_language(TEXTS, lang)
        lists: dict[tuple[dt.date, str], list[list[str]]] = defaultdict(list)
        for item in self.purchases:
            if item.unite == "piece":
                quantity = counted(math.ceil(item.quantite), "piece", lang)
            else:
                quantity = f"{number(math.ceil(10 * item.quantite) / 10, lang, 1)} {item.unite}"
            lists[item.lundi, item.fournisseur].append([item.produit, quantity])
        return "\n\n".join(
            say["week"].format(day=day, supplier=supplier)
            + "\n"
            + table([say["product"], say["quantity"]], rows)
            for (day, supplier), rows in lists.items()
        )

    def to_csv(self, path: str | Path) -> None:
        """Write ``lundi, fournisseur, produit, quantite, unite``, the file whole or not at all.

        Parameters
        ----------
        path : str or Path
            File; quantities with three decimals.

        Raises
        ------
        CantineError
            Where it cannot be written.
        """
        header = ("lundi", "fournisseur", "produit", "quantite", "unite")
        write_csv(
            path,
            header,
            (
                (str(p.lundi), p.fournisseur, p.produit, f"{float(p.quantite):.3f}", p.unite)
                for p in self.purchases
            ),
        )


def load_portions(path: str | Path) -> tuple[Portion, ...]:
    """Load a table of portions.

    Parameters
    ----------
    path : str or Path
        CSV file in UTF-8: ``plat, produit, fournisseur, type_site, quantite, unite``. A row says
        what one meal of the dish needs of a product, at sites of a type (``*``: every type
        that has no row of its own for this dish and product). Units: g, kg, mL, cL, L, piece. A decimal point or comma.

    Returns
    -------
    tuple of Portion
        In the order of the file.

    Raises
    ------
    CityError
        With file and line: a missing cell, a quantity that is none, an unknown unit, the same dish,
        product and type twice, or one product of a supplier in kilograms here and litres there.

    Examples
    --------
    >>> load_portions("nowhere.csv")
    Traceback (most recent call last):
    prevision_cantine.errors.CityError: nowhere.csv: cannot be read (no such file); it should be a table of portions, as CSV with the columns plat, produit, fournisseur, type_site, quantite, unite
    """
    path = Path(path)
    portions: list[Portion] = []
    seen: dict[tuple[str, str, str], int] = {}
    bought: dict[tuple[str, str], Portion] = {}
    for line, row in read_rows(path, COLUMNS, what="portions"):
        cells = {name: row[name].strip() for name in COLUMNS}
        for name in COLUMNS:
            if not cells[name]:
                raise CityError("empty_cell", where=f"{path}:{line}", column=name)
        unit = UNITS.get(cells["unite"].lower())
        if unit is None:
            raise CityError("unit", where=f"{path}:{line}", value=cells["unite"])
        quantity = parse_quantity(path, line, "quantite", cells["quantite"], MAX_QUANTITY) * unit[1]
        portion = Portion(
            cells["plat"], cells["produit"], cells["fournisseur"], cells["type_site"], quantity,
            unit[0], line,
        )  # fmt: skip
        key = (dish_name(portion.plat), plain(portion.produit), portion.type_site)
        if key in seen:
            raise CityError(
                "portion_twice",
                where=f"{path}:{line}",
                product=portion.produit,
                dish=portion.plat,
                type=portion.type_site,
                line=seen[key],
            )
        seen[key] = line
        first = bought.setdefault((portion.fournisseur, plain(portion.produit)), portion)
        if first.unite != portion.unite:
            raise CityError(
                "portion_units",
                where=f"{path}:{line}",
                product=portion.produit,
                unit=portion.unite,
                other=first.unite,
                line=first.line,
            )
        portions.append(attrs.evolve(portion, produit=first.produit))
    return tuple(portions)


def ingredients(
    order: Order, dishes: Mapping[dt.date, Iterable[str]], portions: Iterable[Portion]
) -> Ingredients:
    """Return what each supplier delivers each week for the meals of an order.

    Every meal of a day has every dish of the day. Quantities are exact: meals of the canteens of a
    type times the portion of that type.

    Parameters
    ----------
    order : Order
        Meals by canteen and day, from ``plan_order`` or ``load_order``.
    dishes : mapping of datetime.date to iterable of str
        Dishes of each day, as ``load_dishes`` gives them. Accents, case and marks such as ``*``
        do not tell two dishes apart.
    portions : iterable of Portion
        From ``load_portions``.

    Returns
    -------
    Ingredients
        By week, supplier and product.

    Raises
    ------
    DateError
        Where a day that orders meals has no dish.
    CityError
        Where dishes have no portion for a type of site that orders them, or a portion is for a type
        that is none.

    Examples
    --------
    >>> import datetime as dt
    >>> from prevision_cantine import CanteenForecaster, make_city, plan_order
    >>> city = make_city(seed=0, canteens=5, years=2)
    >>> forecast = CanteenForecaster().fit(city, until="2022-02-01").predict(
    ...     city.calendar_rows("2022-03-07", "2022-03-07")
    ... )
    >>> plan = plan_order(forecast, shortage=0.01)
    >>> portions = [Portion("Riz", "Riz long", "Grossiste", "*", Fraction(60, 1000), "kg")]
    >>> bought = ingredients(plan, {dt.date(2022, 3, 7): ["Riz"]}, portions).purchases
    >>> bought[0].quantite == Fraction(60, 1000) * int(plan.meals.sum())
    True
    """
    known: dict[str, dict[str, dict[str, Portion]]] = defaultdict(lambda: defaultdict(dict))
    types = {*order.rows.city.types, *TYPES, EVERY_SITE}
    for portion in portions:
        if portion.type_site not in types:
            raise CityError(
                "portion_type",
                product=portion.produit,
                dish=portion.plat,
                place=Phrase.of("parts.on_line", line=portion.line) if portion.line else "",
                value=portion.type_site,
                known=sorted(types),
            )
        known[dish_name(portion.plat)][plain(portion.produit)][portion.type_site] = portion
    total: dict[tuple[dt.date, str, str, str], Fraction] = defaultdict(Fraction)
    meals_of = _meals(order)
    menus = {day: list(dishes.get(day, ())) for day, _ in meals_of}
    unknown = sorted(day for day in menus if not menus[day])
    if unknown:
        shown = ", ".join(map(str, unknown[:SHOWN])) + (", …" if len(unknown) > SHOWN else "")
        raise DateError("no_dish", days=Count(len(unknown), "day"), shown=shown)
    lacking: dict[str, tuple[str, dt.date, list[str]]] = {}
    for (day, kind), meals in meals_of.items():
        monday = day - dt.timedelta(days=day.weekday())
        for name in menus[day]:
            products = known.get(dish_name(name), {}).values()
            found = [p for sites in products if (p := sites.get(kind, sites.get(EVERY_SITE)))]
            if not found:
                kinds = lacking.setdefault(dish_name(name), (name, day, []))[2]
                kinds += [] if kind in kinds else [kind]
            for portion in found:
                key = (monday, portion.fournisseur, portion.produit, portion.unite)
                total[key] += meals * portion.quantite
    if lacking:
        raise _what_lacks(list(lacking.values()))
    return Ingredients(
        tuple(
            Purchase(monday, supplier, product, quantity, unit)
            for (monday, supplier, product, unit), quantity in sorted(
                total.items(), key=lambda item: (item[0][0], plain(item[0][1]), plain(item[0][2]))
            )
            if quantity
        )
    )


def _what_lacks(lacking: Sequence[tuple[str, dt.date, list[str]]]) -> CityError:
    """Say at once which dishes have no portion for which types of site, the first of them by name."""
    first = tuple(
        Phrase.of("parts.dish_of", dish=name, day=day, kinds=sorted(kinds))
        for name, day, kinds in lacking[:SHOWN]
    )
    left = Count(len(lacking) - SHOWN, "dish")
    more = Phrase.of("parts.and_more", count=left) if left.count > 0 else ""
    return CityError("no_portion", dishes=first, more=more)


def dish_name(text: str) -> str:
    """Return a dish as it is compared: no accents, case, marks or double spaces.

    Examples
    --------
    >>> dish_name(" Hachis  Parmentier* ") == dish_name("hachis parmentier")
    True
    """
    letters = "".join(c if c.isalnum() else " " for c in plain(text))
    return " ".join(letters.split())


def _meals(order: Order) -> dict[tuple[dt.date, str], int]:
    """Return whole meals by day and type of site, by day."""
    result: dict[tuple[dt.date, str], int] = defaultdict(int)
    for canteen, day, meals in zip(
        order.rows.canteen.tolist(), order.rows.date.tolist(), order.meals.tolist(), strict=True
    ):
        result[day, order.rows.city.types[canteen]] += round(meals)
    return {key: result[key] for key in sorted(result) if result[key]}
