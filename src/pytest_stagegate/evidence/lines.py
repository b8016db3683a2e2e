"""The lines of ``evidence.jsonl`` (schema ``stagegate/evidence/1``): one JSON object a line, told apart by ``record``.

A record is whole when it ends in an ``end`` line. A process that dies leaves a file without one, and that is how a
reader knows. The only bytes that are ever written over are the fixed-width numbers in ``started`` lines.
"""

from __future__ import annotations

from typing import Final

import msgspec

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.decision import Note, Subject
from pytest_stagegate.model.environments import EnvironmentReport
from pytest_stagegate.model.evidence import WarningLine
from pytest_stagegate.model.links import DRILL, FEATURE, REQUIREMENT
from pytest_stagegate.model.manual import ManualTest
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.released import ReleasedPolicy
from pytest_stagegate.model.repository import RepositoryData
from pytest_stagegate.model.reviews import TrailersData
from pytest_stagegate.model.told import ToldData

SCHEMA: Final = "stagegate/evidence/1"
ITEMS_PER_LINE: Final = 1000


class _Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="record"):
    """Base of all lines."""


class Run(_Line, frozen=True, kw_only=True, tag="run"):
    """First line: what is run, when, and from which commit.

    ``configured_out`` says that the project's own configuration leaves tests out (``-k``, ``-m``, ``--deselect``).
    """

    schema: str
    producer: str
    started: str
    stage: str
    environment: str | None
    shard: str | None = None
    subject: Subject
    policy_sha256: str
    shape_sha256: str
    warnings_recorded: bool
    provisional: tuple[Note, ...]
    configured_out: bool = False
    facts: dict[str, str]


class Tags(_Line, frozen=True, kw_only=True, tag="tags"):
    """The distinct tags: stage, environments, and whether a mark or rule named the stage."""

    tags: tuple[tuple[str, tuple[str, ...], bool], ...]


class Items(_Line, frozen=True, kw_only=True, tag="items"):
    """Collected node ids from index `first` on, each with the index of its tag."""

    first: int
    ids: tuple[str, ...]
    tags: tuple[int, ...]


class Linked(_Line, frozen=True, kw_only=True, tag="requirement"):
    """Collected tests that are linked to the requirement of this id; several lines of one id add up."""

    id: str
    items: tuple[int, ...]


class Trying(_Line, frozen=True, kw_only=True, tag="feature"):
    """Collected tests that try the feature of this id, or one variant (``checkout=on``); several lines add up."""

    id: str
    items: tuple[int, ...]


class Drilling(_Line, frozen=True, kw_only=True, tag="drill"):
    """Collected tests that are exercises of this kind (``restore``); several lines of one id add up."""

    id: str
    items: tuple[int, ...]


OF_LINKS: Final[dict[str, type[Linked | Trying | Drilling]]] = {
    REQUIREMENT: Linked,
    FEATURE: Trying,
    DRILL: Drilling,
}
"""The line for each kind of link."""


class LeftOut(_Line, frozen=True, kw_only=True, tag="left-out"):
    """Collected tests that were taken out.

    ``by`` is ``hand``, ``selection``, ``manual`` (left to people) or ``nobody`` (removed silently).
    """

    by: str
    items: tuple[int, ...]


class Manual(_Line, frozen=True, kw_only=True, tag="manual"):
    """Tests that people do by hand; several lines add up."""

    tests: tuple[ManualTest, ...]


class LookedAt(_Line, frozen=True, kw_only=True, tag="environment"):
    """What was found of the environment that the run is against, before its first test."""

    report: EnvironmentReport


class Started(_Line, frozen=True, kw_only=True, tag="started"):
    """The test that one process is running, or -1; written over in place at each start."""

    item: int


class Passed(_Line, frozen=True, kw_only=True, tag="passed"):
    """A batch of plainly passed tests and their durations in microseconds."""

    items: tuple[int, ...]
    us: tuple[int, ...]


class Test(_Line, frozen=True, kw_only=True, omit_defaults=True, tag="test"):
    """One test that did not plainly pass."""

    item: int
    outcome: str
    us: int
    executed: bool = False
    reason: str = ""
    message: str = ""
    reruns: int = 0
    subtests: tuple[str, ...] = ()
    subtest_count: int = 0
    worker: str = ""


class Examples(_Line, frozen=True, kw_only=True, omit_defaults=True, tag="examples"):
    """What Hypothesis says of one property test that passed or failed; see `PropertyTest` for the keys."""

    item: int
    counted: bool
    passing: Count = 0
    failing: Count = 0
    invalid: Count = 0
    exhausted: bool = False
    stopped: str = ""
    unhealthy: str = ""


class SkippedFile(_Line, frozen=True, kw_only=True, tag="skipped-file"):
    """A module that was skipped as a whole."""

    path: str
    reason: str


class CollectionFailed(_Line, frozen=True, kw_only=True, tag="collection-error"):
    """A module that could not be collected."""

    path: str
    message: str


class WorkerLost(_Line, frozen=True, kw_only=True, tag="worker-lost"):
    """A worker process that went down before it had finished."""

    worker: str
    text: str


class Warned(_Line, frozen=True, kw_only=True, tag="warning"):
    """Warnings of one category from one place."""

    warning: WarningLine


class Measured(_Line, frozen=True, kw_only=True, tag="coverage"):
    """Coverage of the run."""

    coverage: CoverageData


class NotMeasured(_Line, frozen=True, kw_only=True, tag="no-coverage"):
    """Why there is no coverage."""

    reason: str
    text: str
    remedy: str


class Sources(_Line, frozen=True, kw_only=True, tag="repository"):
    """What git said of the sources when the run ended; only where a gate asks."""

    repository: RepositoryData


class Released(_Line, frozen=True, kw_only=True, tag="released-policy"):
    """The policy at the last release; only where the project has a policy and a release tag."""

    released: ReleasedPolicy


class Told(_Line, frozen=True, kw_only=True, tag="release-notes"):
    """What the release notes told when the run ended, or why nothing is known of that; only where a gate asks."""

    notes: ToldData | Absent


class Reviewed(_Line, frozen=True, kw_only=True, tag="reviewers"):
    """Who made and who reviewed the commit, as git said, or why nothing is known of that; only where a gate asks."""

    trailers: TrailersData | Absent


class Attached(_Line, frozen=True, kw_only=True, tag="attached"):
    """A further evidence file that the run was given, as it was when the run ended.

    Attributes:
        path: Relative to the root, with ``/``; the file's name alone when it lies elsewhere.
        sha256: Digest of its bytes, or None when it was not there.
        modified: Time of its last change, or None likewise.
        format: Format that the user named, or empty.
        stage: Stage that the user named, or empty.
        environment: Environment that the user named, or None.
        stale: Why it was no evidence of this run already then, or None.
    """

    path: str
    sha256: str | None
    modified: str | None
    format: str = ""
    stage: str = ""
    environment: str | None = None
    stale: Note | None = None


class Ending(_Line, frozen=True, kw_only=True, tag="ending"):
    """Why the run is not whole."""

    note: Note


class End(_Line, frozen=True, kw_only=True, tag="end"):
    """Last line; when the exit status is changed afterwards, it is written anew.

    ``lines`` is the number of lines up to and with this one, so that a record that lost one is known.
    """

    exit_status: int
    finished: str
    lines: int


Line = (
    Run
    | Tags
    | Items
    | Linked
    | Trying
    | Drilling
    | LeftOut
    | Manual
    | LookedAt
    | Started
    | Passed
    | Test
    | Examples
    | SkippedFile
    | CollectionFailed
    | WorkerLost
    | Warned
    | Measured
    | NotMeasured
    | Sources
    | Released
    | Told
    | Reviewed
    | Attached
    | Ending
    | End
)
