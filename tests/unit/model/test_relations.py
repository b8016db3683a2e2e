from __future__ import annotations

import pytest

from pytest_stagegate.model.plan import Goal, PlanData
from pytest_stagegate.model.planned import goal_rows
from pytest_stagegate.model.relations import children_first, circles, mistakes
from tests.unit.fakes import outcomes_of


def goal(name: str, parent: str = "", *depends_on: str) -> Goal:
    return Goal(name, parent=parent, depends_on=depends_on)


@pytest.mark.parametrize(
    ("goals", "told"),
    [
        ([goal("a", "", "a")], "a -> a"),
        ([goal("a", "a")], "a -> a"),
        ([goal("b", "", "a"), goal("a", "", "b")], "a -> b -> a"),
        ([goal("a", "b"), goal("b", "a")], "a -> b -> a"),
        ([goal("a", "b"), goal("b", "c"), goal("c", "a")], "a -> c -> b -> a"),
        ([goal("part", "whole", "whole"), goal("whole")], "part -> whole -> part"),
        ([goal("start", "", "x"), goal("x", "", "y"), goal("y", "", "x")], "x -> y -> x"),
    ],
)
def test_a_circle_is_told_with_its_ids_in_order(goals: list[Goal], told: str) -> None:
    assert mistakes(goals) == (f"goals need each other in a circle: {told}",)
    assert mistakes(goals[::-1]) == mistakes(goals)


def test_what_no_goal_has_is_told_with_the_nearest_id() -> None:
    assert mistakes([goal("RATE-1", "RATE-2x", "X"), goal("RATE-2")]) == (
        "goal RATE-1: unknown parent 'RATE-2x'; did you mean 'RATE-2'?",
        "goal RATE-1: unknown depends_on 'X'; known: RATE-1, RATE-2",
    )


def test_a_plan_in_order_has_no_mistakes() -> None:
    goals = [goal("whole", "", "first"), goal("part", "whole", "first"), goal("first"), goal("", "whole")]
    assert mistakes(goals) == ()
    order = [index for index, _ in children_first(goals)]
    assert order.index(1) < order.index(0)


def test_many_goals_need_no_deep_stack() -> None:
    count = 10_000
    chain = [goal(f"g{number}", f"g{number + 1}" if number < count else "") for number in range(count + 1)]
    assert len(list(children_first(chain))) == count + 1
    assert circles(chain) == []
    closed = [*chain[:-1], goal(f"g{count}", "g0")]
    (told,) = mistakes(closed)
    assert "9992 more -> g0" in told
    assert len(goal_rows([PlanData(tuple(closed))], outcomes_of())) == count + 1


def test_of_many_circles_the_first_are_told() -> None:
    names = [f"g{number}" for number in range(60)]
    assert len(mistakes([goal(name, "", *names) for name in names])) == 10
