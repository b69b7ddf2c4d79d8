"""What looks like personal data, in one table, and its refusal.

A forecast needs counts by canteen and day. A column that could tell of a child has no place in it,
whatever it holds, so that it is refused by its name; what has an innocent name is refused by values of
a form that only persons have. The rules are few and named, so that a refusal can be understood and a
false one reported; none of them proves that data are anonymous.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from prevision_cantine.errors import CityError
from prevision_cantine.words.catalogue import Phrase
from prevision_cantine.words.plain import plain


@attrs.frozen
class NameRule:
    """Names of columns, split into words without accents, that tell of a person.

    Parameters
    ----------
    kind : str
        What such a column holds.
    pattern : str
        Regular expression of the whole name, its words joined by ``_``.
    """

    kind: str
    pattern: str


_CHILD = "enfants?|eleves?|child|children|pupils?|students?|alun[oa]s?|criancas?|usagers?|foyers?"
_ADULT = "parents?|meres?|peres?|mother|father|mae|responsavel|responsable(_legal)?|guardian|tut(eur|rice|or)|famil(le|y|ia)"
# In French, English and Portuguese.
NAME_RULES = (
    NameRule(
        "name",
        rf"nom|prenoms?|name|nome|sobrenome|apelido|patronyme|pseudo|nom_prenom|prenom_nom|"
        rf"(nom|prenom|name|nome)_.*({_CHILD}|{_ADULT})|nom_(de_)?(famille|naissance|usage)|nome_completo|"
        rf"({_CHILD}|{_ADULT})_(nom|prenom|name|nome).*|(first|last|full|given|family|middle|maiden)_?name|surname",
    ),
    NameRule(
        "date of birth",
        r"(.*_)?(naissance|nee?_le|birth(day|date)?|born|dob|ddn|nascimento|nasc|data_nasc)(_.*)?|date_?naiss(ance)?",
    ),
    NameRule(
        "identifier of a person",
        rf"(.*_)?(ine|nir|cpf|ssn|nss|rg_alun[oa])|(.*_)?(securite_sociale|secu|social_security)(_.*)?|"
        rf"(.*_)?(allocataire|beneficiaire|matricule|matricula)(_.*)?|"
        rf"(id|identifiant|identifier|code|codigo|num|numero|no|ref|uuid)_?(de_|do_|da_|of_|l_)?({_CHILD}|{_ADULT})|"
        rf"({_CHILD}|{_ADULT})(_?(id|identifiant|code|codigo|num|numero|ref|uuid))?",
    ),
    NameRule(
        "postal address",
        r"(.*_)?(adresses?|address(es)?|addr|enderecos?|domicile|logradouro|rue|street|rua)(_.*)?",
    ),
    NameRule("e-mail address", r"(.*_)?(mail|e_?mails?|courriels?|correio)(_.*)?"),
    NameRule(
        "telephone", r"(.*_)?(telephones?|tel|phones?|mobile|portable|telefones?|celular)(_.*)?"
    ),
)
# A count of children is no child.
_COUNT = re.compile(
    r"(nb|nbre|nombre|n|count|number|total|effectifs?|qtd|quantidade|repas|meals)_.*"
    r"|.*_(nb|count|total|effectif|inscrits|enrolled)"
)
_NAMES = tuple((rule.kind, re.compile(rule.pattern)) for rule in NAME_RULES)

_EMAIL = re.compile(r"(?<![^\s<(;,:])[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
_NIR = re.compile(r"[1278]\d{4}(\d{2}|2[AB])\d{6}\d{2}")
_INE = re.compile(r"\d{9}[A-HJ-NP-Z]{2}|\d{10}[A-HJ-NP-Z]")
_CPF = re.compile(r"(\d{3})\.(\d{3})\.(\d{3})-(\d{2})")
_PHONE = re.compile(r"(\+33 ?|\+55 ?|0)[1-9]([ .-]?\d{2}){4}")
_SPACE = re.compile(r"[\s\u00a0.-]")


def kind_of_column(name: str) -> str | None:
    """Return what personal data a column of this name would hold, None for another name.

    Parameters
    ----------
    name : str
        Name of a column, in any case and writing.

    Returns
    -------
    str or None
        Kind, as in ``NAME_RULES``.

    Examples
    --------
    >>> kind_of_column("Date de naissance"), kind_of_column("idEleve"), kind_of_column("site_nom")
    ('date of birth', 'identifier of a person', None)
    """
    words = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))
    words = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    if _COUNT.fullmatch(words):
        words = re.sub(rf"_?\b({_CHILD})\b_?", "", words.replace("_", " ")).replace(" ", "_")
    return next((kind for kind, pattern in _NAMES if pattern.fullmatch(words)), None)


def kind_of_value(text: str) -> str | None:
    """Return what personal datum a text is or holds by its form, None for another text.

    A number counts by its check digits where it has some: NIR (key 97) and CPF.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    str or None
        Kind.

    Examples
    --------
    >>> kind_of_value("parent@example.org"), kind_of_value("Filet de poisson")
    ('e-mail address', None)
    """
    if _EMAIL.search(text):
        return "e-mail address"
    bare = _SPACE.sub("", text)
    if _NIR.fullmatch(bare) and _is_nir(bare):
        return "identifier of a person (NIR)"
    if _INE.fullmatch(bare):
        return "identifier of a person (INE)"
    cpf = _CPF.fullmatch(text.strip())
    if cpf and _is_cpf("".join(cpf.groups())):
        return "identifier of a person (CPF)"
    return "telephone" if _PHONE.fullmatch(text.strip()) else None


def _is_nir(text: str) -> bool:
    number = text[:13].replace("2A", "19").replace("2B", "18")
    return int(text[13:]) == 97 - int(number) % 97


def _is_cpf(digits: str) -> bool:
    def check(count: int) -> int:
        weighted = sum((count + 1 - i) * int(digits[i]) for i in range(count))
        return weighted * 10 % 11 % 10

    return check(9) == int(digits[9]) and check(10) == int(digits[10])


def refuse_columns(columns: Iterable[str], where: str) -> None:
    """Refuse columns whose name tells of a person.

    Parameters
    ----------
    columns : iterable of str
        Names.
    where : str
        File or table, said first.

    Raises
    ------
    CityError
        With the column and what it looks like.
    """
    for name in columns:
        kind = kind_of_column(name)
        if kind is not None:
            raise CityError(
                "personal_column", where=where, column=name, kind=Phrase.of(f"parts.{kind}")
            )


def refuse_values(values: Iterable[str], where: str, column: str) -> None:
    """Refuse a column some of whose values only persons have.

    Parameters
    ----------
    values : iterable of str
        Distinct values.
    where, column : str
        File or table, and column. The value itself is never said.

    Raises
    ------
    CityError
        With the column and what it holds.
    """
    for text in values:
        kind = kind_of_value(text)
        if kind is not None:
            raise CityError(
                "personal_values", where=where, column=column, kind=Phrase.of(f"parts.{kind}")
            )
