from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.decision import Artifact
from pytest_stagegate.model.provenance import StatementData, StatementSubject
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.provenance import provenance
from tests.unit.fakes import SUBJECT, check_of, evidence_of, judged, verdicts

WHEEL = Artifact(name="rates-1.2.0-py3-none-any.whl", sha256="ab" * 32, kind="wheel")
SDIST = Artifact(name="rates-1.2.0.tar.gz", sha256="cd" * 32, kind="sdist")
SLSA = "https://slsa.dev/provenance/v1"
GITHUB = "https://github.com/actions/runner/github-hosted"


def said(*subjects: tuple[str, str], file: str = "a.json", **more: Any) -> StatementData:
    of_what = tuple(StatementSubject(name=name, sha256=sha256) for name, sha256 in subjects)
    values = {"predicate_type": SLSA, "builder": GITHUB, "repository": "https://github.com/o/rates"} | more
    return StatementData(file=file, subjects=of_what, **values)


OF_WHEEL = said((WHEEL.name, WHEEL.sha256), commit="c" * 40)
OF_SDIST = said((f"dist/{SDIST.name}", SDIST.sha256), file="b.json")


def of(
    *statements: StatementData,
    artifacts: tuple[Artifact, ...] = (WHEEL, SDIST),
    commit: str | None = "c" * 40,
    **options: Any,
) -> GateResult:
    subject = msgspec.structs.replace(SUBJECT, artifacts=artifacts, commit=commit)
    return judged(provenance, replace(evidence_of(), statements=statements, subject=subject), **options)


def reason_of(result: GateResult) -> tuple[str, str]:
    return result.verdict.value, result.reason


def test_a_statement_of_every_artifact_passes_and_no_signature_is_claimed() -> None:
    result = of(OF_WHEEL, OF_SDIST)
    assert verdicts(result) == {"subject": "PASS", "artifacts": "PASS", "commit": "PASS"}
    assert check_of(result, "artifacts").text.endswith("; no signature is verified here")
    assert (
        f"every artifact has a statement, by {GITHUB} from https://github.com/o/rates at cccccccccccc" in result.summary
    )


def test_an_artifact_without_a_digest_is_covered_by_no_statement() -> None:
    unknown = msgspec.structs.replace(SDIST, sha256="")
    result = of(
        replace(OF_WHEEL, subjects=(*OF_WHEEL.subjects, StatementSubject(name="x"))), artifacts=(WHEEL, unknown)
    )
    assert reason_of(result) == ("NO_EVIDENCE", "statement-missing")


def test_no_statement_is_no_evidence() -> None:
    assert reason_of(of()) == ("NO_EVIDENCE", "not-reported")


def test_a_statement_that_claims_something_else_is_not_looked_at_and_named() -> None:
    tests = replace(OF_WHEEL, predicate_type="https://in-toto.io/test/v1")
    result = of(tests)
    assert reason_of(result) == ("NO_EVIDENCE", "not-reported")
    assert "https://in-toto.io/test/v1" in result.summary
    assert of(tests, OF_SDIST, predicates=["**"]).verdict == "PASS"


def test_an_artifact_without_a_statement_is_named() -> None:
    result = of(OF_WHEEL)
    assert reason_of(result) == ("NO_EVIDENCE", "statement-missing")
    assert check_of(result, "artifacts").where == (SDIST.name,)


@pytest.mark.parametrize(
    "other",
    [
        said(("fares.whl", "ee" * 32)),
        said((f"out/{WHEEL.name}", "ee" * 32)),
        said((f"out\\{WHEEL.name}", "ee" * 32), (SDIST.name, SDIST.sha256)),
    ],
)
def test_a_statement_of_something_else_fails_whatever_lies_beside_it(other: StatementData) -> None:
    assert reason_of(of(OF_WHEEL, OF_SDIST, other)) == ("FAIL", "other-subject")


def test_a_statement_may_be_of_more_than_what_is_shipped() -> None:
    more = said((WHEEL.name, WHEEL.sha256), (SDIST.name, SDIST.sha256), ("checksums.txt", "ee" * 32))
    assert of(more).verdict == "PASS"


def test_without_a_sha256_digest_nothing_is_known() -> None:
    assert reason_of(of(OF_WHEEL, said((SDIST.name, "")))) == ("NO_EVIDENCE", "subject-not-stated")
    assert reason_of(of(OF_WHEEL, OF_SDIST, said())) == ("NO_EVIDENCE", "subject-not-stated")


def test_without_an_artifact_nothing_is_known() -> None:
    assert reason_of(of(OF_WHEEL, artifacts=())) == ("NO_EVIDENCE", "artifact-missing")


def test_another_commit_fails() -> None:
    result = of(replace(OF_WHEEL, commit="d" * 40), OF_SDIST)
    assert reason_of(result) == ("FAIL", "other-commit")
    assert result.summary == "commit: a.json is of commit dddddddddddd; cccccccccccc is decided"


def test_a_commit_that_nobody_knows_is_no_evidence() -> None:
    assert reason_of(of(OF_WHEEL, OF_SDIST, commit=None)) == ("NO_EVIDENCE", "commit-unknown")


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ({"builders": ["https://github.com/actions/runner/*"]}, "PASS"),
        ({"builders": ["https://gitlab.com/**", GITHUB]}, "PASS"),
        ({"builders": ["https://github.com/other/**"]}, "FAIL"),
        ({"repositories": ["https://github.com/o/rates"]}, "PASS"),
        ({"repositories": ["https://github.com/o/r"]}, "FAIL"),
    ],
)
def test_builders_and_repositories_can_be_named(options: dict[str, list[str]], verdict: str) -> None:
    assert of(OF_WHEEL, OF_SDIST, **options).verdict == verdict


def test_a_builder_that_is_not_stated_is_none_that_is_allowed() -> None:
    result = of(OF_WHEEL, replace(OF_SDIST, builder=""), builders=["**"])
    assert reason_of(result) == ("FAIL", "other-builder")
    assert result.summary == "builder: b.json: its builder is not stated"
