from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pytest_stagegate.documents.intoto import EXTENSION, STATEMENT_FILES, statements
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.model.decision import Artifact, Decision, Note
from pytest_stagegate.model.word import Word
from tests.unit.documents.samples import HOSTILE, no_go
from tests.unit.fakes import SUBJECT

DIGEST = "d" * 64
NO_TESTS_FAILED = {"failed": 0, "errors": 0, "lost": 0}


def decided(word: Word = Word.GO, *, subject: dict[str, Any] | None = None, **more: Any) -> Decision:
    """A decision of a run in which no test failed."""
    tests = msgspec.structs.replace(no_go().tests, **NO_TESTS_FAILED)
    about = msgspec.structs.replace(SUBJECT, **(subject or {}))
    values = {"tests": tests, "not_passed": (), "collection_errors": (), "provisional": (), **more}
    return msgspec.structs.replace(no_go(), decision=word, subject=about, **values)


def statement(number: int, decision: Decision) -> dict[str, Any]:
    content: dict[str, Any] = msgspec.json.decode(statements(decision, DIGEST)[STATEMENT_FILES[number]])
    return content


def result(decision: Decision) -> dict[str, Any]:
    predicate: dict[str, Any] = statement(0, decision)["predicate"]
    return predicate


def summary(decision: Decision) -> dict[str, Any]:
    predicate: dict[str, Any] = statement(1, decision)["predicate"]
    return predicate


@pytest.mark.parametrize(
    ("word", "of_tests", "of_decision", "levels"),
    [
        (Word.GO, "PASSED", "PASSED", ["STAGEGATE_TEST_GO"]),
        (Word.CONDITIONAL, "WARNED", "PASSED", ["STAGEGATE_TEST_CONDITIONAL"]),
        (Word.HOLD, "FAILED", "FAILED", ["FAILED"]),
        (Word.NO_GO, "FAILED", "FAILED", ["FAILED"]),
    ],
)
def test_what_each_decision_claims(word: Word, of_tests: str, of_decision: str, levels: list[str]) -> None:
    decision = decided(word)
    assert result(decision)["result"] == of_tests
    assert (summary(decision)["verificationResult"], summary(decision)["verifiedLevels"]) == (of_decision, levels)
    assert summary(decision)[EXTENSION]["decision"] == word.value


def test_nothing_rests_on_a_provisional_decision() -> None:
    decision = decided(provisional=(Note(reason="dirty", text="The tree is dirty."),))
    assert (result(decision)["result"], summary(decision)["verificationResult"]) == ("WARNED", "FAILED")
    assert summary(decision)[EXTENSION]["provisional"] == ["dirty"]


@pytest.mark.parametrize("count", sorted(NO_TESTS_FAILED))
def test_failed_tests_that_do_not_block_are_not_claimed_as_passed(count: str) -> None:
    tests = msgspec.structs.replace(decided().tests, **{count: 1})
    assert result(decided(tests=tests))["result"] == "FAILED"


def test_the_statements_name_their_types() -> None:
    types = [statement(number, decided())["predicateType"] for number in (0, 1)]
    assert types == ["https://in-toto.io/attestation/test-result/v0.1", "https://slsa.dev/verification_summary/v1"]
    assert {statement(number, decided())["_type"] for number in (0, 1)} == {"https://in-toto.io/Statement/v1"}


def test_only_tests_that_did_not_plainly_pass_are_named() -> None:
    rows = no_go().not_passed
    predicate = result(decided(not_passed=rows, not_passed_omitted=7))
    failed = [row.id for row in rows if row.outcome in ("failed", "error", "lost")]
    assert predicate["failedTests"] == failed
    assert len(predicate["warnedTests"]) == len(rows) - len(failed)
    assert "passedTests" not in predicate
    assert predicate[EXTENSION]["testsNotListed"] == 7


def test_the_subject_is_the_artifacts() -> None:
    artifacts = (Artifact(name="a.whl", sha256="a" * 64), Artifact(name="b.tar.gz", sha256="b" * 64))
    assert statement(1, decided(subject={"artifacts": artifacts}))["subject"] == [
        {"name": "a.whl", "digest": {"sha256": "a" * 64}},
        {"name": "b.tar.gz", "digest": {"sha256": "b" * 64}},
    ]


def test_without_artifacts_the_subject_is_the_commit() -> None:
    assert statement(0, decided())["subject"] == [{"name": "rates", "digest": {"gitCommit": "c" * 40}}]


@pytest.mark.parametrize(("commit", "told"), [(None, "no commit is known"), ("abc1234", "'abc1234' is no full id")])
def test_without_anything_to_be_about_there_is_no_statement(commit: str | None, told: str) -> None:
    with pytest.raises(EvidenceError, match=told):
        statements(decided(subject={"commit": commit}), DIGEST)


def test_stage_and_environment_tell_resources_apart() -> None:
    assert summary(decided())["resourceUri"] == "pkg:generic/rates@1.2.0?stage=test"
    production = decided(environment="production", stage="release")
    assert summary(production)["resourceUri"] == "pkg:generic/rates@1.2.0?environment=production&stage=release"
    assert summary(decided(subject={"version": None}))["resourceUri"] == "pkg:generic/rates?stage=test"


def test_the_policy_has_a_uri_and_the_digest_of_its_rules() -> None:
    policy = msgspec.structs.replace(no_go().policy, source="pyproject.toml", sha256="e" * 64)
    assert summary(decided(policy=policy))["policy"] == {
        "uri": "pkg:generic/rates@1.2.0#pyproject.toml",
        "digest": {"sha256": "e" * 64},
    }
    built_in = msgspec.structs.replace(policy, source="built-in")
    assert summary(decided(policy=built_in))["policy"]["uri"].startswith("pkg:pypi/pytest-stagegate@")


def test_every_input_has_a_digest_and_stands_once() -> None:
    item = next(each for each in no_go().evidence if each.sha256 is not None)
    nothing = msgspec.structs.replace(item, sha256=None)
    inputs = summary(decided(evidence=(item, item, nothing)))["inputAttestations"]
    assert inputs == [{"name": item.source, "digest": {"sha256": item.sha256}}]


def test_hostile_names_stay_names() -> None:
    row = msgspec.structs.replace(no_go().not_passed[0], id=HOSTILE + "x" * 5_000_000, outcome="failed")
    subject = {"name": f"a/b?c#{HOSTILE}", "version": "1&environment=production"}
    decision = decided(subject=subject, not_passed=(row,), stage="my stage\u202e")
    content = statements(decision, DIGEST)
    assert sum(map(len, content.values())) < 20_000
    assert not any(sign in b"".join(content.values()).decode() for sign in "\x1b\u202e\x00")
    uri = summary(decision)["resourceUri"]
    assert uri.startswith("pkg:generic/a%2Fb%3Fc%23")
    assert uri.count("environment=") == 0
    assert summary(decision)["verifiedLevels"] == ["STAGEGATE_MY_STAGE__GO"]


def test_the_same_decision_gives_the_same_bytes() -> None:
    first = statements(decided(), DIGEST)
    assert first == statements(decided(), DIGEST)
    assert all(msgspec.json.format(content[:-1], indent=-1) == content[:-1] for content in first.values())
