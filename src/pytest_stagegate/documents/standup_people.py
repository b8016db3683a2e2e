"""Goals, milestones, waivers, manual tests and who has to act, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.documents.signs import WORDS
from pytest_stagegate.documents.standup_parts import item, owned, section
from pytest_stagegate.documents.wording import plural
from pytest_stagegate.model.moves import STANDING, Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.documents.standup_parts import Item, Section
    from pytest_stagegate.model.comparison import BlockerMove, Comparison
    from pytest_stagegate.model.moves import GoalMove, ManualMove, MilestoneMove, Moves, WaiverMove

_GOALS: Final = (
    (Direction.WORSE, "goal fell back.", "goals fell back.", "no-go"),
    (Direction.REMOVED, "goal is no longer in the plan.", "goals are no longer in the plan.", "conditional"),
    (Direction.OTHER, "goal changed.", "goals changed.", "conditional"),
    (Direction.ADDED, "goal is new in the plan.", "goals are new in the plan.", ""),
    (Direction.BETTER, "goal advanced.", "goals advanced.", "go"),
)
_WAIVERS: Final = (
    ("expired", "waiver expired.", "waivers expired.", "no-go"),
    ("still-expired", "waiver had expired before.", "waivers had expired before.", "conditional"),
    ("expiring", "waiver is about to expire.", "waivers are about to expire.", "conditional"),
    ("newly-used", "waiver is newly used.", "waivers are newly used.", "waived"),
)
_MANUAL: Final = (
    ("newly-failed", "manual test newly failed or was blocked.", "manual tests newly failed or were blocked.", "no-go"),
    ("newly-passed", "manual test newly passed.", "manual tests newly passed.", "go"),
    ("open", "manual test has to be done.", "manual tests have to be done.", "conditional"),
)


def plan_sections(found: Moves) -> Iterator[Section]:
    """Yield the goals and milestones that moved."""
    for direction, one, many, style in _GOALS:
        yield from section((_goal(each) for each in found.goals if each.direction is direction), one, many, style)
    yield from section(map(_milestone, found.milestones), "milestone moved.", "milestones moved.", "")


def _goal(goal: GoalMove) -> Item:
    moved = goal.before and goal.now and goal.before != goal.now
    outcome = f"{_word(goal.before)} → {_word(goal.now)}" if moved else _word(goal.now or goal.before)
    done = {(False, True): "now it is done", (True, False): "it is no longer done"}
    said = done.get((goal.done_before, goal.done_now), "") if goal.before and goal.now else ""
    name = goal.id or goal.title or "a goal without id and title"
    return item(name, goal.title if goal.id else "", outcome, said, owner=owned(goal.owner))


def _word(outcome: str) -> str:
    return outcome.replace("-", " ")


def _milestone(milestone: MilestoneMove) -> Item:
    if not milestone.state:
        return item(milestone.id, milestone.title, "it is no longer in the plan")
    past = f", {milestone.done_before} before" if milestone.state_before else ""
    done = f"{milestone.done} of {plural(milestone.goals, 'goal')} done{past}"
    state = milestone.state
    if milestone.state_before and milestone.state_before != state:
        state = f"{milestone.state_before} → {state}"
    due = f"due {milestone.due}" if milestone.due else ""
    if milestone.state_before and milestone.due_before != milestone.due:
        due = f"due {milestone.due or 'on no day'}, before {milestone.due_before or 'on no day'}"
    return item(milestone.id, milestone.title, done, state if milestone.state_before else f"new, {state}", due)


def waiver_sections(found: Moves) -> Iterator[Section]:
    """Yield the waivers that somebody has to know of."""
    for kind, one, many, style in _WAIVERS:
        told = (_waiver(each) for each in found.waivers if each.kind == kind)
        yield from section(told, one, many, style, standing=kind in STANDING)


def _waiver(waiver: WaiverMove) -> Item:
    left = waiver.days_left
    days = f"{plural(abs(left), 'day')} {'left' if left > 0 else 'ago'}" if left else "its last day"
    name = f"{waiver.gate} ({waiver.subject})" if waiver.subject else waiver.gate
    return item(name, f"until {waiver.expires}, {days}", waiver.reason, owner=owned(waiver.owner))


def manual_sections(found: Moves) -> Iterator[Section]:
    """Yield the manual tests that were done or have to be."""
    for kind, one, many, style in _MANUAL:
        told = (_manual(each) for each in found.manual if each.kind == kind)
        yield from section(told, one, many, style, standing=kind in STANDING)


def _manual(test: ManualMove) -> Item:
    where = f"in {test.environment}" if test.environment else ""
    stale = "its result does not count any more" if test.outcome == "stale" else ""
    done = f"{test.outcome}, by {test.who}" if test.who and not stale else ""
    title = "" if test.id.endswith(f"::{test.title}") else test.title
    return item(test.id, title, where, stale or done)


def acting_sections(found: Comparison) -> Iterator[Section]:
    """Yield what of the run is wrong no more, why the decision is not GO, and who has to act."""
    gone = (item("the run", each.blocker.text) for each in found.blockers if each.kind == "gone")
    yield from section(gone, "reason against GO is gone.", "reasons against GO are gone.", "go")
    left = [each for each in found.blockers if each.kind != "gone"]
    one, many = "reason why it is not GO, and who has to act.", "reasons why it is not GO, and who has to act."
    known = all(each.kind in STANDING for each in left)
    yield from section(map(_blocker, left), one, many, WORDS[found.now.decision][2], standing=known)


def _blocker(move: BlockerMove) -> Item:
    blocker = move.blocker
    state = "new" if move.kind == "new" else "as before"
    owner = owned(blocker.owner) or "no owner is named"
    return item(blocker.gate or "the run", blocker.text.rstrip("."), state, owner=owner)
