"""Unsigned in-toto statements of a decision: what the tests said, and what the decision is.

Sources: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md,
https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md and
https://slsa.dev/spec/v1.1/verification_summary
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from pytest_stagegate.documents.wording import clean
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.model.texts import shortened
from pytest_stagegate.model.word import Word

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision, TestRow

STATEMENT_FILES: Final = ("test-result.intoto.json", "vsa.intoto.json")
"""Names of the statements."""

STATEMENT: Final = "https://in-toto.io/Statement/v1"
TEST_RESULT: Final = "https://in-toto.io/attestation/test-result/v0.1"
VSA: Final = "https://slsa.dev/verification_summary/v1"
VERIFIER: Final = "https://pypi.org/project/pytest-stagegate"
EXTENSION: Final = f"{VERIFIER}/decision/v1"
"""Name of the field that holds what the predicates have no field for."""

_SLSA: Final = "1.1"
_NAME: Final = 2000
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FAILED: Final = ("failed", "error", "lost")


def statements(decision: Decision, digest: str) -> dict[str, bytes]:
    """Return the content of each statement by its file name: JSON with sorted keys and no blanks, and a line feed.

    Args:
        decision: The decision.
        digest: SHA-256 of ``decision.json``, hexadecimal.

    Raises:
        EvidenceError: When nothing can be named that the statements are about.
    """
    about = _extension(decision, digest)
    predicates = ((TEST_RESULT, _test_result(decision, about)), (VSA, _summary(decision, about)))
    subject = _subject(decision)
    return {
        name: _encoded({"_type": STATEMENT, "subject": subject, "predicateType": type_, "predicate": predicate})
        for name, (type_, predicate) in zip(STATEMENT_FILES, predicates, strict=True)
    }


def _encoded(statement: dict[str, Any]) -> bytes:
    return msgspec.json.encode(statement, order="sorted") + b"\n"


def _subject(decision: Decision) -> list[dict[str, Any]]:
    subject = decision.subject
    if subject.artifacts:
        return [{"name": clean(each.name), "digest": {"sha256": each.sha256}} for each in subject.artifacts]
    if subject.commit is None or not _COMMIT.fullmatch(subject.commit):
        known = f"the commit {clean(subject.commit)!r} is no full id" if subject.commit else "no commit is known"
        text = f"in-toto statements can't be made: {known}, and no artifact is declared that they could be about."
        remedy = "Run in the project's repository, or declare the artifacts in the policy."
        raise EvidenceError(text, code="no-subject", remedy=remedy)
    return [{"name": clean(subject.name), "digest": {"gitCommit": subject.commit}}]


def _extension(decision: Decision, digest: str) -> dict[str, Any]:
    return {
        "decision": decision.decision.value,
        "provisional": [note.reason for note in decision.provisional],
        "stage": clean(decision.stage),
        "environment": clean(decision.environment) if decision.environment is not None else None,
        "commit": clean(decision.subject.commit) if decision.subject.commit is not None else None,
        "tests": decision.tests,
        "decisionJson": {"name": "decision.json", "digest": {"sha256": digest}},
    }


def _test_result(decision: Decision, about: dict[str, Any]) -> dict[str, Any]:
    failed = [_name(row) for row in decision.not_passed if row.outcome in _FAILED]
    warned = [_name(row) for row in decision.not_passed if row.outcome not in _FAILED]
    policy = {"name": clean(decision.policy.source), "digest": {"sha256": decision.policy.sha256}}
    return {
        "result": _result(decision),
        "configuration": [policy],
        "warnedTests": warned,
        "failedTests": failed,
        EXTENSION: {**about, "testsNotListed": decision.not_passed_omitted},
    }


def _result(decision: Decision) -> str:
    """Return the worst of what the decision and its tests say."""
    tests = decision.tests
    bad = tests.failed + tests.errors + tests.lost
    if bad or decision.collection_errors or decision.decision in (Word.HOLD, Word.NO_GO):
        return "FAILED"
    return "WARNED" if decision.decision is Word.CONDITIONAL or decision.provisional else "PASSED"


def _name(row: TestRow) -> str:
    return shortened(clean(row.id), _NAME)


def _summary(decision: Decision, about: dict[str, Any]) -> dict[str, Any]:
    # Nothing may rest on a provisional decision, and a consumer of this kind of statement reads nothing else.
    met = decision.decision in (Word.GO, Word.CONDITIONAL) and not decision.provisional
    evidence = {(each.source, each.sha256) for each in decision.evidence if each.sha256 is not None}
    return {
        "verifier": {"id": VERIFIER, "version": {"pytest-stagegate": version("pytest-stagegate")}},
        "timeVerified": decision.as_of,
        "resourceUri": resource_uri(decision),
        "policy": {"uri": _policy_uri(decision), "digest": {"sha256": decision.policy.sha256}},
        "inputAttestations": [
            {"name": clean(source), "digest": {"sha256": sha256}} for source, sha256 in sorted(evidence)
        ],
        "verificationResult": "PASSED" if met else "FAILED",
        "verifiedLevels": [_level(decision) if met else "FAILED"],
        "slsaVersion": _SLSA,
        EXTENSION: about,
    }


def _level(decision: Decision) -> str:
    stage = re.sub(r"[^A-Z0-9]+", "_", clean(decision.stage).upper())
    return f"STAGEGATE_{stage}_{decision.decision.value}"


def resource_uri(decision: Decision) -> str:
    """Return the package URL of what was decided about, with stage and environment: neither stands in for another."""
    subject = decision.subject
    base = f"pkg:generic/{_quoted(subject.name)}"
    at = f"@{_quoted(subject.version)}" if subject.version is not None else ""
    where = f"environment={_quoted(decision.environment)}&" if decision.environment is not None else ""
    return f"{base}{at}?{where}stage={_quoted(decision.stage)}"


def _policy_uri(decision: Decision) -> str:
    if decision.policy.source == "built-in":
        return f"pkg:pypi/pytest-stagegate@{_quoted(version('pytest-stagegate'))}"
    subject = decision.subject
    at = f"@{_quoted(subject.version)}" if subject.version is not None else ""
    return f"pkg:generic/{_quoted(subject.name)}{at}#{quote(clean(decision.policy.source), safe='/')}"


def _quoted(text: str) -> str:
    return quote(clean(text), safe="")
