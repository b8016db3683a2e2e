"""Faults in records of runs: each takes the lines of a whole record and returns those of a worse one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import replace

from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.finding import RECORD
from pytest_stagegate.hooks import Fault
from pytest_stagegate.model.evidence import WarningLine
from pytest_stagegate.model.linesets import bits, written
from pytest_stagegate.model.repository import ChangedFile, Diff
from pytest_stagegate.model.tests import Outcome
from pytest_stagegate.model.told import ToldData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pytest_stagegate.model.coverage import CoverageData, FileCoverage

_Lines = list[lines.Line]
_DECODER: Final = msgspec.json.Decoder(lines.Line)
_AN_HOUR: Final = 3_600_000_000
_FAILED: Final = 1
_WARNINGS: Final = 10_000


def in_records(edit: Callable[[_Lines], Iterator[lines.Line] | None]) -> Callable[[Sequence[Path]], bool]:
    """Return what plants an edit into the first record that it says something of."""

    def plant(files: Sequence[Path]) -> bool:
        return any(path.name == RECORD and _planted(path, edit) for path in files)

    return plant


def in_every_record(edit: Callable[[_Lines], Iterator[lines.Line] | None]) -> Callable[[Sequence[Path]], bool]:
    """Return what plants an edit into all records."""

    def plant(files: Sequence[Path]) -> bool:
        return sum(_planted(path, edit) for path in files if path.name == RECORD) > 0

    return plant


def _planted(path: Path, edit: Callable[[_Lines], Iterator[lines.Line] | None]) -> bool:
    before = [_DECODER.decode(line) for line in path.read_bytes().splitlines()]
    edited = edit(before)
    after = list(edited) if edited is not None else before
    if after == before:
        return False
    numbered = (
        msgspec.structs.replace(line, lines=number) if isinstance(line, lines.End) else line
        for number, line in enumerate(after, start=1)
    )
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in numbered))
    return True


def _ended(outcome: Outcome, *, most: int | None, **detail: Any) -> Callable[[_Lines], Iterator[lines.Line]]:
    """Return an edit that lets plainly passed tests end otherwise: `most` of them, or all."""

    def edit(record: _Lines) -> Iterator[lines.Line]:
        left = most
        for line in record:
            if isinstance(line, lines.Passed):
                taken = len(line.items) if left is None else min(left, len(line.items))
                left = None if left is None else left - taken
                for item, microseconds in zip(line.items[:taken], line.us[:taken], strict=True):
                    yield lines.Test(item=item, outcome=outcome.word, us=microseconds, **detail)
                if taken < len(line.items):
                    yield msgspec.structs.replace(line, items=line.items[taken:], us=line.us[taken:])
            elif isinstance(line, lines.End) and outcome is Outcome.FAILED and line.exit_status == 0:
                yield msgspec.structs.replace(line, exit_status=_FAILED)
            else:
                yield line

    return edit


def _lost(record: _Lines) -> Iterator[lines.Line]:
    done = False
    for line in record:
        if isinstance(line, lines.Passed) and line.items and not done:
            done = True
            line = msgspec.structs.replace(line, items=line.items[1:], us=line.us[1:])
        yield line


def _not_run(record: _Lines) -> Iterator[lines.Line]:
    """Leave out by hand all tests that passed but the first."""
    passed = [item for line in record if isinstance(line, lines.Passed) for item in line.items]
    kept = passed[:1]
    for line in record:
        if isinstance(line, lines.Passed):
            pairs = [(item, us) for item, us in zip(line.items, line.us, strict=True) if item in kept]
            if pairs:
                items, times = zip(*pairs, strict=True)
                yield msgspec.structs.replace(line, items=items, us=times)
        else:
            if isinstance(line, lines.End) and passed[1:]:
                yield lines.LeftOut(by="hand", items=tuple(passed[1:]))
            yield line


def _slow(record: _Lines) -> Iterator[lines.Line]:
    for line in record:
        if isinstance(line, lines.Passed):
            yield msgspec.structs.replace(line, us=tuple(us + _AN_HOUR for us in line.us))
        else:
            yield line


def _few_examples(record: _Lines) -> Iterator[lines.Line]:
    for line in record:
        if isinstance(line, lines.Examples):
            line = msgspec.structs.replace(line, passing=min(line.passing, 1), exhausted=False)
        yield line


def _unhealthy(record: _Lines) -> Iterator[lines.Line]:
    for line in record:
        if isinstance(line, lines.Examples):
            line = msgspec.structs.replace(line, unhealthy="planted")
        yield line


def _warned(record: _Lines) -> Iterator[lines.Line]:
    for line in record:
        if isinstance(line, lines.End):
            for category in ("DeprecationWarning", "UserWarning", "DrillWarning"):
                warning = WarningLine(category=category, message="planted", place="planted.py:1", count=_WARNINGS)
                yield lines.Warned(warning=warning)
        yield line


def _of_coverage(change: Callable[[CoverageData], CoverageData]) -> Callable[[_Lines], Iterator[lines.Line]]:
    def edit(record: _Lines) -> Iterator[lines.Line]:
        for line in record:
            measured = isinstance(line, lines.Measured)
            yield lines.Measured(coverage=change(line.coverage)) if measured else line  # type: ignore[union-attr]

    return edit


def _not_covered(data: CoverageData) -> CoverageData:
    return replace(data, files=tuple(map(_bare, data.files)))


def _bare(file: FileCoverage) -> FileCoverage:
    return type(file)(
        file.path,
        "",
        written(bits(file.executed) | bits(file.missing)),
        "",
        " ".join(part for part in (file.taken, file.untaken) if part),
        dict.fromkeys(file.stages, ("", "")),
    )


def _one_file_less(data: CoverageData) -> CoverageData:
    return replace(data, files=data.files[1:])


def _changed(record: _Lines) -> Iterator[lines.Line]:
    """Let every covered file be new, and nothing of it be covered."""
    files = next((line.coverage.files for line in record if isinstance(line, lines.Measured)), ())
    new = tuple(ChangedFile(file.path, written(bits(file.executed) | bits(file.missing))) for file in files)
    for line in _of_coverage(_not_covered)(record):
        if isinstance(line, lines.Sources):
            point = Diff(since="the drill", commit="0" * 40, files=new)
            told = msgspec.structs.replace(line.repository, branch=point, release=point)
            line = lines.Sources(repository=told)
        yield line


def _half_skipped(record: _Lines) -> Iterator[lines.Line]:
    passed = sum(len(line.items) for line in record if isinstance(line, lines.Passed))
    return _ended(Outcome.SKIPPED, most=passed // 2, reason="planted")(record)


def _of_notes(**worse: Any) -> Callable[[_Lines], Iterator[lines.Line]]:
    """Return an edit of what the release notes tell."""

    def edit(record: _Lines) -> Iterator[lines.Line]:
        for line in record:
            told = isinstance(line, lines.Told) and isinstance(line.notes, ToldData)
            yield lines.Told(notes=msgspec.structs.replace(line.notes, **worse)) if told else line  # type: ignore[union-attr]

    return edit


_HIGH: Final = "99999.0.0"
_OVERDUE: Final = "planted owner=drill until=1970-01-01"

FAULTS: Final[tuple[Fault, ...]] = (
    Fault("one test fails", in_records(_ended(Outcome.FAILED, most=1, executed=True, reason="planted"))),
    Fault("every test fails", in_records(_ended(Outcome.FAILED, most=None, executed=True, reason="planted"))),
    Fault("a test's setup fails", in_records(_ended(Outcome.ERROR, most=1, reason="planted"))),
    Fault("a test is lost", in_records(_lost)),
    Fault("every test is skipped, without a reason", in_records(_ended(Outcome.SKIPPED, most=None))),
    Fault("half of the tests are skipped", in_records(_half_skipped)),
    Fault("a skip is past its day", in_records(_ended(Outcome.SKIPPED, most=1, reason=_OVERDUE))),
    Fault("every test passes unexpectedly", in_records(_ended(Outcome.XPASSED, most=None, executed=True))),
    Fault("every test passes only on a rerun", in_records(_ended(Outcome.PASSED, most=None, executed=True, reruns=1))),
    Fault("all tests but one are left out", in_records(_not_run)),
    Fault("every test takes an hour longer", in_records(_slow)),
    Fault("every property test tries one example", in_records(_few_examples)),
    Fault("every property test fails a health check", in_records(_unhealthy)),
    Fault("warnings are recorded", in_records(_warned)),
    Fault("nothing is covered", in_records(_of_coverage(_not_covered))),
    Fault("a file is missing from the coverage", in_records(_of_coverage(_one_file_less))),
    Fault("every line is new, and none is covered", in_records(_changed)),
    Fault("the release notes have no entry", in_records(_of_notes(entries=()))),
    Fault(
        "a breaking change says nothing of upgrading",
        in_records(_of_notes(breaking=1, without_upgrade=1, titles=("planted",))),
    ),
    Fault(
        "the version is that of the release before",
        in_records(_of_notes(since="the drill", version_before=_HIGH, implied="major")),
    ),
)
