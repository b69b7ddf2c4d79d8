"""A forecast in words, for a kitchen manager."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from prevision_cantine.model.basis import Basis
from prevision_cantine.model.forecast import Forecast
from prevision_cantine.model.naming import reasons
from prevision_cantine.uncertainty.breaks import LevelBreak
from prevision_cantine.words.language import (
    counted,
    day_of_week,
    in_language,
    listed,
    number,
    percent,
    rounded_to,
    signed,
    texts,
)

TEXTS = texts(
    {
        "fr": {
            "head": "{canteen}, {day} {date} : {meals}",
            "interval": " (de {low} à {high}, {share} des jours)",
            "more": "{count} de plus qu'un {day} habituel ({usual})",
            "fewer": "{count} de moins qu'un {day} habituel ({usual})",
            "same": "Autant qu'un {day} habituel ({usual})",
            "colon": " : ",
            "none": "Cette cantine n'a encore servi aucun repas",
            "little": "Cette cantine n'a que {days} de passé",
            "rests": "{past} : la prévision s'appuie {what} ; elle peut se tromper de {off}.",
            "enrolment": "sur son effectif",
            "others": "sur les {count} cantines semblables",
            "other": "sur l'autre cantine",
            "replaced": "sur ce qu'elle remplace ({names})",
            "stated": "sur le nombre de repas annoncé pour elle",
            "draft": "sur le projet de commande des agents",
            "break": "Depuis le {first}, {who} sert {percent} de {way} que d'habitude{follow}.",
            "city": "toute la ville",
            "this": "cette cantine",
            "below": "moins",
            "above": "plus",
            "moves": " : la prévision en tient compte",
            "waits": " : c'est trop récent pour que la prévision suive, l'intervalle est élargi",
            "idle": "Cette cantine n'a servi aucun repas depuis plus de 30 jours de service : si elle est fermée, indiquez sa date de fermeture.",
            "strike": "Grève annoncée : l'intervalle tient compte des cantines qui servent presque normalement et de celles qui sont très touchées.",
            "people_new": "L'effectif de cette cantine est inconnu : les repas habituels des autres en tiennent lieu.",
            "weekday": "Aucun repas n'a jamais été servi un {day} : la prévision est celle d'un jour moyen.",
            "people": "L'effectif de cette cantine est inconnu : la prévision s'appuie sur ses repas habituels.",
            "exceptional": "Ce jour est d'une période exceptionnelle.",
            "short": "Le passé est court : l'intervalle est large, faute de prévisions passées à mesurer.",
            "known": "Prévu avec les données connues le {until}.",
        },
        "en": {
            "head": "{canteen}, {day} {date}: {meals}",
            "interval": " ({low} to {high}, on {share} of days)",
            "more": "{count} more than a usual {day} ({usual})",
            "fewer": "{count} fewer than a usual {day} ({usual})",
            "same": "As many as on a usual {day} ({usual})",
            "colon": ": ",
            "none": "This canteen has not served any meal yet",
            "little": "This canteen has only {days} of past",
            "rests": "{past}: the forecast rests on {what}; it may be {off} off.",
            "enrolment": "its enrolment",
            "others": "the {count} similar canteens",
            "other": "the other canteen",
            "replaced": "what it replaces ({names})",
            "stated": "the number of meals stated for it",
            "draft": "the draft order of the agents",
            "break": "Since {first}, {who} has served {percent} {way} the usual{follow}.",
            "city": "the whole city",
            "this": "this canteen",
            "below": "below",
            "above": "above",
            "moves": ": the forecast allows for it",
            "waits": ": this is too recent for the forecast to follow, and the interval is wider",
            "idle": "This canteen has not served any meal for more than 30 service days: if it is closed, state its closing day.",
            "strike": "Announced strike: the interval allows for canteens that serve nearly as usual and for those that are hit hard.",
            "people_new": "The enrolment of this canteen is unknown: the usual meals of the others stand for it.",
            "weekday": "No meal has ever been served on a {day}: the forecast is that of an average day.",
            "people": "The enrolment of this canteen is unknown: the forecast rests on its usual meals.",
            "exceptional": "This day is part of an exceptional period.",
            "short": "The past is short: the interval is wide, for want of past forecasts to measure.",
            "known": "Forecast from data known on {until}.",
        },
        "pt": {
            "head": "{canteen}, {day} {date}: {meals}",
            "interval": " (de {low} a {high}, em {share} dos dias)",
            "more": "{count} a mais que o habitual para {day} ({usual})",
            "fewer": "{count} a menos que o habitual para {day} ({usual})",
            "same": "Tantas quanto o habitual para {day} ({usual})",
            "colon": ": ",
            "none": "Esta cantina ainda não serviu nenhuma refeição",
            "little": "Esta cantina só tem {days} de passado",
            "rests": "{past}: a previsão baseia-se {what}; pode errar em {off}.",
            "enrolment": "nas suas matrículas",
            "others": "nas {count} cantinas semelhantes",
            "other": "na outra cantina",
            "replaced": "no que ela substitui ({names})",
            "stated": "no número de refeições informado para ela",
            "draft": "no pedido preliminar dos agentes",
            "break": "Desde {first}, {who} serve {percent} {way} do habitual{follow}.",
            "city": "toda a cidade",
            "this": "esta cantina",
            "below": "abaixo",
            "above": "acima",
            "moves": ": a previsão leva isso em conta",
            "waits": ": é recente demais para que a previsão acompanhe, e o intervalo é mais largo",
            "idle": "Esta cantina não serve nenhuma refeição há mais de 30 dias de serviço: se está fechada, informe a data de fechamento.",
            "strike": "Greve anunciada: o intervalo considera as cantinas que servem quase normalmente e as que são muito atingidas.",
            "people_new": "As matrículas desta cantina são desconhecidas: as refeições habituais das outras as substituem.",
            "weekday": "Nunca foi servida uma refeição em dia de {day}: a previsão é a de um dia médio.",
            "people": "As matrículas desta cantina são desconhecidas: a previsão baseia-se nas suas refeições habituais.",
            "exceptional": "Este dia pertence a um período excepcional.",
            "short": "O passado é curto: o intervalo é largo, por falta de previsões passadas para medir.",
            "known": "Previsto com os dados conhecidos em {until}.",
        },
    }
)


def explain(forecast: Forecast, i: int, lang: str = "fr") -> str:
    """Return the explanation of a row; ``Forecast.explain`` is the same, and says more."""
    say = in_language(TEXTS, lang)
    forecast.check_row(i)
    row = forecast.rows.select(np.array([i]))
    day = day_of_week(row.date[0], lang)
    meals = round(float(forecast.meals[i]))
    head = say["head"].format(
        canteen=row.names[0], day=day, date=row.date[0], meals=counted(meals, "meal", lang)
    )
    if np.isfinite(forecast.lower[i]):
        head += say["interval"].format(
            low=number(float(forecast.lower[i]), lang),
            high=number(float(forecast.upper[i]), lang),
            share=percent(forecast.coverage, lang),
        )
    usual, added = forecast.in_meals()
    before = round(float(usual[i]))
    values = rounded_to(np.array([v[i] for v in added.values()]), meals - before)
    told = reasons(row, lang)[0]
    terms = sorted(
        (-abs(value), told.get(name, forecast.words.term(name, lang)), value)
        for name, value in zip(added, values.tolist(), strict=True)
        if value
    )
    way = "more" if meals > before else "fewer" if meals < before else "same"
    sentence = say[way].format(
        count=counted(abs(meals - before), "meal", lang), day=day, usual=number(before, lang)
    )
    if terms:
        sentence += say["colon"] + ", ".join(f"{name} {signed(v, lang)}" for _, name, v in terms)
    notes = [text for text in say_basis(forecast.basis(i), day, lang) if text]
    return " ".join([f"{head}. {sentence}.", *notes, say["known"].format(until=forecast.until)])


def say_basis(basis: Basis, day: str, lang: str) -> list[str]:
    """Return a sentence for each thing that is not known of a row, and for what stands for it.

    Parameters
    ----------
    basis : Basis
        On what its forecast rests.
    day : str
        Name of its weekday.
    lang : {"fr", "en", "pt"}
        Language.

    Returns
    -------
    list of str
        Sentences, in the order of the notes.
    """
    say = in_language(TEXTS, lang)
    found: list[str] = []
    for note in basis.notes:
        if note == "little":
            found.append(_little(basis, say, lang))
        elif note == "break":
            found += [say_break(one, lang) for one in basis.breaks]
        elif note == "people" and not basis.days and basis.source == "others":
            found.append(say["people_new"])
        else:
            found.append(say[note].format(day=day))
    return found


def _little(basis: Basis, say: Mapping[str, str], lang: str) -> str:
    past = say["none"]
    if basis.days:
        past = say["little"].format(days=counted(basis.days, "day", lang))
    source = say["other" if basis.source == "others" and len(basis.canteens) < 2 else basis.source]
    what = source.format(
        count=number(len(basis.canteens), lang), names=listed(basis.canteens, lang)
    )
    known = [say["enrolment"]] if basis.enrolment else []
    return say["rests"].format(
        past=past, what=listed([*known, what], lang), off=percent(basis.off, lang)
    )


def say_break(one: LevelBreak, lang: str, canteen: str = "") -> str:
    """Say a break of level of all canteens, or of one.

    Parameters
    ----------
    one : LevelBreak
        The break.
    lang : {"fr", "en", "pt"}
        Language.
    canteen : str
        Name of the canteen; empty for the one that is spoken of.

    Returns
    -------
    str
        A sentence.
    """
    say = in_language(TEXTS, lang)
    return say["break"].format(
        first=one.first, who=say["city"] if one.series is None else canteen or say["this"], percent=percent(abs(one.percent) / 100, lang),
        way=say["below" if one.shift < 0 else "above"],
        follow=say["moves" if one.moves else "waits"],
    )  # fmt: skip
