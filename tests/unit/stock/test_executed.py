from __future__ import annotations

from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import TestData
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.executed import executed
from tests.unit.fakes import check_of, evidence_of, judged, outcomes_of, run_of, share, verdicts


def names(*numbers: int) -> dict[str, tuple[int | str, ...]]:
    return {f"test.py::passed_{number}": () for number in numbers}


def against(tests: TestData, *numbers: int, least: str = "98 %") -> tuple[Verdict, str]:
    evidence = evidence_of(tests, baseline={"tests": names(*numbers)})
    result = judged(executed, evidence, min_of_baseline=share(least))
    return result.verdict, result.reason


def test_without_a_limit_nothing_is_judged() -> None:
    assert judged(executed).reason == "not-declared"


def test_enough_tests_have_to_be_executed() -> None:
    tests = evidence_of(outcomes_of(passed=2, failed=1, skipped=5))
    assert judged(executed, tests, min_executed=3).verdict is Verdict.PASS
    assert judged(executed, tests, min_executed=4).verdict is Verdict.FAIL


def test_where_no_test_was_executed_there_is_no_evidence_whatever_the_limit() -> None:
    result = judged(executed, evidence_of(outcomes_of(skipped=3)), min_executed=0)
    assert (result.verdict, result.reason) == (Verdict.NO_EVIDENCE, "nothing-executed")


def test_each_stage_has_its_own_number() -> None:
    tests = evidence_of(run_of({"code": {"passed": 3}, "test": {"passed": 1}}))
    result = judged(executed, tests, per_stage={"test": 2, "code": 3, "deploy": 1})
    assert verdicts(result) == {"stage code": "PASS", "stage deploy": "NO_EVIDENCE", "stage test": "FAIL"}


def test_each_environment_has_its_own_number() -> None:
    tests = outcomes_of(passed=3)
    tests.tags.append(Tag("test", (), True, ran_in="staging"))
    tests.tag_of[0] = tests.tag_of[1] = 1
    result = judged(executed, evidence_of(tests), per_environment={"staging": 3, "production": 1})
    assert verdicts(result) == {"environment production": "NO_EVIDENCE", "environment staging": "FAIL"}
    assert check_of(result, "environment staging").measured == 2


def test_tests_of_the_baseline_have_to_be_executed_again() -> None:
    assert against(outcomes_of(passed=3), 0, 1, 2) == (Verdict.PASS, "")
    assert against(outcomes_of(passed=3), 0, 1, 2, 3) == (Verdict.FAIL, "limit-not-met")


def test_a_share_of_them_may_vanish() -> None:
    assert against(outcomes_of(passed=98), *range(100))[0] is Verdict.PASS
    assert against(outcomes_of(passed=97), *range(100))[0] is Verdict.FAIL


def test_the_vanished_tests_are_named() -> None:
    evidence = evidence_of(outcomes_of(passed=1, skipped=1), baseline={"tests": {"test.py::skipped_0": (), "z": ()}})
    result = judged(executed, evidence, min_of_baseline=share("98 %"))
    assert check_of(result, "of-baseline").where == ("test.py::skipped_0", "z")


def test_a_test_that_several_environments_ran_is_one_of_the_baseline() -> None:
    tests = outcomes_of(passed=2)
    tests.tags[0] = Tag("test", (), True, ran_in="staging", shard="linux")
    tests.ids[0] += " (staging linux)"
    assert against(tests, 0, 1)[0] is Verdict.PASS


def test_without_a_baseline_only_the_comparison_is_missing() -> None:
    result = judged(executed, min_executed=3, min_of_baseline=share("98 %"))
    assert verdicts(result) == {"executed": "PASS", "of-baseline": "NO_EVIDENCE"}
    assert result.reason == "no-baseline"


def test_a_baseline_of_no_test_is_none() -> None:
    assert against(outcomes_of(passed=1)) == (Verdict.NO_EVIDENCE, "no-baseline")


def test_where_nothing_was_executed_the_comparison_has_no_evidence() -> None:
    assert against(outcomes_of(skipped=3), 0, least="0 %") == (Verdict.NO_EVIDENCE, "nothing-executed")
