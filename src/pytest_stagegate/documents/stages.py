"""The ring of stages as finished strings, and the numbers of a picture of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.documents.drawing import fitting
from pytest_stagegate.documents.signs import WORDS, named
from pytest_stagegate.documents.wording import clean, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.decision import StageRow

_CENTRE: Final = (170, 120)
_RADIUS: Final = 78
_LENGTH: Final = 2 * math.pi * _RADIUS
_NAMES: Final = 98
_BASELINE: Final = 5
_GAP: Final = 6
"""Between two stages on the ring, in units of the picture."""
_ROOM: Final = 72
"""For a name beside the ring, likewise."""
_DRAWN: Final = 12
"""Stages whose names fit around the ring."""


class StageView(msgspec.Struct, frozen=True):
    """One stage of the flow.

    Attributes:
        name: The stage, in full.
        label: The same, shortened to what fits.
        sign: The sign of its decision.
        style: Its style class; ``none`` where there is no decision.
        text: Its decision, for people.
        here: Whether it is the one that is decided.
        offset: Where its part of the ring begins, in units of the picture, backwards.
        sign_at: X and Y of the sign.
        label_at: X and Y of the label.
        anchor: On which side of that point the label begins.
    """

    name: str
    label: str
    sign: str
    style: str
    text: str
    here: bool
    offset: str
    sign_at: tuple[str, str]
    label_at: tuple[str, str]
    anchor: str


class RingView(msgspec.Struct, frozen=True):
    """The stages in their order, none in decisions of versions that did not tell.

    Attributes:
        stages: Each stage.
        length: Of the whole ring, in units of the picture.
        part: Of what is drawn of each stage, likewise.
        turn: Degrees by which the ring is turned, so that the first stage is at its top.
        drawn: Whether there is a picture: not of more stages than it has room for.
    """

    stages: tuple[StageView, ...]
    length: str
    part: str
    turn: str
    drawn: bool


def ring_view(rows: Sequence[StageRow]) -> RingView:
    """Return where each stage stands, as a list and as a picture."""
    return RingView(
        stages=tuple(_stage(row, number, len(rows)) for number, row in enumerate(rows)),
        length=f"{_LENGTH:.2f}",
        part=f"{_LENGTH / max(len(rows), 1) - _GAP:.2f}",
        turn=str(-90 - round(180 / max(len(rows), 1))),
        drawn=0 < len(rows) <= _DRAWN,
    )


def _stage(row: StageRow, number: int, count: int) -> StageView:
    _, sign, style = WORDS[row.decision] if row.decision is not None else ("", "", "none")
    angle = 2 * math.pi * number / count
    name = clean(row.stage)
    side = round(math.sin(angle), 3)
    return StageView(
        name=name,
        label=fitting(name, _ROOM),
        sign=sign,
        style=style,
        text=clean(_text(row)),
        here=row.here,
        offset=f"{-_LENGTH * number / count - _GAP / 2:.2f}",
        sign_at=_point(angle, _RADIUS),
        label_at=_point(angle, _NAMES),
        anchor="middle" if not side else "start" if side > 0 else "end",
    )


def _text(row: StageRow) -> str:
    parts = [
        "not decided" if row.decision is None else named(row.decision, provisional=row.provisional),
        "decided here" if row.here else f"as of {row.as_of}" if row.as_of else "",
        f"{plural(row.refused, 'decision')} refused" if row.refused else "",
    ]
    return ", ".join(filter(None, parts))


def _point(angle: float, radius: int) -> tuple[str, str]:
    x, y = _CENTRE
    return str(round(x + radius * math.sin(angle))), str(round(y - radius * math.cos(angle)) + _BASELINE)
