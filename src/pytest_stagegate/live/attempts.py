"""From the reports of one test's phases to one outcome: the worst phase wins, a rerun starts over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.evidence.lines import Examples, Test
from pytest_stagegate.live.property_tests import REPORTED, examples_in
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.model.texts import MESSAGE_LIMIT, REASON_LIMIT, given_reason, shortened

if TYPE_CHECKING:
    import pytest

    from pytest_stagegate.live.tidying import Tidy

# Worst first; a test that both fails and breaks in its teardown has failed.
_WORST: Final = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.XPASSED,
    Outcome.SKIPPED,
    Outcome.XFAILED,
    Outcome.PASSED,
    Outcome.LOST,
)


# Which worker it was, and its interpreter's place on this machine, says nothing of the failure.
_WORKER: Final = re.compile(r"\A\[gw\d+\] \S+ -- Python [^\n]*\n")


class Attempt:
    """A test that is running: what its phases have said so far.

    Args:
        item: Index of the test in the record.

    Attributes:
        pending: Whether a rerun was announced and has not begun.
    """

    __slots__ = (
        "_call",
        "_examples",
        "item",
        "message",
        "microseconds",
        "outcome",
        "pending",
        "reason",
        "reruns",
        "subtest_count",
        "subtests",
        "worker",
    )

    def __init__(self, item: int) -> None:
        self.item = item
        self.outcome = Outcome.LOST
        self.microseconds = 0
        self.reason = ""
        self.message = ""
        self.reruns = 0
        self.pending = False
        self.subtests: list[str] = []
        self.subtest_count = 0
        self.worker = ""
        self._call = False
        self._examples: Examples | None = None

    @property
    def plain(self) -> bool:
        """Whether the test passed and there is nothing more to say of it."""
        return self.outcome is Outcome.PASSED and not self.reruns and not self.subtest_count

    def add(self, report: pytest.TestReport, *, tidy: Tidy) -> None:
        """Take in the report of one phase.

        Args:
            report: pytest's report; one of a subtest has a ``context``.
            tidy: Takes out of texts what is not written down.
        """
        self.microseconds += microseconds_of(report)
        if hasattr(report, "context"):
            self._add_subtest(report, tidy)
            return
        if report.outcome == "rerun":  # type: ignore[comparison-overlap]
            self.reruns += 1
            self._start_over()
            self.pending = True
            return
        # A rerun begins with its setup; where it kills its worker, one report of no phase is all there is of it.
        if report.when in ("setup", "???"):
            self.pending = False
        outcome = _outcome(report)
        if report.when == "call" and outcome is not Outcome.SKIPPED:
            self._call = True
            self._examples = examples_in(report)
        if outcome is Outcome.PASSED and report.when != "call":
            return
        if _WORST.index(outcome) < _WORST.index(self.outcome):
            self.outcome = outcome
            if outcome is not Outcome.PASSED:
                self.reason, self.message = _words(report, outcome, tidy)
        self.worker = getattr(report, "worker_id", "")

    def line(self) -> Test:
        """Return the test's line in the record."""
        return Test(
            item=self.item,
            outcome=self.outcome.word,
            us=self.microseconds,
            executed=self._call,
            reason=self.reason,
            message=self.message,
            reruns=self.reruns,
            subtests=tuple(self.subtests),
            subtest_count=self.subtest_count,
            worker=self.worker if self.outcome in (Outcome.FAILED, Outcome.ERROR) else "",
        )

    def examples(self) -> Examples | None:
        """Return what Hypothesis said of the test; None for one that is no property test or says nothing of it."""
        if self._examples is None or self.outcome is Outcome.XFAILED:
            return None
        return msgspec.structs.replace(self._examples, item=self.item)

    def _start_over(self) -> None:
        self.outcome = Outcome.LOST
        self.reason = self.message = ""
        self._call = False
        self._examples = None
        self.subtests = []
        self.subtest_count = 0

    def _add_subtest(self, report: Any, tidy: Tidy) -> None:
        self.subtest_count += 1
        if report.outcome == "passed":
            return
        described = tidy(_description(report.context), REASON_LIMIT)
        self.subtests.append(f"{described}: {report.outcome}")
        if report.outcome == "failed":
            self._call = True
            self.outcome = Outcome.FAILED
            self.reason, self.message = _words(report, Outcome.FAILED, tidy)
            self.reason = f"subtest {described}: {self.reason}"


def microseconds_of(report: pytest.TestReport) -> int:
    """Return how long a phase took."""
    return int(report.duration * 1_000_000)


def is_plain(report: pytest.TestReport) -> bool:
    """Return whether a report says that a phase passed and nothing else."""
    told = report.__dict__
    return report.outcome == "passed" and not ("wasxfail" in told or "context" in told or REPORTED in told)


def _outcome(report: pytest.TestReport) -> Outcome:
    if report.outcome == "failed":
        return Outcome.FAILED if report.when in ("call", "???") else Outcome.ERROR
    if hasattr(report, "wasxfail"):
        return Outcome.XFAILED if report.outcome == "skipped" else Outcome.XPASSED
    return Outcome.SKIPPED if report.outcome == "skipped" else Outcome.PASSED


def _description(context: Any) -> str:
    values = ", ".join(f"{key}={value}" for key, value in dict(context.kwargs).items())
    return " ".join(
        part for part in (f"[{context.msg}]" if context.msg else "", f"({values})" if values else "") if part
    )


def skip_reason(report: pytest.TestReport | pytest.CollectReport, tidy: Tidy) -> str:
    """Return the reason of a skipped test or module; empty where none was given."""
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr or "")
    return given_reason(tidy(told, REASON_LIMIT))


def _words(report: pytest.TestReport, outcome: Outcome, tidy: Tidy) -> tuple[str, str]:
    """Return the reason in one line, and the failure's text."""
    if outcome in (Outcome.XFAILED, Outcome.XPASSED):
        return given_reason(tidy(str(report.wasxfail), REASON_LIMIT)), ""
    if outcome is Outcome.SKIPPED:
        return skip_reason(report, tidy), ""
    whole = _WORKER.sub("", report.longreprtext, count=1).strip()
    crash = getattr(report.longrepr, "reprcrash", None)
    first = tidy(getattr(crash, "message", "") or whole, MESSAGE_LIMIT).strip().splitlines() or [""]
    return shortened(first[0], REASON_LIMIT), tidy(whole, MESSAGE_LIMIT)
