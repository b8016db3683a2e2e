"""Test results: one outcome for each node id, and the face that gates read them through."""

from __future__ import annotations

import enum
from array import array
from collections import Counter
from heapq import nlargest
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from pytest_stagegate.model.answers import Matching, Skip
from pytest_stagegate.model.counts import Counts
from pytest_stagegate.model.globs import selects
from pytest_stagegate.model.links import Links
from pytest_stagegate.model.numbers import Measure, Ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator

    from pytest_stagegate.model.decision import Note
    from pytest_stagegate.model.tags import Tag
    from pytest_stagegate.model.tally import Tally


class Outcome(enum.IntEnum):
    """How a test ended; kept as one byte for each test."""

    LOST = 0
    DESELECTED = 1
    PASSED = 2
    FAILED = 3
    ERROR = 4
    SKIPPED = 5
    XFAILED = 6
    XPASSED = 7

    @property
    def word(self) -> str:
        """The outcome as written in documents."""
        return self.name.lower()


_BAD: Final = (Outcome.FAILED, Outcome.ERROR)


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a test beside its outcome, where it did not plainly pass.

    Attributes:
        executed: Whether its call began and was not skipped in it.
        reason: Skip or xfail reason, or the first line of the failure.
        message: Failure text, shortened in the middle.
        reruns: How often it was run again.
        subtests: Descriptions of subtests that did not pass.
        subtest_count: How many subtests ran.
        worker: The worker process, where there was one.
        not_selected: Deselected by the choice of stage or environment, not by hand.
        manual: Left to people; it is `not_selected` too.
    """

    executed: bool = False
    reason: str = ""
    message: str = ""
    reruns: int = 0
    subtests: tuple[str, ...] = ()
    subtest_count: int = 0
    worker: str = ""
    not_selected: bool = False
    manual: bool = False


class Exit(NamedTuple):
    """How one run of pytest ended.

    Attributes:
        status: Its exit status, or None when the record has no end.
        bad: How many failed tests and errors it reported.
        ending: Why the run is not whole; empty when it is.
        shard: The shard, or None.
        nothing_selected: Whether the choice of stage or environment, and nothing else, left no test to run.
    """

    status: int | None
    bad: int
    ending: tuple[Note, ...] = ()
    shard: str | None = None
    nothing_selected: bool = False


QUICK: Final = 100_000
"""Microseconds from which on the name of every passed test is kept."""


class TestData(msgspec.Struct):
    """All tests of a run, by index; columns instead of objects, so that a plainly passed test costs bytes.

    Attributes:
        ids: Node ids; repeated ones are numbered.
        tag_of: Index into `tags` for each test.
        tags: The distinct tags.
        outcomes: One `Outcome` for each test.
        durations: Microseconds of setup, call and teardown together.
        details: By index, for tests that did not plainly pass.
        skipped_files: Modules skipped as a whole, path to reason; they are no items.
        unnamed: For each tag the microseconds of plainly passed tests whose names are not kept; they are in no
            column. So that a file of a million results needs little memory, readers of other tools' results keep
            no name of a test that passed in less than `QUICK` microseconds.
        links: Which tests are linked to what, by index.
    """

    __test__ = False

    ids: list[str] = msgspec.field(default_factory=list)
    tag_of: array[int] = msgspec.field(default_factory=lambda: array("H"))
    tags: list[Tag] = msgspec.field(default_factory=list)
    outcomes: bytearray = msgspec.field(default_factory=bytearray)
    durations: array[int] = msgspec.field(default_factory=lambda: array("Q"))
    details: dict[int, Detail] = msgspec.field(default_factory=dict)
    skipped_files: dict[str, str] = msgspec.field(default_factory=dict)
    unnamed: dict[int, array[int]] = msgspec.field(default_factory=dict)
    links: Links = msgspec.field(default_factory=Links)

    def add(
        self, name: str, outcome: Outcome, microseconds: int, detail: Detail | None = None, *, tag: int = 0
    ) -> None:
        """Append one test."""
        if detail is not None:
            self.details[len(self.ids)] = detail
        self.ids.append(name)
        self.tag_of.append(tag)
        self.outcomes.append(outcome)
        self.durations.append(microseconds)

    def without(self, dropped: Container[int], skipped_file: Callable[[str], bool] = lambda path: False) -> TestData:
        """Return the tests without some, by index, and without the skipped modules that a function names."""
        kept = [index for index in range(len(self.ids)) if index not in dropped]
        position = {index: new for new, index in enumerate(kept)}
        return TestData(
            ids=[self.ids[index] for index in kept],
            tag_of=array("H", (self.tag_of[index] for index in kept)),
            tags=self.tags,
            outcomes=bytearray(self.outcomes[index] for index in kept),
            durations=array("Q", (self.durations[index] for index in kept)),
            details={position[index]: detail for index, detail in self.details.items() if index in position},
            skipped_files={path: why for path, why in self.skipped_files.items() if not skipped_file(path)},
            unnamed=self.unnamed,
            links=self.links.moved(position),
        )

    def executed(self, index: int) -> bool:
        """Return whether the test's call began and it was not skipped in it."""
        detail = self.details.get(index)
        return self.outcomes[index] == Outcome.PASSED if detail is None else detail.executed

    def executed_ids(self, wanted: Callable[[Tag], bool] = lambda tag: True) -> Iterator[str]:
        """Yield the ids of executed tests, without what tells a test from the same one run elsewhere."""
        suffixes = [tag.suffix if wanted(tag) else None for tag in self.tags]
        for index, (name, tag) in enumerate(zip(self.ids, self.tag_of, strict=True)):
            if (suffix := suffixes[tag]) is not None and self.executed(index):
                yield name.removesuffix(suffix)

    def plain_id(self, index: int) -> str:
        """Return a test's id without the environment and shard that tell it from the same test run elsewhere."""
        return self.ids[index].removesuffix(self.tags[self.tag_of[index]].suffix)

    def counts(self, wanted: Callable[[Tag], bool] = lambda tag: True) -> Counts:
        """Count the tests whose tag is wanted."""
        chosen = [wanted(tag) for tag in self.tags]
        pairs = Counter(zip(self.tag_of, self.outcomes, strict=True))
        by_outcome: Counter[int] = Counter()
        for (tag, outcome), count in pairs.items():
            if chosen[tag]:
                by_outcome[outcome] += count
        details = [(index, detail) for index, detail in self.details.items() if chosen[self.tag_of[index]]]
        by_outcome[Outcome.PASSED] += sum(len(passed) for tag, passed in self.unnamed.items() if chosen[tag])
        plain = by_outcome[Outcome.PASSED] - sum(self.outcomes[index] == Outcome.PASSED for index, _ in details)
        return Counts(
            collected=sum(by_outcome.values()),
            executed=plain + sum(detail.executed for _, detail in details),
            passed=by_outcome[Outcome.PASSED],
            failed=by_outcome[Outcome.FAILED],
            errors=by_outcome[Outcome.ERROR],
            skipped=by_outcome[Outcome.SKIPPED],
            xfailed=by_outcome[Outcome.XFAILED],
            xpassed=by_outcome[Outcome.XPASSED],
            flaky=sum(detail.reruns > 0 and self.outcomes[i] == Outcome.PASSED for i, detail in details),
            deselected=by_outcome[Outcome.DESELECTED],
            lost=by_outcome[Outcome.LOST],
        )

    def not_selected_of(self, stages: Container[str]) -> int:
        """Count the tests of some stages that the choice of stage left out, and not that of the environment."""
        left_out = (index for index, each in self.details.items() if each.not_selected and not each.manual)
        tags = (self.tags[self.tag_of[index]] for index in left_out)
        return sum(tag.stage in stages and (not tag.environments or tag.ran_in in tag.environments) for tag in tags)

    def stages(self) -> set[str]:
        """Return the stages of which at least one test was not deselected."""
        used = {tag for tag, outcome in zip(self.tag_of, self.outcomes, strict=True) if outcome != Outcome.DESELECTED}
        used.update(tag for tag, passed in self.unnamed.items() if passed)
        return {self.tags[tag].stage for tag in used}


class TestResults:
    """The tests of the run, as a gate reads them.

    Each count is a `Measure`; `inspected` is the number of tests that were executed, so that a count of a run in
    which nothing was executed is no evidence. Narrow with `tagged` and `ran_in`.

    Attributes:
        exits: How each run of pytest ended; several where shards were merged, none where other tools ran the tests.
    """

    __test__ = False

    def __init__(
        self,
        data: TestData,
        tally: Tally,
        *,
        stage: str | None = None,
        environment: str | None = None,
        exits: tuple[Exit, ...] = (),
    ) -> None:
        self._data = data
        self._tally = tally
        self._stage = stage
        self._environment = environment
        self._counts = data.counts(self._wanted)
        self.exits = exits

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        of = " in ".join(name for name in (self._stage, self._environment) if name)
        return f"<test results of {of}>" if of else "<test results>"

    def _wanted(self, tag: Tag) -> bool:
        return self._stage in (None, tag.stage) and self._environment in (None, tag.ran_in)

    def tagged(self, *, stage: str) -> TestResults:
        """Return the results of one stage's tests only."""
        return TestResults(self._data, self._tally, stage=stage, environment=self._environment, exits=self.exits)

    def ran_in(self, environment: str) -> TestResults:
        """Return the results of the runs against one environment only."""
        return TestResults(self._data, self._tally, stage=self._stage, environment=environment, exits=self.exits)

    @property
    def exit_status(self) -> int | None:
        """Exit status of pytest itself, the highest of all runs; None when one is unknown or no pytest ran."""
        statuses = [each.status for each in self.exits]
        return None if None in statuses or not statuses else max(status for status in statuses if status is not None)

    @property
    def ending(self) -> tuple[Note, ...]:
        """Why the runs are not whole; empty when they are."""
        return tuple(note for each in self.exits for note in each.ending)

    @property
    def counts(self) -> Counts:
        """All counts at once, as plain integers; reading them counts as reading the executed tests."""
        self._tally.note(self._counts.executed)
        return self._counts

    @property
    def collected(self) -> Measure:
        """Tests collected; unit: tests."""
        return self._measure(self._counts.collected, inspected=self._counts.collected)

    @property
    def executed(self) -> Measure:
        """Tests whose call began and that were not skipped in it; unit: tests."""
        return self._measure(self._counts.executed, inspected=self._counts.collected)

    def executed_of(self, names: Collection[str]) -> Measure:
        """Return which share of the tests of these names were executed; `where` has the others.

        Args:
            names: Node ids; a test that several environments or shards ran is one of its plain id.
        """
        left = set(names)
        total = len(left)
        left.difference_update(self._data.executed_ids(self._wanted))
        return self._measure(Ratio(total - len(left), total), places=tuple(sorted(left)))

    @property
    def passed(self) -> Measure:
        """Tests that passed, also on a rerun; unit: tests."""
        return self._measure(self._counts.passed)

    @property
    def failed(self) -> Measure:
        """Tests that failed; unit: tests; `where` has their ids."""
        return self._measure(self._counts.failed, where=(Outcome.FAILED,), inspected=self._ended)

    @property
    def errors(self) -> Measure:
        """Tests whose setup or teardown failed; unit: tests; `where` has their ids."""
        return self._measure(self._counts.errors, where=(Outcome.ERROR,), inspected=self._ended)

    @property
    def skipped(self) -> Measure:
        """Tests that were skipped; unit: tests; `where` has their ids."""
        return self._measure(self._counts.skipped, where=(Outcome.SKIPPED,), inspected=self._ended)

    @property
    def skipped_files(self) -> Measure:
        """Modules skipped as a whole; nobody knows how many tests they hold; unit: files."""
        files = self._data.skipped_files
        return self._measure(len(files), places=tuple(files), inspected=self._ended + len(files), unit="files")

    @property
    def xfailed(self) -> Measure:
        """Tests that failed as expected; unit: tests."""
        return self._measure(self._counts.xfailed, where=(Outcome.XFAILED,))

    @property
    def xpassed(self) -> Measure:
        """Tests that passed though they were expected to fail; unit: tests."""
        return self._measure(self._counts.xpassed, where=(Outcome.XPASSED,))

    @property
    def lost(self) -> Measure:
        """Tests that were collected and of which no outcome is known; unit: tests."""
        return self._measure(self._counts.lost, where=(Outcome.LOST,), inspected=self._counts.collected)

    @property
    def flaky(self) -> Measure:
        """Tests that passed only on a rerun; unit: tests."""
        return self._measure(self._counts.flaky, places=self._flaky_ids())

    @property
    def rerun(self) -> Measure:
        """Tests that were run again, however they ended; unit: tests; `where` has their ids."""
        again = [i for i, detail in sorted(self._data.details.items()) if detail.reruns and self._included(i)]
        return self._measure(len(again), places=self._names(again))

    @property
    def skipped_share(self) -> Measure:
        """Skipped tests as a share of those that ended; unit: tests."""
        share = Ratio(self._counts.skipped, self._ended)
        return self._measure(share, where=(Outcome.SKIPPED,), inspected=self._ended)

    @property
    def flaky_share(self) -> Measure:
        """Flaky tests as a share of those that were executed; unit: tests."""
        return self._measure(Ratio(self._counts.flaky, self._counts.executed), places=self._flaky_ids())

    @property
    def skips(self) -> tuple[Skip, ...]:
        """Skipped and xfailed tests in collection order, then modules skipped as a whole, each with its reason.

        Modules have no stage and no environment; they are left out where the results are those of one.
        """
        data, words = self._data, {Outcome.SKIPPED: "skipped", Outcome.XFAILED: "xfailed"}
        self._tally.note(self._ended)
        found = [
            Skip(data.ids[index], words[Outcome(data.outcomes[index])], detail.reason)
            for index, detail in sorted(data.details.items())
            if data.outcomes[index] in words and self._included(index)
        ]
        files = sorted(data.skipped_files.items()) if self._stage is None and self._environment is None else ()
        return (*found, *(Skip(path, "file", reason) for path, reason in files))

    @property
    def skipped_without_reason(self) -> Measure:
        """Skipped or xfailed tests that give no reason; unit: tests; `where` has their ids."""
        bare = [
            index
            for index, detail in sorted(self._data.details.items())
            if self._data.outcomes[index] in (Outcome.SKIPPED, Outcome.XFAILED)
            and not detail.reason
            and self._included(index)
        ]
        return self._measure(len(bare), places=self._names(bare), inspected=self._ended)

    @property
    def total_duration(self) -> Measure:
        """Sum of all tests' setup, call and teardown; a duration in microseconds."""
        total = sum(duration for index, duration in enumerate(self._data.durations) if self._included(index))
        total += sum(sum(passed) for passed in self._unnamed())
        return self._measure(total, kind="duration", unit="")

    @property
    def longest(self) -> Measure:
        """Duration of the slowest test in microseconds; `where` has the 10 slowest with their times."""
        durations = self._data.durations
        slowest = nlargest(10, filter(self._included, range(len(durations))), key=durations.__getitem__)
        places = tuple(f"{self._data.ids[i]} ({durations[i] / 1e6:.2f} s)" for i in slowest if durations[i])
        longest = max((*(durations[i] for i in slowest[:1]), *(max(p, default=0) for p in self._unnamed())), default=0)
        return self._measure(longest, kind="duration", unit="", places=places)

    def longer_than(self, microseconds: int) -> dict[str, int]:
        """Return the ids of tests that took longer, in collection order, each with its microseconds."""
        pairs = enumerate(self._data.durations)
        return {self._data.ids[i]: took for i, took in pairs if took > microseconds and self._included(i)}

    def matching(self, pattern: str) -> Matching:
        """Return how the tests ended that a node id, a class, a file, a folder or a glob stands for.

        One that was deselected in one environment counts where it ran in another.
        """
        wanted, data = selects(pattern), self._data
        found = [i for i, name in enumerate(data.ids) if self._included(i) and wanted(name)]
        plain = {i: data.plain_id(i) for i in found}
        ran = {plain[i] for i in found if data.outcomes[i] != Outcome.DESELECTED}
        found = [i for i in found if data.outcomes[i] != Outcome.DESELECTED or plain[i] not in ran]
        self._tally.note(len(found))
        ended = [(data.ids[i], Outcome(data.outcomes[i])) for i in found]
        return Matching(
            passed=sum(outcome is Outcome.PASSED for _, outcome in ended),
            bad=tuple(name for name, outcome in ended if outcome in _BAD),
            unproven=tuple(f"{name} ({each.word})" for name, each in ended if each not in (Outcome.PASSED, *_BAD)),
            unnamed=any(self._unnamed()),
        )

    def slower_than(self, microseconds: int) -> tuple[str, ...]:
        """Return the ids of tests that took longer, in collection order; a text for each whose name was not kept."""
        slow = [i for i, duration in enumerate(self._data.durations) if duration > microseconds and self._included(i)]
        unnamed = sum(duration > microseconds for passed in self._unnamed() for duration in passed)
        return (*self._names(slow), *["a passed test whose name was not kept"] * unnamed)

    @property
    def _ended(self) -> int:
        counts = self._counts
        return counts.collected - counts.deselected - counts.lost

    def _unnamed(self) -> list[array[int]]:
        return [passed for tag, passed in self._data.unnamed.items() if self._wanted(self._data.tags[tag])]

    def _included(self, index: int) -> bool:
        everything = self._stage is None and self._environment is None
        return everything or self._wanted(self._data.tags[self._data.tag_of[index]])

    def _names(self, indexes: Iterable[int]) -> tuple[str, ...]:
        return tuple(self._data.ids[index] for index in indexes)

    def _flaky_ids(self) -> tuple[str, ...]:
        data = self._data
        return self._names(
            index
            for index, detail in sorted(data.details.items())
            if detail.reruns and data.outcomes[index] == Outcome.PASSED and self._included(index)
        )

    def _measure(
        self,
        value: int | Ratio,
        *,
        where: tuple[Outcome, ...] = (),
        places: tuple[str, ...] = (),
        inspected: int | None = None,
        kind: str = "count",
        unit: str = "tests",
    ) -> Measure:
        looked_at = self._counts.executed if inspected is None else inspected
        self._tally.note(looked_at)
        if where and value:
            outcomes = self._data.outcomes
            places = self._names(i for i, o in enumerate(outcomes) if o in where and self._included(i))
        return Measure(value, kind=kind, unit=unit, inspected=looked_at, where=places)  # type: ignore[arg-type]
