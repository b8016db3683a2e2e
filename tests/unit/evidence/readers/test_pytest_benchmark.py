from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.evidence.readers.pytest_benchmark import read
from tests.unit.evidence.readers.test_metric_rows import read_of, refused

DATA = Path(__file__).parents[3] / "data" / "metrics"
FILES = sorted(DATA.glob("pytest-benchmark-*.json"))


def of(path: Path, **report: Any) -> str:
    path.write_text(json.dumps({"benchmarks": [], **report}), encoding="utf-8")
    return str(read(path, path.parent).commit)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_numbers_are_those_of_the_tool(path: Path) -> None:
    found = read(path, DATA).metrics
    assert found is not None
    stated = {
        f"{each['fullname']}:{key}": value
        for each in json.loads(path.read_text(encoding="utf-8"))["benchmarks"]
        for key, value in each["stats"].items()
        if isinstance(value, (int, float))
    }
    assert {each.name: float(each.value) for each in found.metrics} == stated


def test_a_number_stands_as_it_is_written() -> None:
    found = read(DATA / "pytest-benchmark-5.3.1.json", DATA).metrics
    assert found is not None
    text = (DATA / "pytest-benchmark-5.3.1.json").read_text(encoding="utf-8")
    assert all(f": {each.value}" in text for each in found.metrics)


def test_times_are_seconds_and_counts_have_no_unit() -> None:
    found = read(DATA / "pytest-benchmark-5.3.1.json", DATA).metrics
    assert found is not None
    units = {each.name.removeprefix("rates_bench.py::test_words:"): each.unit for each in found.metrics}
    assert (units["median"], units["ops"], units["rounds"]) == ("seconds", "operations per second", "")


def test_where_the_numbers_come_from() -> None:
    found = read(DATA / "pytest-benchmark-5.3.1.json", DATA)
    assert found.producer == "pytest-benchmark 5.3.1"
    assert found.commit == "93021298873ecddf8d7d64f5d94236c331f2397c"
    assert found.created == "2026-11-23T19:19:37Z"
    assert not found.dirty


def test_changes_in_the_work_tree_are_told() -> None:
    assert read(DATA / "pytest-benchmark-4.0.0.json", DATA).dirty


def test_a_benchmark_that_failed_is_not_in_the_file() -> None:
    found = read(DATA / "pytest-benchmark-5.3.1.json", DATA).metrics
    assert found is not None
    assert not any("test_it_fails" in each.name for each in found.metrics)


@pytest.mark.parametrize("told", ["unknown", "unversioned", "", "abc", None, 12])
def test_what_is_no_commit_is_none(told: object, tmp_path: Path) -> None:
    assert of(tmp_path / "b.json", commit_info={"id": told}) == "None"


def test_a_statistic_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    report = {"benchmarks": [{"fullname": "a", "stats": {"min": 1, "max": None, "data": [1, 2], "outliers": "1;2"}}]}
    assert read_of(read, tmp_path / "b.json", json.dumps(report)) == {"a:min": "1"}


@pytest.mark.parametrize("report", [[], {}, {"benchmarks": 1}, "text", 1])
def test_another_document_is_refused(report: object, tmp_path: Path) -> None:
    assert refused(read, tmp_path / "b.json", json.dumps(report)).startswith("b.json: this is no file of pytest-ben")


@pytest.mark.parametrize(
    "entry", [1, {}, {"fullname": "a"}, {"fullname": 1, "stats": {}}, {"fullname": "", "stats": {}}]
)
def test_a_benchmark_without_a_name_or_numbers_is_refused(entry: object, tmp_path: Path) -> None:
    message = refused(read, tmp_path / "b.json", json.dumps({"benchmarks": [entry]}))
    assert message == "b.json: benchmarks[0] has no fullname or no stats"


def test_a_statistic_that_is_no_number_is_refused(tmp_path: Path) -> None:
    report = {"benchmarks": [{"fullname": "a", "stats": {"median": "fast"}}]}
    assert refused(read, tmp_path / "b.json", json.dumps(report)) == "b.json: benchmarks[0].stats.median is no number"
