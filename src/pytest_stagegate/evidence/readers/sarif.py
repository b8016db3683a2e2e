"""SARIF 2.1.0, the format of static analysers.

Specification: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (sections are named where a rule of it
is followed). Code flows, graphs, fixes and web requests don't bear on what was found and are not looked at.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.found import Stated, ToolRun, contents, line_of, not_parsed
from pytest_stagegate.evidence.readers.json_documents import document
from pytest_stagegate.evidence.readers.ruff_json import SYNTAX
from pytest_stagegate.evidence.readers.sarif_rules import Rules
from pytest_stagegate.evidence.readers.sarif_types import Location, Log, Message, Notification, Result, Run
from pytest_stagegate.evidence.readers.sarif_uris import stated_path
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_stagegate.model.contents import Contents

VERSION: Final = "2.1.0"
_COMMIT: Final = re.compile("[0-9a-fA-F]{7,64}")
_LINE_HASH: Final = "primaryLocationLineHash"
_NO_FINGERPRINT: Final = "requires login"  # what Semgrep writes where nobody has logged in
_NO_FINDING: Final = ("pass", "notApplicable", "informational")


def read(path: Path, root: Path) -> Contents:
    """Read the results of all runs of a SARIF file.

    Args:
        path: The file.
        root: The project's root; relative URIs are relative to it.

    Raises:
        EvidenceError: With file and place, when the file is no SARIF 2.1.0, not whole, or has no run in it.
    """
    log = document(path, Log, "SARIF")
    if log.version != VERSION:
        raise EvidenceError(f"{path.name}: this is SARIF {log.version[:40]!r}; {VERSION} is read")
    if not log.runs:
        raise EvidenceError(f"{path.name}: it holds no run, so no tool has looked at anything")
    commits = _commits(log.runs)
    several = [f"it names several commits, so it states none: {', '.join(commits)}"] if len(commits) > 1 else []
    return contents(
        path,
        root,
        [_tool_run(run) for run in log.runs],
        created=rfc3339(_ended(log.runs)),
        commit=commits[0] if len(commits) == 1 else None,
        warnings=several,
    )


def _tool_run(run: Run) -> ToolRun:
    driver = run.tool.driver
    version = driver.semantic_version or driver.version or ""
    found = ToolRun(driver.name, f"{driver.name} {version}".strip())
    found.faults = list(_faults(run))
    rules = Rules(run)
    for result in run.results or ():
        if result.baseline_state == "absent":
            continue
        level, rule = rules.level(result), rules.name(result)
        if result.kind in _NO_FINDING and result.level not in ("error", "warning"):
            continue
        where, line = _place(result, run)
        if rule == SYNTAX:
            found.faults.append(not_parsed(where))
        message = rules.text(result.message, result)
        found.stated.append(Stated(rule, level, where, line, message, _fingerprint(result), _suppressed(result)))
    return found


def _faults(run: Run) -> Iterator[tuple[str, str]]:
    """Yield why a run did not come to its end; without results it did not even begin (3.14.23)."""
    external = run.external_property_file_references
    if external is not None and external.results:
        yield "", "its results stand in other files, which are not read"
    elif run.results is None:
        yield "", "it states no results, so it did not run"
    for each in run.invocations or ():
        notes = [*(each.tool_execution_notifications or ()), *(each.tool_configuration_notifications or ())]
        told = [_notified(note, run) for note in notes if note.level == "error"]
        yield from told
        if each.execution_successful is False and not told:
            yield "", "it says that its execution was not successful"


def _notified(note: Notification, run: Run) -> tuple[str, str]:
    location = next(iter(note.locations or ()), None)
    where, _ = _physical(location, run) if location is not None else ("", 0)
    message = note.message or Message()
    return where, message.text or message.id or "an error that it does not describe"


def _place(result: Result, run: Run) -> tuple[str, int]:
    """Return path and line of a result's first location; where it has none, the file that was analysed."""
    for location in result.locations or ():
        where, line = _physical(location, run)
        if where:
            return where, line
    return stated_path(result.analysis_target, run), 0


def _physical(location: Location, run: Run) -> tuple[str, int]:
    physical = location.physical_location
    if physical is None:
        return "", 0
    region = physical.region
    return stated_path(physical.artifact_location, run), line_of(region.start_line if region is not None else None)


def _fingerprint(result: Result) -> str:
    """Return what the tool knows a result by: its fingerprints, else the partial one of its line, else all partial."""
    whole = {key: value for key, value in (result.fingerprints or {}).items() if value != _NO_FINGERPRINT}
    if whole:
        return _joined(whole)
    partial = result.partial_fingerprints or {}
    of_line = {key: value for key, value in partial.items() if key.startswith(_LINE_HASH)}
    return _joined(of_line or partial)


def _joined(parts: dict[str, str]) -> str:
    return "\0".join(f"{key}={value}" for key, value in sorted(parts.items()))


def _suppressed(result: Result) -> bool:
    """Return whether a result was accepted; one word of doubt among several suppressions keeps it open."""
    return bool(result.suppressions) and all(each.status in (None, "accepted") for each in result.suppressions or ())


def _ended(runs: list[Run]) -> dt.datetime | None:
    """Return when the run that ended first did; the file is as old as its oldest part."""
    ends = [[instant(each.end_time_utc) for each in run.invocations or () if each.end_time_utc] for run in runs]
    zoned = [[each if each.tzinfo else each.replace(tzinfo=dt.timezone.utc) for each in run if each] for run in ends]
    return min((max(run) for run in zoned if run), default=None)


def _commits(runs: list[Run]) -> list[str]:
    stated = {each.revision_id for run in runs for each in run.version_control_provenance or () if each.revision_id}
    return sorted(each for each in stated if _COMMIT.fullmatch(each))
