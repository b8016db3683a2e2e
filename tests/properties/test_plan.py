"""Worse evidence never moves the gates over goals up."""

from __future__ import annotations

import datetime as dt
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.goals_face import standing
from pytest_stagegate.model.links import REQUIREMENT, Link, Links
from pytest_stagegate.model.plan import Goal, GoalsData, Milestone, PlanData
from pytest_stagegate.model.planned import goal_rows
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.requirements import requirements
from pytest_stagegate.stock.requirements_ratchet import requirements_ratchet
from pytest_stagegate.stock.roadmap import roadmap
from tests.unit.fakes import TODAY, evidence_of, judged, named_tests, share

IDS: Final = ("A", "B", "C")
WORDS: Final = ("passed", "skipped", "xfailed", "lost", "deselected", "failed", "errors")
LOW: Final = (Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.ERROR)
GOALS: Final = st.lists(
    st.builds(
        Goal,
        st.sampled_from(IDS),
        st.just(""),
        st.sampled_from(["must", "should", ""]),
        owner=st.sampled_from(["dana", ""]),
        acceptance=st.sampled_from(["it works", ""]),
        parent=st.sampled_from(["", "", *IDS]),
        depends_on=st.lists(st.sampled_from(IDS), max_size=2).map(tuple),
    ),
    max_size=4,
)
TESTS: Final = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(WORDS)), max_size=5)


def evidence(goals: list[Goal], tests: list[tuple[str, str]]) -> Evidence:
    data = named_tests(*((f"t.py::test_{number}", word) for number, (_, word) in enumerate(tests)))
    data.links = Links()
    for number, (name, _) in enumerate(tests):
        data.links.add(Link(REQUIREMENT, name), [number])
    return replace(evidence_of(data), goals=GoalsData((PlanData(tuple(goals)),), verified_here=True))


def low(found: Evidence, limit: str = "100 %") -> bool:
    options = {key: share(limit) for key in ("complete", "linked", "verified")}
    return judged(requirements, found, **options).verdict in LOW


@given(GOALS, TESTS, st.integers(0, 4), st.sampled_from(WORDS[1:]), st.sampled_from(["1 %", "50 %", "100 %"]))
def test_a_test_that_does_not_pass_any_more_helps_no_goal(
    goals: list[Goal], tests: list[tuple[str, str]], at: int, word: str, limit: str
) -> None:
    worse = [(name, word if number == at and was == "passed" else was) for number, (name, was) in enumerate(tests)]
    assert low(evidence(goals, worse), limit) or not low(evidence(goals, tests), limit)


@given(GOALS, TESTS, st.integers(0, 3), st.sampled_from(["owner", "acceptance", "priority", "id"]))
def test_a_plan_that_says_less_is_judged_no_better(
    goals: list[Goal], tests: list[tuple[str, str]], at: int, key: str
) -> None:
    # Of two goals with one id, taking it from one is no loss but a repair.
    alone = [goal for number, goal in enumerate(goals) if goal.id not in {each.id for each in goals[:number]}]
    less = [goal._replace(**{key: ""}) if number == at else goal for number, goal in enumerate(alone)]
    assert low(evidence(less, tests)) or not low(evidence(alone, tests))


@given(GOALS, TESTS, st.integers(0, 3), st.sampled_from(IDS))
def test_what_a_goal_waits_for_changes_no_verdict(
    goals: list[Goal], tests: list[tuple[str, str]], at: int, name: str
) -> None:
    waiting = [goal._replace(depends_on=(name,)) if number == at else goal for number, goal in enumerate(goals)]
    assert low(evidence(waiting, tests)) == low(evidence(goals, tests))


@given(GOALS, TESTS, TESTS, st.integers(0, 4), st.sampled_from(WORDS[1:]))
def test_a_step_down_from_the_baseline_is_never_passed(
    goals: list[Goal], tests: list[tuple[str, str]], before: list[tuple[str, str]], at: int, word: str
) -> None:
    stood = standing(goal_rows(evidence(goals, before).goals.plans, evidence(goals, before).tests))

    def falls(now: list[tuple[str, str]]) -> bool:
        found = replace(evidence(goals, now), baseline=BaselineData({"goals": stood}))  # type: ignore[dict-item]
        return judged(requirements_ratchet, found).verdict in LOW

    worse = [(name, word if number == at and was == "passed" else was) for number, (name, was) in enumerate(tests)]
    assert falls(worse) or not falls(tests)
    assert not stood or not falls(before)


@given(GOALS, TESTS)
def test_a_plan_without_goals_is_never_judged_better(goals: list[Goal], tests: list[tuple[str, str]]) -> None:
    assert low(evidence([], tests)) or not low(evidence(goals, tests))


@given(st.integers(0, 6), st.integers(1, 6), st.integers(0, 40), st.integers(0, 40))
def test_a_milestone_with_less_done_is_judged_no_better(done: int, total: int, start: int, length: int) -> None:
    first = TODAY - dt.timedelta(days=start)
    milestone = Milestone("1", start=first, due=first + dt.timedelta(days=length))

    def falls_short(count: int) -> bool:
        goals = tuple(Goal(f"A{n}", milestone="1", status="done" if n < count else "open") for n in range(total))
        data = GoalsData((PlanData(goals, (milestone,)),))
        return judged(roadmap, replace(evidence_of(), goals=data), max_overdue=0, max_late=0).verdict in LOW

    assert falls_short(max(0, min(done, total) - 1)) or not falls_short(min(done, total))
