from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.metrics import Metric, MetricsData
from pytest_stagegate.model.numbers import Percentage
from pytest_stagegate.model.verdicts import Check, GateResult, Verdict
from pytest_stagegate.stock.regression import RegressionOptions, regression
from tests.unit.fakes import evidence_of, judged


def good(*values: str, where: str = "", unit: str = "") -> BaselineData:
    runs = ((f"2026-11-{at + 1:02} c{where}", value, value, unit) for at, value in enumerate(values))
    entry = tuple(text for run in runs for text in run)
    return BaselineData(tables={"history": {"n": entry} if entry else {}})


def of(
    *now: str, baseline: BaselineData | None = None, environment: str | None = None, unit: str = "", **options: Any
) -> GateResult:
    limits = {key: {"n": Percentage.parse(v)} if isinstance(v, str) else v for key, v in options.items()}
    files = [MetricsData(producer="", metrics=(Metric(name="n", value=value, unit=unit),)) for value in now]
    found = evidence_of(metrics=files, baseline=baseline)
    return judged(regression, found, stage="monitor", environment=environment, **limits)


def only(*now: str, **more: Any) -> Check:
    (made,) = of(*now, **more).checks
    return made


@pytest.mark.parametrize(("now", "verdict"), [("110", "PASS"), ("110.001", "FAIL"), ("1", "PASS")])
def test_growth_is_held_against_the_median(now: str, verdict: str) -> None:
    assert only(now, baseline=good("100", "1", "900"), max_growth="10 %").verdict == verdict


@pytest.mark.parametrize(("now", "verdict"), [("95", "PASS"), ("94.99", "FAIL"), ("9000", "PASS")])
def test_a_drop_is_held_against_the_median(now: str, verdict: str) -> None:
    assert only(now, baseline=good("100", "1", "900"), max_drop="5 %").verdict == verdict


def test_of_an_even_number_of_runs_the_median_lies_between_two() -> None:
    assert only("3", baseline=good("1", "2", "4", "9"), max_growth="0 %").verdict == "PASS"


def test_only_the_last_runs_count() -> None:
    runs = good("1", "1", "1", "10", "10", "10")
    assert only("10", baseline=runs, max_growth="0 %", runs=3).verdict == "PASS"
    assert only("10", baseline=runs, max_growth="0 %", runs=6).verdict == "FAIL"


@pytest.mark.parametrize(("now", "verdict"), [("0", "PASS"), ("0.001", "FAIL"), ("-1", "PASS")])
def test_of_a_median_of_0_nothing_above_passes(now: str, verdict: str) -> None:
    assert only(now, baseline=good("0", "0", "0"), max_growth="50 %").verdict == verdict


@pytest.mark.parametrize(("now", "verdict"), [("-90", "PASS"), ("-89", "FAIL")])
def test_a_negative_median_has_a_size(now: str, verdict: str) -> None:
    assert only(now, baseline=good("-100", "-100", "-100"), max_growth="10 %").verdict == verdict


def test_of_several_files_the_worse_number_counts() -> None:
    assert only("100", "200", baseline=good("100", "100", "100"), max_growth="10 %").verdict == "FAIL"
    assert only("100", "50", baseline=good("100", "100", "100"), max_drop="10 %").verdict == "FAIL"


def test_the_numbers_are_shown() -> None:
    made = only("250", baseline=good("100", "100", "100"), max_growth="10 %")
    assert (made.shown, made.where) == ("150 %", ("250 now, 100 in the middle of the last 3 good runs",))


def test_too_few_good_runs_are_too_small() -> None:
    found = of("900", baseline=good("100", "100"), max_growth="10 %")
    assert (found.verdict, found.reason) == (Verdict.TOO_SMALL, "too-few-runs")
    assert found.summary == "n growth: 2 good runs, and 3 are needed to judge by"


@pytest.mark.parametrize(
    ("now", "baseline", "reason"),
    [
        ((), good("1", "1", "1"), "metric-missing"),
        (("NaN",), good("1", "1", "1"), "not-finite"),
        (("1",), None, "no-baseline"),
        (("1",), good(), "no-baseline"),
        (("1",), BaselineData(absent={"history": Absent("unreadable", "cut off", "")}), "unreadable"),
    ],
)
def test_without_both_sides_there_is_no_evidence(now: tuple[str, ...], baseline: BaselineData, reason: str) -> None:
    found = of(*now, baseline=baseline, max_growth="10 %")
    assert (found.verdict, found.reason) == (Verdict.NO_EVIDENCE, reason)


def test_good_runs_of_another_environment_are_none() -> None:
    runs = good("900", "900", "900", where=" staging")
    assert only("900", baseline=runs, environment="staging", max_growth="0 %").verdict == "PASS"
    for environment in ("production", None):
        made = only("900", baseline=runs, environment=environment, max_growth="0 %")
        assert (made.verdict, made.reason) == ("NO_EVIDENCE", "no-baseline")


@pytest.mark.parametrize(("unit", "verdict"), [("ms", "PASS"), ("", "PASS"), ("s", "NO_EVIDENCE")])
def test_numbers_of_another_unit_compare_with_nothing(unit: str, verdict: str) -> None:
    made = only("0.2", baseline=good("200", "200", "200", unit="ms"), unit=unit, max_growth="0 %")
    assert (made.verdict, made.reason) == (verdict, "" if verdict == "PASS" else "units-differ")


def test_a_table_without_a_metric_asks_for_nothing() -> None:
    assert of("1", runs=4).reason == "not-declared"


def test_more_runs_than_are_looked_at_are_a_mistake() -> None:
    assert [keys for keys, _ in RegressionOptions(runs=2, min_runs=3).contradictions()] == [("min_runs",)]
