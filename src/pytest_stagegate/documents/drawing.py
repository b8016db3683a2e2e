"""What pictures have in common: how wide a text is, and lengths of bars. Whole numbers only."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

BAR: Final = 1_000
"""How long a bar is, in units of its picture."""

_GAP: Final = 4
"""What is seen of a part of a bar at the least, likewise."""


class Part(msgspec.Struct, frozen=True):
    """One part of a bar.

    Attributes:
        style: Style class.
        left: Where it begins, in units of the picture.
        width: How long it is, likewise.
    """

    style: str
    left: str
    width: str


def width_of(text: str) -> int:
    """Return about how wide a text of size 13 is in any font: rather too much than too little."""
    return sum(map(_width, text))


def fitting(text: str, room: int) -> str:
    """Return a text of size 13, or as much of it as there is room for."""
    if width_of(text) <= room:
        return text
    widths = accumulate(map(_width, text), initial=_width("…"))
    return f"{text[: sum(1 for width in widths if width <= room) - 1]}…"


def bar(parts: Iterable[tuple[str, int]], whole: int) -> tuple[Part, ...]:
    """Return the parts of a bar: each as long as its share of the whole, and seen where it is more than nothing.

    Args:
        parts: Style class and count of each.
        whole: The count of the longest bar, 1 or more.
    """
    made, seen = [], 0
    for style, count in parts:
        left = BAR * seen // whole
        seen += count
        if count:
            made.append(Part(style, str(left), str(max(_GAP, BAR * seen // whole - left))))
    return tuple(made)


def _width(sign: str) -> int:
    return 13 if east_asian_width(sign) in "WF" or sign in "MWmw@%" else 10 if sign.isupper() else 8
