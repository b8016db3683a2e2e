from __future__ import annotations

from array import array
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.figures import BANDS, FILES_LIMIT, coverage_figures, duration_figures, progress_rows
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import CoverageData, FileCoverage
from pytest_stagegate.model.figures import CoveredByStage, CoveredFile, DurationFigures, FurtherFiles, ProgressRow
from pytest_stagegate.model.goals import GoalRow, MilestoneRow
from pytest_stagegate.model.requirements import RequirementRow
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import QUICK, Detail, Outcome, TestData

FLOW = ("code", "test", "deploy")


def measured(*files: FileCoverage, **more: Any) -> CoverageData:
    values = {"producer": "coverage 7.13.0", "measured_branches": True, "labelled": True} | more
    return CoverageData(files=files, **values)


def one(path: str = "a.py", lines: int = 3, **more: Any) -> FileCoverage:
    values = {"executed": f"1-{lines}", "missing": f"{lines + 1}"} | more
    return FileCoverage(path=path, **values)


# ---- coverage


@pytest.mark.parametrize(
    "nothing", [Absent("not-measured", "nobody"), measured(), measured(one(executed="", missing=""))]
)
def test_nothing_measured_is_no_figure(nothing: CoverageData | Absent) -> None:
    assert coverage_figures(FLOW, nothing) is None


def test_the_whole_and_each_file_are_counted_exactly() -> None:
    big = one("src/b.py", 10, taken="1>2 1>3", untaken="4>5")
    figures = coverage_figures(FLOW, measured(one(), big))
    assert figures is not None
    assert (figures.lines_covered, figures.lines_total) == (13, 15)
    assert (figures.branches_covered, figures.branches_total) == (2, 3)
    assert figures.files == (
        CoveredFile(path="src/b.py", lines_covered=10, lines_total=11, branches_covered=2, branches_total=3),
        CoveredFile(path="a.py", lines_covered=3, lines_total=4),
    )
    assert figures.further == FurtherFiles()


def test_without_branches_in_every_part_there_are_none_in_any_count() -> None:
    figures = coverage_figures(FLOW, measured(one(taken="1>2", untaken="1>3"), measured_branches=False))
    assert figures is not None
    assert (figures.branches_measured, figures.branches_total, figures.files[0].branches_total) == (False, 0, 0)


def test_files_with_few_lines_are_summed_where_there_are_many() -> None:
    files = [one(f"{number:04}.py", 2 + number % 2) for number in range(FILES_LIMIT + 7)]
    figures = coverage_figures(FLOW, measured(*files))
    assert figures is not None
    assert len(figures.files) == FILES_LIMIT
    assert figures.further == FurtherFiles(files=7, lines_covered=14, lines_total=21)
    assert figures.files == tuple(sorted(figures.files, key=lambda file: (-file.lines_total, file.path)))


@given(st.permutations([one("a.py", 1), one("b.py", 1), one("c.py", 5)]))
def test_the_order_of_files_is_of_no_account(files: list[FileCoverage]) -> None:
    assert coverage_figures(FLOW, measured(*files)) == coverage_figures(FLOW, measured(*reversed(files)))


def test_stages_stand_in_the_order_of_the_flow() -> None:
    stages = {"test": ("1-2", "1>2"), "elsewhere": ("1", ""), "code": ("3", "")}
    figures = coverage_figures(FLOW, measured(one(stages=stages), one("b.py", stages={"code": ("1-3", "")})))
    assert figures is not None
    assert figures.stages == (
        CoveredByStage(stage="code", lines_covered=4, branches_covered=0),
        CoveredByStage(stage="test", lines_covered=2, branches_covered=1),
        CoveredByStage(stage="elsewhere", lines_covered=1, branches_covered=0),
    )


def test_without_labels_it_is_said_why() -> None:
    data = measured(one(stages={"code": ("1", "")}), labelled=False, label_problem="the labels are taken")
    figures = coverage_figures(FLOW, data)
    assert figures is not None
    assert (figures.stages, figures.stages_text) == ((), "the labels are taken")


# ---- durations


def timed(*took: int, unnamed: tuple[int, ...] = ()) -> TestData:
    tests = TestData(tags=[Tag("test", (), False, "dev")], unnamed={0: array("I", unnamed)})
    for number, each in enumerate(took):
        tests.add(f"t.py::test_{number:02}", Outcome.PASSED, each)
    return tests


def durations(tests: TestData) -> DurationFigures:
    figures = duration_figures(tests)
    assert figures is not None
    return figures


@pytest.mark.parametrize("tests", [TestData(), timed(), timed(0, 0, unnamed=(0,))])
def test_where_no_time_is_stated_nothing_is_timed(tests: TestData) -> None:
    assert duration_figures(tests) is None


def test_each_band_begins_where_the_one_before_ends() -> None:
    figures = durations(timed(*(end - 1 for end in BANDS), *BANDS))
    assert [(band.below, band.tests) for band in figures.distribution] == [
        *((end, 1 + bool(number)) for number, end in enumerate(BANDS)),
        (None, 1),
    ]


def test_only_what_was_executed_is_timed() -> None:
    tests = timed(5)
    tests.add("skipped", Outcome.SKIPPED, 900, Detail(executed=False))
    tests.add("left out", Outcome.DESELECTED, 900)
    tests.add("lost", Outcome.LOST, 900)
    tests.add("in its setup", Outcome.ERROR, 900, Detail(executed=False))
    tests.add("skips in its call", Outcome.PASSED, 900, Detail(executed=False))
    tests.add("failed", Outcome.FAILED, 7, Detail(executed=True))
    figures = durations(tests)
    assert (figures.timed, figures.total, [each.id for each in figures.slowest]) == (2, 12, ["failed", "t.py::test_00"])


def test_the_twenty_slowest_are_named_the_slowest_first_and_then_by_name() -> None:
    figures = durations(timed(*[7] * 30, 9, 8))
    assert [each.microseconds for each in figures.slowest] == [9, 8, *[7] * 18]
    assert [each.id for each in figures.slowest[2:4]] == ["t.py::test_00", "t.py::test_01"]
    assert (figures.slowest[0].stage, figures.slowest[0].environment) == ("test", "dev")


def test_slow_tests_without_a_name_are_counted() -> None:
    figures = durations(timed(3, 50_000, unnamed=(60_000, *[10] * 40)))
    assert (figures.timed, figures.total) == (43, 110_403)
    assert [each.microseconds for each in figures.slowest] == [50_000]
    assert figures.slowest_unnamed == 19


@given(st.lists(st.integers(0, 3), max_size=40), st.lists(st.integers(0, 3), max_size=40))
def test_named_or_not_the_figures_are_the_same(named: list[int], unnamed: list[int]) -> None:
    one, other = duration_figures(timed(*named, unnamed=tuple(unnamed))), duration_figures(timed(*named, *unnamed))
    assert (one is None) is (other is None)
    if one is not None and other is not None:
        kept = msgspec.structs.replace(other, slowest=one.slowest, slowest_unnamed=one.slowest_unnamed)
        assert kept == one
        assert len(one.slowest) + one.slowest_unnamed == len(other.slowest)
        told = [each.microseconds for each in one.slowest]
        assert told == sorted(named, reverse=True)[: len(told)]


def test_names_are_lost_of_quick_tests_alone() -> None:
    figures = durations(timed(QUICK, unnamed=(QUICK - 1,) * 19))
    assert (len(figures.slowest), figures.slowest_unnamed) == (1, 19)


# ---- progress


def goal(outcome: str, **more: str) -> GoalRow:
    values = {"id": "R", "title": "", "priority": "must", "milestone": "1.0", "owner": "", "status": ""} | more
    return GoalRow(outcome=outcome, **values)


def milestone(id: str) -> MilestoneRow:
    return MilestoneRow(id=id, title="", due=None, goals=0, done=0)


def test_goals_are_counted_by_priority_and_by_milestone() -> None:
    goals = [goal("passed"), goal("failed", priority="could", milestone=""), goal("not-run", milestone="0.9")]
    assert progress_rows(goals, [milestone("1.0"), milestone("empty")], []) == (
        ProgressRow(by="priority", name="must", total=2, verified=1, open=1),
        ProgressRow(by="priority", name="could", total=1, failed=1),
        ProgressRow(by="milestone", name="1.0", total=1, verified=1),
        ProgressRow(by="milestone", name="0.9", total=1, open=1),
        ProgressRow(by="milestone", name="", total=1, failed=1),
    )


@pytest.mark.parametrize(
    ("outcome", "status", "state"),
    [
        ("passed", "", "verified"),
        ("passed", "open", "verified"),
        ("failed", "done", "failed"),
        ("waived", "done", "waived"),
        ("partial", "", "partial"),
        ("partial", "done", "done"),
        ("not-run", "open", "open"),
        ("not-run", "done", "done"),
    ],
)
def test_a_goal_stands_in_one_way(outcome: str, status: str, state: str) -> None:
    by_priority, by_milestone = progress_rows([goal(outcome, status=status)], [], [])
    assert by_priority == ProgressRow(by="priority", name="must", total=1, **{state: 1})
    assert by_milestone == ProgressRow(by="milestone", name="1.0", total=1, **{state: 1})


def test_requirements_that_tests_name_are_counted_without_a_plan() -> None:
    rows = [RequirementRow(id=each, outcome=each, tests=()) for each in ("passed", "failed", "partial", "not-run")]
    assert progress_rows([], [], rows) == (
        ProgressRow(by="linked", name="", total=4, verified=1, failed=1, partial=1, open=1),
    )
