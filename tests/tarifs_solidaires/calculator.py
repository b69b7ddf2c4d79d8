"""Whether the script of a page computes what Python does, at the bounds of a rule and beside them.

``boundary(rule, count, seed)`` finds people by bisection: two who differ in one step of one input, and
not in their result alike. ``differences(rule, columns)`` computes them twice.
"""

import json
import math
import shutil
import subprocess
import tempfile
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np

from tarifs_solidaires.engine.expression import Compare, Marginal, Name, Number, walk
from tarifs_solidaires.pages.program import compiled

NODE = shutil.which("node")
RUN = Path(__file__).parents[1] / "calculator" / "run.mjs"
PACKAGE = files("tarifs_solidaires") / "pages"

STEPS = 38  # halvings that find neighbours in the widest range
MOST = 4  # inputs in which neighbours are looked for
SHARE = 4  # of so many people one is drawn alone, the others begin a search


def boundary(rule, count, seed=0):
    """Yield columns of people: inputs by name, numbers as counts of steps; count in all, or a few more."""
    for columns, _ in people_at_bounds(rule, count, seed):
        yield columns


def people_at_bounds(rule, count, seed=0):
    """Yield columns as ``boundary`` does, with how many of them lie one step from another result."""
    rng = np.random.default_rng(seed)
    ways = _ways(rule)
    for names in ways:
        numeric = [name for name in names if rule.all_inputs[name].numeric]
        each = -(-count // len(ways))
        alone = _drawn(rule, names, -(-each // SHARE) if numeric else each, rng)
        pairs, turning = [alone], 0
        begun = _drawn(rule, names, each - len(next(iter(alone.values()))), rng)
        if len(numeric) > MOST:
            numeric = list(rng.permutation(numeric))[:MOST]
        for place, name in enumerate(numeric):
            one = {key: column[place :: len(numeric)] for key, column in begun.items()}
            here, there = _bisected(rule, one, name, rng)
            turned = _key(rule, here) != _key(rule, there)
            turning += 2 * int(turned.sum())
            pairs += [here, {key: column[turned] for key, column in there.items()}]
        yield {key: np.concatenate([pair[key] for pair in pairs]) for key in alone}, turning


def _ways(rule):
    """Return sets of inputs that can be given together."""
    required = [name for name in rule.required if name in rule.all_inputs]
    through = {name: sorted(rule.ways(name)) for name in rule.all_inputs}
    ways = {way for name in rule.all_inputs for way in through[name] if name in rule.version.reads}
    others = [
        item.name for item in rule.inputs if item.name in rule.version.reads and not item.formula
    ]
    full = list(dict.fromkeys([*required, *(name for name in others if name not in ways)]))
    found = [full, required]
    formulas = [name for name in full if rule.all_inputs[name].formula]
    if formulas:
        given = [way for name in formulas for way in through[name]]
        found.append(list(dict.fromkeys([*(n for n in full if n not in formulas), *given])))
    return [names for n, names in enumerate(found) if names and names not in found[:n]]


def _points(rule, item):
    found = [item.minimum, item.maximum]
    for facts in rule.steps.values():
        for node in walk(facts.step.whole):
            match node:
                case Compare(Name(name), _, Number(value)) if name == item.name:
                    found.append(value)
                case Marginal(Name(name), parts) if name == item.name:
                    found += [part.up_to for part in parts if part.up_to is not None]
    return [value for value in found if item.minimum <= value <= item.maximum]


def _drawn(rule, names, count, rng):
    columns = {}
    for name in names:
        item = rule.all_inputs[name]
        if item.kind == "flag":
            columns[name] = rng.random(count) < 0.5
        elif item.kind == "code":
            words = [*item.codes] or [*rule.known_words.get(name, ()), "99999"]
            words = [word for word in words if len(word) == 5 or item.codes or not item.pattern]
            columns[name] = np.array(words or ["99999"], dtype=object)[
                rng.integers(0, len(words) or 1, count)
            ]
        else:
            grid = item.grid
            low, high = math.ceil(item.minimum / grid), math.floor(item.maximum / grid)
            small = np.exp(
                rng.random(count)
                * math.log(max(2, min(high, 10_000_000 * grid.denominator) - low + 1))
            )
            drawn = low + np.floor(small).astype(np.int64) - 1
            near = np.array([int(v / grid) for v in _points(rule, item)], dtype=np.int64)
            beside = near[rng.integers(0, len(near), count)] + rng.integers(-1, 2, count)
            columns[name] = np.clip(np.where(rng.random(count) < 0.4, beside, drawn), low, high)
    return columns


def _bisected(rule, columns, name, rng):
    """Return two sets of people, one step of an input apart where the result turns between two ends."""
    item = rule.all_inputs[name]
    low_end = math.ceil(item.minimum / item.grid)
    high_end = math.floor(item.maximum / item.grid)
    one = columns[name].copy()
    span = min(high_end, low_end + 100_000 * item.grid.denominator)
    other = rng.integers(low_end, span, len(one), endpoint=True)
    if len(one):
        first = _key(rule, columns)
        for _ in range(STEPS):
            if (np.abs(one - other) <= 1).all():
                break
            middle = (one + other) // 2
            same = _key(rule, {**columns, name: middle}) == first
            one, other = np.where(same, middle, one), np.where(same, other, middle)
    return {**columns, name: one}, {**columns, name: other}


def _given(rule, columns):
    found = {}
    for name, column in columns.items():
        item = rule.all_inputs[name]
        if item.kind == "date":
            found[name] = column.astype("datetime64[D]")
        elif item.numeric:
            found[name] = (
                column if item.grid == 1 else column * item.grid.numerator / item.grid.denominator
            )
        else:
            found[name] = column
    return found


def _key(rule, columns):
    result = rule.compute(_given(rule, columns), errors="null")
    parts = [result.row.astype(str), np.asarray(result.reason_number).astype(str)]
    parts += [np.asarray(result.outputs[name]).astype(str) for name in rule.output_names]
    key = parts[0].astype(object)
    for part in parts[1:]:
        key = key + "|" + part.astype(object)
    return key


def job(rule, columns, **more):
    """Return what ``run.mjs`` reads."""
    names = list(columns)
    kinds = [rule.all_inputs[name] for name in names]
    people = [
        {
            name: ["#", str(value * item.grid)] if item.numeric else value
            for name, item, value in zip(names, kinds, row, strict=True)
        }
        for row in zip(*(column.tolist() for column in columns.values()), strict=True)
    ]
    return {"program": compiled([rule]), "people": people, "words": None, "brief": True, **more}


def run(job):
    """Return what the script prints for a job, a value a line."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "job.json"
        file.write_text(json.dumps(job), "utf-8")
        done = subprocess.run(
            [NODE, str(RUN), str(PACKAGE), str(file)], capture_output=True, text=True, check=False,
            encoding="utf-8",
        )  # fmt: skip
    if done.returncode:
        raise AssertionError(done.stderr[-2000:])
    return [json.loads(line) for line in done.stdout.splitlines()]


def as_float(text):
    """Return the float nearest to an exact number of the script."""
    if text is None:
        return math.nan
    if text.startswith("root "):
        return math.sqrt(as_float(text.removeprefix("root ")))
    value = Fraction(text)
    return value.numerator / value.denominator


def differences(rule, columns):
    """Return how many people were computed, and those for whom the script gives something else."""
    result = rule.compute(_given(rule, columns), errors="null")
    found = run(job(rule, columns))
    deciding = rule.steps.get(rule.version.decides)
    names = [row.name.first for row in deciding.rows] if deciding else []
    tranche, reason = np.atleast_1d(result.tranche), np.atleast_1d(result.reason)
    expected = [np.atleast_1d(result.outputs[name]).tolist() for name in rule.output_names]
    wrong = []
    for number, one in enumerate(found):
        refused = bool(reason[number])
        if refused or "faults" in one:
            good = refused == ("faults" in one)
        else:
            mine = [column[number] for column in expected]
            pairs = zip(mine, one["outputs"], strict=True)
            good = all(_same(a, b) for a, b in pairs)
            if names and mine[0] == mine[0] and mine[0] is not None and one["row"] is not None:
                good = good and names[one["row"]] == tranche[number]
        if not good:
            person = {name: column[number] for name, column in columns.items()}
            wrong.append((person, [c[number] for c in expected], one))
    return len(found), wrong


def _same(mine, theirs):
    if isinstance(mine, float):
        other = as_float(theirs)
        return mine == other or (mine != mine and other != other)
    return mine == theirs
