"""What a search of settings chose, in words."""

from __future__ import annotations

from collections.abc import Callable

from prevision_cantine.model.choice import Choice
from prevision_cantine.model.naming import NO_WORDS, Words
from prevision_cantine.words.language import in_language, listed, number, percent, texts

TEXTS = texts({
    "fr": {
        "chosen": "Réglages choisis avec les données connues le {until}, sur les prévisions passées du {first} "
        "au {last} : {weeks} semaines, {evaluations} réglages essayés. Leur erreur passe de {before} à {after} des repas.",
        "same": "Réglages vérifiés avec les données connues le {until}, sur les prévisions passées du {first} "
        "au {last} : {weeks} semaines, {evaluations} réglages essayés. Aucun changement ne les améliore "
        "sûrement ; leur erreur est de {before} des repas.",
        "few": "Réglages inchangés : {weeks} semaines de prévisions passées, du {first} au {last}, sont trop peu "
        "pour en choisir.",
        "time": "La recherche s'est arrêtée avant la fin, faute de temps.",
        "step": "{name} : {before} → {after}, {gain} point d'erreur en moins",
        "penalty": "prudence du terme « {term} »", "every": "prudence de tous les termes", "term": "terme « {term} »", "yes": "gardé", "no": "laissé de côté",
        "stay": "Termes facultatifs gardés : {names}.", "without": "Termes laissés de côté : {names}.",
        "see": "voir {file}",
        "none": "Les réglages sont ceux livrés avec le logiciel, ou donnés à la main : aucune recherche sur le passé "
        "de la ville ne les a choisis.",
    },
    "en": {
        "chosen": "Settings chosen from data known on {until}, on past forecasts from {first} to {last}: {weeks} "
        "weeks, {evaluations} settings tried. Their error goes from {before} to {after} of the meals.",
        "same": "Settings checked with data known on {until}, on past forecasts from {first} to {last}: {weeks} "
        "weeks, {evaluations} settings tried. No change surely improves them; their error is {before} of the meals.",
        "few": "Settings unchanged: {weeks} weeks of past forecasts, from {first} to {last}, are too few to choose on.",
        "time": "The search stopped before its end, for want of time.",
        "step": "{name}: {before} → {after}, {gain} points of error less",
        "penalty": "caution of the term “{term}”", "every": "caution of all terms", "term": "term “{term}”", "yes": "kept", "no": "left out",
        "stay": "Optional terms kept: {names}.", "without": "Terms left out: {names}.",
        "see": "see {file}",
        "none": "The settings are those that ship with the software, or were given by hand: no search on the city's "
        "past chose them.",
    },
    "pt": {
        "chosen": "Parâmetros escolhidos com os dados conhecidos em {until}, em previsões passadas de {first} a "
        "{last}: {weeks} semanas, {evaluations} combinações testadas. O erro delas passa de {before} para {after} das refeições.",
        "same": "Parâmetros verificados com os dados conhecidos em {until}, em previsões passadas de {first} a "
        "{last}: {weeks} semanas, {evaluations} combinações testadas. Nenhuma mudança os melhora com segurança; "
        "o erro é de {before} das refeições.",
        "few": "Parâmetros inalterados: {weeks} semanas de previsões passadas, de {first} a {last}, são poucas "
        "para escolher.",
        "time": "A busca parou antes do fim, por falta de tempo.",
        "step": "{name}: {before} → {after}, {gain} ponto de erro a menos",
        "penalty": "cautela do termo “{term}”", "every": "cautela de todos os termos", "term": "termo “{term}”", "yes": "mantido", "no": "deixado de fora",
        "stay": "Termos opcionais mantidos: {names}.", "without": "Termos deixados de fora: {names}.",
        "see": "ver {file}",
        "none": "Os parâmetros são os que vêm com o programa, ou foram dados à mão: nenhuma busca no passado da "
        "cidade os escolheu.",
    },
})  # fmt: skip
# What a setting is called, for who does not know the parameters.
SETTINGS = texts({
    "fr": {
        "level_half_life": "mémoire du niveau, en jours de service",
        "level_half_life_new_year": "mémoire du niveau à la rentrée, en jours de service",
        "enrolment_exponent": "puissance de l'effectif", "level_rows": "jours du long passé dans le niveau",
        "half_life": "mémoire des effets, en jours",
    },
    "en": {
        "level_half_life": "memory of the level, in service days",
        "level_half_life_new_year": "memory of the level for a new year, in service days",
        "enrolment_exponent": "power of enrolment", "level_rows": "days of the longer past in the level",
        "half_life": "memory of the effects, in days",
    },
    "pt": {
        "level_half_life": "memória do nível, em dias de serviço",
        "level_half_life_new_year": "memória do nível no novo ano, em dias de serviço",
        "enrolment_exponent": "potência das matrículas", "level_rows": "dias do passado longo no nível",
        "half_life": "memória dos efeitos, em dias",
    },
})  # fmt: skip


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
