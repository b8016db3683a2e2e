"""``warnings``: how many warnings did the run record?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.hooks import Warnings, gate
from pytest_stagegate.model.numbers import Count
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.stock._options import LimitOptions
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator


class WarningsOptions(LimitOptions, frozen=True):
    """Limits of the gate ``warnings``.

    Attributes:
        max_warnings: How many warnings may be recorded.
    """

    max_warnings: Count | None = None


@gate(
    name="warnings",
    title="The run records few warnings",
    options=WarningsOptions,
    enforcement="observe",
    always=True,
    remedy="Mend what the warnings speak of, or filter in pytest's configuration what you have decided to bear.",
)
def warnings(recorded: Warnings, options: WarningsOptions) -> Iterator[Check]:
    """Yield the number of warnings."""
    if not recorded.recorded:
        yield _not_recorded(options)
        return
    yield check("warnings", recorded.total, at_most=options.max_warnings)


def _not_recorded(options: WarningsOptions) -> Check:
    text = "pytest recorded no warnings in this run (-p no:warnings)"
    missing = no_evidence("warnings", "warnings-not-recorded", text, unit="warnings")
    if options.max_warnings is not None:
        return missing
    return msgspec.structs.replace(missing, verdict=Verdict.NOT_APPLICABLE, reason="not-declared")
