from __future__ import annotations

from pytest_stagegate.model.verdicts import OnMissing, Verdict
from pytest_stagegate.stock.manual import manual
from tests.unit.fakes import HOUR, check_of, judged, verdicts
from tests.unit.manual_tests import manual_test, result_of, with_manual


def test_every_test_done_and_passed_is_a_pass() -> None:
    found = judged(manual, with_manual(manual_test(), results=(result_of(),)))
    assert (found.verdict, verdicts(found)) == (
        Verdict.PASS,
        {"failed": "PASS", "pending": "PASS", "stale": "PASS"},
    )


def test_no_manual_test_at_all_is_no_evidence() -> None:
    found = judged(manual, with_manual())
    assert (found.verdict, found.reason) == (Verdict.NO_EVIDENCE, "no-manual-test")


def test_a_pending_test_is_no_evidence_and_no_failure() -> None:
    found = judged(manual, with_manual(manual_test()))
    assert (found.verdict, found.reason) == (Verdict.NO_EVIDENCE, "manual-pending")
    assert check_of(found, "pending").where == ("a: pending",)


def test_a_failed_test_fails() -> None:
    assert judged(manual, with_manual(manual_test(), results=(result_of(outcome="failed"),))).verdict is Verdict.FAIL


def test_a_blocked_test_fails_too() -> None:
    found = judged(manual, with_manual(manual_test(), results=(result_of(outcome="blocked", note="no card"),)))
    assert check_of(found, "failed").where == ("a: blocked by Dana; note: no card",)


def test_a_result_of_another_commit_is_stale_and_named() -> None:
    found = judged(manual, with_manual(manual_test(), results=(result_of(commit="d" * 40),)))
    assert (found.verdict, found.reason) == (Verdict.STALE, "other-commit")
    assert "dddddddddddd" in check_of(found, "stale").where[0]


def test_max_age_is_the_gate_s_own() -> None:
    assert judged(manual, with_manual(manual_test(), results=(result_of(),)), max_age=HOUR // 2).reason == "too-old"


def test_a_failure_is_not_skipped_with_missing_evidence() -> None:
    evidence = with_manual(manual_test(), manual_test("b"), results=(result_of(outcome="failed"),))
    assert judged(manual, evidence, on_missing=OnMissing.SKIP).verdict is Verdict.FAIL
