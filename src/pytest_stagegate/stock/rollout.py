"""``rollout``: may the next ring open, as far as the rollout itself says?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pytest_stagegate.hooks import GateOptions, gate
from pytest_stagegate.model.numbers import Measure
from pytest_stagegate.model.rollout_face import Rollout
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.thresholds import check, no_evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_stagegate.model.verdicts import Check

_NOT_ASKED: Final = "no ring is to open here: only stagegate rollout advance asks for that"


class RolloutOptions(GateOptions, frozen=True):
    """The gate ``rollout`` has no options of its own: the rings say what is asked."""


@gate(
    name="rollout",
    title="The next ring may open, as far as the rollout itself says",
    stage="deploy",
    options=RolloutOptions,
    remedy="Wait until the ring has been open for long enough, and judge it on evidence that is newer than that.",
)
def rollout(found: Rollout) -> Iterator[Check]:
    """Checks that nobody halted it, that rings open one after the other, the soak time, and the age of the evidence."""
    if not found.opens:
        nothing = no_evidence("ring", "not-declared", _NOT_ASKED)
        yield msgspec.structs.replace(nothing, verdict=Verdict.NOT_APPLICABLE, shown="")
        return
    now = found.progress
    halted = now.halted
    made = check("halted", Measure(0 if halted is None else 1, unit="halts", inspected=1), at_most=0)
    if halted is not None:
        why = f": {halted.reason}" if halted.reason else ""
        text = f"{halted.by} halted it at {halted.at}{why}"
        made = msgspec.structs.replace(made, reason="rollout-halted", text=text)
    yield made
    order = check("order", Measure(0 if found.opens == now.next else 1, unit="rings", inspected=1), at_most=0)
    if order.verdict is Verdict.FAIL:
        expected = now.next or "none: it is complete"
        text = f"{found.opens} is to open, and the next ring is {expected}"
        order = msgspec.structs.replace(order, reason="ring-order", text=text)
    yield order
    if now.left is None:
        return
    if found.opened is None:
        yield no_evidence("soak", "ring-not-open", f"no step of this version has opened the ring {now.left.name}")
        return
    yield check("soak", found.soaked, at_least=f"{now.left.soak} us")
    before = found.before_opening
    if before.inspected:
        yield _newer(before, now.left.name, found.opened)


def _newer(before: Measure, ring: str, opened: str) -> Check:
    made = check("before-opening", before, at_most=0)
    if made.verdict is Verdict.FAIL:
        text = f"{', '.join(made.where[:3])}: from before {ring} was opened at {opened}"
        return msgspec.structs.replace(made, verdict=Verdict.STALE, reason="before-ring", text=text)
    return made
