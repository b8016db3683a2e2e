"""``warnings``: how many warnings did the run record?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from pytest_stagegate.hooks import Warnings, gate
from pytest_stagegate.model.absent import Absent
from pytest_stagegate.model.baseline import Baseline
from pytest_stagegate.model.numbers import Count, Measure
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.stock._comparing import without_baseline
from pytest_stagegate.stock._options import LimitOptions
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator


class WarningsOptions(LimitOptions, frozen=True):
    """Limits of the gate ``warnings``.

    Attributes:
        max_warnings: How many warnings may be recorded.
        max_new: How many may be recorded beyond those that the baseline has of the same category and file.
        categories: How many may be recorded of a category, by its class name.
    """

    upper_limits: ClassVar[tuple[str, ...]] = ("categories",)

    max_warnings: Count | None = None
    max_new: Count | None = None
    categories: dict[str, Count] = {}  # noqa: RUF012 - msgspec copies it for each instance


@gate(
    name="warnings",
    title="The run records few warnings",
    options=WarningsOptions,
    enforcement="observe",
    always=True,
    remedy="Mend what the warnings speak of, or filter in pytest's configuration what you have decided to bear.",
)
def warnings(recorded: Warnings, baseline: Baseline, options: WarningsOptions) -> Iterator[Check]:
    """Checks the number of warnings, of new ones, and of each category that has a limit."""
    if not recorded.recorded:
        yield _not_recorded(options)
        return
    yield check("warnings", recorded.total, at_most=options.max_warnings)
    if options.max_new is not None:
        yield _new(recorded, baseline, options.max_new)
    for category, limit in sorted(options.categories.items()):
        yield check(category, recorded.of_category(category), at_most=limit)


def _not_recorded(options: WarningsOptions) -> Check:
    text = "no run of pytest recorded warnings: -p no:warnings, or other tools' results alone"
    missing = no_evidence("warnings", "warnings-not-recorded", text, unit="warnings")
    if options.declares_a_limit():
        return missing
    return msgspec.structs.replace(missing, verdict=Verdict.NOT_APPLICABLE, reason="not-declared")


def _new(recorded: Warnings, baseline: Baseline, limit: int) -> Check:
    known = baseline.of("warnings")
    if isinstance(known, Absent):
        return without_baseline("new", known, unit="warnings", limit_shown=f"≤ {limit}")
    before = {name: int(known.get(name, (0,))[0]) for name in recorded.by_file}
    more = {name: count - before[name] for name, count in recorded.by_file.items() if count > before[name]}
    where = tuple(f"{name} ({recorded.by_file[name]}, baseline {before[name]})" for name in more)
    inspected = recorded.total.inspected
    return check("new", Measure(sum(more.values()), unit="warnings", inspected=inspected, where=where), at_most=limit)
