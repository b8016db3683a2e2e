"""Reading a record back: the lines of a run become one `Evidence` value, whole or not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.errors import EvidenceError
from pytest_stagegate.evidence import lines
from pytest_stagegate.evidence.readers.environment import fault_of
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.coverage import CoverageData
from pytest_stagegate.model.decision import CollectionError, Note
from pytest_stagegate.model.environments import EnvironmentReport
from pytest_stagegate.model.evidence import Evidence, Origin, WarningLine
from pytest_stagegate.model.links import Link, is_link_name
from pytest_stagegate.model.manual import ManualData, ManualTest, united_tests
from pytest_stagegate.model.property_tests import PropertyTest, least
from pytest_stagegate.model.released import ReleasedPolicy
from pytest_stagegate.model.repository import Diff, RepositoryData
from pytest_stagegate.model.reviews import TrailersData
from pytest_stagegate.model.sources import FORMATS
from pytest_stagegate.model.tags import Tag
from pytest_stagegate.model.tests import Detail, Exit, Outcome, TestData
from pytest_stagegate.model.times import utc_time
from pytest_stagegate.model.told import ToldData

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOT_MEASURED: Final = Absent("not-measured", "nobody measured coverage in this run")
_OUTCOMES: Final = {outcome.word: outcome for outcome in Outcome}
_DECODER: Final = msgspec.json.Decoder(lines.Line)


class Fold:
    """Folds the lines of one record, in the order in which they stand.

    Args:
        name: File name for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.run: lines.Run | None = None
        self._tests = TestData()
        self._coverage: CoverageData | Absent = _NOT_MEASURED
        self._repository: RepositoryData | None = None
        self._released: ReleasedPolicy | None = None
        self._told: ToldData | Absent | None = None
        self._trailers: TrailersData | Absent | None = None
        self._manual: list[ManualTest] = []
        self._environments: list[EnvironmentReport] = []
        self._properties: list[PropertyTest] = []
        self._warnings: list[WarningLine] = []
        self._endings: list[Note] = []
        self._collection_errors: list[CollectionError] = []
        self.attached: list[lines.Attached] = []
        self._running: list[int] = []
        self._removed = 0
        self._end: lines.End | None = None
        self._lines = 0
        self._whole = True
        self._step: dict[type, Callable[[Any], None]] = {
            lines.Run: self._on_run,
            lines.Tags: self._on_tags,
            lines.Items: self._on_items,
            **{line: partial(self._on_linked, kind) for kind, line in lines.OF_LINKS.items()},
            lines.LeftOut: self._on_left_out,
            lines.Manual: self._on_manual,
            lines.LookedAt: self._on_looked_at,
            lines.Started: self._on_started,
            lines.Passed: self._on_passed,
            lines.Test: self._on_test,
            lines.Examples: self._on_examples,
            lines.SkippedFile: self._on_skipped_file,
            lines.CollectionFailed: self._on_collection_failed,
            lines.WorkerLost: self._on_worker_lost,
            lines.Warned: self._on_warned,
            lines.Measured: self._on_measured,
            lines.NotMeasured: self._on_not_measured,
            lines.Sources: self._on_sources,
            lines.Released: self._on_released,
            lines.Told: self._on_told,
            lines.Reviewed: self._on_reviewed,
            lines.Attached: self._on_attached,
            lines.Ending: self._on_ending,
            lines.End: self._on_end,
        }

    def feed(self, line: lines.Line) -> None:
        """Take in one line."""
        if self._end is not None:
            raise ValueError("it stands behind the end of the record")
        self._lines += 1
        self._step[type(line)](line)

    def evidence(self) -> Evidence:
        """Return what the lines add up to.

        Raises:
            EvidenceError: When the record has no first line.
        """
        run = self.run
        if run is None:
            raise EvidenceError(f"{self._name}: this is no record of a run; its first line is missing")
        incomplete = tuple(self._incomplete())
        counts = self._tests.counts()
        status = self._end.exit_status if self._end is not None else None
        return Evidence(
            tests=self._tests,
            coverage=self._coverage,
            repository=self._repository,
            released=self._released,
            told=self._told,
            trailers=self._trailers,
            manual=ManualData(united_tests([self._manual])),
            environments=tuple(self._environments),
            properties=least(self._properties),
            warnings=tuple(sorted(self._warnings, key=lambda each: (-each.count, each.place, each.category))),
            warnings_recorded=run.warnings_recorded,
            subject=run.subject,
            started=run.started,
            finished=self._end.finished if self._end is not None else None,
            exits=(Exit(status, counts.failed + counts.errors, incomplete, run.shard, self._nothing_selected()),),
            incomplete=incomplete,
            provisional=run.provisional,
            collection_errors=tuple(sorted(self._collection_errors, key=lambda each: each.path)),
            facts=run.facts,
            origins=(_origin(run),),
        )

    def _nothing_selected(self) -> bool:
        return 0 < len(self._tests.ids) == sum(detail.not_selected for detail in self._tests.details.values())

    def broken(self, note: Note) -> None:
        """Note that the record itself is damaged."""
        self._endings.append(note)

    def _incomplete(self) -> Iterator[Note]:
        if self._end is None:
            running = [self._tests.ids[item] for item in self._running if item < len(self._tests.ids)]
            named = f"; running at that moment: {', '.join(running)}" if running else ""
            yield Note(reason="no-end-record", text=f"The process ended without closing its record{named}.")
        if not self._whole:
            yield Note(reason="lines-missing", text="Lines of the record are missing: it says how many it has.")
        seen: set[Note] = set()
        for note in self._endings:
            if note not in seen:
                seen.add(note)
                yield note
        if self._collection_errors:
            count = len(self._collection_errors)
            modules = "1 module" if count == 1 else f"{count} modules"
            paths = ", ".join(sorted({error.path for error in self._collection_errors})[:5])
            yield Note(reason="collection-error", text=f"{modules} could not be collected: {paths}.")
        lost = self._tests.outcomes.count(Outcome.LOST)
        if self._removed:
            text = f"{_tests(self._removed)} left the session and were reported to nobody."
            yield Note(reason="removed-silently", text=text)
        explained = self._endings or self._collection_errors or self._end is None
        if lost > self._removed and not explained:
            yield Note(reason="not-run", text=f"{_tests(lost - self._removed)} never ran.")

    def _on_run(self, line: lines.Run) -> None:
        if line.schema != lines.SCHEMA:
            text = f"{self._name}: its schema is {line.schema!r}; this version reads {lines.SCHEMA!r}"
            raise EvidenceError(text, code="unknown-schema")
        utc_time(line.started)
        self.run = line

    def _on_tags(self, line: lines.Tags) -> None:
        run = self.run
        ran = (run.environment, run.shard) if run is not None else (None, None)
        self._tests.tags = [Tag(*tag, *ran) for tag in line.tags]

    def _on_items(self, line: lines.Items) -> None:
        tests = self._tests
        if line.first != len(tests.ids) or len(line.tags) != len(line.ids):
            raise EvidenceError(f"{self._name}: the list of collected tests has a gap at {line.first}")
        if line.tags and not 0 <= min(line.tags) <= max(line.tags) < len(tests.tags):
            raise IndexError("it speaks of a tag that the record does not list")
        tests.ids.extend(line.ids)
        tests.tag_of.extend(line.tags)
        tests.outcomes.extend(bytes([Outcome.LOST]) * len(line.ids))
        tests.durations.extend([0] * len(line.ids))

    def _on_linked(self, kind: str, line: lines.Linked | lines.Trying | lines.Drilling) -> None:
        if not is_link_name(line.id):
            raise ValueError(f"{line.id[:100]!r} is no id of a {kind}")
        self._known(*line.items)
        self._tests.links.add(Link(kind, line.id), line.items)

    def _on_left_out(self, line: lines.LeftOut) -> None:
        tests = self._tests
        self._known(*line.items)
        if line.by not in ("hand", "selection", "manual", "nobody"):
            raise ValueError(f"tests were left out by {line.by!r}, which this version does not know")
        if line.by == "nobody":
            self._removed += len(line.items)
            for item in line.items:
                tests.details[item] = Detail(reason="left the session without being reported as deselected")
            return
        for item in line.items:
            tests.outcomes[item] = Outcome.DESELECTED
            tests.details[item] = Detail(not_selected=line.by != "hand", manual=line.by == "manual")

    def _on_manual(self, line: lines.Manual) -> None:
        self._manual.extend(line.tests)

    def _on_looked_at(self, line: lines.LookedAt) -> None:
        if fault := fault_of(line.report):
            raise ValueError(fault)
        self._environments.append(line.report)

    def _known(self, *items: int) -> None:
        if items and not 0 <= min(items) <= max(items) < len(self._tests.ids):
            raise IndexError("it speaks of a test that was not collected")

    def _on_started(self, line: lines.Started) -> None:
        if line.item >= 0:
            self._running.append(line.item)

    def _on_passed(self, line: lines.Passed) -> None:
        outcomes, durations, passed = self._tests.outcomes, self._tests.durations, Outcome.PASSED
        self._known(*line.items)
        for item, microseconds in zip(line.items, line.us, strict=True):
            outcomes[item] = passed
            durations[item] = microseconds

    def _on_test(self, line: lines.Test) -> None:
        tests = self._tests
        self._known(line.item)
        if line.outcome == Outcome.DESELECTED.word:
            raise ValueError("a test that was deselected has no outcome")
        tests.outcomes[line.item] = _OUTCOMES[line.outcome]
        tests.durations[line.item] = line.us
        tests.details[line.item] = Detail(
            executed=line.executed,
            reason=line.reason,
            message=line.message,
            reruns=line.reruns,
            subtests=line.subtests,
            subtest_count=line.subtest_count,
            worker=line.worker,
        )

    def _on_examples(self, line: lines.Examples) -> None:
        self._known(line.item)
        said = {name: getattr(line, name) for name in line.__struct_fields__ if name != "item"}
        self._properties.append(PropertyTest(name=self._tests.ids[line.item], **said))

    def _on_skipped_file(self, line: lines.SkippedFile) -> None:
        self._tests.skipped_files[line.path] = line.reason

    def _on_collection_failed(self, line: lines.CollectionFailed) -> None:
        self._collection_errors.append(CollectionError(path=line.path, message=line.message))

    def _on_worker_lost(self, line: lines.WorkerLost) -> None:
        self._endings.append(Note(reason="worker-lost", text=f"Worker {line.worker} went down: {line.text}."))

    def _on_warned(self, line: lines.Warned) -> None:
        self._warnings.append(line.warning)

    def _on_measured(self, line: lines.Measured) -> None:
        _ = line.coverage.rows  # raises where a set of lines is damaged
        self._coverage = line.coverage

    def _on_not_measured(self, line: lines.NotMeasured) -> None:
        self._coverage = Absent(line.reason, line.text, line.remedy)

    def _on_sources(self, line: lines.Sources) -> None:
        for diff in (line.repository.branch, line.repository.release):
            _ = diff.lines if isinstance(diff, Diff) else 0  # raises where a set of lines is damaged
        self._repository = line.repository

    def _on_released(self, line: lines.Released) -> None:
        if not isinstance(msgspec.json.decode(line.released.content), dict):
            raise ValueError("the released policy is no table")
        self._released = line.released

    def _on_told(self, line: lines.Told) -> None:
        self._told = line.notes

    def _on_reviewed(self, line: lines.Reviewed) -> None:
        self._trailers = line.trailers

    def _on_attached(self, line: lines.Attached) -> None:
        if line.modified is not None:
            utc_time(line.modified)
        if line.format and line.format not in FORMATS:
            raise ValueError(f"the format {line.format!r} is not known")
        self.attached.append(line)

    def _on_ending(self, line: lines.Ending) -> None:
        self._endings.append(line.note)

    def _on_end(self, line: lines.End) -> None:
        utc_time(line.finished)
        self._end = line
        self._whole = line.lines == self._lines


def _origin(run: lines.Run) -> Origin:
    return Origin(
        stage=run.stage,
        environment=run.environment,
        shard=run.shard,
        policy_sha256=run.policy_sha256,
        shape_sha256=run.shape_sha256,
        producer=run.producer,
        configured_out=run.configured_out,
    )


def _tests(count: int) -> str:
    return "1 collected test" if count == 1 else f"{count} collected tests"


def read_record(path: Path) -> tuple[Evidence, tuple[lines.Attached, ...]]:
    """Read a record.

    A file that ends in the middle of a line is read up to there and is not whole.

    Returns:
        The evidence, and the further files that the run was given.

    Raises:
        EvidenceError: When the file can't be read, or a line other than the last is damaged.
    """
    fold = Fold(path.name)
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if not raw.endswith(b"\n"):
                    fold.broken(Note(reason="record-truncated", text=f"The record breaks off in line {number}."))
                    break
                _feed(fold, raw, f"{path.name}:{number}")
    except OSError as error:
        raise EvidenceError(f"{path.name}: can't be read: {error.strerror}", code="missing") from error
    return fold.evidence(), tuple(fold.attached)


def _feed(fold: Fold, raw: bytes, place: str) -> None:
    try:
        fold.feed(_DECODER.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, IndexError, KeyError, OverflowError) as error:
        raise EvidenceError(f"{place}: this line of the record is damaged: {error}", code="damaged") from error
