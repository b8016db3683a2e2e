"""A treemap: rectangles that fill a picture without a gap, as large as what they stand for, nested by folder.

The layout is the squarified one of Bruls, Huizing and van Wijk (2000), in whole numbers: each row of rectangles takes
on the next one for as long as that makes the least square of them no longer. Equal sizes are told apart by name, so
that the order in which files come is of no account.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HEAD: Final = 170
"""How high the line is that names a folder."""

_ROOM: Final = (800, 600)
"""How wide and how high a folder is at the least that has such a line."""
_DEPTH: Final = 2
"""How deep folders are nested; what lies deeper is together in the last."""


class Box(NamedTuple):
    """A rectangle; all numbers are whole and none is negative."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """How large it is."""
        return self.width * self.height


class Plan(msgspec.Struct, frozen=True):
    """Where everything lies.

    Attributes:
        tiles: The rectangle of each name; none of what has no size, or less than one unit of the picture.
        heads: The folders that are named, each with its rectangle; the first `HEAD` of its height are the name's.
        folder: What all names begin with, with a stroke at its end; else empty.
    """

    tiles: dict[str, Box]
    heads: tuple[tuple[str, Box], ...]
    folder: str


def treemap(sizes: Mapping[str, int], box: Box, *, apart: str = "") -> Plan:
    """Return where the rectangle of each file lies.

    Args:
        sizes: The size of each file, by its path with ``/``.
        box: What is filled.
        apart: A name among them that is no path, and lies in no folder.
    """
    paths = [name for name, size in sizes.items() if size > 0 and name != apart]
    folder = _shared(paths)
    tiles: dict[str, Box] = {}
    heads: list[tuple[str, Box]] = []
    alone = [apart] if sizes.get(apart, 0) > 0 else []
    _nested(paths, folder, box, _Making(sizes, tiles, heads), alone=alone)
    return Plan({name: found for name, found in tiles.items() if found.area}, tuple(heads), folder)


class _Making(NamedTuple):
    sizes: Mapping[str, int]
    tiles: dict[str, Box]
    heads: list[tuple[str, Box]]


def _nested(
    paths: Sequence[str], folder: str, box: Box, making: _Making, depth: int = 0, alone: Sequence[str] = ()
) -> None:
    below: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        name, stroke, _ = path[len(folder) :].partition("/")
        below[f"{folder}{name}/" if stroke and depth < _DEPTH else path].append(path)
    below.update({name: [name] for name in alone})
    total = {name: sum(making.sizes[path] for path in inside) for name, inside in below.items()}
    names = sorted(total, key=lambda name: (-total[name], name))
    for name, place in zip(names, squarified([total[name] for name in names], box), strict=True):
        inside = below[name]
        if inside == [name]:
            making.tiles[name] = place
            continue
        shared = _shared(inside)
        _nested(inside, shared, _below_head(shared[len(folder) :], place, making), making, depth + 1)


def _below_head(name: str, box: Box, making: _Making) -> Box:
    """Name a folder where there is room for that, and return what is left of it."""
    wide, high = _ROOM
    if box.width < wide or box.height < high:
        return box
    making.heads.append((name, box))
    return Box(box.x, box.y + HEAD, box.width, box.height - HEAD)


def _shared(paths: Sequence[str]) -> str:
    """Return the folders that all paths begin with, with a stroke at the end; empty where there are none."""
    first, last = min(paths, default=""), max(paths, default="")
    parts = []
    for one, other in zip(first.split("/")[:-1], last.split("/")[:-1], strict=False):
        if one != other:
            break
        parts.append(f"{one}/")
    return "".join(parts)


def squarified(sizes: Sequence[int], box: Box) -> Iterator[Box]:
    """Yield a rectangle for each size; together they fill the box, and none lies upon another.

    Args:
        sizes: Each more than 0, the largest first.
        box: What is filled.
    """
    left, start = sum(sizes), 0
    while start < len(sizes):
        end, row = _row(sizes, start, left, box)
        box, places = _laid(sizes[start:end], row, left, box)
        yield from places
        left -= row
        start = end


def _row(sizes: Sequence[int], start: int, left: int, box: Box) -> tuple[int, int]:
    """Return where the next row of rectangles ends, and how much it holds."""
    side = min(box.width, box.height)
    if not side:
        return len(sizes), left
    scale = Fraction(box.area, left * side * side)
    row = sizes[start]
    worst = _worst(sizes[start], sizes[start], row, scale)
    end = start + 1
    while end < len(sizes):
        longer = row + sizes[end]
        found = _worst(sizes[start], sizes[end], longer, scale)
        if found > worst:
            break
        row, worst, end = longer, found, end + 1
    return end, row


def _worst(largest: int, least: int, row: int, scale: Fraction) -> Fraction:
    """Return how many times as long as wide the least square rectangle of a row is."""
    return max(largest / (scale * row * row), scale * row * row / least)


def _laid(sizes: Sequence[int], row: int, left: int, box: Box) -> tuple[Box, list[Box]]:
    """Return what a row of rectangles along the shorter side leaves of a box, and the rectangles."""
    upright = box.width >= box.height
    long, short = (box.width, box.height) if upright else (box.height, box.width)
    depth = long * row // left
    ends, seen = [0], 0
    for size in sizes:
        seen += size
        ends.append(short * seen // row)
    spans = [(one, other - one) for one, other in pairwise(ends)]
    if upright:
        places = [Box(box.x, box.y + at, depth, length) for at, length in spans]
        return Box(box.x + depth, box.y, box.width - depth, box.height), places
    places = [Box(box.x + at, box.y, length, depth) for at, length in spans]
    return Box(box.x, box.y + depth, box.width, box.height - depth), places
