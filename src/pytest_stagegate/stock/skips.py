"""``skips``: how much was left out, and does each one say why?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pytest_stagegate.hooks import gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.globs import selects
from pytest_stagegate.model.numbers import Count, Measure, Ratio, Share
from pytest_stagegate.model.tests import TestResults
from pytest_stagegate.stock._comparing import without_baseline
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
        max_new: How many tests and modules may be skipped that the baseline does not know as skipped.
        allow: Node ids, classes, files, folders or globs whose skips the limits do not count.
        require_reason: Whether each skip and xfail has to give a reason.
    """

    no_limits: ClassVar[tuple[str, ...]] = ("allow",)

    max_skipped: Count | None = None
    max_skipped_ratio: Share | None = None
    max_new: Count | None = None
    allow: list[str] = []  # noqa: RUF012 - msgspec copies it for each instance
    require_reason: bool = False


@gate(
    name="skips",
    title="Few tests are skipped, and each says why",
    options=SkipsOptions,
    enforcement="observe",
    always=True,
    remedy="Run the skipped tests where they can run, delete them, or give each skip its reason.",
)
def skips(tests: TestResults, baseline: Baseline, options: SkipsOptions) -> Iterator[Check]:
    """Checks the count, and where they have limits the share, what is new, and what gives no reason."""
    undone = [each for each in tests.skips if each.outcome != "xfailed"]
    patterns = [selects(pattern) for pattern in options.allow]
    allowed = [each.name for each in undone if any(wanted(each.name) for wanted in patterns)]
    free = set(allowed)
    counted = tuple(each.name for each in undone if each.outcome == "skipped" and each.name not in free)
    files = tuple(each.name for each in undone if each.outcome == "file" and each.name not in free)
    ended, with_files = tests.skipped.inspected, tests.skipped_files.inspected
    yield check("skipped", _number(counted, ended), at_most=options.max_skipped)
    if options.max_skipped is not None or files:
        yield check("skipped-files", _number(files, with_files, unit="files"), at_most=options.max_skipped)
    if options.allow:
        yield check("allowed", _number(tuple(allowed), with_files))
    if options.max_new is not None:
        yield _new((*counted, *files), baseline, with_files, options.max_new)
    if options.max_skipped_ratio is not None:
        of = ended - sum(each.outcome == "skipped" and each.name in free for each in undone)
        share = Measure(Ratio(len(counted), of), unit="tests", inspected=of, where=counted)
        yield check("skipped-ratio", share, at_most=options.max_skipped_ratio)
    if options.require_reason:
        yield check("without-reason", tests.skipped_without_reason, at_most=0)


def _number(names: tuple[str, ...], inspected: int, *, unit: str = "tests") -> Measure:
    return Measure(len(names), unit=unit, inspected=inspected, where=names)


def _new(names: tuple[str, ...], baseline: Baseline, inspected: int, limit: int) -> Check:
    known = baseline.of("skips")
    if isinstance(known, Absent):
        return without_baseline("new", known, unit="tests", limit_shown=f"≤ {limit}")
    return check("new", _number(tuple(name for name in names if name not in known), inspected), at_most=limit)
