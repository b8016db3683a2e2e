from __future__ import annotations

import pytest

from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.matrix import matrix
from tests.unit.fakes import check_of, evidence_of, judged, outcomes_of, verdicts

TEST = Expected("test", None, None)
STAGING = Expected("test", "staging", None)


def of(*cells: Expected, min_executed: int = 1, **outcomes: int) -> GateResult:
    return judged(matrix, evidence_of(outcomes_of(**outcomes), expected=cells), min_executed=min_executed)


def test_a_cell_in_which_tests_were_executed_passes() -> None:
    result = of(TEST, passed=1, failed=1)
    assert (result.verdict, check_of(result, "executed").measured) == ("PASS", 2)


def test_a_cell_without_an_executed_test_is_missing_evidence_and_named() -> None:
    made = check_of(of(TEST, STAGING, passed=1), "cells")
    assert (made.verdict, made.reason, made.shown) == ("NO_EVIDENCE", "cell-missing", "50 % (1 of 2 cells)")
    assert made.where == ("stage test in staging",)


def test_a_skipped_test_fills_no_cell() -> None:
    assert of(TEST, skipped=3).verdict == "NO_EVIDENCE"


@pytest.mark.parametrize(("limit", "verdict"), [(2, "PASS"), (3, "FAIL")])
def test_a_cell_may_need_more_than_one_test(limit: int, verdict: str) -> None:
    made = check_of(of(TEST, min_executed=limit, passed=2), "executed")
    assert (made.verdict, made.where) == (verdict, () if verdict == "PASS" else ("stage test (2)",))


def test_a_missing_cell_does_not_hide_one_with_too_few_tests() -> None:
    assert verdicts(of(TEST, STAGING, min_executed=3, passed=2)) == {"cells": "NO_EVIDENCE", "executed": "FAIL"}


def test_without_expected_cells_there_is_nothing_to_judge() -> None:
    result = of(passed=1)
    assert (result.verdict, result.reason) == ("NOT_APPLICABLE", "not-declared")
