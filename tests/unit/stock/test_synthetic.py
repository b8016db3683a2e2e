from __future__ import annotations

from typing import Any, Final

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.evidence import Age, Evidence
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.verdicts import GateResult, Verdict
from pytest_stagegate.stock.synthetic import synthetic
from tests.unit.fakes import HOUR, check_of, evidence_of, judged, outcomes_of

PRODUCTION: Final = Tag("monitor", (), True, ran_in="production")


def monitored(tag: Tag = PRODUCTION, **outcomes: int) -> Evidence:
    tests = outcomes_of(**outcomes)
    tests.tags = [tag]
    return evidence_of(tests)


def at_production(evidence: Evidence, **more: Any) -> GateResult:
    return judged(synthetic, evidence, **{"stage": "monitor", "environment": "production", **more})


def test_tests_that_passed_against_the_environment_pass() -> None:
    assert at_production(monitored(passed=2), min_passed=2).verdict is Verdict.PASS


@pytest.mark.parametrize("word", ["failed", "errors", "xfailed"])
def test_one_that_users_meet_as_a_failure_fails(word: str) -> None:
    found = at_production(monitored(passed=2, **{word: 1}))
    assert (found.verdict, found.reason) == (Verdict.FAIL, "limit-not-met")


def test_a_failed_setup_alone_is_shown_as_a_failure() -> None:
    assert check_of(at_production(monitored(errors=1)), "failed").where == ("test.py::errors_0",)


def test_too_few_fail() -> None:
    assert check_of(at_production(monitored(passed=1), min_passed=2), "passed").verdict is Verdict.FAIL


def test_a_skip_fails_unless_it_is_allowed() -> None:
    evidence = monitored(passed=1, skipped=1)
    assert at_production(evidence).verdict is Verdict.FAIL
    assert at_production(evidence, max_skipped=1).verdict is Verdict.PASS


def test_a_lost_test_is_no_evidence() -> None:
    found = at_production(monitored(passed=1, lost=1))
    assert (found.verdict, found.reason) == (Verdict.NO_EVIDENCE, "tests-lost")


@pytest.mark.parametrize("elsewhere", ["staging", None])
def test_a_run_against_another_environment_or_none_is_no_evidence(elsewhere: str | None) -> None:
    found = at_production(monitored(PRODUCTION._replace(ran_in=elsewhere), passed=1))
    assert (found.verdict, found.reason) == (Verdict.NO_EVIDENCE, "other-environment")
    assert found.summary == "passed: 1 test tagged monitor ran, and none against production"


@pytest.mark.parametrize(
    "evidence", [monitored(skipped=2), monitored(), monitored(PRODUCTION._replace(stage="test"), passed=1)]
)
def test_without_a_test_of_the_stage_there_is_no_evidence(evidence: Evidence) -> None:
    found = at_production(evidence)
    assert (found.verdict, found.reason) == (Verdict.NO_EVIDENCE, "nothing-executed")


def test_without_an_environment_there_is_no_evidence() -> None:
    found = at_production(monitored(PRODUCTION._replace(ran_in=None), passed=1), environment=None)
    assert (found.verdict, found.reason) == (Verdict.NO_EVIDENCE, "environment-not-named")


def test_an_old_run_is_stale() -> None:
    old = replace(monitored(passed=1), ages=(Age("tests", "evidence.jsonl", 2 * HOUR, 24 * HOUR),))
    found = at_production(old, max_age=HOUR)
    assert (found.verdict, found.reason) == (Verdict.STALE, "too-old")
