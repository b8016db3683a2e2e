from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.clover import read
from tests.unit.evidence.readers.coverage_files import DATA, PROJECTS, coverage_of, figures, rows, written

PHPUNIT = (DATA / "phpunit-9.6.7.clover.xml").read_text()
JEST = (DATA / "jest-30.5.2.clover.xml").read_text()
# What istanbul writes, as OpenClover would mean it.
OPENCLOVER = JEST.replace('clover="3.2.0"', 'clover="4.3.1"')
TARIFF = "src/Tariff.php"


def report(tmp_path: Path, text: str) -> Path:
    return written(tmp_path, "clover.xml", text)


@pytest.mark.parametrize(("truecount", "falsecount", "taken"), [(0, 0, 0), (1, 0, 1), (0, 3, 1), (2, 2, 2)])
def test_a_condition_of_openclover_has_a_true_and_a_false_branch(
    tmp_path: Path, truecount: int, falsecount: int, taken: int
) -> None:
    condition = '<line num="9" count="2" type="cond" truecount="2" falsecount="2"/>'
    assert condition in OPENCLOVER
    made = f'<line num="9" count="2" type="cond" truecount="{truecount}" falsecount="{falsecount}"/>'
    file = coverage_of(read(report(tmp_path, OPENCLOVER.replace(condition, made)), PROJECTS / "js")).files[1]
    assert [name for name in file.taken.split() if name.startswith("9#")] == [f"9#{n}" for n in range(taken)]
    assert [name for name in file.untaken.split() if name.startswith("9#")] == [f"9#{n}" for n in range(taken, 2)]


def test_a_condition_of_istanbul_counts_branches_taken_and_not_taken() -> None:
    assert '<line num="9" count="2" type="cond" truecount="2" falsecount="2"/>' in JEST
    file = coverage_of(read(DATA / "jest-30.5.2.clover.xml", PROJECTS / "js")).files[1]
    assert [name for name in file.taken.split() if name.startswith("9#")] == ["9#0", "9#1"]
    assert [name for name in file.untaken.split() if name.startswith("9#")] == ["9#2", "9#3"]


def test_a_method_is_no_line_of_its_own(tmp_path: Path) -> None:
    text = OPENCLOVER.replace("</file>", '<line num="1999" count="0" type="method"/></file>')
    assert rows(read(report(tmp_path, text), tmp_path)) == rows(read(report(tmp_path, OPENCLOVER), tmp_path))


def test_lines_that_phpunit_writes_as_methods_only_are_found_by_its_own_counts() -> None:
    file = coverage_of(read(DATA / "phpunit-9.6.7.clover.xml", PROJECTS / "php")).files[1]
    assert (file.executed, file.missing) == ("8, 12, 15-16, 18", "13, 17, 21, 26")


@pytest.mark.parametrize(
    ("statements", "covered", "lines"),
    [
        ("7", "4", (7, 4)),
        ("8", "5", (8, 5)),
        ("10", "6", (10, 6)),
        ("99", "6", (7, 4)),
        ("", "", (7, 4)),
        ("8", "9", (7, 4)),
    ],
)
def test_methods_fill_up_what_phpunit_counts_and_nothing_else(
    tmp_path: Path, statements: str, covered: str, lines: tuple[int, int]
) -> None:
    text = PHPUNIT.replace(
        'statements="9" coveredstatements="5"', f'statements="{statements}" coveredstatements="{covered}"'
    )
    contents = read(report(tmp_path, text), PROJECTS / "php")
    assert figures(contents)[:2] == lines
    assert any("statements is stated as" in each for each in contents.warnings) == (
        statements in ("99",) or covered == "9"
    )


def test_the_same_project_twice_changes_nothing(tmp_path: Path) -> None:
    project = re.search("<project.*</project>", PHPUNIT, re.DOTALL)
    assert project is not None
    twice = read(report(tmp_path, PHPUNIT.replace(project[0], project[0] * 2)), PROJECTS / "php")
    assert coverage_of(twice).files == coverage_of(read(DATA / "phpunit-9.6.7.clover.xml", PROJECTS / "php")).files


def test_files_of_the_test_project_are_not_read(tmp_path: Path) -> None:
    text = OPENCLOVER.replace("<project ", "<testproject ").replace("</project>", "</testproject>")
    assert rows(read(report(tmp_path, text), tmp_path)) == {}


def test_a_file_without_a_path_lies_in_its_package(tmp_path: Path) -> None:
    text = re.sub(' path="[^"]*"', "", OPENCLOVER)
    text = text.replace("<file", '<package name="shop.rates"><file').replace("</file>", "</file></package>")
    assert set(rows(read(report(tmp_path, text), tmp_path))) == {"shop/rates/index.js", "shop/rates/tariff.js"}


def test_a_project_without_packages_has_files_all_the_same() -> None:
    assert TARIFF in rows(read(DATA / "phpunit-9.6.7.clover.xml", PROJECTS / "php"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('num="12"', "", "the line number is missing"),
        ('num="12"', 'num="2000001"', "is above 2000000"),
        ('type="stmt" count="0"', 'type="stmt"', "the count is missing"),
        ('type="stmt" count="0"', 'type="stmt" count="NaN"', "the count is 'NaN', which is no number"),
        ('type="stmt"', 'type="loop"', "the type 'loop' is none of stmt, cond and method"),
        ('type="stmt" count="0"', 'type="cond" truecount="x" falsecount="0"', "the count is 'x'"),
        ('type="stmt" count="0"', 'type="cond"', "the count is '', which is no number"),
        ("<class ", "<file name='b'/><class ", "a file stands inside a file"),
        ("<project ", "<line num='1' type='stmt' count='1'/><project ", "a line stands outside a file"),
        ("<project ", "<packages/><project ", "this is a report of Cobertura, not of Clover"),
        ("/tmp/app/php/src/Tariff.php", "", "'' can't be the path of a source file"),
    ],
)
def test_what_is_damaged_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in PHPUNIT
    with pytest.raises(EvidenceError, match=rf"^clover\.xml\b.*{re.escape(told)}"):
        read(report(tmp_path, PHPUNIT.replace(old, new)), PROJECTS / "php")


def test_branches_of_istanbul_have_to_be_numbers(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"^clover\.xml:\d+:\d+: a count of branches is '-1'"):
        read(report(tmp_path, JEST.replace('truecount="2"', 'truecount="-1"')), PROJECTS / "js")
