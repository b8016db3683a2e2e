from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.durations import durations
from tests.unit.fakes import check_of, evidence_of, judged, outcomes_of, timed


def of(*microseconds: int, **limits: str) -> GateResult:
    options: dict[str, Any] = {name: Duration.parse(written) for name, written in limits.items()}
    return judged(durations, evidence_of(timed(*microseconds)), **options)


def test_without_limits_the_figures_are_only_shown() -> None:
    result = of(1_500_000, 500_000)
    assert result.verdict == "NOT_APPLICABLE"
    assert [check.shown for check in result.checks] == ["1.5 s", "2 s"]


@pytest.mark.parametrize(("limit", "verdict"), [("1.5 s", "PASS"), ("1499999 us", "FAIL")])
def test_slowest_test(limit: str, verdict: str) -> None:
    assert check_of(of(1_500_000, 500_000, max_test=limit), "slowest").verdict == verdict


@pytest.mark.parametrize(("limit", "verdict"), [("2 s", "PASS"), ("1999 ms", "FAIL")])
def test_sum_of_all_tests(limit: str, verdict: str) -> None:
    assert check_of(of(1_500_000, 500_000, max_total=limit), "total").verdict == verdict


def test_without_limits_the_slowest_tests_are_named_with_their_times() -> None:
    made = check_of(of(10_000, 2_340_000, 0), "slowest")
    assert made.where == ("test.py::passed_1 (2.34 s)", "test.py::passed_0 (0.01 s)")


def test_every_test_that_is_slower_than_allowed_is_named() -> None:
    made = check_of(of(2_000_000, 1_000_000, 3_000_000, max_test="1 s"), "slowest")
    assert made.where == ("test.py::passed_0", "test.py::passed_2")


def test_nothing_executed_is_no_evidence() -> None:
    result = judged(durations, evidence_of(outcomes_of(skipped=1)), max_test=Duration.parse("1 s"))
    assert check_of(result, "slowest").verdict == "NO_EVIDENCE"
