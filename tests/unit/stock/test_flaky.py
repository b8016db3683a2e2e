from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.tests import Detail, Outcome
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.flaky import flaky
from tests.unit.fakes import check_of, evidence_of, judged, outcomes_of, share


def of(outcomes: dict[str, int], **options: Any) -> GateResult:
    return judged(flaky, evidence_of(outcomes_of(**outcomes)), **options)


def test_without_limits_the_number_is_only_shown() -> None:
    result = of({"passed": 1, "flaky": 1})
    assert (result.verdict, check_of(result, "flaky").shown) == ("NOT_APPLICABLE", "1 test")


@pytest.mark.parametrize(("limit", "verdict"), [(1, "PASS"), (0, "FAIL")])
def test_number_of_flaky_tests(limit: int, verdict: str) -> None:
    assert of({"passed": 1, "flaky": 1}, max_flaky=limit).verdict == verdict


def test_flaky_tests_are_named() -> None:
    assert check_of(of({"flaky": 1}, max_flaky=0), "flaky").where == ("test.py::flaky_0",)


@pytest.mark.parametrize(("limit", "verdict"), [("25 %", "PASS"), ("24 %", "FAIL")])
def test_share_of_the_executed_tests(limit: str, verdict: str) -> None:
    result = of({"passed": 3, "flaky": 1, "skipped": 6}, max_flaky_ratio=share(limit))
    assert check_of(result, "flaky-ratio").verdict == verdict


def test_nothing_executed_is_no_evidence() -> None:
    assert of({"skipped": 1}, max_flaky=0, max_flaky_ratio=share("1 %")).verdict == "NO_EVIDENCE"


def test_a_run_without_any_rerun_says_so() -> None:
    made = check_of(of({"passed": 1, "failed": 1}, max_flaky=0), "flaky")
    assert (made.verdict, made.text) == ("PASS", "no test was run again")


@pytest.mark.parametrize("outcomes", [{"skipped": 1}, {"passed": 1}])
def test_only_of_a_limit_that_was_met_it_is_said_that_nothing_was_run_again(outcomes: dict[str, int]) -> None:
    options = {"max_flaky": 0} if "skipped" in outcomes else {}
    assert check_of(of(outcomes, **options), "flaky").text == ""


def test_a_test_that_failed_in_every_attempt_was_run_again() -> None:
    data = outcomes_of(passed=1)
    data.add("t.py::test_a", Outcome.FAILED, 5, Detail(executed=True, reruns=2))
    made = check_of(judged(flaky, evidence_of(data, exit_status=1), max_flaky=0), "flaky")
    assert (made.verdict, made.text) == ("PASS", "")
