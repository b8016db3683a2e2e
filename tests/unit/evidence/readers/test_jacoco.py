from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.jacoco import read
from tests.unit.evidence.readers.coverage_files import DATA, PROJECTS, coverage_of, figures, rows, written

JACOCO = (DATA / "jacoco-0.8.6.xml").read_text()
GROUPED = (DATA / "jacoco-0.8.6-group.xml").read_text()
TARIFF = "org/example/tariffs/Tariff.java"


def report(tmp_path: Path, text: str) -> Path:
    return written(tmp_path, "jacoco.xml", text)


def test_a_line_runs_where_any_of_its_instructions_did() -> None:
    assert '<line nr="14" mi="3" ci="13" mb="2" cb="2"/>' in JACOCO
    file = coverage_of(read(DATA / "jacoco-0.8.6.xml", PROJECTS / "java")).files[1]
    assert (file.executed, file.missing) == ("6-8, 11, 14-15, 19", "12, 17, 24")
    assert file.taken == "11#0 14#0 14#1 15#0"


def test_files_are_found_where_builds_keep_their_sources(tmp_path: Path) -> None:
    assert f"src/main/java/{TARIFF}" in rows(read(DATA / "jacoco-0.8.6.xml", PROJECTS / "java"))
    assert TARIFF in rows(read(DATA / "jacoco-0.8.6.xml", tmp_path))


def test_a_group_is_a_module_of_the_build(tmp_path: Path) -> None:
    source = tmp_path / "tariffs" / "src" / "main" / "java" / TARIFF
    source.parent.mkdir(parents=True)
    source.touch()
    found = rows(read(DATA / "jacoco-0.8.6-group.xml", tmp_path))
    assert set(found) == {f"tariffs/src/main/java/{TARIFF}", "tariffs/org/example/tariffs/Main.java"}


def test_equal_packages_of_two_modules_stay_apart(tmp_path: Path) -> None:
    group = re.search("<group.*</group>", GROUPED)
    assert group is not None
    text = GROUPED.replace(group[0], group[0] + group[0].replace('group name="tariffs"', 'group name="other"'))
    assert figures(read(report(tmp_path, text), tmp_path)) == (28, 20, 16, 8)


def test_the_same_module_twice_changes_nothing(tmp_path: Path) -> None:
    group = re.search("<group.*</group>", GROUPED)
    assert group is not None
    twice = read(report(tmp_path, GROUPED.replace(group[0], group[0] * 2)), tmp_path)
    assert coverage_of(twice).files == coverage_of(read(DATA / "jacoco-0.8.6-group.xml", tmp_path)).files


def test_a_name_that_leads_to_two_files_is_kept_as_it_is(tmp_path: Path) -> None:
    for folder in ("src/main/java", "src/main/kotlin"):
        (tmp_path / folder / TARIFF).parent.mkdir(parents=True)
        (tmp_path / folder / TARIFF).touch()
    assert TARIFF in rows(read(DATA / "jacoco-0.8.6.xml", tmp_path))


def test_the_last_dump_is_when_it_was_made(tmp_path: Path) -> None:
    session = '<sessioninfo id="b" start="1" dump="1700000000000"/><sessioninfo id="c" start="1" dump="7"/>'
    text = re.sub("<sessioninfo[^>]*>", session, JACOCO)
    assert read(report(tmp_path, text), tmp_path).created == "2023-11-14T22:13:20Z"
    assert read(report(tmp_path, re.sub("<sessioninfo[^>]*>", "", JACOCO)), tmp_path).created is None


def test_a_counter_that_the_lines_contradict_is_reported(tmp_path: Path) -> None:
    counter = '<counter type="LINE" missed="3" covered="7"/>'
    assert JACOCO.count(counter) == 2  # of the class, which has no lines here, and of the source file
    contents = read(
        report(tmp_path, JACOCO.replace(counter, '<counter type="LINE" missed="0" covered="10"/>')), tmp_path
    )
    assert figures(contents) == (14, 10, 8, 4)
    assert contents.warnings[0].startswith(f"{TARIFF}: LINE missed is stated as 0, but the lines add up to 3")


def test_a_report_without_lines_is_no_fault_but_is_reported(tmp_path: Path) -> None:
    contents = read(report(tmp_path, re.sub("<line [^>]*>|<counter [^>]*>", "", JACOCO)), tmp_path)
    assert figures(contents) == (0, 0, 0, 0)
    assert contents.warnings == ("the file holds no executable line",)


def test_a_report_that_does_not_say_what_ran_is_refused() -> None:
    with pytest.raises(EvidenceError, match=r"^gcovr.*:\d+:\d+: line 1 of 'limits\.h' does not say whether it ran"):
        read(DATA / "gcovr-8.8.jacoco.xml", PROJECTS / "c")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('ci="13"', 'ci="x"', "ci is 'x', which is no whole number"),
        ('ci="13"', 'ci="-1"', "ci is '-1'"),
        ('cb="2"', 'cb="2000000000000"', "there are more than 5000000 branches"),
        ('nr="14"', "", "the line number is missing"),
        ('nr="14"', 'nr="2000001"', "is above 2000000"),
        ("<package ", "<line nr='1' ci='1'/><package ", "a line stands outside a sourcefile"),
        ("report", "coverage", "the root element is 'coverage'; a JaCoCo report begins with 'report'"),
        ('sourcefile name="Main.java"', 'sourcefile name="&#10;"', "can't be the path"),
    ],
)
def test_what_is_damaged_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in JACOCO
    with pytest.raises(EvidenceError, match=rf"^jacoco\.xml\b.*{re.escape(told)}"):
        read(report(tmp_path, JACOCO.replace(old, new)), tmp_path)
