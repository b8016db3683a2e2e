"""What the records of runs say that they were made for: when, at which stage, against which environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.errors import EvidenceError, UsageError
from pytest_stagegate.model.times import parsed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pytest_stagegate.model.sources import Source


def start_of(sources: Iterable[Source]) -> dt.datetime:
    """Return when the latest run began."""
    started = [each.evidence.started for each in sources if each.evidence is not None]
    if not started:
        why = " ".join(each.note.text for each in sources if each.note is not None)
        raise EvidenceError(f"nothing says when the run was: no record of one can be read. {why}".strip())
    return parsed(max(started))


def stage_of(sources: Iterable[Source]) -> str | None:
    """Return the stage that all usable records were made for; None where there is none."""
    runs = (each.evidence for each in sources if each.usable and each.evidence is not None)
    said = {origin.stage for run in runs for origin in run.origins}
    if len(said) > 1:
        raise UsageError(f"the records were made for the stages {', '.join(sorted(said))}; name one of them with --at")
    return next(iter(said), None)


def environment_of(runs: Iterable[Source]) -> str | None:
    """Return the environment that all runs were against; None where they differ."""
    said = {each.environment for each in runs}
    return next(iter(said)) if len(said) == 1 else None
