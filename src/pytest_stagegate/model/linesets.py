"""Sets of lines and branches as short texts: what coverage is made of, exact and easy to merge.

Lines are written as ranges, ``"3-5, 9"``; branches as names divided by blanks, ``"12>15 12>17"``. While sets are
merged, lines are the bits of one integer.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LAST_LINE: Final = 2_000_000
"""A line number beyond this is taken for damage."""

_BRANCH: Final = re.compile(r"(\d+)([>:#])(\S+)")


def ranges(numbers: Iterable[int]) -> str:
    """Return ``"3-5, 9"`` for the numbers 3, 4, 5 and 9; they have to be sorted."""
    runs = []
    for _, members in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in members]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(runs)


def count(written: str) -> int:
    """Return how many lines a text of ranges has.

    Raises:
        ValueError: When it is not written as `ranges` writes it.
    """
    return sum(last - first + 1 for first, last in _runs(written))


def bits(written: str) -> int:
    """Return the lines of a text of ranges as the bits of an integer.

    Raises:
        ValueError: When it is not written as `ranges` writes it.
    """
    found = 0
    for first, last in _runs(written):
        found |= ((1 << (last - first + 1)) - 1) << first
    return found


def written(found: int) -> str:
    """Return the bits of an integer as a text of ranges."""
    runs = []
    first = 0
    while found:
        gap = (found & -found).bit_length() - 1
        found >>= gap
        first += gap
        length = (~found & (found + 1)).bit_length() - 1
        runs.append(str(first) if length == 1 else f"{first}-{first + length - 1}")
        found >>= length
        first += length
    return ", ".join(runs)


def branches_at(names: str, lines: int) -> str:
    """Return the branches, of some written one after the other, that begin at lines given as bits.

    Raises:
        ValueError: When a branch has no line.
    """
    return " ".join(name for name in names.split() if lines >> int(_branch(name)[0]) & 1)


def branch_counts(taken: str, untaken: str) -> tuple[int, int]:
    """Return how many branches there are, and how many of them were taken.

    Where tools that name branches differently have measured the same line, the line has as many as the one that saw
    the most; a branch is never counted twice.

    Raises:
        ValueError: When a branch has no line.
    """
    hit, all_ = taken.split(), [*taken.split(), *untaken.split()]
    schemes = {_branch(name)[1] for name in all_}
    if len(schemes) < 2:
        return len(all_), len(hit)
    lines: dict[str, list[int]] = {}
    for scheme in schemes:
        for position, names in enumerate((all_, hit)):
            for line, number in _by_line(names, scheme):
                most = lines.setdefault(line, [0, 0])
                most[position] = max(most[position], number)
    return sum(each[0] for each in lines.values()), sum(each[1] for each in lines.values())


def _by_line(names: list[str], scheme: str) -> Iterator[tuple[str, int]]:
    found = sorted(_branch(name)[0] for name in names if _branch(name)[1] == scheme)
    for line, members in groupby(found):
        yield line, len(list(members))


def _branch(name: str) -> tuple[str, str]:
    found = _BRANCH.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no branch")
    return found[1], found[2]


def _runs(text: str) -> Iterator[tuple[int, int]]:
    for run in text.split(", ") if text else ():
        first, dash, last = run.partition("-")
        numbers = int(first), int(last) if dash else int(first)
        if not 0 <= numbers[0] <= numbers[1] <= LAST_LINE:
            raise ValueError(f"{run!r} is no range of lines")
        yield numbers
