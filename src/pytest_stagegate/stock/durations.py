"""``durations``: do the tests stay fast enough to be run?"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import msgspec

from pytest_stagegate.hooks import gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.numbers import Duration, Measure, Percentage, StageName
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock._comparing import without_baseline
from pytest_stagegate.stock._options import LimitOptions
from pytest_stagegate.thresholds import check, no_evidence, show_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.baseline import Table
    from pytest_stagegate.model.verdicts import Check


class DurationsOptions(LimitOptions, frozen=True):
    """Limits of the gate ``durations``; setup, call and teardown count together.

    Attributes:
        max_test: How long one test may take.
        max_total: How long all tests together may take, summed over workers.
        per_stage: How long all tests of a stage together may take.
        max_growth: How much longer than in the baseline a stage or a slow test may take.
        min_duration: What takes no longer than this has not grown.
    """

    upper_limits: ClassVar[tuple[str, ...]] = ("per_stage",)
    leeway: ClassVar[tuple[str, ...]] = ("min_duration",)

    max_test: Duration | None = None
    max_total: Duration | None = None
    per_stage: dict[StageName, Duration] = {}  # noqa: RUF012 - msgspec copies it for each instance
    max_growth: Percentage | None = None
    min_duration: Duration = Duration.parse("1 s")


@gate(
    name="durations",
    title="The tests are fast enough to be run often",
    options=DurationsOptions,
    enforcement="observe",
    always=True,
    remedy="Look at the slowest tests first: what do they wait for?",
)
def durations(tests: TestResults, baseline: Baseline, options: DurationsOptions) -> Iterator[Check]:
    """Checks the slowest test, the sum, the sum of each stage that has a limit, and what has grown."""
    slowest = _timed("slowest", tests.longest, options.max_test)
    if slowest.verdict is Verdict.FAIL and options.max_test is not None:
        too_slow = tests.slower_than(options.max_test.microseconds)
        slowest = check("slowest", tests.longest, at_most=f"{options.max_test.microseconds} us", where=too_slow)
    yield slowest
    yield _timed("total", tests.total_duration, options.max_total)
    for stage, limit in sorted(options.per_stage.items()):
        of_stage = tests.tagged(stage=stage)
        made = _timed(f"stage {stage}", of_stage.total_duration, limit)
        where = of_stage.longest.where if made.verdict is Verdict.FAIL else ()
        yield msgspec.structs.replace(made, where=where)
    if options.max_growth is not None:
        known = baseline.of("durations")
        if isinstance(known, Absent):
            yield without_baseline("grown", known)
        else:
            yield _grown(tests, known, options.max_growth.value, options.min_duration.microseconds)


def _timed(name: str, measured: Measure, limit: Duration | None) -> Check:
    return check(name, measured, at_most=None if limit is None else f"{limit.microseconds} us")


def _grown(tests: TestResults, known: Table, growth: Fraction, floor: int) -> Check:
    """Return how many stages and slow tests take longer than the baseline and the growth allow."""
    now = _comparable(tests, known)
    if not now:
        return no_evidence("grown", "no-baseline", "the baseline has no duration of a stage that was run")
    before = {name: int(known[name][0]) for name in now}
    grown = [name for name, took in now.items() if took > floor and took > before[name] * (1 + growth)]
    where = tuple(
        f"{name}: {show_duration(Fraction(now[name]), Fraction(before[name]), upward=True)}, "
        f"was {show_duration(Fraction(before[name]), Fraction(now[name]), upward=False)}"
        for name in grown
    )
    return check("grown", Measure(len(grown), unit="durations", inspected=len(now), where=where), at_most=0)


def _comparable(tests: TestResults, known: Table) -> dict[str, int]:
    """Return the present microseconds of the stages and tests that the baseline has, by its names for them."""
    now: dict[str, int] = {}
    for name in sorted(known):
        kind, _, stage = name.partition(":")
        total = tests.tagged(stage=stage).total_duration if kind == "stage" else None
        if total is not None and total.inspected and total.value is not None:
            now[name] = total.value.numerator
    slow = {f"test:{test}": took for test, took in tests.longer_than(0).items()}
    return now | {name: took for name, took in sorted(slow.items()) if name in known}
