"""Faults in a rollout: in the log of its steps, and in which ring is to open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.evidence.readers.rollout import digest_of, steps_in
from pytest_stagegate.hooks import Fault
from pytest_stagegate.model.progress import progress
from pytest_stagegate.model.rings import COMPLETE, HALT, KIND, RolloutStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pytest_stagegate.model.decision import Subject
    from pytest_stagegate.model.rings import Ring

GATE: Final = "rollout"
"""The gate that only a step of a rollout asks."""

NAME: Final = "a ring is to open before its turn"


def next_ring(rings: Sequence[Ring], logs: Iterable[Path], subject: Subject) -> str:
    """Return the ring that opens next; empty where there is none.

    Args:
        rings: The rings of the policy.
        logs: The log of the rollout, where it was handed over.
        subject: What is rolled out.

    Raises:
        EvidenceError: When a log is damaged.
    """
    return progress(rings, (step for path in logs for step in steps_in(path)), subject).next if rings else ""


def out_of_turn(rings: Sequence[Ring], opens: str) -> str:
    """Return a ring that may not open next."""
    return rings[0].name if opens == COMPLETE else COMPLETE


def faults(formats: Callable[[Path], str], at: str) -> tuple[Fault, ...]:
    """Return the faults in the log of a rollout.

    Args:
        formats: Tells the format of a copy.
        at: When the next step would be taken, RFC 3339.
    """

    def planting(edit: Callable[[tuple[RolloutStep, ...]], Iterable[RolloutStep]]) -> Callable[[Sequence[Path]], bool]:
        def plant(files: Sequence[Path]) -> bool:
            logs = [path for path in files if formats(path) == KIND]
            for path in logs:
                _write(path, edit(steps_in(path)))
            return bool(logs)

        return plant

    def opened_now(steps: tuple[RolloutStep, ...]) -> Iterable[RolloutStep]:
        return (msgspec.structs.replace(step, at=at) if step.opened else step for step in steps)

    return (
        Fault("somebody halts the rollout", planting(_halted)),
        Fault("the ring that is to be left was opened only now", planting(opened_now)),
    )


def _halted(steps: tuple[RolloutStep, ...]) -> Iterable[RolloutStep]:
    last = steps[-1]
    said = RolloutStep(schema=last.schema, step=HALT, at=last.at, version=last.version, commit=last.commit, by="drill")
    return (*steps, said)


def _write(path: Path, steps: Iterable[RolloutStep]) -> None:
    """Write a log of which each line is behind the one before."""
    lines: list[str] = []
    for step in steps:
        previous = digest_of(lines[-1]) if lines else ""
        lines.append(msgspec.json.encode(msgspec.structs.replace(step, previous=previous)).decode())
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
