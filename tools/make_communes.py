"""Make ``people/communes.tsv.gz``, the codes of French communes with their days and postal codes.

The facts are those of INSEE's Code officiel géographique and of La Poste's table of postal codes, as
the npm package ``@etalab/decoupage-administratif`` carries them, a release a year (data under the
Licence Ouverte; https://github.com/datagouv/decoupage-administratif). Release 0.7.0 has the history of
communes from 1943 to 2019; later ones have the list of a year's first day.

    for v in 0.7.0 1.1.1 2.3.1 3.1.1 4.1.0 5.3.0 6.0.0; do
        mkdir -p FOLDER/$v && npm pack @etalab/decoupage-administratif@$v &&
        tar xzf etalab-decoupage-administratif-$v.tgz -C FOLDER/$v; done
    python tools/make_communes.py FOLDER

A code counts from the first day on which it may have been in use to the last one: where a list has it and
the next one has not, until the day before that next list.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import sys
from pathlib import Path
from typing import Any

RELEASES = {
    2019: "0.7.0", 2021: "1.1.1", 2022: "2.3.1", 2023: "3.1.1", 2024: "4.1.0", 2025: "5.3.0",
    2026: "6.0.0",
}  # fmt: skip
TARGET = Path(__file__).parents[1] / "src/tarifs_solidaires/people/communes.tsv.gz"


def main(folder: Path) -> None:
    """Read the releases, and write the file."""
    text = made(folder)
    # no time and no name in the file: the same facts make the same bytes
    with TARGET.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(text.encode())


def made(folder: Path) -> str:
    """Return the lines of the file: code, first and last day, what it is part of, name, postal codes."""

    def read(year: int, name: str) -> Any:
        path = folder / RELEASES[year] / "package" / "data" / name
        return json.loads(path.read_text("utf-8"))

    history = read(2019, "historique-communes.json")
    lists = {
        year: {c["code"]: c for c in _actual_last(read(year, "communes.json"))} for year in RELEASES
    }
    codes = {one["code"] for one in history}.union(*lists.values())
    before: dict[str, list[dict[str, Any]]] = {}
    for one in history:
        before.setdefault(one["code"], []).append(one)
    by_id = {one["id"]: one for one in history}
    lines = []
    for code in sorted(codes):
        years = [year for year in lists if code in lists[year]]
        first, last = _days(before.get(code, []), years)
        latest = lists[years[-1]][code] if years else before[code][-1]
        into = latest.get("chefLieu") or latest.get("commune") or ""
        if not years:
            into = _followed(latest, by_id)
        posts = latest.get("codesPostaux", []) if years else []
        lines.append(
            "\t".join(
                [code, first, last, "" if into == code else into, latest["nom"], " ".join(posts)]
            )
        )
    return "\n".join(lines) + "\n"


def _actual_last(communes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the communes, those that are communes today after those that are part of one."""
    return sorted(communes, key=lambda c: c["type"] == "commune-actuelle")


def _days(past: list[dict[str, Any]], years: list[int]) -> tuple[str, str]:
    """Return the first and the last day on which a code may have been in use; empty where open."""
    first, last = "", ""
    past = [one for one in past if one["type"] != "COMP"]  # what is no longer a commune
    if past:
        starts = [one.get("dateDebut", "") for one in past]
        first = "" if "" in starts else min(starts)
        last = "" if any("dateFin" not in one for one in past) else max(o["dateFin"] for o in past)
    listed = list(RELEASES)
    if not past and years[0] > listed[0]:
        first = f"{listed[listed.index(years[0]) - 1]}-01-02"
    if years and years[-1] < listed[-1]:
        following = listed[listed.index(years[-1]) + 1]
        last = str(dt.date(following, 1, 1) - dt.timedelta(days=1))
    elif years:
        last = ""
    elif last:
        last = str(dt.date.fromisoformat(last) - dt.timedelta(days=1))
    else:  # in use at the end of the history, and in no list
        last = f"{listed[1]}-01-01"
    return first, last


def _followed(one: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> str:
    """Return the code of what a commune of the past has become part of."""
    for _ in range(20):
        following = by_id.get(one.get("successeur", "")) or by_id.get(one.get("pole", ""))
        if following is None:
            break
        one = following
    code: str = one["code"]
    return code


if __name__ == "__main__":
    main(Path(sys.argv[1]))
