"""What the gates of a running release say: each check that does not pass is a thing to plan for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pytest_stagegate.feedback.wording import TITLE, one_line, place_of
from pytest_stagegate.model.feedback import FeedbackItem, feedback_id
from pytest_stagegate.model.verdicts import Verdict
from pytest_stagegate.model.word import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pytest_stagegate.model.decision import Decision
    from pytest_stagegate.model.verdicts import Check, GateResult

STAGES: Final = ("deploy", "manage", "monitor")
"""The stages of which every gate teaches something."""

GATES: Final = ("incidents", "regression", "runtime-support", "slo", "synthetic", "telemetry")
"""Gates that do so at every stage."""

EACH_PLACE: Final = ("incidents", "runtime-support")
"""Gates of which each place, ``ID: text``, is a matter of its own."""

_LEFT_TO_OTHERS: Final = ("flaky", "requirements", "requirements-ratchet", "roadmap", "sign-off", "upstream")
"""Gates about things that stand in the list by themselves, or that only say what others found."""

_SHORT: Final = (Verdict.FAIL, Verdict.WARN, Verdict.NO_EVIDENCE, Verdict.STALE, Verdict.ERROR)
_PLACES: Final = 3
_PART: Final = re.compile(r" (?:budget|burn \S+)$")
"""What of an objective a check of the gate ``slo`` is about."""


def of_gates(decisions: Iterable[Decision]) -> Iterator[FeedbackItem]:
    """Yield an item for each thing of which a check falls short; of some gates one for each place."""
    for decision in decisions:
        for result in decision.gates:
            if _teaches(result):
                for subject, checks in _short(result).items():
                    yield from _items(result, subject, checks)


def _teaches(result: GateResult) -> bool:
    """Return whether a gate is one of a running release, and one that was asked."""
    if result.uses in _LEFT_TO_OTHERS or result.verdict is Verdict.NOT_APPLICABLE:
        return False
    return result.stage in STAGES or result.uses in GATES


def _short(result: GateResult) -> dict[str, list[Check]]:
    """Return the checks of a gate that fall short, by what they are about."""
    found: dict[str, list[Check]] = {}
    for check in result.checks:
        if check.verdict in _SHORT:
            found.setdefault(_subject(result, check), []).append(check)
    return found


def _subject(result: GateResult, check: Check) -> str:
    """Return what a check is about: of a service level that is the objective, whatever of it is checked."""
    return _PART.sub("", check.name) if result.uses == "slo" else check.name


def _items(result: GateResult, subject: str, checks: Sequence[Check]) -> Iterator[FeedbackItem]:
    matter = ("gate", result.gate, result.stage, result.environment or "", subject)
    places = [place for check in checks for place in check.where] if result.uses in EACH_PLACE else []
    for place in places:
        told = "; ".join(map(_told, checks))
        yield _item(result, checks, ("place", result.gate, place.partition(": ")[0]), f"{result.gate}: {place}", told)
    if not places or any(check.where_omitted for check in checks):
        told = "; ".join(f"{_told(check)}{_where(check)}" for check in checks)
        yield _item(result, checks, matter, f"{result.gate} {subject}", told)


def _item(result: GateResult, checks: Sequence[Check], matter: tuple[str, ...], what: str, told: str) -> FeedbackItem:
    stops = result.effect in (Word.NO_GO.value, Word.HOLD.value)
    worst = any(check.verdict is not Verdict.WARN for check in checks)
    return FeedbackItem(
        id=feedback_id(*matter),
        kind="gate",
        title=one_line(f"{what} {place_of(result.stage, result.environment)}", TITLE),
        why=one_line(told),
        priority="must" if stops and worst else "should",
        owner=one_line(result.owner, TITLE),
        benefit=one_line(result.title, TITLE),
    )


def _told(check: Check) -> str:
    limit = f", limit {check.limit_shown}" if check.limit_shown else ""
    return f"{check.verdict.value}: {check.name}: {check.text or f'{check.shown}{limit}'}"


def _where(check: Check) -> str:
    return f" ({'; '.join(check.where[:_PLACES])})" if check.where else ""
