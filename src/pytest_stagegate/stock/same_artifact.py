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
        yield from _digests(runs, _tested(decisions), strict=options.digest)


def _tested(decisions: Decisions) -> frozenset[str] | None:
    """Return the digests that every earlier decision lists which lists any; None where none does."""
    listed = [each.decision.subject.artifacts for each in decisions.all if each.decision.subject.artifacts]
    sets = [frozenset(each.sha256 for each in artifacts) for artifacts in listed]
    return frozenset.intersection(*sets) if sets else None


def _digests(runs: Sequence[DeploymentRow], tested: frozenset[str] | None, *, strict: bool) -> Iterator[Check]:
    stated = [(row, each) for row in runs for each in row.artifacts]
    silent = [row.service for row in runs if not row.artifacts]
    if silent and strict:
        text = f"the newest record of {', '.join(silent[:3])} states no digest"
        yield no_evidence("digest", "digest-not-stated", text, unit="artifacts")
    if not stated:
        return
    if tested is None:
        text = "no earlier decision that was handed over lists an artifact, so there is nothing to compare with"
        yield no_evidence("digest", "upstream-missing", text, unit="artifacts")
        return
    others = [f"{row.service}: {each.name or 'an artifact'} {each.sha256[:12]}" for row, each in stated]
    where = tuple(told for told, (_, each) in zip(others, stated, strict=True) if each.sha256 not in tested)
    yield check("digest", Measure(len(where), unit="artifacts", inspected=len(stated), where=where), at_most=0)
