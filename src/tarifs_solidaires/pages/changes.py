"""What changed from one version of a rule to the next, in the words of its drawings."""

from __future__ import annotations

from collections.abc import Iterator

from tarifs_solidaires.catalogue import msg
from tarifs_solidaires.draw.flow import Flow, Line
from tarifs_solidaires.say.language import Language, capital

MOST = 30  # changes that are listed, before the others are only counted


def changes(before: Flow, after: Flow, say: Language) -> list[str]:
    """Return what a version changed, a sentence each.

    Parameters
    ----------
    before, after : Flow
        The version before, and the version, in one language.
    say : Language
        The language.
    """
    found = list(_changes(before, after, say))
    if len(found) <= MOST:
        return found
    return [*found[:MOST], say(msg("and {count} more changes"), count=len(found) - MOST)]


def _changes(before: Flow, after: Flow, say: Language) -> Iterator[str]:
    figures = {**before.figures, **after.figures}
    for name, figure in figures.items():
        old, new = before.figures.get(name), after.figures.get(name)
        value_before = None if old is None else old.value
        value_after = None if new is None else new.value
        yield from _changed(capital(figure.label), value_before, value_after, say)
    inputs = {item.name: item for item in (*before.inputs, *after.inputs)}
    old_names, new_names = ({item.name for item in flow.inputs} for flow in (before, after))
    for name, item in inputs.items():
        if name not in old_names:
            yield say(msg("{name}: now asked."), name=capital(item.label))
        elif name not in new_names:
            yield say(msg("{name}: no longer asked."), name=capital(item.label))
    steps_before = {work.name: work for work in before.steps}
    steps_after = {work.name: work for work in after.steps}
    for name, work in {**steps_before, **steps_after}.items():
        one, other = steps_before.get(name), steps_after.get(name)
        title = capital(work.label)
        if one is None or other is None:
            sentence = (
                msg("{name}: a new step.") if one is None else msg("{name}: no longer a step.")
            )
            yield say(sentence, name=title)
            continue
        yield from _changed(title, one.formula, other.formula, say)
        yield from _changed(title, "; ".join(one.bounds), "; ".join(other.bounds), say)
        lines_before = {_key(line): line.value for line in one.lines}
        lines_after = {_key(line): line.value for line in other.lines}
        for key in dict.fromkeys((*lines_before, *lines_after)):
            yield from _changed(f"{title}, {key}", lines_before.get(key), lines_after.get(key), say)


def _key(line: Line) -> str:
    return line.when or line.name


def _changed(name: str, old: str | None, new: str | None, say: Language) -> Iterator[str]:
    if old == new:
        return
    if not old:
        yield say(msg("{name}: {value}, which is new."), name=name, value=new)
    elif not new:
        yield say(msg("{name}: {value} no longer holds."), name=name, value=old)
    else:
        yield say(msg("{name}: {new}, before that {old}."), name=name, new=new, old=old)
