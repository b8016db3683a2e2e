from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import msgspec
import pytest

from pytest_stagegate.documents.schemas import rollout_schema
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.rollout import read
from pytest_stagegate.model.rings import SCHEMA, RolloutStep
from pytest_stagegate.rolling import log_step

FIRST = RolloutStep(schema=SCHEMA, step="open", at="2026-11-20T09:00:00Z", ring="a", decision="GO")
SECOND = msgspec.structs.replace(FIRST, at="2026-11-20T10:00:00Z", ring="b")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "rollout.jsonl"
    log_step(path, FIRST)
    log_step(path, SECOND)
    return path


def test_every_step_is_read_with_the_instant_of_the_last(log: Path) -> None:
    contents = read(log, log.parent)
    assert [each.ring for each in contents.steps or ()] == ["a", "b"]
    assert contents.created == "2026-11-20T10:00:00Z"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"ring":"a"', '"ring":"c"', "rollout.jsonl:2: it is not behind the line"),
        ('"step":"open"', '"step":"skip"', "rollout.jsonl: this is no log"),
        ("rollout/1", "rollout/9", "rollout.jsonl:1: its schema is"),
        ("09:00:00Z", "25:00:00Z", "rollout.jsonl:1: at:"),
        ('"ring":"b"', '"ring":"b","more":1', "rollout.jsonl:2"),
    ],
)
def test_a_line_that_was_changed_is_named(log: Path, old: str, new: str, told: str) -> None:
    log.write_text(log.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EvidenceError) as caught:
        read(log, log.parent)
    assert told in str(caught.value)


def test_a_line_that_is_missing_or_breaks_off_is_told(log: Path) -> None:
    first, second = log.read_text(encoding="utf-8").splitlines()
    for text, told in ((f"{second}\n", "rollout.jsonl:1"), (f"{first}\n{second}", "breaks off"), ("", "is empty")):
        log.write_text(text, encoding="utf-8")
        with pytest.raises(EvidenceError, match=told):
            read(log, log.parent)


def test_no_step_comes_before_the_last(log: Path) -> None:
    with pytest.raises(EvidenceError, match="none can come before it"):
        log_step(log, FIRST)


@pytest.mark.parametrize(("begin", "end"), [(b"\xef\xbb\xbf", b"\n"), (b"", b"\r\n")], ids=["bom", "crlf"])
def test_a_log_that_windows_kept_is_read_and_goes_on(log: Path, begin: bytes, end: bytes) -> None:
    log.write_bytes(begin + log.read_bytes().replace(b"\n", end))
    log_step(log, msgspec.structs.replace(SECOND, at="2026-11-20T11:00:00Z", ring="c"))
    assert [each.ring for each in read(log, log.parent).steps or ()] == ["a", "b", "c"]


def test_a_log_that_is_no_utf_8_is_told(log: Path) -> None:
    log.write_bytes(log.read_bytes().replace(b'"a"', b'"\xe4"'))
    with pytest.raises(EvidenceError, match="no utf-8 text"):
        read(log, log.parent)


def test_the_published_schema_is_that_of_the_type_and_holds(log: Path) -> None:
    text = files("pytest_stagegate.documents").joinpath("rollout.schema.json").read_text("utf-8")
    published = json.loads(text)
    assert published == json.loads(json.dumps(rollout_schema()))
    for line in log.read_text(encoding="utf-8").splitlines():
        jsonschema.validate(json.loads(line), published, jsonschema.Draft202012Validator)
