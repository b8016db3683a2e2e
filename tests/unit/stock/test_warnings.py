from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.evidence import WarningLine
from pytest_stagegate.model.verdicts import Check
from pytest_stagegate.stock.warnings import warnings
from tests.unit.fakes import check_of, evidence_of, judged, outcomes_of

OLD = WarningLine(category="DeprecationWarning", message="old() goes away", place="src/a.py:3", count=2)
SLOW = WarningLine(category="UserWarning", message="slow", place="src/b.py:7", count=1)


def test_without_a_limit_the_number_is_only_shown() -> None:
    made = check_of(judged(warnings, evidence_of(warnings=[OLD])), "warnings")
    assert (made.verdict, made.shown) == ("NOT_APPLICABLE", "2 warnings")


@pytest.mark.parametrize(("limit", "verdict"), [(3, "PASS"), (2, "FAIL")])
def test_every_occurrence_counts(limit: int, verdict: str) -> None:
    assert judged(warnings, evidence_of(warnings=[OLD, SLOW]), max_warnings=limit).verdict == verdict


def test_each_place_is_named_with_its_count() -> None:
    made = check_of(judged(warnings, evidence_of(warnings=[OLD]), max_warnings=0), "warnings")
    assert made.where == ("src/a.py:3: DeprecationWarning (2): old() goes away",)


def test_no_warning_in_a_run_of_nothing_is_no_evidence() -> None:
    assert judged(warnings, evidence_of(outcomes_of(skipped=1)), max_warnings=0).verdict == "NO_EVIDENCE"


def test_no_warning_where_nobody_recorded_any_is_no_evidence() -> None:
    assert judged(warnings, evidence_of(warnings_recorded=False), max_warnings=0).verdict == "NO_EVIDENCE"


# ---- categories


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (1, "FAIL")])
def test_a_category_has_a_limit_of_its_own(limit: int, verdict: str) -> None:
    result = judged(warnings, evidence_of(warnings=[OLD, SLOW]), categories={"DeprecationWarning": limit})
    assert (check_of(result, "DeprecationWarning").verdict, check_of(result, "DeprecationWarning").measured) == (
        verdict,
        2,
    )


def test_a_category_may_be_named_with_its_module() -> None:
    result = judged(warnings, evidence_of(warnings=[OLD]), categories={"builtins.DeprecationWarning": 0})
    assert result.verdict == "FAIL"


def test_a_category_that_never_occurred_counts_0() -> None:
    result = judged(warnings, evidence_of(warnings=[OLD]), categories={"ResourceWarning": 0})
    assert check_of(result, "ResourceWarning").verdict == "PASS"


@pytest.mark.parametrize("options", [{"categories": {"UserWarning": 3}}, {"max_new": 0}])
def test_a_limit_where_nobody_recorded_warnings_is_no_evidence(options: dict[str, Any]) -> None:
    assert judged(warnings, evidence_of(warnings_recorded=False), **options).verdict == "NO_EVIDENCE"


# ---- new warnings


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (1, "FAIL")])
def test_new_warnings_are_those_beyond_the_baseline_of_category_and_file(limit: int, verdict: str) -> None:
    more = WarningLine(category="DeprecationWarning", message="older() too", place="src/a.py:90", count=1)
    evidence = evidence_of(
        warnings=[OLD, SLOW, more],
        baseline={"warnings": {"DeprecationWarning src/a.py": (2,), "UserWarning src/gone.py": (9,)}},
    )
    made = check_of(judged(warnings, evidence, max_new=limit), "new")
    assert (made.verdict, made.measured) == (verdict, 2)
    if verdict == "FAIL":
        assert made.where == ("DeprecationWarning src/a.py (3, baseline 2)", "UserWarning src/b.py (1, baseline 0)")


def new(before: int) -> Check:
    five = WarningLine(category="DeprecationWarning", message="old() goes away", place="src/a.py:3", count=5)
    evidence = evidence_of(warnings=[five, SLOW], baseline={"warnings": {"DeprecationWarning src/a.py": (before,)}})
    return check_of(judged(warnings, evidence, max_new=0), "new")


def test_only_what_is_beyond_the_baseline_is_new() -> None:
    assert new(3).measured == 3


@pytest.mark.parametrize("before", [5, 7])
def test_a_file_with_no_more_warnings_than_before_is_not_named_and_makes_up_for_no_other(before: int) -> None:
    made = new(before)
    assert (made.measured, made.where) == (1, ("UserWarning src/b.py (1, baseline 0)",))


def test_without_a_baseline_nothing_is_known_of_new_warnings() -> None:
    made = check_of(judged(warnings, evidence_of(), max_new=0), "new")
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "no-baseline")
