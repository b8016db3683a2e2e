"""Showing a gate the evidence that it asks for: a face for each kind, made only when it is asked for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_stagegate.hooks import Gate, Matrix, Warnings
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.artifacts import UNREADABLE, Artifacts
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.model.deployments import KIND as DEPLOYMENTS
from pytest_stagegate.model.deployments_face import Deployments
from pytest_stagegate.model.drills import KIND as DRILLS
from pytest_stagegate.model.drills_face import Drills, exercised
from pytest_stagegate.model.environments import KIND as ENVIRONMENT
from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.features_face import Features
from pytest_stagegate.model.filled import executed_by_tag, executed_in
from pytest_stagegate.model.findings import Findings
from pytest_stagegate.model.flags import KIND as FLAGS
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.incidents import KIND as INCIDENTS
from pytest_stagegate.model.incidents import Incidents
from pytest_stagegate.model.manual import KIND as MANUAL
from pytest_stagegate.model.manual import ManualRow, ManualTests, manual_rows
from pytest_stagegate.model.metrics import Metrics
from pytest_stagegate.model.operations import Operations
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.plan import KIND as GOALS
from pytest_stagegate.model.property_tests import PropertyTests
from pytest_stagegate.model.provenance import Provenance
from pytest_stagegate.model.readiness import Environments
from pytest_stagegate.model.repository import UNKNOWN, Repository
from pytest_stagegate.model.reviews import KIND as REVIEWS
from pytest_stagegate.model.reviews_face import Reviews
from pytest_stagegate.model.rings import KIND as ROLLOUT
from pytest_stagegate.model.rollout_face import Rollout
from pytest_stagegate.model.sbom import Sboms
from pytest_stagegate.model.service_levels import KIND as SERVICE_LEVELS
from pytest_stagegate.model.service_levels import ServiceLevels
from pytest_stagegate.model.sign_offs import KIND as SIGN_OFFS
from pytest_stagegate.model.sign_offs import SignOffs
from pytest_stagegate.model.support import KIND as SUPPORT
from pytest_stagegate.model.support import Support
from pytest_stagegate.model.tally import Tally
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.told import NOT_ASKED, ReleaseNotes
from pytest_stagegate.model.upstream import Decisions
from pytest_stagegate.model.vulnerabilities import Vulnerabilities

if TYPE_CHECKING:
    from collections.abc import Callable

_KINDS: Final[dict[type, str]] = {
    TestResults: "tests",
    Warnings: "tests",
    Matrix: "tests",
    Coverage: "coverage",
    Findings: "findings",
    Metrics: "metrics",
    PropertyTests: "tests",
    SignOffs: SIGN_OFFS,
    Sboms: "sbom",
    Vulnerabilities: "vulnerabilities",
    Provenance: "provenance",
    Decisions: "decisions",
    Goals: GOALS,
    ManualTests: MANUAL,
    Reviews: REVIEWS,
    Environments: ENVIRONMENT,
    Deployments: DEPLOYMENTS,
    Incidents: INCIDENTS,
    Drills: DRILLS,
    Rollout: ROLLOUT,
    Support: SUPPORT,
    ServiceLevels: SERVICE_LEVELS,
    Features: FLAGS,
}
"""Kind of evidence that each face shows."""

_FURTHER: Final[dict[type, frozenset[str]]] = {
    Goals: frozenset({"tests", MANUAL}),
    Drills: frozenset({"tests"}),
    Rollout: frozenset({"tests"}),
    Support: frozenset({"sbom"}),
    ServiceLevels: frozenset({"metrics"}),
    Features: frozenset({"tests"}),
}
"""Further kinds that a face shows something of."""


class Seen(NamedTuple):
    """What a face is made of.

    Attributes:
        evidence: Everything known about the run.
        place: Stage, environment and instant.
        tally: Counts what the gate reads.
        max_age: Microseconds after which evidence is stale for the gate, or None for the limit of each piece.
    """

    evidence: Evidence
    place: Place
    tally: Tally
    max_age: int | None


def kinds_of(gate: Gate) -> frozenset[str]:
    """Return the kinds of evidence files that a gate reads."""
    faces = gate.needs.values()
    further = (_FURTHER[face] for face in faces if face in _FURTHER)
    return frozenset(_KINDS[face] for face in faces if face in _KINDS).union(*further)


def shown(face: type, seen: Seen) -> Any:
    """Return the face of some evidence.

    Raises:
        KeyError: When it is none.
    """
    return _MAKERS[face](seen)


def _coverage(seen: Seen) -> Coverage:
    measured = seen.evidence.coverage
    # A gate that asks for coverage where there is none is not called.
    assert not isinstance(measured, Absent)
    return Coverage(measured, seen.tally)


def _warnings(seen: Seen) -> Warnings:
    evidence = seen.evidence
    executed = evidence.tests.counts().executed
    return Warnings(evidence.warnings, seen.tally, executed=executed, recorded=evidence.warnings_recorded)


def _matrix(seen: Seen) -> Matrix:
    evidence = seen.evidence
    by_tag = executed_by_tag(evidence.tests) if evidence.expected else {}
    return Matrix(tuple((cell, executed_in(cell, by_tag)) for cell in evidence.expected))


def _manual(seen: Seen) -> tuple[ManualRow, ...]:
    return manual_rows(seen.evidence.manual, seen.place, seen.max_age)


def _goals(seen: Seen) -> Goals:
    evidence = seen.evidence
    return Goals(evidence.goals, evidence.tests, seen.tally, day=seen.place.day, manual=_manual(seen))


def _artifacts(seen: Seen) -> Artifacts:
    evidence = seen.evidence
    unreadable = tuple(note.text.rstrip(".") for note in evidence.provisional if note.reason == UNREADABLE)
    return Artifacts(evidence.subject, seen.tally, unreadable=unreadable, excused=evidence.excused)


def _environments(seen: Seen) -> Environments:
    of = seen.evidence
    return Environments(of.environments, of.environment_rules, seen.place, of.tests.tags, seen.tally)


def _drills(seen: Seen) -> Drills:
    of = seen.evidence
    tests = exercised(of.tests, of.started, of.drilled, of.subject)
    return Drills(of.drills, tests, of.subject, seen.place, seen.tally)


def _features(seen: Seen) -> Features:
    return Features(seen.evidence.features, seen.evidence.flags, seen.evidence.tests, seen.tally, seen.evidence.excused)


def _sign_offs(seen: Seen) -> SignOffs:
    since = None if seen.max_age is None else seen.place.instant - dt.timedelta(microseconds=seen.max_age)
    return SignOffs(seen.evidence.sign_offs, seen.tally, since)


_MAKERS: Final[dict[type, Callable[[Seen], Any]]] = {
    TestResults: lambda seen: TestResults(seen.evidence.tests, seen.tally, exits=seen.evidence.exits),
    Coverage: _coverage,
    Warnings: _warnings,
    Findings: lambda seen: Findings(seen.evidence.findings, seen.tally),
    Metrics: lambda seen: Metrics(seen.evidence.metrics, seen.tally, waived=seen.evidence.waived),
    Artifacts: _artifacts,
    Provenance: lambda seen: Provenance(
        seen.evidence.statements, seen.evidence.subject, seen.tally, excused=seen.evidence.excused
    ),
    Sboms: lambda seen: Sboms(seen.evidence.sboms, seen.evidence.subject, seen.tally),
    Vulnerabilities: lambda seen: Vulnerabilities(seen.evidence.scans, seen.evidence.subject, seen.tally),
    PropertyTests: lambda seen: PropertyTests(seen.evidence.properties, seen.tally),
    Repository: lambda seen: Repository(seen.evidence.repository or UNKNOWN, seen.tally),
    Baseline: lambda seen: Baseline(seen.evidence.baseline, seen.tally),
    Decisions: lambda seen: Decisions(seen.evidence.decisions, seen.evidence.subject, seen.tally),
    Goals: _goals,
    ManualTests: lambda seen: ManualTests(_manual(seen), seen.tally),
    Environments: _environments,
    Deployments: lambda seen: Deployments(seen.evidence, seen.tally),
    Incidents: lambda seen: Incidents(seen.evidence.incidents, seen.tally),
    Drills: _drills,
    Rollout: lambda seen: Rollout(seen.evidence, seen.place, seen.tally),
    Support: lambda seen: Support(seen.evidence.support, seen.evidence.in_use, seen.place.day, seen.tally),
    Features: _features,
    Matrix: _matrix,
    Operations: lambda seen: Operations(seen.evidence.operations, seen.tally),
    Place: lambda seen: seen.place,
    ServiceLevels: lambda seen: ServiceLevels(
        seen.evidence.service_levels, Metrics(seen.evidence.metrics, seen.tally), seen.tally
    ),
    ReleaseNotes: lambda seen: ReleaseNotes(seen.evidence.told or NOT_ASKED, seen.evidence.subject.version, seen.tally),
    Reviews: lambda seen: Reviews(
        seen.evidence.reviews, seen.evidence.trailers, seen.evidence.subject.commit, seen.tally
    ),
    SignOffs: _sign_offs,
}
"""How each face is made."""
