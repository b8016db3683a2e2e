from __future__ import annotations

import itertools

from pytest_stagegate.model.property_tests import PropertyTests, least
from pytest_stagegate.model.tally import Tally
from tests.unit.fakes import property_test

FEW = property_test("t.py::a", 7)
MANY = property_test("t.py::a", 100)
ALL = property_test("t.py::a", 2, exhausted=True)
UNKNOWN = property_test("t.py::a", counted=False)
TOO_SLOW = property_test("t.py::a", counted=False, unhealthy="too_slow")


def test_of_several_runs_the_one_with_fewest_examples_stands() -> None:
    assert least([MANY, FEW]) == (FEW,)


def test_a_run_that_tried_every_input_says_more_than_one_that_stopped() -> None:
    assert least([ALL, MANY]) == (MANY,)


def test_a_run_of_which_nothing_was_counted_says_least() -> None:
    assert least([FEW, UNKNOWN]) == (UNKNOWN,)


def test_a_failed_health_check_of_any_run_stands() -> None:
    slow = property_test("t.py::a", 100, unhealthy="too_slow")
    assert [(each.passing, each.unhealthy) for each in least([slow, FEW])] == [(7, "too_slow")]


def test_neither_order_nor_grouping_of_the_runs_matters() -> None:
    found = {least(order) for order in itertools.permutations([FEW, MANY, ALL, UNKNOWN, TOO_SLOW])}
    assert found == {(TOO_SLOW,)}
    assert least([*least([FEW, MANY]), ALL]) == least([FEW, *least([MANY, ALL])])


def test_tests_of_several_names_stand_in_their_order() -> None:
    assert [each.name for each in least([property_test("b"), property_test("a")])] == ["a", "b"]


def face(*tests: tuple[str, int]) -> PropertyTests:
    return PropertyTests(tuple(property_test(name, passing) for name, passing in tests), Tally())


def test_examples_of_all_tests_are_added_up() -> None:
    assert face(("a", 7), ("b", 100)).examples == 107


def test_of_no_test_nothing_is_measured() -> None:
    measures = [face().tests, face().examples, face().fewest, face().exhausted, face().unhealthy, face().not_counted]
    assert [(each.value, each.inspected) for each in measures] == [(None, 0)] * 6


def test_reading_is_noted() -> None:
    tally = Tally()
    _ = PropertyTests((FEW,), tally).tests
    assert tally.read == 1


def test_a_test_says_why_it_stopped() -> None:
    broken = property_test("a", 1, failing=1, stopped="nothing left to do")
    assert [FEW.shown, broken.shown, property_test("b", 0, stopped="").shown] == [
        "t.py::a: 7 examples, stopped because settings.max_examples",
        "a: 1 example, stopped because an example failed",
        "b: 0 examples, stopped because it does not say",
    ]


def test_an_assertion_shows_the_same_text_in_every_run() -> None:
    assert repr(face()) == "<property tests>"
