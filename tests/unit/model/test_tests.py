from __future__ import annotations

from array import array

import pytest

from pytest_stagegate.model.tally import Tally
from pytest_stagegate.model.tests import TestData, TestResults
from tests.unit.fakes import named_tests, outcomes_of, run_of, timed

EVERYTHING = {
    "passed": 5,
    "flaky": 1,
    "failed": 2,
    "errors": 1,
    "skipped": 3,
    "bare_skips": 1,
    "xfailed": 2,
    "xpassed": 1,
    "deselected": 4,
    "lost": 1,
}


def face(data: TestData, tally: Tally | None = None) -> TestResults:
    return TestResults(data, tally or Tally())


def test_every_collected_test_is_counted_once() -> None:
    counts = outcomes_of(**EVERYTHING).counts()
    parts = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed", "deselected", "lost")
    assert counts.collected == sum(getattr(counts, part) for part in parts) == 21


def test_a_flaky_test_is_among_the_passed() -> None:
    counts = outcomes_of(passed=5, flaky=1).counts()
    assert (counts.passed, counts.flaky) == (6, 1)


def test_executed_are_those_whose_call_began() -> None:
    assert outcomes_of(**EVERYTHING).counts().executed == 5 + 1 + 2 + 2 + 1


def test_each_test_knows_whether_it_was_executed() -> None:
    data = outcomes_of(passed=1, skipped=1, failed=1)
    assert [data.executed(index) for index in range(3)] == [True, False, True]


def test_stages_are_those_with_a_test_that_was_not_deselected() -> None:
    data = run_of({"code": {"passed": 1}, "test": {"deselected": 2}, "deploy": {"lost": 1}})
    assert data.stages() == {"code", "deploy"}


@pytest.mark.parametrize("word", ["failed", "errors", "skipped", "xfailed", "xpassed", "lost", "flaky"])
def test_tests_that_did_not_plainly_pass_are_named(word: str) -> None:
    results = face(outcomes_of(passed=1, **{word: 2}))
    measure = getattr(results, word)
    assert (measure.value, measure.where) == (2, (f"test.py::{word}_0", f"test.py::{word}_1"))


def test_a_count_of_a_run_without_executed_tests_is_no_evidence() -> None:
    assert face(outcomes_of(skipped=3)).passed.inspected == 0


def test_one_stage_can_be_read_alone() -> None:
    data = run_of({"test": {"passed": 3, "failed": 1}, "deploy": {"passed": 1, "flaky": 1, "bare_skips": 1}})
    smoke = face(data).tagged(stage="deploy")
    assert [smoke.passed.value, smoke.failed.value, smoke.collected.value, smoke.executed.value] == [2, 0, 3, 2]
    assert smoke.flaky.where == ("deploy.py::flaky_0",)
    assert smoke.skipped_without_reason.where == ("deploy.py::bare_skips_0",)
    assert smoke.total_duration.value == 3_000


def test_a_stage_without_tests_is_no_evidence() -> None:
    assert face(outcomes_of(passed=3)).tagged(stage="deploy").failed.inspected == 0


def test_shares_are_kept_as_two_integers() -> None:
    results = face(outcomes_of(passed=5, flaky=1, skipped=2))
    assert (repr(results.skipped_share), repr(results.flaky_share)) == ("<2 of 8 tests>", "<1 of 6 tests>")


def test_a_share_of_nothing_is_no_number() -> None:
    assert face(outcomes_of(deselected=1)).skipped_share.value is None


def test_the_longest_test_and_those_that_are_slower() -> None:
    results = face(timed(100, 3_000_000, 200))
    assert results.longest.value == 3_000_000
    assert results.slower_than(150) == ("test.py::passed_1", "test.py::passed_2")


def test_the_longest_of_no_tests_is_no_evidence() -> None:
    assert face(outcomes_of()).longest.inspected == 0


def test_reading_is_noted() -> None:
    tally = Tally()
    results = face(outcomes_of(passed=4), tally)
    before = tally.read
    assert results.counts.passed == 4
    assert (before, tally.read) == (0, 4)


def test_tests_without_a_name_are_counted_and_timed() -> None:
    data = outcomes_of(passed=1)
    data.durations[0] = 200_000
    data.unnamed = {0: array("I", [5, 90_000])}
    tests = face(data)
    assert (tests.counts.passed, tests.counts.executed) == (3, 3)
    assert (tests.longest.value, tests.total_duration.value) == (200_000, 290_005)
    assert tests.slower_than(80_000) == ("test.py::passed_0", "a passed test whose name was not kept")


def test_no_test_without_a_name_is_no_fault() -> None:
    data = outcomes_of(passed=1)
    data.unnamed = {0: array("I")}
    assert face(data).longest.value == 1000


def test_skips_are_told_with_their_reasons_and_modules_come_last() -> None:
    data = named_tests(("b.py::x", "xfailed", "see #1"), ("a.py::y", "passed"), ("a.py::z", "bare_skips"))
    data.skipped_files = {"z.py": "no tls", "c.py": ""}
    assert face(data).skips == (
        ("b.py::x", "xfailed", "see #1"),
        ("a.py::z", "skipped", ""),
        ("c.py", "file", ""),
        ("z.py", "file", "no tls"),
    )


def test_skips_of_one_stage_are_its_tests_alone() -> None:
    data = run_of({"test": {"skipped": 1}, "deploy": {"skipped": 1}})
    data.skipped_files = {"z.py": ""}
    assert [each.name for each in face(data).tagged(stage="deploy").skips] == ["deploy.py::skipped_0"]


def test_tests_that_took_longer_are_told_with_their_times() -> None:
    assert face(timed(3, 9, 5)).longer_than(3) == {"test.py::passed_1": 9, "test.py::passed_2": 5}


def test_only_the_tests_of_one_stage_match() -> None:
    data = run_of({"test": {"passed": 1}, "deploy": {"passed": 2}})
    assert face(data).tagged(stage="deploy").matching("**").passed == 2


def test_results_are_narrowed_to_an_environment() -> None:
    data = run_of({"code": {"passed": 2}, "test": {"passed": 1, "failed": 1}})
    data.tags[1] = data.tags[1]._replace(ran_in="staging")
    staging = face(data).ran_in("staging")
    assert (staging.executed.value, staging.failed.where) == (2, ("test.py::failed_0",))
    assert staging.tagged(stage="code").executed.value == 0
    assert repr(staging.tagged(stage="test")) == "<test results of test in staging>"


def test_of_named_tests_those_that_were_executed_are_counted_and_the_others_named() -> None:
    again = face(outcomes_of(passed=1, skipped=1)).executed_of(["test.py::passed_0", "test.py::skipped_0", "gone"])
    assert repr(again) == "<1 of 3 tests>"
    assert again.where == ("gone", "test.py::skipped_0")
