"""Exercises: restoring, failing over, going back, and when each was last done."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from pytest_stagegate.model.times import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KIND: Final = "drills"
"""Kind of evidence that logs of exercises bring."""

SCHEMA: Final = "stagegate/drills/1"
"""Schema of such a log."""

FILE: Final = "stagegate-drills.json"
"""Where a project's log lies."""

PASSED: Final = "passed"
FAILED: Final = "failed"


class DrillEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One exercise.

    Attributes:
        drill: Its kind, for example ``restore``.
        at: When it was done, RFC 3339 with its zone.
        outcome: ``passed`` or ``failed``.
        test: Node id of the test that it was; empty where people did it.
        by: Who did it; empty where a program did.
        environment: Where; empty where that is not stated.
        version: The version that it was done with; empty likewise.
        commit: Its commit; empty likewise.
        note: What people want to remember.
    """

    drill: str
    at: str
    outcome: Literal["passed", "failed"]
    test: str = ""
    by: str = ""
    environment: str = ""
    version: str = ""
    commit: str = ""
    note: str = ""


class DrillsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A log as a file.

    Attributes:
        schema: ``stagegate/drills/1``.
        drills: Every exercise, in any order.
    """

    schema: str
    drills: tuple[DrillEntry, ...]


class DrillRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one kind of exercises.

    Attributes:
        drill: The kind.
        passed: When one last passed, RFC 3339; None where none has.
        failed: When one last failed; likewise.
        what: The test of that which passed last, or who did it.
        days: Whole days since then, on the day of the decision; None where none passed.
        source: The log that says so; empty where a test of this decision does.
    """

    drill: str
    passed: str | None
    failed: str | None
    what: str = ""
    days: int | None = None
    source: str = ""


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """An exercise with the file that says of it; the file is empty for a test of this decision."""

    entry: DrillEntry
    source: str = ""


def drill_rows(logged: Iterable[Logged], day: dt.date) -> tuple[DrillRow, ...]:
    """Return a row for each kind of exercises, by its name."""
    of: dict[str, list[Logged]] = defaultdict(list)
    for each in logged:
        of[each.entry.drill].append(each)
    return tuple(_row(kind, of[kind], day) for kind in sorted(of))


def _row(kind: str, logged: Sequence[Logged], day: dt.date) -> DrillRow:
    passed = [each for each in logged if each.entry.outcome == PASSED]
    failed = [each.entry.at for each in logged if each.entry.outcome == FAILED]
    last = max(passed, key=lambda each: (parsed(each.entry.at), each.entry.test, each.entry.by), default=None)
    return DrillRow(
        drill=kind,
        passed=None if last is None else last.entry.at,
        failed=max(failed, key=parsed, default=None),
        what="" if last is None else last.entry.test or last.entry.by,
        days=None if last is None else (day - parsed(last.entry.at).astimezone(dt.timezone.utc).date()).days,
        source="" if last is None else last.source,
    )
