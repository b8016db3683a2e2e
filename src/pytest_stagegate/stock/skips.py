"""``skips``: how much was left out, and does each one say why?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.hooks import gate
from pytest_stagegate.model.numbers import Count, Share
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.stock._options import LimitOptions
from pytest_stagegate.thresholds import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class SkipsOptions(LimitOptions, frozen=True):
    """Limits of the gate ``skips``.

    Attributes:
        max_skipped: How many tests may be skipped, and, counted apart, how many modules as a whole.
        max_skipped_ratio: Which share of the tests that ended may be skipped.
        require_reason: Whether each skip and xfail has to give a reason.
    """

    max_skipped: Count | None = None
    max_skipped_ratio: Share | None = None
    require_reason: bool = False


@gate(
    name="skips",
    title="Few tests are skipped, and each says why",
    options=SkipsOptions,
    enforcement="observe",
    always=True,
    remedy="Run the skipped tests where they can run, delete them, or give each skip its reason.",
)
def skips(tests: TestResults, options: SkipsOptions) -> Iterator[Check]:
    """Yield the count, and the share and the reasons where limits are set."""
    yield check("skipped", tests.skipped, at_most=options.max_skipped)
    if options.max_skipped is not None or tests.skipped_files:
        yield check("skipped-files", tests.skipped_files, at_most=options.max_skipped)
    if options.max_skipped_ratio is not None:
        yield check("skipped-ratio", tests.skipped_share, at_most=options.max_skipped_ratio)
    if options.require_reason:
        yield check("without-reason", tests.skipped_without_reason, at_most=0)
