"""``roadmap``: how far are the milestones along, and when will they be done at this pace?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.goals_face import Goals
from pytest_stagegate.model.numbers import Count, Measure, Ratio
from pytest_stagegate.stock._goals import without_goals
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.goals import MilestoneRow
    from pytest_stagegate.model.verdicts import Check


class RoadmapOptions(GateOptions, frozen=True):
    """Limits of the gate ``roadmap``.

    Attributes:
        max_overdue: How many milestones may be past their day and not done.
        max_late: How many more may be forecast for a day after their own.
    """

    max_overdue: Count | None = None
    max_late: Count | None = None

    def declares_a_limit(self) -> bool:
        """Return whether any limit is set."""
        return self.max_overdue is not None or self.max_late is not None


@gate(
    name="roadmap",
    title="The milestones are reached in time",
    stage="plan",
    options=RoadmapOptions,
    enforcement="observe",
    remedy="Move goals to a later milestone, or its day; and do what is open.",
)
def roadmap(goals: Goals, options: RoadmapOptions) -> Iterator[Check]:
    """Shows the progress of each milestone, and checks how many are overdue or will be late."""
    lacking = tuple(without_goals(goals))
    yield from lacking
    if lacking and not goals.rows:
        return
    milestones = goals.milestones
    if not milestones:
        yield no_evidence("milestones", "goals-missing", "the plan has no milestone")
        return
    yield from map(_progress, milestones)
    yield _counted("overdue", milestones, options.max_overdue)
    yield _counted("late", milestones, options.max_late)


def _progress(row: MilestoneRow) -> Check:
    share = Measure(Ratio(row.done, row.goals), unit="goals", inspected=row.goals)
    return msgspec.structs.replace(check(f"progress {row.id}", share), text=f"{row.id}: {row.text}")


def _counted(state: str, milestones: Sequence[MilestoneRow], limit: int | None) -> Check:
    where = tuple(f"{row.id}: {row.text}" for row in milestones if row.state == state)
    measure = Measure(len(where), unit="milestones", inspected=sum(row.goals for row in milestones), where=where)
    return check(state, measure, at_most=limit)
