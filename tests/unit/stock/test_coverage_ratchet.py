from __future__ import annotations

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import BaselineData, Table
from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.verdicts import GateResult, Verdict
from pytest_stagegate.stock.coverage_ratchet import coverage_ratchet
from tests.unit.fakes import check_of, coverage_of, evidence_of, file_of, judged, share, verdicts


def ratchet(
    now: CoverageData, before: Table | None, tracked: tuple[str, ...] | None = None, **options: object
) -> GateResult:
    baseline = None if before is None else {"coverage": before}
    return judged(coverage_ratchet, evidence_of(coverage=now, baseline=baseline, tracked=tracked), **options)


def test_the_same_coverage_passes() -> None:
    assert ratchet(coverage_of(file_of("a.py", 8, 10)), {"a.py": (8, 10, 0, 0)}).verdict is Verdict.PASS


def test_one_line_fewer_covered_fails() -> None:
    result = ratchet(coverage_of(file_of("a.py", 7, 10)), {"a.py": (8, 10, 0, 0)})
    assert result.verdict is Verdict.FAIL
    assert result.summary == "line 70 % (7 of 10 lines), limit ≥ 80 % (baseline 8 of 10)"


def test_what_is_uncovered_beyond_the_baseline_is_named_with_its_lines() -> None:
    now = coverage_of(file_of("a.py", 7, 10), file_of("b.py", 9, 10), file_of("c.py", 0, 5))
    result = ratchet(now, {"a.py": (8, 10, 0, 0), "b.py": (9, 10, 0, 0)})
    assert check_of(result, "line").where == (
        "c.py:1-5 (uncovered lines: 5, not in the baseline)",
        "a.py:8-10 (uncovered lines: 3, 2 in the baseline)",
    )


def test_covered_code_may_be_taken_out() -> None:
    # The rate falls from 80 % to 60 %, and there is no more uncovered code than before.
    result = ratchet(coverage_of(file_of("a.py", 3, 5)), {"a.py": (8, 10, 0, 0)})
    assert verdicts(result) == {"uncovered-lines": "PASS"}


def test_uncovered_code_may_grow_while_the_rate_holds() -> None:
    result = ratchet(coverage_of(file_of("a.py", 16, 20)), {"a.py": (8, 10, 0, 0)})
    assert verdicts(result) == {"line": "PASS"}


def test_a_fall_within_the_tolerance_passes() -> None:
    now, before = coverage_of(file_of("a.py", 79, 100)), {"a.py": (80, 100, 0, 0)}
    assert ratchet(now, before, tolerance=share("1 %")).verdict is Verdict.PASS
    assert ratchet(now, before, tolerance=share("0.9 %")).verdict is Verdict.FAIL


def test_the_shown_numbers_never_contradict_the_verdict() -> None:
    # 2/3 of the baseline against 66.6 %: both are 66.6 % with one digit.
    result = ratchet(coverage_of(file_of("a.py", 333, 500)), {"a.py": (2, 3, 0, 0)})
    assert result.summary == "line 66.6 % (333 of 500 lines), limit ≥ 66.66 % (baseline 2 of 3)"


def test_without_a_baseline_there_is_no_evidence() -> None:
    result = ratchet(coverage_of(file_of("a.py", 10, 10)), None)
    assert (result.verdict, result.reason) == (Verdict.NO_EVIDENCE, "no-baseline")
    assert result.summary == "line: there is no baseline of coverage yet"
    assert result.remedy == "Take one from a good run: stagegate baseline update."


def test_a_damaged_baseline_is_told_with_what_to_do() -> None:
    absent = Absent("unreadable", "coverage.jsonl:3: the line can't be read", "Take it from git.")
    evidence = evidence_of(coverage=coverage_of(file_of("a.py", 1, 1)))
    result = judged(coverage_ratchet, replace(evidence, baseline=BaselineData(absent={"coverage": absent})))
    assert (result.verdict, result.reason) == (Verdict.NO_EVIDENCE, "unreadable")
    assert result.summary == "line: coverage.jsonl:3: the line can't be read. Take it from git."


TWO: Table = {"a.py": (8, 10, 0, 0), "b.py": (5, 10, 0, 0)}


def test_a_file_that_git_lists_and_nobody_measured_is_missing() -> None:
    result = ratchet(coverage_of(file_of("a.py", 10, 10)), TWO, tracked=("a.py", "b.py"))
    assert (result.verdict, result.reason) == (Verdict.NO_EVIDENCE, "files-missing")
    assert "b.py" in result.summary


def test_a_file_that_nobody_measured_is_missing_where_git_is_not_known() -> None:
    result = ratchet(coverage_of(file_of("a.py", 10, 10)), TWO)
    assert (result.verdict, result.reason) == (Verdict.NO_EVIDENCE, "files-missing")
    assert "git can't be asked" in result.summary


def test_the_numbers_of_a_deleted_file_leave_the_comparison() -> None:
    # With b.py the baseline would be 65 %; without it, it is 80 %.
    result = ratchet(coverage_of(file_of("a.py", 7, 10)), TWO, tracked=("a.py",))
    assert result.verdict is Verdict.FAIL
    assert ratchet(coverage_of(file_of("a.py", 8, 10)), TWO, tracked=("a.py",)).verdict is Verdict.PASS


def test_git_says_nothing_of_a_kind_of_file_that_it_does_not_list() -> None:
    before: Table = {"a.py": (8, 10, 0, 0), "b.js": (5, 10, 0, 0)}
    result = ratchet(coverage_of(file_of("a.py", 10, 10)), before, tracked=("a.py",))
    assert result.reason == "files-missing"


def test_where_no_file_of_the_baseline_is_left_there_is_nothing_to_compare_with() -> None:
    result = ratchet(coverage_of(file_of("new.py", 10, 10)), TWO, tracked=("new.py",))
    assert (result.verdict, result.reason) == (Verdict.NO_EVIDENCE, "no-baseline")


def test_branches_are_compared_where_the_baseline_has_some() -> None:
    now = coverage_of(file_of("a.py", 10, 10, 3, 4), branches=True)
    assert verdicts(ratchet(now, {"a.py": (10, 10, 4, 4)})) == {"line": "PASS", "branch": "FAIL"}
    assert verdicts(ratchet(now, {"a.py": (10, 10, 0, 0)})) == {"line": "PASS"}


def test_branches_of_the_baseline_that_were_not_measured_now_are_missing() -> None:
    result = ratchet(coverage_of(file_of("a.py", 10, 10)), {"a.py": (10, 10, 4, 4)})
    assert verdicts(result) == {"line": "PASS", "branch": "NO_EVIDENCE"}
    assert result.reason == "branches-not-measured"


def test_branches_of_which_none_is_left_are_no_evidence() -> None:
    result = ratchet(coverage_of(file_of("a.py", 10, 10), branches=True), {"a.py": (10, 10, 4, 4)})
    assert verdicts(result)["branch"] == "NO_EVIDENCE"


def test_branches_that_are_no_longer_taken_are_named_by_their_number() -> None:
    now = coverage_of(file_of("a.py", 10, 10, 3, 4), file_of("new.py", 1, 1, 1, 2), branches=True)
    assert check_of(ratchet(now, {"a.py": (10, 10, 4, 4)}), "branch").where == (
        "a.py (uncovered branches: 1, 0 in the baseline)",
        "new.py (uncovered branches: 1, not in the baseline)",
    )


def test_a_new_file_is_named_from_its_first_uncovered_line_on() -> None:
    now = coverage_of(file_of("a.py", 7, 10), file_of("new.py", 9, 10), file_of("whole.py", 5, 5))
    assert check_of(ratchet(now, {"a.py": (10, 10, 0, 0)}), "line").where == (
        "a.py:8-10 (uncovered lines: 3, 0 in the baseline)",
        "new.py:10 (uncovered lines: 1, not in the baseline)",
    )


def test_a_file_of_which_less_is_uncovered_than_before_is_not_named() -> None:
    now = coverage_of(file_of("a.py", 5, 10), file_of("b.py", 9, 10))
    result = ratchet(now, {"a.py": (10, 10, 0, 0), "b.py": (8, 10, 0, 0)})
    assert check_of(result, "line").where == ("a.py:6-10 (uncovered lines: 5, 0 in the baseline)",)


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, ": 00.py. "), (5, ": 00.py, 01.py, 02.py, 03.py, 04.py. "), (11, ", 03.py, 04.py and 6 more. ")],
)
def test_of_many_missing_files_five_are_named_and_the_rest_is_counted(count: int, told: str) -> None:
    missing: Table = {f"{number:02}.py": (1, 1, 0, 0) for number in range(count)}
    result = ratchet(coverage_of(file_of("a.py", 1, 1)), {"a.py": (1, 1, 0, 0), **missing})
    assert told in check_of(result, "files").text


def test_a_tolerance_beyond_the_baseline_s_rate_asks_for_nothing() -> None:
    result = ratchet(coverage_of(file_of("a.py", 5, 10)), {"a.py": (8, 10, 0, 0)}, tolerance=share("90 %"))
    assert check_of(result, "line").limit_shown == "≥ 0 % (baseline 8 of 10)"


@pytest.mark.parametrize(
    ("now", "before"), [((1, 2), (8, 10)), ((1, 6), (4, 10))], ids=["mostly covered", "mostly uncovered"]
)
def test_covered_code_may_be_taken_out_beside_code_that_is_not(now: tuple[int, int], before: tuple[int, int]) -> None:
    result = ratchet(coverage_of(file_of("a.py", *now)), {"a.py": (*before, 0, 0)})
    assert verdicts(result) == {"uncovered-lines": "PASS"}


def test_more_uncovered_code_at_a_lower_rate_fails_also_where_most_is_uncovered() -> None:
    result = ratchet(coverage_of(file_of("a.py", 2, 6)), {"a.py": (8, 10, 0, 0)})
    assert verdicts(result) == {"line": "FAIL"}
