"""What holds for the gates of the stage deploy: less or worse evidence never looks better."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.deployments import DeployedArtifact, Deployment
from pytest_stagegate.model.upstream import DecisionsData
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.same_artifact import same_artifact
from pytest_stagegate.stock.smoke import smoke
from tests.unit.environments import RULE, answer, report_on
from tests.unit.fakes import SUBJECT, judged
from tests.unit.stock.test_same_artifact import TESTED, earlier
from tests.unit.stock.test_smoke import smoked

INSTANTS = st.sampled_from([f"2026-11-23T0{hour}:00:00Z" for hour in range(6, 10)])
RECORDS = st.builds(
    Deployment,
    service=st.sampled_from(["shop", "mail"]),
    environment=st.sampled_from(["production", "staging"]),
    at=INSTANTS,
    outcome=st.sampled_from(["succeeded", "succeeded", "failed", "removed"]),
    version=st.sampled_from([SUBJECT.version, SUBJECT.version, "9.9", None]),
    artifacts=st.sampled_from([(), (DeployedArtifact(sha256=TESTED.sha256),), (DeployedArtifact(sha256="9" * 64),)]),
)
LISTS = st.lists(RECORDS, max_size=4)


def passes(gate: Any, records: list[Deployment], began: str | None = "2026-11-23T09:30:00Z", **more: Any) -> bool:
    evidence = replace(smoked(*records, began=began, **more), decisions=DecisionsData(earlier=(earlier(TESTED),)))
    return judged(gate, evidence, stage="deploy", environment="production").verdict is Verdict.PASS


@given(LISTS, RECORDS, st.sampled_from([smoke, same_artifact]), st.sampled_from(["failed", "removed"]))
def test_a_deployment_that_failed_last_never_passes(
    records: list[Deployment], last: Deployment, gate: Any, outcome: str
) -> None:
    bad = msgspec.structs.replace(last, environment="production", at="2026-11-23T09:00:01Z", outcome=outcome)
    assert not passes(gate, [*records, bad])


@given(LISTS, RECORDS, st.sampled_from([smoke, same_artifact]))
def test_another_version_that_was_deployed_last_never_passes(
    records: list[Deployment], last: Deployment, gate: Any
) -> None:
    other = msgspec.structs.replace(last, environment="production", at="2026-11-23T09:00:01Z", version="9.9")
    assert not passes(gate, [*records, other])


@given(LISTS, RECORDS)
def test_records_of_other_environments_change_nothing(records: list[Deployment], other: Deployment) -> None:
    elsewhere = msgspec.structs.replace(other, environment="staging")
    for gate in (smoke, same_artifact):
        assert passes(gate, records) == passes(gate, [*records, elsewhere])


@given(LISTS, INSTANTS, INSTANTS)
def test_tests_that_began_earlier_are_never_judged_better(records: list[Deployment], one: str, other: str) -> None:
    early, late = sorted((one, other))
    assert passes(smoke, records, early) <= passes(smoke, records, late)
    assert not passes(smoke, records, None)


@given(LISTS, st.sampled_from(["failed", "errors", "skipped", "lost", "xfailed"]))
def test_a_smoke_test_that_did_not_pass_never_helps(records: list[Deployment], word: str) -> None:
    more: dict[str, Any] = {word: 1}
    assert passes(smoke, records, passed=2, **more) <= passes(smoke, records, passed=2)
    assert not passes(smoke, records, passed=2, **more)


@given(LISTS, RECORDS)
def test_a_digest_that_nobody_tested_never_passes(records: list[Deployment], last: Deployment) -> None:
    unknown = (*last.artifacts, DeployedArtifact(sha256="8" * 64))
    other = msgspec.structs.replace(last, environment="production", at="2026-11-23T09:00:01Z", artifacts=unknown)
    assert not passes(same_artifact, [*records, other])


@given(LISTS, st.lists(st.sampled_from([SUBJECT.version, "9.9", None]), max_size=3), st.sampled_from(["9.9", None]))
def test_a_worse_answer_of_the_environment_never_helps(
    records: list[Deployment], told: list[str | None], worse: str | None
) -> None:
    rule = replace(RULE, name="production", probe=RULE.probe and RULE.probe._replace(version="/version"))

    def passed(answers: list[str | None]) -> bool:
        looks = tuple(
            msgspec.structs.replace(
                report_on("production"), probe=msgspec.structs.replace(answer("probe"), version=each)
            )
            for each in answers
        )
        evidence = replace(
            smoked(*records, began="2026-11-23T09:30:00Z"), environments=looks, environment_rules=(rule,)
        )
        return judged(smoke, evidence, stage="deploy", environment="production").verdict is Verdict.PASS

    assert passed([*told, worse]) <= passed(told)
    assert not passed([*told, "9.9"])
    assert passed(told) <= passes(smoke, records)


@given(st.permutations([0, 1, 2]), st.lists(RECORDS, min_size=3, max_size=3))
def test_their_order_makes_no_difference(order: list[int], records: list[Deployment]) -> None:
    for gate in (smoke, same_artifact):
        assert passes(gate, records) == passes(gate, [records[index] for index in order])
