from __future__ import annotations

import pytest

from pytest_stagegate.model.coverage import ContextsUnavailable, Coverage, CoverageData, FileCoverage
from pytest_stagegate.model.numbers import Ratio
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


def test_the_coverage_of_some_lines_has_their_lines_branches_and_stages() -> None:
    made = FileCoverage("a.py", "1-3, 7", "4-6", "3>4 7>8", "3>7 5>6", {"code": ("2-3", "3>4")})
    part = face(coverage_of(made, file_of("b.py", 1, 2), branches=True)).at({"a.py": "3-5", "c.py": "1"})
    assert (part.files, part.lines.ratio, part.branches.ratio) == (("a.py",), Ratio(1, 3), Ratio(1, 3))
    assert part.lines.where == ("a.py:4-5",)
    assert part.by_stage("code").lines.ratio == Ratio(1, 3)


def test_a_part_of_the_coverage_of_some_lines_is_narrowed_like_the_whole() -> None:
    data = coverage_of(file_of("src/a.py", 1, 2), file_of("lib/b.py", 1, 2))
    assert face(data).under("src").at({"src/a.py": "1", "lib/b.py": "1"}).files == ("src/a.py",)


def test_an_installed_file_is_the_one_file_of_the_project_that_ends_like_it() -> None:
    data = coverage_of(file_of("shop/a.py", 1, 2), file_of("two/b.py", 1, 2), file_of("c.py", 1, 2))
    known = ["src/shop/a.py", "x/two/b.py", "y/two/b.py", "src/c.py"]
    assert face(data).located(known).files == ("c.py", "src/shop/a.py", "two/b.py")


def test_a_file_that_was_measured_in_two_places_is_one_file() -> None:
    data = coverage_of(FileCoverage("shop/a.py", "1-2", "3-4"), FileCoverage("src/shop/a.py", "2-3", "1, 4"))
    made = face(data).located(["src/shop/a.py"])
    assert (made.files, made.lines.ratio, made.lines.where) == (("src/shop/a.py",), Ratio(3, 4), ("src/shop/a.py:4",))


def test_each_file_has_its_numbers() -> None:
    data = coverage_of(file_of("a.py", 2, 3, 1, 2, test=1), branches=True)
    assert Coverage(data, Tally()).by_file == {"a.py": (2, 3, 1, 2)}
    assert Coverage(data, Tally()).by_stage("test").by_file == {"a.py": (1, 3, 0, 2)}
