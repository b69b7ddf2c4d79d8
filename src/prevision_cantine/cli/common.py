"""What the commands share: their options, what they read and learn, and what they say at the end."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from prevision_cantine.cli.language_option import add_language, language_now
from prevision_cantine.cli.terminal import close, is_quiet
from prevision_cantine.errors import CantineError, ForecastError
from prevision_cantine.words.catalogue import Phrase, sentence
from prevision_cantine.words.language import phrases

if TYPE_CHECKING:
    from prevision_cantine.city.city import City
    from prevision_cantine.model.forecast import Forecast
    from prevision_cantine.model.forecaster import CanteenForecaster

T = TypeVar("T")


# The options that name a file to write.
PICTURES = ("picture", "calibration_picture", "calendar_picture")
OUTPUTS = ("output", "kitchen", "html", *PICTURES)
FOLDERS = ("sheets", "ics")  # those that name a folder to write to
LEAD_DAYS = 15  # of a command that is given none

TEXTS = phrases("common")


def add_folder(item: argparse.ArgumentParser, *, span: bool = True) -> None:
    """Add the folder of the city that a command reads, and the span that it forecasts."""
    item.add_argument("folder", help="folder of the city")
    if span:
        item.add_argument("--from", dest="start", required=True, help="first day, YYYY-MM-DD")
        item.add_argument("--to", dest="end", required=True, help="last day, YYYY-MM-DD")


def add_lead_days(item: argparse.ArgumentParser, default: int | None = None) -> None:
    """Add the days between data and forecast."""
    item.add_argument(
        "--lead-days",
        type=whole,
        default=default,
        metavar="DAYS",
        help=f"days between data and forecast, 1 to 365; {LEAD_DAYS} by default",
    )


def add_learning(
    item: argparse.ArgumentParser, *, span: bool = True, model: bool = True, draft: bool = False
) -> None:
    """Add what a command learns from: data up to a day, or a model that was kept."""
    when = "by default --lead-days before --from" if span else "YYYY-MM-DD"
    item.add_argument("--until", help=f"last day of the data used, {when}")
    add_lead_days(item)
    item.add_argument(
        "--settings", type=Path, help="TOML file of settings written by the settings command"
    )
    item.add_argument(
        "--expected",
        action="append",
        default=[],
        metavar="CANTEEN=MEALS",
        help="meals expected on an ordinary day of a canteen with little past; may be given again",
    )
    if model:
        item.add_argument(
            "--model",
            type=Path,
            help="model written by fit, instead of --until and --lead-days",
        )
    if draft:
        item.add_argument(
            "--draft", type=Path, help="CSV file of the agents' draft order: cantine, date, commande"
        )  # fmt: skip
    add_language(item)


def outputs(arguments: argparse.Namespace) -> list[Path]:
    """Return the files that are to be written."""
    named: list[Path | None] = [getattr(arguments, name, None) for name in OUTPUTS]
    return [path for path in named if path is not None]


def folders(arguments: argparse.Namespace) -> list[Path]:
    """Return the folders that a command will write to, each once."""
    named = [getattr(arguments, name, None) for name in FOLDERS]
    return list(dict.fromkeys(path for path in named if path is not None))


def check_outputs(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be written before the first of several files is."""
    from prevision_cantine.say.figures import picture_kind

    given = outputs(arguments)
    for number, path in enumerate(given):
        if not path.parent.is_dir():
            raise CantineError("cannot_write", where=path, reason=Phrase.of("parts.no_such_folder"))
        if path.is_dir():
            raise CantineError("folder_given", where=path)
        if path in given[:number]:
            raise CantineError("two_outputs", where=path)
    for folder in folders(arguments):
        if not folder.absolute().parent.is_dir() or (folder.exists() and not folder.is_dir()):
            raise CantineError("output_folder", where=folder)
    for name in PICTURES:
        if (picture := getattr(arguments, name, None)) is not None:
            picture_kind(picture)


def _said(read: Callable[[str], T]) -> Callable[[str], T]:
    """Return what reads the text of an option, its errors told to argparse in the language asked."""

    def reader(text: str) -> T:
        try:
            return read(text)
        except CantineError as error:
            raise argparse.ArgumentTypeError(error.say(language_now.get())) from None

    return reader


def _number(text: str) -> float:
    """Read a number as it is written with a decimal point or comma."""
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", text):
        one, other = text.replace(",", ""), text.replace(",", ".")
        raise CantineError("two_ways", value=text, one=one, other=other)
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise CantineError("not_a_number", value=text) from None


def _whole(text: str) -> int:
    """Read a whole number, of few enough digits to count days with."""
    if not re.fullmatch(r"[+-]?\d{1,6}", text):
        raise CantineError("not_whole", value=text)
    return int(text)


number: Callable[[str], float] = _said(_number)
whole: Callable[[str], int] = _said(_whole)


def writes(
    item: argparse.ArgumentParser, *, required: bool = False, what: str = "CSV file to write"
) -> None:
    """Add the file that a command writes."""
    item.add_argument("--output", type=Path, required=required, help=f"{what}; - to print it")


def add_format(item: argparse.ArgumentParser) -> None:
    """Add the form of what a command prints."""
    item.add_argument(
        "--format", choices=("text", "json"), default="text",
        help="format of what is printed: text, or JSON with the same figures and null where one is missing",
    )  # fmt: skip


def needs_output(arguments: argparse.Namespace) -> None:
    """Refuse to make what would be neither written nor printed."""
    if arguments.output is None and arguments.format != "json":
        raise ForecastError("output_or_json")


def is_json(arguments: argparse.Namespace) -> bool:
    """Return whether a command prints JSON."""
    return getattr(arguments, "format", "text") == "json"


def print_json(value: Mapping[str, Any]) -> None:
    """Print plain values as JSON, a key a line."""
    print(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def number_in(option: str, text: str, value: str) -> float:
    """Return a number that stands inside an option."""
    try:
        return _number(value)
    except CantineError as error:
        raise ForecastError("option_number", option=option, text=text, reason=error) from None


def expected(arguments: argparse.Namespace) -> dict[str, float]:
    """Return the meals expected of canteens with little past, by name."""
    found: dict[str, float] = {}
    for text in getattr(arguments, "expected", []):
        name, equal, value = text.rpartition("=")
        if not equal:
            raise ForecastError("expected_option", text=text)
        if name in found:
            raise ForecastError("expected_twice", text=text, value=name)
        found[name] = number_in("--expected", text, value)
    return found


def fitted(arguments: argparse.Namespace, city: City) -> CanteenForecaster:
    """Return a forecaster that learned from a city up to the day asked for."""
    from prevision_cantine.calendar.days import to_day
    from prevision_cantine.model.choice import load_choice
    from prevision_cantine.model.forecaster import CanteenForecaster
    from prevision_cantine.model.storage import load_forecaster
    from prevision_cantine.say.limits import say_too_little

    model = getattr(arguments, "model", None)
    if model is not None:
        for option in ("until", "lead_days", "settings", "expected"):
            if getattr(arguments, option, None) not in (None, []):
                name = option.replace("_", "-")
                raise ForecastError("model_or_option", option=f"--{name}")
        forecaster = load_forecaster(model)
    else:
        lead_days = LEAD_DAYS if arguments.lead_days is None else arguments.lead_days
        if arguments.until is not None:
            until = to_day(arguments.until)
        elif hasattr(arguments, "start"):
            until = to_day(arguments.start) - lead_days
        else:
            raise ForecastError("until_missing")
        chosen = {} if arguments.settings is None else load_choice(arguments.settings).parameters()
        forecaster = CanteenForecaster(lead_days=lead_days, **chosen)
        forecaster.fit(city, until, expected=expected(arguments) or None)
    past = len(forecaster.calibration_.actual)
    for text in () if is_quiet.get() else say_too_little(forecaster.sources_, past, arguments.lang):
        note(text, arguments.lang)
    return forecaster


def note(text: str, lang: str) -> None:
    """Say on standard error what to know of a result, after the name of the program."""
    print(sentence("usage.note", lang, message=text), file=sys.stderr)


def forecasted(arguments: argparse.Namespace) -> tuple[City, Forecast]:
    """Return the city and the forecast of the span asked for, with the agents' draft if given.

    All that is asked for is read before anything is learned: an error is found at once.
    """
    from prevision_cantine.city.load import load_city
    from prevision_cantine.decide.ordering import load_order
    from prevision_cantine.say.limits import say_unknowns

    city = load_city(arguments.folder)
    rows = city.calendar_rows(arguments.start, arguments.end)
    if getattr(arguments, "canteen", None) is not None:
        rows.of(arguments.canteen)
    draft = load_order(arguments.draft, city).on(rows) if arguments.draft else None
    forecast = fitted(arguments, city).predict(rows, draft=draft)
    for text in () if is_quiet.get() else say_unknowns(forecast, arguments.lang):
        note(text, arguments.lang)
    return city, forecast


def canteen_rows(forecast: Forecast, name: str | None) -> tuple[str, list[int]]:
    """Return the canteen asked for and its rows, the first canteen where none is."""
    name = str(forecast.rows.names[0]) if name is None else name
    return name, forecast.rows_of(name).tolist()


def see(arguments: argparse.Namespace) -> None:
    """Print where the results are, if any was written."""
    files = [*outputs(arguments), *folders(arguments)]
    if files and not is_quiet.get():
        closing = TEXTS[arguments.lang]["see"].format(file=", ".join(map(str, files)))
        if is_json(arguments):
            print(closing, file=sys.stderr)
        else:
            print(f"\n{closing}")


def say(arguments: argparse.Namespace, key: str, **facts: object) -> None:
    """Print a closing line, which says where the result is."""
    close(TEXTS[arguments.lang][key].format(file=arguments.output, **facts))
