from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.cobertura import read
from tests.unit.evidence.readers.coverage_files import DATA, PROJECTS, coverage_of, rows, written

PYTHON = (DATA / "coveragepy-7.17.3.xml").read_text()
GCOVR = (DATA / "gcovr-8.8.cobertura.xml").read_text()


def report(tmp_path: Path, text: str) -> Path:
    return written(tmp_path, "coverage.xml", text)


def test_methods_lines_are_the_lines_of_the_class_and_count_once() -> None:
    assert GCOVR.count('number="2"') == 2
    assert rows(read(DATA / "gcovr-8.8.cobertura.xml", PROJECTS / "c"))["limits.h"].lines == 4


def test_methods_lines_are_read_where_the_class_has_none(tmp_path: Path) -> None:
    without = re.sub(r"</methods><lines>.*?</lines></class>", "</methods><lines/></class>", GCOVR)
    found = rows(read(report(tmp_path, without), PROJECTS / "c"))
    assert (found["limits.h"].lines, found["rates.cpp"].taken, found["rates.cpp"].branches) == (4, 8, 29)


def test_branches_are_counted_per_line_and_the_first_ones_taken() -> None:
    files = {file.path: file for file in coverage_of(read(DATA / "gcovr-8.8.cobertura.xml", PROJECTS / "c")).files}
    assert (files["limits.h"].taken, files["limits.h"].untaken) == ("2#0", "2#1")
    assert files["rates.cpp"].taken.split()[:5] == ["6#0", "6#1", "6#2", "8#0", "8#1"]


def test_several_classes_of_one_file_are_one_file(tmp_path: Path) -> None:
    one_file = GCOVR.replace('filename="main.cpp"', 'filename="limits.h"')
    contents = read(report(tmp_path, one_file), PROJECTS / "c")
    assert rows(contents).keys() == {"limits.h", "rates.cpp"}
    assert rows(contents)["limits.h"].lines == 8
    assert any("lines-valid is stated as 18" in each for each in contents.warnings)


def test_the_same_packages_twice_change_nothing(tmp_path: Path) -> None:
    packages = re.search("<packages>(.*)</packages>", GCOVR)
    assert packages is not None
    twice = read(report(tmp_path, GCOVR.replace(packages[1], packages[1] * 2)), PROJECTS / "c")
    assert coverage_of(twice).files == coverage_of(read(DATA / "gcovr-8.8.cobertura.xml", PROJECTS / "c")).files


def test_a_line_told_twice_has_run_where_it_ran_once(tmp_path: Path) -> None:
    line = '<line number="3" hits="0" branch="false"/>'
    ran = GCOVR.replace(line, line + line.replace('hits="0"', 'hits="2"'))
    assert rows(read(report(tmp_path, ran), PROJECTS / "c"))["limits.h"].covered == 4


@pytest.mark.parametrize(
    ("stated", "created"),
    [("1700000000", "2023-11-14T22:13:20Z"), ("1700000000123", "2023-11-14T22:13:20Z"), ("soon", None), ("", None)],
)
def test_the_timestamp_is_seconds_or_milliseconds(tmp_path: Path, stated: str, created: str | None) -> None:
    text = re.sub('timestamp="[0-9]+"', f'timestamp="{stated}"', GCOVR)
    assert read(report(tmp_path, text), PROJECTS / "c").created == created


def test_file_names_are_relative_to_the_source(tmp_path: Path) -> None:
    (tmp_path / "app" / "src").mkdir(parents=True)
    text = PYTHON.replace("<source>src</source>", f"<source>{tmp_path}/app/src</source>")
    assert "app/src/ledger/money.py" in rows(read(report(tmp_path, text), tmp_path))


def test_paths_of_another_machine_are_mapped_where_one_prefix_leads_to_every_file(tmp_path: Path) -> None:
    text = PYTHON.replace("<source>src</source>", "<source>C:\\ci\\app\\src</source>")
    assert "src/ledger/money.py" in rows(read(report(tmp_path, text), PROJECTS / "python"))


def test_paths_of_another_machine_keep_their_names_where_a_file_is_not_here(tmp_path: Path) -> None:
    text = PYTHON.replace("<source>src</source>", "<source>/ci/app/src</source>").replace("unused.py", "gone.py")
    assert set(rows(read(report(tmp_path, text), PROJECTS / "python"))) == {
        f"ledger/{name}.py" for name in ("__init__", "money", "statement", "gone")
    }


def test_paths_of_another_machine_keep_their_names_where_two_prefixes_fit(tmp_path: Path) -> None:
    for folder in ("src", "src/src"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "only.py").touch()
    text = re.sub(r"<class name=\"(?!unused).*?</class>", "", PYTHON, flags=re.DOTALL)
    text = text.replace("ledger/unused.py", "only.py").replace(">src<", ">/ci/src/src<")
    assert set(rows(read(report(tmp_path, text), tmp_path))) == {"only.py"}


def test_a_name_that_two_sources_have_is_a_fault_and_not_one_file(tmp_path: Path) -> None:
    for folder in ("src", "lib"):
        (tmp_path / folder / "ledger").mkdir(parents=True)
        (tmp_path / folder / "ledger" / "money.py").touch()
        (tmp_path / folder / "ledger" / "__init__.py").touch()
    text = PYTHON.replace("<source>src</source>", "<source>src</source><source>lib</source>")
    with pytest.raises(EvidenceError, match=r"^coverage\.xml: 'ledger/money\.py' stands for several files \(.*lib/"):
        read(report(tmp_path, text), tmp_path)


def test_a_class_that_comes_twice_from_two_unknown_sources_is_a_fault(tmp_path: Path) -> None:
    text = PYTHON.replace("<source>src</source>", "<source>/ci/src</source><source>/ci/lib</source>")
    classes = re.search(r"<class name=\"money.*?</class>", text, re.DOTALL)
    assert classes is not None
    with pytest.raises(EvidenceError, match=r"'ledger/money\.py' stands for several files"):
        read(report(tmp_path, text.replace(classes[0], classes[0] * 2)), tmp_path)


def test_a_report_without_a_class_is_no_fault_but_is_reported(tmp_path: Path) -> None:
    contents = read(report(tmp_path, re.sub("<packages>.*</packages>", "", GCOVR)), tmp_path)
    assert coverage_of(contents).files == ()
    assert "the file holds no executable line" in contents.warnings


def test_a_line_with_branches_that_are_not_counted_is_reported(tmp_path: Path) -> None:
    text = GCOVR.replace(' condition-coverage="50% (1/2)"', "")
    contents = read(report(tmp_path, text), PROJECTS / "c")
    assert "limits.h: line 2 has branches, but does not say how many" in contents.warnings


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('hits="0"', 'hits="x"', "the count is 'x', which is no number"),
        ('hits="0"', "", "the count is missing"),
        ('number="3"', "", "the line number is missing"),
        ('number="3"', 'number="-3"', "the line number is '-3', which is no whole number"),
        ('number="3"', 'number="99999999999999999999"', "is above 2000000"),
        ("50% (1/2)", "50%", "condition-coverage is '50%' instead of"),
        ("50% (1/2)", "50% (3/2)", "line 2 has 3 branches taken of 2"),
        ("50% (1/2)", "0% (0/999999999)", "there are more than 5000000 branches"),
        ('filename="limits.h"', "", "the class 'limits_h' has no filename"),
        ('filename="limits.h"', 'filename="a&#9;b"', "can't be the path"),
        ("<classes>", "<line number='1' hits='1'/><classes>", "a line stands outside a class"),
        ("<methods>", "<class name='a' filename='b'/><methods>", "a class stands inside a class"),
        ("<sources>", "<project/><sources>", "this is a report of Clover, not of Cobertura"),
        ("/tmp/app/c", "x" * 5000, "a source is longer than 4096 characters"),
        ("<sources>", "<sources>" + "<source>a</source>" * 1001, "there are more than 1000 sources"),
        ("<packages>", "<a>" * 300 + "</a>" * 300 + "<packages>", "elements are nested deeper than 200"),
    ],
)
def test_what_is_damaged_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in GCOVR
    with pytest.raises(EvidenceError, match=rf"^coverage\.xml\b.*{re.escape(told)}"):
        read(report(tmp_path, GCOVR.replace(old, new)), PROJECTS / "c")
