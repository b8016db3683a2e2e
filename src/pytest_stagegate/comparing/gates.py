"""Gates that moved between two decisions, and why the later one is not GO."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.comparison import BlockerMove
from pytest_stagegate.model.moves import CheckMove, Direction, GateMove
from pytest_stagegate.model.numbers import Ratio
from pytest_stagegate.model.verdicts import SEVERITY, Verdict
from pytest_stagegate.thresholds import as_fraction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytest_stagegate.model.decision import Blocker
    from pytest_stagegate.model.verdicts import Check, GateResult, Limit

_ORDER: Final = list(Direction)
_TIME: Final = "microseconds"


def gate_moves(before: Sequence[GateResult], now: Sequence[GateResult]) -> tuple[GateMove, ...]:
    """Return the gates whose verdict, enforcement or limits are others, or that measured something else; worse first.

    While the verdict stays, a measured value counts where it is a share or has an upper limit, and is no length of
    time: what a test takes is never the same twice.
    """
    was, is_ = ({(each.gate, each.environment): each for each in results} for results in (before, now))
    moves = (_gate(was.get(key), is_.get(key)) for key in {**is_, **was})
    found = [move for move in moves if move is not None]
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.direction), each.gate, each.environment or "")))


def _gate(before: GateResult | None, now: GateResult | None) -> GateMove | None:
    known = now or before
    assert known is not None
    direction = _direction(before, now)
    checks = tuple(_checks(before, now, moved=direction is not Direction.SAME)) if before and now else ()
    strictness = before.enforcement if before else "", now.enforcement if now else ""
    if direction is Direction.SAME and not checks and strictness[0] == strictness[1]:
        return None
    return GateMove(
        gate=known.gate,
        environment=known.environment,
        owner=known.owner,
        before=before.verdict if before else None,
        now=now.verdict if now else None,
        enforcement_before=strictness[0],
        enforcement_now=strictness[1],
        direction=direction,
        checks=checks,
    )


def _direction(before: GateResult | None, now: GateResult | None) -> Direction:
    if before is None:
        return Direction.ADDED
    if now is None:
        return Direction.REMOVED
    if before.verdict is now.verdict:
        return Direction.SAME
    if Verdict.NOT_APPLICABLE in (before.verdict, now.verdict):
        return Direction.OTHER
    if SEVERITY[now.verdict] < SEVERITY[before.verdict]:
        return Direction.WORSE
    # What nobody can tell any more, or what somebody accepts, has not become better.
    return Direction.BETTER if now.verdict in (Verdict.PASS, Verdict.WARN) else Direction.OTHER


def _checks(before: GateResult, now: GateResult, *, moved: bool) -> Iterator[CheckMove]:
    return (_move(one, other) for one, other in _pairs(before, now) if _tells(one, other, moved=moved))


def check_moves(before: GateResult, now: GateResult) -> Iterator[CheckMove]:
    """Yield what each check of a gate measured then and now, moved or not."""
    return (_move(one, other) for one, other in _pairs(before, now))


def _pairs(before: GateResult, now: GateResult) -> Iterator[tuple[Check | None, Check | None]]:
    was, is_ = ({check.name: check for check in result.checks} for result in (before, now))
    for name in {**is_, **was}:
        yield was.get(name), is_.get(name)


def _move(before: Check | None, now: Check | None) -> CheckMove:
    known = now or before
    assert known is not None
    return CheckMove(
        name=known.name,
        before=before.shown if before else "",
        now=now.shown if now else "",
        limit_before=before.limit_shown if before else "",
        limit_now=now.limit_shown if now else "",
        value=_value(before, now),
        limit=_limit(before.limit if before else None, now.limit if now else None),
    )


def _tells(before: Check | None, now: Check | None, *, moved: bool) -> bool:
    """Return whether a check belongs to what people are told of its gate."""
    if before is None or now is None:
        there = now or before
        return there is not None and (there.limit is not None or moved)
    if before.limit != now.limit or (moved and before.verdict is not now.verdict):
        return True
    if before.shown == now.shown or now.limit is None or now.unit == _TIME:
        return False
    return isinstance(now.measured, Ratio) or now.limit.op == "at_most"


def _value(before: Check | None, now: Check | None) -> Direction:
    if before is None or now is None or before.measured is None or now.measured is None:
        return Direction.OTHER
    limit = now.limit or before.limit
    was, is_ = as_fraction(before.measured), as_fraction(now.measured)
    if was == is_:
        return Direction.SAME
    if limit is None:
        return Direction.OTHER
    return Direction.WORSE if (is_ < was) == (limit.op == "at_least") else Direction.BETTER


def _limit(before: Limit | None, now: Limit | None) -> Direction:
    if before == now:
        return Direction.SAME
    if before is None:
        return Direction.BETTER
    if now is None:
        return Direction.WORSE
    if before.op != now.op or before.value == now.value:
        return Direction.OTHER
    less = as_fraction(now.value) < as_fraction(before.value)
    return Direction.WORSE if less == (now.op == "at_least") else Direction.BETTER


def blocker_moves(before: Sequence[Blocker], now: Sequence[Blocker]) -> tuple[BlockerMove, ...]:
    """Return the reasons of the later decision, in its order, then what of the earlier one's run is so no more."""
    was, is_ = ({_key(each) for each in reasons} for reasons in (before, now))
    found = [BlockerMove(kind="known" if _key(each) in was else "new", blocker=each) for each in now]
    gone = [each for each in before if each.gate is None and _key(each) not in is_]
    return (*found, *(BlockerMove(kind="gone", blocker=each) for each in gone))


def _key(blocker: Blocker) -> tuple[str | None, str]:
    return blocker.gate, blocker.text if blocker.gate is None else ""
