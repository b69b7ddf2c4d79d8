"""The result against the main input, a curve for each group: where it turns, and by how much."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from tarifs_solidaires.catalogue import NBSP, msg
from tarifs_solidaires.draw.wording import Wording
from tarifs_solidaires.engine.expression import Compare, Marginal, Name, Number, walk
from tarifs_solidaires.errors import TarifError
from tarifs_solidaires.rules.dated import DatedRule
from tarifs_solidaires.say.language import Language, capital
from tarifs_solidaires.values.inputs import Input

WIDTH, HEIGHT = 440.0, 260.0
LEFT, TOP, BOTTOM = 84.0, 14.0, 40.0
MOST = 5  # curves
POINTS = 481  # of a curve
TYPICAL = {"years": 30, "month": 1_500, "year": 18_000}  # where no bound says what is usual
INKS = ("#14507a", "#a8461f", "#2f7a3d", "#6b3fa0", "#5a5a00")
DASHES = ("", "9 4", "2 4", "12 4 2 4", "5 5")


@attrs.frozen(kw_only=True)
class Curve:
    """A result against an input, by group.

    Parameters
    ----------
    title, note : str
        What is drawn, and what holds for everyone in it.
    groups : tuple of str
        The groups; one, without a name, where there are none.
    head, rows : tuple
        The same as a table: some values of the input, and the result of each group.
    svg : str
        The picture.
    """

    title: str
    note: str
    groups: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    svg: str


@attrs.frozen(kw_only=True)
class Group:
    """People with the same curve: the input that tells them apart, and spans of its values."""

    name: str
    values: tuple[tuple[Any, Any], ...]
    given: Mapping[str, Any]


def curve(rule: DatedRule, say: Language, wording: Wording) -> Curve | None:
    """Return the curve of the main result; None where no number decides it.

    Parameters
    ----------
    rule : DatedRule
        The rule.
    say : Language
        The language of numbers.
    wording : Wording
        The words of the same language.
    """
    main = _main(rule)
    output = rule.output_names[0]
    if main is None or output not in rule.steps or rule.steps[output].step.kind != "number":
        return None
    base = _base(rule, main)
    if base is None:
        return None
    x = _range(rule, main, base, output)
    groups = _groups(rule, main, base, output, x)
    found = [(one, _computed(rule, main, {**base, **one.given}, output, x)) for one in groups]
    kept = [(one, line) for one, line in found if line is not None and not np.isnan(line).all()]
    if not kept:
        return None
    names = tuple(_group_name(one, rule, say, wording) for one, _ in kept)
    title = say(
        msg("{result} by {input}"), result=capital(wording.with_unit(output, rule.steps[output].unit)),
        input=wording.with_unit(main.name, main.unit),
    )  # fmt: skip
    varied = {one.name for one, _ in kept}
    fixed = [
        wording.pair(wording.label(n), _value(rule, n, v, wording))
        for n, v in base.items()
        if n not in varied
    ]
    note = say(msg("For everyone here: {what}."), what="; ".join(fixed)) if fixed else ""
    return _drawn(
        rule, main, output, x, names, [line for _, line in kept], title, note, say, wording
    )


def _main(rule: DatedRule) -> Input | None:
    """Return the number that the result depends on most: the first required, else the first."""
    numbers = [
        item for item in rule.inputs
        if item.kind in ("number", "whole") and item.name in rule.version.reads
    ]  # fmt: skip
    first = [item for item in numbers if item.name in rule.required and item.kind == "number"]
    return next(iter([*first, *(i for i in numbers if i.kind == "number"), *numbers]), None)


def _usual(rule: DatedRule, item: Input) -> list[Any]:
    """Return values that a person of a rule may have, the most usual first."""
    if item.kind == "flag":
        return [False, True]
    if item.kind == "code":
        known = rule.known_words.get(item.name, ())
        return [*list(item.codes)[:6], *known[:1]] or ["00000"]
    bounds = _bounds(rule, item)
    kind, _, each = item.unit.partition("/")
    typical = TYPICAL.get(each if kind == rule.currency else kind, 1)
    middle = bounds[len(bounds) // 2] if bounds else Fraction(typical)
    middle = min(item.maximum, max(item.minimum, middle))
    return [int(middle) if item.kind != "number" else float(middle)]


def _bounds(rule: DatedRule, item: Input) -> list[Fraction]:
    """Return the figures that an input is compared with."""
    found: set[Fraction] = set()
    for facts in rule.steps.values():
        for node in walk(facts.step.whole):
            match node:
                case Compare(Name(name), _, Number(value)) if name == item.name:
                    found.add(value)
                case Compare(Name(name), _, Name(other)) if name == item.name:
                    value_ = rule.constants.get(other)
                    if isinstance(value_, Fraction):
                        found.add(value_)
                case Marginal(Name(name), parts) if name == item.name:
                    found |= {part.up_to for part in parts if part.up_to is not None}
    return sorted(value for value in found if item.minimum <= value <= item.maximum)


def _base(rule: DatedRule, main: Input) -> dict[str, Any] | None:
    """Return what holds for everyone: required inputs, with which there is a result."""
    inputs = [
        item for item in rule.inputs
        if item.name != main.name and item.name in {*rule.required, *rule.version.required}
    ]  # fmt: skip
    choices = [_usual(rule, item) for item in inputs]
    for values in itertools.islice(itertools.product(*choices), 64):
        given = dict(zip([item.name for item in inputs], values, strict=True))
        x = np.array(_few(rule, main))
        found = _computed(rule, main, given, rule.output_names[0], x)
        if found is not None and not np.isnan(found).all():
            return given
    return None


def _few(rule: DatedRule, main: Input) -> list[float]:
    low, high = float(main.minimum), float(main.maximum)
    bounds = [float(bound) for bound in _bounds(rule, main)]
    usual = [1, 10, 100, 500, 1000, 3000, 10_000, 30_000]
    return sorted({low, *(b for b in (*bounds, *usual) if low <= b <= high)})


def _computed(
    rule: DatedRule, main: Input, given: Mapping[str, Any], output: str, x: Any
) -> np.ndarray[Any, Any] | None:
    try:
        outcome = rule._outcome({**given, main.name: x}, "null", {})
    except TarifError:
        return None
    return np.asarray(outcome["outputs"][output], dtype=np.float64)


def _range(rule: DatedRule, main: Input, base: Mapping[str, Any], output: str) -> Any:
    """Return the values of the main input: from its smallest to beyond the last change."""
    low, high = float(main.minimum), float(main.maximum)
    wide = np.unique(np.concatenate([[low], np.geomspace(max(low, 1.0), high, 800)]))
    wide = _on_grid(wide, main)
    found = _computed(rule, main, base, output, wide)
    bounds = [float(bound) for bound in _bounds(rule, main)]
    last = max(bounds, default=0.0)
    if found is not None:
        with np.errstate(invalid="ignore"):
            turns = np.flatnonzero(
                (found[1:] != found[:-1]) & ~(np.isnan(found[1:]) & np.isnan(found[:-1]))
            )
        if turns.size and turns[-1] < len(wide) - 30:
            last = max(last, float(wide[turns[-1] + 1]))
    if not last:
        last = {"year": 30_000.0, "month": 3_000.0}.get(main.unit.partition("/")[2], 100.0)
    last = min(high, max(1.25 * last, low + 1))
    even = [*_ticks(low, last, 8), *_ticks(low, last, 4)]
    inside = [bound for bound in bounds if low <= bound <= last]
    beyond = [bound + float(main.grid) for bound in inside if bound < last]
    return _on_grid(np.concatenate([np.linspace(low, last, POINTS), even, inside, beyond]), main)


def _ticks(low: float, high: float, count: int) -> list[float]:
    """Return round numbers between two others, about as many as are asked for."""
    step = _round_up((high - low) / count)
    first = int(np.ceil(low / step))
    return [round(n * step, 6) for n in range(first, int(np.floor(high / step)) + 1)]


def _on_grid(values: Any, main: Input) -> Any:
    step = 1.0 if main.kind == "whole" else float(main.step)
    found = np.unique(
        np.clip(np.rint(values / step) * step, float(main.minimum), float(main.maximum))
    )
    return np.round(found, 6)


def _groups(
    rule: DatedRule, main: Input, base: Mapping[str, Any], output: str, x: Any
) -> list[Group]:
    """Return the groups whose curves differ: those of the one other input that matters most."""
    best: list[Group] = [Group(name="", values=(), given={})]
    for item in rule.inputs:
        if item.name == main.name or item.name not in rule.version.reads or item.formula:
            continue
        found: dict[bytes, list[Any]] = {}
        before = b""
        for value in _levels(rule, item):
            line = _computed(rule, main, {**base, item.name: value}, output, x)
            if line is None or np.isnan(line).all():
                before = b""
                continue
            key = line.tobytes()
            spans = found.setdefault(key, [])
            if spans and key == before and item.numeric:
                spans[-1] = (spans[-1][0], value)
            else:
                spans.append((value, value))
            before = key
        if len(found) > len(best):
            best = [
                Group(name=item.name, values=tuple(spans), given={item.name: spans[0][0]})
                for spans in list(found.values())[:MOST]
            ]
        if len(best) >= 3:
            break
    return best


def _levels(rule: DatedRule, item: Input) -> Iterator[Any]:
    if item.kind == "flag":
        yield from (False, True)
    elif item.kind == "code":
        yield from list(item.codes)[:12]
    elif item.kind in ("whole", "number"):
        bounds = _bounds(rule, item)
        if bounds:
            around = {item.minimum, item.maximum}
            for bound in bounds:
                around |= {bound, bound - item.grid, bound + item.grid}
            inside = sorted(v for v in around if item.minimum <= v <= item.maximum)
            yield from (int(v) if v % 1 == 0 else float(v) for v in inside[:12])
        elif item.kind == "whole":
            low = int(item.minimum)
            yield from range(low, min(low + MOST, int(item.maximum) + 1))


def _value(rule: DatedRule, name: str, value: Any, wording: Wording) -> str:
    item = rule.all_inputs[name]
    return wording.input_value(item, item.meant(value))


def _group_name(group: Group, rule: DatedRule, say: Language, wording: Wording) -> str:
    """Return what a group is called: its values, or from which to which they go."""
    if not group.name:
        return ""
    spans = []
    for low, high in group.values:
        one, other = (_value(rule, group.name, value, wording) for value in (low, high))
        span = msg("from {low} to {high}")
        spans.append(one if low == high else say(span, low=one, high=other))
    return wording.pair(wording.label(group.name), say(msg(" or ")).join(spans))


def _drawn(
    rule: DatedRule, main: Input, output: str, x: Any, names: Sequence[str], lines: Sequence[Any],
    title: str, note: str, say: Language, wording: Wording,
) -> Curve:  # fmt: skip
    unit, currency = rule.outputs[output].unit, rule.currency

    def told(value: float) -> str:
        if np.isnan(value):
            return say(msg("no result"))
        return say.quantity(Fraction(repr(float(value))), unit, currency, per=False, most=2)

    def told_x(value: float) -> str:
        return say.quantity(Fraction(repr(float(value))), main.unit, currency, per=False)

    shown = [float(bound) for bound in _bounds(rule, main) if x[0] <= bound <= x[-1]]
    top = max((float(np.nanmax(line)) for line in lines if not np.isnan(line).all()), default=1.0)
    low, high = float(x[0]), float(x[-1])
    top = _round_up(top) or 1.0
    picture = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="curve" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{html.escape(title)}">'
    ]
    across, down = WIDTH - LEFT - 30, HEIGHT - TOP - BOTTOM

    def at(value: float, level: float) -> str:
        return f"{LEFT + (value - low) / (high - low) * across:.1f} {TOP + (1 - level / top) * down:.1f}"

    for part in range(5):
        level = top * part / 4
        y = TOP + (1 - part / 4) * down
        picture.append(f'<path d="M{LEFT:g} {y:.1f}h{across:g}" stroke="#d5dde3" fill="none"/>')
        label = html.escape(told(float(f"{level:.6g}")))
        picture.append(
            f'<text x="{LEFT - 6:g}" y="{y + 4:.1f}" text-anchor="end" font-size="12">{label}</text>'
        )
    for value in _ticks(low, high, 4):
        label = html.escape(told_x(value))
        anchor = "middle" if value > low else "start"
        place = at(value, 0).split()[0]
        picture.append(
            f'<text x="{place}" y="{HEIGHT - 16:g}" text-anchor="{anchor}" font-size="12">{label}</text>'
        )
    for number, line in enumerate(lines):
        path = "".join(_path(x, line, at))
        dash = f' stroke-dasharray="{DASHES[number]}"' if DASHES[number] else ""
        picture.append(
            f'<path d="{path}" fill="none" stroke="{INKS[number]}" stroke-width="2.5"{dash}/>'
        )
    picture.append("</svg>")
    some = sorted({low, *_ticks(low, high, 8), *shown[:8]})
    at_ = [int(np.argmin(np.abs(x - value))) for value in some]
    rows = tuple((told_x(float(x[i])), *(told(float(line[i])) for line in lines)) for i in at_)
    first = wording.with_unit(main.name, main.unit)
    head = (first, *(names if names != ("",) else (wording.label(output),)))
    head = tuple(text.replace(NBSP, " ") for text in head)  # columns are narrow
    return Curve(
        title=title, note=note, groups=tuple(names), head=head, rows=rows, svg="".join(picture)
    )


def _path(x: Any, line: Any, at: Any) -> Iterator[str]:
    """Yield the parts of a curve: jumps stand upright, what is missing is a gap, straight is one line."""
    pen = False
    before: tuple[float, float] | None = None
    slope: float | None = None
    for value, level in zip(x.tolist(), line.tolist(), strict=True):
        if level != level:
            if before is not None and pen:
                yield f"L{at(*before)}"
            pen, before, slope = False, None, None
            continue
        if before is None:
            yield f"M{at(value, level)}"
            pen = True
        else:
            now = (level - before[1]) / (value - before[0])
            if slope is None or abs(now - slope) > 1e-9:
                if slope is not None:
                    yield f"L{at(*before)}"
                slope = now
        before = (value, level)
    if before is not None:
        yield f"L{at(*before)}"


def _round_up(value: float) -> float:
    """Return a round number that is at least a number of 0 or more."""
    if value <= 0:
        return 0.0
    unit = 10.0 ** np.floor(np.log10(value))
    return float(
        next(f * unit for f in (1, 2, 2.5, 4, 5, 8, 10) if f * unit >= value * (1 - 1e-12))
    )
