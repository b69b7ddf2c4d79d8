"""The pages of the schema: a kind of record with its fields, its parts, its codes, its example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from charte_registry.messages import LANGUAGES
from charte_registry.records import KINDS
from charte_registry.schema.examples import example_text
from charte_registry.schema.limits import EXACTLY_ONE, LIMITS
from charte_registry.schema.shape import PART, Shape, kind_labels, parts, shapes, summary
from charte_registry.schema.versions import VERSION, schema_id
from charte_registry.vocabularies.vocabulaire import Vocabulaire

_HEAD = "| field | fr | en | pt | holds | | source |\n| --- | --- | --- | --- | --- | --- | --- |"


def kind_page(
    kind: str,
    kinds: Mapping[str, type[Any]] = KINDS,
    profile: str = "",
    example: str = "",
) -> str:
    """Return the page of a kind, in Markdown.

    Parameters
    ----------
    kind : str
        Kind of record.
    kinds : mapping of str to type
        Classes by kind: the core's, or those of a profile.
    profile : str
        Name and version of the profile, ``NAME:VERSION``.
    example : str
        Example record in TOML; the core's by default.

    Returns
    -------
    str
        The page.

    Examples
    --------
    >>> kind_page("partenaires").splitlines()[0]
    '# `partenaires`: partner'
    """
    cls = kinds[kind]
    labels = kind_labels(cls)
    inside = list(parts(cls))
    lines = [
        f"# `{kind}`: {labels['en']}",
        "",
        f"*fr* {labels['fr']}; *pt* {labels['pt']}. {summary(cls)} Schema `{schema_id(kind, profile=profile)}`.",
        "",
        *_fields(cls),
        *_rules(cls),
    ]
    for part in inside:
        lines += ["", f"## `{part.__name__}`", "", summary(part), "", *_fields(part), *_rules(part)]
    for codes in _lists([cls, *inside]):
        lines += ["", *_codes(codes)]
    lines += ["", "## Example", "", "```toml", (example or example_text(kind)).rstrip(), "```", ""]
    return "\n".join(lines)


def index_page(kinds: Mapping[str, type[Any]] = KINDS, title: str = "", profile: str = "") -> str:
    """Return the page that lists the kinds of a schema.

    Parameters
    ----------
    kinds : mapping of str to type
        Classes by kind.
    title : str
        Title; by default the version.
    profile : str
        Name and version of the profile, ``NAME:VERSION``.

    Returns
    -------
    str
        The page.
    """
    rows = [
        f"| [`{kind}`](pages/{kind}.md) | {kind_labels(kinds[kind])['fr']} | {kind_labels(kinds[kind])['en']} | {kind_labels(kinds[kind])['pt']} |"
        for kind in kinds
    ]
    limits = [
        f"| `{limit.record_class.__name__}` | {', '.join(f'`{f}`' for f in limit.fields)} | {limit.fr} | {limit.en} | {limit.pt} |"
        for limit in LIMITS
    ]
    return "\n".join(
        [
            f"# {title or f'Schema {VERSION} of the register'}",
            "",
            "Written by `charte-registry schema`; do not edit.",
            "",
            f"- `json/`: JSON Schema 2020-12, one a kind, and `registre` of a whole register in one file (`{schema_id('registre', profile=profile)}`)",
            "- `tables/`: Table Schema of the CSV tables",
            "- `context.jsonld`: JSON-LD context",
            "- `pages/`: what follows, as pages",
            "",
            "| kind | fr | en | pt |\n| --- | --- | --- | --- |",
            *rows,
            "",
            "## What JSON Schema cannot say",
            "",
            "Data that the schema accepts are refused all the same where this does not hold:",
            "",
            "| class | fields | fr | en | pt |\n| --- | --- | --- | --- | --- |",
            *limits,
            "",
            "Also: a number is written without a fraction, `1` and not `1.0`; an identifier stands once among",
            "the records of its kind; and dates are refused wholly only by a validator that checks formats.",
            "Cells of a table hold text where JSON has a number, a flag or a list: `12`, `true`, `a; b`.",
            "",
        ]
    )


def _fields(cls: type[Any]) -> Iterator[str]:
    yield _HEAD
    for shape in shapes(cls):
        marks = [
            *(["required"] if shape.required else []),
            *(["**internal**"] if shape.visibility != "public" else []),
        ]
        cells = [
            f"`{shape.name}`",
            *(cell(shape.labels[lang]) for lang in LANGUAGES),
            _holds(shape),
            ", ".join(marks),
            cell(shape.source),
        ]
        yield "| " + " | ".join(cells) + " |"


def _holds(shape: Shape) -> str:
    if shape.holds == PART and shape.part is not None:
        held = f"`{shape.part.__name__}`"
    elif shape.vocabulaire is not None:
        held = f"code of `{shape.vocabulaire.nom}`"
    elif shape.choices:
        held = " or ".join(f"`{code}`" for code in shape.choices)
    elif shape.reference:
        held = f"name of one of `{shape.reference}`"
    elif shape.form is not None:
        held = f"{shape.form.name}, such as `{shape.form.examples[0]}`"
    else:
        held = shape.holds
    if not shape.required and shape.default not in (None, ()):
        held += f"; `{str(shape.default).lower()}` where not stated"
    return f"list: {held}" if shape.several else held


def _rules(cls: type[Any]) -> Iterator[str]:
    bases = cls.__mro__
    told = [
        f"exactly one of `{a}` and `{b}`" for base, (a, b) in EXACTLY_ONE.items() if base in bases
    ]
    told += [limit.en for limit in LIMITS if limit.record_class in bases]
    if told:
        yield from ("", "Must hold: " + "; ".join(told) + ".")


def _lists(classes: list[type[Any]]) -> list[Vocabulaire]:
    found = {
        shape.vocabulaire.nom: shape.vocabulaire
        for cls in classes
        for shape in shapes(cls)
        if shape.vocabulaire is not None
    }
    return list(found.values())


def _codes(codes: Vocabulaire) -> Iterator[str]:
    yield f"## Codes of `{codes.nom}`"
    yield ""
    yield f"{cell(codes.source)}; as of {codes.reviewed}."
    yield ""
    yield "| code | fr | en | pt | source |\n| --- | --- | --- | --- | --- |"
    for terme in codes:
        labels = " | ".join(cell(terme.label(lang)) for lang in LANGUAGES)
        yield f"| `{terme.code}` | {labels} | {cell(terme.source)} |"


def cell(text: str) -> str:
    """Return a text as a cell of a table holds it: one line, no markup of its own."""
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").split())
