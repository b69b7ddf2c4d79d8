"""Files of an office to the folder of a city: read, understood, asked where unclear, written whole."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from prevision_cantine.city.office.extract import Extractor, Fact, Found, Left, rest
from prevision_cantine.city.office.grid import Grid, place
from prevision_cantine.city.office.mapping import Table, read_mapping
from prevision_cantine.city.office.messages import OfficeError, part, say
from prevision_cantine.city.office.order import settle_order
from prevision_cantine.city.office.personal import hidden, refuse_personal, refuse_rows
from prevision_cantine.city.office.questions import Question, questions
from prevision_cantine.city.office.report import OfficeReport
from prevision_cantine.city.office.sheets import Sheet, read_sheets
from prevision_cantine.city.office.understand import understand
from prevision_cantine.city.office.words import simple
from prevision_cantine.city.office.writing import Rows, write_folder

_MEALS = ("reel", "prevision_agents")
_ABOUT = ("type", "ouvre_le", "ferme_le")
_SEVERAL = 0.02  # of the meals of a table that contradict each other: a column tells them apart


def import_office(
    files: Iterable[str | Path],
    folder: str | Path,
    *,
    mapping: str | Path | None = None,
    lang: str = "fr",
    replace: bool = False,
) -> OfficeReport:
    r"""Write the folder of a city from the tables that an office exports.

    Parameters
    ----------
    files : iterable of str or Path
        Workbooks (XLSX, ODS, XLS) and CSV files, in any layout: a column a canteen or a row a
        canteen, one sheet or many, with titles, totals and words in cells.
    folder : str or Path
        The folder to write: ``frequentation.csv``, ``cantines.csv``, and ``effectifs.csv`` and
        ``menus.csv`` where there are enrolments and dishes. Made if it is not there.
    mapping : str or Path, optional
        Mapping file, as the report's ``mapping`` gives it, corrected. It decides for the sheets
        that it names; the others are understood by their content.
    lang : {"fr", "en", "pt"}
        Language of the errors.
    replace : bool
        Whether files of the folder that differ may be replaced.

    Returns
    -------
    OfficeReport
        What was taken, each cell that was not, and what is asked. While something is asked,
        nothing is written.

    Raises
    ------
    OfficeError
        Where a file cannot be read, holds what looks like personal data or no table of meals,
        where the mapping is wrong, or where a file of the folder would be overwritten.

    Examples
    --------
    >>> import tempfile
    >>> root = Path(tempfile.mkdtemp())
    >>> text = "Date;Zola;Hugo\n04/09/2023;120;80\n14/09/2023;1 118;Fermé\n"
    >>> _ = (root / "repas.csv").write_text(text, encoding="cp1252")
    >>> report = import_office([root / "repas.csv"], root / "ville")
    >>> dict(report.written), [(cell.cell, cell.code) for cell in report.left]
    ({'frequentation.csv': 3, 'cantines.csv': 2}, [('C3', 'closed')])
    >>> print((root / "ville" / "frequentation.csv").read_text().splitlines()[-1])
    2023-09-14,Zola,1118
    """
    try:
        return _import(list(map(Path, files)), Path(folder), mapping, lang, replace)
    except OfficeError as error:
        raise error.in_language(lang) from None


def _import(
    files: Sequence[Path], folder: Path, mapping: str | Path | None, lang: str, replace: bool
) -> OfficeReport:
    say("head", lang, taken=0, cells=0, left=0)  # an unknown language is refused first
    names = [path.name for path in files]
    for name in names:
        if names.count(name) > 1:
            raise OfficeError("two_files", file=name)
    sheets = [sheet for path in files for sheet in read_sheets(path)]
    given = () if mapping is None else read_mapping(mapping, lang)
    known = {(sheet.file, sheet.name) for sheet in sheets}
    for table in given:
        if (table.file, table.sheet) not in known:
            where, reason = place(table.file, table.sheet), part("mapping_absent")
            raise OfficeError("mapping", file=mapping, where=where, reason=reason)
    found = Found()
    tables: list[Table] = []
    asked: list[Question] = []
    understood = []
    for sheet in sheets:
        mine = [table for table in given if (table.file, table.sheet) == (sheet.file, sheet.name)]
        understood.append((sheet, tuple(mine) or understand(sheet)))
    understood, settled = settle_order(understood)
    for sheet, of_sheet in understood:
        tables.extend(of_sheet)
        asked.extend(_sheet(sheet, of_sheet, found))
    cells = sum(cell is not None for sheet in sheets for row in sheet.rows for cell in row)
    names_of = _unify(found)
    before = len(found.left)
    rows = _resolve(found)
    taken = found.read + len(found.facts) - (len(found.left) - before)
    if not asked and not rows.meals:
        raise OfficeError("nothing", file=", ".join(names) or folder)
    days = sorted({day for day, _, _ in rows.meals})
    report = OfficeReport(
        folder=folder, tables=tuple(tables), questions=tuple(asked), cells=cells,
        left=tuple(attrs.evolve(item, text=hidden(item.text)) for item in found.left),
        taken=taken, canteens=rows.names(), first=days[0] if days else None,
        last=days[-1] if days else None, same_names=tuple(sorted(names_of)),
        year_starts=tuple(sorted(found.year_starts)),
        same_order=tuple(
            (place(one.file, one.sheet), one.dates, place(other.file, other.sheet))
            for one, other in settled
        ),
    )  # fmt: skip
    if asked:
        return report
    sources = {path.resolve() for path in (*files, *([] if mapping is None else [Path(mapping)]))}
    for name in rows.tables():
        if (folder / name).resolve() in sources:
            raise OfficeError("source", file=folder / name)
    written, unchanged = write_folder(folder, rows, replace=replace)
    return attrs.evolve(report, written=written, unchanged=unchanged)


def _sheet(sheet: Sheet, tables: Sequence[Table], found: Found) -> list[Question]:
    """Add what a sheet holds to what was found; return what has to be asked."""
    grids = {axis: Grid(sheet, axis) for axis in ("rows", "columns")}
    if not tables:
        refuse_rows(grids["rows"])
    asked: list[Question] = []
    looked_at: set[tuple[int, int]] = set()
    parts: list[tuple[Grid, Found]] = []
    for table in tables:
        if not table.take:
            continue
        grid = grids[table.axis]
        refuse_personal(grid, table)
        asked.extend(questions(grid, table))
        more, seen = Extractor(grid, table).run()
        asked.extend(_told_apart(grid, table, more))
        parts.append((grid, more))
        found.year_starts |= more.year_starts
        looked_at |= seen if table.axis == "rows" else {(column, row) for row, column in seen}
    _join(parts, found)
    code = "no_table" if not tables else "title" if any(t.take for t in tables) else "skipped"
    found.left += rest(grids["rows"], looked_at, code)
    return asked


def _join(parts: Sequence[tuple[Grid, Found]], found: Found) -> None:
    """Add what the tables of a sheet gave, each cell once: one table may take what another leaves."""
    facts = {fact.place.cell: fact for _, part in parts for fact in part.facts}
    read = {grid.name(*at) for grid, part in parts for at in part.read_at} - facts.keys()
    left = {item.cell: item for _, part in parts for item in part.left}
    found.facts += facts.values()
    found.read += len(read)
    found.left += [item for cell, item in left.items() if cell not in facts and cell not in read]


def _told_apart(grid: Grid, table: Table, found: Found) -> list[Question]:
    """Ask which column tells several lines of a canteen and day apart, where many contradict."""
    names = table.having("cantine")
    meals: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in found.facts:
        if fact.kind == "reel":
            meals[fact.day, fact.canteen, fact.service].append(fact)
    several = [facts for facts in meals.values() if len({fact.value for fact in facts}) > 1]
    if not names or len(several) <= max(3, _SEVERAL * len(meals)):
        return []
    first = several[0][0]
    cell, text = grid.name(table.header[-1] if table.header else 0, names[0].column), first.canteen
    return [
        Question(
            file=table.file, sheet=table.sheet, cell=cell, code="ask_lines",
            text=f"{first.day} {text}, {first.place.cell}",
        )
    ]  # fmt: skip


def _unify(found: Found) -> set[tuple[str, str]]:
    """Give the canteens whose names differ only in writing one name, the first; return the others."""
    first: dict[str, str] = {}
    others: set[tuple[str, str]] = set()
    facts = []
    for fact in found.facts:
        if fact.canteen:
            key = simple(fact.canteen) or fact.canteen.casefold()
            name = first.setdefault(key, fact.canteen)
            if name != fact.canteen:
                others.add((fact.canteen, name))
                fact = attrs.evolve(fact, canteen=name)
        facts.append(fact)
    found.facts[:] = facts
    return others


def _resolve(found: Found) -> Rows:
    """Return the rows to write; facts that say the same twice, or contradict, go to the cells left."""
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in found.facts:
        same = fact.value if fact.kind == "plat" else None
        groups[fact.kind, fact.day, fact.canteen, fact.service, same].append(fact)
    kept: list[Fact] = []
    for facts in groups.values():
        values = {fact.value: fact.place for fact in reversed(facts)}
        if len(values) > 1:
            for fact in facts:
                other = next(at for value, at in values.items() if value != fact.value)
                where = place(other.file, other.sheet, other.cell)
                found.left.append(_left(fact, "conflict", where))
            continue
        kept.append(facts[0])
        if facts[0].kind not in _ABOUT:  # a type stands on every line of a canteen
            found.left += [_left(fact, "repeated") for fact in facts[1:]]
    served = {(f.day, f.canteen, f.service) for f in kept if f.kind == "reel"}
    rows = Rows()
    for fact in kept:
        key = (fact.day or dt.date.min, fact.canteen, fact.service)
        if fact.kind in _MEALS:
            if (fact.day, fact.canteen, fact.service) not in served:
                found.left.append(_left(fact, "only_order"))
            else:
                rows.meals.setdefault(key, {})[fact.kind] = float(fact.value)  # type: ignore[arg-type]
        elif fact.kind == "effectif":
            rows.enrolment[fact.canteen, fact.service, key[0]] = float(fact.value)  # type: ignore[arg-type]
        elif fact.kind == "plat":
            rows.dishes.append((key[0], fact.service, str(fact.value)))
        else:
            rows.canteens.setdefault(fact.canteen, {})[fact.kind] = str(fact.value)
    return rows


def _left(fact: Fact, code: str, other: str = "") -> Left:
    at = fact.place
    return Left(file=at.file, sheet=at.sheet, cell=at.cell, text=fact.text, code=code, other=other)
