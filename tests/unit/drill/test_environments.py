from __future__ import annotations

from pathlib import Path

import msgspec

from pytest_stagegate.drill.environments import faults
from pytest_stagegate.evidence.readers.environment import read
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.environments import SCHEMA, EnvironmentFile
from tests.unit.environments import answer, report_on


def answered(path: Path, version: str | None) -> str | None:
    """Return which version a report states once the fault is in it."""
    seen = report_on(probe="passed")
    said = msgspec.structs.replace(seen, probe=msgspec.structs.replace(answer("probe"), version=version))
    path.write_bytes(json_of(EnvironmentFile(schema=SCHEMA, seen=said)))
    fault = next(each for each in faults(lambda _: "environment") if "another version runs" in each.name)
    fault.plant([path])
    report = read(path, path.parent).looked_at
    assert report is not None
    assert report.probe is not None
    return report.probe.version


def test_an_environment_answers_with_another_version(tmp_path: Path) -> None:
    assert answered(tmp_path / "staging.environment.json", "1.2.0") == "0.0.0"
    assert answered(tmp_path / "staging.environment.json", None) is None
