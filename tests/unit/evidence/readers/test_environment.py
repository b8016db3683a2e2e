from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect
from pytest_stagegate.evidence.inspecting import looked_at
from pytest_stagegate.evidence.readers.environment import read
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.environments import SCHEMA, EnvironmentFile
from tests.unit.environments import answer, report_on


def written(tmp_path: Path, **changed: Any) -> Path:
    """Write a report of which something was changed by hand."""
    path = tmp_path / "staging.environment.json"
    whole = json.loads(json_of(EnvironmentFile(schema=SCHEMA, seen=report_on())))
    whole["seen"] |= changed
    path.write_text(json.dumps(whole | {key: changed[key] for key in ("schema",) if key in changed}))
    return path


def test_a_report_is_known_by_its_content_however_long_it_is(tmp_path: Path) -> None:
    seen = report_on(**{"environment": "staging"})
    long = msgspec.structs.replace(seen, data=tuple(answer(f"data {number}", text="x" * 300) for number in range(99)))
    path = tmp_path / "a.json"
    path.write_bytes(json_of(EnvironmentFile(schema=SCHEMA, seen=long)))
    assert detect(path) == "environment"


def test_what_was_written_is_read(tmp_path: Path) -> None:
    found = read(written(tmp_path), tmp_path)
    assert found.looked_at == report_on()
    assert (found.environment, found.commit, found.created) == ("staging", "c" * 40, "2026-11-23T12:00:00Z")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"schema": "stagegate/environment/2"}, "its schema is 'stagegate/environment/2'"),
        ({"environment": ""}, "environment has to be the name of one"),
        ({"commit": ""}, "commit is null where it is not stated"),
        ({"when": "yesterday"}, "yesterday"),
        ({"probe": {"name": "probe", "asked": "", "outcome": "fine", "us": 1, "text": ""}}, "an outcome is passed or"),
        ({"probe": {"name": "probe", "asked": "", "outcome": "passed", "us": -1, "text": ""}}, "us"),
        ({"conditions": 3}, "conditions"),
    ],
)
def test_what_no_report_can_say_is_refused(tmp_path: Path, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(EvidenceError, match=r"staging\.environment\.json") as caught:
        read(written(tmp_path, **changed), tmp_path)
    assert told in str(caught.value)


def test_inspect_shows_how_it_was(tmp_path: Path) -> None:
    found = looked_at(written(tmp_path, probe=None), tmp_path, "")
    assert (found.kind, found.figures) == ("environment", {"conditions": 1, "held": 1, "questions": 1, "passed": 1})
    assert found.names == ("staging",)
