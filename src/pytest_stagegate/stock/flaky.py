"""``flaky``: how many tests passed only when they were run again?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import gate
from pytest_stagegate.model.numbers import Count, Share
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.stock._options import LimitOptions
from pytest_stagegate.thresholds import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class FlakyOptions(LimitOptions, frozen=True):
    """Limits of the gate ``flaky``.

    Attributes:
        max_flaky: How many tests may pass only on a rerun.
        max_flaky_ratio: Which share of the executed tests may.
    """

    max_flaky: Count | None = None
    max_flaky_ratio: Share | None = None


@gate(
    name="flaky",
    title="Few tests pass only when they are run again",
    options=FlakyOptions,
    enforcement="observe",
    always=True,
    remedy="Find out why the listed tests do not pass at the first try; a rerun hides it from you, not from users.",
)
def flaky(tests: TestResults, options: FlakyOptions) -> Iterator[Check]:
    """Checks how many tests passed only on a rerun, and their share where that has a limit."""
    found = check("flaky", tests.flaky, at_most=options.max_flaky)
    if found.verdict is Verdict.PASS and not tests.rerun:
        # A test that can't be run again fails instead: the figure is true, and says less than it seems to.
        found = msgspec.structs.replace(found, text="no test was run again")
    yield found
    if options.max_flaky_ratio is not None:
        yield check("flaky-ratio", tests.flaky_share, at_most=options.max_flaky_ratio)
