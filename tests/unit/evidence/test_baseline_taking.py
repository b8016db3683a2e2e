from __future__ import annotations

from array import array
from fractions import Fraction
from itertools import zip_longest

import pytest
from msgspec.structs import replace

from pytest_stagegate.evidence.baseline_taking import settled, taken
from pytest_stagegate.model.evidence import WarningLine
from pytest_stagegate.model.findings import Finding, FindingsData
from pytest_stagegate.model.metrics import Metric, MetricsData
from pytest_stagegate.model.tags import Tag
from tests.unit.fakes import coverage_of, evidence_of, file_of, outcomes_of, run_of, timed


def test_coverage_is_kept_for_each_file() -> None:
    evidence = evidence_of(coverage=coverage_of(file_of("a.py", 2, 3, 1, 2), branches=True))
    assert taken(evidence)["coverage"] == {"a.py": (2, 3, 1, 2)}


def test_where_nothing_was_measured_there_is_no_table() -> None:
    assert "coverage" not in taken(evidence_of())
    assert "coverage" not in taken(evidence_of(coverage=coverage_of()))


def test_executed_and_skipped_tests_are_kept_by_name() -> None:
    found = taken(evidence_of(outcomes_of(passed=1, failed=1, skipped=1, deselected=1)))
    assert found["tests"] == {"test.py::passed_0": (), "test.py::failed_0": ()}
    assert found["skips"] == {"test.py::skipped_0": ()}


def test_a_test_of_several_environments_is_one() -> None:
    tests = outcomes_of(passed=2)
    tests.tags = [Tag("test", ran_in="staging"), Tag("test", ran_in="production")]
    tests.tag_of[1] = 1
    tests.ids = ["t.py::a (staging)", "t.py::a (production)"]
    assert taken(evidence_of(tests))["tests"] == {"t.py::a": ()}


def test_a_run_that_executed_nothing_says_nothing_of_tests() -> None:
    assert taken(evidence_of(outcomes_of(skipped=2))) == {}


def test_durations_are_those_of_stages_and_of_slow_tests() -> None:
    assert taken(evidence_of(timed(1_000_000, 999_999)))["durations"] == {
        "stage:test": (1_999_999,),
        "test:test.py::passed_0": (1_000_000,),
    }


def test_tests_without_a_name_are_in_the_duration_of_their_stage() -> None:
    tests = run_of({"code": {"passed": 1}, "test": {"skipped": 1}})
    tests.unnamed[0] = array("I", [5, 6])
    assert taken(evidence_of(tests))["durations"] == {"stage:code": (1_011,)}


def test_findings_are_counted_by_fingerprint_without_suppressed_ones() -> None:
    def finding(mark: str, suppressed: bool = False) -> Finding:
        return Finding(
            rule="F401", level="error", path="a.py", line=1, message="m", fingerprint=mark, suppressed=suppressed
        )

    report = FindingsData(tool="ruff", producer="", findings=(finding("x"), finding("x"), finding("y", True)))
    assert taken(replace(evidence_of(), findings=(report,)))["findings"] == {"x": (2,)}


def test_a_tool_that_found_nothing_gives_an_empty_table() -> None:
    report = FindingsData(tool="ruff", producer="", findings=())
    assert taken(replace(evidence_of(), findings=(report,)))["findings"] == {}


def test_metrics_are_kept_where_there_is_one_finite_number_of_a_name() -> None:
    written = [("a", "0.50"), ("b", "NaN"), ("c", "1"), ("c", "2"), ("d", "1e-999999999")]
    report = MetricsData(producer="", metrics=tuple(Metric(name=name, value=value) for name, value in written))
    assert taken(replace(evidence_of(), metrics=(report,)))["metrics"] == {"a": ("0.50",)}


def test_warnings_are_counted_by_category_and_file() -> None:
    lines = [("src/a.py:3", 2), ("src/a.py:9", 1), ("src/b.py", 1)]
    recorded = [WarningLine(category="UserWarning", message="m", place=place, count=count) for place, count in lines]
    assert taken(evidence_of(warnings=recorded))["warnings"] == {
        "UserWarning src/a.py": (3,),
        "UserWarning src/b.py": (1,),
    }
    assert "warnings" not in taken(evidence_of(warnings_recorded=False))


ONE = Fraction(1, 100)


@pytest.mark.parametrize(
    ("new", "kept"),
    [
        ((900, 1000, 0, 0), True),
        ((910, 1000, 0, 0), True),
        ((911, 1000, 0, 0), False),
        ((899, 1000, 0, 0), False),
        ((910, 1010, 0, 0), True),
        ((911, 1011, 0, 0), False),
        ((905, 1005, 1, 2), False),
    ],
)
def test_a_file_is_written_anew_when_it_is_worse_or_moved_by_more_than_the_tolerance(
    new: tuple[int, ...], kept: bool
) -> None:
    old = {"a.py": (900, 1000, 0, 0)}
    assert settled("coverage", old, {"a.py": new}, ONE) == (old if kept else {"a.py": new})


def test_a_duration_is_written_anew_when_it_moved_by_more_than_the_tolerance() -> None:
    old = {"stage:test": (1000,)}
    assert settled("durations", old, {"stage:test": (1010,)}, ONE) == old
    assert settled("durations", old, {"stage:test": (1011,)}, ONE) == {"stage:test": (1011,)}


def test_names_come_and_go_and_counts_are_exact() -> None:
    assert settled("durations", {"a": (1,), "b": (1,)}, {"b": (1,), "c": (2,)}, ONE) == {"b": (1,), "c": (2,)}
    assert settled("findings", {"a": (100,)}, {"a": (101,)}, None) == {"a": (101,)}


def follow(
    *values: str, before: tuple[str, ...] = (), environment: str | None = None, units: tuple[str, ...] = ()
) -> tuple[int | str, ...]:
    """Return the good runs of p95 after one with these numbers, each in a file of its own."""
    found = [Metric(name="p95", value=v, unit=unit) for v, unit in zip_longest(values, units, fillvalue="")]
    evidence = evidence_of(metrics=[MetricsData(producer="", metrics=(each,)) for each in found])
    evidence.baseline.followed.add("p95")
    if before:
        evidence.baseline.tables["history"] = {"p95": before, "old": ("a", "1", "1", "")}
    return taken(evidence, environment=environment).get("history", {}).get("p95", ())


THIS = f"2026-11-23T09:00:00Z {'c' * 40}"


def test_a_metric_that_a_gate_follows_is_kept_with_its_run() -> None:
    assert follow("9", "30") == (THIS, "9", "30", "")
    assert follow("9", units=("ms",), environment="eu") == (f"{THIS} eu", "9", "9", "ms")


def test_a_good_run_stands_behind_those_of_before_and_counts_once() -> None:
    before = ("2026-11-22 b", "1", "1", "")
    assert follow("7", before=before) == (*before, THIS, "7", "7", "")
    assert follow("7", before=(THIS, "7", "7", "")) == (THIS, "7", "7", "")


def test_of_a_number_that_is_none_no_run_is_kept() -> None:
    assert follow("7", "NaN") == ()
    assert follow("7", "8", units=("ms", "s")) == ()


def test_what_no_gate_follows_is_left_alone() -> None:
    evidence = evidence_of(metrics=[MetricsData(producer="", metrics=(Metric(name="p95", value="1"),))])
    assert "history" not in taken(evidence)
