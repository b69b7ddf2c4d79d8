"""What is asked, refused or left: nothing is guessed, nothing is overwritten without a word."""

import datetime as dt
import json

import pytest

from prevision_cantine.city.office import OfficeError, import_office
from prevision_cantine.cli import main


def written(root, text, name="a.csv"):
    path = root / name
    path.write_text(text, encoding="utf-8")
    return path


def meals(folder):
    return (folder / "frequentation.csv").read_text("utf-8").splitlines()[1:]


ASKED = {
    "days": ("Date,Zola,Hugo\n03/04/2023,10,2\n05/04/2023,3,4\n", "ask_dates"),
    "short years": ("Date,Zola,Hugo\n03/04/23,10,2\n", "ask_dates"),
    "contradiction": ("Date,Zola,Hugo\n13/04/2023,10,2\n04/13/2023,3,4\n", "ask_dates"),
    "thousands": ("Date;Zola;Hugo\n14/09/2023;1.234;2\n", "ask_numbers"),
    "both marks": ("Date;Zola;Hugo\n14/09/2023;12,5;12.5\n", "ask_numbers"),
    "two days": ("Date;Livraison;Zola;Hugo\n14/09/2023;15/09/2023;1;2\n18/09/2023;19/09/2023;1;2\n", "ask_two_dates"),
    "which counts": ("Date;Restaurant;Colonne1;Colonne2\n14/09/2023;Zola;1;2\n", "ask_meals"),
    "a service of its own": ("Date;Site;Midi;Veillée\n14/09/2023;Zola;41;12\n15/09/2023;Zola;43;11\n", "ask_meals"),
    "which names": ("Date;Libellé;Servis\n14/09/2023;Zola;1\n14/09/2023;Hugo;2\n", "ask_canteen"),
    "whose": ("Date;Servis\n14/09/2023;1\n15/09/2023;1\n", "ask_one_canteen"),
    "blank days": ("Date;Site;Servis\n14/09/2023;Zola;1\n;Hugo;2\n15/09/2023;Zola;2\n", "ask_fill"),
    "same": ("Date;Servis;Servis\n14/09/2023;1;5\n15/09/2023;1;5\n", "ask_same"),
    "enrolment": ("Restaurant;Inscrits\nZola;100\nHugo;80\n", "ask_year"),
    "merged names": ("Site;Date;Servis\nZola;14/09/2023;1\n;15/09/2023;2\n", "ask_fill"),
    "no year": ("Jour;Zola;Hugo\nlundi 4 septembre;1;2\nmardi 5 septembre;3;4\n", "ask_span"),
    "people": ("Effectifs restauration;;\nDate;Zola;Hugo\n14/09/2023;1;2\n", "ask_meals"),
    "same lines": ("Date;Site;Niveau;Servis\n" + "".join(f"{n}/09/2023;Zola;{k};{n + len(k)}\n" for n in range(14, 20) for k in ("E", "Mat")), "ask_lines"),
    "headings inside": ("Date;Zola;Hugo\n14/09/2023;1;2\n;Pasteur;Curie\n15/09/2023;1;2\n", "ask_heading"),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_what_nothing_decides_is_asked_and_nothing_is_written(tmp_path, name):
    text, code = ASKED[name]
    file = "Feuil1.csv" if name in ("whose", "same") else "a.csv"
    report = import_office([written(tmp_path, text, file)], tmp_path / "ville")
    assert code in {question.code for question in report.questions}
    assert not (tmp_path / "ville").exists()
    assert report.written == {}
    for lang in ("fr", "en", "pt"):
        assert report.to_text(lang)
        assert code in report.to_json(lang)


def test_lunch_and_supper_as_quebec_names_them_are_two_services(tmp_path):
    text = "Date;Dîner;Souper;Total\n14/09/2023;41;12;53\n15/09/2023;43;11;54\n"
    report = import_office([written(tmp_path, text)], tmp_path / "ville")
    assert report.questions == ()
    assert meals(tmp_path / "ville")[:2] == ["2023-09-14,a,diner,41", "2023-09-14,a,souper,12"]


@pytest.mark.parametrize(("order", "day"), [("dmy", "2023-04-03"), ("mdy", "2023-03-04")])
def test_an_answer_in_the_mapping_is_followed(tmp_path, order, day):
    file = written(tmp_path, ASKED["days"][0])
    mapping = import_office([file], tmp_path / "ville").mapping("fr")
    assert 'dates = "?"' in mapping
    answer = written(tmp_path, mapping.replace('dates = "?"', f'dates = "{order}"'), "map.toml")
    report = import_office([file], tmp_path / "ville", mapping=answer)
    assert report.questions == ()
    assert meals(tmp_path / "ville")[0].startswith(day)


def test_other_answers_are_followed(tmp_path):
    for name, old, new, expected in (
        ("thousands", 'numbers = "?"', 'numbers = ","', "2023-09-14,Zola,1234"),
        ("thousands", 'numbers = "?"', 'numbers = "."', "2023-09-14,Zola,1.234"),
        ("which names", 'heading = "Libellé"\nrole = "?"', 'role = "cantine"', "2023-09-14,Zola,1"),
        ("whose", 'canteen = "?"', 'canteen = "Zola"', "2023-09-14,Zola,1"),
        ("blank days", 'numbers = ","', 'numbers = ","\nfill_down = true', "2023-09-14,Hugo,2"),
        ("merged names", 'numbers = ","', 'numbers = ","\nfill_down = true', "2023-09-15,Zola,2"),
        ("no year", 'dates = "dmy"', 'dates = "dmy"\nspan = "2023-2024"', "2023-09-04,Hugo,2"),
        ("people", 'role = "?"', 'role = "reel"', "2023-09-14,Hugo,2"),
        ("same lines", 'role = "type"', 'role = "cantine"', "2023-09-14,Zola Mat,17"),
        ("which counts", 'heading = "Colonne2"\nrole = "?"', 'role = "reel"', "2023-09-14,Zola,2"),
        ("a service of its own", 'heading = "Veillée"\nrole = "?"', 'role = "reel"\nservice = "veillée"', "2023-09-14,Zola,veillée,12"),
        ("a service of its own", 'heading = "Veillée"\nrole = "?"', 'role = "ignore"', "2023-09-14,Zola,midi,41"),
        ("headings inside", 'numbers = ","', 'numbers = ","\nheadings_inside = false', "2023-09-14,Zola,1"),
    ):  # fmt: skip
        file = written(tmp_path, ASKED[name][0], "Feuil1.csv")
        mapping = import_office([file], tmp_path / "never").mapping("fr")
        assert old in mapping, name
        answer = written(tmp_path, mapping.replace(old, new), "map.toml")
        import_office([file], tmp_path / "ville", mapping=answer, replace=True)
        assert expected in meals(tmp_path / "ville"), name


def test_a_weekday_decides_between_day_and_month_and_a_wrong_one_is_reported(tmp_path):
    text = "Jour;Date;Zola;Hugo\nlundi;03/04/2023;1;2\njeudi;06/04/2023;3;4\n"
    report = import_office([written(tmp_path, text)], tmp_path / "ville")
    assert report.questions == ()
    assert meals(tmp_path / "ville")[0] == "2023-04-03,Hugo,2"
    text = "Date;Zola;Hugo\nlundi 4 septembre 2023;1;2\nlundi 5 septembre 2023;3;4\n"
    report = import_office([written(tmp_path, text, "b.csv")], tmp_path / "other")
    assert [item.cell for item in report.left if item.code == "bad_date"] == ["A3"]
    assert [line[:10] for line in meals(tmp_path / "other")] == ["2023-09-04"] * 2


@pytest.mark.parametrize(
    "text",
    [
        "Nom;Prénom;Date;Restaurant\nA;B;14/09/2023;Zola\n", "Date;Restaurant;Servis;Nom enfant\n14/09/2023;Zola;1;A\n",
        "Date;Site;Servis;Date de naissance\n14/09/2023;Zola;1;01/02/2015\n", "Élève;Né le;Classe\nA;01/02/2015;CP\n",
        "Date;Site;Servis;Contact\n14/09/2023;Zola;1;parent@example.org\n", "Date;Site;Servis;Suivi\n14/09/2023;Zola;1;02 40 41 90 00\n",
    ],
)  # fmt: skip
def test_personal_data_are_refused(tmp_path, text):
    with pytest.raises(
        OfficeError, match=r"personal data|donnée personnelle|dado pessoal"
    ) as error:
        import_office([written(tmp_path, text)], tmp_path / "ville")
    assert "parent@" not in str(error.value)
    assert not (tmp_path / "ville").exists()


def test_a_contact_above_the_table_is_hidden_and_a_street_may_name_a_canteen(tmp_path):
    text = "Contact : cuisine@example.org;;\nDate;Rue Noire;Hugo\n14/09/2023;1;2\n15/09/2023;1;2\n"
    report = import_office([written(tmp_path, text)], tmp_path / "ville")
    assert report.canteens == ("Hugo", "Rue Noire")
    assert [item.text for item in report.left] == ["[…]"]


def test_two_values_of_one_meal_are_both_left_and_equal_ones_once(tmp_path):
    text = "Date;Site;Servis\n14/09/2023;Zola;1\n14/09/2023;ZOLA;2\n15/09/2023;Zola;3\n15/09/2023;Zola;3\n"
    report = import_office([written(tmp_path, text)], tmp_path / "ville")
    assert meals(tmp_path / "ville") == ["2023-09-15,Zola,3"]
    assert sorted((i.cell, i.code) for i in report.left) == [
        ("C2", "conflict"), ("C3", "conflict"), ("C5", "repeated"),
    ]  # fmt: skip
    assert "a.csv C3" in {item.other for item in report.left}
    assert report.same_names == (("ZOLA", "Zola"),)


def test_the_folder_is_not_overwritten_unless_asked(tmp_path):
    file = written(tmp_path, "Date;Zola;Hugo\n14/09/2023;1;2\n")
    import_office([file], tmp_path / "ville")
    written(tmp_path, "Date;Zola;Hugo\n14/09/2023;1;3\n")
    before = (tmp_path / "ville/frequentation.csv").read_bytes()
    with pytest.raises(OfficeError, match="--replace"):
        import_office([file], tmp_path / "ville", lang="en")
    assert (tmp_path / "ville/frequentation.csv").read_bytes() == before
    assert sorted(p.name for p in (tmp_path / "ville").iterdir()) == [
        "cantines.csv",
        "frequentation.csv",
    ]
    import_office([file], tmp_path / "ville", replace=True)
    assert meals(tmp_path / "ville") == ["2023-09-14,Hugo,3", "2023-09-14,Zola,1"]


def test_a_source_is_never_replaced_and_a_file_keeps_its_mode(tmp_path):
    source = written(tmp_path, "Date;Zola;Hugo\n14/09/2023;1;2\n", "frequentation.csv")
    before = source.read_bytes()
    with pytest.raises(OfficeError, match="itself imported"):
        import_office([source], tmp_path, lang="en", replace=True)
    assert source.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["frequentation.csv"]
    import_office([source], tmp_path / "ville")
    (tmp_path / "ville/frequentation.csv").chmod(0o600)
    written(tmp_path, "Date;Zola;Hugo\n14/09/2023;1;3\n", "frequentation.csv")
    import_office([source], tmp_path / "ville", replace=True)
    assert (tmp_path / "ville/frequentation.csv").stat().st_mode & 0o777 == 0o600


def test_enrolments_types_and_dishes_have_their_files(tmp_path):
    effectifs = "Effectifs des écoles;;;;\nÉcole;Type;2022-2023;2023-2024;Total\nZola;E;100;1 100;9\nHugo;M;50;;9\nTotal;;150;1 100;\n"
    menus = "Date;Entrée;Plat principal;Dessert\n14/09/2023;Melon;Filet de colin;-\n15/09/2023;;Pizza;Yaourt\n"
    files = [
        written(tmp_path, "Date;Zola;Hugo\n14/09/2023;1;2\n"),
        written(tmp_path, effectifs, "e.csv"), written(tmp_path, menus, "m.csv"),
    ]  # fmt: skip
    report = import_office(files, tmp_path / "ville")
    assert (tmp_path / "ville/effectifs.csv").read_text("utf-8").splitlines() == [
        "cantine,du,effectif", "Hugo,2022-08-01,50", "Zola,2022-08-01,100", "Zola,2023-08-01,1100",
    ]  # fmt: skip
    assert (tmp_path / "ville/cantines.csv").read_text("utf-8").split() == [
        "cantine,type", "Hugo,M", "Zola,E",
    ]  # fmt: skip
    assert (tmp_path / "ville/menus.csv").read_text("utf-8").splitlines()[1:] == [
        "2023-09-14,Melon", "2023-09-14,Filet de colin", "2023-09-15,Pizza", "2023-09-15,Yaourt",
    ]  # fmt: skip
    assert report.cells == report.taken + len(report.left)


def test_stacked_months_have_each_their_own_headings(tmp_path):
    text = (
        "Septembre 2023;;\nJour;Zola;Hugo\nlundi 4;1;2\nmardi 5;3;4\nTotal;4;6\n;;\n"
        "Octobre 2023;;\nJour;Hugo;Zola\nlundi 2;5;6\nmardi 3;7;8\n"
    )
    report = import_office([written(tmp_path, text)], tmp_path / "ville")
    assert meals(tmp_path / "ville")[-2:] == ["2023-10-03,Hugo,7", "2023-10-03,Zola,8"]
    assert len(report.tables) == 2


def test_a_month_without_its_year_is_never_given_another_months(tmp_path):
    text = (
        "Septembre 2023;;\nJour;Zola;Hugo\n4;1;2\n5;3;4\nJanvier;;\nJour;Zola;Hugo\n8;5;6\n9;7;8\n"
    )
    report = import_office([written(tmp_path, text)], tmp_path / "ville")
    assert [(q.code, q.cell) for q in report.questions] == [("ask_span", "A7")]
    mapping = report.mapping("fr").replace('span = "--01"', 'span = "2024/01"')
    answer = written(tmp_path, mapping, "map.toml")
    import_office([tmp_path / "a.csv"], tmp_path / "ville", mapping=answer)
    assert {line[:7] for line in meals(tmp_path / "ville")} == {"2023-09", "2024-01"}


def test_true_dates_that_a_spreadsheet_may_have_exchanged_are_asked_about(tmp_path):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Date", "Zola", "Hugo"])
    for n, day in enumerate((dt.date(2023, 4, 9), dt.date(2023, 5, 9), "14/09/2023", "15/09/2023")):
        sheet.write_row(n + 1, 0, [day, n + 1, 9])
    book.close()
    report = import_office([path], tmp_path / "ville")
    assert [q.code for q in report.questions] == ["ask_exchanged"]
    for answer, days in (
        ("true", ["2023-09-04", "2023-09-05"]),
        ("false", ["2023-04-09", "2023-05-09"]),
    ):
        text = report.mapping("en").replace('numbers = ","', f'numbers = ","\nexchanged = {answer}')
        mapping = written(tmp_path, text, "map.toml")
        import_office([path], tmp_path / answer, mapping=mapping)
        found = [line[:10] for line in meals(tmp_path / answer) if "Zola" in line]
        assert found == [*days, "2023-09-14", "2023-09-15"]


def test_tables_side_by_side_are_asked_about_and_two_tables_of_a_mapping_read_them(tmp_path):
    text = "Date;Zola;Hugo;;Date;Zola;Hugo\n14/09/2023;1;2;;14/10/2023;3;4\n15/09/2023;1;2;;15/10/2023;3;4\n"
    file = written(tmp_path, text)
    report = import_office([file], tmp_path / "ville")
    assert "ask_two_dates" in {q.code for q in report.questions}
    mapping = "".join(
        "[[table]]\nfile = 'a.csv'\nsheet = ''\nheader = [1]\nfirst = 2\n"
        + "".join(
            f"[[table.column]]\ncolumn = '{letter}'\nrole = '{role}'\ncanteen = '{name}'\n"
            for letter, role, name in zip(
                letters, ("date", "reel", "reel"), ("", "Zola", "Hugo"), strict=True
            )
        )
        for letters in ("ABC", "EFG")
    )
    report = import_office([file], tmp_path / "ville", mapping=written(tmp_path, mapping, "m.toml"))
    assert (report.left, report.taken, report.cells) == ((), 18, 18)
    assert len(meals(tmp_path / "ville")) == 8


def test_a_letter_after_a_common_word_names_a_canteen(tmp_path):
    text = "Date;Site A;Site B\n14/09/2023;1;2\n15/09/2023;3;4\n"
    report = import_office([written(tmp_path, text)], tmp_path / "ville")
    assert report.canteens == ("Site A", "Site B")


def test_a_sum_without_the_name_of_one_is_found(tmp_path):
    text = "Date;Zola;Hugo;Pasteur;Ville\n14/09/2023;1;2;3;6\n15/09/2023;4;5;6;15\n"
    report = import_office([written(tmp_path, text)], tmp_path / "ville")
    assert report.canteens == ("Hugo", "Pasteur", "Zola")


def test_the_command_proposes_reports_and_asks(tmp_path, capsys):
    file = str(written(tmp_path, ASKED["days"][0]))
    propose, report = tmp_path / "map.toml", tmp_path / "r.json"
    argv = ["import", file, str(tmp_path / "ville"), "--lang", "pt"]
    asked = [*argv, "--propose", str(propose), "--report", str(report)]
    assert main(asked) == 2
    assert "dia/mês" in capsys.readouterr().out
    assert json.loads(report.read_text("utf-8"))["questions"][0]["code"] == "ask_dates"
    assert main(asked) == 2  # the proposal is there: it may have been corrected
    assert str(propose) in capsys.readouterr().err
    propose.write_text(propose.read_text("utf-8").replace('"?"', '"dmy"'), "utf-8")
    assert main([*argv, "--mapping", str(propose)]) == 0
    assert meals(tmp_path / "ville")[0] == "2023-04-03,Hugo,2"
