from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.findings import FindingsData
from pytest_stagegate.model.repository import UNKNOWN
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.findings import findings
from tests.unit.fakes import check_of, evidence_of, finding_of, judged, report_of, verdicts

ERROR, WARNING, NOTE = (finding_of(level) for level in ("error", "warning", "note"))
TRACKED = ("src/app.py", "web/a.js")


def of(
    *reports: FindingsData,
    baseline: BaselineData | None = None,
    tracked: tuple[str, ...] | None = TRACKED,
    **options: Any,
) -> GateResult:
    repository = msgspec.structs.replace(UNKNOWN, tracked=tracked)
    evidence = replace(evidence_of(), findings=reports, baseline=baseline or BaselineData(), repository=repository)
    return judged(findings, evidence, **options)


def accepting(**counts: int) -> BaselineData:
    return BaselineData(tables={"findings": {f"R1 src/app.py.{level}": (count,) for level, count in counts.items()}})


def test_no_report_is_no_evidence() -> None:
    made = check_of(of(), "reports")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "not-reported")
    assert made.text == "no linter, type checker or scanner has reported; hand over its report as evidence"


def test_a_tool_that_ran_and_found_nothing_passes() -> None:
    result = of(report_of())
    assert (result.verdict, check_of(result, "errors").inspected) == ("PASS", 1)


def test_without_limits_one_error_is_too_much_and_the_rest_is_shown() -> None:
    result = of(report_of(ERROR, WARNING, WARNING, NOTE))
    assert verdicts(result)["errors"] == "FAIL"
    assert [check_of(result, name).measured for name in ("errors", "warnings", "notes")] == [1, 2, 1]


def test_each_finding_is_named_with_its_place() -> None:
    assert check_of(of(report_of(finding_of(line=7))), "errors").where == ("src/app.py:7: R1 no",)


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (1, "FAIL")])
def test_a_limit_on_warnings_counts_errors_too(limit: int, verdict: str) -> None:
    made = check_of(of(report_of(ERROR, WARNING, NOTE), max_errors=1, max_warnings=limit), "warnings-or-worse")
    assert (made.verdict, made.measured) == (verdict, 2)


def test_a_limit_on_notes_counts_everything() -> None:
    made = check_of(of(report_of(ERROR, WARNING, NOTE), max_notes=2), "notes-or-worse")
    assert (made.verdict, made.measured) == ("FAIL", 3)


def test_a_tool_that_has_to_report_and_did_not_is_named() -> None:
    result = of(report_of(tool="ruff"), tools=["Ruff", "mypy", "bandit"])
    made = check_of(result, "tools")
    assert (result.verdict, made.reason) == ("NO_EVIDENCE", "tool-missing")
    assert made.text == "there is no report of bandit, mypy among the evidence"


def test_where_nothing_has_reported_the_tools_are_named_and_nothing_else() -> None:
    assert verdicts(of(tools=["ruff"])) == {"tools": "NO_EVIDENCE"}


def test_a_tool_that_did_not_finish_is_an_error_and_its_findings_count() -> None:
    result = of(report_of(ERROR, unfinished="it crashed"))
    made = check_of(result, "unfinished")
    assert (made.verdict, made.reason, made.text) == ("ERROR", "producer-failed", "ruff: it crashed")
    assert verdicts(result)["errors"] == "FAIL"


def test_what_the_baseline_has_does_not_count_and_is_shown() -> None:
    result = of(report_of(ERROR, ERROR, NOTE), baseline=accepting(error=2))
    assert (result.verdict, check_of(result, "accepted").shown) == ("PASS", "2 findings")


def test_one_more_than_the_baseline_has_counts() -> None:
    result = of(report_of(ERROR, ERROR), baseline=accepting(error=1))
    assert (check_of(result, "errors").verdict, check_of(result, "errors").measured) == ("FAIL", 1)
    assert check_of(result, "accepted").shown == "1 finding"


def test_without_a_baseline_everything_counts_and_that_is_said() -> None:
    result = of(report_of(ERROR))
    assert verdicts(result)["errors"] == "FAIL"
    assert check_of(result, "accepted").text == "no baseline yet, so every finding counts as new"


@pytest.mark.parametrize("reason", ["unreadable", "other-project"])
def test_a_baseline_that_can_t_be_used_is_no_evidence(reason: str) -> None:
    absent = BaselineData(absent={"findings": Absent(reason, "why it can't be used")})
    result = of(report_of(), baseline=absent)
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", reason)
    assert verdicts(result)["errors"] == "NOT_APPLICABLE"


def test_what_a_tool_suppressed_is_shown_and_does_not_count() -> None:
    result = of(report_of(finding_of(suppressed=True)))
    assert (result.verdict, check_of(result, "suppressed").measured) == ("PASS", 1)


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (1, "FAIL")])
def test_each_path_has_its_own_check_of_everything_below_it(limit: int, verdict: str) -> None:
    report = report_of(WARNING, NOTE, finding_of("note", "web/a.js"))
    assert verdicts(of(report, paths={"src/**": limit}))["src/**"] == verdict


def test_a_path_without_a_finding_passes_where_git_knows_a_file_there() -> None:
    assert verdicts(of(report_of(), paths={"web": 0}))["web"] == "PASS"


def test_a_path_that_matches_no_file_is_no_evidence() -> None:
    made = check_of(of(report_of(), paths={"scr/**": 0}), "scr/**")
    assert (made.verdict, made.reason, made.limit_shown) == ("NO_EVIDENCE", "path-matches-nothing", "≤ 0")


def test_where_git_lists_no_files_nothing_says_that_a_path_matches_one() -> None:
    made = check_of(of(report_of(), paths={"src/**": 0}, tracked=None), "src/**")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "no-repository")


def test_findings_beyond_the_limit_of_a_path_fail_whatever_git_knows() -> None:
    assert verdicts(of(report_of(NOTE), paths={"src/**": 0}, tracked=None))["src/**"] == "FAIL"
