"""``manual``: have people done every manual test, on this build, and found it sound?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.manual import PENDING, STALE, ManualTests
from pytest_stagegate.model.verdicts import Check, Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOBODY: Final = "the record lists no manual test of the stages that are decided"


class ManualOptions(GateOptions, frozen=True):
    """The gate ``manual`` has no options of its own: every manual test has to be done."""


@gate(
    name="manual",
    title="People have done every manual test, and none of them failed",
    stage="test",
    options=ManualOptions,
    remedy="Mend what failed or kept a test from being done, and let people do it again: stagegate manual run.",
)
def manual(tests: ManualTests) -> Iterator[Check]:
    """Checks that none is failed or blocked, none is pending, and none has a result that does not count any more."""
    if not tests.rows:
        yield no_evidence("manual-tests", "no-manual-test", _NOBODY, unit="manual tests")
        return
    yield check("failed", tests.count("failed", "blocked"), at_most=0)
    pending = check("pending", tests.count(PENDING), at_most=0)
    yield _unknown(pending, Verdict.NO_EVIDENCE, "manual-pending") if tests.of([PENDING]) else pending
    stale = tests.of([STALE])
    held = check("stale", tests.count(STALE), at_most=0)
    yield _unknown(held, Verdict.STALE, stale[0].reason) if stale else held


def _unknown(made: Check, verdict: Verdict, reason: str) -> Check:
    """Return a check that says that nothing is known of a test, which is not that it failed."""
    return msgspec.structs.replace(made, verdict=verdict, reason=reason)
