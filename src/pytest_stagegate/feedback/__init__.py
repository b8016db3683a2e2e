"""What decisions and issues teach, as a list of things to plan for: values in, one out. No files, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.feedback.failing import of_gates
from pytest_stagegate.feedback.issues import of_issues
from pytest_stagegate.feedback.matters import of_flaky, of_goals, of_waivers
from pytest_stagegate.model.feedback import BACK, DROPPED, NEW, PLANNED, Feedback, FeedbackItem, FeedbackSource
from pytest_stagegate.model.plan import PRIORITIES, Goal, says_done
from pytest_stagegate.model.times import utc_time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.feedback import Issue


def newest(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the newest decision about each stage and environment, the newest first."""
    found: dict[tuple[str, str | None], Decision] = {}
    for each in sorted(decisions, key=lambda each: utc_time(each.as_of), reverse=True):
        found.setdefault((each.stage, each.environment), each)
    return tuple(found.values())


def learnt(
    decisions: Sequence[Decision], issues: Iterable[Issue], plan: Iterable[Goal], dropped: Collection[str]
) -> Feedback:
    """Return what there is to plan for.

    Args:
        decisions: The newest decision about each stage and environment, as `newest` returns them.
        issues: What users asked for.
        plan: The goals that the plan has.
        dropped: Ids that people took out of the plan.
    """
    goals = {goal.id: goal for goal in plan if goal.id}
    found = [*of_gates(decisions), *of_flaky(decisions), *of_waivers(decisions), *of_issues(issues)]
    items: dict[str, FeedbackItem] = {}
    for each in found:
        known = items.setdefault(each.id, each)
        items[each.id] = min(known, each, key=_weight)
    # A matter that the plan has taken in is a goal by now, and stands in the list already.
    items |= {each.id: each for each in of_goals(decisions) if each.goal not in items}
    return Feedback(
        project=decisions[0].subject.name if decisions else "",
        sources=tuple(map(_source, decisions)),
        items=tuple(sorted((_stated(each, goals, dropped) for each in items.values()), key=_place)),
    )


def _weight(item: FeedbackItem) -> int:
    return PRIORITIES.index(item.priority)


def _place(item: FeedbackItem) -> tuple[int, str, int, str, str]:
    return _weight(item), item.kind, -(item.votes or 0), item.title, item.id


def _source(decision: Decision) -> FeedbackSource:
    return FeedbackSource(
        stage=decision.stage,
        environment=decision.environment,
        decision=decision.decision.value,
        as_of=decision.as_of,
        commit=decision.subject.commit,
    )


def _stated(item: FeedbackItem, goals: dict[str, Goal], dropped: Collection[str]) -> FeedbackItem:
    """Return an item with what the plan says of it: by its own id, or by that of its goal or issue."""
    known = goals.get(item.id) or goals.get(item.goal)
    if known is not None:
        return msgspec.structs.replace(item, state=BACK if says_done(known.status) else PLANNED)
    if item.id in dropped:
        return msgspec.structs.replace(item, state=DROPPED)
    # A goal comes from a plan, be it one that was handed over.
    return msgspec.structs.replace(item, state=PLANNED if item.kind == "goal" else NEW)
