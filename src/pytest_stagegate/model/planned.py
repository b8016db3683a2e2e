"""From goals and the tests that are linked to them to a row for each goal and milestone. No clock, no files."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from pytest_stagegate.model.goals import GoalCell, GoalRow, MilestoneRow
from pytest_stagegate.model.links import REQUIREMENT
from pytest_stagegate.model.relations import children_first
from pytest_stagegate.model.tests import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.manual import ManualRow
    from pytest_stagegate.model.plan import Goal, Milestone, PlanData
    from pytest_stagegate.model.tests import TestData

_BAD: Final = (Outcome.FAILED, Outcome.ERROR)
_ASKED: Final = ("id", "priority", "owner", "acceptance")
"""What a plan has to say of a goal that has to be met."""


class _Run(NamedTuple):
    """One linked test at one stage in one environment."""

    stage: str
    environment: str | None
    word: str
    executed: bool
    manual: bool = False
    chosen: bool = True


def goal_rows(
    plans: Iterable[PlanData], tests: TestData, manual: Sequence[ManualRow] = (), waived: Iterable[str] = ()
) -> tuple[GoalRow, ...]:
    """Return a row for each goal, in the order of the plans.

    Args:
        plans: The plans.
        tests: The tests with their links.
        manual: Manual tests, which count like any other.
        waived: Ids of goals that a waiver of the decision covers.
    """
    links = tests.links.of(REQUIREMENT)
    by_hand: defaultdict[str, list[_Run]] = defaultdict(list)
    for row in manual:
        word = "failed" if row.outcome == "blocked" else row.outcome
        executed = word in ("passed", "failed")
        for name in row.requirements:
            by_hand[name].append(_Run(row.stage, row.environment, word, executed, manual=True))
    covered = frozenset(waived)
    own = [
        _row(goal, plan.source, [*_runs(tests, links.get(goal.id, ())), *by_hand.get(goal.id, ())], covered)
        for plan in plans
        for goal in plan.goals
    ]
    return _waiting(_folded(own, covered))


def must(row: GoalRow) -> bool:
    """Return whether a goal must be met; one without a priority must be."""
    return row.priority in ("must", "")


def _folded(rows: list[GoalRow], waived: frozenset[str]) -> list[GoalRow]:
    """Let the outcome of each goal say also how far its children are that must be met."""
    for index, children in children_first(rows):
        row = rows[index]
        below = [rows[each].outcome for each in children if must(rows[each]) and rows[each].outcome != "waived"]
        if below and row.outcome != "waived":
            outcome = _of_all([*([row.outcome] if row.cells else []), *below])
            waived_too = row.id in waived and outcome != "passed"
            rows[index] = msgspec.structs.replace(row, outcome="waived" if waived_too else outcome)
    return rows


def _of_all(outcomes: Sequence[str]) -> str:
    if "failed" in outcomes:
        return "failed"
    if set(outcomes) == {"passed"}:
        return "passed"
    return "not-run" if set(outcomes) == {"not-run"} else "partial"


def _waiting(rows: Sequence[GoalRow]) -> tuple[GoalRow, ...]:
    """Let each goal name those that it depends on and that are not verified."""
    done = {row.id for row in rows if row.outcome in ("passed", "waived")}
    return tuple(
        msgspec.structs.replace(row, waits_for=waits)
        if (waits := tuple(each for each in row.depends_on if each not in done))
        else row
        for row in rows
    )


def _runs(data: TestData, indexes: Sequence[int]) -> list[_Run]:
    """Return the runs of some tests; one that was left out in one environment counts where it ran in another."""
    ran = {data.plain_id(index) for index in indexes if data.outcomes[index] != Outcome.DESELECTED}
    counting = [i for i in indexes if data.outcomes[i] != Outcome.DESELECTED or data.plain_id(i) not in ran]
    return [_run(data, index) for index in counting]


def _run(data: TestData, index: int) -> _Run:
    outcome, tag, detail = Outcome(data.outcomes[index]), data.tags[data.tag_of[index]], data.details.get(index)
    left_out = outcome is Outcome.DESELECTED and detail is not None and detail.not_selected
    word = "failed" if outcome in _BAD else outcome.word
    return _Run(tag.stage, tag.ran_in, word, data.executed(index), chosen=not left_out)


def _row(goal: Goal, source: str, runs: list[_Run], waived: frozenset[str]) -> GoalRow:
    # What belongs to another stage or environment says nothing as long as something was run here.
    outcome = _word([run for run in runs if run.chosen] or runs)
    return GoalRow(
        id=goal.id,
        title=goal.title,
        priority=goal.priority,
        milestone=goal.milestone,
        owner=goal.owner,
        status=goal.status,
        outcome="waived" if goal.id in waived and outcome != "passed" else outcome,
        lacks=tuple(key for key in _ASKED if not getattr(goal, key)),
        cells=_cells(runs),
        acceptance=goal.acceptance,
        benefit=goal.benefit,
        resources=goal.resources,
        source=source,
        parent=goal.parent,
        depends_on=goal.depends_on,
    )


def _cells(runs: Iterable[_Run]) -> tuple[GoalCell, ...]:
    by_cell: defaultdict[tuple[str, str], list[_Run]] = defaultdict(list)
    for run in runs:
        by_cell[run.stage, run.environment or ""].append(run)
    return tuple(
        GoalCell(
            stage=stage,
            environment=environment or None,
            outcome=_word(found),
            tests=len(found),
            manual=sum(run.manual for run in found),
        )
        for (stage, environment), found in sorted(by_cell.items())
    )


def _word(runs: Sequence[_Run]) -> str:
    words = {run.word for run in runs}
    if "failed" in words:
        return "failed"
    if words == {"passed"}:
        return "passed"
    return "partial" if any(run.executed for run in runs) else "not-run"


def milestone_rows(
    plans: Iterable[PlanData], rows: Sequence[GoalRow], finished: Sequence[bool], day: dt.date
) -> tuple[MilestoneRow, ...]:
    """Return a row for each milestone, by its day; one that several plans name counts once, with its earliest days.

    Args:
        plans: The plans.
        rows: The goals of these plans.
        finished: For each of them whether it is done.
        day: The day of the decision.
    """
    known: dict[str, Milestone] = {}
    for plan in plans:
        for each in plan.milestones:
            known[each.id] = _earliest(known.get(each.id, each), each)
    of = defaultdict(list)
    for row, done in zip(rows, finished, strict=True):
        of[row.milestone].append((row, done))
    ordered = sorted(known.values(), key=lambda each: (each.due or dt.date.max, each.id))
    return tuple(_milestone(each, of.get(each.id, []), day) for each in ordered)


def _earliest(one: Milestone, other: Milestone) -> Milestone:
    """Return one milestone of what two plans say of it; a plan that names no day takes none away."""
    starts = [each.start for each in (one, other) if each.start is not None]
    dues = [each.due for each in (one, other) if each.due is not None]
    return one._replace(title=one.title or other.title, start=min(starts, default=None), due=min(dues, default=None))


def _milestone(each: Milestone, goals: list[tuple[GoalRow, bool]], day: dt.date) -> MilestoneRow:
    done, total = sum(finished for _, finished in goals), len(goals)
    forecast = _forecast(each, done, total, day)
    return MilestoneRow(
        id=each.id,
        title=each.title,
        start=each.start.isoformat() if each.start is not None else None,
        due=each.due.isoformat() if each.due is not None else None,
        goals=total,
        done=done,
        verified=sum(row.outcome == "passed" for row, _ in goals),
        forecast=forecast.isoformat() if forecast is not None else None,
        state=_state(each, done, total, day),
        text=_told(each, done, total, forecast, day),
    )


def _forecast(each: Milestone, done: int, total: int, day: dt.date) -> dt.date | None:
    """Return when all goals are done if it goes on as from the first day until now; whole days, rounded up."""
    if each.start is None or not 0 < done < total or day <= each.start:
        return None
    needed = -(-(day - each.start).days * total // done)
    try:
        return each.start + dt.timedelta(days=needed)
    except OverflowError:
        return None


def _state(each: Milestone, done: int, total: int, day: dt.date) -> str:
    if not total or done == total:
        return "done" if total else "empty"
    if each.due is None:
        return "open"
    if each.due < day:
        return "overdue"
    # Where nothing is done no pace is known; it must not look better for that than with one goal done.
    late = each.start is not None and (day - each.start).days * total > (each.due - each.start).days * max(done, 1)
    return "late" if late else "open"


def _told(each: Milestone, done: int, total: int, forecast: dt.date | None, day: dt.date) -> str:
    if not total:
        return "no goal names it"
    told = f"{done} of {total} goals done" if total > 1 else f"{done} of 1 goal done"
    due = f", due {each.due.isoformat()}" if each.due is not None else ", without a day"
    if done == total:
        return told + due
    late = ", overdue" if each.due is not None and each.due < day else ""
    return f"{told}{due}{late}" + (f", at this pace done on {forecast.isoformat()}" if forecast is not None else "")
