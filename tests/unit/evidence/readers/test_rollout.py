from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

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
