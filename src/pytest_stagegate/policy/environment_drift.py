"""What a policy demands less of an environment than an earlier one did."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.environments import EnvironmentRule
    from pytest_stagegate.policy.model import Policy


def less_of_environments(earlier: Policy, policy: Policy) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a policy demands less of its environments than an earlier one.

    Of each demand: the environment, the key (empty for the environment as a whole), what it was, and what it is.

    Of two addresses or two texts nobody can tell which demands less; only what is gone or wider counts.
    """
    for old in earlier.environment_rules:
        now = policy.environment(old.name)
        if now is None and (old.protected or old.asks):
            yield old.name, "", "declared", "gone"
        elif now is not None:
            yield from ((old.name, *less) for less in _less(old, now))


def _less(old: EnvironmentRule, now: EnvironmentRule) -> Iterator[tuple[str, str, str]]:
    if old.protected and not now.protected:
        yield "protected", "true", "false"
    yield from _wider("stages", old.stages, now.stages, "every stage")
    yield from _wider("run_by", old.run_by, now.run_by, "everybody")
    required = {each.name: each for each in now.require}
    for each in old.require:
        there = required.get(each.name)
        if there is None:
            yield f"require {each.name}", str(each), "anything"
        elif each.value is not None and there.value is None:
            yield f"require {each.name}", str(each), str(there)
    data = {each.name: each for each in now.data}
    if old.probe is not None and now.probe is None:
        yield "probe", "asked", "not asked"
    for check in old.data:
        other = data.get(check.name)
        if other is None:
            yield f"data {check.name}", "asked", "not asked"
        elif other.wanted < check.wanted:
            yield f"data {check.name}", f"min_files {check.wanted}", f"min_files {other.wanted}"


def _wider(option: str, old: tuple[str, ...], now: tuple[str, ...], all_: str) -> Iterator[tuple[str, str, str]]:
    """Yield that more is allowed than before; nothing named allows all."""
    if old and (not now or set(now) - set(old)):
        yield option, ", ".join(old), ", ".join(now) or all_
