"""What a profile adds, as files: the schema of its territory, and a page on what is its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from charte_registry.messages import LANGUAGES
from charte_registry.profiles import Profile
from charte_registry.profiles.statement import Condition, Delai, RegleProfil, TypeFiche
from charte_registry.schema import schema_files
from charte_registry.schema.markdown import cell

_CODES = "| code | fr | en | pt | source | confidence |\n| --- | --- | --- | --- | --- | --- |"


def profile_files(profile: Profile) -> dict[str, str]:
    """Return the files of the schema of a territory, as ``schema_files`` does for the core.

    Parameters
    ----------
    profile : Profile
        The profile.

    Returns
    -------
    dict of str to str
        Text by path; ``PROFILE.md`` says what the profile adds to the core.
    """
    stated = profile.statement
    title = f"{cell(stated.titre.en)}: schema {stated.schema}, profile {profile.reference}"
    files = schema_files(
        profile.kinds, profile=profile.reference, title=title, examples=profile.examples
    )
    return files | {"PROFILE.md": profile_page(profile)}


def profile_page(profile: Profile) -> str:
    """Return what a profile adds to the core, in Markdown: fields, codes, rules, each sourced.

    Parameters
    ----------
    profile : Profile
        The profile.

    Returns
    -------
    str
        The page.
    """
    stated = profile.statement
    lines = [
        f"# {cell(stated.titre.en)}",
        "",
        f"*fr* {cell(stated.titre.fr)}; *pt* {cell(stated.titre.pt)}. Profile `{profile.reference}` of schema {stated.schema}.",
        "",
        f"After: {cell(stated.source)}.",
    ]
    if stated.note:
        lines += ["", cell(stated.note)]
    lines += [
        "",
        "Confidence: `official`, read in the official text; `secondary`, known, the official text not",
        "read again; `inferred`.",
        "",
        *_kinds(stated.type_fiche),
        "## Fields",
        "",
        "| field | fr | en | pt | type | source | confidence |\n| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for added in stated.champ:
        marks = [added.type, *(["required"] if added.obligatoire else [])]
        marks += [added.visibilite] if added.visibilite != "public" else []
        cells = (added.fr, added.en, added.pt, ", ".join(marks), added.source, added.confiance)
        lines.append(f"| `{added.dans}.{added.nom}` | {' | '.join(map(cell, cells))} |")
    for codes in stated.liste:
        verb = "replace those of" if codes.mode == "remplace" else "add to those of"
        where = ", ".join(f"`{path}`" for path in codes.champs)
        lines += [
            "",
            f"## Codes of `{codes.nom}`",
            "",
            f"{cell(codes.source)}; as of {codes.revu_le}."
            + (f" They {verb} {where}." if where else ""),
            "",
            _CODES,
        ]
        for c in codes.code:
            told = (c.fr, c.en, c.pt, c.source, c.confiance)
            lines.append(f"| `{c.code}` | {' | '.join(map(cell, told))} |")
    if stated.regle:
        lines += ["", "## Rules"]
    for rule in stated.regle:
        lines += ["", *_rule(rule)]
    if stated.delai:
        lines += ["", "## Deadlines"]
    for delai in stated.delai:
        lines += ["", *_deadline(delai)]
    if stated.ecart:
        lines += ["", "## Rules of the schema set aside"]
    for gap in stated.ecart:
        names = ", ".join(f"`{name}`" for name in gap.regles)
        lines += [
            "",
            f"{names}: {cell(gap.raison.en)} (*fr* {cell(gap.raison.fr)}; *pt* {cell(gap.raison.pt)}).",
        ]
    return "\n".join([*lines, ""])


def _kinds(stated: Sequence[TypeFiche]) -> Iterator[str]:
    if not stated:
        return
    yield "## Kinds of records"
    yield ""
    yield "| kind | fr | en | pt | visibility | source | confidence |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for told in stated:
        cells = (told.fr, told.en, told.pt, told.visibilite, told.source, told.confiance)
        yield f"| `{told.nom}` | {' | '.join(map(cell, cells))} |"
    yield ""


def _rule(rule: RegleProfil) -> Iterator[str]:
    yield f"### `{rule.id}` ({rule.severite})"
    yield ""
    when = " and ".join(map(_condition, rule.quand))
    needs = " and ".join(map(_condition, rule.exige))
    yield (
        f"`{rule.dans}`: "
        + (f"where {when}, " if when else "")
        + f"{needs}. {cell(rule.source)}, {rule.confiance}."
    )
    yield ""
    for lang in LANGUAGES:
        yield f"- *{lang}* {cell(getattr(rule.constat, lang))}; {cell(getattr(rule.remede, lang))}"


def _deadline(delai: Delai) -> Iterator[str]:
    yield f"### `{delai.id}` ({delai.severite})"
    yield ""
    span = delai.duree or (f"{delai.jours_ouvres} working days" if delai.jours_ouvres else "")
    when = " and ".join(map(_condition, delai.quand))
    yield (
        f"`{delai.dans}`: " + (f"where {when}, " if when else "")
        + (f"`{delai.fait}` within {span} of `{delai.depuis}`" if delai.fait else f"{span} from `{delai.depuis}`".strip())
        + f". {cell(delai.source)}, {delai.confiance}."
    )  # fmt: skip
    yield ""
    for lang in LANGUAGES:
        wrong, remedy = getattr(delai.constat, lang), getattr(delai.remede, lang)
        yield f"- *{lang}* {cell(wrong.replace('{date}', '…'))}; {cell(remedy)}"


def _condition(condition: Condition) -> str:
    name = f"`{condition.champ}`"
    if condition.absent:
        return f"{name} is absent"
    if condition.parmi:
        return f"{name} is " + " or ".join(f"`{value}`" for value in condition.parmi)
    return f"{name} is stated"
