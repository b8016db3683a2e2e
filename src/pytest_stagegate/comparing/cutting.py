"""What differs between two decisions, cut to what a third place has room for; how much more there is is counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pytest_stagegate.model.moves import STANDING, Group, Moves

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_stagegate.model.comparison import Comparison
    from pytest_stagegate.model.moves import GateMove

TESTS: Final = 20
"""Tests of each group."""

ROWS: Final = 50
"""Rows of each other list; of checks twice as many, in all gates together."""


def cut(found: Comparison, omitted: Counter[str]) -> Moves:
    """Return what moved, without what stands still and without what tests have written.

    Args:
        found: The whole comparison.
        omitted: Is told how many more rows there are, by the list's name, for tests by their group.
    """
    lists: dict[str, Any] = {
        "gates": found.gates,
        "goals": found.goals,
        "milestones": found.milestones,
        "waivers": [each for each in found.waivers if each.kind not in STANDING],
        "manual": [each for each in found.manual if each.kind not in STANDING],
    }
    rows = {name: first(name, each, ROWS, omitted) for name, each in lists.items()}
    rows["gates"] = _with_room(rows["gates"], omitted)
    tests = [row for group in Group for row in first(group.value, found.of(group), _room(group), omitted)]
    shown = (msgspec.structs.replace(each, reason=None, serves=()) for each in tests)
    return Moves(tests=tuple(shown), appeared=found.appeared, **rows)


def _room(group: Group) -> int:
    # Of what can't be told there is nothing to say but how much it is.
    return 0 if group is Group.UNTOLD else TESTS


def first(name: str, rows: Sequence[Any], most: int, omitted: Counter[str]) -> tuple[Any, ...]:
    """Return the first rows of a list, and count the others under its name."""
    if len(rows) > most:
        omitted[name] += len(rows) - most
    return tuple(rows[:most])


def _with_room(gates: Sequence[GateMove], omitted: Counter[str]) -> tuple[GateMove, ...]:
    """Return gates with as many of their checks as there is room for in all."""
    left, made = 2 * ROWS, []
    for gate in gates:
        checks = first("checks", gate.checks, left, omitted)
        left -= len(checks)
        made.append(msgspec.structs.replace(gate, checks=checks))
    return tuple(made)
