"""What the rest of a decision teaches: flaky tests, waivers that run out, and goals that are not verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.feedback.wording import TITLE, one_line, place_of
from pytest_stagegate.model.feedback import FeedbackItem, feedback_id
from pytest_stagegate.model.plan import PRIORITIES
from pytest_stagegate.model.waivers import EXPIRING_DAYS, WaiverState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import Decision, TestRow
    from pytest_stagegate.model.goals import GoalRow
    from pytest_stagegate.model.waivers import WaiverRow

_WORST_FIRST: Final = ("failed", "partial", "not-run")


def of_flaky(decisions: Sequence[Decision]) -> Iterator[FeedbackItem]:
    """Yield an item for each test that passed only on a rerun, wherever it did."""
    for decision in decisions:
        owner = next((each.owner for each in decision.gates if each.uses == "flaky"), "")
        for row in decision.not_passed:
            if row.outcome == "passed" and row.reruns:
                yield _flaky(row, owner)


def _flaky(row: TestRow, owner: str) -> FeedbackItem:
    again = "1 rerun" if row.reruns == 1 else f"{row.reruns} reruns"
    place = " ".join(part for part in (row.environment, row.shard) if part)
    test = row.id.removesuffix(f" ({place})")
    return FeedbackItem(
        id=feedback_id("flaky", test),
        kind="flaky",
        title=one_line(f"flaky test {test}", TITLE),
        why=one_line(f"passed only after {again} {place_of(row.stage, row.environment)}"),
        priority="should",
        owner=one_line(owner, TITLE),
    )


def of_waivers(decisions: Sequence[Decision]) -> Iterator[FeedbackItem]:
    """Yield an item for each waiver that has expired or soon will, as the newest decision has it."""
    for row in decisions[0].waivers if decisions else ():
        expired = row.state == WaiverState.EXPIRED.value
        if expired or row.days_left <= EXPIRING_DAYS:
            yield _waiver(row, expired=expired)


def _waiver(row: WaiverRow, *, expired: bool) -> FeedbackItem:
    of = f"{row.gate} for {row.subject}" if row.subject else row.gate
    left = "1 day" if row.days_left == 1 else f"{row.days_left} days"
    told = f"expired on {row.expires}" if expired else f"expires on {row.expires}, in {left}"
    return FeedbackItem(
        id=feedback_id("waiver", row.gate, row.subject, *row.stages, "in", *row.environments),
        kind="waiver",
        title=one_line(f"waiver of {of}", TITLE),
        why=one_line(f"{told}; its reason was: {row.reason}"),
        priority="must" if expired else "should",
        owner=one_line(row.owner, TITLE),
    )


def of_goals(decisions: Sequence[Decision]) -> Iterator[FeedbackItem]:
    """Yield an item for each goal of the newest plan that failed somewhere, or was verified nowhere."""
    planned = next((each for each in decisions if each.goals), None)
    for goal in planned.goals if planned is not None else ():
        found = [row.outcome for each in decisions for row in each.goals if row.id == goal.id]
        if goal.id and ("failed" in found or not {"passed", "waived"} & {*found}):
            yield _goal(goal, min((each for each in found if each in _WORST_FIRST), key=_WORST_FIRST.index, default=""))


def _goal(goal: GoalRow, outcome: str) -> FeedbackItem:
    how = {"failed": "a test of it failed", "partial": "not all of its tests passed"}
    return FeedbackItem(
        id=feedback_id("goal", goal.id),
        kind="goal",
        title=one_line(f"{goal.id}: {goal.title}" if goal.title else goal.id, TITLE),
        why=how.get(outcome, "nothing that was run has verified it"),
        priority=goal.priority if goal.priority in PRIORITIES else "must",
        owner=one_line(goal.owner, TITLE),
        benefit=one_line(goal.benefit),
        resources=one_line(goal.resources),
        goal=one_line(goal.id, TITLE),
    )
