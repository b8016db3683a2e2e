"""The recorder: pytest's reports become lines of the record, in constant memory for each passing test."""

from __future__ import annotations

import datetime as dt
import os
from array import array
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.writing import RecordWriter, replace_last_line
from pytest_stagegate.live.attempts import Attempt, is_plain, microseconds_of, skip_reason
from pytest_stagegate.live.tidying import Tidy
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.decision import Note
from pytest_stagegate.model.evidence import WarningLine
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.model.texts import MESSAGE_LIMIT
from pytest_stagegate.model.times import rfc3339

if TYPE_CHECKING:
    import warnings
    from collections.abc import Sequence
    from pathlib import Path

    from pytest_stagegate.live.collecting import Collected
    from pytest_stagegate.model.coverage import CoverageData

_getpid = os.getpid
_BAD = frozenset({Outcome.FAILED, Outcome.ERROR})
_BEFORE_TEARDOWN = 2
"""Phases that a test has passed when its teardown begins; one whose call did not run has passed one."""


class Recorder:
    """Records one session; in a run with workers, in the controlling process.

    Args:
        path: The record's file.
        run: Its first line.
        rootdir: Taken out of texts.
        each: Whether every worker runs all tests (``--dist each``).

    Raises:
        OSError: When the record can't be begun.
    """

    def __init__(self, path: Path, run: lines.Run, rootdir: Path, *, each: bool = False) -> None:
        self.path = path
        self.started = run.started
        self._writer = RecordWriter(path, run)
        self._process = os.getpid()
        self._fault: OSError | None = None
        self._tidy = Tidy(rootdir, os.environ)
        self._rootdir = rootdir
        self._each = each
        self._total = self._selected = self._by_selection = self._by_hand = 0
        self._order: Sequence[int] = ()
        self._offset: dict[str, int] = {}
        self._session_items: list[pytest.Item] = []
        self._hashes = array("q")
        self._next = 0
        self._by_id: dict[str, int] | None = None
        self._phases: dict[int, list[pytest.TestReport]] = {}
        self._running: dict[int, Attempt] = {}
        self._bad: set[int] = set()
        self._seen_files: set[str] = set()
        self._warnings: dict[tuple[str, str], WarningLine] = {}
        self._lines = 0
        self._collection_failed = False
        self._endings: set[str] = set()

    # ---- what is expected

    def collected(self, collected: Collected, *, session_items: list[pytest.Item] | None = None) -> None:
        """Write down what was collected, before any test runs."""
        first = self._total
        self._writer.collected(collected.ids, collected.tag_of, collected.tags, first=first)
        self._writer.linked(collected.links, first=first)
        self._writer.left_out("hand", [first + item for item in collected.by_hand])
        self._writer.left_out("selection", [first + item for item in collected.by_selection])
        self._writer.left_out("manual", [first + item for item in collected.by_manual])
        self._writer.left_out("nobody", [first + item for item in collected.by_nobody])
        if collected.manual:
            self._writer.line(lines.Manual(tests=tuple(collected.manual)))
        self._writer.flush()
        self._total += len(collected.ids)
        self._selected += len(collected.order)
        self._by_selection += len(collected.by_selection) + len(collected.by_manual)
        self._by_hand += len(collected.by_hand)
        if first:
            return
        order = collected.order
        self._order = range(len(order)) if order == list(range(len(order))) else order
        if session_items is not None:
            self._session_items = session_items
            self._hashes = array("q", (hash(collected.ids[item]) for item in order))

    def worker_ids(self, worker: str, ids: Sequence[str], collected: Collected) -> None:
        """Take in which ids a worker will run, in its order; with ``--dist each`` every worker has tests of its own."""
        if self._by_id is not None and not self._each:
            return
        if self._by_id is None:
            self.collected(collected)
            self._by_id = {}
        else:
            again = msgspec.structs.replace(collected, ids=[f"{each} ({worker})" for each in collected.ids])
            self.collected(again)
        self._offset[worker] = self._total - len(collected.ids)
        if not self._each:
            self._by_id = {nodeid: self._order[position] for position, nodeid in enumerate(ids)}

    # ---- what happens; a child that a test forked writes nothing, and nobody after a fault of the disk

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Mark the test as running, on the disk."""
        if self._each or self._fault is not None or _getpid() != self._process:
            return
        item = self._locate(nodeid)
        if item is None:
            return
        try:
            self._writer.started(item)
        except OSError as error:
            self._fault = error

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in the report of one phase; nearly all are of plainly passed ones, which are only kept until the end."""
        if self._fault is not None or _getpid() != self._process:
            return
        item = self._item_of(report)
        if item is None:
            return
        try:
            if item in self._running or not is_plain(report):
                self._attempted(item, report)
            elif report.when != "teardown":
                self._phases.setdefault(item, []).append(report)
            elif len(before := self._phases.get(item, ())) == _BEFORE_TEARDOWN:
                del self._phases[item]
                microseconds = microseconds_of(report)
                for each in before:
                    microseconds += microseconds_of(each)
                self._passed(item, microseconds)
            else:
                self._attempted(item, report)
        except OSError as error:
            self._fault = error

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note modules that could not be collected, and modules that were skipped as a whole."""
        if report.passed or report.nodeid in self._seen_files:
            return
        self._seen_files.add(report.nodeid)
        path = report.nodeid or "."
        if report.failed:
            self._collection_failed = True
            text = self._tidy(str(report.longrepr), MESSAGE_LIMIT)
            self._writer.line(lines.CollectionFailed(path=path, message=text))
        else:
            self._writer.line(lines.SkippedFile(path=path, reason=skip_reason(report, self._tidy)))

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Count a warning by category and place."""
        category = warning_message.category.__name__
        place = f"{self._relative(warning_message.filename)}:{warning_message.lineno}"
        known = self._warnings.get((category, place))
        if known is None:
            first = (str(warning_message.message).splitlines() or [""])[0]
            message = self._tidy(first, 200)
            self._warnings[category, place] = WarningLine(category=category, message=message, place=place, count=1)
        else:
            self._warnings[category, place] = WarningLine(
                category=category, message=known.message, place=place, count=known.count + 1
            )

    def worker_lost(self, worker: str, text: str) -> None:
        """Note that a worker process went down."""
        self._writer.line(lines.WorkerLost(worker=worker, text=self._tidy(text, 300)))
        self._writer.flush()

    def line(self, line: lines.Line) -> None:
        """Write down something that is known only at the end."""
        self._writer.line(line)

    def ended_early(self, reason: str, text: str) -> None:
        """Note why the run is not whole; each reason once."""
        if reason in self._endings:
            return
        self._endings.add(reason)
        self._writer.line(lines.Ending(note=Note(reason=reason, text=self._tidy(text, MESSAGE_LIMIT))))

    @property
    def own(self) -> bool:
        """Whether the record at the path is still this run's own: another run may have written over it."""
        return self._writer.still_there()

    @property
    def only_selection_left_nothing(self) -> bool:
        """Whether no test ran for the one reason that none belongs to the stages or environment asked for."""
        return self._selected == 0 and self._by_selection > 0 and self._by_hand == 0

    @property
    def saw_collection_error(self) -> bool:
        """Whether a module could not be collected."""
        return self._collection_failed

    # ---- the end

    def flush(self) -> None:
        """Write everything that is known so far to the disk."""
        self._writer.flush()

    def close(self, exit_status: int, coverage: CoverageData | Absent) -> None:
        """Write everything that is known only at the end, then the end record.

        Raises:
            OSError: When the record can't be written, or could not be at any time before.
        """
        if self._fault is not None:
            raise self._fault
        for warning in self._warnings.values():
            self._writer.line(lines.Warned(warning=warning))
        if isinstance(coverage, Absent):
            self._writer.line(lines.NotMeasured(reason=coverage.reason, text=coverage.text, remedy=coverage.remedy))
        else:
            self._writer.line(lines.Measured(coverage=coverage))
        self._writer.flush()
        self._writer.idle()
        self._lines = self._writer.lines + 1
        self._writer.line(_end(exit_status, self._lines))
        self._writer.close()

    def amend(self, exit_status: int) -> None:
        """Put the status that another plugin set since into the end of the record."""
        replace_last_line(self.path, _end(exit_status, self._lines))

    # ---- finding a test's index

    _last: int | None = None

    def _locate(self, nodeid: str) -> int | None:
        if self._by_id is not None:
            return self._by_id.get(nodeid)
        items, expected = self._session_items, self._next
        # Tests run in the order in which they were collected, so the next one is nearly always the one expected. An
        # item puts its id together anew each time; ids that several have are numbered, and have other hashes.
        if expected < len(items) and (self._hashes[expected] == hash(nodeid) or items[expected].nodeid == nodeid):
            self._last = self._order[expected]
            self._next = expected + 1
            return self._last
        self._last = next((self._order[i] for i, item in enumerate(items) if item.nodeid == nodeid), None)
        return self._last

    def _item_of(self, report: Any) -> int | None:
        if self._by_id is None:
            return self._last
        position: int | None = getattr(report, "item_index", None)
        if position is not None and self._offset:
            return self._order[position] + (self._offset.get(report.worker_id, 0) if self._each else 0)
        return self._by_id.get(report.nodeid)

    # ---- what became of a test

    def _attempted(self, item: int, report: pytest.TestReport) -> None:
        """Take in a report of a test that does not plainly pass, and those of its phases before."""
        attempt = self._running.get(item)
        if attempt is None:
            attempt = self._running[item] = Attempt(item)
            for earlier in self._phases.pop(item, ()):
                attempt.add(earlier, tidy=self._tidy)
        attempt.add(report, tidy=self._tidy)
        # The last phase of a test; a crashed worker's test gets one report of no phase and nothing after it.
        if report.when in ("teardown", "???") and not attempt.pending:
            self._finish(attempt)

    def _finish(self, attempt: Attempt) -> None:
        self._running.pop(attempt.item, None)
        examples = attempt.examples()
        if examples is not None:
            self._writer.line(examples)
        if attempt.plain:
            self._passed(attempt.item, attempt.microseconds)
            return
        if attempt.outcome in _BAD:
            self._bad.add(attempt.item)
        if attempt.outcome in _BAD or attempt.item not in self._bad:
            self._writer.line(attempt.line())
        self._writer.finished(attempt.item)

    def _passed(self, item: int, microseconds: int) -> None:
        # A test that was reported as crashed stays failed, whatever is reported of it later.
        if item not in self._bad:
            self._writer.passed(item, microseconds)
        self._writer.finished(item)

    def _relative(self, filename: str) -> str:
        if filename.startswith(self._tidy.root):
            return filename[len(self._tidy.root) :].replace(os.sep, "/")
        head, found, inside = filename.partition(f"site-packages{os.sep}")
        return inside.replace(os.sep, "/") if found else os.path.basename(head)


def _end(exit_status: int, count: int) -> lines.End:
    return lines.End(exit_status=exit_status, finished=now(), lines=count)


def now() -> str:
    """Return the present instant, RFC 3339, UTC, in milliseconds."""
    return rfc3339(dt.datetime.now(dt.timezone.utc), "milliseconds")
