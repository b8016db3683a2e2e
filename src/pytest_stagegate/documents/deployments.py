"""What was deployed where, as finished strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.commits import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.deployments import DeploymentRow

_SHOWN: Final = 100
_HEAD: Final = ("service", "environment", "state", "version", "commit", "digest", "since", "record")
_STATES: Final = {
    "runs": "runs",
    "gone": "was removed",
    "unknown": "not known: the deployment failed",
    "contradicted": "not known: records contradict each other",
}


@dataclass(frozen=True)
class DeploymentsView:
    """What is known to run where.

    Attributes:
        head: Column heads.
        rows: At most 100 rows, one for each service in each environment.
        more: A sentence when there are more; empty otherwise.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str


def deployments_view(rows: Sequence[DeploymentRow]) -> DeploymentsView:
    """Return the newest records as finished strings."""
    more = len(rows) - _SHOWN
    return DeploymentsView(
        head=_HEAD,
        rows=tuple(map(_row, rows[:_SHOWN])),
        more=f"{plural(more, 'more service')} in decision.json." if more > 0 else "",
    )


def _row(row: DeploymentRow) -> tuple[str, ...]:
    where = f"{row.environment}, ring {row.ring}" if row.ring else row.environment
    digests = ", ".join(each.sha256[:12] for each in row.artifacts)
    stated = (row.version or "–", short(row.commit) or "–", digests or "–")
    return tuple(clean(each) for each in (row.service, where, _STATES[row.state], *stated, row.at, row.source))
