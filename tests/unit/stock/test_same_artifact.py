from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.decision import Artifact, Note
from pytest_stagegate.model.deployments import DeployedArtifact
from pytest_stagegate.model.upstream import DecisionsData, Earlier
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.same_artifact import same_artifact
from tests.unit.documents.samples import decision_of
from tests.unit.fakes import SUBJECT, check_of, evidence_of, judged
from tests.unit.stock.test_smoke import DEPLOYED, changed

TESTED = Artifact(name="shop.whl", sha256="1" * 64)


def earlier(*artifacts: Artifact) -> Earlier:
    subject = msgspec.structs.replace(SUBJECT, artifacts=artifacts)
    return Earlier(source="decision.json", sha256="a" * 64, decision=decision_of(subject=subject))


def ask(*digests: str, decisions: tuple[Earlier, ...] = (earlier(TESTED),), **options: Any) -> GateResult:
    deployed = changed(artifacts=tuple(DeployedArtifact(name="shop.whl", sha256=each) for each in digests))
    evidence = replace(evidence_of(), deployments=(deployed,), decisions=DecisionsData(earlier=decisions))
    return judged(same_artifact, evidence, stage="deploy", environment="production", **options)


def test_the_artifact_that_was_decided_about_passes() -> None:
    assert ask("1" * 64).verdict == "PASS"


def test_another_digest_fails_and_is_named() -> None:
    check = check_of(ask("1" * 64, "2" * 64), "digest")
    assert (check.verdict, check.where) == ("FAIL", ("shop: shop.whl 222222222222",))


def test_a_record_without_a_digest_is_judged_by_its_version_where_the_policy_says_so() -> None:
    assert ask().reason == "digest-not-stated"
    assert ask(digest=False).verdict == "PASS"


def test_without_an_earlier_decision_that_lists_artifacts_there_is_nothing_to_compare_with() -> None:
    assert ask("1" * 64, decisions=()).reason == "upstream-missing"
    assert ask("1" * 64, decisions=(earlier(),)).reason == "upstream-missing"


def test_nothing_rests_on_provisional_decisions_alone() -> None:
    dirty = (Note(reason="dirty-tree", text="The work tree has changes."),)
    draft = replace(earlier(TESTED), decision=msgspec.structs.replace(earlier(TESTED).decision, provisional=dirty))
    assert ask("1" * 64, decisions=(draft,)).reason == "upstream-provisional"
    assert ask("1" * 64, decisions=(draft, earlier(TESTED))).verdict == "PASS"


def test_what_one_earlier_decision_does_not_list_was_not_tested() -> None:
    both = (earlier(TESTED), earlier(TESTED, Artifact(name="more.whl", sha256="2" * 64)))
    assert ask("2" * 64, decisions=both).verdict == "FAIL"
    assert ask("1" * 64, decisions=both).verdict == "PASS"


def test_what_earlier_decisions_have_nothing_of_in_common_was_not_tested() -> None:
    apart = (earlier(TESTED), earlier(Artifact(name="shop.whl", sha256="2" * 64)))
    assert (ask("1" * 64, decisions=apart).verdict, ask("2" * 64, decisions=apart).verdict) == ("FAIL", "FAIL")


@pytest.mark.parametrize("state", ["failed", "removed"])
def test_what_is_not_known_to_run_is_no_evidence(state: str) -> None:
    evidence = replace(evidence_of(), deployments=(msgspec.structs.replace(DEPLOYED, outcome=state),))
    assert judged(same_artifact, evidence, stage="deploy", environment="production").reason == "not-deployed"
