"""What the gates of a running release say: each check that does not pass is a thing to plan for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_stagegate.feedback.wording import TITLE, one_line, place_of
from pytest_stagegate.model.decision import Word
from pytest_stagegate.model.feedback import FeedbackItem, feedback_id
from pytest_stagegate.model.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.verdicts import Check, GateResult

STAGES: Final = ("deploy", "manage", "monitor")
"""The stages of which every gate teaches something."""

GATES: Final = ("incidents", "regression", "runtime-support", "slo", "synthetic", "telemetry")
"""Gates that do so at every stage."""

EACH_PLACE: Final = ("incidents",)
"""Gates of which each place is a matter of its own."""

_LEFT_TO_OTHERS: Final = ("flaky", "requirements", "requirements-ratchet", "roadmap", "sign-off", "upstream")
"""Gates about things that stand in the list by themselves, or that only say what others found."""

_SHORT: Final = (Verdict.FAIL, Verdict.WARN, Verdict.NO_EVIDENCE, Verdict.STALE, Verdict.ERROR)
_PLACES: Final = 3


def of_gates(decisions: Iterable[Decision]) -> Iterator[FeedbackItem]:
    """Yield an item for each check that falls short; of some gates one for each place."""
    for decision in decisions:
        for result in decision.gates:
            if result.uses in _LEFT_TO_OTHERS or not (decision.stage in STAGES or result.uses in GATES):
                continue
            for check in result.checks:
                if check.verdict in _SHORT:
                    yield from _items(result, check)


def _items(result: GateResult, check: Check) -> Iterator[FeedbackItem]:
    matter = ("gate", result.gate, result.stage, result.environment or "", check.name)
    what = f"{result.gate} {check.name}"
    if result.uses in EACH_PLACE and check.where:
        for place in check.where:
            yield _item(result, check, (*matter, place.partition(" ")[0]), f"{result.gate}: {place}", place)
        return
    where = "; ".join(check.where[:_PLACES])
    yield _item(result, check, matter, what, where)


def _item(result: GateResult, check: Check, matter: tuple[str, ...], what: str, where: str) -> FeedbackItem:
    at = place_of(result.stage, result.environment)
    limit = f", limit {check.limit_shown}" if check.limit_shown else ""
    figure = check.text or f"{check.shown}{limit}"
    stops = result.effect in (Word.NO_GO.value, Word.HOLD.value) and check.verdict is not Verdict.WARN
    return FeedbackItem(
        id=feedback_id(*matter),
        kind="gate",
        title=one_line(f"{what} {at}", TITLE),
        why=one_line(f"{check.verdict.value}: {check.name}: {figure}{f' ({where})' if where else ''}"),
        priority="must" if stops else "should",
        owner=one_line(result.owner, TITLE),
        benefit=one_line(result.title, TITLE),
    )
