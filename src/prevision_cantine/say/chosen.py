"""What a search of settings chose, in words."""

from __future__ import annotations

from collections.abc import Callable

from prevision_cantine.model.choice import Choice
from prevision_cantine.model.naming import NO_WORDS, Words
from prevision_cantine.words.language import in_language, listed, number, percent, phrases

TEXTS = phrases("chosen")
# What a setting is called, for who does not know the parameters.
SETTINGS = phrases("settings")


def choice_lines(
    choice: Choice | None,
    lang: str = "fr",
    words: Words = NO_WORDS,
    *,
    quoted: Callable[[str], str] = str,
) -> list[str]:
    """Return what was chosen, a sentence or a step each.

    Parameters
    ----------
    choice : Choice or None
        From ``choose_settings``; None where no search was run.
    lang : {"fr", "en", "pt"}
        Language.
    words : Words
        What the city's own terms are called.
    quoted : callable
        What is done to their names, which may hold anything.

    Returns
    -------
    list of str
        Sentences first, then the steps taken.

    Raises
    ------
    ForecastError
        Where the language does not exist.
    """
    say = in_language(TEXTS, lang)
    if choice is None:
        return [say["none"]]
    which = "few" if choice.stopped == "too few weeks" else "chosen" if choice.steps else "same"
    lines = [
        say[which].format(
            until=choice.until, first=choice.first, last=choice.last,
            weeks=number(choice.weeks, lang), evaluations=number(choice.evaluations, lang),
            before=percent(choice.start_loss, lang, 2), after=percent(choice.loss, lang, 2),
        )
    ]  # fmt: skip
    if choice.stopped in ("time", "evaluations", "passes"):
        lines.append(say["time"])
    for name in ("stay", "without"):
        named = [quoted(words.term(term, lang)) for term in getattr(choice, name)]
        if named:
            lines.append(say[name].format(names=listed(named, lang)))
    for step in choice.steps:
        kind, _, term = step.name.partition(" of " if step.name.startswith("penalty") else " ")
        values = [number(value, lang, 1 if value != round(value) else 0) for value in (step.before, step.after)]  # fmt: skip
        if term == "*":
            name = say["every"]
        elif kind in ("penalty", "term") and term:
            name = say[kind].format(term=quoted(words.term(term, lang)))
        else:
            name = SETTINGS[lang][step.name]
        if kind == "term":
            values = [say["yes" if value else "no"] for value in (step.before, step.after)]
        lines.append(
            say["step"].format(
                name=name, before=values[0], after=values[1], gain=number(100 * step.gain, lang, 3)
            )
        )
    return lines


def choice_to_text(
    choice: Choice, lang: str = "fr", words: Words = NO_WORDS, *, file: object = None
) -> str:
    """Return what was chosen as text.

    Parameters
    ----------
    choice : Choice
        From ``choose_settings``.
    lang : {"fr", "en", "pt"}
        Language.
    words : Words
        What the city's own terms are called.
    file : object, optional
        Where it was written.

    Returns
    -------
    str
        Lines.

    Raises
    ------
    ForecastError
        Where the language does not exist.
    """
    lines = choice_lines(choice, lang, words)
    first = len(lines) - len(choice.steps)
    found = [*lines[:first], *(f"  {line}" for line in lines[first:])]
    if file is not None:
        found += ["", in_language(TEXTS, lang)["see"].format(file=file)]
    return "\n".join(found)
