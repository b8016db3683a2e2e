"""Further evidence of a live run: which files, and what each was when the run ended, for the record."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import UsageError
from pytest_stagegate.evidence.finding import (
    MANUAL_RESULTS,
    RECORD,
    Given,
    given,
    manual_results_below,
    modified,
    sha256_of,
    shown,
)
from pytest_stagegate.evidence.lines import Attached
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.drills import FILE as DRILL_LOG
from pytest_stagegate.model.times import parsed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    import pytest

    from pytest_stagegate.project import Project

_COVERAGE_REPORTS: Final = {"xml": "coverage.xml", "json": "coverage.json", "lcov": "coverage.lcov"}
"""Reports of pytest-cov, and where they go when nothing else is said."""


def asked_for(asked: argparse.Namespace, base: Path, project: Project) -> tuple[Given, ...]:
    """Return the files that were asked for, and what people have found in manual tests.

    Args:
        asked: The options of the command line.
        base: The folder that they are relative to.
        project: The project.

    Raises:
        UsageError: When one is a record of a run, what this run itself is about to write, or has a name that can't be
            written down.
    """
    policy = project.policy
    found = [
        given(written, base, "--stage-gate-evidence", policy.stages, policy.environments)
        for written in asked.stagegate_evidence or ()
    ]
    for each in found:
        if each.path.is_dir():
            raise UsageError(f"--stage-gate-evidence: {shown(each.path, base)} is a folder; name its files one by one")
        if each.format == "stagegate" or each.path.name == RECORD:
            text = f"--stage-gate-evidence: {each.path.name}: records of runs are merged by `stagegate check`"
            raise UsageError(text)
    own = getattr(asked, "xmlpath", None)
    if own and any(each.path.resolve() == (base / own).resolve() for each in found):
        text = f"--stage-gate-evidence: {own} is this run's own --junitxml; its tests are recorded already"
        raise UsageError(text)
    log = project.rootdir / DRILL_LOG
    if log.is_file() and not asked.stagegate_shard and all(each.path.resolve() != log.resolve() for each in found):
        found.append(Given(log))
    by_people = manual_results_below(project.rootdir / MANUAL_RESULTS)
    found += [Given(each) for each in by_people if not asked.stagegate_shard]
    for each in found:
        _refuse_odd_name(each.path, project.rootdir)
    return tuple(found)


def _refuse_odd_name(path: Path, rootdir: Path) -> None:
    try:
        os.path.relpath(path, rootdir).encode()
    except UnicodeEncodeError as error:
        text = f"{shown(path, rootdir)}: the name of this file is no UTF-8, and no record can hold it; rename it"
        raise UsageError(text) from error


def attached(given: Iterable[Given], rootdir: Path, config: pytest.Config, started: str) -> Iterator[Attached]:
    """Return a line of the record for each file.

    Args:
        given: What was asked for.
        rootdir: Paths are made relative to it.
        config: The session's configuration, for the files that this run itself writes.
        started: When the session began, RFC 3339, UTC.
    """
    own = set(_own_reports(config))
    for each in given:
        path = each.path.resolve()
        yield Attached(
            path=shown(path, rootdir),
            sha256=sha256_of(path),
            modified=modified(path),
            format=each.format,
            stage=each.stage,
            environment=each.environment,
            stale=_older(path, started) if path in own else None,
        )


def _own_reports(config: pytest.Config) -> Iterator[Path]:
    wanted = getattr(config.option, "cov_report", None)
    if not isinstance(wanted, dict):
        return
    for name, default in _COVERAGE_REPORTS.items():
        if name in wanted:
            yield (config.invocation_params.dir / (wanted[name] or default)).resolve()


def _older(path: Path, started: str) -> Note | None:
    """Say so when a file that this run should have written is older than the run."""
    try:
        written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.timezone.utc)
    except OSError:
        return None
    # Some file systems keep whole seconds.
    if written >= parsed(started).replace(microsecond=0):
        return None
    text = f"{path.name}: this run should have written it, and it is older than the run."
    return Note(reason="older-than-run", text=text)
