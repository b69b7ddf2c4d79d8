"""The command line ``prevision-cantine``: one verb a command."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from prevision_cantine.backtest import backtest
from prevision_cantine.calendar import to_day
from prevision_cantine.city import City
from prevision_cantine.csv_file import write_text
from prevision_cantine.datasets import load_city, load_dishes, load_menu
from prevision_cantine.effects import EVERYWHERE
from prevision_cantine.errors import CantineError, ForecastError, ParameterError
from prevision_cantine.fetch import fetch_nantes
from prevision_cantine.figures import (
    picture_kind,
    plot_calibration,
    plot_contributions,
    plot_effects,
    plot_error_calendar,
    plot_forecast,
    plot_trade_off,
    save,
)
from prevision_cantine.forecast import Forecast
from prevision_cantine.ingredients import ingredients, load_portions
from prevision_cantine.language import LANGUAGES, counted, percent, table, texts
from prevision_cantine.limits import say_too_little
from prevision_cantine.load_report import load_report
from prevision_cantine.model import CanteenForecaster
from prevision_cantine.ordering import SHORTAGES, load_order, plan_order, trade_off
from prevision_cantine.scenario import Scenario, what_if
from prevision_cantine.sheet import model_sheet
from prevision_cantine.storage import load_forecaster, save_forecaster

Run = Callable[[argparse.Namespace], int]

# The options that name a file to write.
PICTURES = ("picture", "calibration_picture", "calendar_picture")
OUTPUTS = ("output", "kitchen", *PICTURES)
# What the library calls otherwise than the option.
OPTIONS = {"below": "mask_below"}
LEAD_DAYS = 15  # of a command that is given none

TEXTS = texts({
    "fr": {
        "see": "voir {file}", "learned": "modèle appris sur {rows} du {first} au {last}, voir {file}",
        "forecast": "{remarks} sur les données (inspect les donne) ; prévision de {rows} (cantine et jour), voir {file}",
        "sheet": "fiche du modèle du {until}, voir {file}",
        "excess": "excédent", "shortage": "manque", "coverage": "couverture",
        "model": "modèle", "assisted": "modèle et projet des agents", "agents": "agents",
        "without": "hors jours de grève", "with": "jours de grève compris",
        "alone": "Aucune commande des agents n'est connue sur ces jours : rien à comparer.",
        "backtest": "{rows} en {forecasts}, voir {file}",
    },
    "en": {
        "see": "see {file}", "learned": "model learned from {rows} from {first} to {last}, see {file}",
        "forecast": "{remarks} on the data (inspect tells them); forecast of {rows} (canteen and day), see {file}",
        "sheet": "sheet of the model of {until}, see {file}",
        "excess": "excess", "shortage": "shortage", "coverage": "coverage",
        "model": "model", "assisted": "model and draft of the agents", "agents": "agents",
        "without": "without strike days", "with": "with strike days",
        "alone": "No order of the agents is known on these days: nothing to compare.",
        "backtest": "{rows} in {forecasts}, see {file}",
    },
    "pt": {
        "see": "ver {file}", "learned": "modelo aprendido com {rows} de {first} a {last}, ver {file}",
        "forecast": "{remarks} sobre os dados (ver inspect); previsão de {rows} (cantina e dia), ver {file}",
        "sheet": "ficha do modelo de {until}, ver {file}",
        "excess": "excesso", "shortage": "falta", "coverage": "cobertura",
        "model": "modelo", "assisted": "modelo e pedido preliminar dos agentes", "agents": "agentes",
        "without": "sem os dias de greve", "with": "com os dias de greve",
        "alone": "Nenhum pedido dos agentes é conhecido nesses dias: nada a comparar.",
        "backtest": "{rows} em {forecasts}, ver {file}",
    },
})  # fmt: skip


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        self.exit(2, f"{self.prog}: error: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 where it is done, 2 where it cannot be."""
    try:
        arguments = _parser().parse_args(argv)
        _check_outputs(arguments)
        status: int = arguments.run(arguments)
        print(end="", flush=True)
    except CantineError as error:
        return _refused(_in_options(error))
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        return _refused("stopped before the end")
    except BrokenPipeError:  # whoever reads has enough, such as head
        _drop_what_is_left()
        return 0
    except UnicodeEncodeError as error:
        return _refused(
            f"the result cannot be printed in {error.encoding}; set PYTHONUTF8=1 and ask again"
        )
    except OSError as error:  # those of files are told with their name before they come here
        _drop_what_is_left()
        reason = error.strerror or error
        return _refused(
            f"the result cannot be printed ({reason}); make room, or print it elsewhere"
        )
    return status


def _refused(message: str) -> int:
    print(f"prevision-cantine: error: {message}", file=sys.stderr)
    return 2


def _in_options(error: CantineError) -> str:
    """Return the message of an error, a parameter told as the option that gave it."""
    if not isinstance(error, ParameterError):
        return str(error)
    option = OPTIONS.get(error.name, error.name).replace("_", "-")
    value = f"{error.value:.15g}" if isinstance(error.value, float) else error.value
    return f"--{option} {value}: {error.remedy}"


def _drop_what_is_left() -> None:
    """Let nothing more be printed, which would fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _outputs(arguments: argparse.Namespace) -> list[Path]:
    """Return the files that are to be written."""
    named: list[Path | None] = [getattr(arguments, name, None) for name in OUTPUTS]
    return [path for path in named if path is not None]


def _check_outputs(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be written before the first of several files is."""
    given = _outputs(arguments)
    for number, path in enumerate(given):
        if not path.parent.is_dir():
            raise CantineError(f"{path}: cannot be written (no such folder); check the path")
        if path.is_dir():
            raise CantineError(f"{path}: is a folder; give the name of a file in it")
        if path in given[:number]:
            raise CantineError(f"{path}: two outputs have this name; give each its own")
    for name in PICTURES:
        if (picture := getattr(arguments, name, None)) is not None:
            picture_kind(picture)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="prevision-cantine", description="Explainable forecasts of canteen meals."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Run, text: str, *, span: bool = True) -> argparse.ArgumentParser:
        item = commands.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".")
        item.add_argument("folder", help="folder of the city, with raw/, calculators/, mappings/")
        if span:
            item.add_argument("--from", dest="start", required=True, help="first day, YYYY-MM-DD")
            item.add_argument("--to", dest="end", required=True, help="last day, YYYY-MM-DD")
        item.set_defaults(run=run)
        return item

    def language(item: argparse.ArgumentParser) -> None:
        item.add_argument(
            "--lang", choices=LANGUAGES, default="fr", help="language of the words, fr by default"
        )

    def lead_days(item: argparse.ArgumentParser, default: int | None = None) -> None:
        item.add_argument(
            "--lead-days",
            type=_whole,
            default=default,
            metavar="DAYS",
            help=f"days between data and forecast, 1 to 365; {LEAD_DAYS} by default",
        )

    def learns(item: argparse.ArgumentParser, *, span: bool = True) -> None:
        when = "by default --lead-days before --from" if span else "YYYY-MM-DD"
        item.add_argument("--until", help=f"last day of the data used, {when}")
        lead_days(item)
        if item.get_default("run") is not _fit:
            item.add_argument(
                "--model",
                type=Path,
                help="model that fit wrote, instead of --until and --lead-days",
            )
        if item.get_default("run") in (_forecast, _order, _explain, _trade_off):
            item.add_argument(
                "--draft", type=Path, help="CSV file of the agents' draft order: cantine, date, commande"
            )  # fmt: skip
        language(item)

    item = command("fit", _fit, "learn from the data up to a day and keep the model", span=False)
    learns(item, span=False)
    _writes(item, required=True, what="file of the model to write, such as model.zip")

    item = command("forecast", _forecast, "forecast a span from data that end some days before it")
    learns(item)
    _writes(item, required=True)
    item.add_argument("--canteen", help="canteen to draw and to explain; the first by default")
    item.add_argument("--picture", type=Path, help="picture to write, .png, .svg or .pdf")
    item.add_argument(
        "--mask-below",
        type=_number,
        metavar="MEALS",
        help="leave forecasts below this size empty, to publish",
    )

    item = command("order", _order, "order for each canteen and day, and for the kitchen's total")
    learns(item)
    _cautions(item)
    _writes(item, required=True)
    item.add_argument("--kitchen", type=Path, help="CSV file of the order of each day's total")

    item = command("trade-off", _trade_off, "say what each caution would have cost in the past")
    learns(item)
    item.add_argument(
        "--shortages", type=_number, nargs="+", default=list(SHORTAGES), help="shares that may be missing"
    )  # fmt: skip
    item.add_argument("--tray", type=_whole, default=1, help="meals a tray")
    item.add_argument("--together", action="store_true", help="order each day's total as one")
    _writes(item)
    item.add_argument("--picture", type=Path, help="picture to write, .png, .svg or .pdf")

    item = command("explain", _explain, "say why a canteen's days are forecast as they are")
    learns(item)
    item.add_argument("--canteen", help="canteen to explain; the first by default")
    _writes(item, what="CSV file of every term in meals, for all canteens")
    item.add_argument("--picture", type=Path, help="picture of the first day, .png, .svg or .pdf")

    item = command("effects", _effects, "list the effect of each level of each term", span=False)
    learns(item, span=False)
    _writes(item, what="CSV file of all effects, those of types and canteens too")
    item.add_argument("--picture", type=Path, help="picture to write, .png, .svg or .pdf")

    item = command("sheet", _sheet, "write the sheet of the fitted model", span=False)
    learns(item, span=False)
    item.add_argument("--format", choices=("markdown", "json"), default="markdown")
    _writes(item, what="file to write; printed without one")
    item.add_argument("--calibration-picture", type=Path, help="do the intervals hold; picture")
    item.add_argument("--calendar-picture", type=Path, help="error of each day; picture")

    item = command("what-if", _what_if, "say what a change of menu, calendar, enrolment makes")
    learns(item)
    item.add_argument("--strike", nargs="+", default=[], metavar="DAY", help="announced strikes")
    item.add_argument("--holiday", nargs="+", default=[], metavar="DAY", help="new public holidays")
    item.add_argument("--menu", type=Path, help="CSV file of dishes: date, rang, plat")
    item.add_argument(
        "--enrolment", nargs="+", default=[], metavar="CANTEEN=FACTOR",
        help="such as 'AMPERE=1.1', or '*=0.95' for every canteen",
    )  # fmt: skip
    item.add_argument(
        "--absence", nargs="+", default=[], metavar="CANTEEN=DAY=PUPILS",
        help="pupils who will be away, such as 'AMPERE=2017-05-04=40'",
    )  # fmt: skip
    _writes(item)

    item = command(
        "ingredients", _ingredients, "list what each supplier delivers each week", span=False
    )
    item.add_argument("--order", type=Path, required=True, help="CSV file that order wrote")
    item.add_argument(
        "--portions", type=Path, required=True,
        help="CSV file: plat, produit, fournisseur, type_site, quantite, unite",
    )  # fmt: skip
    item.add_argument(
        "--menu", type=Path, help="CSV file of dishes: date, rang, plat; by default those of the city"
    )  # fmt: skip
    language(item)
    _writes(item)

    item = command("backtest", _backtest, "forecast the past as if on its day, and measure")
    lead_days(item, LEAD_DAYS)
    _writes(item, required=True)
    item.add_argument("--shortage", type=_number, default=0.01, help="share that may be missing")
    item.add_argument("--step", choices=("period", "week"), default="period")
    item.add_argument(
        "--assisted", action="store_true",
        help="forecast a second time with the agents' orders as their draft",
    )  # fmt: skip
    item.add_argument(
        "--enrolment-lead-days", type=_whole, default=0, metavar="DAYS",
        help="days before a school year when its enrolments are known, 0 to 365",
    )  # fmt: skip
    language(item)
    item = command(
        "inspect",
        _inspect,
        "say what a city's folder holds, and what was repaired or left out",
        span=False,
    )
    item.add_argument("--format", choices=("text", "json"), default="text")

    item = commands.add_parser(
        "fetch",
        help="download the public files of Nantes",
        description="Download the public files of Nantes.",
    )
    item.add_argument("folder", help="folder to write")
    item.add_argument(
        "--trust-on-first-use",
        action="store_true",
        help="fetch the files whose SHA-256 nobody has published too, and write theirs down",
    )
    item.set_defaults(run=_fetch)
    return parser


def _number(text: str) -> float:
    """Read a number as it is written with a decimal point or comma."""
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} may be read in two ways; write {text.replace(',', '')} or {text.replace(',', '.')}"
        )
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number; write one such as 0.01 or 0,01"
        ) from None


def _whole(text: str) -> int:
    """Read a whole number, of few enough digits to count days with."""
    if not re.fullmatch(r"[+-]?\d{1,6}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number; write one such as 15")
    return int(text)


def _writes(
    item: argparse.ArgumentParser, *, required: bool = False, what: str = "CSV file to write"
) -> None:
    item.add_argument("--output", type=Path, required=required, help=what)


def _cautions(item: argparse.ArgumentParser) -> None:
    item.add_argument("--shortage", type=_number, help="share that may be missing, such as 0.01")
    item.add_argument(
        "--missing-meal-cost",
        type=_number,
        metavar="COST",
        help="of a missing meal, with --wasted-meal-cost",
    )
    item.add_argument(
        "--wasted-meal-cost",
        type=_number,
        metavar="COST",
        help="of a meal too many, with --missing-meal-cost",
    )
    item.add_argument("--tray", type=_whole, default=1, help="meals a tray; orders are whole trays")


def _fitted(arguments: argparse.Namespace, city: City) -> CanteenForecaster:
    """Return a forecaster that learned from a city up to the day asked for."""
    model = getattr(arguments, "model", None)
    if model is not None:
        for option in ("until", "lead_days"):
            if getattr(arguments, option) is not None:
                name = option.replace("_", "-")
                raise ForecastError(
                    f"give --{name} or --model, not both: the model has the one that fit was given"
                )
        forecaster = load_forecaster(model)
    else:
        lead_days = LEAD_DAYS if arguments.lead_days is None else arguments.lead_days
        if arguments.until is not None:
            until = to_day(arguments.until)
        elif hasattr(arguments, "start"):
            until = to_day(arguments.start) - lead_days
        else:
            raise ForecastError("give --until, the last day of the data used, YYYY-MM-DD")
        forecaster = CanteenForecaster(lead_days=lead_days).fit(city, until)
    past = len(forecaster.calibration_.actual)
    for sentence in say_too_little(forecaster.sources_, past, arguments.lang):
        print(f"prevision-cantine: {sentence}", file=sys.stderr)
    return forecaster


def _forecasted(arguments: argparse.Namespace) -> tuple[City, Forecast]:
    """Return the city and the forecast of the span asked for, with the agents' draft if given.

    All that is asked for is read before anything is learned: an error is found at once.
    """
    city = load_city(arguments.folder)
    rows = city.calendar_rows(arguments.start, arguments.end)
    if getattr(arguments, "canteen", None) is not None:
        rows.of(arguments.canteen)
    draft = load_order(arguments.draft, city).on(rows) if arguments.draft else None
    return city, _fitted(arguments, city).predict(rows, draft=draft)


def _canteen(forecast: Forecast, name: str | None) -> tuple[str, list[int]]:
    """Return the canteen asked for and its rows, the first canteen where none is."""
    name = str(forecast.rows.names[0]) if name is None else name
    return name, forecast.rows_of(name).tolist()


def _fit(arguments: argparse.Namespace) -> int:
    forecaster = _fitted(arguments, load_city(arguments.folder))
    save_forecaster(forecaster, arguments.output)
    sources = forecaster.sources_
    rows = counted(sources.rows, "row", arguments.lang)
    _say(arguments, "learned", rows=rows, first=sources.first, last=sources.last)
    return 0


def _forecast(arguments: argparse.Namespace) -> int:
    city, forecast = _forecasted(arguments)
    canteen, here = _canteen(forecast, arguments.canteen)
    hidden = forecast.is_small(arguments.mask_below)[here]
    if arguments.picture is not None and hidden.any():
        raise ForecastError(
            f"--picture would show meals of {canteen} that --mask-below hides: draw another --canteen"
        )
    forecast.to_csv(arguments.output, mask_below=arguments.mask_below)
    if arguments.picture is not None:
        save(plot_forecast(forecast, canteen, actual=city, lang=arguments.lang), arguments.picture)
    _say(
        arguments, "forecast", remarks=counted(len(city.report), "remark", arguments.lang),
        rows=counted(len(forecast), "row", arguments.lang),
    )  # fmt: skip
    if not hidden[0]:
        print(forecast.explain(here[0], arguments.lang))
    return 0


def _order(arguments: argparse.Namespace) -> int:
    costs = (arguments.missing_meal_cost, arguments.wasted_meal_cost)
    if (arguments.shortage is None) == (costs == (None, None)) or costs.count(None) == 1:
        raise ForecastError(
            "give --shortage alone, such as --shortage 0.01, or both --missing-meal-cost and "
            "--wasted-meal-cost"
        )
    _, forecast = _forecasted(arguments)
    plan = plan_order(
        forecast, shortage=arguments.shortage, missing_meal_cost=arguments.missing_meal_cost,
        wasted_meal_cost=arguments.wasted_meal_cost, tray=arguments.tray,
    )  # fmt: skip
    plan.to_csv(arguments.output)
    if arguments.kitchen is not None:
        plan.kitchen_to_csv(arguments.kitchen)
    print(plan.to_text(arguments.lang))
    _see(arguments)
    return 0


def _trade_off(arguments: argparse.Namespace) -> int:
    _, forecast = _forecasted(arguments)
    table = trade_off(
        forecast, shortages=arguments.shortages, tray=arguments.tray, together=arguments.together
    )
    if arguments.output is not None:
        table.to_csv(arguments.output)
    if arguments.picture is not None:
        figure = plot_trade_off(
            forecast, shortages=arguments.shortages, tray=arguments.tray, lang=arguments.lang
        )
        save(figure, arguments.picture)
    print(table.to_text(arguments.lang))
    _see(arguments)
    return 0


def _explain(arguments: argparse.Namespace) -> int:
    city, forecast = _forecasted(arguments)
    _, here = _canteen(forecast, arguments.canteen)
    if arguments.output is not None:
        forecast.contributions_to_csv(arguments.output)
    if arguments.picture is not None:
        figure = plot_contributions(forecast, here[0], actual=city, lang=arguments.lang)
        save(figure, arguments.picture)
    for row in here:
        print(forecast.explain(row, arguments.lang))
    _see(arguments)
    return 0


def _effects(arguments: argparse.Namespace) -> int:
    forecaster = _fitted(arguments, load_city(arguments.folder))
    effects = forecaster.effects()
    if arguments.output is not None:
        effects.to_csv(arguments.output, arguments.lang)
    if arguments.picture is not None:
        save(plot_effects(effects, lang=arguments.lang), arguments.picture)
    print(effects.select(scope=EVERYWHERE).to_text(arguments.lang))
    _see(arguments)
    return 0


def _sheet(arguments: argparse.Namespace) -> int:
    city = load_city(arguments.folder)
    forecaster = _fitted(arguments, city)
    sheet = model_sheet(forecaster)
    text = sheet.to_json() if arguments.format == "json" else sheet.to_markdown(arguments.lang)
    past = forecaster.calibration_
    if arguments.calibration_picture is not None:
        save(plot_calibration(past, lang=arguments.lang), arguments.calibration_picture)
    if arguments.calendar_picture is not None:
        figure = plot_error_calendar(past, city.calendar, lang=arguments.lang)
        save(figure, arguments.calendar_picture)
    if arguments.output is None:
        print(text, end="")
    else:
        write_text(arguments.output, text)
        _say(arguments, "sheet", until=sheet.until)
    return 0


def _what_if(arguments: argparse.Namespace) -> int:
    scenario = Scenario(
        menus=load_menu(arguments.menu) if arguments.menu else {},
        strikes=arguments.strike,
        enrolment=dict(map(_factor, arguments.enrolment)),
        absences=dict(map(_absence, arguments.absence)),
        public_holidays=arguments.holiday,
    )
    city = load_city(arguments.folder)
    forecaster = _fitted(arguments, city)
    change = what_if(forecaster, city, scenario, arguments.start, arguments.end)
    if arguments.output is not None:
        change.to_csv(arguments.output)
    print(change.to_text(arguments.lang))
    if scenario.strikes:
        print(f"\n{forecaster.fitted_.strikes.to_text(arguments.lang)}")
    _see(arguments)
    return 0


def _factor(text: str) -> tuple[str, float]:
    name, equals, value = text.rpartition("=")
    if not equals:
        raise ForecastError(f"--enrolment {text}: write CANTEEN=FACTOR, such as AMPERE=1.1")
    return name, _number_in("--enrolment", text, value)


def _absence(text: str) -> tuple[tuple[str, str], float]:
    parts = text.rsplit("=", 2)
    if len(parts) != 3:
        raise ForecastError(
            f"--absence {text}: write CANTEEN=DAY=PUPILS, such as AMPERE=2017-05-04=40"
        )
    return (parts[0], parts[1]), _number_in("--absence", text, parts[2])


def _number_in(option: str, text: str, value: str) -> float:
    """Return a number that stands inside an option."""
    try:
        return _number(value)
    except argparse.ArgumentTypeError as error:
        raise ForecastError(f"{option} {text}: {error}") from None


def _ingredients(arguments: argparse.Namespace) -> int:
    city = load_city(arguments.folder)
    dishes = load_menu(arguments.menu) if arguments.menu else load_dishes(arguments.folder)
    found = ingredients(
        load_order(arguments.order, city), dishes, load_portions(arguments.portions)
    )
    if arguments.output is not None:
        found.to_csv(arguments.output)
    print(found.to_text(arguments.lang))
    _see(arguments)
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    report = load_report(load_city(arguments.folder))
    print(report.to_json() if arguments.format == "json" else report.to_text())
    return 0


def _fetch(arguments: argparse.Namespace) -> int:
    files = fetch_nantes(arguments.folder, trust_on_first_use=arguments.trust_on_first_use)
    print(f"{counted(len(files), 'file')}, see {arguments.folder}")
    return 0


def _backtest(arguments: argparse.Namespace) -> int:
    city = load_city(arguments.folder)
    result = backtest(
        city, arguments.start, arguments.end, lead_days=arguments.lead_days,
        shortage=arguments.shortage, step=arguments.step, assisted=arguments.assisted,
        forecaster=CanteenForecaster(enrolment_lead_days=arguments.enrolment_lead_days),
    )  # fmt: skip
    result.to_csv(arguments.output)
    say, lang = TEXTS[arguments.lang], arguments.lang
    measures = ("wape", "excess", "shortage", "coverage")
    lines = [
        [
            f"{say[who]}, {say[name]}",
            *(percent(figures[key], lang, 2) if key in figures else "" for key in measures),
        ]
        for strikes, name in ((False, "without"), (True, "with"))
        for who, figures in result.scores(strikes=strikes).items()
    ]
    header = ["", "WAPE", *(say[key] for key in measures[1:])]
    print(table(header, lines) if lines else say["alone"])
    spans = len(set(result.last_known.tolist()))
    _say(
        arguments, "backtest", rows=counted(len(result.rows), "row", lang),
        forecasts=counted(spans, "forecast", lang),
    )  # fmt: skip
    return 0


def _see(arguments: argparse.Namespace) -> None:
    """Print where the results are, if any was written."""
    files = _outputs(arguments)
    if files:
        print(f"\n{TEXTS[arguments.lang]['see'].format(file=', '.join(map(str, files)))}")


def _say(arguments: argparse.Namespace, key: str, **facts: object) -> None:
    """Print a closing line, which says where the result is."""
    print(TEXTS[arguments.lang][key].format(file=arguments.output, **facts))
