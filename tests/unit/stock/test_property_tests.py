from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.evidence import Unfit
from pytest_stagegate.model.property_tests import PropertyTest
from pytest_stagegate.model.verdicts import GateResult, Verdict
from pytest_stagegate.stock.property_tests import property_tests
from tests.unit.fakes import check_of, evidence_of, judged, property_test, verdicts

SEVEN = property_test("t.py::seven", 7)
HUNDRED = property_test("t.py::hundred", 100)
BOTH = property_test("t.py::true_or_false", 2, exhausted=True)
UNKNOWN = property_test("t.py::unknown", counted=False)
SLOW = property_test("t.py::slow", counted=False, unhealthy="too_slow")


def of(*tests: PropertyTest, **options: Any) -> GateResult:
    return judged(property_tests, replace(evidence_of(), properties=tests), **options)


@pytest.mark.parametrize(("limit", "verdict"), [(7, "PASS"), (8, "FAIL")])
def test_the_test_with_fewest_examples_counts(limit: int, verdict: str) -> None:
    assert check_of(of(SEVEN, HUNDRED, min_examples=limit), "fewest-examples").verdict == verdict


def test_tests_with_too_few_examples_are_named_with_why_they_stopped() -> None:
    where = check_of(of(SEVEN, HUNDRED, min_examples=50), "fewest-examples").where
    assert where == ("t.py::seven: 7 examples, stopped because settings.max_examples",)


def test_a_test_that_has_tried_every_input_needs_no_more() -> None:
    result = of(BOTH, HUNDRED, min_examples=50)
    assert (result.verdict, check_of(result, "fewest-examples").measured) == ("PASS", 100)


def test_where_every_test_has_tried_every_input_that_is_what_is_shown() -> None:
    result = of(BOTH, min_examples=50)
    assert (result.verdict, check_of(result, "exhausted").shown) == ("PASS", "1 test")


def test_a_test_that_was_not_counted_is_no_evidence_and_named() -> None:
    check = check_of(of(UNKNOWN, HUNDRED, min_examples=50), "examples")
    assert (check.verdict, check.reason) == ("NO_EVIDENCE", "examples-not-counted")
    assert check.text == "Hypothesis did not say how many examples it ran: t.py::unknown"


def test_of_many_tests_that_were_not_counted_three_are_named() -> None:
    unknown = [property_test(f"t.py::test_{number}", counted=False) for number in range(4)]
    told = check_of(of(*unknown, min_examples=50), "examples").text
    assert told.endswith(": t.py::test_0, t.py::test_1, t.py::test_2")


def test_a_test_that_was_not_counted_hides_no_other() -> None:
    assert verdicts(of(UNKNOWN, SEVEN, min_examples=50))["fewest-examples"] == "FAIL"


def test_tests_that_were_not_counted_are_not_taken_for_exhausted() -> None:
    assert set(verdicts(of(UNKNOWN, BOTH, min_examples=50))) == {"examples", "unhealthy"}


def test_without_a_limit_examples_are_not_asked_for() -> None:
    assert verdicts(of(UNKNOWN, SEVEN)) == {"unhealthy": "PASS"}


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (3, "FAIL")])
def test_number_of_property_tests(limit: int, verdict: str) -> None:
    assert check_of(of(SEVEN, HUNDRED, min_tests=limit), "tests").verdict == verdict


@pytest.mark.parametrize(("limit", "verdict"), [(1, "PASS"), (0, "FAIL")])
def test_number_of_failed_health_checks(limit: int, verdict: str) -> None:
    assert check_of(of(SLOW, HUNDRED, max_unhealthy=limit), "unhealthy").verdict == verdict


def test_a_failed_health_check_is_named() -> None:
    assert check_of(of(SLOW), "unhealthy").where == ("t.py::slow: too_slow",)


@pytest.mark.parametrize("options", [{}, {"min_examples": 0}, {"min_tests": 0}])
def test_no_property_test_is_no_evidence(options: dict[str, int]) -> None:
    result = of(**options)
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "no-property-test")


def test_stale_tests_make_it_stale() -> None:
    unfit = Unfit("tests", Verdict.STALE, Note(reason="other-commit", text="It is of another commit."))
    result = judged(property_tests, replace(evidence_of(), properties=(HUNDRED,), unfit=(unfit,)))
    assert (result.verdict, result.reason) == ("STALE", "other-commit")
