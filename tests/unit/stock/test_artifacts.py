from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.decision import Artifact, Note, Rebuilt
from pytest_stagegate.model.verdicts import GateResult, OnMissing
from pytest_stagegate.stock.artifacts import artifacts
from tests.unit.fakes import SUBJECT, check_of, evidence_of, judged, verdicts

SAME = Rebuilt(sha256="ab" * 32)


def artifact(name: str = "rates-1.2.0-py3-none-any.whl", kind: str = "wheel", **more: Any) -> Artifact:
    said = {"project": "rates", "version": "1.2.0"} if kind != "other" else {}
    return Artifact(**({"name": name, "sha256": "ab" * 32, "kind": kind} | said | more))


WHEEL = artifact()
SDIST = artifact("rates-1.2.0.tar.gz", "sdist", sha256="cd" * 32)
DEB = artifact("rates_1.2.0-1_amd64.deb", "other", sha256="ef" * 32)


def of(
    *shipped: Artifact, version: str | None = "1.2.0", provisional: tuple[Note, ...] = (), **options: Any
) -> GateResult:
    subject = msgspec.structs.replace(SUBJECT, artifacts=shipped, version=version)
    return judged(artifacts, replace(evidence_of(), subject=subject, provisional=provisional), **options)


def reason_of(result: GateResult) -> tuple[str, str]:
    return result.verdict.value, result.reason


def test_whole_artifacts_of_the_declared_version_pass() -> None:
    result = of(WHEEL, SDIST, DEB, require=["wheel", "sdist", "*.deb"], require_version_in_name=True)
    assert set(verdicts(result).values()) == {"PASS"}
    assert list(verdicts(result)) == ["artifacts", "required", "ambiguous", "damaged", "other-version", "unversioned"]


@pytest.mark.parametrize("on_missing", list(OnMissing))
def test_nothing_that_is_shipped_is_no_evidence_whatever_is_said_of_what_is_missing(on_missing: OnMissing) -> None:
    assert reason_of(of(on_missing=on_missing)) == ("NO_EVIDENCE", "artifact-missing")


@pytest.mark.parametrize("missing", ["wheel", "sdist", "*.deb", "rates_1.2.0-1_amd64.deb"])
def test_each_kind_that_is_asked_for_has_to_be_there(missing: str) -> None:
    there = [each for each in (WHEEL, SDIST, DEB) if each.kind != missing and not each.name.endswith(missing[-4:])]
    result = of(*there, require=["wheel", "sdist", "*.deb", "rates_1.2.0-1_amd64.deb"])
    assert reason_of(result) == ("NO_EVIDENCE", "artifact-missing")
    assert missing in check_of(result, "required").where


def test_a_damaged_artifact_fails_and_is_named() -> None:
    result = of(WHEEL, artifact("x.tar.gz", "sdist", project="", version="", problem="it is damaged: EOF"))
    assert reason_of(result) == ("FAIL", "artifact-damaged")
    assert result.summary == "damaged: x.tar.gz: it is damaged: EOF"


def test_an_archive_that_is_no_package_and_cannot_be_read_fails_too() -> None:
    assert reason_of(of(artifact("x.tar.gz", "other", problem="it is damaged"))) == ("FAIL", "artifact-damaged")


@pytest.mark.parametrize("more", [{"version": "1.2.1"}, {"project": "fares"}, {"version": "1.2.0+local"}])
def test_another_version_or_project_than_declared_fails(more: dict[str, str]) -> None:
    result = of(SDIST, artifact(**more))
    assert reason_of(result) == ("FAIL", "other-version")
    assert "rates-1.2.0-py3-none-any.whl: it is of " in result.summary


@pytest.mark.parametrize("version", ["1.2", "v1.2.0", "1.2.0.0"])
def test_versions_are_compared_as_python_packages_write_them(version: str) -> None:
    assert of(WHEEL, version=version).verdict == "PASS"


def test_a_version_that_is_not_declared_is_never_taken_on_trust() -> None:
    assert reason_of(of(WHEEL, version=None)) == ("NO_EVIDENCE", "version-unknown")


def test_without_a_declared_version_all_can_be_asked_to_be_of_one() -> None:
    options = {"version": None, "require_version": False}
    assert of(WHEEL, SDIST, **options).verdict == "PASS"
    assert reason_of(of(WHEEL, artifact("b", "sdist", version="1.3.0", sha256="cd" * 32), **options)) == (
        "FAIL",
        "other-version",
    )


def test_files_that_are_no_packages_need_no_declared_version() -> None:
    assert of(DEB, version=None).verdict == "PASS"
    assert reason_of(of(DEB, version=None, require_version_in_name=True)) == ("NO_EVIDENCE", "version-unknown")


@pytest.mark.parametrize(
    "name", ["rates.deb", "rates_1.2.0.1.deb", "rates_11.2.0.deb", "rates_2.1.2.0.deb", "rates_1.2.deb"]
)
def test_a_name_without_the_declared_version_fails_where_it_is_asked_for(name: str) -> None:
    assert reason_of(of(artifact(name, "other"), require_version_in_name=True)) == ("FAIL", "other-version")


def test_two_of_one_name_fail() -> None:
    assert reason_of(of(WHEEL, artifact(sha256="cd" * 32))) == ("FAIL", "artifact-ambiguous")


def test_one_that_cannot_be_read_at_all_is_no_evidence() -> None:
    unread = Note(reason="artifact-unreadable", text="dist/a.whl: this artifact can't be read.")
    result = of(WHEEL, provisional=(unread,), on_missing=OnMissing.SKIP)
    assert reason_of(result) == ("NO_EVIDENCE", "artifact-unreadable")


def test_a_record_that_does_not_say_what_an_artifact_is_is_no_evidence() -> None:
    assert reason_of(of(artifact(kind="", project="", version=""))) == ("NO_EVIDENCE", "not-measured")


@pytest.mark.parametrize("digest", ["", "ab", "x" * 64])
def test_an_artifact_without_a_digest_is_no_evidence_whatever_lies_beside_it(digest: str) -> None:
    assert reason_of(of(WHEEL, artifact("b.deb", "other", sha256=digest))) == ("NO_EVIDENCE", "not-measured")


def test_the_same_bytes_twice_are_reproducible() -> None:
    assert of(artifact(rebuilt=SAME), require_reproducible=True).verdict == "PASS"


def test_without_a_second_build_nothing_is_known_of_it() -> None:
    result = of(artifact(rebuilt=SAME), SDIST, require_reproducible=True)
    assert reason_of(result) == ("NO_EVIDENCE", "not-rebuilt")
    assert SDIST.name in result.summary


def test_other_bytes_of_a_second_build_fail_and_say_where() -> None:
    other = Rebuilt(sha256="cd" * 32, differs=("a.py: its content differs",))
    result = of(artifact(rebuilt=other), require_reproducible=True)
    assert reason_of(result) == ("FAIL", "not-reproducible")
    assert check_of(result, "reproducible").where == ("rates-1.2.0-py3-none-any.whl: a.py: its content differs",)


def test_a_second_build_that_nobody_asks_for_is_not_judged() -> None:
    assert of(artifact(rebuilt=Rebuilt(sha256="cd" * 32, differs=("x",)))).verdict == "PASS"
