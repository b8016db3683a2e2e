"""Over which time a query in PromQL counts: https://prometheus.io/docs/prometheus/latest/querying/basics/."""

from __future__ import annotations

import re
from typing import Final

WINDOW: Final = "{window}"
"""What stands in a query for the length of a window."""

_TEXT: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`""", re.DOTALL)
_RANGE: Final = re.compile(r"\[\s*((?:[0-9]{1,18}(?:ms|[smhdwy]))+)\s*(?::[^\]]*)?\]")
_PART: Final = re.compile(r"([0-9]+)(ms|[smhdwy])")
_MICROSECONDS: Final = {
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
    "y": 31_536_000_000_000,
}


def other_range(query: str, window: int) -> str:
    """Return a range of a query that is not its window: ``5m``; empty where one is, or there is none.

    Args:
        query: The query, with `WINDOW` where its window stands.
        window: Length of the window in microseconds.
    """
    # In a text, as the value of a label is one, nothing is a range.
    plain = _TEXT.sub("", query)
    ranges = _RANGE.findall(plain)
    if WINDOW in plain or window in map(_length, ranges):
        return ""
    return next(iter(ranges), "")


def _length(written: str) -> int:
    return sum(int(number) * _MICROSECONDS[unit] for number, unit in _PART.findall(written))
