from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_stagegate.documents.schemas import schema_of
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect
from pytest_stagegate.evidence.inspecting import looked_at
from pytest_stagegate.evidence.readers.service_levels import read
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.service_levels import MetricSeen, Reading, ServiceLevelsFile
from tests.unit.service_levels import DOWN, counts, file_of, objective

WHOLE = file_of(
    Reading(asked=objective(), counts=(counts("996"),)),
    metrics=(MetricSeen(name="up", problem=DOWN),),
)


def written(tmp_path: Path, change: dict[str, Any]) -> Path:
    whole = json.loads(json_of(WHOLE))
    for path, value in change.items():
        *steps, last = path.split(".")
        place = whole
        for step in steps:
            place = place[int(step) if step.isdigit() else step]
        place[last] = value
    path_ = tmp_path / "levels.json"
    path_.write_text(json.dumps(whole, sort_keys=True), encoding="utf-8")
    return path_


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, {})
    found = read(path, tmp_path)
    assert (detect(path), found.service_levels, found.created) == ("service-levels", WHOLE, WHOLE.when)
    assert found.warnings == ("up: Prometheus could not be reached: Connection refused",)


def test_inspect_shows_it(tmp_path: Path) -> None:
    found = looked_at(written(tmp_path, {}), tmp_path, "")
    assert (found.kind, found.figures) == ("service-levels", {"objectives": 1, "metrics": 1, "problems": 1})
    assert found.names == ("checkout", "up")


def test_what_is_written_keeps_the_published_schema(tmp_path: Path) -> None:
    published = Path(__file__).parents[4] / "src/pytest_stagegate/documents/service-levels.schema.json"
    schema = json.loads(published.read_text(encoding="utf-8"))
    assert schema == json.loads(json.dumps(schema_of(ServiceLevelsFile, "stagegate/service-levels/1")))
    jsonschema.validate(json.loads(json_of(WHOLE)), schema)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": "stagegate/service-levels/2"}, "its schema is 'stagegate/service-levels/2'"),
        ({"readings": [], "metrics": []}, "it holds no objective and no metric"),
        ({"readings.0.asked.objective.numerator": 0}, "is no share above 0 and up to 1"),
        ({"readings.0.asked.objective.numerator": 101}, "is no share above 0 and up to 1"),
        ({"readings.0.asked.objective.denominator": 0}, "is no share above 0 and up to 1"),
        ({"readings.0.counts": []}, "are not those that were asked for"),
        ({"readings.0.counts.0.window": -1}, "are not those that were asked for"),
        ({"metrics.0.series": -1}, "a number of series is below 0"),
        ({"metrics.0.labels": {"a": -1}}, "a number of series is below 0"),
        ({"metrics.0.problem.reason": "\x1b[31m"}, "'\\x1b[31m' is no reason for which nothing is measured"),
        ({"metrics.0.labels": {"a": 1}}, "more series have a label than there are series"),
        ({"when": "yesterday"}, "yesterday"),
        ({"extra": 1}, "extra"),
        ({"readings.0.counts.0.good": 996}, "good"),
    ],
)
def test_what_no_such_file_says_is_refused(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(EvidenceError, match=r"levels\.json") as error:
        read(written(tmp_path, change), tmp_path)
    assert told in str(error.value)


def test_an_objective_that_stands_twice_is_refused(tmp_path: Path) -> None:
    reading = json.loads(json_of(WHOLE))["readings"][0]
    with pytest.raises(EvidenceError, match="an objective stands twice"):
        read(written(tmp_path, {"readings": [reading, reading]}), tmp_path)


def test_what_a_real_prometheus_said_is_read() -> None:
    path = Path(__file__).parents[3] / "data/service-levels/prometheus-2.42.0.json"
    found = read(path, path.parent).service_levels
    assert found is not None
    (reading,) = found.readings
    assert (reading.asked.name, found.problems, found.metrics[0].series) == ("checkout", (), 2)
    assert [float(each.good or 0) <= float(each.total or 0) for each in reading.counts] == [True, True]
