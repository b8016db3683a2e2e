from __future__ import annotations

from typing import Any

import pytest

from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import BaselineData
from pytest_stagegate.model.metrics import MetricsData
from pytest_stagegate.model.numbers import Number, Percentage
from pytest_stagegate.model.verdicts import Check, GateResult, OnMissing
from pytest_stagegate.stock.metrics import MetricsOptions, metrics
from tests.unit.fakes import check_of, evidence_of, judged, metrics_of, verdicts

LATENCY = metrics_of(("p95_ms", "312"))


def number(**limits: float) -> dict[str, Number]:
    return {name: Number.parse(limit) for name, limit in limits.items()}


def percent(**limits: str) -> dict[str, Percentage]:
    return {name: Percentage.parse(limit) for name, limit in limits.items()}


def known(**numbers: str) -> BaselineData:
    return BaselineData(tables={"metrics": {name: (value,) for name, value in numbers.items()}})


def of(*data: MetricsData, baseline: BaselineData | None = None, **options: Any) -> GateResult:
    return judged(metrics, evidence_of(metrics=data, baseline=baseline), **options)


def only(*data: MetricsData, **more: Any) -> Check:
    (made,) = of(*data, **more).checks
    return made


def moved(before: str, now: str, **options: Any) -> Check:
    return only(metrics_of(("n", now)), baseline=known(n=before), **options)


def test_a_table_without_a_limit_asks_for_nothing() -> None:
    assert of(LATENCY).reason == "not-declared"


@pytest.mark.parametrize(("limit", "verdict"), [(312, "PASS"), (311.99, "FAIL")])
def test_at_most(limit: float, verdict: str) -> None:
    assert only(LATENCY, at_most=number(p95_ms=limit)).verdict == verdict


@pytest.mark.parametrize(("limit", "verdict"), [(312, "PASS"), (312.01, "FAIL")])
def test_at_least(limit: float, verdict: str) -> None:
    assert only(LATENCY, at_least=number(p95_ms=limit)).verdict == verdict


def test_a_decimal_is_compared_as_it_was_written() -> None:
    assert only(metrics_of(("ratio", "0.3")), at_most=number(ratio=0.3)).verdict == "PASS"
    assert only(metrics_of(("ratio", "0.30000000000000000001")), at_most=number(ratio=0.3)).verdict == "FAIL"


def test_of_several_numbers_the_highest_counts_for_at_most() -> None:
    made = only(LATENCY, metrics_of(("p95_ms", "90")), at_most=number(p95_ms=300))
    assert (made.name, made.verdict, made.shown, made.inspected) == ("p95_ms highest", "FAIL", "312", 2)


def test_of_several_numbers_the_lowest_counts_for_at_least() -> None:
    made = only(LATENCY, metrics_of(("p95_ms", "90")), at_least=number(p95_ms=100))
    assert (made.name, made.verdict, made.shown, made.inspected) == ("p95_ms lowest", "FAIL", "90", 2)


def test_a_warning_stands_inside_its_limit() -> None:
    assert only(LATENCY, at_most=number(p95_ms=400), warn_above=number(p95_ms=300)).verdict == "WARN"
    assert only(LATENCY, at_least=number(p95_ms=200), warn_below=number(p95_ms=400)).verdict == "WARN"


def test_the_unit_of_the_tool_is_shown() -> None:
    made = only(metrics_of(("latency", "0.25"), unit="seconds"), at_most=number(latency=0.2))
    assert (made.shown, made.limit_shown) == ("0.25 seconds", "≤ 0.2")


def test_numbers_in_several_units_compare_with_nothing() -> None:
    both = (metrics_of(("latency", "2"), unit="seconds"), metrics_of(("latency", "3"), unit="minutes"))
    for limits in ({"at_most": number(latency=9)}, {"at_least": number(latency=1)}):
        made = only(*both, **limits)
        assert (made.verdict, made.reason) == ("NO_EVIDENCE", "units-differ")
    assert "the evidence holds latency in several units: minutes, seconds" in made.text
    known = (both[0], metrics_of(("latency", "3")))
    assert only(*known, at_most=number(latency=9)).verdict == "PASS"


def test_a_metric_that_is_not_there_is_no_evidence_with_the_nearest_name() -> None:
    made = only(LATENCY, at_most=number(p96_ms=300))
    assert (made.verdict, made.reason, made.limit_shown) == ("NO_EVIDENCE", "metric-missing", "≤ 300")
    assert made.text == "no evidence holds a metric p96_ms; did you mean 'p95_ms'?"


def test_a_name_without_its_labels_is_led_to_one_with_them() -> None:
    made = only(metrics_of(('requests_total{code="200"}', "3")), at_least=number(requests_total=1))
    assert made.text.endswith("""did you mean 'requests_total{code="200"}'?""")


def test_of_many_names_that_are_all_far_off_none_is_listed() -> None:
    many = metrics_of(*((f"metric_{index}", "1") for index in range(300)))
    made = only(many, at_most=number(zzz=1))
    assert made.text == "no evidence holds a metric zzz; stagegate inspect shows the 300 that there are"


@pytest.mark.parametrize("count", [3, 10])
def test_a_few_names_are_all_listed_where_none_is_near(count: int) -> None:
    made = only(metrics_of(*((f"metric_{index}", "1") for index in range(count))), at_most=number(zzz=1))
    assert f"metric_{count - 1}" in made.text


def test_more_than_ten_names_are_counted_where_none_is_near() -> None:
    made = only(metrics_of(*((f"metric_{index}", "1") for index in range(11))), at_most=number(zzz=1))
    assert made.text.endswith("; stagegate inspect shows the 11 that there are")


def test_of_many_names_the_nearest_is_told() -> None:
    many = metrics_of(*((f"metric_{index}", "1") for index in range(11)), ("p95_ms", "1"))
    assert only(many, at_most=number(p96_ms=1)).text.endswith("; did you mean 'p95_ms'?")


@pytest.mark.parametrize(("others", "told"), [(1_999, "did you mean 'p95_ms'?"), (2_000, "that there are")])
def test_a_name_is_compared_with_the_first_2000(others: int, told: str) -> None:
    many = metrics_of(*((f"a{index}", "1") for index in range(others)), ("p95_ms", "1"))
    assert only(many, at_most=number(p96_ms=1)).text.endswith(told)


def test_without_any_metric_that_is_said_once() -> None:
    made = only(at_most=number(a=1, b=1), max_growth=percent(c="5 %"))
    assert (made.name, made.reason, made.text) == ("metrics", "metric-missing", "no evidence holds any metric")


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf", "1e999999999", "1e-999999999", "1/3", "", "٣"])
@pytest.mark.parametrize("option", ["at_most", "at_least"])
def test_what_is_no_finite_number_meets_no_limit(option: str, value: str) -> None:
    made = only(metrics_of(("n", value)), metrics_of(("n", "5")), **{option: number(n=5)})
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "not-finite")


def test_one_broken_metric_leaves_the_others_their_say() -> None:
    limits = number(a=1, b=1, c=1)
    made = of(metrics_of(("a", "2"), ("b", "NaN"), ("c", "1")), at_most=limits)
    assert verdicts(made) == {"a highest": "FAIL", "b highest": "NO_EVIDENCE", "c highest": "PASS"}


def test_what_the_policy_skips_when_missing_is_not_skipped_when_broken() -> None:
    missing = of(LATENCY, at_most=number(n=5), on_missing=OnMissing.SKIP)
    broken = of(metrics_of(("n", "+Inf")), at_most=number(n=5), on_missing=OnMissing.SKIP)
    assert missing.verdict == "NOT_APPLICABLE"
    assert (broken.verdict, broken.effect) == ("NO_EVIDENCE", "HOLD")


@pytest.mark.parametrize(
    ("before", "now", "tolerance", "verdict"),
    [
        ("100", "110", "10 %", "PASS"),
        ("100", "110.0001", "10 %", "FAIL"),
        ("100", "250", "150 %", "PASS"),
        ("100", "90", "0 %", "PASS"),
        ("0.1", "0.3", "200 %", "PASS"),
        ("-100", "-90", "10 %", "PASS"),
        ("-100", "-89", "10 %", "FAIL"),
        ("0", "0", "0 %", "PASS"),
        ("0", "-1", "0 %", "PASS"),
        ("0", "1e-9", "1000 %", "FAIL"),
    ],
)
def test_growth_is_measured_in_parts_of_the_baseline(before: str, now: str, tolerance: str, verdict: str) -> None:
    assert moved(before, now, max_growth=percent(n=tolerance)).verdict == verdict


@pytest.mark.parametrize(
    ("before", "now", "tolerance", "verdict"),
    [
        ("100", "90", "10 %", "PASS"),
        ("100", "89.9", "10 %", "FAIL"),
        ("100", "110", "0 %", "PASS"),
        ("-100", "-110", "10 %", "PASS"),
        ("-100", "-111", "10 %", "FAIL"),
        ("100", "-50", "150 %", "PASS"),
        ("0", "0", "0 %", "PASS"),
        ("0", "-1e-9", "1000 %", "FAIL"),
    ],
)
def test_a_drop_is_measured_in_parts_of_the_baseline(before: str, now: str, tolerance: str, verdict: str) -> None:
    assert moved(before, now, max_drop=percent(n=tolerance)).verdict == verdict


def test_growth_shows_both_numbers() -> None:
    made = moved("100", "112.5", max_growth=percent(n="10 %"))
    assert (made.name, made.shown, made.limit_shown) == ("n growth", "12.5 %", "≤ 10 %")
    assert made.where == ("112.5 now, 100 in the baseline",)


def test_a_number_that_has_grown_is_not_shown_larger_than_it_is() -> None:
    assert moved("100", "312.4567", max_growth=percent(n="10 %")).where == ("312.456 now, 100 in the baseline",)


def test_of_several_numbers_like_is_compared_with_like() -> None:
    both = BaselineData(tables={"metrics": {"n": ("100", "300")}})
    now = metrics_of(("n", "95"), ("n", "310"))
    assert only(now, baseline=both, max_growth=percent(n="5 %")).verdict == "PASS"
    assert only(now, baseline=both, max_drop=percent(n="4 %")).verdict == "FAIL"


def test_without_a_baseline_only_what_is_relative_to_it_is_no_evidence() -> None:
    made = of(LATENCY, at_most=number(p95_ms=400), max_growth=percent(p95_ms="5 %"))
    assert verdicts(made) == {"p95_ms highest": "PASS", "p95_ms growth": "NO_EVIDENCE"}
    assert check_of(made, "p95_ms growth").text == ("there is no baseline of metrics yet")


def test_a_baseline_that_is_absent_says_why_in_its_own_words() -> None:
    absent = BaselineData(absent={"metrics": Absent("other-project", "the baseline is of another project")})
    made = only(LATENCY, baseline=absent, max_growth=percent(p95_ms="5 %"))
    assert (made.reason, made.text) == ("other-project", "the baseline is of another project.")


def test_a_metric_that_is_new_has_no_baseline() -> None:
    made = only(LATENCY, baseline=known(other="3"), max_growth=percent(p95_ms="5 %"))
    assert (made.verdict, made.reason, made.text) == ("NO_EVIDENCE", "no-baseline", "the baseline has no metric p95_ms")


def test_a_baseline_that_is_no_number_is_no_evidence() -> None:
    made = moved("NaN", "3", max_growth=percent(n="5 %"))
    assert (made.verdict, made.reason) == ("NO_EVIDENCE", "not-finite")
    assert made.text == "in the baseline the metric n is 'NaN', which is no number that can be compared"


def test_a_relative_limit_of_a_missing_metric_is_no_evidence() -> None:
    made = only(LATENCY, baseline=known(n="1"), max_drop=percent(n="5 %"))
    assert (made.verdict, made.reason, made.limit_shown) == ("NO_EVIDENCE", "metric-missing", "≤ 5 %")


@pytest.mark.parametrize(
    ("options", "keys", "sentence"),
    [
        ({"at_least": number(n=3), "at_most": number(n=2)}, ("at_least", "n"), "can't be at least that"),
        ({"warn_above": number(n=3)}, ("warn_above", "n"), "needs a limit in at_most too"),
        ({"warn_below": number(n=3)}, ("warn_below", "n"), "needs a limit in at_least too"),
        ({"warn_above": number(n=3), "at_most": number(n=3)}, ("warn_above", "n"), "can never warn"),
        ({"warn_below": number(n=3), "at_least": number(n=3)}, ("warn_below", "n"), "can never warn"),
        ({"warn_above": number(n=4), "at_most": number(n=3)}, ("warn_above", "n"), "its limit in at_most is reached"),
        ({"warn_below": number(n=2), "at_least": number(n=3)}, ("warn_below", "n"), "its limit in at_least is reached"),
    ],
)
def test_limits_that_can_not_stand_together(options: Any, keys: tuple[str, ...], sentence: str) -> None:
    ((where, text),) = MetricsOptions(**options).contradictions()
    assert where == keys
    assert sentence in text


@pytest.mark.parametrize(
    "options",
    [
        {"at_least": number(n=2), "at_most": number(n=2), "warn_above": number(n=1)},
        {"at_least": number(n=1), "at_most": number(n=3)},
        {"at_least": number(n=1), "warn_below": number(n=2)},
    ],
)
def test_limits_that_can_stand_together(options: Any) -> None:
    assert list(MetricsOptions(**options).contradictions()) == []
