from __future__ import annotations

import pytest

from pytest_stagegate.model.evidence import WarningLine
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
