"""What is known of running software, as finished strings: deployments, incidents, exercises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.features import HEAD, feature_cells
from pytest_stagegate.documents.service_levels import SERVICE_LEVELS_HEAD, service_level_rows
from pytest_stagegate.documents.wording import clean, plural
from pytest_stagegate.model.commits import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.deployments import DeploymentRow
    from pytest_stagegate.model.drills import DrillRow
    from pytest_stagegate.model.incidents import Incident
    from pytest_stagegate.model.rings import RingRow
    from pytest_stagegate.model.support import SupportRow

_SHOWN: Final = 100
_STATES: Final = {
    "runs": "runs",
    "gone": "was removed",
    "unknown": "not known: the deployment failed",
    "contradicted": "not known: records contradict each other",
}


class OperatedView(msgspec.Struct, frozen=True):
    """A table of something that is known of running software.

    Attributes:
        id: Names the section in the page.
        title: Its heading.
        caption: What the rows are, a sentence.
        head: Column heads.
        rows: At most 100 rows.
        more: A sentence when there are more; empty otherwise.
    """

    id: str
    title: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: str


def operated_view(decision: Decision) -> tuple[OperatedView, ...]:
    """Return the tables of a decision that have rows."""
    return tuple(_tables(decision))


def _tables(decision: Decision) -> Iterator[OperatedView]:
    if decision.deployments:
        yield _table(
            ("deployments", "What runs where", "What the newest record of each deployment says."),
            ("service", "environment", "state", "version", "commit", "digest", "since", "record"),
            [_deployment(row) for row in decision.deployments],
        )
    if decision.features:
        yield _table(
            ("features", "Features", "What is ready, and what users can see."),
            HEAD,
            [feature_cells(row) for row in decision.features],
        )
    if decision.incidents:
        yield _table(
            ("incidents", "Open incidents", "Worst first, as their exports say."),
            ("incident", "severity", "what", "service", "since", "export"),
            [_incident(row) for row in decision.incidents],
        )
    if decision.support:
        yield _table(
            ("support", "Support", "Until when what is in use is supported by those who make it."),
            ("product", "version", "supported until", "days left", "state"),
            [_support(row) for row in decision.support],
        )
    if decision.rollout:
        opens = decision.question.opens if decision.question is not None else ""
        yield _table(
            ("rollout", "Rollout", "The rings, in their order, as the log of this version tells."),
            ("ring", "audience", "percent", "environment", "open since", "last decision"),
            [_ring(row, opens) for row in decision.rollout],
        )
    if decision.drills:
        yield _table(
            ("drills", "Drills", "When each kind of exercise was last done."),
            ("drill", "last passed", "days ago", "by", "last failed"),
            [_drill(row) for row in decision.drills],
        )
    if levels := service_level_rows(decision.gates):
        told = "What was promised, what was measured, and how much of the error budget is left."
        yield _table(("service-levels", "Service levels", told), SERVICE_LEVELS_HEAD, levels)


def _table(named: tuple[str, str, str], head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> OperatedView:
    more = len(rows) - _SHOWN
    cells = tuple(tuple(clean(cell) or "–" for cell in row) for row in rows[:_SHOWN])
    return OperatedView(*named, head, cells, f"{plural(more, 'more row')} in decision.json." if more > 0 else "")


def _deployment(row: DeploymentRow) -> tuple[str, ...]:
    where = f"{row.environment}, ring {row.ring}" if row.ring else row.environment
    digests = ", ".join(each.sha256[:12] for each in row.artifacts)
    return row.service, where, _STATES[row.state], row.version or "", short(row.commit), digests, row.at, row.source


def _incident(row: Incident) -> tuple[str, ...]:
    return row.id, row.severity, row.title, row.service, row.opened or "", row.source


def _support(row: SupportRow) -> tuple[str, ...]:
    days = "" if row.days_left is None else str(row.days_left)
    return row.product, row.version, row.end or "", days, row.state


def _ring(row: RingRow, opens: str) -> tuple[str, ...]:
    closed = "to open in this step" if row.ring == opens else "not open"
    return row.ring, row.audience, row.percent, row.environment or "", row.opened or closed, row.decision


def _drill(row: DrillRow) -> tuple[str, ...]:
    days = "" if row.days is None else str(row.days)
    return row.drill, row.passed or "never", days, row.what, row.failed or "never"
