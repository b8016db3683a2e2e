from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.lcov import read
from tests.unit.evidence.readers.coverage_files import DATA, PROJECTS, coverage_of, figures, rows, written

GENINFO = (DATA / "geninfo-2.5.info").read_text()


def changed(tmp_path: Path, old: str, new: str) -> Path:
    assert old in GENINFO
    return written(tmp_path, "lcov.info", GENINFO.replace(old, new, 1))


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    twice = written(tmp_path, "lcov.info", GENINFO * 2)
    once = coverage_of(read(DATA / "geninfo-2.5.info", PROJECTS / "c"))
    assert coverage_of(read(twice, PROJECTS / "c")).files == once.files


def test_what_one_test_ran_of_a_file_adds_to_what_another_ran(tmp_path: Path) -> None:
    idle = re.sub(r"(DA:\d+|BRDA:\d+,[ef]?\d+,\d+),\d+", r"\1,0", GENINFO)
    idle = re.sub("L?[BH]R?H:.*\n", "", idle)
    assert figures(read(written(tmp_path, "idle.info", idle), tmp_path)) == (18, 0, 37, 0)
    both = read(written(tmp_path, "both.info", idle + GENINFO + idle), tmp_path)
    assert figures(both) == (18, 13, 37, 13)


def test_versions_of_lcov_name_the_same_branch_alike() -> None:
    first, second = (read(DATA / f"geninfo-{version}.info", PROJECTS / "c") for version in ("1.16", "2.5"))
    assert [file.taken for file in coverage_of(first).files] == [file.taken for file in coverage_of(second).files]


def test_branches_are_named_by_block_and_branch(tmp_path: Path) -> None:
    files = {file.path: file for file in coverage_of(read(DATA / "geninfo-2.5.info", PROJECTS / "c")).files}
    assert files["limits.h"].taken == "2:0:1"
    assert files["limits.h"].untaken == "2:0:0"


def test_the_words_with_which_coverage_py_names_a_branch_make_one_name() -> None:
    files = {file.path: file for file in coverage_of(read(DATA / "coveragepy-7.17.3.info", PROJECTS / "python")).files}
    money = files["src/ledger/money.py"]
    assert "23:0:jump%20to%20line%2027" in money.taken.split()


@pytest.mark.parametrize(
    ("record", "taken", "untaken"),
    [
        ("BRDA:2,0,f(a, b) || %20,1", "2:0:f(a,%20b)%20||%20%2520", "2:0:1"),
        ("BRDA:2,0,1,-", "", "2:0:1"),
        ("BRDA:2,U0,7,0", "", "2:0:1"),
        ("BRDA:2,e1,0,1.5e+19", "2:1:0", "2:0:1"),
    ],
)
def test_every_spelling_of_a_branch(tmp_path: Path, record: str, taken: str, untaken: str) -> None:
    path = changed(tmp_path, "BRDA:2,f0,0,0\nBRDA:2,0,1,3", f"BRDA:2,0,1,0\n{record}")
    file = coverage_of(read(path, PROJECTS / "c")).files[0]
    assert (file.taken, file.untaken) == (taken, untaken)


@pytest.mark.parametrize(
    ("count", "hit"), [("3", 1), ("0", 0), ("1.0e+19", 1), ("18446744073709551616", 1), ("1,d41d8cd9", 1), ("0.0", 0)]
)
def test_a_line_runs_where_its_count_is_above_zero(tmp_path: Path, count: str, hit: int) -> None:
    path = changed(tmp_path, "DA:3,0", f"DA:3,{count}")
    assert rows(read(path, PROJECTS / "c"))["limits.h"].covered == 3 + hit


def test_a_negative_count_is_taken_as_not_run_and_reported(tmp_path: Path) -> None:
    contents = read(changed(tmp_path, "DA:4,3", "DA:4,-3"), PROJECTS / "c")
    assert rows(contents)["limits.h"].missing == "3-4"
    assert any("negative" in each for each in contents.warnings)


@pytest.mark.parametrize("kind", ["LF", "LH", "BRF", "BRH"])
def test_totals_that_the_lines_contradict_are_reported(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, "lcov.info", re.sub(f"{kind}:.*", f"{kind}:9999", GENINFO))
    contents = read(path, PROJECTS / "c")
    assert figures(contents) == (18, 13, 37, 13)
    assert contents.warnings[0].startswith(f"limits.h: {kind} is stated as 9999, but the lines add up to ")


def test_many_contradictions_are_counted_and_not_all_told(tmp_path: Path) -> None:
    sections = "".join(f"SF:{number}.c\nDA:1,1\nLF:2\nend_of_record\n" for number in range(25))
    warnings = read(written(tmp_path, "lcov.info", sections), tmp_path).warnings
    assert (len(warnings), warnings[-1]) == (11, "and 15 more")


@pytest.mark.parametrize("record", ["# a comment", "", "VER:1", "MCDC:2,2,t,0,0,a", "FN:1,f"])
def test_records_that_say_nothing_about_lines_are_passed_over(tmp_path: Path, record: str) -> None:
    contents = read(changed(tmp_path, "DA:3,0", f"{record}\nDA:3,0"), PROJECTS / "c")
    assert (figures(contents), contents.warnings) == ((18, 13, 37, 13), ())


def test_a_record_of_an_unknown_kind_is_reported(tmp_path: Path) -> None:
    contents = read(changed(tmp_path, "DA:3,0", "NEW:1\nDA:3,0"), PROJECTS / "c")
    assert contents.warnings == ("records of the kind NEW are not known and not read",)


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("DA:3,0", "DA:3", 13, "DA is '3' instead of line,count"),
        ("DA:3,0", "DA:x,0", 13, "the line number is 'x'"),
        ("DA:3,0", "DA:2000001,0", 13, "the line number 2000001 is above 2000000"),
        ("DA:3,0", "DA:3,many", 13, "the count is 'many'"),
        ("DA:3,0", "DA:3,\u0663", 13, "the count is"),
        ("BRDA:2,0,1,3", "BRDA:2,0", 8, "BRDA is '2,0' instead of"),
        ("BRDA:2,0,1,3", "BRDA:2,0,1,yes", 8, "the count is 'yes'"),
        ("DA:3,0", "hello", 13, "'hello' is no record"),
        ("SF:/tmp/app/c/limits.h\n", "", 2, "FNL stands outside a section"),
        ("end_of_record\n", "", 18, "a section begins, but that of '/tmp/app/c/limits.h' has no end_of_record"),
        ("end_of_record", "end_of_record\nend_of_record", 18, "end_of_record stands outside a section"),
        ("DA:3,0", "DA:3,0" + "0" * (1 << 20), 13, "the line is longer than 1 MiB"),
        ("DA:3,0", "DA:3,\0", 13, "it holds a zero byte"),
    ],
)
def test_what_is_damaged_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    with pytest.raises(EvidenceError, match=rf"^lcov\.info:{line}: .*{re.escape(told)}"):
        read(changed(tmp_path, old, new), PROJECTS / "c")


def test_a_file_without_an_end_of_its_last_section_is_cut_short(tmp_path: Path) -> None:
    path = written(tmp_path, "lcov.info", GENINFO.removesuffix("end_of_record\n"))
    with pytest.raises(
        EvidenceError, match=r"^lcov\.info:\d+: the section of .* has no end_of_record; it is cut short"
    ):
        read(path, tmp_path)


@pytest.mark.parametrize("source", ["", "   ", "a\x01b", "x" * 5000])
def test_a_path_that_can_be_none_is_refused(tmp_path: Path, source: str) -> None:
    with pytest.raises(EvidenceError, match=r"^lcov\.info.*can't be the path of a source file"):
        read(written(tmp_path, "lcov.info", f"SF:{source}\nDA:1,1\nend_of_record\n"), tmp_path)


def test_a_file_without_lines_is_no_fault_but_is_reported(tmp_path: Path) -> None:
    contents = read(written(tmp_path, "lcov.info", "TN:\n"), tmp_path)
    assert (coverage_of(contents).files, contents.warnings) == ((), ("the file holds no executable line",))
