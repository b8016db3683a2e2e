from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_stagegate.judging import ActiveGate
from pytest_stagegate.model.evidence import Age, Evidence
from pytest_stagegate.model.numbers import Number, Ratio, Share
from pytest_stagegate.model.place import Place
from pytest_stagegate.model.service_levels import Reading
from pytest_stagegate.model.verdicts import Enforcement, GateResult, Level
from pytest_stagegate.model.waivers import Waiver
from pytest_stagegate.stock.slo import SloOptions, slo
from pytest_stagegate.waiving import Waivers, judge_with_waivers
from tests.unit.fakes import NOW, check_of, evidence_of, judged, metrics_of, verdicts
from tests.unit.service_levels import DAY, DOWN, HOUR, counts, evidence, file_of, measured, objective


def of(found: Evidence, **options: Any) -> GateResult:
    return judged(slo, found, stage="monitor", **options)


def burning(good: str, total: str, *, window: int = HOUR, **options: Any) -> GateResult:
    asked = objective(burn=(window,))
    reading = Reading(asked=asked, counts=(counts("1000"), counts(good, total, window=window)))
    return of(evidence(file_of(reading), declared=(asked,)), **options)


def test_an_objective_that_is_kept_with_budget_left_passes() -> None:
    result = of(measured("996"))
    assert result.verdict == "PASS"
    assert check_of(result, "checkout").measured == Ratio(996, 1000)
    assert check_of(result, "checkout budget").measured == Ratio(3, 5)


def test_little_budget_warns() -> None:
    assert (of(measured("992")).verdict, of(measured("992")).reason) == ("WARN", "warning-limit")


def test_a_budget_that_is_spent_to_its_end_fails_though_the_objective_is_kept() -> None:
    result = of(measured("990"))
    assert verdicts(result) == {"checkout": "PASS", "checkout budget": "FAIL"}
    assert check_of(result, "checkout budget").reason == "budget-spent"


def test_more_may_be_asked_of_the_budget() -> None:
    assert of(measured("994"), min_budget=Share.parse("50 %")).verdict == "FAIL"


def test_a_missed_objective_fails_with_a_budget_below_nothing() -> None:
    result = of(measured("980"))
    assert verdicts(result) == {"checkout": "FAIL", "checkout budget": "FAIL"}
    assert check_of(result, "checkout budget").shown == "-100 %"


def test_bad_events_may_be_counted_instead() -> None:
    assert check_of(of(measured(None, bad="4")), "checkout").measured == Ratio(996, 1000)


def test_counts_that_are_no_whole_numbers_stay_exact() -> None:
    result = of(measured("986.5", "1000"))
    assert check_of(result, "checkout").measured == Ratio(1973, 2000)
    assert result.verdict == "FAIL"


def test_an_objective_of_everything_has_no_budget_and_no_burn_rate() -> None:
    asked = objective(percent=Ratio(1, 1), burn=(HOUR,))
    good = Reading(asked=asked, counts=(counts("1000"), counts("9", "9", window=HOUR)))
    bad = Reading(asked=asked, counts=(counts("999"), counts("9", "9", window=HOUR)))
    assert verdicts(of(evidence(file_of(good)))) == {"checkout": "PASS"}
    assert verdicts(of(evidence(file_of(bad)))) == {"checkout": "FAIL"}


def test_no_event_at_all_is_no_evidence() -> None:
    assert (of(measured("0", "0")).verdict, of(measured("0", "0")).reason) == ("NO_EVIDENCE", "no-events")
    assert of(measured("0", "0"), min_events=0).verdict == "NO_EVIDENCE"


@pytest.mark.parametrize("good", ["99", "10"])
def test_few_events_say_too_little(good: str) -> None:
    assert (of(measured(good, "99")).verdict, of(measured(good, "99")).reason) == ("TOO_SMALL", "too-small")


@pytest.mark.parametrize(("good", "total"), [("1001", "1000"), ("-1", "1000"), ("0", "-5"), ("1e399", "1")])
def test_counts_that_contradict_each_other_are_no_evidence(good: str, total: str) -> None:
    assert (of(measured(good, total)).verdict, of(measured(good, total)).reason) == (
        "NO_EVIDENCE",
        "counts-contradict",
    )


def test_sums_of_floats_may_lie_a_billionth_apart() -> None:
    assert check_of(of(measured("1000.000000001")), "checkout").measured == Ratio(1000, 1000)
    assert check_of(of(measured(None, bad="-1e-10")), "checkout").measured == Ratio(1000, 1000)
    assert check_of(of(measured("-1e-10")), "checkout").measured == Ratio(0, 1000)
    assert of(measured("1000.00001")).reason == "counts-contradict"


@pytest.mark.parametrize("total", ["NaN", "+Inf", "1/0", "", "1e999"])
def test_what_is_no_number_is_no_evidence(total: str) -> None:
    assert (of(measured("1", total)).verdict, of(measured("1", total)).reason) == ("NO_EVIDENCE", "not-finite")


def test_good_and_bad_counted_both_are_no_evidence() -> None:
    assert of(measured("1", bad="1")).reason == of(measured(None)).reason == "not-reported"


def test_why_nothing_was_measured_is_told() -> None:
    result = of(measured(None, None, problem=DOWN))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "prometheus-unreachable")
    assert "checkout: Prometheus could not be reached: Connection refused" in result.summary


def test_an_objective_that_nobody_measured_is_no_evidence() -> None:
    result = of(evidence(declared=(objective(),)))
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "not-reported")


def test_each_glob_of_files_with_objectives_has_to_be_measured() -> None:
    asked = objective(source="slo/a.yaml")
    found = evidence(file_of(Reading(asked=asked, counts=(counts("1000"),))))
    levels = replace(found.service_levels, globs=("slo/*.yaml", "more/*.yaml"))
    result = of(replace(found, service_levels=levels))
    assert verdicts(result) == {"files": "NO_EVIDENCE", "checkout": "PASS", "checkout budget": "PASS"}
    assert "nothing was measured of the objectives in more/*.yaml" in result.summary


def test_without_an_objective_nothing_is_asked() -> None:
    assert (of(evidence_of()).verdict, of(evidence_of()).reason) == ("NOT_APPLICABLE", "not-declared")


def test_what_was_measured_under_another_definition_is_stale() -> None:
    was = Reading(asked=objective(percent=Ratio(9, 10)), counts=(counts("1000"),))
    result = of(evidence(file_of(was), declared=(objective(),)))
    assert (result.verdict, result.reason) == ("STALE", "other-policy")


def test_what_was_asked_of_another_server_is_stale() -> None:
    found = measured("1000")
    levels = replace(found.service_levels, address="http://127.0.0.1:9090")
    assert of(replace(found, service_levels=levels)).verdict == "PASS"
    result = of(replace(found, service_levels=replace(levels, address="http://prometheus.example")))
    assert (result.verdict, result.reason) == ("STALE", "other-policy")


def test_of_two_files_the_worse_counts() -> None:
    asked = objective()
    files = [file_of(Reading(asked=asked, counts=(counts(good),))) for good in ("1000", "10")]
    assert of(evidence(*files, declared=(asked,))).verdict == "FAIL"


def test_some_objectives_can_be_chosen_and_have_to_be_there() -> None:
    good = Reading(asked=objective("a"), counts=(counts("1000"),))
    bad = Reading(asked=objective("b"), counts=(counts("1"),))
    found = evidence(file_of(good, bad))
    assert of(found).verdict == "FAIL"
    assert of(found, objectives=["a"]).verdict == "PASS"
    missing = of(found, objectives=["a", "bb"])
    assert (missing.verdict, missing.reason) == ("NO_EVIDENCE", "objective-missing")
    assert "did you mean 'b'" in missing.summary


def test_budget_that_is_spent_much_too_fast_fails() -> None:
    result = burning("850", "1000")
    assert check_of(result, "checkout burn 1h").measured == 15
    assert (result.verdict, check_of(result, "checkout burn 1h").limit_shown) == ("FAIL", "≤ 14.4")
    assert burning("860", "1000").verdict == "PASS"


def test_a_burn_window_without_a_limit_is_only_shown() -> None:
    result = burning("1", "1000", window=2 * HOUR)
    assert (result.verdict, verdicts(result)["checkout burn 2h"]) == ("PASS", "NOT_APPLICABLE")


def test_a_burn_window_with_a_limit_has_to_be_measured() -> None:
    result = of(measured("1000"), max_burn={"2 h": Number.parse(3)})
    assert (result.verdict, result.reason) == ("NO_EVIDENCE", "not-reported")


def test_a_quiet_hour_fails_nothing() -> None:
    assert burning("9", "10").verdict == "PASS"
    assert burning("1", "10").verdict == "TOO_SMALL"
    assert burning("0", "0").verdict == "TOO_SMALL"


def test_counters_among_the_evidence_count_too() -> None:
    total, good = "http_requests_total", 'http_requests_total{code="200"}'
    asked = objective(good=good, total=total, by_metric=True)
    base = evidence_of(metrics=[metrics_of((good, "996"), (total, "1e3"))])
    assert check_of(of(evidence(declared=(asked,), base=base)), "checkout").measured == Ratio(996, 1000)
    assert of(evidence(declared=(asked,))).reason == "metric-missing"
    twice = evidence_of(metrics=[metrics_of((good, "996"), (good, "4"), (total, "1e3"))])
    assert of(evidence(declared=(asked,), base=twice)).reason == "counts-contradict"
    nan = evidence_of(metrics=[metrics_of((good, "NaN"), (total, "1e3"))])
    assert of(evidence(declared=(asked,), base=nan)).reason == "not-finite"


def test_old_metrics_are_stale_for_the_gate() -> None:
    found = replace(measured("1000"), ages=(Age("metrics", "m.prom", 25 * HOUR, 24 * HOUR),))
    assert of(found).verdict == "STALE"


def test_old_samples_are_stale() -> None:
    found = replace(measured("1000"), ages=(Age("service-levels", "levels.json", 2 * HOUR, HOUR),))
    assert of(found).verdict == "STALE"
    assert of(found, max_age=DAY).verdict == "PASS"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (SloOptions(max_burn={"an hour": Number.parse(1)}), "'an hour' is not a length of time"),
        (SloOptions(max_burn={"1 h": Number.parse(-1)}), "can't be below 0"),
        (SloOptions(max_burn={"0 h": Number.parse(1)}), "a whole number of milliseconds above 0"),
        (SloOptions(max_burn={"0.5 ms": Number.parse(1)}), "a whole number of milliseconds above 0"),
        (SloOptions(max_burn={"1 h": Number.parse(1), "60 min": Number.parse(9)}), "is as long as '1 h'"),
        (SloOptions(objectives=[]), "names no objective"),
    ],
)
def test_limits_that_are_none_are_told(options: SloOptions, told: str) -> None:
    assert told in " ".join(text for _, text in options.contradictions())


def test_a_waiver_covers_one_objective() -> None:
    good = Reading(asked=objective("a"), counts=(counts("1000"),))
    bad = Reading(asked=objective("b"), counts=(counts("1"),))
    active = ActiveGate("slo", slo.__stagegate__, SloOptions(), Enforcement(Level.BLOCK))  # type: ignore[attr-defined]
    expires = dt.date(2026, 12, 1)
    waivers = Waivers((Waiver(gate="slo", subject="b", reason="moving", owner="dana", expires=expires),))
    place = Place("monitor", None, NOW)
    result, _, _ = judge_with_waivers(active, evidence(file_of(good, bad)), place, Path(), waivers)
    assert result.verdict == "WAIVED"
