from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.environments import FAILED, EnvironmentRule
from pytest_stagegate.model.evidence import Age, Evidence
from pytest_stagegate.model.verdicts import GateResult, Verdict
from pytest_stagegate.stock.environment import environment
from tests.unit.environments import RULE, looked_at, report_on
from tests.unit.fakes import HOUR, check_of, judged, verdicts


def at_staging(evidence: Evidence, **more: int) -> GateResult:
    return judged(environment, evidence, environment="staging", **more)


def test_an_environment_that_was_ready_passes() -> None:
    found = at_staging(looked_at(report_on()))
    assert verdicts(found) == {"staging conditions": "PASS", "staging probe": "PASS", "staging data": "PASS"}


@pytest.mark.parametrize(
    ("broken", "reason", "where"),
    [
        ({"held": False}, "condition-not-held", "CI is not set"),
        ({"probe": FAILED}, "environment-not-ready", "GET http://staging/health: answered 200"),
        ({"data": FAILED}, "data-not-ready", "customers: GET http://staging/health: 1 file"),
    ],
)
def test_what_is_not_as_it_has_to_be_fails(broken: dict[str, Any], reason: str, where: str) -> None:
    found = at_staging(looked_at(report_on(**broken)))
    assert (found.verdict, found.reason) == (Verdict.FAIL, reason)
    assert [check.where for check in found.checks if check.verdict is Verdict.FAIL] == [(where,)]


def test_of_two_shards_the_one_that_found_it_broken_counts() -> None:
    assert at_staging(looked_at(report_on(), report_on(probe=FAILED))).verdict is Verdict.FAIL


def test_an_environment_that_nobody_looked_at_is_no_evidence() -> None:
    found = at_staging(looked_at())
    assert (found.verdict, found.reason) == (Verdict.NO_EVIDENCE, "environment-not-probed")


@pytest.mark.parametrize("silent", [{"probe": None}, {"data": ()}, {"conditions": ()}])
def test_a_report_that_is_silent_on_a_question_is_no_evidence(silent: dict[str, Any]) -> None:
    found = at_staging(looked_at(msgspec.structs.replace(report_on(), **silent)))
    assert (found.verdict, found.reason) == (Verdict.NO_EVIDENCE, "environment-not-probed")


def test_a_report_on_another_declaration_is_stale() -> None:
    found = at_staging(looked_at(report_on(declared_sha256="b" * 64)))
    assert (found.verdict, found.reason) == (Verdict.STALE, "other-policy")


def test_an_old_report_is_stale() -> None:
    evidence = replace(looked_at(report_on()), ages=(Age("environment", "a.json", 2 * HOUR, 24 * HOUR),))
    assert at_staging(evidence, max_age=HOUR).reason == "too-old"


@pytest.mark.parametrize("rule", [None, EnvironmentRule(name="staging", protected=True), replace(RULE, name="other")])
def test_where_nothing_is_asked_of_it_there_is_nothing_to_judge(rule: EnvironmentRule | None) -> None:
    found = at_staging(looked_at(rule=rule))
    assert (found.verdict, found.reason) == (Verdict.NOT_APPLICABLE, "not-declared")


def test_a_decision_about_no_environment_judges_all_that_were_looked_at() -> None:
    found = judged(environment, looked_at(report_on(probe=FAILED)))
    assert check_of(found, "staging probe").verdict is Verdict.FAIL
