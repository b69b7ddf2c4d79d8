"""The index of the search: a script that the browser loads, so that it works from a folder."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from charte_registry.publish.site.lists import Table
from charte_registry.publish.site.reach import public_shapes, title_of
from charte_registry.publish.site.words import Words
from charte_registry.register import Register

_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return a text without capitals and accents, as the search compares it.

    Examples
    --------
    >>> folded("Été à l'École")
    "ete a l'ecole"
    """
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def texts_of(register: Register, record: Any) -> str:
    """Return the words of a record that are the same in every language, each once.

    They are those of its public texts, of the names of what it names, and its identifier.
    """
    found = dict.fromkeys(
        word for text in _texts(register, record) for word in _WORD.findall(folded(text))
    )
    return " ".join(found)


def _texts(register: Register, record: Any) -> Iterator[str]:
    for shape in public_shapes(type(record)).values():
        value = getattr(record, shape.name)
        for item in value if isinstance(value, tuple) else (value,):
            if shape.part is not None and item is not None:
                yield from _texts(register, item)
            elif isinstance(item, str) and not shape.choices:
                named = register.records.get(shape.reference, {}).get(item)
                yield item if named is None else title_of(named)


def index_script(
    words: Words, tables: Sequence[Table], titles: Mapping[str, str],
    texts: Mapping[str, Mapping[str, str]], own: str,
) -> str:  # fmt: skip
    """Return the index of a language as a script.

    Parameters
    ----------
    words : Words
        Words of the language.
    tables : sequence of Table
        The lists.
    titles : mapping of str to str
        What the records of each kind are called.
    texts : mapping of str to mapping of str to str
        Words of each record, by kind and name of its page.
    own : str
        Language of the records, where it is not that of the pages.

    Returns
    -------
    str
        A call of ``registerIndex``. Values of columns and filters are numbered: a row names them
        by their numbers.
    """
    kinds = [_kind(table, titles[table.kind], texts[table.kind]) for table in tables]
    said = {
        "results": list(words.pair("results")), "none": words("search_none"), "begin": words("search_begin"),
        "all": words("all"), "yes": words("yes"), "more": words("show_more"), "sort": words("sort"),
        "placeholder": words("placeholder_short"), "reset": words("reset"), "name": words("name"),
    }  # fmt: skip
    data = {"lang": words.lang, "own": own, "words": said, "kinds": kinds}
    return f"registerIndex({json.dumps(data, ensure_ascii=False, separators=(',', ':'))});\n"


def _kind(table: Table, title: str, texts: Mapping[str, str]) -> dict[str, Any]:
    numbers: list[dict[str, int]] = [{} for _ in table.labels]
    rows = []
    for row in table.rows:
        cells = [
            [known.setdefault(value, len(known)) for value in cell]
            for known, cell in zip(numbers, row.cells, strict=True)
        ]
        rows.append([row.stem, row.title, int(row.placeholder), cells, texts[row.stem]])
    return {
        "kind": table.kind, "title": title, "labels": table.labels, "columns": table.columns,
        "filters": table.filters, "values": [list(known) for known in numbers], "rows": rows,
        "orders": [[order.get(value, value) for value in known] if order else None
                   for known, order in zip(numbers, table.orders, strict=True)],
    }  # fmt: skip
