"""Worse evidence of what is shipped is never judged better."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.decision import Artifact
from pytest_stagegate.model.sbom import SbomData, SbomSubject
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.vulnerabilities import SEVERITIES, UNKNOWN, ScanData, Vulnerability
from pytest_stagegate.stock.sbom import sbom
from pytest_stagegate.stock.vulnerabilities import vulnerabilities
from tests.unit.fakes import SUBJECT, TODAY, evidence_of, judged

DAYS = ("2026-11-20", "2026-11-01", "2020-01-01")
FOUND = st.builds(
    Vulnerability,
    id=st.sampled_from(["A", "B", "C"]),
    aliases=st.sampled_from([(), ("A",), ("D",)]),
    package=st.sampled_from(["a", "b"]),
    version=st.just("1"),
    severity=st.sampled_from([*SEVERITIES, UNKNOWN]),
    fix=st.sampled_from(["available", "none", "unknown"]),
    published=st.none() | st.sampled_from(DAYS),
    state=st.sampled_from(["", "", "", "not_affected", "in_triage"]),
)
SCANS = st.builds(
    lambda found, packages, skipped: ScanData(
        file="a.json", tool="a", producer="", packages=packages, vulnerabilities=tuple(found), skipped=skipped
    ),
    st.lists(FOUND, max_size=4),
    st.none() | st.integers(0, 4),
    st.sampled_from([(), (("x", "why"),)]),
)
COUNTS = st.integers(0, 2)
OPTIONS = st.fixed_dictionaries(
    {
        "max_critical": COUNTS,
        "max_high": COUNTS,
        "max_medium": st.none() | COUNTS,
        "max_low": st.none() | COUNTS,
        "max_skipped": COUNTS,
        "ignore_unfixable": st.booleans(),
        "unknown": st.sampled_from(SEVERITIES),
        "leeway_days": st.dictionaries(st.sampled_from(SEVERITIES), st.integers(0, 30), max_size=2),
        "tools": st.sampled_from([[], ["a"]]),
    }
)
SBOMS = st.builds(
    lambda name, version, sha256, components: SbomData(
        file="a", producer="", subjects=(SbomSubject(name=name, version=version, sha256=sha256),), components=components
    ),
    st.sampled_from(["rates", "fares"]),
    st.sampled_from(["1.2.0", "1.1", ""]),
    st.sampled_from(["", "ab" * 32, "cd" * 32]),
    st.integers(0, 2),
)
ARTIFACTS = st.sets(
    st.sampled_from(
        [
            Artifact(name=f"rates-1.2.0{end}", sha256=two * 32)
            for end, two in (("-py3-none-any.whl", "ab"), (".tar.gz", "ee"))
        ]
    )
)


def standing(scans: list[ScanData], options: dict[str, Any]) -> bool:
    return judged(vulnerabilities, replace(evidence_of(), scans=tuple(scans)), **options).verdict is Verdict.PASS


def passes(sboms: list[SbomData], artifacts: set[Artifact], **options: Any) -> bool:
    subject = msgspec.structs.replace(SUBJECT, artifacts=tuple(sorted(artifacts, key=lambda each: each.name)))
    return judged(sbom, replace(evidence_of(), sboms=tuple(sboms), subject=subject), **options).verdict is Verdict.PASS


@given(st.lists(SCANS, min_size=1, max_size=3), OPTIONS, FOUND)
def test_one_more_vulnerability_is_never_judged_better(
    scans: list[ScanData], options: dict[str, Any], one: Vulnerability
) -> None:
    new = msgspec.structs.replace(one, id="NEW", aliases=())
    more = replace(scans[0], vulnerabilities=(*scans[0].vulnerabilities, new))
    silent = scans[0].packages in (None, 0) and not scans[0].vulnerabilities
    if not silent:  # What is found is a word on what was looked at.
        assert standing([more, *scans[1:]], options) <= standing(scans, options)


@given(st.lists(SCANS, min_size=1, max_size=3), OPTIONS, st.data())
def test_a_worse_word_of_one_vulnerability_is_never_judged_better(
    scans: list[ScanData], options: dict[str, Any], data: st.DataObject
) -> None:
    if not scans[0].vulnerabilities:
        return
    first, *rest = scans[0].vulnerabilities
    worse = [{"fix": "available"}, {"state": "exploitable"}]
    if first.severity in SEVERITIES:
        worse.append({"severity": SEVERITIES[max(0, SEVERITIES.index(first.severity) - 1)]})
    changed = msgspec.structs.replace(first, **data.draw(st.sampled_from(worse)))
    after = replace(scans[0], vulnerabilities=(changed, *rest))
    # A limit of leeway that grows with the severity is the policy's own word.
    assert standing([after, *scans[1:]], options | {"leeway_days": {}}) <= standing(
        scans, options | {"leeway_days": {}}
    )


@given(FOUND, OPTIONS, st.integers(0, 900))
def test_what_is_known_for_longer_is_never_judged_better(
    one: Vulnerability, options: dict[str, Any], days: int
) -> None:
    def of(published: str | None) -> bool:
        found = (msgspec.structs.replace(one, published=published),)
        scan = ScanData(file="a", tool="a", producer="", packages=1, vulnerabilities=found)
        return standing([scan], options)

    earlier = (TODAY - dt.timedelta(days=days)).isoformat()
    assert of((TODAY - dt.timedelta(days=days + 1)).isoformat()) <= of(earlier)
    assert of(None) <= of(earlier)


@given(st.lists(SCANS, min_size=1, max_size=3), OPTIONS)
def test_a_scan_of_nothing_is_never_judged_better(scans: list[ScanData], options: dict[str, Any]) -> None:
    nothing = replace(scans[0], packages=0)
    assert not standing([nothing, *scans[1:]], options)


@given(st.lists(SCANS, max_size=3), SCANS, OPTIONS)
def test_one_more_skipped_package_is_never_judged_better(
    scans: list[ScanData], one: ScanData, options: dict[str, Any]
) -> None:
    more = replace(one, skipped=(*one.skipped, ("y", "why")))
    assert standing([*scans, more], options) <= standing([*scans, one], options)


@given(st.lists(SBOMS, max_size=2), SBOMS, ARTIFACTS, st.booleans())
def test_one_more_sbom_hides_nothing(
    sboms: list[SbomData], one: SbomData, artifacts: set[Artifact], require_digest: bool
) -> None:
    if sboms:
        options = {"require_digest": require_digest}
        assert passes([*sboms, one], artifacts, **options) <= passes(sboms, artifacts, **options)


@given(SBOMS, ARTIFACTS, st.booleans())
def test_an_artifact_less_and_a_component_less_are_never_judged_better(
    one: SbomData, artifacts: set[Artifact], require_digest: bool
) -> None:
    before = passes([one], artifacts, require_digest=require_digest)
    assert passes([one], set(), require_digest=require_digest) <= before
    assert passes([replace(one, components=0)], artifacts, require_digest=require_digest) <= before
    assert passes([replace(one, subjects=())], artifacts, require_digest=require_digest) <= before
