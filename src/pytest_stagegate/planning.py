"""The plan of a decision: its goals and milestones as the decision states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.model.globs import matches
from pytest_stagegate.model.goals_face import Goals, is_done
from pytest_stagegate.model.planned import goal_rows, milestone_rows

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.evidence import Evidence
    from pytest_stagegate.model.goals import GoalRow, MilestoneRow
    from pytest_stagegate.model.manual import ManualRow
    from pytest_stagegate.model.waivers import Waiver
    from pytest_stagegate.project import Project


def planned(
    project: Project, evidence: Evidence, manual: Sequence[ManualRow], used: Iterable[Waiver], day: dt.date
) -> tuple[tuple[GoalRow, ...], tuple[MilestoneRow, ...]]:
    """Return a row for each goal and for each milestone.

    Args:
        project: Its gates; those that read goals may have been waived for some.
        evidence: What is known.
        manual: The manual tests of the decision.
        used: The waivers in use; those goals are waived that the subject of one names.
        day: The day of the decision.
    """
    asking = {each.id for each in project.bound if Goals in each.gate.needs.values()}
    subjects = [waiver.subject for waiver in used if waiver.gate in asking and waiver.subject]
    plans = evidence.goals.plans
    ids = {goal.id for plan in plans for goal in plan.goals if goal.id}
    waived = [name for name in ids for subject in subjects if subject == name or matches(subject)(name)]
    rows = goal_rows(plans, evidence.tests, manual, waived)
    return rows, milestone_rows(plans, rows, [is_done(row) for row in rows], day)
