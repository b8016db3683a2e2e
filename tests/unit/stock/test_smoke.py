from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.deployments import DeployedArtifact, Deployment
from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.smoke import smoke
from tests.unit.environments import RULE, answer, report_on
from tests.unit.fakes import SUBJECT, check_of, evidence_of, judged, outcomes_of

BEFORE: Final = "2026-11-23T08:00:00Z"
DURING: Final = "2026-11-23T08:30:00Z"
AFTER: Final = "2026-11-23T09:00:00Z"
DEPLOYED: Final = Deployment(
    service="shop", environment="production", at=BEFORE, version=SUBJECT.version, file="d.json"
)


def smoked(
    *deployments: Deployment, began: str | None = DURING, ran_in: str | None = "production", **outcomes: int
) -> Evidence:
    tests = outcomes_of(**(outcomes or {"passed": 2}))
    tests.tags = [Tag("deploy", (), True, ran_in=ran_in)]
    return replace(evidence_of(tests), deployments=deployments, began=((ran_in, began),))


def ask(*deployments: Deployment, environment: str | None = "production", **more: Any) -> GateResult:
    options = {key: more.pop(key) for key in ("min_passed", "max_skipped", "service") if key in more}
    return judged(smoke, smoked(*deployments, **more), stage="deploy", environment=environment, **options)


def changed(**values: Any) -> Deployment:
    return msgspec.structs.replace(DEPLOYED, **values)


def test_tests_that_passed_against_what_was_deployed_before_pass() -> None:
    assert ask(DEPLOYED).verdict == "PASS"


def test_without_a_record_nothing_is_known() -> None:
    assert (ask().verdict, ask().reason) == ("NO_EVIDENCE", "not-deployed")
    assert ask(changed(environment="staging")).reason == "not-deployed"


def test_without_an_environment_nothing_is_known() -> None:
    assert ask(DEPLOYED, environment=None).reason == "environment-not-named"


@pytest.mark.parametrize("values", [{"version": "0.0.1"}, {"commit": "f" * 40}])
def test_another_version_or_commit_fails(values: dict[str, str]) -> None:
    result = ask(changed(**values))
    assert (result.verdict, result.reason) == ("FAIL", "other-version-runs")
    assert result.summary.startswith("other-version: shop: ")


def test_a_record_that_names_nothing_is_no_evidence() -> None:
    assert ask(changed(version=None)).reason == "version-not-stated"


@pytest.mark.parametrize("began", [BEFORE.replace("08:00", "07:59"), None])
def test_a_run_that_began_before_the_deployment_says_nothing_of_it(began: str | None) -> None:
    result = ask(DEPLOYED, began=began)
    assert (result.verdict, result.reason) == ("STALE", "before-deployment")


def test_a_run_of_the_same_moment_counts() -> None:
    assert ask(DEPLOYED, began=BEFORE).verdict == "PASS"


@pytest.mark.parametrize("outcome", ["failed", "removed"])
def test_the_newest_record_counts(outcome: str) -> None:
    newer = changed(at=DURING, outcome=outcome)
    assert (ask(DEPLOYED, newer).verdict, ask(DEPLOYED, newer).reason) == ("NO_EVIDENCE", "not-deployed")
    assert ask(newer, changed(at=AFTER), began=AFTER).verdict == "PASS"
    assert ask(newer, changed(at=AFTER), began=DURING).reason == "before-deployment"


def test_two_records_of_one_instant_that_differ_are_none() -> None:
    assert ask(DEPLOYED, changed(version="9", file="e.json")).reason == "not-deployed"
    assert ask(DEPLOYED, changed(file="e.json")).verdict == "PASS"


def asking(*told: str | None, when: str = DURING, declared: str = RULE.sha256, **more: Any) -> GateResult:
    """Return the verdict where the policy lets the environment itself say what runs there, and it said that."""
    rule = replace(RULE, name="production", probe=RULE.probe and RULE.probe._replace(version="/version"))
    report = report_on("production", when=when, declared_sha256=declared)
    answers = [msgspec.structs.replace(answer("probe"), version=each) for each in told]
    looks = tuple(msgspec.structs.replace(report, probe=each) for each in answers)
    evidence = replace(smoked(DEPLOYED, **more), environments=looks, environment_rules=(rule,))
    return judged(smoke, evidence, stage="deploy", environment="production")


def test_what_the_environment_answers_counts() -> None:
    assert SUBJECT.version is not None
    assert asking(SUBJECT.version).verdict == "PASS"
    result = asking(SUBJECT.version, "9.9")
    assert (result.verdict, result.reason) == ("FAIL", "other-version-runs")
    assert result.summary == f"other-answer: production answered 9.9 at {DURING}, and {SUBJECT.version} is decided"


@pytest.mark.parametrize(
    ("told", "more"),
    [
        ((), {}),
        ((None,), {}),
        ((SUBJECT.version,), {"when": BEFORE.replace("08:00", "07:59")}),
        ((SUBJECT.version,), {"declared": "b" * 64}),
    ],
)
def test_an_environment_that_did_not_say_since_the_deployment_is_no_evidence(
    told: tuple[str | None, ...], more: dict[str, str]
) -> None:
    result = asking(*told, **more)
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "environment-not-probed")


def test_other_services_can_be_left_aside() -> None:
    other = changed(service="mail", version="9")
    assert ask(DEPLOYED, other).verdict == "FAIL"
    assert ask(DEPLOYED, other, service="shop").verdict == "PASS"
    assert ask(DEPLOYED, other, service="web").reason == "not-deployed"


def test_what_the_tests_show_counts() -> None:
    assert check_of(ask(DEPLOYED, passed=1, failed=1), "failed").verdict == "FAIL"
    assert check_of(ask(DEPLOYED, passed=1), "passed").verdict == "PASS"
    assert check_of(ask(DEPLOYED, passed=1, min_passed=2), "passed").verdict == "FAIL"
    assert check_of(ask(DEPLOYED, passed=1, skipped=1), "skipped").verdict == "FAIL"
    assert ask(DEPLOYED, ran_in="staging").verdict == "NO_EVIDENCE"


def test_hostile_names_are_told_as_they_are() -> None:
    result = ask(changed(service="<b>=cmd|", version="9"))
    assert "<b>=cmd|" in result.summary
    assert DeployedArtifact(sha256="0" * 64).name == ""
