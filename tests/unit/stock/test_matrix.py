from __future__ import annotations

import msgspec
import pytest

from pytest_stagegate.model.expected import Expected
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.matrix import MatrixOptions, matrix
from tests.unit.fakes import check_of, evidence_of, judged, outcomes_of, run_of, verdicts

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


def test_only_the_cells_with_too_few_tests_are_named() -> None:
    data = run_of({"code": {"passed": 1}, "test": {"passed": 2}, "deploy": {"passed": 3}})
    cells = tuple(Expected(stage, None, None) for stage in ("code", "test", "deploy"))
    made = check_of(judged(matrix, evidence_of(data, expected=cells), min_executed=2), "executed")
    assert made.where == ("stage code (1)",)


def test_where_no_cell_has_evidence_the_fewest_tests_are_0() -> None:
    made = check_of(of(TEST, skipped=1), "executed")
    assert (made.verdict, made.shown) == ("NO_EVIDENCE", "0 tests")


def test_one_test_in_each_cell_is_enough_when_the_policy_does_not_say() -> None:
    made = check_of(judged(matrix, evidence_of(expected=(TEST,))), "executed")
    assert (made.verdict, made.limit_shown) == ("PASS", "≥ 1")


def test_no_policy_can_ask_for_less_than_one_test() -> None:
    assert msgspec.convert({"min_executed": 1}, MatrixOptions).min_executed == 1
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"min_executed": 0}, MatrixOptions)
