from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_stagegate.evidence.readers.allure_perf import read
from tests.unit.evidence.readers.test_metric_rows import read_of, refused

DATA = Path(__file__).parents[3] / "data" / "metrics"
REAL = DATA / "allure-3.18.0-perf.json"


def sample(**more: Any) -> dict[str, Any]:
    return {"id": "a", "key": "page.load", "value": 1240, "start": 1792065109697, "stop": 1792065110937, **more}


def test_the_numbers_are_those_of_the_tool() -> None:
    found = read(REAL, DATA)
    stated = sorted((each["key"], each["value"]) for each in json.loads(REAL.read_text(encoding="utf-8")))
    assert found.metrics is not None
    assert [(each.name, float(each.value)) for each in found.metrics.metrics] == stated
    assert found.created == "2026-11-23T19:13:52Z"


def test_several_samples_of_one_key_each_count(tmp_path: Path) -> None:
    path = tmp_path / "perf.json"
    path.write_text(json.dumps([sample(), sample(id="b", value=9.5)]), encoding="utf-8")
    found = read(path, tmp_path).metrics
    assert found is not None
    assert [(each.name, each.value) for each in found.metrics] == [("page.load", "1240"), ("page.load", "9.5")]


def test_it_is_as_old_as_its_oldest_sample(tmp_path: Path) -> None:
    path = tmp_path / "perf.json"
    path.write_text(json.dumps([sample(), sample(start=1791000000000)]), encoding="utf-8")
    assert read(path, tmp_path).created == "2026-10-03T04:00:00Z"


def test_a_number_that_is_none_is_kept_as_such(tmp_path: Path) -> None:
    assert read_of(read, tmp_path / "perf.json", json.dumps([sample(value=None)])) == {"page.load": "NaN"}


def test_the_unit_that_a_sample_states_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "perf.json"
    path.write_text(json.dumps([sample(unit="ms")]), encoding="utf-8")
    found = read(path, tmp_path).metrics
    assert found is not None
    assert found.metrics[0].unit == "ms"


def test_times_that_are_no_times_give_no_age(tmp_path: Path) -> None:
    path = tmp_path / "perf.json"
    path.write_text('[{"id": "a", "key": "k", "value": 1, "start": 1e999, "stop": NaN}]', encoding="utf-8")
    assert read(path, tmp_path).created is None


def test_no_sample_at_all_is_said(tmp_path: Path) -> None:
    (tmp_path / "perf.json").write_text("[]", encoding="utf-8")
    assert read(tmp_path / "perf.json", tmp_path).warnings == ("it holds no number",)


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (1, "is no sample"),
        (sample(id=""), "has no id"),
        (sample(key=3), "has no key"),
        (sample(start="now"), "has no start"),
        (sample(stop=None), "has no stop"),
        (sample(value="12"), "has no number as its value"),
        (sample(value=True), "has no number as its value"),
        ({key: value for key, value in sample().items() if key != "value"}, "has no number as its value"),
    ],
)
def test_a_sample_that_allure_would_leave_out_is_refused(broken: object, sentence: str, tmp_path: Path) -> None:
    message = refused(read, tmp_path / "perf.json", json.dumps([sample(), broken]))
    assert message == f"perf.json: [1] {sentence}"


def test_another_document_is_refused(tmp_path: Path) -> None:
    assert refused(read, tmp_path / "perf.json", "{}").startswith("perf.json: these are no performance metrics")
