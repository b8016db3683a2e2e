from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.skips import skips
from tests.unit.fakes import check_of, evidence_of, judged, outcomes_of, share, verdicts


def of(outcomes: dict[str, int], **options: Any) -> GateResult:
    return judged(skips, evidence_of(outcomes_of(**outcomes)), **options)


def test_without_limits_the_number_is_only_shown() -> None:
    result = of({"passed": 1, "skipped": 2})
    assert (result.verdict, check_of(result, "skipped").shown) == ("NOT_APPLICABLE", "2 tests")


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (1, "FAIL")])
def test_number_of_skipped_tests(limit: int, verdict: str) -> None:
    assert of({"passed": 1, "skipped": 2}, max_skipped=limit).verdict == verdict


def test_skipped_tests_are_named() -> None:
    assert check_of(of({"passed": 1, "skipped": 1}, max_skipped=0), "skipped").where == ("test.py::skipped_0",)


@pytest.mark.parametrize(("limit", "verdict"), [("20 %", "PASS"), ("19.9 %", "FAIL")])
def test_share_of_the_tests_that_ended(limit: str, verdict: str) -> None:
    result = of({"passed": 4, "skipped": 1, "deselected": 5, "lost": 5}, max_skipped_ratio=share(limit))
    assert check_of(result, "skipped-ratio").verdict == verdict


def test_a_skip_or_xfail_without_reason_is_found() -> None:
    result = of({"passed": 1, "skipped": 2, "bare_skips": 1, "xfailed": 1}, require_reason=True)
    assert check_of(result, "without-reason").where == ("test.py::bare_skips_0",)


def test_reasons_for_all_skips_pass() -> None:
    assert verdicts(of({"passed": 1, "skipped": 2}, require_reason=True))["without-reason"] == "PASS"


def test_no_test_that_ended_is_no_evidence() -> None:
    assert of({"deselected": 3}, max_skipped=1).verdict == "NO_EVIDENCE"


def test_modules_skipped_as_a_whole_are_counted_apart_against_the_same_limit() -> None:
    data = outcomes_of(passed=3, skipped=1)
    data.skipped_files += ["tests/test_tls.py", "tests/test_db.py"]
    result = judged(skips, evidence_of(data), max_skipped=1)
    assert verdicts(result) == {"skipped": "PASS", "skipped-files": "FAIL"}
    assert check_of(result, "skipped-files").where == ("tests/test_tls.py", "tests/test_db.py")
