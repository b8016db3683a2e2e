"""What test results tell a gate beside measures: tests by name."""

from __future__ import annotations

from typing import NamedTuple


class Skip(NamedTuple):
    """A test or a module that was left undone, with what it says of why.

    Attributes:
        name: Node id, or the path of a module.
        outcome: ``skipped``, ``xfailed``, or ``file`` for a module that was skipped as a whole.
        reason: Its reason; empty where it gives none.
    """

    name: str
    outcome: str
    reason: str


class Matching(NamedTuple):
    """The tests that a pattern of node ids stands for.

    Attributes:
        passed: How many passed.
        bad: Ids of those that failed or broke.
        unproven: Ids of all others, each with its outcome.
        unnamed: Whether there are tests whose names were not kept, so that one that matches may be unknown.
    """

    passed: int
    bad: tuple[str, ...]
    unproven: tuple[str, ...]
    unnamed: bool
