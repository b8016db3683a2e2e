"""The evidence of one build as values: what the readers hand to the gates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.decision import CollectionError, Note, Subject
from pytest_stagegate.model.tests import Exit, TestData


class Absent(msgspec.Struct, frozen=True):
    """A kind of evidence that this build does not have.

    Attributes:
        reason: Stable reason code.
        text: One sentence.
        remedy: How to get it.
    """

    reason: str
    text: str
    remedy: str = ""


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
        kind: ``tests`` or ``coverage``.
        name: The file.
        microseconds: Its age.
        limit: The age from which on it is stale where a gate says nothing else, in microseconds.
    """

    kind: str
    name: str
    microseconds: int
    limit: int


class Stale(NamedTuple):
    """A piece of evidence that no gate may use.

    Attributes:
        kind: ``tests`` or ``coverage``.
        note: Why.
    """

    kind: str
    note: Note


@dataclass(frozen=True)
class Evidence:
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
        stale: Pieces that no gate may use.
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
    facts: dict[str, str] = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    ages: tuple[Age, ...] = ()
    stale: tuple[Stale, ...] = ()
