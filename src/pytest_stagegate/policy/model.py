"""The policy as frozen values."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.errors import Mistake
from pytest_stagegate.model.artifacts import ArtifactGlobs
from pytest_stagegate.model.environments import EnvironmentRule
from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.flags import FeatureRules
from pytest_stagegate.model.note_rules import NotesRules
from pytest_stagegate.model.operations import OperationsPlan
from pytest_stagegate.model.plan import PlanRules
from pytest_stagegate.model.property_tests import Profile
from pytest_stagegate.model.rings import Ring
from pytest_stagegate.model.service_levels import Objective, PrometheusRule
from pytest_stagegate.model.sign_offs import OverrideRule
from pytest_stagegate.model.sources import EvidenceRule
from pytest_stagegate.model.tags import TagRule
from pytest_stagegate.model.verdicts import Enforcement, OnMissing
from pytest_stagegate.model.waivers import Waiver

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_BASELINE: Final = "gates/baseline"
DEFAULT_SIGNERS: Final = "gates/allowed_signers"
DEFAULT_TOLERANCE: Final = {"coverage": Fraction(1, 100), "durations": Fraction(20, 100), "metrics": Fraction(5, 100)}
"""By how much an entry of a baseline may move before it is written anew; all others are counts or names."""

DEFAULT_STAGES: Final = ("plan", "code", "build", "test", "release", "deploy", "manage", "monitor")
BUILT_IN: Final = "built-in"
RELEASE_TAGS: Final = ("v[0-9]*", "[0-9]*")
"""Globs of the tags that are releases, where the policy doesn't say."""
COMMON_KEYS: Final = ("uses", "stage", "environment", "enforcement", "on_missing", "owner", "max_age", "remedy")
"""Keys that every gate table may have; all others belong to the gate."""


class GateTable(msgspec.Struct, frozen=True):
    """One ``[tool.stagegate.gate.ID]`` table, before it is bound to its gate.

    Attributes:
        id: Key of the table.
        uses: Name of the gate's definition.
        stages: Stages it names, or None.
        environments: Environments it names, or None.
        enforcement: As written, or None.
        on_missing: What missing evidence does.
        owner: Who answers for it.
        remedy: The policy's own text.
        max_age: Microseconds, or None.
        options: The remaining keys, which belong to the gate.
        place: Where the table stands.
    """

    id: str
    uses: str
    stages: tuple[str, ...] | None
    environments: tuple[str, ...] | None
    enforcement: Enforcement | None
    on_missing: OnMissing
    owner: str
    remedy: str
    max_age: int | None
    options: dict[str, Any]
    place: str


class Layer(msgspec.Struct, frozen=True):
    """One file that a policy is made of.

    Attributes:
        source: File name relative to the root, or ``pack NAME`` for one that is shipped.
        text: The file's text, for places.
        prefix: Keys from the top of the file to the policy's own table.
        table: That table, as it was read.
        sha256: Digest of the table as canonical JSON.
    """

    source: str
    text: str
    prefix: tuple[str, ...]
    table: dict[str, Any]
    sha256: str


class Policy(msgspec.Struct, frozen=True):
    """Everything a project says about its stages and gates.

    Attributes:
        layers: The project's own file and what it extends, the nearest first.
        content: The resolved keys of all layers as canonical JSON.
        sha256: Digest of `content`.
        shape_sha256: Digest of what shapes a record: stages, environments, tag rules, expected cells.
        stages: Closed vocabulary, in order of the flow.
        environments: Closed vocabulary; may be empty.
        default_stage: Stage of untagged tests, and the stage that is decided when none is named.
        default_environment: Environment of a run that names none; None for none.
        untagged: ``default`` or ``error``.
        templates: Folder with templates of the project's own, relative to the root, or None.
        base: The branch that the work goes into, as git knows it; None where git and the CI are asked.
        release_tag: Globs of the tags that are releases.
        tags: Path rules, in order.
        gates: Gate tables, in order.
        expected: Cells that must have evidence.
        evidence: What it says of evidence files; the last rule that matches a file counts.
        waivers: Waivers, in order.
        waiver_max_days: How many days ahead a waiver may reach, or None for any.
        baseline: Folder of the baseline, relative to the root.
        baseline_tolerance: For keys of the baseline, by which share an entry may move before it is written anew.
        profiles: Hypothesis profiles, one a stage at most.
        notes: What it says of release notes.
        allowed_signers: File with the keys that may sign, relative to the root.
        override: Who may go over a NO_GO; None for nobody.
        artifacts: Where what is shipped lies, relative to the root.
        manual_folder: Folder with manual tests in Markdown, relative to the root, or None.
        operations: What people have written for the operational documents.
        plan: Where the plan lies, and which marks link tests to it.
        environment_rules: What it declares of environments.
        prometheus: The server that is asked for service levels, or None.
        objectives: What it promises of service levels.
        slo_files: Globs of files with further objectives.
        features: What it says of features.
        rings: To whom a release goes one after the other.
        since: Where the decision of the last release lies, relative to the root, with placeholders; None for nowhere.
        mistakes: What is wrong with the file; reported by `bind`, together with its own.
    """

    layers: tuple[Layer, ...]
    content: str
    sha256: str
    shape_sha256: str
    stages: tuple[str, ...] = DEFAULT_STAGES
    environments: tuple[str, ...] = ()
    default_stage: str = "test"
    default_environment: str | None = None
    untagged: str = "default"
    templates: str | None = None
    base: str | None = None
    release_tag: tuple[str, ...] = RELEASE_TAGS
    tags: tuple[TagRule, ...] = ()
    gates: tuple[GateTable, ...] = ()
    expected: tuple[Expected, ...] = ()
    evidence: tuple[EvidenceRule, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    waiver_max_days: int | None = None
    baseline: str = DEFAULT_BASELINE
    baseline_tolerance: Mapping[str, Fraction] = msgspec.field(
        default_factory=lambda: MappingProxyType(DEFAULT_TOLERANCE)
    )
    profiles: tuple[Profile, ...] = ()
    notes: NotesRules = msgspec.field(default_factory=NotesRules)
    allowed_signers: str = DEFAULT_SIGNERS
    override: OverrideRule | None = None
    artifacts: ArtifactGlobs = msgspec.field(default_factory=ArtifactGlobs)
    manual_folder: str | None = None
    operations: OperationsPlan = msgspec.field(default_factory=OperationsPlan)
    plan: PlanRules = msgspec.field(default_factory=PlanRules)
    environment_rules: tuple[EnvironmentRule, ...] = ()
    prometheus: PrometheusRule | None = None
    objectives: tuple[Objective, ...] = ()
    slo_files: tuple[str, ...] = ()
    features: FeatureRules = msgspec.field(default_factory=FeatureRules)
    rings: tuple[Ring, ...] = ()
    since: str | None = None
    mistakes: tuple[Mistake, ...] = ()

    def profile(self, stage: str) -> Profile | None:
        """Return the Hypothesis profile of a stage; None where there is none."""
        return next((profile for profile in self.profiles if profile.stage == stage), None)

    def environment(self, name: str | None) -> EnvironmentRule | None:
        """Return what is declared of an environment; None where nothing is."""
        return next((rule for rule in self.environment_rules if rule.name == name), None)

    @property
    def protected(self) -> frozenset[str]:
        """Environments that nothing runs against unless they are asked for by name."""
        return frozenset(rule.name for rule in self.environment_rules if rule.protected)

    @property
    def producers(self) -> tuple[EvidenceRule, ...]:
        """Those rules about evidence that say how it is made."""
        return tuple(rule for rule in self.evidence if rule.producer is not None)

    @property
    def source(self) -> str:
        """File name relative to the root, or ``built-in``."""
        return self.layers[0].source

    @property
    def extended(self) -> tuple[Layer, ...]:
        """What the policy extends, each once, in the order in which it is laid over one another."""
        return tuple({layer.source: layer for layer in reversed(self.layers[1:])}.values())
