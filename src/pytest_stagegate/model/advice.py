"""What is wrong with a policy that holds no mistake."""

from __future__ import annotations

from typing import NamedTuple


class Advice(NamedTuple):
    """One thing that somebody should look at.

    Attributes:
        defect: Whether it takes away what a gate or the whole policy is for.
        place: ``file:line``, or the file.
        text: What is wrong.
        remedy: What to do.
    """

    defect: bool
    place: str
    text: str
    remedy: str
