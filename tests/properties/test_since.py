"""Laws of what is carried forward: it never outgrows its bounds, never claims what is not known, never contradicts."""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.carrying import EARLIER, MEASURES, TESTS, contradiction, trend
from pytest_stagegate.carrying.flaky import mark
from pytest_stagegate.comparing import compared
from pytest_stagegate.comparing.cutting import ROWS, cut
from pytest_stagegate.comparing.cutting import TESTS as TESTS_OF_A_GROUP
from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.moves import Group
from pytest_stagegate.model.roll import Roll
from pytest_stagegate.model.standing import Standing
from pytest_stagegate.model.verdicts import Limit
from tests.unit.documents.samples import check_with, decision_of
from tests.unit.fakes import result_of

_PRESENT: st.SearchStrategy[Standing] = st.sampled_from([each for each in Standing if each is not Standing.ABSENT])
_NAMES = st.sampled_from("abcdef")
FULL: st.SearchStrategy[Roll] = st.dictionaries(_NAMES, _PRESENT, max_size=6).map(
    lambda known: Roll(known, frozenset({Standing.ABSENT}))
)
CHECKS = st.lists(
    st.builds(
        lambda name, value, limit: check_with(
            name=name, measured=value, shown=str(value), limit=Limit("at_most", limit) if limit is not None else None
        ),
        _NAMES,
        st.none() | st.integers(0, 3),
        st.none() | st.integers(0, 3),
    ),
    max_size=4,
).map(tuple)


def decided(checks: tuple[object, ...], roll: Roll) -> tuple[Decision, Roll]:
    decision = decision_of(result_of(summary="", checks=checks))
    flaky = list(roll.known.values()).count(Standing.FLAKY)
    return msgspec.structs.replace(decision, tests=msgspec.structs.replace(decision.tests, flaky=flaky)), roll


RUNS = st.lists(st.builds(decided, CHECKS, FULL), min_size=2, max_size=8)


def carried(runs: list[tuple[Decision, Roll]]) -> Decision:
    last, known = runs[0]
    for decision, roll in runs[1:]:
        last, known = msgspec.structs.replace(decision, trend=trend(last, decision, (known, roll))), roll
    return last


@given(RUNS)
def test_what_is_carried_forward_is_what_was_measured(runs: list[tuple[Decision, Roll]]) -> None:
    last = carried(runs)
    assert contradiction(last) == ""
    for measure in last.trend.measures:
        for (decision, _), point in zip(runs, measure.points, strict=True):
            own = {
                check.name: check.measured
                for gate in decision.gates
                for check in reversed(gate.checks)
                if check.measured is not None
            }
            assert (point.measured if point else None) == own.get(measure.check)


@given(RUNS)
def test_where_every_test_is_known_no_mark_says_more_than_was(runs: list[tuple[Decision, Roll]]) -> None:
    told = {each.id: each.marks for each in carried(runs).trend.flaky}
    ever = {name for _, roll in runs for name, standing in roll.known.items() if standing is Standing.FLAKY}
    assert set(told) == ever
    for name, marks in told.items():
        was = [mark(roll.of(name)) for _, roll in runs]
        # Of the time before a test was on the list, only that it was not flaky is known.
        assert [
            each if each != "not-run" or seen != "not-flaky" else seen for each, seen in zip(was, marks, strict=True)
        ] == list(marks)


@given(RUNS, st.integers(1, 30))
def test_the_bounds_hold_however_long_it_goes_on(runs: list[tuple[Decision, Roll]], times: int) -> None:
    last = carried(runs * times if len(runs) * times < 50 else runs)
    assert len(last.trend.decisions) <= EARLIER + 1
    assert len(last.trend.measures) <= MEASURES
    assert len(last.trend.flaky) <= TESTS
    assert {len(each.points) for each in last.trend.measures} <= {len(last.trend.decisions)}


@given(st.lists(st.text("abc", min_size=1, max_size=6), max_size=60, unique=True), st.data())
def test_what_is_cut_is_counted(names: list[str], data: st.DataObject) -> None:
    before, now = (Roll({name: data.draw(_PRESENT) for name in names}, frozenset({Standing.ABSENT})) for _ in range(2))
    found = compared(decision_of(), decision_of(), (before, now))
    omitted: Counter[str] = Counter()
    kept = cut(found, omitted)
    for group in Group:
        assert len(kept.of(group)) + omitted[group.value] == len(found.of(group))
        assert len(kept.of(group)) <= TESTS_OF_A_GROUP
    assert len(kept.gates) <= ROWS


@given(CHECKS, FULL)
def test_compared_with_itself_nothing_moved(checks: tuple[object, ...], roll: Roll) -> None:
    decision, _ = decided(checks, roll)
    found = compared(decision, decision, (roll, roll))
    assert not found.changed
    assert not cut(found, Counter()).moved
