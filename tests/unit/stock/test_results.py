from __future__ import annotations

from array import array

import msgspec
import pytest

from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import Exit
from pytest_stagegate.model.verdicts import Check, GateResult, OnMissing, Verdict
from pytest_stagegate.stock.results import results
from tests.unit.fakes import check_of, evidence_of, judged, named_tests, outcomes_of, verdicts

STOPPED = Note(reason="stopped-early", text="pytest stopped before every collected test had run.")
CRASHED = Note(reason="internal-error", text="pytest ended with an internal error.")


def of(exit_status: int | None = 0, ending: tuple[Note, ...] = (), **outcomes: int) -> GateResult:
    return judged(results, evidence_of(outcomes_of(**outcomes), exit_status=exit_status, incomplete=ending))


def test_passing_tests_pass() -> None:
    assert set(verdicts(of(passed=2)).values()) == {"PASS"}


def test_skips_and_expected_failures_beside_a_passed_test_pass() -> None:
    assert of(passed=1, skipped=2, xfailed=1, xpassed=1, deselected=3).verdict == "PASS"


@pytest.mark.parametrize(("word", "name"), [("failed", "failed"), ("errors", "errors")])
def test_a_broken_test_is_no_go_and_is_named(word: str, name: str) -> None:
    result = of(1, passed=1, **{word: 1})
    assert (result.verdict, result.effect) == ("FAIL", "NO_GO")
    assert check_of(result, name).where == (f"test.py::{word}_0",)


def test_a_lost_test_is_missing_evidence() -> None:
    lost = check_of(of(passed=1, lost=2), "lost")
    assert (lost.verdict, lost.reason, lost.shown) == ("NO_EVIDENCE", "tests-lost", "2 tests")
    assert lost.where == ("test.py::lost_0", "test.py::lost_1")


def test_a_single_lost_test_is_missing_evidence() -> None:
    assert check_of(of(passed=9, lost=1), "lost").verdict == "NO_EVIDENCE"


def test_the_gate_is_active_without_a_table_in_the_policy() -> None:
    assert vars(results)["__stagegate__"].always


def test_a_run_in_which_nothing_passed_fails() -> None:
    assert check_of(of(xfailed=2), "passed").verdict == "FAIL"


@pytest.mark.parametrize(
    ("outcomes", "reason", "text"),
    [
        ({}, "nothing-collected", "no test was collected"),
        ({"skipped": 2}, "nothing-executed", "no test was executed"),
        ({"deselected": 2}, "nothing-executed", "no test was executed"),
    ],
)
def test_a_run_that_shows_nothing_is_no_evidence(outcomes: dict[str, int], reason: str, text: str) -> None:
    result = of(0, **outcomes)
    assert (result.verdict, result.effect) == ("NO_EVIDENCE", "HOLD")
    assert (check_of(result, "passed").reason, check_of(result, "passed").text) == (reason, text)


def test_exit_status_1_is_explained_by_a_failed_test_that_is_tolerated() -> None:
    result = judged(results, evidence_of(outcomes_of(passed=3, failed=1), exit_status=1), max_failed=1)
    assert result.verdict == "PASS"


@pytest.mark.parametrize("status", [1, 2, 3, 4, 6, 70, 137, -9])
def test_an_exit_status_that_no_test_explains_fails(status: int) -> None:
    made = check_of(of(status, passed=3), "exit-status")
    assert (made.verdict, made.reason) == ("FAIL", f"pytest-exit-{status}")
    assert made.text == f"pytest ended with exit status {status}, which no failed test explains"


@pytest.mark.parametrize("status", [-9, 6])
def test_another_status_than_1_is_not_explained_by_a_failed_test(status: int) -> None:
    assert check_of(of(status, passed=1, failed=1), "exit-status").reason == f"pytest-exit-{status}"


def test_the_status_of_a_run_whose_tests_could_not_be_collected_is_missing_evidence() -> None:
    broken = Note(reason="collection-error", text="A test module could not be collected.")
    made = check_of(of(2, (broken,), passed=1), "exit-status")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "run-incomplete")


def test_the_status_of_a_run_that_stopped_early_is_missing_evidence() -> None:
    made = check_of(of(2, (STOPPED,), passed=1, lost=1), "exit-status")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "run-incomplete")


def test_an_internal_error_of_pytest_fails() -> None:
    assert check_of(of(3, (CRASHED,), passed=1), "exit-status").reason == "pytest-exit-3"


def test_no_test_ran_by_pytest_s_own_word() -> None:
    made = check_of(of(5, deselected=1), "exit-status")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "pytest-exit-5")


def test_an_unknown_exit_status_is_missing_evidence() -> None:
    made = check_of(of(None, passed=3), "exit-status")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "run-incomplete")


def test_skipping_missing_evidence_does_not_turn_a_failure_away() -> None:
    evidence = evidence_of(outcomes_of(failed=1, lost=1), exit_status=1)
    assert judged(results, evidence, on_missing=OnMissing.SKIP).effect == "NO_GO"


@pytest.mark.parametrize(
    ("options", "outcomes", "verdict"),
    [
        ({"max_failed": 1}, {"passed": 1, "failed": 2}, "FAIL"),
        ({"max_errors": 2}, {"passed": 1, "errors": 2}, "PASS"),
        ({"min_passed": 2}, {"passed": 1}, "FAIL"),
        ({"min_passed": 0}, {"xfailed": 1}, "PASS"),
    ],
)
def test_limits_of_the_policy(options: dict[str, int], outcomes: dict[str, int], verdict: str) -> None:
    status = int("failed" in outcomes or "errors" in outcomes)
    assert judged(results, evidence_of(outcomes_of(**outcomes), exit_status=status), **options).verdict == verdict


@pytest.mark.parametrize(
    ("nothing_selected", "verdict", "reason"), [(True, Verdict.PASS, ""), (False, Verdict.NO_EVIDENCE, "pytest-exit-5")]
)
def test_a_shard_without_a_test_of_the_stage_is_no_failure_where_others_ran(
    nothing_selected: bool, verdict: Verdict, reason: str
) -> None:
    exits = (Exit(0, 0), Exit(5, 0, shard="mac", nothing_selected=nothing_selected))
    made = check_of(judged(results, msgspec.structs.replace(evidence_of(), exits=exits)), "exit-status")
    assert (made.verdict, made.reason) == (verdict, reason)


@pytest.mark.parametrize("status", [2, 6])
def test_a_shard_without_a_test_of_the_stage_may_end_with_no_other_status_than_5(status: int) -> None:
    exits = (Exit(0, 0), Exit(status, 0, shard="mac", nothing_selected=True))
    made = check_of(judged(results, msgspec.structs.replace(evidence_of(), exits=exits)), "exit-status")
    assert (made.verdict, made.reason) == (Verdict.FAIL, f"pytest-exit-{status}")


def test_without_a_run_of_pytest_there_is_no_exit_status() -> None:
    result = judged(results, msgspec.structs.replace(evidence_of(), exits=()))
    assert [check.name for check in result.checks] == ["failed", "errors", "lost", "passed"]


@pytest.mark.parametrize(("limit", "verdict"), [(1, "PASS"), (0, "FAIL")])
def test_unexpected_passes_are_counted_where_the_policy_has_a_limit(limit: int, verdict: str) -> None:
    result = judged(results, evidence_of(outcomes_of(passed=1, xpassed=1)), max_xpassed=limit)
    assert check_of(result, "xpassed").verdict == verdict


def test_an_unexpected_pass_is_named() -> None:
    result = judged(results, evidence_of(outcomes_of(passed=1, xpassed=1)), max_xpassed=0)
    assert check_of(result, "xpassed").where == ("test.py::xpassed_0",)


# ---- required tests

PAY = "tests/pay/test_card.py::TestCard::test_refund[a/b]"


def required(pattern: str, *tests: tuple[str, str]) -> Check:
    bad = any(word in ("failed", "errors") for _, word in tests)
    evidence = evidence_of(named_tests(*tests, ("tests/other.py::test", "passed")), exit_status=int(bad))
    return check_of(judged(results, evidence, required=[pattern]), f"required {pattern}")


@pytest.mark.parametrize(
    "pattern",
    [
        PAY,
        PAY.split("[", maxsplit=1)[0],
        "tests/pay/test_card.py::TestCard",
        "tests/pay/test_card.py",
        "tests/pay",
        "tests/pay/**",
        "tests/**/test_card.py",
        "tests/pay/*::TestCard::test_ref*",
    ],
)
def test_a_required_test_that_passed_passes(pattern: str) -> None:
    made = required(pattern, (PAY, "passed"))
    assert (made.verdict, made.inspected) == ("PASS", 1)


@pytest.mark.parametrize("word", ["failed", "errors"])
def test_a_required_test_that_is_broken_fails(word: str) -> None:
    made = required("tests/pay", (PAY, "passed"), ("tests/pay/test_bank.py::test_fee", word))
    assert (made.verdict, made.where) == ("FAIL", ("tests/pay/test_bank.py::test_fee",))


def test_of_required_tests_it_is_shown_how_many_passed() -> None:
    made = required("t.py", ("t.py::test_a", "passed"), ("t.py::test_b", "passed"), ("t.py::test_c", "failed"))
    assert made.shown == "66.6 % (2 of 3 tests)"


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("skipped", "skipped"),
        ("xfailed", "xfailed"),
        ("xpassed", "xpassed"),
        ("deselected", "deselected"),
        ("lost", "lost"),
    ],
)
def test_a_required_test_that_proves_nothing_is_missing_evidence(word: str, told: str) -> None:
    made = required("tests/pay", (PAY, "passed"), ("tests/pay/test_bank.py::test_fee", word))
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "required-missing")
    assert made.where == (f"tests/pay/test_bank.py::test_fee ({told})",)


@pytest.mark.parametrize("pattern", [PAY, "tests/pay", "tests/pay/*.py"])
def test_a_required_test_that_is_not_there_is_missing_evidence(pattern: str) -> None:
    made = required(pattern, ("tests/payments/test_card.py::test_refund", "passed"))
    assert (made.verdict, made.reason, made.text) == ("NO_EVIDENCE", "required-missing", "there is no such test")


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("t.py::test_a[1]", "t.py::test_a1"),
        ("t.py::test_a[12]", "t.py::test_a[1]"),
        ("t.py::test_a", "t.py::test_ab"),
        ("t.py", "t.pyx::test_a"),
        ("t?py::test_a", "t/py::test_a"),
    ],
)
def test_brackets_and_ends_of_names_are_taken_literally(pattern: str, name: str) -> None:
    assert required(pattern, (name, "passed")).verdict == "NO_EVIDENCE"


def test_a_required_test_that_is_flaky_passed() -> None:
    assert required("t.py", ("t.py::test_a", "flaky")).verdict == "PASS"


def test_a_required_test_of_several_shards_passed_in_each() -> None:
    both = [("t.py::test_a (linux)", "passed"), ("t.py::test_a (mac)", "passed")]
    assert required("t.py::test_a", *both).inspected == 2


def test_a_required_test_that_one_environment_leaves_out_counts_where_it_ran() -> None:
    data = named_tests(("t.py::test_a (staging)", "passed"), ("t.py::test_a (live)", "deselected"))
    data.tags = [Tag("test", (), True, place) for place in ("staging", "live")]
    data.tag_of[1] = 1
    made = check_of(judged(results, evidence_of(data), required=["t.py::test_a"]), "required t.py::test_a")
    assert (made.verdict, made.inspected) == ("PASS", 1)


def test_a_test_whose_name_was_not_kept_is_not_proven() -> None:
    data = named_tests(("tests/slow.py::test", "passed"))
    data.unnamed = {0: array("I", [5])}
    result = judged(results, evidence_of(data), required=["tests/quick.py::test", "tests/slow.py"])
    made = check_of(result, "required tests/quick.py::test")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "required-missing")
    assert "no name is kept" in made.text
    assert check_of(result, "required tests/slow.py").verdict == "PASS"
