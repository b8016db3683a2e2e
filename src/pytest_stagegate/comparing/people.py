"""What people did or have to do: waivers and manual tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_stagegate.model.manual import PENDING, STALE
from pytest_stagegate.model.moves import ManualMove, WaiverMove
from pytest_stagegate.model.waivers import EXPIRING_DAYS, WaiverState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.manual import ManualRow
    from pytest_stagegate.model.waivers import WaiverRow


def waiver_moves(before: Sequence[WaiverRow], now: Sequence[WaiverRow]) -> tuple[WaiverMove, ...]:
    """Return the waivers that expired, are about to, or are newly used; by their last day.

    Days are counted from the later decision, so that the same two decisions always tell the same.
    """
    was = {_key(row): row.state for row in before}
    moves = [_waiver(row, kind) for row in now if (kind := _kind(was.get(_key(row)), row))]
    return tuple(sorted(moves, key=lambda each: (each.expires, each.gate, each.subject, each.owner)))


def _key(row: WaiverRow) -> tuple[object, ...]:
    return row.gate, row.subject, row.owner, row.expires, row.stages, row.environments


def _kind(before: str | None, row: WaiverRow) -> str:
    if row.state == WaiverState.EXPIRED.value:
        return "still-expired" if before == row.state else "expired"
    if row.state in (WaiverState.ELSEWHERE.value, WaiverState.TOO_LONG.value):
        return ""
    if row.days_left <= EXPIRING_DAYS:
        return "expiring"
    return "newly-used" if row.state == WaiverState.USED.value != before else ""


def _waiver(row: WaiverRow, kind: str) -> WaiverMove:
    return WaiverMove(
        kind=kind,
        gate=row.gate,
        subject=row.subject,
        owner=row.owner,
        expires=row.expires,
        days_left=row.days_left,
        reason=row.reason,
    )


def manual_moves(before: Sequence[ManualRow], now: Sequence[ManualRow]) -> tuple[ManualMove, ...]:
    """Return the manual tests that were done since, and those that have to be; in the decision's order."""
    was = {(row.id, row.environment): row.outcome for row in before}
    return tuple(
        ManualMove(kind=kind, id=row.id, title=row.title, environment=row.environment, outcome=row.outcome, who=row.who)
        for row in now
        if (kind := _done(was.get((row.id, row.environment)), row.outcome))
    )


def _done(before: str | None, now: str) -> str:
    if now in (PENDING, STALE):
        return "open"
    if before == now:
        return ""
    return "newly-passed" if now == "passed" else "newly-failed"
