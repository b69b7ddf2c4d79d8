"""Lists inside lists in the workbook, with kinds made up: what a kind to come may have."""

import datetime as dt

import attrs
import pytest

from charte_registry import Register, RegisterError
from charte_registry.exchange.importers.workbook import Sheet
from charte_registry.exchange.merge import merged
from charte_registry.exchange.workbook.read import edited_sheets
from charte_registry.exchange.workbook.write import register_workbook
from charte_registry.files.cells import neutral
from charte_registry.records.base import champ, identifiant


@attrs.frozen(kw_only=True)
class Page:
    texte: str = champ("texte", "text", "texto")
    ligne: int | None = champ("ligne", "line", "linha", default=None)


@attrs.frozen(kw_only=True)
class Chapitre:
    titre: str = champ("titre du chapitre", "title of the chapter", "título do capítulo")
    pages: tuple[Page, ...] = champ("pages", "pages", "páginas", default=())


@attrs.frozen(kw_only=True)
class Couverture:
    couleur: str | None = champ("couleur", "colour", "cor", default=None)
    chapitres: tuple[Chapitre, ...] = champ("annexes", "annexes", "anexos", default=())


@attrs.frozen(kw_only=True)
class Livre:
    id: str = identifiant()
    nom: str = champ("nom", "name", "nome")
    chapitres: tuple[Chapitre, ...] = champ("chapitres", "chapters", "capítulos", default=())
    couverture: Couverture | None = champ("couverture", "cover", "capa", default=None)
    voir: tuple[str, ...] = champ("voir", "see", "ver", reference="livres", default=())


KINDS = {"livres": Livre}
BOOK = Livre(
    id="a", nom="A", voir=("a",),
    chapitres=(
        Chapitre(titre="un", pages=(Page(texte="p1"), Page(texte="p2", ligne=3))),
        Chapitre(titre="deux", pages=(Page(texte="p3"),)),
    ),
    couverture=Couverture(chapitres=(Chapitre(titre="annexe", pages=(Page(texte="pa"),)),)),
)  # fmt: skip
REGISTER = Register(
    titre="R", territoire="T", etat_au=dt.date(2025, 12, 31), annees=(2025,), kinds=KINDS,
    records={"livres": {"a": BOOK, "b": Livre(id="b", nom="B")}},
)  # fmt: skip


def after(rows):
    sheets = [
        Sheet(
            name=name,
            rows=tuple(
                tuple(neutral(c) if isinstance(c, str) else c for c in row) for row in table
            ),
        )
        for name, table in rows.items()
    ]
    edited = edited_sheets(sheets, "livres.xlsx", KINDS)
    return merged(REGISTER, edited.base, edited.records, whole=True).register


@pytest.fixture
def rows():
    return {
        page.name: [list(row) for row in page.rows]
        for page in register_workbook(REGISTER, lang="en")
    }


def test_lists_inside_lists_come_back(rows):
    assert after(rows) == REGISTER
    assert rows["1.2 Pages"] == [
        ["Livre *", "No. (chapters)", "No.", "Text *", "Line"],
        ["A", 1, 1, "p1", None], ["A", 1, 2, "p2", 3], ["A", 2, 1, "p3", None],
    ]  # fmt: skip


def test_a_row_of_an_inner_list_is_added_changed_and_removed(rows):
    pages = rows["1.2 Pages"]
    pages[1][3] = "P1"
    del pages[2]
    pages.append(["A", 2, None, "p4", None])
    un, deux = after(rows).records["livres"]["a"].chapitres
    assert un.pages == (Page(texte="P1"),)
    assert deux.pages == (Page(texte="p3"), Page(texte="p4"))


def test_inner_rows_follow_the_number_of_their_outer_row(rows):
    del rows["1.1 Chapters"][1]
    rows["1.2 Pages"] = [row for row in rows["1.2 Pages"] if row[1] != 1]
    rows["1.1 Chapters"].append(["B", 7, "neuf"])
    rows["1.2 Pages"].append(["B", 7, None, "p9", 9])
    register = after(rows)
    assert register.records["livres"]["a"].chapitres == BOOK.chapitres[1:]
    assert register.records["livres"]["b"].chapitres == (
        Chapitre(titre="neuf", pages=(Page(texte="p9", ligne=9),)),
    )


def test_an_inner_row_without_an_outer_one_is_refused(rows):
    rows["1.2 Pages"].append(["A", 5, None, "p5", None])
    with pytest.raises(RegisterError, match=r"1\.2 Pages!A5: nothing has the number 5"):
        after(rows)


def test_without_the_outer_sheet_places_are_those_of_the_register(rows):
    del rows["1.1 Chapters"]
    rows["1.2 Pages"][3][3] = "P3"
    assert after(rows).records["livres"]["a"].chapitres[1].pages == (Page(texte="P3"),)


def test_without_the_inner_sheet_its_lists_stay(rows):
    del rows["1.2 Pages"]
    rows["1.1 Chapters"][1][2] = "UN"
    (un, deux) = after(rows).records["livres"]["a"].chapitres
    assert (un.titre, un.pages, deux) == ("UN", BOOK.chapitres[0].pages, BOOK.chapitres[1])
