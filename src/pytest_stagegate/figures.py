"""Figures: what pictures of a decision are drawn from, counted once: coverage, durations, how far the goals are."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from heapq import nlargest, nsmallest
from itertools import compress
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.figures import (
    CoverageFigures,
    CoveredByStage,
    CoveredFile,
    DurationFigures,
    FurtherFiles,
    ProgressRow,
    TimeBand,
    TimedTest,
)
from pytest_stagegate.model.goals_face import is_done
from pytest_stagegate.model.tests import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.model.coverage import CoverageData, Row
    from pytest_stagegate.model.goals import GoalRow, MilestoneRow
    from pytest_stagegate.model.requirements import RequirementRow
    from pytest_stagegate.model.tests import TestData

FILES_LIMIT: Final = 500
SLOWEST: Final = 20
BANDS: Final = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 60_000_000)
"""Microseconds at which a band of durations ends."""

_PASSED: Final = bytes(outcome == Outcome.PASSED for outcome in range(256))
_PRIORITIES: Final = ("must", "", "should", "could")
_STATES: Final = {
    "passed": "verified",
    "failed": "failed",
    "waived": "waived",
    "partial": "partial",
    "not-run": "open",
}
"""How a goal stands, by the outcome of its tests."""


def coverage_figures(stages: Sequence[str], coverage: CoverageData | Absent) -> CoverageFigures | None:
    """Return the coverage of the whole, of its files and by stage; None where no executable line was measured.

    Args:
        stages: The stages, in the order of the flow.
        coverage: What was measured.
    """
    if isinstance(coverage, Absent):
        return None
    rows = sorted(coverage.rows, key=lambda row: (-row.lines, row.path))
    branches = coverage.measured_branches
    if not any(row.lines for row in rows):
        return None
    further = rows[FILES_LIMIT:]
    return CoverageFigures(
        producer=coverage.producer,
        branches_measured=branches,
        files=tuple(CoveredFile(path=row.path, **_counts([row], branches=branches)) for row in rows[:FILES_LIMIT]),
        further=FurtherFiles(files=len(further), **_counts(further, branches=branches)),
        stages=tuple(_by_stage(stages, rows, branches=branches)) if coverage.labelled else (),
        stages_text="" if coverage.labelled else coverage.label_problem or "coverage was not labelled by stage",
        **_counts(rows, branches=branches),
    )


def _counts(rows: Sequence[Row], *, branches: bool) -> dict[str, int]:
    return {
        "lines_covered": sum(row.covered for row in rows),
        "lines_total": sum(row.lines for row in rows),
        "branches_covered": sum(row.taken for row in rows) if branches else 0,
        "branches_total": sum(row.branches for row in rows) if branches else 0,
    }


def _by_stage(stages: Sequence[str], rows: Sequence[Row], *, branches: bool) -> Iterator[CoveredByStage]:
    lines: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for row in rows:
        for stage, (ran, jumps) in row.stages.items():
            lines[stage] += ran
            taken[stage] += jumps if branches else 0
    flow = {stage: number for number, stage in enumerate(stages)}
    for stage in sorted(lines, key=lambda each: (flow.get(each, len(flow)), each)):
        yield CoveredByStage(stage=stage, lines_covered=lines[stage], branches_covered=taken[stage])


def duration_figures(tests: TestData) -> DurationFigures | None:
    """Return how long the tests took that were executed; None where no result of them states a time.

    Times are counted by value, so that a million of them need few objects.
    """
    ran = tests.outcomes.translate(_PASSED)
    for index, detail in tests.details.items():
        ran[index] = detail.executed
    named = Counter(compress(tests.durations, ran))
    unnamed: Counter[int] = Counter()
    for passed in tests.unnamed.values():
        unnamed.update(passed)
    every = unnamed.copy()
    every.update(named)
    if not any(every):
        return None
    bands: Counter[int] = Counter()
    for took, count in every.items():
        bands[bisect_right(BANDS, took)] += count
    slowest = [took for took in nlargest(SLOWEST, every) for _ in range(min(every[took], SLOWEST))][:SLOWEST]
    # Among tests that took as long as each other those come first that can be named.
    room = len(slowest) - sum(count for took, count in unnamed.items() if took > slowest[-1])
    found = nsmallest(room, _candidates(tests, ran, slowest[-1]))
    return DurationFigures(
        total=sum(took * count for took, count in every.items()),
        timed=sum(every.values()),
        distribution=tuple(TimeBand(below=end, tests=bands[at]) for at, end in enumerate((*BANDS, None))),
        slowest=tuple(_timed(tests, index) for _, _, index in found),
        slowest_unnamed=len(slowest) - len(found),
    )


def _candidates(tests: TestData, ran: bytearray, least: int) -> Iterator[tuple[int, str, int]]:
    for index, took in enumerate(tests.durations):
        if took >= least and ran[index]:
            yield -took, tests.ids[index], index


def _timed(tests: TestData, index: int) -> TimedTest:
    tag = tests.tags[tests.tag_of[index]]
    return TimedTest(id=tests.ids[index], stage=tag.stage, environment=tag.ran_in, microseconds=tests.durations[index])


def progress_rows(
    goals: Sequence[GoalRow], milestones: Iterable[MilestoneRow], requirements: Iterable[RequirementRow]
) -> tuple[ProgressRow, ...]:
    """Return how far the goals are, by priority and by milestone, and all requirements that tests name.

    Args:
        goals: The goals of the decision.
        milestones: Its milestones, in order; what only goals name comes behind them.
        requirements: Its requirements.
    """
    of: dict[tuple[str, str], Counter[str]] = {("priority", name): Counter() for name in _PRIORITIES}
    known = [*(each.id for each in milestones), *sorted(goal.milestone for goal in goals if goal.milestone), ""]
    of.update((("milestone", name), Counter()) for name in known)
    for goal in goals:
        state = _state(goal)
        of["priority", goal.priority][state] += 1
        of["milestone", goal.milestone][state] += 1
    of["linked", ""] = Counter(_STATES[row.outcome] for row in requirements)
    return tuple(
        ProgressRow(by=by, name=name, total=total, **found)
        for (by, name), found in of.items()
        if (total := sum(found.values()))
    )


def _state(goal: GoalRow) -> str:
    """Return how a goal stands, in one word: what its tests say, and where they say too little, what the plan does."""
    said = goal.outcome in ("partial", "not-run") and is_done(goal)
    return "done" if said else _STATES[goal.outcome]
