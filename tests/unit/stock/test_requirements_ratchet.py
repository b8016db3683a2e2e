from __future__ import annotations

from typing import Any, Final

import pytest
from msgspec.structs import replace

from pytest_stagegate.evidence.baseline_taking import taken
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import BaselineData, Table
from pytest_stagegate.model.goals_face import standing
from pytest_stagegate.model.plan import Goal
from pytest_stagegate.model.planned import goal_rows
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.requirements_ratchet import requirements_ratchet
from tests.unit.fakes import check_of, judged
from tests.unit.stock.test_requirements import WHOLE, planned

MET: Final = (1, 1, 1)


def ask(
    *goals: Goal, before: Table | None, absent: Absent | None = None, options: Any = None, **more: Any
) -> GateResult:
    data = BaselineData({} if before is None else {"goals": before}, {} if absent is None else {"goals": absent})
    return judged(requirements_ratchet, replace(planned(*goals, **more), baseline=data), **(options or {}))


def reason_of(result: GateResult) -> tuple[str, str]:
    return result.verdict.value, result.reason


def test_goals_that_are_as_far_as_they_were_pass() -> None:
    assert ask(WHOLE, before={"A": MET}, A=("passed",)).verdict == "PASS"


@pytest.mark.parametrize(
    ("goal", "words", "lost"),
    [
        (WHOLE._replace(owner=""), ("passed",), "not described"),
        (WHOLE, (), "not linked and not verified"),
        (WHOLE, ("failed",), "not verified"),
    ],
)
def test_a_goal_that_is_less_far_is_named(goal: Goal, words: tuple[str, ...], lost: str) -> None:
    check = check_of(ask(goal, before={"A": MET}, A=words), "fallen")
    assert (check.verdict, check.where) == ("FAIL", (f"A: {lost} any more",))


def test_a_goal_that_is_gone_is_named() -> None:
    check = check_of(ask(WHOLE, before={"A": MET, "B": (1, 0, 0)}, A=("passed",)), "fallen")
    assert check.where == ("B: not described any more, and no plan has it",)


def test_a_goal_of_less_weight_is_held_all_the_same() -> None:
    assert ask(WHOLE._replace(priority="could"), before={"A": MET}, A=("failed",)).verdict == "FAIL"


def test_a_policy_may_let_some_fall() -> None:
    assert ask(WHOLE, before={"A": MET}, options={"max_fallen": 1}, A=("failed",)).verdict == "PASS"


def test_new_goals_and_goals_that_get_further_are_no_step_down() -> None:
    new = Goal("B", priority="must")
    assert ask(WHOLE, new, before={"A": (0, 0, 0)}, A=("passed",)).verdict == "PASS"


def test_before_the_stage_test_nothing_has_to_be_verified() -> None:
    assert ask(WHOLE, before={"A": MET}, verified=False, A=("skipped",)).verdict == "PASS"


def test_the_first_run_has_no_baseline() -> None:
    assert reason_of(ask(WHOLE, before=None, A=("passed",))) == ("NO_EVIDENCE", "no-baseline")
    assert reason_of(ask(WHOLE, before={}, A=("passed",))) == ("NO_EVIDENCE", "nothing-measured")


def test_a_baseline_that_cannot_be_read_is_no_evidence() -> None:
    result = ask(WHOLE, before=None, absent=Absent("unreadable", "goals.jsonl:2: cut off"), A=("passed",))
    assert reason_of(result) == ("NO_EVIDENCE", "unreadable")


def test_no_plan_is_no_evidence() -> None:
    assert reason_of(ask(before={"A": MET})) == ("NO_EVIDENCE", "goals-missing")


def test_the_baseline_takes_each_goal_and_keeps_what_a_plan_stage_cannot_know() -> None:
    evidence = planned(WHOLE, Goal("B"), A=("passed",))
    rows = goal_rows(evidence.goals.plans, evidence.tests)
    assert taken(evidence, rows)["goals"] == {"A": MET, "B": (0, 0, 0)}
    early = planned(WHOLE, verified=False, A=("skipped",))
    early = replace(early, baseline=BaselineData({"goals": {"A": MET}}))
    assert taken(early, goal_rows(early.goals.plans, early.tests))["goals"] == {"A": MET}


def test_of_two_goals_with_one_id_the_lesser_counts() -> None:
    rows = goal_rows(planned(WHOLE, WHOLE._replace(owner="")).goals.plans, planned().tests)
    assert standing(rows) == {"A": (0, 0, 0)}
