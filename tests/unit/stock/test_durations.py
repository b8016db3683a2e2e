from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.baseline import Table
from pytest_stagegate.model.numbers import Duration, Percentage
from pytest_stagegate.model.tests import TestData
from pytest_stagegate.model.verdicts import Check, GateResult
from pytest_stagegate.stock.durations import DurationsOptions, durations
from tests.unit.fakes import check_of, evidence_of, judged, outcomes_of, run_of, timed


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
    made = check_of(result, "slowest")
    assert (made.verdict, made.where) == ("NO_EVIDENCE", ("test.py::skipped_0 (0.00 s)",))


# ---- stages


def stage_run(unit: int, system: int) -> TestData:
    data = run_of({"code": {"passed": 1}, "test": {"passed": 1}})
    data.durations[0], data.durations[1] = unit, system
    return data


@pytest.mark.parametrize(("limit", "verdict"), [("2 s", "PASS"), ("1999 ms", "FAIL")])
def test_a_stage_has_a_limit_of_its_own(limit: str, verdict: str) -> None:
    evidence = evidence_of(stage_run(9_000_000, 2_000_000))
    made = check_of(judged(durations, evidence, per_stage={"test": Duration.parse(limit)}), "stage test")
    assert made.verdict == verdict
    assert made.where == (() if verdict == "PASS" else ("test.py::passed_0 (2.00 s)",))


def test_a_stage_of_which_nothing_was_executed_is_no_evidence() -> None:
    result = judged(durations, evidence_of(timed(5)), per_stage={"deploy": Duration.parse("1 h")})
    assert check_of(result, "stage deploy").verdict == "NO_EVIDENCE"


# ---- growth

BEFORE: Table = {"stage:code": (2_000_000,), "stage:test": (4_000_000,), "test:test.py::passed_0": (4_000_000,)}


def grown(data: TestData, baseline: Table | None = BEFORE, growth: str = "50 %", **more: str) -> Check:
    options = {name: Duration.parse(written) for name, written in more.items()}
    evidence = evidence_of(data, baseline={} if baseline is None else {"durations": baseline})
    return check_of(judged(durations, evidence, max_growth=Percentage.parse(growth), **options), "grown")


@pytest.mark.parametrize(("growth", "verdict"), [("50 %", "PASS"), ("49.9 %", "FAIL")])
def test_a_stage_may_grow_by_so_much(growth: str, verdict: str) -> None:
    assert grown(stage_run(3_000_000, 4_000_000), growth=growth).verdict == verdict


def test_what_has_grown_is_named_with_both_times() -> None:
    made = grown(stage_run(2_000_000, 6_000_001))
    assert made.measured == 2
    assert made.where == (
        "stage:test: 6.01 s, was 4 s",
        "test:test.py::passed_0: 6.01 s, was 4 s",
    )


def test_what_a_stage_took_before_is_not_shown_longer_than_it_was() -> None:
    made = grown(timed(9_000_000), {"stage:test": (4_003_001,)})
    assert made.where == ("stage:test: 9 s, was 4 s",)


def test_a_test_that_took_the_shortest_time_is_compared() -> None:
    made = grown(timed(1), {"test:test.py::passed_0": (5,)})
    assert (made.verdict, made.inspected) == ("PASS", 1)


def test_a_test_that_took_no_time_is_not_compared() -> None:
    assert grown(timed(0), {"test:test.py::passed_0": (5,)}).reason == "no-baseline"


@pytest.mark.parametrize("name", ["test:test", "group:test"])
def test_only_the_duration_of_a_stage_is_compared_with_that_of_a_stage(name: str) -> None:
    assert grown(timed(9_000_000), {name: (1,)}).reason == "no-baseline"


def test_a_growth_of_more_than_the_whole_can_be_allowed() -> None:
    assert grown(stage_run(2_000_000, 11_000_000), growth="175 %").verdict == "PASS"


@pytest.mark.parametrize(("floor", "verdict"), [("1 s", "PASS"), ("900 ms", "PASS"), ("899 ms", "FAIL")])
def test_what_takes_no_longer_than_the_floor_has_not_grown(floor: str, verdict: str) -> None:
    baseline: Table = {"stage:test": (10_000,)}
    assert grown(timed(900_000), baseline, min_duration=floor).verdict == verdict


def test_without_a_baseline_nothing_is_known_of_growth() -> None:
    made = grown(stage_run(1, 1), None)
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "no-baseline")


def test_a_baseline_without_any_stage_that_ran_is_no_evidence() -> None:
    made = grown(timed(5), {"stage:deploy": (5,), "test:gone.py::test": (9,)})
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "no-baseline")


def test_the_floor_alone_is_no_limit() -> None:
    assert not DurationsOptions(min_duration=Duration.parse("2 s")).declares_a_limit()
