from __future__ import annotations

import pytest

from pytest_stagegate.evidence.measuring import measure
from pytest_stagegate.model.service_levels import MetricSeen, PrometheusRule, ToMeasure
from tests.unit.servers import prometheus, vector


def seen(series: bytes, labelled: bytes) -> MetricSeen:
    """Return what is measured of a metric that is expected with one label."""
    with prometheus(lambda query: (200, labelled if "code" in query else series)) as (url, _):
        rule = PrometheusRule(url, 20_000_000)
        return measure(ToMeasure(rule, (), {"all_total": ("code",)}), {}).metrics[0]


def test_series_and_those_with_a_label_are_counted() -> None:
    assert seen(vector("3"), vector("2")) == MetricSeen(name="all_total", series=3, labels={"code": 2})


def test_no_series_is_none() -> None:
    assert seen(vector(), vector("2")) == MetricSeen(name="all_total", series=0)


@pytest.mark.parametrize("count", ["-1", "0.5"])
def test_what_can_be_no_number_of_series_is_nonsense(count: str) -> None:
    for found in (seen(vector(count), vector("1")), seen(vector("3"), vector(count))):
        assert found.problem is not None
        assert (found.problem.reason, found.series) == ("prometheus-nonsense", 0)


def test_more_series_with_a_label_than_there_are_contradict() -> None:
    problem = seen(vector("3"), vector("4")).problem
    assert problem is not None
    assert problem.reason == "counts-contradict"
