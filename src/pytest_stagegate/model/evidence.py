"""The evidence of one build as values: what the readers hand to the gates."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.decision import CollectionError, Note, Subject
from pytest_stagegate.model.deployments import Deployment
from pytest_stagegate.model.drills import Logged
from pytest_stagegate.model.environments import EnvironmentReport, EnvironmentRule
from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.findings import FindingsData
from pytest_stagegate.model.flags import FeatureRow, FlagsEvidence
from pytest_stagegate.model.incidents import IncidentsData
from pytest_stagegate.model.manual import ManualData
from pytest_stagegate.model.metrics import MetricsData
from pytest_stagegate.model.operations import OperationsData
from pytest_stagegate.model.plan import GoalsData
from pytest_stagegate.model.property_tests import PropertyTest
from pytest_stagegate.model.provenance import StatementData
from pytest_stagegate.model.released import ReleasedPolicy
from pytest_stagegate.model.repository import RepositoryData
from pytest_stagegate.model.reviews import ReviewExport, TrailersData
from pytest_stagegate.model.rings import Ring, RolloutStep
from pytest_stagegate.model.sbom import SbomData
from pytest_stagegate.model.service_levels import LevelsData
from pytest_stagegate.model.sign_offs import SignOffsData
from pytest_stagegate.model.support import SupportData, in_use
from pytest_stagegate.model.tests import Exit, TestData
from pytest_stagegate.model.told import ToldData
from pytest_stagegate.model.upstream import DecisionsData
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.vulnerabilities import ScanData


class WarningLine(msgspec.Struct, frozen=True, kw_only=True):
    """Warnings of one category from one place.

    Attributes:
        category: Class name.
        message: First line of the text, shortened.
        place: ``file:line``, relative to the root.
        count: How often it was recorded.
    """

    category: str
    message: str
    place: str
    count: int

    @property
    def file(self) -> str:
        """The place without its line."""
        file, _, line = self.place.rpartition(":")
        return file if line.isdigit() else self.place


class Origin(NamedTuple):
    """What a record says of the run that it is of.

    Attributes:
        stage: The stage that is decided.
        environment: The environment the run was against, or None.
        shard: The shard, or None.
        policy_sha256: Digest of the policy that it ran under.
        shape_sha256: Digest of that part of the policy which shapes a record.
        producer: Tool and version.
        configured_out: Whether the project's own configuration leaves tests out.
    """

    stage: str
    environment: str | None
    shard: str | None
    policy_sha256: str
    shape_sha256: str
    producer: str
    configured_out: bool = False


class Age(NamedTuple):
    """How old one piece of evidence is.

    Attributes:
        kind: One of `KINDS`.
        name: The file.
        microseconds: Its age.
        limit: The age from which on it is stale where a gate says nothing else, in microseconds.
    """

    kind: str
    name: str
    microseconds: int
    limit: int


class Unfit(NamedTuple):
    """A piece of evidence that says nothing, or too little, to the gates of its kind.

    Attributes:
        kind: One of `KINDS`.
        verdict: What it makes of a gate that would read it: STALE (nothing of it is read), NO_EVIDENCE (it is not
            there) or ERROR (the tool that made it failed).
        note: Why.
    """

    kind: str
    verdict: Verdict
    note: Note


class Evidence(msgspec.Struct, frozen=True):
    """Everything that is known about one run, or about several that were merged.

    Attributes:
        tests: The tests and their outcomes.
        coverage: Lines and branches per file, or why there are none.
        warnings: What pytest recorded as warnings.
        warnings_recorded: Whether pytest recorded warnings at all (not with ``-p no:warnings``).
        subject: What was built.
        started: When the session began, RFC 3339, UTC.
        finished: When the record was closed, or None when it was not.
        exits: How each run of pytest ended.
        incomplete: Why the evidence is not whole; empty when it is.
        provisional: Why a decision on it is provisional.
        collection_errors: Modules that could not be collected.
        facts: Facts about the run for people.
        origins: What each record says of its run.
        ages: How old each piece is, at the instant of the decision.
        unfit: Pieces that gates can't rely on.
        findings: What linters and scanners found, a report for each of their runs.
        metrics: Numbers that tools measured, a report for each file.
        sboms: What bills of materials list.
        scans: What scanners know of vulnerabilities, and what became of those.
        statements: What in-toto statements say of where artifacts come from.
        properties: What Hypothesis says of the property tests that passed or failed, by node id.
        repository: What git says of the sources, or None when nobody has asked it.
        baseline: What an earlier, good run had.
        released: The policy at the last release, or None when nobody has asked for it.
        expected: Cells that must have evidence.
        sign_offs: Who said what of the decision; nothing before the other gates were judged.
        decisions: Decisions that were taken before this one.
        operations: What people have written for the operational documents.
        manual: Manual tests and what people found in them.
        goals: Goals and milestones of the plans.
        excused: Names of artifacts of which a waiver covers whatever is wrong with them.
        waived: Globs of what is left out of every judgement, while a waiver is tried.
        reviews: What exports say of the change that is decided.
        trailers: Who made and who reviewed the commit, as git says, or why that is not known; None when nobody has
            asked.
        told: What the release notes tell, or why that is not known; None when nobody has asked.
        environments: What was found when environments were looked at.
        environment_rules: What the policy declares of environments.
        deployments: What was deployed where.
        incidents: Incidents, an export each.
        drills: Exercises that logs name.
        steps: Steps of rollouts that logs name.
        rings: The rings of the policy.
        opens: The ring that is to open, ``complete``, or empty where no step of a rollout is decided.
        support: Until when products are supported, a table each.
        pythons: The versions of Python that runs were of.
        flags: The flag files, and what the policy says of features.
        features: Which features are ready; nothing before the gates were judged that they need.
        began: For each run or file with tests its environment and when it began, or None where it does not say.
        drilled: For each kind of exercises among its tests when the oldest run or file began that has one.
        service_levels: What the policy promises of service levels, and what was measured of them.
    """

    tests: TestData
    coverage: CoverageData | Absent
    warnings: tuple[WarningLine, ...]
    warnings_recorded: bool
    subject: Subject
    started: str
    finished: str | None
    exits: tuple[Exit, ...]
    incomplete: tuple[Note, ...]
    provisional: tuple[Note, ...]
    collection_errors: tuple[CollectionError, ...]
    facts: dict[str, str] = msgspec.field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    ages: tuple[Age, ...] = ()
    unfit: tuple[Unfit, ...] = ()
    findings: tuple[FindingsData, ...] = ()
    metrics: tuple[MetricsData, ...] = ()
    sboms: tuple[SbomData, ...] = ()
    scans: tuple[ScanData, ...] = ()
    statements: tuple[StatementData, ...] = ()
    properties: tuple[PropertyTest, ...] = ()
    repository: RepositoryData | None = None
    baseline: BaselineData = msgspec.field(default_factory=BaselineData)
    released: ReleasedPolicy | None = None
    expected: tuple[Expected, ...] = ()
    sign_offs: SignOffsData = msgspec.field(default_factory=SignOffsData)
    decisions: DecisionsData = msgspec.field(default_factory=DecisionsData)
    operations: OperationsData = msgspec.field(default_factory=OperationsData)
    manual: ManualData = msgspec.field(default_factory=ManualData)
    goals: GoalsData = msgspec.field(default_factory=GoalsData)
    reviews: tuple[ReviewExport, ...] = ()
    trailers: TrailersData | Absent | None = None
    told: ToldData | Absent | None = None
    excused: frozenset[str] = frozenset()
    waived: tuple[str, ...] = ()
    environments: tuple[EnvironmentReport, ...] = ()
    environment_rules: tuple[EnvironmentRule, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    incidents: tuple[IncidentsData, ...] = ()
    drills: tuple[Logged, ...] = ()
    steps: tuple[RolloutStep, ...] = ()
    rings: tuple[Ring, ...] = ()
    opens: str = ""
    support: tuple[SupportData, ...] = ()
    pythons: tuple[str, ...] = ()
    flags: FlagsEvidence = msgspec.field(default_factory=FlagsEvidence)
    features: tuple[FeatureRow, ...] = ()
    began: tuple[tuple[str | None, str | None], ...] = ()
    drilled: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def in_use(self) -> tuple[tuple[str, str], ...]:
        """Each product with a version that is in use, as far as runs and bills of materials say."""
        return in_use(self.pythons, (each for sbom in self.sboms for each in sbom.listed))

    service_levels: LevelsData = msgspec.field(default_factory=LevelsData)
