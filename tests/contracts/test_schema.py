"""``decision.schema.json`` is what ``decision.json`` is written by."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_stagegate.documents.rendering import decision_json, decision_schema
from pytest_stagegate.evidence import lines
from pytest_stagegate.model.decision import Note
from pytest_stagegate.project import load_project
from tests.unit.fakes import (
    collected,
    coverage_of,
    decision_on,
    end,
    file_of,
    passed,
    project_at,
    record_at,
    run_line,
)

POLICY = """
[gate.coverage]
line = "90 %"
branch = "80 %"
owner = "dana"
enforcement = { block_from = 2027-01-01 }
[gate.durations]
max_test = "1 s"
"""


@pytest.fixture
def published() -> dict[str, Any]:
    text = files("pytest_stagegate.documents").joinpath("decision.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def test_the_published_schema_is_that_of_the_types(published: dict[str, Any]) -> None:
    assert published == json.loads(json.dumps(decision_schema()))


def test_the_published_schema_is_a_valid_one(published: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(published)


def test_a_decision_with_something_everywhere_fits_the_schema(tmp_path: Path, published: dict[str, Any]) -> None:
    record = record_at(
        tmp_path / "evidence.jsonl",
        run_line(provisional=(Note(reason="dirty-tree", text="The work tree has changes."),), facts={"pytest": "9.0"}),
        *collected(3),
        passed(0),
        lines.Test(item=1, outcome="failed", us=5, executed=True, reason="assert 1 == 2", subtests=("a: failed",)),
        lines.CollectionFailed(path="tests/test_b.py", message="ImportError"),
        lines.Measured(coverage=coverage_of(file_of("a.py", 1, 3))),
        end(1),
    )
    project = load_project(project_at(tmp_path, policy=POLICY))
    decision = decision_on(project, record)
    jsonschema.validate(json.loads(decision_json(decision)), published, jsonschema.Draft202012Validator)
