"""What the pack of a deployed service asks at the stages after the release, of a project that has declared nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_stagegate.policy.loading import load
from tests.unit.fakes import collected, end, passed, project_at, record_at, run_line
from tests.unit.test_cli import RECORD, check, project

__all__ = ["project"]

SERVICE = 'extends = "web-service"\nenvironments = ["production"]\n[gate.coverage]\nsource = ["src"]\n'


@pytest.mark.parametrize(
    ("stage", "status", "asked"),
    [
        ("deploy", 21, {"smoke": "not-deployed", "same-artifact": "not-deployed", "rollback": "drill-missing"}),
        ("manage", 21, {"incidents": "not-reported", "drills": "not-declared", "runtime-support": "not-reported"}),
        ("monitor", 0, {"synthetic": ""} | dict.fromkeys(("slo", "telemetry", "regression"), "not-declared")),
    ],
)
def test_a_service_is_asked_for_what_needs_no_declaration(stage: str, status: int, asked: dict[str, str]) -> None:
    project_at(Path(), policy=SERVICE)
    header = run_line(stage=stage, environment="production", shape_sha256=load(Path()).shape_sha256)
    record_at(RECORD, header, *collected(2, stage), passed(0, 1), end())
    assert check() == status
    gates = json.loads((RECORD.parent / "decision.json").read_bytes())["gates"]
    assert {each["gate"]: each["reason"] for each in gates if each["gate"] in asked} == asked
