"""The words of drawings and descriptions: amounts, units and conditions in three languages."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping

from tarifs_solidaires.conditions import Condition, Flag, Interval
from tarifs_solidaires.inputs import INPUTS
from tarifs_solidaires.language import LANGUAGES, NBSP, SYMBOLS, language, unbroken
from tarifs_solidaires.scale import Scale
from tarifs_solidaires.version import Version

# English sentence: French, Portuguese.
WORDS: Mapping[str, tuple[str, str]] = {
    "Yes": ("Oui", "Sim"),
    "No": ("Non", "Não"),
    "Inputs": ("Données d'entrée", "Dados de entrada"),
    "Outputs": ("Résultats", "Resultados"),
    "or": ("ou", "ou"),
    "and": ("et", "e"),
    "optional": ("facultatif", "opcional"),
    "required": ("obligatoire", "obrigatório"),
    "{default} where not given": ("{default} si non donné", "{default} se não informado"),
    "not known": ("non connu", "não conhecido"),
    "every other situation": ("toutes les autres situations", "todas as outras situações"),
    "{name}: no": ("{name} : non", "{name}: não"),
    "{name} in {list}": ("{name} dans {list}", "{name} em {list}"),
    "{name} outside {list}": ("{name} hors de {list}", "{name} fora de {list}"),
    "{name} from {low} to {high}": ("{name} de {low} à {high}", "{name} de {low} a {high}"),
    "{name} from {low} to less than {high}": (
        "{name} de {low} à moins de {high}",
        "{name} de {low} a menos de {high}",
    ),
    "scale": ("échelle", "escala"),
    "{name}: what counts": ("{name} : ce qui compte", "{name}: o que conta"),
    "Scale of {name}": ("Échelle de : {name}", "Escala de: {name}"),
    "{value} if {conditions}": ("{value} si {conditions}", "{value} se {conditions}"),
    "{value} otherwise": ("{value} sinon", "{value} senão"),
    "plus {value} × {name}": ("plus {value} × {name}", "mais {value} × {name}"),
    "otherwise, the person's own value": (
        "sinon, la valeur propre de la personne",
        "senão, o valor próprio da pessoa",
    ),
    "Full price": ("Plein tarif", "Tarifa plena"),
    "monthly price = full price × (1 − reduction), to the cent": (
        "prix mensuel = plein tarif × (1 − taux de réduction), au centime",
        "preço mensal = tarifa plena × (1 − taxa de redução), ao centavo",
    ),
    "No row applies: the computation is refused": (
        "Aucune ligne ne s'applique : le calcul est refusé",
        "Nenhuma linha se aplica: o cálculo é recusado",
    ),
    "Reference volume": ("Volume de référence", "Volume de referência"),
    "household of {persons}: {volume} m³": (
        "foyer de {persons} : {volume} m³",
        "família de {persons}: {volume} m³",
    ),
    "{volume} m³ for each further person": (
        "{volume} m³ par personne de plus",
        "{volume} m³ por pessoa a mais",
    ),
    "{volume} m³ × {persons}": ("{volume} m³ × {persons}", "{volume} m³ × {persons}"),
    "Reference bill": ("Facture de référence", "Conta de referência"),
    "reference volume × {price}": (
        "volume de référence × {price}",
        "volume de referência × {price}",
    ),
    "Ceiling of resources": ("Plafond de ressources", "Teto de recursos"),
    "reference bill ÷ {share}": ("facture de référence ÷ {share}", "conta de referência ÷ {share}"),
    "Aid": ("Aide", "Auxílio"),
    "reference bill − {share} × {resources}, to the cent": (
        "facture de référence − {share} × {resources}, au centime",
        "conta de referência − {share} × {resources}, ao centavo",
    ),
    "aid ≤ {amount}": ("aide ≤ {amount}", "auxílio ≤ {amount}"),
    "aid < {amount} (minimum payment)": (
        "aide < {amount} (versement minimal)",
        "auxílio < {amount} (pagamento mínimo)",
    ),
    "this aid": ("cette aide", "esse auxílio"),
    "sum of the blocks passed": ("somme des blocs franchis", "soma dos blocos percorridos"),
    "sum over the blocks of: cubic metres in the block × price of the block, to the cent": (
        "somme, sur les blocs, de : mètres cubes dans le bloc × prix du bloc, au centime",
        "soma, nos blocos, de: metros cúbicos no bloco × preço do bloco, ao centavo",
    ),
    "Price of the cubic metres from {low} to {high}": (
        "Prix des mètres cubes de {low} à {high}",
        "Preço dos metros cúbicos de {low} a {high}",
    ),
    "Price of the cubic metres beyond {low}": (
        "Prix des mètres cubes au-delà de {low}",
        "Preço dos metros cúbicos além de {low}",
    ),
    "Aid for large households": ("Aide aux foyers nombreux", "Auxílio às famílias numerosas"),
    "{amount} for each person beyond {persons}": (
        "{amount} par personne au-delà de {persons}",
        "{amount} por pessoa além de {persons}",
    ),
    "Sources": ("Sources", "Fontes"),
    "Source": ("Source", "Fonte"),
    "official": ("officiel", "oficial"),
    "secondary": ("source secondaire", "fonte secundária"),
    "inferred": ("déduit", "deduzido"),
    "An input that is not given meets no condition": (
        "Une donnée qui n'est pas fournie ne remplit aucune condition",
        "Um dado que não é informado não satisfaz nenhuma condição",
    ),
    "In force from {first} to {last}": (
        "En vigueur du {first} au {last}",
        "Em vigor de {first} a {last}",
    ),
    "Flow diagram: {title}": ("Logigramme : {title}", "Fluxograma: {title}"),
    "{tests} tests in order; the first that holds decides.": (
        "{tests} tests dans l'ordre ; le premier qui est rempli décide.",
        "{tests} testes em ordem; o primeiro satisfeito decide.",
    ),
    "Steps in order.": ("Étapes dans l'ordre.", "Etapas em ordem."),
    "Purpose": ("Finalité", "Finalidade"),
    "Concerns": ("Concerne", "Refere-se a"),
    "a person": ("une personne", "uma pessoa"),
    "a household": ("un foyer", "uma família"),
    "Authority": ("Autorité", "Autoridade"),
    "Currency": ("Monnaie", "Moeda"),
    "Known from {first} to {last}": (
        "Connue du {first} au {last}",
        "Conhecida de {first} a {last}",
    ),
    "Name": ("Nom", "Nome"),
    "Meaning": ("Signification", "Significado"),
    "Unit": ("Unité", "Unidade"),
    "Bounds": ("Bornes", "Limites"),
    "from {low} to {high}": ("de {low} à {high}", "de {low} a {high}"),
    "whole": ("entier", "inteiro"),
    "in steps of {step}": ("par pas de {step}", "em passos de {step}"),
    "Given": ("Fourni", "Informado"),
    "Origin": ("Origine", "Origem"),
    "declaration": ("déclaration", "declaração"),
    "attestation": ("attestation", "atestado"),
    "administration": ("administration", "administração"),
    "in place of {name}": ("à la place de {name}", "em lugar de {name}"),
    "yes or no": ("oui ou non", "sim ou não"),
    "INSEE code": ("code INSEE", "código INSEE"),
    "Parameters": ("Paramètres", "Parâmetros"),
    "Value": ("Valeur", "Valor"),
    "Choices": ("Choix", "Opções"),
    "Confidence": ("Certitude", "Certeza"),
    "Values that count in place of the person's own": (
        "Valeurs qui comptent à la place de celles de la personne",
        "Valores que contam em lugar dos da pessoa",
    ),
    "Scales": ("Échelles", "Escalas"),
    "Rows: the first whose conditions all hold decides": (
        "Lignes : la première dont toutes les conditions sont remplies décide",
        "Linhas: a primeira cujas condições são todas satisfeitas decide",
    ),
    "Row": ("Tranche", "Linha"),
    "Conditions": ("Conditions", "Condições"),
    "only where {name} is {value} (it is {now})": (
        "seulement si {name} vaut {value} (vaut {now})",
        "somente se {name} for {value} (é {now})",
    ),
    "Blocks": ("Blocs", "Blocos"),
    "up to": ("jusqu'à", "até"),
    "Price per m³": ("Prix du m³", "Preço do m³"),
    "Computation": ("Calcul", "Cálculo"),
    "Lists": ("Listes", "Listas"),
    "{count} codes": ("{count} codes", "{count} códigos"),
    "Notes": ("Notes", "Notas"),
    "Worked examples": ("Exemples calculés", "Exemplos calculados"),
    "Day": ("Jour", "Dia"),
    "Expected": ("Attendu", "Esperado"),
    "from {first} to {last}": ("du {first} au {last}", "de {first} a {last}"),
}

_UNITS: Mapping[str, tuple[str, str, str]] = {
    "month": ("mois", "month", "mês"),
    "year": ("an", "year", "ano"),
    "billing period": ("période de facturation", "billing period", "período de faturamento"),
    "years": ("ans", "years", "anos"),
    "m3": ("m³", "m³", "m³"),
    "persons": ("personnes", "persons", "pessoas"),
    "children": ("enfants", "children", "crianças"),
    "tax shares": ("parts", "tax shares", "cotas"),
    "grant step": ("échelon", "grant step", "escalão"),
    "share": ("part", "share", "parte"),
    "share, 0 to 1": ("part, de 0 à 1", "share, 0 to 1", "parte, de 0 a 1"),
}


def say(text: str, lang: str, **values: object) -> str:
    """Return an English sentence of this module in a language, with its values."""
    fr, pt = WORDS[text]
    return {"fr": unbroken(fr), "en": text, "pt": pt}[lang].format(**values)


def pair(name: str, value: str, lang: str) -> str:
    """Return a name and its value, with the colon of the language."""
    return f"{name}{NBSP if lang == 'fr' else ''}: {value}"


def day(date: dt.date, lang: str) -> str:
    """Return a date as the language writes it in figures; English keeps the ISO order."""
    return date.isoformat() if lang == "en" else date.strftime("%d/%m/%Y")


def number(value: float, lang: str) -> str:
    """Return a number as the language writes it."""
    return language(lang).number(value)


def money(value: float, currency: str, lang: str) -> str:
    """Return an amount with its currency."""
    return language(lang).money(value, currency)


def percent(share: float, lang: str) -> str:
    """Return a share as a percentage."""
    return language(lang).percent(share)


def unit(text: str, lang: str) -> str:
    """Return a unit such as ``EUR/month`` in words; what is not known stays as it is."""
    place = LANGUAGES.index(lang)
    parts = [
        SYMBOLS[part][place] if part in SYMBOLS else _UNITS[part][place] if part in _UNITS else part
        for part in ([text] if text in _UNITS else text.split("/"))
    ]
    return "/".join(parts)


def output(name: str, value: float, currency: str, lang: str) -> str:
    """Return a result with its unit; NaN is not known."""
    if math.isnan(value):
        return say("not known", lang)
    return percent(value, lang) if name == "taux_reduction" else money(value, currency, lang)


def short(name: str, lang: str) -> str:
    """Return what an input means, without the remark in parentheses of a number or a code."""
    meaning = INPUTS[name].meaning[lang]
    return meaning if INPUTS[name].kind == "flag" else re.sub(r"\s*\([^)]*\)", "", meaning)


def quantity(name: str, value: float, lang: str) -> str:
    """Return a number of an input with its unit, where the unit adds something."""
    kind = INPUTS[name].unit
    if "/" in kind:
        return money(value, kind.partition("/")[0], lang)
    if kind in ("years", "m3"):
        return number(value, lang) + NBSP + unit(kind, lang)
    return number(value, lang)


def condition(c: Condition, version: Version, lang: str) -> str:
    """Return a condition in words, such as ``quotient familial ≤ 350 €``.

    Where the version divides the input by a scale, the bound is written times that scale.
    """
    name = short(c.name, lang)
    if isinstance(c, Flag):
        return name if c.value else say("{name}: no", lang, name=name)
    if not isinstance(c, Interval):
        sentence = "{name} outside {list}" if c.negated else "{name} in {list}"
        return say(sentence, lang, name=name, list=c.list_name)
    scale = version.divisors.get(c.name)

    def bound(value: float) -> str:
        if not isinstance(scale, Scale):
            return quantity(c.name, value, lang)
        if scale.by:
            return f"{number(value, lang)} ×{NBSP}{short(scale.by, lang)}"
        return f"{quantity(c.name, value, lang)} ×{NBSP}{say('scale', lang)}"

    years = INPUTS[c.name].unit == "years" and c.low > 0 and c.low_included
    if years and c.high < math.inf:
        included, excluded = "{name} from {low} to {high}", "{name} from {low} to less than {high}"
        sentence = included if c.high_included else excluded
        return say(sentence, lang, name=name, low=number(c.low, lang), high=bound(c.high))
    if c.low == c.high:
        return f"{name} ={NBSP}{bound(c.low)}"
    if c.high == math.inf:
        return f"{name} {'≥' if c.low_included else '>'}{NBSP}{bound(c.low)}"
    low = f"{bound(c.low)}{NBSP}{'≤' if c.low_included else '<'} "
    high = f" {'≤' if c.high_included else '<'}{NBSP}{bound(c.high)}"
    return (low if c.low > 0 or not c.low_included else "") + name + high


def conditions(when: Iterable[Condition], version: Version, lang: str) -> str:
    """Return conditions in one sentence."""
    joined = f" {say('and', lang)} ".join(condition(c, version, lang) for c in when)
    return joined or say("every other situation", lang)
