from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pytest_stagegate.model.decision import Artifact
from pytest_stagegate.model.sbom import SbomData, SbomSubject
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.sbom import sbom
from tests.unit.fakes import SUBJECT, check_of, evidence_of, judged

WHEEL = Artifact(name="rates-1.2.0-py3-none-any.whl", sha256="ab" * 32)


def listing(name: str = "rates", version: str = "1.2.0", sha256: str = "", components: int = 3) -> SbomData:
    subjects = (SbomSubject(name=name, version=version, sha256=sha256),) if name else ()
    return SbomData(file=f"{name or 'a'}.cdx.json", producer="", subjects=subjects, components=components)


def of(
    *sboms: SbomData, artifacts: tuple[Artifact, ...] = (WHEEL,), version: str | None = "1.2.0", **options: Any
) -> GateResult:
    subject = msgspec.structs.replace(SUBJECT, artifacts=artifacts, version=version)
    return judged(sbom, replace(evidence_of(), sboms=sboms, subject=subject), **options)


def reason_of(result: GateResult) -> tuple[str, str]:
    return result.verdict.value, result.reason


def test_no_sbom_is_no_evidence() -> None:
    assert reason_of(of()) == ("NO_EVIDENCE", "not-reported")


def test_an_sbom_of_the_project_passes_and_says_how_it_was_compared() -> None:
    result = of(listing())
    assert result.verdict == "PASS"
    assert check_of(result, "subject").text == "rates.cdx.json is of rates 1.2.0, by name and version only"


@pytest.mark.parametrize("version", ["1.2", "1.2.0", "v1.2.0"])
def test_versions_and_names_are_compared_as_python_packages_write_them(version: str) -> None:
    assert of(listing("Rates", version)).verdict == "PASS"


def test_a_digest_is_compared_and_nothing_else() -> None:
    result = of(listing("whatever", "9", sha256="ab" * 32))
    assert check_of(result, "subject").text == f"whatever.cdx.json is of {WHEEL.name}, by its digest"


@pytest.mark.parametrize(
    "other",
    [
        listing("fares"),
        listing(version="1.1.0"),
        listing(sha256="cd" * 32),
        listing("dist/rates-1.1.0-py3-none-any.whl"),
    ],
)
def test_an_sbom_of_something_else_is_named_and_never_a_pass(other: SbomData) -> None:
    result = of(other, listing())
    assert reason_of(result) == ("FAIL", "other-subject")
    assert other.file in result.summary


def test_a_file_name_is_as_good_as_a_version() -> None:
    assert of(listing(f"dist/{WHEEL.name}", "")).verdict == "PASS"


@pytest.mark.parametrize("stated", [listing(""), listing(version="")])
def test_an_sbom_that_does_not_say_what_it_is_of_is_no_evidence(stated: SbomData) -> None:
    assert reason_of(of(stated)) == ("NO_EVIDENCE", "subject-not-stated")


def test_a_digest_without_an_artifact_is_not_taken_on_trust() -> None:
    assert reason_of(of(listing(sha256="ab" * 32), artifacts=())) == ("NO_EVIDENCE", "artifact-missing")


def test_a_version_that_is_not_declared_is_that_of_the_artifact() -> None:
    assert of(listing(), version=None).verdict == "PASS"
    assert of(listing(version="1.1.0"), version=None).verdict == "FAIL"
    assert reason_of(of(listing(), version=None, artifacts=())) == ("NO_EVIDENCE", "subject-not-stated")


def test_a_digest_can_be_required() -> None:
    assert of(listing(sha256="ab" * 32), require_digest=True).verdict == "PASS"
    assert reason_of(of(listing(), require_digest=True)) == ("NO_EVIDENCE", "subject-not-stated")


def test_an_sbom_that_lists_nothing_fails() -> None:
    result = of(listing(components=0), listing())
    assert (check_of(result, "components").verdict, check_of(result, "components").measured) == ("FAIL", 0)
