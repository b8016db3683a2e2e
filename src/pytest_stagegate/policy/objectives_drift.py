"""What a policy promises less of its service than an earlier one did."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from pytest_stagegate.model.service_levels import promql_duration
from pytest_stagegate.model.texts import shortened
from pytest_stagegate.thresholds import as_written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.policy.model import Policy

_SHOWN: Final = 100
"""Characters of a query that are shown."""


def less_of_objectives(earlier: Policy, policy: Policy) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a policy promises less of than an earlier one.

    Of each promise: the objective, the key (empty for the objective as a whole), what it was, and what it is. Of two
    queries or windows nobody can tell which promises less: another one counts as less.
    """
    now = {each.name: each for each in policy.objectives}
    for old in earlier.objectives:
        there = now.get(old.name)
        if there is None:
            yield old.name, "", "declared", "gone"
            continue
        if there.share < old.share:
            yield old.name, "objective", as_written(old.share, "share"), as_written(there.share, "share")
        if there.window != old.window:
            yield old.name, "window", promql_duration(old.window), promql_duration(there.window)
        for key in ("good", "bad", "total"):
            was, now_is = getattr(old, key), getattr(there, key)
            if was != now_is:
                yield old.name, key, _counted(was), _counted(now_is)
        for window in sorted(set(old.burn) - set(there.burn)):
            yield old.name, f"burn {as_written(Fraction(window), 'duration')}", "measured", "not measured"
    for glob in earlier.slo_files:
        if glob not in policy.slo_files:
            yield "files", "", glob, "gone"


def _counted(query: str) -> str:
    return shortened(" ".join(query.split()), _SHOWN) or "not counted"
