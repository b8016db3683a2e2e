"""From a bound policy to what people ask about it; nothing is run and no evidence is read."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Final

from pytest_stagegate.hooks import Matrix, Warnings
from pytest_stagegate.model.artifacts import Artifacts
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.coverage import Coverage
from pytest_stagegate.model.deployments_face import Deployments
from pytest_stagegate.model.drills_face import Drills
from pytest_stagegate.model.explained import ExplainedEnvironment, ExplainedGate, ExplainedOption, ExplainedPolicy
from pytest_stagegate.model.features_face import Features
from pytest_stagegate.model.findings import Findings
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.incidents import Incidents
from pytest_stagegate.model.manual import ManualTests
from pytest_stagegate.model.metrics import Metrics
from pytest_stagegate.model.operations import Operations
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
from pytest_stagegate.model.verdicts import Level, OnMissing
from pytest_stagegate.model.vulnerabilities import Vulnerabilities
from pytest_stagegate.policy.binding import BoundGate
from pytest_stagegate.policy.drifting import in_words
from pytest_stagegate.policy.limits import shown
from pytest_stagegate.policy.reading import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_stagegate.hooks import Gate
    from pytest_stagegate.model.environments import EnvironmentRule
    from pytest_stagegate.policy.model import Policy

_FACES: Final[dict[type, str]] = {
    TestResults: "test results",
    Coverage: "coverage",
    Warnings: "warnings that pytest recorded",
    Findings: "findings of linters and scanners",
    Metrics: "metrics",
    Repository: "the git repository",
    Baseline: "the baseline of an earlier run",
    Decisions: "decisions of earlier stages",
    Goals: "the goals of the plan",
    ManualTests: "manual tests",
    Environments: "reports on environments",
    Deployments: "records of deployments",
    Incidents: "exports of incidents",
    Drills: "exercises",
    Rollout: "the log of the rollout",
    Support: "tables of support end dates",
    ServiceLevels: "measured service levels",
    Features: "flag files, and the tests and gates of features",
    Matrix: "the cells that the policy expects",
    PropertyTests: "property tests",
    SignOffs: "sign-offs",
    Sboms: "bills of materials",
    Vulnerabilities: "scans for vulnerabilities",
    Artifacts: "the artifacts",
    Provenance: "statements of provenance",
    Operations: "the texts for the operational documents",
    ReleaseNotes: "the release notes",
    Reviews: "reviews and the trailers of commits",
}
_MISSING: Final = {
    OnMissing.HOLD: "NO EVIDENCE, and the decision is at best HOLD.",
    OnMissing.WARN: "NO EVIDENCE, and the decision is at best CONDITIONAL.",
    OnMissing.SKIP: "NOT APPLICABLE (missing-skipped); evidence that is too old still holds the decision.",
}
_SOFT: Final = {
    Level.WARN: "NO EVIDENCE, and the decision is at best CONDITIONAL, as the gate only warns.",
    Level.OBSERVE: "NO EVIDENCE, which changes nothing, as the gate only observes.",
}
_ATTRIBUTE: Final = re.compile(r"^    (?P<name>\w+)(?: \([^)]*\))?: (?P<text>.*(?:\n {8,}.*)*)", re.MULTILINE)


def explained(policy: Policy, gates: Iterable[BoundGate]) -> ExplainedPolicy:
    """Return a policy for people, with the gates in the order given."""
    return ExplainedPolicy(
        source=policy.source,
        sha256=policy.sha256,
        extends=tuple((layer.source, layer.sha256) for layer in policy.extended),
        stages=policy.stages,
        environments=policy.environments,
        default_stage=policy.default_stage,
        gates=tuple(explained_gate(policy, each) for each in gates),
        declared=tuple(map(_environment, policy.environment_rules)),
    )


def _environment(rule: EnvironmentRule) -> ExplainedEnvironment:
    return ExplainedEnvironment(
        name=rule.name,
        protected=rule.protected,
        stages=rule.stages,
        require=tuple(map(str, rule.require)),
        run_by=rule.run_by,
        probe=rule.probe.asked if rule.probe is not None else "",
        data=tuple(each.name for each in rule.data),
        settings=tuple(rule.settings),
        declared_in=rule.place.partition(" ")[0],
    )


def explained_gate(policy: Policy, bound: BoundGate, *, active: bool = True) -> ExplainedGate:
    """Return one gate for people."""
    reader, table, gate = Reader(policy.layers), bound.table, bound.gate
    path = ("gate", bound.id)
    enforced = table is not None and table.enforcement is not None
    stages = table.stages if table is not None and table.stages is not None else gate.stages
    return ExplainedGate(
        gate=bound.id,
        uses=gate.name,
        title=gate.title,
        text=_first_paragraph(gate.judge),
        evidence=_evidence(gate),
        declared_in=reader.line(path) if table is not None else "",
        active=active,
        stages=stages,
        environments=(table.environments or ()) if table is not None else (),
        enforcement=in_words(bound.enforcement),
        enforcement_set_in=reader.line((*path, "enforcement")) if enforced else "",
        on_missing=bound.on_missing.value,
        missing=_missing(bound),
        max_age=shown(bound.max_age) if bound.max_age is not None else "",
        owner=table.owner if table is not None else "",
        remedy=(table.remedy if table is not None else "") or gate.remedy,
        options=_options(reader, bound),
    )


def undeclared(gate: Gate) -> BoundGate:
    """Return a definition as it would be bound without a word of a policy."""
    return BoundGate(None, gate, gate.options() if gate.options is not None else None)


def _evidence(gate: Gate) -> str:
    return ", ".join(dict.fromkeys(_FACES[face] for face in gate.needs.values() if face in _FACES)) or "none"


def _missing(bound: BoundGate) -> str:
    if bound.options is not None and not bound.options.declares_a_limit():
        return "NOT APPLICABLE (not-declared), as no limit is declared."
    return _SOFT.get(bound.enforcement.level, _MISSING[bound.on_missing])


def _options(reader: Reader, bound: BoundGate) -> tuple[ExplainedOption, ...]:
    if bound.options is None:
        return ()
    texts = option_texts(type(bound.options))
    written = bound.table.options if bound.table is not None else {}
    return tuple(
        ExplainedOption(
            name=name,
            value=shown(getattr(bound.options, name)),
            set_in=reader.line(("gate", bound.id, name)) if name in written else "",
            text=texts.get(name, ""),
        )
        for name in bound.options.__struct_fields__
    )


def option_texts(options: type) -> dict[str, str]:
    """Return what the docstring of an options type, and of those it derives from, says under ``Attributes:``."""
    texts: dict[str, str] = {}
    for kind in reversed(options.__mro__[:-1]):
        _, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("\nAttributes:\n")
        texts |= {match["name"]: " ".join(match["text"].split()) for match in _ATTRIBUTE.finditer(attributes)}
    return texts


def _first_paragraph(function: Any) -> str:
    return " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())
