"""What was deployed where, as deployment tools and scripts record it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pytest_stagegate.model.times import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KIND: Final = "deployments"
"""Kind of evidence that records of deployments bring."""

SCHEMA: Final = "stagegate/deployment/1"
"""Schema of a record of our own."""

SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
REMOVED: Final = "removed"

Outcome = Literal["succeeded", "failed", "removed"]

RUNS: Final = "runs"
UNKNOWN: Final = "unknown"
GONE: Final = "gone"
CONTRADICTED: Final = "contradicted"


class DeployedArtifact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file or image that was deployed.

    Attributes:
        name: Its name, as far as it is stated; may be empty.
        sha256: Digest of its bytes, 64 hexadecimal digits in lower case.
    """

    name: str = ""
    sha256: str


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """What one record says.

    Attributes:
        service: What was deployed, by its name in operations.
        environment: Where.
        at: When it had come to its end, RFC 3339, UTC.
        outcome: ``succeeded``, also for a roll-back, which deploys an earlier version; ``failed``; or ``removed``.
        version: The version that runs since then, or None where it is not stated.
        commit: Its commit, or None where it is not stated.
        artifacts: What was deployed, as far as digests are stated.
        ring: The ring of a staggered release, or None.
        file: Name of the file in the list of evidence; known once it was gathered.
    """

    service: str
    environment: str
    at: str
    outcome: Outcome = SUCCEEDED
    version: str | None = None
    commit: str | None = None
    artifacts: tuple[DeployedArtifact, ...] = ()
    ring: str | None = None
    file: str = ""


class DeploymentFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record as a file (schema ``stagegate/deployment/1``); see `Deployment` for what each key means.

    Attributes:
        schema: `SCHEMA`.
        service: Not empty.
        environment: Not empty.
        deployed: When it had come to its end, RFC 3339 with its zone.
        outcome: ``succeeded``, ``failed`` or ``removed``.
        version: May be null.
        commit: May be null.
        artifacts: May be empty.
        ring: May be null.
    """

    schema: str
    service: str
    environment: str
    deployed: str
    outcome: Outcome = SUCCEEDED
    version: str | None = None
    commit: str | None = None
    artifacts: tuple[DeployedArtifact, ...] = ()
    ring: str | None = None


class DeploymentRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known to run of one service in one environment: the newest record, by the time that it states.

    Attributes:
        service: The service.
        environment: Where.
        state: ``runs``; ``gone`` (it was removed); ``unknown`` (the newest deployment failed, so nobody knows what it
            left behind); or ``contradicted`` (two records of one instant differ).
        at: When that record was made, RFC 3339, UTC.
        version: The version; None where it is not stated, or nothing is known to run.
        commit: Its commit; likewise.
        artifacts: What was deployed; likewise empty.
        ring: The ring of a staggered release, or None.
        source: The file.
    """

    service: str
    environment: str
    state: str
    at: str
    version: str | None = None
    commit: str | None = None
    artifacts: tuple[DeployedArtifact, ...] = ()
    ring: str | None = None
    source: str = ""


_STATES: Final = {SUCCEEDED: RUNS, FAILED: UNKNOWN, REMOVED: GONE}


def running(deployments: Iterable[Deployment], environment: str | None = None) -> tuple[DeploymentRow, ...]:
    """Return what is known to run, by environment and service.

    Args:
        deployments: All records.
        environment: Only this one's, or None for all.
    """
    found: dict[tuple[str, str], list[Deployment]] = defaultdict(list)
    for each in deployments:
        if environment in (None, each.environment):
            found[each.environment, each.service].append(each)
    return tuple(_newest(found[cell]) for cell in sorted(found))


def _newest(records: list[Deployment]) -> DeploymentRow:
    latest = max(parsed(each.at) for each in records)
    last = sorted((each for each in records if parsed(each.at) == latest), key=lambda each: each.file)
    first = last[0]
    if len({msgspec.structs.replace(each, file="", at="") for each in last}) > 1:
        return _row(first, CONTRADICTED, ", ".join(dict.fromkeys(each.file for each in last)))
    return _row(first, _STATES[first.outcome], first.file)


def _row(of: Deployment, state: str, source: str) -> DeploymentRow:
    runs = state == RUNS
    return DeploymentRow(
        service=of.service,
        environment=of.environment,
        state=state,
        at=of.at,
        version=of.version if runs else None,
        commit=of.commit if runs else None,
        artifacts=of.artifacts if runs else (),
        ring=of.ring,
        source=source,
    )


def beginnings(began: Iterable[tuple[str, str | None]], environment: str) -> Iterator[str | None]:
    """Yield when each run against an environment began; None for one that does not say."""
    return (when for place, when in began if place == environment)
