"""Rolling out: the log of the steps, written so that none is lost and none is changed unseen."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from pytest_stagegate.documents.rendering import ignore_folder
from pytest_stagegate.documents.writing import write_whole
from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.finding import sha256_of
from pytest_stagegate.evidence.readers.decision import decision_in
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.rollout import digest_of, log_text, steps_in
from pytest_stagegate.model.rings import OPEN, SCHEMA, RolloutStep
from pytest_stagegate.model.times import parsed
from pytest_stagegate.model.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stagegate.model.decision import Decision


def logged(path: Path) -> tuple[RolloutStep, ...]:
    """Return every step of a log; none where there is no log yet.

    Raises:
        EvidenceError: When it is damaged, or says something else than a decision that is kept beside it.
    """
    steps = steps_in(path) if path.exists() else ()
    for number, step in enumerate(steps, start=1):
        kept = step_folder(path, number) / "decision.json"
        if step.step == OPEN and kept.exists():
            _refuse_other(step, kept, f"{path.name}:{number}: {kept.parent.name}/{kept.name}")
    return steps


def _refuse_other(step: RolloutStep, kept: Path, named: str) -> None:
    """Refuse a line that is not what a kept decision makes of it: its digest alone says nothing of the other keys."""
    digest = sha256_of(kept) or ""
    if digest != step.sha256:
        raise EvidenceError(f"{named} is not the decision that was taken in this step")
    decision = decision_in(document(kept, dict[str, Any], kept.name), kept.name)
    said = msgspec.structs.replace(step, previous="", written="", strict=False)
    if said != step_of(decision, digest):
        raise EvidenceError(f"{named} says something else than this line: the line was changed")


def step_of(decision: Decision, sha256: str) -> RolloutStep:
    """Return the step that a decision is.

    Args:
        decision: The decision.
        sha256: Digest of its ``decision.json``.
    """
    return RolloutStep(
        schema=SCHEMA,
        step=OPEN,
        at=decision.as_of,
        version=decision.subject.version,
        commit=decision.subject.commit,
        policy=decision.policy.sha256,
        ring=decision.question.opens if decision.question is not None else "",
        decision=decision.decision.value,
        provisional=bool(decision.provisional),
        # None of these may let a ring open: it was asked, and had nothing to look at.
        idle=tuple(each.gate for each in decision.gates if each.verdict is Verdict.NOT_APPLICABLE),
        sha256=sha256,
    )


def step_folder(path: Path, number: int) -> Path:
    """Return the folder for the documents of a step; names of rings can hold what no path may."""
    return path.parent / path.stem / str(number)


@contextmanager
def one_step(path: Path, *, own: bool = False) -> Iterator[None]:
    """Let one step at a time be taken.

    Args:
        path: The log.
        own: Whether it lies in our own folder, which git has to ignore: a log in the work tree would make each step
            provisional.

    Raises:
        EvidenceError: When another one is being taken, or the folder can't be written to.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        if own or not path.parent.exists():
            ignore_folder(path.parent)
    except OSError as error:
        raise EvidenceError(f"the log can't be written: {error.strerror}: {error.filename}") from error
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError as error:
        text = f"another step of the rollout is being taken; if none is, remove {lock.name} beside {path.name}"
        raise EvidenceError(text) from error
    except OSError as error:
        raise EvidenceError(f"the log can't be written: {error.strerror}: {error.filename}") from error
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def log_step(path: Path, step: RolloutStep) -> None:
    """Add a step behind the last one.

    Raises:
        EvidenceError: When the log is damaged, which is left as it is, or can't be written.
    """
    steps = logged(path)
    if steps and parsed(step.at) < parsed(steps[-1].at):
        raise EvidenceError(f"{path.name}: its last step is of {steps[-1].at}, and none can come before it: {step.at}")
    before = log_text(path) if steps else ""
    last = before.removesuffix("\n").rpartition("\n")[2]
    line = msgspec.json.encode(msgspec.structs.replace(step, previous=digest_of(last) if last else "")).decode()
    try:
        write_whole(path, f"{before}{line}\n".encode())
    except OSError as error:
        raise EvidenceError(f"the log can't be written: {error.strerror}: {error.filename}") from error
