"""What the checks of gates measured, decision by decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pytest_stagegate.model.since import TrendMeasure, TrendPoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.verdicts import Check

_Key = tuple[str, "str | None", str, str]


def measures_of(decision: Decision) -> tuple[TrendMeasure, ...]:
    """Return what each check of a decision measured that measured a number, with that one point."""
    found: dict[_Key, TrendMeasure] = {}
    for measure in _measured(decision):
        found.setdefault(key(measure), measure)
    return tuple(found.values())


def _measured(decision: Decision) -> Iterator[TrendMeasure]:
    for result in decision.gates:
        for check in result.checks:
            if (point := _point(check)) is not None:
                yield TrendMeasure(
                    gate=result.gate,
                    environment=result.environment,
                    check=check.name,
                    unit=check.unit,
                    points=(point,),
                )


def _point(check: Check) -> TrendPoint | None:
    if check.measured is None:
        return None
    return TrendPoint(measured=check.measured, shown=check.shown, limit=check.limit, limit_shown=check.limit_shown)


def key(measure: TrendMeasure) -> _Key:
    """Return what tells a measure from others; of another unit it is another one."""
    return measure.gate, measure.environment, measure.check, measure.unit


def continued(now: Sequence[TrendMeasure], past: Sequence[TrendMeasure], count: int) -> tuple[TrendMeasure, ...]:
    """Return the lines that end with the points of a decision; those that it has no more, as long as they have any.

    Args:
        now: The measures of the decision.
        past: Those before it, each with at least as many points.
        count: How many earlier points are taken over.
    """
    lines = {key(each): each.points[-count:] for each in past}
    ends = {key(each): each for each in now}
    none = (None,) * count
    made = [msgspec.structs.replace(each, points=(*lines.get(key(each), none), *each.points)) for each in now]
    gone = [
        msgspec.structs.replace(each, points=(*lines[key(each)], None))
        for each in past
        if key(each) not in ends and any(lines[key(each)])
    ]
    return (*made, *gone)
