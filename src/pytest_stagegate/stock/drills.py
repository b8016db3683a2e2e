"""``drills``: have the exercises been done lately, and did the last of each kind pass?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.drills_face import Drills
from pytest_stagegate.model.links import is_link_name
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.times import parsed
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check


class DrillsOptions(GateOptions, frozen=True):
    """Options of the gate ``drills``.

    Attributes:
        kinds: The kinds of exercises that have to be done.
        max_days: For how many days one that passed is good.
        warn_days: From how many days on that is told.
    """

    kinds: list[str] = []  # noqa: RUF012 - msgspec copies it for each instance
    max_days: Count = 90
    warn_days: Count | None = None

    def declares_a_limit(self) -> bool:
        """Return whether any kind is asked for."""
        return bool(self.kinds)

    def contradictions(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Yield a warning that comes after the limit, each kind that stands twice, and what can be none."""
        if self.warn_days is not None and self.warn_days > self.max_days:
            yield ("warn_days",), f"is {self.warn_days}, after max_days = {self.max_days}"
        for name in sorted({each for each in self.kinds if self.kinds.count(each) > 1}):
            yield ("kinds",), f"names {name!r} twice"
        for name in (each for each in self.kinds if not is_link_name(each)):
            yield ("kinds",), f"{name[:40]!r} is no name of a kind of drills"


@gate(
    name="drills",
    title="What has to work in an emergency was exercised lately",
    stage="manage",
    options=DrillsOptions,
    remedy="Do the exercise, and log it: stagegate drill-log.",
)
def drills(found: Drills, options: DrillsOptions) -> Iterator[Check]:
    """Checks for each kind that its last exercise passed, and how many days ago."""
    for kind in options.kinds:
        row = found.of(kind)
        made = check(kind, found.days_since(kind), at_most=options.max_days, warn_above=options.warn_days)
        if row is not None and row.failed and (row.passed is None or parsed(row.failed) >= parsed(row.passed)):
            text = f"the last {kind}, on {row.failed[:10]}, failed"
            yield msgspec.structs.replace(made, verdict=Verdict.FAIL, reason="drill-failed", text=text, inspected=1)
        elif row is None or row.passed is None:
            yield no_evidence(kind, "drill-missing", f"no {kind} that passed is known", unit="days")
        else:
            yield made
