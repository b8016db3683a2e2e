"""The log of a rollout (schema ``stagegate/rollout/1``): a JSON object a line, with the digest of the line before."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.json_documents import decoded, refuse_other_schema, text_of
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.rings import SCHEMA, RolloutStep
from pytest_stagegate.model.times import parsed, utc_time

if TYPE_CHECKING:
    from pathlib import Path

_WHAT: Final = "log of a rollout"


def read(path: Path, _root: Path) -> Contents:
    """Read a log.

    Args:
        path: The file.
        _root: The project's root; nothing here is relative to it.

    Raises:
        EvidenceError: With file and line, when a line is none of a log, or is not behind the one that it names.
    """
    steps = steps_in(path)
    return Contents(steps=steps, created=max((each.at for each in steps), key=parsed, default=None))


def steps_in(path: Path) -> tuple[RolloutStep, ...]:
    """Return every step of a log; raises as `read` does."""
    text = log_text(path)
    if not text.endswith("\n"):
        raise EvidenceError(f"{path.name}: its last line breaks off")
    steps, previous = [], ""
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        step = decoded(line, RolloutStep, _WHAT, path.name, number)
        refuse_other_schema(f"{path.name}:{number}", step.schema, SCHEMA)
        if step.previous != previous:
            raise EvidenceError(
                f"{path.name}:{number}: it is not behind the line that it names: one was changed or lost"
            )
        try:
            utc_time(step.at)
        except ValueError as error:
            raise EvidenceError(f"{path.name}:{number}: at: {error}") from error
        previous = digest_of(line)
        steps.append(step)
    return tuple(steps)


def log_text(path: Path) -> str:
    """Return the text of a log; line breaks of Windows, which no line holds itself, count as its own."""
    return text_of(path, _WHAT).replace("\r\n", "\n")


def digest_of(line: str) -> str:
    """Return the digest of a line without its line break."""
    return hashlib.sha256(line.encode()).hexdigest()
