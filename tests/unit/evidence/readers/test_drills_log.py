from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_stagegate.documents.schemas import drills_schema
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.formats import detect, read_file

ENTRY = {"drill": "restore", "at": "2026-11-20T10:00:00+01:00", "outcome": "passed", "by": "dana"}


def read(tmp_path: Path, *entries: dict[str, Any], schema: str = "stagegate/drills/1") -> Any:
    path = tmp_path / "stagegate-drills.json"
    path.write_text(json.dumps({"schema": schema, "drills": entries}), encoding="utf-8")
    return read_file(path, tmp_path, detect(path))


def test_a_log_is_read_with_its_times_in_utc(tmp_path: Path) -> None:
    contents = read(tmp_path, ENTRY)
    assert [(each.drill, each.at, each.by) for each in contents.drills] == [("restore", "2026-11-20T09:00:00Z", "dana")]
    assert contents.created == "2026-11-20T09:00:00Z"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"outcome": "ok"}, "Invalid enum value 'ok'"),
        ({"at": "2026-11-20"}, "drill 1: at: '2026-11-20' is not a time with its zone"),
        ({"by": ""}, "drill 1: it names neither its test nor who did it"),
        ({"by": " "}, "drill 1: it names neither its test nor who did it"),
        ({"drill": " restore"}, "drill 1: ' restore' is no name of a kind of drills"),
        ({"who": "dana"}, "unknown field `who`"),
    ],
)
def test_what_is_wrong_with_a_log_is_told(tmp_path: Path, changed: dict[str, str], told: str) -> None:
    with pytest.raises(EvidenceError) as error:
        read(tmp_path, {**ENTRY, **changed})
    assert told in str(error.value)


def test_another_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="its schema is 'stagegate/drills/2'"):
        read(tmp_path, ENTRY, schema="stagegate/drills/2")


def test_the_published_schema_is_that_of_the_types_and_holds(tmp_path: Path) -> None:
    published = json.loads(files("pytest_stagegate.documents").joinpath("drills.schema.json").read_text("utf-8"))
    assert published == json.loads(json.dumps(drills_schema()))
    read(tmp_path, ENTRY)
    log = json.loads((tmp_path / "stagegate-drills.json").read_text("utf-8"))
    jsonschema.validate(log, published, jsonschema.Draft202012Validator)
