"""Gate drift: what a policy demands less of than an earlier one did."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pytest_stagegate.model.verdicts import Enforcement, Level, OnMissing
from pytest_stagegate.policy.binding import BoundGate, applying, bound_of
from pytest_stagegate.policy.environment_drift import less_of_environments
from pytest_stagegate.policy.finding import NO_FILE, revived
from pytest_stagegate.policy.limits import demanded, excepted, limits_of, shown
from pytest_stagegate.policy.loading import policy_of
from pytest_stagegate.policy.objectives_drift import less_of_objectives
from pytest_stagegate.policy.release_drift import less_of_features, less_of_flags, less_of_rings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pytest_stagegate.hooks import Gate
    from pytest_stagegate.policy.model import Policy

_LEVELS: Final = {Level.OBSERVE: 0, Level.WARN: 1, Level.BLOCK: 3}
_UNTIL_IT_BLOCKS: Final = 2
_MISSING: Final = {OnMissing.SKIP: 0, OnMissing.WARN: 1, OnMissing.HOLD: 2}


_COMPARED_AS_A_WHOLE: Final = (
    "stages",
    "environments",
    "default_stage",
    "default_environment",
    "untagged",
    "tag",
    "expect",
    "evidence",
    "hypothesis",
    "artifacts",
    "rebuilt_artifacts",
    "manual",
)
"""Keys that shape what a decision rests on; of two contents nobody can tell which of them demands less."""


class Loosened(NamedTuple):
    """One demand that became less.

    Attributes:
        gate: The gate's id in the policy, ``environment NAME``, ``slo NAME``, ``ring NAME``, ``feature NAME``
            or ``features``.
        option: The key; empty for the gate as a whole.
        before: What was demanded, for people.
        now: What is demanded.
    """

    gate: str
    option: str
    before: str
    now: str


def drift_since(
    content: str, policy: Policy, bound: tuple[BoundGate, ...], gates: Mapping[str, Gate], day: dt.date
) -> tuple[Loosened, ...]:
    """Return what a policy demands less of than an earlier one.

    Args:
        content: The earlier policy's resolved keys as JSON.
        policy: The present policy.
        bound: Its gates.
        gates: All definitions by name; the earlier policy is read with those of today.
        day: The day for which it is asked.
    """
    earlier = policy_of((NO_FILE,), revived(json.loads(content)))
    # What an earlier policy says that this version does not know is no longer demanded of anything.
    before, _ = bound_of(earlier, gates, frozenset())
    known = {each.id for each in before}
    gone = {table.id for table in earlier.gates} - known - {table.id for table in policy.gates}
    found = [Loosened(gate, "", "declared", "gone") for gate in gone]
    found += (Loosened(f"environment {name}", *less) for name, *less in less_of_environments(earlier, policy))
    found += (Loosened(f"slo {name}", *less) for name, *less in less_of_objectives(earlier, policy))
    found += (Loosened(f"ring {name}", *less) for name, *less in less_of_rings(earlier, policy))
    found += (Loosened(f"feature {name}", *less) for name, *less in less_of_features(earlier, policy))
    found += (Loosened("features", *less) for less in less_of_flags(earlier, policy))
    places = [(stage, place) for stage in earlier.stages for place in (None, *earlier.environments)]
    for stage, place in places:
        now = applying(bound, stage, place)
        found += (each for old in applying(before, stage, place) for each in _compared(old, now, bound, stage, day))
    return tuple(sorted(set(found)))


def less_than(policy: Policy, content: dict[str, Any], gates: Mapping[str, Gate], day: dt.date) -> tuple[str, ...]:
    """Return what another policy demands less of than a present one, a sentence each.

    What can't be compared counts as less: a policy that can't be read any more, and other stages, tag rules, expected
    cells or rules about evidence.

    Args:
        policy: The present policy.
        content: The resolved keys of the other, as a decision holds them.
        gates: All definitions by name.
        day: The day for which it is asked.
    """
    # Waivers are no demands: what one covers stands in the decision. As JSON their dates are texts.
    demands = {key: value for key, value in json.loads(json.dumps(content)).items() if key != "waiver"}
    try:
        other = policy_of((NO_FILE,), revived(demands))
        bound, mistakes = bound_of(other, gates, frozenset())
        less = [_sentence(each) for each in drift_since(policy.content, other, bound, gates, day)]
    except Exception as error:
        # Whatever stands in somebody's file, it must not end this decision.
        return (f"the policy can't be read: {type(error).__name__}: {error}",)
    present = json.loads(policy.content)
    wrong = [f"the policy has a mistake: {each.text}" for each in (*other.mistakes, *mistakes)]
    others = [f"{key}: others than now" for key in _COMPARED_AS_A_WHOLE if demands.get(key) != present.get(key)]
    return (*wrong, *others, *less)


def _sentence(less: Loosened) -> str:
    name = " ".join(part for part in (less.gate, less.option) if part)
    return f"{name}: {less.now} there, {less.before} now"


def _compared(
    old: BoundGate, there: Sequence[BoundGate], anywhere: Sequence[BoundGate], stage: str, day: dt.date
) -> Iterator[Loosened]:
    now = next((each for each in there if each.id == old.id), None)
    if now is not None:
        yield from loosened(old, now, day)
    elif any(each.id == old.id for each in anywhere):
        yield Loosened(old.id, "stage", f"judged at {stage}", "not judged there")
    else:
        yield Loosened(old.id, "", "declared", "gone")


def loosened(old: BoundGate, now: BoundGate, day: dt.date) -> Iterator[Loosened]:
    """Yield what one gate demands less of than before.

    A lower limit that was lowered or taken away, an upper one that was raised or taken away, a word less that is
    required, a word more that is left out, and less of enforcement, ``on_missing`` and ``max_age``.
    """
    if old.gate.name != now.gate.name:
        yield Loosened(old.id, "uses", old.gate.name, now.gate.name)
        return
    if _strictness(now.enforcement, day) < _strictness(old.enforcement, day):
        yield Loosened(old.id, "enforcement", in_words(old.enforcement), in_words(now.enforcement))
    if _MISSING[now.on_missing] < _MISSING[old.on_missing]:
        yield Loosened(old.id, "on_missing", old.on_missing.value, now.on_missing.value)
    if old.max_age is not None and (now.max_age is None or now.max_age.microseconds > old.max_age.microseconds):
        yield Loosened(old.id, "max_age", shown(old.max_age), shown(now.max_age))
    yield from _options(old, now)


def _options(old: BoundGate, now: BoundGate) -> Iterator[Loosened]:
    limits = limits_of(now.options)
    for option, limit in limits_of(old.options).items():
        other = limits.get(option)
        if other is None or limit.loosened(other):
            yield Loosened(old.id, option, limit.shown, other.shown if other is not None else "no limit")
    required, left_out = demanded(now.options), excepted(old.options)
    for option, words in demanded(old.options).items():
        if less := words - required.get(option, frozenset()):
            yield Loosened(old.id, option, f"with {shown(sorted(less))}", "without")
    for option, words in excepted(now.options).items():
        if more := words - left_out.get(option, frozenset()):
            yield Loosened(old.id, option, "without", f"with {shown(sorted(more))}")


def _strictness(enforcement: Enforcement, day: dt.date) -> tuple[int, int]:
    if enforcement.block_from is not None and day < enforcement.block_from:
        return _UNTIL_IT_BLOCKS, -enforcement.block_from.toordinal()
    return _LEVELS[enforcement.level], 0


def in_words(enforcement: Enforcement) -> str:
    """Return an enforcement as people say it: ``block``, ``block from 2027-01-31``."""
    start = enforcement.block_from
    return enforcement.level.value if start is None else f"{enforcement.level.value} from {start.isoformat()}"
