from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.extent import Scope
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.verdicts import GateResult, Verdict
from pytest_stagegate.stock.coverage import coverage
from tests.unit.fakes import check_of, coverage_of, evidence_of, file_of, judged, repository_of, share, verdicts

PAYMENTS = file_of("src/payments/card.py", 9, 10, taken=3, branches=4)
LEGACY = file_of("src/legacy/old.py", 1, 10)


def of(data: CoverageData, **options: Any) -> GateResult:
    return judged(coverage, evidence_of(coverage=data), **options)


def test_without_limits_lines_are_only_shown() -> None:
    made = check_of(of(coverage_of(PAYMENTS)), "line")
    assert (made.verdict, made.shown) == ("NOT_APPLICABLE", "90 % (9 of 10 lines)")


def test_without_limits_branches_are_shown_where_they_were_measured() -> None:
    assert list(verdicts(of(coverage_of(PAYMENTS, branches=True)))) == ["line", "branch"]


def test_without_limits_branches_that_were_not_measured_are_not_shown() -> None:
    assert list(verdicts(of(coverage_of(PAYMENTS)))) == ["line"]


def test_a_limit_on_lines_alone_judges_no_branches() -> None:
    assert verdicts(of(coverage_of(PAYMENTS, branches=True), line=share("90 %"))) == {"line": "PASS"}


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


@pytest.mark.parametrize(("limit", "verdict"), [("85.7 %", "PASS"), ("85.8 %", "FAIL")])
def test_lines_and_branches_have_a_limit_together(limit: str, verdict: str) -> None:
    made = check_of(of(coverage_of(PAYMENTS, branches=True), combined=share(limit)), "combined")
    assert (made.verdict, made.measured, made.unit) == (verdict, Ratio(12, 14), "lines and branches")


def test_a_limit_on_both_without_measured_branches_is_no_evidence() -> None:
    result = of(coverage_of(PAYMENTS), combined=share("1 %"))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "branches-not-measured")


def test_in_a_critical_file_every_line_has_to_be_run() -> None:
    result = of(coverage_of(PAYMENTS, LEGACY), critical=["src/payments/**"])
    made = check_of(result, "critical src/payments/**")
    assert (made.verdict, made.shown, made.where) == ("FAIL", "1 line", ("src/payments/card.py:10",))


def test_a_critical_file_of_which_every_line_is_run_passes() -> None:
    assert of(coverage_of(file_of("src/a.py", 3, 3), LEGACY), critical=["src/a.py"]).verdict == "PASS"


def test_a_critical_glob_that_matches_nothing_is_no_evidence() -> None:
    assert of(coverage_of(PAYMENTS), critical=["src/pay/**"]).reason == "path-matches-nothing"


TRACKED = ("docs/conf.py", "src/legacy/old.py", "src/new.py", "src/payments/card.py", "tests/test_card.py")


def with_git(*scopes: Scope, tracked: tuple[str, ...] | None = TRACKED, **options: Any) -> GateResult:
    data = coverage_of(PAYMENTS, LEGACY, scopes=scopes)
    return judged(coverage, evidence_of(coverage=data, repository=repository_of(tracked=tracked)), **options)


def test_a_file_of_the_source_that_git_lists_and_nobody_measured_is_named() -> None:
    result = with_git(Scope(source=("src",)), line=share("10 %"))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "files-missing")
    assert result.summary == "files: 1 source file was never measured: src/new.py"
    assert check_of(result, "files").where == ("src/new.py",)


def test_the_policy_s_source_says_which_files_there_should_be() -> None:
    assert with_git(source=["src"], line=share("10 %")).reason == "files-missing"


@pytest.mark.parametrize(
    "said",
    [
        {"scopes": (Scope(source=("src",), omit=("*/new.py",)),)},
        {"scopes": (Scope(source=("src",), include=("src/legacy/*", "src/payments/*")),)},
        {"scopes": ()},
        {"scopes": (Scope(source=("src",)),), "tracked": None},
        {"scopes": (Scope(source=("src/legacy",)),)},
    ],
    ids=["left out", "not included", "no source known", "no repository", "elsewhere"],
)
def test_no_file_is_missed(said: dict[str, Any]) -> None:
    scopes = said.pop("scopes")
    assert with_git(*scopes, line=share("10 %"), **said).verdict == "PASS"


def test_without_a_limit_no_file_is_missed() -> None:
    assert "files" not in verdicts(with_git(Scope(source=("src",))))


def test_files_of_an_installed_package_are_those_in_the_project() -> None:
    data = coverage_of(file_of("payments/card.py", 9, 10), scopes=(Scope(source=("payments",)),))
    said = repository_of(tracked=("src/payments/card.py", "src/payments/new.py", "tests/payments/test_card.py"))
    result = judged(coverage, evidence_of(coverage=data, repository=said), line=share("10 %"))
    assert check_of(result, "files").where == ("src/payments/new.py",)
