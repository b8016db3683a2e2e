"""Laws of comparing two decisions: none differs from itself, the way back mirrors the way there, nothing is guessed."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.comparing import compared
from pytest_stagegate.comparing.results import group_of
from pytest_stagegate.documents.standup import standup_view
from pytest_stagegate.model.comparison import Comparison
from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.goals import GoalRow
from pytest_stagegate.model.moves import Direction, Group
from pytest_stagegate.model.roll import Roll
from pytest_stagegate.model.standing import Standing
from pytest_stagegate.model.verdicts import Limit, Verdict
from tests.unit.documents.samples import blocker_of, check_with, decision_of
from tests.unit.fakes import result_of

_PRESENT: st.SearchStrategy[Standing] = st.sampled_from([each for each in Standing if each is not Standing.ABSENT])
_IDS = st.sampled_from("abcdefgh")
FULL: st.SearchStrategy[Roll] = st.dictionaries(_IDS, _PRESENT).map(
    lambda known: Roll(known, frozenset({Standing.ABSENT}))
)
ROLLS = st.builds(
    lambda known, more: Roll(known, frozenset({Standing.ABSENT, *more})),
    st.dictionaries(_IDS, _PRESENT),
    st.frozensets(st.sampled_from(Standing)),
)
GOALS = st.lists(
    st.builds(
        lambda name, outcome, status: GoalRow(
            id=name, title="", priority="must", milestone="", owner="", status=status, outcome=outcome
        ),
        _IDS,
        st.sampled_from(["failed", "not-run", "partial", "waived", "passed"]),
        st.sampled_from(["", "open", "done"]),
    ),
    max_size=4,
).map(tuple)
GATES = st.lists(
    st.builds(
        lambda gate, verdict, value, limit: result_of(
            verdict,
            "NO_GO" if verdict is Verdict.FAIL else "",
            gate=gate,
            checks=(check_with(measured=value, shown=str(value), limit=Limit("at_most", limit)),),
        ),
        _IDS,
        st.sampled_from(Verdict),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=4,
    unique_by=lambda result: result.gate,
).map(tuple)
DECISIONS = st.builds(
    lambda gates, goals: decision_of(
        gates=gates, goals=goals, blockers=tuple(blocker_of(each) for each in gates if each.effect)
    ),
    GATES,
    GOALS,
)
SIDES = st.tuples(DECISIONS, ROLLS)
OTHER_WAY = {
    Direction.WORSE: Direction.BETTER,
    Direction.BETTER: Direction.WORSE,
    Direction.ADDED: Direction.REMOVED,
    Direction.REMOVED: Direction.ADDED,
    Direction.OTHER: Direction.OTHER,
    Direction.SAME: Direction.SAME,
}


def comparison(one: tuple[Decision, Roll], other: tuple[Decision, Roll]) -> Comparison:
    return compared(one[0], other[0], (one[1], other[1]))


@given(SIDES)
def test_a_decision_compared_with_itself_tells_no_change(side: tuple[Decision, Roll]) -> None:
    found = comparison(side, side)
    assert found.changed is False
    assert {each.group for each in found.tests} <= {Group.STILL_FAILING}
    assert "Nothing changed." in standup_view(found).lines


# What is worse one way may be no better the other: evidence that is gone, or a waiver, mends nothing.
GATES_WAY_BACK = {each: {OTHER_WAY[each]} for each in Direction} | {
    Direction.WORSE: {Direction.BETTER, Direction.OTHER},
    Direction.OTHER: {Direction.WORSE, Direction.OTHER},
}


@given(SIDES, SIDES)
def test_the_way_back_mirrors_the_way_there(one: tuple[Decision, Roll], other: tuple[Decision, Roll]) -> None:
    there, back = comparison(one, other), comparison(other, one)
    ways = {each.gate: each.direction for each in back.gates}
    assert {each.gate for each in there.gates} == ways.keys()
    assert all(ways[each.gate] in GATES_WAY_BACK[each.direction] for each in there.gates)
    assert Counter((each.id, each.direction) for each in there.goals) == Counter(
        (each.id, OTHER_WAY[each.direction]) for each in back.goals
    )


@given(FULL, FULL)
def test_what_is_fixed_one_way_is_newly_failing_the_other(one: Roll, other: Roll) -> None:
    sound = {Standing.PASSED, Standing.XPASSED}
    there, back = (compared(decision_of(), decision_of(), rolls) for rolls in ((one, other), (other, one)))
    assert {each.id for each in there.of(Group.FIXED)} == {
        each.id for each in back.of(Group.NEWLY_FAILING) if sound.issuperset(each.before)
    }
    assert {each.id for each in there.of(Group.STILL_FAILING)} == {each.id for each in back.of(Group.STILL_FAILING)}
    assert {each.id for each in there.of(Group.NO_LONGER_FLAKY)} == {
        each.id for each in back.of(Group.NEWLY_FLAKY) if sound.issuperset(each.before)
    }


@given(SIDES, SIDES)
def test_a_test_is_in_at_most_one_group(one: tuple[Decision, Roll], other: tuple[Decision, Roll]) -> None:
    assert max(Counter(each.id for each in comparison(one, other).tests).values(), default=1) == 1


@given(FULL, FULL)
def test_where_every_test_is_known_all_can_be_told(one: Roll, other: Roll) -> None:
    assert compared(decision_of(), decision_of(), (one, other)).of(Group.UNTOLD) == ()


_POSSIBLE = st.frozensets(st.sampled_from(Standing), min_size=1)


@given(_POSSIBLE, _POSSIBLE, st.data())
def test_what_is_claimed_holds_whatever_was_not_known(
    before: frozenset[Standing], now: frozenset[Standing], data: st.DataObject
) -> None:
    claimed = group_of(before, now)
    true = group_of(
        frozenset({data.draw(st.sampled_from(sorted(before)))}), frozenset({data.draw(st.sampled_from(sorted(now)))})
    )
    assert claimed in (true, Group.UNTOLD)
