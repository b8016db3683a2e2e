from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect
from pytest_stagegate.evidence.readers.manual import read
from pytest_stagegate.model.canonical import json_of
from pytest_stagegate.model.manual import SCHEMA, ManualResults
from tests.unit.manual_tests import result_of

if TYPE_CHECKING:
    from pathlib import Path


def written(path: Path, *results: Any, schema: str = SCHEMA) -> Path:
    path.write_bytes(json_of(ManualResults(schema=schema, producer="x 1", results=results)))
    return path


def test_a_file_of_ours_is_known_by_its_content_and_read(tmp_path: Path) -> None:
    path = written(tmp_path / "r.json", result_of(), result_of("b", when="2026-11-23T08:30:00Z"))
    found = read(path, tmp_path)
    assert detect(path) == "manual"
    assert (found.manual, found.created) == (
        (result_of(), result_of("b", when="2026-11-23T08:30:00Z")),
        "2026-11-23T08:30:00Z",
    )
    assert found.commit == "c" * 40


@pytest.mark.parametrize(
    "changed",
    [
        {"who": ""},
        {"who": "a\nb"},
        {"when": "2026-11-23"},
        {"digest": "x"},
        {"id": " "},
        {"commit": ""},
        {"attachments": ({"name": "", "sha256": "0" * 64},)},
    ],
)
def test_what_no_result_can_say_makes_the_file_unreadable(tmp_path: Path, changed: dict[str, Any]) -> None:
    whole = msgspec.json.decode(written(tmp_path / "r.json", result_of()).read_bytes())
    whole["results"][0] |= changed
    (tmp_path / "r.json").write_bytes(msgspec.json.encode(whole))
    with pytest.raises(EvidenceError, match="result 1"):
        read(tmp_path / "r.json", tmp_path)


def test_another_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="stagegate/manual/2"):
        read(written(tmp_path / "r.json", schema="stagegate/manual/2"), tmp_path)
