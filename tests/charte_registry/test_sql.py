"""Questions to the register in SQL."""

import csv
import datetime as dt
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import records

from charte_registry import (
    Application,
    CategorieDonnees,
    CategorieParticuliere,
    Hebergement,
    Register,
    RegisterError,
    Traitement,
    load_register,
    query,
)
from charte_registry.cli import main
from charte_registry.records import KINDS

EXAMPLE = "examples/nantes_2020"


def register(**kinds):
    return Register(
        titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,),
        records={kind: {record.id: record for record in found} for kind, found in kinds.items()},
    )  # fmt: skip


def application(name, pays):
    return Application(id=name, nom=name, hebergement=Hebergement(mode="heberge", pays=pays))


def test_applications_outside_the_area_with_sensitive_data():
    sante = CategorieParticuliere(categorie="sante")
    found = register(
        applications=[application(f"a-{code.lower()}", code) for code in ("FR", "RE", "CA", "US", "GB")],
        traitements=[
            Traitement(
                id="soins", nom="Soins", responsable="v", categories_particulieres=(sante,),
                applications=("a-fr", "a-re", "a-ca", "a-gb"),
            ),
            Traitement(
                id="paie", nom="Paie", responsable="v", applications=("a-us",),
                categories_donnees=(CategorieDonnees(categorie="identite"),),
            ),
        ],
    )  # fmt: skip
    sql = """
        SELECT DISTINCT a.id, a.hebergement_pays, portee(a.hebergement_pays)
        FROM applications a
        JOIN traitements_applications u ON u.valeur = a.id
        JOIN traitements_categories_particulieres c ON c.id = u.id
        WHERE NOT eee(a.hebergement_pays) ORDER BY 1
    """
    assert query(found, sql, on=found.etat_au).rows == (
        ("a-ca", "CA", "commercial organisations under PIPEDA only"),
    )
    assert [row[0] for row in query(found, sql, on="2021-01-01").rows] == ["a-ca", "a-gb"]


def test_the_same_figures_as_the_indicators():
    found = load_register(EXAMPLE)
    figures = found.indicators(2020)
    sql = "SELECT count(*), sum(hebergement_mode = 'interne') FROM applications"
    expected = (figures["applications_total"], figures["applications_hebergement_interne"])
    assert query(found, sql, on=found.etat_au).rows == (expected,)
    assert query(found, "SELECT count(*) FROM constats", on=found.etat_au).rows == (
        (len(found.check(found.etat_au)),),
    )


@given(st.sampled_from(sorted(KINDS)).flatmap(lambda k: st.tuples(st.just(k), records(k))))
def test_every_record_stands_in_its_table(case):
    kind, record = case
    answer = query(register(**{kind: [record]}), f"SELECT id FROM {kind}", on="2020-12-15")  # noqa: S608
    assert answer.rows == ((record.id,),)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("DROP TABLE applications", "more than read"),
        ("ATTACH DATABASE 'x.db' AS x", "more than read"),
        ("PRAGMA writable_schema = 1", "more than read"),
        ("SELECT load_extension('x')", "more than read"),
        ("VACUUM INTO 'x.db'", "more than read"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("SELECT nom FROM personnes", "there is no table personnes; did you mean partenaires"),
        ("SELECT prix FROM applications", "no such column: prix"),
        ("SELEKT", "syntax error"),
        ("", "gives no rows"),
        ("SELECT '\udcff'", "not UTF-8"),
        ("SELECT '\0'", "cannot be read"),
        ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n", "takes too long"),
        ("SELECT a.id FROM traitements a, traitements b", "more than 1,000,000 rows"),
        ("SELECT ?", "cannot be read"),
    ],
)  # fmt: skip
def test_a_question_only_reads_and_ends(sql, words, tmp_path, monkeypatch):
    example = load_register(EXAMPLE)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RegisterError, match=words):
        query(example, sql, max_operations=20_000_000, on=example.etat_au)
    assert list(tmp_path.iterdir()) == []


def test_json_has_what_json_can_hold(capsys):
    sql = "SELECT x'00ff' AS octets, 9e999 AS infini, -9e999 AS moins, 1.5 AS nombre"
    assert main(["query", EXAMPLE, sql, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out, parse_constant=pytest.fail) == [
        {"octets": "00ff", "infini": "inf", "moins": "-inf", "nombre": 1.5}
    ]


def test_one_row_is_a_row(capsys):
    assert main(["query", EXAMPLE, "SELECT 1"]) == 0
    assert capsys.readouterr().out.endswith("\n1 row\n")


def test_the_command_prints_text_json_and_csv(capsys):
    sql = "SELECT id, '=1+1' AS f, NULL AS vide FROM algorithmes ORDER BY id"
    for form in ("json", "csv", "text"):
        assert main(["query", EXAMPLE, sql, "--format", form]) == 0
    out = capsys.readouterr().out
    rows, end = json.JSONDecoder().raw_decode(out)
    assert rows[0] == {"id": "tarification-eau", "f": "=1+1", "vide": None}
    table = list(csv.reader(io.StringIO(out[end:].lstrip())))
    assert table[1] == ["tarification-eau", "'=1+1", ""]
    assert out.splitlines()[-1] == "2 rows"
    assert main(["query", EXAMPLE, "SELECT 1 AS n", "--lang", "fr"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 ligne"
    assert main(["query", EXAMPLE, "SELECT 1", "--on", "soon"]) == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err


GUIDE = Path("docs/guides/query.md").read_text("utf-8")


@pytest.mark.parametrize("sql", re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL))
def test_the_queries_of_the_guide_run(sql):
    assert query(load_register(EXAMPLE), sql, on="2020-12-15").columns


# Memory


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT randomblob(900000000)", "would do more than read"),
        ("SELECT hex(zeroblob(400000000))", "would do more than read"),
        ("SELECT hex(printf('%.*c', 4000000, 'x'))", "longer than 5,000,000 bytes"),
        ("SELECT replace(printf('%.*c', 4000000, 'x'), 'x', 'xyz')", "longer than 5,000,000 bytes"),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
            "SELECT printf('%.*c', 4000000, 'x') FROM n",
            "more than 100,000,000 bytes",
        ),
    ],
)
def test_a_query_cannot_fill_the_memory(sql, message):
    empty = Register(
        titre="R", territoire="T", etat_au=dt.date(2020, 12, 15), annees=(2020,), records={}
    )
    with pytest.raises(RegisterError, match=message):
        query(empty, sql, on=empty.etat_au)
