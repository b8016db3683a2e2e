"""``durations``: do the tests stay fast enough to be run?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.hooks import gate
from pytest_stagegate.model.numbers import Duration
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock._options import LimitOptions
from pytest_stagegate.thresholds import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.numbers import Measure
    from pytest_stagegate.model.verdicts import Check


class DurationsOptions(LimitOptions, frozen=True):
    """Limits of the gate ``durations``; setup, call and teardown count together.

    Attributes:
        max_test: How long one test may take.
        max_total: How long all tests together may take, summed over workers.
    """

    max_test: Duration | None = None
    max_total: Duration | None = None


@gate(
    name="durations",
    title="The tests are fast enough to be run often",
    options=DurationsOptions,
    enforcement="observe",
    always=True,
    remedy="Look at the slowest tests first: what do they wait for?",
)
def durations(tests: TestResults, options: DurationsOptions) -> Iterator[Check]:
    """Yield the slowest test and the sum."""
    slowest = _timed("slowest", tests.longest, options.max_test)
    if slowest.verdict is Verdict.FAIL and options.max_test is not None:
        too_slow = tests.slower_than(options.max_test.microseconds)
        slowest = check("slowest", tests.longest, at_most=f"{options.max_test.microseconds} us", where=too_slow)
    yield slowest
    yield _timed("total", tests.total_duration, options.max_total)


def _timed(name: str, measured: Measure, limit: Duration | None) -> Check:
    return check(name, measured, at_most=None if limit is None else f"{limit.microseconds} us")
