from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.skips import skips
from tests.unit.fakes import check_of, evidence_of, judged, named_tests, outcomes_of, share, verdicts


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
    data.skipped_files = {"tests/test_tls.py": "no tls", "tests/test_db.py": ""}
    result = judged(skips, evidence_of(data), max_skipped=1)
    assert verdicts(result) == {"skipped": "PASS", "skipped-files": "FAIL"}
    assert check_of(result, "skipped-files").where == ("tests/test_db.py", "tests/test_tls.py")


def test_modules_skipped_as_a_whole_are_shown_without_a_limit_where_there_are_some() -> None:
    data = outcomes_of(passed=3)
    data.skipped_files = {"tests/test_tls.py": "no tls"}
    assert list(verdicts(judged(skips, evidence_of(data)))) == ["skipped", "skipped-files"]
    assert list(verdicts(of({"passed": 3}))) == ["skipped"]


def test_with_a_limit_it_is_shown_that_no_module_is_skipped_as_a_whole() -> None:
    assert verdicts(of({"passed": 3}, max_skipped=0)) == {"skipped": "PASS", "skipped-files": "PASS"}


# ---- skips that are allowed

KNOWN = [("win.py::test_a", "skipped"), ("win.py::test_b[x]", "skipped"), ("t.py::test_c", "skipped")]


def test_allowed_skips_are_not_counted_and_still_shown() -> None:
    evidence = evidence_of(named_tests(*KNOWN, ("t.py::test_d", "passed")))
    result = judged(skips, evidence, allow=["win.py"], max_skipped=1, max_skipped_ratio=share("50 %"))
    assert (result.verdict, check_of(result, "skipped").measured) == ("PASS", 1)
    assert check_of(result, "allowed").where == ("win.py::test_a", "win.py::test_b[x]")
    assert check_of(result, "skipped-ratio").shown == "50 % (1 of 2 tests)"


def test_a_module_may_be_allowed_to_be_skipped_as_a_whole() -> None:
    data = named_tests(("t.py::test_d", "passed"))
    data.skipped_files = {"win.py": "not here", "tls.py": "no tls"}
    result = judged(skips, evidence_of(data), allow=["win.py"], max_skipped=0)
    assert check_of(result, "skipped-files").where == ("tls.py",)


def test_a_module_that_may_be_skipped_does_not_change_the_share_of_tests() -> None:
    data = named_tests(("t.py::test_a", "skipped"), ("t.py::test_b", "passed"))
    data.skipped_files = {"win.py": "not here"}
    result = judged(skips, evidence_of(data), allow=["win.py"], max_skipped_ratio=share("50 %"))
    assert check_of(result, "skipped-ratio").shown == "50 % (1 of 2 tests)"


def test_an_expected_failure_is_no_skip_that_is_allowed() -> None:
    data = named_tests(("win.py::test_a", "xfailed"), ("t.py::test_b", "passed"))
    assert check_of(judged(skips, evidence_of(data), allow=["win.py"]), "allowed").measured == 0


def test_what_is_allowed_is_no_limit() -> None:
    result = judged(skips, evidence_of(named_tests(*KNOWN)), allow=["t.py"])
    assert (result.verdict, check_of(result, "skipped").shown) == ("NOT_APPLICABLE", "2 tests")


# ---- new skips


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (1, "FAIL")])
def test_new_skips_are_those_that_the_baseline_does_not_have(limit: int, verdict: str) -> None:
    data = named_tests(*KNOWN, ("t.py::test_d", "passed"), ("t.py::test_e", "xfailed"))
    data.skipped_files = {"tls.py": "no tls", "old.py": ""}
    evidence = evidence_of(data, baseline={"skips": {"win.py::test_a": (), "win.py::test_b[x]": (), "old.py": ()}})
    made = check_of(judged(skips, evidence, max_new=limit), "new")
    assert (made.verdict, made.measured) == (verdict, 2)
    assert made.where == (() if verdict == "PASS" else ("t.py::test_c", "tls.py"))


def test_an_allowed_skip_is_not_new() -> None:
    evidence = evidence_of(named_tests(*KNOWN), baseline={"skips": {"t.py::test_c": ()}})
    assert check_of(judged(skips, evidence, allow=["win.py"], max_new=0), "new").verdict == "PASS"


def test_without_a_baseline_nothing_is_known_of_new_skips() -> None:
    made = check_of(of({"passed": 1}, max_new=0), "new")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "no-baseline")
