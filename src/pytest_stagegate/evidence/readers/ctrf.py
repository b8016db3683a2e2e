"""CTRF, the Common Test Report Format: JSON, specified at https://ctrf.io (read here: version 0.0.0 to 1.x).

What reporters write differs from the schema: durations are fractions, suites are text or a list. Keys that don't bear
on the outcome are not looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence.readers.bounded import encoding_of, read_bounded
from pytest_stagegate.evidence.readers.gathered import WORDS, Gathered
from pytest_stagegate.evidence.readers.tool_times import instant, rfc3339
from pytest_stagegate.model.contents import Contents
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.model.texts import MESSAGE_LIMIT, first_line, given_reason, shortened

if TYPE_CHECKING:
    from pathlib import Path

LARGEST: Final = 128 << 20
"""Bytes that a file may have; it is decoded as a whole."""

_LONGEST: Final = 1e12  # milliseconds
_OUTCOMES: Final = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "pending": Outcome.SKIPPED,
}
# What reporters have no status for, by the word of the tool behind them.
_RAW: Final = {**WORDS, "todo": Outcome.SKIPPED, "pending": Outcome.SKIPPED}
# pytest's phases, which it has no status for either.
_REFINED: Final = {
    ("failed", "setup_failed"): Outcome.ERROR,
    ("failed", "teardown_failed"): Outcome.ERROR,
    ("skipped", "xfailed"): Outcome.XFAILED,
    ("passed", "xpassed"): Outcome.XPASSED,
}
_BEFORE_CALL: Final = ("setup_failed",)
_COUNTED: Final = ("passed", "failed", "skipped", "pending", "other")


class _Attempt(msgspec.Struct):
    status: str = ""
    message: str | None = None
    trace: str | None = None


class _Test(msgspec.Struct):
    name: str
    status: str
    duration: float | None = None
    message: str | None = None
    trace: str | None = None
    suite: str | list[str] | None = None
    raw: str | None = msgspec.field(name="rawStatus", default=None)
    retries: int | None = None
    attempts: list[_Attempt] | None = msgspec.field(name="retryAttempts", default=None)
    flaky: bool | None = None


class _Summary(msgspec.Struct):
    tests: int | None = None
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    pending: int | None = None
    other: int | None = None
    start: float | None = None
    stop: float | None = None


class _Tool(msgspec.Struct):
    name: str
    version: str | None = None


class _Environment(msgspec.Struct):
    name: str | None = msgspec.field(name="testEnvironment", default=None)
    commit: str | None = None


class _Results(msgspec.Struct):
    tests: list[_Test]
    tool: _Tool | None = None
    summary: _Summary | None = None
    environment: _Environment | None = None


class _Report(msgspec.Struct):
    results: _Results
    format: str = msgspec.field(name="reportFormat", default="CTRF")
    timestamp: str | None = None


def read(path: Path, _root: Path) -> Contents:
    """Read the test results of a CTRF file.

    Args:
        path: The file, at most `LARGEST` bytes; UTF-8, or UTF-16 with a byte order mark.
        _root: The project's root; nothing in test results is relative to it.

    Raises:
        EvidenceError: With file and place, when the file is no CTRF, not whole, or too large.
    """
    report = _report(path)
    results = report.results
    gathered = Gathered()
    for test in results.tests:
        _gather(test, gathered)
    summary = results.summary or _Summary()
    _compare(summary, results.tests, gathered)
    tool, environment = results.tool, results.environment or _Environment()
    return Contents(
        tests=gathered.data,
        producer=shortened(f"{tool.name} {tool.version or ''}".strip(), 100) if tool else "",
        created=_created(summary, report.timestamp, gathered),
        commit=environment.commit or None,
        environment=environment.name or "",
        warnings=gathered.warnings(),
    )


def _report(path: Path) -> _Report:
    content = read_bounded(path, LARGEST, f"it is larger than {LARGEST >> 20} MiB, up to which CTRF is read")
    try:
        report = msgspec.json.decode(_utf8(content), type=_Report)
    except msgspec.ValidationError as error:
        raise EvidenceError(f"{path.name}: this is no CTRF: {error}") from error
    except UnicodeDecodeError as error:
        raise EvidenceError(f"{path.name}: this is no {error.encoding} text: {error.reason}") from error
    except RecursionError as error:
        raise EvidenceError(f"{path.name}: this is no CTRF: values are nested too deeply") from error
    except msgspec.DecodeError as error:
        place, fault = _place(_utf8(content), str(error))
        raise EvidenceError(f"{path.name}:{place}: this is no well-formed JSON: {fault}") from error
    if report.format != "CTRF":
        raise EvidenceError(f"{path.name}: this is no CTRF: its reportFormat is {report.format[:40]!r}")
    return report


def _utf8(content: bytes) -> bytes:
    encoding = encoding_of(content)
    return content if encoding == "utf-8" else content.decode(encoding).encode()


def _place(content: bytes, fault: str) -> tuple[str, str]:
    """Return line and column of a fault, and the fault without its place; a file that breaks off ends at its end."""
    found = re.search(r" \(byte (\d+)\)$", fault)
    before = content[: int(found[1])] if found else content
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    words = fault[: found.start()] if found else fault
    return f"{line}:{column}", words.removeprefix("JSON is malformed: ").lower()


def _gather(test: _Test, gathered: Gathered) -> None:
    name, duration, outcome = _name(test), _duration(test, gathered), _outcome(test)
    attempts = test.attempts or []
    reruns = max(test.retries or 0, len(attempts), bool(test.flaky))
    if outcome is Outcome.PASSED and not reruns:
        gathered.passed(name, duration)
        return
    told, trace = (test.message or "").strip(), (test.trace or "").strip()
    if outcome is Outcome.PASSED and attempts:
        told, trace = (attempts[0].message or "").strip(), (attempts[0].trace or "").strip()
    reason = first_line(told or trace)
    message = trace if reason in trace else f"{told}\n{trace}".rstrip()
    executed = outcome not in (Outcome.SKIPPED, Outcome.LOST) and test.raw not in _BEFORE_CALL
    if outcome is Outcome.LOST:
        reason = reason or f"status {(test.raw or test.status)[:60]}"
        gathered.tally("tests are neither passed nor failed nor skipped", f"{(test.raw or test.status)!r} of {name}")
    elif outcome in (Outcome.SKIPPED, Outcome.XFAILED):
        reason, message = given_reason(reason), ""
    detail = gathered.detail(executed, reason, shortened(message, MESSAGE_LIMIT), reruns)
    gathered.add(name, outcome, duration, detail)


def _outcome(test: _Test) -> Outcome:
    raw = (test.raw or "").lower()
    outcome = _OUTCOMES.get(test.status)
    if outcome is not None:
        return _REFINED.get((test.status, raw), outcome)
    said = _RAW.get(raw, Outcome.LOST) if raw else Outcome.LOST
    return Outcome.LOST if said in (Outcome.PASSED, Outcome.XPASSED) else said


def _name(test: _Test) -> str:
    suite = " > ".join(test.suite) if isinstance(test.suite, list) else test.suite or ""
    return f"{suite}::{test.name}" if suite and not test.name.startswith(suite) else test.name


def _duration(test: _Test, gathered: Gathered) -> int:
    milliseconds = test.duration or 0.0
    if 0 <= milliseconds <= _LONGEST:
        return int(milliseconds * 1000 + 0.5)
    gathered.tally("durations are no durations and count as 0 ms", f"{milliseconds}")
    return 0


def _compare(summary: _Summary, tests: list[_Test], gathered: Gathered) -> None:
    """Note where the summary says something else than the tests, which count."""
    found = Counter(test.status if test.status in _COUNTED else "other" for test in tests)
    found["tests"] = len(tests)
    parts = [
        f"{said} {key} where there are {found[key]}"
        for key in ("tests", *_COUNTED)
        if (said := getattr(summary, key)) is not None and said != found[key]
    ]
    if not parts:
        return
    sentence = f"the summary says {', '.join(parts)}"
    gathered.note("contradictions", sentence)
    if (summary.failed or 0) > 0 and not found["failed"]:
        # A failure that is announced and not shown must not be lost.
        gathered.add("summary", Outcome.ERROR, 0, gathered.detail(False, sentence, "", 0))


def _created(summary: _Summary, timestamp: str | None, gathered: Gathered) -> str | None:
    for moment in (summary.stop, summary.start):
        if moment and (found := instant(f"{moment:.0f}")):
            return rfc3339(found)
    if not timestamp:
        return None
    found = instant(timestamp)
    if found is None:
        gathered.tally("timestamps can't be read", timestamp)
    return rfc3339(found)
