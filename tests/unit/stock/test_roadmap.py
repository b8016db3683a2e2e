from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.plan import Goal, GoalsData, Milestone, PlanData
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.roadmap import roadmap
from tests.unit.fakes import TODAY, check_of, evidence_of, judged

DAY = dt.timedelta(days=1)
MILESTONE = Milestone("1.4", "Islands", TODAY - 10 * DAY, TODAY + 10 * DAY)


def ask(done: int, total: int, milestone: Milestone = MILESTONE, **options: Any) -> GateResult:
    goals = tuple(Goal(f"A{n}", milestone="1.4", status="done" if n < done else "open") for n in range(total))
    data = GoalsData((PlanData(goals, (milestone,)),))
    return judged(roadmap, replace(evidence_of(), goals=data), **options)


def test_without_a_limit_figures_are_shown() -> None:
    result = ask(1, 2)
    assert (result.verdict, result.reason) == ("NOT_APPLICABLE", "not-declared")
    assert "1 of 2 goals done, due 2026-12-03, at this pace done on 2026-12-03" in result.summary


@pytest.mark.parametrize(("done", "late"), [(0, "FAIL"), (1, "FAIL"), (2, "PASS"), (4, "PASS")])
def test_a_milestone_is_late_when_the_pace_is_too_slow(done: int, late: str) -> None:
    assert check_of(ask(done, 4, max_late=0), "late").verdict == late


def test_a_milestone_past_its_day_is_overdue_and_not_late() -> None:
    past = MILESTONE._replace(due=TODAY - DAY)
    result = ask(3, 4, past, max_overdue=0, max_late=0)
    assert [check_of(result, name).verdict for name in ("overdue", "late")] == ["FAIL", "PASS"]


def test_on_its_day_a_milestone_is_not_overdue() -> None:
    assert check_of(ask(0, 1, Milestone("1.4", due=TODAY), max_overdue=0), "overdue").verdict == "PASS"


def test_a_plan_without_milestones_is_no_evidence() -> None:
    data = GoalsData((PlanData((Goal("A"),)),))
    assert judged(roadmap, replace(evidence_of(), goals=data), max_late=0).verdict == "NO_EVIDENCE"


def test_a_milestone_without_a_goal_is_no_evidence() -> None:
    assert check_of(ask(0, 0, max_late=0), "plan").verdict == "NO_EVIDENCE"


@pytest.mark.parametrize("other", [Milestone("1.4"), MILESTONE._replace(due=TODAY + 99 * DAY)])
def test_another_plan_takes_no_day_of_a_milestone_away(other: Milestone) -> None:
    past = PlanData((Goal("A", milestone="1.4"),), (MILESTONE._replace(due=TODAY - DAY),), source="b")
    for plans in ((PlanData((), (other,), source="a"), past), (past, PlanData((), (other,), source="c"))):
        result = judged(roadmap, replace(evidence_of(), goals=GoalsData(plans)), max_overdue=0)
        assert check_of(result, "overdue").verdict == "FAIL"
