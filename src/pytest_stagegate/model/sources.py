"""Evidence files as values: where each comes from, what it says, and whether it may be used."""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

import msgspec

from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.environments import KIND as ENVIRONMENT
from pytest_stagegate.model.evidence import Evidence

FORMATS: Final = {
    "stagegate": "run",
    "junit": "tests",
    "ctrf": "tests",
    "coverage-data": "coverage",
    "coverage-json": "coverage",
    "cobertura": "coverage",
    "lcov": "coverage",
    "jacoco": "coverage",
    "clover": "coverage",
    "go-cover": "coverage",
    "sarif": "findings",
    "gitlab-code-quality": "findings",
    "ruff-json": "findings",
    "mypy-json": "findings",
    "pylint-json": "findings",
    "bandit-json": "findings",
    "openmetrics": "metrics",
    "pytest-benchmark": "metrics",
    "allure-perf": "metrics",
    "metrics-json": "metrics",
    "cyclonedx": "sbom",
    "spdx-json": "sbom",
    "pip-audit-json": "vulnerabilities",
    "trivy-json": "vulnerabilities",
    "grype-json": "vulnerabilities",
    "in-toto": "provenance",
    "plan": "goals",
    "needs-json": "goals",
    "goals-csv": "goals",
    "goals-json": "goals",
    "github-issues": "goals",
    "gitlab-issues": "goals",
    "github-reviews": "reviews",
    "gitlab-approvals": "reviews",
    "decision": "decisions",
    "sign-off": "sign-offs",
    "manual": "manual",
    "environment": "environment",
    "cdevents": "deployments",
    "deployment": "deployments",
    "pagerduty": "incidents",
    "opsgenie": "incidents",
    "statuspage": "incidents",
    "alertmanager": "incidents",
    "incidents": "incidents",
    "incidents-csv": "incidents",
    "drills": "drills",
    "rollout": "rollout",
    "endoflife": "support",
    "support-table": "support",
    "service-levels": "service-levels",
    "flagd": "flags",
}
"""Each format that is read, and the kind of evidence that it brings."""

FORMATS_LISTED: Final = "'stagegate inspect --help' lists them"
"""Where somebody finds the names of all formats."""

KINDS: Final = (
    "tests",
    "coverage",
    "findings",
    "metrics",
    "sbom",
    "vulnerabilities",
    "provenance",
    "goals",
    "reviews",
    "decisions",
    "sign-offs",
    "manual",
    "environment",
    "deployments",
    "incidents",
    "drills",
    "support",
    "rollout",
    "service-levels",
    "flags",
)
"""Kinds of evidence that files bring."""


class State(str, enum.Enum):
    """Whether an evidence file can be used."""

    WHOLE = "whole"
    INCOMPLETE = "incomplete"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    STALE = "stale"
    FOREIGN = "foreign"
    DUPLICATE = "duplicate"
    FAILED = "failed"

    def __str__(self) -> str:
        """Return the word itself."""
        return self.value


class Producer(NamedTuple):
    """A tool that makes evidence, as the policy says it is run.

    Attributes:
        name: Unique in the policy; names the file that it makes.
        command: Program and arguments.
        limit: Microseconds after which it is stopped.
        exit_ok: Exit statuses that say that it came to its end.
        version: Command that prints the tool's version, or empty.
    """

    name: str
    command: tuple[str, ...]
    limit: int
    exit_ok: frozenset[int]
    version: tuple[str, ...] = ()


class EvidenceRule(NamedTuple):
    """What the policy says of evidence files, from ``[[tool.stagegate.evidence]]``.

    Attributes:
        path: Glob relative to the root. Of a producer the one file that it writes; empty where it writes to its
            standard output.
        format: Format name, or empty to detect it.
        stage: Stage that test results belong to, or empty.
        environment: Environment it was made in, or None.
        max_age: Microseconds, or None for the default.
        commit_required: Whether a file that does not say which commit it is about is stale.
        producer: The tool that makes the file, or None for a rule about files that somebody else makes.
    """

    path: str
    format: str
    stage: str
    environment: str | None
    max_age: int | None
    commit_required: bool
    producer: Producer | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One evidence file.

    Attributes:
        name: For people: relative to the root, or the last parts of its path.
        kind: ``run`` (a record of ours) or one of `KINDS`; empty when it could not be told.
        format: Name of the format; empty likewise.
        sha256: Digest of the bytes, or None when there are none.
        attachment: Digest of the bytes of the attachment beside it, or None when there is none.
        producer: Tool and version.
        created: When it was made, RFC 3339, UTC, or None when unknown.
        commit: The commit it is about, or None when it is not stated.
        dirty: Whether the work tree that told the commit had changes that are in no commit.
        environment: The environment it was made in, or None.
        shard: The shard that made it, or None.
        max_age: Microseconds after which it is stale.
        commit_required: Whether it is stale when it states no commit.
        evidence: What a record says.
        contents: What another tool's file says.
        recorded: Whether the record of a run names it, with all that is said of it here.
        made_by: Name of the policy's producer that made it, or empty.
        state: Whether it can be used.
        note: Why it can't be, or None.
    """

    name: str
    kind: str = ""
    format: str = ""
    sha256: str | None = None
    attachment: str | None = None
    producer: str = ""
    created: str | None = None
    commit: str | None = None
    dirty: bool = False
    environment: str | None = None
    shard: str | None = None
    max_age: int
    commit_required: bool = False
    evidence: Evidence | None = None
    contents: Contents | None = None
    recorded: bool = False
    made_by: str = ""
    state: State = State.WHOLE
    note: Note | None = None

    @property
    def usable(self) -> bool:
        """Whether what it says is part of the evidence."""
        return self.state in (State.WHOLE, State.INCOMPLETE, State.FAILED)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of evidence that it brings; all of them when it could not be told."""
        if self.kind == "run":
            looked = (ENVIRONMENT,) if self.evidence is not None and self.evidence.environments else ()
            return ("tests", "coverage", *looked)
        if self.format == "cyclonedx":
            return self._of_bom()
        return (self.kind,) if self.kind else KINDS

    def _of_bom(self) -> tuple[str, ...]:
        """Return what a bill of materials brings; what can't be read might have brought both."""
        read = self.contents
        if read is None:
            return ("sbom", "vulnerabilities")
        brought = (("sbom", read.sbom), ("vulnerabilities", read.scan))
        return tuple(kind for kind, said in brought if said is not None)
