"""The decision and what it is about, in the shape of ``decision.json`` (schema ``stagegate/decision/1``)."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from pytest_stagegate.model.counts import Counts, Totals
from pytest_stagegate.model.deployments import DeploymentRow
from pytest_stagegate.model.drills import DrillRow
from pytest_stagegate.model.expected import ExpectedRow
from pytest_stagegate.model.figures import CoverageFigures, DurationFigures, ProgressRow
from pytest_stagegate.model.flags import FeatureRow
from pytest_stagegate.model.goals import GoalRow, MilestoneRow
from pytest_stagegate.model.incidents import Incident
from pytest_stagegate.model.manual import ManualRow
from pytest_stagegate.model.readiness import EnvironmentRow
from pytest_stagegate.model.requirements import RequirementRow
from pytest_stagegate.model.reviews import ReviewRow
from pytest_stagegate.model.rings import RingRow
from pytest_stagegate.model.rollback import RollbackRow
from pytest_stagegate.model.sign_offs import OverrideUse, SignOffRow
from pytest_stagegate.model.since import Since, Trend
from pytest_stagegate.model.supply import Supply
from pytest_stagegate.model.support import SupportRow
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.model.waivers import WaiverRow
from pytest_stagegate.model.word import Word

SCHEMA = "stagegate/decision/1"


class Tests(Totals, frozen=True, kw_only=True):
    """Counts of the whole run.

    Beside the names of `Counts`: ``skipped_files`` are modules skipped as a whole, which are no items;
    ``not_selected`` are those of ``deselected`` that the choice of stage or environment left out, ``manual`` those
    that are left to people; ``untagged`` tests got the default stage; ``subtests`` ran inside tests and are in no
    other count.
    """

    __test__: ClassVar[bool] = False

    skipped_files: int
    not_selected: int
    manual: int = 0
    untagged: int
    subtests: int


class Cell(Counts, frozen=True, kw_only=True):
    """Counts of the tests of one stage in the run's environment."""

    stage: str
    environment: str | None


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A reason with its code and a sentence for people."""

    reason: str
    text: str


class Blocker(msgspec.Struct, frozen=True, kw_only=True):
    """Why the decision is not GO.

    Attributes:
        effect: What it does to the decision.
        reason: Stable reason code.
        gate: The gate's id, or None when the run itself is the reason.
        text: One sentence.
        remedy: What to do; may be empty.
        owner: Who answers for it; may be empty.
    """

    effect: Word
    reason: str
    gate: str | None
    text: str
    remedy: str = ""
    owner: str = ""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """The file of the same name that a second build has made.

    Attributes:
        sha256: Digest of its bytes.
        differs: Where the two differ, member by member as far as that can be told; empty where the bytes are the same.
    """

    sha256: str
    differs: tuple[str, ...] = ()


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """One file that is shipped.

    Attributes:
        name: File name, without folders.
        sha256: Digest of its bytes.
        kind: ``wheel``, ``sdist`` or ``other``; empty in records of versions that did not look.
        project: Name of the project that the metadata inside state; empty where there are none.
        version: Version that they state; likewise.
        problem: Why it can't be read, or what contradicts what in it; empty where nothing is wrong.
        rebuilt: What a second build made of it; None where none has.
    """

    name: str
    sha256: str
    kind: str = ""
    project: str = ""
    version: str = ""
    problem: str = ""
    rebuilt: Rebuilt | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What tells one artifact from another: its name and its digest."""
        return self.name, self.sha256


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is being decided.

    Attributes:
        name: Project name.
        version: Declared version, or None when it is not stated statically.
        commit: Full commit id, or None when unknown.
        commit_source: ``git``, or the variable that named the commit; None when unknown.
        dirty: Whether the work tree differed from the commit when the run began; None when unknown.
        artifacts: What is shipped, by name; empty until a build has made it.
    """

    name: str
    version: str | None
    commit: str | None
    commit_source: str | None
    dirty: bool | None
    artifacts: tuple[Artifact, ...] = ()


class EvidenceItem(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of evidence that the decision rests on.

    Attributes:
        id: Short name, unique in the decision.
        kind: ``tests``, ``coverage``, ``findings``, ``metrics``, ``reviews``, ``decisions``, ``sign-offs``,
            ``operations``, ``since`` or ``baseline``; ``unknown`` where it could not be told.
        format: Format of the file; empty likewise.
        source: The file, relative to the root, or its last two parts where it lies elsewhere.
        attachment: Digest of the bytes of the attachment beside it, ``NAME.stagegate.json``; None without one.
        sha256: Digest of the file's bytes; None where the evidence is part of another item, or there is no file.
        producer: Tool and version; empty when not stated.
        created: When it was made, RFC 3339, UTC; None when unknown.
        commit: The commit that it is about; None when not stated.
        environment: The environment it was made in; None when not stated.
        shard: The shard that made it, or None.
        max_age: Age from which on it is stale where a gate says nothing else, in microseconds; None for no limit.
        state: ``whole``, ``incomplete``, ``missing``, ``unreadable``, ``stale``, ``foreign``, ``duplicate`` or
            ``failed``.
        text: Why it could not be used, or what its producer failed with; else empty.
        warnings: What is odd about it, for example counts that contradict its test cases.
    """

    id: str
    kind: str
    source: str
    sha256: str | None
    producer: str
    created: str | None
    state: str
    format: str = ""
    commit: str | None = None
    environment: str | None = None
    shard: str | None = None
    max_age: int | None = None
    text: str = ""
    warnings: tuple[str, ...] = ()
    attachment: str | None = None


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """One evidence file that was named where the decision was asked for, with what was said of it there.

    Attributes:
        source: As in the list of evidence.
        format: Format name; empty when it was not said.
        stage: Stage of its test results; empty likewise.
        environment: Environment it was made in; None likewise.
    """

    source: str
    format: str = ""
    stage: str = ""
    environment: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked, so that the decision can be made once more from its evidence.

    Attributes:
        at: The stage that was asked for; None where it was left to the records or the policy.
        environment: The environment that was asked for; None likewise.
        project: The name that the project declares, or None.
        checkout: The project as the work tree was, where the decision was made.
        notes: Why a decision on that work tree would be provisional.
        given: The evidence files that were named; those that a record names are not among them.
        version: The version of stagegate that decided.
        opens: The ring that was to open, ``complete``, or empty where no step of a rollout was decided.
    """

    at: str | None
    environment: str | None
    project: str | None
    checkout: Subject
    notes: tuple[Note, ...]
    given: tuple[Handed, ...]
    version: str
    opens: str = ""


class UpstreamRow(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that was handed over as evidence for this one.

    Attributes:
        stage: The stage that it is about.
        environment: Its environment; None where none was named.
        decision: Its word.
        provisional: Whether it is provisional.
        commit: The commit that it is about; None when unknown.
        as_of: Its instant, RFC 3339, UTC.
        source: The file, as in the list of evidence.
        sha256: Digest of the file's bytes.
        policy_sha256: Digest of the policy that it was taken under.
        state: Whether it could be used, as in the list of evidence.
        text: Why it could not; else empty.
    """

    stage: str
    environment: str | None
    decision: Word
    provisional: bool
    commit: str | None
    as_of: str
    source: str
    sha256: str
    policy_sha256: str
    state: str
    text: str = ""


class StageRow(msgspec.Struct, frozen=True, kw_only=True):
    """Where one stage of the flow stands, as far as a decision knows.

    Attributes:
        stage: The stage.
        decision: The word of the decision about it, the worst where there are several; None where there is none.
        provisional: Whether any of them is provisional.
        here: Whether it is this decision itself.
        as_of: Instant of the newest of them, RFC 3339, UTC; empty where there is none.
        refused: How many more were handed over that could not be used.
    """

    stage: str
    decision: Word | None = None
    provisional: bool = False
    here: bool = False
    as_of: str = ""
    refused: int = 0


class ShippedRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the evidence says of one artifact.

    Attributes:
        name: Its file name.
        sha256: Digest of its bytes.
        listed_in: SBOMs of it, with how they name it.
        comes_from: Statements of it, with what they say; no signature is verified.
    """

    name: str
    sha256: str
    listed_in: tuple[str, ...] = ()
    comes_from: tuple[str, ...] = ()


class Extended(msgspec.Struct, frozen=True, kw_only=True):
    """A policy that another one extends.

    Attributes:
        source: ``pack NAME`` for one that is shipped, else the file, relative to the root.
        sha256: Digest of its own content as canonical JSON.
    """

    source: str
    sha256: str


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """One demand of the policy that is less than it was at the last release; for people, it decides nothing.

    Attributes:
        gate: The gate's id in the policy.
        option: The key; empty for the gate as a whole.
        before: What was demanded, for people.
        now: What is demanded.
        since: The release tag.
    """

    gate: str
    option: str
    before: str
    now: str
    since: str


class PolicyReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules decided.

    Attributes:
        source: File name, or ``built-in`` when the project has no policy.
        sha256: Digest of the policy's resolved content, with all that it extends, as canonical JSON.
        extends: What it extends, each once, in the order in which it is laid over one another.
        compared_with: The release tag with whose policy it was compared; None when it was with none.
        recorded: Digests of the policies that the recorded runs had; others than `sha256` when limits were changed.
        content: The resolved content itself, of which `sha256` is the digest.
    """

    source: str
    sha256: str
    extends: tuple[Extended, ...] = ()
    compared_with: str | None = None
    recorded: tuple[str, ...] = ()
    content: dict[str, Any] = {}


class TestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A test that did not plainly pass.

    Attributes:
        id: Node id; a repeated one is numbered.
        stage: Stage tag.
        outcome: Outcome word.
        reason: Skip or xfail reason, or first line of the failure.
        message: Failure text, shortened in the middle; empty where there is none.
        reruns: How often it was run again.
        subtests: Subtests that did not pass, by description.
        environment: The environment that its run was against; None when the run named none.
        shard: The shard that had it, or None.
    """

    __test__: ClassVar[bool] = False

    id: str
    stage: str
    outcome: str
    reason: str
    message: str
    reruns: int
    subtests: tuple[str, ...]
    environment: str | None = None
    shard: str | None = None


class CollectionError(msgspec.Struct, frozen=True, kw_only=True):
    """A test module that could not be collected; in no count."""

    path: str
    message: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What the gates of one stage at one environment add up to, for one commit.

    Published as ``decision.json``; see the reference page of the same name for each key. ``not_passed`` lists at
    most 500 tests, failures first; ``not_passed_omitted`` says how many more the record holds. ``run`` holds facts
    about the run: versions, command line, selection. ``basis`` is the digest of what was decided upon, without the
    sign-offs that are bound to it; see `basis.basis_of`. ``question`` is None in decisions of versions that did not
    write it.
    """

    decision: Word
    provisional: tuple[Note, ...]
    incomplete: tuple[Note, ...]
    blockers: tuple[Blocker, ...]
    stage: str
    environment: str | None
    as_of: str
    subject: Subject
    gates: tuple[GateResult, ...]
    tests: Tests
    matrix: tuple[Cell, ...]
    not_passed: tuple[TestRow, ...]
    not_passed_omitted: int
    collection_errors: tuple[CollectionError, ...]
    run: dict[str, str]
    evidence: tuple[EvidenceItem, ...]
    waivers: tuple[WaiverRow, ...]
    policy: PolicyReference
    drift: tuple[Drift, ...] = ()
    requirements: tuple[RequirementRow, ...] = ()
    goals: tuple[GoalRow, ...] = ()
    milestones: tuple[MilestoneRow, ...] = ()
    manual: tuple[ManualRow, ...] = ()
    environments: tuple[EnvironmentRow, ...] = ()
    basis: str = ""
    sign_offs: tuple[SignOffRow, ...] = ()
    override: OverrideUse | None = None
    upstream: tuple[UpstreamRow, ...] = ()
    stages: tuple[StageRow, ...] = ()
    shipped: tuple[ShippedRow, ...] = ()
    reviews: tuple[ReviewRow, ...] = ()
    question: Asked | None = None
    deployments: tuple[DeploymentRow, ...] = ()
    incidents: tuple[Incident, ...] = ()
    drills: tuple[DrillRow, ...] = ()
    rollout: tuple[RingRow, ...] = ()
    support: tuple[SupportRow, ...] = ()
    features: tuple[FeatureRow, ...] = ()
    expected: tuple[ExpectedRow, ...] = ()
    rollback: RollbackRow | None = None
    supply: Supply | None = None
    since: Since | None = None
    trend: Trend = Trend()
    coverage: CoverageFigures | None = None
    durations: DurationFigures | None = None
    progress: tuple[ProgressRow, ...] = ()
    schema: str = SCHEMA
