"""Property tests: how many examples each one ran, and the face that gates read that through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.model.numbers import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pytest_stagegate.model.tally import Tally


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Hypothesis settings that the policy wants when a stage is decided; None leaves what the suite has.

    Attributes:
        stage: The stage.
        max_examples: Examples of a test, at least 1.
        stateful_step_count: Steps of an example of a state machine, at least 1.
        derandomize: Whether every run tries the same examples.
        print_blob: Whether a failure shows how to reproduce it.
        deadline: How long one example may take, in microseconds; False for as long as it wants.
    """

    stage: str
    max_examples: int | None = None
    stateful_step_count: int | None = None
    derandomize: bool | None = None
    print_blob: bool | None = None
    deadline: int | bool | None = None

    @property
    def name(self) -> str:
        """The name under which Hypothesis knows it."""
        return f"stagegate-{self.stage}"


class PropertyTest(msgspec.Struct, frozen=True, kw_only=True):
    """What Hypothesis says of one property test that passed or failed.

    Examples are those that were generated or taken from the database of earlier failures; explicit ones
    (``@example``) and the variations of a failure that is being shrunk are not among them.

    Attributes:
        name: Node id.
        counted: Whether Hypothesis said how many examples it ran; the three numbers mean nothing otherwise.
        passing: Examples with which the test passed.
        failing: Examples with which it failed.
        invalid: Examples that the test or a strategy refused, or that were too large.
        exhausted: Whether there is no example left that was not tried, and none failed.
        stopped: Why Hypothesis stopped, in its own words; may be empty.
        unhealthy: Name of the health check that failed, for example ``too_slow``; empty when none did.
    """

    name: str
    counted: bool
    passing: int = 0
    failing: int = 0
    invalid: int = 0
    exhausted: bool = False
    stopped: str = ""
    unhealthy: str = ""

    @property
    def shown(self) -> str:
        """The test in one line, with its examples and why there are no more."""
        examples = "1 example" if self.passing == 1 else f"{self.passing} examples"
        stopped = "an example failed" if self.failing else self.stopped or "it does not say"
        return f"{self.name}: {examples}, stopped because {stopped}"


def least(tests: Iterable[PropertyTest]) -> tuple[PropertyTest, ...]:
    """Return one entry for each node id, in their order: of several runs of a test the one that says least.

    A health check that failed in any of them stands. The order of the runs does not matter.
    """
    kept: dict[str, PropertyTest] = {}
    for test in tests:
        other = kept.setdefault(test.name, test)
        unhealthy = min(filter(None, (test.unhealthy, other.unhealthy)), default="")
        kept[test.name] = msgspec.structs.replace(min(test, other, key=_worth), unhealthy=unhealthy)
    return tuple(kept[name] for name in sorted(kept))


def _worth(test: PropertyTest) -> tuple[object, ...]:
    return (test.counted, test.exhausted, test.passing, -test.failing, -test.invalid, test.stopped)


class PropertyTests:
    """Property tests as a gate reads them: those that were executed and passed or failed.

    Where several runs had the same test, the one with the fewest examples counts. `inspected` of each measure is the
    number of tests that it was taken from.
    """

    def __init__(self, tests: tuple[PropertyTest, ...], tally: Tally) -> None:
        self._tests = tests
        self._counted = [test for test in tests if test.counted]
        # A test that has tried every possible input needs no more examples.
        self._open = [test for test in self._counted if not test.exhausted]
        self._tally = tally

    def __repr__(self) -> str:
        """Return a text that is the same in every run, as an assertion may show it."""
        return "<property tests>"

    @property
    def tests(self) -> Measure:
        """Property tests; unit: tests."""
        return self._measure(len(self._tests), self._tests, unit="tests")

    @property
    def examples(self) -> Measure:
        """Examples with which they passed, all together; unit: examples."""
        return self._measure(sum(test.passing for test in self._counted), self._counted, unit="examples")

    @property
    def fewest(self) -> Measure:
        """Passing examples of the test that had fewest, among those with inputs left to try; unit: examples."""
        fewest = min((test.passing for test in self._open), default=None)
        return self._measure(fewest, self._open, unit="examples")

    @property
    def exhausted(self) -> Measure:
        """Tests that have passed with every possible input; unit: tests."""
        return self._measure(len(self._counted) - len(self._open), self._counted, unit="tests")

    @property
    def not_counted(self) -> Measure:
        """Tests of which Hypothesis did not say how many examples it ran; unit: tests; `where` has their ids."""
        where = tuple(test.name for test in self._tests if not test.counted)
        return self._measure(len(where), self._tests, unit="tests", where=where)

    @property
    def unhealthy(self) -> Measure:
        """Tests with a health check that failed and was not suppressed; unit: tests; `where` has both names."""
        where = tuple(f"{test.name}: {test.unhealthy}" for test in self._tests if test.unhealthy)
        return self._measure(len(where), self._tests, unit="tests", where=where)

    def short_of(self, examples: int) -> tuple[str, ...]:
        """Return the tests with fewer passing examples and inputs left to try, each with why it stopped."""
        return tuple(test.shown for test in self._open if test.passing < examples)

    def _measure(
        self, value: int | None, of: Sequence[PropertyTest], *, unit: str, where: tuple[str, ...] = ()
    ) -> Measure:
        self._tally.note(len(of))
        return Measure(value if of else None, unit=unit, inspected=len(of), where=where)
