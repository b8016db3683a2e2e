"""The log of a rollout with a fault is still a whole log, and says something worse."""

from __future__ import annotations

from pathlib import Path

import msgspec

from pytest_stagegate.drill.rings import faults, next_ring, out_of_turn
from pytest_stagegate.evidence.readers.rollout import steps_in
from pytest_stagegate.model.decision import Subject
from pytest_stagegate.model.progress import Progress, progress
from pytest_stagegate.model.rings import OPEN, SCHEMA, Ring, RolloutStep
from pytest_stagegate.rolling import log_step

RINGS = (Ring(name="first"), Ring(name="second"))
COMMIT = "c" * 40
SUBJECT = Subject(name="shop", version="1", commit=COMMIT, commit_source="git", dirty=False)
NOW = "2026-11-20T12:00:00Z"


def opened(path: Path, *names: str) -> Path:
    for name in names:
        step = RolloutStep(schema=SCHEMA, step=OPEN, at="2026-11-20T09:00:00Z", version="1", commit=COMMIT)
        log_step(path, msgspec.structs.replace(step, ring=name, decision="GO", sha256="0" * 64))
    return path


def after(number: int, path: Path) -> Progress:
    assert faults(lambda _: "rollout", NOW)[number].plant([path])
    return progress(RINGS, steps_in(path), SUBJECT)


def test_the_rollout_is_halted(tmp_path: Path) -> None:
    assert after(0, opened(tmp_path / "rollout.jsonl", "first", "second")).halted is not None


def test_every_ring_was_opened_only_now(tmp_path: Path) -> None:
    rows = after(1, opened(tmp_path / "rollout.jsonl", "first", "second")).rows
    assert {row.opened for row in rows} == {NOW}


def test_another_ring_is_to_open_than_the_next(tmp_path: Path) -> None:
    assert [next_ring((), (), SUBJECT), next_ring(RINGS, (), SUBJECT)] == ["", "first"]
    for names in ((), ("first",), ("first", "second")):
        log = opened(tmp_path / f"{len(names)}.jsonl", *names) if names else None
        opens = next_ring(RINGS, [log] if log else [], SUBJECT)
        assert out_of_turn(RINGS, opens) != opens
    assert next_ring(RINGS, [opened(tmp_path / "all.jsonl", "first", "second", "complete")], SUBJECT) == ""
