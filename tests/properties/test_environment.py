"""Worse evidence of an environment is never judged better."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.model.environments import FAILED, PASSED, Answer, Condition, EnvironmentReport
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock.environment import environment
from tests.unit.environments import RULE, looked_at, report_on
from tests.unit.fakes import judged

OUTCOMES = st.sampled_from([PASSED, FAILED])
REPORTS = st.builds(
    lambda held, probe, data, sha256: report_on(held=held, probe=probe, data=data, declared_sha256=sha256),
    st.booleans(),
    OUTCOMES,
    OUTCOMES,
    st.sampled_from([RULE.sha256, RULE.sha256, "b" * 64]),
)


def passes(reports: list[EnvironmentReport]) -> bool:
    return judged(environment, looked_at(*reports), environment="staging").verdict is Verdict.PASS


def _worse_condition(each: Condition) -> Condition:
    return msgspec.structs.replace(each, held=False)


def _worse(each: Answer) -> Answer:
    return msgspec.structs.replace(each, outcome=FAILED)


WAYS = {
    "a condition does not hold": lambda r: {"conditions": tuple(map(_worse_condition, r.conditions))},
    "the probe fails": lambda r: {"probe": _worse(r.probe)},
    "the probe was not asked": lambda r: {"probe": None},
    "a data check fails": lambda r: {"data": tuple(map(_worse, r.data))},
    "a data check was not made": lambda r: {"data": ()},
    "no condition was looked at": lambda r: {"conditions": ()},
    "another policy declared it": lambda r: {"declared_sha256": "d" * 64},
}


@given(st.lists(REPORTS, max_size=3), REPORTS, st.sampled_from(sorted(WAYS)))
def test_a_worse_report_passes_no_more(others: list[EnvironmentReport], report: EnvironmentReport, way: str) -> None:
    worse = msgspec.structs.replace(report, **WAYS[way](report))
    assert not passes([*others, worse])


@given(st.lists(REPORTS, max_size=3), REPORTS)
def test_one_more_report_never_helps(others: list[EnvironmentReport], report: EnvironmentReport) -> None:
    assert passes([report]) or not passes([*others, report])


@given(st.lists(REPORTS, max_size=3))
def test_their_order_makes_no_difference(reports: list[EnvironmentReport]) -> None:
    assert passes(reports) == passes(reports[::-1])
