"""Goals and milestones that moved between two decisions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.goals_face import is_done
from pytest_stagegate.model.moves import Direction, GoalMove, MilestoneMove

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.goals import GoalRow, MilestoneRow

_OUTCOMES: Final = ("failed", "not-run", "partial", "waived", "passed")
"""From worst to best."""

_ORDER: Final = list(Direction)


def goal_moves(before: Sequence[GoalRow], now: Sequence[GoalRow]) -> tuple[GoalMove, ...]:
    """Return the goals that advanced, fell back, came or went; worse first, then in the order of the plan."""
    was, is_ = _by_id(before), _by_id(now)
    moves = (_goal(was.get(key), is_.get(key)) for key in {**is_, **was})
    return tuple(sorted((move for move in moves if move is not None), key=lambda each: _ORDER.index(each.direction)))


def _by_id(rows: Sequence[GoalRow]) -> dict[tuple[str, int], GoalRow]:
    """Return the goals by id, or title where they have none; those that share one are told apart by their order."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], GoalRow] = {}
    for row in rows:
        name = row.id or row.title
        found[name, seen[name]] = row
        seen[name] += 1
    return found


def _goal(before: GoalRow | None, now: GoalRow | None) -> GoalMove | None:
    known = now or before
    assert known is not None
    direction = _direction(before, now)
    if direction is Direction.SAME:
        return None
    return GoalMove(
        id=known.id,
        title=known.title,
        owner=known.owner,
        before=before.outcome if before else "",
        now=now.outcome if now else "",
        done_before=before is not None and is_done(before),
        done_now=now is not None and is_done(now),
        direction=direction,
    )


def _direction(before: GoalRow | None, now: GoalRow | None) -> Direction:
    if before is None:
        return Direction.ADDED
    if now is None:
        return Direction.REMOVED
    was, is_ = (is_done(before), _OUTCOMES.index(before.outcome)), (is_done(now), _OUTCOMES.index(now.outcome))
    if was == is_:
        return Direction.SAME
    ways = {one < other for one, other in zip(was, is_, strict=True) if one != other}
    if len(ways) > 1:
        return Direction.OTHER
    return Direction.BETTER if True in ways else Direction.WORSE


def milestone_moves(before: Sequence[MilestoneRow], now: Sequence[MilestoneRow]) -> tuple[MilestoneMove, ...]:
    """Return the milestones with other progress, another day or another state, in the order of the plan."""
    was, is_ = ({row.id: row for row in rows} for rows in (before, now))
    moves = (_milestone(was.get(key), is_.get(key)) for key in {**is_, **was})
    return tuple(move for move in moves if move is not None)


def _milestone(before: MilestoneRow | None, now: MilestoneRow | None) -> MilestoneMove | None:
    if before is not None and now is not None and _told(before) == _told(now):
        return None
    known = now or before
    assert known is not None
    return MilestoneMove(
        id=known.id,
        title=known.title,
        due=now.due if now else None,
        due_before=before.due if before else None,
        goals=known.goals,
        done=now.done if now else 0,
        done_before=before.done if before else 0,
        state=now.state if now else "",
        state_before=before.state if before else "",
    )


def _told(row: MilestoneRow) -> tuple[str | None, int, int, str]:
    return row.due, row.goals, row.done, row.state
