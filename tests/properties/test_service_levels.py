"""More bad events, a spent budget or fewer labels never look better."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.service_levels import MetricSeen, Reading
from pytest_stagegate.model.verdicts import SEVERITY, Verdict
from pytest_stagegate.stock.slo import slo
from pytest_stagegate.stock.telemetry import telemetry
from tests.unit.fakes import judged
from tests.unit.service_levels import HOUR, counts, evidence, file_of, objective

TOTALS = st.integers(0, 100_000)
PERCENT = st.integers(1, 1000).map(lambda thousandths: Ratio(thousandths, 1000))
LOW = (Verdict.ERROR, Verdict.FAIL, Verdict.NO_EVIDENCE, Verdict.STALE)


def rank(found: Verdict) -> int:
    return 0 if found in LOW else SEVERITY[found]


def measured(percent: Ratio, total: int, bad: int, quick: int, quick_bad: int) -> Evidence:
    asked = objective(percent=percent, burn=(HOUR,))
    window = counts(str(total - bad), str(total))
    hour = counts(str(quick - quick_bad), str(quick), window=HOUR)
    return evidence(file_of(Reading(asked=asked, counts=(window, hour))), declared=(asked,))


def verdict(found: Evidence, **options: Any) -> Verdict:
    return judged(slo, found, stage="monitor", **options).verdict


@given(PERCENT, TOTALS, TOTALS, st.data())
def test_more_bad_events_are_never_judged_better(percent: Ratio, total: int, quick: int, data: st.DataObject) -> None:
    bad, quick_bad = data.draw(st.integers(0, total)), data.draw(st.integers(0, quick))
    worse, quick_worse = data.draw(st.integers(bad, total)), data.draw(st.integers(quick_bad, quick))
    before = verdict(measured(percent, total, bad, quick, quick_bad))
    assert rank(verdict(measured(percent, total, worse, quick, quick_worse))) <= rank(before)


@given(PERCENT, TOTALS, st.data())
def test_a_pass_keeps_the_objective_and_has_budget_left(percent: Ratio, total: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, min(total, 200)))
    if verdict(measured(percent, total, bad, 0, 0), min_events=0) in (Verdict.PASS, Verdict.WARN, Verdict.TOO_SMALL):
        allowed = (percent.denominator - percent.numerator) * total
        assert bad * percent.denominator < allowed or (bad == 0 and percent.numerator == percent.denominator)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_fewer_labels_are_never_judged_better(series: int, some: int, fewer: int) -> None:
    def of(held: int) -> Verdict:
        seen = MetricSeen(name="up", series=series, labels={"job": min(held, series)})
        return judged(telemetry, evidence(file_of(metrics=(seen,))), expect={"up": ["job"]}).verdict

    assert rank(of(min(some, fewer))) <= rank(of(some))
