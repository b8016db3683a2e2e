"""The milestones as finished strings, and the numbers of a picture of them. Whole numbers only."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.wording import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.goals import MilestoneRow

_SHOWN: Final = 50
_LEFT: Final = 8
_WIDTH: Final = 304
_ROW: Final = 44
_TOP: Final = 20
_LABEL: Final = 44
"""Characters of a name that fit into the picture."""


class Bar(msgspec.Struct, frozen=True):
    """One milestone in the picture.

    Attributes:
        name: Shortened to what fits.
        text: Its progress in a sentence, in full.
        label: Y of the name.
        top: Y of its bar.
        left: X at which it starts; empty where no day is known.
        width: Of its bar.
        done: Of the part that is done.
        forecast: X of the day on which it will be done; empty where that is not known.
        title: Its name in full.
    """

    name: str
    title: str
    text: str
    label: str
    top: str
    left: str
    width: str
    done: str
    forecast: str


class Roadmap(msgspec.Struct, frozen=True):
    """The milestones; `bars` is empty where there are none.

    Attributes:
        bars: By their days, at most 50.
        height: Of the picture, which is 320 wide.
        today: X of the day of the decision.
        first: The first day of the picture.
        last: The last one.
        more: A sentence when there are more; empty otherwise.
    """

    bars: tuple[Bar, ...]
    height: str
    today: str
    first: str
    last: str
    more: str


def roadmap(rows: Sequence[MilestoneRow], as_of: str) -> Roadmap:
    """Return the milestones as a picture shows them.

    Args:
        rows: The milestones, in order.
        as_of: The instant of the decision, RFC 3339.
    """
    shown = rows[:_SHOWN]
    today = dt.date.fromisoformat(as_of[:10])
    days = [today, *(day for row in shown for day in map(_day, (row.start, row.due, row.forecast)) if day is not None)]
    first, last = min(days), max(days)
    more = len(rows) - len(shown)
    return Roadmap(
        bars=tuple(_bar(row, number, first, last, today) for number, row in enumerate(shown)),
        height=str(_TOP + _ROW * len(shown) + 4),
        today=str(_x(today, first, last)),
        first=first.isoformat(),
        last=last.isoformat(),
        more=f"{more} more in decision.json." if more > 0 else "",
    )


def _day(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written is not None else None


def _x(day: dt.date, first: dt.date, last: dt.date) -> int:
    return _LEFT + _WIDTH * (day - first).days // max(1, (last - first).days)


def _bar(row: MilestoneRow, number: int, first: dt.date, last: dt.date, today: dt.date) -> Bar:
    due, start, forecast = _day(row.due), _day(row.start), _day(row.forecast)
    left = right = None
    if start is not None or due is not None:
        left = _x(min(start or today, due or today), first, last)
        right = _x(due or today, first, last)
    width = max(4, right - left) if left is not None and right is not None else 0
    name = clean(" ".join(f"{row.id} {row.title}".split()))
    short = name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…"
    return Bar(
        name=short,
        title=name,
        text=clean(row.text),
        label=str(_TOP + _ROW * number + 16),
        top=str(_TOP + _ROW * number + 22),
        left=str(left) if left is not None else "",
        width=str(width),
        done=str(width * row.done // row.goals if row.goals else 0),
        forecast=str(_x(forecast, first, last)) if forecast is not None else "",
    )
