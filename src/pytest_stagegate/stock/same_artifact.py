"""``same-artifact``: is what runs here, byte for byte, what the earlier stages have decided about?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.deployments import RUNS
from pytest_stagegate.model.deployments_face import Deployments
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.upstream import Decisions
from pytest_stagegate.stock._deployed import deployed, rows_of
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.deployments import DeploymentRow
    from pytest_stagegate.model.verdicts import Check


class SameArtifactOptions(GateOptions, frozen=True):
    """Options of the gate ``same-artifact``.

    Attributes:
        service: The service that was deployed, where records name several; every one when empty.
        digest: Whether records have to state digests; without, the version alone will do for one that states none.
    """

    service: str = ""
    digest: bool = True


@gate(
    name="same-artifact",
    title="What was deployed is what was tested",
    stage="deploy",
    options=SameArtifactOptions,
    remedy="Deploy the artifacts that the earlier decisions list, and hand those decisions over.",
)
def same_artifact(
    deployments: Deployments, decisions: Decisions, place: Place, options: SameArtifactOptions
) -> Iterator[Check]:
    """Checks the version of what runs, and its digests against those that were decided about."""
    rows = rows_of(deployments, place.environment, options.service)
    yield from deployed(deployments, rows, place.environment, options.service)
    runs = [row for row in rows if row.state == RUNS]
    if runs:
        yield from _digests(runs, decisions, strict=options.digest)


def _tested(listing: Sequence[Decision]) -> frozenset[str]:
    """Return the digests that each of these decisions lists."""
    return frozenset.intersection(*(frozenset(each.sha256 for each in one.subject.artifacts) for one in listing))


def _digests(runs: Sequence[DeploymentRow], decisions: Decisions, *, strict: bool) -> Iterator[Check]:
    stated = [(row, each) for row in runs for each in row.artifacts]
    silent = [row.service for row in runs if not row.artifacts]
    if silent and strict:
        text = f"the newest record of {', '.join(silent[:3])} states no digest"
        yield no_evidence("digest", "digest-not-stated", text, unit="artifacts")
    if not stated:
        return
    listing = [each.decision for each in decisions.all if each.decision.subject.artifacts]
    if not listing:
        text = "no earlier decision that was handed over lists an artifact, so there is nothing to compare with"
        yield no_evidence("digest", "upstream-missing", text, unit="artifacts")
        return
    if all(each.provisional for each in listing):
        text = "each earlier decision that lists an artifact is provisional, and nothing may rest on it"
        yield no_evidence("digest", "upstream-provisional", text, unit="artifacts")
        return
    tested = _tested(listing)
    others = [f"{row.service}: {each.name or 'an artifact'} {each.sha256[:12]}" for row, each in stated]
    where = tuple(told for told, (_, each) in zip(others, stated, strict=True) if each.sha256 not in tested)
    yield check("digest", Measure(len(where), unit="artifacts", inspected=len(stated), where=where), at_most=0)
