"""What a decision carries forward from the one before it, so that one earlier decision is enough for a whole line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.carrying.flaky import flaky_tests
from pytest_stagegate.carrying.measures import continued, key, measures_of
from pytest_stagegate.model.counts import Counts
from pytest_stagegate.model.since import Mark, Trend, TrendDecision

if TYPE_CHECKING:
    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.roll import Roll

EARLIER: Final = 20
"""Earlier decisions that are carried forward."""

MEASURES: Final = 60
TESTS: Final = 200
"""Lines that are carried forward, and tests that were flaky."""


def trend(before: Decision, now: Decision, rolls: tuple[Roll, Roll]) -> Trend:
    """Return what a decision knows of those before it.

    Args:
        before: The earlier decision; what it carries itself has to be in order, see `contradiction`.
        now: The later one.
        rolls: What is known of the tests of each.
    """
    past = _past(before)
    measures = continued(measures_of(now), past.measures, len(past.decisions))
    flaky = flaky_tests(past.decisions, past.flaky, rolls)
    # Of what no reader has kept the name of, only the number is known.
    nameless = max(0, now.tests.flaky - sum(each.marks[-1] is Mark.FLAKY for each in flaky))
    return Trend(
        decisions=(*past.decisions, entry(now)),
        measures=measures[:MEASURES],
        measures_omitted=max(0, len(measures) - MEASURES),
        flaky=flaky[:TESTS],
        flaky_omitted=max(0, len(flaky) - TESTS) + nameless,
    )


def _past(before: Decision) -> Trend:
    """Return what the earlier decision carries, and of that as much as is carried on; else what it says itself."""
    carried = before.trend
    if not carried.decisions:
        return Trend(decisions=(entry(before),), measures=measures_of(before))
    tests = (msgspec.structs.replace(each, marks=each.marks[-EARLIER:]) for each in carried.flaky)
    return msgspec.structs.replace(carried, decisions=carried.decisions[-EARLIER:], flaky=tuple(tests))


def entry(decision: Decision) -> TrendDecision:
    """Return a decision as one of a trend."""
    return TrendDecision(
        as_of=decision.as_of,
        version=decision.subject.version,
        commit=decision.subject.commit,
        decision=decision.decision,
        provisional=bool(decision.provisional),
        **{name: getattr(decision.tests, name) for name in Counts.__struct_fields__},
    )


def contradiction(decision: Decision) -> str:
    """Return what is wrong with the trend that a decision carries; empty where nothing is."""
    carried = decision.trend
    if carried == Trend():
        return ""
    if not carried.decisions or carried.decisions[-1] != entry(decision):
        return "its trend does not end with the decision itself"
    lengths = {len(each.points) for each in carried.measures} | {len(each.marks) for each in carried.flaky}
    if lengths - {len(carried.decisions)}:
        return f"its trend has {len(carried.decisions)} decisions, and a line of it another number of points"
    own = {key(each): each.points[-1] for each in measures_of(decision)}
    if any(own.get(key(each)) != each.points[-1] for each in carried.measures):
        return "its trend ends with other figures than those of its gates"
    return ""
