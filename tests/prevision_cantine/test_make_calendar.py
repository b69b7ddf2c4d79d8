"""The command calendar: any country's public holidays, school holidays, and never a no for unknown."""

import builtins

import pytest

from prevision_cantine.city.made_cities import make_commune
from prevision_cantine.city.make_calendar import make_calendar
from prevision_cantine.city.office import OfficeError
from prevision_cantine.cli import main
from prevision_cantine.extras import MissingExtraError


def lines(folder):
    return (folder / "calendrier.csv").read_text("utf-8").splitlines()


def test_a_french_zone_is_written_whole_for_the_years_of_the_data_and_the_next(tmp_path):
    folder = make_commune(years=1, canteens=2).to_folder(tmp_path / "ville")
    (folder / "calendrier.csv").unlink()
    report = make_calendar(folder, country="FR", zone="B", lang="en")
    assert (str(report.span[0]), str(report.span[1])) == ("2018-01-01", "2020-12-31")
    assert report.missing == ()
    assert "2019-07-14,2019-07-14,ferie,14 July,," in lines(folder)
    assert any(line.startswith("2019-02-09,2019-02-24,vacances") for line in lines(folder))
    before = lines(folder)
    again = make_calendar(folder, country="FR", zone="B", lang="en")
    assert again.holidays == again.breaks == ()
    assert lines(folder) == before


def test_lines_that_are_there_stay_and_a_different_break_is_said(tmp_path):
    text = "du,au,nature,nom\n2023-02-20,2023-03-05,vacances,Hiver\n2023-03-07,2023-03-07,greve,\n2023-05-01,2023-05-01,ferie,Muguet\n"
    (tmp_path / "calendrier.csv").write_text(text, "utf-8")
    report = make_calendar(tmp_path, country="FR", zone="B", start=2023, end=2023)
    assert report.kept == 3
    assert [kept[:10] for kept, _ in report.differs] == ["2023-02-20"]
    found = lines(tmp_path)
    assert "2023-02-20,2023-03-05,vacances,Hiver,," in found
    assert "2023-03-07,2023-03-07,greve,,," in found
    assert sum(line.startswith("2023-05-01") for line in found) == 1
    for lang in ("fr", "en", "pt"):
        assert "2023-02-20" in report.to_text(lang)


@pytest.mark.parametrize(
    ("country", "subdivision", "day"),
    [("CA", "QC", "2023-06-24"), ("BR", "SP", "2023-07-09"), ("BR", None, "2023-09-07"), ("DE", None, "2023-10-03")],
)  # fmt: skip
def test_public_holidays_of_other_countries_come_from_the_library(
    tmp_path, country, subdivision, day
):
    report = make_calendar(tmp_path, country=country, subdivision=subdivision, start=2023, end=2023)
    assert day in {line[0] for line in report.holidays}
    assert report.missing[0][0] == "cal_missing_breaks"
    assert "--breaks" in report.to_text("pt")


def test_names_are_in_the_language_asked_or_the_countrys_own(tmp_path):
    for lang, name in (("pt", "Independência do Brasil"), ("fr", "Independência do Brasil")):
        (tmp_path / lang).mkdir()
        report = make_calendar(tmp_path / lang, country="BR", start=2023, end=2023, lang=lang)
        assert name in {line[3] for line in report.holidays}


def test_breaks_of_a_file_are_written(tmp_path):
    (tmp_path / "b.csv").write_text(
        "du,au,nom\n2023-07-01,2023-07-21,Recesso\n2023-12-16,2024-02-04,\n", "utf-8"
    )
    report = make_calendar(tmp_path, country="BR", start=2023, end=2024, breaks=tmp_path / "b.csv")
    assert [line[:3] for line in report.breaks] == [
        ("2023-07-01", "2023-07-21", "vacances"), ("2023-12-16", "2024-02-04", "vacances"),
    ]  # fmt: skip
    assert report.missing == ()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"country": "FR", "zone": "B", "start": 2027, "end": 2030}, "known from 2010-07-02 to 2028-08-31"),
        ({"country": "FR", "zone": "B", "start": 2009, "end": 2011}, "known from 2010-07-02"),
        ({"country": "FR", "zone": "D", "start": 2023, "end": 2023}, "give A, B or C"),
        ({"country": "BR", "zone": "A", "start": 2023, "end": 2023}, "give A, B or C"),
        ({"country": "XX", "start": 2023, "end": 2023}, "two letters"),
        ({"country": "CA", "subdivision": "ZZ", "start": 2023, "end": 2023}, "use one of AB"),
        ({"country": "FR", "start": 2024, "end": 2023}, "give two years"),
        ({"country": "FR", "start": 1, "end": 9999}, "give two years"),
        ({"country": "FR"}, "give --from and --to"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_an_error_with_what_is(tmp_path, settings, words):
    with pytest.raises(OfficeError, match=words):
        make_calendar(tmp_path, lang="en", **settings)
    assert not (tmp_path / "calendrier.csv").exists()


def test_a_year_beyond_the_data_is_named_as_missing_not_taken_as_taught(tmp_path):
    (tmp_path / "frequentation.csv").write_text("date,cantine,reel\n2028-05-02,Zola,3\n", "utf-8")
    report = make_calendar(tmp_path, country="FR", zone="B", lang="en")
    assert report.missing == (("cal_missing_after", "2028-08-31", "2029-12-31"),)
    assert "forecast nothing there" in report.to_text("en")
    last = make_calendar(tmp_path, country="FR", zone="B", start=2028, end=2028)
    assert last.missing == (("cal_missing_after", "2028-08-31", "2028-12-31"),)


def test_a_year_without_any_break_in_the_file_is_an_error(tmp_path):
    (tmp_path / "b.csv").write_text("du,au\n2023-07-01,2023-07-21\n", "utf-8")
    with pytest.raises(OfficeError, match="2024"):
        make_calendar(tmp_path, country="BR", start=2023, end=2024, breaks=tmp_path / "b.csv")


@pytest.mark.parametrize(
    "line",
    ["2020090-03,2020-09-04", "2021030-01,2021-03-02", "2023-07-21,2023-07-01", "2023-07-01,2025-07-01", "x,2023-01-01", "2023-02-30,2023-03-01"],
)  # fmt: skip
def test_a_wrong_date_is_refused_with_its_line(tmp_path, line):
    (tmp_path / "b.csv").write_text(f"du,au\n{line}\n", "utf-8")
    with pytest.raises(OfficeError, match=r"b\.csv:2"):
        make_calendar(tmp_path, country="BR", start=2023, end=2023, breaks=tmp_path / "b.csv")
    (tmp_path / "calendrier.csv").write_text(
        f"du,au,nature\n{line},ferie\n".replace("2025", "2225"), "utf-8"
    )
    with pytest.raises(OfficeError, match=r"calendrier\.csv:2"):
        make_calendar(tmp_path, country="FR", start=2023, end=2023)


def test_without_the_library_france_is_computed_and_others_name_the_extra(tmp_path, monkeypatch):
    real = builtins.__import__

    def none(name, *arguments, **settings):
        if name == "holidays":
            raise ModuleNotFoundError(name=name)
        return real(name, *arguments, **settings)

    monkeypatch.setattr(builtins, "__import__", none)
    assert len(make_calendar(tmp_path, country="FR", start=2023, end=2023).holidays) == 11
    with pytest.raises(MissingExtraError, match="calendrier"):
        make_calendar(tmp_path, country="BR", start=2023, end=2023)


def test_the_command_says_what_it_wrote(tmp_path, capsys):
    argv = ["calendar", str(tmp_path), "--country", "FR", "--from", "2023", "--to", "2023"]
    assert main([*argv, "--lang", "pt"]) == 0
    assert "feriados acrescentados: 11" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_said_not_to_be_there(tmp_path):
    with pytest.raises(OfficeError) as found:
        make_calendar(tmp_path / "absent", country="FR", zone="B")
    assert found.value.code == "missing_folder"
    assert "ce dossier n'existe pas" in found.value.say("fr")
    assert not (tmp_path / "absent").exists()
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OfficeError) as found:
        make_calendar(tmp_path / "file", country="FR", zone="B")
    assert found.value.code == "not_a_folder"
