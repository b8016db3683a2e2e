"""What a policy demands less of before a ring opens or a feature is seen than an earlier one did."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from pytest_stagegate.model.numbers import Share
from pytest_stagegate.thresholds import as_written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.flags import FeatureRule
    from pytest_stagegate.model.rings import Ring
    from pytest_stagegate.policy.model import Policy


def less_of_rings(earlier: Policy, policy: Policy) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a policy demands less of its rings than an earlier one.

    Of each demand: the ring, the key (empty for the ring as a whole), what it was, and what it is. Of two environments
    or audiences nobody can tell which demands less.
    """
    now = {ring.name: ring for ring in policy.rings}
    for position, old in enumerate(earlier.rings):
        there = now.get(old.name)
        if there is None:
            yield old.name, "", "declared", "gone"
            continue
        before = policy.rings[: policy.rings.index(there)]
        passed = [ring.name for ring in earlier.rings[:position] if ring.name in now and now[ring.name] not in before]
        if passed:
            yield old.name, "order", f"behind {', '.join(passed)}", "not behind"
        yield from ((old.name, *less) for less in _less_of_ring(old, there))


def _less_of_ring(old: Ring, now: Ring) -> Iterator[tuple[str, str, str]]:
    yield from _fewer("enter", old.enter, now.enter)
    yield from _fewer("exit", old.exit, now.exit)
    if now.soak < old.soak:
        yield "soak", as_written(Fraction(old.soak), "duration"), as_written(Fraction(now.soak), "duration")
    reached, reaches = _share(old.percent), _share(now.percent)
    if reached is not None and (reaches is None or reaches > reached):
        yield "percent", old.percent, now.percent or "not said"


def less_of_features(earlier: Policy, policy: Policy) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a policy demands less of its features than an earlier one; each demand as those of rings."""
    now = {rule.name: rule for rule in policy.features.features}
    for old in earlier.features.features:
        there = now.get(old.name)
        if there is None:
            yield old.name, "", "declared", "gone"
            continue
        yield from ((old.name, *less) for less in _fewer("gates", old.gates, there.gates))
        if old.reveal and (not there.reveal or any(not _seen(old, each) for each in there.reveal)):
            yield old.name, "reveal", ", ".join(old.reveal), ", ".join(there.reveal) or "everywhere"


def less_of_flags(earlier: Policy, policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Yield the flags that need not be features any more, where an earlier policy had any: key, before, now."""
    had = earlier.features
    more = [glob for glob in policy.features.others if glob not in had.others]
    if more and (had.features or had.others):
        yield "others", "without", f"with {', '.join(more)}"


def _share(written: str) -> Fraction | None:
    """Return how many of all these are; None where it is not said, or an earlier policy was mistaken in it."""
    try:
        return Share.parse(written).value
    except ValueError:
        return None


def _seen(old: FeatureRule, place: str) -> bool:
    environment, _, ring = place.partition("/")
    return old.allowed(environment, ring or None)


def _fewer(option: str, old: Iterable[str], now: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    kept = set(now)
    if gone := [name for name in old if name not in kept]:
        yield option, f"with {', '.join(gone)}", "without"
