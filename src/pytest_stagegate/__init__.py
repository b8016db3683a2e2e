"""pytest-stagegate: add ``--stage-gate`` to pytest and get a go / no-go with its evidence.

The public surface for people who write gates. Everything is imported on first use, so that the installed plugin
costs nothing in runs that don't ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pytest_stagegate.hooks import Fault, GateOptions, Matrix, Warnings, gate, hookimpl
    from pytest_stagegate.model.absent import Absent
    from pytest_stagegate.model.artifacts import Artifacts
    from pytest_stagegate.model.baseline import Baseline
    from pytest_stagegate.model.coverage import Coverage
    from pytest_stagegate.model.deployments_face import Deployments
    from pytest_stagegate.model.drills_face import Drills
    from pytest_stagegate.model.features_face import Features
    from pytest_stagegate.model.findings import Findings
    from pytest_stagegate.model.goals_face import Goals
    from pytest_stagegate.model.incidents import Incidents
    from pytest_stagegate.model.manual import ManualTests
    from pytest_stagegate.model.metrics import Metrics
    from pytest_stagegate.model.numbers import (
        CellName,
        Count,
        Duration,
        EnvironmentName,
        Measure,
        Number,
        Percentage,
        Ratio,
        Share,
        StageName,
    )
    from pytest_stagegate.model.operations import Operations
    from pytest_stagegate.model.place import Place
    from pytest_stagegate.model.property_tests import PropertyTests
    from pytest_stagegate.model.provenance import Provenance
    from pytest_stagegate.model.readiness import Environments
    from pytest_stagegate.model.repository import Repository
    from pytest_stagegate.model.reviews_face import Reviews
    from pytest_stagegate.model.rollout_face import Rollout
    from pytest_stagegate.model.sbom import Sboms
    from pytest_stagegate.model.service_levels import ServiceLevels
    from pytest_stagegate.model.sign_offs import SignOffs
    from pytest_stagegate.model.support import Support
    from pytest_stagegate.model.tests import TestResults
    from pytest_stagegate.model.told import ReleaseNotes
    from pytest_stagegate.model.upstream import Decisions
    from pytest_stagegate.model.verdicts import Check, Verdict
    from pytest_stagegate.model.vulnerabilities import Vulnerabilities
    from pytest_stagegate.thresholds import check, no_evidence

__all__ = [
    "Absent",
    "Artifacts",
    "Baseline",
    "CellName",
    "Check",
    "Count",
    "Coverage",
    "Decisions",
    "Deployments",
    "Drills",
    "Duration",
    "EnvironmentName",
    "Environments",
    "Fault",
    "Features",
    "Findings",
    "GateOptions",
    "Goals",
    "Incidents",
    "ManualTests",
    "Matrix",
    "Measure",
    "Metrics",
    "Number",
    "Operations",
    "Percentage",
    "Place",
    "PropertyTests",
    "Provenance",
    "Ratio",
    "ReleaseNotes",
    "Repository",
    "Reviews",
    "Rollout",
    "Sboms",
    "ServiceLevels",
    "Share",
    "SignOffs",
    "StageName",
    "Support",
    "TestResults",
    "Verdict",
    "Vulnerabilities",
    "Warnings",
    "__version__",
    "check",
    "gate",
    "hookimpl",
    "no_evidence",
]

_HOME: Final = {
    "Repository": "model.repository",
    "ReleaseNotes": "model.told",
    "Place": "model.place",
    "Reviews": "model.reviews_face",
    "Sboms": "model.sbom",
    "Vulnerabilities": "model.vulnerabilities",
    "ServiceLevels": "model.service_levels",
    "SignOffs": "model.sign_offs",
    "PropertyTests": "model.property_tests",
    "Provenance": "model.provenance",
    "Operations": "model.operations",
    "Metrics": "model.metrics",
    "ManualTests": "model.manual",
    "Matrix": "hooks",
    "Fault": "hooks",
    "Findings": "model.findings",
    "Baseline": "model.baseline",
    "Absent": "model.absent",
    "Artifacts": "model.artifacts",
    "CellName": "model.numbers",
    "Decisions": "model.upstream",
    "Check": "model.verdicts",
    "Count": "model.numbers",
    "Coverage": "model.coverage",
    "Duration": "model.numbers",
    "Deployments": "model.deployments_face",
    "Drills": "model.drills_face",
    "Rollout": "model.rollout_face",
    "Support": "model.support",
    "Incidents": "model.incidents",
    "EnvironmentName": "model.numbers",
    "Environments": "model.readiness",
    "Features": "model.features_face",
    "GateOptions": "hooks",
    "Goals": "model.goals_face",
    "Measure": "model.numbers",
    "Number": "model.numbers",
    "Percentage": "model.numbers",
    "Ratio": "model.numbers",
    "Share": "model.numbers",
    "StageName": "model.numbers",
    "TestResults": "model.tests",
    "Verdict": "model.verdicts",
    "Warnings": "hooks",
    "check": "thresholds",
    "gate": "hooks",
    "hookimpl": "hooks",
    "no_evidence": "thresholds",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("pytest-stagegate")
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
