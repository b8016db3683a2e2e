from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.verdicts import GateResult, Verdict
from pytest_stagegate.stock.coverage import coverage
from tests.unit.fakes import check_of, coverage_of, evidence_of, file_of, judged, share, verdicts

PAYMENTS = file_of("src/payments/card.py", 9, 10, taken=3, branches=4)
LEGACY = file_of("src/legacy/old.py", 1, 10)


def of(data: CoverageData, **options: Any) -> GateResult:
    return judged(coverage, evidence_of(coverage=data), **options)


def test_without_limits_lines_are_only_shown() -> None:
    made = check_of(of(coverage_of(PAYMENTS)), "line")
    assert (made.verdict, made.shown) == ("NOT_APPLICABLE", "90 % (9 of 10 lines)")


def test_without_limits_branches_are_shown_where_they_were_measured() -> None:
    assert list(verdicts(of(coverage_of(PAYMENTS, branches=True)))) == ["line", "branch"]


@pytest.mark.parametrize(("limit", "verdict"), [("90 %", "PASS"), ("90.01 %", "FAIL")])
def test_line_limit(limit: str, verdict: str) -> None:
    assert verdicts(of(coverage_of(PAYMENTS), line=share(limit))) == {"line": verdict}


@pytest.mark.parametrize(("limit", "verdict"), [("75 %", "PASS"), ("76 %", "FAIL")])
def test_branch_limit(limit: str, verdict: str) -> None:
    assert verdicts(of(coverage_of(PAYMENTS, branches=True), branch=share(limit))) == {"branch": verdict}


def test_uncovered_lines_are_named_worst_file_first() -> None:
    made = check_of(of(coverage_of(PAYMENTS, LEGACY), line=share("100 %")), "line")
    assert made.where == ("src/legacy/old.py:2-10", "src/payments/card.py:10")


def test_branches_not_taken_are_counted_by_file() -> None:
    made = check_of(of(coverage_of(PAYMENTS, branches=True), branch=share("100 %")), "branch")
    assert made.where == ("src/payments/card.py (1 not taken)",)


def test_a_branch_limit_without_measured_branches_says_how_to_measure_them() -> None:
    made = check_of(of(coverage_of(LEGACY, branches=False), branch=share("1 %")), "branch")
    assert (made.verdict, made.limit_shown) == ("NO_EVIDENCE", "≥ 1 %")
    assert made.text == "branches were not measured; set branch = true in coverage's configuration"


def test_code_without_any_branch_is_no_evidence_for_a_branch_limit() -> None:
    made = check_of(of(coverage_of(LEGACY, branches=True), branch=share("50 %")), "branch")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "nothing-measured")


def test_each_path_has_its_own_check() -> None:
    paths = {"src/payments/**": share("90 %"), "src/legacy": share("50 %")}
    assert verdicts(of(coverage_of(PAYMENTS, LEGACY), paths=paths)) == {"src/legacy": "FAIL", "src/payments/**": "PASS"}


def test_a_path_that_matches_nothing_is_no_evidence() -> None:
    made = check_of(of(coverage_of(PAYMENTS), paths={"src/payment/**": share("90 %")}), "src/payment/**")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "path-matches-nothing")
    assert made.text == "no measured file matches"


def test_no_executable_line_is_no_evidence() -> None:
    assert verdicts(of(coverage_of(file_of("a.py", 0, 0)), line=share("90 %"))) == {"line": "NO_EVIDENCE"}


def test_a_stage_is_judged_by_what_its_tests_cover_alone() -> None:
    data = coverage_of(file_of("a.py", 9, 10, deploy=2), LEGACY)
    made = check_of(of(data, line=share("50 %"), by_stage="deploy"), "line")
    assert (made.verdict, made.shown) == ("FAIL", "10 % (2 of 20 lines)")
    assert "a.py (8 lines not run by deploy)" in made.where


def test_a_stage_s_own_coverage_without_labels_is_no_evidence() -> None:
    data = coverage_of(PAYMENTS, label_problem="coverage ran before pytest")
    made = check_of(of(data, line=share("50 %"), by_stage="deploy"), "by-stage")
    assert (made.verdict, made.reason, made.text) == (
        "NO_EVIDENCE",
        "contexts-unavailable",
        "coverage ran before pytest",
    )


def test_a_source_of_the_policy_that_nobody_measured_is_no_evidence() -> None:
    made = check_of(of(coverage_of(PAYMENTS, LEGACY), line=share("9 %"), source=["src", "web"]), "source")
    assert (made.verdict, made.reason) == (Verdict.NO_EVIDENCE, "source-matches-nothing")
    assert made.text == "no file of the source 'web' was measured"
