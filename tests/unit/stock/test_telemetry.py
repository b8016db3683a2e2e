from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.model.evidence import Evidence
from pytest_stagegate.model.service_levels import MetricSeen, labels_of
from pytest_stagegate.model.verdicts import GateResult
from pytest_stagegate.stock.telemetry import TelemetryOptions, telemetry
from tests.unit.fakes import check_of, evidence_of, judged, metrics_of
from tests.unit.service_levels import DOWN, evidence, file_of

EXPECT = {"http_requests_total": ["code", "method"]}
WHOLE = MetricSeen(name="http_requests_total", series=3, labels={"code": 3, "method": 3})


def of(found: Evidence, **options: Any) -> GateResult:
    return judged(telemetry, found, stage="monitor", **{"expect": EXPECT, **options})


def scraped(*names: str) -> Evidence:
    return evidence_of(metrics=[metrics_of(*((name, "1") for name in names))])


def test_a_metric_with_its_labels_passes() -> None:
    result = of(evidence(file_of(metrics=(WHOLE,))))
    assert (result.verdict, check_of(result, "http_requests_total").inspected) == ("PASS", 3)


def test_a_scrape_among_the_evidence_will_do() -> None:
    name = 'http_requests_total{{code="{}",method="get"}}'
    assert of(scraped(name.format(200), name.format(500))).verdict == "PASS"


def test_a_missing_metric_fails_by_name() -> None:
    result = of(scraped("up"))
    assert (result.verdict, result.reason, check_of(result, "http_requests_total").where) == (
        "FAIL",
        "series-missing",
        ("http_requests_total",),
    )


def test_a_metric_without_series_in_prometheus_fails() -> None:
    assert of(evidence(file_of(metrics=(MetricSeen(name="http_requests_total"),)))).reason == "series-missing"


def test_a_label_that_one_series_lacks_fails_by_name() -> None:
    result = of(scraped('http_requests_total{code="200",method="get"}', 'http_requests_total{code="500",method=""}'))
    assert (result.verdict, result.reason) == ("FAIL", "label-missing")
    assert result.checks[0].where == ("http_requests_total: 1 of 2 series without the label method",)


def test_every_source_has_to_be_whole() -> None:
    found = replace(evidence(file_of(metrics=(WHOLE,))), metrics=scraped("http_requests_total").metrics)
    assert of(found).verdict == "FAIL"


def test_no_scrape_at_all_is_no_evidence() -> None:
    assert (of(evidence_of()).verdict, of(evidence_of()).reason) == ("NO_EVIDENCE", "not-reported")


def test_a_metric_that_prometheus_was_not_asked_for_is_no_evidence() -> None:
    measured = file_of(metrics=(MetricSeen(name="up", series=1),))
    found = of(evidence(measured))
    assert (found.verdict, found.reason) == ("NO_EVIDENCE", "not-reported")
    assert of(evidence(measured, base=scraped("up"))).verdict == "FAIL"


def test_what_another_server_said_is_no_evidence() -> None:
    found = evidence(file_of(metrics=(WHOLE,)))
    levels = replace(found.service_levels, address="http://prometheus.example")
    result = of(replace(found, service_levels=levels))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "other-policy")


def test_why_prometheus_could_not_be_asked_is_told() -> None:
    found = evidence(file_of(metrics=(MetricSeen(name="http_requests_total", problem=DOWN),)))
    assert (of(found).verdict, of(found).reason) == ("NO_EVIDENCE", "prometheus-unreachable")


def test_nothing_expected_is_nothing_declared() -> None:
    assert of(scraped("up"), expect={}).reason == "not-declared"


@pytest.mark.parametrize("expect", [{"a b": []}, {"up": ["a-b"]}, {'up"}': []}])
def test_names_that_are_none_are_told(expect: dict[str, list[str]]) -> None:
    assert "is no name of" in " ".join(text for _, text in TelemetryOptions(expect=expect).contradictions())


@pytest.mark.parametrize(
    ("sample", "labels"),
    [
        ("up", set()),
        ('up{a="1",b="2"}', {"a", "b"}),
        ('up{a="",b="2"}', {"b"}),
        ('up{a="x\\",c=\\"y",b="}"}', {"a", "b"}),
        ('up{a="\\\\",b="="}', {"a", "b"}),
        ('up{a="', set()),
    ],
)
def test_labels_are_told_from_what_looks_like_one(sample: str, labels: set[str]) -> None:
    assert labels_of(sample) == ("up", frozenset(labels))
