from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pytest_stagegate.carrying import EARLIER, MEASURES, TESTS, contradiction, trend
from pytest_stagegate.model.decision import Decision
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.roll import Roll, roll_of_decision, roll_of_tests
from pytest_stagegate.model.since import Trend
from pytest_stagegate.model.standing import Standing
from pytest_stagegate.model.verdicts import Check, Limit
from tests.unit.documents.samples import check_with, decision_of, go
from tests.unit.fakes import named_tests, result_of

NO_TESTS = Roll({}, frozenset({Standing.ABSENT}))


def measured(*checks: Check, **more: Any) -> Decision:
    return decision_of(result_of(summary="", checks=checks), **more)


def line(value: int | Ratio | None, limit: int | None = None, **more: Any) -> Check:
    shown = "" if value is None else str(value)
    at_least = None if limit is None else Limit("at_least", limit)
    return check_with(measured=value, shown=shown, limit=at_least, **({"name": "line"} | more))


def chain(*decisions: Decision, rolls: tuple[Roll, ...] = ()) -> Decision:
    """Return the last of several decisions, each of which carries what the one before it knew."""
    known = rolls or (NO_TESTS,) * len(decisions)
    last = decisions[0]
    for number, each in enumerate(decisions[1:], start=1):
        last = msgspec.structs.replace(each, trend=trend(last, each, (known[number - 1], known[number])))
    return last


def flaky(*words: str, **more: Any) -> tuple[Decision, Roll]:
    """Return a decision whose tests a, b … ended like that, and all that is known of them."""
    tests = named_tests(*((name, word) for name, word in zip("abc", words, strict=False) if word != "absent"))
    counts = msgspec.structs.replace(go().tests, flaky=words.count("flaky"))
    decision = go(tests=counts, **more)
    return decision, roll_of_tests(tests, decision)


def marks(*runs: tuple[Decision, Roll]) -> dict[str, tuple[str, ...]]:
    decisions, rolls = zip(*runs, strict=True)
    return {each.id: each.marks for each in chain(*decisions, rolls=rolls).trend.flaky}


def test_one_earlier_decision_is_enough_for_the_whole_line() -> None:
    carried = chain(measured(line(1, 5)), measured(line(2, 5)), measured(line(Ratio(7, 2), 3))).trend
    (only,) = carried.measures
    assert [point.measured for point in only.points if point] == [1, 2, Ratio(7, 2)]
    assert [point.limit.value for point in only.points if point and point.limit] == [5, 5, 3]


def test_the_decisions_of_a_line_have_their_totals_and_this_one_is_last() -> None:
    first, last = go(as_of="2026-11-01T00:00:00Z"), go(as_of="2026-11-02T00:00:00Z")
    told = chain(first, last).trend.decisions
    assert [each.as_of for each in told] == [first.as_of, last.as_of]
    assert (told[-1].collected, told[-1].version) == (last.tests.collected, last.subject.version)


def test_a_check_that_measures_nothing_leaves_a_gap() -> None:
    (only,) = chain(measured(line(1)), measured(line(None)), measured(line(3))).trend.measures
    assert [point and point.measured for point in only.points] == [1, None, 3]


def test_another_unit_is_another_line() -> None:
    told = chain(measured(line(1, unit="lines")), measured(line(2, unit="tests"))).trend.measures
    assert [(each.unit, [bool(point) for point in each.points]) for each in told] == [
        ("tests", [False, True]),
        ("lines", [True, False]),
    ]


def test_no_more_decisions_are_carried_forward_than_is_promised() -> None:
    carried = chain(*(measured(line(number)) for number in range(EARLIER + 5))).trend
    assert len(carried.decisions) == EARLIER + 1 == len(carried.measures[0].points)
    assert carried.measures[0].points[-1] is not None
    assert carried.measures[0].points[-1].measured == EARLIER + 4


def test_a_measure_that_is_gone_goes_with_its_last_point() -> None:
    gone = measured(line(1, name="gone"), line(1))
    assert len(chain(gone, *(measured(line(2)),) * EARLIER).trend.measures) == 2
    assert len(chain(gone, *(measured(line(2)),) * (EARLIER + 1)).trend.measures) == 1


def test_measures_beyond_the_bound_are_counted() -> None:
    every = measured(*(line(1, name=f"check {number}") for number in range(MEASURES + 3)))
    carried = chain(every, every).trend
    assert (len(carried.measures), carried.measures_omitted) == (MEASURES, 3)


def test_tests_that_were_flaky_stay_on_the_list_with_what_they_are_now() -> None:
    assert marks(flaky("flaky", "passed"), flaky("passed", "flaky"), flaky("skipped", "failed")) == {
        "b": ("not-flaky", "flaky", "not-flaky"),
        "a": ("flaky", "not-flaky", "not-run"),
    }


def test_a_test_that_is_not_there_is_not_called_steady() -> None:
    assert marks(flaky("flaky"), flaky("absent")) == {"a": ("flaky", "not-run")}


def test_a_newly_flaky_test_was_not_flaky_where_all_that_were_are_known() -> None:
    assert marks(flaky("passed"), flaky("passed"), flaky("passed"), flaky("flaky"))["a"] == ("not-flaky",) * 3 + (
        "flaky",
    )


def test_where_names_are_not_known_nothing_is_claimed() -> None:
    nameless, roll = flaky("passed", "passed")
    unknown = msgspec.structs.replace(nameless, tests=msgspec.structs.replace(nameless.tests, flaky=1))
    told = marks((unknown, roll_of_decision(unknown)), flaky("passed", "flaky"), flaky("flaky", "flaky"))
    assert told["a"] == ("unknown", "not-flaky", "flaky")
    assert chain(go(), unknown, rolls=(roll, roll)).trend.flaky_omitted == 1


def test_flaky_tests_beyond_the_bound_are_counted_and_the_latest_stay() -> None:
    names = [f"t{number:03}" for number in range(TESTS + 1)]
    first = roll_of_tests(named_tests(*((name, "flaky") for name in names)), go())
    last = roll_of_tests(named_tests(*((name, "flaky" if name == names[-1] else "passed") for name in names)), go())
    carried = chain(go(), go(), rolls=(first, last)).trend
    assert (len(carried.flaky), carried.flaky_omitted, carried.flaky[0].id) == (TESTS, 1, names[-1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda each: {"decisions": each.decisions[:-1]}, "does not end with the decision itself"),
        (lambda _: {"decisions": ()}, "does not end with the decision itself"),
        (lambda each: {"decisions": (each.decisions[0], *each.decisions)}, "another number of points"),
        (lambda each: {"measures": (msgspec.structs.replace(each.measures[0], gate="x"),)}, "other figures"),
    ],
)
def test_a_trend_that_was_tampered_with_contradicts_its_decision(change: Any, told: str) -> None:
    first, second = flaky("flaky", as_of="2026-11-01T00:00:00Z"), flaky("flaky")
    decision = chain(first[0], second[0], rolls=(first[1], second[1]))
    assert contradiction(decision) == ""
    changed = msgspec.structs.replace(decision.trend, **change(decision.trend))
    assert told in contradiction(msgspec.structs.replace(decision, trend=changed))


def test_a_decision_without_a_trend_contradicts_nothing() -> None:
    assert go().trend == Trend()
    assert contradiction(go()) == ""
