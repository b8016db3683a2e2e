from __future__ import annotations

import pytest

from pytest_stagegate.model.coverage import ContextsUnavailable, Coverage, CoverageData
from pytest_stagegate.model.tally import Tally
from tests.unit.fakes import coverage_of, file_of

DATA = coverage_of(
    file_of("src/a.py", 8, 10, taken=1, branches=4, test=6, deploy=2),
    file_of("src/deep/b.py", 5, 5, taken=2, branches=2),
    file_of("lib/c.py", 0, 5),
    branches=True,
)


def face(data: CoverageData = DATA) -> Coverage:
    return Coverage(data, Tally())


def test_lines_and_branches_are_summed_exactly() -> None:
    assert (repr(face().lines), repr(face().branches)) == ("<13 of 20 lines>", "<3 of 6 branches>")


def test_lines_that_were_not_run_are_named_most_first() -> None:
    assert face().lines.where == ("lib/c.py:1-5", "src/a.py:9-10")


@pytest.mark.parametrize(("pattern", "shown"), [("src", "<13 of 15 lines>"), ("src/*.py", "<8 of 10 lines>")])
def test_narrowed_to_a_path(pattern: str, shown: str) -> None:
    assert repr(face().under(pattern).lines) == shown


def test_narrowing_twice_takes_both() -> None:
    assert face().under("src").under("**/b.py").files == ("src/deep/b.py",)


def test_narrowed_to_nothing_is_no_evidence() -> None:
    measure = face().under("nowhere").lines
    assert (measure.value, measure.inspected) == (None, 0)


def test_a_stage_s_own_coverage_counts_every_line_of_the_files() -> None:
    alone = face().by_stage("deploy").under("src")
    assert repr(alone.lines) == "<2 of 15 lines>"
    assert alone.lines.where[0] == "src/a.py (8 lines not run by deploy)"


def test_a_stage_s_own_coverage_needs_labels() -> None:
    with pytest.raises(ContextsUnavailable, match=r"^coverage was started by hand$"):
        face(coverage_of(label_problem="coverage was started by hand")).by_stage("deploy")


def test_whether_branches_were_measured_is_known() -> None:
    assert face().measured_branches


def test_reading_is_noted() -> None:
    tally = Tally()
    measured = Coverage(DATA, tally)
    assert (measured.lines.inspected, tally.read) == (20, 20)


def test_each_file_has_its_numbers() -> None:
    data = coverage_of(file_of("a.py", 2, 3, 1, 2, test=1), branches=True)
    assert Coverage(data, Tally()).by_file == {"a.py": (2, 3, 1, 2)}
    assert Coverage(data, Tally()).by_stage("test").by_file == {"a.py": (1, 3, 0, 2)}
